"""Technical versions of a running application: declared, accepted with proofs to redo, refused (situation 4)."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.steps import (
    lock_application,
    pass_turn_of_proofs,
    ring_bell,
    set_application_state,
    set_chapter_state,
    set_step_state,
)
from jalon.applications.actions.versions import add_declaration, decide_declaration
from jalon.applications.models import Application, Part, VersionDeclaration
from jalon.applications.queries import instructors, parts_of
from jalon.applications.queries.versions import pending_version, version_obstacle
from jalon.applications.rules.versions import declaration_errors, plain_line, plain_text
from jalon.applications.states import (
    CHAPTER_UNDER_EXAMINATION,
    ApplicationState,
    ChapterState,
    PartKind,
    StepState,
    Turn,
)
from jalon.core.actions import verb
from jalon.core.canonical import canonical_json, sha256_hex
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.evidence.actions.handovers import requalify_slots
from jalon.evidence.models import Slot
from jalon.evidence.queries import chapter_key, named_proofs
from jalon.evidence.states import ACCEPTED
from jalon.journal.actions import record
from jalon.messaging.actions import write
from jalon.notices.actions import tell
from jalon.reviews.notices import VersionAccepted, VersionDeclared, VersionRefused
from jalon.reviews.policy import can_decide_version, can_declare_version
from jalon.reviews.queries.dates import DatesOver
from jalon.vendors.queries import people_with_access


@verb
def declare_version(*, actor: Standing, number: str, label: str, changes: str) -> VersionDeclaration:
    """Declare a patch: its version and what changed. The application keeps its version until an agent accepts.

    One waits at a time; declaring the same again gives the one that waits.
    """
    application = lock_application(actor, number)
    if not can_declare_version(actor, application):
        raise NotAllowed(_("Seules les personnes de l’entreprise candidate déclarent une version."))
    label, changes = plain_line(label), plain_text(changes)
    waiting = pending_version(application)
    if waiting is not None and (waiting.label, waiting.changes) == (label, changes):
        return waiting
    _check_not_frozen(application)
    if waiting is not None:
        raise TransitionRefused(
            _("La version %(label)s attend déjà la réponse de l’agence.") % {"label": waiting.label}
        )
    if errors := declaration_errors(label, changes, application.version_label):
        raise InvalidInput(errors)
    declared = add_declaration(application, actor=actor, label=label, changes=changes)
    pass_turn_of_proofs(application)
    _record(application, actor, "declared", declared)
    notice = VersionDeclared(application_number=number, n=declared.n)
    tell(notice, users=instructors(application, StaffRoleName.VERIFIER), dedupe=f"version:{declared.pk}")
    return declared


@verb
def accept_version(*, actor: Standing, number: str, n: int, to_redo: Collection[str]) -> None:
    """The application goes on with the declared version. `to_redo`: keys of accepted proofs to be given anew.

    Their chapters open again, and step 3 with them. Refused while one of these chapters is under examination.
    """
    application, declared = _to_decide(actor, number, n, accepted=True, to_redo=to_redo)
    if declared is None:
        return
    chapters = _chapters_of(application, to_redo)
    _check_exchanges(application, [part for part, _keys in chapters])
    decision = decide_declaration(declared, actor=actor, accepted=True, to_redo=list(to_redo), reason="")
    for part, keys in chapters:
        requalify_slots(part, keys)
        set_chapter_state(part, ChapterState.TO_MODIFY)
    if chapters:
        _open_proofs_again(application)
    pass_turn_of_proofs(application)
    _record(
        application,
        actor,
        "accepted",
        declared,
        former=sha256_hex(decision.former_label),
        to_redo=sorted(to_redo),
    )
    _say(application, actor, declared, _acceptance(application, declared, to_redo))
    notice = VersionAccepted(application_number=number, n=n)
    _tell_vendor(application, notice, declared)
    ring_bell(application)


@verb
def refuse_version(*, actor: Standing, number: str, n: int, reason: str) -> None:
    """The application stays on the version that it had; the vendor reads why."""
    application, declared = _to_decide(actor, number, n, accepted=False, to_redo=())
    if declared is None:
        return
    text = plain_text(reason)
    if not text:
        raise InvalidInput({"reason": _("Un refus est motivé : écrivez la raison, l’éditeur la lira.")})
    decide_declaration(declared, actor=actor, accepted=False, to_redo=[], reason=text)
    pass_turn_of_proofs(application)
    _record(application, actor, "refused", declared)
    _say(application, actor, declared, f"La version {declared.label} n’est pas acceptée :\n{text}")
    _tell_vendor(application, VersionRefused(application_number=number, n=n), declared)
    ring_bell(application)


def _to_decide(
    actor: Standing, number: str, n: int, *, accepted: bool, to_redo: Collection[str]
) -> tuple[Application, VersionDeclaration | None]:
    """The declaration that waits, or None in its place when this very decision was already taken."""
    application = lock_application(actor, number)
    if not can_decide_version(actor, application):
        raise NotAllowed(_("Seul un vérificateur de la démarche décide d’une version technique."))
    rows = VersionDeclaration.objects.select_related("decision__by").filter(application=application, n=n)
    declared = rows.first()
    if declared is None:
        raise NotVisible(str(n))
    declared.application = application
    decision = getattr(declared, "decision", None)
    if decision is not None:
        same = (decision.accepted, decision.to_redo) == (accepted, canonical_json(sorted(to_redo)))
        if same and decision.by_id == actor.user_id:
            return application, None
        raise Conflict(_("%(name)s a déjà décidé de cette version.") % {"name": decision.by.full_name})
    _check_not_frozen(application)
    return application, declared


def _check_not_frozen(application: Application) -> None:
    if obstacle := version_obstacle(application):
        raise TransitionRefused(obstacle)


def _chapters_of(application: Application, to_redo: Collection[str]) -> list[tuple[Part, list[str]]]:
    """The chapters to open again, each with the proofs to redo; only accepted proofs can be asked for anew."""
    asked = Slot.objects.filter(application=application, asked=True)
    slots = asked.filter(item_key__in=to_redo, state__in=ACCEPTED)
    by_part: dict[int, list[str]] = {}
    for part_id, key in slots.values_list("part_id", "item_key"):
        by_part.setdefault(part_id, []).append(key)
    if len(set(to_redo)) != sum(len(keys) for keys in by_part.values()):
        raise InvalidInput(
            {
                "to_redo": _(
                    "Ne cochez que des preuves acceptées : les autres sont déjà à déposer ou en examen."
                )
            }
        )
    parts = list(Part.objects.select_for_update().filter(pk__in=by_part))
    if any(part.state in CHAPTER_UNDER_EXAMINATION for part in parts):
        raise TransitionRefused(_("Un chapitre de ces preuves est en examen : terminez-le d’abord."))
    for part in parts:
        part.application = application
    return [(part, sorted(by_part[part.pk])) for part in parts]


def _check_exchanges(application: Application, parts: Sequence[Part]) -> None:
    """What is opened again after the end of exchanges could not be handed in (R4)."""
    dates = DatesOver([application] if parts else [])
    if any(dates.exchanges_over(application, chapter_key(part)) for part in parts):
        raise TransitionRefused(
            _("Cette version rouvre des preuves après la fin des échanges : prolongez d’abord cette date.")
        )


def _open_proofs_again(application: Application) -> None:
    for step_part in parts_of(application, PartKind.PROOFS).values():
        set_step_state(step_part, StepState.TO_COMPLETE)
    set_application_state(application, ApplicationState.ELIGIBLE, Turn.VENDOR)


def _record(
    application: Application, actor: Standing, act: str, declared: VersionDeclaration, **payload: object
) -> None:
    record(
        chain=f"application:{application.number}",
        event=f"reviews.version.{act}",
        actor_ref=actor.user_ref,
        n=declared.n,
        label=sha256_hex(declared.label),
        **payload,
    )


# What the agency writes in a conversation is in French, its language, whoever reads it.
def _acceptance(application: Application, declared: VersionDeclaration, to_redo: Collection[str]) -> str:
    first = f"La version {declared.label} est acceptée."
    if not to_redo:
        return f"{first} Aucune preuve n’est à refaire."
    names = [
        f"• {proof.code} (« {proof.chapter.title.fr} »)"
        for proof in named_proofs(application)
        if proof.key in to_redo
    ]
    return "\n".join([f"{first} Preuves à refaire :", *names])


def _say(application: Application, actor: Standing, declared: VersionDeclaration, body: str) -> None:
    write(
        application, author_id=actor.person_id, from_agency=True, body=body, ref_kind="version", ref_key=str(declared.n)
    )  # fmt: skip


def _tell_vendor(
    application: Application, notice: VersionAccepted | VersionRefused, declared: VersionDeclaration
) -> None:
    tell(notice, users=people_with_access(application.version.product), dedupe=f"version:{declared.pk}")
