"""Setting Django up, once a command needs it; a wrong setting is told in words, not as a traceback."""

import os
import sys

from pydantic import ValidationError


def start_django() -> None:
    """Idempotent. Exits 2 when an environment variable is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    check_environment()
    import django

    django.setup()


def check_environment() -> None:
    from config.environment import Environment

    try:
        Environment()
    except ValidationError as error:
        for problem in error.errors():
            name = "JALON_" + "_".join(str(part) for part in problem["loc"]).upper()
            print(f"{name}: {problem['msg']} (got {problem['input']!r})", file=sys.stderr)
        sys.exit(2)
