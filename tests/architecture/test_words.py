"""The repository works anywhere: it names no machine, no folder of ours, no package host."""

import re
import subprocess

from tests.architecture.source import ROOT

REFUSED = {
    "a folder of one machine": re.compile(r"(?<![\w.])/(?:work|home/\w+|root|Users)/\w"),
    "a package host": re.compile(r"pypi[.]org|pythonhosted|registry[.]npmjs|deb[.]debian"),
    "a note to oneself": re.compile(r"\b(?:FIXME|XXX|HACK)\b"),
}


def test_no_file_names_a_machine_or_a_package_host():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if not path.is_file() or path.resolve() == ROOT / "tests/architecture/test_words.py":
            continue
        data = path.read_bytes()
        if b"\0" in data[:8000]:
            continue
        lines = enumerate(data.decode("utf-8", errors="replace").splitlines(), start=1)
        found += [
            f"{name}:{n}: {what}" for n, line in lines for what, rule in REFUSED.items() if rule.search(line)
        ]
    assert found == []
