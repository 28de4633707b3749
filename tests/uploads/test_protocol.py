"""The tus protocol, request by request."""

from datetime import timedelta

import pytest

from jalon.applications.queries import definition_for
from jalon.documents import storage
from jalon.evidence.rules import kind_for_file, kinds_of
from jalon.uploads.models import Upload
from jalon.uploads.rules import MOST_AT_ONCE
from jalon.uploads.states import UploadState
from tests.sentences import as_written
from tests.uploads.conftest import HOW, padded, sender_of
from tests.web.vendors import signed_in

DATA = padded(3000)


def test_what_is_spoken_here(sender):
    answer = sender.client.options(sender.base)
    assert (answer.status_code, answer["Tus-Version"]) == (204, "1.0.0")
    assert answer["Tus-Extension"] == "creation,termination,expiration"


def test_a_file_in_three_requests_is_a_piece_of_its_slot(sender):
    begun = sender.begin("preuve.pdf", len(DATA))
    where = begun["Location"]
    assert (begun.status_code, begun["Tus-Resumable"]) == (201, "1.0.0")
    assert begun["Upload-Expires"].endswith("GMT")
    for start in (0, 1000, 2000):
        assert sender.head(where)["Upload-Offset"] == str(start)
        assert sender.patch(where, start, DATA[start : start + 1000])["Upload-Offset"] == str(start + 1000)
    assert sender.patch(where, 3000, DATA[3000:]).status_code == 204
    (piece,) = sender.pieces()
    assert (piece.document.name, b"".join(storage.chunks_of(piece.document.content.storage_key))) == (
        "preuve.pdf", DATA,
    )  # fmt: skip
    assert sender.state(where)["state"] == UploadState.DONE
    assert sender.head(where)["Upload-Offset"] == str(len(DATA))
    assert storage.parts().sizes() == {}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.0"}, 412),
        ({"Tus-Resumable": ""}, 412),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "x"}, 400),
        ({"Upload-Length": "9" * 30}, 400),
        ({"Upload-Metadata": ""}, 400),
        ({"Upload-Metadata": "slot !!!,filename YS5wZGY="}, 400),
        ({"Upload-Metadata": "slot bm93aGVyZQ==,filename YS5wZGY="}, 404),
    ],
)
def test_a_beginning_that_says_too_little(sender, headers, status):
    answer = sender.begin(**headers)
    assert (answer.status_code, Upload.objects.count()) == (status, 0)
    assert answer["Tus-Resumable"] == "1.0.0"
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("name", "size", "status", "words"),
    [
        ("film.exe", 1000, 415, "format EXE"),
        ("sans-extension", 1000, 415, "extension"),
        ("vide.pdf", 0, 413, "est vide"),
        ("enorme.pdf", 10 * 1024**3, 413, "la taille maximale est de"),
    ],
)
def test_refused_before_any_byte(sender, name, size, status, words):
    answer = sender.begin(name, size)
    assert (answer.status_code, Upload.objects.count()) == (status, 0)
    assert words in as_written(answer.json()["error"])
    assert storage.parts().sizes() == {}


def test_the_limit_of_the_programme_itself_is_allowed(sender):
    kinds = kinds_of(definition_for(sender.world.application), sender.slot.expected)
    limit = kind_for_file(kinds, "a.pdf").max_mb * 1024 * 1024
    assert sender.begin("a.pdf", limit).status_code == 201
    assert sender.begin("a.pdf", limit + 1).status_code == 413


@pytest.mark.parametrize(
    ("offset", "data", "headers", "status"),
    [
        (0, DATA[:10], {"Tus-Resumable": "2.0.0"}, 412),
        (0, DATA[:10], {"Content-Type": "application/octet-stream"}, 415),
        ("x", DATA[:10], {}, 400),
        (-1, DATA[:10], {}, 400),
        (5, DATA[:10], {}, 409),
        (0, DATA + b"x", {}, 413),
        (len(DATA), b"x", {}, 413),
    ],
)
def test_bytes_that_do_not_belong_there(sender, offset, data, headers, status):
    where = sender.begin(size=len(DATA))["Location"]
    answer = sender.patch(where, offset, data, **headers)
    assert (answer.status_code, sender.head(where)["Upload-Offset"]) == (status, "0")


