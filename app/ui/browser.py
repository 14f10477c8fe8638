"""Opens an address of the web in the system's own browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

if TYPE_CHECKING:
    pass


def open_in_browser(address: str) -> bool:
    """Return whether a browser was asked to show `address`, which must be https."""
    url = QUrl(address)
    return url.isValid() and url.scheme() == "https" and QDesktopServices.openUrl(url)
