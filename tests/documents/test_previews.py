"""What is made of foreign formats, in a process of its own; hostile ones stay bounded and are named."""

import datetime as dt
import email.message
import io
import json
import zipfile
from dataclasses import replace

import pytest
import xlsxwriter
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jalon.documents.previews import running
from jalon.documents.previews.running import Unreadable, read

pytestmark = pytest.mark.processes
MEGABYTE = 1024 * 1024


def seen(reader: str, data: bytes, **asked):
    return read(io.BytesIO(data), reader, **asked)


def refusal(reader: str, data: bytes, **asked) -> str:
    with pytest.raises(Unreadable) as refused:
        seen(reader, data, **asked)
    return refused.value.code


def test_xml_is_indented():
    data = b'<?xml version="1.0" encoding="ISO-8859-1"?><a x="1&amp;2"><b>\xe9t\xe9</b><c/><!-- vu --><d>un<e/></d></a>'
    assert seen("xml", data) == {
        "lines": [
            [0, '<a x="1&amp;2">'],
            [1, "<b>été</b>"],
            [1, "<c/>"],
            [1, "<!-- vu -->"],
            [1, "<d>"],
            [2, "un"],
            [2, "<e/>"],
            [1, "</d>"],
            [0, "</a>"],
        ],
        "is_cut": False,
    }


def test_json_keeps_order_doubles_and_numbers_as_written():
    said = seen("json", b'{"b": 1.10, "a": [true, null], "b": "x", "v": {}}')
    assert [(s["key"], s["kind"], s.get("text")) for s in said["steps"]] == [
        ("", "open", None),
        ("b", "number", "1.10"),
        ("a", "open", None),
        ("0", "word", "true"),
        ("1", "word", "null"),
        ("", "close", None),
        ("b", "text", "x"),
        ("v", "object", ""),
        ("", "close", None),
    ]


@pytest.mark.parametrize(
    ("data", "delimiter"),
    [
        ("nom;âge\nLéa;3\n".encode("cp1252"), ";"),
        ('"nom,s",âge\nLéa,3\n'.encode(), ","),
        (b"a\tb\n1\t2\n", "\t"),
    ],
)
def test_csv_finds_what_parts_its_values(data, delimiter):
    said = seen("csv", data, page=1)
    assert (said["delimiter"], said["columns"], len(said["rows"]), said["more"]) == (delimiter, 2, 1, False)


def test_csv_is_given_by_pages():
    data = "n\n" + "".join(f"{n}\n" for n in range(250))
    pages = [seen("csv", data.encode(), page=n) for n in (1, 2, 3, 4)]
    assert [(p["first"], len(p["rows"]), p["more"]) for p in pages] == [
        (1, 100, True), (101, 100, True), (201, 50, False), (301, 0, False),
    ]  # fmt: skip


def mail() -> bytes:
    message = email.message.EmailMessage()
    message["Received"] = "from b.example by c.example; Mon, 02 Mar 2026 10:00:01 +0100"
    message["Received"] = "from a.example by b.example; Mon, 02 Mar 2026 10:00:00 +0100"
    message["From"], message["To"] = "Éva <eva@a.example>", "b@c.example"
    message["Subject"], message["Message-ID"] = "Accusé de réception", "<1@a.example>"
    message["X-Mailer"] = "Essai"
    message.set_content("Bonjour,\nvoici.\n")
    message.add_alternative("<p>Bonjour</p><script>alert(1)</script>", subtype="html")
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="cr été.pdf")
    return message.as_bytes()


def test_a_mail_shows_its_headers_its_way_its_words_and_names_the_rest():
    said = seen("mail", mail())
    assert dict(said["headers"]) == {
        "From": "Éva <eva@a.example>", "To": "b@c.example", "Subject": "Accusé de réception",
        "Message-ID": "<1@a.example>",
    }  # fmt: skip
    assert [step[:14] for step in said["received"]] == ["from b.example", "from a.example"]
    assert [name for name, _value in said["others"]] == ["X-Mailer", "MIME-Version", "Content-Type"]
    assert (said["body"], said["source"]) == ("Bonjour,\nvoici.\n", "plain")
    assert said["attachments"] == [{"name": "cr été.pdf", "type": "application/pdf", "size": 5}]


