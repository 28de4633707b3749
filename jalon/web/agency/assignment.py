"""…/affectation: who follows a file: referent and verifiers."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jalon.accounts.models import User
from jalon.accounts.queries import staff_with_role
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.tracking import assign, unassign
from jalon.applications.models import Application, Assignment
from jalon.applications.policy import can_manage
from jalon.applications.queries import instructors
from jalon.core.errors import DomainError, InvalidInput, NotAllowed, NotVisible
from jalon.web.access import standing_in
from jalon.web.agency.frame import file_context, file_page, refused, see_other, tell
from jalon.web.components.fields import Choice, Field

ASSIGNABLE = (StaffRoleName.REFERENT, StaffRoleName.VERIFIER)


@dataclass(frozen=True)
class RoleForm:
    role: StaffRoleName
    current: list[Assignment]
    by_programme: list[User]
    field: Field


@file_page
@require_http_methods(["GET", "HEAD", "POST"])
def assignment(request: HttpRequest, application: Application) -> HttpResponse:
    standing = standing_in(request)
    if request.method != "POST":
        if not can_manage(standing, application):
            raise Http404
        return _assignment(request, application)
    typed = {key: str(value) for key, value in request.POST.items()}
    try:
        if not can_manage(standing, application):
            raise NotAllowed(_("Seul un gestionnaire du programme affecte un dossier."))
        role, user_id = _role(typed), _person(typed)
        assign(actor=standing, number=application.number, user_id=user_id, role=role)
    except DomainError as error:
        errors, general, status = refused(error)
        application.refresh_from_db(fields=["referent"])
        return _assignment(request, application, typed=typed, errors=errors, general=general, status=status)
    tell(request, _("Le dossier est affecté."))
    return see_other("staff-assignment", application.number)


@file_page
@require_POST
def end_assignment(request: HttpRequest, application: Application) -> HttpResponse:
    typed = {key: str(value) for key, value in request.POST.items()}
    unassign(actor=standing_in(request), number=application.number, user_id=_person(typed), role=_role(typed))
    tell(request, _("L’affectation est terminée ; l’accès cesse aussitôt."))
    return see_other("staff-assignment", application.number)


def _role(typed: Mapping[str, str]) -> StaffRoleName:
    found = next((role for role in ASSIGNABLE if role.value == typed.get("role")), None)
    if found is None:
        raise NotVisible("role")
    return found


def _person(typed: Mapping[str, str]) -> int:
    sent = typed.get("user", "")
    if not sent.isdecimal() or len(sent) > 18:
        raise InvalidInput({"user": _("Choisissez une personne.")})
    return int(sent)


def _assignment(
    request: HttpRequest,
    application: Application,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    typed, errors = typed or {}, errors or {}
    rows = Assignment.objects.filter(application=application, until=None).select_related("user")
    current = list(rows.order_by("since", "pk"))
    forms = [_role_form(application, role, current, typed, errors) for role in ASSIGNABLE]
    context = {
        **file_context(request, application, "assignment", _("Affectation")),
        "forms": forms,
        "errors": [(f"{typed.get('role', '')}-user", sentence) for sentence in errors.values()],
        "general": general,
    }
    return render(request, "agency/assignment.html", context, status=status)


def _role_form(
    application: Application,
    role: StaffRoleName,
    current: list[Assignment],
    typed: Mapping[str, str],
    errors: Mapping[str, str],
) -> RoleForm:
    mine = [row for row in current if row.role == role]
    assigned = {row.user_id for row in mine}
    code = application.programme.code
    free = [user for user in staff_with_role(role, code) if user.pk not in assigned]
    field = Field(
        name="user",
        label=_("Personne"),
        kind="select",
        value=typed.get("user", "") if typed.get("role") == role else "",
        required=True,
        error=errors.get("user", "") if typed.get("role") == role else "",
        options=tuple(Choice(str(user.pk), user.full_name) for user in free),
        prefix=role.value,
    )
    following = [user for user in instructors(application, role) if user.pk not in assigned]
    return RoleForm(role, mine, following, field)


urls = [
    path("instruction/<str:number>/affectation", assignment, name="staff-assignment"),
    path("instruction/<str:number>/affectation/fin", end_assignment, name="staff-assignment-end"),
]
