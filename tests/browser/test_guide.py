"""The whole guide in a real browser: from an empty database plus the loaded programme to "Candidature référencée"."""

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from jalon.core import clock
from jalon.demo.samples import sample_pdf
from tests.browser.conftest import new_context
from tests.browser.forms import BrowserTransport, Client
from tests.browser.guide import Guide
from tests.browser.hands import fill_open_chapter, give_a_file, press
from tests.browser.journey import (
    Staff,
    Vendor,
    all_words_of,
    code_in_mails,
    internal_messages,
    link_in_mails,
    mails_once_all_left,
)
from tests.browser.people import staff_page
from tests.browser.site import Site, served
from tests.scenarios.programme import DEFINITIONS, RIS
from tests.sentences import as_written
from tests.stand_ins.gazelle import KEY

pytestmark = pytest.mark.browser
ISC_PASSWORD = "mot-de-passe-d-essai"


INS = "Gestion de l'Identité Nationale de Santé"
SERVICES = "Conformité aux autres services socles"
REPORT = "Compte rendu d’imagerie", "CRI/va1.07"  # a chapter, and its requirement proven by a test report
REASONS = {
    INS: "La capture ne montre pas le matricule : cadrez la fiche entière.",
    SERVICES: "Le justificatif est illisible.",
}
# Every mail of the whole path: who, which subject, how often. Nothing else is sent.
MESSAGE, INFORMATION = "un nouveau message vous attend", "une information vous attend"
VENDOR_MAIL = "nadia.belkacem@clairvue.example"
FOLLOWERS = ("thomas.anquetil", "camille.vasseur", "leila.haddad")
MAILS = Counter(
    {
        (VENDOR_MAIL, MESSAGE): 3,  # eligible; two chapters sent back
        (VENDOR_MAIL, "une convention à signer"): 1,
        (VENDOR_MAIL, "votre code de signature"): 1,
        (VENDOR_MAIL, INFORMATION): 4,  # convention drawn, signature received, opinion, award
        ("bernard.roy@agence.example", INFORMATION): 1,  # an opinion is awaited
        ("sophie.lambert@agence.example", INFORMATION): 1,  # a signature is awaited
    }
    | {(f"{login}@agence.example", INFORMATION): 3 for login in FOLLOWERS}  # signature, opinion, award
)


def test_the_whole_guide(browser: Browser, tmp_path: Path) -> None:
    guide = Guide()
    with served(tmp_path / "home", definitions=DEFINITIONS, code=RIS) as site:
        vendor = enrol_and_sign_in(browser, site, guide)
        apply(vendor, site, guide)
        fill_administrative_step(vendor, guide)
        fill_eligibility_step(vendor, guide)
        number = submit(vendor, guide)
        verifier = staff_page(browser, site, "thomas.anquetil")
        find_eligible(verifier, site, number)
        for chapter in (INS, SERVICES):
            fill_chapter_by_hand(vendor, site, number, chapter, guide)
        for chapter in (INS, SERVICES):
            judge_by_hand(verifier, site, number, chapter, guide, send_back=True)
        for chapter in (INS, SERVICES):
            mend(vendor, site, number, chapter, guide)
            judge_by_hand(verifier, site, number, chapter, guide, send_back=False)
        import_from_gazelle(vendor, site, number, guide)
        prove_the_rest(vendor, verifier, site, number)
        meet_prerequisites(vendor, verifier, site, number)
        sign_by_mail(browser, site)
        decide(browser, site, number)
        see_the_award(vendor, site, number, guide)
        assert guide.left == []
        check_mails(site)
        assert '"ok": true' in site.run("-m", "jalon.cli", "journal", "verify", "--json")


@pytest.mark.parametrize(
    ("label", "there", "others"),
    [
        ("Retour", '<a href="/">Retour</a>', '<a href="/">Retour à la candidature</a> Retour'),
        ("Modifier", '<a href="/">Modifier<i> : Imagerie</i></a>', "<button>À modifier</button> Modifier"),
        ("Compléter", "<button disabled>Compléter</button>", "<button>Compléter avec mes données</button>"),
        (
            "Salarié",
            '<a href="/">Salarié Travaille sur les dossiers.</a>',
            "<button>Salariés</button> Salarié",
        ),
        ("Version", "<p>VERSION *</p>", "<p>Versions déclarées, conversion</p>"),
        ("ÉTAPE 2", "<p>Étape 2 : éligibilité</p>", "<p hidden>Étape 2</p> Étape 20"),
    ],
)
def test_a_label_is_ticked_by_itself_alone(browser: Browser, label: str, there: str, others: str) -> None:
    page, guide = new_context(browser).new_page(), Guide()
    page.set_content(others)
    guide.tick(page)
    assert label in [*guide.words, *guide.controls]
    page.set_content(there)
    guide.tick(page)
    assert label not in [*guide.words, *guide.controls]


