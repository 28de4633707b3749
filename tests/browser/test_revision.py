"""A list that changes while files run: the real workbook with ten edits, from its upload to what each vendor sees."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from jalon.programmes.definition.folder import load_folder
from jalon.programmes.definition.schema import Definition
from tests.browser.forms import Client, HttpTransport
from tests.browser.hands import press
from tests.browser.journey import COMPANY, Staff, Vendor, account
from tests.browser.people import staff_page
from tests.browser.site import Site, served
from tests.browser.workbook import CODE, imported
from tests.programmes.lists import List, Row, read_rows, write_rows
from tests.programmes.test_diff import ten_edits

pytestmark = [pytest.mark.real, pytest.mark.browser]
WAS, ADDED = "N° preuve dans B", ".88"
HOME = f"/instruction/programmes/{CODE}"
OTHER = COMPANY | {"name": "Rival Santé", "siren": "552081317", "siret": "55208131766522"}
# Every slot that is asked for, and a digest of every kept file as it lies on the disk.
LOOK = """
import json, django; django.setup()
from jalon.applications.models import Application
from jalon.core.canonical import sha256_hex
from jalon.documents import storage
from jalon.documents.models import Document
from jalon.evidence.models import Slot
from jalon.evidence.queries import slot_views
files = {}
for one in Application.objects.select_related("revision", "programme"):
    chapters = [c.key.removeprefix("chapter:") for c in one.parts.filter(kind="chapter").order_by("position")]
    views = [view for chapter in chapters for view in slot_views(one, chapter)]
    kept = Slot.objects.filter(application=one, asked=False)
    files[one.number] = {
        "slots": {view.key: [view.code, str(view.state)] for view in views},
        "kept": dict(kept.values_list("item_key", "state")),
        "revision": one.revision.number,
    }
hashes = {}
for document in Document.objects.order_by("pk"):
    with storage.open_object(document.content.storage_key) as stored:
        hashes[document.pk] = [document.sha256, sha256_hex(stored.read())]
