"""/instruction/<number>: where a file stands, whose turn it is, what it still needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Application, Part
from jalon.applications.policy import can_examine, can_manage
from jalon.applications.queries import definition_for, instructors, parts_of
from jalon.applications.queries.dates import gate_progress
from jalon.applications.queries.prerequisites import prerequisite_views
from jalon.applications.rules.prerequisites import Stage
from jalon.applications.states import (
    CHAPTER_UNDER_EXAMINATION,
    ApplicationState,
    ChapterState,
    PartKind,
    Turn,
)
from jalon.awards.policy import can_sign_for_agency
from jalon.awards.queries.conditions import missing_for
from jalon.awards.queries.opinions import opinion_obstacle
from jalon.awards.rules import Code, Condition
from jalon.desk.queries.journal import journal_extract, journal_lines, journal_of
from jalon.journal.models import Entry
from jalon.messaging.queries import conversation
from jalon.programmes.definition.schema import Text
from jalon.reviews.policy import can_decide_eligibility, can_decide_version, can_judge
from jalon.web.access import standing_in
from jalon.web.agency.events import EventLine, event_lines
from jalon.web.agency.frame import file_context, file_page, gives_opinion, turn_for
from jalon.web.answers import said
from jalon.web.components.progress import Progress
from jalon.web.components.states import StepShown
from jalon.web.declarations import declaration_of
from jalon.web.paging import page_of
from jalon.web.versions import versions_of

SHOWN_EVENTS = 8
SHOWN_CHAPTERS = 3
SHOWN_PEOPLE = 10


@dataclass(frozen=True)
class ChapterLine:
    title: Text
    state: str
    counts: Progress
    given: bool  # the agency may look into it
    url: str
    since: Any
    round: int


def chapter_counts(part: Part) -> Progress:
    """From the counters alone. What the vendor has only deposited is not the agency's to see."""
    waiting = part.given - part.conform if part.state in CHAPTER_UNDER_EXAMINATION else 0
    return Progress(part.expected, part.conform, waiting, part.to_modify)


def chapter_lines(application: Application, parts: Mapping[str, Part]) -> list[ChapterLine]:
    """The chapters that apply, those to examine first."""
    titles = {f"chapter:{c.key}": c.title for c in definition_for(application).chapters}
    order = {state: n for n, state in enumerate([*CHAPTER_UNDER_EXAMINATION, ChapterState.TO_MODIFY])}
    rows = [p for p in parts.values() if p.kind == PartKind.CHAPTER and p.expected]
    rows.sort(key=lambda p: (order.get(ChapterState(p.state), len(order)), p.position))
    return [
        ChapterLine(
            titles.get(p.key, Text(fr=p.key)),
            p.state,
            chapter_counts(p),
            p.first_submitted_at is not None,
            reverse("staff-chapter", args=[application.number, p.key.removeprefix("chapter:")]),
            p.state_since,
            p.round,
        )
        for p in rows
    ]


def step_lines(application: Application, parts: Mapping[str, Part]) -> list[StepShown]:
    number = application.number
    urls = {
        "form": reverse("staff-dossier", args=[number]),
        "proofs": reverse("staff-file", args=[number]) + "#chapitres",
        "convention": reverse("staff-convention", args=[number]),
    }
    return [
        StepShown(n, step.title, part.state, step.kind, urls[step.kind], ended=application.is_ended)
        for n, step in enumerate(definition_for(application).steps, start=1)
        if (part := parts.get(f"step:{step.key}"))
    ]


@dataclass(frozen=True)
class Panel:
    """templates/components/turn_panel.html"""

    who: str
    what: str
    action: Mapping[str, str] | None
    lines: tuple[Mapping[str, Any], ...]


def turn_panel(
    standing: Standing,
    application: Application,
    chapters: list[ChapterLine],
    deposited: int,
    *,
    version_waits: bool,
    claim_waits: bool,
    proofs_done: bool,
) -> Panel:
    """What is awaited, and from whom; the primary action when it is this person's."""
    waiting = [c for c in chapters if c.state in CHAPTER_UNDER_EXAMINATION]
    lines = (
        (
            {
                "count": deposited,
                "what": ngettext("prérequis déposé", "prérequis déposés", deposited),
                "why": _("à constater, avec sa date"),
                "label": _("Constater"),
                "url": reverse("staff-prerequisites", args=[application.number]),
            },
        )
        if deposited
        else ()
    )
    if version_waits:
        answer = {
            "count": 1,
            "what": _("version technique déclarée"),
            "why": _("à accepter, avec les preuves à refaire, ou à refuser"),
            "label": _("Répondre"),
            "url": reverse("staff-version", args=[application.number]),
        }
        lines = (answer, *lines)
    if claim_waits:
        check = {
            "count": 1,
            "what": _("déclaration modifiée"),
            "why": _("à vérifier : elle ne vaut qu’une fois confirmée"),
            "label": _("Vérifier"),
            "url": reverse("staff-declaration", args=[application.number]),
        }
        lines = (check, *lines)
    if application.turn == Turn.VENDOR and (
        proofs_done or application.state == ApplicationState.PROOFS_VALIDATED
    ):
        what, action = _("L’éditeur choisit à nouveau ses profils : l’un d’eux n’existe plus."), None
    elif proofs_done:
        answers = version_waits or claim_waits
        what, action = _validation_awaited(standing, application, answers_wait=answers)
    else:
        what, action = _awaited(standing, application, waiting)
    who = Turn.AGENCY.value if application.awaits_agency or action else turn_for(standing, application).who
    return Panel(who, what, action, lines)


