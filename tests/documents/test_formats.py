"""Every known format is taken when it is genuine, and refused when it is not, with a sentence that says why."""

import io
import zipfile
from pathlib import Path

import pikepdf
import pytest
import yaml

from jalon.core.errors import InvalidInput
from jalon.documents.checks.frames import MOST_PARTS, PIECE, behind, iso_media, jpeg, png
from jalon.documents.checks.readers import entries
from jalon.documents.checks.readers.trouble import Trouble
from jalon.documents.rules import FORMATS, extension_of, is_known_format, known_formats
from tests.documents.conftest import GOOD, docx_bytes, mp4_bytes, pdf_bytes, png_bytes, xlsx_bytes, zip_bytes
from tests.documents.samples import picture
from tests.sentences import as_written

ROOT = Path(__file__).resolve().parents[2]
PEM = GOOD["a.pem"]
KEY = PEM.replace(b"CERTIFICATE", b"PRIVATE KEY")
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(300)
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'


def refused(receive, name, data, **options):
    with pytest.raises(InvalidInput) as caught:
        receive(name, data, **options)
    assert list(caught.value.errors) == ["file"]
    return as_written(caught.value.errors["file"])


@pytest.mark.parametrize("name", GOOD)
def test_genuine_files_are_taken(receive, name):
    document = receive(name, GOOD[name], formats=list(FORMATS))
    assert document.media_type == FORMATS[extension_of(name)].media_type


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (
            "a.xml",
            b'<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Header/><Body><a/></Body></Envelope>',
        ),
        ("a.hl7", b'<?xml version="1.0"?><Envelope xmlns="urn:a"><Body/></Envelope>'),
        ("a.hl7", b"\x0b<PRPA_IN201305UV02 xmlns='urn:hl7-org:v3'/>\x1c\r"),
        ("a.xml", '<?xml version="1.0" encoding="UTF-16"?>\n<été/>'.encode("utf-16")),
        (
            "a.xml",
            b'<Patient xmlns="http://hl7.org/fhir"><div xmlns="http://www.w3.org/1999/xhtml"><b/></div></Patient>',
        ),
        ("a.xml", b"<liste><script>un.sh</script><body/></liste>"),
        (
            "a.xml",
            b'<saml:Assertion Version="2.0">an extract, whose prefix is declared elsewhere</saml:Assertion>',
        ),
    ],
)
def test_xml_of_its_own_is_told_from_pages_by_its_root(receive, name, data):
    assert receive(name, data, formats=["xml", "hl7"]).name == name


def test_every_known_format_has_a_genuine_example():
    assert {extension_of(name) for name in GOOD} == set(FORMATS)


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("film.mp4", EXE, "EXE"),
        ("film.mp4", pdf_bytes(), "PDF"),
        ("rapport.pdf", b"<!DOCTYPE html><html><p>Bonjour</p></html>", "HTML"),
        ("rapport.pdf", b"GIF89a" + bytes(20) + pdf_bytes(), "GIF"),
        ("capture.png", SVG.replace(b"<script/>", b""), "SVG"),
        ("capture.png", GOOD["a.jpg"], "JPEG"),
        ("preuves.zip", b"Rar!\x1a\x07\x00" + bytes(50), "RAR"),
        ("capture.jpg", png_bytes(), "PNG"),
    ],
)
def test_the_refusal_says_what_was_found_and_what_is_accepted(receive, name, data, found):
    expected = name.rpartition(".")[2].upper()
    assert refused(receive, name, data, formats=["pdf", "png", "jpg", "mp4", "zip"]) == (
        f"Le fichier « {name} » n’est pas un fichier {expected} : son contenu est au format {found}. "
        "Formats acceptés : PDF, PNG, JPG, MP4, ZIP."
    )


