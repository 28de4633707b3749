"""…/version: a declared technical version; accept it with the proofs to redo, or refuse it (situation 4)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from jalon.applications.models import Application
from jalon.applications.queries import parts_of
from jalon.applications.queries.versions import pending_version
from jalon.applications.states import CHAPTER_UNDER_EXAMINATION, PartKind
from jalon.core.errors import NotAllowed
from jalon.core.text import holds_words
from jalon.evidence.queries import NamedProof, accepted_keys, named_proofs
from jalon.programmes.definition.schema import Chapter
from jalon.reviews.actions.versions import accept_version, refuse_version
from jalon.reviews.policy import can_decide_version
from jalon.web.access import standing_in
from jalon.web.agency.frame import (
    Confirmation,
    acted,
    confirm,
    file_context,
    file_page,
    is_confirmed,
    see_other,
)
from jalon.web.answers import said
from jalon.web.components.fields import Field
from jalon.web.paging import page_of
from jalon.web.versions import SHOWN_VERSIONS, redo_chapters, versions_of

ACCEPT, REFUSE = "accept", "refuse"


@dataclass(frozen=True)
class Box:
    """One accepted proof, to be ticked."""

    proof: NamedProof
    ticked: bool
    shown: bool  # found by the words typed in the filter, or ticked

    @property
    def search(self) -> str:
        title, text = self.proof.title, self.proof.expected.text
        return f"{self.proof.code} {self.proof.chapter.title.fr} {title.fr} {title.en} {text.fr} {text.en}"


@dataclass(frozen=True)
class ChapterBoxes:
    """The accepted proofs of one chapter. `closed`: under examination, so that none can be asked for now."""

    chapter: Chapter
    boxes: tuple[Box, ...]
    whole: bool
    closed: bool

    @property
    def shown(self) -> tuple[Box, ...]:
        return tuple(box for box in self.boxes if box.shown)

    @property
    def ticked(self) -> int:
        return len(self.boxes) if self.whole else sum(box.ticked for box in self.boxes)


@file_page
@require_http_methods(["GET", "HEAD", "POST"])
def version(request: HttpRequest, application: Application) -> HttpResponse:
    """The declared version and the answer to it. Each answer is shown with its consequence before it is given.

    A POST that names no answer (the button of the filter) shows the page again with what was ticked.
    """
    if request.method == "POST" and not can_decide_version(standing_in(request), application):
        raise NotAllowed(_("Seul un vérificateur de la démarche décide d’une version technique."))
    act = request.POST.get("act", "")
    if act == ACCEPT:
        return _accept(request, application)
    if act == REFUSE:
        return _refuse(request, application)
    return _page(request, application)


def _accept(request: HttpRequest, application: Application) -> HttpResponse:
    redo = _ticked(request, application)
    if not is_confirmed(request):
        return confirm(
            request,
            _context(request, application),
            _ask_acceptance(application, redo),
            _explicit(request, redo),
        )
    acceptance = partial(
        accept_version,
        actor=standing_in(request),
        number=application.number,
        n=_declared_n(request),
        to_redo=redo,
    )
    done = _("La version est acceptée ; l’éditeur en est prévenu.")
    return _decided(request, application, acceptance, done)


def _refuse(request: HttpRequest, application: Application) -> HttpResponse:
    reason = request.POST.get("reason", "")
    if reason.strip() and not is_confirmed(request):
        return confirm(request, _context(request, application), _ask_refusal(application, reason))
    refusal = partial(
        refuse_version,
        actor=standing_in(request),
        number=application.number,
        n=_declared_n(request),
        reason=reason,
    )
    done = _("La version est refusée ; l’éditeur en est prévenu.")
    return _decided(request, application, refusal, done)


def _decided(
    request: HttpRequest, application: Application, decision: Callable[[], object], done: str
) -> HttpResponse:
    to = see_other("staff-file", application.number, anchor="version")
    return acted(request, decision, done=done, to=to, again=partial(_page, request, application))


def _declared_n(request: HttpRequest) -> int:
    sent = request.POST.get("n", "")
    return int(sent) if sent.isdecimal() and len(sent) < 6 else 0


def _ticked(request: HttpRequest, application: Application) -> list[str]:
    """The keys that were ticked one by one, and those of the chapters that were ticked whole."""
    ticked, whole = set(request.POST.getlist("redo")), set(request.POST.getlist("chapter"))
    if whole:
        accepted = accepted_keys(application)
        ticked |= {p.key for p in named_proofs(application) if p.chapter.key in whole and p.key in accepted}
    return sorted(ticked)


def _explicit(request: HttpRequest, redo: Sequence[str]) -> QueryDict:
    """What the confirmation carries: the proofs that it names, and no whole chapter that may grow meanwhile."""
    carried = request.POST.copy()
    carried.setlist("redo", list(redo))
    carried.pop("chapter", None)
    return carried


def _waiting_label(application: Application) -> str:
    waiting = pending_version(application)
    return waiting.label if waiting else ""


def _ask_acceptance(application: Application, redo: Collection[str]) -> Confirmation:
    chapters = redo_chapters(application, redo)
    n = len(redo)
    sentence = (
        ngettext(
            "%(n)s preuve est à refaire : son chapitre se rouvre, et l’éditeur en est prévenu.",
            "%(n)s preuves sont à refaire : leurs chapitres se rouvrent, et l’éditeur en est prévenu.",
            n,
        )
        % {"n": n}
        if n
        else _(
            "Aucune preuve n’est à refaire : seule la version de la candidature change, et l’éditeur en est prévenu."
        )
    )
    return Confirmation(
        title=_("Accepter la version %(label)s ?") % {"label": _waiting_label(application)},
        sentence=sentence,
        label=_("Accepter la version"),
        back_url=_address(application),
        facts=[(said(c.title), ", ".join(c.codes)) for c in chapters],
    )


def _ask_refusal(application: Application, reason: str) -> Confirmation:
    return Confirmation(
        title=_("Refuser la version %(label)s ?") % {"label": _waiting_label(application)},
        sentence=_(
            "La candidature reste sur sa version actuelle. L’éditeur lira votre raison et peut en déclarer une autre."
        ),
        label=_("Refuser la version"),
        back_url=_address(application),
        danger=True,
        facts=[(_("Raison"), reason)],
    )


def _address(application: Application) -> str:
    return reverse("staff-version", args=[application.number])


def _context(request: HttpRequest, application: Application) -> Mapping[str, object]:
    return file_context(request, application, "version", _("Version du logiciel"))


def _page(
    request: HttpRequest,
    application: Application,
    *,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    errors = errors or {}
    versions = versions_of(application)
    may_decide = (
        versions.pending is not None
        and not versions.obstacle
        and can_decide_version(standing_in(request), application)
    )
    words = request.POST.get("q", "")[:100]
    reason = Field(
        "reason", _("Raison du refus"), "long_text", request.POST.get("reason", ""),
        hint=_("Seulement pour refuser. L’éditeur la lira : dites ce qui empêche d’accepter cette version."),
        error=errors.get("reason", ""), rows=4, max_length=4000,
    )  # fmt: skip
    anchors = {"reason": reason.id}
    context = {
        **_context(request, application),
        "versions": versions,
        "page": page_of(request, versions.answered, SHOWN_VERSIONS),
        "may_decide": may_decide,
        "chapters": _chapters(request, application, words) if may_decide else [],
        "words": words,
        "reason": reason,
        "errors": [(anchors.get(key, "redo"), sentence) for key, sentence in errors.items()],
        "general": general,
    }
    return render(request, "agency/version.html", context, status=status)


def _chapters(request: HttpRequest, application: Application, words: str) -> list[ChapterBoxes]:
    """The accepted proofs by chapter, in the order of the programme."""
    accepted = accepted_keys(application)
    ticked, whole = set(request.POST.getlist("redo")), set(request.POST.getlist("chapter"))
    examined = {
        key
        for key, part in parts_of(application, PartKind.CHAPTER).items()
        if part.state in CHAPTER_UNDER_EXAMINATION
    }
    boxes: dict[str, list[Box]] = {}
    chapters: dict[str, Chapter] = {}
    for proof in named_proofs(application):
        if proof.key in accepted:
            box = Box(proof, proof.key in ticked, shown=True)
            found = holds_words(box.search, words)
            chapters[proof.chapter.key] = proof.chapter
            boxes.setdefault(proof.chapter.key, []).append(Box(proof, box.ticked, found or box.ticked))
    return [
        ChapterBoxes(chapter, tuple(boxes[key]), key in whole, f"chapter:{key}" in examined)
        for key, chapter in chapters.items()
    ]


urls = [path("instruction/<str:number>/version", version, name="staff-version")]