def _awaited(
    standing: Standing, application: Application, waiting: list[ChapterLine]
) -> tuple[str, Mapping[str, str] | None]:
    state, number = application.state, application.number
    if state == ApplicationState.SUBMITTED:
        url = reverse("staff-dossier", args=[number])
        act = {"label": _("Examiner le dossier"), "url": url, "reason": ""}
        return _("Le dossier administratif est à examiner."), act if can_examine(
            standing, application
        ) else None
    if waiting:
        n = len(waiting)
        words = ngettext(
            "%(n)s chapitre de preuves est à examiner.", "%(n)s chapitres de preuves sont à examiner.", n
        )
        act = {"label": _("Examiner le plus ancien"), "url": _oldest(waiting).url, "reason": ""}
        return words % {"n": n}, act if can_examine(standing, application) else None
    return _last_steps(standing, application)


def _are_proofs_done(application: Application, parts: Mapping[str, Part]) -> bool:
    """Nothing is open in step 3, and no verifier has validated it."""
    chapters = [part for part in parts.values() if part.kind == PartKind.CHAPTER]
    return application.state == ApplicationState.ELIGIBLE and all(
        part.state == ChapterState.VALIDATED for part in chapters
    )


def _validation_awaited(
    standing: Standing, application: Application, *, answers_wait: bool
) -> tuple[str, Mapping[str, str] | None]:
    what = (
        _("Toutes les preuves demandées sont conformes : l’étape des preuves est à valider.")
        if application.expected
        else _("Aucune preuve n’est demandée : l’étape des preuves est à valider.")
    )
    if answers_wait or not can_judge(standing, application):
        return what, None
    url = reverse("staff-validate-proofs", args=[application.number])
    return what, {"label": _("Valider l’étape"), "url": url, "reason": ""}


def _oldest(waiting: list[ChapterLine]) -> ChapterLine:
    return min(waiting, key=lambda c: c.since)


def _last_steps(standing: Standing, application: Application) -> tuple[str, Mapping[str, str] | None]:
    url = reverse("staff-convention", args=[application.number])
    if gives_opinion(standing, application):
        if obstacle := opinion_obstacle(application):
            return obstacle, None
        return _("L’avis du collège est à rendre."), {"label": _("Rendre l’avis"), "url": url, "reason": ""}
    if application.turn == Turn.SIGNATORY:
        act = {"label": _("Lire et signer la convention"), "url": url, "reason": ""}
        return _("La convention attend la signature de l’agence."), (
            act if can_sign_for_agency(standing, application) else None
        )
    sentences = {
        ApplicationState.TO_COMPLETE: _("L’éditeur complète son dossier administratif."),
        ApplicationState.TO_MODIFY: _("L’éditeur modifie son dossier administratif."),
        ApplicationState.ELIGIBLE: _("L’éditeur dépose ses preuves."),
        ApplicationState.PROOFS_VALIDATED: _("Toutes les preuves sont validées ; la convention s’établit."),
        ApplicationState.CONVENTION_SIGNING: _("La convention est en signature."),
        ApplicationState.LISTED: said(definition_for(application).award.is_pronounced),
        ApplicationState.REFUSED: _("La candidature est refusée."),
        ApplicationState.WITHDRAWN: _("L’éditeur a retiré sa candidature."),
        ApplicationState.LATE: _("Une échéance est dépassée : seule une prolongation rouvre le dossier."),
    }
    return sentences[ApplicationState(application.state)], None


@dataclass(frozen=True)
class PersonLine:
    name: str
    role: str
    you: bool


def people_lines(standing: Standing, application: Application) -> list[PersonLine]:
    """The referent, then who examines. A long list is cut: first who reads it, and those to whom the file was given."""
    rows = []
    if application.referent:
        rows.append((application.referent, str(StaffRoleName.REFERENT.label)))
    named = {user.pk for user, _role in rows}
    verifiers = instructors(application, StaffRoleName.VERIFIER)
    rows += [(user, str(StaffRoleName.VERIFIER.label)) for user in verifiers if user.pk not in named]
    given = set(application.assignments.filter(until=None).values_list("user_id", flat=True))
    rank = {user.pk: (user.pk != standing.user_id, user.pk not in given) for user, _role in rows}
    rows[len(named) :] = sorted(rows[len(named) :], key=lambda row: rank[row[0].pk])
    return [PersonLine(user.full_name, role, user.pk == standing.user_id) for user, role in rows]


