"""`jalon staff`: accounts of the agency's people."""

import click

from jalon.cli.report import finish, json_option, refuse
from jalon.cli.start import start_django


@click.group()
def staff() -> None:
    """Accounts of the agency's people."""


@staff.command("add")
@click.argument("login")
@click.option("--given-name", required=True)
@click.option("--family-name", required=True)
@click.option("--email", default="")
@click.option(
    "--role", "roles", multiple=True, required=True, help="ROLE or ROLE:PROGRAMME; may be repeated."
)
@click.password_option(envvar="JALON_STAFF_PASSWORD", help="Asked for when absent.")
@json_option
def add(
    login: str,
    given_name: str,
    family_name: str,
    email: str,
    roles: tuple[str, ...],
    password: str,
    as_json: bool,
) -> None:
    """Create the account LOGIN with one role or more.

    Roles: verifier, referent, manager, college, signatory, administrator.
    """
    start_django()
    from jalon.accounts.actions import create_staff
    from jalon.accounts.standing import SYSTEM
    from jalon.accounts.states import StaffRoleName
    from jalon.core.errors import DomainError

    granted = []
    for written in roles:
        name, _, programme_code = written.partition(":")
        if name not in StaffRoleName.values:
            raise click.BadParameter(f"{name}: one of {', '.join(StaffRoleName.values)}", param_hint="--role")
        granted.append((StaffRoleName(name), programme_code))
    if fault := _unknown_programmes({code for _, code in granted if code}):
        refuse(fault, as_json=as_json)
    try:
        user = create_staff(
            actor=SYSTEM,
            login=login,
            password=password,
            given_name=given_name,
            family_name=family_name,
            email=email,
            roles=granted,
        )
    except DomainError as error:
        refuse(error.message, as_json=as_json)
    finish(True, {"login": login, "ref": user.ref}, [f"{login} can sign in."], as_json=as_json)


def _unknown_programmes(asked: set[str]) -> str:
    """A role for a programme that does not exist would be one for whoever is given that code later."""
    from jalon.programmes.models import Programme

    codes = list(Programme.objects.order_by("code").values_list("code", flat=True))
    unknown = sorted(asked - set(codes))
    if not unknown:
        return ""
    there = f"there are: {', '.join(codes)}" if codes else "none is loaded yet (`jalon programme load`)"
    return f"No programme is called {', '.join(unknown)}; {there}."
