"""What the people of a path do on Jalon's pages, in words: through `forms.Client`, whatever its transport."""

import re
import sqlite3
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from typing import Any
from urllib.parse import urlsplit

from lxml import html as lxml_html

from jalon.applications.rules.answers import asked, form_steps, is_empty
from jalon.demo.samples import MAKERS, sample_answer, sample_pdf, sample_signed
from jalon.programmes.definition.schema import Definition, FormField, FormStep
from tests.browser.forms import Client, Form, Page
from tests.browser.prepare import PASSWORD as STAFF_PASSWORD
from tests.browser.site import Site

VENDOR_PASSWORD = "mot-de-passe-d-essai"
COMPANY = {
    "name": "Clairvue Imagerie",
    "country": "FR",
    "siren": "732829320",
    "siret": "73282932000074",
    "address": "12 quai de la Fosse, 44000 Nantes",
}


def account(username: str, role: str = "mandataire", company: Mapping[str, str] = COMPANY) -> dict[str, Any]:
    """An account of the iSC stand-in, as it is seeded."""
    given, _dot, family = username.partition(".")
    return {
        "username": username,
        "password": VENDOR_PASSWORD,
        "civility": "Mme",
        "given_name": given.title(),
        "family_name": family.title(),
        "email": f"{username}@clairvue.example",
        "phone_number": "+33240000000",
        "function": "Directrice générale",
        "role": role,
        "company": dict(company),
    }


@dataclass
class Person:
    client: Client
    site: Site

    def get(self, address: str) -> Page:
        return self.client.get(address)


@dataclass
class Vendor(Person):
    """Somebody of a company, and the application that he or she works on."""

    number: str = ""

    def sign_in(self, username: str) -> Page:
        page = self.get("/connexion/isc")
        form = page.form("/connexion").fill({"username": username, "password": VENDOR_PASSWORD})
        page = form.send()
        if urlsplit(page.url).netloc == urlsplit(self.site.isc_url).netloc:
            page = page.form("/oidc/authorize").send(("decision", "accept"))
        assert page.url.startswith(self.site.url), page.url
        return page

    def add_product(self, name: str, version: str) -> None:
        page = self.get("/produits/nouveau")
        interests = [
            i.get("value") for i in page.form("/produits/nouveau").inputs if i.get("name") == "interests"
        ]
        form = page.form("/produits/nouveau").fill(
            {
                "name": name,
                "version": version,
                "description": f"{name}, un logiciel.",
                "interests": interests[0],
            }
        )
        recap = form.send()
        recap.form("/recapitulatif").send(_button(recap, "Valider"))

    def open_application(self, programme: str) -> str:
        page = self.get(f"/demarches/{programme}/candidater")
        charter = self.get(page.links(f"/demarches/{programme}/candidater/")[0])
        form = charter.form(urlsplit(charter.url).path)
        page = form.fill({"charter": "yes"}).send()
        found = re.search(r"/candidatures/([A-Z]{10})", page.url)
        assert found, page.url
        self.number = found[1]
        return self.number

    @property
    def home(self) -> str:
        return f"/candidatures/{self.number}"

    def fill_steps(self, definition: Definition, answers: Mapping[str, Any]) -> Page:
        """Steps 1 and 2 through their pages: `answers` first, samples for what else is required."""
        page = self.get(self.home)
        for step in form_steps(definition):
            address = f"{self.home}/etapes/{step.key}"
            given = dict(answers)
            for section in step.sections:
                for field in _settled(section, given, definition):
                    if field.kind != "documents":
                        given.setdefault(field.key, sample_answer(field, given, definition))
            form = self.get(address).form(address)
            _answer_step(form, step, given)
            page = form.send(("action", "next"))
            if "nouvelles=1" in page.url:
                page = page.form(address).send(("action", "next"))
        return page

    def submit_application(self) -> Page:
        recap = self.get(f"{self.home}/recapitulatif")
        return recap.form("/recapitulatif").send()

    def chapters(self) -> list[str]:
        """Addresses of the chapters of step 3, in order."""
        page = self.get(f"{self.home}/preuves")
        found = [urlsplit(link).path for link in page.links(f"{self.home}/chapitres/")]
        return list(dict.fromkeys("/".join(path.split("/")[:5]) for path in found))

    def fill_chapter(self, chapter: str) -> int:
        """A piece in every open slot of a chapter, requirement by requirement; returns how many slots."""
        first = self.get(chapter)
        others = [url for url in first.links(f"{chapter}?exigence=") if url != first.url]
        filled: set[str] = set()
        for shown in (first, *map(self.get, others)):
            # Of several ways, the first.
            page = _choose(shown.form("/choix")) if shown.has_form("/choix") else shown
            if not page.has_form("/preuves"):
                continue
            form = page.form("/preuves")
            slots = _open_slots(form) - filled
            if not slots:
                continue
            for slot in sorted(slots):
                _give_piece(form, slot)
            form.send_only()
            filled |= slots
        return len(filled)

    def submit_chapter(self, chapter: str) -> Page:
        return self.get(chapter).form(f"{chapter}/soumettre").send()

    def deposit_prerequisite(self, key: str) -> Page:
        form = self.get(f"{self.home}/prerequis").form(f"/prerequis/{key}")
        return form.attach("file", f"{key}.pdf", sample_pdf(key)).send()


