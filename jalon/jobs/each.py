"""Work of the clock over many things: one that fails keeps no other waiting."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

logger = logging.getLogger(__name__)

Thing = TypeVar("Thing")


class SomeFailed(Exception):
    """All had their turn, and some of them failed: the job is tried again."""


def each_in_turn(things: Iterable[Thing], do: Callable[[Thing], object]) -> None:
    """`do` each of them, in a transaction of its own, whatever becomes of the others; SomeFailed at the end.

    What was done is met again by the next attempt: its effect must be idempotent, like that of the task.
    """
    failed: list[Exception] = []
    for thing in things:
        try:
            do(thing)
        except Exception as error:
            logger.exception("%s failed for %s; going on with the next", do.__name__, thing)
            failed.append(error)
    if failed:
        first = f"{type(failed[0]).__name__}: {failed[0]}"
        raise SomeFailed(f"{len(failed)} failed; the first: {first}") from failed[0]
