"""The kinds of write. Every function of an `actions.py` wears one of these, and nothing else writes.

A *verb* is what a person or the clock does: outermost, one transaction, rights and state checked, one line
in the journal, notices in the same transaction. A *step* is part of a verb, in a lower package: it runs
inside the verb's transaction and neither checks rights nor journals. A *draft* is autosave: locked, one
transaction, not journalled (the digest of what is submitted later is). An *act* is a verb that needs a file
made first: it reads, makes the file outside any transaction, and ends in one verb that checks all again.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from jalon.core import transactions

P = ParamSpec("P")
R = TypeVar("R")


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """One durable transaction: when the call returns, all of it is on disk; when it raises, none of it is."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(durable=True):
            return function(*args, **kwargs)

    run.jalon_action = "verb"  # type: ignore[attr-defined]
    return run


def draft(function: Callable[P, R]) -> Callable[P, R]:
    """One durable transaction, without a journal line."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(durable=True):
            return function(*args, **kwargs)

    run.jalon_action = "draft"  # type: ignore[attr-defined]
    return run


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Refuses to run outside a transaction: half a verb must never reach the disk."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if not transactions.is_open():
            raise RuntimeError(f"{function.__module__}.{function.__name__} is a step: call it from a verb")
        return function(*args, **kwargs)

    run.jalon_action = "step"  # type: ignore[attr-defined]
    return run


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Only a mark: the transaction is the one of the verb in which the act ends."""
    function.jalon_action = "act"  # type: ignore[attr-defined]
    return function
