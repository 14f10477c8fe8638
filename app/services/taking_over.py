"""A letter made from another takes its attachments over: the same bytes where they are here, else to be fetched."""

from __future__ import annotations

import msgspec

from app.domain.attachment import Attached, as_file
from app.domain.errors import StorageError
from app.domain.message import Content, LocalId
from app.domain.record import Letter
from app.services.ports import AttachedFiles


class TakingOver:
    """Shares private copies between letters."""

    def __init__(self, files: AttachedFiles) -> None:
        """Share what is in `files`."""
        self._files = files

    async def share(self, letter: Letter, content: Content, to: LocalId) -> Content:
        """Return `content`, whose attachments are those of `letter`, for the letter `to`.

        What the server alone has is named by its AttachmentId there, and fetched when the new letter is saved.
        """
        numbers = {one.key: one.attachment_id for one in letter.record.held}
        attached = [await self._shared(letter, one, numbers.get(one.key, ""), to) for one in content.attachments]
        return msgspec.structs.replace(content, attachments=tuple(attached))

    async def _shared(self, letter: Letter, one: Attached, number: str, to: LocalId) -> Attached:
        one = msgspec.structs.replace(one, elsewhere=False)
        if one.file:
            try:
                await self._files.share(letter.record.local_id, one.file, to, one.file)
            except StorageError:
                # The copy is gone, or cannot be made twice: the server's is as good, and where it has none, that is
                # said at the attachment.
                one = msgspec.structs.replace(one, file="")
            else:
                return as_file(one)
        if one.origin or one.source:
            return one
        return msgspec.structs.replace(one, source=number)
