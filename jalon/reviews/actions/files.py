"""The administrative file: steps 1 and 2, handed in together, examined together (G10, G11)."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.steps import (
    close_round,
    freeze_facts,
    lock_application,
    mark_first_submission,
    open_chapters,
    open_round,
    pass_turn_of_proofs,
    ring_bell,
    set_application_state,
    set_step_state,
)
from jalon.applications.actions.tracking import decide_claim
from jalon.applications.models import Application, Part, Round
from jalon.applications.queries import definition_for, instructors, latest_round, parts_of, state_words
from jalon.applications.queries.answers import answer_marks, answers_of
from jalon.applications.queries.dates import administrative_holds, calendar
from jalon.applications.queries.facts import facts_as_json
from jalon.applications.rules import gates
from jalon.applications.rules.answers import all_fields, declared_claims, facts, form_steps, step_errors
from jalon.applications.states import ENDED_STATES, ApplicationState, PartKind, RoundOutcome, StepState, Turn
from jalon.core import clock
from jalon.core.actions import verb
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from jalon.journal.actions import record
from jalon.messaging.actions import write
from jalon.notices.actions import tell
from jalon.programmes.definition.applicability import Applicability, applicability
from jalon.reviews.models import Remark
from jalon.reviews.notices import FileEligible, FileRefused, FileReopened, FileReturned, FileSubmitted
from jalon.reviews.policy import can_decide_eligibility, can_submit_application
from jalon.vendors.actions import keep_nil
from jalon.vendors.queries import people_with_access

# What the agency writes in a conversation is in French, its language, whoever reads it.
_ELIGIBLE = "Votre dossier est éligible. Le dépôt des preuves est ouvert."
_ELIGIBLE_WITHOUT_PROOFS = "Votre dossier est éligible. Aucune preuve ne vous est demandée."


class RecapOutdated(Conflict):
    """Something changed since the recap was shown (situation 1). `fields` are the keys of what did."""

    def __init__(self, fields: frozenset[str]) -> None:
        super().__init__(
            _("Des réponses ont changé depuis l’affichage du récapitulatif. Relisez-le, puis soumettez.")
        )
        self.fields = fields


@verb
def submit_application(
    *, actor: Standing, number: str, seen: Mapping[str, str], received_at: datetime
) -> Round:
    """ "Soumettre votre candidature": hand in steps 1 and 2. `seen`: the marks of the recap (`answer_marks`).

    `received_at` is the instant at which the server began to receive the click; it is what gates look at.
    """
    application = lock_application(actor, number)
    if not can_submit_application(actor, application):
        raise NotAllowed(_("Seuls un mandataire ou un responsable soumettent la candidature."))
    part = _deciding_part(application)
    if application.state == ApplicationState.SUBMITTED and (pending := latest_round(part)) is not None:
        return pending  # the same click, received twice
    _check_may_submit(application, received_at)
    _check_complete(application, seen)
    handed_in = open_round(part, actor=actor, received_at=received_at, snapshot=_snapshot(application))
    for step_part in parts_of(application, PartKind.FORM).values():
        set_step_state(step_part, StepState.SUBMITTED)
    mark_first_submission(application, received_at=received_at, nil=_written_back_nil(application))
    set_application_state(application, ApplicationState.SUBMITTED, Turn.AGENCY)
    record(
        chain=f"application:{application.number}",
        event="reviews.file.submitted",
        actor_ref=actor.user_ref,
        round=handed_in.n,
        snapshot=handed_in.sha256,
        received_at=received_at.isoformat(),
    )
    notice = FileSubmitted(application_number=application.number, round=handed_in.n)
    tell(notice, users=instructors(application, StaffRoleName.VERIFIER), dedupe=f"round:{handed_in.pk}")
    return handed_in


def _check_may_submit(application: Application, received_at: datetime) -> None:
    if application.state not in (ApplicationState.TO_COMPLETE, ApplicationState.TO_MODIFY):
        raise TransitionRefused(
            _("Le dossier est au statut « %(state)s » : il ne se soumet pas.")
            % {"state": state_words(application)}
        )
    dates = calendar(application)
    first = application.first_submitted_at is None
    due = (
        dates.first_administrative
        if first
        else gates.corrections_due(dates, administrative_holds(application), received_at)
    )
    if gates.is_passed(due, received_at):
        raise TransitionRefused(
            _(
                "La date limite est passée. Écrivez à votre référent : seule une prolongation rouvre le dossier."
            )
        )


def _check_complete(application: Application, seen: Mapping[str, str]) -> None:
    definition, answers = definition_for(application), answers_of(application)
    errors: dict[str, str] = {}
    for step in form_steps(definition):
        errors |= step_errors(step, answers, definition)
    if errors:
        raise InvalidInput(errors)
    now = answer_marks(application)
    if dict(seen) != now:
        changed = {key for key in {*seen, *now} if seen.get(key) != now.get(key)}
        raise RecapOutdated(frozenset(changed))


def _snapshot(application: Application) -> dict[str, object]:
    definition, answers = definition_for(application), answers_of(application)
    return {
        "answers": answers,
        "facts": facts_as_json(facts(definition, answers)),
        "product": {"name": application.product_name, "version": application.version_label},
        "charter": application.charter.sha256,
        "revision": application.revision.number,
    }


def _written_back_nil(application: Application) -> str:
    """The NIL given in the form belongs to the product; the application keeps its own frozen copy."""
    answers = answers_of(application)
    for field in all_fields(definition_for(application)):
        if field.write_back == "product.nil" and answers.get(field.key):
            nil = str(answers[field.key])
            keep_nil(version_id=application.version_id, nil=nil)
            return nil
    return application.nil


def _deciding_part(application: Application) -> Part:
    """The last form step: the round of the whole administrative file hangs there."""
    return list(parts_of(application, PartKind.FORM).values())[-1]


def _pending_file(
    actor: Standing, number: str, round_n: int, outcome: RoundOutcome
) -> tuple[Application, Round | None]:
    """The file to decide on, or None in place of the round when this very decision was already taken."""
    application = lock_application(actor, number)
    if not can_decide_eligibility(actor, application):
        raise NotAllowed(_("Seul un vérificateur de la démarche examine l’éligibilité."))
    handed_in = latest_round(_deciding_part(application))
    if handed_in is None or handed_in.n != round_n:
        raise Conflict(_("Le dossier a été soumis à nouveau depuis que la page est ouverte. Relisez-le."))
    if handed_in.outcome != RoundOutcome.PENDING:
        if (handed_in.closed_by_id, handed_in.outcome) == (actor.user_id, outcome):
            return application, None
        name = handed_in.closed_by.full_name if handed_in.closed_by else ""
        raise Conflict(_("%(name)s a déjà décidé sur ce dossier.") % {"name": name})
    if application.state != ApplicationState.SUBMITTED:
        raise TransitionRefused(
            _("Le dossier est au statut « %(state)s » : il n’y a rien à décider.")
            % {"state": state_words(application)}
        )
    return application, handed_in


@verb
def validate_file(*, actor: Standing, number: str, round_n: int, claims: Mapping[str, bool]) -> None:
    """Find the file eligible: freeze what applies, open step 3. Each declared claim is decided here (G11)."""
    application, handed_in = _pending_file(actor, number, round_n, RoundOutcome.VALIDATED)
    if handed_in is None:
        return
    definition, answers = definition_for(application), answers_of(application)
    declared = declared_claims(definition, answers)
    undecided = {key: _("Dites si cette déclaration est confirmée.") for key in declared if key not in claims}
    if undecided:
        raise InvalidInput(undecided)
    for key in sorted(declared):
        decide_claim(application, actor=actor, key=key, confirmed=claims[key])
    confirmed = frozenset(key for key in declared if claims[key])
    kept = facts(definition, answers, confirmed)
    freeze_facts(application, facts_as_json(kept))
    applicable = applicability(definition, kept)
    _open_proofs(application, applicable)
    close_round(handed_in, actor=actor, outcome=RoundOutcome.VALIDATED)
    set_application_state(application, ApplicationState.ELIGIBLE, Turn.VENDOR)
    pass_turn_of_proofs(application)  # nothing to prove: a verifier goes on
    record(
        chain=f"application:{application.number}",
        event="reviews.file.validated",
        actor_ref=actor.user_ref,
        round=handed_in.n,
        claims=sorted(confirmed),
        profiles=sorted(kept.profiles),
        slots=applicable.slot_count,
    )
    _tell_vendor(
        application,
        handed_in,
        FileEligible(application_number=application.number),
        _ELIGIBLE if applicable.slot_count else _ELIGIBLE_WITHOUT_PROOFS,
        actor,
    )
    ring_bell(application)


def _open_proofs(application: Application, result: Applicability) -> None:
    open_chapters(application, list(result.expected.items()))
    parts = parts_of(application)
    for part in parts.values():
        if part.kind == PartKind.FORM:
            set_step_state(part, StepState.VALIDATED)
        elif part.kind == PartKind.PROOFS:
            set_step_state(part, StepState.TO_COMPLETE)


@verb
def return_file(*, actor: Standing, number: str, round_n: int, remarks: Mapping[str, str]) -> None:
    """Ask for changes, field by field; the vendor finds each request beside its field."""
    application, handed_in = _pending_file(actor, number, round_n, RoundOutcome.RETURNED)
    if handed_in is None:
        return
    cleaned = {field: text.replace("\x00", "").strip() for field, text in remarks.items()}
    wanted = {field: text for field, text in cleaned.items() if text}
    if not wanted:
        raise InvalidInput({"remarks": _("Écrivez au moins une demande, en regard du champ à modifier.")})
    labels = _field_labels(application)
    if unknown := sorted(set(wanted) - set(labels)):
        raise InvalidInput({unknown[0]: _("Cette question n’existe pas dans le formulaire.")})
    _remark(actor, handed_in, wanted)
    for step in form_steps(definition_for(application)):
        keys = {f.key for s in step.sections for f in s.fields} | {
            s.repeat.key for s in step.sections if s.repeat
        }
        if keys & set(wanted):
            set_step_state(parts_of(application)[f"step:{step.key}"], StepState.TO_MODIFY)
    close_round(handed_in, actor=actor, outcome=RoundOutcome.RETURNED)
    set_application_state(application, ApplicationState.TO_MODIFY, Turn.VENDOR)
    record(
        chain=f"application:{application.number}",
        event="reviews.file.returned",
        actor_ref=actor.user_ref,
        round=handed_in.n,
        fields=sorted(wanted),
    )
    lines = [f"• {labels[field]} : {text}" for field, text in wanted.items()]
    body = "\n".join(["Des modifications sont demandées au dossier administratif :", *lines])
    _tell_vendor(application, handed_in, FileReturned(application_number=application.number), body, actor)


@verb
def refuse_file(*, actor: Standing, number: str, round_n: int, reasons: str) -> None:
    """Refuse eligibility with reasons: the application ends; a new one may be opened (situation 7)."""
    application, handed_in = _pending_file(actor, number, round_n, RoundOutcome.REFUSED)
    if handed_in is None:
        return
    text = reasons.replace("\x00", "").strip()
    if not text:
        raise InvalidInput(
            {"reasons": _("Un refus est motivé : écrivez les raisons et ce qui permettrait d’y remédier.")}
        )
    _remark(actor, handed_in, {"": text})
    for part in parts_of(application, PartKind.FORM).values():
        set_step_state(part, StepState.REFUSED)
    close_round(handed_in, actor=actor, outcome=RoundOutcome.REFUSED)
    set_application_state(application, ApplicationState.REFUSED, Turn.NOBODY)
    record(
        chain=f"application:{application.number}",
        event="reviews.file.refused",
        actor_ref=actor.user_ref,
        round=handed_in.n,
    )
    body = f"Votre candidature n’est pas éligible :\n{text}"
    _tell_vendor(application, handed_in, FileRefused(application_number=application.number), body, actor)
    ring_bell(application)


@verb
def reopen_file(*, actor: Standing, number: str, reason: str) -> Round:
    """Examine a refused file again, with a reason (situation 7). Both decisions stay on record."""
    application = lock_application(actor, number)
    if not can_decide_eligibility(actor, application):
        raise NotAllowed(_("Seul un vérificateur de la démarche rouvre un dossier refusé."))
    part = _deciding_part(application)
    refused = latest_round(part)
    if refused is not None and _was_reopened(part, refused):
        return refused  # the same click, received twice
    if (
        application.state != ApplicationState.REFUSED
        or refused is None
        or refused.outcome != RoundOutcome.REFUSED
    ):
        raise TransitionRefused(_("Seul un dossier refusé à l’éligibilité peut être rouvert."))
    text = reason.replace("\x00", "").strip()
    if not text:
        raise InvalidInput({"reason": _("Donnez la raison de la réouverture : elle reste au dossier.")})
    others = Application.objects.filter(programme=application.programme, version=application.version)
    if others.exclude(pk=application.pk).exclude(state__in=ENDED_STATES).exists():
        raise TransitionRefused(_("Une autre candidature de ce produit est en cours pour cette démarche."))
    handed_in = open_round(part, actor=actor, received_at=clock.now(), snapshot=_snapshot(application))
    _remark(actor, refused, {"": text})
    for step_part in parts_of(application, PartKind.FORM).values():
        set_step_state(step_part, StepState.SUBMITTED)
    set_application_state(application, ApplicationState.SUBMITTED, Turn.AGENCY)
    record(
        chain=f"application:{application.number}",
        event="reviews.file.reopened",
        actor_ref=actor.user_ref,
        round=handed_in.n,
    )
    body = f"L’agence examine à nouveau votre dossier :\n{text}"
    _tell_vendor(application, handed_in, FileReopened(application_number=application.number), body, actor)
    return handed_in


def _was_reopened(part: Part, latest: Round) -> bool:
    before = part.rounds.filter(n=latest.n - 1).first()
    return (
        latest.outcome == RoundOutcome.PENDING
        and before is not None
        and before.outcome == RoundOutcome.REFUSED
    )


def _remark(actor: Standing, handed_in: Round, remarks: Mapping[str, str]) -> None:
    for field, text in remarks.items():
        Remark.objects.create(round=handed_in, field=field, text=text, by_id=actor.person_id, at=clock.now())


def _field_labels(application: Application) -> dict[str, str]:
    labels = {f.key: f.label.fr for f in all_fields(definition_for(application)) if f.kind != "shown"}
    for step in form_steps(definition_for(application)):
        for section in step.sections:
            if section.repeat:
                labels[section.repeat.key] = section.title.fr
    return labels


# What the agency writes in a conversation is in French, its language, whoever reads it.
def _tell_vendor(
    application: Application, handed_in: Round, notice: FileEligible | FileReturned | FileRefused | FileReopened,
    body: str, actor: Standing,
) -> None:  # fmt: skip
    key = f"step:{form_steps(definition_for(application))[-1].key}"
    write(application, author_id=actor.person_id, from_agency=True, body=body, ref_kind="part", ref_key=key)
    people = people_with_access(application.version.product)
    tell(notice, users=people, dedupe=f"round:{handed_in.pk}")
