"""Each hostile or broken file is named by its check, and leaves nothing behind; the next good one is taken."""

import resource
from pathlib import Path

import pytest

from jalon.accounts.standing import Standing
from jalon.core.errors import InvalidInput
from jalon.documents.actions import receive_file
from jalon.documents.checks.door import examine, size_troubles
from jalon.documents.checks.judging import of_troubles
from jalon.documents.checks.registry import CHECKS
from jalon.documents.models import Content, Document
from jalon.documents.rules import FORMATS, display_name
from tests.documents.hostile import HOSTILE
from tests.documents.samples import paper
from tests.sentences import as_written

pytestmark = [pytest.mark.django_db, pytest.mark.any_database("files are read, and hardly a row is written")]
LIMIT = 20 * 1024 * 1024
MEMORY = 64 * 1024 * 1024  # bytes that the process may grow by


def send(company, name, chunks):
    return receive_file(
        actor=Standing(),
        company_id=company.pk,
        name=name,
        chunks=chunks,
        formats=list(FORMATS),
        max_bytes=LIMIT,
    )


def memory():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def found(one, data, path):
    """What the checks of the door say, by name and level."""
    if one.stream:
        troubles = size_troubles(display_name(one.name), 10 * 1024**3, LIMIT)
    else:
        path.write_bytes(data)
        size = path.stat().st_size
        troubles = examine(path, one.name, list(FORMATS), size=size, max_bytes=LIMIT).troubles
    return [(f.check, str(f.level)) for f in of_troubles(troubles)]


def found_by_antivirus(refusal):
    """It is asked once the door has nothing against a file; its refusal is its finding."""
    is_said = "l’antivirus y a trouvé un programme malveillant" in refusal
    return [("virus", str(CHECKS["virus"].level))] if is_said else []


def test_there_are_forty_and_each_is_another():
    assert len({one.what for one in HOSTILE}) == len(HOSTILE) >= 40
    assert len({one.check for one in HOSTILE}) >= 20


def test_each_is_named_leaves_nothing_and_the_next_good_file_is_taken(files_dir, company, clamd, tmp_path):
    def kept():
        return sorted(str(file) for file in files_dir.rglob("*") if file.is_file())

    made = [(one, b"" if one.stream else one.data()) for one in HOSTILE]
    before, judged = memory(), {}
    for one, data in made:
        told = found(one, data, tmp_path / "object")
        chunks, there = one.stream() if one.stream else iter([data]), (kept(), Document.objects.count())
        if one.kept:  # only a warning: it is taken, under a name that hides nothing
            judged[one.what] = told, [(one.check, one.level)]
            assert send(company, one.name, chunks).name == one.kept
            continue
        with pytest.raises(InvalidInput) as refused:
            send(company, one.name, chunks)
        refusal = as_written(refused.value.errors["file"])
        judged[one.what] = told or found_by_antivirus(refusal), [(one.check, one.level)]
        assert display_name(one.name) in refusal, one.what
        assert (kept(), Document.objects.count()) == there, one.what
    assert {what: told for what, (told, expected) in judged.items() if told != expected} == {}
    assert send(company, "a.pdf", [paper(pages=20)]).name == "a.pdf"
    assert Content.objects.count() == len(kept()) == 1 + sum(bool(one.kept) for one in HOSTILE)
    assert memory() - before < MEMORY
