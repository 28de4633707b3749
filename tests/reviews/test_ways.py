"""Of several ways to meet the same, one is enough: chosen, changed, counted, handed in, examined."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest

from jalon.accounts.models import User
from jalon.accounts.standing import standing_of
from jalon.applications.models import Application, Part
from jalon.applications.queries import parts_of
from jalon.applications.queries.facts import frozen_facts
from jalon.applications.states import ApplicationState, ChapterState, PartKind
from jalon.core import clock
from jalon.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.evidence.actions.deposits import deposit_link, deposit_record
from jalon.evidence.models import Proof, Slot
from jalon.evidence.queries import applicable, choices_left, slot_views
from jalon.evidence.states import ACCEPTED, GIVEN, SlotState
from jalon.journal.models import Entry
from jalon.reviews.actions.chapters import recall_chapter, submit_chapter
from jalon.reviews.actions.ways import choose_way
from jalon.reviews.queries.ways import choices_of
from jalon.uploads.models import Upload
from jalon.uploads.states import UploadState
from jalon.web.vendor.chapter import choices
from tests.kept import kept
from tests.scenarios.library import begin_library_file
from tests.scenarios.people import RIVAL, person

CHAPTER, CHOICE = "recherche", "recherche"
FILM, SESSION, TERMINAL, BATCH = "rec.1.01.01", "rec.1.01.02", "rec.1.02.01", "rec.2.01.02"
READ_ALOUD = "rec.2.01.01"


@pytest.fixture
@kept
def file(db):
    """Eligible; nothing is given."""
    return begin_library_file().fill().submit().find_eligible()


def choose(file, way, seen=None, who=None):
    choose_way(actor=who or file.vendor, number=file.number, choice=CHOICE, way=way, seen=seen)


def link(file, key):
    deposit_link(
        actor=file.vendor, number=file.number, item_key=key, url=f"https://essais.bibliotheques.example/{key}"
    )


def asked(file):
    return [view.key for view in slot_views(file.application, CHAPTER)]


def part():
    return Part.objects.get(key=f"chapter:{CHAPTER}")


def counts():
    found = part()
    return found.expected, found.given, found.conform, found.to_modify


def submit(file):
    submit_chapter(
        actor=file.vendor, number=file.number, chapter=CHAPTER, round_n=part().round, received_at=clock.now()
    )


def test_before_the_choice_the_fewest_proofs_are_counted_and_nothing_is_handed_in(file):
    assert (asked(file), counts()) == ([], (2, 0, 0, 0))
    assert [c.key for c in choices_left(file.application, CHAPTER)] == [CHOICE]
    with pytest.raises(TransitionRefused, match="Reste 1 choix à faire"):
        submit(file)
    with pytest.raises(NotVisible):
        link(file, FILM)


def test_the_choice_decides_what_is_asked(file):
    choose(file, "web", seen="")
    assert (asked(file), counts()) == ([FILM, SESSION, READ_ALOUD], (3, 0, 0, 0))
    assert choices_left(file.application, CHAPTER) == ()
    [requirement, _other] = slot_views(file.application, CHAPTER)[0].requirement, None
    [choice] = choices_of(file.application, requirement)
    assert (choice.way, [r.code for r in choice.requirements]) == ("web", ["REC.1", "REC.2"])
    assert choice.proofs == {"web": 3, "borne": 2}  # the application is for digital lending
    entry = Entry.objects.filter(event="reviews.way.chosen").get()
    assert entry.payload.count("web") == 1
    choose(file, "web", seen="")  # a second click
    assert Entry.objects.filter(event="reviews.way.chosen").count() == 1


def test_what_was_given_another_way_stays_on_record_and_comes_back(file):
    choose(file, "web")
    link(file, FILM)
    link(file, READ_ALOUD)
    assert counts() == (3, 2, 0, 0)
    choose(file, "borne", seen="web")
    assert (asked(file), counts()) == ([TERMINAL, BATCH], (2, 0, 0, 0))
    assert {s.item_key: s.asked for s in Slot.objects.all()} == {FILM: False, READ_ALOUD: False}
    choose(file, "web")
    assert counts() == (3, 2, 0, 0)
    assert set(Slot.objects.values_list("state", "asked")) == {(SlotState.DEPOSITED, True)}


def test_who_and_what_is_refused(file):
    with pytest.raises(InvalidInput):
        choose(file, "application")  # not with these profiles
    with pytest.raises(InvalidInput):
        choose(file, "nothing")
    with pytest.raises(NotAllowed):
        choose(file, "web", who=standing_of(file.cast.verifier))
    with pytest.raises(NotVisible):
        choose(file, "web", who=standing_of(person("rival", company=RIVAL)))
    choose(file, "web")
    with pytest.raises(Conflict):
        choose(file, "borne", seen="")
    file.deposit(CHAPTER)
    submit(file)
    with pytest.raises(TransitionRefused, match="Recherche publique"):
        choose(file, "borne")
    recall_chapter(actor=file.vendor, number=file.number, chapter=CHAPTER)
    choose(file, "borne")
    assert part().state == ChapterState.TO_COMPLETE


def test_what_was_accepted_one_way_is_looked_at_again_when_it_comes_back(file):
    choose(file, "web")
    file.deposit(CHAPTER)
    submit(file)
    file.judge(CHAPTER, to_modify={FILM: "Filmez la recherche entière."}).close(CHAPTER, send_back=True)
    assert counts() == (3, 2, 2, 1)
    choose(file, "borne")
    assert (part().state, counts()) == (ChapterState.TO_MODIFY, (2, 0, 0, 0))
    file.deposit(CHAPTER)
    submit(file)
    recall_chapter(actor=file.vendor, number=file.number, chapter=CHAPTER)
    choose(file, "web")
    states = {v.key: v.state for v in slot_views(file.application, CHAPTER)}
    assert states == {
        FILM: SlotState.TO_MODIFY, SESSION: SlotState.TO_REQUALIFY, READ_ALOUD: SlotState.TO_REQUALIFY,
    }  # fmt: skip


def test_the_whole_file_is_validated_with_one_way(file):
    for chapter in file.chapters(ChapterState.TO_COMPLETE):
        file.deposit(chapter).submit_chapters([chapter]).judge(chapter).close(chapter)
    assert file.application.state == ApplicationState.PROOFS_VALIDATED
    assert frozen_facts(file.application).ways == {CHOICE: "web"}
    with pytest.raises(TransitionRefused):
        choose(file, "borne")


@pytest.mark.parametrize("seed", range(3))
def test_counts_and_records_hold_whatever_is_done(file, seed):
    chance = random.Random(seed)

    def give():
        for key in chance.sample(asked(file) or [""], 1):
            view = next(v for v in slot_views(file.application, CHAPTER) if v.key == key)
            if "session" in view.expected.kinds:
                deposit_record(
                    actor=file.vendor, number=file.number, item_key=key, kind_key="session", text="1234"
                )
            elif "film" in view.expected.kinds:
                link(file, key)

    acts = [
        lambda: choose(file, chance.choice(["web", "borne"])),
        give,
        lambda: file.deposit(CHAPTER) and submit(file),
        lambda: recall_chapter(actor=file.vendor, number=file.number, chapter=CHAPTER),
        lambda: file.judge(CHAPTER, to_modify={asked(file)[0]: "Autrement."}).close(CHAPTER, send_back=True),
    ]
    seen: dict[int, tuple[int, ...]] = {}
    for _n in range(20):
        with suppress(DomainError, StopIteration):
            chance.choice(acts)()
        views = slot_views(file.application, CHAPTER)
        states = [view.state for view in views]
        waiting = 2 if choices_left(file.application, CHAPTER) else 0
        assert counts() == (
            len(views) + waiting,
            sum(s in GIVEN for s in states),
            sum(s in ACCEPTED for s in states),
            sum(s in (SlotState.TO_MODIFY, SlotState.TO_REQUALIFY) for s in states),
        )
        whole = Application.objects.get()
        assert whole.expected == sum(p.expected for p in parts_of(whole, PartKind.CHAPTER).values())
        submitted = Proof.objects.filter(submitted_at__isnull=False)
        kept_rows = {p.pk: tuple(p.items.order_by("pk").values_list("pk", flat=True)) for p in submitted}
        assert {pk: kept_rows.get(pk) for pk in seen} == seen
        seen = kept_rows


@pytest.mark.parametrize(
    ("state", "own", "waits"),
    [
        (UploadState.RECEIVING, True, True),
        (UploadState.RECEIVING, False, False),  # somebody else's may never come to an end
        (UploadState.CHECKING, False, True),
        (UploadState.DONE, True, False),
        (UploadState.REFUSED, True, False),
    ],
)
def test_a_way_is_not_left_while_files_are_on_their_way_to_it(file, state, own, waits):
    choose(file, "web")
    now = clock.now()
    sender = file.vendor.person_id if own else User.objects.exclude(pk=file.vendor.person_id).first().pk
    Upload.objects.create(
        token="t", user_id=sender, company_id=file.application.company_id, application=file.application,
        item_key=SESSION, name="a.pdf", size=9, language="fr", state=state, created_at=now,
        expires_at=now + timedelta(days=1),
    )  # fmt: skip
    if waits:
        with pytest.raises(
            TransitionRefused, match="en cours d’envoi ou de contrôle pour ce que vous quittez"
        ):
            choose(file, "borne")
    else:
        choose(file, "borne")


@pytest.mark.any_database("as many statements on either")
def test_several_choices_take_the_queries_of_one(file, django_assert_num_queries):
    """With what another option would ask for, computed once for these facts."""
    application = file.application
    focus = next(r for r in applicable(application).requirements if CHOICE in r.choices)
    choices.panels(application, focus)
    for n in (1, 3):
        with (
            pytest.MonkeyPatch.context() as patch,
            django_assert_num_queries(1),
        ):
            (choice,) = choices_of(application, focus)
            patch.setattr(choices, "choices_of", lambda *_of, n=n, choice=choice: [choice] * n)
            assert len(choices.panels(application, focus)) == n
