"""What a paste or drop brings; pictures made smaller.

QImage and its readers may be used in any thread; nothing here touches a widget.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Final, NamedTuple

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from app.ui.document.pictures import jpeg_of, png_of


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


def png_in(mime: QMimeData) -> bytes:
    """Return the picture of a clipboard as the bytes of a PNG file, none where there is no picture."""
    image = mime.imageData()
    return png_of(image) if isinstance(image, QImage) else b""


LONGEST: Final = 1600
_QUALITY: Final = 82


def smaller(path: str, name: str, longest: int = LONGEST) -> tuple[str, bytes] | None:
    """Return another name and fewer bytes for the picture at `path`, None where it is no picture or is small already.

    Turned as its camera said; what else the file told (where it was taken) stays behind.
    """
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > longest:
        reader.setScaledSize(size.scaled(QSize(longest, longest), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        return None
    if max(image.width(), image.height()) > longest:  # a reader that cannot scale
        mode = Qt.TransformationMode.SmoothTransformation
        image = image.scaled(QSize(longest, longest), Qt.AspectRatioMode.KeepAspectRatio, mode)
    seen_through = image.hasAlphaChannel() and _is_seen_through(image)
    content = png_of(image) if seen_through else jpeg_of(image, _QUALITY)
    before = _length(path)
    if not content or len(content) >= before:
        return None
    ending = ".png" if seen_through else ".jpg"
    keeps = PurePath(name).suffix.lower() in ({".png"} if seen_through else {".jpg", ".jpeg"})
    return (name if keeps else PurePath(name).stem + ending), content


def _is_seen_through(image: QImage) -> bool:
    """Tell whether any point of it is not opaque: many pictures of screens have the channel and no use for it."""
    alpha = image.convertToFormat(QImage.Format.Format_Alpha8)
    rows = (memoryview(alpha.constScanLine(row))[: alpha.width()].tobytes() for row in range(alpha.height()))  # type: ignore[arg-type]  # the stub says object
    return any(row.count(b"\xff") != len(row) for row in rows)


def _length(path: str) -> int:
    from pathlib import Path

    return Path(path).stat().st_size
