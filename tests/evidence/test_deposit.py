"""Proofs put into slots, taken out, asked not applicable; what is counted."""

import random
from contextlib import suppress

import pytest

from jalon.applications.models import Application, Part
from jalon.applications.states import ChapterState, PartKind
from jalon.awards.actions.decisions import withdraw_application
from jalon.core.errors import DomainError, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.core.typography import french_spaces
from jalon.evidence.actions.deposits import (
    back_not_applicable,
    comment_proof,
    deposit_file,
    deposit_link,
    deposit_record,
    remove_item,
    request_not_applicable,
    restore_proof,
)
from jalon.evidence.models import Proof, ProofItem, Slot
from jalon.evidence.queries import slot_history, slot_views
from jalon.evidence.rules import backing_error
from jalon.evidence.states import ACCEPTED, GIVEN, SlotState
from jalon.reviews.actions.chapters import recall_chapter
from tests.kept import kept

CHAPTER = "gestion-ins"
ONE, TWO, THREE = "ins-va1.01.01.01", "ins-va1.01.02.01", "ins-va1.01.03.01"
DOCUMENT = "ins-va1.15.01.01"


@pytest.fixture
def eligible(world):
    return world.eligible()


@pytest.fixture
@kept
def returned(eligible):
    """The first proof of the chapter was sent back, the others conform."""
    play = eligible.give(CHAPTER).play.submit_chapters([CHAPTER])
    play.judge(CHAPTER, to_modify={ONE: "Montrez l’écran entier."}).close(CHAPTER, send_back=True)
    return eligible


def link(world, key=ONE, url="https://preuves.example/a", who="agent"):
    deposit_link(actor=world[who], number=world.number, item_key=key, url=url)


def file(world, document, key=DOCUMENT, who="agent"):
    deposit_file(actor=world[who], number=world.number, item_key=key, document_id=document.pk)


def ask_na(world, reason, key=ONE):
    request_not_applicable(actor=world["agent"], number=world.number, item_key=key, reason=reason)


def take_out(world, item, key=ONE):
    remove_item(actor=world["agent"], number=world.number, item_key=key, item_id=item.pk)


def back(world, document, key=ONE, who="agent"):
    back_not_applicable(actor=world[who], number=world.number, item_key=key, document_id=document.pk)


def restore(world, n, key=ONE):
    restore_proof(actor=world["agent"], number=world.number, item_key=key, n=n)


def state(key=ONE):
    return Slot.objects.get(item_key=key).state


def pieces(key=ONE):
    return list(
        ProofItem.objects.filter(proof__slot__item_key=key, proof__superseded_at=None).order_by("position")
    )


def part(chapter=CHAPTER):
    return Part.objects.get(key=f"chapter:{chapter}")


def test_links_and_files_fill_a_slot(eligible):
    link(eligible, who="employee")
    document = eligible.file()
    file(eligible, document)
    assert state() == state(DOCUMENT) == SlotState.DEPOSITED
    assert [(i.url, i.proof_kind) for i in pieces()] == [("https://preuves.example/a", "video-link")]
    assert [(i.document_id, i.proof_kind) for i in pieces(DOCUMENT)] == [
        (document.pk, "screenshots")
    ]  # the first kind that takes it
    assert Slot.objects.get(item_key=ONE).version == 2


def test_the_same_piece_twice_is_there_once(eligible):
    document = eligible.file()
    for _again in range(2):
        link(eligible)
        file(eligible, document)
    assert (len(pieces()), len(pieces(DOCUMENT))) == (1, 1)
    file(eligible, document, key="ins-va1.15.01.02")  # one file may serve several slots (R7)
    assert len(pieces("ins-va1.15.01.02")) == 1


def test_twenty_pieces_at_most(eligible):
    for n in range(20):
        link(eligible, url=f"https://preuves.example/{n}")
    with pytest.raises(
        InvalidInput, match=french_spaces("20 pièces au plus : retirez-en une d’abord")
    ) as refused:
        link(eligible, url="https://preuves.example/more")
    assert list(refused.value.errors) == [ONE]
    assert len(pieces()) == 20


