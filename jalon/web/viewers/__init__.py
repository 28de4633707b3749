"""Every proof opens in the page (R7): one module and one template a viewer, chosen by `kinds.viewer_for`.

`show` is for a file whose reader's right to it was checked; it says so itself when the file must not be opened yet.
Nothing here is executed: pictures, films and PDF are the browser's own, served locked by `downloads`; all else is text
that `documents.previews` read, foreign formats in a process of its own.
"""

import logging
from collections.abc import Mapping

from django.utils.translation import gettext as _

from jalon.documents.models import Document
from jalon.documents.policy import open_refusal
from jalon.documents.previews.running import Unreadable
from jalon.web.viewers import (
    archive,
    certificate,
    hl7,
    image,
    json_tree,
    mail,
    office,
    pdf,
    table,
    text,
    video,
    workbook,
    xml_lines,
)
from jalon.web.viewers.kinds import NONE, TEXTUAL, viewer_for
from jalon.web.viewers.shown import Shown, Source, Viewer

logger = logging.getLogger(__name__)

VIEWERS: Mapping[str, Viewer] = {
    "archive": archive.content,
    "certificate": certificate.content,
    "hl7": hl7.content,
    "image": image.content,
    "json": json_tree.content,
    "mail": mail.content,
    "office": office.content,
    "pdf": pdf.content,
    "table": table.content,
    "text": text.content,
    "video": video.content,
    "workbook": workbook.content,
    "xml": xml_lines.content,
}
FORM = "forme"  # in the address: the same file read another way
TEXT = "texte"
REFUSED = "refused"


def show(document: Document, *, url: str, page_url: str, asked: Mapping[str, str]) -> Shown:
    """The file as its viewer shows it; as text when that cannot, and the file is one; else why not.

    Whatever is in a file, its page answers: what a viewer did not expect is logged, and the file is a download.

    `url`: where its bytes are; `page_url`: the page that shows it; `asked`: the parameters of its address, of which
    page, q, forme, feuille and zoom are the viewers'.
    """
    source = Source(document, url, page_url, asked)
    if refusal := open_refusal(document):
        return Shown(REFUSED, source, refusal)
    try:
        return _viewed(source)
    except Exception:
        logger.exception("The file %d cannot be shown", document.pk)
        return Shown(NONE, source, None, note=_("Ce fichier ne peut pas être montré ici."))


def _viewed(source: Source) -> Shown:
    viewer = viewer_for(source.document.media_type, source.document.name)
    as_text = source.asked.get(FORM) == TEXT
    if viewer == NONE:
        return Shown(NONE, source, None)
    if viewer in TEXTUAL and (as_text or viewer == "text"):
        return Shown("text", source, text.content(source), forms=_forms(viewer, as_text=as_text))
    try:
        return Shown(viewer, source, VIEWERS[viewer](source), forms=_forms(viewer, as_text=False))
    except Unreadable as unreadable:
        return _otherwise(viewer, source, unreadable.code)


def _forms(viewer: str, *, as_text: bool) -> tuple[tuple[str, bool], ...]:
    if viewer not in TEXTUAL or viewer == "text":
        return ()
    return (viewer, not as_text), (TEXT, as_text)


def _otherwise(viewer: str, source: Source, code: str) -> Shown:
    why = {
        "too_big": _("Ce fichier est trop gros pour être mis en forme ici."),
        "damaged": _("Ce fichier ne se lit pas comme son format le voudrait : il est peut-être endommagé."),
        "too_complex": _("Ce fichier est trop complexe pour être mis en forme ici."),
        "not_now": _(
            "Ce fichier n’a pas pu être mis en forme pour l’instant : rechargez la page dans un moment."
        ),
    }[code]
    if viewer in TEXTUAL:
        shown_as_text = _("Il est montré comme texte.")
        return Shown("text", source, text.content(source), note=f"{why} {shown_as_text}")
    return Shown(NONE, source, None, note=why)
