"""Marks on words: what a reader sees of a changed text."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jalon.programmes.definition.diff.words import Span, marks

SIGNS = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}


def shown(old: str, new: str) -> str:
    return "".join(SIGNS[span.op].format(span.text) for span in marks(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("Une vidéo", "Une vidéo", "Une vidéo"),
        ("", "Une vidéo", "{+Une vidéo+}"),
        ("Une vidéo", "", "[-Une vidéo-]"),
        ("Une vidéo courte", "Une vidéo longue", "Une vidéo [-courte-]{+longue+}"),
        ("Une vidéo", "Une longue vidéo", "Une {+longue +}vidéo"),
        ("Le système DOIT tracer.", "Le système PEUT tracer.", "Le système [-DOIT-]{+PEUT+} tracer."),
        ("l'INS est lue", "l'identité est lue", "l'[-INS-]{+identité+} est lue"),
        ("version 2.9 du guide", "version 2.10 du guide", "version [-2.9-]{+2.10+} du guide"),
        ("Un.\nDeux.", "Un.\nTrois.", "Un.\n[-Deux-]{+Trois+}."),
        # A space between two changes is not worth showing as kept.
        ("rouge vif", "bleu pâle", "[-rouge vif-]{+bleu pâle+}"),
        ("a, b", "a ; b", "a[-,-]{+ ;+} b"),
    ],
)
def test_marks(old: str, new: str, expected: str) -> None:
    assert shown(old, new) == expected


TEXTS = st.text(st.sampled_from("abé .,;\n'’<-1"), max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_marks(old: str, new: str) -> None:
    spans = marks(old, new)
    assert "".join(s.text for s in spans if s.op != "insert") == old
    assert "".join(s.text for s in spans if s.op != "delete") == new
    assert all(span.text for span in spans)
    assert all(a.op != b.op for a, b in pairwise(spans))


@given(TEXTS)
def test_equal_texts_have_no_marks(text: str) -> None:
    assert marks(text, text) == ((Span("equal", text),) if text else ())


@pytest.mark.parametrize("words", [["le"], ["le", "la"], [f"mot{n}" for n in range(50)]])
def test_long_texts_cost_little(words: list[str]) -> None:
    """Texts of 20,000 words that share none of their places: difflib alone would take minutes."""
    old = " ".join(words[n % len(words)] for n in range(20_000))
    new = " ".join(words[(n * 7 + 3) % len(words)] + ("." if n % 9 == 0 else "") for n in range(20_000))
    began = time.perf_counter()
    spans = marks(old, new)
    assert time.perf_counter() - began < 5
    assert "".join(s.text for s in spans if s.op != "insert") == old
    assert "".join(s.text for s in spans if s.op != "delete") == new


def test_a_long_text_is_compared_by_sentences() -> None:
    """Too long for words; the sentence that changed is then compared word by word."""
    sentences = [f"La règle {n} est tenue par la solution. " for n in range(600)]
    changed = [*sentences[:300], "La règle 300 est levée par la solution. ", *sentences[301:]]
    far = ["Début. ", *changed[:-1], "Fin. "]
    spans = marks("".join(sentences), "".join(far))
    assert [s.text for s in spans if s.op == "delete"] == ["tenue", "La règle 599 est tenue par la solution"]
