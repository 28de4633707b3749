"""Checks of films, pictures, papers and messages, over what was read in them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from jalon.core.clock import paris_date
from jalon.documents.checks.dating import date_read, first_signature, last_day
from jalon.documents.checks.facts import Signature
from jalon.documents.checks.model import Problem, Setting, Subject

CODECS = {
    "h264": "H.264", "vp9": "VP9", "av1": "AV1", "hevc": "H.265 (HEVC)", "vp8": "VP8", "mpeg4": "MPEG-4 Visual",
    "prores": "ProRes", "mjpeg": "Motion JPEG", "wmv3": "WMV", "theora": "Theora", "mpeg2video": "MPEG-2",
}  # fmt: skip
AHEAD = timedelta(days=1)  # clocks and zones differ a little

Settings = Mapping[str, Setting]
Problems = Iterator[Problem]


def video_plays(subject: Subject, _settings: Settings) -> Problems:
    film = subject.facts.film if subject.facts else None
    if film is None:
        return
    if not film.codec:
        yield "no_picture", {}
    elif not film.frames:
        yield "unreadable", {}
    elif film.frames < film.asked:
        yield "partly", {"frames": film.frames, "asked": film.asked}


def video_codec(subject: Subject, settings: Settings) -> Problems:
    film, accepted = subject.facts.film if subject.facts else None, _texts(settings["codecs"])
    if film is not None and film.codec and film.codec not in accepted:
        named = [CODECS.get(codec, codec) for codec in accepted]
        yield "", {"codec": CODECS.get(film.codec, film.codec), "accepted": ", ".join(named)}


def video_length(subject: Subject, settings: Settings) -> Problems:
    film = subject.facts.film if subject.facts else None
    if film is None or not film.codec:
        return
    shortest, longest = _number(settings["min_seconds"]), _number(settings["max_seconds"])
    if film.seconds is None:  # nothing to say where the programme does not ask
        if shortest or longest:
            yield "unknown", {}
    elif film.seconds < shortest:
        yield "short", {"seconds": round(film.seconds), "limit": shortest}
    elif longest and film.seconds > longest:
        yield "long", {"seconds": round(film.seconds), "limit": longest}


def video_size(subject: Subject, settings: Settings) -> Problems:
    film = subject.facts.film if subject.facts else None
    if film is not None and film.codec:
        yield from _too_small(film.width, film.height, settings)


def video_blank(subject: Subject, _settings: Settings) -> Problems:
    film = subject.facts.film if subject.facts else None
    if film is not None and film.blank:
        yield "", {}


def image_size(subject: Subject, settings: Settings) -> Problems:
    picture = subject.facts.picture if subject.facts else None
    if picture is not None:
        yield from _too_small(picture.width, picture.height, settings)


def image_blank(subject: Subject, _settings: Settings) -> Problems:
    picture = subject.facts.picture if subject.facts else None
    if picture is not None and picture.blank:
        yield "", {}


def pdf_a(subject: Subject, settings: Settings) -> Problems:
    pdf, parts = subject.facts.pdf if subject.facts else None, _texts(settings["parts"])
    if pdf is None or pdf.pdf_a[:1] in parts:
        return
    accepted = ", ".join(f"PDF/A-{part}" for part in parts)
    yield "other" if pdf.pdf_a else "", {"found": pdf.pdf_a, "accepted": accepted}


def pdf_pages(subject: Subject, settings: Settings) -> Problems:
    pdf, least = subject.facts.pdf if subject.facts else None, _number(settings["min_pages"])
    if pdf is not None and pdf.pages < least:
        yield "", {"pages": pdf.pages, "limit": least}


def pdf_signed(subject: Subject, _settings: Settings) -> Problems:
    pdf = subject.facts.pdf if subject.facts else None
    if pdf is not None and not pdf.signatures:
        yield "", {}


def pdf_signature_intact(subject: Subject, _settings: Settings) -> Problems:
    for signature in _signatures(subject):
        if not signature.intact:
            yield "", {"signer": signature.signer or "?"}
            return


def pdf_signature_age(subject: Subject, settings: Settings) -> Problems:
    """By its first signature; none may be of the future."""
    if subject.facts is None or not _signatures(subject):
        return
    first, most = first_signature(subject.facts), _number(settings["max_days"])
    latest = max((s.signed_at for s in _signatures(subject) if s.signed_at), default=None)
    if first is None or latest is None:
        yield "undated", {}
    elif latest > subject.on + AHEAD:
        yield "future", {"day": paris_date(latest).isoformat(), "limit": most}
    elif paris_date(subject.on) > last_day(day := paris_date(first), most):
        yield "old", {"day": day.isoformat(), "limit": most}


def proof_age(subject: Subject, settings: Settings) -> Problems:
    """By the day that its giver says, else by the one that the file bears."""
    if subject.facts is None and subject.dated_on is None:
        return
    read, most = date_read(subject.facts), _number(settings["max_days"])
    dated, today = subject.dated_on or (read.on if read else None), paris_date(subject.on)
    if dated is None:
        yield "undated", {"limit": most}
    elif dated > today + AHEAD:
        yield "future", {"day": dated.isoformat()}
    elif today > last_day(dated, most):
        yield "old", {"day": dated.isoformat(), "limit": most}


def mail_source(subject: Subject, _settings: Settings) -> Problems:
    """Of a file that may be one: anything else than a text has been told already."""
    if subject.facts is None or subject.facts.format not in ("eml", "txt"):
        return
    mail = subject.facts.mail
    if mail is None or len(mail.headers) < 2:
        yield "", {}
    elif not mail.has_body:
        yield "no_body", {}


def mail_headers(subject: Subject, settings: Settings) -> Problems:
    mail = subject.facts.mail if subject.facts else None
    if mail is None or len(mail.headers) < 2:
        return
    missing = [name for name in _texts(settings["headers"]) if not mail.headers.get(name.lower())]
    if missing:
        yield "", {"missing": ", ".join(missing)}


def _signatures(subject: Subject) -> Sequence[Signature]:
    return subject.facts.pdf.signatures if subject.facts and subject.facts.pdf else ()


def _too_small(width: int, height: int, settings: Settings) -> Problems:
    least = {"min_width": _number(settings["min_width"]), "min_height": _number(settings["min_height"])}
    if width < least["min_width"] or height < least["min_height"]:
        yield "", {"width": width, "height": height, **least}


def _number(value: Setting) -> int:
    return value if isinstance(value, int) else 0


def _texts(value: Setting) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
