"""Access ends at the very next request, with the session still open: 404 or sign-in everywhere."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from jalon.accounts.actions import (
    close_staff_account,
    declare_conflict,
    end_membership,
    reset_staff_password,
    revoke_staff_role,
    sign_in,
)
from jalon.accounts.models import StaffRole
from jalon.accounts.rules import CompanyClaim, Identity
from jalon.accounts.standing import NOBODY, SYSTEM, standing_of
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.applications.actions.tracking import unassign
from jalon.vendors.actions import revoke_access
from tests.rights.asking import Case, ask
from tests.rights.table import TABLE, Row
from tests.rights.world import World


def revoke_all_accesses(world: World) -> None:
    agent = standing_of(world.people["agent"])
    for play in world.ours.values():
        revoke_access(actor=agent, product_id=world.product(play).pk, user_id=world.people["attached"].pk)


def put_out(who: str, by: str) -> Callable[[World], None]:
    def act(world: World) -> None:
        end_membership(actor=standing_of(world.people[by]), membership_id=world.membership(who).pk)

    return act


def moved_to_the_rival(world: World) -> None:
    """The provider says so when the same person signs in elsewhere; the former browser is still open."""
    user = world.people["delegate"]
    rival = CompanyClaim("FR", "552081317", "Rival Santé", CompanyRole.EMPLOYEE, siret="55208131766522")
    identity = Identity(
        issuer=user.issuer, subject=user.subject, given_name=user.given_name, family_name=user.family_name,
        email=user.email, civility="mme", telephone="", function="", companies=(rival,), legal_representative=(),
    )  # fmt: skip
    sign_in(actor=NOBODY, identity=identity)


def revoke_roles(who: str) -> Callable[[World], None]:
    def act(world: World) -> None:
        user = world.people[who]
        for held in StaffRole.objects.filter(user=user, until=None):
            revoke_staff_role(
                actor=SYSTEM,
                user_id=user.pk,
                role=StaffRoleName(held.role),
                programme_code=held.programme_code,
            )

    return act


def take_files_back(world: World) -> None:
    manager = standing_of(world.people["manager"])
    for stage in ("submitted", "proving", "ready", "signing", "listed"):
        unassign(
            actor=manager,
            number=world.ours[stage].number,
            user_id=world.people["assigned"].pk,
            role=StaffRoleName.VERIFIER,
        )


def close_account(world: World) -> None:
    close_staff_account(actor=SYSTEM, user_id=world.people["verifier"].pk)


def change_password(world: World) -> None:
    reset_staff_password(
        actor=SYSTEM, user_id=world.people["manager"].pk, password="un tout autre mot de passe"
    )


def declare_own_conflict(world: World) -> None:
    user = world.people["verifier"]
    declare_conflict(
        actor=standing_of(user), user_id=user.pk, company_id=world.company("agent").pk, reason="Parent"
    )


@dataclass(frozen=True)
class Loss:
    who: str
    act: Callable[[World], None]
    signs_out: bool = False  # the session itself ends
    keeps: frozenset[str] = frozenset()  # a right of another kind, that does not concern these files


COLLECTIONS = frozenset(name for name, row in TABLE.items() if row.own)
SIDE = frozenset(
    {
        "company",
        "platform",
        "dashboard",
        "library",
        "products",
        "new-product",
        "new-product-recap",
        "choose-product",
    }
)
MINE = frozenset({"account", "messages", "notifications", "notifications-read", "notification"})
DESK = frozenset(
    {"inbox", "inbox-seen", "staff-applications", "search", "staff-programmes", "staff-programme-dates"}
)

LOSSES = {
    "detached from products": Loss(
        "attached",
        revoke_all_accesses,
        keeps=MINE | SIDE | {"choose-company", "end-member", "readmit-member"},
    ),
    "put out of the company": Loss("attached", put_out("attached", "agent"), keeps=MINE),
    "leader put out of the company": Loss("delegate", put_out("delegate", "agent"), keeps=MINE),
    "mandataire put out by a responsable": Loss("agent", put_out("agent", "delegate"), keeps=MINE),
    "went to the rival": Loss("delegate", moved_to_the_rival, keeps=MINE | SIDE),
    "roles revoked": Loss("verifier", revoke_roles("verifier"), keeps=MINE),
    "manager's roles revoked": Loss("manager", revoke_roles("manager"), keeps=MINE),
    "college's roles revoked": Loss("college", revoke_roles("college"), keeps=MINE),
    "files taken back": Loss("assigned", take_files_back, keeps=MINE | DESK),
    "account closed": Loss("verifier", close_account, signs_out=True),
    "password changed": Loss("manager", change_password, signs_out=True),
    "conflict declared": Loss("verifier", declare_own_conflict, keeps=MINE | DESK),
}


def had(row: Row, case: Case, who: str) -> bool:
    open_to = row.open_to if case.open_to is None else case.open_to
    return who in open_to | row.known_to


@pytest.mark.any_database("rights are asked by the same queries on either")
@pytest.mark.parametrize("label", sorted(LOSSES))
def test_nothing_opens_any_more(world: World, content, label):
    loss = LOSSES[label]
    addresses = [
        (name, row, case)
        for name, row in TABLE.items()
        if not row.public
        for case in row.cases(world)
        if had(row, case, loss.who)
    ]
    assert len(addresses) > 10
    first = next((n, c) for n, r, c in addresses if not r.own and c.post is None)
    assert ask(world, loss.who, "GET", *first).status_code in (200, 302)
    loss.act(world)
    before, numbers = content(), [play.number for play in world.ours.values()]
    for name, row, case in addresses:
        if name in loss.keeps:
            if name not in MINE - {"messages"}:
                words = ask(world, loss.who, "GET", name, case).content.decode()
                assert [n for n in numbers if n in words and n != case.query.get("q")] == [], name
            continue
        for method in ("GET", "POST"):
            response = ask(world, loss.who, method, name, case)
            where = f"{method} {name}: {response.status_code} {response.headers.get('Location')}"
            if loss.signs_out:
                to_sign_in = response.status_code == 302 and response["Location"].startswith(
                    "/connexion?next=/"
                )
                assert to_sign_in or (row.json and response.status_code == 401), where
            else:
                assert response.status_code == 404 or (
                    response.status_code == 405 and method not in response["Allow"]
                ), where
    assert content() == before
