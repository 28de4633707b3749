"""…/retraits: files closed to everybody, and the word of a second person on each (R9)."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jalon.applications.models import Application
from jalon.core.errors import DomainError, NotAllowed
from jalon.documents.models import Document, SealOutcome, SealReason
from jalon.reviews.actions.sealing import MOST_WORDS, seal_file, settle_sealed_file
from jalon.reviews.policy import can_seal, can_settle_seal
from jalon.reviews.queries.seals import SealView, seal_views, sealable_document
from jalon.web.access import standing_in
from jalon.web.agency.frame import (
    Confirmation,
    complain,
    confirm,
    file_context,
    file_page,
    is_confirmed,
    refused,
    see_other,
    tell,
)
from jalon.web.components.fields import Choice, Field
from jalon.web.paging import page_of

PER_PAGE = 25


@file_page
@require_http_methods(["GET", "HEAD", "POST"])
def seal(request: HttpRequest, application: Application, document_id: int) -> HttpResponse:
    """The reason is asked for; what follows is said beside the button."""
    document = sealable_document(application, document_id)
    if document is None:
        raise Http404
    if not can_seal(standing_in(request), application):
        raise NotAllowed(_("Seules les personnes de l’agence qui suivent ce dossier scellent un fichier."))
    if request.method != "POST":
        return _form(request, application, document)
    try:
        seal_file(
            actor=standing_in(request),
            number=application.number,
            document_id=document_id,
            reason=request.POST.get("reason", ""),
            words=request.POST.get("words", ""),
        )
    except DomainError as error:
        errors, general, status = refused(error)
        return _form(request, application, document, errors=errors, general=general, status=status)
    tell(
        request, _("Le fichier est scellé. Une seconde personne confirme sa destruction, ou lève le scellé.")
    )
    return see_other("staff-seals", application.number)


def _form(
    request: HttpRequest,
    application: Application,
    document: Document,
    *,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    fields = _fields(request.POST.dict(), errors or {})
    context = {
        **file_context(request, application, "seals", _("Sceller un fichier")),
        "document": document,
        "fields": fields,
        "errors": [(f.id, f.error) for f in fields if f.error],
        "general": general,
        "back_url": reverse("staff-piece", args=[application.number, document.pk]),
    }
    return render(request, "agency/seal.html", context, status=status)


def _fields(typed: Mapping[str, str], errors: Mapping[str, str]) -> list[Field]:
    return [
        Field(
            name="reason",
            label=_("Motif"),
            kind="radios",
            value=typed.get("reason", ""),
            options=tuple(Choice(value, str(label).capitalize()) for value, label in SealReason.choices),
            required=True,
            error=errors.get("reason", ""),
        ),
        Field(
            name="words",
            label=_("Où, dans le fichier"),
            kind="long_text",
            value=typed.get("words", ""),
            hint=_("Pour la seconde personne : la page, la minute, la ligne. Ne recopiez pas les données."),
            error=errors.get("words", ""),
            rows=3,
            max_length=MOST_WORDS,
        ),
    ]


@file_page
@require_safe
def seals(request: HttpRequest, application: Application) -> HttpResponse:
    """Those that wait for a second word first."""
    standing = standing_in(request)
    page = page_of(
        request, sorted(seal_views(application), key=lambda view: bool(view.seal.outcome)), PER_PAGE
    )
    context = {
        **file_context(request, application, "seals", _("Retraits scellés")),
        "page": page,
        "rows": [(view, can_settle_seal(standing, application, view.seal)) for view in page],
    }
    return render(request, "agency/seals.html", context)


_DONE = {
    "destroy": gettext_lazy("La destruction est confirmée : le contenu s’efface."),
    "lift": gettext_lazy("Le scellé est levé."),
}
_ACTS = {"destroy": SealOutcome.DESTROYED, "lift": SealOutcome.LIFTED}


@file_page
@require_POST
def settle(request: HttpRequest, application: Application, seal_id: int) -> HttpResponse:
    """Both are said in full before they are done; nothing brings destroyed bytes back."""
    act = request.POST.get("act", "")
    view = next((v for v in seal_views(application) if v.seal.pk == seal_id), None)
    if act not in _ACTS or view is None:
        raise Http404
    if not can_settle_seal(standing_in(request), application, view.seal):
        raise NotAllowed(
            _("Vous avez scellé ce fichier : une autre personne de l’agence décide de la suite.")
        )
    if not is_confirmed(request) and not view.seal.outcome:
        context = file_context(request, application, "seals", _("Retraits scellés"))
        return confirm(request, context, _asked(application, view, act))
    try:
        settle_sealed_file(
            actor=standing_in(request), number=application.number, seal_id=seal_id, outcome=_ACTS[act]
        )
    except DomainError as error:
        complain(request, refused(error)[1])
    else:
        tell(request, str(_DONE[act]))
    return see_other("staff-seals", application.number)


def _asked(application: Application, view: SealView, act: str) -> Confirmation:
    facts: list[tuple[str, Any]] = [
        (_("Fichier"), ", ".join(view.names)),
        (_("Motif"), view.seal.get_reason_display()),
        (_("Scellé par"), view.seal.asked_by.full_name),
        (_("Empreinte SHA-256"), view.seal.content.sha256),
    ]
    back = reverse("staff-seals", args=[application.number])
    if act == "lift":
        return Confirmation(
            title=_("Lever le scellé ?"),
            sentence=_("Le fichier se lit à nouveau, partout où il figure ; l’éditeur en est prévenu."),
            label=_("Lever le scellé"),
            back_url=back,
            facts=facts,
        )
    return Confirmation(
        title=_("Détruire ce fichier ?"),
        sentence=_(
            "Son contenu est effacé, partout où il figure, et rien ne le fait revenir. Le nom, l’empreinte, le motif, "
            "les dates et les deux personnes restent au dossier ; l’éditeur en est prévenu."
        ),
        label=_("Détruire le fichier"),
        back_url=back,
        danger=True,
        facts=facts,
    )


urls = [
    path("instruction/<str:number>/pieces/<key:document_id>/sceller", seal, name="staff-seal"),
    path("instruction/<str:number>/retraits", seals, name="staff-seals"),
    path("instruction/<str:number>/retraits/<key:seal_id>", settle, name="staff-seal-decision"),
]