def enrol_and_sign_in(browser: Browser, site: Site, guide: Guide) -> Page:
    """Prérequis 1 et 2: enrol at iSC as mandataire, reach the platform from its tile among the services."""
    page = new_context(browser).new_page()
    page.goto(site.url)
    guide.tick(page)
    page.goto(f"{site.isc_url}/inscription")
    guide.tick(page)
    page.get_by_role("link", name=re.compile("^Mandataire")).click()
    for name, value in {
        "family_name": "Belkacem", "given_name": "Nadia", "function": "Directrice générale",
        "email": "nadia.belkacem@clairvue.example", "phone_number": "+33240000000",
        "country": "FR", "siren": "732829320", "siret": "73282932000074",
        "company_name": "Clairvue Imagerie", "address": "12 quai de la Fosse, 44000 Nantes",
        "username": "nadia.belkacem", "password": ISC_PASSWORD,
    }.items():  # fmt: skip
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Continuer").click()
    press(page.get_by_role("button", name="Simuler une vérification réussie"))
    page.goto(f"{site.isc_url}/compte")
    guide.tick(page)
    press(page.get_by_role("link", name="Voir vos informations"))
    guide.tick(page)
    page.goto(f"{site.isc_url}/compte")
    page.get_by_role("link", name="Voir plus").click()
    page.get_by_role("link", name=re.compile("^Plateforme")).click()
    page.get_by_role("button", name="Accepter").click()
    page.wait_for_url(f"{site.url}/tableau-de-bord")
    guide.tick(page)
    return page


def apply(page: Page, site: Site, guide: Guide) -> None:
    """Prérequis 3 à 8: parcours, démarche, product, charter; ends on the application's dashboard."""
    add_product(page, guide)
    press(page.get_by_role("link", name=re.compile("Sélectionner ce produit")))
    guide.tick(page)
    confirm = page.get_by_role("button", name="Confirmer l’inscription")
    expect(confirm).to_be_disabled()
    page.locator("input[name=charter]").check(force=True)
    confirm.click()
    page.wait_for_url(re.compile(r"/candidatures/[A-Z]{10}$"))
    guide.tick(page)
    page.goto(f"{site.url}/produits")
    guide.tick(page)
    page.go_back()


def add_product(page: Page, guide: Guide) -> None:
    """Prérequis 3 à 6: from the dashboard to the démarche, and a product made on the way."""
    press(page.get_by_role("main").get_by_role("link", name=re.compile("En savoir plus")).first)
    guide.tick(page)
    press(page.locator("a.j-bigarrow"))
    guide.tick(page)
    page.locator("a.j-bigarrow").click()
    press(page.get_by_role("link", name="Ajouter un nouveau produit").first)
    guide.tick(page)
    page.get_by_role("button", name="Suivant").click()
    expect(page.get_by_role("main")).to_contain_text("Indiquez le nom du produit.")
    page.get_by_label(re.compile("^Nom du produit")).fill("Clairvue RIS")
    page.get_by_label(re.compile("^Version")).fill("4.2")
    page.get_by_label(re.compile("^Description du produit")).fill("Système d’information de radiologie.")
    page.locator("[name=interests][value=segur]").check(force=True)
    press(page.get_by_role("button", name="Suivant"))
    guide.tick(page)
    page.get_by_role("link", name="Précédent").or_(page.get_by_role("button", name="Précédent")).click()
    expect(page.get_by_label(re.compile("^Nom du produit"))).to_have_value("Clairvue RIS")
    page.get_by_role("button", name="Suivant").click()
    press(page.get_by_role("button", name="Valider"))
    guide.tick(page)


