"""Three hundred small proofs through the served product, from the announcement until all are in their slots.

The client is bare and sends one file after the other; a plain copy with its digest of the same files stands beside it.
"""

import json
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from bench.figures import Figure
from bench.uploads import Client, copy_with_digest
from tests.browser.folders import fill, places
from tests.browser.uploading import Served, served

FILES = 300
PATIENCE = 120
_GO = re.compile(r'name="(go:[0-9a-f]+)" value="([^"]+)"')
_DONE = re.compile(r'id="done-title">\s*(\d+)')


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, served(Path(name) / "home", chapters=16) as site:
        folder = Path(name) / "preuves"
        folder.mkdir()
        fill(folder, places(site), sure=FILES, asked=0)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        plain = sum(copy_with_digest(path, path.with_suffix(".copy")) for path in paths)
        started = time.perf_counter()
        client, page = Client(site), f"/candidatures/{site.number}/preuves/fichiers"
        _send(client, page, folder, paths)
        received = time.perf_counter() - started
        matched = _matched(client, page)
        _confirm(client, page, matched)
        stored = time.perf_counter() - started
        beside = (plain, "copy, SHA-256, sync of each")
        yield Figure(f"many: {FILES} files, received and checked", received, "s", *beside)
        yield Figure(f"many: {FILES} files, matched and in their slots", stored, "s", *beside, limit=60)
        yield Figure("many: files that are not in their slots", FILES - _placed(site), "", limit=0)


def _send(client: Client, page: str, folder: Path, paths: list[Path]) -> None:
    told = [{"path": str(path.relative_to(folder)), "size": path.stat().st_size} for path in paths]
    answer = _post(client, f"{page}/annonce", {"files": json.dumps(told)}, Accept="application/json")
    for path, said in zip(paths, json.loads(answer)["files"], strict=True):
        sent = client.ask(
            "PATCH", said["address"], path.read_bytes(), Upload_Offset="0",
            Content_Type="application/offset+octet-stream",
        )  # fmt: skip
        assert sent.status == 204, path


def _matched(client: Client, page: str) -> dict[str, str]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = dict(_GO.findall(_get(client, page)))
        if len(found) == FILES:
            return found
        time.sleep(0.2)
    raise TimeoutError("not all files were recognised")


def _confirm(client: Client, page: str, matched: dict[str, str]) -> None:
    _post(client, f"{page}/ranger", matched)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if (done := _DONE.search(_get(client, page))) and int(done[1]) == FILES:
            return
        time.sleep(0.2)
    raise TimeoutError("not all files came to their place")


def _get(client: Client, address: str) -> str:
    page: bytes = client.ask("GET", address, Accept_Language="fr").body  # type: ignore[attr-defined]
    return page.decode()


def _post(client: Client, address: str, fields: dict[str, str], **headers: str) -> str:
    answer = client.ask(
        "POST", address, urlencode(fields), Content_Type="application/x-www-form-urlencoded", **headers
    )
    assert answer.status in (200, 303), answer.status
    body: bytes = answer.body  # type: ignore[attr-defined]
    return body.decode()


def _placed(site: Served) -> int:
    return int(site.ask("ProofItem.objects.filter(proof__superseded_at=None).count()"))
