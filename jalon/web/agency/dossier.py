"""…/dossier: the administrative file as it was handed in, field by field, and the decision on it (G11)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.accounts.standing import Standing
from jalon.applications.models import AnswerDocument, Application, MilestoneKind, Round
from jalon.applications.queries import definition_for, parts_of
from jalon.applications.queries.facts import milestones
from jalon.applications.rules.answers import asked, declared_claims, form_steps, repeat_asked
from jalon.applications.states import ApplicationState, PartKind, RoundOutcome
from jalon.desk.queries.files import submitted_documents
from jalon.documents.policy import is_not_analysed
from jalon.programmes.definition.schema import Claim, Definition, FormField, FormSection, Text
from jalon.reviews.models import Remark
from jalon.reviews.policy import can_decide_eligibility
from jalon.web.access import standing_in
from jalon.web.agency.frame import file_context, file_page
from jalon.web.answers import answer_lines, block_lines, said
from jalon.web.components.fields import Choice, Field

REMARK = "remark."
CLAIM = "claim."


@dataclass(frozen=True)
class FileLink:
    name: str
    url: str
    note: str  # "Non analysé"


@dataclass(frozen=True)
class Row:
    """One question with its answer. `before`: what the previous hand-in said, when it differs."""

    key: str
    label: Text
    lines: tuple[str, ...]
    files: tuple[FileLink, ...]
    changed: bool
    before: tuple[str, ...]
    asked: tuple[Remark, ...]  # what the agency asked for last time
    remark: Field | None
    opened: bool


@dataclass(frozen=True)
class Section:
    key: str
    title: Text
    step: Text
    rows: tuple[Row, ...]

    @property
    def changed(self) -> int:
        return sum(row.changed for row in self.rows)


@dataclass(frozen=True)
class ClaimRow:
    claim: Claim
    evidence: str
    field: Field | None
    state: str


@dataclass(frozen=True)
class RoundLine:
    """One hand-in and how it ended."""

    handed_in: Round
    reasons: tuple[Remark, ...]
    requests: tuple[tuple[str, Remark], ...]


# --- The page -----------------------------------------------------------------------------------------------


@file_page
@require_http_methods(["GET", "HEAD"])
def dossier(request: HttpRequest, application: Application) -> HttpResponse:
    return dossier_page(request, application)


def dossier_page(
    request: HttpRequest,
    application: Application,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    typed, errors = typed or {}, errors or {}
    standing = standing_in(request)
    rounds = rounds_of(application)
    latest = rounds[-1] if rounds else None
    may_decide = _may_decide(standing, application, latest)
    remarks = _remarks(rounds)
    sections = _sections(application, rounds, remarks, typed if may_decide else None, errors)
    labels = {row.key: said(row.label) for section in sections for row in section.rows}
    context = {
        **file_context(request, application, "dossier", _("Dossier administratif")),
        "latest": latest,
        "first_round": len(rounds) == 1,
        "sections": sections,
        "changed": sum(section.changed for section in sections),
        "claims": _claims(application, rounds, typed if may_decide else None, errors),
        "may_decide": may_decide,
        "may_reopen": _may_reopen(standing, application, latest),
        "rounds": [_round_line(r, remarks.get(r.pk, []), labels) for r in reversed(rounds)],
        "reasons": _reasons_field(typed, errors),
        "reopening": _reopening_field(typed, errors),
        "errors": _error_links(errors),
        "general": general,
    }
    return render(request, "agency/dossier.html", context, status=status)


def rounds_of(application: Application) -> list[Round]:
    deciding = list(parts_of(application, PartKind.FORM).values())[-1]
    return list(deciding.rounds.select_related("submitted_by", "closed_by").order_by("n"))


def _may_decide(standing: Standing, application: Application, latest: Round | None) -> bool:
    return (
        latest is not None
        and latest.outcome == RoundOutcome.PENDING
        and application.state == ApplicationState.SUBMITTED
        and can_decide_eligibility(standing, application)
    )


def _may_reopen(standing: Standing, application: Application, latest: Round | None) -> bool:
    """Only what eligibility refused; an opinion of the college is not reopened here."""
    return (
        application.state == ApplicationState.REFUSED
        and latest is not None
        and latest.outcome == RoundOutcome.REFUSED
        and can_decide_eligibility(standing, application)
    )


def _remarks(rounds: Sequence[Round]) -> dict[int, list[Remark]]:
    grouped: dict[int, list[Remark]] = {}
    for row in Remark.objects.filter(round__in=rounds).select_related("by").order_by("pk"):
        grouped.setdefault(row.round_id, []).append(row)
    return grouped


def snapshot_answers(handed_in: Round | None) -> dict[str, Any]:
    answers: dict[str, Any] = json.loads(handed_in.snapshot)["answers"] if handed_in else {}
    return answers


def _sections(
    application: Application,
    rounds: Sequence[Round],
    remarks: Mapping[int, list[Remark]],
    typed: Mapping[str, str] | None,
    errors: Mapping[str, str],
) -> list[Section]:
    """What was handed in last, beside what was handed in before."""
    definition = definition_for(application)
    now = snapshot_answers(rounds[-1] if rounds else None)
    before = snapshot_answers(rounds[-2]) if len(rounds) > 1 else None
    ids = {pk for answers in (now, before or {}) for pk in _document_ids(definition, answers)}
    rows = _Rows(application, definition, now, before, submitted_documents(application, ids), typed, errors)
    last_requests = remarks.get(rounds[-2].pk, []) if len(rounds) > 1 else []
    by_field: dict[str, list[Remark]] = {}
    for remark in last_requests:
        by_field.setdefault(remark.field, []).append(remark)
    return [
        Section(section.key, section.title, step.title, found)
        for step in form_steps(definition)
        for section in step.sections
        if (found := rows.of(section, by_field))
    ]


def _document_ids(definition: Definition, answers: Mapping[str, Any]) -> list[int]:
    fields = [
        f for s in form_steps(definition) for x in s.sections for f in x.fields if f.kind == "documents"
    ]
    return [int(pk) for f in fields for pk in answers.get(f.key) or []]


class _Rows:
    """Makes the rows of a section from two hand-ins."""

    def __init__(
        self,
        application: Application,
        definition: Definition,
        now: Mapping[str, Any],
        before: Mapping[str, Any] | None,
        documents: Mapping[int, AnswerDocument],
        typed: Mapping[str, str] | None,
        errors: Mapping[str, str],
    ) -> None:
        self.number, self.definition, self.now, self.before = application.number, definition, now, before
        self.documents, self.typed, self.errors = documents, typed, errors

    def of(self, section: FormSection, requests: Mapping[str, Sequence[Remark]]) -> tuple[Row, ...]:
        rows = [self._field_row(field, requests) for field in asked(section, self.now)]
        repeat = repeat_asked(section, self.now)
        if repeat:
            rows.append(
                self._row(
                    repeat.key,
                    section.title,
                    lambda answers: block_lines(repeat, answers.get(repeat.key), self.definition),
                    requests,
                )
            )
        return tuple(rows)

    def _field_row(self, field: FormField, requests: Mapping[str, Sequence[Remark]]) -> Row:
        if field.kind == "documents":
            return self._row(
                field.key, field.label, lambda answers: self._names(answers, field.key), requests, files=True
            )
        return self._row(
            field.key,
            field.label,
            lambda answers: answer_lines(field, answers.get(field.key), self.definition),
            requests,
            askable=field.kind != "shown",
        )

    def _row(
        self,
        key: str,
        label: Text,
        words: Callable[[Mapping[str, Any]], list[str]],
        requests: Mapping[str, Sequence[Remark]],
        *,
        files: bool = False,
        askable: bool = True,
    ) -> Row:
        changed = self.before is not None and self.now.get(key) != self.before.get(key)
        typed = (self.typed or {}).get(f"{REMARK}{key}", "")
        return Row(
            key=key,
            label=label,
            lines=() if files else tuple(words(self.now)),
            files=self._links(key) if files else (),
            changed=changed,
            before=tuple(words(self.before)) if changed and self.before is not None else (),
            asked=tuple(requests.get(key, ())),
            remark=self._remark_field(key, label, typed) if askable and self.typed is not None else None,
            opened=bool(typed) or key in self.errors,
        )

    def _names(self, answers: Mapping[str, Any], key: str) -> list[str]:
        return [self.documents[pk].document.name for pk in answers.get(key) or [] if pk in self.documents]

    def _links(self, key: str) -> tuple[FileLink, ...]:
        found = [self.documents[pk].document for pk in self.now.get(key) or [] if pk in self.documents]
        return tuple(
            FileLink(
                d.name,
                reverse("staff-piece", args=[self.number, d.pk]),
                _("Non analysé") if is_not_analysed(d) else "",
            )
            for d in found
        )

    def _remark_field(self, key: str, label: Text, typed: str) -> Field:
        return Field(
            name=f"{REMARK}{key}",
            label=_("Modification demandée : %(field)s") % {"field": said(label)},
            kind="long_text",
            value=typed,
            hint=_("Dites ce qui manque et ce qui suffirait : l’éditeur le lira en regard de sa réponse."),
            error=self.errors.get(key, ""),
            rows=3,
            max_length=4000,
        )


def _claims(
    application: Application,
    rounds: Sequence[Round],
    typed: Mapping[str, str] | None,
    errors: Mapping[str, str],
) -> list[ClaimRow]:
    definition, answers = definition_for(application), snapshot_answers(rounds[-1] if rounds else None)
    declared = declared_claims(definition, answers)
    decided = milestones(application, MilestoneKind.CLAIM)
    return [
        ClaimRow(
            claim,
            str(answers.get(claim.evidence_field) or ""),
            _claim_field(claim, typed, errors) if typed is not None else None,
            decided[claim.key].state if claim.key in decided and typed is None else "",
        )
        for claim in definition.claims
        if claim.key in declared
    ]


def _claim_field(claim: Claim, typed: Mapping[str, str], errors: Mapping[str, str]) -> Field:
    return Field(
        name=f"{CLAIM}{claim.key}",
        label=_("Cette déclaration est-elle confirmée ?"),
        kind="radios",
        value=typed.get(f"{CLAIM}{claim.key}", ""),
        hint=_("Il faut répondre pour déclarer le dossier éligible."),
        error=errors.get(claim.key, ""),
        options=(
            Choice("yes", _("Confirmée")),
            Choice(
                "no",
                _("Non confirmée"),
                hint=_("Les preuves attendues sont celles d’une déclaration absente."),
            ),
        ),
    )


def _reasons_field(typed: Mapping[str, str], errors: Mapping[str, str]) -> Field:
    return Field(
        name="reasons",
        label=_("Motifs du refus et remèdes"),
        kind="long_text",
        value=typed.get("reasons", ""),
        hint=_(
            "Seulement pour refuser. L’éditeur les lira : dites les raisons et ce qui permettrait d’y remédier."
        ),
        error=errors.get("reasons", ""),
        rows=4,
        max_length=8000,
    )


def _reopening_field(typed: Mapping[str, str], errors: Mapping[str, str]) -> Field:
    return Field(
        name="reason",
        label=_("Raison de la réouverture"),
        kind="long_text",
        value=typed.get("reason", ""),
        hint=_("Elle reste au dossier ; l’éditeur la lira dans la conversation."),
        required=True,
        error=errors.get("reason", ""),
        rows=3,
        max_length=4000,
    )


def _error_links(errors: Mapping[str, str]) -> list[tuple[str, str]]:
    """(id of the input, sentence)."""
    general = {"remarks": "decision", "reasons": "f-reasons", "reason": "f-reason"}
    return [
        (general.get(key) or Field(name=f"{CLAIM}{key}", label="").id, sentence)
        for key, sentence in errors.items()
    ]


def _round_line(handed_in: Round, remarks: Sequence[Remark], labels: Mapping[str, str]) -> RoundLine:
    return RoundLine(
        handed_in,
        tuple(r for r in remarks if not r.field),
        tuple((labels.get(r.field, r.field), r) for r in remarks if r.field),
    )


urls = [path("instruction/<str:number>/dossier", dossier, name="staff-dossier")]
