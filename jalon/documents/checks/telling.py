"""What was read in a file, for people: shown beside it also when nothing is wrong. Plain spaces, both languages."""

from collections.abc import Iterator
from datetime import datetime

from jalon.core.clock import paris_date
from jalon.documents.checks.facts import Facts, Film, Mail, Pdf, Report, Signature, Timestamp
from jalon.documents.checks.files import CODECS
from jalon.documents.checks.sentences import day_words

HEADERS = ("From", "To", "Date", "Subject", "Message-ID")
Line = tuple[str, str]  # label, value


def told(facts: Facts, language: str = "fr") -> list[Line]:
    english = language == "en"
    return [
        *(_pdf(facts.pdf, language) if facts.pdf else ()),
        *(_film(facts.film, english) if facts.film and facts.film.codec else ()),
        *(_mail(facts.mail) if facts.mail else ()),
        *(_report(facts.report, language) if facts.report else ()),
        *([("Image", f"{facts.picture.width} × {facts.picture.height}")] if facts.picture else ()),
    ]


def length_words(seconds: float) -> str:
    """ "1 min 05 s" """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _pdf(pdf: Pdf, language: str) -> Iterator[Line]:
    english = language == "en"
    yield "Pages", str(pdf.pages)
    if pdf.pdf_a:
        yield ("Claims" if english else "Se déclare"), f"PDF/A-{pdf.pdf_a}"
    for signature in pdf.signatures:
        yield ("Signed by" if english else "Signé par"), _signature(signature, language)
    for stamp in pdf.timestamps:
        yield ("Timestamped by" if english else "Horodaté par"), _timestamp(stamp, language)


def _signature(signature: Signature, language: str) -> str:
    parts = [signature.signer or "?", *([signature.organisation] if signature.organisation else ())]
    return ", ".join([*parts, *_made(signature.signed_at, language, intact=signature.intact)])


def _timestamp(stamp: Timestamp, language: str) -> str:
    return ", ".join([stamp.authority or "?", *_made(stamp.made_at, language, intact=stamp.intact)])


def _made(instant: datetime | None, language: str, *, intact: bool) -> Iterator[str]:
    english = language == "en"
    if instant:
        day = day_words(paris_date(instant).isoformat(), language)
        yield f"on {day}" if english else f"le {day}"
    if not intact:
        yield "does not verify" if english else "ne se vérifie pas"


def _film(film: Film, english: bool) -> Iterator[Line]:
    codec = CODECS.get(film.codec, film.codec)
    unknown = "unknown length" if english else "durée inconnue"
    length = unknown if film.seconds is None else length_words(film.seconds)
    yield ("Video" if english else "Vidéo"), f"{codec}, {film.width} × {film.height}, {length}"


def _mail(mail: Mail) -> Iterator[Line]:
    for name in HEADERS:
        if value := mail.headers.get(name.lower()):
            yield name, value


def _report(report: Report, language: str) -> Iterator[Line]:
    english = language == "en"
    yield ("Result" if english else "Résultat"), report.said or report.verdict
    if report.test:
        yield "Test", report.test
    if report.product:
        yield ("Product" if english else "Produit"), report.product
    if report.organisation:
        yield ("Organisation"), report.organisation
    if report.tested_on:
        yield ("Run on" if english else "Joué le"), day_words(report.tested_on.isoformat(), language)
