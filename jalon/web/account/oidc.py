"""Sign-in through the provider: leaving, coming back, and being sent here by its services page (G02)."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from jalon.accounts.actions import sign_in
from jalon.accounts.rules import Identity, UnusableClaims
from jalon.accounts.standing import NOBODY
from jalon.connectors.identity.provider import (
    IdentityRefused,
    Provider,
    ProviderUnavailable,
    Refusal,
    VerifiedIdentity,
)
from jalon.core.errors import DomainError
from jalon.web.access import public
from jalon.web.account.provider import configured_provider, identity_of
from jalon.web.account.session import is_local, keep_pending, landing, open_session, safe_next, take_pending

logger = logging.getLogger(__name__)


@public
@never_cache
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """ "Connexion": to the provider, and back to the page that was asked for."""
    return _leave(request, safe_next(request), request.GET.get("login_hint", ""))


@public
@never_cache
@csrf_exempt  # OpenID Connect Core 1.0, §4: the provider may also POST; it only begins a sign-in
@require_http_methods(["GET", "POST"])
def initiate(request: HttpRequest) -> HttpResponse:
    """The platform's tile among the provider's services: third-party-initiated login."""
    data = request.POST if request.method == "POST" else request.GET
    target = data.get("target_link_uri", "")
    if data.get("iss", "") != settings.ENVIRONMENT.oidc_issuer or not settings.ENVIRONMENT.oidc_issuer:
        return _refused(
            request,
            _("Ce lien vient d’un service que la plateforme ne connaît pas."),
            _("Passez par le bouton « Connexion » de cette page."),
        )
    if target and not is_local(request, target):
        return _refused(
            request,
            _("Ce lien mène hors de la plateforme : il n’a pas été suivi."),
            _("Passez par le bouton « Connexion » de cette page."),
        )
    home = f"{settings.BASE_URL}/"
    return _leave(request, "" if target in (home, settings.BASE_URL) else target, data.get("login_hint", ""))


def _leave(request: HttpRequest, target: str, login_hint: str) -> HttpResponse:
    provider = configured_provider()
    if provider is None:
        return _refused(
            request,
            _(
                "La connexion par Industriels Santé Connect (iSC) n’est pas encore réglée sur cette plateforme."
            ),
            _("L’administrateur doit indiquer l’adresse du fournisseur d’identité."),
            status=503,
        )
    params = {"ui_locales": get_language() or "fr"} | ({"login_hint": login_hint} if login_hint else {})
    try:
        pending = provider.begin(f"{settings.BASE_URL}{reverse('oidc-callback')}", **params)
    except ProviderUnavailable as error:
        return _unavailable(request, error)
    except IdentityRefused as error:
        return _not_proven(request, error)
    keep_pending(request, pending, target)
    return redirect(pending.url)


@public
@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """The answer of the provider. Only an answer to a question of this very browser is heard."""
    begun = take_pending(request, request.GET.get("state", ""))
    provider = configured_provider()
    if begun is None or provider is None:
        return _refused(
            request,
            _("Cette réponse ne correspond à aucune connexion en cours dans ce navigateur."),
            _("Elle est trop ancienne, déjà utilisée, ou vient d’ailleurs. Recommencez la connexion."),
        )
    pending, target = begun
    try:
        verified = provider.finish(pending, request.GET.dict())
        identity = identity_of(verified)
    except ProviderUnavailable as error:
        return _unavailable(request, error)
    except IdentityRefused as error:
        return _not_proven(request, error)
    except UnusableClaims as error:
        return _unusable(request, provider, error)
    return _enter(request, verified, identity, target)


def _enter(request: HttpRequest, verified: VerifiedIdentity, identity: Identity, target: str) -> HttpResponse:
    try:
        user = sign_in(actor=NOBODY, identity=identity)
    except DomainError as error:
        return _refused(request, error.message, "", status=403)
    standing = open_session(request, user, id_token=verified.id_token)
    return redirect(target or landing(standing))


def _refused(request: HttpRequest, message: str, remedy: str, *, status: int = 400) -> HttpResponse:
    page = {"message": message, "remedy": remedy, "issuer": settings.ENVIRONMENT.oidc_issuer}
    return render(request, "account/refused.html", page, status=status)


def _not_proven(request: HttpRequest, error: IdentityRefused) -> HttpResponse:
    logger.warning("Sign-in refused: %s", error)
    if error.reason is Refusal.DENIED:
        return _refused(
            request,
            _("Vous avez refusé de partager les informations de votre compte iSC."),
            _("Sans elles la plateforme ne peut pas vous connaître. Recommencez et acceptez le partage."),
            status=403,
        )
    if error.reason in (Refusal.PROVIDER_ERROR, Refusal.MISCONFIGURED):
        return _refused(
            request,
            _("Industriels Santé Connect (iSC) a répondu par une erreur."),
            _("Recommencez. Si l’erreur revient, écrivez-nous par la page Contact en citant l’heure."),
            status=502,
        )
    return _refused(
        request,
        _(
            "La réponse d’Industriels Santé Connect (iSC) n’a pas pu être vérifiée : personne n’a été connecté."
        ),
        _("Recommencez. Si le refus revient, écrivez-nous par la page Contact en citant l’heure."),
    )


def _unusable(request: HttpRequest, provider: Provider, error: UnusableClaims) -> HttpResponse:
    logger.warning("Claims of %s lack %s", provider.config.issuer, error)
    words = {
        "given_name": _("votre prénom"),
        "family_name": _("votre nom"),
        "email": _("votre adresse électronique"),
        "role": _("votre rôle dans la société"),
        "company": _("votre société"),
        "company.name": _("la raison sociale de votre société"),
        "company.number": _("le numéro SIREN ou de TVA de votre société"),
    }
    listed = ", ".join(dict.fromkeys(words.get(name, name) for name in error.names))
    return _refused(
        request,
        _("Industriels Santé Connect (iSC) n’a pas transmis, ou pas lisiblement : %(list)s.")
        % {"list": listed},
        _("Complétez votre compte iSC, puis recommencez. Vos droits sur la plateforme n’ont pas changé."),
        status=502,
    )


def _unavailable(request: HttpRequest, error: ProviderUnavailable) -> HttpResponse:
    logger.warning("Provider unavailable: %s", error)
    page = {
        "service": pgettext("service", "Industriels Santé Connect (iSC)"),
        "last_answer": error.last_answer,
    }
    response = render(request, "account/unavailable.html", page, status=503)
    response["Retry-After"] = "60"
    return response
