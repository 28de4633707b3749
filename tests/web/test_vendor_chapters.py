"""Step 3 in the browser: the list of chapters, a chapter, its slots, the hand-over (Guide RIS, étape 3)."""

from collections.abc import Callable
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml.html import document_fromstring

from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.applications.queries import definition_for
from jalon.applications.queries.dates import gate_views
from jalon.applications.states import ChapterState
from jalon.demo.play import Cast, Play
from jalon.demo.samples import sample_pdf
from jalon.evidence.models import Proof, ProofItem, Slot
from jalon.evidence.queries import SlotView, slot_views
from jalon.evidence.rules import file_formats, kinds_of
from jalon.evidence.states import SlotState
from jalon.programmes.models import GateKind
from jalon.web.components.times import paris
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


@pytest.fixture
def nadia(client: Client, play: Play) -> Client:
    client.force_login(play.cast.vendor, backend=BACKEND)
    return client


@pytest.fixture
def chapter(play: Play) -> str:
    return play.chapters()[0]


def address(play: Play, tail: str) -> str:
    return f"/candidatures/{play.number}/{tail}"


def words(response) -> str:
    return " ".join(unescape(response.content.decode()).split())


def slots(play: Play, chapter: str) -> list[SlotView]:
    return slot_views(play.application, chapter)


def slot_for_files(play: Play, chapter: str, extension: str = "pdf") -> SlotView:
    definition = definition_for(play.application)
    return next(
        v
        for v in slots(play, chapter)
        if extension in file_formats(kinds_of(definition, v.expected)) and v.is_open
    )


def pdf(name: str = "preuve.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(
        name, sample_pdf(name) if content is None else content, content_type="application/pdf"
    )


def deposit(client: Client, play: Play, chapter: str, **fields: object):
    return client.post(address(play, f"chapitres/{chapter}/preuves"), fields)


# --- The list -----------------------------------------------------------------------------------------------


def test_before_eligibility_the_page_says_when_it_opens(client):
    open_small_programme()
    vendor = person("nadia")
    early = Play.begin(
        Cast(vendor, staff("thomas", StaffRoleName.VERIFIER, programme=RIS)), RIS, product(vendor)
    )
    client.force_login(vendor, backend=BACKEND)
    assert "Cette étape n’est pas encore ouverte" in words(client.get(address(early, "preuves")))
    key = definition_for(early.application).chapters[0].key
    assert client.get(address(early, f"chapitres/{key}")).status_code == 404


def test_a_card_counts_as_the_guide_does(nadia, play, chapter):
    expected = len(slots(play, chapter))
    page = words(nadia.get(address(play, "preuves")))
    assert f"0/{expected} preuves conformes" in page
    assert "Compléter" in page
    play.deposit(chapter).submit_chapters([chapter])
    first = slots(play, chapter)[0]
    play.judge(chapter, to_modify={first.key: "Montrez l’écran entier."}).close(chapter, send_back=True)
    page = words(nadia.get(address(play, "preuves")))
    assert f"{expected - 1}/{expected} preuves conformes, 1/{expected} preuve à modifier" in page
    assert "Modifier" in page
    assert "Reste 1 preuve à modifier" in page


def test_filters_and_search_work_by_address_alone(nadia, play, chapter):
    play.deposit(chapter)
    other = play.chapters()[1]
    titles = {c.key: c.title.fr for c in definition_for(play.application).chapters}
    ready = words(nadia.get(address(play, "preuves?etat=prets")))
    assert f": {titles[chapter]}</span></button>" in ready
    assert f": {titles[other]}</span>" not in ready
    assert "Aucun chapitre ne correspond" in words(nadia.get(address(play, "preuves?q=zzzz")))
    assert 'href="?q=a%26b+%C3%A9' in words(nadia.get(address(play, "preuves?q=a%26b+%C3%A9")))
    code = next(c for c in definition_for(play.application).chapters if c.key == other).requirements[0].code
    found = words(nadia.get(address(play, f"preuves?q={code.lower()}")))
    assert f": {titles[other]}</span>" in found
    assert f": {titles[chapter]}</span>" not in found


