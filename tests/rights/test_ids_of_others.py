"""One's own address with somebody else's id, in path, query or body: the same as an id that is nobody's."""

# ruff: noqa: ARG005  (all makers of a case take the same three)

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from jalon.applications.queries import definition_for
from jalon.applications.queries.answers import answers_of
from jalon.applications.rules.answers import all_fields
from jalon.demo.play import Play
from tests.rights.asking import ABSENT_ID, Case, Id, absent, address, ask
from tests.rights.table import TABLE, charter_case, first_chapter, step_of, versions
from tests.rights.test_every_url import without_ids
from tests.rights.world import World
from tests.scenarios.small import SMALL_CODE


@dataclass(frozen=True)
class Cross:
    """`case(world, mine, foreign)`: a request on `mine` that carries ids of `foreign`. Stages of the two files."""

    name: str
    case: Callable[[World, Play, Play], Case]
    mine: str
    foreign: str
    method: str = "POST"


def of(mine: Play, **more: Any) -> dict[str, Any]:
    return {"number": mine.number, **more}


def a_document(kind: str) -> Callable[[World, Play, Play], Case]:
    return lambda w, mine, foreign: Case(of(mine, document_id=Id(w.documents(foreign)[kind])))


def a_member(world: World, mine: Play, foreign: Play) -> int:
    """Somebody of the company of `foreign`."""
    return world.people["unattached" if foreign.cast.vendor == world.people["agent"] else "rival attached"].pk


def removed_file(world: World, mine: Play, foreign: Play) -> Case:
    given = world.answer_document(foreign)
    query = {"retirer": Id(f"{given.field}:{given.document_id}", f"{given.field}:{ABSENT_ID}")}
    # Nothing but the removal: every answer is sent as it stands.
    return Case(of(mine, **step_of(mine, given.field)), query, {**answers_as_sent(mine), **versions(mine)})


def answers_as_sent(play: Play) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for key, value in answers_of(play.application).items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            sent |= {
                f"{key}.{n}.{name}": text for n, block in enumerate(value) for name, text in block.items()
            }
        elif value is not None:
            sent[key] = value
    return sent


def answered_file(world: World, mine: Play, foreign: Play) -> Case:
    """A file question answered through the address for texts, naming a stored file."""
    key = next(f.key for f in all_fields(definition_for(mine.application)) if f.kind == "documents")
    pk = world.answer_document(foreign).document_id
    return Case(
        of(mine, **step_of(mine, key)),
        post={"field": key, "value": Id(str(pk), str(ABSENT_ID)), "version": "0"},
    )


def removed_piece(world: World, mine: Play, foreign: Play) -> Case:
    slot = world.item(mine).proof.slot.item_key
    return Case(
        of(mine, **first_chapter(world, mine)),
        post={"remove": Id(f"{slot} {world.item(foreign).pk}", f"{slot} {ABSENT_ID}")},
    )


def new_link(world: World, mine: Play, foreign: Play) -> Case:
    return Case(of(mine), post={"invitation": Id(str(world.invitation(foreign).pk), str(ABSENT_ID))})


def reference(world: World, play: Play) -> dict[str, Any]:
    return {"reference": world.product(play).reference}


