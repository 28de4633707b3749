"""Writes on people, companies, memberships, staff roles and conflicts."""

from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jalon.accounts.models import Company, ConflictOfInterest, Membership, StaffRole, User
from jalon.accounts.policy import (
    can_change_staff_roles,
    can_declare_conflict,
    can_lift_conflict,
    can_manage_members,
    can_manage_staff,
    can_sign_in,
)
from jalon.accounts.queries import agents
from jalon.accounts.rules import CompanyClaim, Identity, normal_login, reopens
from jalon.accounts.standing import SYSTEM, Standing
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.core import clock
from jalon.core.actions import verb
from jalon.core.canonical import canonical_json
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible
from jalon.core.text import fold
from jalon.jobs.queue import enqueue
from jalon.journal.actions import record

# --- people who come from the provider


@verb
def sign_in(*, actor: Standing, identity: Identity) -> User:
    """Keep what the provider just proved: the person, the companies, the roles. Returns the account.

    The account is (issuer, subject), the company (country, register number); nothing is matched on e-mail or
    name. Identity data are renewed at each sign-in; memberships open, change and end as the claims say.
    """
    if not can_sign_in(actor):
        raise NotAllowed(_("Vous êtes déjà connecté. Déconnectez-vous avant de changer de compte."))
    user, is_new = User.objects.get_or_create(
        issuer=identity.issuer, subject=identity.subject, defaults=_identity_columns(identity)
    )
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise NotAllowed(_("Ce compte a été fermé sur la plateforme. Écrivez-nous par la page Contact."))
    if not is_new:
        User.objects.filter(pk=user.pk).update(**_identity_columns(identity))
    companies = [(_keep_company(claim, identity), claim) for claim in identity.companies]
    for company, claim in companies:
        _keep_membership(user, company, claim.role)
    named = [company.pk for company, _claim in companies]
    for membership in user.memberships.filter(until=None).exclude(company_id__in=named):
        _end(membership, actor_ref=user.ref, cause="claim")
    record(
        chain=f"person:{user.ref}",
        event="accounts.person.enrolled" if is_new else "accounts.person.signed_in",
        actor_ref=user.ref,
        companies=sorted(named),
    )
    return User.objects.get(pk=user.pk)


def _identity_columns(identity: Identity) -> dict[str, str]:
    return {
        "given_name": identity.given_name,
        "family_name": identity.family_name,
        "email": identity.email,
        "civility": identity.civility,
        "telephone": identity.telephone,
        "function": identity.function,
        "name_norm": fold(f"{identity.family_name} {identity.given_name}"),
    }


def _keep_company(claim: CompanyClaim, identity: Identity) -> Company:
    """The company of this register number, with the data of the latest claim.

    A legal representative is named for the company of the account, that is the first.
    """
    columns = {
        "name": claim.name,
        "name_norm": fold(claim.name),
        "siret": claim.siret,
        "address": claim.address,
    }
    if identity.legal_representative and claim == identity.companies[0]:
        columns["legal_representative"] = canonical_json(dict(identity.legal_representative))
    # A salarié's account may know less than a mandataire's: what is empty takes nothing away.
    columns = {name: value for name, value in columns.items() if value}
    company, is_new = Company.objects.get_or_create(
        country=claim.country, register_number=claim.register_number, defaults=columns
    )
    if not is_new:
        Company.objects.filter(pk=company.pk).update(**columns)
    return company


def _keep_membership(user: User, company: Company, role: CompanyRole) -> None:
    # The company's row is the lock: two mandataires cannot change its members at once.
    Company.objects.select_for_update().get(pk=company.pk)
    current = Membership.objects.filter(user=user, company=company, until=None).first()
    if current is None:
        last = Membership.objects.filter(user=user, company=company).order_by("-until", "-pk").first()
        ended_by_company = last is not None and last.ended_by_id is not None
        if reopens(
            ended_by_company=ended_by_company, role=role, company_has_agent=agents(company.pk).exists()
        ):
            Membership.objects.create(user=user, company=company, role=role, since=clock.now())
            _record_membership(user, company.pk, "opened", user.ref, role=role.value)
        return
    if current.role != role:
        # A role is a period too: who was mandataire when remains known.
        Membership.objects.filter(pk=current.pk).update(until=clock.now())
        Membership.objects.create(user=user, company=company, role=role, since=clock.now())
        _record_membership(user, company.pk, "changed", user.ref, role=role.value, was=current.role)


def _end(membership: Membership, *, actor_ref: str, cause: str, ended_by_id: int | None = None) -> None:
    Membership.objects.filter(pk=membership.pk).update(until=clock.now(), ended_by_id=ended_by_id)
    _record_membership(
        membership.user, membership.company_id, "ended", actor_ref, role=membership.role, cause=cause
    )
    # What the person held in the packages above (accesses, charge of products) is theirs to close.
    enqueue(
        "vendors.member_left",
        key=f"{membership.company_id}:{membership.user_id}",
        company_id=membership.company_id,
        user_id=membership.user_id,
    )


