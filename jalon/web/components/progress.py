"""Counts of slots, as the bar, the legend and the sentence show them. Progress counts slots, not files."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Segment:
    css: str
    count: int
    label: str
    x: str = "0%"
    width: str = "0%"


@dataclass(frozen=True)
class Progress:
    """`conforming`, `submitted`, `to_modify` and `deposited` are exclusive; the rest of `expected` is to deposit."""

    expected: int
    conforming: int = 0
    submitted: int = 0
    to_modify: int = 0
    deposited: int = 0

    @property
    def to_deposit(self) -> int:
        return max(self.expected - self.conforming - self.submitted - self.to_modify - self.deposited, 0)

    @property
    def percent(self) -> int:
        return self.conforming * 100 // self.expected if self.expected else 0

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """In the fixed order of DESIGN §2, without the empty ones."""
        counts = (
            ("ok", self.conforming, ngettext("conforme", "conformes", self.conforming)),
            ("wait", self.submitted, ngettext("soumise", "soumises", self.submitted)),
            ("fix", self.to_modify, _("à modifier")),
            ("put", self.deposited, ngettext("déposée", "déposées", self.deposited)),
        )
        segments, start = [], 0
        for css, count, label in counts:
            if count:
                segments.append(Segment(css, count, label, self._percent(start), self._percent(count)))
            start += count
        return tuple(segments)

    def _percent(self, count: int) -> str:
        return f"{count * 100 / self.expected:.3f}%" if self.expected else "0%"

    @property
    def sentence(self) -> str:
        """The whole bar in words."""
        if not self.expected:
            return _("Aucune preuve attendue.")
        parts = [f"{s.count} {s.label}" for s in self.segments]
        if self.to_deposit:
            parts.append(f"{self.to_deposit} {_('à déposer')}")
        head = ngettext("%(n)d preuve attendue", "%(n)d preuves attendues", self.expected) % {
            "n": self.expected
        }
        return f"{head}{_(' : ')}{', '.join(parts)}."


@dataclass(frozen=True)
class Filled:
    """A form's own progress: one segment, in percent."""

    percent: int

    @property
    def width(self) -> str:
        return f"{self.percent}%"
