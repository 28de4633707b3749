"""Around the questionnaire: conversation, collaborators, prerequisites, convention, withdrawal, files and dates."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jalon.accounts.models import User
from jalon.accounts.standing import standing_of
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.applications.models import Milestone
from jalon.applications.queries import definition_for
from jalon.applications.states import ApplicationState
from jalon.awards.actions.decisions import reconcile, withdraw_application
from jalon.awards.models import SigningInvitation
from jalon.awards.queries import live_convention
from jalon.connectors import antivirus
from jalon.demo.play import Cast, Play
from jalon.demo.samples import sample_pdf
from jalon.documents.actions import record_scan
from jalon.documents.models import Content, Document, Scan
from jalon.evidence.models import ProofItem
from jalon.messaging.actions import post_message
from jalon.messaging.models import Message
from jalon.notices.models import Notice
from jalon.vendors.actions import grant_access
from jalon.vendors.models import ProductAccess
from tests.kept import kept
from tests.scenarios.people import RIVAL, person, product, staff
from tests.scenarios.programme import RIS
from tests.scenarios.small import open_small_programme

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]
BACKEND = "jalon.accounts.backends.StaffBackend"


@pytest.fixture
@kept
def play() -> Play:
    open_small_programme()
    vendor = person("nadia")
    verifier = staff("thomas", StaffRoleName.VERIFIER, programme=RIS)
    return Play.begin(Cast(vendor, verifier), RIS, product(vendor)).fill().submit().find_eligible()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def nadia(play: Play) -> Client:
    return signed_in(play.cast.vendor)


def address(play: Play, tail: str) -> str:
    return f"/candidatures/{play.number}/{tail}"


def words(response) -> str:
    return " ".join(unescape(response.content.decode()).split())


def employee(play: Play, name: str = "ines", *, attached: bool = True) -> User:
    somebody = person(name, CompanyRole.EMPLOYEE, given_name="Inès", family_name="Carvalho")
    if attached:
        grant_access(actor=play.vendor, product_id=play.application.version.product_id, user_id=somebody.pk)
    return somebody


# --- Conversation and notifications -------------------------------------------------------------------------


def test_a_message_is_sent_once_and_shown(nadia, play):
    before = Message.objects.count()
    last = Message.objects.latest("pk").pk
    for _again in range(2):
        assert nadia.post(address(play, "messages"), {"body": "Bonjour.", "after": last}).status_code == 303
    assert Message.objects.count() == before + 1
    assert "Bonjour." in words(nadia.get(address(play, "messages")))


def test_an_empty_message_is_refused_in_place(nadia, play):
    response = nadia.post(address(play, "messages"), {"body": "  ", "after": 0})
    assert response.status_code == 422
    assert "Écrivez votre message." in words(response)


def test_reading_is_noted_by_a_post_only(nadia, play):
    post_message(actor=play.verifier, number=play.number, body="Une question.")
    assert "Marquer comme lus" in words(nadia.get(address(play, "messages")))
    listed = words(nadia.get("/messages"))
    assert play.application.product_name in listed
    assert 'class="j-count">2</span>' in listed
    beacon = nadia.post(address(play, "messages/lus"), headers={"X-Requested-With": "fetch"})
    assert beacon.status_code == 204
    assert "Marquer comme lus" not in words(nadia.get(address(play, "messages")))


def test_the_list_of_conversations_takes_the_same_queries_for_one_and_three(nadia, play):
    nadia.get("/messages")
    with CaptureQueriesContext(connection) as one:
        nadia.get("/messages")
    for n in (1, 2):
        Play.begin(
            play.cast, RIS, product(play.cast.vendor, version=f"5.{n}")
        ).fill().submit().find_eligible()
    with CaptureQueriesContext(connection) as three:
        page = words(nadia.get("/messages"))
    assert page.count("j-rowlink") == 3
    assert len(three) == len(one)


def test_a_notice_is_read_on_opening_and_leads_where_it_says(nadia, play):
    line = Notice.objects.filter(user=play.cast.vendor).latest("pk")
    assert nadia.get("/notifications").status_code == 200
    assert Notice.objects.get(pk=line.pk).read_at is None
    response = nadia.post(f"/notifications/{line.pk}/ouvrir")
    assert response.headers["Location"] == address(play, "messages")
    assert Notice.objects.get(pk=line.pk).read_at is not None


def test_a_notice_names_the_product_as_long_as_it_is_to_be_seen(nadia, play):
    with CaptureQueriesContext(connection) as one:
        page = words(nadia.get("/notifications"))
    assert f"{play.application.product_name} {play.application.version_label}" in page
    Play.begin(
        play.cast, RIS, product(play.cast.vendor, name="Autre", version="5.1")
    ).fill().submit().find_eligible()
    with CaptureQueriesContext(connection) as two:
        assert "Autre 5.1" in words(nadia.get("/notifications"))
    assert len(two) == len(one)
    Notice.objects.update(user=person("rene", company=RIVAL))
    assert "Autre 5.1" not in words(signed_in(person("rene", company=RIVAL)).get("/notifications"))


def test_somebody_elses_notice_is_left_alone(play):
    line = Notice.objects.filter(user=play.cast.vendor).latest("pk")
    rival = signed_in(person("rene", company=RIVAL))
    assert rival.post(f"/notifications/{line.pk}/ouvrir").headers["Location"] == "/notifications"
    assert Notice.objects.get(pk=line.pk).read_at is None
    assert "Aucune notification" in words(rival.get("/notifications"))


def test_all_notices_are_marked_at_once(nadia, play):
    assert Notice.objects.filter(user=play.cast.vendor, read_at=None).exists()
    assert nadia.post("/notifications/lues").status_code == 303
    assert not Notice.objects.filter(user=play.cast.vendor, read_at=None).exists()


# --- Collaborators ------------------------------------------------------------------------------------------


def test_a_colleague_is_attached_then_detached_after_a_question(nadia, play):
    ines = employee(play, attached=False)
    assert nadia.post(address(play, "collaborateurs"), {"user": ines.pk}).status_code == 303
    theirs = signed_in(ines)
    assert theirs.get(address(play, "preuves")).status_code == 200
    question = address(play, f"collaborateurs/{ines.pk}/retirer")
    assert "L’accès prend fin tout de suite" in words(nadia.get(question))
    assert nadia.post(question).status_code == 303
    assert theirs.get(address(play, "preuves")).status_code == 404


def test_nobody_of_another_company_can_be_attached(nadia, play):
    rene = person("rene", company=RIVAL)
    response = nadia.post(address(play, "collaborateurs"), {"user": rene.pk})
    assert response.status_code == 422
    assert not ProductAccess.objects.filter(user=rene).exists()
    assert nadia.post(address(play, "collaborateurs"), {"user": ""}).status_code == 422


def test_an_employee_reads_the_list_and_changes_nothing(play):
    ines, paul = employee(play), employee(play, "paul")
    client = signed_in(ines)
    page = words(client.get(address(play, "collaborateurs")))
    assert "rattache les collaborateurs" in page
    assert "Retirer l’accès" not in page
    assert client.post(address(play, "collaborateurs"), {"user": paul.pk}).status_code == 403
    assert client.post(address(play, f"collaborateurs/{paul.pk}/retirer")).status_code == 404
    assert ProductAccess.objects.filter(user=paul, until=None).exists()


def test_a_leaders_access_comes_from_the_role(nadia, play):
    own = play.cast.vendor.pk
    assert nadia.get(address(play, f"collaborateurs/{own}/retirer")).status_code == 404


# --- Prerequisites ------------------------------------------------------------------------------------------


def attestation(name: str = "attestation.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, sample_pdf(name) if content is None else content)


def first_prerequisite(play: Play) -> str:
    return definition_for(play.application).prerequisites[0].key


def test_a_document_is_deposited_then_recorded(nadia, play):
    key = first_prerequisite(play)
    page = words(nadia.get(address(play, "prerequis")))
    assert "Bloqué" in page
    assert "Attend : " in page
    assert nadia.post(address(play, f"prerequis/{key}"), {"file": attestation()}).status_code == 303
    page = words(nadia.get(address(play, "prerequis")))
    assert "En examen" in page
    assert "attestation.pdf" in page
    play.meet_prerequisites()
    page = words(nadia.get(address(play, "prerequis")))
    assert "Bloqué" not in page
    refused = nadia.post(address(play, f"prerequis/{key}"), {"file": attestation()})
    assert refused.status_code == 409


@pytest.mark.parametrize(
    ("name", "content"),
    [("programme.exe", b"MZ"), ("vide.pdf", b""), ("faux.pdf", b"texte")],
    ids=["type", "empty", "false"],
)
def test_a_bad_document_is_refused_in_place(nadia, play, name, content):
    key = first_prerequisite(play)
    response = nadia.post(address(play, f"prerequis/{key}"), {"file": attestation(name, content)})
    assert response.status_code == 422
    assert name in words(response)
    assert not Milestone.objects.filter(key=key).exists()


def test_no_document_and_no_such_prerequisite(nadia, play):
    assert nadia.post(address(play, f"prerequis/{first_prerequisite(play)}")).status_code == 422
    assert nadia.post(address(play, "prerequis/inconnu"), {"file": attestation()}).status_code == 404


# --- Step 4 -------------------------------------------------------------------------------------------------


def drawn(play: Play) -> Play:
    play.prove()
    reconcile(application_id=play.application.pk)
    return play


def test_step_4_names_what_is_missing(nadia, play):
    page = words(nadia.get(address(play, "convention")))
    assert "Ce qui manque au référencement" in page
    assert "chapitres de preuves ne sont pas encore validés" in page
    assert "La convention n’est pas encore établie." in page


def test_the_convention_shows_signer_link_and_papers(nadia, play):
    drawn(play)
    page = words(nadia.get(address(play, "convention")))
    assert "Attendue de Claire Moreau, Présidente" in page
    assert "Lien de signature envoyé le" in page
    assert "Envoyer un nouveau lien" in page
    convention = live_convention(play.application)
    opened = nadia.get(address(play, f"documents/{convention.latest_id}"))
    assert opened.status_code == 200
    assert b"".join(opened.streaming_content).startswith(b"%PDF-")


def listed(play: Play) -> Play:
    drawn(play).meet_prerequisites().give_opinion(
        staff("bernard", StaffRoleName.COLLEGE, programme=RIS)
    ).sign()
    return play.countersign(staff("sophie", StaffRoleName.SIGNATORY, programme=RIS)).draw()


def test_step_4_lists_what_the_reader_was_told_of_this_application_alone(nadia, play):
    listed(play)
    other = Play.begin(play.cast, RIS, product(play.cast.vendor, name="Autre", version="5.1"))
    other.fill().submit().find_eligible()
    told = Notice.objects.filter(user=play.cast.vendor, application_number=play.number)
    with CaptureQueriesContext(connection) as some:
        page = nadia.get(address(play, "convention"))
    opened = set(re.findall(r"/notifications/(\d+)/ouvrir", page.content.decode()))
    assert opened == {str(pk) for pk in told.values_list("pk", flat=True)}
    assert len(opened) > 2
    assert "Notifications de cette candidature" in words(page)
    for line in list(told):
        line.pk, line.dedupe_key = None, f"{line.dedupe_key}:again"
        line.save()
    with CaptureQueriesContext(connection) as twice:
        assert words(nadia.get(address(play, "convention"))).count("/ouvrir") == 2 * len(opened)
    assert len(twice) == len(some)


@pytest.mark.parametrize("tail", ["etapes/administrative", "preuves", "convention"])
def test_each_step_leads_back_and_to_conversation_and_collaborators(nadia, play, tail):
    page = words(nadia.get(address(play, tail)))
    assert re.search(rf'<a [^>]*href="{address(play, "")[:-1]}"[^>]*>(?:<svg.*?</svg>)? ?Retour</a>', page)
    assert "Accéder à la conversation dans la messagerie" in page
    assert "Collaborateurs ayant accès au produit" in page


def test_step_4_shows_the_people_as_the_first_steps_do(nadia, play):
    page = words(nadia.get(address(play, "convention")))
    assert "Voir tous les collaborateurs" in page
    assert f'href="{address(play, "collaborateurs#ajouter")}"' in page
    page = words(signed_in(employee(play)).get(address(play, "convention")))
    assert "Voir tous les collaborateurs" in page
    assert "Ajouter un collaborateur" not in page


def test_another_link_is_sent_once_for_a_double_click(nadia, play):
    drawn(play)
    seen = SigningInvitation.objects.get().pk
    for _again in range(2):
        assert nadia.post(address(play, "convention/lien"), {"invitation": seen}).status_code == 303
    assert SigningInvitation.objects.count() == 2


def test_the_representative_changes_before_signing(nadia, play):
    drawn(play)
    form = address(play, "convention/responsable")
    assert nadia.get(form).status_code == 200
    refused = nadia.post(form, {"name": "Luc Petit", "function": "", "email": "luc", "reason": ""})
    assert refused.status_code == 422
    assert 'value="Luc Petit"' in words(refused)
    whole = {
        "name": "Luc Petit",
        "function": "Gérant",
        "email": "luc@clairvue.example",
        "reason": "Nouveau mandat",
    }
    assert nadia.post(form, whole).status_code == 303
    assert "Attendue de Luc Petit, Gérant" in words(nadia.get(address(play, "convention")))


def test_an_employee_changes_nothing_in_step_4(play):
    drawn(play)
    client = signed_in(employee(play))
    assert "Envoyer un nouveau lien" not in words(client.get(address(play, "convention")))
    assert client.get(address(play, "convention/responsable")).status_code == 404
    assert client.post(address(play, "convention/lien"), {"invitation": 1}).status_code == 403


# --- Withdrawal ---------------------------------------------------------------------------------------------


def test_withdrawing_is_asked_twice_and_takes_the_number(nadia, play):
    url = address(play, "retrait")
    first = words(nadia.get(url))
    assert "Ce que le retrait entraîne" in first
    assert "<form" not in first.split('id="content"')[1].split("</main>")[0]
    assert 'name="number"' in words(nadia.get(f"{url}?confirmer=oui"))
    wrong = nadia.post(url, {"number": "AUTRE"})
    assert wrong.status_code == 422
    assert play.application.state == ApplicationState.ELIGIBLE
    assert nadia.post(url, {"number": play.number.lower()}).status_code == 303
    assert play.application.state == ApplicationState.WITHDRAWN
    assert "est retirée depuis le" in words(nadia.get(url))


def test_an_employee_does_not_withdraw(play):
    client = signed_in(employee(play))
    assert "Seuls un mandataire ou un responsable" in words(client.get(address(play, "retrait")))
    assert client.post(address(play, "retrait"), {"number": play.number}).status_code == 403
    assert play.application.state == ApplicationState.ELIGIBLE


def test_every_page_stays_readable_after_a_withdrawal(nadia, play):
    withdraw_application(actor=standing_of(play.cast.vendor), number=play.number)
    chapter = play.chapters()[0]
    for tail in (
        "preuves",
        f"chapitres/{chapter}",
        "messages",
        "collaborateurs",
        "prerequis",
        "convention",
        "retrait",
    ):
        assert nadia.get(address(play, tail)).status_code == 200, tail


# --- Files and dates ----------------------------------------------------------------------------------------


@pytest.fixture
def document(play: Play) -> Document:
    play.deposit(play.chapters()[0])
    item = ProofItem.objects.filter(document__isnull=False)[0]
    Document.objects.filter(pk=item.document_id).update(media_type="application/pdf")
    return Document.objects.get(pk=item.document_id)


def test_a_file_comes_whole_locked_and_named(nadia, play, document):
    Document.objects.filter(pk=document.pk).update(name="pièce n° 1.pdf")
    response = nadia.get(address(play, f"documents/{document.pk}"))
    assert len(b"".join(response.streaming_content)) == document.size
    assert response.headers["Content-Length"] == str(document.size)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["Content-Disposition"] == "inline; filename*=utf-8''pi%C3%A8ce%20n%C2%B0%201.pdf"
    taken = nadia.get(address(play, f"documents/{document.pk}?telecharger"))
    assert taken.headers["Content-Type"] == "application/octet-stream"
    assert taken.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "status", "given"),
    [
        ("bytes=0-9", 206, "bytes 0-9/{size}"),
        ("bytes=-5", 206, "bytes {last5}-{last}/{size}"),
        ("bytes=999999999-", 416, "bytes */{size}"),
        ("bytes=0-1,5-6", 200, None),
        ("octets=1", 200, None),
        (f"bytes={'9' * 5000}-", 200, None),
    ],
)
def test_a_part_of_a_file(nadia, play, document, asked, status, given):
    response = nadia.get(address(play, f"documents/{document.pk}"), headers={"Range": asked})
    size = document.size
    assert response.status_code == status
    expected = given and given.format(size=size, last=size - 1, last5=size - 5)
    assert response.headers.get("Content-Range") == expected
    if status == 206:
        assert len(b"".join(response.streaming_content)) == int(response.headers["Content-Length"])


def test_a_head_names_the_file_without_its_bytes(nadia, play, document):
    response = nadia.head(address(play, f"documents/{document.pk}"))
    assert response.headers["Content-Length"] == str(document.size)
    assert response.content == b""


def test_other_types_are_downloads_and_images_are_sandboxed(nadia, play, document):
    url = address(play, f"documents/{document.pk}")
    Document.objects.filter(pk=document.pk).update(media_type="application/xml")
    assert nadia.get(url).headers["Content-Disposition"].startswith("attachment")
    Document.objects.filter(pk=document.pk).update(media_type="image/png")
    assert nadia.get(url).headers["Content-Security-Policy"].endswith("; sandbox")


def test_infected_and_pending_files_do_not_open(nadia, play, document, monkeypatch):
    url = address(play, f"documents/{document.pk}")
    record_scan(content_id=document.content_id, found="Eicar")
    refused = nadia.get(url)
    assert refused.status_code == 409
    assert "programme malveillant" in words(refused)
    Content.objects.filter(pk=document.content_id).update(scan=Scan.PENDING)
    monkeypatch.setattr(antivirus, "is_configured", lambda: True)
    assert "en cours d’analyse" in words(nadia.get(url))


def test_a_file_opens_only_through_its_own_application(nadia, play, document):
    other = Play.begin(play.cast, RIS, product(play.cast.vendor, "Autre produit"))
    assert nadia.get(address(other, f"documents/{document.pk}")).status_code == 404
    assert nadia.get(address(play, "documents/999999")).status_code == 404
    rival = signed_in(person("rene", company=RIVAL))
    assert rival.get(address(play, f"documents/{document.pk}")).status_code == 404
    assert Client().get(address(play, f"documents/{document.pk}")).status_code == 302


def test_the_kit_is_downloaded_from_the_programme(nadia, play):
    name = next(iter(definition_for(play.application).files))
    response = nadia.get(address(play, f"fichiers/{name}"))
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert len(response.content) > 100
    assert nadia.get(address(play, "fichiers/autre.pdf")).status_code == 404


def test_the_dates_come_as_a_calendar(nadia, play):
    response = nadia.get(address(play, "dates.ics"))
    text = response.content.decode()
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert text.count("BEGIN:VEVENT") == 3
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


PAGES = (
    "messages",
    "collaborateurs",
    "prerequis",
    "convention",
    "retrait",
    "dates.ics",
    "preuves",
    "convention/responsable",
)


@pytest.mark.parametrize("tail", PAGES)
def test_outsiders_find_nothing(play, tail):
    url = address(play, tail)
    assert signed_in(person("rene", company=RIVAL)).get(url).status_code == 404
    assert signed_in(employee(play, attached=False)).get(url).status_code == 404
    assert Client().get(url).status_code == 302