def short_missing(missing: Sequence[Condition]) -> list[str]:
    """What the award still needs, in sentences; many chapters are one sentence."""
    chapters = [m for m in missing if m.code is Code.CHAPTER_VALIDATED]
    if len(chapters) <= SHOWN_CHAPTERS:
        return [m.for_agency for m in missing]
    n = len(chapters)
    whole = ngettext(
        "%(n)s chapitre de preuves reste à valider.", "%(n)s chapitres de preuves restent à valider.", n
    )
    sentences = []
    for m in missing:
        if m not in chapters:
            sentences.append(m.for_agency)
        elif m is chapters[0]:
            sentences.append(whole % {"n": n})
    return sentences


_STAGES: Mapping[Stage, tuple[str, str]] = {
    Stage.BLOCKED: ("lock-line", "off"),
    Stage.TO_OBTAIN: ("time-line", "info"),
    Stage.DEPOSITED: ("file-line", "wait"),
    Stage.REJECTED: ("arrow-go-back-line", "fix"),
    Stage.RECORDED: ("check-line", "ok"),
}


def stage_word(stage: Stage) -> str:
    return {
        Stage.BLOCKED: _("Bloqué"),
        Stage.TO_OBTAIN: _("À obtenir"),
        Stage.DEPOSITED: _("À constater"),
        Stage.REJECTED: _("Document écarté"),
        Stage.RECORDED: _("Constaté"),
    }[stage]


def stage_look(stage: Stage) -> tuple[str, str]:
    return _STAGES[stage]


def stage_turn(stage: Stage) -> str:
    """Whose move; nobody's once recorded."""
    turns = {Stage.DEPOSITED: Turn.AGENCY, Stage.RECORDED: Turn.NOBODY, Stage.BLOCKED: Turn.THIRD_PARTY}
    return turns.get(stage, Turn.VENDOR).value


@file_page
@require_safe
def overview(request: HttpRequest, application: Application) -> HttpResponse:
    standing, parts = standing_in(request), parts_of(application)
    people = people_lines(standing, application)
    chapters = chapter_lines(application, parts)
    tracked = prerequisite_views(application)
    deposited = sum(v.stage is Stage.DEPOSITED for v in tracked)
    versions = versions_of(application)
    version_waits = versions.pending is not None and not versions.obstacle
    declaration = declaration_of(application)
    claim_waits = declaration.waits and not declaration.obstacle
    last = list(conversation(application).order_by("-pk")[:1])
    context = {
        **file_context(request, application, "overview", _("Vue d’ensemble")),
        "panel": turn_panel(
            standing,
            application,
            chapters,
            deposited,
            version_waits=version_waits,
            claim_waits=claim_waits,
            proofs_done=_are_proofs_done(application, parts),
        ),
        "steps": step_lines(application, parts),
        "chapters": chapters,
        "counts": _total(application, chapters),
        "gates": gate_progress([application])[application.pk],
        "versions": versions,
        "may_answer_version": version_waits and can_decide_version(standing, application),
        "declaration": declaration,
        "may_decide_claim": claim_waits and can_decide_eligibility(standing, application),
        "prerequisites": [_prerequisite_row(v) for v in tracked if v.latest or not application.is_ended],
        "prerequisites_left": any(v.stage is not Stage.RECORDED for v in tracked),
        "people": people[:SHOWN_PEOPLE],
        "more_people": len(people[SHOWN_PEOPLE:]),
        "missing": short_missing(missing_for(application)) if not application.is_final else [],
        "events": _events(application, journal_extract(application, SHOWN_EVENTS)),
        "last_message": last[0] if last else None,
        "may_manage": can_manage(standing, application),
    }
    return render(request, "agency/overview.html", context)


def _total(application: Application, chapters: list[ChapterLine]) -> Progress:
    return Progress(
        application.expected,
        application.conform,
        sum(c.counts.submitted for c in chapters),
        application.to_modify,
    )


def _prerequisite_row(view: Any) -> dict[str, Any]:
    icon, tone = stage_look(view.stage)
    detail = said(view.prerequisite.desk)
    if view.waits_for and view.stage is Stage.BLOCKED:
        detail = _("Attend : %(what)s") % {"what": ", ".join(p.number for p in view.waits_for)}
    return {
        "number": view.prerequisite.number,
        "title": view.prerequisite.title,
        "detail": detail,
        "icon": icon,
        "tone": tone,
        "word": stage_word(view.stage),
        "turn": stage_turn(view.stage),
        "side": "agency",
    }


def _events(application: Application, entries: Iterable[Entry]) -> list[EventLine]:
    return event_lines(journal_lines(entries), definition_for(application))


@file_page
@require_safe
def history(request: HttpRequest, application: Application) -> HttpResponse:
    """Everything that was done on the file, in words."""
    page = page_of(request, journal_of(application))
    context = {
        **file_context(request, application, "history", _("Historique")),
        "page": page,
        "events": _events(application, page.object_list),
    }
    return render(request, "agency/history.html", context)


urls = [
    path("instruction/<str:number>", overview, name="staff-file"),
    path("instruction/<str:number>/historique", history, name="staff-history"),
]
