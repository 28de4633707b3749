"""Reads somebody's report, in a process of its own with little memory and little time (`jalon.core.readers`).

`answer` says what it read, or {"problem": CODE}. Imports nothing of Jalon but the formats beside it.
"""

from typing import BinaryIO

from jalon.connectors.reports.facts import Facts, Problem
from jalon.connectors.reports.instance_page import test_instance
from jalon.connectors.reports.json_reports import json_report, once_named
from jalon.connectors.reports.xml_reports import XmlFacts, xml_report

MOST_BYTES = 20 * 1024 * 1024


def read(data: bytes) -> Facts:
    if len(data) > MOST_BYTES:
        raise Problem("too_complex")
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return test_instance(data)
    if head.startswith(b"<"):
        found = XmlFacts(data)
        if found.root.casefold() == "html":
            return test_instance(data)
        return xml_report(found)
    try:
        content = once_named(data)
    except (ValueError, RecursionError):
        raise Problem("damaged" if head[:1] in (b"{", b"[") else "unknown") from None
    return json_report(content)


def answer(file: BinaryIO) -> Facts:
    try:
        return read(file.read(MOST_BYTES + 1))
    except Problem as problem:
        return {"problem": str(problem)}
    except (MemoryError, RecursionError):
        return {"problem": "too_complex"}
    except (ValueError, KeyError, TypeError):
        return {"problem": "damaged"}
