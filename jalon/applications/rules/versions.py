"""The solution that a file names, and a new technical version of it: what is wrong with what was typed (situation 4).

Pure.
"""

from django.utils.translation import gettext as _

from jalon.core.text import fold

MAX_LABEL, MAX_TEXT = 60, 5000


def searched_title(product: str, label: str, company: str) -> str:
    """What a file is searched by, as `Application.title_norm` holds it."""
    return fold(f"{product} {label} {company}")[:300]


def plain_line(raw: str) -> str:
    return " ".join(raw.replace("\x00", "").split())


def plain_text(raw: str) -> str:
    return raw.replace("\x00", "").replace("\r\n", "\n").strip()


def declaration_errors(label: str, changes: str, current_label: str) -> dict[str, str]:
    """Errors by field, in the order of the form."""
    errors = {"label": _label_error(label, current_label), "changes": ""}
    if not changes:
        errors["changes"] = _("Dites ce qui change : l’agence en déduit les preuves à refaire.")
    elif len(changes) > MAX_TEXT:
        errors["changes"] = _("%(n)s caractères, c’est trop : %(max)s au plus.") % {
            "n": len(changes),
            "max": MAX_TEXT,
        }
    return {field: error for field, error in errors.items() if error}


def _label_error(label: str, current_label: str) -> str:
    if not label:
        return _("Indiquez la nouvelle version.")
    if len(label) > MAX_LABEL:
        return _("%(n)s caractères, c’est trop : %(max)s au plus.") % {"n": len(label), "max": MAX_LABEL}
    if label == current_label:
        return _("La candidature porte déjà sur cette version.")
    return ""
