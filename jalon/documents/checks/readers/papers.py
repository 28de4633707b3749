"""PDF: is it whole and open, does it do anything by itself, what does it claim, who signed it?"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from jalon.documents.checks.readers.trouble import Read, Trouble, plain

TAIL = 2048  # bytes in which the end must stand
MORE = re.compile(rb"\b\d+\s+\d+\s+obj\b|\bendobj\b|\bendstream\b|xref\b|\btrailer\b")
PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|iframe|svg)\b", re.IGNORECASE)
MOST_NODES = 400_000
MOST_PACKED = 32 * 1024 * 1024
MOST_METADATA = 4 * 1024 * 1024
# What an action does to whoever opens the file (ISO 32000, 12.6.4); links and jumps are harmless where a person
# follows them, not where the file does so by itself.
ACTIVE = {
    "/JavaScript": "JavaScript", "/Launch": "Launch", "/ImportData": "ImportData", "/RichMediaExecute": "RichMedia",
}  # fmt: skip
BY_ITSELF = {
    "/SubmitForm": "SubmitForm", "/GoToR": "GoToR", "/GoToE": "GoToE", "/URI": "URI",
}  # fmt: skip
# Where an address stands: of a link, of what all links begin with, of what a file or form is fetched from or sent to.
ADDRESSES = frozenset({"/URI", "/Base", "/F", "/UF"})
NAMES = ("/UF", "/F", "/Unix", "/DOS", "/Mac")  # of a file carried along, one for each system
PROGRAMS = (
    ".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jar", ".msi", ".hta", ".lnk", ".sh",
    ".apk", ".docm", ".xlsm", ".pptm",
)  # fmt: skip


def pdf(path: Path, *, deep: bool) -> Read:
    _check_end(path)
    try:
        with pikepdf.open(path) as document:
            if len(document.pages) == 0:
                raise Trouble("readable", "damaged")
            if document.is_encrypted:  # no password to read, but one to do anything else with it
                raise Trouble("pdf_encrypted")
            _check_form(document)
            _check_names(document)
            _check_objects(document)
            if not deep:
                return {}
            facts: dict[str, Any] = {"pages": len(document.pages), "pdf_a": _claimed(document)}
            signed = _is_signed(document)
    except pikepdf.PasswordError:
        raise Trouble("pdf_encrypted") from None
    except pikepdf.PdfError:
        raise Trouble("readable", "damaged") from None
    if signed:
        from jalon.documents.checks.readers.signatures import signatures  # noqa: PLC0415  (slow to import)

        facts |= signatures(path)
    return {"pdf": facts}


def _check_end(path: Path) -> None:
    """Does the last revision come to its end? Else the end that is found is the one of a revision before.

    A few bytes may follow it, as senders of mail and pages leave them: not the beginning of more document, nor a page.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        _before, end, after = file.read().rpartition(b"%%EOF")
    if not end or MORE.search(after):
        raise Trouble("truncated")
    if PAGE.search(after):
        raise Trouble("polyglot", other="HTML")


def _check_form(document: pikepdf.Pdf) -> None:
    form = document.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        raise Trouble("pdf_active_content", what="XFA")


def _check_objects(document: pikepdf.Pdf) -> None:
    """Wherever they hang: on the document, a page, an annotation, or one that no reader would look at."""
    looked_into: set[tuple[int, int]] = set()
    for found in _dictionaries(document):
        _check_active(found)
        _check_carried(found, looked_into)


def _check_active(found: Any) -> None:
    action = found.get("/S")
    if isinstance(action, pikepdf.Name) and str(action) in ACTIVE:
        raise Trouble("pdf_active_content", what=ACTIVE[str(action)])
    # Scripts of actions, of 3D scenes, and in the place of an address.
    if (
        "/JS" in found
        or "/OnInstantiate" in found
        or any(_is_script(found[key]) for key in ADDRESSES & found.keys())
    ):
        raise Trouble("pdf_active_content", what="JavaScript")
    if found.get("/Subtype") in (pikepdf.Name.RichMedia, pikepdf.Name.Flash):
        raise Trouble("pdf_active_content", what="RichMedia")
    for begun in _begun_by_itself(found):
        if (name := str(begun.get("/S"))) in BY_ITSELF:
            raise Trouble("pdf_active_content", what=BY_ITSELF[name])


def _is_script(address: Any) -> bool:
    """As browsers take it: whatever its case, past spaces and control characters."""
    if not isinstance(address, pikepdf.String):
        return False
    scheme, colon, _rest = str(address).partition(":")
    return bool(colon) and "".join(c for c in scheme if c > " ").lower() == "javascript"


