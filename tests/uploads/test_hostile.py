"""The hostile files come in several requests too: each is refused in the words of the door, and leaves nothing."""

import pytest

from jalon.applications.queries import definition_for
from jalon.core.errors import InvalidInput
from jalon.documents import inspection, storage
from jalon.documents.checks.door import examine, size_troubles
from jalon.documents.checks.judging import of_troubles
from jalon.documents.models import Content, Document
from jalon.documents.rules import FORMATS, display_name
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import slot_views
from jalon.evidence.rules import file_formats, kinds_of
from jalon.uploads.actions import begin_upload, receive_bytes
from jalon.uploads.models import Upload
from jalon.uploads.states import UploadState
from tests.documents.hostile import HOSTILE
from tests.scenarios.cast import open_application_of_everybody
from tests.sentences import as_written

pytestmark = [pytest.mark.django_db, pytest.mark.any_database("files are read, and hardly a row is written")]
LIMIT = 20 * 1024 * 1024  # as in the programme that takes everything


@pytest.fixture
def world(files_dir, db):
    return open_application_of_everybody(every_format=True).eligible()


def slot_of(world):
    definition = definition_for(world.application)
    views = (view for chapter in world.play.chapters() for view in slot_views(world.application, chapter))
    return next(v.key for v in views if file_formats(kinds_of(definition, v.expected)))


def expected_words(one, data, path):
    """What the door says of it; it has nothing against what only the antivirus knows, which is asked after it."""
    path.write_bytes(data)
    if one.check == "virus":
        assert examine(path, one.name, list(FORMATS), size=len(data), max_bytes=LIMIT).troubles == ()
        return "l’antivirus y a trouvé un programme malveillant"
    size = 10 * 1024**3 if one.stream else len(data)
    troubles = (
        size_troubles(display_name(one.name), size, LIMIT)
        if one.stream
        else examine(path, one.name, list(FORMATS), size=size, max_bytes=LIMIT).troubles
    )
    assert [(found.check, str(found.level)) for found in of_troubles(troubles)] == [(one.check, one.level)], (
        one.what
    )
    return as_written(inspection._said(troubles))


def send(world, slot, one, data):
    """What is said against it, at once or when it has arrived; "": it is in the slot."""
    size = 10 * 1024**3 if one.stream else len(data)
    try:
        upload = begin_upload(
            actor=world["agent"], number=world.number, item_key=slot, name=one.name, size=size
        )
    except InvalidInput as refused:
        return as_written(" ".join(refused.errors.values()))
    for start in range(0, size, 8 * 1024 * 1024):
        receive_bytes(upload, start, [data[start : start + 8 * 1024 * 1024]])
    upload.refresh_from_db()
    assert (upload.state == UploadState.DONE) == bool(one.kept), (one.what, upload.state)
    return as_written(upload.message)


def test_each_is_refused_in_the_words_of_the_door_and_leaves_nothing(world, files_dir, clamd, tmp_path):
    def left():
        kept = sum(path.is_file() for path in files_dir.rglob("*"))
        return kept, Document.objects.count(), Content.objects.count(), ProofItem.objects.count()

    slot = slot_of(world)
    for one in HOSTILE:
        data, before = b"" if one.stream else one.data(), left()
        said = send(world, slot, one, data)
        if one.kept:
            assert (said, left()) == ("", tuple(n + 1 for n in before)), one.what
            continue
        assert expected_words(one, data, tmp_path / "object") in said, one.what
        assert display_name(one.name) in said, one.what
        assert left() == before, one.what
    assert storage.parts().sizes() == {}
    placed = ProofItem.objects.order_by("pk").values_list("document__name", flat=True)
    assert list(placed) == [one.kept for one in HOSTILE if one.kept]
    assert not Upload.objects.exclude(state__in=[UploadState.DONE, UploadState.REFUSED]).exists()
