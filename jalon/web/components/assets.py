"""Static files: the part of the theme's wheel that we serve, and hashed names in production.

DSFR comes unmodified from its wheel; of its 1,600 files only these are found. Its brand typeface is not among
them: the style sheet names it, nothing uses it (docs/design-system.md).
"""

from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from django.utils._os import safe_join
from whitenoise.storage import CompressedManifestStaticFilesStorage

DIST = "dsfr/dist"
COMPONENTS = ("link", "button", "form", "input", "select", "checkbox", "radio", "upload")
SERVED = (
    f"{DIST}/core/core.main.min.css",
    *(f"{DIST}/component/{name}/{name}.main.min.css" for name in COMPONENTS),
)


def theme_root() -> Path:
    spec = find_spec("dsfr")
    if spec is None or spec.origin is None:
        raise RuntimeError("django-dsfr is not installed: the theme has no style sheets.")
    return Path(spec.origin).parent / "static"


class ThemeFinder(BaseFinder):
    """Finds the files of SERVED inside the wheel, and nothing else of it."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        self.root = theme_root()
        self.storage = FileSystemStorage(location=self.root)

    def check(self, **_kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        found = safe_join(self.root, path) if path in SERVED else None
        if find_all or found is None:
            return [found] if found else []
        return found

    def list(self, _ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path in SERVED:
            yield path, self.storage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names and brotli once `collectstatic` ran; plain names before that (tests, first start)."""

    support_js_module_import_aggregation = True  # page.js imports its modules by their hashed names

    def url_converter(
        self, name: str, hashed_files: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Callable[..., str]:
        convert = super().url_converter(name, hashed_files, *args, **kwargs)
        if not name.startswith(f"{DIST}/"):
            return convert  # type: ignore[no-any-return]

        def lenient(match: Any) -> str:
            """The theme names icons and typefaces that we do not serve: their addresses stay as they are."""
            try:
                return convert(match)  # type: ignore[no-any-return]
            except ValueError:
                return str(match.groupdict()["matched"])

        return lenient

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name
