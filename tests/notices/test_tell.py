"""Telling people: once, in Jalon and by mail, and nothing of the content outside."""

import json

import pytest
from django.utils.translation import override

from jalon.accounts.standing import standing_of
from jalon.connectors.mail import mailbox
from jalon.jobs.queue import run_due
from jalon.notices import actions
from jalon.notices.base import in_readers_language
from jalon.notices.models import Mail, MailState, Notice
from jalon.notices.queries import notice_line, notices_of, unread_count
from tests.notices.acting import tell
from tests.sentences import as_written

NUMBER = "SEKWAOLGFJ"
SECRET = "INS-42"

pytestmark = pytest.mark.django_db


def test_each_person_gets_a_notice_and_a_mail(make_user, chapter_sent_back, mailbox_dir, settings):
    people = [make_user("Camille"), make_user("Dominique")]
    tell(chapter_sent_back(application_number=NUMBER, chapter=SECRET), users=people, dedupe="round:1")
    run_due(strict=True)
    assert [n.title for n in notices_of(standing_of(people[0]))] == [f"Chapitre à modifier : {SECRET}"]
    assert sorted(m.to for m in mailbox.messages()) == ["camille@example.test", "dominique@example.test"]
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.SENT}


def test_the_mail_says_that_a_message_waits_and_where_and_nothing_else(
    make_user, chapter_sent_back, mailbox_dir, settings
):
    notice = chapter_sent_back(application_number=NUMBER, chapter=SECRET)
    tell(notice, users=[make_user()], dedupe="round:1")
    run_due(strict=True)
    (mail,) = mailbox.messages()
    assert as_written(mail.subject) == "Jalon : un nouveau message vous attend"
    assert mail.text == (
        "Un nouveau message est disponible dans la messagerie interne de Jalon.\n\n"
        f"{settings.BASE_URL}/candidatures/{NUMBER}/messages\n\n"
        "-- \nCe message est envoyé automatiquement par Jalon, merci de ne pas y répondre.\n"
    )
    (file,) = mailbox_dir.iterdir()
    assert SECRET not in mail.html
    assert SECRET.encode() not in file.read_bytes()
    assert f'<a href="{settings.BASE_URL}/candidatures/{NUMBER}/messages"' in mail.html
    assert '<html lang="fr">' in mail.html


def test_telling_twice_is_telling_once(make_user, chapter_sent_back, mailbox_dir):
    user = make_user()
    notice = chapter_sent_back(application_number=NUMBER, chapter="A")
    tell(notice, users=[user, user], dedupe="round:1")
    run_due(strict=True)
    actions.mark_all_read(actor=standing_of(user))
    tell(notice, users=[user], dedupe="round:1")
    assert run_due(strict=True) == 0
    assert (Notice.objects.count(), Mail.objects.count(), len(mailbox.messages())) == (1, 1, 1)
    assert unread_count(standing_of(user)) == 0
    tell(notice, users=[user], dedupe="round:2")
    assert (Notice.objects.count(), Mail.objects.count()) == (2, 2)


def test_a_kind_that_does_not_mail_stays_inside(make_user, silent_notice):
    tell(silent_notice(application_number=NUMBER), users=[make_user()], dedupe="1")
    assert (Notice.objects.count(), Mail.objects.count()) == (1, 0)


def test_who_left_is_told_nothing_and_who_has_no_address_gets_no_mail(make_user, chapter_sent_back):
    people = [make_user("Gone", is_active=False), make_user("Silent", email="")]
    tell(chapter_sent_back(application_number=NUMBER, chapter="A"), users=people, dedupe="1")
    assert list(Notice.objects.values_list("user", flat=True)) == [people[1].pk]
    assert Mail.objects.count() == 0


def test_a_sentence_is_no_parameter(make_user, chapter_sent_back):
    notice = chapter_sent_back(application_number=NUMBER, chapter="x" * 201)
    with pytest.raises(ValueError, match="is it somebody's text"):
        tell(notice, users=[make_user()], dedupe="1")
    with pytest.raises(TypeError, match="must be plain text"):
        tell(chapter_sent_back(chapter=["a"]), users=[make_user("B")], dedupe="1")


def test_the_mail_is_in_the_language_of_its_reader(make_user, chapter_sent_back, mailbox_dir):
    tell(chapter_sent_back(chapter="A"), users=[make_user(locale="en")], dedupe="1")
    run_due(strict=True)
    (mail,) = mailbox.messages()
    assert '<html lang="en">' in mail.html


def test_only_ones_own_notices_are_read(make_user, silent_notice):
    mine, other = make_user("Mine"), make_user("Other")
    tell(silent_notice(application_number=NUMBER), users=[mine, other], dedupe="1")
    notice = Notice.objects.get(user=other)
    actions.mark_read(actor=standing_of(mine), notice_id=notice.pk)
    assert (unread_count(standing_of(mine)), unread_count(standing_of(other))) == (1, 1)
    assert notice_line(standing_of(mine), notice.pk) is None
    actions.mark_read(actor=standing_of(other), notice_id=notice.pk)
    assert (unread_count(standing_of(mine)), unread_count(standing_of(other))) == (1, 0)


def test_an_older_notice_still_shows_its_line(make_user, chapter_sent_back):
    user = make_user()
    tell(chapter_sent_back(chapter="A"), users=[user], dedupe="1")
    row = Notice.objects.get()
    Notice.objects.update(params=json.dumps({**json.loads(row.params), "gone": 1}))
    assert [n.title for n in notices_of(standing_of(user))] == ["Chapitre à modifier : A"]
    Notice.objects.update(kind="tests.forgotten")
    assert [(n.title, n.path) for n in notices_of(standing_of(user))] == [("Notification", "/")]


def test_a_name_of_the_programme_has_the_spaces_of_french():
    for language in ("fr", "en"):
        with override(language):
            assert in_readers_language("Étape 2 : preuves", "") == "Étape 2\u00a0: preuves"
    with override("en"):
        assert in_readers_language("Preuves", "Proofs") == "Proofs"
