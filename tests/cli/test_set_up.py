"""What `jalon migrate` makes beside the tables: the authority that signs conventions, once, before anybody signs."""

import shutil
import stat
import subprocess
import sys
from pathlib import Path

from cryptography import x509

from tests.cli.test_no_database import run, surroundings


def root(home: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((home / "keys" / "signature-authority" / "root.pem").read_bytes())


def test_set_up_makes_the_authority_and_again_keeps_it(tmp_path):
    assert run(tmp_path, "migrate").returncode == 0
    made, folder = root(tmp_path), tmp_path / "keys" / "signature-authority"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert run(tmp_path, "doctor").returncode == 0
    assert run(tmp_path, "migrate").returncode == 0
    assert root(tmp_path) == made

    shutil.rmtree(folder)  # nobody has signed: nothing is lost with it
    assert "Conventions cannot be signed" in run(tmp_path, "doctor").stdout
    command = [sys.executable, "-m", "jalon.cli", "migrate"]
    both = [subprocess.Popen(command, env=surroundings(tmp_path)) for _ in range(2)]
    assert [one.wait(timeout=60) for one in both] == [0, 0]
    assert run(tmp_path, "doctor").returncode == 0
    assert sorted(p.name for p in (tmp_path / "keys").iterdir() if p.is_dir()) == ["signature-authority"]
