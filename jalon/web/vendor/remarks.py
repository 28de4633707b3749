"""Requests of the agency beside the answers that they are about, while the file is to be modified."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jalon.applications.models import Application
from jalon.applications.states import ApplicationState
from jalon.reviews.models import Remark
from jalon.reviews.queries import open_remarks


@dataclass(frozen=True)
class RemarkView:
    """A request of the agency beside what it is about; `changed`: the answer differs from the one examined."""

    text: str
    by: str
    at: datetime
    changed: bool


def remark_views(application: Application, answers: Mapping[str, Any]) -> dict[str, tuple[RemarkView, ...]]:
    """Requests of the agency by question, while the file is with the vendor to be modified."""
    if application.state != ApplicationState.TO_MODIFY:
        return {}
    return {key: _remarks(rows, key, answers) for key, rows in open_remarks(application).items()}


def _remarks(rows: Sequence[Remark], key: str, answers: Mapping[str, Any]) -> tuple[RemarkView, ...]:
    examined = json.loads(rows[0].round.snapshot).get("answers", {})
    changed = examined.get(key) != answers.get(key)
    return tuple(RemarkView(row.text, row.by.full_name, row.at, changed) for row in rows)
