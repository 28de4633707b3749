"""Who may do what with an application: every verb, every role, both sides (PRODUCT.md §1)."""

import pytest

from jalon.accounts.standing import NOBODY, SYSTEM, Standing
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.applications.models import Application
from jalon.applications.policy import (
    can_decide_for_company,
    can_examine,
    can_fill,
    can_manage,
    can_open_application,
    can_read_as_agency,
    can_record_prerequisite,
)
from jalon.evidence.policy import can_deposit
from jalon.programmes.models import Programme
from jalon.reviews.policy import (
    can_decide_eligibility,
    can_decide_version,
    can_declare_version,
    can_judge,
    can_know_acceptances,
    can_submit_application,
    can_submit_chapter,
)

HERE, ELSEWHERE = 1, 2
APPLICATION = Application(company_id=HERE, programme=Programme(code="ours"))
PEOPLE = {
    "nobody": NOBODY,
    "system": SYSTEM,
    "agent": Standing(user_id=1, company_id=HERE, company_role=CompanyRole.AGENT),
    "delegate": Standing(user_id=2, company_id=HERE, company_role=CompanyRole.DELEGATE),
    "employee": Standing(user_id=3, company_id=HERE, company_role=CompanyRole.EMPLOYEE),
    "rival": Standing(user_id=4, company_id=ELSEWHERE, company_role=CompanyRole.AGENT),
    **{
        role.value: Standing(user_id=5, staff_roles=frozenset({(role, "ours")})) for role in StaffRoleName
    },
    "verifier_everywhere": Standing(user_id=6, staff_roles=frozenset({(StaffRoleName.VERIFIER, "")})),
    "verifier_elsewhere": Standing(user_id=7, staff_roles=frozenset({(StaffRoleName.VERIFIER, "theirs")})),
    # Somebody of the agency who belongs to the company acts for the agency, or not at all.
    "member_and_verifier": Standing(
        user_id=8, company_id=HERE, company_role=CompanyRole.AGENT,
        staff_roles=frozenset({(StaffRoleName.VERIFIER, "theirs")}),
    ),
}  # fmt: skip
LEADERS = {"agent", "delegate"}
COMPANY = {*LEADERS, "employee"}
VERIFIERS = {"verifier", "verifier_everywhere"}
TABLE = {
    can_fill: COMPANY,
    can_deposit: COMPANY,
    can_submit_chapter: COMPANY,
    can_declare_version: COMPANY,
    can_decide_for_company: LEADERS,
    can_submit_application: LEADERS,
    can_examine: VERIFIERS,
    can_decide_eligibility: VERIFIERS,
    can_judge: VERIFIERS,
    can_decide_version: VERIFIERS,
    can_record_prerequisite: {*VERIFIERS, "referent", "manager"},
    can_know_acceptances: {*VERIFIERS, "referent", "manager"},
    can_manage: {"manager"},
    can_read_as_agency: {*VERIFIERS, *(role.value for role in StaffRoleName)},
}


@pytest.mark.parametrize("verb", TABLE, ids=lambda verb: verb.__name__)
def test_each_verb_is_for_exactly_these(verb):
    assert {name for name, standing in PEOPLE.items() if verb(standing, APPLICATION)} == TABLE[verb]


def test_a_charter_is_accepted_by_those_who_commit_a_company():
    may = {name for name, standing in PEOPLE.items() if can_open_application(standing)}
    assert may == {*LEADERS, "rival"}
