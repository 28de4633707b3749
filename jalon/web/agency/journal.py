"""/instruction/journal: the record of every act, read only, and whether it is whole."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from jalon.accounts.states import StaffRoleName
from jalon.desk.queries.journal import JournalLine, journal_lines, visible_journal
from jalon.journal.queries import verify
from jalon.web.access import staff_only, standing_in
from jalon.web.agency.events import event_words
from jalon.web.agency.journal_facts import payload_words

PER_PAGE = 100


@dataclass(frozen=True)
class Line:
    line: JournalLine
    words: str
    icon: str
    payload: str


@staff_only(StaffRoleName.ADMINISTRATOR, StaffRoleName.MANAGER)
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    standing = standing_in(request)
    chain = request.GET.get("chaine", "").replace("\x00", "").strip()[:80]
    entries = visible_journal(standing).order_by("-at", "-pk")
    if chain:
        entries = entries.filter(chain__startswith=chain)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    may_verify = standing.has_staff_role(StaffRoleName.ADMINISTRATOR)
    asked = may_verify and "verifier" in request.GET
    context = {
        "nav_current": "journal",
        "page": page,
        "lines": [_line(line) for line in journal_lines(page.object_list)],
        "chain": chain,
        "may_verify": may_verify,
        # Reads every line: only when asked for.
        "report": verify(settings.JOURNAL_ANCHOR_DIR) if asked else None,
    }
    return render(request, "agency/journal.html", context)


def _line(line: JournalLine) -> Line:
    words, icon, _tone = event_words(line.entry.event)
    return Line(line, words, icon, payload_words(json.loads(line.entry.payload)))


urls = [path("instruction/journal", journal, name="journal")]