def test_what_a_slot_does_not_take(eligible):
    with pytest.raises(InvalidInput, match="Cette preuve n’accepte pas ce type de fichier"):
        file(eligible, eligible.file(), key="ins-va1.60.01.02")
    with pytest.raises(InvalidInput, match="Cette preuve se donne par un fichier, pas par un lien"):
        link(eligible, key=DOCUMENT)
    with pytest.raises(InvalidInput, match="Ce lien n’est pas une adresse https entière"):
        link(eligible, url="preuves.example")
    with pytest.raises(InvalidInput, match="Cette preuve ne se donne pas par un numéro"):
        deposit_record(
            actor=eligible["agent"], number=eligible.number, item_key=ONE, kind_key="video", text="1"
        )
    with pytest.raises(NotVisible):
        link(eligible, key="not-a-proof")
    with pytest.raises(NotVisible):
        file(eligible, eligible.file("rival"))
    assert Slot.objects.count() == 0


@pytest.mark.parametrize(
    ("who", "error"),
    [("stranger", NotVisible), ("rival", NotVisible), ("verifier", NotAllowed), ("manager", NotAllowed)],
)
def test_who_does_not_deposit(eligible, who, error):
    with pytest.raises(error):
        link(eligible, who=who)


def test_taking_pieces_out_of_a_draft(eligible):
    link(eligible)
    link(eligible, url="https://preuves.example/b")
    first, second = pieces()
    take_out(eligible, first)
    assert (state(), pieces()) == (SlotState.DEPOSITED, [second])
    take_out(eligible, first)  # again: it is out already
    take_out(eligible, second)
    assert (state(), pieces()) == (SlotState.TO_DEPOSIT, [])
    assert part().given == 0


def test_not_applicable_is_asked_and_taken_back(eligible):
    ask_na(eligible, "  Le logiciel n’imprime pas.  ")
    assert (state(), part().given) == (SlotState.NA_REQUESTED, 1)
    ask_na(eligible, "")
    assert (state(), part().given) == (SlotState.TO_DEPOSIT, 0)
    link(eligible)
    ask_na(eligible, "Le logiciel n’imprime pas.")
    assert (state(), len(pieces())) == (SlotState.NA_REQUESTED, 1)
    link(eligible, url="https://preuves.example/b")  # a piece given afterwards takes the request back
    now = Proof.objects.get(superseded_at=None)
    assert (state(), now.items.count(), now.na_reason) == (SlotState.DEPOSITED, 2, "")


def test_a_file_stands_behind_a_reason_and_is_no_piece_of_the_proof(eligible):
    document = eligible.file()
    with pytest.raises(InvalidInput, match="Écrivez pourquoi cette preuve ne s’applique pas"):
        back(eligible, document)
    ask_na(eligible, "Le logiciel n’imprime pas.")
    for _again in range(2):
        back(eligible, document)
    assert [(i.backs, i.document_id, i.proof_kind) for i in pieces()] == [(True, document.pk, "")]
    [view] = [v for v in slot_views(eligible.application, CHAPTER) if v.key == ONE]
    assert (view.items, [i.document_id for i in view.backing]) == ((), [document.pk])
    assert (state(), part().given) == (SlotState.NA_REQUESTED, 1)
    ask_na(eligible, "Le logiciel n’imprime ni n’exporte.")  # other words keep what is behind them
    assert len(pieces()) == 1
    ask_na(eligible, "")
    assert (state(), pieces()) == (SlotState.TO_DEPOSIT, [])


def test_a_piece_of_the_proof_takes_the_request_back_with_what_backs_it(eligible):
    document = eligible.file()
    ask_na(eligible, "Le logiciel n’imprime pas.", DOCUMENT)
    back(eligible, document, DOCUMENT)
    file(eligible, document)  # the same file, as a piece: another thing
    asked, given = Proof.objects.order_by("n")  # the request stays on record, with what was behind it
    told = [(p.na_reason, [(i.backs, i.document_id) for i in p.items.all()]) for p in (asked, given)]
    assert told == [("Le logiciel n’imprime pas.", [(True, document.pk)]), ("", [(False, document.pk)])]
    assert (state(DOCUMENT), given.superseded_at) == (SlotState.DEPOSITED, None)
    restore_proof(actor=eligible["agent"], number=eligible.number, item_key=DOCUMENT, n=asked.n)
    assert state(DOCUMENT) == SlotState.NA_REQUESTED


