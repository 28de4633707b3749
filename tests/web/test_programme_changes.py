"""The comparison, the matches that a person decides, what becomes of verdicts, and the impact before publishing."""

import re

import pytest

from jalon.accounts.actions import declare_conflict
from jalon.accounts.models import Company as CompanyRow
from jalon.accounts.standing import SYSTEM
from jalon.programmes.definition.schema import Definition
from jalon.programmes.models import RuleChoice
from jalon.programmes.queries import chosen_rules, open_matches, revision_by_number
from jalon.web.agency.programmes.changes import AROUND
from tests.scenarios.revisions import Edit, draft, programme, published
from tests.web.agency import query_count, text_of
from tests.web.programmes import FIRST, HOME, LAST, change, changed_draft, company, definition_now, manager

__all__ = ["company"]  # fixture
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]


def page(company, tail: str) -> str:
    answer = manager(company).get(HOME + tail)
    assert answer.status_code == 200, tail
    return text_of(answer)


# --- Differences ------------------------------------------------------------------------------------------------


def test_words_that_went_and_came_are_marked_and_said(company):
    changed_draft(lambda e: e.reword(FIRST, "Une capture qui montre la date de naissance."))
    shown = page(company, "/comparaison")
    assert '<del><span class="j-sr">[retiré : </span>' in shown
    assert '<ins><span class="j-sr">[ajouté : </span>' in shown
    assert "Modifiées" in shown


def test_each_part_of_a_definition_has_a_name():
    unchanging = {"format", "code", "chapters"}  # chapters are compared requirement by requirement
    assert set(AROUND) == set(Definition.model_fields) - unchanging


def test_each_kind_of_change_has_its_count_and_its_filter(company):
    def everything(edit: Edit) -> None:
        edit.reword(FIRST).move("ins-va1.02", "autre", "Autre chapitre").raw["profiles"][0]["label"]["fr"] = (
            "Autre"
        )

    changed_draft(everything)
    whole = page(company, "/comparaison")
    assert ["voir=changed" in whole, "voir=moved" in whole, "voir=around" in whole] == [True, True, True]
    assert (
        "INS/va1.01" not in page(company, "/comparaison?voir=around").partition('<h2 id="changes-title"')[2]
    )
    assert "Aucune différence ne répond à ce filtre." in page(company, "/comparaison?q=introuvable")


def test_any_two_revisions_compare(company):
    published(change)
    published(lambda e: e.retitle("ins-va1.02"))
    assert "Un autre titre" in page(company, "/comparaison?de=2&a=3")
    assert "Aucune différence" in page(company, "/comparaison?de=3&a=brouillon")
    assert manager(company).get(f"{HOME}/comparaison?de=7&a=brouillon").status_code == 404


def test_queries_do_not_grow_with_the_changes(company):
    client = manager(company)
    changed_draft(lambda e: e.reword(FIRST))
    client.get(f"{HOME}/comparaison")
    one = query_count(lambda: client.get(f"{HOME}/comparaison"))
    changed_draft(lambda e: e.reword(LAST).drop("ins-va1.02.01.01").retitle("ins-va1.01"))
    client.get(f"{HOME}/comparaison")
    assert query_count(lambda: client.get(f"{HOME}/comparaison")) == one


# --- Matches ----------------------------------------------------------------------------------------------------


def renumbered(company) -> str:
    """The name of the one match that waits."""
    changed_draft(lambda e: e.renumber("ins-va1.02", "INS/va9.42"))
    latest = revision_by_number(programme(), 1)
    assert latest is not None
    (one,) = open_matches(programme(), latest, draft())
    return one.name


def decide(company, name: str, said: str, version: int | None = None):
    sent = {"version": str(version or draft().version), f"match:{name}": said}
    return manager(company).post(f"{HOME}/rapprochements", sent)


