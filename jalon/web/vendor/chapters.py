"""Step 3: the chapters of proofs as cards, and what a submission gives (Guide RIS, étape 3)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from jalon.applications.models import Application, Part
from jalon.applications.queries import definition_for, latest_round, parts_of
from jalon.applications.states import (
    CHAPTER_UNDER_EXAMINATION,
    ApplicationState,
    ChapterState,
    PartKind,
    RoundOutcome,
)
from jalon.core.text import holds_words
from jalon.evidence.queries import applicable, named_proofs
from jalon.programmes.definition.schema import Chapter, ChapterGroup, Definition
from jalon.reviews.queries import submission_obstacle, unopened_parts
from jalon.uploads.queries import under_way
from jalon.uploads.queries.many import waiting_for_a_place
from jalon.web.access import standing_in
from jalon.web.components.progress import Progress
from jalon.web.vendor.frame import (
    address,
    application_page,
    crumbs_of,
    frame,
    many_address,
    many_list_address,
    questionnaire_title,
)

# The pills above the cards: value of `etat` in the address → states.
FILTERS: dict[str, tuple[ChapterState, ...]] = {
    "a-modifier": (ChapterState.TO_MODIFY,),
    "prets": (ChapterState.READY,),
    "a-completer": (ChapterState.TO_COMPLETE,),
    "en-examen": CHAPTER_UNDER_EXAMINATION,
    "valides": (ChapterState.VALIDATED,),
}
YOURS = (ChapterState.TO_MODIFY, ChapterState.READY, ChapterState.TO_COMPLETE)


def counts_of(part: Part) -> Progress:
    """The slots of a chapter as the bar shows them, from its counters alone."""
    waiting = part.given - part.conform
    examined = part.state in CHAPTER_UNDER_EXAMINATION
    return Progress(
        part.expected,
        conforming=part.conform,
        submitted=waiting if examined else 0,
        to_modify=part.to_modify,
        deposited=0 if examined else waiting,
    )


def counts_words(part: Part) -> str:
    """ "0/1 preuves conformes, 1/1 preuve à modifier": the guide's words, then what is under way."""
    words = [_("%(x)s/%(y)s preuves conformes") % {"x": part.conform, "y": part.expected}]
    if n := part.to_modify:
        modify = ngettext("%(n)s/%(y)s preuve à modifier", "%(n)s/%(y)s preuves à modifier", n)
        words.append(modify % {"n": n, "y": part.expected})
    counts = counts_of(part)
    if n := counts.submitted:
        words.append(ngettext("%(n)s soumise", "%(n)s soumises", n) % {"n": n})
    if n := counts.deposited:
        words.append(ngettext("%(n)s déposée", "%(n)s déposées", n) % {"n": n})
    return ", ".join(words)


def submit_label(part: Part) -> str:
    """The button has the word of the next hand-over."""
    again = part.state == ChapterState.TO_MODIFY or part.first_submitted_at is not None
    return _("Resoumettre le chapitre") if again else _("Soumettre le chapitre")


def coming_words(files: int) -> str:
    """Before a hand-over: what it would leave behind, or ""."""
    if not files:
        return ""
    return ngettext(
        "%(n)s fichier est encore en cours d’envoi ou de contrôle : soumis maintenant, le chapitre part sans lui.",
        "%(n)s fichiers sont encore en cours d’envoi ou de contrôle : soumis maintenant, le chapitre part sans eux.",
        files,
    ) % {"n": files}


