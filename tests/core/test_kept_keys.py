"""Keys made at the first start: whichever process makes one, all have the same."""

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from config import settings


def test_processes_that_start_at_once_have_the_same_key(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "HOME", tmp_path)
    together, numbers = threading.Barrier(8), count()

    def make() -> str:
        together.wait(timeout=10)
        return f"key-{next(numbers)}"

    with ThreadPoolExecutor(8) as starting:
        had = set(starting.map(lambda _n: settings._kept_key("sealing-key", make), range(8)))
    assert had == {settings._kept_key("sealing-key", make)}
    (kept,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
