"""…/impact: what publishing would do, or what a revision does, to each running file; before anything is written."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.queries import definition_for, visible_application
from jalon.evidence.rules import proof_code
from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.models import Programme, Revision
from jalon.programmes.queries import compiled, compiled_draft
from jalon.reviews.queries.impact import (
    FileImpact,
    Target,
    draft_target,
    impact_of,
    revision_target,
    running_files,
)
from jalon.reviews.rules.moves import COUNTED
from jalon.reviews.states import Stay
from jalon.web.access import standing_in
from jalon.web.agency.programmes.frame import (
    DRAFT,
    draft_of,
    latest_revision,
    programme_context,
    programme_page,
    side_of,
)
from jalon.web.keys import whole

PER_PAGE = 50
SECONDS = 6.0  # of counting before a page answers with what it has
LISTS: dict[str, tuple[str | Promise, str, str]] = {
    "add": (gettext_lazy("à déposer"), "add-line", "info"),
    "requalify": (gettext_lazy("à requalifier"), "refresh-line", "req"),
    "redo": (gettext_lazy("à remplacer"), "upload-2-line", "fix"),
    "reread": (gettext_lazy("texte changé, rien à refaire"), "eye-line", "off"),
    "back": (gettext_lazy("demandées à nouveau"), "history-line", "req"),
    "drop": (gettext_lazy("plus demandées"), "subtract-line", "off"),
    "kept": (gettext_lazy("avec verdict conservé"), "check-line", "ok"),
}
FIRST_WHAT_ASKS = ("add", "requalify", "redo", "back", "reread", "drop", "kept")


@dataclass
class Totals:
    """Sums so far. `last`: the last file counted; as one word it goes on in another request."""

    files: int = 0
    moved: int = 0
    act: int = 0
    proofs: Counter[str] = field(default_factory=Counter)
    stays: Counter[str] = field(default_factory=Counter)
    last: int = 0

    def add(self, one: FileImpact) -> None:
        self.files += 1
        self.last = one.application.pk
        if one.stays is not None:
            self.stays[one.stays.value] += 1
            return
        self.moved += 1
        self.act += one.effects.asks_the_vendor
        for name in COUNTED:
            self.proofs[name] += len(getattr(one.effects, name))

    @property
    def word(self) -> str:
        numbers = [self.last, self.files, self.moved, self.act]
        numbers += [self.proofs[name] for name in COUNTED] + [self.stays[stay.value] for stay in Stay]
        return ".".join(map(str, numbers))

    @classmethod
    def of_word(cls, word: str) -> "Totals":
        numbers = [whole(part) for part in word.split(".")]
        if len(numbers) != 4 + len(COUNTED) + len(Stay):
            return cls()
        last, files, moved, act, *rest = numbers
        proofs, stays = rest[: len(COUNTED)], rest[len(COUNTED) :]
        return cls(
            files, moved, act, Counter(dict(zip(COUNTED, proofs, strict=True))),
            Counter(dict(zip([s.value for s in Stay], stays, strict=True))), last,
        )  # fmt: skip


@dataclass(frozen=True)
class Sum:
    """A line of the chart."""

    label: str
    count: int
    icon: str
    tone: str
    share: str


@dataclass(frozen=True)
class ImpactRow:
    impact: FileImpact
    url: str
    counts: tuple[tuple[str, int, str, str], ...]  # words, number, icon, tone


@programme_page
@require_safe
def impact(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Of the draft as it stands, or of a revision (`de` in the address)."""
    target, revision = target_of(programme, request.GET.get("de", DRAFT))
    files = visible_files(standing_in(request), programme)
    totals = counted(programme, target, files, Totals.of_word(request.GET.get("suite", "")))
    count = files.count()
    unfinished = files.filter(pk__gt=totals.last).exists()
    page = Paginator(files.order_by("pk"), PER_PAGE).get_page(request.GET.get("page"))
    latest = latest_revision(programme)
    context = {
        **programme_context(request, programme, "impact", _("Impact sur les dossiers en cours")),
        "revision": revision,
        "latest": latest,
        "totals": totals,
        "stays": [(Stay(name).label, n) for name, n in totals.stays.items() if n],
        "sums": sums(totals),
        "count": count,
        "unfinished": unfinished,
        "page": page,
        "rows": list(impact_rows(programme, target, page, revision)),
        "nothing": latest is not None and revision is None and latest.sha256 == draft_of(programme).sha256,
    }
    response = render(request, "agency/programme/impact.html", context)
    if unfinished:
        kept = {name: value for name, value in request.GET.items() if name != "suite"}
        address = f"{request.path}?{urlencode({**kept, 'suite': totals.word})}"
        response["Refresh"] = f"0; url={address}"
    return response


