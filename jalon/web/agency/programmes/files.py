"""…/revisions/<n>/dossiers: running files moved to a revision, one, some or all; and moved back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from jalon.applications.models import Application
from jalon.core import dates
from jalon.core.errors import DomainError, NotVisible
from jalon.programmes.models import Programme, Revision
from jalon.programmes.queries import revision_by_number
from jalon.reviews.actions.moves import move_file, undo_move
from jalon.reviews.actions.orders import order_moves
from jalon.reviews.models import HeldFile, Move
from jalon.reviews.queries.impact import impact_of, revision_target
from jalon.reviews.queries.moves import is_undone
from jalon.reviews.queries.orders import OrderProgress, held_files, latest_order, order_progress
from jalon.reviews.states import EXEMPT, Stay
from jalon.web.access import standing_in
from jalon.web.agency.frame import Confirmation, complain, confirm, is_confirmed, see_other, tell
from jalon.web.agency.programmes.frame import is_announced, programme_context, programme_page
from jalon.web.agency.programmes.impact import counts_of, visible_files
from jalon.web.keys import whole

PER_PAGE = 50
REFRESH_SECONDS = 3
ALL, SOME, UNDO = "all", "some", "undo"


@dataclass(frozen=True)
class FileRow:
    """A running file and where it stands. `move`: how it came here, when it was moved and not moved back.

    `waits`: an order will come to it. `left`: an order left it to a colleague of its author.
    """

    application: Application
    url: str
    here: bool
    move: Move | None
    stay: Stay | None = None
    counts: tuple[tuple[str, int, str, str], ...] = ()
    waits: bool = False
    left: bool = False

    @property
    def may_move(self) -> bool:
        return not self.here and not self.waits and self.stay in (None, Stay.COLLEAGUE)

    @property
    def stays(self) -> str:
        return str(self.stay.label) if self.stay and not self.here else ""

    @property
    def exempt(self) -> bool:
        return self.stay in EXEMPT


@programme_page
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, programme: Programme, n: int) -> HttpResponse:
    revision = revision_by_number(programme, n)
    if revision is None:
        raise Http404
    if request.method != "POST":
        return _page(request, programme, revision)
    act = request.POST.get("act", "")
    if act == ALL:
        return _move_all(request, programme, revision)
    if act == SOME:
        return _move_some(request, programme, revision)
    if act == UNDO:
        return _move_back(request, programme, revision)
    return see_other("staff-programme-files", programme.code, n)


def _page(request: HttpRequest, programme: Programme, revision: Revision) -> HttpResponse:
    every = visible_files(standing_in(request), programme).select_related("revision").order_by("pk")
    page = Paginator(every, PER_PAGE).get_page(request.GET.get("page"))
    order = latest_order(programme)
    progress = order_progress(order) if order and order.revision_id == revision.pk else None
    announced = is_announced(revision)
    under_way = bool(progress and progress.waiting and not announced)
    followed = under_way and "fixe" not in request.GET
    listed = list(page.object_list)
    # A page that comes again every few seconds computes nothing: what the work wrote is enough.
    rows = _followed(revision, listed, progress) if followed else _rows(revision, listed, progress)
    context = {
        **programme_context(request, programme, "home", _("Dossiers en cours")),
        "revision": revision,
        "revision_url": reverse("staff-programme-revision", args=[programme.code, revision.number]),
        "announced": announced,
        "page": page,
        "rows": rows,
        "some_may_move": any(row.may_move for row in rows) and not announced,
        "progress": progress,
        "bar": _bar(progress),
        "held": [(stay.label, count) for stay, count in progress.stays.items()] if progress else [],
        "under_way": under_way,
        "stopped": "fixe" in request.GET,
    }
    response = render(request, "agency/programme/files.html", context)
    if followed:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _bar(progress: OrderProgress | None) -> Mapping[str, object]:
    if progress is None:
        return {}
    total = progress.moved + progress.waiting
    share = f"{progress.moved * 100 / total:.1f}%" if total else "100%"
    return {"done": progress.moved, "total": total, "share": share}


def _rows(
    revision: Revision, applications: Sequence[Application], progress: OrderProgress | None
) -> list[FileRow]:
    """With what the move would do to each, or why it stays."""
    seen = {row.application.pk: row for row in _followed(revision, applications, progress)}
    chosen = Application.objects.filter(pk__in=seen)
    return [
        seen[one.application.pk]
        if seen[one.application.pk].here
        else replace(
            seen[one.application.pk],
            stay=one.stays,
            counts=counts_of(one),
            waits=False,
            left=seen[one.application.pk].stay == Stay.COLLEAGUE,
        )
        for one in impact_of(revision.programme, revision_target(revision), files=chosen)
    ]


def _followed(
    revision: Revision, applications: Sequence[Application], progress: OrderProgress | None
) -> list[FileRow]:
    """Where each file stands, by what the moves and the order wrote. Two queries."""
    keys = [application.pk for application in applications]
    came = Move.objects.filter(application__in=keys, to_revision=revision).select_related("by", "undone")
    latest = {move.application_id: move for move in came.order_by("n").defer("before", "report")}
    held = held_files(progress.order).filter(application__in=keys) if progress else HeldFile.objects.none()
    stays = dict(held.values_list("application_id", "stay"))
    rows = []
    for application in applications:
        move = latest.get(application.pk)
        here = application.revision_id == revision.pk
        address = reverse("staff-programme-impact-file", args=[revision.programme.code, application.number])
        shown = move if here and move and not is_undone(move) else None
        stay = Stay(stays[application.pk]) if application.pk in stays else None
        waits = not here and stay is None and application.revision.number < revision.number
        rows.append(
            FileRow(application, f"{address}?de={revision.number}", here, shown, stay=stay, waits=waits)
        )
    return rows


def _move_all(request: HttpRequest, programme: Programme, revision: Revision) -> HttpResponse:
    back_url = reverse("staff-programme-files", args=[programme.code, revision.number])
    if not is_confirmed(request):
        asked = Confirmation(
            title=_("Faire passer tous les dossiers à la révision n° %(n)s") % {"n": revision.number},
            sentence=_(
                "Chaque dossier en cours qui n’est pas exempté passe à cette révision, l’un après l’autre. Rien de ce "
                "qui a été déposé ou décidé n’est perdu ; chaque éditeur reçoit un avis. Un passage s’annule tant que "
                "personne n’a agi sur le dossier."
            ),
            label=_("Faire passer les dossiers"),
            back_url=back_url,
            facts=((_("Date d’effet"), dates.day(revision.effective_on)),),
        )
        context = programme_context(request, programme, "home", _("Faire passer les dossiers"))
        return confirm(request, context, asked)
    try:
        order_moves(
            actor=standing_in(request), programme_code=programme.code, revision_number=revision.number
        )
    except DomainError as error:
        complain(request, error.message)
        return see_other("staff-programme-files", programme.code, revision.number)
    if is_announced(revision):
        tell(request, _("L’ordre est donné : les dossiers passeront à la date d’effet."))
    else:
        tell(request, _("L’ordre est donné : les dossiers passent l’un après l’autre."))
    return see_other("staff-programme-files", programme.code, revision.number)


def _move_some(request: HttpRequest, programme: Programme, revision: Revision) -> HttpResponse:
    numbers = list(dict.fromkeys(request.POST.getlist("number")))[: 2 * PER_PAGE]
    if not numbers:
        complain(request, _("Cochez au moins un dossier."))
        return see_other("staff-programme-files", programme.code, revision.number)
    _check_numbers(request, programme, numbers)
    moved, refused = 0, []
    for number in numbers:  # each in a transaction of its own
        try:
            move_file(actor=standing_in(request), number=number, revision_number=revision.number)
            moved += 1
        except NotVisible:
            refused.append(_("%(number)s : ce dossier n’existe pas.") % {"number": number[:20]})
        except DomainError as error:
            refused.append(f"{number}{_(' : ')}{error.message}")
    if moved:
        tell(
            request,
            ngettext(
                "%(n)d dossier est passé à la révision.", "%(n)d dossiers sont passés à la révision.", moved
            )
            % {"n": moved},
        )
    for sentence in refused:
        complain(request, sentence)
    return see_other("staff-programme-files", programme.code, revision.number)


def _check_numbers(request: HttpRequest, programme: Programme, numbers: Sequence[str]) -> None:
    """A page acts on the files it lists: those of another programme have a page, and revisions, of their own."""
    listed = visible_files(standing_in(request), programme).filter(number__in=numbers)
    if listed.count() != len(numbers):
        raise Http404


def _move_back(request: HttpRequest, programme: Programme, revision: Revision) -> HttpResponse:
    number, n = request.POST.get("number", ""), whole(request.POST.get("n"))
    _check_numbers(request, programme, [number])
    if not Move.objects.filter(application__number=number, n=n, to_revision=revision).exists():
        raise Http404
    if not is_confirmed(request):
        asked = Confirmation(
            title=_("Annuler le passage du dossier %(number)s") % {"number": number[:20]},
            sentence=_(
                "Le dossier revient à la révision précédente, tel qu’il était. Les deux actes restent au "
                "journal, et l’éditeur en est averti."
            ),
            label=_("Annuler le passage"),
            back_url=reverse("staff-programme-files", args=[programme.code, revision.number]),
        )
        context = programme_context(request, programme, "home", _("Annuler un passage"))
        return confirm(request, context, asked)
    try:
        undo_move(actor=standing_in(request), number=number, n=n)
    except NotVisible:
        raise
    except DomainError as error:
        complain(request, error.message)
    else:
        tell(request, _("Le passage est annulé : le dossier est tel qu’il était."))
    return see_other("staff-programme-files", programme.code, revision.number)


urls = [
    path("instruction/programmes/<str:code>/revisions/<key:n>/dossiers", files, name="staff-programme-files")
]
