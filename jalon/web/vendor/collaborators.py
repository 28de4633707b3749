""" "Collaborateurs ayant accès au produit": who they are, attaching a colleague, ending an access."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.accounts.states import CompanyRole
from jalon.applications.models import Application
from jalon.core.errors import InvalidInput
from jalon.vendors.actions import grant_access, revoke_access
from jalon.vendors.policy import can_manage_access
from jalon.vendors.queries import Collaborator, attachable_people
from jalon.vendors.queries import collaborators as collaborators_of
from jalon.web.access import standing_in
from jalon.web.components.fields import Choice, Field
from jalon.web.keys import whole
from jalon.web.vendor.frame import (
    address,
    application_page,
    crumbs_of,
    frame,
    see_other,
)


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def collaborators(request: HttpRequest, application: Application) -> HttpResponse:
    """The list; a mandataire or a responsable attaches colleagues here."""
    if request.method != "POST":
        return _page(request, application)
    chosen = request.POST.get("user", "")
    if not whole(chosen):
        return _page(request, application, _("Choisissez la personne à rattacher."))
    try:
        grant_access(
            actor=standing_in(request),
            product_id=application.version.product_id,
            user_id=whole(chosen),
        )
    except InvalidInput as refused:
        return _page(request, application, refused.errors.get("user", refused.message))
    messages.success(request, _("La personne a maintenant accès au produit et à ses candidatures."))
    return see_other(address(application, "collaborateurs"))


def _page(request: HttpRequest, application: Application, error: str = "") -> HttpResponse:
    standing = standing_in(request)
    product = application.version.product
    may_manage = can_manage_access(standing, product)
    people = collaborators_of(product, standing)
    choices = tuple(Choice(str(u.pk), u.full_name) for u in attachable_people(product)) if may_manage else ()
    who = Field(
        "user", _("Personne de votre entreprise"), "select", error=error, required=True, options=choices,
        hint=_("Elle doit avoir un compte Industriels Santé Connect dans votre entreprise."),
    )  # fmt: skip
    context = {
        **frame(application),
        "crumbs": crumbs_of(application, (_("Collaborateurs ayant accès au produit"), "")),
        "people": [(p, may_manage and is_revocable(p)) for p in people],
        "may_manage": may_manage,
        "field": who,
        "errors": [(who.id, error)] if error else [],
        "enrol_url": settings.ENVIRONMENT.oidc_enrol_url,
        "leaders": [p.name for p in people if p.role != CompanyRole.EMPLOYEE],
        "product": product,
    }
    return render(request, "vendor/collaborators.html", context, status=422 if error else 200)


def is_revocable(person: Collaborator) -> bool:
    """A mandataire or a responsable sees every product by role: there is no access to take away."""
    return person.role == CompanyRole.EMPLOYEE and person.attached


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, application: Application, user_id: int) -> HttpResponse:
    """Asks first, naming the consequence; then ends the access."""
    standing = standing_in(request)
    product = application.version.product
    if not can_manage_access(standing, product):
        raise Http404
    person = next((p for p in collaborators_of(product, standing) if p.user_id == user_id), None)
    if person is None or not is_revocable(person):
        raise Http404
    if request.method == "POST":
        revoke_access(actor=standing, product_id=product.pk, user_id=user_id)
        messages.success(request, _("L’accès de %(name)s a pris fin.") % {"name": person.name})
        return see_other(address(application, "collaborateurs"))
    context = {
        **frame(application),
        "crumbs": crumbs_of(
            application,
            (_("Collaborateurs ayant accès au produit"), address(application, "collaborateurs")),
            (person.name, ""),
        ),
        "person": person,
        "product": product,
        "no_fields": (),
        "back_url": address(application, "collaborateurs"),
    }
    return render(request, "vendor/revoke_access.html", context)


urls = [
    path("candidatures/<str:number>/collaborateurs", collaborators, name="collaborators"),
    path(
        "candidatures/<str:number>/collaborateurs/<key:user_id>/retirer", revoke, name="collaborator-revoke"
    ),
]
