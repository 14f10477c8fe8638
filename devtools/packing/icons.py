"""Draws the program's icon in every size that desktops ask for, from two drawings; one is for the smallest sizes."""

from __future__ import annotations

import struct
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DRAWING = ROOT / "resources" / "icons" / "mailwright.svg"
SMALL_DRAWING = ROOT / "packaging" / "icons" / "mailwright-small.svg"
SMALL = 24
"""Up to this many pixels the simpler drawing is used."""

SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
"""Those of the hicolor theme."""

_ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
_ICNS_KINDS = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09", 1024: b"ic10"}


def draw(size: int) -> bytes:
    """Return the icon as a PNG of `size` by `size` pixels."""
    from PySide6.QtCore import QBuffer, QByteArray
    from PySide6.QtGui import QImage, QImageWriter, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(SMALL_DRAWING if size <= SMALL else DRAWING)).render(painter)
    painter.end()
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(held.data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """Put PNG pictures, by size, into an .ico of Windows."""
    chosen = [(size, pictures[size]) for size in _ICO_SIZES]
    place = 6 + 16 * len(chosen)
    rows, body = [], b""
    for size, picture in chosen:
        # A byte holds the size, so that 256 is written as 0.
        rows.append(struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), place + len(body)))
        body += picture
    return struct.pack("<HHH", 0, 1, len(chosen)) + b"".join(rows) + body


def icns(pictures: dict[int, bytes]) -> bytes:
    """Put PNG pictures, by size, into an .icns of macOS."""
    blocks = [kind + struct.pack(">I", 8 + len(pictures[size])) + pictures[size] for size, kind in _ICNS_KINDS.items()]
    body = b"".join(blocks)
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def draw_all(folder: Path) -> None:
    """Write `SIZE.png` for each size, mailwright.ico and mailwright.icns into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {size: draw(size) for size in sorted({*SIZES, *_ICO_SIZES, *_ICNS_KINDS})}
    for size in SIZES:
        (folder / f"{size}.png").write_bytes(pictures[size])
    (folder / "mailwright.ico").write_bytes(ico(pictures))
    (folder / "mailwright.icns").write_bytes(icns(pictures))