def test_the_list_asks_the_same_number_of_questions_whatever_is_in_it(nadia, play, chapter):
    nadia.get(address(play, "preuves"))
    with CaptureQueriesContext(connection) as empty:
        nadia.get(address(play, "preuves"))
    play.deposit(chapter).submit_chapters([chapter])
    play.deposit(play.chapters()[1])
    with CaptureQueriesContext(connection) as full:
        nadia.get(address(play, "preuves"))
    assert len(full) == len(empty)


# --- A chapter ----------------------------------------------------------------------------------------------


def test_a_chapter_shows_requirement_scenario_reason_and_slot(nadia, play, chapter):
    view = slots(play, chapter)[0]
    page = words(nadia.get(address(play, f"chapitres/{chapter}")))
    assert f"Chapitre d'exigences : {view.requirement.chapter.title.fr}" in page
    assert "Retour aux chapitres d'exigence" in page
    assert view.requirement.requirement.title.fr in page
    assert " ".join(view.expected.text.fr.split()) in page
    assert "S’applique à toutes les candidatures" in page
    assert f'id="slot-{view.key}"' in page
    assert "Reste" in page


def test_one_requirement_is_in_focus_by_the_address(nadia, play, chapter):
    codes = list(dict.fromkeys(v.requirement.requirement.code for v in slots(play, chapter)))
    second = nadia.get(address(play, f"chapitres/{chapter}"), {"exigence": codes[1]})
    for view in slots(play, chapter):
        here = view.requirement.requirement.code == codes[1]
        assert (f'id="slot-{view.key}"' in second.content.decode()) == here


def test_a_chapter_asks_the_same_number_of_questions_for_one_slot_and_for_many(nadia, play, chapter):
    url = address(play, f"chapitres/{chapter}")
    code = slots(play, chapter)[0].requirement.requirement.code
    play.deposit(chapter, limit=1)
    nadia.get(url, {"exigence": code})
    with CaptureQueriesContext(connection) as one:
        nadia.get(url, {"exigence": code})
    play.deposit(chapter)
    with CaptureQueriesContext(connection) as many:
        nadia.get(url, {"exigence": code})
    assert len(slots(play, chapter)) > 2
    assert len(many) == len(one)


def test_a_file_is_kept_and_the_answer_leads_back_to_its_slot(nadia, play, chapter):
    view = slot_for_files(play, chapter)
    code = view.requirement.requirement.code
    response = nadia.post(
        address(play, f"chapitres/{chapter}/preuves"),
        {"exigence": code, "slot": view.key, f"file:{view.key}": [pdf("a.pdf"), pdf("b.pdf")]},
    )
    assert response.status_code == 303
    assert response.headers["Location"].endswith(f"?exigence={code}#slot-{view.key}")
    assert list(ProofItem.objects.order_by("position").values_list("document__name", flat=True)) == [
        "a.pdf",
        "b.pdf",
    ]
    page = words(nadia.get(response.headers["Location"]))
    assert "a.pdf" in page
    assert "Non analysé" in page


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (lambda: SimpleUploadedFile("programme.exe", b"MZ" + b"\0" * 200), "programme.exe"),
        (lambda: SimpleUploadedFile("vide.pdf", b""), "vide.pdf"),
        (lambda: SimpleUploadedFile("faux.pdf", b"ceci n'est pas un PDF"), "faux.pdf"),
    ],
    ids=["bad type", "empty", "not what it says"],
)
def test_a_bad_file_is_refused_in_its_slot(
    nadia, play, chapter, file: Callable[[], SimpleUploadedFile], said
):
    view = slot_for_files(play, chapter)
    response = deposit(nadia, play, chapter, **{"slot": view.key, f"file:{view.key}": file()})
    assert response.status_code == 422
    assert said in words(response)
    assert f'href="#slot-{view.key}"' in words(response)
    assert not ProofItem.objects.exists()


def test_a_file_too_big_is_refused_with_the_limit(nadia, play, chapter, monkeypatch):
    view = slot_for_files(play, chapter)
    limit = next(
        k.max_mb for k in kinds_of(definition_for(play.application), view.expected) if "pdf" in k.formats
    )
    big = pdf("gros.pdf", sample_pdf("x") + b"%" * (limit * 1024 * 1024))
    response = deposit(nadia, play, chapter, **{"slot": view.key, f"file:{view.key}": big})
    assert response.status_code == 422
    assert "gros.pdf" in words(response)
    assert not ProofItem.objects.exists()