def test_the_piece_that_stands_under_the_reason_takes_the_request_back_too(eligible):
    document = eligible.file()
    file(eligible, document)
    ask_na(eligible, "Le logiciel n’imprime pas.", DOCUMENT)
    file(eligible, document)
    assert (state(DOCUMENT), [i.document_id for i in pieces(DOCUMENT)]) == (
        SlotState.DEPOSITED,
        [document.pk],
    )
    told = [(p.n, p.na_reason) for p in Proof.objects.order_by("n")]
    assert told == [(1, "Le logiciel n’imprime pas."), (2, "")]


@pytest.mark.parametrize(
    ("name", "error"), [("a.docx", "À l’appui d’une raison, joignez un document"), ("a.pdf", "")]
)
def test_what_may_stand_behind_a_reason(name, error):
    assert backing_error(name, 10).startswith(error)
    assert bool(backing_error(name, 10)) == bool(error)
    assert "20" in backing_error("a.pdf", 21 * 1024 * 1024)


def test_a_refused_request_is_enough_again_with_a_file_behind_it(eligible):
    eligible.give(CHAPTER)
    take_out(eligible, pieces()[0])
    ask_na(eligible, "Sans objet.")
    play = eligible.play.submit_chapters([CHAPTER]).judge(CHAPTER, to_modify={ONE: "Montrez-le."})
    play.close(CHAPTER, send_back=True)
    comment_proof(actor=eligible["agent"], number=eligible.number, item_key=ONE, comment="Voici.")
    assert state() == SlotState.TO_MODIFY
    back(eligible, eligible.file())
    assert (state(), part().to_modify) == (SlotState.NA_REQUESTED, 0)
    assert eligible.play.submit_chapters([CHAPTER]).judge(CHAPTER).close(CHAPTER)
    assert state() == SlotState.NA_ACCEPTED


def test_an_earlier_proof_is_given_again_and_nothing_is_taken_away(returned):
    [sent_back] = pieces()
    take_out(returned, sent_back)
    link(returned, url="https://preuves.example/other")
    returned.play.submit_chapters([CHAPTER])
    recall_chapter(actor=returned["agent"], number=returned.number, chapter=CHAPTER)
    link(returned, url="https://preuves.example/draft")
    restore(returned, 2)
    assert [i.url for i in pieces()] == ["https://preuves.example/other"]
    restore(returned, 2)  # again: it stands there
    assert [p.n for p in Proof.objects.filter(slot__item_key=ONE)] == [1, 2, 3, 4]
    restore(returned, 3)  # the draft that was set aside
    assert [i.url for i in pieces()] == ["https://preuves.example/other", "https://preuves.example/draft"]
    assert state() == SlotState.DEPOSITED
    with pytest.raises(TransitionRefused, match="L’agence a renvoyé cette preuve"):
        restore(returned, 1)
    with pytest.raises(NotVisible):
        restore(returned, 9)
    with pytest.raises(TransitionRefused, match="verrouillée"):
        restore(returned, 1, TWO)


def test_a_chapter_is_ready_when_every_slot_is_filled(eligible):
    assert part().state == ChapterState.TO_COMPLETE
    eligible.give(CHAPTER)
    assert (part().state, part().given, part().expected) == (ChapterState.READY, 8, 8)
    take_out(eligible, pieces()[0])
    assert part().state == ChapterState.TO_COMPLETE


