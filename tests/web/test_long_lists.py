"""Lists of hundreds: a part at a time, every row within reach, as many queries as for one."""

import json
import re

import pytest

from jalon.applications.models import Application
from jalon.applications.states import ApplicationState
from jalon.awards.models import Opinion
from jalon.awards.states import OpinionOutcome
from jalon.core import clock
from jalon.documents.models import Seal
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import slot_views
from jalon.messaging.models import Message
from jalon.reviews.actions.sealing import seal_file, settle_sealed_file
from jalon.reviews.models import Move
from jalon.reviews.rules.moves import REPORTED
from jalon.reviews.states import MoveKind
from jalon.vendors.models import Version
from tests.browser import volume
from tests.scenarios.small import SMALL_CODE
from tests.web.agency import browser, company, eligible, hand_in, page, query_count, submitted, text_of

__all__ = ["company", "eligible", "submitted"]  # fixtures
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]


def listed(company, count: int) -> list[Application]:
    """As many applications of the same company, listed."""
    model, now = company.play.application, clock.now()
    versions = Version.objects.bulk_create(
        Version(product=model.version.product, label=f"9.{n}", created_at=now) for n in range(count)
    )
    own = {"id", "number", "version_id", "version_label", "state"}
    same = {
        f.attname: getattr(model, f.attname)
        for f in Application._meta.concrete_fields
        if f.attname not in own
    }
    return Application.objects.bulk_create(
        Application(
            **same, number=f"L{n:05d}", version=version, version_label=version.label,
            state=ApplicationState.LISTED,
        )
        for n, version in enumerate(versions)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "tail", "per_page"),
    [
        ("verifier", "/historique", 50),
        ("verifier", "/version", 20),
        ("verifier", "/declaration", 50),
        ("manager", "/dates", 50),
        ("agent", "/version", 20),
        ("agent", "/declaration", 50),
        ("agent", "/changements", 50),
    ],
)
def test_what_a_file_tells_of_its_past_comes_a_part_at_a_time(eligible, who, tail, per_page):
    address = page(eligible, tail) if who != "agent" else f"/candidatures/{eligible.number}{tail}"
    volume.remember(eligible.play.application, eligible.play.cast)
    seat = browser(eligible, who)
    first = text_of(seat.get(address))
    assert f"1 à {per_page} sur 2" in first
    assert "page=2" in first
    assert f"{per_page + 1} à {2 * per_page} sur 2" in text_of(seat.get(f"{address}?page=2"))
    assert query_count(lambda: seat.get(address)) == query_count(lambda: seat.get(f"{address}?page=3"))


def test_the_dates_of_a_programme_too(eligible):
    volume.redate(SMALL_CODE, eligible.users["manager"])
    shown = text_of(browser(eligible, "manager").get(f"/instruction/programmes/{SMALL_CODE}/dates?page=2"))
    assert "51 à 100 sur 25" in shown


def test_every_opinion_of_the_college_is_within_reach(eligible):
    now = clock.now()
    Opinion.objects.bulk_create(
        Opinion(
            application=application, session_on=clock.paris_date(now), outcome=OpinionOutcome.FAVOURABLE,
            given_by=eligible.users["college"], given_at=now,
        )
        for application in listed(eligible, 51)
    )  # fmt: skip
    seat = browser(eligible, "college")
    shown = text_of(seat.get("/instruction/college"))
    assert "1 à 50 sur 51" in shown
    assert 'href="?avis=2#avis"' in shown
    assert "L00050" in shown
    last = text_of(seat.get("/instruction/college?avis=2"))
    assert "51 à 51 sur 51" in last
    assert "L00000" in last


@pytest.mark.parametrize("who", ["agent", "verifier"])
def test_conversations_come_fifty_at_a_time(eligible, who):
    now = clock.now()
    Message.objects.bulk_create(
        Message(application=application, author=None, from_agency=True, body="Bonjour", at=now)
        for application in listed(eligible, 55)
    )
    assert "1 à 50 sur 5" in text_of(browser(eligible, who).get("/messages"))
    assert "51 à 5" in text_of(browser(eligible, who).get("/messages?page=2"))


