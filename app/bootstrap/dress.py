"""How the program looks before anything is known: style, type, scheme, names for the desktop."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from app import APP_ID, __version__
from app.ui import theme


def dress(qt: QApplication, choice: str = "") -> None:
    """Dress `qt`; `choice` is "light", "dark", or "" for the desktop's own."""
    qt.setApplicationName("mailwright")
    qt.setApplicationDisplayName("Mailwright")
    qt.setApplicationVersion(__version__)
    qt.setDesktopFileName(APP_ID)
    qt.setQuitOnLastWindowClosed(False)  # the loop must live until the last save is on disk
    qt.setStyle("Fusion")
    theme.choose_font(qt)
    theme.apply(qt, dark=theme.wants_dark(qt, choice))
