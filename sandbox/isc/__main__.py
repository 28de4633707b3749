"""`python -m sandbox.isc --port 8001 --state DIR --jalon http://127.0.0.1:8000`."""
# ruff: noqa: PLC0415  (Django is set up before anything that needs it is imported)

import argparse
import os
import signal
import socketserver
import sys
from pathlib import Path
from types import FrameType
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Requests are not news."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.isc", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="loopback only, unless you know why")
    parser.add_argument("--state", type=Path, required=True, help="folder for accounts and keys")
    parser.add_argument("--jalon", required=True, help="address of the platform, without a slash at the end")
    parser.add_argument("--issuer", default="", help="default: http://HOST:PORT")
    parser.add_argument("--platform-name", default="Jalon")
    parser.add_argument("--client-id", default="jalon")
    parser.add_argument("--client-secret", default="secret-du-bac-a-sable")
    parser.add_argument("--seed", type=Path, help="JSON list of accounts to create or renew at start")
    parser.add_argument("--dialect", type=Path, help="JSON: other claim names and values (README.md)")
    return parser.parse_args()


def main() -> None:
    options = _arguments()
    # Authlib refuses plain http; the stand-in serves the loopback.
    os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")
    from sandbox.isc.configuration import Configuration, Dialect, configure

    configure(
        Configuration(
            issuer=options.issuer or f"http://{options.host}:{options.port}",
            state=options.state,
            platform_url=options.jalon.rstrip("/"),
            platform_name=options.platform_name,
            client_id=options.client_id,
            client_secret=options.client_secret,
            dialect=Dialect.read(options.dialect),
        )
    )
    import django
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    if options.seed:
        from sandbox.isc.accounts import seed_file

        seed_file(options.seed)
    server = make_server(
        options.host, options.port, get_wsgi_application(), server_class=_Server, handler_class=_QuietHandler
    )
    signal.signal(signal.SIGTERM, _stop)
    sys.stdout.write(f"iSC stand-in on http://{options.host}:{options.port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
