"""Messages in files (.eml): as a message to be written anew, or to be read as it is. Called off the window's thread."""

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
from app.domain.message import Content, Header, written_anew
from app.domain.recipient import Recipient

LARGEST: Final = 150 * 1024 * 1024
"""Bytes of a file that is read, in memory for a moment; Exchange takes 150 MB at most, and mostly far less."""


class FromFile(msgspec.Struct, frozen=True):
    """A message from a file, with what was attached to it.

    `draft` says that it calls itself a draft (X-Unsent); else it was sent once, and its recipients are left out.
    `author` is whom From names, `sent` when it was sent (seconds, 0 for unknown).
    """

    content: Content
    enclosed: tuple[Enclosed, ...] = ()
    draft: bool = False
    author: Recipient | None = None
    sent: float = 0.0


class Shown(msgspec.Struct, frozen=True):
    """A message as it stands in a file: who sent it, when (seconds, 0 for unknown), its headers as they came."""

    content: Content
    sent: float = 0.0
    headers: tuple[Header, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()


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
    content = found.content
    if not found.draft:
        # Sent once: the message made from it has no place in that conversation. A draft (X-Unsent) keeps its own.
        content = _without_people(written_anew(content))
    return FromFile(content, found.enclosed, found.draft, found.author, found.sent)


def show_eml(raw: bytes, name: str) -> Shown:
    """Return the message in `raw` as it is to be read. Raises BadInput where it is none."""
    found = _read(raw, name)
    content = msgspec.structs.replace(found.content, sender=found.author)
    return Shown(content, found.sent, found.headers, found.enclosed)


def _read(raw: bytes, name: str) -> MailRead:
    try:
        found = read_content(ReadFile(raw, tr("message")))
    except TooComplex:
        raise BadInput(tr("“{name}” is too complex to be read as a message.", name=name)) from None
    if not isinstance(found, MailRead):
        raise BadInput(tr("“{name}” is not a message.", name=name))
    return found


def _without_people(content: Content) -> Content:
    """Leave out the other author's recipients and address for answers: one key must not send their words there."""
    options = msgspec.structs.replace(content.options, reply_to=())
    return msgspec.structs.replace(content, to=(), cc=(), bcc=(), options=options)