@dataclass(frozen=True)
class Card:
    """One chapter in the list."""

    chapter: Chapter
    part: Part
    url: str
    live: bool
    may_recall: bool
    choices: int  # to be made before one knows which proofs it expects
    files_coming: int

    @property
    def state(self) -> str:
        return self.part.state

    @property
    def counts(self) -> Progress:
        return counts_of(self.part)

    @property
    def words(self) -> str:
        return counts_words(self.part)

    @property
    def is_yours(self) -> bool:
        return self.live and self.part.state in YOURS

    @property
    def action(self) -> str:
        """The guide's word for opening the chapter."""
        if not self.is_yours:
            return _("Voir")
        return _("Modifier") if self.part.state != ChapterState.TO_COMPLETE else _("Compléter")

    @property
    def submit(self) -> str:
        """The label of the submit button; "" where it would only be in the way: nothing deposited yet."""
        return submit_label(self.part) if self.is_yours and self.part.given else ""

    @property
    def obstacle(self) -> str:
        return submission_obstacle(self.part, self.choices)

    @property
    def primary_submit(self) -> bool:
        return bool(self.submit) and not self.obstacle

    @property
    def coming(self) -> str:
        return coming_words(self.files_coming) if self.primary_submit else ""

    @cached_property
    def search(self) -> str:
        """What the search field looks into: title and codes."""
        codes = " ".join(r.code for r in self.chapter.requirements)
        return f"{self.chapter.title.fr} {self.chapter.title.en} {codes}"


@dataclass(frozen=True)
class Group:
    """A theme of the programme with its chapters; without a title, the flat list."""

    group: ChapterGroup | None
    cards: tuple[Card, ...]
    opened: bool

    @property
    def counts(self) -> Progress:
        return Progress(sum(c.part.expected for c in self.cards), sum(c.part.conform for c in self.cards))

    @property
    def detail(self) -> str:
        n, modify = len(self.cards), sum(c.state == ChapterState.TO_MODIFY for c in self.cards)
        words = [ngettext("%(n)s chapitre", "%(n)s chapitres", n) % {"n": n}]
        if modify:
            words.append(_("%(n)s à modifier") % {"n": modify})
        elif all(c.state == ChapterState.VALIDATED for c in self.cards):
            words.append(_("tous validés"))
        return ", ".join(words)


def cards_of(application: Application, definition: Definition) -> list[Card]:
    parts = parts_of(application, PartKind.CHAPTER)
    live = application.state == ApplicationState.ELIGIBLE
    unopened = unopened_parts(application) if live else frozenset()
    choices = Counter(key for choice in applicable(application).open_choices for key in choice.at_least)
    coming = _coming_by_chapter(application) if live else Counter()
    return [
        Card(
            chapter,
            parts[key],
            chapter_address(application, chapter.key),
            live,
            key in unopened,
            choices[chapter.key],
            coming[chapter.key],
        )
        for chapter in definition.chapters
        if (key := f"chapter:{chapter.key}") in parts
    ]


def _coming_by_chapter(application: Application) -> Counter[str]:
    files = under_way(application)
    chapters: Counter[str] = Counter()
    for proof in named_proofs(application) if files else ():
        chapters[proof.chapter.key] += files[proof.key]
    return chapters


def chapter_address(application: Application, key: str) -> str:
    return address(application, "chapitres", key)


def grouped(cards: Sequence[Card], definition: Definition, *, all_open: bool) -> list[Group]:
    """By theme, in the order of the programme. Those with something for the vendor stand open."""
    nothing_yours = not any(c.is_yours for c in cards)
    groups: list[Group] = []
    known = {g.key for g in definition.groups}
    for group in definition.groups:
        inside = tuple(c for c in cards if c.chapter.group == group.key)
        if inside:
            opened = all_open or nothing_yours or any(c.is_yours for c in inside)
            groups.append(Group(group, inside, opened))
    loose = tuple(c for c in cards if c.chapter.group not in known)
    return [*groups, Group(None, loose, opened=True)] if loose else groups


def _found(cards: Iterable[Card], words: str) -> list[Card]:
    return [c for c in cards if holds_words(c.search, words)]


def _pills(cards: Sequence[Card], chosen: str, words: str) -> list[dict[str, Any]]:
    labels = {
        "a-modifier": _("À modifier"),
        "prets": _("Prêts à soumettre"),
        "a-completer": _("À compléter"),
        "en-examen": _("En examen"),
        "valides": _("Validés"),
    }
    tail = f"&{urlencode({'q': words})}" if words else ""
    pills = [{"label": _("Tous"), "count": len(cards), "url": f"?{tail[1:]}", "current": not chosen}]
    for key, states in FILTERS.items():
        count = sum(c.state in states for c in cards)
        if count or key == chosen:
            pills.append(
                {"label": labels[key], "count": count, "url": f"?etat={key}{tail}", "current": key == chosen}
            )
    return pills


