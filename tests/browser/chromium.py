"""The browser of the tests and pictures: Chromium from the system's packages, best without the window's work."""

import os
import shutil

CHROMIUM = os.environ.get("JALON_CHROMIUM") or shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
