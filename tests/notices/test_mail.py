"""The outbox: retries, refusals, Message-ID, secrets, due dates, SMTP and the mailbox."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from jalon.connectors.mail import mailbox
from jalon.core import clock
from jalon.jobs.models import Job, JobState
from jalon.jobs.queue import run_due
from jalon.notices import actions, delivery
from jalon.notices.base import mail_renderer
from jalon.notices.models import Mail, MailState
from tests.notices.acting import mail_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation():
    """Words with a secret that only the renderer knows."""

    @mail_renderer("tests.invitation")
    def words(params):
        return f"Invitation {params['reference']}", "Votre code : 424242 <b>&"

    return {
        "email": "signataire@example.test",
        "locale": "fr",
        "kind": "tests.invitation",
        "params": {"reference": 7},
    }


def test_a_secret_never_lies_in_the_outbox(invitation, mailbox_dir):
    mail_to(**invitation, dedupe_key="convention:1")
    assert "424242" not in str(Mail.objects.values().get())
    assert "424242" not in str(list(Job.objects.values()))
    run_due(strict=True)
    (mail,) = mailbox.messages()
    assert (mail.to, mail.subject) == ("signataire@example.test", "Invitation 7")
    assert "424242" in mail.text
    assert "424242 &lt;b&gt;&amp;" in mail.html
    assert "424242" not in str(Mail.objects.values().get())


def test_one_mail_for_one_key(invitation, mailbox_dir):
    for _ in range(3):
        mail_to(**invitation, dedupe_key="convention:1")
        run_due(strict=True)
    assert len(mailbox.messages()) == 1


def test_a_mail_is_sent_when_it_is_due(invitation, mailbox_dir, freeze):
    clock_ = freeze("2026-03-02T10:00")
    mail_to(**invitation, dedupe_key="1", due_at=clock.now() + timedelta(days=7))
    assert run_due(strict=True) == 0
    clock_.shift(timedelta(days=7))
    assert run_due(strict=True) == 1
    assert len(mailbox.messages()) == 1


def test_a_mail_that_has_become_pointless_is_dropped(mailbox_dir):
    mail_renderer("tests.reminder")(lambda _params: None)
    mail_to(email="a@example.test", locale="fr", kind="tests.reminder", params={}, dedupe_key="1")
    run_due(strict=True)
    assert Mail.objects.get().state == MailState.DROPPED
    assert mailbox.messages() == []


def test_a_kind_without_words_is_refused_at_once():
    with pytest.raises(LookupError, match=r"tests\.unknown"):
        mail_to(email="a@example.test", locale="fr", kind="tests.unknown", params={}, dedupe_key="1")


def test_a_mail_goes_through_smtp(invitation, smtp_inbox):
    mail_to(**invitation, dedupe_key="1")
    run_due(strict=True)
    (envelope,) = smtp_inbox.envelopes
    parsed = message_from_bytes(envelope.content, policy=default)
    assert envelope.mail_from == "ne-pas-repondre@jalon.invalid"
    assert envelope.rcpt_tos == ["signataire@example.test"]
    assert parsed["From"] == "Jalon <ne-pas-repondre@jalon.invalid>"
    assert parsed["Message-ID"] == Mail.objects.get().message_id
    assert (parsed["Content-Language"], parsed["Auto-Submitted"]) == ("fr", "auto-generated")
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]


def test_refused_for_now_it_is_tried_again_and_delivered(invitation, smtp_inbox, freeze):
    clock_ = freeze("2026-03-02T10:00")
    smtp_inbox.refusals = ["451 4.3.0 Try again later"]
    mail_to(**invitation, dedupe_key="1")
    run_due()
    mail = Mail.objects.get()
    assert (mail.state, mail.attempts, "Try again later" in mail.last_error) == (MailState.WAITING, 1, True)
    clock_.shift(timedelta(minutes=1))
    run_due(strict=True)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.last_error) == (MailState.SENT, 2, "")
    assert len(smtp_inbox.envelopes) == 1


def test_refused_for_good_it_is_kept_and_can_be_sent_again_by_hand(invitation, smtp_inbox):
    smtp_inbox.refusals = ["550 5.1.1 No such user"]
    mail_to(**invitation, dedupe_key="1")
    run_due()
    mail = Mail.objects.get()
    assert (mail.state, mail.last_error) == (MailState.FAILED, "550 5.1.1 No such user")
    assert Job.objects.get().state == JobState.FAILED
    actions.send_again(mail_id=mail.pk)
    run_due(strict=True)
    assert len(smtp_inbox.envelopes) == 1


def test_a_server_that_is_away_costs_nothing_but_time(invitation, settings, freeze):
    clock_ = freeze("2026-03-02T10:00")
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    mail_to(**invitation, dedupe_key="1")
    for _ in range(30):
        run_due()
        clock_.shift(timedelta(hours=2))
    mail = Mail.objects.get()
    assert (mail.state, mail.attempts) == (MailState.WAITING, 30)
    assert Job.objects.get().state == JobState.WAITING


def test_sent_but_not_recorded_the_second_one_is_the_same_mail(invitation, mailbox_dir, smtp_inbox):
    mail_to(**invitation, dedupe_key="1")
    mail = Mail.objects.get()
    delivery.deliver(mail.pk)
    Mail.objects.update(state=MailState.WAITING)  # what a kill between the sending and its record leaves
    delivery.deliver(mail.pk)
    first, second = (message_from_bytes(e.content)["Message-ID"] for e in smtp_inbox.envelopes)
    assert first == second


def test_in_the_mailbox_the_second_one_takes_the_place_of_the_first(invitation, mailbox_dir):
    mail_to(**invitation, dedupe_key="1")
    mail = Mail.objects.get()
    delivery.deliver(mail.pk)
    Mail.objects.update(state=MailState.WAITING)
    delivery.deliver(mail.pk)
    assert [path.suffix for path in mailbox_dir.iterdir()] == [".eml"]


def test_the_mailbox_lists_the_newest_first(mailbox_dir, invitation, freeze):
    clock_ = freeze("2026-03-02T10:00")
    for number in range(3):
        mail_to(**{**invitation, "params": {"reference": number}}, dedupe_key=str(number))
        clock_.shift(timedelta(minutes=1))
    run_due(strict=True)
    assert [m.subject for m in mailbox.messages()] == ["Invitation 2", "Invitation 1", "Invitation 0"]
    newest = mailbox.messages()[0]
    assert mailbox.message(newest.id) == newest
    assert mailbox.message("../../etc/passwd") is None


def test_an_address_cannot_smuggle_a_header(mailbox_dir, invitation):
    mail_to(**{**invitation, "email": "a@example.test\nBcc: b@example.test"}, dedupe_key="1")
    run_due()
    assert Mail.objects.get().state == MailState.FAILED
    assert mailbox.messages() == []


def test_looking_for_forgotten_mails_does_not_hasten_those_that_wait_their_turn(invitation, smtp_inbox):
    smtp_inbox.refusals = ["451 4.3.0 Try again later"]
    mail_to(**invitation, dedupe_key="1")
    run_due()
    before = Job.objects.values("run_after", "attempts").get()
    actions.enqueue_due_mails()
    assert Job.objects.values("run_after", "attempts").get() == before


def test_a_mail_without_its_job_is_found_again(invitation, mailbox_dir):
    mail_to(**invitation, dedupe_key="1")
    Job.objects.all().delete()
    actions.enqueue_due_mails()
    run_due(strict=True)
    assert len(mailbox.messages()) == 1