CROSSES = {
    **{
        f"{kind} in the path": Cross("document", a_document(kind), "opened", stage, "GET")
        for kind, stage in (
            ("answer", "opened"),
            ("proof", "proving"),
            ("draft proof", "proving"),
            ("superseded proof", "proving"),
            ("prerequisite", "proving"),
            ("convention", "signing"),
            ("signed", "listed"),
            ("evidence", "listed"),
            ("paper", "listed"),
        )
    },
    "file of a form": Cross("form-step", removed_file, "opened", "opened"),
    "file as an answer": Cross("save-field", answered_file, "opened", "opened"),
    "piece of a proof": Cross("chapter-deposit", removed_piece, "proving", "proving"),
    "colleague to attach": Cross(
        "collaborators",
        lambda w, m, f: Case(of(m), post={"user": Id(str(a_member(w, m, f)), str(ABSENT_ID))}),
        "opened",
        "opened",
    ),
    "colleague to detach": Cross(
        "collaborator-revoke",
        lambda w, m, f: Case(of(m, user_id=Id(a_member(w, m, f))), post={}),
        "opened",
        "opened",
    ),
    "person of a product": Cross(
        "attach-person",
        lambda w, m, f: Case(reference(w, m), post={"user": Id(str(a_member(w, m, f)), str(ABSENT_ID))}),
        "opened",
        "opened",
    ),
    "person off a product": Cross(
        "detach-person",
        lambda w, m, f: Case({**reference(w, m), "user_id": Id(a_member(w, m, f))}, post={}),
        "opened",
        "opened",
    ),
    "responsible": Cross(
        "set-responsible",
        lambda w, m, f: Case(
            reference(w, m), post={"responsible": Id(str(a_member(w, m, f)), str(ABSENT_ID))}
        ),
        "opened",
        "opened",
    ),
    "responsible of a new product": Cross(
        "new-product",
        lambda w, m, f: Case(
            post={
                "name": "Nouveau",
                "version": "1",
                "description": "Nouveau",
                "interests": "segur",
                "responsible": Id(str(a_member(w, m, f)), str(ABSENT_ID)),
            }
        ),
        "opened",
        "opened",
    ),
    "signing invitation": Cross("convention-link", new_link, "signing", "signing"),
    "number of an application": Cross(
        "withdrawal",
        lambda w, m, f: Case(of(m), post={"number": Id(f.number, "QQQQQQQQQQ")}),
        "opened",
        "opened",
    ),
    "version of a product": Cross(
        "charter",
        lambda w, m, f: Case(
            {"code": SMALL_CODE, "version_id": Id(w.version(f).pk)}, post=charter_case(w)[0].post
        ),
        "opened",
        "submitted",
    ),
    "membership": Cross(
        "end-member",
        lambda w, m, f: Case({"membership_id": Id(w.membership("attached").pk)}, post={}),
        "opened",
        "opened",
    ),
    "former membership": Cross(
        "readmit-member",
        lambda w, m, f: Case({"membership_id": Id(w.membership("former").pk)}, post={}),
        "opened",
        "opened",
    ),
    "notice": Cross(
        "notification",
        lambda w, m, f: Case({"notice_id": Id(w.notice("agent").pk)}, post={}),
        "opened",
        "opened",
    ),
    "company": Cross(
        "choose-company",
        lambda w, m, f: Case(post={"company": Id(str(w.company("agent").pk), str(ABSENT_ID))}),
        "opened",
        "opened",
    ),
}


def told(response: Any, url: str, case: Case) -> Any:
    """The answer without what was typed, which a form shows again."""
    status, where, headers, words = without_ids(response, url)
    for value in (case.post or {}).values():
        if isinstance(value, Id):
            words = words.replace(str(value.real), "TYPED").replace(str(value.absent), "TYPED")
    return status, where, headers, words


@pytest.mark.any_database("the same queries as for the rightful, on either, find nothing")
@pytest.mark.parametrize("label", sorted(CROSSES))
def test_the_rival_uses_our_ids_in_vain(world: World, content, label):
    cross = CROSSES[label]
    case = cross.case(world, world.theirs[cross.mine], world.ours[cross.foreign])
    before = content()
    response = ask(world, "rival", cross.method, cross.name, case)
    assert content() == before, f"{response.status_code} {response.headers.get('Location')}"
    missing = ask(world, "rival", cross.method, cross.name, case, absent)
    assert content() == before
    assert told(response, address(cross.name, case), case) == told(
        missing, address(cross.name, case, absent), case
    )
    assert b"Clairvue" not in (b"" if response.streaming else response.content)


def test_a_message_of_ours_leads_to_none_of_our_words(world: World):
    """Earlier messages than one of somebody else's conversation: earlier ones of one's own."""
    ours, theirs = world.ours["proving"].application, world.theirs["proving"]
    for message in ours.messages.all():
        case = Case(of(theirs), {"avant": message.pk})
        words = ask(world, "rival", "GET", "conversation", case).content.decode()
        assert "Clairvue" not in words


