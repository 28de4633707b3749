"""The conversation of an application: who writes, who is told, what counts as read."""

import pytest

from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.tracking import assign
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible
from jalon.journal.models import Entry
from jalon.messaging.actions import mark_conversation_read, post_message
from jalon.messaging.models import Message
from jalon.messaging.queries import conversation, conversations, unread_messages
from jalon.notices.models import Mail

EVERYBODY = ["agent", "delegate", "employee"]


@pytest.fixture
def submitted(world):
    return world.submitted()


def say(world, who, body="Bonjour,\r\nune question.", after=0):
    return post_message(actor=world[who], number=world.number, body=body, after_id=after)


def read(world, who):
    mark_conversation_read(actor=world[who], number=world.number)


def test_the_agency_writes_to_everybody_with_access(submitted):
    message = say(submitted, "verifier")
    assert (message.body, message.from_agency) == ("Bonjour,\nune question.", True)
    assert submitted.told("messaging.agency_wrote") == submitted.mailed("messaging.agency_wrote") == EVERYBODY
    assert not [m for m in Mail.objects.all() if "question" in m.params]
    assert submitted.events()[-1] == "messaging.message.posted"
    assert "question" not in Entry.objects.latest("pk").payload


def test_a_vendor_writes_to_the_referents_of_the_programme_or_to_the_one_named(submitted):
    say(submitted, "employee")
    assert (
        submitted.told("messaging.vendor_wrote") == submitted.mailed("messaging.vendor_wrote") == ["referent"]
    )
    assign(actor=submitted["manager"], number=submitted.number, user_id=submitted.users["referent"].pk,
           role=StaffRoleName.REFERENT)  # fmt: skip
    say(submitted, "employee", "Et encore ?")
    assert submitted.told("messaging.vendor_wrote") == ["referent", "referent"]


def test_a_retry_is_one_message_and_the_same_words_later_are_another(submitted):
    first = say(submitted, "agent", "Merci.")
    assert say(submitted, "agent", "Merci.") == first
    again = say(submitted, "agent", "Merci.", after=first.pk)
    assert again.pk != first.pk
    assert say(submitted, "delegate", "Merci.").pk not in (first.pk, again.pk)
    assert submitted.events().count("messaging.message.posted") == Message.objects.count() == 3


@pytest.mark.parametrize("body", ["", " \x00\n ", "a" * 10_001])
def test_what_is_no_message(submitted, body):
    with pytest.raises(InvalidInput) as refused:
        say(submitted, "agent", body)
    assert list(refused.value.errors) == ["body"]
    assert Message.objects.count() == 0


@pytest.mark.parametrize("who", ["stranger", "rival", "elsewhere", "unassigned", "college", "administrator"])
def test_who_does_not_see_the_conversation(submitted, who):
    with pytest.raises((NotVisible, NotAllowed)):
        say(submitted, who)
    say(submitted, "agent")
    assert conversations(submitted[who]) == []
    assert unread_messages(submitted[who]).count() == 0


def test_what_the_other_side_wrote_is_unread_until_it_was_on_the_screen(submitted):
    say(submitted, "verifier")
    say(submitted, "verifier", "Encore une.")
    say(submitted, "agent", "Voici.")
    assert [unread_messages(submitted[who]).count() for who in ("agent", "employee", "verifier")] == [2, 2, 1]
    for _again in range(2):
        read(submitted, "agent")
    assert [unread_messages(submitted[who]).count() for who in ("agent", "employee", "verifier")] == [0, 2, 1]
    [line] = conversations(submitted["employee"])
    assert (line.application, line.last.body, line.unread) == (submitted.application, "Voici.", 2)
    assert [m.body for m in conversation(submitted.application)][-1] == "Voici."


def test_reading_an_empty_conversation_marks_nothing(submitted):
    read(submitted, "agent")
    with pytest.raises(NotVisible):
        read(submitted, "rival")
