"""What the people of a path do on Jalon's pages, in words: through `forms.Client`, whatever its transport."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from jalon.applications.rules.answers import asked, form_steps, is_empty
from jalon.demo.samples import sample_answer, sample_pdf, sample_png, sample_text, sample_video
from jalon.programmes.definition.schema import Definition, FormField
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


class Vendor(Person):
    """Somebody of a company."""

    number = ""

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

    def open_application(self, programme: str, product: str) -> str:
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
            mine = {
                f.key for s in step.sections for f in asked(s, given) if f.kind not in ("shown", "documents")
            }
            form.fill({key: value for key, value in given.items() if key in mine and not is_empty(value)})
            for section in step.sections:
                for field in asked(section, given):
                    if field.kind == "documents" and field.required:
                        form.attach(field.key, f"{field.key}.pdf", sample_pdf(field.key))
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
        pages = [first.url, *first.links(f"{chapter}?exigence=")]
        filled: set[str] = set()
        for address in dict.fromkeys(pages):
            page = self.get(address)
            if not page.has_form("/preuves"):
                continue
            form = page.form("/preuves")
            slots = _open_slots(form) - filled
            if not slots:
                continue
            for slot in sorted(slots):
                _give_piece(form, slot)
            form.send()
            filled |= slots
        return len(filled)

    def submit_chapter(self, chapter: str) -> Page:
        return self.get(chapter).form(f"{chapter}/soumettre").send()


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


_FILES = {"png": sample_png, "mp4": sample_video, "txt": sample_text, "log": sample_text}


def _give_piece(form: Form, slot: str) -> None:
    """A file where one is taken, else a link to a host that the page names, else a number."""
    by_name = {e.get("name"): e for e in form.inputs}
    serial = sum(map(ord, slot))
    if (upload := by_name.get(f"file:{slot}")) is not None:
        accepted = [a.strip().lstrip(".") for a in upload.get("accept", "").split(",")]
        extension = next((e for e in _FILES if e in accepted), None)
        if extension:
            form.attach(f"file:{slot}", f"preuve-{serial}.{extension}", _FILES[extension](serial))
        else:
            assert "pdf" in accepted, f"{slot} accepts {accepted}"
            form.attach(f"file:{slot}", f"preuve-{serial}.pdf", sample_pdf(slot))
        return
    if (link := by_name.get(f"link:{slot}")) is not None:
        hint = form.page.tree.get_element_by_id(f"link-{slot}-hint", None)
        hosts = re.findall(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", hint.text_content() if hint is not None else "")
        host = hosts[0] if hosts else "preuves.example"
        form.fill({link.get("name"): f"https://{host}/evs/report.seam?oid=1.2.3.{serial}"})
        return
    record = next(n for n in by_name if n.startswith(f"record:{slot}"))
    form.fill({record: "196951"})


class Staff(Person):
    """Somebody of the agency."""

    def sign_in(self, login: str) -> Page:
        page = self.get("/connexion/agence")
        form = page.form("/connexion/agence")
        return form.fill({"username": f"{login}@agence.example", "password": STAFF_PASSWORD}).send()
