"""The names that the server gives out: ItemId, FolderId, AttachmentId, ChangeKey and SyncState.

They are long, opaque and in base64, as Exchange's are, and they carry a seal, so that an id which this server did not
give out is distinguished from one whose object is gone: "Id is malformed." against "The specified object was not
found".
"""

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from dataclasses import dataclass
from typing import Final

from app.sandbox.errors import EwsError

ITEM: Final = 0x07
FOLDER: Final = 0x01
ATTACHMENT: Final = 0x12
CONVERSATION: Final = 0x0A
IMMUTABLE: Final = 0x17
"""An item by what no move within its mailbox changes: Graph's immutable id."""

_TO_REST: Final = str.maketrans("+/", "-_")
_FROM_REST: Final = str.maketrans("-_", "+/")
_HEAD: Final = b"\x00\x03\x24\x00"
_MARK: Final = b"\x00\x46\x00\x00\x00\x00\x00"
_KEY_HEAD: Final = struct.pack("<II", 9, 22)
_SEAL: Final = 12
_ID_SEAL: Final = 25
"""Bytes of the seal; that of an id makes it as long as Exchange's."""


@dataclass(frozen=True, slots=True)
class ObjectId:
    """What an id stands for: a kind (see above), the mailbox it was given out in, and a number there."""

    kind: int
    mailbox: int
    number: int
    attachment: int = 0


class Ids:
    """Gives out ids and reads them again; `secret` makes the seal of one store."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._guids: dict[int, str] = {}
        self._replica = self._derive(b"replica", 16)

    def _derive(self, what: bytes, length: int) -> bytes:
        return hmac.new(self._secret, what, hashlib.sha256).digest()[:length]

    def mailbox_guid(self, mailbox: int) -> str:
        """Return the GUID of a mailbox, the same as long as the store lives."""
        found = self._guids.get(mailbox)
        if found is None:
            found = self._guids[mailbox] = str(uuid.UUID(bytes=self._derive(b"mailbox%d" % mailbox, 16), version=4))
        return found

    def write(self, named: ObjectId) -> str:
        """Give out the id of an object."""
        entry = struct.pack(">BIQI", named.kind, named.mailbox, named.number, named.attachment)
        body = _HEAD + self.mailbox_guid(named.mailbox).encode() + _MARK + self._derive(b"folder", 16) + entry
        return base64.b64encode(body + self._seal(body, _ID_SEAL)).decode()

    def read_id(self, text: str) -> ObjectId:
        """Read an id that was given out; raises EwsError for an empty, malformed or foreign one."""
        if not text:
            raise EwsError("ErrorInvalidIdEmpty")
        raw = _decode(text)
        size = len(_HEAD) + 36 + len(_MARK) + 16 + 17
        if not hmac.compare_digest(raw[size:], self._seal(raw[:size], _ID_SEAL)):
            raise EwsError("ErrorInvalidIdMalformed")
        kind, mailbox, number, attachment = struct.unpack(">BIQI", raw[size - 17 : size])
        return ObjectId(kind, mailbox, number, attachment)

    def write_rest(self, named: ObjectId) -> str:
        """Give out an id as Graph does: the bytes that EWS has, in the alphabet for addresses."""
        return self.write(named).translate(_TO_REST)

    def read_rest(self, text: str) -> ObjectId:
        """Read what `write_rest` gave out; raises EwsError as `read_id` does."""
        if "+" in text or "/" in text:
            raise EwsError("ErrorInvalidIdMalformed")
        return self.read_id(text.translate(_FROM_REST))

    def _seal(self, body: bytes, length: int = _SEAL) -> bytes:
        return self._derive(body, length)

    def write_change_key(self, change: int, *, folder: bool = False) -> str:
        """Give out the ChangeKey of an object whose latest change has this number."""
        head = struct.pack("<II", 1 if folder else 9, 22)
        return base64.b64encode(head + self._replica + change.to_bytes(6, "big")).decode()

    def read_change_key(self, text: str) -> int:
        """Return the number of the change that a ChangeKey stands for; raises EwsError("ErrorInvalidChangeKey")."""
        try:
            raw = _decode(text)
        except EwsError:
            raise EwsError("ErrorInvalidChangeKey") from None
        if len(raw) != len(_KEY_HEAD) + 22 or raw[4:8] != _KEY_HEAD[4:]:
            raise EwsError("ErrorInvalidChangeKey")
        # A well-made key of another store is not invalid, it is just not the current one.
        return int.from_bytes(raw[-6:], "big") if raw[8:24] == self._replica else -1

    def write_state(self, *numbers: int) -> str:
        """Give out a SyncState or watermark that carries these numbers."""
        body = struct.pack(f">{len(numbers)}Q", *numbers)
        return base64.b64encode(b"\x01" + body + self._seal(body)).decode()

    def read_state(self, text: str, count: int) -> tuple[int, ...]:
        """Read what `write_state` wrote; raises EwsError("ErrorInvalidSyncStateData")."""
        try:
            raw = _decode(text)
        except EwsError:
            raise EwsError("ErrorInvalidSyncStateData") from None
        body = raw[1 : 1 + 8 * count]
        if len(raw) != 1 + 8 * count + _SEAL or not hmac.compare_digest(raw[-_SEAL:], self._seal(body)):
            raise EwsError("ErrorInvalidSyncStateData")
        return struct.unpack(f">{count}Q", body)


def _decode(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        raise EwsError("ErrorInvalidIdMalformed") from None
