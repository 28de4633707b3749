"""/compte/societe/plateformes/<platform>: the company's keyword and key at a test platform. The key is never shown."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from jalon.core.errors import InvalidInput, NotAllowed, NotVisible
from jalon.vendors.actions import remove_platform_key, save_platform_access
from jalon.vendors.models import PlatformAccess
from jalon.vendors.policy import can_manage_platforms
from jalon.vendors.queries import platform_access
from jalon.vendors.rules import PLATFORMS
from jalon.web.access import standing_in, vendor_only
from jalon.web.account.session import safe_next
from jalon.web.components.fields import Field


@sensitive_post_parameters("key")
@vendor_only
@never_cache
@require_http_methods(["GET", "POST"])
def platform(request: HttpRequest, platform: str) -> HttpResponse:
    """Keyword and key; asked for where a vendor imports a report, and found again on the company's page."""
    standing = standing_in(request)
    if platform not in PLATFORMS:
        raise NotVisible(platform)
    if not can_manage_platforms(standing):
        raise NotAllowed(_("Seuls un mandataire ou un responsable gèrent les accès de l’entreprise."))
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _saved(request, platform)
        except InvalidInput as refused:
            errors = refused.errors
    access = platform_access(standing.company_id or 0, platform)
    fields = _fields(platform, access, request.POST.get("organisation", ""), errors)
    page = {
        "platform": PLATFORMS[platform],
        "access": access,
        "fields": fields,
        "errors": [(f.id, f.error) for f in fields if f.error],
        "next": safe_next(request),
        "back": safe_next(request) or reverse("company"),
        "crumbs": [
            (_("Accueil"), reverse("home")),
            (_("Votre compte"), reverse("account")),
            (_("Votre société"), reverse("company")),
            (PLATFORMS[platform], ""),
        ],
    }
    return render(request, "account/platform.html", page, status=422 if errors else 200)


def _saved(request: HttpRequest, platform: str) -> HttpResponse:
    actor, post = standing_in(request), request.POST
    if "remove" in post:
        remove_platform_key(actor=actor, platform=platform)
        messages.success(request, _("La clé est effacée. Vous pouvez en donner une autre à tout moment."))
        return redirect("platform", platform)
    save_platform_access(
        actor=actor, platform=platform, organisation=post.get("organisation", ""), key=post.get("key", "")
    )
    messages.success(request, _("L’accès à %(platform)s est enregistré.") % {"platform": PLATFORMS[platform]})
    return redirect(safe_next(request) or "company")


def _fields(
    platform: str, access: PlatformAccess | None, typed: str, errors: dict[str, str]
) -> tuple[Field, ...]:
    """What was typed as a key is not given back: it is asked for again."""
    has_key = access is not None and bool(access.sealed_key)
    return (
        Field(
            name="organisation",
            label=_("Mot-clé de votre organisation"),
            hint=_("Tel qu’il figure dans %(platform)s, par exemple ACME_SANTE.")
            % {"platform": PLATFORMS[platform]},
            required=True,
            value=typed or (access.organisation if access else ""),
            error=errors.get("organisation", ""),
            max_length=80,
        ),
        Field(
            name="key",
            label=_("Nouvelle clé") if has_key else _("Clé d’accès (API key)"),
            hint=_("Laissez vide pour garder la clé actuelle.")
            if has_key
            else _("Créée dans votre compte %(platform)s. Sans elle, seuls les rapports publics se lisent.")
            % {"platform": PLATFORMS[platform]},
            kind="password",
            error=errors.get("key", ""),
            max_length=400,
        ),
    )
