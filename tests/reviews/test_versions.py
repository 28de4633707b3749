"""A new technical version of a running application: declared, accepted with proofs to redo, refused (situation 4)."""

import json
from datetime import timedelta

import pytest

from jalon.applications.models import Part, VersionDecision, VersionDeclaration
from jalon.applications.queries.versions import pending_version, version_declarations, version_obstacle
from jalon.applications.states import ApplicationState, ChapterState, PartKind, StepState, Turn
from jalon.awards.actions.conventions import draw_convention
from jalon.awards.actions.decisions import withdraw_application
from jalon.core import clock
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.core.typography import french_spaces
from jalon.evidence.actions.deposits import comment_proof, remove_item
from jalon.evidence.models import Slot
from jalon.evidence.queries import slot_views
from jalon.evidence.states import SlotState
from jalon.jobs.models import Job
from jalon.journal.models import Entry
from jalon.reviews.actions.versions import accept_version, declare_version, refuse_version
from tests.sentences import as_written

WORDS = "Correction de l’affichage du trait d’identité."
FROZEN = "La convention est établie : la version de la candidature ne change plus."


@pytest.fixture
def eligible(world):
    return world.eligible()


@pytest.fixture
def proven(eligible):
    return eligible.proven()


def declare(world, label="4.2.1", who="employee", changes=WORDS):
    return declare_version(actor=world[who], number=world.number, label=label, changes=changes)


def accept(world, *to_redo, who="verifier", n=1):
    accept_version(actor=world[who], number=world.number, n=n, to_redo=to_redo)


def refuse(world, reason="Trop de changements.", who="verifier", n=1):
    refuse_version(actor=world[who], number=world.number, n=n, reason=reason)


def keys(world, chapter):
    return [view.key for view in slot_views(world.application, chapter)]


def test_a_declaration_waits_and_changes_nothing(eligible):
    declared = declare(eligible, "  4.2.1 ")
    application = eligible.application
    assert (declared.n, declared.label, declared.changes) == (1, "4.2.1", WORDS)
    assert application.version_label == "4.2"
    assert pending_version(application) == declared
    assert eligible.events()[-1] == "reviews.version.declared"
    assert WORDS not in Entry.objects.latest("pk").payload
    assert eligible.told("reviews.version_declared") == ["other_verifier", "verifier"]
    assert eligible.mailed("reviews.version_declared") == []


def test_the_same_declaration_again_is_one(eligible):
    assert declare(eligible) == declare(eligible)
    assert VersionDeclaration.objects.count() == 1
    assert eligible.events().count("reviews.version.declared") == 1


def test_one_declaration_waits_at_a_time(eligible):
    declare(eligible)
    with pytest.raises(TransitionRefused, match=r"La version 4\.2\.1 attend déjà la réponse de l’agence\."):
        declare(eligible, "4.2.2")


@pytest.mark.parametrize(
    ("label", "changes", "errors"),
    [
        ("", WORDS, {"label": "Indiquez la nouvelle version."}),
        ("4.2", WORDS, {"label": "La candidature porte déjà sur cette version."}),
        ("4" * 61, WORDS, {"label": "61 caractères, c’est trop : 60 au plus."}),
        ("4.3", " \x00", {"changes": "Dites ce qui change : l’agence en déduit les preuves à refaire."}),
        ("4.3", "a" * 5001, {"changes": "5001 caractères, c’est trop : 5000 au plus."}),
    ],
)
def test_what_is_wrong_with_a_declaration(eligible, label, changes, errors):
    with pytest.raises(InvalidInput) as refused:
        declare(eligible, label, changes=changes)
    assert as_written(refused.value.errors) == errors


def test_acceptance_without_proofs_to_redo_changes_only_the_version(proven):
    declare(proven)
    before = proven.application
    accept(proven)
    after = proven.application
    assert after.version_label == "4.2.1"
    assert "4.2.1" in after.title_norm
    assert (after.product_name, after.nil, after.version_id, after.state) == (
        before.product_name, before.nil, before.version_id, ApplicationState.PROOFS_VALIDATED,
    )  # fmt: skip
    assert after.version.label == "4.2"  # the catalogue's version is the vendor's own affair
    assert proven.events()[-1] == "reviews.version.accepted"
    assert proven.messages()[-1] == "La version 4.2.1 est acceptée. Aucune preuve n’est à refaire."
    assert proven.told("reviews.version_accepted") == ["agent", "delegate", "employee"]
    assert proven.mailed("reviews.version_accepted") == ["agent", "delegate", "employee"]
    assert Job.objects.filter(name="awards.reconcile", key=str(after.pk)).exists()