def test_a_confirmed_match_keeps_keys_and_remembers_the_number(company):
    before = {r.key: r for c in definition_now().chapters for r in c.requirements}["ins-va1.02"]
    name = renumbered(company)
    assert "INS/va9.42" in page(company, "/rapprochements")
    assert decide(company, name, "same").status_code == 303
    after = {r.key: r for c in definition_now().chapters for r in c.requirements}["ins-va1.02"]
    assert (after.code, after.was) == ("INS/va9.42", (*before.was, "INS/va1.02"))
    changed_draft(lambda e: e)
    assert "Plus rien à confirmer" in page(company, "/rapprochements")


def test_proofs_of_a_confirmed_match_keep_their_verdicts(company):
    decide(company, renumbered(company), "same")
    shown = page(company, f"/impact/{company.number}")
    assert "Rien ne change" in shown or "verdict conservé" in shown
    assert "à déposer" not in shown


def test_a_refused_match_is_a_removal_and_an_addition(company):
    name = renumbered(company)
    decide(company, name, "other")
    assert "Plus rien à confirmer" in page(company, "/rapprochements")
    shown = page(company, "/comparaison")
    assert ["voir=added" in shown, "voir=removed" in shown, "voir=renumbered" in shown] == [True, True, False]


def test_a_match_decided_on_another_draft_is_not(company):
    name = renumbered(company)
    seen = draft().version
    changed_draft(lambda e: e.reword(FIRST))
    answer = decide(company, name, "same", seen)
    assert answer.status_code == 409
    assert "a modifié ce brouillon le" in text_of(answer)
    assert 'value="same" checked' in text_of(answer)


# --- Verdicts ---------------------------------------------------------------------------------------------------


def test_defaults_are_proposed_and_a_choice_is_kept(company):
    changed_draft(lambda e: e.reword(FIRST).retitle("ins-va1.02"))
    shown = page(company, "/verdicts")
    assert ["proposé : À requalifier" in shown, "proposé : Le verdict est conservé" in shown] == [True, True]
    answer = manager(company).post(
        f"{HOME}/verdicts", verdicts(shown) | {"rule:ins-va1.01": "new_proof", "rule:ins-va1.02": "keep"}
    )
    assert (answer.status_code, answer["Location"]) == (303, f"{HOME}/impact")
    assert [(r.requirement_key, r.rule) for r in RuleChoice.objects.all()] == [("ins-va1.01", "new_proof")]


def test_a_requirement_is_found_by_its_code_and_nothing_is_decided_of_the_others(company):
    changed_draft(lambda e: e.reword(FIRST).retitle("ins-va1.02"))
    found = page(company, "/verdicts?mot=va1.02")
    assert list(verdicts(found)) == ["was:ins-va1.02"]
    manager(company).post(f"{HOME}/verdicts", verdicts(found) | {"rule:ins-va1.02": "new_proof"})
    assert [(r.requirement_key, r.rule) for r in RuleChoice.objects.all()] == [("ins-va1.02", "new_proof")]
    assert "Aucune exigence ne répond à cette recherche." in page(company, "/verdicts?mot=introuvable")


def verdicts(shown: str) -> dict[str, str]:
    """What the page sends along: the rules that it shows to hold."""
    return dict(re.findall(r'name="(was:[^"]+)" value="([^"]+)"', shown))


