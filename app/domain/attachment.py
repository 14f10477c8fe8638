"""What is attached to a letter: as it was meant, as the server holds it, and what differs between the two.

An attachment has a name of ours (`key`) from the moment it was chosen, as a letter has. Its bytes lie in a private
copy on this machine, so that a file that is moved, changed or on a stick that is pulled does not take the letter with
it. What the server calls it rests in the letter's record (`Held`), beside the letter's own ItemId.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from app.domain.i18n import ntr, tr

OVERHEAD = 64 * 1024
"""Bytes by which the size that a server tells may be larger than the file: it counts properties and names too."""


class AttachmentKind(StrEnum):
    """FileAttachment, ItemAttachment, ReferenceAttachment."""

    FILE = "file"
    ITEM = "item"
    REFERENCE = "reference"


class Attachment(msgspec.Struct, frozen=True):
    """One attachment as the server holds it. `size` is in bytes, its own overhead included."""

    attachment_id: str
    name: str = ""
    size: int = 0
    content_type: str = ""
    content_id: str = ""
    inline: bool = False
    kind: AttachmentKind = AttachmentKind.FILE


class Attached(msgspec.Struct, frozen=True, omit_defaults=True):
    """One attachment as the person means it. `size` is in bytes, as far as it is known.

    With `content_id` it is shown within the text (cid:). `file` names the private copy of its bytes, empty where this
    machine does not have them: then they are still to come from `origin`, a path of the person's, or from `source`, an
    AttachmentId on the server, or the server alone has them. Another name or other bytes make another key.
    `elsewhere` says that another program put it there while this machine wrote the letter.
    """

    key: str
    name: str
    size: int = 0
    content_type: str = ""
    content_id: str = ""
    kind: AttachmentKind = AttachmentKind.FILE
    file: str = ""
    origin: str = ""
    source: str = ""
    elsewhere: bool = False

    @property
    def inline(self) -> bool:
        """Tell whether it is shown within the text and not beside it."""
        return bool(self.content_id)


class Held(msgspec.Struct, frozen=True):
    """An attachment of a letter by our name, and the AttachmentId under which the server holds it."""

    key: str
    attachment_id: str


def new_key() -> str:
    """Return a name that no attachment has had before."""
    return uuid.uuid4().hex


class Meant(msgspec.Struct, frozen=True):
    """What is to be on the server: a name, and the bytes of the file, None for a letter."""

    name: str
    size: int | None = None


def differences(meant: Sequence[Meant], held: Sequence[Attachment]) -> list[str]:
    """Return in words what the server holds otherwise than it was meant, nothing where all is there and whole.

    A size of 0 is that of a server that does not tell it.
    """
    found = []
    if len(meant) != len(held):
        there = ntr("The server holds {n} attachment", "The server holds {n} attachments", len(held))
        found.append(tr("{there}, and {wanted} were meant.", there=there, wanted=len(meant)))
    wanted, there_are = Counter(one.name for one in meant), Counter(one.name for one in held)
    found += [tr("“{name}” is missing on the server.", name=name) for name in (wanted - there_are)]
    found += [tr("“{name}” is on the server and was not meant.", name=name) for name in (there_are - wanted)]
    for name in wanted & there_are:
        sizes = sorted(one.size for one in meant if one.name == name and one.size is not None)
        on_server = sorted(one.size for one in held if one.name == name and one.kind is AttachmentKind.FILE)
        if any(big and not size <= big <= size + OVERHEAD for size, big in zip(sizes, on_server, strict=False)):
            found.append(tr("“{name}” has another size on the server.", name=name))
    return found
