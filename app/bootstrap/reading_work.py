"""Brings a letter's own pictures into the reading pane: fetched when it is read, shown as they arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.errors import MailError
from app.services.reading import Reading
from app.services.rows import ListRow
from app.ui.off_thread import off_thread

if TYPE_CHECKING:
    from app.bootstrap.program import Program


async def show_pictures(program: Program, row: ListRow, letter: Reading, still: Callable[[], bool]) -> None:
    """Show them as long as `still` says that the letter is looked at. A picture that cannot be had leaves its place."""
    if not letter.blocks:
        return
    try:
        async for source, data in program.readings.pictures(row, letter):
            await _show(program, source, data, still)
            if not still():
                return
    except MailError:
        return  # the account's bar says what is wrong; the text can be read without


async def _show(program: Program, source: str, data: bytes, still: Callable[[], bool]) -> None:
    from app.ui.editor.pictures import decode

    image = await off_thread(lambda: decode(data))
    if image is not None and still():
        program.reader.put_image(source, image)
