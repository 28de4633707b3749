"""Public pages: the home page, parcours, démarches, the registry, the pages every service owes its readers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jalon.accounts.actions import set_locale
from jalon.applications.queries import definition_for
from jalon.awards.models import Award
from jalon.programmes.definition.schema import Text
from jalon.programmes.queries import portal
from jalon.web.access import public, standing_in
from jalon.web.language import CODES
from jalon.web.public.gallery import gallery_context
from jalon.web.public.offers import Card, Offer, cards, choose_url, offer_of


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    listed = cards()
    return render(
        request,
        "public/home.html",
        {
            "cards": listed,
            "open_count": sum(card.open for card in listed),
            "enrol_url": settings.ENVIRONMENT.oidc_enrol_url,
            "award_count": Award.objects.count(),
        },
    )


def _track_or_404(code: str) -> Card:
    found = next((card for card in cards() if card.definition.code == code), None)
    if found is None:
        raise Http404
    return found


@public
@require_safe
def track(request: HttpRequest, code: str) -> HttpResponse:
    """The presentation of a parcours; the arrow at its foot leads to a démarche (Guide RIS, étape 1)."""
    card = _track_or_404(code)
    crumbs = [(_("Accueil"), reverse("home")), (card.definition.title, "")]
    return render(
        request, "public/track.html", {"card": card, "crumbs": crumbs, "nav_current": card.definition.menu}
    )


@public
@require_safe
def programme(request: HttpRequest, code: str) -> HttpResponse:
    """What a démarche asks and gives, its dates, and the way in."""
    found = offer_of(code)
    if found is None:
        raise Http404
    return _programme_page(request, *found)


def _programme_page(request: HttpRequest, card: Card, offer: Offer) -> HttpResponse:
    definition = offer.definition
    crumbs = [
        (_("Accueil"), reverse("home")),
        (card.definition.title, reverse("track", args=[card.definition.code])),
        (definition.title, ""),
    ]
    requirements = [r for chapter in definition.chapters for r in chapter.requirements]
    return render(
        request,
        "public/programme.html",
        {
            "card": card,
            "offer": offer,
            "crumbs": crumbs,
            "nav_current": card.definition.menu,
            "choose_url": choose_url(offer),
            "requirement_count": len(requirements),
            "chapter_count": len(definition.chapters),
        },
    )


@public
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    return _plain(request, "legal", _("Mentions légales"))


@public
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return _plain(request, "terms", _("Conditions générales d’utilisation"))


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return _plain(request, "privacy", _("Données personnelles"))


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return _plain(request, "accessibility", _("Accessibilité"))


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return _plain(request, "help", _("Aide"))


@public
@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    return _plain(request, "glossary", _("Glossaire"), {"sections": portal().glossary})


def _plain(request: HttpRequest, name: str, heading: str, more: dict[str, Any] | None = None) -> HttpResponse:
    crumbs = [(_("Accueil"), reverse("home")), (heading, "")]
    return render(request, f"public/{name}.html", {"crumbs": crumbs, "heading": heading, **(more or {})})


@dataclass(frozen=True)
class Listed:
    """A line of the public registry: frozen names only."""

    number: str
    product: str
    company: str
    programme: str
    since: date
    state: Text


@public
@require_safe
def registry(request: HttpRequest) -> HttpResponse:
    awards = (
        Award.objects.select_related("application__programme", "application__revision")
        .defer("application__revision__content")
        .order_by("-pronounced_at")
    )
    titles = {offer.code: offer.definition.title for card in cards() for offer in card.offers}
    rows = [
        Listed(
            number=award.number,
            product=f"{award.application.product_name} {award.application.version_label}",
            company=award.application.company_name,
            programme=_words(titles.get(award.application.programme.code))
            or award.application.programme.code,
            since=award.entry_into_force_on,
            state=definition_for(award.application).award.state,
        )
        for award in awards
    ]
    return _plain(request, "registry", _("Registre public"), {"rows": rows})


def _words(value: Text | None) -> str:
    return value.shown_in(translation.get_language() or "fr") if value else ""


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The language switch: kept in a cookie, and on the account of whoever is signed in."""
    chosen = request.POST.get("language", "")
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    if chosen in CODES:
        standing = standing_in(request)
        if standing.is_signed_in:
            set_locale(actor=standing, locale=chosen)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@public
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page; only where nobody works for real."""
    if not (settings.DEBUG or settings.ENVIRONMENT.demo):
        raise Http404
    with override("fr"):  # its samples are French, and so is what the components say around them
        return render(request, "public/gallery.html", gallery_context())


@public
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@public
@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """The process can work: the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ready"})
