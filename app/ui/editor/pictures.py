"""Gives a document its pictures: those of the letter itself, from memory; for any other address an empty one.

Qt's own way would be to open the file that an address names. So `stand_in` is never null: Qt looks no further.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPen

from app.ui import theme

_WIDEST: Final = 1600
_LARGEST_FILE: Final = 30_000_000


def decode(data: bytes) -> QImage | None:
    """Return a picture no larger than a screen, None where these bytes are none. Can be called in a thread."""
    if not data or len(data) > _LARGEST_FILE:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > _WIDEST:
        reader.setScaledSize(size.scaled(QSize(_WIDEST, _WIDEST), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


def from_data_address(address: str) -> QImage | None:
    """Return the picture that is written out in a data: address."""
    head, _, data = address.partition(",")
    if not head.lower().endswith(";base64"):
        return None
    try:
        return decode(base64.b64decode(data, validate=False))
    except (binascii.Error, ValueError):
        return None


def stand_in() -> QImage:
    """Return what is shown where a picture is not at hand."""
    image = QImage(24, 24, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    painter.setPen(QPen(theme.color("faint"), 1.5))
    painter.drawRoundedRect(3, 4, 18, 16, 3, 3)
    painter.drawLine(4, 17, 10, 11)
    painter.drawLine(10, 11, 14, 15)
    painter.drawLine(14, 15, 20, 10)
    painter.end()
    return image
