"""`jalon keys`: the keys that seal what Jalon keeps for others, and those that sign conventions."""

import click

from jalon.cli.database import authority_fault
from jalon.cli.report import finish, json_option, refuse
from jalon.cli.start import start_django


@click.group()
def keys() -> None:
    """Sealing keys (JALON_SEALING_KEYS: the first seals, all of them open), and the authority of signatures."""


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


@keys.command("authority")
@json_option
def authority(as_json: bool) -> None:
    """Make another authority for signatures, where the one that signed is lost for good. Exit 1: one can sign.

    One that is damaged is put aside, beside the other one, and stays there.

    What was signed before keeps its certificates, and is verified with the `root.pem` that was given out then.
    """
    start_django()
    from django.conf import settings

    from jalon.connectors.signature import has_authority, load_authority, make_authority, put_authority_aside

    if not authority_fault():
        refuse(f"There is one in {settings.KEYS_DIR}: nothing was made.", as_json=as_json)
    aside = str(put_authority_aside(settings.KEYS_DIR)) if has_authority(settings.KEYS_DIR) else None
    make_authority(settings.KEYS_DIR)
    serial = f"{load_authority(settings.KEYS_DIR).root.serial_number:x}"
    lines = [f"put aside: {aside}"] if aside else []
    finish(
        True,
        {"serial": serial, "aside": aside},
        [*lines, f"made: root certificate {serial}"],
        as_json=as_json,
    )
