"""Reads about the moves of one file: which there were, whether one was taken back, whether anybody acted since."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from jalon.applications.models import Answer, AnswerDocument, Application, Part, Round
from jalon.core.canonical import sha256_hex
from jalon.evidence.models import Proof, ProofItem, Slot
from jalon.journal.models import Entry
from jalon.programmes.definition.compiled import Item
from jalon.programmes.queries import compiled
from jalon.reviews.models import Move, Verdict


def moves_of(application: Application) -> QuerySet[Move]:
    """The latest first, with who and, in `undone`, who took it back."""
    rows = Move.objects.filter(application=application)
    rows = rows.select_related("by", "from_revision", "to_revision", "undone__by").order_by("-n")
    return rows.defer("from_revision__content", "to_revision__content", "before")


def last_move(application: Application) -> Move | None:
    """The last one that was not taken back."""
    rows = Move.objects.filter(application=application, undone=None).select_related("to_revision")
    return rows.defer("to_revision__content", "before", "report").order_by("-n").first()


def former_items(gone: Mapping[int, Collection[str]]) -> dict[tuple[int, str], Item]:
    """Expected proofs (keys by application) that the revision of their file has no more: as they stand in the last one
    that the file had and that knows them. One query; none where nothing is gone.
    """
    found: dict[tuple[int, str], Item] = {}
    if not any(gone.values()):
        return found
    rows = Move.objects.filter(application__in=gone).select_related("from_revision").order_by("-n")
    for move in rows.only("application", "from_revision__sha256"):
        for key in gone[move.application_id]:
            item = compiled(move.from_revision).items.get(key)
            if item:
                found.setdefault((move.application_id, key), item)
    return found


def is_undone(move: Move) -> bool:
    return getattr(move, "undone", None) is not None


def file_mark(application: Application) -> str:
    """A digest of all that anybody can have done to a file: another one, and somebody acted (decision 5)."""
    of = {"application": application.pk}
    slots = Slot.objects.filter(application=application).order_by("pk")
    rows: dict[str, Any] = {
        "file": list(Application.objects.filter(pk=application.pk).values_list()),
        "parts": list(Part.objects.filter(**of).order_by("pk").values_list()),
        "rounds": list(
            Round.objects.filter(part__application=application)
            .order_by("pk")
            .values_list("pk", "outcome", "opened_at", "closed_at")
        ),
        "slots": list(slots.values_list()),
        "proofs": list(Proof.objects.filter(slot__in=slots).order_by("pk").values_list()),
        "items": list(ProofItem.objects.filter(proof__slot__in=slots).order_by("pk").values_list("pk")),
        "verdicts": list(Verdict.objects.filter(proof__slot__in=slots).order_by("pk").values_list("pk")),
        "answers": list(Answer.objects.filter(**of).order_by("pk").values_list("pk", "version")),
        "files": list(AnswerDocument.objects.filter(**of).order_by("pk").values_list("pk", "removed_at")),
        "journal": Entry.objects.filter(chain=f"application:{application.number}").count(),
    }
    return sha256_hex(json.dumps(rows, default=_said, sort_keys=True))


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