def test_what_nobody_knows_is_said_to_be_unknown(receive):
    assert refused(receive, "film.mp4", b"\x07\x06\x05" * 50, formats=["mp4"]) == (
        "Le fichier « film.mp4 » n’est pas un fichier MP4 : son contenu n’est pas reconnu. Formats acceptés : MP4."
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", HTML),
        ("a.txt", EXE),
        ("a.txt", pdf_bytes()),
        ("a.xml", SVG),
        ("a.xml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>"),
        ("a.eml", b"Juste du texte.\n"),
        ("a.xml", b"<!-- une page --><!DOCTYPE html><html><p>Bonjour<br></html>"),
        ("a.xml", b"<h:div xmlns:h='http://www.w3.org/1999/xhtml'/>"),
        ("a.json", b"<json/>"),
        ("a.webm", GOOD["a.mkv"]),
        ("a.ods", GOOD["a.odt"]),
        ("a.odt", GOOD["a.docx"]),
        ("a.hl7", b"Juste du texte."),
        ("a.webp", b"RIFF1234WAVE"),
    ],
)
def test_text_formats_are_not_a_way_in_for_something_else(receive, name, data):
    assert "n’est pas un fichier" in refused(receive, name, data, formats=list(FORMATS))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.pdf", pdf_bytes()[:-40], "est incomplet"),
        ("a.pdf", b"%PDF-1.7\n%%EOF", "est endommagé"),
        ("a.pdf", pdf_bytes(encryption=pikepdf.Encryption(user="s", owner="o")), "mot de passe"),
        ("a.png", png_bytes()[:-12], "est incomplet"),
        ("a.mp4", mp4_bytes()[:-1], "est incomplet"),
        ("a.mp4", mp4_bytes()[:16], "est endommagé"),
        ("a.zip", zip_bytes({"a": "b"})[:-10], "est endommagé"),
        ("a.xml", b"<a><b></a>", "est endommagé"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "entités XML"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "entités XML"),
        ("a.json", b'{"a": }', "est endommagé"),
        ("a.json", b"[" * 200_000, "est endommagé"),
        ("a.pptx", docx_bytes(), "d’une autre sorte"),
        ("a.odt", GOOD["a.odt"][:-10], "est endommagé"),
        ("a.pem", KEY, "une clé privée"),
        ("a.crt", KEY + PEM, "une clé privée"),
        ("a.crt", b"-----BEGIN CERTIFICATE-----\nAAAA\n", "est incomplet"),
        ("a.pem", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "d’une autre sorte"),
        ("a.der", GOOD["a.der"][:-1], "est incomplet"),
        ("a.xlsx", zip_bytes({"a": "b"}), "d’une autre sorte"),
        ("a.xlsx", docx_bytes(), "d’une autre sorte"),
        ("a.xlsx", xlsx_bytes(**{"xl/vbaProject.bin": "x"}), "contient des macros"),
    ],
)
def test_what_cannot_be_opened_is_refused(receive, name, data, words):
    assert words in refused(receive, name, data, formats=list(FORMATS))


def encrypted_zip():
    """An entry whose two headers say that it is encrypted (zipfile itself writes none)."""
    data = bytearray(zip_bytes({"a.txt": "b"}, zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def link_zip():
    entry = zipfile.ZipInfo("lien")
    entry.external_attr = 0o120777 << 16
    return zip_bytes({entry: "/etc/passwd"})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zip_bytes({"zeros": bytes(50_000_000)}), "démesurée"),
        (zip_bytes({str(number): "" for number in range(10_001)}), "trop de fichiers"),
        (zip_bytes({"../../etc/cron.d/x": "x"}), "sortent de son dossier"),
        (zip_bytes({"/etc/cron.d/x": "x"}), "sortent de son dossier"),
        (zip_bytes({"..\\x": "x"}), "sortent de son dossier"),
        (zip_bytes({"C:\\x": "x"}), "sortent de son dossier"),
        (link_zip(), "sortent de son dossier"),
        (encrypted_zip(), "mot de passe"),
    ],
)
def test_a_dangerous_archive_is_refused(receive, data, words):
    assert words in refused(receive, "preuves.zip", data, max_bytes=10_000_000)
    assert words in refused(receive, "tableau.xlsx", data, formats=["xlsx"], max_bytes=10_000_000)


