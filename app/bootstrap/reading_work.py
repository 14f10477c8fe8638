"""Brings a letter's own pictures into the reading pane: fetched when it is read, shown as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.core.background import run_in_thread
from app.domain.errors import MailError
from app.domain.message import AccountId
from app.services.reader.attachment_viewer import Enclosure, Enclosures

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from app.ui.reader.reader import Reader

_LARGEST: Final = 30_000_000
"""Bytes of a picture that is shown in the text."""


async def show_pictures(
    reader: Reader,
    enclosures: Enclosures,
    account_id: AccountId,
    found: Iterable[Enclosure],
    shown: Set[str],
    still: Callable[[], bool],
) -> None:
    """Show those of `found` that the text names (`shown`) as long as `still` says that the letter is looked at.

    A picture that cannot be had leaves its place; the account's bar says where the account is to blame.
    """
    for one in found:
        if not still():
            return
        image = await picture_of(enclosures, account_id, one, shown)
        if image is not None and still():
            reader.put_image(f"cid:{one.content_id}", image)


async def picture_of(enclosures: Enclosures, account_id: AccountId, one: Enclosure, shown: Set[str]) -> QImage | None:
    """Return an enclosure as the picture that the text shows; None where it is none of those, or cannot be had."""
    if not one.content_id or f"cid:{one.content_id}" not in shown or one.size > _LARGEST:
        return None
    try:
        path = await enclosures.fetch(account_id, one)
    except MailError:
        return None
    return await run_in_thread(lambda: _decoded(path))


def _decoded(path: str) -> QImage | None:
    from app.ui.document.pictures import decode

    try:
        return decode(Path(path).read_bytes())
    except OSError:
        return None
