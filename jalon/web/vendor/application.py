"""/candidatures/<number>: whose turn, what next, by when; then the steps, the dates and the other desks (G08)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from jalon.applications.actions.answers import EDITABLE
from jalon.applications.actions.opening import charter_text
from jalon.applications.models import Answer, AnswerDocument, Application, CharterAcceptance, Part
from jalon.applications.policy import can_decide_for_company
from jalon.applications.queries import definition_for, parts_of
from jalon.applications.queries.answers import answers_of
from jalon.applications.rules.answers import form_steps
from jalon.applications.states import ApplicationState, ChapterState, PartKind, Turn
from jalon.core.canonical import sha256_hex
from jalon.evidence.models import Slot
from jalon.evidence.states import SlotState
from jalon.programmes.definition.schema import FormStep, ProofsStep, Text
from jalon.reviews.policy import can_declare_again
from jalon.reviews.queries import open_remarks
from jalon.reviews.queries.latest_moves import latest_moves
from jalon.web.access import standing_in
from jalon.web.components.progress import Progress
from jalon.web.declarations import declaration_of
from jalon.web.vendor.form_values import said
from jalon.web.vendor.frame import (
    AskedByChange,
    StepRow,
    address,
    application_page,
    asked_by_change,
    awaited,
    crumbs_of,
    frame,
    has_declaration,
    has_profiles_to_choose,
    side,
)
from jalon.web.vendor.tracker import tracker_rows
from jalon.web.versions import versions_of


@dataclass(frozen=True)
class Line:
    """One line of the turn panel: how many of what, why, and where it leads."""

    count: int
    what: str
    why: str
    label: str
    url: str


@dataclass(frozen=True)
class Panel:
    """Whose turn, one sentence, one action."""

    who: str
    what: str
    action: dict[str, str] | None
    lines: tuple[Line, ...]


@application_page
@require_safe
def application_dashboard(request: HttpRequest, application: Application) -> HttpResponse:
    standing = standing_in(request)
    answers = answers_of(application)
    context = frame(application, answers=answers)
    charter = CharterAcceptance.objects.filter(application=application).first()
    moved = latest_moves([application]).get(application.pk)
    change = asked_by_change(application, moved)
    return render(
        request,
        "vendor/application.html",
        {
            **context,
            **side(standing, application),
            "crumbs": crumbs_of(application),
            "panel": _with_change(panel(application, context["steps"]), change),
            "was_moved": moved is not None,
            "counts": slot_counts(application),
            "prerequisites": tracker_rows(application),
            "versions": versions_of(application),
            "declaration": declaration_of(application) if has_declaration(application) else None,
            "may_declare": can_declare_again(standing, application),
            "charter": charter,
            "refusal": open_remarks(application).get("", [])
            if application.state == ApplicationState.REFUSED
            else [],
            "may_withdraw": can_decide_for_company(standing, application) and not application.is_final,
            "has_recap": application.state not in EDITABLE
            or all(s.state != "locked" for s in context["steps"][: len(form_steps(context["definition"]))]),
        },
    )


def slot_counts(application: Application) -> Progress | None:
    """Exclusive counts of slots, as the bar shows them; none before step 3 is open."""
    if not application.expected:
        return None
    asked = Slot.objects.filter(application=application, asked=True)
    rows = asked.values("state").annotate(n=Count("pk"))
    counted = {row["state"]: row["n"] for row in rows}

    def total(*states: SlotState) -> int:
        return sum(counted.get(state.value, 0) for state in states)

    return Progress(
        application.expected,
        conforming=total(SlotState.CONFORMING, SlotState.NA_ACCEPTED),
        submitted=total(SlotState.SUBMITTED, SlotState.NA_REQUESTED),
        to_modify=total(SlotState.TO_MODIFY, SlotState.TO_REQUALIFY),
        deposited=total(SlotState.DEPOSITED),
    )


def panel(application: Application, steps: list[StepRow]) -> Panel:
    """The first thing on the page. Nothing to do: the same panel, without a button."""
    state = ApplicationState(application.state)
    if state in EDITABLE and application.turn == Turn.VENDOR:
        return _form_panel(application, steps)
    if state == ApplicationState.ELIGIBLE or has_profiles_to_choose(application):
        return _proofs_panel(application)
    if state in (
        ApplicationState.PROOFS_VALIDATED,
        ApplicationState.CONVENTION_SIGNING,
        ApplicationState.LISTED,
    ):
        label = _("Voir les documents") if state == ApplicationState.LISTED else _("Voir la convention")
        action = {"label": label, "url": address(application, "convention"), "reason": ""}
        return Panel(application.turn, awaited(application), action, ())
    return Panel(application.turn, awaited(application), None, ())


def _with_change(shown: Panel, change: AskedByChange | None) -> Panel:
    """What a change asks for comes before the other lines."""
    if change is None:
        return shown
    line = Line(change.count, change.what, change.why, _("Voir ce qui change"), change.url)
    return replace(shown, lines=(line, *shown.lines))


def _form_panel(application: Application, steps: list[StepRow]) -> Panel:
    forms = [s for s in steps if "/etapes/" in s.url]
    to_modify = application.state == ApplicationState.TO_MODIFY
    open_first = next((s for s in forms if s.percent < 100), None)
    url = open_first.url if open_first else address(application, "recapitulatif")
    requests = {k: v for k, v in open_remarks(application).items() if k} if to_modify else {}
    if to_modify:
        url = next((s.url for s in forms if s.state == "to_modify"), url)
    begun = (
        Answer.objects.filter(application=application).exists()
        or AnswerDocument.objects.filter(application=application).exists()
    )
    label = _("Continuer") if begun or to_modify else _("Démarrer")
    steps_of = {s.key: s for s in form_steps(definition_for(application))}
    lines = [
        Line(n, said(s.title), _asked(n) if n else _form_state(s), _("Ouvrir"), s.url)
        for s in forms
        for n in [_requests_in(steps_of[s.key], requests)]
    ]
    if to_modify:
        count = len(requests)
        what = ngettext("%(n)d demande de l’agence", "%(n)d demandes de l’agence", count) % {"n": count}
    elif open_first:
        what = _("Étape %(n)d : %(title)s") % {"n": open_first.number, "title": said(open_first.title)}
    else:
        what = _("Tout est rempli : relisez, puis soumettez")
    return Panel(application.turn, what, {"label": label, "url": url, "reason": ""}, tuple(lines))


def _requests_in(step: FormStep, requests: Mapping[str, object]) -> int:
    """On how many questions of this form the agency asks for a change."""
    keys = {field.key for section in step.sections for field in section.fields}
    keys |= {section.repeat.key for section in step.sections if section.repeat}
    return sum(key in keys for key in requests)


def _asked(n: int) -> str:
    return ngettext("réponse à modifier", "réponses à modifier", n)


def _form_state(step: StepRow) -> str:
    return _("Complète") if step.percent == 100 else _("Remplie à %(n)d %%") % {"n": step.percent}


def _proofs_panel(application: Application) -> Panel:
    chapters = list(parts_of(application, PartKind.CHAPTER).values())
    proofs = address(application, "preuves")
    lines = [line for state in _CHAPTER_LINES if (line := _chapter_line(state, chapters, proofs))]
    next_page = address(application, "declaration") if has_profiles_to_choose(application) else proofs
    action = {"label": _("Continuer"), "url": next_page, "reason": ""} if application.awaits_vendor else None
    what = awaited(application)
    if application.awaits_vendor:
        steps = definition_for(application).steps
        number = next(n for n, step in enumerate(steps, start=1) if isinstance(step, ProofsStep))
        what = _("Étape %(n)d : %(title)s") % {"n": number, "title": what}
    who = Turn.VENDOR.value if application.awaits_vendor else application.turn
    return Panel(who, what, action, tuple(lines))


_CHAPTER_LINES = (ChapterState.TO_MODIFY, ChapterState.READY, ChapterState.TO_COMPLETE)


def _chapter_line(state: ChapterState, chapters: list[Part], proofs: str) -> Line | None:
    found = [c for c in chapters if c.state == state and c.expected]
    if not found:
        return None
    n = len(found)
    missing = sum(c.expected - c.given for c in found)
    back = sum(c.to_modify for c in found)
    words: Mapping[ChapterState, tuple[str, str, str]] = {
        ChapterState.TO_MODIFY: (
            ngettext("chapitre à modifier", "chapitres à modifier", n),
            ngettext("%(n)d preuve renvoyée", "%(n)d preuves renvoyées", back) % {"n": back},
            _("Voir les motifs"),
        ),
        ChapterState.READY: (
            ngettext("chapitre prêt à soumettre", "chapitres prêts à soumettre", n),
            _("Toutes leurs preuves sont déposées"),
            _("Les soumettre"),
        ),
        ChapterState.TO_COMPLETE: (
            ngettext("chapitre à compléter", "chapitres à compléter", n),
            ngettext("%(n)d preuve à déposer", "%(n)d preuves à déposer", missing) % {"n": missing},
            _("Les voir"),
        ),
    }
    what, why, label = words[state]
    return Line(n, what, why, label, f"{proofs}?etat={state.value}")


@application_page
@require_safe
def accepted_charter(request: HttpRequest, application: Application) -> HttpResponse:
    """The charter as it was accepted: the text kept with the file, not today's."""
    acceptance = CharterAcceptance.objects.select_related("accepted_by").get(application=application)
    text: dict[str, Any] = json.loads(acceptance.text)
    read_in = _language_read(application, acceptance)
    title = Text(fr=text["title"]) if read_in == "fr" else text["title"]
    return render(
        request,
        "vendor/accepted_charter.html",
        {
            **frame(application),
            "acceptance": acceptance,
            "text": text,
            "read_in": read_in,
            "crumbs": crumbs_of(application, (title, "")),
        },
    )


def _language_read(application: Application, acceptance: CharterAcceptance) -> str:
    """In which language the charter was read: the digest of the accepted text tells."""
    charter = definition_for(application).charter
    read = (lang for lang in ("fr", "en") if sha256_hex(charter_text(charter, lang)) == acceptance.sha256)
    return next(read, "fr")


urls = [
    path("candidatures/<str:number>", application_dashboard, name="application"),
    path("candidatures/<str:number>/charte", accepted_charter, name="accepted-charter"),
]
