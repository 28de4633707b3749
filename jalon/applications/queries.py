"""Reads about applications, for screens and for actions."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jalon.accounts.models import ConflictOfInterest, Membership, StaffRole, User
from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import (
    DECISION_STATES,
    Answer,
    AnswerDocument,
    Application,
    Assignment,
    GateOverride,
    Milestone,
    MilestoneKind,
    MilestoneState,
    Part,
    Round,
    VersionDecision,
    VersionDeclaration,
)
from jalon.applications.rules import gates
from jalon.applications.rules.answers import all_fields, facts
from jalon.applications.rules.prerequisites import Stage, stage
from jalon.applications.states import (
    ApplicationState,
    ChapterState,
    PartKind,
    StepState,
)
from jalon.core import clock
from jalon.core.errors import NotVisible
from jalon.documents.models import Document
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.schema import Claim, Definition, Prerequisite, Text
from jalon.programmes.models import Gate, GateKind
from jalon.programmes.queries import definition_of, latest_gates

WITH_VENDOR = (ChapterState.TO_COMPLETE, ChapterState.READY, ChapterState.TO_MODIFY)


def visible_application(standing: Standing, number: str) -> Application:
    """The application with that number, or NotVisible: the same answer for "not yours" and "not there"."""
    application = (
        Application.objects.visible_to(standing)
        .select_related("programme__track", "revision", "company", "version__product", "referent")
        .defer("revision__content")  # half a megabyte; read once per process
        .filter(number=number)
        .first()
    )
    if application is None:
        raise NotVisible(number)
    return application


def definition_for(application: Application) -> Definition:
    """The definition that the application is pinned to (R2)."""
    return definition_of(application.revision)


def title(application: Application) -> str:
    """ "TEST DEMO 3 - 1 - 3223 : RIS vague 2" (Guide RIS, prérequis 8): always in French, as a name."""
    programme = definition_for(application).title.fr
    return f"{application.product_name} - {application.version_label} - {application.pk} : {programme}"


# --- Answers ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StoredAnswer:
    value: Any
    version: int
    by: str
    at: datetime


def stored_answers(application: Application) -> dict[str, StoredAnswer]:
    """Every answer given, by field key; documents as lists of ids with version 0."""
    rows = Answer.objects.filter(application=application).select_related("by")
    stored = {
        row.field: StoredAnswer(
            json.loads(row.value), row.version, row.by.full_name if row.by else "", row.at
        )
        for row in rows
    }
    files = answer_documents(application)
    for field, given in files.items():
        last = given[-1]
        stored[field] = StoredAnswer(
            [g.document_id for g in given], 0, last.added_by.full_name, last.added_at
        )
    return stored


def answer_documents(application: Application) -> dict[str, list[AnswerDocument]]:
    rows = AnswerDocument.objects.filter(application=application, removed_at=None)
    grouped: dict[str, list[AnswerDocument]] = {}
    for row in rows.select_related("document", "added_by").order_by("pk"):
        grouped.setdefault(row.field, []).append(row)
    return grouped


def answers_of(application: Application) -> dict[str, Any]:
    """Plain values by field key, with what the form only shows (product, version)."""
    values = {key: answer.value for key, answer in stored_answers(application).items()}
    shown = _shown(application)
    for field in all_fields(definition_for(application)):
        if field.kind == "shown":
            values[field.key] = shown.get(field.source, "")
    return values


def _shown(application: Application) -> dict[str, str]:
    return {
        "product.name": application.product_name,
        "product.version": application.version_label,
        "product.nil": application.nil,
        "company.name": application.company_name,
    }


def prefill_values(user: User | None, application: Application) -> dict[str, str]:
    """What iSC and the catalogue know, by source name; only what is known."""
    company = application.company
    representative = json.loads(company.legal_representative or "{}")
    values = {f"legal_representative.{key}": str(value) for key, value in representative.items() if value}
    for name in ("civility", "given_name", "family_name", "email", "telephone", "function"):
        if user is not None and getattr(user, name):
            values[f"me.{name}"] = getattr(user, name)
    is_french = company.country == "FR"
    values |= {
        "company.name": company.name,
        "company.country": company.country,
        "company.siren": company.register_number if is_french else "",
        "company.siret": company.siret,
        "company.vat": "" if is_french else company.register_number,
        "company.address": company.address,
    }
    values |= _shown(application)
    return {key: value for key, value in values.items() if value}


def answer_marks(application: Application) -> dict[str, str]:
    """What a recap was made of: field → mark of its answer. A different mark means that it changed since."""
    marks = {
        key: str(answer.version) for key, answer in stored_answers(application).items() if answer.version
    }
    for field, given in answer_documents(application).items():
        marks[field] = "+".join(str(row.document_id) for row in given)
    return marks


# --- Facts, claims, prerequisites ---------------------------------------------------------------------------


def milestones(application: Application, kind: MilestoneKind) -> dict[str, Milestone]:
    """The latest fact about each prerequisite, or each claim, by key."""
    rows = Milestone.objects.filter(application=application, kind=kind).select_related("document", "by")
    return {row.key: row for row in rows.order_by("pk")}


def confirmed_claims(application: Application) -> frozenset[str]:
    held = milestones(application, MilestoneKind.CLAIM)
    return frozenset(key for key, row in held.items() if row.state == MilestoneState.CONFIRMED)


def pending_claims(application: Application) -> frozenset[str]:
    """Claims declared since an agent last decided on them: they take effect once confirmed (G11)."""
    return frozenset(claims_waiting(Application.objects.filter(pk=application.pk)).get(application.pk, {}))


def claims_waiting(files: QuerySet[Application]) -> dict[int, dict[str, datetime]]:
    """By id, the claims declared since an agent last decided on them, and since when. Three queries, or four."""
    rows = files.order_by("pk").select_related("revision").defer("revision__content")
    claims = {file: definition_of(file.revision).claims for file in rows}
    if not any(claims.values()):
        return {}
    ids = files.order_by().values("pk")
    looked_at = {name for made in claims.values() for claim in made for name in _answers_about(claim)}
    given: dict[int, dict[str, tuple[Any, datetime]]] = {file.pk: {} for file in claims}
    answers = Answer.objects.filter(application__in=ids, field__in=looked_at)
    for pk, name, value, at in answers.values_list("application_id", "field", "value", "at"):
        given[pk][name] = (json.loads(value), at)
    if filed := _file_questions(claims) & looked_at:
        documents = AnswerDocument.objects.filter(application__in=ids, field__in=filed, removed_at=None)
        for pk, name, at in documents.order_by("pk").values_list("application_id", "field", "added_at"):
            given[pk][name] = (True, at)
    decided: dict[tuple[int, str], datetime] = {}
    rulings = Milestone.objects.filter(application__in=ids, kind=MilestoneKind.CLAIM).order_by("pk")
    for pk, key, at in rulings.values_list("application_id", "key", "at"):
        decided[pk, key] = at
    found = {
        file.pk: {
            claim.key: since
            for claim in made
            if (since := _waits_since(claim, given[file.pk], decided.get((file.pk, claim.key))))
            and claim.key not in frozen_facts(file).claims
        }
        for file, made in claims.items()
    }
    return {pk: waiting for pk, waiting in found.items() if waiting}


def _file_questions(files: Iterable[Application]) -> set[str]:
    definitions = {file.revision_id: definition_of(file.revision) for file in files}
    return {f.key for made in definitions.values() for f in all_fields(made) if f.kind == "documents"}


def _answers_about(claim: Claim) -> frozenset[str]:
    asked = {name for kind, name in claim.declared_when.references() if kind == "answer"}
    return frozenset(asked | {claim.evidence_field})


def _waits_since(
    claim: Claim, given: Mapping[str, tuple[Any, datetime]], decided_at: datetime | None
) -> datetime | None:
    """When the claim was last declared, if that is after the decision on it."""
    if not claim.declared_when.holds(Facts(answers={name: value for name, (value, _at) in given.items()})):
        return None
    last = max((given[name][1] for name in _answers_about(claim) if name in given), default=None)
    return last if last and (decided_at is None or last > decided_at) else None


def declared_facts(application: Application) -> Facts:
    """What the vendor declares now, before an agent has confirmed anything."""
    return facts(definition_for(application), answers_of(application))


def frozen_facts(application: Application) -> Facts:
    """What was frozen when the file was found eligible: what step 3 is made of."""
    kept = json.loads(application.facts or "{}")
    return Facts(
        frozenset(kept.get("profiles", ())), frozenset(kept.get("claims", ())), kept.get("answers", {})
    )


def current_facts(application: Application) -> Facts:
    """What holds now: as frozen once the file was found eligible, before that as declared."""
    return frozen_facts(application) if json.loads(application.facts or "{}") else declared_facts(application)


def facts_as_json(kept: Facts) -> dict[str, Any]:
    return {"profiles": sorted(kept.profiles), "claims": sorted(kept.claims), "answers": dict(kept.answers)}


# --- Parts and dates ----------------------------------------------------------------------------------------


def parts_of(application: Application, kind: PartKind | None = None) -> dict[str, Part]:
    """By key, in order. Asked for by kind, chapters of which nothing is asked any more are left out."""
    parts = Part.objects.filter(application=application)
    if kind == PartKind.CHAPTER:
        parts = parts.filter(expected__gt=0)
    return {part.key: part for part in (parts.filter(kind=kind) if kind else parts)}


def latest_round(part: Part) -> Round | None:
    return part.rounds.select_related("submitted_by", "opened_by", "closed_by").order_by("-n").first()


@dataclass(frozen=True)
class GateView:
    """One date as it holds for one application. `due_at` counts extensions and the agency's days."""

    kind: GateKind
    label: Text
    decided_at: datetime
    due_at: datetime
    extended: bool
    passed: bool


