"""Who asks: computed once for each request, passed to every query and every action as `actor`.

It is a snapshot: `standing_of` reads the database each time, so that access ends at the next request after
somebody left (PRODUCT.md, situation 2).
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from jalon.accounts.models import ConflictOfInterest, Membership, StaffRole, User
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.core.errors import NotAllowed


@dataclass(frozen=True)
class Standing:
    user_id: int | None = None
    user_ref: str = ""
    name: str = ""
    company_id: int | None = None
    company_role: CompanyRole | None = None
    staff_roles: frozenset[tuple[StaffRoleName, str]] = field(default_factory=frozenset)
    conflict_company_ids: frozenset[int] = field(default_factory=frozenset)

    @property
    def person_id(self) -> int:
        """The key of the person who acts; for verbs, after rights were checked. Nobody has none."""
        if self.user_id is None:
            raise NotAllowed(_("Connectez-vous pour continuer."))
        return self.user_id

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_staff(self) -> bool:
        return bool(self.staff_roles)

    @property
    def leads_company(self) -> bool:
        """Mandataire or responsable: everything for the company (PRODUCT.md §1)."""
        return self.company_role in (CompanyRole.AGENT, CompanyRole.DELEGATE)

    def has_staff_role(self, *roles: StaffRoleName, programme_code: str | None = None) -> bool:
        """Holds one of the roles, for that programme (or for any, when none is named)."""
        return any(
            role in roles and (programme_code is None or code in ("", programme_code))
            for role, code in self.staff_roles
        )

    def programme_codes(self, *roles: StaffRoleName) -> frozenset[str]:
        """Programmes for which one of the roles was granted by name; the files of these are all visible."""
        return frozenset(code for role, code in self.staff_roles if role in roles and code)


def conflicting_companies(user: User) -> frozenset[int]:
    """Companies with which a person has a conflict of interest now, whether or not he or she still may sign in."""
    declared = ConflictOfInterest.objects.filter(user=user, until=None).values_list("company_id", flat=True)
    own = Membership.objects.filter(user=user, until=None).values_list("company_id", flat=True)
    return frozenset(declared) | frozenset(own)


NOBODY = Standing()
# Jobs and the clock act under this name; it may do what only `reconcile` actions ask for.
SYSTEM = Standing(user_ref="system", name="Jalon")


def standing_of(user: User, company_id: int | None = None) -> Standing:
    """The standing of a person now, for one of his or her companies (the first, when none is chosen)."""
    if not user.is_active:
        return NOBODY
    memberships = list(Membership.objects.filter(user=user, until=None).order_by("pk"))
    chosen = next(
        (m for m in memberships if m.company_id == company_id), memberships[0] if memberships else None
    )
    roles = list(StaffRole.objects.filter(user=user, until=None).values_list("role", "programme_code"))
    # Nobody verifies a file of a company to which he or she belongs: a membership is a conflict for staff.
    conflicts = ConflictOfInterest.objects.filter(user=user, until=None).values_list("company_id", flat=True)
    declared = conflicts if roles else ()
    return Standing(
        user_id=user.pk,
        user_ref=user.ref,
        name=user.full_name,
        company_id=chosen.company_id if chosen else None,
        company_role=CompanyRole(chosen.role) if chosen else None,
        staff_roles=frozenset((StaffRoleName(role), code) for role, code in roles),
        conflict_company_ids=frozenset(declared) | {m.company_id for m in memberships},
    )
