"""PySide6 as the program imports it: less of it loaded, and nothing of it lost."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_IMPORT = """
import builtins, sys
plain = builtins.__import__
from app.bootstrap.import_blocker import plain_imports
with plain_imports():
    from PySide6.QtWidgets import QApplication, QWidget
"""
_AS_EVER = """
from PySide6.QtWidgets import QApplication, QWidget
"""
_WRONG_CALLS = """
qt = QApplication([])
for wrong in (lambda: qt.setStyle(3.5), lambda: QWidget().resize("wide"), lambda: QWidget().move(1, 2, 3)):
    try:
        wrong()
    except TypeError as error:
        print(error)
"""
_SIGNATURES = """
from PySide6.support.signature import get_signature
print(get_signature(QWidget.resize), QWidget.grab.__doc__)
"""


def _said(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_signatures_are_not_loaded_with_pyside() -> None:
    loaded = _IMPORT
    loaded += (
        'known = [name for name, module in sys.modules.items() if name.startswith("shibokensupport.signature.")'
        ' and "__file__" in vars(module)]\nprint(*known)'
    )
    names = {name.rpartition(".")[2] for name in _said(loaded).split()}
    assert "loader" in names
    assert not names & {"mapping", "parser", "layout", "errorhandler", "enum_sig", "pyi_generator"}


def test_the_import_is_python_s_own_afterwards() -> None:
    assert _said(_IMPORT + "print(builtins.__import__ is plain)").strip() == "True"


@pytest.mark.parametrize("asked", [_WRONG_CALLS, _SIGNATURES, _SIGNATURES + _WRONG_CALLS])
def test_what_is_asked_for_later_is_answered_as_ever(asked: str) -> None:
    said = _said(_IMPORT + asked)
    assert said.strip()
    assert said == _said(_AS_EVER + asked)
