"""Numbers and addresses that people type: is it one, and if not, what is wrong with it. Pure.

Each `*_error` takes the normalised value and returns "" or one sentence that says how to mend it.
"""

import re

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _

LA_POSTE_SIREN = "356000000"
LA_POSTE_HEAD_OFFICE = "35600000000048"

# Formats of the intra-community VAT numbers, without the two letters of the country.
_VAT = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}", "DE": r"\d{9}",
    "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}", "HR": r"\d{11}", "HU": r"\d{8}", "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}", "LT": r"(\d{9}|\d{12})", "LU": r"\d{8}", "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}",
    "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}",
    "XI": r"(\d{9}|\d{12}|(GD|HA)\d{3})",
}  # fmt: skip
# Greece writes EL on its VAT numbers and GR elsewhere.
VAT_COUNTRIES = frozenset(_VAT) | {"GR"}


def compact(value: str) -> str:
    """Without the spaces, dots and hyphens that people put in numbers; in capitals."""
    return re.sub(r"[\s.\-\u00a0\u202f]", "", value).upper()


def luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def siren_error(value: str) -> str:
    if not value.isdecimal() or not value.isascii():
        return _("Un SIREN ne contient que des chiffres. Retirez les autres caractères.")
    if len(value) != 9:
        return _("Ce SIREN compte %(n)s chiffres, il en faut 9.") % {"n": len(value)}
    if not luhn(value):
        return _("Ce SIREN n’existe pas : sa clé de contrôle est fausse. Vérifiez chaque chiffre.")
    return ""


def siret_error(value: str, siren: str = "") -> str:
    """`siren`: the number given beside it, which the SIRET must begin with."""
    if not value.isdecimal() or not value.isascii():
        return _("Un SIRET ne contient que des chiffres. Retirez les autres caractères.")
    if len(value) != 14:
        return _("Ce SIRET compte %(n)s chiffres, il en faut 14.") % {"n": len(value)}
    if siren and not value.startswith(siren):
        return _("Les 9 premiers chiffres du SIRET doivent être ceux du SIREN %(siren)s.") % {"siren": siren}
    if not _siret_checks(value):
        return _("Ce SIRET n’existe pas : sa clé de contrôle est fausse. Vérifiez chaque chiffre.")
    return ""


def _siret_checks(value: str) -> bool:
    """Luhn; the establishments of La Poste pass instead with a digit sum that is a multiple of 5."""
    if luhn(value):
        return True
    is_la_poste = value.startswith(LA_POSTE_SIREN) and value != LA_POSTE_HEAD_OFFICE
    return is_la_poste and sum(map(int, value)) % 5 == 0


def vat_error(value: str) -> str:
    """An intra-community VAT number of a company established outside France."""
    country, rest = value[:2], value[2:]
    if country == "GR":
        return _("Un numéro de TVA grec commence par EL.")
    if country not in _VAT:
        return _("Un numéro de TVA intracommunautaire commence par les deux lettres du pays, comme DE ou BE.")
    if country == "FR":
        return _("Ce numéro est français : indiquez la France comme pays, puis le SIREN et le SIRET.")
    if not re.fullmatch(_VAT[country], rest, re.ASCII):
        return _("Ce numéro n’a pas la forme d’un numéro de TVA du pays %(country)s. Vérifiez-le.") % {
            "country": country
        }
    return ""


def email_error(value: str) -> str:
    try:
        EmailValidator()(value)
    except ValidationError:
        return _("Cette adresse électronique est incomplète. Elle doit ressembler à nom@domaine.fr.")
    return ""


def telephone_error(value: str) -> str:
    """French numbers of ten digits, or any number with its international prefix (E.164)."""
    digits = re.sub(r"[\s.\-()\u00a0\u202f]", "", value)
    if re.fullmatch(r"0[1-9][0-9]{8}|\+[1-9][0-9]{6,14}", digits):
        return ""
    return _("Ce numéro n’est pas complet : 10 chiffres en France, ou +, l’indicatif du pays et le numéro.")