def fill_administrative_step(page: Page, guide: Guide) -> None:
    """Étape 1, with the help of iSC; saved as one types."""
    press(page.get_by_role("link", name="Démarrer"))
    guide.tick(page)
    page.get_by_role("button", name="Compléter avec les données du responsable légal").first.click()
    expect(page.locator("[name=legal_family_name]")).to_have_value("Belkacem")
    page.get_by_role("button", name="Compléter avec mes données").nth(1).click()
    expect(page.locator("[name=contact_email]")).to_have_value("nadia.belkacem@clairvue.example")
    page.get_by_role("button", name="Compléter avec les données de mon entreprise").click()
    expect(page.locator("[name=company_siren]")).to_have_value("732829320")
    page.locator("[name=company_siret]").fill("73282932000075")
    page.locator("[name=company_siret]").blur()
    expect(page.locator("[data-field=company_siret]")).to_contain_text("clé de contrôle")
    page.locator("[name=company_siret]").fill("73282932000074")
    page.locator("[name=company_siret]").blur()
    # The message goes, and with it what is below moves up: not while one clicks there.
    expect(page.locator("[data-field=company_siret]")).not_to_contain_text("clé de contrôle")
    page.locator("[name=vague_1][value=yes]").check(force=True)
    page.locator("[name=wiin_id]").fill("WIIN-2021-00042")
    page.locator("[name=wiin_id]").blur()
    guide.tick(page)
    expect(page.get_by_text(re.compile("Enregistré à")).first).to_be_visible()
    # This file was not in the first wave after all: everything applies.
    page.locator("[name=vague_1][value=no]").check(force=True)
    expect(page.get_by_text(re.compile("Enregistré à")).first).to_be_visible()
    press(page.get_by_role("button", name="Suivant").last)


def fill_eligibility_step(page: Page, guide: Guide) -> None:
    """Étape 2: a wrong answer is told in its place, files are uploaded, a repeated block is filled."""
    page.wait_for_url(re.compile("/etapes/eligibility"))
    guide.tick(page)
    page.locator("[name=proxy_role][value=own]").check(force=True)
    page.locator("[name=nru_lps]").fill("ABCDEFGHIJ")
    page.locator("[name=nru_proxy]").fill("ABCDEFGHIK")
    page.locator("[name=nru_proxy]").blur()
    expect(page.locator("[data-field=nru_proxy] .j-message--error")).to_be_visible()
    page.locator("[name=nru_proxy]").fill("ABCDEFGHIJ")
    page.locator("[name=nie]").fill("0047218")
    page.locator("[name=nil]").fill("123430703")
    for question, name in (("cnda_filing", "recepisse-cnda.pdf"), ("scope_documents", "kit-complete.pdf")):
        page.locator(f"[name={question}]").set_input_files(_pdf(name))
        expect(page.locator(f"[data-field={question}]").get_by_role("link", name=name)).to_be_visible()
    for question in ("in_grouping", "has_distributors", "has_components"):
        page.locator(f"[name={question}][value=no]").check(force=True)
    guide.tick(page)
    press(page.get_by_role("button", name="Suivant").last)


def submit(page: Page, guide: Guide) -> str:
    """The recap, then "Soumettre votre candidature"; returns the number."""
    page.wait_for_url(re.compile("/recapitulatif"))
    guide.tick(page)
    page.get_by_role("button", name="Soumettre votre candidature").click()
    page.wait_for_url(re.compile("/recapitulatif/recu"))
    guide.tick(page)
    found = re.search(r"/candidatures/([A-Z]{10})/", page.url)
    assert found
    return found[1]


def find_eligible(page: Page, site: Site, number: str) -> None:
    """Étape 2, agency: from the inbox to "Déclarer éligible", which is confirmed."""
    page.goto(f"{site.url}/instruction")
    press(page.get_by_role("row", name=re.compile(number)).get_by_role("link").first)
    page.goto(f"{site.url}/instruction/{number}/dossier")
    page.get_by_role("button", name="Déclarer éligible").click()
    page.locator("button[name=confirmed]").click()
    expect(page.get_by_text("Éligible").first).to_be_visible()


def fill_chapter_by_hand(page: Page, site: Site, number: str, chapter: str, guide: Guide) -> None:
    """Étape 3: "Compléter", a file in every slot, "Soumettre le chapitre"."""
    page.goto(f"{site.url}/candidatures/{number}")
    guide.tick(page)
    page.goto(f"{site.url}/candidatures/{number}/preuves")
    guide.tick(page)
    card = page.locator(".j-chapter", has=page.get_by_role("heading", name=chapter))
    press(card.get_by_role("link", name=re.compile("Compléter")))
    guide.tick(page)
    fill_open_chapter(page, site)
    page.get_by_role("button", name="Soumettre le chapitre").click()
    page.wait_for_url(re.compile("/soumis"))
    guide.tick(page)


