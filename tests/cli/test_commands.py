"""Each command that reports prints one JSON object, and its exit status says what happened: 0, 1 or 2."""

import importlib
import json
import os
import shutil
import subprocess
import sys

import polib
import pytest
from click.testing import CliRunner, Result
from django.db import connection

from jalon.cli import main
from jalon.cli.messages import compile_messages
from jalon.core.db.append_only import append_only_tables
from jalon.journal.actions import take_digest
from jalon.journal.tasks import CLOCK
from jalon.programmes.models import Programme
from tests.architecture.source import ROOT
from tests.programmes.workbooks import rows, write

RIS = ROOT / "definitions" / "segur-vague-2" / "ris"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def answer(result: Result) -> dict:
    """The one object on standard output; anything else there is an error."""
    return json.loads(result.stdout)


def test_without_a_command_the_list_is_shown():
    assert "serve" in run("--help").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["programme", "check"],
        ["serve", "--port", "many"],
        ["journal", "verify", "--anchor", "/nowhere"],
    ],
)
def test_wrong_use_exits_2(arguments):
    assert run(*arguments).exit_code == 2


def test_a_wrong_setting_is_told_in_words(monkeypatch):
    monkeypatch.setenv("JALON_DEBUG", "perhaps")
    result = run("doctor")
    assert result.exit_code == 2
    assert (
        result.stderr
        == "JALON_DEBUG: Input should be a valid boolean, unable to interpret input (got 'perhaps')\n"
    )


