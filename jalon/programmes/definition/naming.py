"""Which expected proofs a file names: "INS_va1.01.01.01_capture.png" is for INS/va1.01.01.01. Pure.

Vendors write codes with / _ - . spaces, or nothing where a letter meets a digit; in capitals or not; in the name of the
file or of its folders. A number is never cut nor joined: 1.01 is neither 10.1 nor 1.010. The longest code that stands
there counts. A code that goes on with a number that no longer code explains is not trusted: it is asked about.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from jalon.core.text import fold
from jalon.programmes.definition.schema import Definition

_JOINING = frozenset("/\\_-. \t")
_TOGETHER, _JOINED, _APART = (
    0,
    1,
    2,
)  # what stands before a character: nothing, separators of codes, anything else
_LONGEST_NUMBER = 3  # of a part of a code; a year or a date after a code is no part of it
_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


@dataclass(frozen=True)
class Named:
    """What a name says. `keys`: the expected proofs that it may be for; `sure`: it is for that one, no question."""

    codes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    sure: bool = False


@dataclass(frozen=True)
class _Written:
    """Letters and digits alone, with what stands before each."""

    text: str
    before: tuple[int, ...]

    def turns(self, at: int) -> bool:
        """Whether a letter meets a digit there."""
        return self.text[at - 1].isdigit() != self.text[at].isdigit()


def _written(text: str) -> _Written:
    kept: list[str] = []
    before: list[int] = []
    gap = _TOGETHER
    for char in text:
        if char.isalnum():
            kept.append(char)
            before.append(gap)
            gap = _TOGETHER
        else:
            gap = max(gap, _JOINED if char in _JOINING else _APART)
    return _Written("".join(kept), tuple(before))


@dataclass(frozen=True)
class _Code:
    code: str
    written: _Written
    parts: tuple[str, ...]  # INS, va, 1, 01
    keys: tuple[str, ...]
    longer: bool  # another code goes on from this one

    def goes_on_in(self, other: "_Code") -> bool:
        return len(self.parts) < len(other.parts) and other.parts[: len(self.parts)] == self.parts


@dataclass(frozen=True)
class _Place:
    code: _Code
    start: int
    end: int
    sure: bool


@dataclass
class Codes:
    """The codes of a programme, each with the expected proofs that it may mean."""

    _owners: dict[str, list[str]] = field(default_factory=dict)
    _codes: list[_Code] = field(default_factory=list)

    @classmethod
    def of(cls, owned: Iterable[tuple[str, str]]) -> "Codes":
        """From (code, key of an expected proof), in the order of the programme."""
        owners: dict[str, dict[str, None]] = {}
        spelled: dict[str, str] = {}
        for code, key in owned:
            plain = fold(code)
            if any(char.isalnum() for char in plain):
                owners.setdefault(plain, {})[key] = None
                spelled.setdefault(plain, code)
        parts = {plain: _parts(_written(plain)) for plain in owners}
        beginnings = {whole[:n] for whole in parts.values() for n in range(1, len(whole))}
        return cls(
            _codes=[
                _Code(spelled[plain], _written(plain), parts[plain], tuple(keys), parts[plain] in beginnings)
                for plain, keys in owners.items()
            ]
        )

    def named_in(self, path: str) -> Named:
        """What the path of a file says, its own name before its folders."""
        folders, _slash, name = path.replace("\\", "/").rpartition("/")
        stem = _without_extension(name)
        inside = _written(fold_name(f"{folders}/{stem}"))
        own = len(inside.text) - len(_written(fold_name(stem)).text)
        found = _outermost([place for code in self._codes for place in _places(code, inside)])
        if not found:
            return Named()
        unsure = any(not place.sure for place in found)
        kept = [one for one in found if not any(one.code.goes_on_in(other.code) for other in found)]
        kept = [one for one in kept if one.end > own] or kept
        keys = tuple(dict.fromkeys(key for place in kept for key in place.code.keys))
        codes = tuple(dict.fromkeys(place.code.code for place in kept))
        return Named(codes, keys, len(keys) == 1 and not unsure)


def codes_of(definition: Definition) -> Codes:
    """A proof is named by its own code, or by that of its scenario or requirement."""
    return Codes.of(
        (code, proof.key)
        for chapter in definition.chapters
        for requirement in chapter.requirements
        for scenario in requirement.scenarios
        for proof in scenario.proofs
        for code in (proof.code, scenario.code, requirement.code)
    )


def is_litter(path: str) -> bool:
    """What systems and office programs leave in folders, and nobody means to hand in."""
    parts = [part.casefold() for part in path.replace("\\", "/").split("/") if part]
    return not parts or any(part in _LITTER or part.startswith((".", "~$")) for part in parts)


def fold_name(path: str) -> str:
    """`fold` for paths: the separators stay as they are."""
    return "/".join(fold(part) for part in path.split("/"))


def _without_extension(name: str) -> str:
    stem, dot, extension = name.rpartition(".")
    is_extension = dot and stem and extension.isalnum() and not extension.isdigit() and len(extension) <= 5
    return stem if is_extension else name


def _parts(written: _Written) -> tuple[str, ...]:
    cuts = [0]
    cuts += [at for at in range(1, len(written.text)) if written.before[at] or written.turns(at)]
    return tuple(written.text[a:b] for a, b in zip(cuts, [*cuts[1:], len(written.text)], strict=True))


def _places(code: _Code, inside: _Written) -> Iterable[_Place]:
    wanted = code.written
    start = inside.text.find(wanted.text)
    while start >= 0:
        end = start + len(wanted.text)
        if _begins(inside, start) and _ends(inside, end) and _same(wanted, inside, start):
            yield _Place(code, start, end, not (code.longer and _continues(inside, end)))
        start = inside.text.find(wanted.text, start + 1)


def _begins(inside: _Written, at: int) -> bool:
    if at == 0:
        return True
    if inside.text[at].isdigit():  # 1.2 does not begin within 2024.1.2, nor within v1.2
        return inside.before[at] == _APART or (inside.before[at] == _JOINED and inside.turns(at))
    return inside.before[at] != _TOGETHER or inside.turns(at)


def _ends(inside: _Written, at: int) -> bool:
    if at == len(inside.text) or inside.before[at] != _TOGETHER:
        return True
    return inside.turns(at) and inside.text[at - 1].isdigit()  # "01a" goes on after 01; "APCV2" is no APCV


def _same(code: _Written, inside: _Written, start: int) -> bool:
    """Letters may be joined or parted; a number is neither cut nor joined to the next."""
    for at in range(1, len(code.text)):
        gap = inside.before[start + at]
        if gap == _APART:
            return False
        if code.turns(at):
            continue
        if code.before[at] == _TOGETHER and gap:
            return False
        if code.before[at] and not gap and code.text[at].isdigit():
            return False
    return True


def _continues(inside: _Written, at: int) -> bool:
    """Whether a number follows that could be the next part of a code."""
    if at == len(inside.text) or inside.before[at] != _JOINED or not inside.text[at].isdigit():
        return False
    length = 1
    while (
        at + length < len(inside.text)
        and inside.text[at + length].isdigit()
        and not inside.before[at + length]
    ):
        length += 1
    return length <= _LONGEST_NUMBER


def _outermost(places: list[_Place]) -> list[_Place]:
    """Without what stands within a longer code: PSC.01 in INS/PSC.01."""

    def is_within(one: _Place, other: _Place) -> bool:
        inside = other.start <= one.start and one.end <= other.end
        return inside and other.end - other.start > one.end - one.start

    return [one for one in places if not any(is_within(one, other) for other in places)]
