"""The two sides of a comparison, from disk: a definition folder or a requirement workbook."""

from pathlib import Path

from jalon.programmes.definition.commands import TEMPLATE
from jalon.programmes.definition.diff.changes import Diff
from jalon.programmes.definition.diff.compare import diff
from jalon.programmes.definition.findings import DefinitionError, Finding
from jalon.programmes.definition.folder import load_folder
from jalon.programmes.definition.schema import Definition, Text
from jalon.programmes.definition.workbook.composing import read_definition


def diff_paths(old: Path, new: Path) -> Diff:
    """Compare what stands at two paths. Raises DefinitionError when one of them cannot be read.

    A workbook holds the list alone: all that it does not say is taken from the other side.
    """
    if new.is_dir():
        after = load_folder(new)
        return diff(load_folder(old) if old.is_dir() else read_workbook(old, after), after)
    before = load_folder(old) if old.is_dir() else read_workbook(old)
    return diff(before, read_workbook(new, before))


def read_workbook(path: Path, like: Definition | None = None) -> Definition:
    """The list of a workbook inside everything else of `like`, or of the template."""
    template = load_folder(TEMPLATE)
    title = like.title if like else Text(fr=path.stem)
    base = like or template
    definition, report = read_definition(
        path, template=template, like=like, code=base.code, track=base.track, title=title
    )
    if definition is None:
        raise DefinitionError(
            [Finding(one.code, (one.column,), str(path), one.row, one.params) for one in report.errors]
        )
    return _in_order_of(like, definition) if like else definition


def _in_order_of(old: Definition, new: Definition) -> Definition:
    """`new` with its profiles in the order of `old`: that of a workbook is which one it names first."""
    places = {profile.key: n for n, profile in enumerate(old.profiles)}
    ordered = sorted(new.profiles, key=lambda profile: places.get(profile.key, len(places)))
    return new.model_copy(update={"profiles": tuple(ordered)})