WITHIN = ("answer in the path", "file of a form", "file as an answer", "number of an application")


@pytest.mark.any_database("the same queries as for the rightful, on either, find nothing")
@pytest.mark.parametrize("label", WITHIN)
def test_the_unattached_uses_ids_of_other_products_in_vain(world: World, content, label):
    cross = CROSSES[label]
    case = cross.case(world, world.ours["beside"], world.ours[cross.foreign])
    before = content()
    response = ask(world, "unattached", cross.method, cross.name, case)
    assert content() == before, response.status_code
    missing = ask(world, "unattached", cross.method, cross.name, case, absent)
    assert told(response, address(cross.name, case), case) == told(
        missing, address(cross.name, case, absent), case
    )


def test_a_file_opens_only_through_its_own_application(world: World):
    """Even for the mandataire, who may see both."""
    for stage, play in world.ours.items():
        for kind, pk in world.documents(play).items():
            other = world.ours["submitted" if stage != "submitted" else "listed"]
            case = Case({"number": other.number, "document_id": pk})
            assert ask(world, "agent", "GET", "document", case).status_code == 404, kind
            assert ask(world, "verifier", "GET", "staff-document", case).status_code == 404, kind
            assert ask(world, "agent", "GET", "piece", case).status_code == 404, kind
            assert ask(world, "verifier", "GET", "staff-piece", case).status_code == 404, kind


WITH_EFFECT = (
    "file of a form",
    "piece of a proof",
    "colleague to attach",
    "person of a product",
    "signing invitation",
)


@pytest.mark.parametrize("label", WITH_EFFECT)
def test_the_same_request_with_ones_own_id_works(world: World, content, label):
    """Else the refusals above would prove nothing."""
    cross = CROSSES[label]
    mine = world.ours[cross.mine]
    case = cross.case(world, mine, mine)
    before = content()
    response = ask(world, "agent", cross.method, cross.name, case)
    assert (response.status_code in (302, 303), content() != before) == (True, True), response.status_code


# --- Files --------------------------------------------------------------------------------------------------


@pytest.mark.any_database("the same queries as for the rightful, on either, find nothing")
@pytest.mark.parametrize("who", ["rival", "unattached", "unassigned", "conflicted", "nobody"])
def test_no_part_of_a_file_is_served(world: World, who):
    for play in world.ours.values():
        if who == "unattached" and play is world.ours["beside"]:
            continue
        for kind, pk in world.documents(play).items():
            for name in ("document", "staff-document", "piece", "staff-piece"):
                case = Case({"number": play.number, "document_id": pk}, {"telecharger": ""})
                for method in ("GET", "HEAD"):
                    response = ask(world, who, method, name, case, range="bytes=0-3")
                    assert response.status_code in (404, 302), f"{kind}: {response.status_code}"
                    assert not response.streaming
                    if response.status_code == 302:
                        assert who == "nobody"
                        assert response["Location"].startswith("/connexion?next=/")


def test_the_rightful_read_parts_of_files(world: World):
    play = world.ours["listed"]
    case = Case({"number": play.number, "document_id": world.documents(play)["convention"]})
    response = ask(world, "agent", "GET", "document", case, range="bytes=0-3")
    assert (response.status_code, b"".join(response)) == (206, b"%PDF")


def test_a_link_is_worth_nothing_when_changed_replaced_or_not_opened(world: World, content):
    latest, replaced = world.tokens(world.ours["signing"])
    theirs = world.tokens(world.theirs["signing"])[0]
    mixed = latest.split(".")[0] + "." + theirs.split(".")[1]
    before = content()
    for token in (mixed, latest[:-1] + ("A" if latest[-1] != "A" else "B"), latest[:-2], "x", "%00"):
        for who in ("nobody", "rival", "agent"):
            for name in ("signing", "signing-convention"):
                assert ask(world, who, "GET", name, Case({"token": token})).status_code == 404, (name, token)
            for name in ("signing-open", "signing-code", "signing-sign", "signing-renew"):
                answer = ask(world, who, "POST", name, Case({"token": token}, post={"code": "123456"}))
                assert answer.status_code == 404, (name, token)
    assert ask(world, "nobody", "GET", "signing-convention", Case({"token": latest})).status_code == 200
    assert ask(world, "nobody", "GET", "signing-convention", Case({"token": replaced})).status_code == 404
    assert (
        "Clairvue" not in ask(world, "nobody", "GET", "signing", Case({"token": replaced})).content.decode()
    )
    assert content() == before