def many_in_one():
    """Entries packed in every way."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            archive.writestr(zipfile.ZipInfo(f"preuve{method}.log"), b"une ligne\n" * 60_000, method)
        archive.writestr("vide/", "")
    return out.getvalue()


def test_an_honest_archive_is_read_through_however_it_is_packed(receive):
    assert receive("preuves.zip", many_in_one()).name == "preuves.zip"


def test_the_item_that_is_damaged_is_named(receive):
    data = bytearray(zip_bytes({"journal.log": "une ligne\n" * 500}, zipfile.ZIP_STORED))
    data[100] ^= 1
    assert refused(receive, "preuves.zip", bytes(data)) == (
        "Le fichier « preuves.zip » est endommagé : l’élément « journal.log » qu’il contient est illisible. "
        "Enregistrez-le à nouveau depuis son application d’origine, puis déposez-le."
    )


def test_small_items_are_read_through_before_the_time_is_over(tmp_path, monkeypatch):
    """Whoever lies claims to be small: a large one ahead of it hides nothing."""
    monkeypatch.setattr(entries, "MOST_READ", 10_000)
    path = tmp_path / "a.zip"
    path.write_bytes(zip_bytes({"large": bytes(9_999), "middling": bytes(5_000), "small": bytes(1_000)}))
    with zipfile.ZipFile(path) as opened, path.open("rb") as file:
        large, middling, small = opened.infolist()
        large.CRC ^= 1
        entries.read_through(file, [large, middling, small])
        small.CRC ^= 1
        with pytest.raises(Trouble):
            entries.read_through(file, [large, middling, small])


def with_thumbnail():
    """A small picture among the data ahead of the picture, as cameras write it."""
    small = picture("JPEG", width=20, height=10)
    whole = picture("JPEG", width=40, height=30)
    return whole[:2] + b"\xff\xe1" + (len(small) + 2).to_bytes(2, "big") + small + whole[2:]


@pytest.mark.parametrize(
    "added",
    [
        b"",
        b"\xff\xff\x00",
        bytes(3000) + b"SEFT\x00Camera Data",
        picture("JPEG", width=20, height=10),
        mp4_bytes(),
        mp4_bytes() + bytes(200_000),
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
    ],
    ids=["nothing", "filling", "data", "a second picture", "a film", "a long film", "words"],
)
def test_what_cameras_add_behind_a_photograph_is_taken(receive, added):
    for name, data in {"a.jpg": with_thumbnail(), "a.webp": GOOD["a.webp"]}.items():
        assert receive(name, data + added, formats=["jpg", "webp"]).name == name


def test_a_photograph_that_is_cut_is_incomplete(tmp_path):
    path = tmp_path / "a.jpg"
    for cut in (0, 1, 2, 200):
        path.write_bytes(picture("JPEG")[: -cut or None])
        assert jpeg(path) == ("truncated" if cut else "ok")


def test_the_end_of_a_photograph_is_found_where_pieces_meet(tmp_path):
    """Its end is a mark of two bytes, and it is read in pieces."""
    path, start = tmp_path / "a.jpg", b"\xff\xd8\xff\xda\x00\x02"
    for length in range(PIECE - 8, PIECE + 4):
        path.write_bytes(start + b"x" * length + b"\xff\xd9" + EXE)
        assert behind(path, "jpeg") == EXE


def test_a_definition_that_names_an_unknown_format_is_told_so():
    with pytest.raises(ValueError, match="no format called exe, dll"):
        known_formats(["pdf", "exe", "dll"])
    assert [known.extension for known in known_formats(["PDF", ".jpeg", "jpg"])] == ["pdf", "jpg"]


def test_a_file_of_endless_parts_keeps_nobody_busy(tmp_path):
    film, picture, photograph = (tmp_path / name for name in ("a.mp4", "a.png", "a.jpg"))
    film.write_bytes(b"\x00\x00\x00\x08free" * (MOST_PARTS + 1))
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x00tEXt\x00\x00\x00\x00" * (MOST_PARTS + 1))
    photograph.write_bytes(b"\xff\xd8" + b"\xff\xda\x00\x02" * (MOST_PARTS + 1))
    assert (iso_media(film), png(picture), jpeg(photograph)) == ("too_complex", "too_complex", "truncated")


def formats_in(node):
    """What stands in every list called `formats`, anywhere in a definition."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "formats" and isinstance(value, list):
                yield from value
            else:
                yield from formats_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from formats_in(value)


def test_the_shipped_programmes_ask_for_known_formats_only():
    asked = set()
    for path in (ROOT / "definitions").glob("[!_]*/**/*.yaml"):
        asked |= set(formats_in(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert asked
    assert [extension for extension in sorted(asked) if not is_known_format(extension)] == []
