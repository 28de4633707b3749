"""`jalon worker`: the process that works through the job queue."""

import os
import signal
import threading
import time

import click

from jalon.cli.start import start_django


@click.command()
@click.option("--leave-with", type=int, hidden=True, help="Stop when this parent process is gone.")
def worker(leave_with: int | None) -> None:
    """Work through background jobs until told to stop (SIGTERM: finishes the job in hand)."""
    start_django()
    from jalon.jobs.worker import run

    if leave_with is not None:
        threading.Thread(target=_leave_with, args=(leave_with,), daemon=True).start()
    run()


def _leave_with(parent: int) -> None:
    """A server that was killed cannot say goodbye; its worker must not outlive it beside the next one."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