def test_checking_a_definition_needs_no_django():
    code = (
        "import sys\nfrom jalon.cli import main\n"
        f"try:\n    main(['programme', 'check', {str(RIS)!r}])\n"
        "except SystemExit as end:\n    assert end.code == 0, end\n"
        "assert 'django' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True)


def test_a_good_definition_exits_0():
    result = run("programme", "check", RIS, "--json")
    assert (result.exit_code, answer(result)["ok"], answer(result)["findings"]) == (0, True, [])


def test_a_bad_definition_exits_1_and_says_where(tmp_path):
    (tmp_path / "programme.yaml").write_text("format: 1\ncode: no\ncode: x\n", encoding="utf-8")
    result = run("programme", "check", tmp_path, "--json")
    assert (result.exit_code, answer(result)["ok"]) == (1, False)
    assert {"file", "line", "code"} <= set(answer(result)["findings"][0])


def test_a_track_of_a_definitions_folder_is_checked_alone():
    result = run("programme", "check", RIS.parent, "--json")
    assert (result.exit_code, [one["code"] for one in answer(result)["programmes"]]) == (0, ["ris-vague-2"])


@pytest.mark.parametrize("command", ["check", "load"])
def test_a_folder_that_holds_no_programme_exits_1(db, tmp_path, command):
    result = run("programme", command, tmp_path, "--json")
    assert (result.exit_code, answer(result)["ok"]) == (1, False)
    assert [finding["code"] for finding in answer(result)["findings"]] == ["folder.no_programme"]


@pytest.mark.parametrize("command", ["check", "load"])
def test_a_folder_beside_programmes_that_holds_none_exits_1(db, tmp_path, command):
    shutil.copytree(RIS.parent, tmp_path / "track")
    (tmp_path / "track" / "forgotten" / "chapters").mkdir(parents=True)
    result = run("programme", command, tmp_path)
    assert result.exit_code == 1
    assert "forgotten : “forgotten” has no programme.yaml: add it" in result.stdout
    assert not Programme.objects.exists()


def test_importing_the_real_workbook(reference_dir, tmp_path):
    workbook = reference_dir / "rem" / "REM-RIS-Va2-B.xlsx"
    result = run("programme", "import", workbook, "--into", tmp_path / "track" / "imported", "--json")
    report = answer(result)
    assert result.exit_code == 0
    assert (report["rows"], report["requirements"], report["proofs"]) == (386, 246, 357)
    again = run("programme", "import", workbook, "--into", tmp_path / "track" / "imported", "--json")
    assert (again.exit_code, answer(again)["findings"][0]["code"]) == (2, "folder.not_empty")


def test_a_list_with_an_unusable_row_exits_1_and_writes_nothing(tmp_path):
    workbook = write(tmp_path / "w.xlsx", rows({}, {"ID": "", "N° scénario": "", "N° preuve": ""}))
    result = run("programme", "import", workbook, "--into", tmp_path / "track" / "new", "--json")
    told = answer(result)
    assert (result.exit_code, told["ok"], told["requirements"]) == (1, False, 1)
    assert [(e["sheet"], e["row"], e["column"], e["code"]) for e in told["errors"]] == [
        ("Exigences", 3, "ID", "row.no_id")
    ]
    assert not (tmp_path / "track").exists()


def test_a_list_goes_out_and_comes_back(tmp_path):
    exported = run("programme", "export", RIS, tmp_path / "ris.xlsx", "--json")
    assert (exported.exit_code, answer(exported)["ok"]) == (0, True)
    options = ["--into", tmp_path / "segur" / "ris", "--like", RIS, "--json"]
    back = answer(run("programme", "import", tmp_path / "ris.xlsx", *options))
    assert (back["ok"], back["errors"], back["requirements"]) == (
        True,
        [],
        answer(exported)["requirements"],
    )


def test_a_list_becomes_a_programme_by_the_commands_of_the_readme(db, tmp_path):
    folder = tmp_path / "my-programme"
    workbook = write(tmp_path / "w.xlsx", rows({}))
    said = [
        run("programme", "load"),
        run("programme", "import", workbook, "--into", folder, "--track", "segur-vague-2"),
        run("programme", "check", folder),
        run("programme", "load", folder),
        run("programme", "publish", "my-programme", "--reason", "Ouverture"),
    ]
    assert [result.exit_code for result in said] == [0] * 5, [result.output for result in said]
    assert "of the track segur-vague-2" in said[1].stdout


def test_a_track_that_cannot_be_one_is_wrong_use(tmp_path):
    workbook = write(tmp_path / "w.xlsx", rows({}))
    assert (
        run("programme", "import", workbook, "--into", tmp_path / "p", "--track", "Ma piste").exit_code == 2
    )


def test_simulating_needs_known_profiles():
    result = run("programme", "simulate", RIS, "--profile", "général", "--wave1", "yes", "--json")
    told = answer(result)
    assert (result.exit_code, told["ok"]) == (0, True)
    assert {"code", "applies", "reason", "proofs"} <= set(told["requirements"][0])
    unknown = run("programme", "simulate", RIS, "--profile", "Inconnu", "--json")
    assert (unknown.exit_code, answer(unknown)["findings"][0]["code"]) == (2, "profile.unknown")


def test_loading_twice_changes_nothing(db):
    first, second = (answer(run("programme", "load", "--json")) for _ in range(2))
    assert {part["outcome"] for part in first["loaded"]} == {"created"}
    assert {part["outcome"] for part in second["loaded"]} == {"unchanged"}


def test_publishing_what_does_not_exist_exits_1(db):
    result = run("programme", "publish", "nothing", "--reason", "Première révision", "--json")
    assert (result.exit_code, answer(result)["ok"]) == (1, False)


def test_verifying_names_the_first_bad_line(db, tmp_path):
    run("programme", "load")
    take_digest(actor=CLOCK)
    with connection.cursor() as cursor:
        for table in append_only_tables():
            for name in ("update", "delete") if connection.vendor == "sqlite" else ("rows", "table"):
                suffix = f"{name}_{table}" if connection.vendor == "sqlite" else f"{name} ON {table}"
                cursor.execute(f"DROP TRIGGER append_only_{suffix}")
        cursor.execute("UPDATE journal_entry SET event = 'x' WHERE chain = 'programme:portal'")
    result = run("journal", "verify", "--anchor", tmp_path, "--json")
    assert result.exit_code == 1
    assert answer(result)["first"]["chain"] == "programme:portal"
    assert (answer(result)["first"]["seq"], answer(result)["first"]["what"]) == (1, "altered")
    assert run("doctor").exit_code == 1


def test_anchoring_writes_the_line_that_verification_reads(db, settings, tmp_path):
    settings.JOURNAL_ANCHOR_DIR = tmp_path
    run("programme", "load")
    assert answer(run("journal", "anchor", "--json")) == {"appended": 1, "digest": 1, "ok": True}
    result = answer(run("journal", "verify", "--anchor", tmp_path, "--json"))
    assert (result["ok"], result["anchors"]) == (True, 1)
    (tmp_path / "elsewhere").mkdir()
    result = run("journal", "verify", "--anchor", tmp_path / "elsewhere", "--json")
    assert (result.exit_code, answer(result)["first"]["chain"]) == (1, "anchors")


@pytest.mark.parametrize(
    "wrong",
    [
        "s3://KEY:very/secret@host/pieces",
        "s3://host/pieces",
        "s3://KEY:very@host",
        "s3://KEY:very@host/pieces?tsl=no",
        "https://KEY:very@host/pieces",
    ],
)
def test_a_bucket_that_is_named_wrongly_stops_the_start_and_stays_secret(monkeypatch, wrong):
    monkeypatch.setenv("JALON_OBJECT_STORAGE", wrong)
    result = run("doctor")
    assert (result.exit_code, "JALON_OBJECT_STORAGE: " in result.stderr) == (2, True)
    assert "very" not in result.stderr


def test_a_bucket_that_does_not_answer_is_found_by_the_doctor(db, settings):
    address = "s3://KEY:SECRET@127.0.0.1:9/pieces?tls=no"
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"object_storage": address})
    result = run("doctor", "--json")
    (finding,) = answer(result)["findings"]
    assert (result.exit_code, finding.startswith("object storage cannot be used: ")) == (1, True)


