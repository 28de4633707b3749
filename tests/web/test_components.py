"""The components: every state has its look, contrasts hold, everything renders, nothing inline."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import Context, Template, engines
from django.template.loader import render_to_string
from django.utils import translation

import jalon.web
from jalon.applications.states import Turn
from jalon.programmes.definition.schema import Text
from jalon.web.components.assets import SERVED, ThemeFinder
from jalon.web.components.fields import Choice, Field
from jalon.web.components.progress import Progress
from jalon.web.components.states import KINDS, LOOKS, StepShown, look_of, turn_mark
from jalon.web.public.gallery import gallery_context
from tests.sentences import as_written

WEB = Path(jalon.web.__file__).parent
STATIC = WEB / "static" / "jalon"
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
TOKENS = dict(
    re.findall(r"(--j-[a-z-]+): (#[0-9a-f]{3,6});", (STATIC / "css/tokens.css").read_text(encoding="utf-8"))
)
STATE_TOKENS = TOKENS | dict(
    re.findall(
        r"(--j-[a-z-]+): (#[0-9a-f]{3,6});", (STATIC / "css/brand-state.css").read_text(encoding="utf-8")
    )
)


def render(source: str, **context) -> str:
    return Template(source).render(Context(context))


# --- States -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_has_a_look(kind):
    assert set(LOOKS[KINDS[kind]]) == set(KINDS[kind])


@pytest.mark.parametrize(
    ("kind", "state"), [(kind, state) for kind, states in KINDS.items() for state in states]
)
def test_a_chip_is_icon_word_and_colour(kind, state):
    look, word = look_of(kind, state.value)
    html = render("{% chip kind state %}", kind=kind, state=state.value)
    assert (f"#{look.icon}" in html, f"j-chip--{look.tone}" in html, str(word) in html) == (True, True, True)
    assert look.icon in ICONS


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (StepShown(1, "Dossier", "to_complete", "form", ""), "À compléter"),
        (StepShown(1, "Dossier", "to_complete", "form", "", complete=True), "Complète"),
        (StepShown(1, "Dossier", "to_complete", "form", "", complete=True, ended=True), "Interrompue"),
        (StepShown(1, "Dossier", "validated", "form", "", ended=True), "Validée"),
        (StepShown(4, "Convention", "to_complete", "convention", ""), "En signature"),
        (StepShown(4, "Convention", "submitted", "convention", ""), "En signature"),
        (StepShown(4, "Convention", "submitted", "convention", "", ended=True), "Interrompue"),
        (StepShown(4, "Convention", "locked", "convention", ""), "Verrouillée"),
    ],
)
def test_a_step_says_what_is_left_to_do(step, word):
    assert str(step.look[1]) == word


def test_a_summary_counts_answers_and_not_the_sentence_above_them():
    shown = render("{% error_summary errors general %}", errors=[("a", "Non")], general="Rien n’est gardé.")
    assert ("1 réponse à corriger" in shown, "Rien n’est gardé." in shown) == (True, True)
    alone = render("{% error_summary errors general %}", errors=[], general="Rien n’est gardé.")
    assert ("à corriger" in alone, "Rien n’est gardé." in alone) == (False, True)


@pytest.mark.parametrize(
    ("turn", "vendor", "agency"),
    [
        (Turn.VENDOR, "you", "other"),
        (Turn.AGENCY, "other", "you"),
        (Turn.BOTH, "you", "you"),
        (Turn.COLLEGE, "third", "third"),
        (Turn.SIGNATORY, "third", "third"),
        (Turn.THIRD_PARTY, "third", "third"),
        (Turn.NOBODY, "none", "none"),
    ],
)
def test_the_turn_says_who_is_you(turn, vendor, agency):
    assert (turn_mark(turn, "vendor"), turn_mark(turn, "agency")) == (vendor, agency)


# --- Colours ------------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


TEXT_PAIRS = [
    *[(tone, f"{tone}-tint") for tone in ("info", "wait", "fix", "ok", "no", "req", "accent")],
    *[(tone, "white") for tone in ("accent", "accent-hover", "ink", "text", "mute", "off")],
    *[(tone, "white") for tone in ("info", "wait", "fix", "ok", "no", "req")],
    *[("mute", ground) for ground in ("bg", "accent-tint", "accent-wash")],
    ("white", "accent"), ("white", "accent-hover"), ("disabled", "disabled-bg"), ("accent-hover", "accent-tint"),
    ("staff-text", "staff-bg"), ("white", "staff-bg"), ("white", "staff-current"),
]  # fmt: skip


@pytest.mark.parametrize("tokens", [TOKENS, STATE_TOKENS], ids=["neutral", "state"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read(tokens, text, ground):
    assert contrast(tokens[f"--j-{text}"], tokens[f"--j-{ground}"]) >= 4.5


@pytest.mark.parametrize("mark", ["bar-ok", "bar-wait", "bar-fix", "bar-put", "line-strong"])
def test_marks_can_be_seen(mark):
    assert contrast(TOKENS[f"--j-{mark}"], TOKENS["--j-white"]) >= 3


# --- Markup -------------------------------------------------------------------------------------------------


class Inline(HTMLParser):
    """Collects what a strict content policy refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.found += [f"{tag} {name}" for name in named if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in named):
            self.found.append(tag)