def test_of_a_page_in_a_mail_only_the_words_are_kept():
    data = (
        b"From: a@b.example\nContent-Type: text/html; charset=inconnu\n\n"
        b"<style>p{}</style><p>Bon &amp; beau</p><script>alert(1)</script>"
        b"<img src=https://suivi.example onerror=alert(2)>"
    )
    assert (seen("mail", data)["body"], seen("mail", data)["source"]) == ("Bon & beau", "html")


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return out.getvalue()


def test_an_archive_shows_its_contents():
    said = seen("archive", archive({"b.txt": b"12", "a/c.txt": b"345", "a/": b""}), page=1)
    assert [(e["folder"], e["name"], e["size"]) for e in said["entries"]] == [
        ("", "a", 0), ("a/", "c.txt", 3), ("", "b.txt", 2),
    ]  # fmt: skip
    assert (said["count"], said["size"]) == (2, 5)


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("Un").write_row(0, 0, ["nom", 3, 2.5])
        other = book.add_worksheet("Deux")
        for n in range(150):
            other.write_row(n, 0, [f"ligne {n}", n])
    return out.getvalue()


def test_a_workbook_shows_one_sheet_by_pages():
    first, last = seen("workbook", workbook(), page=1, sheet=1), seen("workbook", workbook(), page=2, sheet=9)
    assert (first["sheets"], first["header"], first["rows"]) == (["Un", "Deux"], ["nom", "3", "2.5"], [])
    assert (last["sheet"], last["first"], last["rows"][0], last["more"]) == (
        2,
        101,
        ["ligne 101", "101"],
        False,
    )


WORDS = (
    '<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Un </w:t><w:t>deux</w:t></w:r></w:p>'
    "<w:p><w:t>Trois</w:t></w:p></w:body></w:document>"
)
CORE = '<cp:c xmlns:cp="c" xmlns:dc="d"><dc:title>Dossier</dc:title><dc:creator>Éva</dc:creator></cp:c>'


def test_an_office_document_gives_its_words_and_properties():
    said = seen("office", archive({"word/document.xml": WORDS.encode(), "docProps/core.xml": CORE.encode()}))
    assert said == {
        "properties": {"title": "Dossier", "author": "Éva"},
        "paragraphs": ["Un deux", "Trois"],
        "is_cut": False,
    }


def test_slides_come_in_their_order_and_open_documents_too():
    slides = {
        f"ppt/slides/slide{n}.xml": f'<a xmlns:a="a"><a:p><a:t>{n}</a:t></a:p></a>'.encode()
        for n in (10, 2, 1)
    }
    assert seen("office", archive(slides))["paragraphs"] == ["1", "2", "10"]
    text = '<o xmlns:text="t"><text:h>Titre</text:h><text:p>Un<text:s/>mot <text:span>gras</text:span></text:p></o>'
    assert seen("office", archive({"content.xml": text.encode()}))["paragraphs"] == ["Titre", "Un mot gras"]


def certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Éditeur de test")])
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    one = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(255)
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("test.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return one.public_bytes(serialization.Encoding.PEM)


def test_a_certificate_says_whose_it_is_and_until_when():
    data = certificate()
    said = seen("certificates", data * 2)
    one = said["certificates"][0]
    assert (said["count"], one["subject"], one["serial"], one["key"]) == (
        2,
        "CN=Éditeur de test",
        "FF",
        "EC secp256r1",
    )
    assert (one["not_before"], one["names"], one["self_signed"]) == (
        "2026-01-01T00:00:00+00:00",
        ["test.example"],
        True,
    )
    der = x509.load_pem_x509_certificate(data).public_bytes(serialization.Encoding.DER)
    assert seen("certificates", der)["certificates"] == [one]


# --- Hostile ------------------------------------------------------------------------------------------------

BOMB = b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'"><!ENTITY c "&b;&b;">]><a>&c;</a>'
EXTERNAL = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
DEEP_MAIL = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000))