def calendar(application: Application) -> gates.Calendar:
    """The decided dates: the programme's, or the extension given to this application, whichever is later."""
    decided = {kind: gate.due_at for kind, gate in latest_gates(application.programme).items()}
    extended = {GateKind(o.kind): o.due_at for o in application.gate_overrides.order_by("pk")}
    return gates.Calendar(
        **{kind.value: gates.later(extended.get(kind), decided.get(kind)) for kind in GateKind}
    )


def administrative_holds(application: Application) -> tuple[gates.Hold, ...]:
    """When the agency had steps 1 and 2 in its hands."""
    rounds = Round.objects.filter(part__application=application, part__kind=PartKind.FORM)
    return tuple(gates.Hold(r.submitted_at, r.closed_at) for r in rounds.order_by("submitted_at"))


def chapter_clocks(application: Application) -> list[gates.ChapterClock]:
    chapters = Part.objects.filter(application=application, kind=PartKind.CHAPTER, expected__gt=0)
    return [
        gates.ChapterClock(
            ever_submitted=part.first_submitted_at is not None,
            with_vendor=part.state in WITH_VENDOR,
            holds=tuple(gates.Hold(r.submitted_at, r.closed_at) for r in part.rounds.all()),
        )
        for part in chapters.prefetch_related("rounds")
    ]


