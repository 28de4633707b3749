"""Files handed in at once: for which slot each is by its name, and what stands in the way. Nothing is written."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.models import Application, Part
from jalon.applications.queries import definition_for, parts_of
from jalon.applications.queries.dates import chapters_due
from jalon.applications.states import PartKind
from jalon.core import clock
from jalon.documents import inspection, storage
from jalon.documents.rules import extension_of
from jalon.evidence.models import Proof, ProofItem, Slot
from jalon.evidence.queries import applicable, why_closed, why_no_proofs
from jalon.evidence.rules import file_formats, kind_for_file, kinds_of, proof_code
from jalon.programmes.definition.naming import Codes, Named, codes_of
from jalon.programmes.definition.schema import Chapter, Definition, ExpectedProof, ProofKind, Requirement
from jalon.programmes.models import Revision
from jalon.programmes.queries import definition_of
from jalon.uploads.models import Upload
from jalon.uploads.rules import LARGEST_ARCHIVE
from jalon.uploads.states import UploadRole, UploadState

MB = 1024 * 1024


@dataclass(frozen=True)
class Target:
    """An expected proof to which a file may go, as it stands now. `closed`: why nothing can be given there, or "".

    `asked`: it is asked of this application, so that what is closed may open.
    """

    code: str
    chapter: Chapter
    requirement: Requirement
    expected: ExpectedProof
    kinds: tuple[ProofKind, ...]
    asked: bool
    closed: str
    room: int
    proof_n: int = 0  # of the proof that stands there; 0: none
    pieces: int = 0
    digests: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return self.expected.key

    def refusal(self, name: str, size: int) -> str:
        """Why a file of that name and size cannot be given there, or ""."""
        return self.closed or self.refusal_by_kind(name, size)

    def refusal_by_kind(self, name: str, size: int) -> str:
        """The same of one that would be open."""
        if not file_formats(self.kinds):
            return _("Cette preuve ne se donne pas par un fichier.")
        return refusal_among(self.kinds, name, size)

    def may_take_later(self, name: str, size: int) -> bool:
        return self.asked and not self.refusal_by_kind(name, size)


def refusal_among(kinds: Sequence[ProofKind], name: str, size: int) -> str:
    """Why none of these kinds takes a file of that name and size, or ""."""
    if refusal := inspection.name_refusal(name, file_formats(kinds)):
        return refusal
    kind = kind_for_file(kinds, name)
    return inspection.size_refusal(name, size, kind.max_mb * MB if kind else 0)


class Targets:
    """Every expected proof of the programme, and the codes that lead to them. As many queries for one as for all."""

    def __init__(self, application: Application) -> None:
        self.definition = definition_for(application)
        self.codes = _codes(application.revision.sha256, application.revision_id)
        self.by_key = _targets(application, self.definition)

    def named_in(self, path: str) -> Named:
        return self.codes.named_in(path)

    def meant_by(self, upload: Upload) -> Named:
        """For which slot it was sent, as long as that is asked; else what its name says."""
        target = self.by_key.get(upload.item_key)
        if target and target.asked:
            return Named((target.code,), (target.key,), sure=True)
        return self.named_in(upload.path or upload.name)

    def of(self, named: Named) -> list[Target]:
        return [self.by_key[key] for key in named.keys]

    def role_of(self, path: str, name: str) -> UploadRole:
        """An archive is opened, unless it is itself the proof that its name says."""
        if extension_of(name) != "zip":
            return UploadRole.MANY
        is_proof = any("zip" in file_formats(target.kinds) for target in self.of(self.named_in(path)))
        return UploadRole.MANY if is_proof else UploadRole.ARCHIVE

    def refusal(self, path: str, name: str, size: int, role: UploadRole) -> str:
        """What can be said against a file before any of its bytes."""
        if role == UploadRole.ARCHIVE:
            return inspection.size_refusal(name, size, LARGEST_ARCHIVE)
        targets = self.of(self.named_in(path))
        if not targets:
            return refusal_anywhere(self.definition, name, size)
        refusals = [target.refusal(name, size) for target in targets]
        return "" if not all(refusals) else refusals[0]


def refusal_anywhere(definition: Definition, name: str, size: int) -> str:
    """Why no slot of the programme would take it, or ""."""
    kinds = [kind for kind in definition.kinds if kind.form == "file"]
    taking = [kind for kind in kinds if not inspection.name_refusal(name, kind.formats)]
    return refusal_among(sorted(taking, key=lambda kind: -kind.max_mb) or kinds, name, size)


@lru_cache(maxsize=16)
def _codes(sha256: str, revision_id: int) -> Codes:
    return codes_of(definition_of(Revision.objects.get(pk=revision_id, sha256=sha256)))


def _targets(application: Application, definition: Definition) -> dict[str, Target]:
    parts, now, shut = parts_of(application, PartKind.CHAPTER), clock.now(), why_no_proofs(application)
    due = chapters_due(application, list(parts.values()), now)
    slots = {slot.item_key: slot for slot in Slot.objects.filter(application=application)}
    current = Proof.objects.filter(slot__application=application, superseded_at=None)
    proofs = {proof.slot_id: proof for proof in current}
    pieces: dict[int, list[ProofItem]] = {}
    rows = ProofItem.objects.filter(
        proof__slot__application=application, proof__superseded_at=None, backs=False
    )
    for item in rows.select_related("document__content"):
        pieces.setdefault(item.proof_id, []).append(item)
    asked = {
        proof.proof.key: proof.verdict.applies
        for result in applicable(application).requirements
        for proof in result.proofs
    }
    found = {}
    for chapter in definition.chapters:
        for requirement in chapter.requirements:
            for scenario in requirement.scenarios:
                for expected in scenario.proofs:
                    slot = slots.get(expected.key)
                    proof = proofs.get(slot.pk) if slot else None
                    given = pieces.get(proof.pk, []) if proof else []
                    part = parts.get(f"chapter:{chapter.key}")
                    applies = asked.get(expected.key, False) and part is not None
                    found[expected.key] = Target(
                        proof_code(requirement, scenario, expected),
                        chapter,
                        requirement,
                        expected,
                        tuple(kinds_of(definition, expected)),
                        applies,
                        _closed(part if applies else None, slot, due, now, shut),
                        definition.max_items_per_slot - len(given),
                        proof.n if proof else 0,
                        len(given),
                        _standing(proof, given),
                    )
    return found


def _standing(proof: Proof | None, given: Iterable[ProofItem]) -> frozenset[str]:
    """The files that it would change nothing to give again: under a reason, that takes the request back."""
    if proof is None or proof.na_reason:
        return frozenset()
    return frozenset(item.document.sha256 for item in given if item.document)


def _closed(
    part: Part | None, slot: Slot | None, due: Mapping[str, datetime | None], now: datetime, shut: str
) -> str:
    """`part`: None where the proof is not asked. `shut`: what closes every slot."""
    if part is None:
        return _("Cette preuve n’est pas demandée à votre candidature.")
    return shut or why_closed(part, slot, due=due[part.key], at=now)


class Fate(StrEnum):
    """What becomes of one of many files."""

    ASKED = "asked"  # several slots fit
    UNKNOWN = "unknown"  # its name says no code
    REFUSED = "refused"
    WAITING = "waiting"  # good, and its slot is closed or full
    MATCHED = "matched"
    SAME = "same"  # the slot has it already
    COMING = "coming"
    CHECKING = "checking"
    PLACING = "placing"
    DONE = "done"


@dataclass(frozen=True)
class Line:
    """One file. `target`: where it goes; `options`: where it may go, one of them; `why`: what stands in the way."""

    upload: Upload
    fate: Fate
    target: Target | None = None
    options: tuple[Target, ...] = ()
    why: str = ""
    codes: tuple[str, ...] = ()
    received: int = 0

    @property
    def folder(self) -> str:
        return self.upload.path.rpartition("/")[0]


@dataclass(frozen=True)
class Filling:
    """One slot with the files that go into it."""

    target: Target
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Filled:
    """One chapter with its slots that get something."""

    chapter: Chapter
    fillings: tuple[Filling, ...]

    @property
    def files(self) -> int:
        return sum(len(filling.lines) for filling in self.fillings)


@dataclass(frozen=True)
class Plan:
    """What becomes of all the files of one person. Only what is `matched`, or picked, is placed."""

    lines: tuple[Line, ...] = ()
    targets: Mapping[str, Target] = field(default_factory=dict)
    codes: Codes = field(default_factory=Codes)

    def of(self, *fates: Fate) -> list[Line]:
        return [line for line in self.lines if line.fate in fates]

    @cached_property
    def matched(self) -> list[Filled]:
        return self._by_chapter(self.of(Fate.MATCHED))

    @cached_property
    def done(self) -> list[Filled]:
        return self._by_chapter(self.of(Fate.DONE))

    @property
    def count(self) -> Mapping[str, int]:
        """How many files, by fate."""
        counted = Counter(line.fate.value for line in self.lines)
        return {fate.value: counted.get(fate.value, 0) for fate in Fate}

    def meant(self, text: str, upload: Upload) -> tuple[str, str]:
        """The key of the slot that a person typed the code of, or why the file cannot go there."""
        keys = self.codes.named_in(text).keys
        if not keys:
            return "", _("aucune preuve n’a le code « %(code)s ».") % {"code": text[:80]}
        refusals = {key: self.targets[key].refusal(upload.name, upload.size) for key in keys}
        fitting = [key for key in keys if not refusals[key]]
        if not fitting:
            return "", refusals[keys[0]]
        if len(fitting) > 1:
            return "", _("plusieurs preuves ont le code « %(code)s » : donnez-le en entier.") % {
                "code": text[:80]
            }
        return fitting[0], ""

    @property
    def busy(self) -> bool:
        """Something goes on without the person."""
        return bool(self.of(Fate.CHECKING, Fate.PLACING))

    def _by_chapter(self, lines: Iterable[Line]) -> list[Filled]:
        by_slot: dict[str, list[Line]] = {}
        for line in lines:
            if line.target is not None:
                by_slot.setdefault(line.target.key, []).append(line)
        by_chapter: dict[str, list[Filling]] = {}
        for key, target in self.targets.items():  # in the order of the programme
            if key in by_slot:
                by_chapter.setdefault(target.chapter.key, []).append(Filling(target, tuple(by_slot[key])))
        return [Filled(found[0].target.chapter, tuple(found)) for found in by_chapter.values()]


def files_of(actor: Standing, application: Application) -> list[Upload]:
    """What this person hands in at once for this application, in the order of the names. One query."""
    rows = Upload.objects.filter(application=application, user=actor.person_id).exclude(role=UploadRole.SLOT)
    opened = rows.exclude(role=UploadRole.ARCHIVE, state=UploadState.DONE)
    return sorted(opened, key=lambda row: (row.path.casefold(), row.pk))


def waiting_for_a_place(actor: Standing, application: Application) -> int:
    """How many files of this person are here, and go into a slot once that is open or the person says so.

    One query where there is none.
    """
    held = Upload.objects.filter(application=application, user=actor.person_id, state=UploadState.HELD)
    return len(plan_for(actor, application).of(*_LEFT)) if held.exists() else 0


def plan_for(actor: Standing, application: Application) -> Plan:
    """Queries: the files, and those of `Targets`; as many for one file as for three hundred."""
    files = files_of(actor, application)
    if not files:
        return Plan()
    targets, parts = Targets(application), storage.parts()
    coming = Counter[str]()
    lines = []
    for upload in files:
        line = _line(targets, upload, coming)
        if line.fate == Fate.COMING:
            line = Line(upload, Fate.COMING, received=parts.seen(upload.token))
        lines.append(line)
    return Plan(tuple(lines), targets.by_key, targets.codes)


_GOING_ON = {
    UploadState.RECEIVING: Fate.COMING,
    UploadState.CHECKING: Fate.CHECKING,
    UploadState.PLACING: Fate.PLACING,
    UploadState.DONE: Fate.DONE,
}


# What waits for its slot, or for a word.
_LEFT = (Fate.ASKED, Fate.UNKNOWN, Fate.WAITING, Fate.MATCHED)


def _line(targets: Targets, upload: Upload, coming: "Counter[str]") -> Line:
    if upload.state in _GOING_ON:
        return Line(upload, _GOING_ON[UploadState(upload.state)], targets.by_key.get(upload.item_key))
    named = targets.meant_by(upload)
    found = targets.of(named)
    only = found[0] if len(found) == 1 else None
    if upload.state == UploadState.REFUSED:
        return Line(upload, Fate.REFUSED, only, why=_why_refused(targets, upload), codes=named.codes)
    if not found:
        return Line(upload, Fate.UNKNOWN, why=upload.message)
    return _named_line(upload, named, found, coming)


def _why_refused(targets: Targets, upload: Upload) -> str:
    """What the check of it said; or, where none of its bytes were wanted, what speaks against it now."""
    return (
        upload.message
        or targets.refusal(upload.path, upload.name, upload.size, UploadRole(upload.role))
        or _("Cette preuve prend à nouveau des pièces : envoyez ce fichier encore une fois.")
    )


def _named_line(upload: Upload, named: Named, found: Sequence[Target], coming: "Counter[str]") -> Line:
    only = found[0] if len(found) == 1 else None
    if only is not None and upload.sha256 in only.digests:
        return Line(upload, Fate.SAME, only, codes=named.codes)
    refusals = [target.refusal(upload.name, upload.size) or _full(target, coming) for target in found]
    if all(refusals):
        later = (n for n, target in enumerate(found) if target.may_take_later(upload.name, upload.size))
        if (n := next(later, None)) is not None:
            return Line(upload, Fate.WAITING, found[n], why=refusals[n], codes=named.codes)
        return Line(upload, Fate.REFUSED, only, why=refusals[0], codes=named.codes)
    if named.sure and only is not None and not upload.message:
        coming[only.key] += 1
        return Line(upload, Fate.MATCHED, only, codes=named.codes)
    options = tuple(target for target, refusal in zip(found, refusals, strict=True) if not refusal)
    return Line(upload, Fate.ASKED, None, options, upload.message, named.codes)


def _full(target: Target, coming: "Counter[str]") -> str:
    if coming[target.key] < target.room:
        return ""
    return _("%(max)s pièces au plus : retirez-en une d’abord.") % {"max": target.room + target.pieces}