def test_one_refused_slot_leaves_the_others_kept(nadia, play, chapter):
    code = slots(play, chapter)[0].requirement.requirement.code
    here = [v for v in slots(play, chapter) if v.requirement.requirement.code == code]
    good, bad = here[0], here[1]
    response = deposit(
        nadia,
        play,
        chapter,
        **{
            "exigence": code,
            "slot": good.key,
            f"file:{good.key}": pdf(),
            f"file:{bad.key}": SimpleUploadedFile("x.exe", b"MZ"),
            f"na:{bad.key}": "",
        },
    )
    assert response.status_code == 422
    assert "preuve.pdf" in words(response)
    assert Slot.objects.get(item_key=good.key).state == SlotState.DEPOSITED
    assert not ProofItem.objects.filter(proof__slot__item_key=bad.key).exists()


def test_a_refused_text_is_shown_again(nadia, play, chapter):
    definition = definition_for(play.application)
    view = next(
        (v for v in slots(play, chapter) if any(k.form == "link" for k in kinds_of(definition, v.expected))),
        None,
    )
    assert view is not None
    response = deposit(
        nadia,
        play,
        chapter,
        **{
            "exigence": view.requirement.requirement.code,
            "slot": view.key,
            f"link:{view.key}": "http://exemple.fr/v",
        },
    )
    assert response.status_code == 422
    assert 'value="http://exemple.fr/v"' in words(response)
    assert "https://" in words(response)


def test_saving_nothing_says_what_to_do(nadia, play, chapter):
    view = slots(play, chapter)[0]
    response = deposit(nadia, play, chapter, slot=view.key, exigence=view.requirement.requirement.code)
    assert response.status_code == 422
    assert "Choisissez un fichier" in words(response)


def test_enter_in_a_field_saves_and_takes_nothing_out(nadia, play, chapter):
    """A browser presses the first button of the form then: with a piece above the field, that was "Retirer"."""
    slot = slot_for_files(play, chapter)
    deposit(nadia, play, chapter, **{f"file:{slot.key}": pdf(), "slot": slot.key})
    page = document_fromstring(nadia.get(address(play, f"chapitres/{chapter}")).content)
    form = next(form for form in page.forms if (form.action or "").endswith(f"{chapter}/preuves"))
    first = form.xpath(".//button[not(@type='button')]")[0]
    assert [first.get(name) for name in ("name", "formaction", "disabled")] == [None, None, None]
    answer = deposit(nadia, play, chapter, exigence="", **{f"link:{slot.key}": ""})
    assert (answer.status_code, "Choisissez un fichier" in words(answer)) == (422, True)
    assert ProofItem.objects.count() == 1


def test_a_piece_can_be_taken_out_and_not_applicable_asked_and_withdrawn(nadia, play, chapter):
    view = slot_for_files(play, chapter)
    deposit(nadia, play, chapter, **{f"file:{view.key}": pdf()})
    item = ProofItem.objects.get()
    deposit(nadia, play, chapter, remove=f"{view.key} {item.pk}")
    assert not ProofItem.objects.exists()
    assert Slot.objects.get(item_key=view.key).state == SlotState.TO_DEPOSIT
    deposit(
        nadia, play, chapter, **{"slot": view.key, f"na:{view.key}": "Notre logiciel n’émet pas ce flux."}
    )
    assert Slot.objects.get(item_key=view.key).state == SlotState.NA_REQUESTED
    code = view.requirement.requirement.code
    page = words(nadia.get(address(play, f"chapitres/{chapter}?exigence={code}")))
    assert "Notre logiciel n’émet pas ce flux." in page
    deposit(nadia, play, chapter, withdraw_na=view.key)
    assert Slot.objects.get(item_key=view.key).state == SlotState.TO_DEPOSIT