@pytest.fixture
def gallery(rf, db) -> str:
    request = rf.get("/composants")
    return engines["django"].get_template("public/gallery.html").render(gallery_context(), request)


def test_the_gallery_shows_every_component(gallery):
    named = {name for names in re.findall(r'class="([^"]+)"', gallery) for name in names.split()}
    expected = {
        "j-header", "j-footer", "j-crumbs", "j-chip", "j-turn", "j-deadline", "j-steps", "j-turnpanel", "j-progress",
        "j-gates", "j-people", "j-index", "j-field", "j-alert", "j-chapter", "j-slot", "j-group", "j-pills", "j-drop",
        "j-table", "j-empty", "j-findings", "j-timeline", "j-messages", "j-two", "j-recap", "j-confirm", "j-pager",
        "j-kbd", "j-dialog", "j-search", "j-files", "j-avatar",
    }  # fmt: skip
    assert expected - named == set()


def test_nothing_inline_on_a_page(gallery):
    parser = Inline()
    parser.feed(gallery)
    assert parser.found == []


def test_ids_on_the_gallery_are_unique(gallery):
    ids = re.findall(r'\sid="([^"]+)"', gallery)
    assert sorted(i for i in set(ids) if ids.count(i) > 1) == []


def test_every_label_names_an_input(gallery):
    ids = set(re.findall(r'\sid="([^"]+)"', gallery))
    assert [target for target in re.findall(r'<label[^>]* for="([^"]+)"', gallery) if target not in ids] == []


def test_templates_name_only_icons_that_exist():
    sources = [*WEB.rglob("templates/**/*.html")]
    named = {
        n
        for s in sources
        for n in re.findall(r'{% (?:icon|empty|chip_of) "([^"]+)"', s.read_text(encoding="utf-8"))
    }
    assert named - ICONS == set()


def test_pages_use_components_and_no_markup_of_the_theme():
    theme = re.compile(r'class="[^"]*\bfr-(?!btn|input|select|checkbox|radio|hint)')
    pages = [p for p in WEB.rglob("templates/**/*.html") if "components" not in p.parts]
    assert [str(p.relative_to(WEB)) for p in pages if theme.search(p.read_text(encoding="utf-8"))] == []


def test_no_comment_of_several_lines_leaks_into_a_page():
    leaks = re.compile(r"{#[^}]*$", re.MULTILINE)
    assert [
        p.name for p in WEB.rglob("templates/**/*.html") if leaks.search(p.read_text(encoding="utf-8"))
    ] == []


# --- Fields -------------------------------------------------------------------------------------------------


def test_a_field_ties_its_error_to_its_input():
    html = render(
        "{% field f %}", f=Field("nil", "NIL", hint="9 chiffres", required=True, error="Il manque un chiffre")
    )
    given = re.search(r"<input[^>]*>", html)[0]
    assert 'aria-describedby="f-nil-hint f-nil-message"' in given
    assert 'aria-invalid="true"' in given
    assert '<p class="j-message j-message--error" id="f-nil-message">' in html


