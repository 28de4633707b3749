"""How a command answers: lines for a person or, with --json, one JSON object on standard output."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeVar

import click

C = TypeVar("C", bound=Callable[..., Any])


def json_option(command: C) -> C:
    """Adds `--json`, passed as `as_json`."""
    return click.option(
        "--json", "as_json", is_flag=True, callback=_remember, help="One JSON object on standard output."
    )(command)


def _remember(context: click.Context, _option: click.Parameter, asked: bool) -> bool:
    context.meta[__name__] = asked  # shared with the contexts around
    return asked


def as_json_was_asked(context: click.Context) -> bool:
    """For what answers in place of a command."""
    return bool(context.meta.get(__name__))


def finish(
    ok: bool, facts: Mapping[str, Any], lines: Iterable[str], *, as_json: bool, status: int = 1
) -> NoReturn:
    """Print the answer and leave: 0 when `ok`, else `status`."""
    if as_json:
        print(json.dumps({"ok": ok, **facts}, ensure_ascii=False, sort_keys=True))
    else:
        for line in lines:
            print(line)
    sys.exit(0 if ok else status)


def refuse(message: str, *, as_json: bool, status: int = 1) -> NoReturn:
    """What was asked cannot be done: the reason on standard error (and in the JSON object), exit `status`."""
    if as_json:
        print(json.dumps({"ok": False, "error": message}, ensure_ascii=False, sort_keys=True))
    print(message, file=sys.stderr)
    sys.exit(status)