def test_a_reason_is_sent_with_a_file_behind_it_and_both_are_read_by_the_verifier(nadia, play, chapter):
    view = slot_for_files(play, chapter)
    refused = deposit(nadia, play, chapter, **{f"backing:{view.key}": pdf("note.pdf")})
    assert refused.status_code == 422
    assert "Écrivez pourquoi cette preuve ne s’applique pas" in words(refused)
    play.deposit(chapter)
    sent = {f"na:{view.key}": "Nous n’émettons pas ce flux.", f"backing:{view.key}": pdf("note.pdf")}
    assert deposit(nadia, play, chapter, **sent).status_code == 303
    page = words(nadia.get(address(play, f"chapitres/{chapter}?exigence={requirement_of(view)}")))
    assert "note.pdf" in page
    play.submit_chapters([chapter])
    verifier = Client()
    verifier.force_login(play.cast.verifier, backend=BACKEND)
    url = f"/instruction/{play.number}/chapitres/{chapter}?preuve={view.key}"
    examined = words(verifier.get(url))
    assert "« Nous n’émettons pas ce flux. »" in examined
    assert "1 fichier joint à l’appui" in examined
    assert "note.pdf" in examined
    play.judge(chapter)
    assert Slot.objects.get(item_key=view.key).state == SlotState.NA_REQUESTED
    play.close(chapter)
    assert Slot.objects.get(item_key=view.key).state == SlotState.NA_ACCEPTED


def test_an_earlier_proof_is_put_back_from_the_history(nadia, play, chapter):
    view = slot_for_files(play, chapter)
    deposit(nadia, play, chapter, **{f"file:{view.key}": pdf("premiere.pdf")})
    play.deposit(chapter).submit_chapters([chapter])
    nadia.post(address(play, f"chapitres/{chapter}/rappeler"))
    item = ProofItem.objects.get(proof__slot__item_key=view.key)
    deposit(nadia, play, chapter, remove=f"{view.key} {item.pk}")
    url = address(play, f"chapitres/{chapter}?exigence={requirement_of(view)}")
    assert "Reprendre cette preuve" in words(nadia.get(url))
    assert deposit(nadia, play, chapter, restore=f"{view.key} 1").status_code == 303
    proof = Proof.objects.get(slot__item_key=view.key, superseded_at=None)
    assert [i.document.name for i in proof.items.all()] == ["premiere.pdf"]
    assert "Reprendre cette preuve" not in words(nadia.get(url))
    assert deposit(nadia, play, chapter, restore=f"{view.key} 9").status_code == 404


def requirement_of(view: SlotView) -> str:
    return view.requirement.requirement.code


# --- The hand-over ------------------------------------------------------------------------------------------


def submit(client: Client, play: Play, chapter: str, round_n: int = 0):
    return client.post(address(play, f"chapitres/{chapter}/soumettre"), {"round": round_n})


def test_a_chapter_is_not_submitted_before_it_is_complete(nadia, play, chapter):
    play.deposit(chapter, limit=1)
    response = submit(nadia, play, chapter)
    assert response.status_code == 409
    assert "preuves à déposer" in words(response)
    assert play.chapters(ChapterState.SUBMITTED) == []


def test_submitting_says_what_was_received_and_what_follows(nadia, play, chapter):
    play.deposit(chapter)
    first, again = submit(nadia, play, chapter), submit(nadia, play, chapter)
    assert (first.status_code, again.status_code) == (303, 303)
    page = words(nadia.get(first.headers["Location"]))
    assert "Chapitre soumis" in page
    assert "(Heure de Paris)" in page
    assert "Rappeler le chapitre" in page
    assert play.application.parts.get(key=f"chapter:{chapter}").rounds.count() == 1


def test_a_chapter_is_recalled_until_a_verifier_opens_it(nadia, play, chapter):
    play.deposit(chapter).submit_chapters([chapter])
    assert f"chapitres/{chapter}/rappeler" in words(nadia.get(address(play, "preuves")))
    assert nadia.post(address(play, f"chapitres/{chapter}/rappeler")).status_code == 303
    assert chapter in play.chapters(ChapterState.READY)
    play.submit_chapters([chapter]).judge(chapter)
    page = words(nadia.get(address(play, f"chapitres/{chapter}")))
    assert "Rappeler le chapitre" not in page
    assert f"chapitres/{chapter}/rappeler" not in words(nadia.get(address(play, "preuves")))
    response = nadia.post(address(play, f"chapitres/{chapter}/rappeler"))
    assert response.status_code == 409
    assert "ne peut plus être rappelé" in words(response)


