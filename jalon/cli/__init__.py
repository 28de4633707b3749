"""The console command `jalon`. A module a group; Django is set up by commands that need it, when they run."""

import click

from jalon.cli.database import Commands, migrate
from jalon.cli.demo import demo
from jalon.cli.doctor import doctor
from jalon.cli.journal import journal
from jalon.cli.keys import keys
from jalon.cli.messages import messages
from jalon.cli.programme import programme
from jalon.cli.proof import proof
from jalon.cli.revisions import impact, migrate_files
from jalon.cli.serve import serve
from jalon.cli.staff import staff
from jalon.cli.worker import worker


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="jalon")
def main() -> None:
    """Jalon: conformity programmes. Vendors apply, an agency decides.

    Exit status: 0 all is well, 1 what was checked or asked is not, 2 wrong use.
    """


for _command in (serve, worker, migrate, demo, programme, proof, staff, journal, keys, messages, doctor):
    main.add_command(_command)
for _command in (impact, migrate_files):
    programme.add_command(_command)
