"""A folder of proofs as a vendor has it: files named by the codes of a served application's slots."""

import json
import struct
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from jalon.demo.samples import sample_pdf
from tests.browser.uploading import Served
from tests.documents.samples import film

GAPS = ("_", "-", ".", " ")


@dataclass(frozen=True)
class Place:
    """An open slot that takes files."""

    key: str
    code: str
    requirement: str
    film: bool  # takes films; else papers


def places(site: Served) -> list[Place]:
    program = (
        "import django, json; django.setup()\n"
        "from jalon.applications.models import Application\n"
        "from jalon.evidence.queries import named_proofs\n"
        "from jalon.evidence.rules import file_formats, kinds_of\n"
        "from jalon.applications.queries import definition_for\n"
        f"application = Application.objects.get(number={site.number!r})\n"
        "definition = definition_for(application)\n"
        "def row(p):\n"
        "    formats = file_formats(kinds_of(definition, p.expected))\n"
        "    return [p.key, p.code, p.requirement_code, 'mp4' in formats, 'pdf' in formats]\n"
        "print(json.dumps([row(p) for p in named_proofs(application)]))\n"
    )
    rows = json.loads(site.site.run("-c", program).strip().splitlines()[-1])
    return [Place(*row[:4]) for row in rows if row[3] or row[4]]


def content(n: int, place: Place) -> bytes:
    """No two the same."""
    if not place.film:
        return sample_pdf(f"preuve {n}")
    return film(seconds=1, width=320, height=180) + struct.pack(">I4sI", 12, b"free", n)


def fill(folder: Path, found: list[Place], *, sure: int, asked: int) -> dict[str, str]:
    """Writes the files, some in folders; returns file name → key of the slot that it is for; "": a person says."""
    meant = {}
    for n, (place, gap) in enumerate(islice(zip(cycle(found), cycle(GAPS), strict=False), sure)):
        code = place.code.replace("/", gap)
        code = code.lower() if n % 3 == 0 else code
        name = f"{code}_essai {chr(97 + n % 26)}{n:03}x{'.mp4' if place.film else '.pdf'}"
        path = folder / (f"Chapitre {n % 7}" if n % 2 else "") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(n, place))
        meant[name] = place.key
    several = [
        one for one in found
        if sum(p.requirement == one.requirement and p.film == one.film for p in found) > 1
    ]  # fmt: skip
    for n, place in enumerate(islice(cycle(several), asked)):
        name = (
            f"{place.requirement.replace('/', '_')}_montage {chr(97 + n)}{'.mp4' if place.film else '.pdf'}"
        )
        (folder / name).write_bytes(content(1000 + n, place))
        meant[name] = ""
    return meant
