"""What the public pages show of programmes: the parcours as cards, their démarches, and the dates of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from jalon.core import clock
from jalon.programmes.definition.schema import Definition, Text, TrackDefinition
from jalon.programmes.models import Gate, GateKind, Programme
from jalon.programmes.queries import TrackEntry, latest_gates, portal, tracks


@dataclass(frozen=True)
class Date:
    """One gate of a programme, as a reader sees it."""

    label: Text | str
    at: datetime
    state: str


@dataclass(frozen=True)
class Offer:
    """A démarche on a parcours' card or page."""

    programme: Programme
    definition: Definition
    open: bool
    dates: tuple[Date, ...]

    @property
    def code(self) -> str:
        return self.programme.code

    @property
    def next_date(self) -> Date | None:
        return next((d for d in self.dates if d.state == "next"), None)


@dataclass(frozen=True)
class Card:
    """A parcours on the home page."""

    definition: TrackDefinition
    entry: Text | str
    offers: tuple[Offer, ...]

    @property
    def open(self) -> bool:
        return self.definition.opening == "open" and any(offer.open for offer in self.offers)


def _dates(gates: Mapping[GateKind, Gate], definition: Definition) -> tuple[Date, ...]:
    labels: dict[str, Text] = {gate.kind: gate.label for gate in definition.gates}
    now, found, next_seen = clock.now(), [], False
    for kind in GateKind:
        if kind not in gates:
            continue
        at = gates[kind].due_at
        state = "missed" if at < now else "later" if next_seen else "next"
        next_seen = next_seen or state == "next"
        found.append(Date(labels.get(kind.value, ""), at, state))
    return tuple(found)


def _too_late(gates: Mapping[GateKind, Gate]) -> bool:
    """After the first gate a new file could no longer be submitted (R4): nobody is invited to begin one."""
    gate = gates.get(GateKind.FIRST_ADMINISTRATIVE)
    return gate is not None and gate.due_at < clock.now()


def _offers(entry: TrackEntry) -> tuple[Offer, ...]:
    offers = []
    for programme in entry.programmes:
        definition = programme.definition
        if definition is None:
            continue
        gates = latest_gates(programme.programme)
        is_open = programme.programme.open_for_applications and definition.open and not _too_late(gates)
        offers.append(Offer(programme.programme, definition, is_open, _dates(gates, definition)))
    return tuple(offers)


def cards() -> tuple[Card, ...]:
    names = {entry.key: entry.title for entry in portal().menu}
    found = [Card(t.definition, names.get(t.definition.menu, ""), _offers(t)) for t in tracks()]
    return tuple(sorted(found, key=lambda card: not card.open))  # what one can begin comes first


def offer_of(code: str) -> tuple[Card, Offer] | None:
    """A démarche with something in force, and its parcours."""
    return next(((card, offer) for card in cards() for offer in card.offers if offer.code == code), None)


def choose_url(offer: Offer) -> str:
    """Where "Choisir cette démarche" leads: the choice of a product, by way of sign-in if need be."""
    return reverse("choose-product", args=[offer.code]) if offer.open else ""
