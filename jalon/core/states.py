"""A state machine is a table that one can read: no metaclass, no generated method."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import TextChoices

from jalon.core.errors import TransitionRefused

S = TypeVar("S", bound=TextChoices)


@dataclass(frozen=True)
class Transitions(Generic[S]):
    """Which states may follow which. `table[a]` lists what may come directly after `a`."""

    table: Mapping[S, frozenset[S]]

    def allows(self, current: S, target: S) -> bool:
        return target in self.table[current]

    def check(self, current: S, target: S, refusal: str) -> None:
        """Raise TransitionRefused with `refusal` unless `current` → `target` stands in the table."""
        if not self.allows(current, target):
            raise TransitionRefused(refusal)

    def is_final(self, state: S) -> bool:
        return not self.table[state]
