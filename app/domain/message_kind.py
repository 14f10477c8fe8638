"""What a received item is, as far as it decides whether it can be answered here ([MS-OXCMAIL], [MS-OXORMMS]).

A meeting wants a calendar, protected and encrypted words want keys that are not here, and a report has no writer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class MessageKind(StrEnum):
    """What it is. Only MESSAGE is answered and passed on here."""

    MESSAGE = ""
    MEETING = "meeting"
    PROTECTED = "protected"
    ENCRYPTED = "encrypted"
    REPORT = "report"


_SEALED: Final = frozenset({"ipm.note.smime", "ipm.note.secure"})
"""What is signed in the open (IPM.Note.SMIME.MultipartSigned, IPM.Note.Secure.Sign) can be read, and so answered."""


def kind_of_class(item_class: str) -> MessageKind:
    """Return what an item of this class is; a class that is not known here is a message."""
    name = item_class.strip().casefold()
    if name.startswith("report."):
        return MessageKind.REPORT
    if name.startswith("ipm.schedule.meeting"):
        return MessageKind.MEETING
    if name.startswith("ipm.note.rpmsg"):
        return MessageKind.PROTECTED
    return MessageKind.ENCRYPTED if name in _SEALED else MessageKind.MESSAGE


_SEALED_TYPES: Final = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_PROTECTED_TYPE: Final = "application/x-microsoft-rpmsg-message"
_PROTECTED_NAME: Final = "message.rpmsg"


def kind_of_whole(content_type: str) -> MessageKind:
    """Return what a message of this type (in lower case, without parameters) is (RFC 1847, 8551, 6522)."""
    if content_type == "multipart/report":
        return MessageKind.REPORT
    return MessageKind.ENCRYPTED if content_type in _SEALED_TYPES else MessageKind.MESSAGE


def kind_of_part(content_type: str, name: str, method: str) -> MessageKind:
    """Return what a message is by one of its parts: `method` is that of a calendar (RFC 6047), "" for none."""
    if content_type == "text/calendar" and method:
        return MessageKind.MEETING
    if content_type == _PROTECTED_TYPE or name.casefold() == _PROTECTED_NAME:
        return MessageKind.PROTECTED
    return MessageKind.MESSAGE
