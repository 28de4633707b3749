"""A chapter with one proof of every kind, good; and forty-odd ways to spoil one of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pikepdf

from jalon.accounts.standing import SYSTEM
from jalon.core import clock
from jalon.demo.samples import sample_junit
from jalon.programmes.actions.loading import load_draft
from jalon.programmes.actions.publishing import publish
from jalon.programmes.definition.schema import (
    DeclaredCheck,
    Definition,
    ExpectedProof,
    ProofKind,
    ReportSource,
    Scenario,
    Text,
)
from jalon.programmes.definition.trying import default_kinds
from tests.documents.hostile import HOSTILE
from tests.documents.samples import MAIL, changed_after_signing, film, paper, picture, signed, sound
from tests.scenarios.programme import RIS
from tests.scenarios.small import shipped
from tests.stand_ins.gazelle import HOST, KEY, RIVAL_KEY, ROOT, held

CHAPTER = "preuves"
TESTS = "tests.example"  # answers as the stand-in does: a page for a report that it holds, else nothing
LINK = ProofKind(
    key="test_report", label=Text(fr="Rapport de test"), form="link", hosts=(TESTS,),
    checks=(
        DeclaredCheck(check="link_host", params={"rehearsal": {"play.example": TESTS}}),
        DeclaredCheck(check="link_answers"),
    ),
)  # fmt: skip
REPORT = ProofKind(  # a permanent link of Gazelle, whose report is taken over
    key="gazelle_report", label=Text(fr="Rapport Gazelle"), form="link", hosts=(HOST,),
    reports=ReportSource(platform="gazelle"),
    checks=(
        DeclaredCheck(check="report_dates", params={"first_day": "2027-01-01", "last_day": "2027-12-31"}),
    ),
)  # fmt: skip
NUMBER = ProofKind(key="run_number", label=Text(fr="Numéro"), form="record", pattern="[1-9][0-9]{0,9}")
MORE = {  # one slot demands what its kind only warns of
    "document": (
        DeclaredCheck(check="pdf_a", level="blocking"),
        DeclaredCheck(check="pdf_pages", params={"min_pages": 2}),
    ),
    "video": (DeclaredCheck(check="video_length", params={"max_seconds": 60}),),
    "sworn_statement": (DeclaredCheck(check="proof_age", params={"max_days": 90}),),
}


def every_kind() -> Definition:
    """The shipped programme with one chapter, whose only requirement asks for one proof of each kind."""
    whole = next(loaded.definition for loaded in shipped().programmes if loaded.definition.code == RIS)
    kinds = (*default_kinds(), LINK, REPORT, NUMBER)
    model = next(c for c in whole.chapters if any(s.proofs for r in c.requirements for s in r.scenarios))
    requirement = next(r for r in model.requirements if any(s.proofs for s in r.scenarios))
    proofs = tuple(
        ExpectedProof(key=kind.key, text=kind.label, kinds=(kind.key,), checks=MORE.get(kind.key, ()))
        for kind in kinds
    )
    scenario = Scenario(key="un", text=Text(fr="Un"), proofs=proofs)
    only = requirement.model_copy(update={"scenarios": (scenario,)})
    chapter = model.model_copy(update={"key": CHAPTER, "requirements": (only,)})
    return whole.model_copy(update={"kinds": kinds, "chapters": (chapter,), "groups": whole.groups})


def publish_every_kind() -> None:
    load_draft(actor=SYSTEM, definition=every_kind())
    publish(
        actor=SYSTEM, programme_code=RIS, reason="Chaque type", effective_on=clock.paris_date(clock.now())
    )


def ago(days: int) -> Callable[[], bytes]:
    return lambda: signed(at=clock.now() - timedelta(days=days))


GOOD_FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "video": ("demo.mp4", film),
    "screenshot": ("ecran.png", picture),
    "document": ("dossier.pdf", lambda: paper(pages=2, pdf_a="2B")),
    "pentest_form": ("formulaire.pdf", ago(30)),
    "log": ("trace.log", lambda: b"2026-03-02 10:00:00 connexion\n"),
    "email_source": ("message.eml", lambda: MAIL),
    "configuration": ("config.json", lambda: b'{"niveau": 2}'),
    "cnda_attestation": ("attestation.pdf", lambda: paper(pages=3)),
    "sworn_statement": ("honneur.pdf", ago(20)),
    "report_file": ("junit.xml", lambda: sample_junit(1)),
}


def report(n: int, host: str = HOST) -> str:
    """Its permanent link."""
    return f"https://{host}/evs/report.seam?oid={ROOT}.{n}"


OWNER = "CLAIRVUE"  # the company, as Gazelle knows it
TESTED = "2027-02-11T09:12:00+01:00"
HELD = [  # what the stand-in holds: each report is anybody's to read
    {
        "keyword": OWNER,
        "key": KEY,
        "reports": [
            held(1, date=TESTED),
            held(2, date=TESTED, product="Un autre RIS"),
            held(3, date=TESTED, result="FAILED", errors=2),
            held(4, date=TESTED, result="UNDEFINED"),
            held(5, date="2026-12-31T23:30:00+01:00"),
            held(6, date="2028-01-01T00:30:00+01:00"),
        ],
    },
    {"keyword": "RIVALIX", "key": RIVAL_KEY, "reports": [held(7, date=TESTED)]},
]
GOOD_TEXTS = {"test_report": report(1, TESTS), "gazelle_report": report(1), "run_number": "196951"}


@dataclass(frozen=True)
class Spoiled:
    """What is given in a slot instead, and what is said of it. `door`: it is not taken in at all."""

    slot: str
    given: str  # the name of a file, a link or a number
    check: str
    level: str = "blocking"
    data: Callable[[], bytes] | None = None
    door: bool = False


def hostile(what: str) -> Callable[[], bytes]:
    return next(one.data for one in HOSTILE if one.what == what)


def locked() -> bytes:
    return paper(encryption=pikepdf.Encryption(user="s", owner="o"))


def without_pictures() -> bytes:
    data = film(seconds=6)
    begin, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    return data[:begin] + bytes(end - begin) + data[end:]


SPOILED = (
    Spoiled("video", "a.mp4", "video_codec", data=lambda: film("libx265")),
    Spoiled("video", "b.mp4", "video_plays", data=sound),
    Spoiled("video", "c.mp4", "video_plays", data=without_pictures),
    Spoiled("video", "d.mp4", "video_length", "warning", lambda: film(seconds=1)),
    Spoiled("video", "e.mp4", "video_size", "warning", lambda: film(width=320, height=240)),
    Spoiled("video", "f.mp4", "video_blank", "warning", lambda: film(blank=True)),
    Spoiled("video", "g.mp4", "truncated", data=lambda: film()[:-300], door=True),
    Spoiled("video", "h.avi", "format_accepted", data=film, door=True),
    Spoiled("video", "i.mp4", "not_empty", data=bytes, door=True),
    Spoiled("screenshot", "a.png", "image_size", "warning", lambda: picture(width=300, height=200)),
    Spoiled("screenshot", "b.png", "image_blank", "warning", lambda: picture(blank=True)),
    Spoiled("screenshot", "c.png", "content_type", data=lambda: picture("JPEG"), door=True),
    Spoiled("screenshot", "d.png", "image_bomb", data=hostile("a huge picture"), door=True),
    Spoiled("screenshot", "e.png", "active_markup", data=hostile("a drawing with a script"), door=True),
    Spoiled("screenshot", "f.zip", "archive_bomb", data=hostile("an archive that bursts"), door=True),
    Spoiled("screenshot", "g.zip", "archive_paths", data=hostile("paths that leave"), door=True),
    Spoiled("document", "a.pdf", "pdf_a", data=lambda: paper(pages=5)),
    Spoiled("document", "b.pdf", "pdf_pages", "warning", lambda: paper(pages=1, pdf_a="2B")),
    Spoiled("document", "c.pdf", "pdf_encrypted", data=locked, door=True),
    Spoiled("document", "d.pdf", "pdf_active_content", data=hostile("a script when a PDF opens"), door=True),
    Spoiled("document", "e.pdf", "polyglot", data=hostile("a PDF that is an archive"), door=True),
    Spoiled("document", "f.xlsx", "office_macros", data=hostile("macros in a workbook"), door=True),
    Spoiled("pentest_form", "a.pdf", "pdf_signed", data=lambda: paper(pages=6)),
    Spoiled("pentest_form", "b.pdf", "pdf_signature_age", data=ago(400)),
    Spoiled("pentest_form", "c.pdf", "pdf_signature_age", data=ago(-5)),
    Spoiled("pentest_form", "d.pdf", "pdf_attached_program", data=hostile("a program attached"), door=True),
    Spoiled("log", "a.zip", "archive_encrypted", data=hostile("a locked entry"), door=True),
    Spoiled("log", "b.xml", "xml_entities", data=hostile("entities that fetch"), door=True),
    Spoiled("email_source", "a.txt", "mail_source", data=lambda: b"Bonjour.\n"),
    Spoiled("email_source", "b.eml", "mail_source", data=lambda: MAIL.partition(b"\r\n\r\n")[0]),
    Spoiled("email_source", "c.eml", "mail_headers", "warning", lambda: MAIL.replace(b"Message-ID", b"X-Id")),
    Spoiled("configuration", "a.json", "readable", data=lambda: b'{"niveau": }', door=True),
    Spoiled("cnda_attestation", "a.pdf", "pdf_signature_intact", "warning", changed_after_signing),
    Spoiled("sworn_statement", "a.pdf", "truncated", data=lambda: paper(pages=7)[:-60], door=True),
    Spoiled("sworn_statement", "b.pdf", "proof_age", data=ago(91)),
    Spoiled("sworn_statement", "c.pdf", "proof_age", data=ago(-5)),
    Spoiled("sworn_statement", "d.pdf", "proof_age", data=lambda: paper(pages=8)),  # bears no date
    Spoiled("report_file", "a.xml", "report_passed", data=lambda: sample_junit(2, failures=1)),
    Spoiled("report_file", "b.xml", "report_passed", data=lambda: b"<?xml version='1.0'?><rapport/>"),
    Spoiled("test_report", report(1, "play.example"), "link_host", door=True),
    Spoiled("test_report", f"http://{TESTS}/evs/report.seam", "link_form", door=True),
    Spoiled("test_report", report(99, TESTS), "link_answers", "warning"),
    Spoiled("gazelle_report", report(1, TESTS), "link_host", door=True),
    Spoiled("gazelle_report", report(2), "report_product", "warning"),
    Spoiled("gazelle_report", report(3), "report_passed"),
    Spoiled("gazelle_report", report(4), "report_passed"),
    Spoiled("gazelle_report", report(5), "report_dates"),
    Spoiled("gazelle_report", report(6), "report_dates"),
    Spoiled("gazelle_report", report(7), "report_organisation"),
    Spoiled("run_number", "https://tests.example/show/1", "record_format", door=True),
)
