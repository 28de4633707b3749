"""Turns the real requirement workbook into a programme of its own, as an operator would."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser.site import ROOT

CODE = "rem-b"
TRACK = """format: 1
code: essai
menu: segur
title: {fr: Parcours d’essai, en: Trial track}
summary: {fr: La vraie liste d’exigences., en: The real list of requirements.}
presentation: {lead: {fr: Un essai sur la vraie liste., en: A trial on the real list.}, sections: []}
"""


def imported(workbook: Path, folder: Path) -> Path:
    """A definitions folder with this one programme: portal, a track, and what `jalon programme import` writes."""
    track = folder / "essai"
    track.mkdir(parents=True)
    shutil.copy(ROOT / "definitions" / "portal.yaml", folder / "portal.yaml")
    (track / "track.yaml").write_text(TRACK, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "jalon.cli",
        "programme",
        "import",
        str(workbook),
        "--into",
        str(track / CODE),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
