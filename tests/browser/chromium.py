"""The browsers of the tests and pictures: Chromium from the system's packages."""

import os
import shutil

CHROMIUM = os.environ.get("JALON_CHROMIUM") or "/usr/bin/chromium"
# The same without the work of a window, and without a viewer for PDF: it would download what a person reads.
SHELL = shutil.which("chromium-headless-shell") or CHROMIUM