def test_what_a_colleague_decided_meanwhile_is_shown_before_it_is_overwritten(company):
    changed_draft(lambda e: e.reword(FIRST).retitle("ins-va1.02"))
    sent = verdicts(page(company, "/verdicts"))
    assert sent == {"was:ins-va1.01": "requalify", "was:ins-va1.02": "keep"}
    theirs = {"rule:ins-va1.01": "new_proof", "rule:ins-va1.02": "keep"}
    assert manager(company).post(f"{HOME}/verdicts", sent | theirs).status_code == 303
    # Another requirement is decided on the older page: what the colleague decided stays.
    mine = {"rule:ins-va1.01": "requalify", "rule:ins-va1.02": "requalify"}
    assert manager(company).post(f"{HOME}/verdicts", sent | mine).status_code == 303
    decided = [("ins-va1.01", "new_proof"), ("ins-va1.02", "requalify")]
    assert list(RuleChoice.objects.values_list("requirement_key", "rule").order_by("pk")) == decided
    # The same one: both are shown, and only a second click overwrites.
    answer = manager(company).post(f"{HOME}/verdicts", sent | {"rule:ins-va1.01": "keep"})
    again = text_of(answer)
    assert (answer.status_code, RuleChoice.objects.count()) == (409, 2)
    assert "un autre choix a été fait : « Nouvelle preuve »" in again
    assert 'value="keep" checked' in again.partition("was:ins-va1.01")[2].partition("</fieldset>")[0]
    sent = verdicts(again) | {"rule:ins-va1.01": "keep", "rule:ins-va1.02": "requalify"}
    assert manager(company).post(f"{HOME}/verdicts", sent).status_code == 303
    assert RuleChoice.objects.latest("pk").rule == "keep"


def test_a_decision_on_what_no_longer_changes_is_said_and_the_rest_kept(company):
    before = Edit(definition_now()).proof(FIRST)["text"]
    changed_draft(lambda e: e.reword(FIRST).retitle("ins-va1.02"))
    sent = verdicts(page(company, "/verdicts"))
    changed_draft(lambda e: e.proof(FIRST).update(text=before))
    typed = {"rule:ins-va1.01": "keep", "rule:ins-va1.02": "new_proof"}
    answer = manager(company).post(f"{HOME}/verdicts", sent | typed)
    shown = text_of(answer)
    assert (answer.status_code, "INS/va1.01 : Cette exigence ne change pas" in shown) == (422, True)
    assert 'value="new_proof" checked' in shown


def test_a_rule_that_is_none_is_refused_beside_its_requirement(company):
    changed_draft(lambda e: e.reword(FIRST))
    answer = manager(company).post(f"{HOME}/verdicts", {"rule:ins-va1.01": "perhaps"})
    assert (answer.status_code, "Choisissez ce que devient le verdict." in text_of(answer)) == (422, True)
    latest = revision_by_number(programme(), 1)
    assert latest is not None
    assert chosen_rules(programme(), latest) == {}


# --- Impact -----------------------------------------------------------------------------------------------------


def test_the_impact_says_what_each_file_would_meet(company):
    changed_draft()
    shown = page(company, "/impact")
    assert company.number in shown
    assert [words in shown for words in ("à déposer", "à requalifier", "plus demandées")] == [True] * 3
    detail = page(company, f"/impact/{company.number}")
    assert ["PREUVE-PLUS" in detail, "INS/va1.01.01.01" in detail] == [True, True]


def test_a_conflict_of_interest_hides_the_file_and_its_count(company):
    changed_draft()
    owner = CompanyRow.objects.get(pk=company.application.company_id)
    declare_conflict(
        actor=SYSTEM, user_id=company.users["manager"].pk, company_id=owner.pk, reason="Ancien poste"
    )
    shown = page(company, "/impact")
    assert (company.number in shown, "Aucun dossier en cours" in shown) == (False, True)
    assert manager(company).get(f"{HOME}/impact/{company.number}").status_code == 404


def test_counting_that_takes_long_goes_on_in_the_next_request(company, monkeypatch):
    changed_draft()
    monkeypatch.setattr("jalon.web.agency.programmes.impact.SECONDS", -1.0)
    from tests.scenarios.people import product

    other = type(company.play).begin(
        company.play.cast, programme().code, product(company.users["agent"], "Autre")
    )
    other.fill().submit()
    first = manager(company).get(f"{HOME}/impact")
    assert "1 dossiers sur 2 comptés" in text_of(first)
    following = first["Refresh"].partition("url=")[2]
    last = manager(company).get(following)
    assert ("Refresh" in last, '<dd class="j-num">2</dd><dt>dossiers en cours</dt>' in text_of(last)) == (
        False,
        True,
    )
