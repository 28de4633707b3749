"""The product's settings on a home that is thrown away; what differs makes tests stricter or faster."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_home = Path(tempfile.mkdtemp(prefix="jalon-test-"))
(_home / "static").mkdir()  # WhiteNoise warns about a missing folder
atexit.register(shutil.rmtree, _home, ignore_errors=True)
for _name in [
    n for n in os.environ if n.startswith("JALON_") and n not in ("JALON_DATABASE_URL", "JALON_REFERENCE")
]:
    del os.environ[_name]  # a developer's own settings must not change what is tested
os.environ["JALON_HOME"] = str(_home)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, TEMPLATES  # noqa: E402

# The real hasher needs 50 ms on purpose; tests of the hasher itself ask for it by name.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production: threads and processes then meet the same locks.
    DATABASES["default"]["TEST"] = {"NAME": str(_home / "test.sqlite3")}


class _UndefinedVariable(str):
    """What a template prints for a variable that nobody gave it: an error, not an empty string."""

    __slots__ = ()

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"undefined template variable: {name}")

    def __contains__(self, item: object) -> bool:
        return item == "%s" or super().__contains__(item)  # type: ignore[operator]


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = _UndefinedVariable("%s")
