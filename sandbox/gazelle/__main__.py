"""`python -m sandbox.gazelle --port 8002 --seed organisations.json`."""

import argparse
import json
import signal
import sys
from pathlib import Path
from types import FrameType

from sandbox.gazelle.server import Gazelle, State


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.gazelle", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="loopback only, unless you know why")
    parser.add_argument("--seed", type=Path, help="JSON list of organisations and their reports")
    options = parser.parse_args()
    state = State()
    if options.seed:
        state.hold(json.loads(options.seed.read_text(encoding="utf-8")))
    server = Gazelle((options.host, options.port), state)
    signal.signal(signal.SIGTERM, _stop)
    sys.stdout.write(f"Gazelle stand-in on http://{options.host}:{options.port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
