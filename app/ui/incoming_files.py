"""What a paste or drop brings; pictures made smaller.

QImage and its readers may be used in any thread; nothing here touches a widget.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Final, NamedTuple

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from app.content.jobs import LARGEST_PICTURE
from app.ui.document.picture_decoder import OWN_PIXELS, decode
from app.ui.document.pictures import bytes_of, jpeg_of, png_of


class Brought(NamedTuple):
    """Paths of files, and a picture that was in no file."""

    paths: tuple[str, ...] = ()
    picture: bytes | QImage | None = None


def can_be_attached(mime: QMimeData) -> bool:
    """Return whether there are files of this machine in it, or a picture. Links to elsewhere are words, not files."""
    files = mime.hasUrls() and any(url.isLocalFile() for url in mime.urls())
    return files or (mime.hasImage() and not mime.hasText() and not mime.hasHtml())


def brought_by(mime: QMimeData) -> Brought:
    """Return what can be attached of it. A picture counts only where no text came with it: a table is both."""
    paths = tuple(url.toLocalFile() for url in mime.urls() if url.isLocalFile()) if mime.hasUrls() else ()
    if paths:
        return Brought(paths)
    if mime.hasImage() and not mime.hasText() and not mime.hasHtml():
        return Brought(picture=picture_in(mime))
    return Brought()


_ENCODED: Final = ("image/png", "image/jpeg", "image/gif")
_PNG: Final = b"\x89PNG"


def picture_in(mime: QMimeData) -> bytes | QImage | None:
    """Return the picture of a clipboard as the file that was put there, or else as Qt has it; None for none.

    Asking Qt would decode a file here, in the window's thread. It has a picture already where a system brings pixels.
    """
    for form in _ENCODED:
        data = bytes(mime.data(form).data()) if mime.hasFormat(form) else b""
        if data:
            return data
    image = mime.imageData()
    return image.copy() if isinstance(image, QImage) and not image.isNull() else None


def as_png(picture: bytes | QImage | None) -> bytes:
    """Return a picture as the bytes of a PNG file, none where it is no picture. Runs in a thread."""
    if isinstance(picture, bytes):
        if picture.startswith(_PNG):
            return picture
        picture = decode(picture, _AS_IT_IS, OWN_PIXELS)
    return b"" if picture is None else png_of(picture)


_AS_IT_IS: Final = 65_000
"""Pixels: wider and higher than any picture that is read."""


LONGEST: Final = 1600
_QUALITY: Final = 82


def smaller(path: str, name: str, longest: int = LONGEST) -> tuple[str, bytes] | None:
    """Return another name and fewer bytes for the picture at `path`, None where it is no picture or is small already.

    Turned as its camera said; what else the file says (where it was taken) is left out.
    """
    data = bytes_of(path, LARGEST_PICTURE)
    image = decode(data, longest, OWN_PIXELS)
    if image is None:
        return None
    seen_through = image.hasAlphaChannel() and _is_seen_through(image)
    content = png_of(image) if seen_through else jpeg_of(image, _QUALITY)
    if not content or len(content) >= len(data):
        return None
    ending = ".png" if seen_through else ".jpg"
    keeps = PurePath(name).suffix.lower() in ({".png"} if seen_through else {".jpg", ".jpeg"})
    return (name if keeps else PurePath(name).stem + ending), content


def _is_seen_through(image: QImage) -> bool:
    """Return whether any point of it is not opaque: many pictures of screens have the channel and no use for it."""
    alpha = image.convertToFormat(QImage.Format.Format_Alpha8)
    rows = (memoryview(alpha.constScanLine(row))[: alpha.width()].tobytes() for row in range(alpha.height()))  # type: ignore[arg-type]  # the stub says object
    return any(row.count(b"\xff") != len(row) for row in rows)
