"""What each declared check says of a real file, link, number or report."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pikepdf
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jalon.core.clock import PARIS, paris_date
from jalon.documents.checks import reading
from jalon.documents.checks.dating import Dated, date_read, expires_on
from jalon.documents.checks.door import examine
from jalon.documents.checks.facts import Facts, Film, Mail, Pdf, Report, Signature
from jalon.documents.checks.judging import blocking, judge
from jalon.documents.checks.model import Subject
from jalon.documents.checks.readers import films
from jalon.documents.checks.telling import told
from jalon.documents.rules import FORMATS
from tests.documents.samples import (
    AUDITOR,
    MAIL,
    TODAY,
    changed_after_signing,
    film,
    kept_for_long,
    paper,
    picture,
    signed,
    sound,
    stamped,
)


@dataclass(frozen=True)
class Asked:
    check: str
    params: Mapping[str, object] = field(default_factory=dict)
    level: str = ""


def read(tmp_path, name, data):
    path = tmp_path / "object"
    path.write_bytes(data)
    return examine(path, name, list(FORMATS), size=len(data), max_bytes=2**31, deep=True)


def found(subject, *asked):
    return [(f.check, f.case, str(f.level)) for f in judge(subject, asked)]


def in_file(tmp_path, name, data, *asked, on=TODAY):
    return found(Subject(on=on, name=name, facts=read(tmp_path, name, data)), *asked)


FILM = (Asked("video_plays"), Asked("video_codec"), Asked("video_size"), Asked("video_blank"))
YEAR = timedelta(days=365)


@pytest.mark.parametrize(
    ("codec", "container", "refused"),
    [
        ("libx264", "mp4", []),
        ("libx264", "mov", []),
        ("libvpx-vp9", "webm", []),
        ("libsvtav1", "mp4", []),
        ("libsvtav1", "mkv", []),
        ("libx265", "mp4", [("video_codec", "", "blocking")]),
        ("mpeg4", "mp4", [("video_codec", "", "blocking")]),
    ],
)
def test_films_play_in_the_codecs_that_browsers_play(tmp_path, codec, container, refused):
    assert in_file(tmp_path, f"a.{container}", film(codec, container), *FILM) == refused


def test_another_codec_is_named(tmp_path):
    facts = read(tmp_path, "a.mp4", film("libx265"))
    (refused,) = judge(Subject(on=TODAY, name="a.mp4", facts=facts), [Asked("video_codec")])
    assert refused.message() == (
        "La vidéo « a.mp4 » est encodée en H.265 (HEVC), que tous les navigateurs ne lisent pas."
    )
    assert refused.remedy("en") == "Convert it: H.264, VP9, AV1 are accepted."


@pytest.mark.parametrize(
    ("data", "asked", "expected"),
    [
        (sound, "video_plays", [("video_plays", "no_picture", "blocking")]),
        (lambda: film(blank=True), "video_blank", [("video_blank", "", "warning")]),
        (lambda: film(width=320, height=240), "video_size", [("video_size", "", "warning")]),
        (film, "video_length", []),
    ],
)
def test_films_that_show_little(tmp_path, data, asked, expected):
    assert in_file(tmp_path, "a.mp4", data(), Asked(asked)) == expected


@pytest.mark.parametrize(("kept", "case"), [(0, "unreadable"), (0.4, "partly")])
def test_a_film_with_nothing_in_its_pictures_does_not_play(tmp_path, kept, case):
    data = film(seconds=6)
    begin, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    begin += int((end - begin) * kept)
    broken = data[:begin] + bytes(end - begin) + data[end:]
    assert in_file(tmp_path, "a.mp4", broken, Asked("video_plays")) == [("video_plays", case, "blocking")]


@pytest.mark.parametrize(
    ("settings", "case"),
    [({"min_seconds": 3}, "short"), ({"max_seconds": 1}, "long"), ({"min_seconds": 2}, "")],
)
def test_how_long_a_film_lasts_is_the_programme_s_business(tmp_path, settings, case):
    expected = [("video_length", case, "blocking")] if case else []
    assert in_file(tmp_path, "a.mp4", film(), Asked("video_length", settings, "blocking")) == expected


LIVE = {"codec": "libvpx-vp9", "container": "webm", "live": True}


def test_a_film_whose_header_tells_no_length_is_counted(tmp_path):
    facts = read(tmp_path, "a.webm", film(**LIVE, seconds=6))
    assert facts.film.seconds == 6
    assert (facts.film.frames, told(facts)) == (3, [("Vidéo", "VP9, 1280 × 720, 6 s")])
    asked = Asked("video_length", {"min_seconds": 7})
    (short,) = judge(Subject(on=TODAY, name="a.webm", facts=facts), [asked])
    assert (short.case, short.params["seconds"]) == ("short", 6)


def test_how_long_a_film_lasts_is_not_counted_for_ever(tmp_path, monkeypatch):
    path = tmp_path / "a.webm"
    path.write_bytes(film(**LIVE))
    monkeypatch.setattr(films, "COUNTING", 0)
    there = films.film(path, deep=True)["film"]
    assert ("seconds" in there, there["frames"]) == (False, 3)


@pytest.mark.parametrize(
    ("settings", "case"),
    [
        ({"min_seconds": 2}, "unknown"),
        ({"min_seconds": 0, "max_seconds": 9}, "unknown"),
        ({"min_seconds": 0}, ""),
    ],
)
def test_a_length_that_is_unknown_is_said_where_one_is_asked_for(settings, case):
    facts = Facts(format="webm", film=Film(codec="vp9", width=1280, height=720, frames=3, asked=3))
    assert told(facts) == [("Vidéo", "VP9, 1280 × 720, durée inconnue")]
    expected = [("video_length", case, "warning")] if case else []
    assert found(Subject(on=TODAY, name="a.webm", facts=facts), Asked("video_length", settings)) == expected


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures(tmp_path, kind):
    name, asked = f"a.{kind.lower()}", (Asked("image_size"), Asked("image_blank"))
    assert in_file(tmp_path, name, picture(kind), *asked) == []
    assert in_file(tmp_path, name, picture(kind, width=640, height=480), *asked) == [
        ("image_size", "", "warning")
    ]
    assert in_file(tmp_path, name, picture(kind, blank=True), *asked) == [("image_blank", "", "warning")]


@pytest.mark.parametrize(
    ("data", "asked", "expected"),
    [
        (paper(), Asked("pdf_a"), [("pdf_a", "", "warning")]),
        (paper(), Asked("pdf_a", {}, "blocking"), [("pdf_a", "", "blocking")]),
        (paper(pdf_a="2B"), Asked("pdf_a"), []),
        (paper(pdf_a="2B"), Asked("pdf_a", {"parts": ("1",)}), [("pdf_a", "other", "warning")]),
        (paper(pages=3), Asked("pdf_pages", {"min_pages": 3}), []),
        (paper(pages=2), Asked("pdf_pages", {"min_pages": 3}), [("pdf_pages", "", "warning")]),
    ],
)
def test_papers(tmp_path, data, asked, expected):
    assert in_file(tmp_path, "a.pdf", data, asked) == expected


@pytest.mark.parametrize(
    "made",
    [
        paper,
        signed,
        lambda: paper(linearize=True),
        lambda: paper(object_stream_mode=pikepdf.ObjectStreamMode.generate),
        lambda: stamped(kept_for_long(signed())),
    ],
)
@pytest.mark.parametrize("after", [b"", b"\n", b"\r\n\r\n", b"\r\n0\r\n\r\n", b"\x1a", bytes(100)])
def test_a_few_bytes_behind_a_paper_do_not_make_it_cut(tmp_path, made, after):
    path = tmp_path / "a.pdf"
    path.write_bytes(made().rstrip() + after)
    assert reading.read(path, "pdf", deep=False).troubles == ()


SIGNED = (Asked("pdf_signed"), Asked("pdf_signature_intact"), Asked("pdf_signature_age"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (signed, []),
        (paper, [("pdf_signed", "", "blocking")]),
        (lambda: signed(at=TODAY - YEAR - timedelta(days=1)), [("pdf_signature_age", "old", "blocking")]),
        (lambda: signed(at=TODAY - YEAR - timedelta(hours=1)), []),
        (
            lambda: signed(signed(at=TODAY - 3 * YEAR), name="Paul", field="Signature2"),
            [("pdf_signature_age", "old", "blocking")],
        ),
        (lambda: signed(signed(at=TODAY - YEAR), name="Paul", field="Signature2"), []),
        (
            lambda: signed(signed(), at=TODAY + timedelta(days=3), name="Paul", field="Signature2"),
            [("pdf_signature_age", "future", "blocking")],
        ),
        (lambda: signed(at=TODAY + timedelta(days=3)), [("pdf_signature_age", "future", "blocking")]),
        (lambda: signed().replace(b"612", b"613"), [("pdf_signature_intact", "", "blocking")]),
        (changed_after_signing, [("pdf_signature_intact", "", "blocking")]),
    ],
)
def test_signed_papers(tmp_path, data, expected):
    assert in_file(tmp_path, "a.pdf", data(), *SIGNED) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (lambda: stamped(signed()), []),
        (lambda: stamped(kept_for_long(signed())), []),
        (lambda: stamped(signed(at=TODAY - 2 * YEAR)), [("pdf_signature_age", "old", "blocking")]),
        (lambda: stamped(paper()), [("pdf_signed", "", "blocking")]),
        (lambda: changed_after_signing(stamped(signed())), [("pdf_signature_intact", "", "blocking")]),
        (lambda: stamped(changed_after_signing()), [("pdf_signature_intact", "", "blocking")]),
    ],
)
def test_a_timestamp_is_neither_a_change_nor_a_signature(tmp_path, data, expected):
    assert in_file(tmp_path, "a.pdf", data(), *SIGNED) == expected


@pytest.mark.parametrize(("bytes_after", "verdict"), [(b"612", ""), (b"613", ", ne se vérifie pas")])
def test_timestamps_are_told_apart_from_signatures(tmp_path, bytes_after, verdict):
    facts = read(tmp_path, "a.pdf", stamped(signed()).replace(b"612", bytes_after, 1))
    assert told(facts)[1:] == [
        ("Signé par", f"{AUDITOR}, Audit & Fils, le 02/03/2026{verdict}"),
        ("Horodaté par", f"Horodateur, le 02/03/2026{verdict}"),
    ]
    assert date_read(facts) == Dated(TODAY.date(), "signature")
    assert date_read(read(tmp_path, "a.pdf", stamped(paper()))) is None


def test_who_signed_and_when_is_kept_and_age_is_judged_on_the_day(tmp_path):
    facts = read(tmp_path, "a.pdf", signed())
    (signature,) = facts.pdf.signatures
    assert (signature.signer, signature.organisation, signature.intact) == (AUDITOR, "Audit & Fils", True)
    assert signature.signed_at == TODAY
    later = Subject(on=TODAY + YEAR + timedelta(days=1), name="a.pdf", facts=facts)
    (old,) = judge(later, SIGNED)
    assert old.message("en") == "The file “a.pdf” was signed on 2 March 2026, more than 365 days ago."


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.eml", MAIL, []),
        ("a.txt", MAIL, []),
        ("a.txt", b"Bonjour,\nvoici la source.\n", [("mail_source", "", "blocking")]),
        ("a.eml", MAIL.partition(b"\r\n\r\n")[0], [("mail_source", "no_body", "blocking")]),
        (
            "a.eml",
            MAIL.replace(b"Message-ID:", b"X-Other:").replace(b"To: b@b.test\r\n", b""),
            [("mail_headers", "", "warning")],
        ),
    ],
)
def test_sources_of_messages(tmp_path, name, data, expected):
    assert in_file(tmp_path, name, data, Asked("mail_source"), Asked("mail_headers")) == expected


def test_headers_are_kept_as_people_read_them(tmp_path):
    headers = read(tmp_path, "a.eml", MAIL).mail.headers
    assert (headers["from"], headers["subject"]) == ("Hélène <h@a.test>", "Essai à")


HOSTS = Asked("link_host", {"hosts": ("tests.example",), "rehearsal": {"play.example": "tests.example"}})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://tests.example/report/1", []),
        ("https://TESTS.example/report/1", []),
        ("https://play.example/report/1", [("link_host", "rehearsal", "blocking")]),
        ("https://other.example/report/1", [("link_host", "", "blocking")]),
        ("http://tests.example/report/1", [("link_form", "", "blocking")]),
        ("https://tests.example@other.example/", [("link_form", "", "blocking")]),
        ("https://tests.example/" + "a" * 2000, [("link_form", "too_long", "blocking")]),
    ],
)
def test_links(url, expected):
    assert found(Subject(on=TODAY, url=url), Asked("link_form"), HOSTS) == expected


def test_a_rehearsal_space_is_named_with_the_right_one():
    (refused,) = judge(Subject(on=TODAY, url="https://play.example/1"), [HOSTS])
    assert (
        refused.remedy() == "Rejouez le test sur tests.example, puis copiez le lien permanent de ce rapport."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("196951", []),
        ("https://x/show/196951", [("record_format", "", "blocking")]),
        ("1" * 501, [("record_format", "too_long", "blocking")]),
    ],
)
def test_numbers(text, expected):
    assert (
        found(Subject(on=TODAY, text=text), Asked("record_format", {"pattern": "[1-9][0-9]{0,9}"}))
        == expected
    )


REPORT = (
    Asked("report_passed"),
    Asked("report_product", {"product": "Clairvue 3.1"}),
    Asked("report_organisation", {"organisation": "Clairvue SAS"}),
    Asked("report_dates", {"first_day": "2026-01-01", "last_day": "2026-06-30"}),
)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (Report(verdict="passed"), []),
        (
            Report(
                verdict="passed",
                product="CLAIRVUE  3.1",
                organisation="clairvue sas",
                tested_on=date(2026, 6, 30),
            ),
            [],
        ),
        (Report(verdict="failed"), [("report_passed", "failed", "blocking")]),
        (Report(verdict="undefined"), [("report_passed", "undefined", "blocking")]),
        (Report(verdict="passed", product="Autre 1"), [("report_product", "", "warning")]),
        (Report(verdict="passed", organisation="Autre"), [("report_organisation", "", "blocking")]),
        (Report(verdict="passed", tested_on=date(2025, 12, 31)), [("report_dates", "", "blocking")]),
    ],
)
def test_reports(report, expected):
    assert found(Subject(on=TODAY, report=report), *REPORT) == expected


def test_a_file_that_the_door_refuses_is_told_once(tmp_path):
    data = paper(encryption=pikepdf.Encryption(user="s", owner="o"))
    assert in_file(tmp_path, "a.pdf", data, *SIGNED, Asked("pdf_a")) == [("pdf_encrypted", "", "blocking")]


def test_an_attachment_that_swells_is_not_unpacked(tmp_path, monkeypatch):
    """A gigabyte of zeros in one megabyte: only its first bytes are looked at."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1024 * 1024)) for _n in range(1024)) + packer.flush()

    def swelling(document):
        spec = pikepdf.AttachedFileSpec(document, b"x", filename="a.txt")
        spec.get_file().obj.write(packed, filter=pikepdf.Name.FlateDecode)
        document.attachments["a.txt"] = spec

    path = tmp_path / "a.pdf"
    path.write_bytes(paper(change=swelling))
    monkeypatch.setattr(reading, "LIMITS", replace(reading.LIMITS, seconds=1, memory=256 * 1024 * 1024))
    assert reading.read(path, "pdf", deep=False).troubles == ()


