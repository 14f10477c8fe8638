"""Decodes pictures, with Qt's readers. In a process of its own: each of them is a parser written in C."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QImageWriter

from app.content.jobs import LARGEST_PICTURE, NoPicture, PictureRead, ReadPicture

_MOST_OF_JPEG: Final = 64_000_000
"""Pixels of a JPEG that is read, whatever was asked for: it is made smaller as it is read, and never unfolded whole."""
_FORMATS: Final = frozenset({"png", "jpeg", "gif", "bmp", "webp", "ico"})
"""Formats that are read; Qt's plugins know more, and each is a parser of its own."""


_GIF: Final = bytes.fromhex("47494638396101000100800000ff00000000002c00000000010001000002024401003b")
"""One point. Qt writes no GIF that could be read so, as the others are."""


def decode(job: ReadPicture) -> PictureRead | NoPicture:
    """Return a picture at most so many pixels wide and high, or that these bytes are none, or too large a one."""
    if not job.data or len(job.data) > LARGEST_PICTURE:
        return NoPicture()
    buffer = QBuffer()
    buffer.setData(QByteArray(job.data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    form = bytes(reader.format().data()).decode("ascii", "replace")
    if form not in _FORMATS:
        return NoPicture()
    reader.setAutoTransform(True)
    size = reader.size()
    most = max(job.most_pixels, _MOST_OF_JPEG) if form == "jpeg" else job.most_pixels
    if not size.isValid() or size.isEmpty() or size.width() * size.height() > most:
        return NoPicture()
    if max(size.width(), size.height()) > job.most_width:
        fitting = size.scaled(QSize(job.most_width, job.most_width), Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(fitting.expandedTo(QSize(1, 1)))
    image = reader.read()
    return NoPicture() if image.isNull() else _pixels_of(image)


def _pixels_of(image: QImage) -> PictureRead:
    opaque = not image.hasAlphaChannel()
    made = image.convertToFormat(
        QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied,
    )
    return PictureRead(made.width(), made.height(), bytes(made.constBits()), opaque)


def samples() -> Iterator[bytes]:
    """Yield a picture for each reader, which is loaded with the first that it reads."""
    image = QImage(2, 2, QImage.Format.Format_RGB32)
    image.fill(0)
    yield _GIF
    for form in sorted(_FORMATS & {bytes(one.data()).decode() for one in QImageWriter.supportedImageFormats()}):
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(form.encode())).write(image)
        yield bytes(data.data())
