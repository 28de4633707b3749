"""A claim that a file backs, declared after the file is eligible (R5)."""

import re
import shutil

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jalon.accounts.standing import standing_of
from jalon.applications.models import AnswerDocument, Application
from jalon.applications.queries.facts import frozen_facts, pending_claims
from jalon.core.errors import InvalidInput
from jalon.demo.play import Play
from jalon.demo.samples import sample_pdf
from jalon.reviews.actions.declarations import decide_declared_claim
from jalon.reviews.actions.evidence_files import give_evidence
from tests.scenarios.library import FOLDER, begin_library_file
from tests.web.vendors import signed_in, text_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]
FORM = "lecture-publique/sigb/steps/01-demande.yaml"
AS_TEXT = "key: depot\n        kind: text"
AS_FILE = "key: depot\n        kind: documents\n        formats: [pdf]\n        max_files: 1"


@pytest.fixture
def play(tmp_path) -> Play:
    """Eligible, with a catalogue that was taken over: a new one is claimed with a file."""
    folder = tmp_path / "definitions"
    shutil.copytree(FOLDER, folder)
    (folder / FORM).write_text((folder / FORM).read_text().replace(AS_TEXT, AS_FILE))
    return begin_library_file(folder).fill({"origine": "repris"}).submit().find_eligible()


def upload(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, sample_pdf(name), "application/pdf")


def send(play: Play, **typed: object):
    """The page as it stands, with other answers."""
    page, client = f"/candidatures/{play.number}/declaration", signed_in(play.cast.vendor)
    shown = client.get(page).content.decode()
    kept = dict(re.findall(r'name="(_v\.[a-z_]+)" value="([0-9]+)"', shown))
    ticked = re.findall(r'name="([a-z_-]+)" value="([^"]+)" checked', shown)
    return client.post(page, {**kept, **dict(ticked), "origine": "neuf", **typed})


def decide(play: Play, *, confirmed: bool) -> None:
    shown = signed_in(play.cast.verifier).get(f"/instruction/{play.number}/declaration").content.decode()
    found = re.search(r'name="evidence" value="([^"]*)"', shown)
    assert found
    decide_declared_claim(
        actor=standing_of(play.cast.verifier),
        number=play.number,
        key="catalogue-neuf",
        confirmed=confirmed,
        evidence=found[1],
        reason="Un autre dépôt.",
    )


def test_it_is_declared_refused_backed_anew_and_confirmed(play):
    assert send(play, action="show").status_code == 422  # its file is missing
    ahead = send(play, action="show", depot=upload("un.pdf"))
    seen = re.search(r'name="seen" value="([^"]+)"', ahead.content.decode())
    assert seen, text_of(ahead)
    assert ("un.pdf" in text_of(ahead), "Vos pièces sont transmises" in text_of(ahead)) == (True, True)
    assert "Rien n’est encore enregistré" not in text_of(ahead)
    assert not pending_claims(play.application)
    assert send(play, action="confirm", seen=seen[1]).status_code == 303
    assert pending_claims(play.application) == {"catalogue-neuf"}

    # Whether any proof is asked makes no difference: the file is in step 3.
    Application.objects.update(expected=0, given=0, conform=0, to_modify=0)
    reader = signed_in(play.cast.verifier)
    shown = text_of(reader.get(f"/instruction/{play.number}/declaration"))
    link = re.search(rf"/instruction/{play.number}/pieces/[0-9]+", shown)
    assert link
    assert reader.get(link[0]).status_code == 200
    assert f"/candidatures/{play.number}/declaration" in text_of(
        signed_in(play.cast.vendor).get(f"/candidatures/{play.number}")
    )
    decide(play, confirmed=False)
    assert not pending_claims(play.application)

    assert send(play, action="show", depot=upload("deux.pdf")).status_code == 303
    assert pending_claims(play.application) == {"catalogue-neuf"}
    given = AnswerDocument.objects.filter(application=play.application, field="depot")
    assert list(given.filter(removed_at=None).values_list("document__name", flat=True)) == ["deux.pdf"]
    decide(play, confirmed=True)
    assert frozen_facts(play.application).claims == {"catalogue-neuf"}
    with pytest.raises(InvalidInput):
        give_evidence(
            actor=standing_of(play.cast.vendor),
            number=play.number,
            field="depot",
            document_id=given.earliest("pk").document_id,
        )
