"""…/messages: the conversation with the vendor, and …/documents/<id>: files through what they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jalon.applications.models import Application
from jalon.applications.policy import can_read_as_agency
from jalon.applications.queries import definition_for
from jalon.core.errors import DomainError
from jalon.messaging.actions import MAX_LENGTH, mark_conversation_read, post_message
from jalon.messaging.models import Message
from jalon.messaging.queries import conversation, unread_messages
from jalon.web.access import standing_in
from jalon.web.agency.frame import file_context, file_page, refused, see_other, tell
from jalon.web.answers import said
from jalon.web.components.fields import Field
from jalon.web.downloads import application_document, document_response


@dataclass(frozen=True)
class MessageLine:
    """What templates/components/messages.html shows."""

    author: str
    role: str
    at: datetime
    body: str
    mine: bool
    system: bool
    about: str
    about_url: str


@file_page
@require_http_methods(["GET", "HEAD", "POST"])
def messages_page(request: HttpRequest, application: Application) -> HttpResponse:
    if request.method != "POST":
        return _page(request, application)
    typed = {key: str(value) for key, value in request.POST.items()}
    after = typed.get("after", "")
    try:
        post_message(
            actor=standing_in(request),
            number=application.number,
            body=typed.get("body", ""),
            after_id=int(after) if after.isdecimal() and len(after) < 18 else 0,
        )
    except DomainError as error:
        errors, general, status = refused(error)
        return _page(request, application, typed=typed, errors=errors, general=general, status=status)
    # Whoever answers has read.
    mark_conversation_read(actor=standing_in(request), number=application.number)
    tell(request, _("Message envoyé."))
    return see_other("staff-messages", application.number, anchor="reponse")


def _page(
    request: HttpRequest,
    application: Application,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    typed, errors = typed or {}, errors or {}
    standing = standing_in(request)
    rows = list(conversation(application))
    about = _abouts(application)
    body = Field(
        name="body",
        label=_("Votre message"),
        kind="long_text",
        value=typed.get("body", ""),
        hint=_("Il est lu par les personnes de l’entreprise qui ont accès au produit."),
        required=True,
        error=errors.get("body", ""),
        rows=5,
        max_length=MAX_LENGTH,
    )
    context = {
        **file_context(request, application, "messages", _("Messages")),
        "lines": [_line(row, standing.user_id, about) for row in rows],
        "last_id": rows[-1].pk if rows else 0,
        "unread": unread_messages(standing).filter(application=application).count(),
        "body": body,
        "may_write": can_read_as_agency(standing, application),
        "errors": [("f-body", sentence) for sentence in errors.values()],
        "general": general,
    }
    return render(request, "agency/messages.html", context, status=status)


def _abouts(application: Application) -> dict[str, tuple[str, str]]:
    """Where each part of the file is looked at, by its key."""
    definition, number = definition_for(application), application.number
    found = {
        f"step:{step.key}": (said(step.title), reverse("staff-dossier", args=[number]))
        for step in definition.steps
    }
    found["version"] = (_("Version du logiciel"), reverse("staff-version", args=[number]))
    found["declaration"] = (_("Déclaration de l’éditeur"), reverse("staff-declaration", args=[number]))
    return found | {
        f"chapter:{c.key}": (said(c.title), reverse("staff-chapter", args=[number, c.key]))
        for c in definition.chapters
    }


def _line(row: Message, user_id: int | None, about: Mapping[str, tuple[str, str]]) -> MessageLine:
    found = row.ref_key if row.ref_kind == "part" else row.ref_kind
    words, url = about.get(found, ("", ""))
    return MessageLine(
        author=row.author.full_name if row.author else _("Message automatique"),
        role=_("l’agence") if row.from_agency else _("l’éditeur"),
        at=row.at,
        body=row.body,
        mine=row.author_id is not None and row.author_id == user_id,
        system=row.author_id is None,
        about=words,
        about_url=url,
    )


@file_page
@require_POST
def mark_read(request: HttpRequest, application: Application) -> HttpResponse:
    mark_conversation_read(actor=standing_in(request), number=application.number)
    return see_other("staff-messages", application.number)


@file_page
@require_safe
def document(request: HttpRequest, application: Application, document_id: int) -> HttpResponseBase:
    found = application_document(application, document_id, as_agency=True)
    return document_response(request, found, download="telecharger" in request.GET)


urls = [
    path("instruction/<str:number>/messages", messages_page, name="staff-messages"),
    path("instruction/<str:number>/messages/lus", mark_read, name="staff-messages-read"),
    path("instruction/<str:number>/documents/<key:document_id>", document, name="staff-document"),
]
