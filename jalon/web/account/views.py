"""The sign-in page, signing out, one's account and one's company."""

import json
import logging

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jalon.accounts.actions import end_membership, readmit_member
from jalon.accounts.models import Company, Membership, User
from jalon.accounts.queries import (
    agents,
    company_people,
    current_memberships,
    former_people,
    provider_people,
    staff_people,
)
from jalon.accounts.standing import NOBODY, Standing
from jalon.accounts.states import StaffRoleName
from jalon.connectors.identity.provider import IdentityRefused, ProviderUnavailable
from jalon.core.errors import NotVisible
from jalon.programmes.definition.schema import Text
from jalon.programmes.queries import tracks
from jalon.vendors.queries import platform_access
from jalon.vendors.rules import PLATFORMS
from jalon.web.access import public, signed_in, standing_in, vendor_only
from jalon.web.account.demo import demo_is_offered
from jalon.web.account.provider import configured_provider
from jalon.web.account.session import landing, safe_next

logger = logging.getLogger(__name__)


@public
@never_cache
@require_GET
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """ "Connexion": through iSC for companies, with a local account for the agency."""
    standing = standing_in(request)
    if standing.is_signed_in:
        return redirect(safe_next(request) or landing(standing))
    demo = demo_is_offered(request)
    page = {
        "next": safe_next(request),
        "enrol_url": settings.ENVIRONMENT.oidc_enrol_url,
        "demo": demo,
        "demo_staff": _demo_staff() if demo else (),
        "demo_vendors": provider_people(settings.ENVIRONMENT.oidc_issuer) if demo else (),
    }
    return render(request, "account/sign_in.html", page)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Here first, then at the provider.

    The browser goes on by a Refresh header: a redirect after a form is bound by our own form-action policy,
    and the provider's address is its own affair.
    """
    if request.method == "GET":
        return render(request, "account/signed_out.html", {"provider_url": ""})
    provider_url = _provider_sign_out(request.session.get("id_token", ""))
    logout(request)
    request.standing = NOBODY  # type: ignore[attr-defined]
    response = render(request, "account/signed_out.html", {"provider_url": provider_url})
    if provider_url:
        response["Refresh"] = f"0; url={provider_url}"
    return response


def _provider_sign_out(id_token: str) -> str:
    provider = configured_provider()
    if provider is None or not id_token:
        return ""
    try:
        url = provider.logout_url(
            id_token=id_token,
            post_logout_redirect_uri=f"{settings.BASE_URL}{reverse('sign-out')}",
            state="fin",
        )
    except (ProviderUnavailable, IdentityRefused) as error:
        logger.warning("Signed out here only: %s", error)
        return ""
    return url or ""


@signed_in
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, as the provider said; which company one acts for."""
    standing = standing_in(request)
    user = User.objects.get(pk=standing.user_id or 0)
    page = {
        "person": user,
        "memberships": current_memberships(user.pk),
        "roles": _roles(standing),
        "is_local": user.staff_login is not None,
        "account_url": settings.ENVIRONMENT.oidc_account_url,
        "crumbs": [(_("Accueil"), reverse("home")), (_("Votre compte"), "")],
    }
    return render(
        request,
        "account/account.html",
        page | {"frame": "base_staff.html" if standing.is_staff else "base.html"},
    )


def _programme_titles() -> dict[str, Text]:
    entries = [entry for track in tracks() for entry in track.programmes]
    return {entry.programme.code: entry.definition.title for entry in entries if entry.definition}


def _demo_staff() -> list[tuple[User, list[tuple[str, list[Text]]]]]:
    """Everybody of the agency, each with what tells them apart: roles, and the programmes these are for."""
    titles = _programme_titles()
    found = []
    for person in staff_people().filter(is_active=True).prefetch_related("staff_roles"):
        roles: dict[str, list[Text]] = {}
        for held in sorted(person.staff_roles.all(), key=lambda row: row.pk):
            if held.until is None:
                named = roles.setdefault(held.get_role_display(), [])
                named += [titles[held.programme_code]] if held.programme_code in titles else []
        found.append((person, list(roles.items())))
    return found


def _roles(standing: Standing) -> list[tuple[str, Text | None]]:
    """Each role and the title of the programme it is for; None: for all of them."""
    titles = _programme_titles()
    return [
        (str(StaffRoleName(role).label), titles.get(code, Text(fr=code)) if code else None)
        for role, code in sorted(standing.staff_roles)
    ]


@signed_in
@require_POST
def choose_company(request: HttpRequest) -> HttpResponse:
    """Act for another of one's companies, from the next request on."""
    chosen = request.POST.get("company", "")
    mine = current_memberships(standing_in(request).user_id or 0)
    found = next((m for m in mine if str(m.company_id) == chosen), None)
    if found is None:
        raise NotVisible(chosen)
    request.session["company_id"] = found.company_id
    messages.success(
        request, _("Vous agissez maintenant pour %(company)s.") % {"company": found.company.name}
    )
    return redirect(safe_next(request) or "account")


@vendor_only
@require_GET
def company(request: HttpRequest) -> HttpResponse:
    standing = standing_in(request)
    shown = Company.objects.get(pk=standing.company_id or 0)
    page = {
        "company": shown,
        "legal_representative": json.loads(shown.legal_representative or "{}"),
        "members": company_people(shown.pk),
        "former": former_people(shown.pk) if standing.leads_company else (),
        "has_agent": agents(shown.pk).exists(),
        "leads": standing.leads_company,
        "platforms": [(key, name, platform_access(shown.pk, key)) for key, name in PLATFORMS.items()],
        "crumbs": [
            (_("Accueil"), reverse("home")),
            (_("Votre compte"), reverse("account")),
            (_("Votre société"), ""),
        ],
    }
    return render(request, "account/company.html", page)


@vendor_only
@require_http_methods(["GET", "POST"])
def end_member(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Somebody leaves the company: asked once, with what follows."""
    standing = standing_in(request)
    if request.method == "POST":
        end_membership(actor=standing, membership_id=membership_id)
        messages.success(
            request, _("L’accès est fermé. Les brouillons, dépôts et produits restent à la société.")
        )
        return redirect("company")
    member = company_people(standing.company_id or 0).filter(pk=membership_id).first()
    if member is None or not standing.leads_company:
        raise NotVisible(str(membership_id))
    return render(
        request,
        "account/end_member.html",
        {"member": member, "is_last_agent": _is_last_agent(member), "no_fields": ()},
    )


def _is_last_agent(member: Membership) -> bool:
    return list(agents(member.company_id).values_list("pk", flat=True)) == [member.user_id]


@vendor_only
@require_POST
def readmit(request: HttpRequest, membership_id: int) -> HttpResponse:
    readmit_member(actor=standing_in(request), membership_id=membership_id)
    messages.success(
        request, _("La personne a de nouveau accès. Rattachez-la aux produits qu’elle doit suivre.")
    )
    return redirect("company")