def _answer_step(form: Form, step: FormStep, given: Mapping[str, Any]) -> None:
    """What a person types into one step, and the files that it asks for."""
    questions = [f for s in step.sections for f in asked(s, given) if f.kind != "shown"]
    typed = {f.key for f in questions if f.kind != "documents"}
    form.fill({key: value for key, value in given.items() if key in typed and not is_empty(value)})
    for field in questions:
        if field.kind == "documents" and field.required:
            form.attach(field.key, f"{field.key}.pdf", sample_pdf(field.key))


def _settled(section: Any, given: dict[str, Any], definition: Definition) -> Iterable[FormField]:
    """The required questions of a section, each answer calling for the next."""
    while True:
        waiting = [
            f
            for f in asked(section, given)
            if f.required and f.kind not in ("shown", "documents") and is_empty(given.get(f.key))
        ]
        if not waiting:
            return
        yield waiting[0]


def _button(page: Page, words: str) -> tuple[str, str] | None:
    """The (name, value) of the button with these words, when it sends one."""
    for button in page.tree.iter("button"):
        if words in " ".join(button.text_content().split()) and button.get("name"):
            return button.get("name"), button.get("value") or ""
    return None


def _open_slots(form: Form) -> set[str]:
    names = [e.get("name") for e in form.inputs]
    return {n.split(":")[1] for n in names if n.startswith(("file:", "link:", "record:"))}


def _choose(form: Form) -> Page:
    [first, *_others] = [e.get("value") for e in form.inputs if e.get("name") == "way"]
    form.fill({"way": first})
    return form.send()