def test_proofs_to_redo_open_their_chapters_again(proven):
    first, second = proven.play.chapters()
    redo = keys(proven, first)[:2]
    declare(proven)
    accept(proven, *redo)
    application = proven.application
    states = dict(Part.objects.filter(application=application).values_list("key", "state"))
    assert (application.state, application.turn) == (ApplicationState.ELIGIBLE, Turn.VENDOR)
    assert states["step:proofs"] == StepState.TO_COMPLETE
    assert (states[f"chapter:{first}"], states[f"chapter:{second}"]) == (
        ChapterState.TO_MODIFY, ChapterState.VALIDATED,
    )  # fmt: skip
    to_requalify = Slot.objects.filter(state=SlotState.TO_REQUALIFY).values_list("item_key", flat=True)
    assert sorted(to_requalify) == sorted(redo)
    part = Part.objects.get(application=application, key=f"chapter:{first}")
    assert (part.given, part.conform, part.to_modify) == (part.expected - 2, part.expected - 2, 2)
    assert application.conform == application.expected - 2
    message = proven.messages()[-1]
    assert message.startswith("La version 4.2.1 est acceptée. Preuves à refaire :\n• ")
    assert message.count("•") == 2
    [line] = version_declarations(application)
    assert line.to_redo == tuple(sorted(redo))
    # And the file goes on to its validation, on the new version.
    proven.give(first).play.submit_chapters([first]).judge(first).close(first)
    assert proven.application.state == ApplicationState.PROOFS_VALIDATED
    assert proven.application.conform == proven.application.expected


def test_proofs_are_not_opened_again_after_the_end_of_exchanges(proven, freeze):
    declare(proven)
    freeze(clock.now() + timedelta(days=100))
    with pytest.raises(TransitionRefused, match="après la fin des échanges"):
        accept(proven, keys(proven, proven.play.chapters()[0])[0])
    assert proven.application.state == ApplicationState.PROOFS_VALIDATED
    accept(proven)
    assert proven.application.version_label == "4.2.1"


def test_a_proof_to_redo_is_not_done_with_what_was_given_before(proven):
    first = proven.play.chapters()[0]
    view = slot_views(proven.application, first)[0]
    declare(proven)
    accept(proven, view.key)
    comment_proof(actor=proven["agent"], number=proven.number, item_key=view.key, comment="Toujours valable.")
    slot = Slot.objects.get(item_key=view.key)
    assert slot.state == SlotState.TO_REQUALIFY
    item = slot.proofs.get(superseded_at=None).items.get()
    remove_item(actor=proven["agent"], number=proven.number, item_key=view.key, item_id=item.pk)
    slot.refresh_from_db()
    assert slot.state == SlotState.TO_REQUALIFY
    assert [p.submitted_at is None for p in slot.proofs.order_by("n")] == [
        False,
        True,
    ]  # the first stays on record


def test_a_refusal_says_why_and_changes_nothing(eligible):
    declare(eligible)
    with pytest.raises(InvalidInput):
        refuse(eligible, " ")
    refuse(eligible)
    assert eligible.application.version_label == "4.2"
    assert eligible.messages()[-1] == "La version 4.2.1 n’est pas acceptée :\nTrop de changements."
    assert eligible.events()[-1] == "reviews.version.refused"
    assert eligible.told("reviews.version_refused") == ["agent", "delegate", "employee"]
    assert eligible.mailed("reviews.version_refused") == ["agent", "delegate", "employee"]
    assert "Trop de changements" not in json.dumps(list(Entry.objects.values_list("payload", flat=True)))
    assert declare(eligible, "4.2.2").n == 2


def test_a_decision_taken_twice_is_one_and_another_is_a_conflict(proven):
    first = proven.play.chapters()[0]
    redo = keys(proven, first)[:1]
    declare(proven)
    accept(proven, *redo)
    accept(proven, *redo)
    assert VersionDecision.objects.count() == 1
    assert proven.events().count("reviews.version.accepted") == 1
    for other in (
        lambda: accept(proven),
        lambda: refuse(proven),
        lambda: accept(proven, *redo, who="other_verifier"),
    ):
        with pytest.raises(Conflict, match=r"Thomas Anquetil a déjà décidé de cette version\."):
            other()


