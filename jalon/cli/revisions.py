"""`jalon programme impact` and `jalon programme migrate`: what a revision does to the files, and doing it."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from jalon.cli.report import finish, json_option, refuse
from jalon.cli.start import start_django

if TYPE_CHECKING:
    from jalon.programmes.models import Programme
    from jalon.reviews.queries.impact import FileImpact, Target


@click.command()
@click.argument("code")
@click.option("--revision", "number", type=int, help="A published revision. Default: the draft.")
@click.option(
    "--effective-on", type=click.DateTime(["%Y-%m-%d"]), help="Of the draft. Default: today, in Paris."
)
@click.option("--files", "each", is_flag=True, help="Tell every file, not only the sums.")
@json_option
def impact(code: str, number: int | None, effective_on: Any, each: bool, as_json: bool) -> None:
    """Say what a revision would do to every running file of programme CODE. Writes nothing."""
    start_django()
    from jalon.core.errors import DomainError
    from jalon.reviews.queries.impact import impact_of, impact_totals

    try:
        of, target = _target(code, number, effective_on.date() if effective_on else None)
    except DomainError as error:
        refuse(error.message, as_json=as_json)
    totals = impact_totals(of, target)
    facts = {
        "programme": code, "revision": target.number, "effective_on": target.effective_on.isoformat(),
        "files": totals.files, "moved": totals.moved, "asked_to_act": totals.asked_to_act,
        "exempt": totals.exempt, "proofs": dict(totals.proofs),
        "stays": {stay.value: n for stay, n in totals.stays.items()},
    }  # fmt: skip
    lines = [
        f"{totals.files} running files: {totals.moved} would move, {totals.exempt} are exempt.",
        f"{totals.asked_to_act} vendors would have something to do.",
        *(f"  {name}: {n}" for name, n in totals.proofs.items() if n),
        *(f"  {n} stay: {stay.label}" for stay, n in totals.stays.items()),
    ]
    if each:
        told = [_as_json(one) for one in impact_of(of, target)]
        facts["each"] = told
        lines += [_line(one) for one in told]
    finish(True, facts, lines, as_json=as_json)


@click.command("migrate")
@click.argument("code")
@click.option("--revision", "number", type=int, help="Default: the one in force.")
@click.option("--application", "file", metavar="NUMBER", help="That file only. Default: every running file.")
@json_option
def migrate_files(code: str, number: int | None, file: str | None, as_json: bool) -> None:
    """Move the running files of programme CODE to a revision, one transaction each; says how many stay and why."""
    start_django()
    from jalon.accounts.standing import SYSTEM
    from jalon.core.errors import DomainError
    from jalon.reviews.actions.moves import move_named_file
    from jalon.reviews.actions.orders import move_ordered_file, order_moves
    from jalon.reviews.queries.orders import files_to_move, order_progress

    try:
        wanted = number or _in_force(code)
        if file is not None:
            move = move_named_file(actor=SYSTEM, number=file, revision_number=wanted)
            facts = {
                "programme": code,
                "revision": wanted,
                "application": file,
                "move": move.n if move else None,
            }
            finish(True, facts, [f"{file}: revision {wanted}."], as_json=as_json)
        order = order_moves(actor=SYSTEM, programme_code=code, revision_number=wanted)
        for pk in list(files_to_move(order).order_by("pk").values_list("pk", flat=True)):
            move_ordered_file(actor=SYSTEM, order_id=order.pk, application_id=pk)
        progress = order_progress(order)
    except DomainError as error:
        refuse(error.message, as_json=as_json)
    facts = {
        "programme": code, "revision": wanted, "moved": progress.moved, "waiting": progress.waiting,
        "undone": progress.undone, "stays": {stay.value: n for stay, n in progress.stays.items()},
    }  # fmt: skip
    lines = [f"{progress.moved} files moved to revision {wanted}, {progress.waiting} wait for the worker."]
    lines += [f"  {n} stay: {stay.label}" for stay, n in progress.stays.items()]
    finish(not progress.waiting, facts, lines, as_json=as_json)


def _programme(code: str) -> "Programme":
    from jalon.core.errors import NotVisible
    from jalon.programmes.models import Programme

    found = Programme.objects.filter(code=code).first()
    if found is None:
        raise NotVisible(f"No programme is called {code}.")
    return found


def _in_force(code: str) -> int:
    from jalon.core.errors import NotVisible
    from jalon.programmes.queries import current_revision

    revision = current_revision(_programme(code))
    if revision is None:
        raise NotVisible(f"{code} has no revision in force.")
    return revision.number


def _target(code: str, number: int | None, effective_on: Any) -> "tuple[Programme, Target]":
    from jalon.core.errors import NotVisible
    from jalon.programmes.models import Draft
    from jalon.programmes.queries import revision_by_number
    from jalon.reviews.queries.impact import draft_target, revision_target

    of = _programme(code)
    if number is None:
        draft = Draft.objects.select_related("programme").filter(programme=of).first()
        if draft is None:
            raise NotVisible(f"{code} has no draft.")
        return of, draft_target(draft, effective_on)
    revision = revision_by_number(of, number)
    if revision is None:
        raise NotVisible(f"{code} has no revision {number}.")
    return of, revision_target(revision)


def _as_json(one: "FileImpact") -> dict[str, Any]:
    from jalon.reviews.rules.moves import COUNTED

    return {
        "application": one.application.number,
        "stays": one.stays.value if one.stays else None,
        "profiles_gone": list(one.profiles_gone),
        **{name: list(getattr(one.effects, name)) for name in COUNTED},
    }


def _line(told: Mapping[str, Any]) -> str:
    lists: Iterable[str] = (
        f"{name} {len(keys)}"
        for name, keys in told.items()
        if isinstance(keys, list) and keys and name != "profiles_gone"
    )
    return f"{told['application']}: {told['stays'] or ', '.join(lists) or 'nothing changes'}"