def test_a_locked_choice_is_sent_along():
    f = Field(
        "profiles",
        "Profils",
        "checkboxes",
        options=(Choice("general", "Général", locked=True), Choice("b", "B")),
    )
    html = render("{% field f %}", f=f)
    assert '<input type="hidden" name="profiles" value="general">' in html
    assert f.chosen == {"general"}


def test_what_was_typed_is_escaped():
    html = render("{% field f %}", f=Field("n", "Nom", value='"><script>alert(1)</script>'))
    assert "<script>" not in html


# --- Texts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [
        ("fr", Text(fr="Bonjour", en="Hello"), "Bonjour"),
        ("en", Text(fr="Bonjour", en="Hello"), "Hello"),
        ("en", Text(fr="Bonjour & co"), '<span lang="fr">Bonjour &amp; co</span>'),
        ("fr", "libre <b>", "libre &lt;b&gt;"),
    ],
)
def test_a_text_says_its_language(language, value, shown):
    with translation.override(language):
        assert render("{% text t %}", t=value) == shown


def test_imported_html_is_cleaned():
    html = render(
        "{% rich t html=True %}",
        t=Text(fr='<p onclick="x()">a<script>b</script><a href="javascript:1">c</a></p>'),
    )
    assert html == '<div class="j-prose"><p>a<a rel="noopener noreferrer">c</a></p></div>'


def test_plain_text_keeps_its_lines():
    assert render("{% rich t %}", t="a\nb <i>") == '<div class="j-prose"><p>a<br>b &lt;i&gt;</p></div>'


# --- Progress -----------------------------------------------------------------------------------------------


def test_the_bar_is_a_sentence_too():
    counts = Progress(expected=10, conforming=2, submitted=1, to_modify=1, deposited=3)
    assert as_written(counts.sentence) == (
        "10 preuves attendues : 2 conformes, 1 soumise, 1 à modifier, 3 déposées, 3 à déposer."
    )
    assert [(s.css, s.x, s.width) for s in counts.segments] == [
        ("ok", "0.000%", "20.000%"),
        ("wait", "20.000%", "10.000%"),
        ("fix", "30.000%", "10.000%"),
        ("put", "40.000%", "30.000%"),
    ]


def test_nothing_expected_divides_by_nothing():
    assert (Progress(0).percent, Progress(0).segments, Progress(0).sentence) == (
        0,
        (),
        "Aucune preuve attendue.",
    )


# --- Assets -------------------------------------------------------------------------------------------------


def test_the_theme_serves_its_list_and_nothing_else():
    finder = ThemeFinder()
    assert [path for path, _storage in finder.list(None)] == list(SERVED)
    assert all(Path(finder.find(path)).is_file() for path in SERVED)
    assert finder.find("dsfr/dist/fonts/Marianne-Regular.woff2") == []


def test_the_layer_imports_what_is_served():
    css = (STATIC / "css" / "dsfr.css").read_text(encoding="utf-8")
    assert re.findall(r'@import url\("../../(dsfr/[^"]+)"\)', css) == list(SERVED)


def test_no_style_sheet_reaches_for_another_host():
    elsewhere = re.compile(r"url\([\"']?(https?:)?//")
    assert [p.name for p in STATIC.rglob("*.css") if elsewhere.search(p.read_text(encoding="utf-8"))] == []


def test_fonts_stay_small_and_carry_their_licence():
    fonts = STATIC / "fonts"
    assert sum(p.stat().st_size for p in fonts.glob("*.woff2")) <= 400_000
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text(encoding="utf-8")


def test_error_500_needs_no_context():
    assert "Erreur 500" in render_to_string("errors/500.html", {})


def test_every_wide_table_can_be_scrolled_with_the_keyboard():
    """A region that scrolls sideways takes the focus and has a name (WCAG 2.1.1)."""
    found = {
        str(path.relative_to(WEB)): re.findall(
            r'<div class="j-tablewrap[^>]*>', path.read_text(encoding="utf-8")
        )
        for path in WEB.rglob("*.html")
    }
    bare = {
        path: tag
        for path, tags in found.items()
        for tag in tags
        if not re.search(r'role="region" tabindex="0" aria-label="[^"]', tag)
    }
    assert bare == {}
    assert any(found.values())
