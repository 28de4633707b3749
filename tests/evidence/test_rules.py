"""What a slot accepts: links, kinds, numbers; and every pair of the states of a slot."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jalon.evidence.rules import file_formats, kind_for_file, kind_for_link, link_error, record_error
from jalon.evidence.states import ACCEPTED, GIVEN, OPEN_TO_VENDOR, SLOT_TRANSITIONS, SlotState
from jalon.programmes.definition.schema import ProofKind, Text
from tests.sentences import as_written


def kind(key: str, form: str, **more) -> ProofKind:
    return ProofKind(key=key, form=form, label=Text(fr=key), **more)


VIDEO = kind("video", "file", formats=("mp4", "webm"))
SCREEN = kind("screen", "file", formats=("png", "mp4"))
ANY_LINK = kind("link", "link")
GAZELLE = kind("gazelle", "link", hosts=("Gazelle.example", "other.example"))
NUMBER = kind("number", "record", pattern="[0-9]{4}")

ENTIRE = "Ce lien n’est pas une adresse https entière. Copiez l’adresse entière de la page, depuis https://."
ELSEWHERE = (
    "Ce lien mène à evil.example, qui n’est pas accepté pour cette preuve. "
    "Il doit mener à : Gazelle.example, other.example."
)


@pytest.mark.parametrize(
    ("kinds", "url", "error"),
    [
        ([VIDEO], "https://a.example/", "Cette preuve se donne par un fichier, pas par un lien."),
        ([GAZELLE], "https://gazelle.example/report?oid=1", ""),
        ([GAZELLE], "https://GAZELLE.example:8443/", ""),
        ([GAZELLE], "https://evil.example/gazelle.example", ELSEWHERE),
        ([GAZELLE], "https://gazelle.example@evil.example/", ENTIRE),
        ([GAZELLE], "https://user:secret@gazelle.example/", ENTIRE),
        ([GAZELLE], "https://@gazelle.example/", ENTIRE),
        ([GAZELLE], "https://gazelle.example\\@evil.example/", ENTIRE),
        ([GAZELLE], "https://evil.example\\.gazelle.example/", ENTIRE),
        ([GAZELLE], "http://gazelle.example/", ENTIRE),
        ([GAZELLE], "javascript:alert(1)", ENTIRE),
        ([GAZELLE], "//gazelle.example/", ENTIRE),
        ([GAZELLE], "https://", ENTIRE),
        ([GAZELLE], "", ENTIRE),
        ([GAZELLE], "https://gazelle.example:99999/", ENTIRE),
        ([GAZELLE], "https://[::1", ENTIRE),
        ([ANY_LINK], "https://a.example/a b", ENTIRE),
        ([ANY_LINK], "https://a.exa\nmple/", ENTIRE),
        ([ANY_LINK], "https://a.example/\x00", ENTIRE),
        ([ANY_LINK], "https://a.example/été?q=1#x", ""),
        ([GAZELLE, ANY_LINK], "https://evil.example/", ""),
        ([ANY_LINK], "https://a.example/" + "a" * 2000, "Ce lien est trop long. 2000 caractères au plus."),
    ],
)
def test_links(kinds, url, error):
    assert as_written(link_error(kinds, url)) == error


@given(st.text())
def test_no_link_raises(url):
    assert isinstance(link_error([GAZELLE, ANY_LINK], url), str)
    kind_for_link([GAZELLE, ANY_LINK], url)


def test_a_link_is_of_the_kind_of_its_host():
    assert kind_for_link([ANY_LINK, GAZELLE], "https://gazelle.example/") == GAZELLE
    assert kind_for_link([GAZELLE, ANY_LINK], "https://a.example/") == ANY_LINK
    assert kind_for_link([GAZELLE], "https://a.example/") is None


def test_a_rehearsal_space_is_named_with_the_right_one():
    rehearsal = {"check": "link_host", "params": {"rehearsal": {"play.example": "gazelle.example"}}}
    real = kind("real", "link", hosts=("gazelle.example",), checks=(rehearsal,))
    assert link_error([real, ANY_LINK], "https://play.example/report/1") == link_error(
        [real], "https://play.example/report/1"
    )
    assert as_written(link_error([real], "https://play.example/report/1")) == (
        "Ce lien mène à play.example, l’espace d’entraînement : ses rapports ne valent pas preuve. "
        "Rejouez le test sur gazelle.example, puis copiez le lien permanent de ce rapport."
    )


def test_files_by_their_extension():
    kinds = [ANY_LINK, VIDEO, SCREEN]
    assert file_formats(kinds) == ("mp4", "webm", "png")
    assert kind_for_file(kinds, "Écran.PNG") == SCREEN
    assert kind_for_file(kinds, "a.mp4") == VIDEO
    assert kind_for_file(kinds, "mp4") == VIDEO
    assert kind_for_file(kinds, "a.pdf") is None
    assert kind_for_file(kinds, "") is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1234", ""),
        ("", "Indiquez une valeur."),
        ("12345", "« 12345 » n’a pas la forme attendue. Recopiez la valeur depuis le document d’origine."),
        ("1" * 501, "Cette valeur est trop longue. 500 caractères au plus."),
    ],
)
def test_numbers(text, error):
    assert as_written(record_error(NUMBER, text)) == error


def test_a_number_s_own_words():
    assert record_error(kind("n", "record", pattern="a", pattern_error=Text(fr="Un a.")), "b") == "Un a."


ALLOWED = {
    "to_deposit": "deposited na_requested",
    "deposited": "to_deposit to_modify submitted na_requested",
    "submitted": "deposited conforming to_modify",
    "conforming": "to_requalify to_modify",
    "to_modify": "deposited na_requested",
    "to_requalify": "deposited na_requested",
    "na_requested": "na_accepted to_modify to_deposit deposited",
    "na_accepted": "to_requalify to_modify",
}


@pytest.mark.parametrize(("before", "after"), list(product(SlotState, SlotState)))
def test_every_pair_of_states(before, after):
    assert SLOT_TRANSITIONS.allows(before, after) is (after.value in ALLOWED[before.value].split())


def test_what_is_accepted_was_given_and_is_closed_to_the_vendor():
    assert ACCEPTED < GIVEN
    assert set(SlotState) - OPEN_TO_VENDOR == {*ACCEPTED, SlotState.SUBMITTED}
