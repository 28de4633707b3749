"""No sentence that a page shows goes round the spaces of French (docs/decisions/typography.md)."""

import ast
import re
from pathlib import Path

import polib
import pytest
from django.utils.translation import gettext, ngettext, override

from jalon.cli.messages import LOCALE, french_catalogue
from tests.architecture.source import PACKAGE, ROOT, modules, templates

# What a line could be broken at, said apart from the rules that mend it.
BREAKABLE = re.compile(
    r"(?:\S|^) [:;!?»](?![\w=/(])|« |[nN]° |(?<=[\ds)]) %(?![\w(])|\d \d{3}\b|\d (?:[kKM]o|heures|jours)\b"
)
TRANSLATORS = re.compile(r"_|n?p?gettext(_lazy)?")
SAMPLES = {
    "jalon/web/templates/public/gallery.html",
    "jalon/web/public/gallery.py",
}  # the workshop of components, in no language
AS_WRITTEN = {  # modules that may take a definition's text as written, and what for
    "programmes/definition/texts.py": "defines it",
    "programmes/definition/applicability.py": "sentences of exports; pages set them",
    "programmes/definition/diff/terminal.py": "the command line",
    "cli/proof.py": "the command line",
    "applications/actions/opening.py": "what is accepted and hashed",
    "web/public/simulator/listing.py": "files and search; the page sets its lines",
    "web/vendor/documents.py": "calendars of other programs",
}


def test_the_pattern_finds_what_could_break():
    breaks = [
        "a : b",
        "a ;",
        "a !",
        "«  b",
        "« b",
        "b »",
        "n° 3",
        "5 %",
        "%(n)s %%",
        "10 000",
        "20 Mo",
        "48 heures",
    ]
    assert [text for text in breaks if not BREAKABLE.search(text)] == []
    assert [text for text in ("12:00", "de %s", "en 2027", "%(x)s %(y)s") if BREAKABLE.search(text)] == []


@pytest.fixture(scope="module")
def sentences() -> list[polib.POEntry]:
    return list(french_catalogue(polib.pofile(str(LOCALE / "en" / "LC_MESSAGES" / "django.po"))))


def test_no_line_of_the_interface_breaks_in_the_wrong_place(sentences):
    texts = [text for entry in sentences for text in (entry.msgstr, *entry.msgstr_plural.values())]
    assert [text for text in texts if BREAKABLE.search(text)] == []


def test_each_sentence_is_said_as_the_catalogue_has_it(sentences):
    """The catalogue that Django reads, compiled, is the derived one: nothing is missing, nothing is older."""
    with override("fr"):
        wrong = [
            e.msgid
            for e in sentences
            if not e.msgctxt and not e.msgid_plural and gettext(e.msgid) != e.msgstr
        ]
        wrong += [
            e.msgid
            for e in sentences
            if not e.msgctxt
            for n, form in ((0, 0), (1, 0), (2, 1))
            if e.msgid_plural and ngettext(e.msgid, e.msgid_plural, n) != e.msgstr_plural[form]
        ]
    assert wrong == []


def test_templates_say_no_french_mark_outside_a_sentence():
    found = []
    for path in templates():
        name = path.relative_to(ROOT).as_posix()
        if name not in SAMPLES:
            found += [f"{name}: {shown!r}" for shown in breaks_in(path)]
    assert found == []


def breaks_in(template: Path) -> list[str]:
    text = template.read_text(encoding="utf-8")
    text = re.sub(r"\{#.*?#\}|\{% *blocktrans.*?endblocktrans(late)? *%\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "x", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", "", text)
    return [text[max(found.start() - 20, 0) : found.end() + 20] for found in BREAKABLE.finditer(text)]


def test_pages_say_no_french_mark_outside_a_sentence():
    found = []
    for path, tree in modules():
        if not path.startswith("jalon/web/") or path in SAMPLES:
            continue
        said = {id(part) for call in ast.walk(tree) if is_translation(call) for part in ast.walk(call)}
        said |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found += [
            f"{path}:{node.lineno}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            if id(node) not in said and BREAKABLE.search(node.value)
        ]
    assert found == []


def is_translation(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    return TRANSLATORS.fullmatch(name) is not None


def test_texts_of_a_definition_are_shown_by_the_method_for_it():
    using = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if ".in_language(" in path.read_text()
    }
    using.add("programmes/definition/texts.py")
    assert using == set(AS_WRITTEN)
