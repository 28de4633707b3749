"""`jalon demo`: everything on one machine, with people and files to look at."""

import click

from jalon.cli.start import check_environment


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65000))
@click.option("--reset", is_flag=True, help="Forget the demo's data and begin anew.")
def demo(port: int, reset: bool) -> None:
    """Serve Jalon with a programme, people, files in several states and stand-ins of outside systems."""
    check_environment()
    from jalon.demo.run import run

    run(port=port, reset=reset)