def test_only_accepted_proofs_can_be_asked_for_anew(eligible):
    first, second = eligible.play.chapters()
    eligible.proven(first)
    declare(eligible)
    for wrong in (keys(eligible, second)[0], "no-such-proof"):
        with pytest.raises(InvalidInput) as refused:
            accept(eligible, keys(eligible, first)[0], wrong)
        assert list(refused.value.errors) == ["to_redo"]
    assert eligible.application.version_label == "4.2"
    assert Slot.objects.filter(state=SlotState.TO_REQUALIFY).count() == 0


def test_a_chapter_under_examination_is_finished_first(eligible):
    first = eligible.play.chapters()[0]
    kept, sent_back = keys(eligible, first)[:2]
    play = (
        eligible.play.deposit(first)
        .submit_chapters([first])
        .judge(first, to_modify={sent_back: "À refaire."})
    )
    play.close(first, send_back=True).deposit(first).submit_chapters([first])
    declare(eligible)
    with pytest.raises(
        TransitionRefused,
        match=french_spaces(r"Un chapitre de ces preuves est en examen : terminez-le d’abord\."),
    ):
        accept(eligible, kept)


@pytest.mark.parametrize(
    ("who", "error"),
    [("rival", NotVisible), ("stranger", NotVisible), ("elsewhere", NotVisible), ("verifier", NotAllowed),
     ("manager", NotAllowed), ("college", NotVisible)],
)  # fmt: skip
def test_the_agency_and_strangers_declare_nothing(eligible, who, error):
    with pytest.raises(error):
        declare(eligible, who=who)


@pytest.mark.parametrize(
    ("who", "error"),
    [("agent", NotAllowed), ("employee", NotAllowed), ("manager", NotAllowed), ("referent", NotAllowed),
     ("rival", NotVisible), ("elsewhere", NotVisible), ("administrator", NotVisible), ("signatory", NotVisible)],
)  # fmt: skip
def test_only_a_verifier_of_the_programme_decides(eligible, who, error):
    declare(eligible)
    for decide in (accept, refuse):
        with pytest.raises(error):
            decide(eligible, who=who)
    assert VersionDecision.objects.count() == 0


def test_an_unknown_declaration_is_not_there(eligible):
    with pytest.raises(NotVisible):
        accept(eligible, n=7)


def test_nothing_is_declared_before_the_file_is_eligible(world):
    sentence = (
        "Une version technique se déclare une fois le dossier éligible (statut actuel : « À compléter »)."
    )
    assert as_written(version_obstacle(world.application)) == sentence
    with pytest.raises(TransitionRefused) as refused:
        declare(world)
    assert as_written(refused.value.message) == sentence


def test_the_version_is_frozen_once_the_convention_is_drawn(proven):
    draw_convention(application_id=proven.application.pk)
    assert proven.application.state == ApplicationState.CONVENTION_SIGNING
    with pytest.raises(TransitionRefused) as refused:
        declare(proven)
    assert as_written(refused.value.message) == FROZEN


def test_a_convention_waits_for_the_answer_to_a_declared_version(proven):
    declare(proven)
    assert draw_convention(application_id=proven.application.pk) is None
    assert proven.application.state == ApplicationState.PROOFS_VALIDATED
    accept(proven)
    convention = draw_convention(application_id=proven.application.pk)
    assert convention is not None
    assert "4.2.1" in convention.snapshot


def test_a_version_that_waits_ends_with_the_application(eligible):
    declare(eligible)
    withdraw_application(actor=eligible["agent"], number=eligible.number)
    with pytest.raises(TransitionRefused):
        accept(eligible)
    assert eligible.application.version_label == "4.2"


@pytest.mark.any_database("as many statements on either")
def test_declarations_are_read_in_one_query(eligible, django_assert_num_queries):
    declare(eligible)
    refuse(eligible)
    declare(eligible, "4.2.2")
    application = eligible.application
    with django_assert_num_queries(1):
        lines = version_declarations(application)
        found = [
            (line.declaration.label, line.decision.accepted if line.decision else None) for line in lines
        ]
        assert [line.declaration.by.full_name for line in lines] == ["Nadia Petit", "Nadia Petit"]
    assert found == [("4.2.2", None), ("4.2.1", False)]


def test_the_convention_step_says_that_it_was_drawn(proven):
    """Even after the proofs were opened again, a convention that was drawn keeps its version."""
    draw_convention(application_id=proven.application.pk)
    assert Part.objects.get(kind=PartKind.CONVENTION).state == StepState.TO_COMPLETE
    assert as_written(version_obstacle(proven.application)) == FROZEN
