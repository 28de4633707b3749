"""A comparison as lines for a terminal: what changed first, each text with its marks, long texts cut around them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from jalon.programmes.definition.diff.changes import (
    AroundChange,
    ChapterChange,
    Diff,
    FieldChange,
    Pair,
    Place,
    ProofChange,
    Regrouping,
    RequirementChange,
    ScenarioChange,
)
from jalon.programmes.definition.diff.words import Span
from jalon.programmes.definition.rich_text import plain_text
from jalon.programmes.definition.schema import Text

_CONTEXT = 60  # characters kept beside a mark
_LABELS = {
    "added": Text(fr="Ajoutées", en="Added"),
    "removed": Text(fr="Retirées", en="Removed"),
    "split": Text(fr="Scindées", en="Split"),
    "merged": Text(fr="Fusionnées", en="Merged"),
    "renumbered": Text(fr="Renumérotées", en="Renumbered"),
    "moved": Text(fr="Déplacées", en="Moved"),
    "scenarios_moved": Text(fr="Scénarios passés à une autre exigence", en="Scenarios moved to another requirement"),
    "changed": Text(fr="Modifiées", en="Changed"),
    "chapters": Text(fr="Chapitres", en="Chapters"),
    "around": Text(fr="Autour de la liste", en="Around the list"),
    "unchanged": Text(fr="Inchangées", en="Unchanged"),
}  # fmt: skip
_WORDS = {
    "title": Text(fr="titre", en="title"),
    "statement": Text(fr="énoncé", en="statement"),
    "comment": Text(fr="commentaire", en="comment"),
    "nature": Text(fr="nature", en="nature"),
    "criticality": Text(fr="criticité", en="criticality"),
    "code": Text(fr="numéro", en="code"),
    "was": Text(fr="anciens numéros", en="earlier codes"),
    "perimeter": Text(fr="périmètre", en="perimeter"),
    "profile": Text(fr="profil", en="profile"),
    "also": Text(fr="autres lignes", en="other rows"),
    "only": Text(fr="seulement pour", en="only for"),
    "order": Text(fr="ordre", en="order"),
    "text": Text(fr="texte", en="text"),
    "kinds": Text(fr="types de preuve", en="kinds of proof"),
    "group": Text(fr="groupe", en="group"),
    "scenario": Text(fr="scénario", en="scenario"),
    "proof": Text(fr="preuve", en="proof"),
    "proofs": Text(fr="preuves", en="proofs"),
    "requirements": Text(fr="exigences", en="requirements"),
    "equal": Text(fr="Aucune différence.", en="No difference."),
    "rank": Text(fr="rang", en="rank"),
    "no_title": Text(fr="sans numéro", en="without a code"),
    "layout": Text(fr="mise en forme seulement", en="layout only"),
    "proposed": Text(fr="à confirmer : reconnue à son texte", en="to be confirmed: recognised by its text"),
    "untouched": Text(fr="inchangées", en="untouched"),
    "editorial": Text(fr="retouchées sans effet", en="reworded without effect"),
    "meaning": Text(fr="à regarder de nouveau", en="to be looked at again"),
    "item_added": Text(fr="nouvelles", en="new"),
    "item_removed": Text(fr="retirées", en="removed"),
}  # fmt: skip
_STYLES = {"insert": "\x1b[32m", "delete": "\x1b[31;9m", "head": "\x1b[1m", "faint": "\x1b[2m"}
_SIGNS = {"added": "+", "removed": "−", "changed": "~", "moved": "↷"}


@dataclass(frozen=True)
class View:
    """How to show: `colour` for a terminal that knows it, else marks in brackets; `width` in columns."""

    language: str = "fr"
    colour: bool = False
    width: int = 100
    names: Mapping[str, str] = field(default_factory=dict)  # labels of profiles, perimeters, kinds by key

    def value(self, change: FieldChange, value: str) -> str:
        if change.kind != "key" or not value:
            return value or "—"
        parts = [" / ".join(self.names.get(key, key) for key in row.split("/")) for row in value.split(", ")]
        return ", ".join(parts)

    @property
    def colon(self) -> str:
        return ":" if self.language == "en" else " :"

    def word(self, name: str) -> str:
        return (_WORDS.get(name) or _LABELS[name]).in_language(self.language)

    def paint(self, style: str, text: str) -> str:
        return f"{_STYLES[style]}{text}\x1b[0m" if self.colour else text


def lines(diff: Diff, view: View, names: tuple[str, str] = ("", "")) -> Iterator[str]:
    """The whole comparison. `names`: how the two sides are called, in place of their titles."""
    view = replace(view, names=_labels(diff, view.language))
    yield from _head(diff, view, names)
    if diff.equal:
        return
    for name, told in _sections(diff, view):
        if shown := list(told):
            yield ""
            yield view.paint("head", f"{view.word(name)} ({diff.counts[name]})")
            yield from shown


def _labels(diff: Diff, language: str) -> dict[str, str]:
    labels: dict[str, Text] = {}
    for side in (diff.old, diff.new):
        labels |= {kind.key: kind.label for kind in side.kinds}
        labels |= {perimeter.key: perimeter.label for perimeter in side.perimeters}
        labels |= {profile.key: profile.label for profile in side.profiles}
        for choice in side.one_of:
            labels |= {choice.key: choice.label, **{o.key: o.label for o in choice.options}}
    return {key: label.in_language(language) for key, label in labels.items()}


def _head(diff: Diff, view: View, names: tuple[str, str]) -> Iterator[str]:
    yield view.paint("head", f"{names[0] or diff.old.title.fr} → {names[1] or diff.new.title.fr}")
    sizes = []
    for side in (diff.old, diff.new):
        requirements = [r for chapter in side.chapters for r in chapter.requirements]
        proofs = sum(len(s.proofs) for r in requirements for s in r.scenarios)
        sizes.append(
            f"{len({r.code for r in requirements})} {view.word('requirements')}, {proofs} {view.word('proofs')}"
        )
    yield " → ".join(sizes)
    if diff.equal:
        yield view.word("equal")
        return
    counts = [f"{view.word(name)}{view.colon} {n}" for name, n in diff.counts.items() if n]
    yield " · ".join([*counts, f"{view.word('unchanged')}{view.colon} {len(diff.unchanged)}"])
    states = Counter(item.status for item in diff.items)
    named = {"added": "item_added", "removed": "item_removed"}
    told = [f"{view.word(named.get(status, status))}{view.colon} {n}" for status, n in sorted(states.items())]
    yield view.paint("faint", f"{view.word('proofs').capitalize()} — " + " · ".join(told))


def _sections(diff: Diff, view: View) -> Iterator[tuple[str, Iterator[str]]]:
    yield "added", (_place("+", place, view) for place in diff.added)
    yield "removed", (_place("−", place, view) for place in diff.removed)
    yield "split", _groups(diff.split, view)
    yield "merged", _groups(diff.merged, view)
    yield "renumbered", (_renumbered(pair, view) for pair in diff.renumbered)
    yield "moved", (_moved(move.pair, move.what, view) for move in diff.moved)
    yield "scenarios_moved", _scenario_moves(diff, view)
    yield "changed", (line for change in diff.changed for line in _requirement(change, view))
    yield "chapters", (line for change in diff.chapters for line in _chapter(change, view))
    yield "around", (line for change in diff.around for line in _around(change, view))


def _place(sign: str, place: Place, view: View) -> str:
    proofs = sum(len(s.proofs) for s in place.requirement.scenarios)
    about = f"{place.chapter.title.fr} · {proofs} {view.word('proof' if proofs == 1 else 'proofs')}"
    return f"  {sign} {place.code:<16} {place.requirement.title.fr}  {view.paint('faint', about)}"


def _proposed(pair: Pair, view: View) -> str:
    return view.paint("faint", f"  ({view.word('proposed')}, {pair.score:.2f})") if pair.proposed else ""


def _renumbered(pair: Pair, view: View) -> str:
    return f"  {pair.old.code} → {pair.new.code}  {pair.new.requirement.title.fr}{_proposed(pair, view)}"


def _moved(pair: Pair, what: str, view: View) -> str:
    if what == "chapter":
        way = f"{pair.old.chapter.title.fr} → {pair.new.chapter.title.fr}"
    else:
        old, new = pair.old, pair.new
        ranks = (
            (old.requirement.position, new.requirement.position)
            if old.rank == new.rank
            else (old.rank, new.rank)
        )
        way = f"{new.chapter.title.fr}, {view.word('rank')} {ranks[0]} → {ranks[1]}"
    return f"  {_SIGNS['moved']} {pair.new.code:<16} {view.paint('faint', way)}"


def _groups(groups: Iterable[Regrouping], view: View) -> Iterator[str]:
    for group in groups:
        sides = (", ".join(place.code for place in side) for side in (group.old, group.new))
        yield f"  {' → '.join(sides)}"
        if not group.statement.layout_only:
            yield from _field(group.statement, view, 6)
        for move in group.scenarios:
            before = move.change.old.code if move.change.old else ""
            yield f"      {view.word('scenario')} {before} → {move.change.part.code}"
        if group.kept:
            others = [f for f in group.kept.fields if f.field != "statement"]
            yield from (line for f in others for line in _field(f, view, 6))
            yield from (line for s in group.kept.scenarios for line in _scenario(s, view))


def _scenario_moves(diff: Diff, view: View) -> Iterator[str]:
    for move in diff.scenarios_moved:
        change = move.change
        old = change.old.code if change.old else ""
        numbers = old if old == change.part.code else f"{old} → {change.part.code}"
        yield f"  {_SIGNS['moved']} {numbers}  {view.paint('faint', f'{move.old.code} → {move.new.code}')}"
        yield from _inside(change, view, 6)


def _requirement(change: RequirementChange, view: View) -> Iterator[str]:
    pair = change.pair
    code = pair.new.code if pair.old.code == pair.new.code else f"{pair.old.code} → {pair.new.code}"
    yield f"  ~ {code:<16} {pair.new.requirement.title.fr}{_proposed(pair, view)}"
    yield from (line for f in change.fields for line in _field(f, view, 6))
    yield from (line for s in change.scenarios for line in _scenario(s, view))


def _scenario(change: ScenarioChange, view: View) -> Iterator[str]:
    code = change.part.code or view.word("no_title")
    yield f"      {_SIGNS[change.what]} {view.word('scenario')} {code}"
    if change.what == "changed":
        yield from _inside(change, view, 10)
    else:
        yield from _filled([Span("equal", _one_line(change.part.text.fr))], view, 10)


def _inside(change: ScenarioChange, view: View, indent: int) -> Iterator[str]:
    yield from (line for f in change.fields for line in _field(f, view, indent))
    yield from (line for proof in change.proofs for line in _proof(proof, view, indent))


def _proof(change: ProofChange, view: View, indent: int) -> Iterator[str]:
    code = change.part.code or view.word("no_title")
    yield f"{' ' * indent}{_SIGNS[change.what]} {view.word('proof')} {code}"
    if change.what in {"added", "removed"}:
        op = "insert" if change.what == "added" else "delete"
        yield from _filled([Span(op, _one_line(change.part.text.fr))], view, indent + 4)  # type: ignore[arg-type]
    yield from (line for f in change.fields for line in _field(f, view, indent + 4))


def _chapter(change: ChapterChange, view: View) -> Iterator[str]:
    chapter = change.new or change.old
    yield f"  {_SIGNS[change.what]} {chapter.title.fr if chapter else ''}"
    yield from (line for f in change.fields for line in _field(f, view, 6))


def _around(change: AroundChange, view: View) -> Iterator[str]:
    yield f"  {_SIGNS[change.what]} {' › '.join(change.path)}"
    if isinstance(change.old, str) and isinstance(change.new, str):
        yield from _field(FieldChange("", change.old, change.new, "text"), view, 6)
    elif change.what == "moved":
        yield f"      {change.old} → {change.new}"
    else:
        spans = [Span("delete", _value(change.old)), Span("insert", _value(change.new))]
        yield from _filled([s for s in spans if s.text], view, 6)


def _value(value: object) -> str:
    if isinstance(value, dict):
        named = value.get("label") or value.get("title") or value
        return _value(named["fr"]) if isinstance(named, dict) and "fr" in named else str(named)
    return "" if value is None else str(value)


# --- Texts with marks ----------------------------------------------------------------------------------------


def _field(change: FieldChange, view: View, indent: int) -> Iterator[str]:
    label = view.word(change.field) if change.field else ""
    label += f" ({change.language})" if change.kind == "text" and change.language != "fr" else ""
    if change.layout_only:
        yield f"{' ' * indent}{label}{view.colon} {view.paint('faint', view.word('layout'))}"
    elif change.kind == "text":
        lead = [Span("equal", f"{label}{view.colon} ")] if label else []
        yield from _filled([*lead, *_cut(change.words)], view, indent)
    else:
        yield f"{' ' * indent}{label}{view.colon} {view.value(change, change.old)} → {view.value(change, change.new)}"


def _cut(spans: Iterable[Span]) -> list[Span]:
    """What stayed, shortened to what stands beside a mark."""
    spans = list(spans)
    shown = []
    for n, span in enumerate(spans):
        text = _one_line(span.text, strip=False)
        if span.op == "equal":
            first, last = n == 0, n == len(spans) - 1
            if first and len(text) > _CONTEXT:
                text = "… " + text[-_CONTEXT:].split(" ", 1)[-1]
            elif last and len(text) > _CONTEXT:
                text = text[:_CONTEXT].rsplit(" ", 1)[0] + " …"
            elif len(text) > 2 * _CONTEXT:
                text = f"{text[:_CONTEXT].rsplit(' ', 1)[0]} … {text[-_CONTEXT:].split(' ', 1)[-1]}"
        shown.append(Span(span.op, text))
    return shown


def _one_line(text: str, *, strip: bool = True) -> str:
    if strip:
        return " ".join(plain_text(text).split())
    inner = " ".join(text.split())
    return (" " if text[:1].isspace() else "") + inner + (" " if inner and text[-1:].isspace() else "")


def _filled(spans: Iterable[Span], view: View, indent: int) -> Iterator[str]:
    """Lines of the view's width; marks go on over the ends of lines."""
    line, used = " " * indent, indent
    for op, piece in _words(spans, view):
        word = piece
        if used + len(piece.rstrip()) > view.width and used > indent:
            yield line.rstrip()
            line, used = " " * indent, indent
            word = piece.lstrip()
        line += word if op == "equal" else view.paint(op, word)
        used += len(word)
    if line.strip():
        yield line.rstrip()


def _words(spans: Iterable[Span], view: View) -> Iterator[tuple[str, str]]:
    brackets = {"equal": ("", ""), "delete": ("[-", "-]"), "insert": ("{+", "+}")}
    for span in spans:
        opening, closing = ("", "") if view.colour else brackets[span.op]
        text = f"{opening}{span.text}{closing}"
        pieces = text.split(" ")
        for n, piece in enumerate(pieces):
            whole = piece if n == len(pieces) - 1 else f"{piece} "
            if whole:
                yield span.op, whole
