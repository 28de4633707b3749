"""People, roles and conflicts: effect, refusal, journal line."""

from datetime import timedelta

import pytest

from jalon.accounts.actions import (
    close_staff_account,
    create_staff,
    declare_conflict,
    end_membership,
    grant_staff_role,
    lift_conflict,
    readmit_member,
    reset_staff_password,
    revoke_staff_role,
    set_locale,
    sign_in,
)
from jalon.accounts.backends import StaffBackend
from jalon.accounts.models import Company, ConflictOfInterest, Membership, User
from jalon.accounts.queries import agents, company_people, leaders, staff_with_role
from jalon.accounts.rules import CompanyClaim, Identity
from jalon.accounts.standing import NOBODY, SYSTEM, Standing, standing_of
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible
from jalon.jobs.models import Job
from jalon.journal.models import Entry

pytestmark = pytest.mark.django_db
AGENT, DELEGATE, EMPLOYEE = CompanyRole.AGENT, CompanyRole.DELEGATE, CompanyRole.EMPLOYEE
ADMINISTRATOR, VERIFIER = StaffRoleName.ADMINISTRATOR, StaffRoleName.VERIFIER
PASSWORD = "correct-horse-battery"


def arrive(subject: str, role: CompanyRole | None = AGENT, siren: str = "732829320", **changes: str) -> User:
    company = (CompanyClaim("FR", siren, f"Société {siren}", role),) if role else ()
    identity = Identity("https://isc", subject, "Inès", subject.title(), companies=company, **changes)
    return sign_in(actor=NOBODY, identity=identity)


def staff(login: str, *roles: StaffRoleName) -> Standing:
    user = create_staff(
        actor=SYSTEM,
        login=login,
        given_name="Ada",
        family_name=login.title(),
        password=PASSWORD,
        roles=[(role, "") for role in roles],
    )
    return standing_of(user)


def membership_of(user: User) -> Membership:
    return Membership.objects.get(user=user, until=None)


def events(chain: str) -> list[str]:
    return list(Entry.objects.filter(chain=chain).order_by("seq").values_list("event", flat=True))


# --- coming from the provider


def test_account_is_issuer_and_subject():
    first = arrive("one", email="same@x.invalid")
    again = arrive("one", email="other@x.invalid")
    other = arrive("two", email="same@x.invalid")
    assert (first.pk == again.pk, first.pk == other.pk) == (True, False)
    assert again.email == "other@x.invalid"


def test_role_change_closes_one_period_and_opens_another(freeze):
    clock = freeze("2026-05-13T12:00")
    user = arrive("one", EMPLOYEE)
    clock.shift(timedelta(hours=1))
    arrive("one", DELEGATE)
    periods = [(m.role, m.until is None) for m in Membership.objects.filter(user=user).order_by("pk")]
    assert periods == [(EMPLOYEE, False), (DELEGATE, True)]
    company = Company.objects.get()
    assert events(f"company:{company.pk}") == ["accounts.membership.opened", "accounts.membership.changed"]
    assert not Job.objects.filter(name="vendors.member_left").exists()


def test_moving_to_another_company_ends_the_first():
    user = arrive("one")
    arrive("one", siren="552100554")
    current = standing_of(user)
    assert Company.objects.get(pk=current.company_id).register_number == "552100554"
    assert Membership.objects.filter(user=user, until=None).count() == 1


def test_empty_claims_take_no_company_data_away():
    arrive("one")
    company = Company.objects.get()
    Company.objects.filter(pk=company.pk).update(address="Lyon")
    arrive("two", EMPLOYEE)
    assert Company.objects.get().address == "Lyon"


def test_closed_account_stays_out():
    user = arrive("one")
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        arrive("one")
    assert events(f"person:{user.ref}") == ["accounts.person.enrolled"]


def test_nobody_signs_in_over_somebody():
    with pytest.raises(NotAllowed):
        sign_in(actor=standing_of(arrive("one")), identity=Identity("https://isc", "two", "A", "B"))


