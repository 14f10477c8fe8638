"""The pictures of one document: those it was given, and those written out in it, which come a moment later.

Until a picture is there a quiet plane stands in its place. Pictures that come together are shown together, because
Qt lays the text out anew for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QImage, QTextDocument

from app.content.jobs import WIDEST
from app.ui.document.picture_decoder import PictureDecoder
from app.ui.document.pictures import stand_in

_TOGETHER: Final = 30
"""Milliseconds for which pictures are gathered."""
_MANY: Final = 20_000_000
_MOST: Final = 70_000_000
"""Bytes of pictures in one document from which on they are made smaller, and from which on none is decoded."""
_SMALLER: Final = 680


class DocumentPictures(QObject):
    """What `loadResource` of one view answers with. `document` returns the view's, which may be exchanged."""

    arrived = Signal()
    """Pictures are there that were not before; the document is laid out anew after that."""

    def __init__(self, document: Callable[[], QTextDocument], parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._known: dict[str, QImage] = {}
        self._asked: set[str] = set()
        self._bytes = 0
        self._decoder = PictureDecoder(self)
        self._fresh: dict[str, QImage] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_TOGETHER)
        self._soon.timeout.connect(self._show_fresh)

    def put(self, source: str, image: QImage) -> None:
        """Show `image` wherever the text has a picture of that source."""
        self._known[source] = image
        self._show({source: image})

    def forget(self) -> None:
        """Show no picture any more that was put in or decoded: another message comes."""
        self._decoder.forget()
        self._soon.stop()
        self._known.clear()
        self._asked.clear()
        self._fresh.clear()
        self._bytes = 0

    def at(self, name: QUrl | str) -> QImage:
        """Return what Qt shows for an address now: a picture that is known, or a stand-in."""
        address = name.toString() if isinstance(name, QUrl) else name
        picture = self._known.get(address)
        if picture is None and address not in self._asked and address.startswith("data:image/"):
            self._asked.add(address)
            self._decode(address)
        return stand_in() if picture is None else picture

    def is_busy(self) -> bool:
        """Return whether pictures are still to come."""
        return self._decoder.is_busy() or bool(self._fresh)

    def _decode(self, address: str) -> None:
        def arrived(image: QImage | None) -> None:
            if image is None or self._bytes + image.sizeInBytes() > _MOST:
                return
            self._bytes += image.sizeInBytes()
            self._known[address] = self._fresh[address] = image
            if not self._soon.isActive():
                self._soon.start()

        most = WIDEST if self._bytes + len(self._asked) * 4_000_000 <= _MANY else _SMALLER
        self._decoder.request(address, most, arrived)

    def _show_fresh(self) -> None:
        fresh, self._fresh = self._fresh, {}
        self._show(fresh)

    def _show(self, images: dict[str, QImage]) -> None:
        document = self._document()
        for source, image in images.items():
            document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(source), image)
        self.arrived.emit()
        document.markContentsDirty(0, document.characterCount())
