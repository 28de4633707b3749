"""One text before and after a change, as a page of differences shows it: side by side, marked, shortened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jalon.programmes.definition.diff.changes import FieldChange
from jalon.programmes.definition.diff.words import Span
from jalon.programmes.definition.rich_text import plain_text

KEPT_AROUND = 140  # characters left beside a mark when a long text is shortened
_LONG = 2 * KEPT_AROUND + 80

FIELDS: Mapping[str, str | Promise] = {
    "title": gettext_lazy("Titre"),
    "statement": gettext_lazy("Énoncé"),
    "comment": gettext_lazy("Commentaire"),
    "nature": gettext_lazy("Nature"),
    "criticality": gettext_lazy("Criticité"),
    "code": gettext_lazy("Numéro"),
    "was": gettext_lazy("Anciens numéros"),
    "perimeter": gettext_lazy("Périmètre"),
    "profile": gettext_lazy("Profil"),
    "also": gettext_lazy("Autres lignes"),
    "only": gettext_lazy("Seulement pour"),
    "order": gettext_lazy("Ordre"),
    "text": gettext_lazy("Texte"),
    "kinds": gettext_lazy("Types de preuve"),
    "group": gettext_lazy("Groupe"),
}


@dataclass(frozen=True)
class FieldRow:
    """One text, before and after, with its marks. `about`: the part that it belongs to ("Scénario …")."""

    label: str
    about: str
    old: tuple[Span, ...]
    new: tuple[Span, ...]
    notes: tuple[str, ...] = ()
    language: str = "fr"

    @property
    def has_marks(self) -> bool:
        """Else nothing is to be read: only layout changed, or the part moved as it is."""
        return any(span.op != "equal" for span in (*self.old, *self.new))


def field_row(change: FieldChange, about: str = "", names: Mapping[str, str] | None = None) -> FieldRow:
    notes = []
    if change.old == change.new:
        notes.append(_("identique"))
    elif change.layout_only:
        notes.append(_("mise en forme seulement"))
    elif change.editorial:
        notes.append(_("sans effet sur les verdicts"))
    if change.kind == "text":
        old, new = one_side(change.words, "insert"), one_side(change.words, "delete")
    else:
        old, new = (
            spans_of(op, _named(value, names))
            for op, value in (("delete", change.old), ("insert", change.new))
        )
    label = str(FIELDS.get(change.field, change.field))
    if change.language == "en":
        label = _("%(label)s (anglais)") % {"label": label}
    return FieldRow(label, about, old, new, tuple(notes), change.language)


def _named(value: str, names: Mapping[str, str] | None) -> str:
    """Keys joined by ", " or "/" in words."""
    if not names:
        return value
    return ", ".join(" / ".join(names.get(k, k) for k in part.split("/")) for part in value.split(", "))


def one_side(spans: Sequence[Span], without: str) -> tuple[Span, ...]:
    """The old text without what was inserted, or the new one without what was deleted."""
    return tuple(span for span in spans if span.op != without)


def spans_of(op: str, text: str) -> tuple[Span, ...]:
    return (Span(op, text),) if text else ()  # type: ignore[arg-type]


def whole_row(
    label: str | Promise, about: str, text: str, *, added: bool, notes: tuple[str, ...] = ()
) -> FieldRow:
    plain = plain_text(text)
    old, new = ((), spans_of("insert", plain)) if added else (spans_of("delete", plain), ())
    return FieldRow(str(label), about, old, new, notes)


def shortened(row: FieldRow) -> FieldRow:
    """Long stretches that did not change are cut around the marks."""
    return FieldRow(row.label, row.about, _cut(row.old), _cut(row.new), row.notes, row.language)


def is_long(row: FieldRow) -> bool:
    return any(span.op == "equal" and len(span.text) > _LONG for span in (*row.old, *row.new))


def _cut(spans: Sequence[Span]) -> tuple[Span, ...]:
    last = len(spans) - 1
    return tuple(_cut_span(span, first=n == 0, last=n == last) for n, span in enumerate(spans))


def _cut_span(span: Span, *, first: bool, last: bool) -> Span:
    if span.op != "equal" or len(span.text) <= _LONG:
        return span
    head = "" if first and not last else span.text[:KEPT_AROUND]
    tail = "" if last and not first else span.text[-KEPT_AROUND:]
    return Span("equal", f"{head} […] {tail}")
