"""Pictures in the text of a signature or template: written out in it, because there is no letter yet to attach them to.

Where it is put into a letter they are attached to that.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QTextCursor

from app.services.html.blocks import Picture
from app.ui.editor import offered
from app.ui.editor.behind import Behind
from app.ui.editor.rich import RichEditor


class SnippetPictures(QObject):
    """Puts into `text` what is chosen, pasted or dropped."""

    def __init__(self, text: RichEditor) -> None:
        super().__init__(text)
        self._text = text
        self._behind = Behind(self)
        text.pictures_offered.connect(self._offered)

    def choose(self) -> None:
        """Let the person choose a file."""
        offered.choose(self._text, self._offered, self._go_back)

    def finish(self) -> None:
        """Wait for what is being read, because the text is being kept."""
        self._behind.finish()

    def forget(self) -> None:
        """Let nothing arrive in another text than it was chosen for."""
        self._behind.forget()

    def _go_back(self) -> None:
        self._text.window().activateWindow()
        self._text.setFocus()

    def _offered(self, them: list[object]) -> None:
        place = QTextCursor(self._text.textCursor())
        self._behind.run(lambda: [_read(one) for one in them], lambda read: self._put_in(read, place))

    def _put_in(self, read: list[tuple[str, QImage] | None], place: QTextCursor) -> None:
        for one in read:
            if one is not None:
                source, image = one
                self._text.insert_picture(Picture(source, "", *offered.size_shown(image)), image, place)


def _read(one: object) -> tuple[str, QImage] | None:
    found = offered.read(one)
    return None if found is None else (offered.written_out(found[0], found[2]), found[2])
