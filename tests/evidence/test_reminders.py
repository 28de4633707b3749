"""Files that grow too old before they are accepted: who is told, when, and how often."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jalon.accounts.standing import SYSTEM
from jalon.applications.states import ApplicationState
from jalon.core import clock
from jalon.core.errors import NotAllowed
from jalon.documents.actions import record_facts
from jalon.documents.checks.facts import Facts, Pdf, Signature
from jalon.evidence import tasks
from jalon.evidence.actions.deposits import deposit_file, reuse_file
from jalon.evidence.actions.reminders import remind_of_expiry
from jalon.evidence.models import ExpiryReminder, Slot
from jalon.evidence.queries.ageing import companies_with_proofs_that_age
from jalon.evidence.rules import reminder_due
from jalon.evidence.states import SlotState
from jalon.jobs.each import SomeFailed
from jalon.journal.models import Entry
from jalon.notices.base import mail_words
from jalon.notices.models import Mail, Notice
from jalon.notices.queries import notices_of
from tests.kept import kept
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.sentences import as_written
from tests.web.vendors import signed_in, text_of

FIRST, SECOND = "ins-va1.15.01.01", "ins-va1.15.01.02"
KIND = "evidence.proofs_expire"


@pytest.fixture
@kept
def world(db) -> Company:
    return open_application_of_everybody(ageing=True).eligible()


def deposit(world, days_left, key=FIRST):
    """A file that can be handed in for so many days."""
    document = world.file()
    deposit_file(actor=world["agent"], number=world.number, item_key=key, document_id=document.pk)
    signed_at = clock.now() - timedelta(days=365 - days_left)
    signature = Signature(signer="Inès", signed_at=signed_at, intact=True)
    record_facts(
        document_id=document.pk, facts=Facts(format="pdf", pdf=Pdf(pages=1, signatures=(signature,)))
    )
    return document


def remind(world):
    return remind_of_expiry(actor=SYSTEM, company_id=world.application.company_id)


def notices():
    return Notice.objects.filter(kind=KIND)


@pytest.mark.parametrize(
    ("left", "mark"),
    [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, -1), (-400, -1)],
)
@pytest.mark.any_database("pure")
def test_marks(left, mark):
    today = date(2026, 3, 2)
    assert reminder_due(today + timedelta(days=left), today) == mark


def test_everybody_who_may_replace_it_is_told_once_a_mark_and_of_all_at_once(world, freeze):
    stopped = freeze(clock.now().replace(hour=12))
    document = deposit(world, 61)
    stopped.shift(timedelta(seconds=1))  # a sample is of its second
    deposit(world, 62, SECOND)
    reuse_file(actor=world["agent"], number=world.number, item_keys=[SECOND], document_id=document.pk)
    assert (remind(world), notices().count()) == (0, 0)
    stopped.shift(timedelta(days=2))
    assert (remind(world), remind(world)) == (2, 0)  # two files in three pieces
    told = {name for name, user in world.users.items() if notices().filter(user=user).exists()}
    assert told == {"agent", "delegate", "employee"}  # who is attached to the product
    assert notices().count() == Mail.objects.filter(kind=KIND).count() == len(told)
    assert Entry.objects.filter(event="evidence.expiry.reminded").count() == 1
    stopped.shift(timedelta(days=60))  # no worker ran for a while: only what has come is told
    assert remind(world) == 2
    assert sorted(ExpiryReminder.objects.values_list("mark", flat=True)) == [-1, 7, 60, 60]
    titles = [as_written(notice.title) for notice in notices_of(world["agent"])]
    assert "2 preuves à renouveler, dont déjà trop anciennes : 1" in titles


def test_the_mail_lists_what_is_still_to_renew_when_it_leaves(world):
    kept = deposit(world, 20)
    deposit(world, 5, SECOND)
    remind(world)
    [mail, *_others] = Mail.objects.filter(kind=KIND)
    Slot.objects.filter(item_key=SECOND).update(state=SlotState.CONFORMING)
    subject, text = mail_words(KIND, json.loads(mail.params))
    assert "renouveler" in subject
    assert "Clairvue RIS 4.2, INS/va1.15.01.01 : jusqu’au" in as_written(text)
    assert "INS/va1.15.01.02" not in text
    assert kept.name not in text
    assert "/preuves-de-l-entreprise?echeance=1" in text
    Slot.objects.update(state=SlotState.CONFORMING)
    assert mail_words(KIND, json.loads(mail.params)) is None


def test_nobody_is_told_of_what_needs_nothing(world):
    deposit(world, -3)  # the page said so when it was given
    deposit(world, 5, SECOND)
    Slot.objects.filter(item_key=SECOND).update(state=SlotState.CONFORMING)
    assert remind(world) == 0
    Slot.objects.filter(item_key=SECOND).update(state=SlotState.SUBMITTED, asked=False)
    assert remind(world) == 0
    Slot.objects.filter(item_key=SECOND).update(asked=True)
    application = world.application
    application.state = ApplicationState.LATE
    application.save()
    assert (remind(world), companies_with_proofs_that_age()) == (0, [])
    application.state = ApplicationState.ELIGIBLE
    application.save()
    assert companies_with_proofs_that_age() == [application.company_id]
    assert remind(world) == 1
    with pytest.raises(NotAllowed):
        remind_of_expiry(actor=world["agent"], company_id=application.company_id)


def test_the_library_lists_what_is_to_renew(world):
    document = deposit(world, 20)
    other = world.file(name="autre.pdf")
    deposit_file(actor=world["agent"], number=world.number, item_key=SECOND, document_id=other.pk)
    client = signed_in(world.users["agent"])
    everything = text_of(client.get("/preuves-de-l-entreprise"))
    assert "Expire bientôt" in everything
    assert other.name in everything
    page = text_of(client.get("/preuves-de-l-entreprise?echeance=1"))
    assert document.name in page
    assert other.name not in page
    assert "Rien à renouveler" in text_of(
        signed_in(world.users["rival"]).get("/preuves-de-l-entreprise?echeance=1")
    )


def test_what_comes_later_on_a_day_is_told_on_the_next(world, freeze):
    stopped = freeze(clock.now().replace(hour=12))
    deposit(world, 20)
    assert remind(world) == 1
    deposit(world, 6, SECOND)
    assert remind(world) == 0
    stopped.shift(timedelta(days=1))
    assert (remind(world), notices().filter(user=world.users["agent"]).count()) == (1, 2)


@pytest.mark.any_database("as many statements on either")
def test_as_many_queries_for_one_file_as_for_three(world, freeze):
    stopped = freeze(clock.now().replace(hour=12))

    def counted(n):
        stopped.shift(timedelta(days=1))
        with CaptureQueriesContext(connection) as seen:
            assert remind(world) == n
        return len(seen)

    deposit(world, 20)
    counted(1)
    deposit(world, 20)
    once = counted(1)
    for days in (19, 21, 22):
        stopped.shift(timedelta(seconds=1))  # a sample is of its second
        deposit(world, days)
    assert counted(3) == once


def test_a_company_that_cannot_be_told_keeps_no_other_untold(world, monkeypatch):
    deposit(world, 20)
    company = world.application.company_id
    monkeypatch.setattr(tasks, "companies_with_proofs_that_age", lambda: [-1, company])
    with pytest.raises(SomeFailed, match="1 failed; the first: DoesNotExist"):
        tasks.remind()
    assert notices().exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer, and no locks of rows")
def test_a_reminder_does_not_wait_for_who_begins_an_upload_while_that_one_waits_for_it(world):
    """An upload holds an application, then names the company; a reminder holds the company, and names the other."""
    deposit(world, 20)
    with CaptureQueriesContext(connection) as seen:
        assert remind(world) == 1
    locks = [
        query["sql"] for query in seen if '"accounts_company"' in query["sql"] and " FOR " in query["sql"]
    ]
    assert [sql.rpartition(" FOR ")[2] for sql in locks] == ["NO KEY UPDATE"]
