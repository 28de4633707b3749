"""How lists are searched."""

import pytest

from jalon.core.text import holds_words


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", True),
        ("   ", True),
        ("ins", True),
        ("ECHOGRAPHIE ins", True),  # in any order and case, without accents
        ("ins/va1.01 écho", True),
        ("ins radio", False),  # each of them
    ],
)
def test_a_text_is_found_by_words_as_people_mean_them(words, found):
    assert holds_words("INS/va1.01 Échographie", words) == found