def _begun_by_itself(holder: Any) -> Iterator[Any]:
    """The actions that opening, closing or printing begins, and those that follow them."""
    events = holder.get("/AA")
    todo = [holder.get("/OpenAction"), *(events.values() if isinstance(events, pikepdf.Dictionary) else ())]
    for _one in range(100):
        if not todo:
            return
        action = todo.pop()
        if isinstance(action, pikepdf.Array):  # a place to open at, or several actions
            todo += action.as_list()
        elif isinstance(action, pikepdf.Dictionary):
            yield action
            todo.append(action.get("/Next"))


def _dictionaries(document: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file: each object, and what stands inside it without a number of its own."""
    left = MOST_NODES
    for top in document.objects:
        todo = [top]
        while todo:
            node = todo.pop()
            left -= 1
            if not left:
                raise Trouble("readable", "too_complex")
            if isinstance(node, pikepdf.Dictionary | pikepdf.Stream):
                yield node
                todo += [value for _key, value in node.items() if _holds(value)]
            elif isinstance(node, pikepdf.Array):
                left -= len(node)
                todo += [value for value in node.as_list() if _holds(value)] if left > 0 else []
                left = max(left, 1)


def _holds(value: Any) -> bool:
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


def _check_names(document: pikepdf.Pdf) -> None:
    """A PDF may carry files; not programs. Here those of its list, which names them once more."""
    for name in document.attachments:
        if str(name).lower().endswith(PROGRAMS):
            raise Trouble("pdf_attached_program", attached=plain(name, 100))


def _check_carried(found: Any, looked_into: set[tuple[int, int]]) -> None:
    """A file that comes along, listed or behind an annotation. Its bytes are looked into once, whoever shares them."""
    carried = found.get("/EF")
    if not isinstance(carried, pikepdf.Dictionary):
        return
    names = [str(name) for key in NAMES if isinstance(name := found.get(key), pikepdf.String)]
    bodies = [one for key in NAMES if isinstance(one := carried.get(key), pikepdf.Stream)]
    streams = [one for one in bodies if one.objgen not in looked_into]
    looked_into |= {one.objgen for one in streams}
    if any(name.lower().endswith(PROGRAMS) for name in names) or any(map(_begins_as_program, streams)):
        raise Trouble("pdf_attached_program", attached=plain(names[0] if names else "?", 100))


def _begins_as_program(stream: Any) -> bool:
    return _unpacked(stream, 8).startswith((b"MZ", b"\x7fELF"))


def _unpacked(stream: Any, most: int) -> bytes:
    """The first bytes of a stream, and no more of it: a small one may unpack into gigabytes."""
    packed, packing = stream.get("/Length"), stream.get("/Filter")
    if isinstance(packed, int) and packed > MOST_PACKED:
        raise Trouble("readable", "too_complex")
    if isinstance(packing, pikepdf.Array) and len(packing) <= 1:
        packing = packing[0] if len(packing) else None
    if packing is None:
        return bytes(stream.read_raw_bytes()[:most])
    if packing != pikepdf.Name.FlateDecode or _is_predicted(stream.get("/DecodeParms")):
        raise Trouble("readable", "too_complex")
    try:
        return zlib.decompressobj().decompress(stream.read_raw_bytes(), most)
    except zlib.error:
        raise Trouble("readable", "damaged") from None


def _is_predicted(settings: Any) -> bool:
    """Whether what is unpacked is not yet what was packed."""
    several = settings.as_list() if isinstance(settings, pikepdf.Array) else [settings]
    return any(isinstance(one, pikepdf.Dictionary) and "/Predictor" in one for one in several)


def _claimed(document: pikepdf.Pdf) -> str:
    metadata = document.Root.get("/Metadata")
    try:
        if isinstance(metadata, pikepdf.Stream) and len(_unpacked(metadata, MOST_METADATA)) == MOST_METADATA:
            return ""
        return plain(document.open_metadata().pdfa_status, 10)
    except (
        ValueError,
        SyntaxError,
        KeyError,
        Trouble,
    ):  # metadata that are no XML, or too much, claim nothing
        return ""


def _is_signed(document: pikepdf.Pdf) -> bool:
    """A field of signature that holds one; fields may stand inside others."""
    form = document.Root.get("/AcroForm")
    fields = form.get("/Fields") if isinstance(form, pikepdf.Dictionary) else None
    todo = list(fields.as_list()) if isinstance(fields, pikepdf.Array) else []
    for _one in range(10_000):
        if not todo:
            return False
        field = todo.pop()
        if not isinstance(field, pikepdf.Dictionary):
            continue
        if field.get("/FT") == pikepdf.Name.Sig and "/V" in field:
            return True
        kids = field.get("/Kids")
        todo += kids.as_list() if isinstance(kids, pikepdf.Array) else []
    return False
