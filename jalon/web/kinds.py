"""Kinds of proof in words: what a slot takes, its formats and its limit."""

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jalon.programmes.definition.schema import ProofKind


def kinds_line(kinds: Iterable[ProofKind]) -> str:
    """What a slot takes, in one line: "Vidéo (mp4, webm ; 1 000 Mo) ou Lien vers une vidéo"."""
    language = get_language() or "fr"
    parts = []
    for kind in kinds:
        limits = kind_limits(kind)
        parts.append(kind.label.shown_in(language) + (f" ({limits})" if limits else ""))
    return _(" ou ").join(parts)


def kind_limits(kind: ProofKind) -> str:
    """Formats and size of a kind given as files: "mp4, webm ; 1 000 Mo"; "" for the others."""
    if kind.form != "file":
        return ""
    between, size = _(" ; "), _("%(n)s Mo") % {"n": kind.max_mb}
    return f"{', '.join(kind.formats)}{between}{size}"