def test_a_conforming_slot_stays_locked_and_the_request_stands_over_its_proof(nadia, play, chapter):
    play.deposit(chapter).submit_chapters([chapter])
    asked, kept = slots(play, chapter)[:2]
    play.judge(chapter, to_modify={asked.key: "Montrez l’écran entier."}).close(chapter, send_back=True)
    page = words(nadia.get(address(play, f"chapitres/{chapter}")))
    assert "Demandé par Thomas Anquetil le" in page
    assert "Montrez l’écran entier." in page
    assert "Resoumettre le chapitre" in page
    before = Proof.objects.filter(slot__item_key=kept.key).count()
    refused = deposit(nadia, play, chapter, **{"slot": kept.key, f"file:{kept.key}": pdf("autre.pdf")})
    assert refused.status_code == 422
    assert "verrouillée" in words(refused)
    assert Proof.objects.filter(slot__item_key=kept.key).count() == before


def test_a_chapter_is_resubmitted_only_once_what_was_asked_has_changed(nadia, play, chapter):
    play.deposit(chapter).submit_chapters([chapter])
    view = slot_for_files_after(play, chapter)
    play.judge(chapter, to_modify={view.key: "À refaire."}).close(chapter, send_back=True)
    refused = submit(nadia, play, chapter, 1)
    assert refused.status_code == 409
    assert "Reste 1 preuve à modifier" in words(refused)
    deposit(
        nadia,
        play,
        chapter,
        **{
            "slot": view.key,
            f"file:{view.key}": pdf("corrigee.pdf"),
            f"comment:{view.key}": "Voici.",
            f"was:{view.key}": "",
        },
    )
    assert submit(nadia, play, chapter, 1).status_code == 303
    assert play.chapters(ChapterState.RESUBMITTED) == [chapter]
    code = view.requirement.requirement.code
    page = words(nadia.get(address(play, f"chapitres/{chapter}?exigence={code}")))
    assert "Historique : 1 preuve précédente" in page
    assert "À refaire." in page
    assert "Voici." in page


def slot_for_files_after(play: Play, chapter: str) -> SlotView:
    definition = definition_for(play.application)
    return next(v for v in slots(play, chapter) if "pdf" in file_formats(kinds_of(definition, v.expected)))


def test_verdicts_of_an_open_round_are_the_agencys_own(nadia, play, chapter):
    play.deposit(chapter).submit_chapters([chapter])
    play.judge(chapter, to_modify={slots(play, chapter)[0].key: "Secret jusqu’au renvoi."})
    assert "Secret jusqu’au renvoi." not in words(nadia.get(address(play, f"chapitres/{chapter}")))


# --- Who ----------------------------------------------------------------------------------------------------


def test_a_rival_and_an_unattached_employee_find_nothing(play, chapter):
    view = slots(play, chapter)[0]
    for outsider in (person("rene", company=RIVAL), person("paul", CompanyRole.EMPLOYEE)):
        client = Client()
        client.force_login(outsider, backend=BACKEND)
        for tail in ("preuves", f"chapitres/{chapter}", f"chapitres/{chapter}/soumis"):
            assert client.get(address(play, tail)).status_code == 404
        for tail in ("preuves", "soumettre", "rappeler"):
            data = {"round": 0, f"link:{view.key}": "https://exemple.fr/"}
            assert client.post(address(play, f"chapitres/{chapter}/{tail}"), data).status_code == 404
    assert not Slot.objects.exists()


def test_the_agency_is_led_to_its_own_page(client, play, chapter):
    client.force_login(play.cast.verifier, backend=BACKEND)
    assert client.get(address(play, "preuves")).headers["Location"] == f"/instruction/{play.number}"


def test_an_unknown_chapter_is_not_found(nadia, play):
    assert nadia.get(address(play, "chapitres/inconnu")).status_code == 404
    assert nadia.post(address(play, "chapitres/inconnu/soumettre"), {"round": 0}).status_code == 404


def test_a_chapter_that_came_back_shows_the_end_of_exchanges_not_the_first_gate(nadia, play, chapter):
    """R4: after the first submission only the end of exchanges binds it, later by the agency's days."""
    other = next(key for key in play.chapters() if key != chapter)
    play.deposit(chapter).submit_chapters([chapter])
    first = slots(play, chapter)[0].key
    play.judge(chapter, to_modify={first: "Floue."}).close(chapter, send_back=True)
    gates = {view.kind: view.due_at for view in gate_views(play.application)}

    def shown_date(key: str) -> str:
        return words(nadia.get(address(play, f"chapitres/{key}"))).split("Prochaine date : ")[1][:120]

    assert paris(gates[GateKind.END_OF_EXCHANGES]) in shown_date(chapter)
    assert paris(gates[GateKind.FIRST_PROOFS]) in shown_date(other)
