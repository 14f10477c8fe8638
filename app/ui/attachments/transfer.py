"""What a paste or a drop brings that can be attached: files of this machine, and pictures that are in no file."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage


class Brought(NamedTuple):
    """Paths of files, and a picture that was in no file."""

    paths: tuple[str, ...] = ()
    picture: QImage | None = None


def can_be_attached(mime: QMimeData) -> bool:
    """Tell whether there are files of this machine in it, or a picture. Links to elsewhere are words, not files."""
    files = mime.hasUrls() and any(url.isLocalFile() for url in mime.urls())
    return files or (mime.hasImage() and not mime.hasText() and not mime.hasHtml())


def brought_by(mime: QMimeData) -> Brought:
    """Return what can be attached of it. A picture counts only where no text came with it: a table is both."""
    paths = tuple(url.toLocalFile() for url in mime.urls() if url.isLocalFile()) if mime.hasUrls() else ()
    if paths:
        return Brought(paths)
    if mime.hasImage() and not mime.hasText() and not mime.hasHtml():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return Brought(picture=image)
    return Brought()


def png_of(picture: QImage) -> bytes:
    """Return a picture as a file of type PNG; large ones take their time, in whatever thread this is called."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know file names only
    return bytes(data.data())