@pytest.mark.parametrize(
    ("data", "dated_on", "expected"),
    [
        (paper, None, [("proof_age", "undated", "blocking")]),
        (signed, None, []),
        (signed, (TODAY - 2 * YEAR).date(), [("proof_age", "old", "blocking")]),  # its giver knows better
        (paper, (TODAY - YEAR).date(), []),
        (paper, (TODAY - YEAR).date() - timedelta(days=1), [("proof_age", "old", "blocking")]),
        (paper, TODAY.date() + timedelta(days=3), [("proof_age", "future", "blocking")]),
        (lambda: signed(at=TODAY - 2 * YEAR), None, [("proof_age", "old", "blocking")]),
    ],
)
def test_the_age_of_a_proof_is_by_its_givers_day_or_its_own(tmp_path, data, dated_on, expected):
    subject = Subject(on=TODAY, name="a.pdf", facts=read(tmp_path, "a.pdf", data()), dated_on=dated_on)
    assert found(subject, Asked("proof_age")) == expected


def test_a_file_is_good_until_the_first_check_finds_it_too_old(tmp_path):
    facts, both = (
        read(tmp_path, "a.pdf", signed()),
        [Asked("proof_age", {"max_days": 30}), Asked("pdf_signature_age")],
    )
    day = date_read(facts).on
    assert expires_on(both, None, facts) == day + timedelta(days=30)
    assert expires_on(both, day + timedelta(days=400), facts) == day + timedelta(days=365)
    assert expires_on([Asked("pdf_signed")], day, facts) is None


