"""People, companies, memberships, staff roles, conflicts.

An account is (issuer, subject), a company (country, register number). Nothing is matched on e-mail or name.
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.core.ids import random_ref


class User(AbstractBaseUser):
    """Somebody who signs in: through the provider (issuer, subject) or, for staff, with a local account."""

    ref = models.CharField(max_length=26, unique=True, default=random_ref)
    issuer = models.CharField(max_length=255, blank=True, default="")
    subject = models.CharField(max_length=255, blank=True, default="")
    staff_login = models.CharField(max_length=254, null=True, unique=True)  # noqa: DJ001 (NULL: no local account)
    civility = models.CharField(max_length=10, blank=True, default="")
    given_name = models.CharField(max_length=150, blank=True, default="")
    family_name = models.CharField(max_length=150, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    telephone = models.CharField(max_length=30, blank=True, default="")
    function = models.CharField(max_length=150, blank=True, default="")
    name_norm = models.CharField(max_length=320, blank=True, default="", db_index=True)
    locale = models.CharField(max_length=5, default="fr")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "staff_login"
    objects = BaseUserManager["User"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], condition=~Q(subject=""), name="user_one_account_per_subject"
            ),
            models.CheckConstraint(
                condition=~Q(subject="", staff_login=None), name="user_signs_in_one_way_at_least"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip() or self.email or self.ref


class Company(models.Model):
    country = models.CharField(max_length=2, default="FR")
    register_number = models.CharField(max_length=20)  # SIREN in France, EU VAT number elsewhere
    siret = models.CharField(max_length=14, blank=True, default="")
    name = models.CharField(max_length=255)
    name_norm = models.CharField(max_length=255, db_index=True)
    address = models.TextField(blank=True, default="")
    legal_representative = models.TextField(blank=True, default="")  # TXT: claims of the provider
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["country", "register_number"], name="company_one_per_register_number"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in a company. Many-to-many: consultants work for several."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=CompanyRole)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    # Set when the company itself closed the access: the provider's claim alone does not open it again.
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "company"], condition=Q(until=None), name="membership_one_current"
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(until__isnull=False),
                name="membership_ended_by_somebody_has_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.company_id}"


class StaffRole(models.Model):
    """A role at the agency, for one programme or, with no programme, as a right that an assignment fills."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_roles")
    role = models.CharField(max_length=15, choices=StaffRoleName)
    programme_code = models.CharField(max_length=60, blank=True, default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "programme_code"],
                condition=Q(until=None),
                name="staff_role_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.programme_code}"


class ConflictOfInterest(models.Model):
    """Somebody at the agency who must not see, nor decide on, a company's files."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="conflicts")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "company"], condition=Q(until=None), name="conflict_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.company_id}"
