"""The comparison of two requirement lists, beside a bare difflib pass over the same texts."""

import os
import random
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

from bench.figures import Figure, seconds
from jalon.programmes.definition import matching
from jalon.programmes.definition.diff import words
from jalon.programmes.definition.diff.as_json import as_json
from jalon.programmes.definition.diff.compare import diff
from jalon.programmes.definition.diff.reading import read_workbook
from jalon.programmes.definition.matching import match
from jalon.programmes.definition.rich_text import plain_text
from jalon.programmes.definition.schema import Definition, Requirement, Text

REFERENCE = Path(os.environ.get("JALON_REFERENCE", Path(__file__).resolve().parents[1] / ".." / "shared"))
AT_MOST = 0.5  # seconds, for two lists of some 250 requirements


def run() -> Iterator[Figure]:
    first, second = (REFERENCE / "rem" / f"REM-RIS-Va2-{name}.xlsx" for name in "AB")
    if not second.is_file():
        print(f"diff: no workbooks in {REFERENCE / 'rem'}: set JALON_REFERENCE")
        return
    old = read_workbook(first)
    new = read_workbook(second, old)
    reworded = _reworded(new)
    yield _figure("diff: A → B", old, new, texts(old), texts(new))
    yield _figure("diff: B → every requirement renumbered", new, _renumbered(new), texts(new), texts(new))
    # Nobody changes every text: shown for what a page of marks costs, not judged.
    yield _figure(
        "diff: B → every text reworded, marks made", new, reworded, texts(new), texts(reworded), None
    )


def _figure(
    name: str,
    old: Definition,
    new: Definition,
    before: list[str],
    after: list[str],
    limit: float | None = AT_MOST,
) -> Figure:
    ours = seconds(lambda: _compared(old, new))
    bare = seconds(lambda: _bare(before, after), repeat=2)
    return Figure(name, ours, "s", bare, "difflib over the same texts", limit)


def _compared(old: Definition, new: Definition) -> None:
    """From two definitions to what `--json` prints, each time as if it were the first."""
    for cached in (matching.normative, matching._features, words.marks):  # noqa: SLF001
        cached.cache_clear()
    as_json(diff(old, new, match(old, new)))


def texts(definition: Definition) -> list[str]:
    return [
        plain_text(part)
        for chapter in definition.chapters
        for requirement in chapter.requirements
        for part in (
            requirement.statement.fr,
            *(s.text.fr for s in requirement.scenarios),
            *(p.text.fr for s in requirement.scenarios for p in s.proofs),
        )
    ]


def _bare(before: list[str], after: list[str]) -> None:
    for one, other in zip(before, after, strict=False):
        SequenceMatcher(None, one.split(), other.split(), autojunk=False).get_opcodes()


def _each(definition: Definition, change: Callable[[Requirement], Requirement]) -> Definition:
    chapters = tuple(
        chapter.model_copy(update={"requirements": tuple(change(r) for r in chapter.requirements)})
        for chapter in definition.chapters
    )
    return definition.model_copy(update={"chapters": chapters})


def _reworded(definition: Definition) -> Definition:
    """One word in five is another, in statements and scenarios."""
    chance = random.Random(1)

    def reworded(text: Text) -> Text:
        return Text(fr=" ".join("autre" if chance.random() < 0.2 else word for word in text.fr.split(" ")))

    def change(requirement: Requirement) -> Requirement:
        scenarios = tuple(s.model_copy(update={"text": reworded(s.text)}) for s in requirement.scenarios)
        return requirement.model_copy(
            update={"statement": reworded(requirement.statement), "scenarios": scenarios}
        )

    return _each(definition, change)


def _renumbered(definition: Definition) -> Definition:
    """Every requirement under another code and key, so that only its text tells what it was."""
    return _each(
        definition, lambda r: r.model_copy(update={"key": f"new-{r.key}", "code": f"ZZ.{r.code[::-1]}"})
    )
