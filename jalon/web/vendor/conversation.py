"""The conversation of an application, and all conversations of a person."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jalon.applications.models import Application
from jalon.applications.policy import can_fill
from jalon.applications.queries import definition_for, title
from jalon.core.errors import InvalidInput
from jalon.messaging.actions import mark_conversation_read, post_message
from jalon.messaging.models import Message
from jalon.messaging.queries import conversation, conversations, unread_messages
from jalon.programmes.definition.schema import Definition
from jalon.web.access import signed_in, standing_in
from jalon.web.answers import said
from jalon.web.components.fields import Field
from jalon.web.keys import whole
from jalon.web.paging import page_of
from jalon.web.vendor.frame import (
    address,
    application_page,
    crumbs_of,
    frame,
    see_other,
    side,
)

SHOWN = 100


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: HttpRequest, application: Application) -> HttpResponse:
    """The conversation, the latest 100 first shown; `avant` in the address leads to earlier ones."""
    if request.method != "POST":
        return _page(request, application)
    typed, after = request.POST.get("body", ""), request.POST.get("after", "")
    try:
        post_message(
            actor=standing_in(request),
            number=application.number,
            body=typed,
            after_id=whole(after),
        )
    except InvalidInput as refused:
        return _page(request, application, typed, refused.errors.get("body", ""))
    return see_other(f"{address(application, 'messages')}#dernier")


def _page(request: HttpRequest, application: Application, typed: str = "", error: str = "") -> HttpResponse:
    standing = standing_in(request)
    definition = definition_for(application)
    before = whole(request.GET.get("avant"))
    rows = conversation(application)
    if before:
        rows = rows.filter(pk__lt=before)
    latest = list(rows.order_by("-pk")[: SHOWN + 1])
    shown = latest[:SHOWN][::-1]
    last = conversation(application).last()
    body = Field(
        "body", _("Votre message"), "long_text", typed, error=error, required=True, max_length=10_000, rows=5,
        hint=_("L’agence le lit dans la messagerie ; le courriel qui la prévient n’en reprend rien."),
        data={"shortcut-submit": "yes"},
    )  # fmt: skip
    context = {
        **frame(application),
        **side(standing, application),
        "crumbs": crumbs_of(application, (_("Messagerie"), "")),
        "lines": [_line(application, definition, m, standing.user_id) for m in shown],
        "earlier": shown[0].pk if len(latest) > SHOWN else None,
        "last_id": last.pk if last else 0,
        "unread": unread_messages(standing).filter(application=application).exists(),
        "may_write": can_fill(standing, application),
        "body": body,
        "errors": [(body.id, error)] if error else [],
    }
    return render(request, "vendor/conversation.html", context, status=422 if error else 200)


def _line(
    application: Application, definition: Definition, message: Message, user_id: int | None
) -> Mapping[str, Any]:
    about, about_url = _about(application, definition, message)
    return {
        "author": message.author.full_name if message.author else _("L’agence"),
        "role": _("agence") if message.from_agency else "",
        "at": message.at,
        "body": message.body,
        "mine": message.author_id == user_id,
        "system": message.author_id is None,
        "about": about,
        "about_url": about_url,
    }


def _about(application: Application, definition: Definition, message: Message) -> tuple[str, str]:
    """The step or chapter that a message of the agency speaks of, and its page."""
    if message.ref_kind == "version":
        return _("Version du logiciel"), address(application, "version")
    if message.ref_kind == "declaration":
        return _("Votre déclaration"), address(application, "declaration")
    if message.ref_kind == "move":
        return _("Ce qui change"), address(application, "changements", message.ref_key)
    kind, _colon, key = message.ref_key.partition(":")
    if kind == "chapter":
        chapter = next((c for c in definition.chapters if c.key == key), None)
        return (said(chapter.title), address(application, "chapitres", key)) if chapter else ("", "")
    if kind == "step":
        step = next((s for s in definition.steps if s.key == key), None)
        return (said(step.title), address(application)) if step else ("", "")
    return "", ""


@application_page
@require_POST
def read(request: HttpRequest, application: Application) -> HttpResponse:
    """The conversation is on the screen: posted by the page itself (js/reading.js), or by its button."""
    mark_conversation_read(actor=standing_in(request), number=application.number)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return see_other(address(application, "messages"))


@signed_in
@require_safe
def all_conversations(request: HttpRequest) -> HttpResponse:
    """Every conversation that this person may read, the latest first; staff find theirs under /instruction."""
    standing = standing_in(request)
    root = "/instruction" if standing.is_staff else "/candidatures"
    page = page_of(request, conversations(standing))
    lines = [
        {
            "title": title(line.application),
            "url": f"{root}/{line.application.number}/messages",
            "author": line.last.author.full_name if line.last.author else _("L’agence"),
            "at": line.last.at,
            "body": line.last.body,
            "unread": line.unread,
        }
        for line in page
    ]
    context = {"page": page, "lines": lines, "frame": "base_staff.html" if standing.is_staff else "base.html"}
    return render(request, "vendor/conversations.html", context)


urls = [
    path("candidatures/<str:number>/messages", messages, name="conversation"),
    path("candidatures/<str:number>/messages/lus", read, name="conversation-read"),
    path("messages", all_conversations, name="messages"),
]