def signed_at(instant):
    return Facts(
        format="pdf", pdf=Pdf(pages=1, signatures=(Signature(signer="Inès", signed_at=instant, intact=True),))
    )


def morning(year, month, day):
    return datetime(year, month, day, 8, tzinfo=UTC)


@given(
    asked=st.sampled_from(["pdf_signature_age", "proof_age"]),
    instant=st.integers(1_577_836_800, 1_893_456_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
    days=st.integers(0, 800),
    at_midnight=st.booleans(),
    away=st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=2)),
)
@example("pdf_signature_age", morning(2026, 1, 10), 365, False, timedelta(minutes=1))
@example("proof_age", morning(2026, 1, 10), 365, True, timedelta(days=1))
@example("proof_age", datetime(2026, 1, 10, 23, 30, tzinfo=UTC), 365, False, timedelta(0))
def test_it_is_refused_from_the_day_after_the_last_that_is_announced(asked, instant, days, at_midnight, away):
    """Whatever the hour of signing, and in Paris: around that hour of the last day, and around its midnights."""
    declared, facts = [Asked(asked, {"max_days": days})], signed_at(instant)
    last = expires_on(declared, None, facts)
    assert last == paris_date(instant) + timedelta(days=days)
    hour = datetime.min.time() if at_midnight else instant.astimezone(PARIS).time()
    on = max(datetime.combine(last, hour, PARIS).astimezone(UTC) + away, instant)
    refused = bool(blocking(judge(Subject(on=on, facts=facts), declared)))
    assert refused == (paris_date(on) > last)


