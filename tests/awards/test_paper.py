"""What the papers say of the award: the words of the programme, and nothing of their own."""

import json
import re

import pytest

from jalon.applications.models import Application
from jalon.awards.models import Award
from jalon.awards.notices import ApplicationListed
from jalon.awards.paper import TEMPLATES, award_data, certificate_data
from jalon.core import clock
from jalon.core.canonical import canonical_json
from tests.awards.conftest import World, make_world

NAMES_OF_AWARDS = re.compile("référenc(?:é|em)|habilit|certifié|labell|homolog", re.IGNORECASE)
CLEARED = {
    "certificate": {"fr": "Certificat d’habilitation"},
    "number": {"fr": "Numéro d’habilitation"},
    "awarded_from": {"fr": "est habilitée à compter du"},
    "profiles": {"fr": "Profils habilités"},
    "takes_effect": {"fr": "La convention prend effet au jour de l’habilitation."},
}


def test_no_template_names_an_award():
    said = {t.name: NAMES_OF_AWARDS.findall(t.read_text(encoding="utf-8")) for t in TEMPLATES.glob("*.typ")}
    assert {"certificate.typ", "convention.typ"} <= set(said)
    assert {name: words for name, words in said.items() if words} == {}


def award_of(world: World) -> Award:
    """The award as it would be frozen now."""
    world.draw()
    world.favour()
    application, now = Application.objects.get(), clock.now()
    frozen = award_data(application, world.convention, number="DEMO-2026-0001", at=now)
    return Award(
        number="DEMO-2026-0001", entry_into_force_on=clock.paris_date(now), snapshot=canonical_json(frozen)
    )


def test_papers_name_the_award_as_the_programme_does(db):
    world = make_world(award=CLEARED)
    award = award_of(world)
    assert json.loads(world.convention.snapshot)["takes_effect"] == CLEARED["takes_effect"]["fr"]
    shown = certificate_data(award)
    assert {name: shown["words"][name] for name in ("awarded_from", "profiles")} == {
        "awarded_from": "est habilitée à compter du",
        "profiles": "Profils habilités",
    }
    assert (shown["title"], shown["facts"][0]["name"]) == (
        "Certificat d’habilitation",
        "Numéro d’habilitation",
    )


def test_what_an_older_version_froze_is_still_read(world):
    """A certificate may be made by the version after the one that pronounced the award."""
    award = award_of(world)
    frozen = json.loads(award.snapshot)
    del frozen["words"], frozen["asks_for_nil"]
    award.snapshot = canonical_json(frozen)
    shown = certificate_data(award)
    assert (shown["title"], shown["words"]["profiles"]) == (
        "Certificat de référencement",
        "Profils référencés",
    )
    assert [fact["name"] for fact in shown["facts"]][:2] == ["Numéro de référencement", "NIL"]


@pytest.mark.parametrize(
    ("kept", "said"), [("{}", "Candidature référencée"), ('{"en":"","fr":"Label donné"}', "Label donné")]
)
def test_what_an_older_version_told_is_still_read(kept, said):
    assert ApplicationListed.restore(kept, "SEKWAOLGFJ").title() == said
