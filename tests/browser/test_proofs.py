"""Test reports taken over, every sort of file read in its page, "non applicable" and a choice: in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.hands import press
from tests.browser.proving import Proving, served
from tests.stand_ins.gazelle import HOST, KEY, ROOT, Served

pytestmark = [pytest.mark.browser, pytest.mark.any_database("a served site has a SQLite file of its own")]
# What must be read on the page of each sort, beside what is looked at closely.
WORDS = {
    "table": "TEST-DURAND",
    "mail": "dr.martin@hopital.mssante.example",
    "xml": "Compte rendu d’imagerie",
    "json": "ImagingStudy",
    "hl7": "ORU^R01^ORU_R01",
    "certificate": "CN=ris.clairvue.example",
    "archive": "journal.log",
    "workbook": "Appel INSi 3",
    "office": "Les sauvegardes sont faites chaque nuit.",
}


@pytest.fixture(scope="module")
def proving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proving]:
    with served(tmp_path_factory.mktemp("proving") / "home") as here:
        yield here


# --- Test reports


def link(n: int) -> str:
    return f"https://{HOST}/evs/report.seam?oid={ROOT}.{n}"


def test_reports_are_listed_chosen_pasted_and_judged(browser: Browser, proving: Proving) -> None:
    page, gazelle = proving.page(browser, "vendor"), proving.gazelle
    page.goto(proving.chapter("reports"))
    slot = page.locator(".j-slot").first.get_attribute("id") or ""
    page.locator(f"[id='{slot}']").get_by_role("link", name="Importer directement de Gazelle").click()
    gazelle.fail("slow")
    give_access(page)
    meet_a_platform_that_fails(page, proving)
    assert KEY not in page.content()
    search(page, "iti-31")
    choose(page, "103")  # ended without a result
    expect(page.get_by_text("son résultat n’est pas un succès")).to_be_visible()
    card = page.locator(f"[id='{slot}']")
    expect(card).to_contain_text("Bloquant")
    expect(card).to_contain_text("sans résultat")
    take_out(page, slot, "103")

    card.get_by_role("link", name="Importer directement de Gazelle").click()
    search(page, "create_doc")
    choose(page, "101", "104")
    expect(
        page.get_by_text("2 rapports sont importés : leurs copies sont figées dans la preuve.")
    ).to_be_visible()
    expect(card.get_by_text("Réussi")).to_have_count(2)
    expect(card).not_to_contain_text("Bloquant")

    refuse_anothers(page, card, proving)
    show_a_failure_beside_the_field(card, gazelle)
    expect(card).not_to_contain_text("Bloquant")

    page.get_by_role("button", name="Soumettre le chapitre").click()
    page.wait_for_url(re.compile("/soumis"))
    look_at_the_report(proving.page(browser, "verifier"), proving, slot)
    key_is_written_and_never_read(page, proving)


def refuse_anothers(page: Page, card: Locator, proving: Proving) -> None:
    slot = card.get_attribute("id") or ""
    card.get_by_role("link", name="Importer directement de Gazelle").click()
    paste(page, link(902))  # another company's, which it made public
    expect(card).to_contain_text("Bloquant")
    submit = page.get_by_role("button", name="Soumettre le chapitre")
    expect(submit).to_have_attribute("aria-disabled", "true")
    take_out(page, slot, "902")


def show_a_failure_beside_the_field(card: Locator, gazelle: Served) -> None:
    gazelle.fail("down")
    type_link(card, link(301))
    expect(card).to_contain_text("reçoit trop de demandes")
    expect(card.locator("input[type=url]")).to_have_value(link(301))
    gazelle.fail("")
    card.get_by_role("button", name="Enregistrer").first.click()
    expect(card).to_contain_text("Clairvue PACS")  # another product of theirs: to be read, and no obstacle
    expect(card).to_contain_text("À vérifier")


def give_access(page: Page) -> None:
    page.get_by_role("link", name="Donner l’accès").click()
    page.locator("[name=organisation]").fill("CLAIRVUE")
    page.locator("[name=key]").fill(KEY)
    page.get_by_role("button", name="Enregistrer l’accès").click()


def key_is_written_and_never_read(page: Page, proving: Proving) -> None:
    page.goto(f"{proving.site.url}/compte/societe/plateformes/gazelle")
    expect(page.locator("[name=organisation]")).to_have_value("CLAIRVUE")
    expect(page.locator("[name=key]")).to_have_value("")
    assert KEY not in page.content()


def meet_a_platform_that_fails(page: Page, proving: Proving) -> None:
    """Each failure is told, the way by a link stays open; the list comes back with the platform."""
    for says, mode in (("n’a pas répondu", "down"), ("reçoit trop de demandes", "")):
        expect(page.get_by_role("main")).to_contain_text(says)
        expect(page.get_by_role("heading", name="Coller un lien permanent")).to_be_visible()
        proving.gazelle.fail(mode)
        page.get_by_role("link", name="Actualiser").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("rapports? de CLAIRVUE"))


def search(page: Page, words: str) -> None:
    page.locator("[name=mot]").fill(words)
    page.get_by_role("button", name="Filtrer").click()
    page.wait_for_url(re.compile("mot="))


def choose(page: Page, *numbers: str) -> None:
    for n in numbers:
        row = page.get_by_role("row", name=re.compile(rf"{re.escape(ROOT)}\.{n}\b"))
        row.locator("input").check(force=True)
    page.get_by_role("button", name="Importer les rapports choisis").click()
    page.wait_for_url(re.compile(r"/chapitres/[^/]+(\?|#|$)"))


def paste(page: Page, url: str) -> None:
    page.locator("#report-link").fill(url)
    page.get_by_role("button", name="Importer ce rapport par son lien").click()
    page.wait_for_url(re.compile(r"/chapitres/[^/]+(\?|#|$)"))


def type_link(card: Locator, url: str) -> None:
    card.locator("input[type=url]").fill(url)
    card.get_by_role("button", name="Enregistrer").first.click()


def take_out(page: Page, slot: str, n: str) -> None:
    page.locator(f"[id='{slot}'] li", has_text=f"{ROOT}.{n}").get_by_role("button", name="Retirer").click()
    expect(page.locator(f"[id='{slot}'] li", has_text=f"{ROOT}.{n}")).to_have_count(0)


def look_at_the_report(page: Page, proving: Proving, slot: str) -> None:
    page.goto(f"{proving.chapter('reports', 'verifier')}?vue=tout&preuve={slot.removeprefix('slot-')}")
    page.get_by_role("navigation", name="Pièces de la preuve").get_by_role("link").nth(1).click()
    expect(page.locator("#slot")).to_contain_text("Réussi")
    expect(page.locator("#slot")).to_contain_text("contrôles")
    expect(page.locator("#slot [data-viewer=xml]")).to_contain_text("validationReport")


# --- Every sort of file


def test_every_sort_of_file_is_read_in_its_page_by_both_sides(
    reading_browser: Browser, proving: Proving
) -> None:
    vendor = proving.page(reading_browser, "vendor")
    home = proving.chapter("everything").partition("/chapitres")[0]
    read_everything(vendor, lambda viewer: vendor.goto(f"{home}/pieces/{proving.told['pieces'][viewer]}"))

    verifier = proving.page(reading_browser, "verifier")
    verifier.goto(f"{proving.chapter('everything', 'verifier')}?vue=tout")
    links = verifier.get_by_role("navigation", name="Pièces de la preuve").get_by_role("link")
    order = dict(zip(proving.told["pieces"], range(1, 1 + len(proving.told["pieces"])), strict=True))
    read_everything(verifier, lambda viewer: links.nth(order[viewer]).click())


def read_everything(page: Page, open_piece) -> None:  # type: ignore[no-untyped-def]
    downloads: list[str] = []
    partial: list[str] = []
    page.on("download", lambda one: downloads.append(one.url))
    page.on("response", lambda answer: partial.append(answer.url) if answer.status == 206 else None)
    for viewer in ("image", "video", "pdf", "text", *WORDS):
        open_piece(viewer)
        shown = page.locator(f"[data-viewer={viewer}]")
        expect(shown).to_be_visible()
        if viewer in WORDS:
            expect(shown).to_contain_text(WORDS[viewer])
        else:
            {"image": see, "video": play, "pdf": leaf, "text": find}[viewer](page, shown)
    assert downloads == []
    assert partial, "the film was had in ranges"


def see(page: Page, shown: Locator) -> None:
    picture = shown.locator("img")
    page.wait_for_function("img => img.complete && img.naturalWidth > 0", arg=picture.element_handle())
    small = picture.bounding_box() or {}
    shown.get_by_role("link", name="Agrandir").click()
    expect(picture).to_have_attribute("data-zoomed", "150")
    assert (picture.bounding_box() or {})["width"] > small["width"]


def play(page: Page, shown: Locator) -> None:
    """It can be played, says how long it is, and goes to a place that is asked for."""
    film = shown.locator("video")
    page.wait_for_function("film => film.duration > 0", arg=film.element_handle())
    went = film.evaluate(
        """film => new Promise((done, failed) => {
            film.onerror = () => failed(film.error.message);
            film.muted = true;
            const there = film.duration * 0.8;
            film.onseeked = () => done([film.currentTime / film.duration, film.videoWidth]);
            const seek = () => { film.currentTime = there; };
            film.readyState >= 3 ? seek() : film.addEventListener("canplay", seek, {once: true});
            film.play();
        })"""
    )
    assert went[0] > 0.7
    assert went[1] > 0
    expect(shown.locator("[data-unplayable]")).to_be_hidden()


def leaf(page: Page, shown: Locator) -> None:
    """A browser without a reader of its own says so; one with it shows the paper."""
    if page.evaluate("navigator.pdfViewerEnabled"):
        address = shown.locator("iframe").get_attribute("src") or ""
        answer = page.request.get(page.evaluate("there => new URL(there, location).href", address))
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    else:
        expect(shown.locator("[data-no-pdf]")).to_be_visible()


def find(page: Page, shown: Locator) -> None:
    shown.locator("[name=q]").fill("réponse 44")
    shown.get_by_role("button", name="Chercher").click()
    expect(shown.locator(".j-read__found")).to_contain_text("9 lignes")
    shown.locator(".j-read__hits a").last.click()
    expect(shown.locator("mark").first).to_be_visible()


# --- A choice, and "non applicable"


def test_a_way_is_chosen_and_a_proof_is_asked_not_applicable(browser: Browser, proving: Proving) -> None:
    page = proving.page(browser, "vendor")
    page.goto(proving.chapter("choice"))
    expect(page.get_by_role("button", name="Soumettre le chapitre")).to_have_attribute(
        "aria-disabled", "true"
    )
    page.locator("[name=way][value=web]").check(force=True)
    press(page.locator("form[action$='/choix'] button").last)
    page.locator("summary", has_text="Changer ce choix").click()
    page.locator("[name=way][value=borne]").check(force=True)
    press(page.locator("form[action$='/choix'] button").last)
    expect(page.locator(".j-choice")).to_contain_text("Borne de la bibliothèque")
    terminal, batch = "slot-rec.1.02.01", "slot-rec.2.01.02"
    give(page, proving, terminal, "REC.1")
    excuse(page, proving, "Nos bornes ne gardent rien.")
    expect(page.locator(f"[id='{batch}']")).to_contain_text("« Non applicable » demandé")
    page.get_by_role("button", name="Soumettre le chapitre").click()
    page.wait_for_url(re.compile("/soumis"))

    judge = proving.page(browser, "librarian")
    send_back(judge, proving)
    page.goto(f"{proving.chapter('choice')}?exigence=REC.2")
    expect(page.locator(f"[id='{batch}']")).to_contain_text("La notice parle d’un autre modèle.")
    excuse(page, proving, "Nos bornes, modèle B2, ne gardent rien.", again=True)
    page.get_by_role("button", name="Resoumettre le chapitre").click()
    page.wait_for_url(re.compile("/soumis"))
    accept(judge, proving, "rec.2.01.02", "Accepter « non applicable »")
    close(judge)
    page.goto(f"{proving.chapter('choice')}?exigence=REC.2")
    expect(page.locator(f"[id='{batch}']")).to_contain_text("Non applicable, accepté par l’agence")


def send_back(judge: Page, proving: Proving) -> None:
    """The reason and the file behind it are read, and do not convince."""
    judge.goto(f"{proving.chapter('choice', 'verifier')}?vue=tout&preuve=rec.2.01.02")
    press(judge.get_by_role("button", name="Commencer l’examen"))
    judge.goto(f"{proving.chapter('choice', 'verifier')}?vue=tout&preuve=rec.2.01.02")
    expect(judge.locator("#slot")).to_contain_text("Nos bornes ne gardent rien.")
    expect(judge.locator("#slot [data-viewer=text]")).to_contain_text("Notice de la borne")
    judge.locator("summary", has_text="À modifier").click()
    judge.locator("textarea[name=text]").fill("La notice parle d’un autre modèle.")
    press(judge.get_by_role("button", name="Enregistrer « À modifier »"))
    accept(judge, proving, "rec.1.02.01", "Conforme")
    close(judge)


def give(page: Page, proving: Proving, slot: str, code: str) -> None:
    page.goto(f"{proving.chapter('choice')}?exigence={code}")
    type_link(page.locator(f"[id='{slot}']"), "https://essais.bibliotheques.example/film")
    expect(page.locator(f"[id='{slot}'] .j-file")).to_have_count(1)


def excuse(page: Page, proving: Proving, reason: str, *, again: bool = False) -> None:
    """With a file that goes along with the reason."""
    page.goto(f"{proving.chapter('choice')}?exigence=REC.2")
    card = page.locator("[id='slot-rec.2.01.02']")
    if again:
        card.get_by_role("button", name="Retirer cette demande").click()
    card.locator("summary", has_text="Demander « non applicable »").click()
    card.locator("textarea[name^=na]").fill(reason)
    note = {
        "name": "notice.txt",
        "mimeType": "text/plain",
        "buffer": f"Notice de la borne : {reason}".encode(),
    }
    card.locator("input[name^=backing]").set_input_files(note)
    card.get_by_role("button", name="Demander", exact=True).click()
    expect(page.locator("[id='slot-rec.2.01.02']")).to_contain_text("notice.txt")


def accept(page: Page, proving: Proving, slot: str, words: str) -> None:
    page.goto(f"{proving.chapter('choice', 'verifier')}?vue=tout&preuve={slot}")
    begin = page.get_by_role("button", name="Commencer l’examen")
    if begin.count():
        press(begin)
        page.goto(f"{proving.chapter('choice', 'verifier')}?vue=tout&preuve={slot}")
    press(page.get_by_role("button", name=re.compile(words)))


def close(page: Page) -> None:
    press(page.locator("form[action$='/cloture'] button"))
    if (confirm := page.locator("button[name=confirmed]")).count():
        press(confirm)