# --- Odd ids ------------------------------------------------------------------------------------------------

ODD = (
    "",
    "²",
    "٣",
    "-1",
    "1e3",
    "1" * 17,
    "9" * 19,
    "9" * 30,
    "9" * 5000,
    "\x00",
    "1\x00",
    "é" * 300,
    "null",
    "[]",
)
ODD_IN_FORMS = ("²", "9" * 30, "9" * 5000, "1\x00")
BY_RIGHTFUL = ("conversation", "chapter-deposit", "chapter-submit", "chapter-recall", "collaborators", "attach-person",
               "set-responsible", "convention-link", "choose-company", "save-field", "form-step", "recap",
               "staff-messages", "staff-chapter-verdict", "staff-chapter-close", "staff-dossier-decision",
               "staff-assignment", "staff-assignment-end", "staff-reissue", "staff-prerequisites")  # fmt: skip


@pytest.mark.parametrize("name", BY_RIGHTFUL)
def test_odd_ids_in_a_form_never_break_it(world: World, name):
    """`ask` fails on any answer of 500 and above."""
    case = TABLE[name].cases(world)[0]
    post = case.post or {}
    for field in [f for f in post if not f.startswith("_v.")][:3]:
        for odd in ODD_IN_FORMS:
            sent = {
                **post,
                field: odd
                if not str(post[field]).partition(" ")[2]
                else f"{str(post[field]).partition(' ')[0]} {odd}",
            }
            ask(world, case.by, "POST", name, Case(case.args, case.query, sent))


@pytest.mark.parametrize("odd", ODD, ids=[ascii(o)[:12] for o in ODD])
def test_odd_ids_in_an_address_never_break_it(world: World, odd):
    client, part = world.client("agent"), quote(odd)
    staff = world.client("verifier")
    number = world.ours["proving"].number
    for url in (
        f"/candidatures/{part}", f"/candidatures/{number}/documents/{part}", f"/candidatures/{number}/chapitres/{part}",
        f"/candidatures/{number}/etapes/{part}", f"/candidatures/{number}/fichiers/{part}",
        f"/candidatures/{number}/messages?avant={part}", f"/candidatures/{number}/collaborateurs/{part}/retirer",
        f"/produits/{part}", f"/produits?q={part}&page={part}", f"/signature/{part}", f"/demarches/{part}",
        f"/demarches/{SMALL_CODE}/candidater/{part}", f"/compte/societe/membres/{part}/fin",
        f"/candidatures/{number}/preuves?q={part}&etat={part}", f"/candidatures/{number}/chapitres/x?exigence={part}",
        f"/parcours/{part}", f"/registre?q={part}",
    ):  # fmt: skip
        assert client.get(url).status_code < 500, url
    for url in (
        f"/instruction/{part}", f"/instruction?vue={part}&page={part}", f"/instruction/recherche?q={part}",
        f"/instruction/candidatures?q={part}&statut={part}&programme={part}&tour={part}&tri={part}&page={part}",
        f"/instruction/{number}/chapitres/{part}", f"/instruction/{number}/documents/{part}",
        f"/instruction/programmes/{part}/dates",
    ):  # fmt: skip
        assert staff.get(url).status_code < 500, url
    manager = world.client("manager")
    assert manager.get(f"/instruction/journal?chaine={part}&page={part}").status_code < 500
    for url in (f"/notifications/{part}/ouvrir", f"/compte/societe/membres/{part}/retour"):
        assert client.post(url).status_code < 500, url