def _signed(pdf: bytes) -> bytes:
    """In a thread of its own: what signs begins an event loop, and so does who drives a browser."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(sample_signed, pdf).result()


def _give_piece(form: Form, slot: str) -> None:
    """A file where one is taken, else a link to a host that the page names, else a number."""
    by_name = {e.get("name"): e for e in form.inputs}
    serial = sum(map(ord, slot))
    if (upload := by_name.get(f"file:{slot}")) is not None:
        accepted = [a.strip().lstrip(".") for a in upload.get("accept", "").split(",")]
        extension = next((e for e in MAKERS if e in accepted), None)
        assert extension, f"{slot} accepts {accepted}"
        data, hint = MAKERS[extension](serial), form.page.tree.get_element_by_id(f"file-{slot}-hint", None)
        if extension == "pdf" and hint is not None and "signé électroniquement" in hint.text_content():
            data = _signed(data)
        form.attach(f"file:{slot}", f"preuve-{serial}.{extension}", data)
        return
    if (link := by_name.get(f"link:{slot}")) is not None:
        hint = form.page.tree.get_element_by_id(f"link-{slot}-hint", None)
        hosts = re.findall(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", hint.text_content() if hint is not None else "")
        host = hosts[0] if hosts else "preuves.example"
        form.fill({link.get("name"): f"https://{host}/evs/report.seam?oid=1.2.3.{serial}"})
        return
    record = next(n for n in by_name if n.startswith(f"record:{slot}"))
    asked_for = by_name[record].getparent().text_content()
    form.fill({record: "73282932000074" if "SIRET" in asked_for else "196951"})


class Staff(Person):
    """Somebody of the agency."""

    def sign_in(self, login: str) -> Page:
        page = self.get("/connexion/agence")
        form = page.form("/connexion/agence")
        return form.fill({"login": f"{login}@agence.example", "password": STAFF_PASSWORD}).send()

    def declare_eligible(self, number: str, claims: Mapping[str, str] | None = None) -> Page:
        """Decide on steps 1 and 2: "Déclarer éligible", then the confirmation."""
        page = self.get(f"/instruction/{number}/dossier")
        form = page.form("/dossier/decision").fill({f"claim.{k}": v for k, v in (claims or {}).items()})
        return _confirmed(form.send(("decision", "validate")))

    def judge_chapter(self, number: str, chapter: str, to_modify: Mapping[str, str] | None = None) -> int:
        """Judge every proof of a submitted chapter, then close it; returns how many were judged.

        `to_modify`: key of the expected proof → what is asked.
        """
        address = f"/instruction/{number}/chapitres/{chapter.rpartition('/')[2]}"
        page = self.get(address)
        if page.has_form("/examen"):
            page = page.form("/examen").send()
        judged, asked_for = 0, dict(to_modify or {})
        while (form := _verdict_form(page)) is not None:
            slot = next(e.value for e in form.inputs if e.get("name") == "preuve")
            if slot in asked_for:
                text = asked_for.pop(slot)
                page = _reason_form(page).fill({"text": text}).send()
            else:
                page = form.send(("outcome", "conforming"))
            judged += 1
        assert not asked_for, f"never met: {asked_for}"
        close = page.form("/cloture")
        button = next(b for b in close.element.iter("button") if b.get("name") == "act")
        _confirmed(close.send(("act", button.get("value"))))
        return judged

    def record_prerequisite(self, number: str, key: str, day: str) -> Page:
        page = self.get(f"/instruction/{number}/prerequis")
        for element in page.tree.iter("form"):
            form = Form(page, element)
            values = {e.get("name"): e.value for e in form.inputs}
            if values.get("key") == key and values.get("act") == "record":
                return _confirmed(form.fill({"obtained_on": day}).send())
        raise AssertionError(f"no form records {key}: {page.words[:1500]}")

    def give_opinion(self, number: str, day: str) -> Page:
        page = self.get(f"/instruction/{number}/convention")
        form = page.form("/convention/avis").fill({"session_on": day, "outcome": "favourable"})
        return _confirmed(form.send())

    def countersign(self, number: str) -> Page:
        page = self.get(f"/instruction/{number}/convention")
        return _confirmed(page.form("/convention/signature").send())


class Signatory(Person):
    """The legal representative: no account, a link and a code by e-mail."""

    def sign(self) -> Page:
        page = self.get(urlsplit(link_in_mails(self.site)).path)
        page = page.form("/ouvrir").send()
        page = page.form("/code").send()
        return page.form("/signer").fill({"code": code_in_mails(self.site)}).send()


def mails(site: Site) -> list[EmailMessage]:
    """What was sent, oldest first: the files of the local mailbox."""
    found = [
        message_from_bytes(path.read_bytes(), policy=default_policy)
        for path in sorted((site.home / "mailbox").glob("*.eml"), key=lambda p: p.stat().st_mtime_ns)
    ]
    return [message for message in found if isinstance(message, EmailMessage)]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def all_words_of(message: EmailMessage) -> str:
    """Whatever somebody may read of it: its subject, and each of its parts as it is shown."""
    shown = [str(message["Subject"])]
    for part in message.walk():
        if part.is_multipart():
            continue
        assert part.get_content_maintype() == "text", part.get_content_type()
        text = str(part.get_content())
        html = part.get_content_subtype() == "html"
        shown.append(lxml_html.fromstring(text).text_content() if html else text)
    return "\n".join(shown)


_DUE = "state = 'waiting' AND run_after <= strftime('%Y-%m-%d %H:%M:%f', 'now')"


def mails_once_all_left(site: Site) -> list[EmailMessage]:
    """What was sent, once no work is due or under way and no mail waits.

    Work for later stays: each upload asks for a second look at it, a while after.
    """
    for _attempt in range(300):
        waiting = _rows(site, f"SELECT name, key, state FROM jobs_job WHERE {_DUE} OR state = 'running'")
        waiting += _rows(site, "SELECT recipient, kind, state FROM notices_mail WHERE state = 'waiting'")
        if not waiting:
            return mails(site)
        time.sleep(0.1)
    raise AssertionError(f"still waits: {waiting}")


def internal_messages(site: Site) -> list[str]:
    """Every message that was written in the conversations of this site."""
    return [body for (body,) in _rows(site, "SELECT body FROM messaging_message ORDER BY id")]


def _rows(site: Site, query: str) -> list[tuple[Any, ...]]:
    """Of the site's own data, which only its processes write."""
    with closing(sqlite3.connect(f"file:{site.home / 'jalon.sqlite3'}?mode=ro", uri=True)) as data:
        return data.execute(query).fetchall()


def link_in_mails(site: Site) -> str:
    return _in_mails(site, r"https?://\S+/signature/\S+")


def code_in_mails(site: Site) -> str:
    return re.sub(r"\D", "", _in_mails(site, r"\b\d{3}\s?\d{3}\b"))


def _in_mails(site: Site, pattern: str) -> str:
    """The latest match, once the worker has sent it."""
    for _attempt in range(300):
        for message in reversed(mails(site)):
            if found := re.search(pattern, text_of(message)):
                return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no mail holds {pattern}: {[m['Subject'] for m in mails(site)]}")


def _confirmed(page: Page) -> Page:
    """Past the screen that names the consequence, where there is one."""
    for element in page.tree.iter("form"):
        if any(b.get("name") == "confirmed" for b in element.iter("button")):
            form = Form(page, element)
            if any(e.get("name") == "checked" for e in form.inputs):
                form.fill({"checked": "yes"})
            return form.send(("confirmed", "yes"))
    return page


def _verdict_form(page: Page) -> Form | None:
    """The form of "Conforme" for the proof on the screen, when it is still to judge."""
    for element in page.tree.iter("form"):
        buttons = [
            b for b in element.iter("button") if (b.get("name"), b.get("value")) == ("outcome", "conforming")
        ]
        if buttons:
            return Form(page, element)
    return None


def _reason_form(page: Page) -> Form:
    for element in page.tree.iter("form"):
        form = Form(page, element)
        if any(e.get("name") == "outcome" and e.value == "to_modify" for e in form.inputs):
            return form
    raise AssertionError(f"no form asks for a change on {page.url}")