# --- a company's people


def test_leaving_ends_access_at_once_and_asks_the_packages_above():
    agent, employee = arrive("one"), arrive("two", EMPLOYEE)
    left = membership_of(employee)
    end_membership(actor=standing_of(agent), membership_id=left.pk)
    end_membership(actor=standing_of(agent), membership_id=left.pk)  # a retry is one
    assert standing_of(employee).company_id is None
    assert Membership.objects.get(pk=left.pk).ended_by == agent
    assert events(f"company:{left.company_id}").count("accounts.membership.ended") == 1
    assert Job.objects.filter(name="vendors.member_left").count() == 1
    assert [m.user for m in company_people(left.company_id)] == [agent]


def test_what_the_company_closed_a_claim_does_not_reopen():
    agent, employee = arrive("one"), arrive("two", EMPLOYEE)
    left = membership_of(employee)
    end_membership(actor=standing_of(agent), membership_id=left.pk)
    arrive("two", EMPLOYEE)
    assert standing_of(employee).company_id is None
    readmit_member(actor=standing_of(agent), membership_id=left.pk)
    readmit_member(actor=standing_of(agent), membership_id=left.pk)
    assert standing_of(employee).company_role is EMPLOYEE


def test_only_mandataire_may_leave_and_a_verified_one_comes(freeze):
    clock = freeze("2026-05-13T12:00")
    agent, delegate = arrive("one"), arrive("two", DELEGATE)
    company = Company.objects.get()
    end_membership(actor=standing_of(agent), membership_id=membership_of(agent).pk)
    assert (list(agents(company.pk)), list(leaders(company.pk))) == ([], [delegate])
    clock.shift(timedelta(hours=1))
    arrive("one")  # still mandataire at the provider, and there is no other
    assert list(agents(company.pk)) == [agent]


@pytest.mark.parametrize("role", [AGENT, DELEGATE, EMPLOYEE])
def test_members_of_another_company_do_not_exist(role):
    rival = arrive("rival", role, siren="552100554")
    mine = membership_of(arrive("one"))
    with pytest.raises(NotVisible):
        end_membership(actor=standing_of(rival), membership_id=mine.pk)
    with pytest.raises(NotVisible):
        readmit_member(actor=standing_of(rival), membership_id=mine.pk)


def test_employee_manages_nobody():
    agent, employee = arrive("one"), arrive("two", EMPLOYEE)
    with pytest.raises(NotAllowed):
        end_membership(actor=standing_of(employee), membership_id=membership_of(agent).pk)


def test_who_left_at_the_provider_is_not_readmitted_here():
    agent, employee = arrive("one"), arrive("two", EMPLOYEE)
    left = membership_of(employee)
    arrive("two", None)
    with pytest.raises(NotAllowed):
        readmit_member(actor=standing_of(agent), membership_id=left.pk)


# --- the agency's people


