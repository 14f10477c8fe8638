"""Messages in files (.eml): drafts to be written on, all others to be read. Called off the window's thread."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

import msgspec

from app.content.ask import read_content
from app.content.jobs import Enclosed, MailRead, ReadFile, TooComplex
from app.core.i18n import tr
from app.domain.errors import BadInput
from app.domain.message import Content, Header
from app.domain.message_kind import MessageKind
from app.domain.recipient import Recipient

LARGEST: Final = 150 * 1024 * 1024
"""Bytes of a file that is read, in memory for a moment; Exchange takes 150 MB at most, and mostly far less."""


class Shown(msgspec.Struct, frozen=True):
    """A message as it stands in a file: who sent it, when (seconds, 0 for unknown), its headers as they came."""

    content: Content
    sent: float = 0.0
    headers: tuple[Header, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()
    kind: MessageKind = MessageKind.MESSAGE


class FromFile(msgspec.Struct, frozen=True):
    """A message from a file, with what was attached to it. `author` is whom From names.

    `shown` is None where the file says that it is a draft (X-Unsent), to be written on; else it is what is to be read.
    """

    content: Content
    enclosed: tuple[Enclosed, ...] = ()
    author: Recipient | None = None
    shown: Shown | None = None


def read_eml(path: Path) -> FromFile:
    """Return the message in a file. Raises BadInput for what cannot be opened, is too large, or is no message."""
    try:
        # Opening a pipe would wait for its other end without limit: it is opened without waiting, and refused.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BadInput(tr("“{name}” is not a file.", name=path.name))
            raw = file.read(LARGEST + 1)  # what it says of its size may not be true
        if len(raw) > LARGEST:
            raise BadInput(tr("“{name}” is too large to be opened as a message.", name=path.name))
    except OSError as error:
        words = error.strerror or str(error)
        raise BadInput(tr("“{name}” could not be opened: {words}.", name=path.name, words=words)) from None
    return parse_eml(raw, path.name)


def parse_eml(raw: bytes, name: str) -> FromFile:
    """Return the message in `raw`. Raises BadInput where it has neither headers nor a body of a message."""
    found = _read(raw, name)
    return FromFile(found.content, found.enclosed, found.author, None if found.draft else _shown(found))


def show_eml(raw: bytes, name: str) -> Shown:
    """Return the message in `raw` as it is to be read. Raises BadInput where it is none."""
    return _shown(_read(raw, name))


def _shown(found: MailRead) -> Shown:
    content = msgspec.structs.replace(found.content, sender=found.author)
    return Shown(content, found.sent, found.headers, found.enclosed, found.kind)


def _read(raw: bytes, name: str) -> MailRead:
    try:
        found = read_content(ReadFile(raw, tr("message")))
    except TooComplex:
        raise BadInput(tr("“{name}” is too complex to be read as a message.", name=name)) from None
    if not isinstance(found, MailRead):
        raise BadInput(tr("“{name}” is not a message.", name=name))
    return found