def _record_membership(user: User, company_id: int, act: str, actor_ref: str, **payload: str) -> None:
    record(
        chain=f"company:{company_id}",
        event=f"accounts.membership.{act}",
        actor_ref=actor_ref,
        person=user.ref,
        **payload,
    )


# --- a company's people


@verb
def end_membership(*, actor: Standing, membership_id: int) -> None:
    """Somebody leaves: access ends at the next request, and the provider's claim alone does not give it back.

    The work stays the company's. Even the only mandataire can leave (PRODUCT.md, situation 3).
    """
    membership = _lock_member(actor, membership_id)
    if membership.until is None:
        _end(membership, actor_ref=actor.user_ref, cause="company", ended_by_id=actor.user_id)


@verb
def readmit_member(*, actor: Standing, membership_id: int) -> None:
    """Take back somebody whom the company had put out, in the same role. Product accesses are given anew."""
    membership = _lock_member(actor, membership_id)
    present = Membership.objects.filter(
        user_id=membership.user_id, company_id=membership.company_id, until=None
    )
    if present.exists():
        return
    if membership.ended_by_id is None:
        raise NotAllowed(
            _("Cette personne n’est plus inscrite dans votre société : l’inscription se fait dans iSC.")
        )
    Membership.objects.create(
        user_id=membership.user_id,
        company_id=membership.company_id,
        role=membership.role,
        since=clock.now(),
    )
    _record_membership(
        membership.user, membership.company_id, "readmitted", actor.user_ref, role=membership.role
    )


def _lock_member(actor: Standing, membership_id: int) -> Membership:
    found = Membership.objects.filter(pk=membership_id, company_id=actor.company_id or 0).first()
    if found is None:
        raise NotVisible(str(membership_id))
    if not can_manage_members(actor, found):
        raise NotAllowed(_("Seuls un mandataire ou un responsable gèrent les membres de la société."))
    Company.objects.select_for_update().get(pk=found.company_id)
    return Membership.objects.select_related("user").get(pk=membership_id)


# --- the agency's people


@verb
def create_staff(
    *,
    actor: Standing,
    login: str,
    given_name: str,
    family_name: str,
    password: str,
    roles: Sequence[tuple[StaffRoleName, str]],
    email: str = "",
) -> User:
    """Make a local account, with its first roles: (role, programme code; empty for all)."""
    if not can_manage_staff(actor):
        raise NotAllowed(_("Seul un administrateur crée des comptes du personnel."))
    login = normal_login(login)
    user = User(
        staff_login=login,
        given_name=given_name.strip(),
        family_name=family_name.strip(),
        email=email.strip(),
        name_norm=fold(f"{family_name} {given_name}"),
    )
    errors = _staff_errors(user, password)
    if errors:
        raise InvalidInput(errors)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise InvalidInput({"login": _login_taken(login)}) from error
    for role, programme_code in roles:
        StaffRole.objects.create(user=user, role=role, programme_code=programme_code, since=clock.now())
    record(
        chain=f"person:{user.ref}",
        event="accounts.staff.created",
        actor_ref=actor.user_ref,
        roles=sorted([StaffRoleName(role).value, code] for role, code in roles),
    )
    return user


