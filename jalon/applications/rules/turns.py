"""Whose turn it is while proofs are given and examined: the one home of the rule. Pure."""

from collections.abc import Iterable

from jalon.applications.states import CHAPTER_UNDER_EXAMINATION, ChapterState, Turn


def turn_of_proofs(
    chapters: Iterable[str], *, answer_waits: bool = False, choice_waits: bool = False
) -> Turn:
    """From the states of the chapters: one may be with the vendor while another is under examination.

    `answer_waits`: a technical version, or a claim, was declared and not answered. `choice_waits`: a chosen profile is
    no more, and the vendor has not chosen anew. Nothing open: the agency's, who goes on.
    """
    states = set(chapters) - {ChapterState.VALIDATED}
    with_agency = answer_waits or bool(states & set(CHAPTER_UNDER_EXAMINATION))
    with_vendor = choice_waits or bool(states - set(CHAPTER_UNDER_EXAMINATION))
    if with_vendor:
        return Turn.BOTH if with_agency else Turn.VENDOR
    return Turn.AGENCY
