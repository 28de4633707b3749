"""A reader who chose English meets no French sentence of the interface.

Texts of a programme exist in French only; they say so with lang="fr" and are left out, as people's own words are.
"""

import re
from collections import deque
from collections.abc import Iterator
from html.parser import HTMLParser

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve

from jalon.accounts.models import User
from jalon.accounts.standing import standing_of
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.awards.models import SigningInvitation
from jalon.awards.secret_links import link_token
from jalon.demo.play import Cast, Play
from jalon.evidence.queries import slot_views
from jalon.jobs.queue import run_due
from jalon.messaging.actions import post_message
from jalon.vendors.actions import create_product, grant_access
from jalon.vendors.models import Product
from jalon.web.account.session import BACKEND
from tests.scenarios.people import person, product, staff
from tests.scenarios.small import SMALL_CODE, open_small_programme

CATALOGUE = settings.LOCALE_PATHS[0] / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w*\}")
TAG = re.compile(r"<[^>]+>")
SHOWN_ATTRIBUTES = ("title", "alt", "aria-label", "aria-description", "placeholder", "value", "label")
UNSEEN = ("script", "style")
EMPTY = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
# Shorter ones only count when they are the whole text: they may stand inside somebody's own sentence.
LONG = 12
# Pages of one kind look alike: so many of each are read, for each person.
ALIKE = 3
# Read for its effect, written in French for those who build pages, or not a page.
LEFT_OUT = re.compile(r"^/(composants|demo/|static/|deconnexion)|\.(pdf|ics|xlsx|csv|zip)$")
# Written down in French when something happened, and kept like people's own words.
KEPT_WORDS = ("Date fixée par la définition du programme.", "Signataire de l’agence")


