"""…/declaration: what the vendor declares about profiles and claims; confirm what waits, or not (R5, G11)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.applications.models import AnswerDocument, Application
from jalon.applications.queries.answers import answer_documents, answers_of
from jalon.core.errors import NotAllowed
from jalon.programmes.definition.schema import Claim
from jalon.reviews.actions.declarations import decide_declared_claim
from jalon.reviews.policy import can_decide_eligibility
from jalon.reviews.queries.declarations import claims_ahead
from jalon.web.access import standing_in
from jalon.web.agency.frame import (
    Confirmation,
    acted,
    confirm,
    file_context,
    file_page,
    is_confirmed,
    see_other,
)
from jalon.web.answers import said
from jalon.web.components.fields import Field
from jalon.web.declarations import ShownEffects, declaration_of, shown_effects
from jalon.web.paging import page_of

ACCEPT, REFUSE = "accept", "refuse"


@dataclass(frozen=True)
class WaitingClaim:
    """A claim to decide on, with what confirming it would do. `refusal`: why it cannot be confirmed now."""

    claim: Claim
    evidence: str
    effects: ShownEffects
    refusal: str
    reason: Field
    files: tuple[tuple[str, str], ...] = ()  # what backs it: name, address


@file_page
@require_http_methods(["GET", "HEAD", "POST"])
def declaration(request: HttpRequest, application: Application) -> HttpResponse:
    """What is declared, and the answer to it; each answer is shown with its consequence before it is given."""
    if request.method != "POST":
        return _page(request, application)
    if not can_decide_eligibility(standing_in(request), application):
        raise NotAllowed(_("Seul un vérificateur de la démarche confirme une déclaration."))
    confirmed = request.POST.get("act") == ACCEPT
    waiting = next((w for w in _waiting(application) if w.claim.key == request.POST.get("claim", "")), None)
    ready = confirmed or request.POST.get("reason", "").strip()
    # Whoever asks about something else than what waits now is told so by the action.
    if waiting and ready and not is_confirmed(request) and waiting.evidence == request.POST.get("evidence"):
        asked = (
            _ask_acceptance(application, waiting)
            if confirmed
            else _ask_refusal(request, application, waiting)
        )
        return confirm(request, _context(request, application), asked)
    return _decide(request, application, confirmed=confirmed)


def _decide(request: HttpRequest, application: Application, *, confirmed: bool) -> HttpResponse:
    decision = partial(
        decide_declared_claim,
        actor=standing_in(request),
        number=application.number,
        key=request.POST.get("claim", ""),
        confirmed=confirmed,
        evidence=request.POST.get("evidence", ""),
        reason=request.POST.get("reason", ""),
    )
    return acted(
        request,
        decision,
        done=_("La déclaration est confirmée ; l’éditeur en est prévenu.")
        if confirmed
        else _("La déclaration n’est pas confirmée ; l’éditeur en est prévenu."),
        to=see_other("staff-declaration", application.number),
        again=partial(_page, request, application),
    )


def _waiting(
    application: Application, typed: Mapping[str, str] | None = None, error: str = ""
) -> list[WaitingClaim]:
    """`typed`: what was sent about one of them, shown again with what is wrong with it."""
    ahead = claims_ahead(application)
    answers = answers_of(application) if ahead else {}
    given = answer_documents(application) if ahead else {}
    sent = typed or {}
    return [
        WaitingClaim(
            c.claim,
            str(answers.get(c.claim.evidence_field) or ""),
            shown_effects(application, c.effects),
            c.refusal,
            _reason(c.claim, sent.get("reason", ""), error)
            if sent.get("claim") == c.claim.key
            else _reason(c.claim, "", ""),
            tuple(_files(application, c.claim, given)),
        )
        for c in ahead
    ]


def _files(
    application: Application, claim: Claim, given: Mapping[str, Sequence[AnswerDocument]]
) -> Iterator[tuple[str, str]]:
    for row in given.get(claim.evidence_field, ()):
        yield row.document.name, reverse("staff-piece", args=[application.number, row.document_id])


def _reason(claim: Claim, value: str, error: str) -> Field:
    return Field(
        "reason", _("Raison"), "long_text", value, error=error, rows=3, max_length=4000, prefix=f"f-{claim.key}",
        hint=_("Seulement pour ne pas confirmer. L’éditeur la lira : dites ce qui ne correspond pas."),
    )  # fmt: skip


def _evidence(waiting: WaitingClaim) -> str:
    """What the claim rests on, as people name it: its files, else its number."""
    return ", ".join(name for name, _url in waiting.files) or waiting.evidence or "–"


def _ask_acceptance(application: Application, waiting: WaitingClaim) -> Confirmation:
    facts = [(said(waiting.claim.label), _evidence(waiting))]
    facts += [(found.words, str(found.count)) for found in waiting.effects.lists]
    return Confirmation(
        title=_("Confirmer cette déclaration ?"),
        sentence=_(
            "Ce qui est demandé est recalculé aussitôt. Preuves et verdicts sont conservés ; l’éditeur en est prévenu."
        ),
        label=_("Confirmer la déclaration"),
        back_url=_address(application),
        facts=facts,
    )


def _ask_refusal(request: HttpRequest, application: Application, waiting: WaitingClaim) -> Confirmation:
    return Confirmation(
        title=_("Ne pas confirmer cette déclaration ?"),
        sentence=_(
            "Ce qui est demandé au dossier ne change pas. L’éditeur lira votre raison et peut déclarer autre chose."
        ),
        label=_("Ne pas confirmer"),
        back_url=_address(application),
        danger=True,
        facts=[
            (said(waiting.claim.label), _evidence(waiting)),
            (_("Raison"), request.POST.get("reason", "")),
        ],
    )


def _address(application: Application) -> str:
    return reverse("staff-declaration", args=[application.number])


def _context(request: HttpRequest, application: Application) -> dict[str, Any]:
    return file_context(request, application, "declaration", _("Déclaration de l’éditeur"))


def _page(
    request: HttpRequest,
    application: Application,
    *,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    errors = errors or {}
    now = declaration_of(application)
    waiting = _waiting(application, request.POST.dict(), errors.get("reason", "")) if now.waits else []
    context = {
        **_context(request, application),
        "declaration": now,
        "page": page_of(request, now.history),
        "waiting": waiting,
        "may_decide": not now.obstacle and can_decide_eligibility(standing_in(request), application),
        "errors": [(w.reason.id, w.reason.error) for w in waiting if w.reason.error],
        "general": general,
    }
    return render(request, "agency/declaration.html", context, status=status)


urls = [path("instruction/<str:number>/declaration", declaration, name="staff-declaration")]