def judge_by_hand(
    page: Page, site: Site, number: str, chapter: str, guide: Guide, *, send_back: bool
) -> None:
    """The verifier's workspace: one proof to modify with its reason, the others conforming, by the keyboard."""
    page.goto(f"{site.url}/instruction/{number}")
    page.get_by_role("link", name=chapter).first.click()
    begin = page.get_by_role("button", name="Commencer l’examen")
    conforming = page.locator("button[name=outcome][value=conforming]")
    begin.or_(conforming).first.wait_for()
    if begin.count():
        begin.click()
    if send_back:
        conforming.wait_for()
        page.keyboard.press("m")
        expect(page.locator("textarea[name=text]")).to_be_focused()
        page.keyboard.type(REASONS[chapter])
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
    close = page.locator("form[action$='/cloture'] button")
    while close.is_disabled():
        conforming.wait_for()
        with page.expect_navigation():
            page.keyboard.press("c")
    press(close)
    if (confirm := page.locator("button[name=confirmed]")).count():
        press(confirm)


def mend(page: Page, site: Site, number: str, chapter: str, guide: Guide) -> None:
    """The vendor reads the request in the messaging, changes the proof, "Resoumettre le chapitre"."""
    page.goto(f"{site.url}/candidatures/{number}/messages")
    expect(page.get_by_text(REASONS[chapter]).first).to_be_visible()
    page.goto(f"{site.url}/candidatures/{number}/preuves")
    guide.tick(page)
    card = page.locator(".j-chapter", has=page.get_by_role("heading", name=chapter))
    expect(card.get_by_role("button", name=re.compile("Resoumettre le chapitre"))).to_have_attribute(
        "aria-disabled", "true"
    )
    press(card.get_by_role("link", name=re.compile("Modifier")))
    guide.tick(page)
    slot = page.locator(".j-slot--fix")
    expect(slot).to_contain_text(REASONS[chapter])
    slot_id = slot.get_attribute("id") or ""
    give_a_file(page, slot_id, 2)
    page.get_by_role("link", name="Retour aux chapitres d'exigence").click()
    card = page.locator(".j-chapter", has=page.get_by_role("heading", name=chapter))
    card.get_by_role("button", name=re.compile("Resoumettre le chapitre")).click()
    page.wait_for_url(re.compile("/soumis"))


def import_from_gazelle(page: Page, site: Site, number: str, guide: Guide) -> None:
    """Étape 3: "Importer directement de Gazelle", then choose the report of the list."""
    chapter, requirement = REPORT
    page.goto(f"{site.url}/candidatures/{number}/preuves")
    card = page.locator(".j-chapter", has=page.get_by_role("heading", name=chapter, exact=True))
    card.get_by_role("link", name=re.compile("^Compléter")).click()
    page.locator(".j-reqs__item").get_by_role("link", name=requirement).click()
    card = page.locator(".j-slot", has=page.get_by_role("link", name="Importer directement de Gazelle"))
    guide.tick(page)
    card.get_by_role("link", name="Importer directement de Gazelle").click()
    page.get_by_role("link", name="Donner l’accès").click()
    page.locator("[name=organisation]").fill("CLAIRVUE")
    page.locator("[name=key]").fill(KEY)
    page.get_by_role("button", name="Enregistrer l’accès").click()
    page.locator("[name=url][type=checkbox]").first.check(force=True)
    page.get_by_role("button", name="Importer les rapports choisis").click()
    expect(page.get_by_text("Le rapport est importé").first).to_be_visible()
    expect(card).to_contain_text("Réussi")


def prove_the_rest(vendor: Page, verifier: Page, site: Site, number: str) -> None:
    """The other chapters, through the same forms by the browsers' own requests."""
    company = Vendor(Client(site.url, BrowserTransport(vendor.context)), site, number)
    agency = Staff(Client(site.url, BrowserTransport(verifier.context)), site)
    for chapter in company.chapters():
        if filled := company.fill_chapter(chapter):
            company.submit_chapter(chapter)
            assert agency.judge_chapter(number, chapter) == filled


