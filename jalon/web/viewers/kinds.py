"""Which viewer shows a file: from what it is and what it is called, without looking into it."""

from collections.abc import Mapping
from typing import Final

NONE: Final = "none"  # nothing here shows it: it is downloaded

_BY_TYPE: Mapping[str, str] = {
    "application/pdf": "pdf",
    "application/zip": "archive",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/csv": "table",
    "message/rfc822": "mail",
    "application/hl7-v2": "hl7",
    "application/yaml": "text",
    "application/x-pem-file": "certificate",
    "application/pkix-cert": "certificate",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "workbook",
    "application/vnd.oasis.opendocument.spreadsheet": "workbook",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "office",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "office",
    "application/vnd.oasis.opendocument.text": "office",
    "application/vnd.oasis.opendocument.presentation": "office",
}
_BY_FAMILY: Mapping[str, str] = {"image": "image", "video": "video", "text": "text"}
# What people call by its ending whatever the type says: a mail kept as text.
_BY_ENDING: Mapping[str, str] = {".eml": "mail", ".hl7": "hl7", ".csv": "table"}
# Also readable as plain text, with line numbers and search.
TEXTUAL = frozenset({"text", "xml", "json", "table", "mail", "hl7"})
# A browser runs what some pictures hold: those are shown as the text that they are.
_NOT_PICTURES = frozenset({"image/svg+xml"})


def viewer_for(media_type: str, name: str) -> str:
    """The name of a viewer, and of its template and module; NONE for what only a download opens."""
    if media_type in _NOT_PICTURES:
        return "text"
    family = media_type.partition("/")[0]
    if media_type == "text/plain":
        ending = name[name.rfind(".") :].lower() if "." in name else ""
        return _BY_ENDING.get(ending, "text")
    return _BY_TYPE.get(media_type) or _BY_FAMILY.get(family, NONE)