def test_a_sound_installation_passes_the_doctor(db):
    result = run("doctor", "--json")
    assert (result.exit_code, answer(result)) == (0, {"findings": [], "ok": True})


def test_adding_staff(db):
    command = ["staff", "add", "ines.robert", "--given-name", "Inès", "--family-name", "Robert"]
    words = ["--password", "correct horse battery", "--json"]
    assert run(*command, "--role", "administrator", *words).exit_code == 0
    again = run(*command, "--role", "administrator", *words)
    assert (again.exit_code, answer(again)["ok"]) == (1, False)
    assert run(*command, "--role", "king", *words).exit_code == 2


def test_a_role_for_a_programme_that_does_not_exist_is_refused(db):
    run("programme", "load")
    command = ["staff", "add", "ines.robert", "--given-name", "Inès", "--family-name", "Robert", "--json"]
    words = ["--password", "correct horse battery", "--role"]
    result = run(*command, *words, "verifier:nothing")
    assert (result.exit_code, answer(result)["ok"]) == (1, False)
    assert "No programme is called nothing; there are: " in answer(result)["error"]
    assert "ris-vague-2" in answer(result)["error"]
    assert run(*command, *words, "verifier:ris-vague-2").exit_code == 0


def test_catalogues_are_compiled_without_gettext(monkeypatch, tmp_path):
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalogue.append(polib.POEntry(msgid="Candidature : %(n)s", msgstr="Application: %(n)s"))
    catalogue.save(str(folder / "django.po"))
    # By its full name: in the package, `messages` is the command.
    monkeypatch.setattr(importlib.import_module("jalon.cli.messages"), "LOCALE", tmp_path)
    made = [str(folder / "django.mo"), str(tmp_path / "fr" / "LC_MESSAGES" / "django.mo")]
    assert answer(run("messages", "compile", "--json"))["compiled"] == made
    said = [[entry.msgstr for entry in polib.mofile(path)] for path in made]
    assert said == [["Application: %(n)s"], ["Candidature\N{NO-BREAK SPACE}: %(n)s"]]
    assert compile_messages(only_stale=True) == []
    os.utime(made[1], (0, 0))  # made by older rules
    assert compile_messages(only_stale=True) == made
