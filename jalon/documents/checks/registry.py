"""Every check, by name. docs/checks.md lists them for people; a test compares."""

from collections.abc import Iterable, Mapping

from jalon.documents.checks import files, reports, texts
from jalon.documents.checks.dating import DEFAULT_DAYS
from jalon.documents.checks.model import Check, Declared, Level, Parameter

B, W = Level.BLOCKING, Level.WARNING
_SIZE = (Parameter("min_width", "number", 800), Parameter("min_height", "number", 600))

# Made at the door for every file, in any programme; a file that does not pass is not taken in.
DOOR = (
    Check("name_plain", "file", W, "The name holds no path, control or direction characters."),
    Check("format_accepted", "file", B, "The extension is one that is accepted here."),
    Check("not_empty", "file", B, "There is something in it."),
    Check("size_allowed", "file", B, "It is not larger than the programme allows."),
    Check("content_type", "file", B, "Its bytes are what its extension says."),
    Check("polyglot", "file", B, "It is not a file of another sort at the same time."),
    Check("truncated", "file", B, "It is whole to its end."),
    Check("readable", "file", B, "It opens."),
    Check("pdf_encrypted", "file", B, "A PDF opens without a password, and may be copied from."),
    Check("archive_encrypted", "file", B, "No entry of an archive wants a password."),
    Check("pdf_active_content", "file", B, "A PDF holds no script, launch action, rich media or XFA form."),
    Check("pdf_attached_program", "file", B, "A PDF carries no program."),
    Check("active_markup", "file", B, "No SVG or HTML with a script, under whatever name."),
    Check("office_macros", "file", B, "An office file holds no macros."),
    Check("archive_bomb", "file", B, "Unpacked, an archive keeps a reasonable size."),
    Check("archive_entries", "file", B, "An archive holds at most 10,000 files."),
    Check("archive_paths", "file", B, "No path of an archive leaves its folder; no links."),
    Check("xml_entities", "file", B, "XML declares no entities."),
    Check("private_key", "file", B, "A certificate comes without its private key."),
    Check("image_bomb", "file", B, "A picture has at most 120 million pixels."),
    Check("virus", "file", B, "The antivirus, where there is one, found nothing."),
)
DECLARED = (
    Check("video_plays", "file", B, "Pictures decode at the start, middle and end of a film.", files.video_plays),
    Check(
        "video_codec", "file", B, "A film is encoded so that browsers play it; any other codec is named.",
        files.video_codec, (Parameter("codecs", "texts", ("h264", "vp9", "av1")),),
    ),
    Check(
        "video_length", "file", W, "How long a film lasts; unknown is not 0.", files.video_length,
        (Parameter("min_seconds", "number", 1), Parameter("max_seconds", "number", 0)),
    ),
    Check("video_size", "file", W, "A film is large enough to be read.", files.video_size, _SIZE),
    Check("video_blank", "file", W, "A film is not of one colour.", files.video_blank),
    Check("image_size", "file", W, "A picture is large enough to be read.", files.image_size, _SIZE),
    Check("image_blank", "file", W, "A picture is not of one colour.", files.image_blank),
    Check(
        "pdf_a", "file", W, "A PDF claims to be PDF/A, of one of these parts. Only the claim is read.", files.pdf_a,
        (Parameter("parts", "texts", ("1", "2", "3")),),
    ),
    Check(
        "pdf_pages", "file", W, "How many pages a PDF has.", files.pdf_pages,
        (Parameter("min_pages", "number"),),
    ),
    Check(
        "pdf_signed", "file", B, "A PDF is signed electronically; a timestamp alone is no signature.", files.pdf_signed,
    ),
    Check(
        "pdf_signature_intact", "file", B, "A PDF has not changed since it was signed.", files.pdf_signature_intact,
    ),
    Check(
        "pdf_signature_age", "file", B, "The first signature is recent on the day of the hand-over.",
        files.pdf_signature_age, (Parameter("max_days", "number", DEFAULT_DAYS),),
    ),
    Check(
        "proof_age", "file", B, "A proof is recent on the day of the hand-over, by its date: the vendor's, or its own.",
        files.proof_age, (Parameter("max_days", "number", DEFAULT_DAYS),),
    ),
    Check("mail_source", "file", B, "A text is the source of an e-mail, headers and body.", files.mail_source),
    Check(
        "mail_headers", "file", W, "The source of an e-mail has these headers.", files.mail_headers,
        (Parameter("headers", "texts", ("From", "To", "Date", "Subject", "Message-ID")),),
    ),
    Check("record_format", "record", B, "A number has the form that the programme gives.", texts.record_format,
        (Parameter("pattern", "pattern"),),
    ),
    Check("link_form", "link", B, "A link is a whole https address.", texts.link_form),
    Check(
        "link_host", "link", B, "A link leads to an allowed host; a rehearsal space is named, with the right one.",
        texts.link_host, (Parameter("hosts", "texts", ()), Parameter("rehearsal", "pairs", {})),
    ),
    Check("link_answers", "link", W, "Something answers where a link leads, without signing in.", texts.link_answers),
    Check("report_passed", "report", B, "A test report is a pass; no result is none.", reports.report_passed),
    Check(
        "report_product", "report", W, "A test report is about this product.", reports.report_product,
        (Parameter("product", "text", ""),),
    ),
    Check(
        "report_organisation", "report", B, "A test report belongs to this vendor.", reports.report_organisation,
        (Parameter("organisation", "text", ""),),
    ),
    Check(
        "report_owner_known", "report", W, "It is known which organisation this vendor's test reports name.",
        reports.report_owner_known, (Parameter("organisation", "text", ""),),
    ),
    Check(
        "report_dates", "report", B, "A test was run in the allowed period.", reports.report_dates,
        (Parameter("first_day", "text", ""), Parameter("last_day", "text", "")),
    ),
)  # fmt: skip
CHECKS: Mapping[str, Check] = {check.name: check for check in (*DOOR, *DECLARED)}
DECLARABLE: Mapping[str, Check] = {check.name: check for check in DECLARED}


def reads_files(declared: Iterable[Declared]) -> bool:
    """Whether one of these checks looks into a file, so that it has to be read; a test report may be one."""
    return any(
        DECLARABLE[one.check].about in ("file", "report") for one in declared if one.check in DECLARABLE
    )