def test_where_to_go_on_is_said_with_the_refusal(sender):
    where = sender.begin(size=len(DATA))["Location"]
    sender.patch(where, 0, DATA[:100])
    again = sender.patch(where, 0, DATA[:100])
    assert (again.status_code, again["Upload-Offset"]) == (409, "100")


def test_the_last_bytes_sent_again_change_nothing(sender):
    where = sender.send(DATA)
    assert sender.patch(where, len(DATA), b"").status_code == 204
    assert sender.patch(where, 0, DATA).status_code == 409
    assert len(sender.pieces()) == 1


def test_no_header_names_another_method(sender):
    where = sender.begin(size=len(DATA))["Location"]
    said = {**HOW, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    answer = sender.client.post(where, DATA[:9], content_type="application/offset+octet-stream", headers=said)
    assert (answer.status_code, sender.head(where)["Upload-Offset"]) == (405, "0")


def test_given_up(sender):
    where = sender.begin(size=len(DATA))["Location"]
    sender.patch(where, 0, DATA[:100])
    assert sender.client.delete(where, headers=HOW).status_code == 204
    assert (sender.head(where).status_code, sender.patch(where, 100, DATA[100:]).status_code) == (404, 404)
    assert (Upload.objects.count(), storage.parts().sizes()) == (0, {})


def test_given_up_without_javascript(sender):
    where = sender.begin(size=len(DATA))["Location"]
    back = f"/candidatures/{sender.world.number}/chapitres/x"
    assert sender.client.post(f"{where}/annuler", {"back": back})["Location"] == back
    assert Upload.objects.count() == 0


@pytest.mark.parametrize("name", ["delegate", "rival", "verifier"])
def test_an_upload_exists_for_nobody_else(sender, name):
    where = sender.begin(size=len(DATA))["Location"]
    other = signed_in(sender.world.users[name])
    said = {**HOW, "Upload-Offset": "0"}
    answers = [
        other.head(where, headers=HOW),
        other.patch(where, DATA, content_type="application/offset+octet-stream", headers=said),
        other.delete(where, headers=HOW),
        other.get(where),
    ]
    expected = 302 if name == "verifier" else 404  # the agency is led to its own pages
    assert [answer.status_code for answer in answers] == [expected] * 4
    assert sender.head(where)["Upload-Offset"] == "0"


def test_nobody_signed_in_is_told_so(sender, client):
    assert client.post(sender.base, headers=HOW).status_code == 401


def test_too_many_at_once(sender):
    sender.begin()
    first = sender.row()
    Upload.objects.bulk_create(
        Upload(
            token=f"{n:064x}", user=first.user, company=first.company, application=first.application,
            item_key=first.item_key, name="a.pdf", size=1, language="fr", created_at=first.created_at,
            expires_at=first.expires_at,
        )
        for n in range(MOST_AT_ONCE - 1)
    )  # fmt: skip
    assert sender.begin().status_code == 429
    assert sender_of(sender.world, "delegate").begin().status_code == 201


def test_no_room_on_the_disk(sender, monkeypatch):
    monkeypatch.setattr(storage.Parts, "free", lambda _self: 1024**3 + 2500)
    assert sender.begin(size=2000).status_code == 201
    refused = sender.begin(size=1000)
    assert (refused.status_code, Upload.objects.count()) == (507, 1)
    assert "La place manque sur le serveur" in refused.json()["error"]


def test_too_late(sender, freeze):
    where = sender.begin(size=len(DATA))["Location"]
    Upload.objects.update(expires_at=sender.row().created_at - timedelta(seconds=1))
    assert sender.patch(where, 0, DATA).status_code == 410
