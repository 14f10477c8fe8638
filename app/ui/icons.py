"""Icons, and the initials that stand for a person."""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from app.ui import resources, theme

_PUT = "icon_put"
"""The property of a widget that remembers which icon it shows."""


@lru_cache(maxsize=512)
def _drawn(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer

    svg = resources.find("icons", f"{name}.svg").read_text("utf-8").replace("currentColor", colour)
    pixels = max(1, round(size * ratio))
    image = QPixmap(QSize(pixels, pixels))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def pixmap(name: str, tone: str = "muted", size: int = 16, ratio: float = 0.0) -> QPixmap:
    """Return the icon `name` in the colour `tone` (a field of Scheme), `size` logical pixels wide."""
    app = QApplication.instance()
    density = ratio or (app.devicePixelRatio() if isinstance(app, QApplication) else 1.0)
    return _drawn(name, QColor(theme.color(tone)).name(), size, density)


def icon(name: str, tone: str = "muted", size: int = 16) -> QIcon:
    """Return the icon `name` for a button."""
    return QIcon(pixmap(name, tone, size))


def put(widget: QLabel | QAbstractButton, name: str, tone: str = "muted", size: int = 16) -> None:
    """Show the icon `name` on a label or a button, in the colours of each scheme to come too (`put_anew`)."""
    widget.setProperty(_PUT, (name, tone, size))
    if isinstance(widget, QLabel):
        widget.setPixmap(pixmap(name, tone, size))
    else:
        widget.setIcon(icon(name, tone, size))


def put_anew(widget: QWidget) -> None:
    """Draw the icon of a label or button in the scheme of now, if it has one."""
    drawn = widget.property(_PUT)
    if drawn is not None and isinstance(widget, QLabel | QAbstractButton):
        put(widget, *drawn)


def program_icon() -> QIcon:
    """Return the program's own icon."""
    return QIcon(str(resources.find("icons", "mailwright.svg")))


def forget() -> None:
    """Draw every icon anew: the scheme has changed."""
    _drawn.cache_clear()


@lru_cache(maxsize=512)
def initials(who: str) -> str:
    """Return up to two messages that stand for a name or an address."""
    first = "" if who.startswith("(") else re.split("[,;@]", who, maxsplit=1)[0]
    words = [word for word in re.split(r"[\s._]+", first) if word[:1].isalnum()]
    if not words:
        return "–"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def redress_within(window: QWidget) -> None:
    """Draw everything in `window` in the scheme of now; a widget that makes things of colours has a `redress`."""
    for widget in window.findChildren(QWidget):
        put_anew(widget)
        dress = getattr(widget, "redress", None)
        if dress is not None:
            dress()
        widget.update()
