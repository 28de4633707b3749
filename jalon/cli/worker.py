"""`jalon worker`: the process that works through the job queue."""

import click

from jalon.cli.start import start_django


@click.command()
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 32))
@click.option("--leave-with", type=int, hidden=True, help="Stop when this parent process is gone.")
def worker(threads: int, leave_with: int | None) -> None:
    """Work through background jobs until told to stop (SIGTERM: finishes the job in hand)."""
    start_django()
    from jalon.core.db.pool import share_connections
    from jalon.jobs.worker import Worker

    share_connections(threads=threads)
    Worker(threads=threads, parent_pid=leave_with).run()
