"""`jalon keys`: the keys that seal what Jalon keeps for others."""

import click

from jalon.cli.report import finish, json_option
from jalon.cli.start import start_django


@click.group()
def keys() -> None:
    """Sealing keys (JALON_SEALING_KEYS): the first seals, all of them open."""


@keys.command("renew")
@json_option
def renew(as_json: bool) -> None:
    """Seal every secret anew with the first key, so that the older ones may go. Exit 1: some open with none."""
    start_django()
    from jalon.accounts.standing import SYSTEM
    from jalon.vendors.actions import seal_platform_keys_anew

    done = seal_platform_keys_anew(actor=SYSTEM)
    lines = [f"sealed anew: {done['sealed']}", f"opened by none of the keys: {done['lost']}"]
    finish(not done["lost"], done, lines, as_json=as_json)