def meet_prerequisites(vendor: Page, verifier: Page, site: Site, number: str) -> None:
    """What comes from other desks: deposited by the vendor, recorded by an agent with its date."""
    company = Vendor(Client(site.url, BrowserTransport(vendor.context)), site, number)
    agency = Staff(Client(site.url, BrowserTransport(verifier.context)), site)
    page = company.get(f"{company.home}/prerequis")
    keys = [
        f.get("action").rpartition("/")[2]
        for f in page.tree.iter("form")
        if "/prerequis/" in (f.get("action") or "")
    ]
    assert len(keys) >= 3
    for key in keys:
        company.deposit_prerequisite(key)
        agency.record_prerequisite(number, key, clock.paris_date(clock.now()).isoformat())


def sign_by_mail(browser: Browser, site: Site) -> None:
    """Étape 4: the legal representative, who has no account here, signs from the mail; a wrong code is told."""
    page = new_context(browser).new_page()
    link_in_mails(site)
    page.goto(f"{site.url}/demo/courriels")
    mail = page.locator("details", has_text="une convention à signer")
    if not mail.locator("a[href*='/signature/']").is_visible():
        mail.locator("summary").click()
    mail.locator("a[href*='/signature/']").click()
    page.get_by_role("button", name="Ouvrir la convention").click()
    page.get_by_role("button", name="Recevoir un code").click()
    page.locator("[name=code]").fill("000000" if code_in_mails(site) != "000000" else "000001")
    page.get_by_role("button", name="Signer la convention").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("essai"))
    page.locator("[name=code]").fill(code_in_mails(site))
    page.get_by_role("button", name="Signer la convention").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("signé"))


def decide(browser: Browser, site: Site, number: str) -> None:
    """The opinion of the college; the agency signs last, and cannot before."""
    signatory = staff_page(browser, site, "sophie.lambert")
    signatory.goto(f"{site.url}/instruction/{number}/convention")
    expect(signatory.get_by_role("button", name="Signer la convention")).to_be_disabled()

    member = staff_page(browser, site, "bernard.roy")
    member.goto(f"{site.url}/instruction/college")
    member.goto(f"{site.url}/instruction/{number}/convention")
    member.locator("[name=session_on]").fill(clock.paris_date(clock.now()).isoformat())
    member.locator("[name=outcome][value=favourable]").check(force=True)
    member.get_by_role("button", name="Rendre l’avis").click()
    member.locator("button[name=confirmed]").click()
    expect(member.get_by_text("Favorable").first).to_be_visible()

    signatory.reload()
    press(signatory.get_by_role("button", name="Signer la convention"))
    check = signatory.locator("#confirm-check")
    if check.count():
        check.check(force=True)
    press(signatory.locator("button[name=confirmed]"))


def see_the_award(page: Page, site: Site, number: str, guide: Guide) -> None:
    """The award is pronounced by what came last; step 4 lists the documents, and both signatures hold."""
    for _attempt in range(100):
        page.goto(f"{site.url}/candidatures/{number}/convention")
        if page.get_by_text("Candidature référencée").count():
            break
        page.wait_for_timeout(200)
    guide.tick(page)
    link = page.get_by_role("main").get_by_role("link", name=re.compile("^Convention")).first
    answer = page.context.request.get(f"{site.url}{link.get_attribute('href')}")
    pdf = site.home / "convention.pdf"
    pdf.write_bytes(answer.body())
    assert _pdfsig(pdf).count("Signature is Valid") == 2
    data = bytearray(answer.body())
    data[1500] ^= 1
    pdf.write_bytes(data)
    assert _pdfsig(pdf).count("Signature is Valid") == 0


def _pdfsig(pdf: Path) -> str:
    done = subprocess.run(["pdfsig", str(pdf)], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout


def check_mails(site: Site) -> None:
    """Exactly the expected mails, and none with a word of what was written in the conversation."""
    sent = mails_once_all_left(site)
    subjects = Counter((str(m["To"]), as_written(str(m["Subject"])).removeprefix("Jalon : ")) for m in sent)
    assert subjects == MAILS
    written = [_one_line(line) for body in internal_messages(site) for line in body.splitlines()]
    for reason in REASONS.values():  # each stands in a line of its message, behind what it is about
        assert any(reason in line for line in written)
    secrets = {*written, *REASONS.values()} - {""}
    for message in sent:
        seen = _one_line(all_words_of(message))
        assert [words for words in secrets if words in seen] == [], message["Subject"]


def _one_line(words: str) -> str:
    return " ".join(as_written(words).split())


def _pdf(name: str) -> dict[str, object]:
    return {"name": name, "mimeType": "application/pdf", "buffer": sample_pdf(name)}