@application_page
@require_safe
def chapters(request: HttpRequest, application: Application) -> HttpResponse:
    """The list. `etat` and `q` in the address filter it."""
    definition = definition_for(application)
    step = next((s for s in definition.steps if s.kind == "proofs"), None)
    if step is None:
        raise Http404
    cards = cards_of(application, definition)
    chosen = request.GET.get("etat", "")
    chosen = chosen if chosen in FILTERS else ""
    words = request.GET.get("q", "").strip()[:100]
    shown = _found((c for c in cards if not chosen or c.state in FILTERS[chosen]), words)
    with_slots = {c.chapter.key for c in cards}
    context = {
        **frame(application, step.key),
        "crumbs": crumbs_of(application, (questionnaire_title(definition), "")),
        "step": step,
        "cards": cards,
        "groups": grouped(shown, definition, all_open=bool(chosen or words)),
        "shown_count": len(shown),
        "pills": _pills(cards, chosen, words),
        "chosen": chosen,
        "words": words,
        "counts": _sum(c.counts for c in cards),
        "yours": sum(c.counts.to_deposit + c.counts.to_modify for c in cards if c.is_yours),
        "ready": sum(c.primary_submit for c in cards),
        "without_proofs": [
            (c.title, chapter_address(application, c.key)) for c in _chapters_without(application, with_slots)
        ],
        "waits_for_eligibility": not cards,
        "many_url": many_address(standing_in(request), application),
        "many_list_url": many_list_address(application),
        "waiting": waiting_for_a_place(standing_in(request), application),
    }
    return render(request, "vendor/chapters.html", context)


def _chapters_without(application: Application, with_slots: set[str]) -> list[Chapter]:
    """Chapters of which requirements apply, none of them with an expected proof."""
    if not with_slots:
        return []
    found = {r.chapter.key: r.chapter for r in applicable(application).applicable}
    return [chapter for key, chapter in found.items() if key not in with_slots]


def _sum(counts: Iterable[Progress]) -> Progress:
    every = list(counts)
    return Progress(
        sum(c.expected for c in every),
        sum(c.conforming for c in every),
        sum(c.submitted for c in every),
        sum(c.to_modify for c in every),
        sum(c.deposited for c in every),
    )


@application_page
@require_safe
def submitted(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """After "Soumettre le chapitre": what was received, when, and what follows."""
    definition = definition_for(application)
    part = parts_of(application, PartKind.CHAPTER).get(f"chapter:{key}")
    chapter = next((c for c in definition.chapters if c.key == key), None)
    if part is None or chapter is None:
        raise Http404
    handed_in = latest_round(part)
    if handed_in is None:
        raise Http404
    others = cards_of(application, definition)
    context = {
        **frame(application, next(s.key for s in definition.steps if s.kind == "proofs")),
        "crumbs": crumbs_of(
            application,
            (questionnaire_title(definition), address(application, "preuves")),
            (chapter.title, ""),
        ),
        "chapter": chapter,
        "part": part,
        "handed_in": handed_in,
        "in_examination": part.state in CHAPTER_UNDER_EXAMINATION
        and handed_in.outcome == RoundOutcome.PENDING,
        "may_recall": may_recall(application, part),
        "list_url": address(application, "preuves"),
        "chapter_url": chapter_address(application, key),
        "next_card": next((c for c in others if c.primary_submit), None)
        or next((c for c in others if c.is_yours), None),
    }
    return render(request, "vendor/chapter_submitted.html", context)


def may_recall(application: Application, part: Part) -> bool:
    """Until a verifier opens it (G14)."""
    if application.state != ApplicationState.ELIGIBLE or part.state not in CHAPTER_UNDER_EXAMINATION:
        return False
    handed_in = latest_round(part)
    return handed_in is not None and handed_in.opened_at is None


urls = [
    path("candidatures/<str:number>/preuves", chapters, name="chapters"),
    path("candidatures/<str:number>/chapitres/<str:key>/soumis", submitted, name="chapter-submitted"),
]