def test_seals_that_wait_come_first(eligible):
    hand_in(eligible)
    given = ProofItem.objects.filter(
        proof__slot__application=eligible.play.application, document__isnull=False
    )
    for item in given.order_by("pk")[:2]:
        seal_file(
            actor=eligible["verifier"], number=eligible.number, document_id=item.document_id,
            reason="personal", words="Ligne 1",
        )  # fmt: skip
    latest = Seal.objects.latest("pk")
    settle_sealed_file(actor=eligible["manager"], number=eligible.number, seal_id=latest.pk, outcome="lifted")
    shown = text_of(browser(eligible, "manager").get(page(eligible, "/retraits")))
    assert "1 à 2 sur 2" in shown
    assert shown.index("Scellé, à confirmer") < shown.index("Scellé levé")


def test_of_hundreds_of_verifiers_a_file_names_a_few_and_who_reads_first(eligible):
    volume.staff(SMALL_CODE)
    reader = eligible.users["verifier"]
    shown = text_of(browser(eligible, "verifier").get(page(eligible)))
    assert shown.index(f"{reader.full_name}</span>") < shown.index("Prénom0 Nom0</span>")
    assert "Prénom200 Nom200" not in shown
    assert "autres personnes" in shown
    assert "personnes voient aussi ce dossier" in text_of(
        browser(eligible, "manager").get(page(eligible, "/affectation"))
    )


def slots_shown(response) -> list[str]:
    """The codes in the list at the left of the workspace."""
    return re.findall(r"j-slotlist__top\"><code>(.*?)</code>", response.content.decode())


def test_a_slot_is_found_by_its_code_or_its_requirement(eligible):
    chapter = hand_in(eligible)
    seat, address = browser(eligible, "verifier"), page(eligible, f"/chapitres/{chapter}?vue=tout")
    codes = slots_shown(seat.get(address))
    assert len(set(codes)) > 1
    assert set(slots_shown(seat.get(f"{address}&mot={codes[-1]}"))) == {codes[-1]}
    assert "Aucune preuve ne répond à ces mots." in text_of(seat.get(f"{address}&mot=introuvable"))


def test_a_slot_is_found_after_a_refused_verdict_too(eligible, monkeypatch):
    monkeypatch.setattr("jalon.web.agency.review.page.LONG", 1)
    chapter = hand_in(eligible)
    seat, address = browser(eligible, "verifier"), page(eligible, f"/chapitres/{chapter}")
    view = slot_views(eligible.play.application, chapter)[0]
    verdict = {
        "vue": "tout",
        "preuve": view.key,
        "version": view.version,
        "seen": "0",
        "outcome": "to_modify",
    }
    refused = seat.post(f"{address}/verdict", verdict)  # without a reason
    search = re.search(r'j-slotfind" method="get" action="([^"]*)"', refused.content.decode())
    assert (refused.status_code, search and search[1]) == (422, address)


@pytest.mark.parametrize(("count", "is_open"), [(2, True), (12, False)])
def test_what_a_change_asks_for_is_folded_once_it_is_long(eligible, count, is_open):
    application = eligible.play.application
    chapter = eligible.play.chapters()[0]
    key = slot_views(application, chapter)[0].key
    report = {name: [] for name in REPORTED} | {"requalify": [key] * count}
    Move.objects.create(
        application=application, n=1, kind=MoveKind.FACTS, from_revision=application.revision,
        to_revision=application.revision, before="{}", report=json.dumps(report), after="0" * 64,
        by=eligible.users["agent"], at=clock.now(),
    )  # fmt: skip
    shown = text_of(browser(eligible, "agent").get(f"/candidatures/{eligible.number}/changements/1"))
    assert ('id="a-faire-requalify" open>' in shown) == is_open
    assert f'<span class="j-num j-strong">{count}</span>' in shown
