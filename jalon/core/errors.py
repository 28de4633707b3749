"""What the domain answers when it will not do something. `web` and `cli` turn these into pages and exits.

Messages are for people: they say what is wrong, where, and how to mend it, in the reader's language.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class DomainError(Exception):
    """The request was understood and refused. `message` is shown as it is."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotVisible(DomainError):
    """The object does not exist for this person: 404, the same as if it did not exist at all."""


class NotAllowed(DomainError):
    """The person sees the object, but his or her role does not allow this act: 403."""


class TransitionRefused(DomainError):
    """The state of the object does not allow this act now; the message says why and what would."""


class Conflict(DomainError):
    """Somebody else changed the same thing meanwhile; the message says who and when, nothing was written."""


class InvalidInput(DomainError):
    """Some of what was typed cannot be kept as it is.

    `errors` maps a field key to its message, in the order of the form.
    """

    def __init__(self, errors: Mapping[str, str], message: str = "") -> None:
        super().__init__(message or " ".join(errors.values()))
        self.errors = dict(errors)


class Faults:
    """Gathers what is wrong with a form, so that it is all said at once.

    faults = Faults()
    with faults.gathered():
        due_at = due_instant(…)
    faults.refuse()
    """

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    @contextmanager
    def gathered(self) -> Iterator[None]:
        try:
            yield
        except InvalidInput as error:
            self.errors.update(error.errors)

    def refuse(self) -> None:
        if self.errors:
            raise InvalidInput(self.errors)
