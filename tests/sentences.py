"""Sentences as they stand in the code: what was received, with plain spaces where French is shown with others."""

from typing import Any

from jalon.core.typography import plain_spaces


def as_written(received: Any) -> Any:
    """A sentence, or whatever holds sentences, to compare with what a test says. Nothing but spaces changes."""
    if isinstance(received, str):
        return plain_spaces(received)
    if isinstance(received, dict):
        return {key: as_written(value) for key, value in received.items()}
    if isinstance(received, list | tuple):
        return type(received)(as_written(value) for value in received)
    return received