print(json.dumps({"files": files, "hashes": hashes}))
"""


@dataclass
class Edited:
    """Workbook C, what was edited, and proofs that are the same under another number: number in B → number in C."""

    path: Path
    done: dict[str, Any]
    rows: list[Row]
    renumbered: dict[str, str]

    def chapter(self, kind: str) -> str:
        return next(row["Chapitre"] for row in self.rows if row["ID"] == self.done[kind])


@pytest.fixture(scope="module")
def list_b(reference_dir: Path) -> Path:
    return reference_dir / "rem" / "REM-RIS-Va2-B.xlsx"


@pytest.fixture(scope="module")
def list_c(list_b: Path, tmp_path_factory: pytest.TempPathFactory) -> Edited:
    """Ten edits such that the four that are looked at stand in chapters of their own, for everybody."""
    rows = read_rows(list_b)
    for seed in range(200):
        edited = List([row | {WAS: row["N° preuve"]} for row in rows], random.Random(seed))
        try:
            done = ten_edits(edited)
        except AssertionError:  # not every order of requirements has all that ten edits need
            continue
        renumbered = {r[WAS]: r["N° preuve"] for r in edited.rows if r["N° preuve"] != r[WAS]}
        kept = [{name: cell for name, cell in row.items() if name != WAS} for row in edited.rows]
        one = Edited(
            tmp_path_factory.mktemp("c") / "C.xlsx",
            done,
            kept,
            {old: new for old, new in renumbered.items() if not new.endswith(ADDED)},
        )
        chapters = [one.chapter(kind) for kind in PARTS]
        untouched = [
            row for row in rows if row["Chapitre"] == one.chapter("text") and row["ID"] != done["text"]
        ]
        whole = [edited.of(done[kind])[0] for kind in PARTS]
        small = all(sum(row["Chapitre"] == c for row in rows) <= 12 for c in chapters)
        touched = {code for code in flat(done) if code not in {done[kind] for kind in PARTS}}
        alone = not any(row["Chapitre"] in chapters and row["ID"] in touched for row in [*rows, *edited.rows])
        if (
            len({*chapters}) == 4
            and untouched
            and small
            and alone
            and all(r["Profil"] == "Général" for r in whole)
        ):
            write_rows(one.path, one.rows)
            return one
    raise AssertionError("no such choice of edits")


# kind of edit → what stands in its chapter when the list changes
PARTS = {"text": "conforming", "proof dropped": "submitted", "proof added": "deposited", "wave": "to_modify"}


def flat(done: dict[str, Any]) -> Iterator[str]:
    for value in done.values():
        yield from (value,) if isinstance(value, str) else value


def test_a_list_changes_while_files_run(
    browser: Browser, list_b: Path, list_c: Edited, tmp_path: Path
) -> None:
    definitions = imported(list_b, tmp_path / "definitions")
    definition = load_folder(definitions / "essai" / CODE)
    with served(tmp_path / "home", definitions=definitions, code=CODE) as site:
        verifier = Staff(Client(site.url, HttpTransport()), site)
        verifier.sign_in("thomas.anquetil")
        first = running(site, verifier, definition, "nadia.belkacem", COMPANY, "Clairvue RIS")
        second = running(site, verifier, definition, "paul.dubreuil", OTHER, "Rivalix RIS")
        five_states(first, verifier, definition, list_c)
        before = look(site)
        manager = staff_page(browser, site, "leila.haddad")
        upload(manager, site, list_c)
        compare(manager, site)
        seen = {vendor.number: impact(manager, site, vendor) for vendor in (first, second)}
        publish_and_move(manager, site)
        after = look(site)
        for vendor in (first, second):
            told = notice(vendor)
            assert told == seen[vendor.number], "the manager saw before what the vendor is told after"
            reread = keys_of(definition, list_c.done["wave"]) if vendor is first else []
            was, now = before["files"][vendor.number], after["files"][vendor.number]
            assert told.pop("reread", []) == sorted(now["slots"][key][0] for key in reread)
            assert told == what_changed(was, now, list_c.renumbered)
        each_of_the_five(before["files"][first.number], after["files"][first.number], definition, list_c)
        conforming_stay_locked(first, definition, list_c)
        assert after["hashes"] == before["hashes"]
        assert all(kept == stored for kept, stored in after["hashes"].values())
        assert len(after["hashes"]) > 10


# --- Before -----------------------------------------------------------------------------------------------------


def running(
    site: Site, verifier: Staff, definition: Definition, who: str, company: dict[str, str], product: str
) -> Vendor:
    """A file in which proofs may be given."""
    seeded = [account(who, company=company)]
    requests.post(f"{site.isc_url}/_sandbox/accounts", json=seeded, timeout=20)
    vendor = Vendor(Client(site.url, HttpTransport()), site)
    vendor.sign_in(who)
    vendor.add_product(product, "4.2")
    vendor.open_application(CODE)
    vendor.fill_steps(definition, {"listed-before": "no"})
    vendor.submit_application()
    verifier.declare_eligible(vendor.number)
    return vendor


def address(vendor: Vendor, definition: Definition, title: str) -> str:
    key = next(c.key for c in definition.chapters if c.title.fr == title)
    return f"{vendor.home}/chapitres/{key}"


def keys_of(definition: Definition, code: str) -> list[str]:
    """The slots of a requirement in list B."""
    found = [r for c in definition.chapters for r in c.requirements if r.code == code]
    return [p.key for r in found for s in r.scenarios for p in s.proofs]


def five_states(vendor: Vendor, verifier: Staff, definition: Definition, edited: Edited) -> None:
    for kind, state in PARTS.items():
        chapter = address(vendor, definition, edited.chapter(kind))
        assert vendor.fill_chapter(chapter) > 0
        if state == "deposited":
            continue
        vendor.submit_chapter(chapter)
        if state == "submitted":
            continue
        sent_back = keys_of(definition, edited.done[kind]) if state == "to_modify" else []
        verifier.judge_chapter(vendor.number, chapter, dict.fromkeys(sent_back, "Montrez l’écran entier."))


def look(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.run("-c", LOOK))
    return found


# --- The manager, in the browser ---------------------------------------------------------------------------------


def upload(page: Page, site: Site, edited: Edited) -> None:
    page.goto(f"{site.url}{HOME}/classeur")
    page.locator("input[type=file]").set_input_files(str(edited.path))
    page.get_by_role("button", name="Lire le classeur").click()
    page.wait_for_url(re.compile(r"/classeur/\d+$"))
    figures = page.locator(".j-figures").inner_text()
    counted = {
        "exigences": len({row["ID"] for row in edited.rows}),
        "lignes": len(edited.rows),
        "chapitres": len({row["Chapitre"] for row in edited.rows}),
    }
    for words, n in counted.items():
        assert re.search(rf"\b{n}\s+{words}", figures), (words, n, figures)


def compare(page: Page, site: Site) -> None:
    """The ten edits; what likeness proposes is confirmed, then verdicts are decided as proposed."""
    page.goto(f"{site.url}{HOME}/comparaison")
    shown = page.locator(".j-chart").inner_text()
    told = {name.strip(): int(n) for name, n in re.findall(r"([^\d\n]+?)\s+(\d+)", shown)}
    assert told == {
        "Modifiées": 5, "Scindées": 1, "Fusionnées": 1, "Renumérotées": 1, "Déplacées": 1,
        "Scénarios passés à une autre exigence": 1,
    }  # fmt: skip
    page.goto(f"{site.url}{HOME}/rapprochements")
    for _round in range(3):
        same = page.get_by_label("Oui, c’est la même")
        if not same.count():
            break
        for n in range(same.count()):
            same.nth(n).check(force=True)
        press(page.get_by_role("button", name="Enregistrer ces réponses"))
    expect(page.get_by_text("Plus rien à confirmer")).to_be_visible()
    page.goto(f"{site.url}{HOME}/verdicts")
    page.get_by_role("button", name="Enregistrer et voir l’impact").click()
    page.wait_for_url(re.compile("/impact$"))


def impact(page: Page, site: Site, vendor: Vendor) -> dict[str, list[str]]:
    page.goto(f"{site.url}{HOME}/impact/{vendor.number}")
    return {
        str(section.get_attribute("aria-labelledby")).removeprefix("l-"): sorted(
            str(code.text_content()).strip() for code in section.query_selector_all("li b.j-mono")
        )
        for section in page.query_selector_all("section[aria-labelledby^='l-']")
    }


def publish_and_move(page: Page, site: Site) -> None:
    page.goto(f"{site.url}{HOME}/publier")
    page.get_by_label("Motif").fill("Le groupe de travail a relu dix exigences.")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Publier la révision").click()
    page.wait_for_url(re.compile("/revisions/2$"))
    page.get_by_role("link", name="Faire passer des dossiers").click()
    page.get_by_role("button", name="Faire passer tous les dossiers").click()
    page.get_by_role("button", name="Faire passer les dossiers").click()
    # The page follows by itself; the worker is another process.
    expect(page.get_by_text("2 dossiers passés sur 2")).to_be_visible(timeout=60_000)


# --- What each vendor sees ---------------------------------------------------------------------------------------


def notice(vendor: Vendor) -> dict[str, list[str]]:
    """The lists of the one notice, by name."""
    page = vendor.get(f"{vendor.home}/changements/1")
    assert "Le groupe de travail a relu dix exigences." in page.words
    found = {}
    for part in page.tree.xpath("//section[@aria-labelledby='q2']//details"):
        name = part.get("id").removeprefix("liste-")
        found[name] = sorted(b.text_content().strip() for b in part.xpath(".//li//b"))
    return found


def what_changed(
    before: dict[str, Any], after: dict[str, Any], renumbered: dict[str, str]
) -> dict[str, list[str]]:
    """The same lists from the slots themselves. A changed text that asks for nothing leaves no trace in them."""
    same = {*renumbered, *renumbered.values()}
    was, now = before["slots"], after["slots"]
    accepted = {key for key, (_code, state) in was.items() if state == "conforming"}
    lists = {
        "add": [code for key, (code, _state) in now.items() if key not in was and code not in same],
        "drop": [code for key, (code, _state) in was.items() if key not in now and code not in same],
        "requalify": [
            code for key, (code, state) in now.items() if key in accepted and state == "to_requalify"
        ],
        "kept": [code for key, (code, state) in now.items() if key in accepted and state == "conforming"],
    }
    return {name: sorted(codes) for name, codes in lists.items() if codes}


def each_of_the_five(
    before: dict[str, Any], after: dict[str, Any], definition: Definition, edited: Edited
) -> None:
    was, now = ({key: state for key, (_code, state) in side["slots"].items()} for side in (before, after))
    keys = {kind: keys_of(definition, edited.done[kind]) for kind in PARTS}
    for kind, state in PARTS.items():
        assert {was[key] for key in keys[kind]} == {state}, kind
    assert {now[key] for key in keys["text"]} == {"to_requalify"}
    assert {now[key] for key in keys["wave"]} == {"to_modify"}
    assert {now[key] for key in keys["proof added"]} == {"deposited"}
    gone = [key for key in keys["proof dropped"] if key not in now]
    assert len(gone) == 1
    assert after["kept"][gone[0]] == "submitted"
    assert {now[key] for key in keys["proof dropped"] if key in now} == {"submitted"}
    untouched = conforming_beside(definition, edited)
    assert untouched
    assert {(was[key], now[key]) for key in untouched} == {("conforming", "conforming")}


def conforming_beside(definition: Definition, edited: Edited) -> list[str]:
    """Slots of the accepted chapter that C does not touch."""
    chapter = next(c for c in definition.chapters if c.title.fr == edited.chapter("text"))
    others = [r for r in chapter.requirements if r.code != edited.done["text"]]
    return [p.key for r in others for s in r.scenarios for p in s.proofs]


def conforming_stay_locked(vendor: Vendor, definition: Definition, edited: Edited) -> None:
    chapter = address(vendor, definition, edited.chapter("text"))
    for code in {
        r.code for c in definition.chapters for r in c.requirements if c.title.fr == edited.chapter("text")
    }:
        page = vendor.get(f"{chapter}?exigence={code}")
        for key in set(keys_of(definition, code)) & set(conforming_beside(definition, edited)):
            (slot,) = page.tree.xpath(f"//article[@id='slot-{key}']")
            assert "verrouillée" in slot.text_content(), key
            assert slot.xpath(".//input[@type='file']") == []
        if code == edited.done["text"]:
            assert "Confirmer cette preuve telle quelle" in page.words