def gate_views(application: Application) -> list[GateView]:
    """The programme's dates as they hold for this application, in the order of the definition."""
    dates, now = calendar(application), clock.now()
    holds = administrative_holds(application)
    due = {
        GateKind.FIRST_ADMINISTRATIVE: dates.first_administrative,
        GateKind.FIRST_PROOFS: gates.proofs_due(dates, holds, now),
        GateKind.END_OF_EXCHANGES: dates.end_of_exchanges,
    }
    extended = set(application.gate_overrides.values_list("kind", flat=True))
    views = []
    for gate in definition_for(application).gates:
        kind = GateKind(gate.kind)
        decided, holding = getattr(dates, kind.value), due[kind]
        if decided is not None and holding is not None:
            views.append(
                GateView(
                    kind, gate.label, decided, holding, kind.value in extended, gates.is_passed(holding, now)
                )
            )
    return views


@dataclass(frozen=True)
class GateProgress:
    """One date of one application and where it stands: held (with its day), missed, next, later; off once it ended."""

    kind: GateKind
    label: Text
    at: datetime
    state: Literal["held", "missed", "next", "later", "off"]
    held_on: datetime | None


def gate_progress(applications: Sequence[Application]) -> dict[int, list[GateProgress]]:
    """The dates of several applications, by application id. Four queries, however many.

    Expects `programme` and `revision` selected along.
    """
    chapters: dict[int, list[datetime | None]] = {}
    rows = Part.objects.filter(
        application__in=[a.pk for a in applications], kind=PartKind.CHAPTER, expected__gt=0
    )
    for pk, first in rows.values_list("application_id", "first_submitted_at"):
        chapters.setdefault(pk, []).append(first)
    dates = file_dates(applications)
    return {a.pk: _progress_of(a, dates[a.pk], chapters.get(a.pk, [])) for a in applications}


@dataclass(frozen=True)
class FileDates:
    """The decided dates of one application, and when the agency had its steps 1 and 2 in its hands."""

    calendar: gates.Calendar
    administrative_holds: tuple[gates.Hold, ...]


