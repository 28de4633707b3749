"""Setting Django up, once a command needs it; a wrong setting is told in words, not as a traceback."""

import os
import sys

from pydantic import ValidationError

# What holds a secret is told to be wrong, and not shown.
SECRET = (
    "JALON_OBJECT_STORAGE", "JALON_SEALING_KEYS", "JALON_SMTP_URL", "JALON_DATABASE_URL", "JALON_SECRET_KEY",
    "JALON_OIDC_CLIENT_SECRET",
)  # fmt: skip


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
            got = "" if name in SECRET else f" (got {problem['input']!r})"
            print(f"{name}: {problem['msg']}{got}", file=sys.stderr)
        sys.exit(2)
