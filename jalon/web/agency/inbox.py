"""/instruction: what awaits this person; and the list of the files that he or she may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.applications.states import ApplicationState, Turn
from jalon.desk.queries.files import FileFilter, FileRow, file_list, list_rows, rows_of
from jalon.desk.queries.inbox import TARGET_DAYS, Inbox, Task, TaskKind, inbox
from jalon.notices.actions import mark_all_read
from jalon.web.access import staff_only, standing_in
from jalon.web.agency.frame import see_other, tell
from jalon.web.components.progress import Progress
from jalon.web.paging import page_of

NEW, FOLLOWED = "nouveau", "suivies"


@dataclass(frozen=True)
class Line:
    """One row of a table of files, ready to be shown."""

    row: FileRow
    url: str
    what: str
    more: str
    programme: Any
    counts: Progress
    news: str

    @property
    def application(self) -> Application:
        return self.row.application


@dataclass(frozen=True)
class Pill:
    label: str
    count: int | None
    url: str
    current: bool


def task_words(task: Task) -> str:
    """ "2 chapitres à examiner": the thing and its number."""
    n = task.count
    words = {
        TaskKind.FILE: _("Dossier resoumis") if task.again else _("Dossier à examiner"),
        TaskKind.CHAPTER: ngettext("%(n)s chapitre à examiner", "%(n)s chapitres à examiner", n),
        TaskKind.PROOFS: _("Étape des preuves à valider"),
        TaskKind.VERSION: _("Version technique à accepter ou refuser"),
        TaskKind.CLAIM: _("Déclaration à vérifier"),
        TaskKind.PREREQUISITE: ngettext("%(n)s prérequis à constater", "%(n)s prérequis à constater", n),
        TaskKind.SEAL: ngettext("%(n)s retrait scellé à confirmer", "%(n)s retraits scellés à confirmer", n),
        TaskKind.MESSAGE: ngettext("%(n)s message à lire", "%(n)s messages à lire", n),
        TaskKind.REFERENT: _("Référent à nommer"),
        TaskKind.OPINION: _("Avis du collège à rendre"),
        TaskKind.SIGNATURE: _("Convention à signer"),
    }[task.kind]
    return words % {"n": n} if "%(n)s" in words else words


_PAGES = {
    TaskKind.FILE: "staff-dossier",
    TaskKind.PROOFS: "staff-validate-proofs",
    TaskKind.VERSION: "staff-version",
    TaskKind.CLAIM: "staff-declaration",
    TaskKind.PREREQUISITE: "staff-prerequisites",
    TaskKind.SEAL: "staff-seals",
    TaskKind.MESSAGE: "staff-messages",
    TaskKind.REFERENT: "staff-assignment",
    TaskKind.OPINION: "staff-convention",
    TaskKind.SIGNATURE: "staff-convention",
}


def task_address(number: str, task: Task | None) -> str:
    """Straight to the work; without work, to the file."""
    if task is None:
        return reverse("staff-file", args=[number])
    if task.kind is TaskKind.CHAPTER:
        return reverse("staff-chapter", args=[number, task.key])
    return reverse(_PAGES[task.kind], args=[number])


def _line(row: FileRow, *, to_work: bool) -> Line:
    application, task = row.application, row.task if to_work else None
    others = [task_words(t) for t in row.tasks if t is not task]
    handed_in = row.submitted
    left = application.given - application.conform - handed_in
    return Line(
        row=row,
        url=task_address(application.number, task),
        what=task_words(task) if task else "",
        more=", ".join(others),
        programme=definition_for(application).title,
        counts=Progress(
            application.expected,
            application.conform,
            handed_in,
            application.to_modify,
            max(left, 0),
        ),
        news=_news(row),
    )


def _news(row: FileRow) -> str:
    parts = []
    if row.news.notices:
        n = row.news.notices
        parts.append(ngettext("%(n)s nouveauté", "%(n)s nouveautés", n) % {"n": n})
    if row.news.messages:
        n = row.news.messages
        parts.append(ngettext("%(n)s message", "%(n)s messages", n) % {"n": n})
    return ", ".join(parts)


# --- Inbox --------------------------------------------------------------------------------------------------


@staff_only()
@require_safe
def inbox_page(request: HttpRequest) -> HttpResponse:
    standing = standing_in(request)
    work = inbox(standing)
    view = request.GET.get("vue", "")
    ids = _ids_of(work, view)
    page = page_of(request, ids)
    oldest = rows_of(work.mine[:1], work) if work.mine else []
    context = {
        "nav_current": "inbox",
        "total": len(work.mine),
        "new_count": len(work.new),
        "views": _views(work, view),
        "view": view,
        "page": page,
        "lines": [_line(row, to_work=True) for row in rows_of(list(page.object_list), work)],
        "oldest": _line(oldest[0], to_work=True) if oldest else None,
        "target_days": TARGET_DAYS,
        "is_followed": view == FOLLOWED,
        "only_administrator": _only_administrator(standing),
    }
    return render(request, "agency/inbox.html", context)


def _only_administrator(standing: Standing) -> bool:
    return {role for role, _code in standing.staff_roles} == {StaffRoleName.ADMINISTRATOR}


def _ids_of(work: Inbox, view: str) -> tuple[int, ...]:
    if view == NEW:
        return work.new
    if view == FOLLOWED:
        return work.followed
    kind = next((k for k in TaskKind if k.value == view), None)
    return work.of_kind(kind) if kind else work.mine


def _views(work: Inbox, current: str) -> list[Pill]:
    names = {
        TaskKind.FILE: _("Dossiers à examiner"),
        TaskKind.CHAPTER: _("Chapitres à examiner"),
        TaskKind.PROOFS: _("Preuves à valider"),
        TaskKind.VERSION: _("Versions à accepter"),
        TaskKind.CLAIM: _("Déclarations à vérifier"),
        TaskKind.PREREQUISITE: _("Prérequis à constater"),
        TaskKind.SEAL: _("Retraits scellés"),
        TaskKind.MESSAGE: _("Messages à lire"),
        TaskKind.REFERENT: _("Référents à nommer"),
        TaskKind.OPINION: _("Avis à rendre"),
        TaskKind.SIGNATURE: _("Conventions à signer"),
    }
    rows = [("", _("À vous"), len(work.mine))]
    rows += [(kind.value, names[kind], len(ids)) for kind in TaskKind if (ids := work.of_kind(kind))]
    rows += [(NEW, _("Nouveau depuis votre visite"), len(work.new))]
    rows += [(FOLLOWED, _("Suivies, chez d’autres"), len(work.followed))]
    here = reverse("inbox")
    return [
        Pill(label, count, f"{here}?vue={key}" if key else here, key == current) for key, label, count in rows
    ]


@staff_only()
@require_POST
def mark_seen(request: HttpRequest) -> HttpResponse:
    """Nothing is new any more: the person has looked at the list."""
    mark_all_read(actor=standing_in(request))
    tell(request, _("Les nouveautés sont marquées comme vues."))
    return see_other("inbox")


# --- The list -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    url: str
    aria: str  # ascending, descending, or none
    numeric: bool = False


@staff_only()
@require_safe
def applications_page(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    found = file_list(standing_in(request), asked)
    page = page_of(request, found.files)
    context = {
        "nav_current": "staff-applications",
        "asked": asked,
        "page": page,
        "lines": [_line(row, to_work=False) for row in list_rows(list(page.object_list))],
        "pills": _state_pills(asked, found.by_state),
        "programmes": [(code, code == asked.programme) for code in found.programmes],
        # What is with both is found under either.
        "turns": [(t.value, t.label, t.value == asked.turn) for t in Turn if t is not Turn.BOTH],
        "columns": _columns(asked),
        "filtered": bool(asked.text or asked.programme or asked.turn or asked.mine or asked.state),
        "target_days": TARGET_DAYS,
    }
    return render(request, "agency/applications.html", context)


def _asked(request: HttpRequest) -> FileFilter:
    get = request.GET
    sort = get.get("tri", "since")
    return FileFilter(
        state=get.get("statut", ""),
        programme=get.get("programme", ""),
        turn=get.get("tour", ""),
        text=get.get("q", "").replace("\x00", "")[:100],
        mine=get.get("a-moi") == "oui",
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
    )


def _address(asked: FileFilter, **changes: str) -> str:
    params = {
        "q": asked.text,
        "statut": asked.state,
        "programme": asked.programme,
        "tour": asked.turn,
        "a-moi": "oui" if asked.mine else "",
        "tri": ("-" if asked.descending else "") + asked.sort,
    } | changes
    kept = {key: value for key, value in params.items() if value and (key, value) != ("tri", "since")}
    return reverse("staff-applications") + (f"?{urlencode(kept)}" if kept else "")


def _state_pills(asked: FileFilter, by_state: Any) -> list[Pill]:
    pills = [Pill(_("Toutes"), sum(by_state.values()), _address(asked, statut=""), not asked.state)]
    return pills + [
        Pill(str(state.label), count, _address(asked, statut=state.value), asked.state == state.value)
        for state in ApplicationState
        if (count := by_state.get(state.value, 0)) or asked.state == state.value
    ]


def _columns(asked: FileFilter) -> list[Column]:
    labels: Sequence[tuple[str, str]] = (
        ("product", _("Candidature")),
        ("state", _("Statut")),
        ("turn", _("À qui")),
        ("since", _("Depuis")),
        ("submitted", _("Première soumission")),
    )
    columns = []
    for key, label in labels:
        here = asked.sort == key
        turned = f"-{key}" if here and not asked.descending else key
        aria = ("descending" if asked.descending else "ascending") if here else "none"
        columns.append(Column(key, label, _address(asked, tri=turned), aria))
    return columns


@staff_only()
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The field of the staff bar: the number of a file leads to it, anything else to the list."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    exact = Application.objects.visible_to(standing_in(request)).filter(number=text.upper()).first()
    if exact is not None:
        return redirect("staff-file", exact.number)
    return redirect(
        f"{reverse('staff-applications')}?{urlencode({'q': text})}" if text else "staff-applications"
    )


urls = [
    path("instruction", inbox_page, name="inbox"),
    path("instruction/vu", mark_seen, name="inbox-seen"),
    path("instruction/candidatures", applications_page, name="staff-applications"),
    path("instruction/recherche", search, name="search"),
]
