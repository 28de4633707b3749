"""Steps of notices, in a transaction as acts begin it."""

from typing import Any

from django.db import transaction

from jalon.notices import actions


@transaction.atomic
def tell(*args: Any, **words: Any) -> None:
    actions.tell(*args, **words)


@transaction.atomic
def mail_to(**words: Any) -> None:
    actions.mail_to(**words)
