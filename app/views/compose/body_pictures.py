"""Pictures in the text of a message: attached under a name of their own (cid:), and shown from the attachment's bytes.

The bytes are on this machine's disk before the text names them, so that no message ever points at nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QTextCursor

from app.core.i18n import tr
from app.domain.attachment import Attached
from app.domain.message import LocalId
from app.ui.document import pictures
from app.ui.document.picture_decoder import bytes_of_address, decode
from app.ui.editor.background_work import BackgroundWork
from app.views.compose.body import BodyField
from app.views.compose.session import ComposeSession

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.ui.editor.rich import RichEditor


class Keeping(Protocol):
    """The message's attachments, as far as pictures in the text need them."""

    def of(self, local_id: LocalId) -> Sequence[Attached]:
        """Return what is attached."""
        ...

    async def add_bytes(
        self, local_id: LocalId, name: str, content: bytes, content_type: str = "", content_id: str = ""
    ) -> str:
        """Attach bytes; with `content_id` they are a picture in the text."""
        ...

    async def path_of(self, local_id: LocalId, key: str) -> str:
        """Return the path of the bytes on this machine."""
        ...


class BodyPictures(QObject):
    """Puts pictures in and shows those that are there."""

    def __init__(self, body: BodyField, session: ComposeSession, keeping: Keeping | None) -> None:
        super().__init__(body)
        self._body, self._session, self._keeping = body, session, keeping
        self._written_out: list[str] = []
        """Pictures that are written out in the message as it was opened."""
        self._background = BackgroundWork(self)
        body.made_rich.connect(self._listen)
        body.plain.pictures_offered.connect(self._offered)

    def _listen(self, rich: object) -> None:
        from app.ui.editor.rich import RichEditor

        if isinstance(rich, RichEditor):
            rich.pictures_offered.connect(self._offered)
            rich.built.connect(self._show_all)
            rich.built.connect(self._note_written_out)
            rich.embedded.connect(self._embedded)
            rich.edited.connect(lambda _edit: self._attach_written_out())

    # --- putting in --------------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Let the person choose a file."""
        pictures.choose(self._body, self._offered, self._go_back)

    def _go_back(self) -> None:
        """Give the message the focus again."""
        self._body.window().activateWindow()
        self._body.editor.setFocus()

    def _offered(self, them: list[object]) -> None:
        if self._keeping is None or not self._session.can_edit():
            return
        self._body.with_formatted(lambda rich: self._take(them, QTextCursor(rich.textCursor())))

    def _take(self, them: list[object], place: QTextCursor) -> None:
        self._background.run(lambda: [pictures.read(one) for one in them], lambda read: self._put_in(read, place))

    def _put_in(self, read: list[tuple[bytes, str, QImage] | None], place: QTextCursor) -> None:
        for one in read:
            if one is not None:
                self._session.spawn(self._attach(*one, place), "put a picture into the text")

    async def _attach(self, data: bytes, name: str, image: QImage, place: QTextCursor) -> None:
        from app.domain.blocks import Picture

        if self._keeping is None:
            return
        name = name or _name_for(data)
        content_id = await self._keep(data, name, self._keeping)
        rich = self._body.rich if shiboken6.isValid(self._body) else None
        if rich is None or not self._session.can_edit():
            return
        rich.insert_picture(Picture(f"cid:{content_id}", Path(name).stem, *pictures.size_shown(image)), image, place)
        rich.ensureCursorVisible()

    async def _keep(self, data: bytes, name: str, keeping: Keeping) -> str:
        """Attach a picture of the text, and return its ContentId."""
        content_id = f"{uuid.uuid4().hex[:16]}@mailwright"
        _, kind = pictures.type_of(data)
        await keeping.add_bytes(self._session.local_id, name, data, kind, content_id)
        return content_id

    def _embedded(self, sources: list[str]) -> None:
        """Attach pictures that are written out in what was pasted: Outlook shows none that are not attached."""
        if self._keeping is None or not self._session.can_edit():
            return
        for source in sources:
            self._background.run(partial(_read_address, source), partial(self._attach_embedded, source))

    def _attach_embedded(self, source: str, read: tuple[bytes, QImage] | None) -> None:
        if read is not None:
            self._session.spawn(self._attach_for(source, *read), "attach a pasted picture")

    async def _attach_for(self, source: str, data: bytes, image: QImage) -> None:
        if self._keeping is None:
            return
        content_id = await self._keep(data, _name_for(data), self._keeping)
        rich = self._body.rich if shiboken6.isValid(self._body) else None
        if rich is not None and self._session.can_edit():
            rich.name_picture(source, f"cid:{content_id}", image, pictures.SHOWN)

    def _note_written_out(self) -> None:
        """Attach what is written out (data:) in a signature, or in what another program made, once the person writes.

        Not before: a message that is only looked at stays as it is, and one in which nothing was written is removed.
        """
        rich, record = self._body.rich, self._session.record
        self._written_out = []
        if rich is None or record is None or "data:" not in rich.html():
            return
        self._written_out = rich.pictures_written_out()
        if self._written_out and not record.saved:
            self._session.changed.subscribe(lambda _: self._attach_of_begun())
            self._attach_of_begun()

    def _attach_of_begun(self) -> None:
        if not self._session.content.is_empty():
            self._attach_written_out()

    def _attach_written_out(self) -> None:
        sources, self._written_out = self._written_out, []
        if sources:
            self._embedded(sources)

    # --- showing -----------------------------------------------------------------------------------------------------

    def _show_all(self) -> None:
        """Show the pictures that the text names and the message has."""
        rich = self._body.rich
        if self._keeping is None or rich is None or "cid:" not in rich.html():
            return
        for one in self._keeping.of(self._session.local_id):
            if one.content_id:
                self._session.spawn(self._show(rich, one, self._keeping.path_of), "show a picture in the text")

    async def _show(self, rich: RichEditor, one: Attached, path_of: Callable[[LocalId, str], Awaitable[str]]) -> None:
        path = await path_of(self._session.local_id, one.key)
        if not shiboken6.isValid(rich):
            return  # the message was closed meanwhile

        def shown(image: QImage | None) -> None:
            if image is not None:
                rich.put_image(f"cid:{one.content_id}", image)

        self._background.run(lambda: decode(pictures.bytes_of(path)), shown)


def _name_for(data: bytes) -> str:
    return tr("picture") + f".{pictures.type_of(data)[0] or 'png'}"


def _read_address(source: str) -> tuple[bytes, QImage] | None:
    """Return the picture that is written out in an address, as bytes and to be shown. Runs in a thread."""
    data = bytes_of_address(source)
    image = decode(data)
    return None if image is None else (data, image)
