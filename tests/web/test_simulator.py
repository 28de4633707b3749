"""The applicability simulator: public, every choice in the address, the same figures everywhere."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from urllib.parse import urlencode

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from jalon.accounts.standing import SYSTEM, standing_of
from jalon.applications.models import Answer, Application
from jalon.applications.queries.answers import answers_of
from jalon.applications.rules.answers import facts
from jalon.core import clock
from jalon.programmes.actions.drafts import edit_draft
from jalon.programmes.actions.loading import load_draft, load_portal, load_track
from jalon.programmes.actions.publishing import publish
from jalon.programmes.definition.applicability import Applicability, applicability, sentence
from jalon.programmes.definition.choices import Choices, facts_of, first_answers, proofs_by_kind, questions
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.schema import Definition
from jalon.programmes.definition.simulation import simulate
from jalon.programmes.models import Draft
from jalon.vendors.actions import create_product, grant_access
from jalon.web.public.simulator.files import harmless
from tests.scenarios.people import product
from tests.scenarios.programme import RIS
from tests.scenarios.small import shipped
from tests.sentences import as_written
from tests.web.vendors import ines, nadia, query_count, signed_in, text_of

__all__ = ["ines", "nadia"]  # fixtures
pytestmark = [pytest.mark.django_db, pytest.mark.any_database("counts what a definition asks")]
PAGE = f"/demarches/{RIS}/simulateur"
CHOICE = "connexion-psc"


def definition(code: str = RIS) -> Definition:
    return next(p.definition for p in shipped().programmes if p.definition.code == code)


def cases(of: Definition) -> Iterator[Choices]:
    """Every set of profiles with every set of claims."""
    profiles = [p.key for p in of.profiles if not p.locked]
    claims = [c.key for c in of.claims]
    for some in range(len(profiles) + 1):
        for chosen in combinations(profiles, some):
            for more in range(len(claims) + 1):
                for held in combinations(claims, more):
                    yield Choices(frozenset(chosen), frozenset(held))


def address(choices: Choices, page: str = PAGE, **more: str) -> str:
    pairs = [("profil", key) for key in choices.profiles]
    pairs += [(f"statut.{key}", "yes") for key in choices.claims]
    return f"{page}?{urlencode([*pairs, *more.items()])}"


def expected(of: Definition, choices: Choices) -> Applicability:
    """Asked of the rule itself, without the simulator."""
    return applicability(of, Facts(choices.profiles, choices.claims))


def figures_on(html: str) -> list[int]:
    """The three big numbers: requirements, proofs, outside prerequisites."""
    return [int(n) for n in re.findall(r"<li><b>(\d+)</b>", html)]


@pytest.fixture
def opened(db) -> Definition:
    """The shipped programme, whole, in force."""
    tree = shipped()
    assert tree.portal
    load_portal(actor=SYSTEM, portal=tree.portal)
    for position, track in enumerate(tree.tracks):
        load_track(actor=SYSTEM, track=track, position=position)
    whole = definition()
    load_draft(actor=SYSTEM, definition=whole)
    publish(actor=SYSTEM, programme_code=RIS, reason="Ouverture", effective_on=date(2025, 1, 1))
    return whole


def open_other(code: str) -> Definition:
    load_draft(actor=SYSTEM, definition=definition(code))
    publish(actor=SYSTEM, programme_code=code, reason="Ouverture", effective_on=date(2025, 1, 1))
    return definition(code)


# --- Figures ------------------------------------------------------------------------------------------------


def test_each_case_has_the_figures_and_the_reasons_of_the_rule(opened, client):
    assert len(list(cases(opened))) == 8
    for choices in cases(opened):
        html = client.get(address(choices, voir="all")).content.decode()
        found = expected(opened, choices)
        assert figures_on(html)[:2] == [found.requirement_count, found.slot_count]
        shown = re.findall(
            r'<code class="j-req__code">([^<]+)</code>.*?<p class="j-req__why">(.*?)</p>', html, re.DOTALL
        )
        reasons = [(r.requirement.code, as_written(sentence(opened, r.verdict))) for r in found.requirements]
        assert [(code, unescaped(why)) for code, why in shown] == reasons
        by_kind = proofs_by_kind(opened, found)
        table = re.findall(r'<td class="j-num j-strong">(\d+)</td>', html)
        assert sorted(int(n) for n in table) == sorted(by_kind.values())


def unescaped(html: str) -> str:
    from html import unescape

    return as_written(unescape(html)).strip()


def test_figures_are_those_of_the_command(opened):
    """`jalon programme simulate` and the page speak of the same numbers."""
    for choices in cases(opened):
        told = simulate(opened, choices.profiles, listed_before=bool(choices.claims))
        found = expected(opened, choices)
        assert told["proofs_by_kind"] == proofs_by_kind(opened, found)
        figures = [found.requirement_count, found.slot_count]
        assert [told["requirement_count"], told["proof_count"]] == figures


def test_what_another_choice_changes_is_the_difference_of_the_two(opened, client):
    base = Choices(frozenset(), frozenset())
    text = text_of(client.get(PAGE))
    for profile in opened.profiles:
        if profile.locked:
            continue
        more = (
            expected(opened, Choices(frozenset({profile.key}))).slot_count - expected(opened, base).slot_count
        )
        assert f"+ {more} preuve" in text
    held = expected(opened, Choices(claims=frozenset({"vague-1"}))).slot_count
    assert f"− {expected(opened, base).slot_count - held} preuves" in text


@pytest.mark.parametrize(("view", "applies"), [("applies", {True}), ("not", {False}), ("all", {True, False})])
def test_the_list_shows_what_is_asked_for(opened, client, view, applies):
    choices = Choices(claims=frozenset({"vague-1"}))
    html = client.get(address(choices, voir=view)).content.decode()
    wanted = [
        r.requirement.code for r in expected(opened, choices).requirements if r.verdict.applies in applies
    ]
    assert re.findall(r'<code class="j-req__code">([^<]+)</code>', html) == wanted


def test_search_looks_into_texts_and_codes_without_accents(opened, client):
    requirement = opened.chapters[0].requirements[0]
    html = client.get(address(Choices(), q=requirement.code.lower(), voir="all")).content.decode()
    assert requirement.code in re.findall(r'<code class="j-req__code">([^<]+)</code>', html)
    nothing = text_of(client.get(address(Choices(), q="introuvable-partout")))
    assert "Rien ne correspond à cette recherche" in nothing
    assert 'class="j-req__code"' not in nothing


def test_a_prerequisite_needed_for_some_answers_only_follows_the_answer(opened, client):
    without = figures_on(client.get(PAGE).content.decode())[2]
    with_one = figures_on(client.get(f"{PAGE}?reponse.proxy_role=own").content.decode())[2]
    assert with_one == without + 1


def test_of_several_ways_the_chosen_one_is_counted(opened, client):
    """Without the choice the figure is the least; made, it is exact, and stays in the address."""
    of = definition()
    [choice] = [c for c in of.one_of if c.key == CHOICE]
    assert "preuves à déposer au moins" in text_of(client.get(PAGE))
    for option in applicability(of, Facts()).offered[CHOICE]:
        page = client.get(f"{PAGE}?choix.{CHOICE}={option}")
        html, found = page.content.decode(), applicability(of, Facts(ways={CHOICE: option}))
        assert figures_on(html)[:2] == [found.requirement_count, found.slot_count]
        assert found.open_choices or "à déposer au moins" not in text_of(page)
        assert re.findall(rf'name="choix\.{CHOICE}" value="{option}"[^>]*checked', html) != []
        assert f"liste.xlsx?choix.{CHOICE}={option}" in html
        assert choice.option(option).label.fr in text_of(page)


def test_answers_that_decide_are_asked_in_other_programmes(opened, client):
    other = open_other("edc-psc-editeur")
    assert [f.key for f in questions(other)] == ["sign_in_modes", "hosting"]
    page = "/demarches/edc-psc-editeur/simulateur"
    answered = f"{page}?profil=logiciel-utilisateur&reponse.sign_in_modes=ciba&reponse.hosting=yes"
    plain = Facts(frozenset({"logiciel-utilisateur"}))
    full = Facts(
        frozenset({"logiciel-utilisateur"}), frozenset(), {"sign_in_modes": ["ciba"], "hosting": "yes"}
    )
    for url, known in ((f"{page}?profil=logiciel-utilisateur", plain), (answered, full)):
        found = applicability(other, known)
        assert figures_on(client.get(url).content.decode())[:2] == [found.requirement_count, found.slot_count]


# --- Addresses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("profil=inconnu", "Le profil « inconnu » n’existe pas"),
        ("statut.inconnu=yes", "Le statut « inconnu » n’existe pas"),
        ("statut.vague-1=peut-etre", "« peut-etre » n’est pas une réponse à « Référencé vague 1 »"),
        ("reponse.nul=1", "La question « nul » ne change rien"),
        ("reponse.proxy_role=nul", "« nul » n’est pas une réponse"),
        ("choix.nul=1", "Le choix « nul » n’existe pas"),
        ("choix.connexion-psc=nul", "« nul » n’est pas une réponse"),
        ("revision=99", "n’est ni en vigueur ni annoncée"),
        ("revision=abc", "n’est ni en vigueur ni annoncée"),
        ("profil=" + "x" * 3000, "x" * 60 + "…"),
        ("profil=<script>alert(1)</script>", "Le profil « <script>alert(1)</script> » n’existe pas"),
    ],
)
def test_what_is_unknown_is_told_and_left_out(opened, client, query, told):
    response = client.get(f"{PAGE}?{query}")
    assert (response.status_code, told in text_of(response)) == (200, True)
    assert figures_on(response.content.decode()) == figures_on(client.get(PAGE).content.decode())
    assert "<script>alert" not in response.content.decode()


def test_parameters_of_others_are_no_concern(opened, client):
    response = client.get(f"{PAGE}?utm_source=lettre&voir=nul&deplier=oui")
    assert "n’a pas été comprise" not in text_of(response)


def test_a_hundred_unknown_things_are_not_repeated(opened, client):
    many = urlencode([("profil", f"x{n}") for n in range(100)])
    assert text_of(client.get(f"{PAGE}?{many}")).count("n’existe pas dans cette démarche") == 8


def test_an_address_holds_all_choices(opened, client):
    choices = Choices(frozenset({"ciba"}), frozenset({"vague-1"}))
    html = client.get(address(choices)).content.decode()
    assert re.findall(r'value="ciba"[^>]*checked', html) != []
    assert re.findall(r'name="statut\.vague-1" value="yes"[^>]*checked', html) != []


@pytest.mark.parametrize(
    "path", ["/demarches/nulle/simulateur", f"{PAGE}/chapitres/nul", f"{PAGE}/liste.pdf"]
)
def test_what_is_not_there_is_404(opened, client, path):
    assert client.get(path).status_code == 404


def test_a_programme_without_revision_in_force_is_404(opened, client):
    load_draft(actor=SYSTEM, definition=definition("edc-psc-editeur"))
    assert client.get("/demarches/edc-psc-editeur/simulateur").status_code == 404


def test_each_programme_leads_to_its_simulator(opened, client):
    assert f'href="{PAGE}"' in client.get(f"/demarches/{RIS}").content.decode()
    assert f'href="{PAGE}"' in client.get("/simulateur").content.decode()
    assert 'href="/simulateur"' in client.get("/").content.decode()


def test_without_programme_it_says_so(db, client):
    assert "Aucune démarche à simuler" in text_of(client.get("/simulateur"))


def test_a_chapter_shows_its_texts_in_full(opened, client):
    chapter = opened.chapters[0]
    text = text_of(client.get(f"{PAGE}/chapitres/{chapter.key}?voir=all"))
    for requirement in chapter.requirements:
        told = [requirement.statement, *(s.text for s in requirement.scenarios)]
        told += [p.text for s in requirement.scenarios for p in s.proofs]
        lines = [line for words in told for line in words.fr.splitlines() if line]
        assert [line for line in lines if " ".join(line.split()) not in text] == []


# --- Announced lists ----------------------------------------------------------------------------------------


def announce(opened: Definition) -> date:
    """From next month on, one chapter less."""
    day = clock.paris_date(clock.now()) + timedelta(days=30)
    draft = Draft.objects.get(programme__code=RIS)
    edit_draft(
        actor=SYSTEM,
        programme_code=RIS,
        seen_version=draft.version,
        definition=opened.model_copy(update={"chapters": opened.chapters[1:]}),
    )
    publish(actor=SYSTEM, programme_code=RIS, reason="Un chapitre de moins", effective_on=day)
    return day


def test_an_announced_list_is_offered_and_not_used_before(opened, client):
    day = announce(opened)
    now, then = client.get(PAGE), client.get(f"{PAGE}?revision=2")
    less = opened.model_copy(update={"chapters": opened.chapters[1:]})
    for response, whole in ((now, opened), (then, less)):
        found = expected(whole, Choices())
        assert figures_on(response.content.decode())[:2] == [found.requirement_count, found.slot_count]
    assert f"À partir du {day:%d/%m/%Y}" in text_of(now)
    assert "Une candidature ouverte aujourd’hui l’est sur la liste en vigueur" in text_of(then)
    assert "revision=2" in re.findall(r'href="([^"]+liste\.csv[^"]*)"', then.content.decode())[0]


# --- Cost ---------------------------------------------------------------------------------------------------


def test_queries_do_not_grow_with_the_list_and_nothing_is_written(opened, client):
    client.get(PAGE)
    whole = query_count(lambda: client.get(f"{PAGE}?voir=all&deplier=1&profil=ciba"))
    draft = Draft.objects.get(programme__code=RIS)
    edit_draft(
        actor=SYSTEM,
        programme_code=RIS,
        seen_version=draft.version,
        definition=opened.model_copy(update={"chapters": opened.chapters[:1]}),
    )
    publish(actor=SYSTEM, programme_code=RIS, reason="Court", effective_on=clock.paris_date(clock.now()))
    client.get(PAGE)
    assert query_count(lambda: client.get(f"{PAGE}?voir=all&deplier=1&profil=ciba")) == whole
    assert whole <= 16


# --- Files --------------------------------------------------------------------------------------------------


def workbook(client: Client, url: str) -> tuple[dict[str, object], list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(url).content))
    head = {str(row[0]): row[1] for row in book.get_sheet_by_index(0).to_python()}
    return head, book.get_sheet_by_index(1).to_python()


def csv_rows(client: Client, url: str) -> tuple[dict[str, str], list[list[str]]]:
    raw = client.get(url).content
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    cut = rows.index([])
    return {row[0]: row[1] for row in rows[:cut]}, rows[cut + 1 :]


def test_a_way_is_told_where_it_is_offered_and_nowhere_else(opened, client):
    """CIBA is one for software of that profile alone; an address may name it without."""
    label = next(c.label.fr for c in definition().one_of if c.key == CHOICE)
    ciba = f"{PAGE}/liste.csv?choix.{CHOICE}=ciba"
    assert label not in csv_rows(client, ciba)[0]
    assert csv_rows(client, f"{ciba}&profil=ciba")[0][label] == "CIBA"


def test_files_hold_the_same_figures_as_the_rule(opened, client):
    for choices in cases(opened):
        found = expected(opened, choices)
        head, rows = workbook(client, address(choices, f"{PAGE}/liste.xlsx", voir="all"))
        told, lines = csv_rows(client, address(choices, f"{PAGE}/liste.csv", voir="all"))
        figures = [found.requirement_count, found.slot_count, len(found.chapters)]
        assert [head["Exigences"], head["Preuves"], head["Chapitres"]] == figures
        assert [int(told[name]) for name in ("Exigences", "Preuves", "Chapitres")] == figures
        assert (head["Révision"], told["Révision"]) == (1, "1")
        assert len({row[1] for row in rows[1:] if row[4] == "oui"}) == found.requirement_count
        to_choose = sum(found.waiting.values())
        assert sum(row[10] == "oui" for row in rows[1:]) == found.slot_count - to_choose
        assert [[str(cell) for cell in row] for row in rows] == lines


def test_files_hold_what_the_page_shows(opened, client):
    _head, rows = csv_rows(client, address(Choices(), f"{PAGE}/liste.csv", voir="not"))
    wanted = [r.requirement.code for r in expected(opened, Choices()).requirements if not r.verdict.applies]
    assert list(dict.fromkeys(row[1] for row in rows[1:])) == list(dict.fromkeys(wanted))


@pytest.mark.parametrize("cell", ["=1+1", "+33", "-1", "@SUM(A1)", "\t=1", " =1", "\n=1"])
def test_csv_computes_nothing(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["Exigence", "", "1=1", 12])
def test_csv_leaves_the_rest_alone(cell):
    assert harmless(cell) == cell


def test_a_title_that_is_a_formula_stays_a_text(opened, client):
    first = opened.chapters[0].requirements[0]
    evil = first.model_copy(update={"title": first.title.model_copy(update={"fr": '=HYPERLINK("x")'})})
    chapter = opened.chapters[0].model_copy(
        update={"requirements": (evil, *opened.chapters[0].requirements[1:])}
    )
    draft = Draft.objects.get(programme__code=RIS)
    edit_draft(
        actor=SYSTEM,
        programme_code=RIS,
        seen_version=draft.version,
        definition=opened.model_copy(update={"chapters": (chapter, *opened.chapters[1:])}),
    )
    publish(actor=SYSTEM, programme_code=RIS, reason="Titre", effective_on=clock.paris_date(clock.now()))
    _told, lines = csv_rows(client, f"{PAGE}/liste.csv?voir=all")
    _head, rows = workbook(client, f"{PAGE}/liste.xlsx?voir=all")
    assert (lines[1][2], rows[1][2]) == ('\'=HYPERLINK("x")', '=HYPERLINK("x")')


# --- An application with these choices ----------------------------------------------------------------------

CARRIED = "profil=ciba&statut.vague-1=yes&reponse.proxy_role=own"


def open_with(client: Client, path: str) -> None:
    page = client.get(path)
    hidden = dict(re.findall(r'type="hidden" name="(charter_\w+)" value="([^"]*)"', page.content.decode()))
    assert client.post(path, {**hidden, "charter": "yes"}).status_code == 303


def test_choices_become_first_answers_of_the_application(nadia):
    version = create_product(actor=standing_of(nadia), data=product(nadia, "Libre", "1.0"))
    client = signed_in(nadia)
    start = re.search(r'href="([^"]+candidater\?[^"]+)"', text_of(client.get(f"{PAGE}?{CARRIED}")))
    assert start
    assert start[1] == f"/demarches/{RIS}/candidater?{CARRIED}"
    chosen = text_of(client.get(start[1]))
    assert "Vos choix du simulateur seront repris" in chosen
    charter = f"/demarches/{RIS}/candidater/{version.pk}?{CARRIED}"
    assert f'href="{charter}"' in chosen
    assert not Answer.objects.exists()
    open_with(client, charter)
    kept = answers_of(Application.objects.get())
    assert (kept["profiles"], kept["vague_1"], kept["proxy_role"]) == (["general", "ciba"], "yes", "own")
    assert "Vos choix du simulateur sont repris" in text_of(
        client.get(f"/candidatures/{Application.objects.get().number}")
    )


def test_what_is_not_claimed_is_answered_too(nadia):
    version = create_product(actor=standing_of(nadia), data=product(nadia, "Libre", "1.0"))
    client = signed_in(nadia)
    start = re.search(r'href="[^"]+candidater(\?[^"]+)"', text_of(client.get(PAGE)))
    assert start
    assert start[1] == "?statut.vague-1=no"
    open_with(client, f"/demarches/{RIS}/candidater/{version.pk}{start[1]}")
    kept = answers_of(Application.objects.get())
    assert (kept["profiles"], kept["vague_1"]) == (["general"], "no")


def test_without_choices_nothing_is_answered(nadia):
    version = create_product(actor=standing_of(nadia), data=product(nadia, "Libre", "1.0"))
    open_with(signed_in(nadia), f"/demarches/{RIS}/candidater/{version.pk}")
    assert not Answer.objects.exists()


def test_unknown_choices_open_an_application_all_the_same(nadia):
    version = create_product(actor=standing_of(nadia), data=product(nadia, "Libre", "1.0"))
    open_with(
        signed_in(nadia), f"/demarches/{RIS}/candidater/{version.pk}?profil=nul&statut.nul=yes&reponse.nul=1"
    )
    assert set(Answer.objects.values_list("field", flat=True)) == {"profiles", "vague_1"}


def test_a_product_made_on_the_way_keeps_the_choices(nadia):
    page = signed_in(nadia).get(f"/demarches/{RIS}/candidater?{CARRIED}").content.decode()
    back = re.search(r'href="/produits/nouveau\?retour=([^"]+)"', page)
    assert back
    assert "profil%3Dciba" in back[1]
    assert "statut.vague-1%3Dyes" in back[1]


def test_nobody_signs_in_and_comes_back_with_the_choices(opened, client):
    sent = client.get(f"/demarches/{RIS}/candidater?{CARRIED}")
    assert (sent.status_code, "profil%3Dciba" in sent["Location"]) == (302, True)


def test_a_salarie_with_choices_still_may_not_open(nadia, ines):
    version = create_product(actor=standing_of(nadia), data=product(nadia, "Libre", "1.0"))
    grant_access(actor=standing_of(nadia), product_id=version.product_id, user_id=ines.pk)
    path = f"/demarches/{RIS}/candidater/{version.pk}?{CARRIED}"
    assert signed_in(ines).post(path, {"charter": "yes"}).status_code == 403
    assert not Application.objects.exists()


@pytest.mark.parametrize("code", [RIS, "edc-psc-editeur", "certification-teleconsultation"])
def test_first_answers_declare_exactly_the_choices(code):
    of = definition(code)
    for choices in cases(of):
        known = facts(of, first_answers(of, choices))
        locked = {p.key for p in of.profiles if p.locked}
        assert (known.profiles, known.claims) == (choices.profiles | locked, choices.claims)
        assert applicability(of, known).slot_count == applicability(of, facts_of(of, choices)).slot_count
