"""What is sent from the workspace: begin, judge, close."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from jalon.applications.models import Application
from jalon.applications.queries import definition_for, parts_of
from jalon.applications.queries.versions import is_unsettled
from jalon.applications.states import ChapterState
from jalon.core.errors import DomainError
from jalon.reviews.actions.examination import judge_proof, open_chapter, return_chapter, validate_chapter
from jalon.reviews.models import Outcome
from jalon.reviews.queries.proofs import move_marks
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
from jalon.web.agency.review.page import chapter_page, chapter_response, closing_of, place_address, view_of
from jalon.web.agency.review.workspace import ALL, Workspace, workspace
from jalon.web.answers import said
from jalon.web.keys import whole


@file_page
@require_POST
def begin(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """ "Commencer l’examen": from now on the vendor can no longer recall the chapter."""
    try:
        open_chapter(actor=standing_in(request), number=application.number, chapter=key)
    except DomainError as error:
        _errors, general, _status = refused(error)
        complain(request, general)
    return see_other("staff-chapter", application.number, key)


@file_page
@require_POST
def judge(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """One verdict, saved at once; then the next slot."""
    typed = {name: str(value) for name, value in request.POST.items()}
    item, outcome = typed.get("preuve", ""), typed.get("outcome", "")
    if outcome not in Outcome.values:
        raise Http404
    try:
        judge_proof(
            actor=standing_in(request),
            number=application.number,
            chapter=key,
            item_key=item,
            slot_version=whole(typed.get("version")),
            outcome=Outcome(outcome),
            reason_code=_known_reason(application, typed.get("reason_code", "")),
            text=typed.get("text", "") if outcome == Outcome.TO_MODIFY else "",
            seen_verdict=whole(typed.get("seen")),
        )
    except DomainError as error:
        errors, general, status = refused(error)
        work = workspace(application, key)
        return chapter_response(
            request, work, typed=typed, error=errors.get(item, ""), general=general, status=status
        )
    work = workspace(application, key)
    view = view_of(work, typed.get("vue", ""))
    here = item if outcome == Outcome.WITHDRAWN else _next(work, view, item)
    return see_other(
        "staff-chapter",
        application.number,
        key,
        query=urlencode({"vue": view, "preuve": here}),
        anchor="slot",
    )


def _known_reason(application: Application, sent: str) -> str:
    return sent if sent in {r.key for r in definition_for(application).return_reasons} else ""


def _next(work: Workspace, view: str, item: str) -> str:
    """The next slot left to judge after this one, in this view, else anywhere; else the same."""
    keys = [p.key for p in work.places]
    here = keys.index(item) if item in keys else 0
    turned = [*work.places[here + 1 :], *work.places[:here]]
    wanted = {p.key for p in work.of_view(view)}
    left = [p.key for p in turned if p.left]
    return next((k for k in left if k in wanted), left[0] if left else item)


@file_page
@require_POST
def close(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """ "Valider le chapitre" or "Renvoyer le chapitre": confirmed once, with its consequence."""
    act, round_n = request.POST.get("act", ""), whole(request.POST.get("round"))
    if act not in ("validate", "return"):
        raise Http404
    work = workspace(application, key)
    closing = closing_of(work)
    if not is_confirmed(request) and closing is not None and not closing.reason and closing.act == act:
        context = file_context(request, application, "chapter", said(work.chapter.title))
        carried = request.POST.copy()
        carried["marks"] = str(move_marks(application))
        return confirm(request, context, _ask_closing(work, act), carried)
    try:
        _closed(request, application, key, act, round_n)
    except DomainError as error:
        _errors, general, status = refused(error)
        return chapter_response(request, workspace(application, key), general=general, status=status)
    done = _("Le chapitre est validé.") if act == "validate" else _("Le chapitre est renvoyé à l’éditeur.")
    tell(request, done)
    return see_other("staff-file", application.number, anchor="chapitres")


def _closed(request: HttpRequest, application: Application, key: str, act: str, round_n: int) -> None:
    actor, number = standing_in(request), application.number
    if act == "validate":
        marks = whole(request.POST.get("marks"))
        validate_chapter(actor=actor, number=number, chapter=key, round_n=round_n, marks=marks)
    else:
        return_chapter(actor=actor, number=number, chapter=key, round_n=round_n)


def _ask_closing(work: Workspace, act: str) -> Confirmation:
    return _ask_validation(work) if act == "validate" else _ask_return(work)


def _ask_validation(work: Workspace) -> Confirmation:
    others = [p for p in parts_of(work.application).values() if p.kind == "chapter" and p.pk != work.part.pk]
    is_last = all(p.state == ChapterState.VALIDATED for p in others)
    consequence = _(
        "Toutes les preuves du chapitre deviennent conformes et se verrouillent ; l’éditeur le voit."
    )
    if is_last:
        consequence += " " + (
            _("C’est le dernier chapitre : l’étape des preuves est validée avec lui.")
            if is_unsettled(work.application)
            else _("C’est le dernier chapitre : la convention s’établit ensuite.")
        )
    return Confirmation(
        _("Valider le chapitre « %(title)s » ?") % {"title": said(work.chapter.title)},
        consequence,
        _("Valider le chapitre"),
        place_address(work, ALL),
    )


def _ask_return(work: Workspace) -> Confirmation:
    facts = [
        (place.code, place.verdict.text)
        for place in work.places
        if place.verdict is not None and place.verdict.outcome == Outcome.TO_MODIFY
    ]
    facts += [(code, _("Demandée depuis la remise du chapitre")) for code in work.missing]
    return Confirmation(
        _("Renvoyer le chapitre « %(title)s » ?") % {"title": said(work.chapter.title)},
        _what_goes_back(work.rejected, len(work.missing)),
        _("Renvoyer le chapitre"),
        place_address(work, ALL),
        facts=facts,
    )


def _what_goes_back(rejected: int, missing: int) -> str:
    sentences = []
    if rejected:
        words = ngettext(
            "%(n)s preuve revient à l’éditeur avec vos mots ; les autres restent conformes et verrouillées.",
            "%(n)s preuves reviennent à l’éditeur avec vos mots ; les autres restent conformes et verrouillées.",
            rejected,
        )
        sentences.append(words % {"n": rejected})
    if missing:
        words = ngettext(
            "%(n)s preuve est demandée depuis la remise du chapitre : l’éditeur la fournit, puis le resoumet.",
            "%(n)s preuves sont demandées depuis la remise du chapitre : l’éditeur les fournit, puis le resoumet.",
            missing,
        )
        sentences.append(words % {"n": missing})
    if missing and not rejected:
        sentences.append(_("Ce qui est jugé conforme le reste, verrouillé."))
    return " ".join(sentences)


urls = [
    path("instruction/<str:number>/chapitres/<str:key>", chapter_page, name="staff-chapter"),
    path("instruction/<str:number>/chapitres/<str:key>/examen", begin, name="staff-chapter-begin"),
    path("instruction/<str:number>/chapitres/<str:key>/verdict", judge, name="staff-chapter-verdict"),
    path("instruction/<str:number>/chapitres/<str:key>/cloture", close, name="staff-chapter-close"),
]
