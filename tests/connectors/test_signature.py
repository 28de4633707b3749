"""Signatures inside a PDF: two of them hold, and one changed bit is seen, by us and by poppler."""

import random
import shutil
import stat
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jalon.connectors.pdf import render
from jalon.connectors.signature import (
    NoAuthority,
    UnreadablePdf,
    load_authority,
    make_authority,
    sign_pdf,
    validate,
)

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TEMPLATE = (
    '#set document(title: "T")\n#set text(lang: "fr")\n#let d = json(bytes(sys.inputs.data))\n= Titre\n#d.x'
)


@pytest.fixture(autouse=True)
def keys(settings, tmp_path_factory) -> Path:
    settings.KEYS_DIR = tmp_path_factory.mktemp("keys")
    make_authority(settings.KEYS_DIR)
    return settings.KEYS_DIR


@pytest.fixture
def unsigned(tmp_path: Path) -> bytes:
    template = tmp_path / "t.typ"
    template.write_text(TEMPLATE, encoding="utf-8")
    return render(template, {"x": "Une convention"}, at=AT)


def signed(pdf: bytes, name: str, organisation: str = "Éditions Noël SAS") -> bytes:
    return sign_pdf(
        pdf, signer_name=name, organisation=organisation, reason="Convention", location="Paris", at=AT
    )


@pytest.fixture
def twice(unsigned: bytes) -> bytes:
    return signed(signed(unsigned, "Éloïse Noël"), "Paul Martin", "Agence")


def pdfsig(pdf: bytes, tmp_path: Path) -> list[str]:
    file = tmp_path / "signed.pdf"
    file.write_bytes(pdf)
    out = subprocess.run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout
    return [line.split(":", 1)[1].strip() for line in out.splitlines() if "Signature Validation" in line]


def test_a_file_without_signature_has_none(unsigned):
    assert validate(unsigned) == []


def test_the_first_signature_still_holds_after_the_second(twice):
    first, second = validate(twice)
    assert (first.signer_name, first.organisation) == ("Éloïse Noël", "Éditions Noël SAS")
    assert (second.signer_name, second.organisation) == ("Paul Martin", "Agence")
    assert [s.signed_at for s in (first, second)] == [AT, AT]
    assert [(s.intact, s.trusted, s.valid) for s in (first, second)] == [(True, True, True)] * 2
    assert [s.whole_file for s in (first, second)] == [False, True]


def test_poppler_finds_both_signatures_valid(twice, tmp_path):
    assert pdfsig(twice, tmp_path) == ["Signature is Valid."] * 2


def test_signing_adds_and_changes_nothing_before(unsigned):
    once = signed(unsigned, "A")
    assert once.startswith(unsigned)
    assert signed(once, "B").startswith(once)


def test_a_name_longer_than_a_certificate_allows_is_cut_in_the_certificate(unsigned):
    (status,) = validate(signed(unsigned, "N" * 90, "O" * 90))
    assert (status.signer_name, status.organisation, status.valid) == ("N" * 64, "O" * 64, True)


def all_hold(pdf: bytes) -> bool:
    try:
        found = validate(pdf)
    except UnreadablePdf:
        return False
    return len(found) == 2 and all(s.valid for s in found)


def covered(pdf: bytes) -> list[int]:
    """Every offset that the last signature covers: all but the hexadecimal string of the signature itself."""
    start = pdf.rindex(b"/Contents <") + len(b"/Contents ")
    end = pdf.index(b">", start) + 1
    return [*range(start), *range(end, len(pdf))]


def test_one_flipped_bit_anywhere_under_the_signatures_is_seen(twice):
    assert all_hold(twice)
    draw = random.Random(20261122)
    offsets = covered(twice)
    for offset in [offsets[0], offsets[-1], *draw.sample(offsets, 150)]:
        damaged = bytearray(twice)
        damaged[offset] ^= 1 << draw.randrange(8)
        assert not all_hold(bytes(damaged)), offset


def test_poppler_sees_a_flipped_bit_too(twice, tmp_path):
    assert pdfsig(twice, tmp_path) == ["Signature is Valid."] * 2
    draw = random.Random(7)
    for offset in draw.sample(covered(twice), 25):
        damaged = bytearray(twice)
        damaged[offset] ^= 1 << draw.randrange(8)
        assert pdfsig(bytes(damaged), tmp_path) != ["Signature is Valid."] * 2, offset


def test_a_signature_of_another_authority_is_intact_but_not_trusted(unsigned, settings, tmp_path):
    pdf = signed(unsigned, "A")
    settings.KEYS_DIR = tmp_path / "other"
    make_authority(settings.KEYS_DIR)
    (status,) = validate(pdf)
    assert (status.intact, status.trusted, status.valid) == (True, False, False)


def test_text_added_after_the_signature_is_seen(unsigned):
    pdf = signed(unsigned, "A")
    (status,) = validate(pdf + b"\n% more\n")
    assert status.whole_file is False


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"not a PDF at all"])
def test_what_is_no_pdf_is_said_to_be_none(content):
    with pytest.raises(UnreadablePdf):
        validate(content)


def test_keys_are_for_the_owner_only(keys):
    folder = keys / "signature-authority"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = sorted(folder.iterdir())
    assert [f.name for f in files] == ["issuing.key", "issuing.pem", "root.key", "root.pem"]
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}


def test_an_authority_that_is_there_stays_as_it_is(keys):
    made = load_authority(keys).issuing.serial_number
    make_authority(keys)
    assert load_authority(keys).issuing.serial_number == made


def test_who_has_no_authority_signs_nothing_and_makes_none(unsigned, keys):
    shutil.rmtree(keys / "signature-authority")
    with pytest.raises(NoAuthority, match=r"issuing\.pem|root\.pem"):
        signed(unsigned, "A")
    assert list(keys.iterdir()) == []


@pytest.mark.parametrize("name", ["root.pem", "issuing.pem", "issuing.key"])
def test_an_authority_that_is_damaged_or_not_whole_is_none(keys, name):
    kept = keys / "signature-authority" / name
    kept.write_bytes(b"nothing")
    with pytest.raises(NoAuthority, match="can be read"):
        load_authority(keys)
    kept.unlink()
    with pytest.raises(NoAuthority, match=f"{name}: No such file"):
        load_authority(keys)
    make_authority(keys)  # never over what is there
    assert not kept.exists()


def test_a_key_of_another_authority_is_noticed(keys, tmp_path):
    make_authority(tmp_path)
    shutil.copy(tmp_path / "signature-authority" / "issuing.key", keys / "signature-authority")
    with pytest.raises(NoAuthority, match="is not the key of"):
        load_authority(keys)


def test_many_at_once_make_one_authority(tmp_path):
    keys = tmp_path
    found = []

    def make() -> None:
        make_authority(keys)
        found.append(load_authority(keys).root)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({root.serial_number for root in found}) == 1
    assert [p.name for p in keys.iterdir()] == ["signature-authority"]
