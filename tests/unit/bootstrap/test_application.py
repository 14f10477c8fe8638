"""Links and files as macOS hands them over: kept until somebody takes them, each once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl

from app.bootstrap.application import arrival_of
from app.domain.startup_request import StartupRequest

ROOT = Path(__file__).resolve().parents[3]
# In a process of its own: there is one application in each.
SCRIPT = """
import sys
from PySide6.QtCore import QEvent, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication
from app.bootstrap.application import OpeningApplication, make_application

qt = make_application(["mailwright"], "darwin")
assert isinstance(qt, OpeningApplication)
taken = []
QApplication.sendEvent(qt, QFileOpenEvent(QUrl("mailto:james@example.com?subject=Caf%C3%A9%20%26%20tea")))
assert taken == []
qt.hand_to(taken.append)
QApplication.sendEvent(qt, QFileOpenEvent("/messages/one.eml"))
QApplication.sendEvent(qt, QFileOpenEvent(QUrl("https://example.com/")))
QApplication.sendEvent(qt, QEvent(QEvent.Type.LanguageChange))
print([(one.links, one.files) for one in taken])
"""


def test_what_comes_before_the_window_and_after_is_taken_once_and_in_order() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    link = "mailto:james@example.com?subject=Caf%C3%A9%20%26%20tea"
    assert ended.stdout.strip().splitlines()[-1] == str([((link,), ()), ((), ("/messages/one.eml",))])


@pytest.mark.parametrize(
    ("url", "wish"),
    [
        ("MAILTO:a@b.example", StartupRequest(links=("mailto:a@b.example",))),
        ("file:///a%20b/c.eml", StartupRequest(files=("/a b/c.eml",))),
        ("https://example.com", None),
        ("", None),
    ],
)
def test_an_address_stands_for_a_wish_or_for_none(url: str, wish: StartupRequest | None) -> None:
    assert arrival_of(QUrl(url)) == wish
