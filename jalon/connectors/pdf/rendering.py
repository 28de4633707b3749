"""Typst templates and plain data in, PDF bytes out."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from jalon.core.canonical import canonical_json


class PdfNotMade(RuntimeError):
    """The template and the data do not make a conforming file: an error of ours, never of the reader's."""


def render(template: Path, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The file that `template` makes of `data`, dated `at`. Equal arguments make equal bytes.

    Data reaches the template as one JSON string (`sys.inputs.data`): what somebody typed is text there and
    is never read as markup. The template reads nothing outside its own folder, and only fonts that come with
    the compiler, so that the page is the same on every machine.
    """
    try:
        return typst.compile(
            str(template),
            root=str(template.parent),
            format="pdf",
            sys_inputs={"data": canonical_json(data)},
            pdf_standards=["a-3a", "ua-1"],
            ignore_system_fonts=True,
            timestamp=int(at.timestamp()),
        )
    except (typst.TypstError, RuntimeError) as error:
        raise PdfNotMade(f"{template.name}: {error}") from error