def target_of(programme: Programme, name: str) -> tuple[Target, Revision | None]:
    if name == DRAFT:
        return draft_target(draft_of(programme)), None
    side = side_of(programme, name)
    if side is None or side.revision is None:
        raise Http404
    return revision_target(side.revision), side.revision


def visible_files(standing: Standing, programme: Programme) -> QuerySet[Application]:
    """Running files within this person's scope: a conflict of interest hides one here as well."""
    visible = Application.objects.visible_to(standing).values("pk")
    return running_files(programme).filter(pk__in=visible)


def counted(programme: Programme, target: Target, files: QuerySet[Application], totals: Totals) -> Totals:
    """Go on counting for a while; what is left goes on in the next request."""
    started = time.monotonic()
    for one in impact_of(programme, target, files=files.filter(pk__gt=totals.last)):
        totals.add(one)
        if time.monotonic() - started > SECONDS:
            break
    return totals


def sums(totals: Totals) -> list[Sum]:
    longest = max((*totals.proofs.values(), 1))
    return [
        Sum(str(LISTS[name][0]), totals.proofs[name], LISTS[name][1], LISTS[name][2],
            f"{totals.proofs[name] * 100 / longest:.2f}%")
        for name in FIRST_WHAT_ASKS
    ]  # fmt: skip


def impact_rows(
    programme: Programme, target: Target, page: Page[Application], revision: Revision | None
) -> Iterator[ImpactRow]:
    keys = [application.pk for application in page.object_list]
    chosen = Application.objects.filter(pk__in=keys)
    query = f"?de={revision.number}" if revision else ""
    for one in impact_of(programme, target, files=chosen):
        address = reverse("staff-programme-impact-file", args=[programme.code, one.application.number])
        yield ImpactRow(one, f"{address}{query}", counts_of(one))


def counts_of(one: FileImpact) -> tuple[tuple[str, int, str, str], ...]:
    return tuple(
        (str(LISTS[name][0]), n, LISTS[name][1], LISTS[name][2])
        for name in FIRST_WHAT_ASKS
        if (n := len(getattr(one.effects, name)))
    )


# --- One file ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NamedProof:
    code: str
    requirement: object
    chapter: object


@dataclass(frozen=True)
class ProofList:
    name: str
    words: str
    icon: str
    tone: str
    proofs: tuple[NamedProof, ...]


@programme_page
@require_safe
def impact_on_file(request: HttpRequest, programme: Programme, number: str) -> HttpResponse:
    application = visible_application(standing_in(request), number)
    if application.programme_id != programme.pk:
        raise Http404
    target, revision = target_of(programme, request.GET.get("de", DRAFT))
    one = next(impact_of(programme, target, files=running_files(programme).filter(pk=application.pk)), None)
    new = compiled(revision) if revision else compiled_draft(draft_of(programme))
    context = {
        **programme_context(request, programme, "impact", _("Impact sur un dossier")),
        "application": application,
        "revision": revision,
        "impact": one,
        "lists": proof_lists(one, compiled(application.revision), new) if one else [],
        "pinned": application.revision,
        "file_title": definition_for(application).title,
    }
    return render(request, "agency/programme/impact_file.html", context)


def proof_lists(one: FileImpact, old: Compiled, new: Compiled) -> list[ProofList]:
    found = []
    for name in FIRST_WHAT_ASKS:
        source = old if name == "drop" else new
        words, icon, tone = LISTS[name]
        proofs = _named(source, getattr(one.effects, name))
        if proofs:
            found.append(ProofList(name, str(words), icon, tone, proofs))
    return found


def _named(source: Compiled, keys: Sequence[str]) -> tuple[NamedProof, ...]:
    items = [source.items[key] for key in keys if key in source.items]
    return tuple(
        NamedProof(proof_code(i.requirement, i.scenario, i.proof), i.requirement.title, i.chapter.title)
        for i in items
    )


urls = [
    path("instruction/programmes/<str:code>/impact", impact, name="staff-programme-impact"),
    path(
        "instruction/programmes/<str:code>/impact/<str:number>",
        impact_on_file,
        name="staff-programme-impact-file",
    ),
]
