"""Products and access to them: effect, refusal, journal line; somebody who leaves (situation 2)."""

import pytest

from jalon.accounts.actions import end_membership
from jalon.accounts.models import Membership
from jalon.accounts.standing import SYSTEM
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible
from jalon.journal.models import Entry
from jalon.notices.models import Notice
from jalon.vendors.actions import (
    create_product,
    grant_access,
    name_responsible,
    release_member,
    revoke_access,
)
from jalon.vendors.models import Product, ProductAccess
from jalon.vendors.queries import attachable_people, collaborators, people_with_access, visible_product
from tests.scenarios.people import product


def the_product():
    return Product.objects.get(name="Clairvue RIS")


def journal(world):
    chain = f"company:{world['agent'].company_id}"
    events = Entry.objects.filter(chain=chain, event__startswith="vendors.").order_by("seq")
    return list(events.values_list("event", flat=True))


def create(world, who="agent", responsible="agent", name="Autre RIS"):
    return create_product(actor=world[who], data=product(world.users[responsible], name=name))


def grant(world, name, who="agent"):
    grant_access(actor=world[who], product_id=the_product().pk, user_id=world.users[name].pk)


def revoke(world, name, who="agent"):
    revoke_access(actor=world[who], product_id=the_product().pk, user_id=world.users[name].pk)


def put_in_charge(world, name, who="agent"):
    name_responsible(actor=world[who], product_id=the_product().pk, user_id=world.users[name].pk)


def seen_by(world, who):
    return Product.objects.visible_to(world[who]).count()


def attached():
    current = ProductAccess.objects.filter(product=the_product(), until=None)
    return sorted(current.values_list("user__subject", flat=True))


def test_its_creator_and_the_person_in_charge_are_attached(world):
    made = create(world, "employee", "stranger")
    people = ProductAccess.objects.filter(product=made.product).values_list("user__subject", flat=True)
    assert sorted(people) == ["employee", "stranger"]
    assert (made.label, made.product.responsible) == ("4.2", world.users["stranger"])
    assert journal(world)[-1] == "vendors.product.created"
    assert visible_product(world["agent"], made.product.reference) == made.product


def test_a_second_click_gives_the_product_made_by_the_first(world):
    assert create(world) == create(world) == create(world, "delegate")
    assert Product.objects.filter(name="Autre RIS").count() == 1


@pytest.mark.parametrize("name", ["Autre RIS", "autre ris", "AUTRE  RÏS"])
def test_one_name_is_one_product_whatever_its_versions(world, name):
    create(world)
    with pytest.raises(InvalidInput, match="pour lui ajouter une version, ou donnez un autre nom"):
        create_product(actor=world["agent"], data=product(world.users["agent"], name=name, version="5"))
    with pytest.raises(InvalidInput, match="Votre entreprise a déjà un produit de ce nom"):
        create(world, "stranger", "stranger", name=name)
    create(world, "rival", "rival", name=name)  # another company's catalogue tells nothing


def test_a_name_whose_folded_form_is_longer_than_itself_is_kept(world):
    made = create(world, name="\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 200)
    assert len(made.product.name) == len(made.product.name_norm) == 200


def test_who_creates_no_product(world):
    with pytest.raises(NotAllowed):
        create(world, "verifier")
    with pytest.raises(InvalidInput) as refused:
        create(world, responsible="rival")
    assert list(refused.value.errors) == ["responsible"]


def test_leaders_see_every_product_and_salaries_those_they_are_attached_to(world):
    assert [seen_by(world, who) for who in ("agent", "delegate", "employee", "stranger", "rival", "verifier")] == [
        1, 1, 1, 0, 0, 0,
    ]  # fmt: skip
    with pytest.raises(NotVisible):
        visible_product(world["rival"], the_product().reference)


def test_a_colleague_is_attached_once_and_detached(world):
    for _again in range(2):
        grant(world, "stranger", "delegate")
    assert (attached(), seen_by(world, "stranger")) == (["agent", "employee", "stranger"], 1)
    assert [c.user_id for c in collaborators(the_product(), world["agent"])] == [
        world.users[name].pk for name in ("agent", "delegate", "employee", "stranger")
    ]
    for _again in range(2):
        revoke(world, "stranger")
    assert (attached(), seen_by(world, "stranger")) == (["agent", "employee"], 0)
    assert attachable_people(the_product()) == [world.users["stranger"]]
    assert journal(world)[-2:] == ["vendors.access.granted", "vendors.access.revoked"]


def test_only_somebody_of_the_company_is_attached(world):
    with pytest.raises(InvalidInput, match="n’a pas de compte iSC dans votre entreprise"):
        grant(world, "rival")


@pytest.mark.parametrize("act", [grant, revoke, put_in_charge])
@pytest.mark.parametrize(
    ("who", "error"),
    [("employee", NotAllowed), ("stranger", NotVisible), ("rival", NotVisible), ("manager", NotVisible)],
)
def test_who_does_not_manage_access(world, act, who, error):
    before = journal(world)
    with pytest.raises(error):
        act(world, "employee", who)
    assert journal(world) == before


def test_whoever_is_put_in_charge_is_attached(world):
    for _again in range(2):
        put_in_charge(world, "stranger")
    assert the_product().responsible == world.users["stranger"]
    assert seen_by(world, "stranger") == 1
    assert journal(world)[-1] == "vendors.access.responsible_named"
    assert journal(world).count("vendors.access.responsible_named") == 1
    with pytest.raises(InvalidInput):
        put_in_charge(world, "rival")


def leave(world, name):
    company = world["agent"].company_id
    membership = Membership.objects.get(user=world.users[name], company_id=company, until=None)
    end_membership(actor=world["agent"], membership_id=membership.pk)
    return company


def release(world, company, name):
    release_member(actor=SYSTEM, company_id=company, user_id=world.users[name].pk)


def test_somebody_who_leaves_loses_access_and_leaves_the_products(world):
    put_in_charge(world, "employee")
    company = leave(world, "employee")
    assert seen_by(world, "employee") == 0  # at once, whatever the work behind still has to do
    for _again in range(2):
        release(world, company, "employee")
    assert (the_product().responsible, attached()) == (None, ["agent"])
    assert journal(world).count("vendors.member.released") == 1
    told = Notice.objects.filter(kind="vendors.product_without_responsible")
    assert sorted(n.user.subject for n in told) == ["agent", "delegate"]
    assert world.mailed("vendors.product_without_responsible") == ["agent", "delegate"]
    assert world.users["employee"] not in people_with_access(the_product())
    assert world.application.product_name == "Clairvue RIS"  # work goes on


def test_somebody_who_is_still_here_loses_nothing(world):
    release(world, world["agent"].company_id, "employee")
    assert attached() == ["agent", "employee"]
    assert "vendors.member.released" not in journal(world)
    with pytest.raises(NotAllowed):
        release_member(actor=world["agent"], company_id=1, user_id=world.users["employee"].pk)