def file_dates(applications: Sequence[Application]) -> dict[int, FileDates]:
    """By application id. Three queries, however many."""
    ids = [a.pk for a in applications]
    set_for = Gate.objects.filter(programme__in={a.programme_id for a in applications})
    decided: dict[tuple[int, str], datetime] = {
        (gate.programme_id, gate.kind): gate.due_at for gate in set_for.order_by("set_at", "pk")
    }
    extended: dict[tuple[int, str], datetime] = {
        (o.application_id, o.kind): o.due_at
        for o in GateOverride.objects.filter(application__in=ids).order_by("pk")
    }
    holds: dict[int, list[gates.Hold]] = {}
    rounds = Round.objects.filter(part__application__in=ids, part__kind=PartKind.FORM).order_by(
        "submitted_at"
    )
    for pk, since, until in rounds.values_list("part__application_id", "submitted_at", "closed_at"):
        holds.setdefault(pk, []).append(gates.Hold(since, until))
    return {
        a.pk: FileDates(
            gates.Calendar(
                **{
                    kind: gates.later(extended.get((a.pk, kind)), decided.get((a.programme_id, kind)))
                    for kind in GateKind.values
                }
            ),
            tuple(holds.get(a.pk, ())),
        )
        for a in applications
    }


def _progress_of(
    application: Application, dates: FileDates, chapters: Sequence[datetime | None]
) -> list[GateProgress]:
    now = clock.now()
    due: dict[str, datetime | None] = {kind: getattr(dates.calendar, kind) for kind in GateKind.values}
    due[GateKind.FIRST_PROOFS.value] = gates.proofs_due(dates.calendar, dates.administrative_holds, now)
    given = [first for first in chapters if first is not None]
    held = {
        GateKind.FIRST_ADMINISTRATIVE: (
            application.first_submitted_at is not None,
            application.first_submitted_at,
        ),
        GateKind.FIRST_PROOFS: (bool(given) and len(given) == len(chapters), max(given, default=None)),
        GateKind.END_OF_EXCHANGES: (application.state in DECISION_STATES, None),
    }
    found: list[GateProgress] = []
    waits_already = False
    for gate in definition_for(application).gates:
        kind, at = GateKind(gate.kind), due[gate.kind]
        if at is None:
            continue
        is_held, held_on = held[kind]
        state: Literal["held", "missed", "next", "later", "off"] = "later"
        if is_held:
            state = "held"
        elif application.is_ended:
            state = "off"
        elif gates.is_passed(at, now):
            state = "missed"
        elif not waits_already:
            state, waits_already = "next", True
        found.append(GateProgress(kind, gate.label, at, state, held_on if is_held else None))
    return found


def correction_gate(application: Application, part: Part) -> GateProgress | None:
    """Until when what the agency sent back of this part may be handed in again (R4): the end of exchanges, later
    by the days on which the agency held the part. None once it is over, or without such a gate.
    """
    kind, now = GateKind.END_OF_EXCHANGES, clock.now()
    rounds = part.rounds.order_by("submitted_at").values_list("submitted_at", "closed_at")
    due = gates.corrections_due(
        calendar(application), [gates.Hold(since, until) for since, until in rounds], now
    )
    gate = next((g for g in definition_for(application).gates if g.kind == kind.value), None)
    if gate is None or due is None or gates.is_passed(due, now):
        return None
    return GateProgress(kind, gate.label, due, "next", None)


# --- People -------------------------------------------------------------------------------------------------


def instructors(application: Application, *roles: StaffRoleName) -> list[User]:
    """People of the agency who follow this file in one of the roles: by programme, or assigned to it."""
    by_programme = StaffRole.objects.filter(
        until=None, role__in=roles, programme_code=application.programme.code
    ).values("user_id")
    assigned = Assignment.objects.filter(application=application, until=None, role__in=roles).values(
        "user_id"
    )
    return list(
        User.objects.filter(is_active=True)
        .filter(Q(pk__in=by_programme) | Q(pk__in=assigned))
        .exclude(pk__in=people_in_conflict(application.company_id))
        .order_by("pk")
    )


def people_in_conflict(company_id: int) -> QuerySet[User]:
    """Who may not touch a file of this company: those who said so, and those who belong to it."""
    declared = ConflictOfInterest.objects.filter(company_id=company_id, until=None).values("user_id")
    members = Membership.objects.filter(company_id=company_id, until=None).values("user_id")
    return User.objects.filter(Q(pk__in=declared) | Q(pk__in=members))


