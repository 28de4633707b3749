"""Every format that a programme may ask for has its viewer."""

import pytest

from jalon.documents.rules import FORMATS, known_formats
from jalon.web.viewers import VIEWERS
from jalon.web.viewers.kinds import NONE, viewer_for
from tests.scenarios.small import shipped

EXPECTED = {
    "pdf": "pdf", "png": "image", "jpg": "image", "webp": "image", "mp4": "video", "mov": "video", "webm": "video",
    "mkv": "video", "zip": "archive", "xlsx": "workbook", "docx": "office", "pptx": "office", "odt": "office",
    "ods": "workbook", "odp": "office", "csv": "table", "txt": "text", "log": "text", "conf": "text", "ini": "text",
    "yaml": "text", "hl7": "hl7", "pem": "certificate", "crt": "certificate", "cer": "certificate",
    "der": "certificate", "eml": "mail", "xml": "xml", "json": "json",
}  # fmt: skip


def test_every_format_that_jalon_knows_has_its_viewer():
    assert {e: viewer_for(known.media_type, f"a.{e}") for e, known in FORMATS.items()} == EXPECTED


def test_every_kind_of_proof_of_the_shipped_programmes_opens_in_the_page():
    unseen = [
        (loaded.definition.code, kind.key, known.extension)
        for loaded in shipped().programmes
        for kind in loaded.definition.kinds
        for known in known_formats(kind.formats)
        if viewer_for(known.media_type, f"a.{known.extension}") not in VIEWERS
    ]
    assert unseen == []


@pytest.mark.parametrize(
    ("media_type", "name", "viewer"),
    [
        ("text/plain", "message.EML", "mail"),
        ("text/plain", "sans extension", "text"),
        ("text/html", "page.html", "text"),
        ("image/svg+xml", "dessin.svg", "text"),
        ("application/octet-stream", "a.log", NONE),
        ("application/x-dosexec", "a.mp4", NONE),
    ],
)
def test_what_a_file_is_counts_before_what_it_is_called(media_type, name, viewer):
    assert viewer_for(media_type, name) == viewer
