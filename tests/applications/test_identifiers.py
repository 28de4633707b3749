"""Numbers and addresses that people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jalon.applications.rules import identifiers as i
from tests.sentences import as_written

SIREN_CHARS = "Un SIREN ne contient que des chiffres. Retirez les autres caractères."
SIREN_KEY = "Ce SIREN n’existe pas : sa clé de contrôle est fausse. Vérifiez chaque chiffre."
SIRET_KEY = "Ce SIRET n’existe pas : sa clé de contrôle est fausse. Vérifiez chaque chiffre."


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("732829320", ""),
        ("552081317", ""),
        ("356000000", ""),
        ("732829321", SIREN_KEY),
        ("73282932", "Ce SIREN compte 8 chiffres, il en faut 9."),
        ("7328293200", "Ce SIREN compte 10 chiffres, il en faut 9."),
        ("73282932O", SIREN_CHARS),
        ("٧٣٢٨٢٩٣٢٠", SIREN_CHARS),
        ("", SIREN_CHARS),
    ],
)
def test_siren(value, error):
    assert as_written(i.siren_error(value)) == error


@pytest.mark.parametrize(
    ("value", "siren", "error"),
    [
        ("73282932000074", "732829320", ""),
        ("73282932000074", "", ""),
        (
            "73282932000074",
            "552081317",
            "Les 9 premiers chiffres du SIRET doivent être ceux du SIREN 552081317.",
        ),
        ("73282932000075", "732829320", SIRET_KEY),
        ("7328293200007", "732829320", "Ce SIRET compte 13 chiffres, il en faut 14."),
        ("7328293200007A", "", "Un SIRET ne contient que des chiffres. Retirez les autres caractères."),
        # La Poste: the head office follows Luhn, its establishments a digit sum that is a multiple of five.
        ("35600000000048", "356000000", ""),
        ("35600000049837", "356000000", ""),
        ("35600000049838", "356000000", SIRET_KEY),
    ],
)
def test_siret(value, siren, error):
    assert as_written(i.siret_error(value, siren)) == error


VALID_VAT = {
    "AT": "ATU12345678", "BE": "BE0123456789", "BG": "BG123456789", "CY": "CY12345678X", "CZ": "CZ12345678",
    "DE": "DE129273398", "DK": "DK12345678", "EE": "EE123456789", "EL": "EL123456789", "ES": "ESX1234567X",
    "FI": "FI12345678", "HR": "HR12345678901", "HU": "HU12345678", "IE": "IE1234567WA", "IT": "IT12345678901",
    "LT": "LT123456789012", "LU": "LU12345678", "LV": "LV12345678901", "MT": "MT12345678", "NL": "NL123456789B01",
    "PL": "PL1234567890", "PT": "PT123456789", "RO": "RO1234567890", "SE": "SE123456789012", "SI": "SI12345678",
    "SK": "SK1234567890", "XI": "XI123456789",
}  # fmt: skip


def test_every_country_of_the_union_has_a_format():
    assert set(VALID_VAT) | {"FR", "GR"} == i.VAT_COUNTRIES


@pytest.mark.parametrize("country", sorted(VALID_VAT))
def test_vat_number_of_each_country(country):
    value = VALID_VAT[country]
    shape = f"Ce numéro n’a pas la forme d’un numéro de TVA du pays {country}. Vérifiez-le."
    assert i.vat_error(value) == ""
    assert i.vat_error(value + "99999") == shape
    assert i.vat_error(country) == shape
    assert i.vat_error(value.replace("1", "١")) == shape  # digits of other scripts are no digits here


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (
            "FR40303265045",
            "Ce numéro est français : indiquez la France comme pays, puis le SIREN et le SIRET.",
        ),
        ("GR123456789", "Un numéro de TVA grec commence par EL."),
        (
            "129273398",
            "Un numéro de TVA intracommunautaire commence par les deux lettres du pays, comme DE ou BE.",
        ),
        ("", "Un numéro de TVA intracommunautaire commence par les deux lettres du pays, comme DE ou BE."),
    ],
)
def test_other_vat_numbers(value, error):
    assert as_written(i.vat_error(value)) == error


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("0240000000", True),
        ("02 40 00 00 00", True),
        ("02.40.00.00.00", True),
        ("+33 2 40 00 00 00", True),
        ("+4930901820", True),
        ("0040000000", False),
        ("024000000", False),
        ("+0240000000", False),
        ("+123", False),
        ("+1234567890123456", False),
        ("02 40 00 00 0٠", False),
        ("", False),
    ],
)
def test_telephone(value, right):
    assert (i.telephone_error(value) == "") is right


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("nom@domaine.fr", True),
        ("é@exemple.fr", False),
        ("nom@domaine", False),
        ("nom domaine.fr", False),
        ("", False),
    ],
)
def test_email(value, right):
    assert (i.email_error(value) == "") is right


def test_what_people_put_between_digits_is_taken_out():
    assert i.compact(" 732 829.320\u00a0000-74\u202f") == "73282932000074"


DIGITS = st.text("0123456789", min_size=1, max_size=20)


@given(DIGITS)
def test_luhn_any_number_has_one_check_digit(digits):
    assert sum(i.luhn(digits + last) for last in "0123456789") == 1


@given(DIGITS, st.data())
def test_luhn_sees_every_single_wrong_digit(digits, data):
    right = next(digits + last for last in "0123456789" if i.luhn(digits + last))
    place = data.draw(st.integers(0, len(right) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != right[place]]))
    assert not i.luhn(right[:place] + other + right[place + 1 :])


@given(st.text())
def test_no_text_raises(text):
    for check in (i.siren_error, i.siret_error, i.vat_error, i.email_error, i.telephone_error):
        assert isinstance(check(text), str)
        assert isinstance(check(i.compact(text)), str)
