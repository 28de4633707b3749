"""What the machine says of a piece, on the vendor's page and on the verifier's."""

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jalon.accounts.states import StaffRoleName
from jalon.demo.play import Cast, Play
from jalon.documents.models import Document
from jalon.documents.tasks import read
from jalon.evidence.queries import slot_views
from tests.documents.samples import film
from tests.kept import kept
from tests.scenarios.people import person, product, staff
from tests.scenarios.programme import RIS
from tests.scenarios.small import open_small_programme
from tests.sentences import as_written

pytestmark = [pytest.mark.django_db, pytest.mark.any_database("pages over acts that are tested on either")]
BACKEND = "jalon.accounts.backends.StaffBackend"
CHAPTER, SLOT = "gestion-ins", "ins-va1.01.01.01"
REFUSED = (
    "Bloquant : La vidéo « film.mp4 » est encodée en H.265 (HEVC), que tous les navigateurs ne lisent pas. "
    "Convertissez-la : H.264, VP9, AV1 sont acceptés."
)


@pytest.fixture
@kept
def play() -> Play:
    open_small_programme()
    vendor = person("nadia")
    verifier = staff("thomas", StaffRoleName.VERIFIER, programme=RIS)
    opened = Play.begin(Cast(vendor, verifier), RIS, product(vendor)).fill().submit().find_eligible()
    return opened.deposit(CHAPTER)


def shown(user, url: str) -> str:
    client = Client()
    client.force_login(user, backend=BACKEND)
    page = client.get(url).content.decode()
    text = "".join(part.partition(">")[2] for part in page.split("<"))
    return as_written(" ".join(unescape(text).split()))


def deposit(play: Play) -> Document:
    client = Client()
    client.force_login(play.cast.vendor, backend=BACKEND)
    file = SimpleUploadedFile("film.mp4", film("libx265"))
    client.post(
        f"/candidatures/{play.number}/chapitres/{CHAPTER}/preuves", {f"file:{SLOT}": file, "slot": SLOT}
    )
    return Document.objects.get(name="film.mp4")


def test_a_vendor_reads_that_a_piece_is_checked_then_what_is_wrong(play):
    document, url = deposit(play), f"/candidatures/{play.number}/chapitres/{CHAPTER}?exigence=INS/va1.01"
    assert "Contrôle en cours" in shown(play.cast.vendor, url)
    read(document.pk)
    page = shown(play.cast.vendor, url)
    assert (REFUSED in page, "H.265 (HEVC), 1280 × 720, 2 s" in page) == (True, True)
    code = next(view.code for view in slot_views(play.application, CHAPTER) if view.key == SLOT)
    assert f"1 pièce à remplacer, selon les contrôles : {code}" in page


def test_a_submission_that_blocks_says_each_piece(play):
    read(deposit(play).pk)
    client = Client()
    client.force_login(play.cast.vendor, backend=BACKEND)
    answer = client.post(f"/candidatures/{play.number}/chapitres/{CHAPTER}/soumettre", {"round": "0"})
    page = as_written(unescape(answer.content.decode()))
    assert answer.status_code == 409
    assert "<br>" in page[page.index("selon les contrôles") : page.index("H.265 (HEVC)")]


def test_a_verifier_reads_the_same(play):
    document = deposit(play)
    play.submit_chapters([CHAPTER])
    read(document.pk)
    item = next(
        item
        for view in slot_views(play.application, CHAPTER)
        for item in view.items
        if item.document == document
    )
    page = shown(
        play.cast.verifier,
        f"/instruction/{play.number}/chapitres/{CHAPTER}?vue=tout&preuve={SLOT}&piece={item.pk}",
    )
    assert REFUSED in page
