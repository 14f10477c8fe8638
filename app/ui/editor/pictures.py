"""Gives a document its pictures: those of the letter itself, from memory; for any other address an empty one.

Qt's own way would be to open the file that an address names. So `stand_in` is never null: Qt looks no further.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QImage, QImageReader, QTextDocument

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
    return decode(bytes_of_address(address))


def bytes_of_address(address: str) -> bytes:
    """Return the bytes that are written out in a data: address, none where they cannot be read."""
    head, _, data = address.partition(",")
    if not head.lower().endswith(";base64"):
        return b""
    try:
        return base64.b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return b""


def stand_in() -> QImage:
    """Return what is shown where a picture is not at hand: a quiet plane, which can be stretched to any size."""
    image = QImage(24, 24, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(128, 136, 150, 60))  # on any ground: Qt keeps it when the scheme changes
    return image


class SafeDocument(QTextDocument):
    """A document without an editor around it: it opens no file and no address either."""

    def loadResource(self, type: int, name: QUrl | str) -> object:  # noqa: A002 - Qt's signature
        return stand_in()
