"""Checks in a definition: which are made of a piece, and what is said of those that cannot be."""

from datetime import UTC, datetime

import pytest

from jalon.documents.checks.judging import judge
from jalon.documents.checks.model import Subject
from jalon.documents.checks.registry import DECLARABLE
from jalon.programmes.definition.check import check
from jalon.programmes.definition.declared import FIRM, declared_checks, faults
from jalon.programmes.definition.folder import load_folder, read_folder
from jalon.programmes.definition.schema import DeclaredCheck, ExpectedProof, ProofKind, Text
from jalon.programmes.definition.trying import default_kinds, kind_called
from tests.architecture.source import ROOT

RIS = ROOT / "definitions" / "segur-vague-2" / "ris"


def kind(form, *checks, **values):
    return ProofKind(key="k", label=Text(fr="K"), form=form, checks=checks, **values)


def asked(name, level="", **params):
    return DeclaredCheck(check=name, level=level, params=params)


def expected(*checks):
    return ExpectedProof(key="p", text=Text(fr="P"), kinds=("k",), checks=checks)


def names(checks):
    return [(one.check, one.level, dict(one.params)) for one in checks]


def test_the_form_implies_what_it_is_for():
    assert names(declared_checks(kind("link", hosts=("a.example",)))) == [
        ("link_form", "", {}),
        ("link_host", "", {"hosts": ("a.example",)}),
    ]
    assert names(declared_checks(kind("record", pattern="[0-9]+"))) == [
        ("record_format", "", {"pattern": "[0-9]+"})
    ]
    assert declared_checks(kind("file")) == ()


def test_a_proof_adds_to_its_kind_and_changes_what_it_names():
    film = kind("file", asked("video_plays"), asked("video_length", min_seconds=2, max_seconds=60))
    alone = expected(asked("video_length", "blocking", min_seconds=30), asked("video_size"))
    assert names(declared_checks(film, alone)) == [
        ("video_plays", "", {}),
        ("video_length", "blocking", {"min_seconds": 30, "max_seconds": 60}),
        ("video_size", "", {}),
    ]


def test_a_proof_of_several_forms_declares_checks_of_each():
    either = expected(asked("video_length"), asked("link_host", hosts=("a.example",)))
    assert [one.check for one in declared_checks(kind("file"), either)] == ["video_length"]
    assert [one.check for one in declared_checks(kind("link"), either)] == ["link_form", "link_host"]


@pytest.mark.parametrize(
    ("written", "place", "words"),
    [
        (
            "{check: video_sings}",
            "check",
            "There is no check “video_sings”; those to declare are: video_plays,",
        ),
        ("{check: pdf_encrypted}", "check", "There is no check “pdf_encrypted”"),
        (
            "{check: link_host}",
            "check",
            "The check “link_host” is about “link”, which this proof does not accept.",
        ),
        (
            "{check: video_length, params: {minutes: 3}}",
            "params.minutes",
            "The check “video_length” has no setting “minutes”; its own are: min_seconds, max_seconds.",
        ),
        (
            "{check: video_length, params: {min_seconds: long}}",
            "params.min_seconds",
            "“min_seconds” takes a whole number.",
        ),
        (
            "{check: pdf_a, params: {parts: '1'}}",
            "params.parts",
            "“parts” takes a list of texts.",
        ),
        ("{check: pdf_pages}", "params", "“min_pages” is missing."),
    ],
)
def test_what_cannot_be_declared_is_told_with_file_and_line(tmp_path, written, place, words):
    import shutil

    folder = shutil.copytree(RIS, tmp_path / "ris")
    file = folder / "kinds.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    line = next(n for n, text in enumerate(lines) if "video_plays" in text)
    lines[line] = f"      - {written}"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    loaded = read_folder(folder)
    (fault,) = check(loaded.definition, loaded.sources)
    assert fault.message("en").startswith(words)
    assert (fault.file, fault.line) == (str(file), line + 1)
    assert fault.where == f"kinds[0].checks[0].{place}"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://tests.example/", "https://x/" + "a" * 5000])
def test_no_programme_lets_a_link_be_anything(url):
    loose = kind("link", asked("link_form", "warning"))
    found = judge(Subject(on=datetime(2027, 1, 1, tzinfo=UTC), url=url), declared_checks(loose))
    assert [(one.check, str(one.level)) for one in found] == [("link_form", "blocking")]


@pytest.mark.parametrize("name", sorted(FIRM))
def test_what_is_always_blocking_cannot_be_declared_as_less(name):
    taking = (kind("link"), kind("record"))
    settings = {"pattern": ".*"} if name == "record_format" else {}

    def found(level):
        return [code for code, _path, _params in faults((asked(name, level, **settings),), (), taking)]

    assert (found("warning"), found("blocking")) == (["check.firm"], [])


def test_the_kinds_that_jalon_brings():
    assert [one.key for one in default_kinds()] == [
        "video", "screenshot", "document", "pentest_form", "log", "email_source", "configuration",
        "cnda_attestation", "sworn_statement", "report_file",
    ]  # fmt: skip
    assert kind_called(default_kinds(), "Pentest-Form").key == "pentest_form"
    for one in (*default_kinds(), *load_folder(RIS).kinds):
        assert all(c.check in DECLARABLE for c in one.checks)
        assert len(declared_checks(one)) >= len(one.checks)
