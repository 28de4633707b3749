"""A state machine is a table that one can read: no metaclass, no generated method."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from jalon.core.errors import TransitionRefused

S = TypeVar("S", bound=TextChoices)


@dataclass(frozen=True)
class Transitions(Generic[S]):
    """Which states may follow which. `table[a]` lists what may come directly after `a`."""

    table: Mapping[S, frozenset[S]]

    def allows(self, current: S, target: S) -> bool:
        return target in self.table[current]

    def check(self, current: S, target: S) -> None:
        """Raise TransitionRefused unless `current` → `target` stands in the table.

        The last barrier: verbs check first, and say what would be possible instead.
        """
        if not self.allows(current, target):
            raise TransitionRefused(_("Impossible au statut « %(state)s ».") % {"state": current.label})

    def is_final(self, state: S) -> bool:
        return not self.table[state]
