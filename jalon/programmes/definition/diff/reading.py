"""The two sides of a comparison, from disk: a definition folder or a requirement workbook."""

from pathlib import Path

from jalon.programmes.definition.commands import TEMPLATE, compose
from jalon.programmes.definition.diff.changes import Diff
from jalon.programmes.definition.diff.compare import diff
from jalon.programmes.definition.folder import load_folder
from jalon.programmes.definition.matching import match
from jalon.programmes.definition.schema import Definition
from jalon.programmes.definition.workbook import import_workbook


def diff_paths(old: Path, new: Path) -> Diff:
    """Compare what stands at two paths. Raises DefinitionError when one of them cannot be read.

    A workbook holds the list alone: what stands around it is taken from the other side, or from the template.
    """
    folders = {path: load_folder(path) for path in (old, new) if path.is_dir()}
    base = folders.get(old) or folders.get(new) or load_folder(TEMPLATE)
    before, after = (folders.get(path) or read_workbook(path, base) for path in (old, new))
    return diff(before, after, match(before, after, by_key=not (folders.keys() ^ {old, new})))


def read_workbook(path: Path, base: Definition) -> Definition:
    """The list of a workbook inside everything else of `base`."""
    result = import_workbook(
        path,
        kinds=base.kinds,
        profile_keys={p.workbook: p.key for p in base.profiles if p.workbook},
        perimeter_keys={p.workbook: p.key for p in base.perimeters if p.workbook},
    )
    return compose(result, base, code=base.code, track=base.track, title=base.title)