@pytest.mark.parametrize(
    ("ages", "day"), [((800, 1), 800), ((1, 800), 800), ((None, 1), None), ((800, None), 800)]
)
def test_a_countersignature_makes_nothing_younger(ages, day):
    signatures = [
        Signature(signer="x", intact=True, signed_at=None if age is None else TODAY - timedelta(days=age))
        for age in ages
    ]
    facts = Facts(format="pdf", pdf=Pdf(pages=1, signatures=tuple(signatures)))
    on = None if day is None else paris_date(TODAY - timedelta(days=day))
    assert date_read(facts) == (on and Dated(on, "signature"))
    case = "undated" if day is None else "old"
    (aged,) = judge(Subject(on=TODAY, name="a.pdf", facts=facts), [Asked("pdf_signature_age")])
    assert (aged.case, aged.params.get("day")) == (case, on and on.isoformat())
    declared = [Asked("pdf_signature_age", {"max_days": 30})]
    assert expires_on(declared, None, facts) == (on and on + timedelta(days=30))


def test_days_are_those_of_paris_wherever_they_are_said():
    night = datetime(2026, 1, 10, 23, 30, tzinfo=UTC)
    facts = signed_at(night)
    assert date_read(facts).on == date(2026, 1, 11)
    assert told(facts)[-1] == ("Signé par", "Inès, le 11/01/2026")
    (old,) = judge(Subject(on=night + 2 * YEAR, facts=facts), [Asked("pdf_signature_age")])
    assert old.params["day"] == "2026-01-11"


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("Sat, 10 Jan 2026 23:30:00 +0000", date(2026, 1, 11)),
        ("Sat, 10 Jan 2026 20:00:00 -0500", date(2026, 1, 11)),
        ("Sat, 10 Jan 2026 23:30:00 -0000", date(2026, 1, 11)),  # an instant whose zone is not told
        ("Sat, 10 Jan 2026 23:30:00 +0100", date(2026, 1, 10)),
    ],
)
def test_a_message_is_of_the_day_in_paris(header, day):
    assert date_read(Facts(format="eml", mail=Mail(headers={"date": header}))).on == day


def test_a_signature_that_tells_no_zone_is_of_paris():
    facts = Facts.model_validate_json(
        '{"pdf": {"pages": 1, "signatures": [{"signer": "x", "signed_at": "2026-01-10T23:30:00"}]}}'
    )
    assert date_read(facts).on == date(2026, 1, 10)
    assert found(Subject(on=TODAY, facts=facts), Asked("pdf_signature_age")) == []