def test_nothing_changes_while_the_chapter_is_in_examination(eligible):
    eligible.give(CHAPTER).play.submit_chapters([CHAPTER])
    for change in (
        lambda: link(eligible),
        lambda: ask_na(eligible, "Non."),
        lambda: take_out(eligible, pieces()[0]),
        lambda: comment_proof(actor=eligible["agent"], number=eligible.number, item_key=ONE, comment="a"),
    ):
        with pytest.raises(TransitionRefused, match=french_spaces("Ce chapitre est au statut « Soumis »")):
            change()


def test_a_conforming_proof_is_locked(returned):
    with pytest.raises(
        TransitionRefused, match=french_spaces("Cette preuve est conforme : elle est verrouillée")
    ):
        link(returned, key=TWO)
    assert state(TWO) == SlotState.CONFORMING


def test_a_new_proof_begins_with_the_pieces_of_the_one_sent_back(returned):
    [old] = pieces()
    link(returned, url="https://preuves.example/more")
    first, second = Proof.objects.filter(slot__item_key=ONE).order_by("n")
    assert (first.submitted_at is not None, first.superseded_at is not None) == (True, True)
    assert second.submitted_at is None
    assert [i.url for i in pieces()] == [old.url, "https://preuves.example/more"]
    assert [i.url for i in first.items.all()] == [old.url]  # R9: what was submitted stays
    assert state() == SlotState.DEPOSITED


def test_unchanged_after_a_return_stays_to_modify(returned):
    [old] = pieces()
    comment_proof(actor=returned["agent"], number=returned.number, item_key=ONE, comment="Tout y est.")
    assert (state(), part().to_modify) == (SlotState.TO_MODIFY, 1)
    link(returned, url="https://preuves.example/more")
    assert (state(), part().to_modify) == (SlotState.DEPOSITED, 0)
    take_out(returned, pieces()[1])
    assert state() == SlotState.TO_MODIFY  # back to what was sent back
    take_out(returned, pieces()[0])
    assert state() == SlotState.TO_MODIFY  # nothing at all
    link(returned, url=old.url)
    assert state() == SlotState.TO_MODIFY  # the same link, put in again
    ask_na(returned, "Sans objet.")
    assert state() == SlotState.NA_REQUESTED
    ask_na(returned, "")
    assert state() == SlotState.TO_MODIFY
    assert part().state == ChapterState.TO_MODIFY


def test_a_request_refused_is_not_asked_again_with_the_same_words(eligible):
    eligible.give(CHAPTER)
    take_out(eligible, pieces()[0])
    ask_na(eligible, "Sans objet.")
    play = eligible.play.submit_chapters([CHAPTER]).judge(CHAPTER, to_modify={ONE: "Il l’est."})
    play.close(CHAPTER, send_back=True)
    ask_na(eligible, "Sans objet.")
    assert state() == SlotState.TO_MODIFY
    ask_na(eligible, "Le produit n’a pas cet écran.")
    assert state() == SlotState.NA_REQUESTED


def test_what_was_recalled_may_be_changed_and_stays_on_record(eligible):
    eligible.give(CHAPTER).play.submit_chapters([CHAPTER])
    recall_chapter(actor=eligible["agent"], number=eligible.number, chapter=CHAPTER)
    link(eligible, url="https://preuves.example/more")
    first, second = Proof.objects.filter(slot__item_key=ONE).order_by("n")
    assert (first.items.count(), second.items.count(), state()) == (1, 2, SlotState.DEPOSITED)


def test_a_withdrawn_application_is_read_only(eligible):
    withdraw_application(actor=eligible["agent"], number=eligible.number)
    with pytest.raises(TransitionRefused, match=french_spaces("Le dossier est au statut « Retirée »")):
        link(eligible)


def counted(chapter):
    states = [SlotState(s) for s in Slot.objects.filter(part=chapter).values_list("state", flat=True)]
    return (
        sum(s in GIVEN for s in states),
        sum(s in ACCEPTED for s in states),
        sum(s in (SlotState.TO_MODIFY, SlotState.TO_REQUALIFY) for s in states),
    )


