"""A comparison in words and rows: what a page of differences shows, whatever its filters. No request here."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jalon.programmes.definition.diff.changes import (
    AroundChange,
    ChapterChange,
    Diff,
    Pair,
    Place,
    ProofChange,
    Regrouping,
    RequirementChange,
    ScenarioChange,
    ScenarioMove,
)
from jalon.programmes.definition.diff.words import Span, marks
from jalon.programmes.definition.rich_text import plain_text
from jalon.programmes.definition.schema import Requirement
from jalon.web.agency.programmes.marked import FIELDS, FieldRow, field_row, one_side, spans_of, whole_row
from jalon.web.answers import said

ONE: Mapping[str, str | Promise] = {  # of one requirement; the other sections name no requirement
    "added": gettext_lazy("Ajoutée"),
    "removed": gettext_lazy("Retirée"),
    "changed": gettext_lazy("Modifiée"),
    "renumbered": gettext_lazy("Renumérotée"),
    "moved": gettext_lazy("Déplacée"),
    "split": gettext_lazy("Scindée"),
    "merged": gettext_lazy("Fusionnées"),
    "scenarios_moved": gettext_lazy("Scénario déplacé"),
    "chapters": gettext_lazy("Chapitre"),
    "around": gettext_lazy("Autour de la liste"),
}
SECTIONS: Mapping[str, tuple[str | Promise, str, str]] = {
    # section: (words, icon, tone)
    "added": (gettext_lazy("Ajoutées"), "add-line", "ok"),
    "removed": (gettext_lazy("Retirées"), "subtract-line", "no"),
    "changed": (gettext_lazy("Modifiées"), "edit-2-line", "req"),
    "renumbered": (gettext_lazy("Renumérotées"), "price-tag-3-line", "info"),
    "moved": (gettext_lazy("Déplacées"), "arrow-right-line", "info"),
    "split": (gettext_lazy("Scindées"), "git-commit-line", "req"),
    "merged": (gettext_lazy("Fusionnées"), "links-line", "req"),
    "scenarios_moved": (gettext_lazy("Scénarios passés à une autre exigence"), "arrow-right-line", "req"),
    "chapters": (gettext_lazy("Chapitres"), "folder-2-line", "info"),
    "around": (gettext_lazy("Autour de la liste"), "settings-3-line", "info"),
}
AROUND: Mapping[str, str | Promise] = {
    "title": gettext_lazy("Titre de la démarche"),
    "track": gettext_lazy("Parcours"),
    "language": gettext_lazy("Langue des courriels"),
    "award": gettext_lazy("Mots de la décision finale"),
    "max_items_per_slot": gettext_lazy("Nombre de pièces par preuve"),
    "corridor": gettext_lazy("Couloir"),
    "summary": gettext_lazy("Résumé"),
    "open": gettext_lazy("Ouverture aux candidatures"),
    "presentation": gettext_lazy("Présentation"),
    "charter": gettext_lazy("Charte"),
    "profiles": gettext_lazy("Profils"),
    "perimeters": gettext_lazy("Périmètres"),
    "claims": gettext_lazy("Déclarations à confirmer"),
    "one_of": gettext_lazy("Choix entre plusieurs possibilités"),
    "steps": gettext_lazy("Étapes et formulaires"),
    "kinds": gettext_lazy("Types de preuve"),
    "groups": gettext_lazy("Groupes de chapitres"),
    "prerequisites": gettext_lazy("Prérequis"),
    "return_reasons": gettext_lazy("Motifs de renvoi"),
    "gates": gettext_lazy("Dates"),
    "convention": gettext_lazy("Convention"),
    "files": gettext_lazy("Fichiers à télécharger"),
}
WHAT: Mapping[str, str | Promise] = {
    "added": gettext_lazy("ajouté"),
    "removed": gettext_lazy("retiré"),
    "changed": gettext_lazy("modifié"),
    "moved": gettext_lazy("déplacé"),
}


@dataclass(frozen=True)
class ChangeRow:
    """One difference as it is listed. `search`: what the search field looks into."""

    section: str
    code: str
    title: str
    detail: str
    was: str = ""
    fields: tuple[FieldRow, ...] = ()
    notes: tuple[str, ...] = ()
    proposed: bool = False
    key: str = ""  # of a requirement in the newer list

    @property
    def section_words(self) -> str:
        return str(SECTIONS[self.section][0])

    @property
    def word(self) -> str:
        """What happened to this one."""
        return str(ONE[self.section])

    @property
    def icon(self) -> str:
        return SECTIONS[self.section][1]

    @property
    def tone(self) -> str:
        return SECTIONS[self.section][2]

    @property
    def search(self) -> str:
        texts = " ".join(span.text for f in self.fields for span in (*f.old, *f.new))
        return f"{self.code} {self.was} {self.title} {self.detail} {texts}"


def change_rows(diff: Diff, section: str) -> list[ChangeRow]:
    """The rows of one section."""
    return list(_Rows(diff).of(section))


class _Rows:
    def __init__(self, diff: Diff) -> None:
        self.diff = diff
        self.names = _Names(diff)

    def of(self, section: str) -> Iterator[ChangeRow]:
        yield from {
            "added": lambda: (self.place("added", p) for p in self.diff.added),
            "removed": lambda: (self.place("removed", p) for p in self.diff.removed),
            "changed": lambda: (self.changed(c) for c in self.diff.changed),
            "renumbered": lambda: (self.renumbered(p) for p in self.diff.renumbered),
            "moved": lambda: (self.moved(m.pair, m.what) for m in self.diff.moved),
            "split": lambda: (self.group(g) for g in self.diff.split),
            "merged": lambda: (self.group(g) for g in self.diff.merged),
            "scenarios_moved": lambda: (self.scenario_moved(m) for m in self.diff.scenarios_moved),
            "chapters": lambda: (self.chapter(c) for c in self.diff.chapters),
            "around": lambda: (self.around(c) for c in self.diff.around),
        }[section]()

    def place(self, section: str, place: Place) -> ChangeRow:
        proofs = sum(len(s.proofs) for s in place.requirement.scenarios)
        count = ngettext("%(n)d preuve attendue", "%(n)d preuves attendues", proofs) % {"n": proofs}
        return ChangeRow(
            section, place.code, said(place.requirement.title), f"{said(place.chapter.title)} · {count}",
            fields=tuple(_whole_texts(place.requirement, added=section == "added")),
            key=place.key if section == "added" else "",
        )  # fmt: skip

    def changed(self, change: RequirementChange) -> ChangeRow:
        pair = change.pair
        return ChangeRow(
            "changed", pair.new.code, said(pair.new.requirement.title), said(pair.new.chapter.title),
            was=_was(pair), fields=tuple(self.fields_of(change)), proposed=pair.proposed, key=pair.new.key,
        )  # fmt: skip

    def fields_of(self, change: RequirementChange) -> Iterator[FieldRow]:
        yield from (field_row(f, names=self.names.by_key) for f in change.fields)
        for scenario in change.scenarios:
            yield from self.scenario(scenario)

    def scenario(self, change: ScenarioChange) -> Iterator[FieldRow]:
        about = _("Scénario %(code)s") % {"code": change.part.code or "–"}
        yield from self.part(about, change)
        for proof in change.proofs:
            yield from self.part(_("Preuve %(code)s") % {"code": proof.part.code or "–"}, proof)

    def part(self, about: str, change: ScenarioChange | ProofChange) -> Iterator[FieldRow]:
        notes = () if change.what == "changed" else (str(WHAT[change.what]),)
        if change.what in ("added", "removed"):
            yield whole_row(
                FIELDS["text"], about, change.part.text.fr, added=change.what == "added", notes=notes
            )
            return
        if notes and not change.fields:
            text = (Span("equal", plain_text(change.part.text.fr)),)
            yield FieldRow(str(FIELDS["text"]), about, text, text, notes)
        for f in change.fields:
            row = field_row(f, about, self.names.by_key)
            yield FieldRow(row.label, about, row.old, row.new, (*row.notes, *notes), row.language)

    def renumbered(self, pair: Pair) -> ChangeRow:
        found = {"text": _("reconnue à son texte"), "was": _("reconnue à son ancien numéro")}
        return ChangeRow(
            "renumbered", pair.new.code, said(pair.new.requirement.title), found.get(pair.found_by, ""),
            was=pair.old.code, proposed=pair.proposed, key=pair.new.key,
        )  # fmt: skip

    def moved(self, pair: Pair, what: str) -> ChangeRow:
        old, new = pair.old, pair.new
        if what == "chapter":
            detail = _("De « %(old)s » à « %(new)s »") % {
                "old": said(old.chapter.title), "new": said(new.chapter.title),
            }  # fmt: skip
        else:
            ranks = (old.rank, new.rank)
            if old.rank == new.rank:
                ranks = (old.requirement.position, new.requirement.position)
            detail = _("%(chapter)s : du rang %(old)s au rang %(new)s") % {
                "chapter": said(new.chapter.title), "old": ranks[0], "new": ranks[1],
            }  # fmt: skip
        return ChangeRow("moved", new.code, said(new.requirement.title), detail, was=_was(pair), key=new.key)

    def group(self, group: Regrouping) -> ChangeRow:
        old, new = (", ".join(p.code for p in side) for side in (group.old, group.new))
        notes = [
            _("Scénario %(code)s : de %(old)s à %(new)s")
            % {"code": m.change.part.code or "–", "old": m.old.code, "new": m.new.code}
            for m in group.scenarios
        ]
        fields = [] if group.statement.layout_only else [field_row(group.statement)]
        if group.kept:
            fields += [
                f for f in self.fields_of(group.kept) if f.about or f.label != str(FIELDS["statement"])
            ]
        title = ", ".join(dict.fromkeys(said(p.requirement.title) for p in group.new))
        return ChangeRow(group.what, new, title, "", was=old, fields=tuple(fields), notes=tuple(notes))

    def scenario_moved(self, move: ScenarioMove) -> ChangeRow:
        detail = _("De %(old)s à %(new)s") % {"old": move.old.code, "new": move.new.code}
        code = move.change.part.code or "–"
        return ChangeRow(
            "scenarios_moved", code, said(move.new.requirement.title), detail,
            fields=tuple(self.scenario(move.change)), key=move.new.key,
        )  # fmt: skip

    def chapter(self, change: ChapterChange) -> ChangeRow:
        chapter = change.new or change.old
        fields = tuple(field_row(f, names=self.names.by_key) for f in change.fields)
        title = said(chapter.title) if chapter else ""
        return ChangeRow("chapters", "", title, str(WHAT[change.what]), fields=fields)

    def around(self, change: AroundChange) -> ChangeRow:
        old, new = (_shown(value) for value in (change.old, change.new))
        whole_texts = isinstance(change.old, str | None) and isinstance(change.new, str | None)
        if change.what == "moved":
            fields: tuple[FieldRow, ...] = ()
        elif whole_texts and old and new:
            spans = marks(plain_text(old), plain_text(new))
            fields = (FieldRow("", "", one_side(spans, "insert"), one_side(spans, "delete")),)
        else:
            fields = (FieldRow("", "", spans_of("delete", old), spans_of("insert", new)),)
        what = str(WHAT[change.what])
        if change.what == "moved":
            what = _("du rang %(old)s au rang %(new)s") % {"old": change.old, "new": change.new}
        part = AROUND.get(change.part, change.part)
        return ChangeRow("around", "", str(part), what, was=" › ".join(change.path[1:]), fields=fields)


class _Names:
    """Keys of profiles, perimeters, kinds, groups and choices as people name them, of both sides."""

    def __init__(self, diff: Diff) -> None:
        self.by_key: dict[str, str] = {}
        for side in (diff.old, diff.new):
            self.by_key |= {p.key: said(p.label) for p in side.profiles}
            self.by_key |= {p.key: said(p.label) for p in side.perimeters}
            self.by_key |= {k.key: said(k.label) for k in side.kinds}
            for group in side.groups:
                self.by_key[group.key] = said(group.title)
            for choice in side.one_of:
                self.by_key[choice.key] = said(choice.label)
                self.by_key |= {option.key: said(option.label) for option in choice.options}


def _was(pair: Pair) -> str:
    return pair.old.code if pair.old.code != pair.new.code else ""


def _whole_texts(requirement: Requirement, *, added: bool) -> Iterator[FieldRow]:
    yield whole_row(FIELDS["statement"], "", requirement.statement.fr, added=added)
    for scenario in requirement.scenarios:
        yield whole_row(
            FIELDS["text"],
            _("Scénario %(code)s") % {"code": scenario.code or "–"},
            scenario.text.fr,
            added=added,
        )
        for proof in scenario.proofs:
            yield whole_row(
                FIELDS["text"], _("Preuve %(code)s") % {"code": proof.code or "–"}, proof.text.fr, added=added
            )


def _shown(value: object) -> str:
    """Values of the definition as people read them: texts as they are, the rest one line a value."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, dict):
        return "\n".join(
            f"{name}{_(' : ')}{_shown(one)}"
            for name, one in value.items()
            if one not in (None, "", [], {}, False)
        )
    if isinstance(value, list):
        return "\n".join(_shown(one) for one in value)
    return json.dumps(value, ensure_ascii=False)
