"""Facts from other desks, dates of one file, and who follows it (R4, R11, G11)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from jalon.accounts.models import StaffRole, User
from jalon.accounts.standing import SYSTEM, Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.steps import (
    lock_application,
    lock_application_by_id,
    pass_turn_of_proofs,
    ring_bell,
    set_application_state,
)
from jalon.applications.models import (
    Application,
    Assignment,
    GateOverride,
    Milestone,
    MilestoneKind,
    MilestoneState,
)
from jalon.applications.notices import (
    FileLate,
    FileLateAgency,
    FileReopened,
    GateExtended,
    PrerequisiteRecorded,
    PrerequisiteRejected,
)
from jalon.applications.policy import can_fill, can_manage, can_record_prerequisite
from jalon.applications.queries import definition_for, instructors, people_in_conflict, state_words
from jalon.applications.queries.answers import company_document
from jalon.applications.queries.dates import administrative_holds, calendar, chapter_clocks
from jalon.applications.queries.facts import milestones
from jalon.applications.rules import gates
from jalon.applications.states import ApplicationState, Turn
from jalon.core import clock
from jalon.core.actions import step, verb
from jalon.core.errors import Faults, InvalidInput, NotAllowed, TransitionRefused
from jalon.journal.actions import record
from jalon.notices.actions import tell
from jalon.notices.base import MAX_PARAM_LENGTH
from jalon.programmes.actions.gates import check_kind, due_instant
from jalon.programmes.models import GateKind
from jalon.programmes.queries import latest_gates
from jalon.vendors.queries import people_with_access


def _chain(application: Application) -> str:
    return f"application:{application.number}"


@verb
def deposit_prerequisite(*, actor: Standing, number: str, key: str, document_id: int) -> None:
    """The vendor gives the document by which another desk says that a prerequisite is met."""
    application = lock_application(actor, number)
    if not can_fill(actor, application):
        raise NotAllowed(_("Seules les personnes de l’entreprise candidate déposent ce document."))
    _check_live(application)
    _check_prerequisite(application, key)
    document = company_document(application, document_id)
    last = milestones(application, MilestoneKind.PREREQUISITE).get(key)
    if last is not None and last.state == MilestoneState.CONFIRMED:
        raise TransitionRefused(_("L’agence a déjà enregistré ce prérequis."))
    if last is not None and (last.state, last.document_id) == (MilestoneState.DEPOSITED, document.pk):
        return
    Milestone.objects.create(
        application=application,
        kind=MilestoneKind.PREREQUISITE,
        key=key,
        state=MilestoneState.DEPOSITED,
        document=document,
        by_id=actor.user_id,
        at=clock.now(),
    )
    record(
        chain=_chain(application),
        event="applications.prerequisite.deposited",
        actor_ref=actor.user_ref,
        key=key,
        document=document.sha256,
    )


@verb
def record_prerequisite(
    *,
    actor: Standing,
    number: str,
    key: str,
    obtained: bool,
    obtained_on: date | None,
    note: str = "",
    document_id: int | None = None,
) -> None:
    """An agent records that a prerequisite is met (with its date), or that what was given does not do."""
    application = lock_application(actor, number)
    if not can_record_prerequisite(actor, application):
        raise NotAllowed(_("Votre rôle ne permet pas d’enregistrer un prérequis."))
    _check_live(application)
    _check_prerequisite(application, key)
    if obtained and obtained_on is None:
        raise InvalidInput({"obtained_on": _("Indiquez la date à laquelle le prérequis a été obtenu.")})
    if obtained_on is not None and obtained_on > clock.paris_date(clock.now()):
        raise InvalidInput({"obtained_on": _("Cette date est à venir. Indiquez la date d’obtention.")})
    if not obtained and not note.strip():
        raise InvalidInput({"note": _("Dites pourquoi le document ne convient pas.")})
    last = milestones(application, MilestoneKind.PREREQUISITE).get(key)
    state = MilestoneState.CONFIRMED if obtained else MilestoneState.REJECTED
    given = company_document(application, document_id).pk if document_id is not None else None
    kept = given or (last.document_id if last else None)
    if obtained and kept is None:
        raise InvalidInput({"document": _("Joignez le document qui l’atteste.")})
    text, day = note.replace("\x00", "").strip()[:1000], obtained_on if obtained else None
    if last and (last.state, last.obtained_on, last.document_id, last.note) == (state, day, kept, text):
        return
    recorded = Milestone.objects.create(
        application=application,
        kind=MilestoneKind.PREREQUISITE,
        key=key,
        state=state,
        obtained_on=day,
        document_id=kept,
        note=text,
        by_id=actor.user_id,
        at=clock.now(),
    )
    record(
        chain=_chain(application),
        event=f"applications.prerequisite.{state}",
        actor_ref=actor.user_ref,
        key=key,
        obtained_on=day.isoformat() if day else None,
    )
    _tell_of_prerequisite(application, key, obtained=obtained, dedupe=f"milestone:{recorded.pk}")
    ring_bell(application)


def _tell_of_prerequisite(application: Application, key: str, *, obtained: bool, dedupe: str) -> None:
    title = next(p.title for p in definition_for(application).prerequisites if p.key == key)
    notice = (PrerequisiteRecorded if obtained else PrerequisiteRejected)(
        application_number=application.number,
        prerequisite=key,
        name=title.fr[:MAX_PARAM_LENGTH],
        name_en=(title.en or "")[:MAX_PARAM_LENGTH],
    )
    tell(notice, users=people_with_access(application.version.product), dedupe=dedupe)


@step
def decide_claim(application: Application, *, actor: Standing, key: str, confirmed: bool) -> None:
    """An agent has checked what the vendor declared, the wiin.io ID for instance; it takes effect from now on."""
    Milestone.objects.create(
        application=application,
        kind=MilestoneKind.CLAIM,
        key=key,
        state=MilestoneState.CONFIRMED if confirmed else MilestoneState.REJECTED,
        by_id=actor.user_id,
        at=clock.now(),
    )


def _check_live(application: Application) -> None:
    if application.is_final:
        raise TransitionRefused(
            _("Le dossier est au statut « %(state)s » : il ne se modifie plus.")
            % {"state": state_words(application)}
        )


def _check_prerequisite(application: Application, key: str) -> None:
    if key not in {p.key for p in definition_for(application).prerequisites}:
        raise InvalidInput({"key": _("Ce prérequis n’est pas demandé par la démarche.")})


# --- Dates --------------------------------------------------------------------------------------------------


@verb
def extend_gate(*, actor: Standing, number: str, kind: str, wall_time: str, zone: str, reason: str) -> None:
    """Give one application a later date, with a reason; a file that was late goes on (R4)."""
    application = lock_application(actor, number)
    if not can_manage(actor, application):
        raise NotAllowed(_("Seul un gestionnaire du programme prolonge une date."))
    text, due_at = _extension(kind, wall_time, zone, reason)
    last = application.gate_overrides.filter(kind=kind).order_by("-pk").first()
    if last is not None and (last.due_at, last.reason) == (due_at, text):
        return
    decided = latest_gates(application.programme).get(GateKind(kind))
    if decided is not None and due_at <= decided.due_at:
        raise InvalidInput(
            {"wall_time": _("Une prolongation est postérieure à la date de la démarche : choisissez-en une.")}
        )
    given = GateOverride.objects.create(
        application=application,
        kind=kind,
        wall_time=wall_time,
        zone=zone,
        due_at=due_at,
        reason=text,
        set_by_id=actor.person_id,
        set_at=clock.now(),
    )
    record(
        chain=_chain(application),
        event="applications.gate.extended",
        actor_ref=actor.user_ref,
        kind=kind,
        due_at=due_at.isoformat(),
    )
    _free(application)
    notice = GateExtended(
        application_number=number, gate=GateKind(kind).value, due_on=clock.paris_date(due_at).isoformat()
    )
    tell(notice, users=people_with_access(application.version.product), dedupe=f"override:{given.pk}")


def _extension(kind: str, wall_time: str, zone: str, reason: str) -> tuple[str, datetime]:
    """The reason and the instant, or everything that is wrong."""
    faults = Faults()
    with faults.gathered():
        check_kind(kind)
    with faults.gathered():
        due_at = due_instant(wall_time, zone)
    text = reason.replace("\x00", "").strip()[:500]
    if not text:
        faults.errors["reason"] = _("Donnez la raison de la prolongation : elle reste au dossier.")
    faults.refuse()
    return text, due_at


@verb
def pass_gates(
    *,
    actor: Standing,
    application_id: int,
    checks: Mapping[str, Sequence[gates.Hold]] | None = None,
    at: datetime | None = None,
) -> bool:
    """The clock's act: mark a file that missed a gate, or free one whose gate was moved. True: it changed.

    `checks`: by key of the part, when the machine had files of it. `at`: an instant a little earlier than now.
    """
    application = lock_application_by_id(application_id)
    if actor is not SYSTEM:
        raise NotAllowed(_("Cet acte est celui de l’horloge."))
    late = missed_gate(application, checks, at)
    changed = _stop(application) if late else _free(application)
    if changed:
        record(
            chain=_chain(application),
            event="applications.gate.applied",
            actor_ref=actor.user_ref,
            state=application.state,
        )
        _tell_of_gate(application)
    return changed


def _tell_of_gate(application: Application) -> None:
    """Once for each time that the file stops or goes on."""
    late = application.state == ApplicationState.LATE
    dedupe = f"gate:{application.pk}:{application.state_since.isoformat()}"
    notice = (FileLate if late else FileReopened)(application_number=application.number)
    tell(notice, users=people_with_access(application.version.product), dedupe=dedupe)
    if late and application.first_submitted_at is not None:  # before, the agency does not see the file
        followers = instructors(application, StaffRoleName.REFERENT, StaffRoleName.MANAGER)
        tell(FileLateAgency(application_number=application.number), users=followers, dedupe=dedupe)


def _stop(application: Application) -> bool:
    if application.state == ApplicationState.LATE:
        return False
    application.late_from = application.state
    application.save(update_fields=["late_from"])
    set_application_state(application, ApplicationState.LATE, Turn.NOBODY)
    return True


def _free(application: Application) -> bool:
    """A late file whose gates are all ahead again goes on."""
    if application.state != ApplicationState.LATE or missed_gate(application):
        return False
    before = ApplicationState(application.late_from)
    set_application_state(application, before, Turn.VENDOR)
    pass_turn_of_proofs(application)
    return True


def missed_gate(
    application: Application,
    checks: Mapping[str, Sequence[gates.Hold]] | None = None,
    at: datetime | None = None,
) -> bool:
    """Whether the file, in the state that it has (or had before it was late), has missed a gate."""
    state = application.late_from if application.state == ApplicationState.LATE else application.state
    dates, now = calendar(application), at or clock.now()
    holds = administrative_holds(application)
    if state in (ApplicationState.TO_COMPLETE, ApplicationState.TO_MODIFY):
        return gates.file_is_late(
            ever_submitted=application.first_submitted_at is not None,
            calendar=dates,
            administrative_holds=holds,
            now=now,
        )
    if state == ApplicationState.ELIGIBLE:
        return gates.proofs_are_late(
            chapters=chapter_clocks(application, checks or {}),
            calendar=dates,
            administrative_holds=holds,
            now=now,
        )
    return False


# --- People -------------------------------------------------------------------------------------------------


@verb
def assign(*, actor: Standing, number: str, user_id: int, role: StaffRoleName) -> None:
    """Give a file to somebody of the agency. A referent is also named on the file."""
    application = lock_application(actor, number)
    if not can_manage(actor, application):
        raise NotAllowed(_("Seul un gestionnaire du programme affecte un dossier."))
    holder = StaffRole.objects.filter(
        user_id=user_id, role=role, until=None, programme_code__in=["", application.programme.code]
    )
    if not holder.exists():
        raise InvalidInput({"user": _("Cette personne n’a pas ce rôle pour cette démarche.")})
    if people_in_conflict(application.company_id).filter(pk=user_id).exists():
        raise InvalidInput(
            {"user": _("Cette personne a un lien avec l’entreprise candidate : elle ne suit pas ce dossier.")}
        )
    current = Assignment.objects.filter(application=application, role=role, until=None)
    if current.filter(user_id=user_id).exists():
        return
    if role == StaffRoleName.REFERENT:  # the one contact person of a file: naming the next relieves the last
        current.update(until=clock.now())
        application.referent_id = user_id
        application.save(update_fields=["referent"])
    Assignment.objects.create(application=application, user_id=user_id, role=role, since=clock.now())
    record(
        chain=_chain(application),
        event="applications.assignment.made",
        actor_ref=actor.user_ref,
        role=role,
        person=User.objects.only("ref").get(pk=user_id).ref,
    )


@verb
def unassign(*, actor: Standing, number: str, user_id: int, role: StaffRoleName) -> None:
    """Take a file back from somebody: access ends at the next request."""
    application = lock_application(actor, number)
    if not can_manage(actor, application):
        raise NotAllowed(_("Seul un gestionnaire du programme affecte un dossier."))
    ended = Assignment.objects.filter(application=application, user_id=user_id, role=role, until=None).update(
        until=clock.now()
    )
    if application.referent_id == user_id and role == StaffRoleName.REFERENT:
        application.referent = None
        application.save(update_fields=["referent"])
    if ended:
        record(
            chain=_chain(application),
            event="applications.assignment.ended",
            actor_ref=actor.user_ref,
            role=role,
            person=User.objects.only("ref").get(pk=user_id).ref,
        )