def with_password() -> bytes:
    data = bytearray(archive({"content.xml": b"<a/>"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def broken_packing() -> bytes:
    data = bytearray(archive({"content.xml": b"<a/>" * 100}))
    at = data.index(b"content.xml") + len("content.xml")
    data[at : at + 4] = b"\xff" * 4
    return bytes(data)


REFUSED = {
    "xml bomb": ("xml", BOMB, {}, "too_complex"),
    "xml that fetches": ("xml", EXTERNAL, {}, "too_complex"),
    "xml cut short": ("xml", b"<a><b>", {}, "damaged"),
    "xml of 17 MB": ("xml", b"<a>" + b" " * (17 * MEGABYTE) + b"</a>", {}, "too_big"),
    "json that nests without end": ("json", b"[" * 200_000, {}, "too_complex"),
    "json that is none": ("json", b"{,}", {}, "damaged"),
    "a zip that is none": ("archive", b"PK\x03\x04" + b"x" * 100, {"page": 1}, "damaged"),
    "a workbook that is none": ("workbook", b"PK\x03\x04", {"page": 1, "sheet": 1}, "damaged"),
    "a document that swells": ("office", archive({"content.xml": b" " * (40 * MEGABYTE)}), {}, "too_big"),
    "a document with a bomb": ("office", archive({"content.xml": BOMB}), {}, "too_complex"),
    "a document that wants a password": ("office", with_password(), {}, "damaged"),
    "a document whose packing is broken": ("office", broken_packing(), {}, "damaged"),
    "a certificate that is none": ("certificates", b"0\x82\x01\x00rien", {}, "damaged"),
}


@pytest.mark.parametrize(("reader", "data", "asked", "code"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_file_is_refused_by_name(reader, data, asked, code):
    assert refusal(reader, data, **asked) == code


SHOWN = {
    "a line of 10 MB as csv": ("csv", b"x" * (10 * MEGABYTE), {"page": 1}),
    "a csv of 10,000 columns": ("csv", (b"a;" * 10_000 + b"\n") * 20, {"page": 1}),
    "a csv with NUL": ("csv", b"a;b\0\n1;2\n", {"page": 1}),
    "a csv beyond its end": ("csv", b"a;b\n1;2\n", {"page": 1_000_000}),
    "json of 100,000 items": ("json", json.dumps(list(range(100_000))).encode(), {}),
    "json nested 100 deep": ("json", b"[" * 100 + b"]" * 100, {}),
    "json with a number of 10,000 digits": ("json", b"9" * 10_000, {}),
    "xml of 100,000 elements": ("xml", b"<a>" + b"<b/>" * 100_000 + b"</a>", {}),
    "xml nested 20,000 deep": ("xml", b"<a>" * 20_000 + b"</a>" * 20_000, {}),
    "xml with 10,000 attributes": (
        "xml",
        b"<a " + b" ".join(b'x%d="y"' % n for n in range(10_000)) + b"/>",
        {},
    ),
    "a mail with a header of 5 MB": ("mail", b"Subject: " + b"x" * (5 * MEGABYTE) + b"\n\ncorps", {}),
    "a mail with 100,000 headers": ("mail", b"X-A: b\n" * 100_000 + b"\ncorps", {}),
    "a mail with a wrong encoding": ("mail", b"Subject: =?klingon?q?=FF?=\nFrom: \xff\xfe\n\n\xff\xfe", {}),
    "no mail at all": ("mail", bytes(range(256)) * 10, {}),
    "an archive of 9,000 files": ("archive", archive({f"{n}.txt": b"" for n in range(9000)}), {"page": 3}),
}


LONG = "é" * 1999
MUCH = {
    "json": json.dumps([LONG] * 2900, ensure_ascii=False).encode(),
    "xml": ("<a>" + f"<b>{LONG}</b>" * 2900 + "</a>").encode(),
    "office": archive({"content.xml": ("<a>" + f"<p>{LONG}</p>" * 1900 + "</a>").encode()}),
}


@pytest.mark.parametrize("reader", MUCH)
def test_a_legible_file_of_many_long_texts_is_shown_in_part(reader):
    assert seen(reader, MUCH[reader])["is_cut"]


@pytest.mark.parametrize(("reader", "data", "asked"), SHOWN.values(), ids=SHOWN)
def test_a_large_or_odd_file_is_shown_within_bounds(reader, data, asked):
    said = seen(reader, data, **asked)
    assert len(json.dumps(said)) < 2 * MEGABYTE


def test_a_mail_that_nests_without_end_stays_bounded():
    assert refusal("mail", DEEP_MAIL) == "too_complex"


def test_what_lies_in_a_bucket_is_not_copied_whatever_its_size(monkeypatch):
    monkeypatch.setattr(running, "MOST_COPIED", 10)
    assert refusal("json", b"[1, 2, 3, 4]") == "too_big"
    assert seen("json", b"[1, 2, 3]")["is_cut"] is False


def test_a_machine_that_does_not_manage_says_nothing_of_the_file(monkeypatch):
    monkeypatch.setattr(running, "LIMITS", replace(running.LIMITS, wait=0))
    assert refusal("json", b"[]") == "not_now"
