"""Who is where: reads for screens and for the packages above."""

from django.db.models import Q, QuerySet

from jalon.accounts.models import Membership, StaffRole, User
from jalon.accounts.states import CompanyRole, StaffRoleName


def company_people(company_id: int) -> QuerySet[Membership]:
    """Present members of a company with their user, by name."""
    return (
        Membership.objects.filter(company_id=company_id, until=None, user__is_active=True)
        .select_related("user")
        .order_by("user__name_norm", "pk")
    )


def former_people(company_id: int) -> QuerySet[Membership]:
    """People whom the company itself put out and could take back."""
    present = Membership.objects.filter(company_id=company_id, until=None).values("user_id")
    return (
        Membership.objects.filter(company_id=company_id, ended_by__isnull=False)
        .exclude(user_id__in=present)
        .select_related("user", "ended_by")
        .order_by("-until", "-pk")
    )


def leaders(company_id: int) -> QuerySet[User]:
    """Mandataires and responsables at present: who is told what concerns the company."""
    return _members(company_id, CompanyRole.AGENT, CompanyRole.DELEGATE)


def agents(company_id: int) -> QuerySet[User]:
    """The mandataires at present; none is possible (PRODUCT.md, situation 3)."""
    return _members(company_id, CompanyRole.AGENT)


def _members(company_id: int, *roles: CompanyRole) -> QuerySet[User]:
    members = Membership.objects.filter(company_id=company_id, role__in=roles, until=None)
    return User.objects.filter(pk__in=members.values("user_id"), is_active=True).order_by("name_norm", "pk")


def current_memberships(user_id: int) -> QuerySet[Membership]:
    """The companies of a person, the oldest first: the order in which `standing_of` chooses."""
    return Membership.objects.filter(user_id=user_id, until=None).select_related("company").order_by("pk")


def staff_with_role(role: StaffRoleName, programme_code: str) -> QuerySet[User]:
    """Active staff who hold that role for that programme, or for all."""
    granted = StaffRole.objects.filter(
        Q(programme_code="") | Q(programme_code=programme_code), role=role, until=None
    )
    return User.objects.filter(pk__in=granted.values("user_id"), is_active=True).order_by("name_norm", "pk")


def staff_people() -> QuerySet[User]:
    """Everybody with a local account, by name."""
    return User.objects.filter(staff_login__isnull=False).order_by("name_norm", "pk")


def provider_people(issuer: str) -> QuerySet[User]:
    """People who came through this provider, by name."""
    return User.objects.filter(issuer=issuer, is_active=True).exclude(subject="").order_by("name_norm", "pk")
