"""What is said beside each attachment: its size, how far it is, or what became of it, and the one thing that helps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from app.core.formatting import size_words
from app.core.i18n import ntr, tr
from app.domain.attachment import Attached, AttachmentKind
from app.domain.files import FileKind, is_page, is_program, kind_of, safe_file_name
from app.domain.record import Record
from app.services.attachments.fetch import Failed, Moving
from app.services.text.error_text import Facts, Scene, explain_outcome

_ICONS: Final = {
    FileKind.PICTURE: "image",
    FileKind.DOCUMENT: "file-text",
    FileKind.TABLE: "file-spreadsheet",
    FileKind.SLIDES: "presentation",
    FileKind.TEXT: "file-text",
    FileKind.ARCHIVE: "archive",
    FileKind.SOUND: "music",
    FileKind.FILM: "film",
    FileKind.MESSAGE: "mail",
    FileKind.PROGRAM: "file-cog",
    FileKind.OTHER: "file",
}


class AttachmentRow(msgspec.Struct, frozen=True):
    """One attachment as it is drawn. `share` is how much of its bytes went, from 0 to 1, -1 where none are going.

    `trouble` says that `words` are a sentence and need room; `action` is "retry", "keep" or "".
    """

    key: str
    name: str
    icon: str
    words: str
    tone: str = "muted"
    share: float = -1.0
    trouble: bool = False
    action: str = ""

    @property
    def spoken(self) -> str:
        """Return what a screen reader says of it."""
        return f"{self.name}, {self.words}"


def icon_of(name: str, *, is_message: bool = False) -> str:
    """Return the picture that stands for a file of this name."""
    return "mail" if is_message else _ICONS[kind_of(name)]


def rows_of(
    attached: Sequence[Attached], failed: Sequence[Failed], record: Record | None, moving: dict[str, Moving]
) -> list[AttachmentRow]:
    """Return the rows of a message's strip; pictures in the text are shown there, and not here."""
    shown = [_row(one, record, moving.get(one.key)) for one in attached if not one.inline]
    return shown + [_failed(one) for one in failed]


def summary(attached: Sequence[Attached]) -> str:
    """Return how many there are and how large they are together."""
    beside = [one for one in attached if not one.inline]
    if not beside:
        return ""
    count = ntr("{n} attachment", "{n} attachments", len(beside))
    size = sum(one.size for one in attached)
    return tr("{count}, {size}", count=count, size=size_words(size)) if size else count


def _row(one: Attached, record: Record | None, moving: Moving | None) -> AttachmentRow:
    icon = icon_of(one.name, is_message=one.kind is AttachmentKind.ITEM)
    row = AttachmentRow(one.key, one.name, icon, size_words(one.size) if one.size else "")
    refused = [] if record is None else [said.outcome for said in record.refused if said.key == one.key]
    if moving is not None:
        return _moving(row, one, moving)
    if refused:
        explained = explain_outcome(refused[0], Facts(size=one.size, scene=Scene.SAVING))
        words = explained.sentence if explained is not None else tr("The server did not take it.")
        return msgspec.structs.replace(row, words=words, tone="bad", trouble=True, action="retry")
    if one.elsewhere:
        words = tr("Attached by another program. Space keeps it, Delete removes it.")
        return msgspec.structs.replace(row, words=words, tone="warn", trouble=True, action="keep")
    held = record is not None and any(held.key == one.key for held in record.held)
    if held or record is None:
        return row
    words = _waiting(one)
    return msgspec.structs.replace(row, words=f"{row.words} · {words}" if row.words else words, tone="faint")


def _moving(row: AttachmentRow, one: Attached, moving: Moving) -> AttachmentRow:
    share = min(1.0, moving.done / moving.whole) if moving.whole else 0.0
    whole = size_words(moving.whole) if moving.whole else ""
    if moving.up:
        words = tr("Uploading {done} of {whole}", done=size_words(moving.done), whole=whole)
    elif one.origin:
        words = tr("Copying {whole}", whole=whole) if whole else tr("Copying…")
    else:
        words = tr("Fetching {whole}", whole=whole) if whole else tr("Fetching…")
    return msgspec.structs.replace(row, words=words.strip(), tone="accent", share=share)


def _waiting(one: Attached) -> str:
    if one.origin:
        return tr("to be copied")
    if (one.source or one.item) and not one.file:
        return tr("to be fetched")
    return tr("on this computer")


def _failed(failed: Failed) -> AttachmentRow:
    one = failed.attached
    words = tr("Not attached: {why}", why=failed.sentence)
    return AttachmentRow(one.key, one.name, "circle-alert", words, "bad", trouble=True, action="retry")


def danger_of(name: str) -> str:
    """Return what is to be asked before a file of this name is opened, "" for nothing; written and read alike."""
    shown = safe_file_name(name, tr("attachment"))
    if is_program(name):
        return tr("“{name}” may change this computer when it is opened. Enter opens it.", name=shown)
    if is_page(name):
        return tr("“{name}” is a page: in your browser it can run, and ask for passwords. Enter opens it.", name=shown)
    return ""
