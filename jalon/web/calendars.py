"""Dates as iCalendar (RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from jalon.core import clock


@dataclass(frozen=True)
class Event:
    uid: str
    at: datetime
    summary: str
    url: str


def calendar_file(events: Iterable[Event], name: str) -> bytes:
    """One event for each date, with reminders 30, 7 and 1 days before."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{_escaped(settings.ENVIRONMENT.brand_name)}//FR",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}",
    ]
    for event in events:
        lines += _event(event)
    return b"".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(event: Event) -> list[str]:
    at = _stamp(event.at)
    reminders = [
        line
        for days in (30, 7, 1)
        for line in (
            "BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-P{days}D", f"DESCRIPTION:{_escaped(event.summary)}",
            "END:VALARM",
        )
    ]  # fmt: skip
    return [
        "BEGIN:VEVENT", f"UID:{event.uid}@jalon", f"DTSTAMP:{_stamp(clock.now())}", f"DTSTART:{at}",
        f"DTEND:{at}", f"SUMMARY:{_escaped(event.summary)}", f"URL:{event.url}", *reminders, "END:VEVENT",
    ]  # fmt: skip


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\\n").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """At most 75 bytes a line; the rest follows after a space, and no character is cut."""
    parts, room, current = [], 75, b""
    for char in line:
        encoded = char.encode()
        if len(current) + len(encoded) > room:
            parts.append(current)
            current, room = b"", 74
        current += encoded
    return b"\r\n ".join([*parts, current]) + b"\r\n"
