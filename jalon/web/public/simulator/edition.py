"""Which published list a simulation reads: the one in force, or one that is announced."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.models import Programme, Revision
from jalon.programmes.queries import compiled, revision_lines
from jalon.programmes.states import RevisionState
from jalon.web.keys import whole

REVISION = "revision"


@dataclass(frozen=True)
class Edition:
    revision: Revision
    announced: bool

    @property
    def number(self) -> int:
        return self.revision.number

    @property
    def effective_on(self) -> date:
        return self.revision.effective_on

    @property
    def parameter(self) -> str:
        """What an address says: nothing for the list in force, so that a shared address follows the list."""
        return str(self.number) if self.announced else ""

    @property
    def compiled(self) -> Compiled:
        return compiled(self.revision)


@dataclass(frozen=True)
class Editions:
    """`shown` is one of `offered`; `unknown` says that another one was asked for."""

    shown: Edition
    offered: tuple[Edition, ...]
    unknown: str


def editions(programme: Programme, asked: str) -> Editions | None:
    """The list in force, then those announced, the first to come first. One query. None: nothing is in force."""
    lines = revision_lines(programme)
    in_force = [Edition(line.revision, False) for line in lines if line.state == RevisionState.IN_FORCE]
    if not in_force:
        return None
    announced = [Edition(line.revision, True) for line in lines if line.state == RevisionState.ANNOUNCED]
    offered = (*in_force, *sorted(announced, key=lambda e: (e.effective_on, e.number)))
    found = next((e for e in offered if e.number == whole(asked)), None)
    unknown = _("La révision demandée n’est ni en vigueur ni annoncée : voici la liste en vigueur.")
    return Editions(found or in_force[0], offered, unknown if asked and found is None else "")
