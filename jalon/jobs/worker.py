"""The process that does the work: threads that claim and run, and a clock that keeps their leases."""

import logging
import os
import signal
import threading
from datetime import timedelta

from django.db import Error, close_old_connections, connections

from jalon.jobs import queue
from jalon.jobs.queue import Claim

logger = logging.getLogger(__name__)


class Worker:
    """Runs until SIGTERM or SIGINT, or until its parent process is gone; what is under way is finished."""

    def __init__(
        self,
        *,
        threads: int = 2,
        lease: timedelta = timedelta(seconds=30),
        poll: timedelta = timedelta(milliseconds=500),
        parent_pid: int | None = None,
    ) -> None:
        self._threads = [
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            for number in range(threads)
        ]
        self._lease = lease
        self._poll = poll.total_seconds()
        # A parent killed with -9 tells nobody; its children get another parent (STACK.md, P3).
        self._parent_pid = os.getppid() if parent_pid is None else parent_pid
        self._stopping = threading.Event()
        self._held: dict[int, Claim] = {}
        self._held_lock = threading.Lock()

    def run(self) -> None:
        """Work until told to stop. Call it in the main thread, so that signals are heard."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        queue.load_tasks()
        for thread in self._threads:
            thread.start()
        while not self._stopping.wait(self._poll):
            if os.getppid() != self._parent_pid:
                logger.warning("The parent process is gone: leaving")
                self.stop()
            self._keep_time()
        while any(thread.is_alive() for thread in self._threads):
            for thread in self._threads:
                thread.join(self._poll / len(self._threads))
            self._beat()
        connections.close_all()

    def stop(self) -> None:
        """Take no new job; `run` returns when those under way are finished."""
        self._stopping.set()

    def _keep_time(self) -> None:
        self._beat()
        try:
            close_old_connections()
            queue.enqueue_periodic()
        except Error:
            logger.exception("The clock could not reach the database; trying again")

    def _beat(self) -> None:
        with self._held_lock:
            held = list(self._held.values())
        for claimed in held:
            try:
                queue.extend(claimed, self._lease)
            except Error:
                logger.exception("The lease of %s %s could not be extended", claimed.name, claimed.key)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                close_old_connections()
                worked = self._work_once()
            except Exception:  # a thread that ends would leave a worker that looks alive and does nothing
                logger.exception("The queue could not be worked; trying again")
                worked = False
            if not worked:
                connections.close_all()
                self._stopping.wait(self._poll)
        connections.close_all()

    def _work_once(self) -> bool:
        claimed = queue.claim(self._lease)
        if claimed is None:
            return False
        with self._held_lock:
            self._held[claimed.job_id] = claimed
        try:
            queue.run(claimed)
        finally:
            with self._held_lock:
                self._held.pop(claimed.job_id, None)
        return True
