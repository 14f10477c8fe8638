"""Whatever a function of the window imports is loaded some seconds after the start, while nobody waits."""

from __future__ import annotations

import subprocess
import sys

from app.bootstrap.late_modules import LATE_MODULES
from tests.late_imports import OF_THE_WINDOW, ROOT, late_imports

_LEFT = {
    # Needed before the late modules are loaded, or not after the start.
    *("app.bootstrap.import_blocker", "app.bootstrap.instance_server", "app.bootstrap.sandbox_process"),
    *("app.core.log", "app.services.folders.notifications", "app.engine.client", "app.ui.editor.spelling_client"),
    *("app.bootstrap.display", "app.content.client", "PySide6.QtSvg", "keyring", "keyring.backends.chainer"),
    "app.bootstrap.windows",
    # A start of its own, which opens no window.
    "app.bootstrap.diagnose",
    # Parse what comes from outside; large, and not for this process.
    *("lxml", "lxml.html", "nh3", "app.content.html.parse", "app.content.work"),
    # Parts of a frozen program's start.
    *("pyimod01_archive", "pyimod02_importers"),
}

_LOADED = """
import importlib, sys
from app.bootstrap import adapters, background_start, parts, run, start
from app.bootstrap.background_start import _SLICES
from app.bootstrap.late_modules import LATE_MODULES
import app.views.compose.view
for name in [*(f"app.{name}" for name in _SLICES), *LATE_MODULES]:
    importlib.import_module(name)
print(*sys.modules)
"""


def test_nothing_is_left_to_be_read_from_other_files() -> None:
    asked = subprocess.run([sys.executable, "-c", _LOADED], cwd=ROOT, capture_output=True, text=True, check=True)
    missing = late_imports(OF_THE_WINDOW) - set(asked.stdout.split()) - _LEFT
    assert not missing, "add them to LATE_MODULES, or say in _LEFT why not"


def test_what_is_loaded_is_imported_somewhere_late() -> None:
    ours = {name for name in LATE_MODULES if name.startswith("app.")}
    assert ours <= late_imports(OF_THE_WINDOW)