@pytest.mark.parametrize("seed", range(4))
def test_counters_are_a_recount_whatever_is_done(returned, seed):
    """Random acts, refused or not: counters equal a recount, and a chapter is ready when it is complete."""
    chance = random.Random(seed)
    keys = [ONE, TWO, DOCUMENT, "ins-va1.15.01.02", "ins-va1.60.01.01", "ins-va1.60.02.01"]
    document = returned.file()
    acts = [
        lambda key: link(returned, key, f"https://preuves.example/{chance.randrange(3)}"),
        lambda key: file(returned, document, key),
        lambda key: ask_na(returned, chance.choice(["", "Sans objet."]), key),
        lambda key: pieces(key) and take_out(returned, chance.choice(pieces(key)), key),
        lambda key: comment_proof(actor=returned["agent"], number=returned.number, item_key=key, comment="a"),
    ]
    for _n in range(25):
        try:
            chance.choice(acts)(chance.choice(keys))
        except DomainError:
            continue
        chapters = list(Part.objects.filter(kind=PartKind.CHAPTER))
        assert [(c.given, c.conform, c.to_modify) for c in chapters] == [counted(c) for c in chapters]
        fresh = [c for c in chapters if c.state != ChapterState.TO_MODIFY]
        assert [c.state == ChapterState.READY for c in fresh] == [c.given == c.expected for c in fresh]
        whole = Application.objects.get()
        assert (whole.given, whole.conform, whole.to_modify) == tuple(
            sum(column) for column in zip(*(counted(c) for c in chapters), strict=True)
        )


def on_record():
    """Every proof that was handed in, with all that was in it."""
    proofs = Proof.objects.filter(submitted_at__isnull=False)
    return {
        p.pk: (p.slot_id, p.n, p.na_reason, p.submitted_at, tuple(p.items.order_by("position").values_list()))
        for p in proofs
    }


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_was_handed_in_is_ever_lost(returned, seed):
    """Deposits, removals, requests, restoring, hand-overs, recalls and returns, in any order."""
    chance, play, seen = random.Random(seed), returned.play, {}
    document = returned.file()

    def hand_over():
        returned.give(CHAPTER)
        play.submit_chapters([CHAPTER])

    def send_back():
        play.judge(CHAPTER, to_modify={ONE: "Autre chose."}).close(CHAPTER, send_back=True)

    acts = [
        lambda: link(returned, url=f"https://preuves.example/{chance.randrange(3)}"),
        lambda: ask_na(returned, chance.choice(["", "Sans objet.", "Autre raison."])),
        lambda: back(returned, document),
        lambda: pieces() and take_out(returned, chance.choice(pieces())),
        lambda: restore(returned, chance.randrange(6)),
        hand_over,
        lambda: recall_chapter(actor=returned["agent"], number=returned.number, chapter=CHAPTER),
        send_back,
    ]
    for _n in range(30):
        with suppress(DomainError):
            chance.choice(acts)()
        kept = on_record()
        assert {pk: kept[pk] for pk in seen} == seen
        seen = kept
        proofs = Proof.objects.filter(slot__item_key=ONE).order_by("n")
        assert [p.n for p in proofs] == list(range(1, len(proofs) + 1))
        assert [p.n for p in proofs if p.superseded_at is None] == [len(proofs)]
        slot = Slot.objects.get(item_key=ONE)
        past = {p.proof.n for p in slot_history([slot.pk]).get(slot.pk, [])}
        assert past == {p.n for p in proofs if p.submitted_at} - {len(proofs)}
    assert len(seen) > 8


@pytest.mark.any_database("as many statements on either")
def test_slots_are_read_in_as_many_queries_however_many_they_are(eligible, django_assert_num_queries):
    application = eligible.application
    slot_views(application, CHAPTER)  # what applies is computed once in a process
    link(eligible)
    with django_assert_num_queries(3):
        one = slot_views(application, CHAPTER)
    eligible.give(CHAPTER)
    link(eligible, url="https://preuves.example/second")
    with django_assert_num_queries(3):
        full = slot_views(application, CHAPTER)
        assert [i.url for i in full[0].items][-1] == "https://preuves.example/second"
    assert (len(one), sum(bool(v.items) for v in one), sum(bool(v.items) for v in full)) == (8, 1, 8)
