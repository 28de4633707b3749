"""/instruction/programmes: the programmes that this person works on."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from jalon.applications.models import Application
from jalon.programmes.models import Revision
from jalon.programmes.policy import can_edit
from jalon.programmes.queries import tracks
from jalon.web.access import staff_only, standing_in
from jalon.web.agency.programmes.frame import programme_codes


@dataclass(frozen=True)
class ProgrammeLine:
    code: str
    title: Any
    track: Any
    revision: Revision | None
    count: int
    list_url: str
    home_url: str  # "": this person does not manage it


@staff_only()
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    standing = standing_in(request)
    codes = programme_codes(standing)
    visible = Application.objects.visible_to(standing)
    counted = visible.order_by("programme").values("programme").annotate(n=Count("pk"))
    counts: dict[int, int] = dict(counted.values_list("programme", "n"))
    lines = [
        ProgrammeLine(
            code=entry.programme.code,
            title=entry.definition.title if entry.definition else entry.programme.code,
            track=track.definition.title,
            revision=entry.revision,
            count=counts.get(entry.programme.pk, 0),
            list_url=f"{reverse('staff-applications')}?programme={entry.programme.code}",
            home_url=reverse("staff-programme", args=[entry.programme.code])
            if can_edit(standing, entry.programme.code)
            else "",
        )
        for track in tracks()
        for entry in track.programmes
        if entry.programme.code in codes or "" in codes
    ]
    return render(request, "agency/programme/list.html", {"lines": lines, "nav_current": "staff-programmes"})


urls = [path("instruction/programmes", programmes, name="staff-programmes")]
