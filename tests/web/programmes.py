"""What tests of a programme manager's pages share: one file with everybody, the draft changed."""

import io
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jalon.programmes.definition.schema import Definition
from jalon.programmes.definition.workbook.exporting import write_workbook
from jalon.programmes.models import Draft
from jalon.programmes.queries import draft_definition
from tests.kept import kept
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.scenarios.revisions import Edit, draft, edited
from tests.scenarios.small import SMALL_CODE
from tests.web.agency import browser

HOME = f"/instruction/programmes/{SMALL_CODE}"
INS = "gestion-ins"
FIRST, SECOND, LAST = "ins-va1.01.01.01", "ins-va1.01.02.01", "ins-va1.02.05.01"


@pytest.fixture
@kept
def company(db) -> Company:
    """A chapter accepted but for one proof that was sent back."""
    company = open_application_of_everybody()
    company.eligible()
    company.give(INS).play.submit_chapters([INS]).judge(INS, to_modify={SECOND: "Montrez l’écran."})
    company.play.close(INS, send_back=True)
    return company


def change(edit: Edit) -> None:
    """A text of a conforming proof, one dropped, one added."""
    edit.reword(FIRST, "Une capture qui montre aussi la date de naissance.").drop(LAST).add(
        FIRST, "preuve-plus"
    )


def manager(company: Company) -> Client:
    return browser(company, "manager")


def changed_draft(how: Callable[[Edit], object] = change) -> Draft:
    return edited(how)


def workbook_of(definition: Definition, folder: Path, name: str = "liste.xlsx") -> SimpleUploadedFile:
    path = folder / name
    write_workbook(definition, path)
    return SimpleUploadedFile(name, path.read_bytes())


class _Forms(HTMLParser):
    """What a browser would send of each form of a page, its buttons aside."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self.within = ""  # name of the open textarea

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        name = given.get("name", "")
        if not name or tag not in ("input", "textarea"):
            return
        kind = given.get("type", "")
        if kind not in ("checkbox", "radio") or "checked" in given:
            self.forms[-1].setdefault(name, []).append(given.get("value", ""))
        self.within = name if tag == "textarea" else ""

    def handle_data(self, data: str) -> None:
        if self.within:
            self.forms[-1][self.within][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self.within = "" if tag == "textarea" else self.within


def texts_form(response) -> dict[str, list[str]]:
    """The form of texts on a page, as it would come back untouched."""
    parser = _Forms()
    parser.feed(response.content.decode())
    return next(form for form in parser.forms if any(name.endswith("|shown") for name in form))


def definition_now() -> Definition:
    return draft_definition(draft())


def not_a_workbook() -> SimpleUploadedFile:
    return SimpleUploadedFile("liste.xlsx", io.BytesIO(b"ceci n'est pas un classeur").read())