def company_document(application: Application, document_id: int) -> Document:
    """A file of the candidate's company, or NotVisible: nobody attaches another company's."""
    document = Document.objects.filter(pk=document_id, company_id=application.company_id).first()
    if document is None:
        raise NotVisible(str(document_id))
    return document


def document_of(
    application: Application, document_id: int, *, submitted_only: bool = False
) -> Document | None:
    """A file that belongs to the administrative file or to a prerequisite of this application.

    `submitted_only`: what the agency may open, not what the vendor has added since the last hand-over.
    """
    given = AnswerDocument.objects.filter(application=application, document_id=document_id)
    if submitted_only:
        handed_in = Round.objects.filter(part__application=application, part__kind=PartKind.FORM)
        last = handed_in.order_by("-submitted_at").values_list("submitted_at", flat=True).first()
        backing = {claim.evidence_field for claim in definition_for(application).claims}
        declared = Q(field__in=backing) if application.expected else Q(pk=None)
        given = given.filter(Q(added_at__lte=last) | declared) if last else given.none()
    tracked = Milestone.objects.filter(application=application, document_id=document_id)
    if not given.exists() and not tracked.exists():
        return None
    return Document.objects.filter(pk=document_id).first()


def restricted_fields(definition: Definition) -> frozenset[str]:
    """Answers that only a mandataire or a responsable gives: profiles, and what a claim is declared by."""
    profiles = {field.key for field in all_fields(definition) if field.kind == "profiles"}
    claims = {
        key
        for claim in definition.claims
        for kind, key in claim.declared_when.references()
        if kind == "answer"
    }
    return frozenset(profiles | claims | {claim.evidence_field for claim in definition.claims})


# --- Prerequisites ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PrerequisiteView:
    """One prerequisite that applies: where it stands, what it waits for, the latest fact about it."""

    prerequisite: Prerequisite
    stage: Stage
    waits_for: tuple[Prerequisite, ...]
    latest: Milestone | None


def prerequisite_views(application: Application) -> list[PrerequisiteView]:
    """The prerequisites of the programme that these facts call for, in order (G17)."""
    known, held = current_facts(application), milestones(application, MilestoneKind.PREREQUISITE)
    due = [p for p in definition_for(application).prerequisites if p.when is None or p.when.holds(known)]
    recorded = {key for key, row in held.items() if row.state == MilestoneState.CONFIRMED}
    by_key = {p.key: p for p in due}
    views = []
    for p in due:
        latest = held.get(p.key)
        awaited = [key for key in p.waits_for if key in by_key and key not in recorded]
        views.append(
            PrerequisiteView(
                p,
                stage(latest.state if latest else "", blocked=bool(awaited)),
                tuple(by_key[key] for key in awaited),
                latest,
            )
        )
    return views


# --- Technical versions -------------------------------------------------------------------------------------

# From step 3 on; before, the vendor has nothing to redo, and afterwards the convention prints the version.
VERSION_STATES = (ApplicationState.ELIGIBLE, ApplicationState.PROOFS_VALIDATED)


@dataclass(frozen=True)
class VersionLine:
    """One technical version declared on an application, and what the agency answered: None while it waits."""

    declaration: VersionDeclaration
    decision: VersionDecision | None

    @property
    def to_redo(self) -> tuple[str, ...]:
        """Keys of the expected proofs that the agency asked for anew."""
        return tuple(json.loads(self.decision.to_redo)) if self.decision else ()


def version_declarations(application: Application) -> list[VersionLine]:
    """The technical versions declared on this application, the latest first. One query (situation 4)."""
    rows = VersionDeclaration.objects.filter(application=application)
    rows = rows.select_related("by", "decision__by").order_by("-n")
    return [VersionLine(row, getattr(row, "decision", None)) for row in rows]


def pending_version(application: Application) -> VersionDeclaration | None:
    """The declared version that waits for the agency; there is one at most."""
    waiting = VersionDeclaration.objects.filter(application=application, decision=None)
    return waiting.select_related("by").first()


def version_obstacle(application: Application) -> str:
    """Why no technical version may be declared or decided on now, or ""."""
    drawn = Part.objects.filter(application=application, kind=PartKind.CONVENTION).exclude(
        state=StepState.LOCKED
    )
    if drawn.exists() or application.state in DECISION_STATES[1:]:
        return _("La convention est établie : la version de la candidature ne change plus.")
    if application.state not in VERSION_STATES:
        return _(
            "Une version technique se déclare une fois le dossier éligible (statut actuel : « %(state)s »)."
        ) % {"state": application.get_state_display()}
    return ""
