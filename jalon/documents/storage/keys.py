"""Names of objects: they say nothing of the content, and no folder of them grows large."""

import hashlib
import secrets


def new_key() -> str:
    """A random one."""
    return _in_folders(secrets.token_hex(20))


def key_for(name: str) -> str:
    """The one key of something that has a secret name: whoever comes back to it finds the same."""
    return _in_folders(hashlib.sha256(f"object:{name}".encode()).hexdigest()[:40])


def checked(key: str) -> str:
    """The key, if it was made here. ValueError else: a key leads nowhere but to an object."""
    name = key.rpartition("/")[2]
    if len(name) != 40 or not set(name) <= set("0123456789abcdef") or key != _in_folders(name):
        raise ValueError(f"Not a storage key: {key!r}")
    return key


def _in_folders(name: str) -> str:
    """Two levels of 256 folders."""
    return f"{name[:2]}/{name[2:4]}/{name}"
