"""Pictures of a text: chosen, read, shown.

Qt's own way would be to open the file that an address names. So `stand_in` is never null: Qt looks no further.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, QUrl
from PySide6.QtGui import QColor, QImage, QTextDocument
from PySide6.QtWidgets import QFileDialog, QWidget

from app.core.i18n import tr
from app.ui import folders
from app.ui.document.picture_decoder import OWN_PIXELS, decode


def stand_in() -> QImage:
    """Return what is shown where a picture is not at hand: a quiet plane, which can be stretched to any size."""
    image = QImage(24, 24, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(128, 136, 150, 60))  # on any ground: Qt keeps it when the scheme changes
    return image


class SafeDocument(QTextDocument):
    """A document without an editor around it: it opens no file and no address either."""

    def loadResource(self, type: int, name: QUrl | str) -> object:  # noqa: A002 - Qt's signature
        return stand_in()


LARGEST: Final = 25_000_000
SHOWN: Final = 560
"""Pixels; a wider picture is shown, and sent, as wide as this."""
_QUALITY: Final = 85
_WRITTEN_OUT: Final = 300_000
"""Bytes up to which a picture is written out in a text as it is; a larger one is made smaller first."""
_TYPES: Final = {
    b"\x89PNG": ("png", "image/png"),
    b"\xff\xd8\xff": ("jpg", "image/jpeg"),
    b"GIF8": ("gif", "image/gif"),
}
Read = tuple[bytes, str, QImage]
"""A picture's bytes, its name ("" for none), and what is shown of it."""


def choose(parent: QWidget, take: Callable[[list[object]], None], go_back: Callable[[], None]) -> None:
    """Let the person choose files; `go_back` gives the focus to where it was: not every desktop does by itself."""
    dialog = QFileDialog(parent, tr("Picture in the text"), folders.last("picture"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilter(tr("Pictures") + " (*.png *.jpg *.jpeg *.gif *.bmp *.webp)")
    dialog.filesSelected.connect(lambda _: folders.remember("picture", dialog.directory().absolutePath()))
    dialog.filesSelected.connect(take)
    dialog.finished.connect(dialog.deleteLater)
    dialog.finished.connect(lambda _: go_back())
    dialog.open()


def read(offered: object) -> Read | None:
    """Return bytes, name and picture of what was offered, None where it is no picture. Runs in a thread."""
    if isinstance(offered, str):
        offered = bytes_of(offered), Path(offered).name
    if not isinstance(offered, tuple):
        return None
    picture, name = offered
    data = png_of(picture) if isinstance(picture, QImage) else picture
    image = decode(data, most_pixels=OWN_PIXELS) if isinstance(data, bytes) else None
    return None if image is None else (data, name, image)


def bytes_of(path: str, largest: int = LARGEST) -> bytes:
    """Return the bytes of a file, none where it cannot be read or is too large for a picture."""
    try:
        file = Path(path)
        return file.read_bytes() if file.stat().st_size <= largest else b""
    except OSError:
        return b""


def type_of(data: bytes) -> tuple[str, str]:
    """Return ending and type of a picture's bytes, "" for what is not known."""
    return next((found for sign, found in _TYPES.items() if data.startswith(sign)), ("", ""))


def size_shown(image: QImage) -> tuple[int, int]:
    """Return how wide and high a picture stands in a text."""
    width = min(image.width(), SHOWN)
    return width, round(image.height() * width / max(1, image.width()))


def written_out(data: bytes, image: QImage) -> str:
    """Return the data: address in which a picture is written out. Runs in a thread."""
    _, kind = type_of(data)
    if not kind or len(data) > _WRITTEN_OUT:
        smaller = image
        if image.width() > 2 * SHOWN:
            smaller = image.scaledToWidth(2 * SHOWN, Qt.TransformationMode.SmoothTransformation)
        clear = image.hasAlphaChannel() or len(data) <= _WRITTEN_OUT
        kind, data = ("image/png", png_of(smaller)) if clear else ("image/jpeg", jpeg_of(smaller, _QUALITY))
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def png_of(picture: QImage) -> bytes:
    """Return a picture as a file of type PNG; large ones take their time, in whatever thread this is called."""
    return _encoded(picture, "PNG", -1)


def jpeg_of(picture: QImage, quality: int) -> bytes:
    """Return a picture as a file of type JPEG, in a `quality` of up to 100; what can be seen through it is lost."""
    if picture.hasAlphaChannel():
        picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    return _encoded(picture, "JPEG", quality)


def _encoded(picture: QImage, form: str, quality: int) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, form, quality)  # type: ignore[call-overload]  # the stubs know file names only
    return bytes(data.data())
