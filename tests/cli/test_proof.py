"""`jalon proof check`: a vendor tries a file before sending it. A process of its own, without Django."""

import json
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from jalon.cli import main
from jalon.core.clock import PARIS
from tests.architecture.source import ROOT
from tests.documents.samples import MAIL, film, paper, picture, signed

RIS = str(ROOT / "definitions" / "segur-vague-2" / "ris")
NOW = datetime.now(tz=PARIS)


def run(tmp_path, name, data, kind, *options):
    path = tmp_path / name
    path.write_bytes(data)
    return CliRunner().invoke(main, ["proof", "check", str(path), "--kind", kind, *options])


def found(tmp_path, name, data, kind, *options):
    answer = run(tmp_path, name, data, kind, "--json", *options)
    told = json.loads(answer.stdout)
    findings = [(finding["check"], finding["level"]) for finding in told["findings"]]
    assert all(finding["message"] and finding["remedy"] for finding in told["findings"])
    assert told["ok"] is (answer.exit_code == 0) is not any(level == "blocking" for _, level in findings)
    return findings


GOOD = [
    ("a.mp4", film, "video"),
    ("a.png", picture, "screenshot"),
    ("a.pdf", lambda: paper(pdf_a="2B"), "document"),
    ("a.pdf", lambda: signed(at=NOW - timedelta(days=30)), "pentest_form"),
    ("a.log", lambda: b"2026-03-02 ok\n", "log"),
    ("a.eml", lambda: MAIL, "email_source"),
    ("a.conf", lambda: b"cle=1\n", "configuration"),
    ("a.pdf", paper, "cnda_attestation"),
    ("a.pdf", paper, "sworn_statement"),
]


@pytest.mark.parametrize(("name", "make", "kind"), GOOD)
def test_good_files_are_good(tmp_path, name, make, kind):
    assert found(tmp_path, name, make(), kind) == []


@pytest.mark.parametrize(
    ("name", "make", "kind", "expected"),
    [
        ("a.mp4", lambda: b"", "video", ("not_empty", "blocking")),
        ("a.mp4", lambda: film()[:-200], "video", ("truncated", "blocking")),
        ("a.mp4", lambda: film("libx265"), "video", ("video_codec", "blocking")),
        ("a.png", lambda: picture(width=200), "screenshot", ("image_size", "warning")),
        ("a.pdf", paper, "document", ("pdf_a", "warning")),
        ("a.exe", paper, "document", ("format_accepted", "blocking")),
        ("a.pdf", lambda: b"MZ" + bytes(200), "pentest_form", ("content_type", "blocking")),
        ("a.pdf", paper, "pentest_form", ("pdf_signed", "blocking")),
        ("a.pdf", lambda: signed(at=NOW - timedelta(days=400)), "pentest_form", ("pdf_signature_age", "blocking")),
    ],
)  # fmt: skip
def test_bad_files_are_told(tmp_path, name, make, kind, expected):
    assert found(tmp_path, name, make(), kind) == [expected]


def test_a_programme_has_its_own_kinds(tmp_path):
    assert found(tmp_path, "a.pdf", paper(pdf_a="2B"), "pdfa", "--programme", RIS) == [("pdf_a", "blocking")]
    assert found(tmp_path, "a.pdf", paper(pdf_a="1B"), "pdfa", "--programme", RIS) == []


def test_people_read_what_is_wrong_how_to_mend_it_and_what_was_read(tmp_path):
    answer = run(tmp_path, "a.mp4", film("libx265"), "video", "--language", "en")
    assert answer.stdout.splitlines() == [
        "BLOCKING video_codec: The video “a.mp4” is encoded as H.265 (HEVC), which not every browser plays.",
        "    Convert it: H.264, VP9, AV1 are accepted.",
        "Video: H.265 (HEVC), 1280 × 720, 2 s",
    ]
    answer = run(tmp_path, "b.pdf", signed(at=NOW), "pentest_form")
    assert f"Signé par : Inès Auditrice, Audit & Fils, le {NOW:%d/%m/%Y}" in answer.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--kind", "song"], "There is no kind of proof “song” here; there are: video, screenshot,"),
        (["--kind", "gazelle-permalink", "--programme", RIS], "is given as a link, not as a file"),
        (["--kind", "video", "--programme", str(ROOT / "docs")], "programme.yaml"),
        ([], "Missing option '--kind'"),
    ],
)
def test_wrong_use_is_2(tmp_path, options, words):
    path = tmp_path / "a.pdf"
    path.write_bytes(paper())
    answer = CliRunner().invoke(main, ["proof", "check", str(path), *options])
    assert (answer.exit_code, words in answer.stderr) == (2, True)


@pytest.mark.processes
def test_it_needs_no_django_no_settings_and_no_database(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(film())
    code = (
        "import sys\nsys.modules['django'] = None\nfrom jalon.cli import main\n"
        f"main(['proof', 'check', {str(path)!r}, '--kind', 'video', '--json'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PATH": "/usr/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["findings"] == []


def test_an_unknown_kind_is_told_in_one_object(tmp_path):
    told = run(tmp_path, "a.log", b"x\n", "nope", "--json")
    answer = json.loads(told.stdout)
    assert (told.exit_code, answer["ok"], answer["error"] in told.stderr) == (2, False, True)
