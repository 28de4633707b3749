"""What Jalon has told a person. Opening one is a button: reading is noted, and a GET notes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.notices.actions import mark_all_read, mark_read
from jalon.notices.queries import NoticeLine, notice_line, notices_of
from jalon.web.access import signed_in, standing_in
from jalon.web.vendor.frame import see_other


@dataclass(frozen=True)
class Told:
    """`about`: the product and version of the application; "" where there is none, or none to be seen any more."""

    line: NoticeLine
    about: str


@signed_in
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """The latest hundred, newest first."""
    standing = standing_in(request)
    lines = notices_of(standing)
    context = {
        "told": _told(standing, lines),
        "any_unread": any(not line.is_read for line in lines),
        "frame": "base_staff.html" if standing.is_staff else "base.html",
    }
    return render(request, "vendor/notifications.html", context)


def _told(standing: Standing, lines: Sequence[NoticeLine]) -> list[Told]:
    named = Application.objects.visible_to(standing).filter(
        number__in={line.application_number for line in lines}
    )
    names = {
        number: f"{product} {version}"
        for number, product, version in named.values_list("number", "product_name", "version_label")
    }
    return [Told(line, names.get(line.application_number, "")) for line in lines]


@signed_in
@require_POST
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Note that it was read, and go where it leads."""
    standing = standing_in(request)
    line = notice_line(standing, notice_id)
    if line is None:
        return see_other(reverse("notifications"))
    mark_read(actor=standing, notice_id=notice_id)
    if url_has_allowed_host_and_scheme(line.path, allowed_hosts=None):
        return see_other(line.path)
    return see_other(reverse("notifications"))


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    mark_all_read(actor=standing_in(request))
    return see_other(reverse("notifications"))


urls = [
    path("notifications", notifications, name="notifications"),
    path("notifications/lues", read_all, name="notifications-read"),
    path("notifications/<key:notice_id>/ouvrir", open_notice, name="notification"),
]
