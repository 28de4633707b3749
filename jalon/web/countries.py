"""Countries that a form offers: those of Europe first of all. A code stored earlier is shown even if it is not here."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jalon.core.text import fold

COUNTRIES: dict[str, str | Promise] = {
    "FR": _("France"), "DE": _("Allemagne"), "AD": _("Andorre"), "AT": _("Autriche"), "BE": _("Belgique"),
    "BG": _("Bulgarie"), "CA": _("Canada"), "CY": _("Chypre"), "HR": _("Croatie"), "DK": _("Danemark"),
    "ES": _("Espagne"), "EE": _("Estonie"), "US": _("États-Unis"), "FI": _("Finlande"), "GR": _("Grèce"),
    "HU": _("Hongrie"), "IN": _("Inde"), "IE": _("Irlande"), "IS": _("Islande"), "IL": _("Israël"), "IT": _("Italie"),
    "JP": _("Japon"), "LV": _("Lettonie"), "LI": _("Liechtenstein"), "LT": _("Lituanie"), "LU": _("Luxembourg"),
    "MT": _("Malte"), "MA": _("Maroc"), "MC": _("Monaco"), "NO": _("Norvège"), "NL": _("Pays-Bas"), "PL": _("Pologne"),
    "PT": _("Portugal"), "RO": _("Roumanie"), "GB": _("Royaume-Uni"), "SM": _("Saint-Marin"), "SK": _("Slovaquie"),
    "SI": _("Slovénie"), "SE": _("Suède"), "CH": _("Suisse"), "CZ": _("Tchéquie"), "TN": _("Tunisie"),
    "UA": _("Ukraine"),
}  # fmt: skip


def country_choices(kept: str = "") -> list[tuple[str, str]]:
    """(code, name) in the reader's language: France, then by name; `kept` is offered whatever it is."""
    named = {code: str(name) for code, name in COUNTRIES.items()}
    if kept and kept not in named:
        named[kept] = kept
    return sorted(named.items(), key=lambda pair: (pair[0] != "FR", fold(pair[1])))


def country_name(code: str) -> str:
    return str(COUNTRIES.get(code, code))