class Shown(HTMLParser):
    """Texts and attributes that people meet, outside of lang="fr"."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []  # tag, French or unseen
        self.texts: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        left_out = self._left_out(given.get("lang", "")) or tag in UNSEEN
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"].partition("#")[0])
        if not left_out:
            self.texts += [value for name, value in given.items() if self._is_shown(tag, name, given)]
        if tag not in EMPTY:
            self.open.append((tag, left_out))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._left_out(""):
            self.texts.append(data)

    def _left_out(self, lang: str) -> bool:
        if lang:
            return lang == "fr"
        return bool(self.open) and self.open[-1][1]

    @staticmethod
    def _is_shown(tag: str, name: str, given: dict[str, str]) -> bool:
        if name == "value":
            return tag == "input" and given.get("type") in ("submit", "button", "reset")
        return name in SHOWN_ATTRIBUTES or name.startswith("data-word")


def squeezed(text: str) -> str:
    return " ".join(text.split())


class French:
    """The French of the catalogue, as it would look on a page."""

    def __init__(self) -> None:
        entries = polib.pofile(str(CATALOGUE))
        english = {squeezed(text) for e in entries for text in (e.msgstr, *e.msgstr_plural.values())}
        self.wholes: set[str] = set()
        self.patterns: list[re.Pattern[str]] = []
        for entry in entries:
            forms = [(entry.msgid, entry.msgstr or entry.msgstr_plural.get(0, ""))]
            if entry.msgid_plural:
                forms.append((entry.msgid_plural, entry.msgstr_plural[1]))
            for french, translation in forms:
                if french != translation and squeezed(french) not in english:
                    self._learn(french)
        self.parts = sorted((w for w in self.wholes if len(w) >= LONG and " " in w), key=len)

    def _learn(self, french: str) -> None:
        for piece in TAG.split(french):
            literal = squeezed(PLACEHOLDER.sub("", piece))
            if not re.search(r"[^\W\d_]{4}", literal):
                continue
            if literal == squeezed(piece):
                self.wholes.add(literal)
            else:
                words = [re.escape(re.sub(r"\s+", " ", word)) for word in PLACEHOLDER.split(piece.strip())]
                self.patterns.append(re.compile(".+?".join(words)))

    def in_text(self, text: str) -> bool:
        return (
            text in self.wholes
            or any(part in text for part in self.parts)
            or any(pattern.fullmatch(text) for pattern in self.patterns)
        )


def pages(client: Client, start: list[str]) -> Iterator[tuple[str, Shown]]:
    """Every page one gets to by following links, up to ALIKE of each kind."""
    waiting, met, kinds = deque(start), set(start), dict[str, int]()
    while waiting:
        address = waiting.popleft()
        kind = kind_of(address)
        if kinds.get(kind, 0) >= ALIKE:
            continue
        response = client.get(address, follow=True)
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        assert response.status_code != 500, address
        shown = Shown()
        shown.feed(response.content.decode())
        yield address, shown
        for link in shown.links:
            if link not in met and not LEFT_OUT.search(link.partition("?")[0]):
                met.add(link)
                waiting.append(link)


def kind_of(address: str) -> str:
    path, _mark, query = address.partition("?")
    try:
        name = resolve(path).view_name
    except Resolver404:
        return "none"
    return f"{name}?{query.partition('=')[0]}"


@pytest.fixture
def people(db) -> dict[str, User | None]:
    """A file in each stage, by the product's own actions; who looks at them."""
    open_small_programme()
    roles = (role for role in StaffRoleName if role != StaffRoleName.ADMINISTRATOR)
    agent, employee = person("agent"), person("employee", CompanyRole.EMPLOYEE, given_name="Inès")
    agency = staff("agency", *roles, programme=SMALL_CODE)

    def begin(name: str) -> Play:
        play = Play.begin(Cast(agent, agency), SMALL_CODE, product(agent, name))
        colleague = Product.objects.get(versions__applications__number=play.number)
        grant_access(actor=standing_of(agent), product_id=colleague.pk, user_id=employee.pk)
        return play.fill()

    create_product(actor=standing_of(agent), data=product(agent, "Clairvue Mobile"))
    begin("Clairvue Portail")
    begin("Clairvue Archive").submit()
    _to_and_fro(begin("Clairvue Workflow").submit().find_eligible())
    begin("Clairvue Dose").submit().find_eligible().prove().meet_prerequisites().draw()
    listed = begin("Clairvue RIS").submit().find_eligible().prove().meet_prerequisites().draw()
    listed.give_opinion(agency).sign().countersign(agency).draw()
    run_due()
    return {"nobody": None, "agent": agent, "employee": employee, "agency": agency,
            "administrator": staff("administrator", StaffRoleName.ADMINISTRATOR)}  # fmt: skip


def _to_and_fro(play: Play) -> None:
    """A chapter sent back with a word, another handed over, and a few more words."""
    first, second = play.chapters()
    play.deposit(first).submit_chapters([first])
    play.judge(first, to_modify={view.key: "Again, please." for view in slot_views(play.application, first)})
    play.close(first, send_back=True)
    play.deposit(second).submit_chapters([second])
    for writer in (play.vendor, play.verifier):
        post_message(actor=writer, number=play.number, body="A word of one’s own.")


def english_client(user: User | None = None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user, backend=BACKEND)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.mark.any_database("words are the same on either")
def test_no_french_sentence_on_an_english_page(people):
    french = French()
    found: dict[str, str] = {}
    read, met = set(), set[str]()
    nonces = SigningInvitation.objects.values_list("nonce", flat=True)
    for who, user in people.items():
        start = ["/", "/page-qui-manque"]
        start += ["/compte"] if user else [f"/signature/{link_token(nonce)}" for nonce in nonces]
        for address, shown in pages(english_client(user), start):
            read.add(kind_of(address).partition("?")[0])
            texts = set(map(squeezed, shown.texts)) - met
            met |= texts
            for text in texts:
                if french.in_text(text) and not any(kept in text for kept in KEPT_WORDS):
                    found[text] = f"{address} ({who})"
    assert found == {}
    assert read >= {"home", "programme", "signing", "dashboard", "chapter", "recap", "inbox", "staff-dossier"}