def _staff_errors(user: User, password: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not user.staff_login:
        errors["login"] = _("Indiquez l’identifiant avec lequel la personne se connectera.")
    elif User.objects.filter(staff_login=user.staff_login).exists():
        errors["login"] = _login_taken(user.staff_login)
    if not user.family_name:
        errors["family_name"] = _("Indiquez le nom de la personne.")
    return errors | _password_errors(user, password)


def _login_taken(login: str) -> str:
    return _("L’identifiant « %(login)s » est déjà pris. Choisissez-en un autre.") % {"login": login}


def _password_errors(user: User, password: str) -> dict[str, str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {"password": " ".join(error.messages)}
    return {}


@verb
def grant_staff_role(*, actor: Standing, user_id: int, role: StaffRoleName, programme_code: str = "") -> None:
    """Give a role at the agency. Giving it twice gives it once."""
    user = _lock_staff(actor, user_id)
    if StaffRole.objects.filter(user=user, role=role, programme_code=programme_code, until=None).exists():
        return
    StaffRole.objects.create(user=user, role=role, programme_code=programme_code, since=clock.now())
    _record_staff(actor, user, "role_granted", role=StaffRoleName(role).value, programme=programme_code)


@verb
def revoke_staff_role(
    *, actor: Standing, user_id: int, role: StaffRoleName, programme_code: str = ""
) -> None:
    """Take a role away: it ends at the person's next request."""
    user = _lock_staff(actor, user_id)
    current = StaffRole.objects.filter(user=user, role=role, programme_code=programme_code, until=None)
    if current.update(until=clock.now()):
        _record_staff(actor, user, "role_revoked", role=StaffRoleName(role).value, programme=programme_code)


@verb
def close_staff_account(*, actor: Standing, user_id: int) -> None:
    """Somebody leaves the agency: all roles end, and the open sessions with them at their next request."""
    user = _lock_staff(actor, user_id)
    StaffRole.objects.filter(user=user, until=None).update(until=clock.now())
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        _record_staff(actor, user, "closed")


@verb
def reset_staff_password(*, actor: Standing, user_id: int, password: str) -> None:
    """Set a new password for somebody who lost it. Sessions opened with the former one end."""
    user = _lock_staff(actor, user_id)
    errors = _password_errors(user, password)
    if errors:
        raise InvalidInput(errors)
    user.set_password(password)
    user.save(update_fields=["password"])
    _record_staff(actor, user, "password_reset")


def _lock_staff(actor: Standing, user_id: int) -> User:
    if not can_manage_staff(actor):
        raise NotAllowed(_("Seul un administrateur gère les comptes du personnel."))
    user = User.objects.select_for_update().filter(pk=user_id, staff_login__isnull=False).first()
    if user is None:
        raise NotVisible(str(user_id))
    if not can_change_staff_roles(actor, user):
        raise NotAllowed(
            _("Vous ne pouvez pas changer vos propres droits : demandez à un autre administrateur.")
        )
    return user


def _record_staff(actor: Standing, user: User, act: str, **payload: str | int) -> None:
    record(chain=f"person:{user.ref}", event=f"accounts.staff.{act}", actor_ref=actor.user_ref, **payload)


# --- conflicts of interest


@verb
def declare_conflict(*, actor: Standing, user_id: int, company_id: int, reason: str) -> None:
    """From now on the person sees nothing of the company's files, in any list, count or search."""
    user = _staff_person(user_id)
    if not can_declare_conflict(actor, user):
        raise NotAllowed(_("Vous ne pouvez déclarer que vos propres conflits d’intérêts."))
    if not Company.objects.filter(pk=company_id).exists():
        raise NotVisible(str(company_id))
    reason = reason.strip()
    if not 0 < len(reason) <= 500:
        raise InvalidInput({"reason": _("Indiquez le motif, en 500 caractères au plus.")})
    if ConflictOfInterest.objects.filter(user=user, company_id=company_id, until=None).exists():
        return
    ConflictOfInterest.objects.create(user=user, company_id=company_id, reason=reason, since=clock.now())
    _record_staff(actor, user, "conflict_declared", company=company_id)


@verb
def lift_conflict(*, actor: Standing, user_id: int, company_id: int) -> None:
    """The reason is gone, found by an administrator who is somebody else."""
    user = _staff_person(user_id)
    if not can_lift_conflict(actor, user):
        raise NotAllowed(_("Un autre administrateur doit lever ce conflit d’intérêts."))
    current = ConflictOfInterest.objects.filter(user=user, company_id=company_id, until=None)
    if current.update(until=clock.now()):
        _record_staff(actor, user, "conflict_lifted", company=company_id)


def _staff_person(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None or not StaffRole.objects.filter(user=user, until=None).exists():
        raise NotVisible(str(user_id))
    return user


# --- oneself


@verb
def set_locale(*, actor: Standing, locale: str) -> None:
    """The language of pages and mails for this person."""
    if locale not in dict(settings.LANGUAGES):
        raise InvalidInput(
            {"locale": _("Cette langue n’est pas proposée. Choisissez le français ou l’anglais.")}
        )
    user = User.objects.select_for_update().filter(pk=actor.user_id or 0).first()
    if user is None:
        raise NotAllowed(_("Connectez-vous pour garder votre langue."))
    if user.locale == locale:
        return
    User.objects.filter(pk=user.pk).update(locale=locale)
    record(chain=f"person:{user.ref}", event="accounts.person.locale_set", actor_ref=user.ref, locale=locale)


@verb
def move_issuer(*, actor: Standing, old: str, new: str) -> int:
    """The provider changed its address: the people that it named keep their accounts. Returns how many moved.

    For the operator only: whoever names the issuer decides who signs in.
    """
    if actor is not SYSTEM:
        raise NotAllowed(_("Seul l’exploitant change l’adresse du fournisseur d’identité."))
    if old == new:
        return 0
    moved = User.objects.filter(issuer=old).update(issuer=new)
    if moved:
        record(
            chain="platform",
            event="accounts.issuer.moved",
            actor_ref=actor.user_ref,
            old=old,
            new=new,
            people=moved,
        )
    return moved