def test_staff_account_signs_in_with_its_password():
    standing = staff(" Ada.Verif ", VERIFIER)
    user = User.objects.get(pk=standing.user_id)
    assert user.staff_login == "ada.verif"
    assert StaffBackend().authenticate(None, username="ADA.verif", password=PASSWORD) == user
    assert StaffBackend().authenticate(None, username="ada.verif", password="wrong") is None
    assert events(f"person:{user.ref}") == ["accounts.staff.created"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"login": " "}, "login"),
        ({"login": "TAKEN"}, "login"),
        ({"password": "court"}, "password"),
        ({"family_name": ""}, "family_name"),
    ],
)
def test_staff_accounts_that_cannot_be_made(changes, field):
    staff("taken", VERIFIER)
    wanted = {
        "login": "new",
        "given_name": "A",
        "family_name": "B",
        "password": PASSWORD,
        "roles": [],
    } | changes
    with pytest.raises(InvalidInput) as refused:
        create_staff(actor=SYSTEM, **wanted)
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize("role", [r for r in StaffRoleName if r is not ADMINISTRATOR])
def test_only_administrators_manage_staff(role):
    actor, other = staff("one", role), staff("two", VERIFIER)
    assert other.user_id is not None
    for attempt in (
        lambda: create_staff(
            actor=actor, login="x", given_name="", family_name="X", password=PASSWORD, roles=[]
        ),
        lambda: grant_staff_role(actor=actor, user_id=other.user_id, role=VERIFIER),
        lambda: revoke_staff_role(actor=actor, user_id=other.user_id, role=VERIFIER),
        lambda: close_staff_account(actor=actor, user_id=other.user_id),
        lambda: reset_staff_password(actor=actor, user_id=other.user_id, password=PASSWORD),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_roles_are_given_and_taken_by_somebody_else():
    admin, verifier = staff("admin", ADMINISTRATOR), staff("verif", VERIFIER)
    user = User.objects.get(pk=verifier.user_id)
    for _ in range(2):
        grant_staff_role(actor=admin, user_id=user.pk, role=StaffRoleName.REFERENT, programme_code="p1")
    assert standing_of(user).staff_roles == {(VERIFIER, ""), (StaffRoleName.REFERENT, "p1")}
    assert list(staff_with_role(StaffRoleName.REFERENT, "p1")) == [user]
    assert list(staff_with_role(StaffRoleName.REFERENT, "p2")) == []
    revoke_staff_role(actor=admin, user_id=user.pk, role=VERIFIER)
    assert standing_of(user).staff_roles == {(StaffRoleName.REFERENT, "p1")}
    assert events(f"person:{user.ref}")[1:] == ["accounts.staff.role_granted", "accounts.staff.role_revoked"]
    with pytest.raises(NotAllowed):
        grant_staff_role(actor=admin, user_id=admin.user_id or 0, role=VERIFIER)


def test_closed_staff_account_is_nobody():
    admin, verifier = staff("admin", ADMINISTRATOR), staff("verif", VERIFIER)
    close_staff_account(actor=admin, user_id=verifier.user_id or 0)
    assert standing_of(User.objects.get(pk=verifier.user_id)) == NOBODY
    assert StaffBackend().authenticate(None, username="verif", password=PASSWORD) is None


def test_conflict_shrinks_scope_until_somebody_else_lifts_it():
    company = membership_of(arrive("one")).company
    admin, verifier, other = staff("admin", ADMINISTRATOR), staff("verif", VERIFIER), staff("other", VERIFIER)
    me = verifier.user_id or 0
    for _ in range(2):
        declare_conflict(actor=verifier, user_id=me, company_id=company.pk, reason="Ancien employeur")
    assert standing_of(User.objects.get(pk=me)).conflict_company_ids == {company.pk}
    assert ConflictOfInterest.objects.count() == 1
    for actor in (verifier, other):
        with pytest.raises(NotAllowed):
            lift_conflict(actor=actor, user_id=me, company_id=company.pk)
    with pytest.raises(NotAllowed):
        declare_conflict(actor=other, user_id=me, company_id=company.pk, reason="x")
    lift_conflict(actor=admin, user_id=me, company_id=company.pk)
    assert standing_of(User.objects.get(pk=me)).conflict_company_ids == frozenset()


def test_reason_of_a_conflict_is_not_in_the_journal():
    company = membership_of(arrive("one")).company
    verifier = staff("verif", VERIFIER)
    declare_conflict(
        actor=verifier, user_id=verifier.user_id or 0, company_id=company.pk, reason="Ancien employeur"
    )
    assert "employeur" not in "".join(Entry.objects.values_list("payload", flat=True))


def test_language_is_kept():
    user = arrive("one")
    set_locale(actor=standing_of(user), locale="en")
    assert User.objects.get(pk=user.pk).locale == "en"
    with pytest.raises(InvalidInput):
        set_locale(actor=standing_of(user), locale="xx")
    with pytest.raises(NotAllowed):
        set_locale(actor=NOBODY, locale="fr")
