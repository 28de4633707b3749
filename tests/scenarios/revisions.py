"""Requirement lists that change: a definition edited as plain data, published as the next revision."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from jalon.accounts.standing import SYSTEM
from jalon.core import clock
from jalon.programmes.actions.drafts import edit_draft
from jalon.programmes.actions.publishing import publish
from jalon.programmes.definition.compiled import content_of
from jalon.programmes.definition.schema import Definition
from jalon.programmes.models import Draft, Programme, Revision
from jalon.programmes.queries import draft_definition
from tests.scenarios.small import SMALL_CODE

Raw = dict[str, Any]


class Edit:
    """A definition as plain data, and the changes that lists undergo."""

    def __init__(self, definition: Definition) -> None:
        self.raw: Raw = json.loads(content_of(definition))

    @property
    def definition(self) -> Definition:
        return Definition.model_validate(self.raw)

    def requirement(self, key: str) -> Raw:
        return next(r for c in self.raw["chapters"] for r in c["requirements"] if r["key"] == key)

    def home_of(self, key: str) -> list[Raw]:
        """The list in which the expected proof with that key stands."""
        scenarios = [
            s for c in self.raw["chapters"] for r in c["requirements"] for s in r.get("scenarios", [])
        ]
        return next(s["proofs"] for s in scenarios if any(p["key"] == key for p in s.get("proofs", [])))

    def proof(self, key: str) -> Raw:
        return next(p for p in self.home_of(key) if p["key"] == key)

    def reword(self, key: str, words: str = "Un texte tout autre, qui demande autre chose.") -> "Edit":
        self.proof(key)["text"] = {"fr": words}
        return self

    def retitle(self, requirement: str) -> "Edit":
        """What is read, not what is asked for."""
        self.requirement(requirement)["title"] = {"fr": "Un autre titre"}
        return self

    def drop(self, key: str) -> "Edit":
        home = self.home_of(key)
        home.remove(self.proof(key))
        return self

    def add(self, beside: str, key: str) -> "Edit":
        """Another proof in the same scenario."""
        fresh = {
            **self.proof(beside),
            "key": key,
            "code": key.upper(),
            "text": {"fr": f"Une preuve de plus, {key}."},
        }
        self.home_of(beside).append(fresh)
        return self

    def renumber(self, key: str, code: str) -> "Edit":
        """Another key and another code, as of a list read anew: only likeness of texts says that it is the same."""
        requirement = self.requirement(key)
        old, requirement["code"] = requirement["code"], code
        requirement["key"] = f"{key}-bis"
        for scenario in requirement.get("scenarios", []):
            scenario["key"] += "-bis"
            scenario["code"] = scenario.get("code", "").replace(old, code)
            for proof in scenario.get("proofs", []):
                proof["key"] += "-bis"
                proof["code"] = proof.get("code", "").replace(old, code)
        return self

    def chapter(self, key: str) -> Raw:
        return next(c for c in self.raw["chapters"] if c["key"] == key)

    def move(self, requirement: str, chapter: str, title: str = "Nouveau chapitre") -> "Edit":
        """The requirement stands in another chapter from now on, made when there is none of that key."""
        moved = self.requirement(requirement)
        for c in self.raw["chapters"]:
            c["requirements"] = [r for r in c["requirements"] if r["key"] != requirement]
        if chapter not in [c["key"] for c in self.raw["chapters"]]:
            self.raw["chapters"].append({"key": chapter, "title": {"fr": title}, "requirements": []})
        self.chapter(chapter)["requirements"].append(moved)
        return self

    def remove_chapter(self, key: str) -> "Edit":
        self.raw["chapters"] = [c for c in self.raw["chapters"] if c["key"] != key]
        return self


def programme() -> Programme:
    return Programme.objects.get(code=SMALL_CODE)


def draft() -> Draft:
    return Draft.objects.select_related("programme").get(programme=programme())


def edited(change: Callable[[Edit], object]) -> Draft:
    """The draft, changed and saved, not published."""
    edit = Edit(draft_definition(draft()))
    change(edit)
    return edit_draft(
        actor=SYSTEM, programme_code=SMALL_CODE, seen_version=draft().version, definition=edit.definition
    )


def published(change: Callable[[Edit], object], effective_on: date | None = None) -> Revision:
    """The next revision, in force from that day (today)."""
    edited(change)
    day = effective_on or clock.paris_date(clock.now())
    return publish(actor=SYSTEM, programme_code=SMALL_CODE, reason="Nouvelle liste", effective_on=day)
