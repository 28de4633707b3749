"""From the stream to the row: whole or not at all."""

import hashlib

import pytest

from jalon.accounts.models import Company
from jalon.core.errors import InvalidInput
from jalon.documents import actions, queries, storage
from jalon.documents.models import Content, Document, Scan
from jalon.documents.queries import open_document, shows_inline, stored_bytes
from tests.documents.conftest import GOOD
from tests.sentences import as_written

PDF = GOOD["a.pdf"]

pytestmark = pytest.mark.django_db


def objects(files_dir):
    return sorted(path for path in files_dir.rglob("*") if path.is_file())


def test_a_file_is_kept_as_it_came(receive, files_dir, company):
    document = receive("Preuve.PDF", PDF)
    assert (document.name, document.media_type, document.size) == ("Preuve.PDF", "application/pdf", len(PDF))
    assert document.sha256 == hashlib.sha256(PDF).hexdigest()
    assert document.company_id == company.pk
    assert b"".join(stored_bytes(document)) == PDF
    with open_document(document) as file:
        assert file.read() == PDF
    (path,) = objects(files_dir)
    assert path == files_dir / document.content.storage_key
    assert path.stat().st_mode & 0o777 == 0o600
    assert "Preuve" not in document.content.storage_key


def test_the_same_bytes_lie_once_in_one_company(receive, files_dir):
    first, second = receive("a.pdf", PDF), receive("b.pdf", PDF)
    assert first.content == second.content
    assert [first.name, second.name] == ["a.pdf", "b.pdf"]
    assert Content.objects.count() == len(objects(files_dir)) == 1


def test_two_companies_share_no_bytes(receive, files_dir, company):
    other = Company.objects.create(register_number="552100555", name="Autre", name_norm="autre")
    first, theirs = receive("a.pdf", PDF), receive("a.pdf", PDF, company_id=other.pk)
    assert first.content != theirs.content
    assert first.sha256 == theirs.sha256
    assert len(objects(files_dir)) == 2


def test_what_jalon_makes_for_nobody_lies_once(files_dir):
    papers = [
        actions.store_generated(company_id=None, name=name, data=PDF, media_type="application/pdf")
        for name in ("a.pdf", "b.pdf")
    ]
    assert papers[0].content == papers[1].content
    assert len(objects(files_dir)) == 1


def test_of_two_at_the_same_time_one_object_stays(receive, files_dir, monkeypatch):
    """Neither saw the other's row: the second finds it when it writes its own."""
    first = receive("a.pdf", PDF)
    seen = iter([None])
    monkeypatch.setattr(actions, "kept_content", lambda *of: next(seen, None) or queries.kept_content(*of))
    assert receive("b.pdf", PDF).content == first.content
    assert objects(files_dir) == [files_dir / first.content.storage_key]


def test_bytes_found_bad_stay_bad_under_another_name(receive):
    first = receive("a.pdf", PDF)
    actions.record_scan(content_id=first.content_id, found="Eicar")
    with pytest.raises(InvalidInput, match="programme malveillant"):
        receive("b.pdf", PDF)


@pytest.mark.parametrize(
    ("name", "data", "options", "message"),
    [
        (
            "a.pdf",
            b"",
            {},
            "Le fichier « a.pdf » est vide. Vérifiez qu’il s’ouvre chez vous, puis déposez-le à nouveau.",
        ),
        (
            "a.exe",
            PDF,
            {"formats": ["pdf", "png"]},
            "Le fichier « a.exe » est au format EXE, qui n’est pas accepté ici. Formats acceptés : PDF, PNG.",
        ),
        (
            "preuve",
            PDF,
            {"formats": ["pdf"]},
            "Le nom du fichier « preuve » n’a pas d’extension. Formats acceptés : PDF.",
        ),
        (
            "facture\u202efdp.exe",
            PDF,
            {"formats": ["pdf"]},
            "Le fichier « facturefdp.exe » est au format EXE, qui n’est pas accepté ici. Formats acceptés : PDF.",
        ),
    ],
)
def test_what_is_refused_leaves_nothing(receive, files_dir, name, data, options, message):
    with pytest.raises(InvalidInput) as caught:
        receive(name, data, **options)
    assert as_written(caught.value.errors) == {"file": message}
    assert objects(files_dir) == []
    assert Document.objects.count() == 0


def test_too_big_says_how_big_and_how_big_it_may_be(receive, files_dir):
    with pytest.raises(InvalidInput) as caught:
        receive("film.mp4", bytes(3 * 1024 * 1024), max_bytes=2 * 1024 * 1024)
    message = as_written(caught.value.errors["file"])
    assert message == (
        "Le fichier « film.mp4 » pèse 3,0 Mo ; la taille maximale est de 2,0 Mo. "
        "Réduisez-le ou scindez-le, puis déposez-le à nouveau."
    )
    assert objects(files_dir) == []


def test_the_limit_itself_is_allowed(receive):
    assert receive("a.pdf", PDF, max_bytes=len(PDF)).size == len(PDF)


def test_a_stream_that_breaks_leaves_nothing(files_dir, company):
    def breaking():
        yield PDF[:100]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        actions.receive_file(
            actor=actions.SYSTEM,
            company_id=company.pk,
            name="a.pdf",
            chunks=breaking(),
            formats=["pdf"],
            max_bytes=1000,
        )
    assert objects(files_dir) == []


def test_what_jalon_makes_is_kept_and_opens(files_dir, company):
    document = actions.store_generated(
        company_id=company.pk, name="Convention.pdf", data=PDF, media_type="application/pdf"
    )
    assert document.scan == Scan.OWN
    with open_document(document) as file:
        assert file.read() == PDF


def test_only_what_a_browser_shows_safely_is_shown_in_the_page(receive):
    assert shows_inline(receive("a.pdf", PDF)) is True
    assert shows_inline(receive("a.xml", GOOD["a.xml"], formats=["xml"])) is False


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "ab/cd/" + "g" * 40, "ab/cd/" + "a" * 40, "", "/etc/passwd"]
)
def test_a_key_that_was_not_made_here_opens_nothing(files_dir, key):
    with pytest.raises(ValueError, match="Not a storage key"):
        storage.open_object(key)


def test_what_an_interrupted_reception_left_is_swept(files_dir):
    folder = files_dir / "incoming"
    folder.mkdir(parents=True)
    (folder / "x.part").write_bytes(b"x")
    assert storage.sweep(3600) == 0
    assert storage.sweep(-1) == 1
    assert objects(files_dir) == []


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_no_file_is_received(receive):
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        receive("a.pdf", PDF)
    assert Document.objects.count() == 0
