"""Kinds of proof guessed from words."""

import pytest

from jalon.programmes.definition.workbook.kinds import needs


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        (r"\bvideos?\b", "video"), (r"\b(copies?|captures?) d.?ecran", "ecran"), ("copie|capture", ""),
        (r"ab+cdef", "cdef"), (r"xyz{2,3}abcd", "abcd"), (r"((ab|cd)e)?fghi", "fghi"), (r"[abc]+defg", "defg"),
        ("(?i)copie", ""), (r"l.homologation", "homologation"), ("ab", ""),
        ("[]abc|]defg", "defg"), ("[^]abcd]efg", "efg"),
    ],
)  # fmt: skip
def test_letters_without_which_a_guess_cannot_match(pattern: str, letters: str) -> None:
    assert needs(pattern) == letters
