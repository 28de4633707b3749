"""A programme's home, its workbooks: what is read, mended, refused; a draft that somebody else changed."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jalon.journal.models import Entry
from jalon.programmes.definition.diff.compare import diff
from jalon.programmes.definition.workbook.composing import read_definition
from jalon.programmes.models import Draft, Revision, WorkbookImport
from tests.programmes.workbooks import raw_rows, write
from tests.scenarios.revisions import draft, edited, published
from tests.scenarios.small import SMALL_CODE
from tests.web.agency import browser, query_count, text_of
from tests.web.programmes import (
    FIRST,
    HOME,
    change,
    changed_draft,
    company,
    definition_now,
    manager,
    not_a_workbook,
    workbook_of,
)

__all__ = ["company"]  # fixture
pytestmark = [pytest.mark.django_db, pytest.mark.any_database("pages over acts that are tested on either")]

PAGES = (
    "", "/classeur", "/rapprochements", "/comparaison", "/verdicts", "/impact", "/publier", "/textes",
    "/textes/profils", "/exigences/ins-va1.01", "/apercu", "/liste/brouillon", "/revisions/1", "/revisions/1/dossiers",
)  # fmt: skip


def send(company, file, version: int | None = None):
    seen = draft().version if version is None else version
    return manager(company).post(f"{HOME}/classeur", {"version": str(seen), "workbook": file})


def test_the_pages_are_there_for_the_manager_and_for_nobody_else(company):
    who = ("verifier", "referent", "college", "signatory", "administrator", "elsewhere", "agent", "rival")
    answers = {
        (name, tail): browser(company, name).get(HOME + tail).status_code
        for name in who
        for tail in PAGES[::5]
    }
    assert set(answers.values()) == {404}
    assert {tail: manager(company).get(HOME + tail).status_code for tail in PAGES} == dict.fromkeys(
        PAGES, 200
    )


def test_home_tells_where_each_revision_stands(company):
    published(change)
    changed_draft(lambda edit: edit.reword(FIRST))
    shown = text_of(manager(company).get(HOME))
    assert [shown.count(word) for word in ("En vigueur", "Remplacée", "Nouvelle liste")] == [1, 1, 1]
    assert "<strong>1 différence</strong> avec la révision n° 2." in shown
    assert Revision.objects.get(number=2).sha256[:12] in shown


def test_the_list_of_a_revision_comes_back_as_a_workbook(company, tmp_path):
    answer = manager(company).get(f"{HOME}/liste/1")
    path = tmp_path / "liste.xlsx"
    path.write_bytes(answer.content)
    was = definition_now()
    read, report = read_definition(
        path, template=was, like=was, code=was.code, track=was.track, title=was.title
    )
    assert read is not None
    assert (diff(was, read).list_equal, report.errors) == (True, [])
    assert manager(company).get(f"{HOME}/liste/9").status_code == 404


def test_a_workbook_becomes_the_draft_with_its_report(company, tmp_path):
    was = definition_now()
    file = workbook_of(was.model_copy(update={"chapters": was.chapters[:1]}), tmp_path)
    answer = send(company, file)
    kept = WorkbookImport.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"{HOME}/classeur/{kept.pk}")
    now = definition_now()
    assert ([c.key for c in now.chapters], now.steps) == ([was.chapters[0].key], was.steps)
    shown = text_of(manager(company).get(answer["Location"]))
    assert "liste.xlsx" in shown
    assert '<dd class="j-num">1</dd><dt>chapitre</dt>' in shown
    events = Entry.objects.filter(chain=f"programme:{SMALL_CODE}").values_list("event", flat=True)
    assert list(events)[-1] == "programmes.workbook.imported"


def test_sent_twice_it_is_one_import(company, tmp_path):
    was = definition_now()
    seen, less = draft().version, was.model_copy(update={"chapters": was.chapters[:1]})
    first = send(company, workbook_of(less, tmp_path), seen)
    second = send(company, SimpleUploadedFile("liste.xlsx", (tmp_path / "liste.xlsx").read_bytes()), seen)
    assert (first["Location"], draft().version) == (second["Location"], seen + 1)


@pytest.mark.parametrize("what", ["nothing", "no workbook"])
def test_what_is_no_workbook_changes_nothing(company, what):
    was = draft()
    sent = {"version": str(was.version)} | ({} if what == "nothing" else {"workbook": not_a_workbook()})
    answer = manager(company).post(f"{HOME}/classeur", sent)
    assert answer.status_code == 422
    told = "Choisissez le classeur" if what == "nothing" else "Ce fichier n’est pas un classeur Excel"
    assert told in text_of(answer)
    assert list(Draft.objects.values()) == [d for d in Draft.objects.values() if d["version"] == was.version]
    assert WorkbookImport.objects.count() == 0


def test_too_large_a_file_is_not_even_read(company):
    answer = send(company, SimpleUploadedFile("liste.xlsx", io.BytesIO(b"x" * (21 * 1024 * 1024)).read()))
    assert (answer.status_code, "Ce fichier dépasse 20 Mo" in text_of(answer)) == (422, True)


def test_a_row_that_cannot_be_used_stops_the_import_and_is_named(company, tmp_path):
    workbook_of(definition_now(), tmp_path)
    rows = raw_rows(tmp_path / "liste.xlsx")
    rows[1]["ID"] = "X" * 500
    write(tmp_path / "trop-long.xlsx", rows)
    was = draft()
    answer = send(company, SimpleUploadedFile("trop-long.xlsx", (tmp_path / "trop-long.xlsx").read_bytes()))
    shown = text_of(answer)
    assert (answer.status_code, "Rien n’a été écrit" in shown, "ligne 3" in shown) == (422, True, True)
    assert draft().sha256 == was.sha256


def test_somebody_else_wrote_the_draft_meanwhile(company, tmp_path):
    was = definition_now()
    file = workbook_of(was.model_copy(update={"chapters": was.chapters[:1]}), tmp_path)
    seen = draft().version
    changed_draft()
    answer = send(company, file, seen)
    assert answer.status_code == 409
    assert "a modifié ce brouillon le" in text_of(answer)
    assert len(definition_now().chapters) == len(was.chapters)


def test_a_draft_is_given_up_after_a_confirmation(company):
    was = definition_now()
    seen = str(changed_draft().version)
    asked = manager(company).post(f"{HOME}/brouillon/abandon", {"version": seen})
    assert (asked.status_code, definition_now() == was) == (200, False)
    manager(company).post(f"{HOME}/brouillon/abandon", {"version": seen, "confirmed": "yes"})
    assert definition_now() == was


def test_the_report_is_filtered(company, tmp_path):
    changed_draft()
    answer = send(company, workbook_of(definition_now(), tmp_path))
    address = answer["Location"]
    everything, nothing = manager(company).get(address), manager(company).get(f"{address}?q=introuvable")
    assert text_of(everything).count("Scénario sans preuve attendue") == 1
    assert "Aucune remarque ne répond à ce filtre." in text_of(nothing)


def test_what_is_searched_goes_with_the_filters_as_it_was_typed(company, tmp_path):
    changed_draft()
    address = send(company, workbook_of(definition_now(), tmp_path))["Location"]
    shown = text_of(manager(company).get(address, {"q": "A&B #2+x"}))
    assert 'href="?q=A%26B+%232%2Bx"' in shown
    assert "&amp;q=A%26B+%232%2Bx" in shown.replace("&q=", "&amp;q=")


def test_home_asks_no_more_with_ten_revisions(company):
    client = manager(company)
    client.get(HOME)
    one = query_count(lambda: client.get(HOME))
    for n in range(3):
        published(lambda edit, n=n: edit.reword(FIRST, f"Texte {n}"))
    client.get(HOME)
    assert query_count(lambda: client.get(HOME)) <= one
    edited(change)
