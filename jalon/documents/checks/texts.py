"""Checks of links and numbers. Pure; whether a link answers is asked by a connector, which stores what it saw."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from jalon.documents.checks.model import ANSWERS, Problem, Setting, Subject

LONGEST_LINK = 2000
LONGEST_RECORD = 500
_CASES = {"not_found": "not_found", "no_access": "no_access", "refused_address": "private"}


def link_form(subject: Subject, _settings: Mapping[str, Setting]) -> Iterator[Problem]:
    if len(subject.url) > LONGEST_LINK:
        yield "too_long", {"limit": LONGEST_LINK}
    elif not host_of(subject.url):
        yield "", {}


def link_host(subject: Subject, settings: Mapping[str, Setting]) -> Iterator[Problem]:
    """`hosts`: where it may lead, empty for anywhere; `rehearsal`: hosts that prove nothing, and the right ones."""
    host, hosts, rehearsal = host_of(subject.url), settings["hosts"], settings["rehearsal"]
    if not host:
        return
    if isinstance(rehearsal, Mapping) and host in rehearsal:
        yield "rehearsal", {"host": host, "instead": rehearsal[host]}
    elif isinstance(hosts, tuple) and hosts and host not in {one.casefold() for one in hosts}:
        yield "", {"host": host, "accepted": ", ".join(hosts)}


def link_answers(subject: Subject, _settings: Mapping[str, Setting]) -> Iterator[Problem]:
    """Over what a connector met there, after the link was given: another day it may be otherwise."""
    if subject.answer and subject.answer != ANSWERS:
        yield _CASES.get(subject.answer, ""), {"host": host_of(subject.url)}


def record_format(subject: Subject, settings: Mapping[str, Setting]) -> Iterator[Problem]:
    if len(subject.text) > LONGEST_RECORD:
        yield "too_long", {"limit": LONGEST_RECORD}
    elif not re.fullmatch(str(settings["pattern"]), subject.text):
        yield "", {"value": subject.text[:60]}


def host_of(url: str) -> str:
    """The host of an entire https address; "" for anything else, or when a reader might take it for another."""
    if re.search(r"[\s\\\x00-\x1f\x7f]", url):
        return ""
    try:
        parts = urlsplit(url)
        _port = parts.port  # looks at it, and raises ValueError for one that is none
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme == "https" and "@" not in parts.netloc else ""
