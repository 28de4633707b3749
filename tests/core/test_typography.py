"""Where French wants which space, and what stays as it is. `~` is a wide no-break space here, `_` a thin one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jalon.core.typography import THIN, WIDE, french_spaces, plain_spaces


def spaced(drawn: str) -> str:
    return drawn.replace("~", WIDE).replace("_", THIN)


@pytest.mark.parametrize(
    "drawn",
    [
        "Prenez garde_! Pourquoi_? L’une_; l’autre_?!",
        "Reste~: une preuve",
        "Non lue~: ",
        "_; ",
        "~: ",
        "Le statut «~%(state)s~» ne va pas_; attendez.",
        "«~Non applicable~» demandé",
        "Choisissez «~Oui~»_?",
        "révision n°~%(n)s, n°~3, N°~{n}, §~4",
        "10_000 caractères, 1_000_000 lignes, SIREN 552_100_554",
        "Vague 2 386 exigences, étape 3 120 preuves, 2_386 exigences",
        "20~Mo, %(n)s~Mo, {n}~Ko, %(n)d~octets, 3,5~Go",
        "48~heures, %(n)d~jours, 2~ans, le 13~mai et le 1er~juin 2027",
        "10~h~02~min",
        "Remplie à %(n)d~%%, soit 5~% et non %(n)s~%_;",
        "<b>Attend</b>~: %(what)s",
        "%(running)s~: aucun",
        "deux lignes~:\n\nÀ lire_!\n",
    ],
)
def test_the_spaces_of_french(drawn):
    assert french_spaces(drawn.replace("~", " ").replace("_", " ")) == spaced(drawn)


@pytest.mark.parametrize(
    "text",
    [
        "De 12:00 à 14:30, adresse https://jalon.example/a?b=c;d!e : fin".partition(" : ")[0],
        '<a href="/p" title="a : b ? 3 Mo">voir</a>',
        "<code>a ? b : c</code>",
        "urn:oid:1.2.3 et application:SEKWAOLGFJ",
        "issue de %s, %s et %(n)s preuves",
        "%(name)s j’ai, %(n)s s’applique",
        "Appelez le 01 23 45 67 89",
        "En 2027 100 dossiers",
        "a  : deux espaces",
        "Une phrase. Une autre, sans rien (ni signe).",
    ],
)
def test_what_stays_as_it_is(text):
    assert french_spaces(text) == text


@pytest.mark.parametrize(
    ("wrong", "right"), [(f"a{WIDE}? b{THIN}: c", f"a{THIN}? b{WIDE}: c"), ("10\u202f%", "10\u00a0%")]
)
def test_a_space_that_is_there_but_wrong_is_exchanged(wrong, right):
    assert french_spaces(wrong) == right


PIECES = st.sampled_from(
    (" ", WIDE, THIN, "«", "»", ":", ";", "!", "?", "%", "%%", "n°", "10", "000", "2027", "Mo", "h", "mai", "mot",
     "l’un", "\n", "%(name)s", "%(n)d", "{code}", "<b>", "</b>", '<a href="/a ? b : c">',
     "<code>a : b</code>", "https://a.example/?b=c", "12:00")
)  # fmt: skip
KEPT = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<a [^>]*>|<code>.*?</code>|https://\S+")


@given(st.lists(PIECES | st.text(max_size=3), max_size=20).map("".join))
def test_only_spaces_change_and_once(text):
    found = french_spaces(text)
    assert plain_spaces(found) == plain_spaces(text)
    assert french_spaces(found) == found
    assert len(found) == len(text)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_placeholders_tags_code_and_addresses_are_untouched(text):
    assert KEPT.findall(french_spaces(text)) == KEPT.findall(text)
