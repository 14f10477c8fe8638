"""One request to Graph on its way: who asks for what, how the reply is put together, and what refuses it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.sandbox.access import READ
from app.sandbox.errors import EwsError
from app.sandbox.ids import FOLDER, IMMUTABLE, ITEM, ObjectId
from app.sandbox.manners import BY_THE_BOOK, Manners
from app.sandbox.store.folders import StoredFolder
from app.sandbox.store.items import Item
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

LARGEST_REQUEST: Final = 4 * 1024 * 1024
"""Bytes that the body of a request may have, uploads aside."""

STATUS: Final = {
    "ErrorAccessDenied": 403,
    "ErrorSendAsDenied": 403,
    "ErrorItemNotFound": 404,
    "ErrorFolderNotFound": 404,
    "ErrorFolderExists": 409,
    "ErrorInvalidMailboxItemId": 404,
    "ErrorInvalidUser": 404,
    "ErrorNonExistentMailbox": 404,
    "MailboxNotEnabledForRESTAPI": 404,
    "ResourceNotFound": 404,
    "ErrorIrresolvableConflict": 412,
    "SyncStateNotFound": 410,
    "ErrorMessageSizeExceeded": 413,
    "RequestEntityTooLarge": 413,
    "ErrorQuotaExceeded": 507,
    "ErrorSubmissionQuotaExceeded": 403,
    "Authorization_RequestDenied": 403,
    "InvalidAuthenticationToken": 401,
    "TooManyRequests": 429,
    "ApplicationThrottled": 429,
    "ErrorServerBusy": 503,
    "ErrorInternalServerError": 500,
}
"""Code to HTTP status; a code that is not here goes with 400."""
_WORDS: Final = {
    "ErrorItemNotFound": "The specified object was not found in the store.",
    "ErrorFolderNotFound": "The specified folder could not be found in the store.",
    "ErrorAccessDenied": "Access is denied. Check credentials and try again.",
    "Authorization_RequestDenied": "Insufficient privileges to complete the operation.",
    "ErrorInvalidIdMalformed": "Id is malformed.",
    "ErrorIrresolvableConflict": "The send or update operation could not be performed because the change key passed in "
    "the request does not match the current change key for the item.",
    "ErrorMimeContentInvalidBase64String": "Invalid base64 string for MIME content.",
    "ErrorInvalidRecipients": "At least one recipient isn't valid., A message can't be sent when it contains no "
    "recipients.",
    "UnableToDeserializePostBody": "were unable to deserialize ",
    "InefficientFilter": "The restriction or sort order is too complex for this operation.",
    "ErrorInvalidPropertySet": "Set action is invalid for property.",
}


class GraphError(Exception):
    """A refusal: becomes an error in JSON with the status of its code."""

    def __init__(self, code: str, message: str = "", status: int = 0, headers: Mapping[str, str] | None = None) -> None:
        self.code = code
        self.message = message or _WORDS.get(code, code)
        super().__init__(f"{code}: {self.message}")
        self.status = status or STATUS.get(code, 400)
        self.headers = dict(headers or {})

    def as_json(self, inner: Mapping[str, str]) -> dict[str, Any]:
        """Return the body; `inner` is what names the request."""
        return {"error": {"code": self.code, "message": self.message, "innerError": dict(inner)}}


def refusal_of(error: EwsError) -> GraphError:
    """Return what Graph says where the store refuses: the same code, which passes through."""
    code = {"ErrorStaleObject": "ErrorIrresolvableConflict"}.get(error.code, error.code)
    return GraphError(code, error.text or _WORDS.get(code) or error.words())


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """A request as it came, or a part of a batch. `path` is decoded, without the version; headers are in lower case."""

    method: str
    path: tuple[str, ...]
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def preferences(self) -> dict[str, str]:
        """What the header Prefer asks for, name to value, both in lower case."""
        found = {}
        for one in self.headers.get("prefer", "").split(","):
            name, _, value = one.strip().partition("=")
            if name:
                found[name.strip().lower()] = value.strip().strip('"').lower()
        return found


@dataclass(slots=True)
class GraphReply:
    """A reply. `value` is its JSON, or `content` what it has instead."""

    status: int = 200
    value: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    content_type: str = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"

    @property
    def body(self) -> bytes:
        """The bytes that go out."""
        if self.value is None:
            return self.content
        return json.dumps(self.value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


@dataclass(slots=True)
class GraphCall:
    """A request that its sender may make. `mailbox` is whose it is about, `base` the address of the service."""

    store: MailStore
    user: Person
    mailbox: Person
    request: GraphRequest
    base: str = ""
    upload_base: str = ""
    manners: Manners = BY_THE_BOOK

    @property
    def immutable(self) -> bool:
        """Whether ids are to be immutable in this reply."""
        return self.request.preferences.get("idtype") == "immutableid"

    @property
    def domain(self) -> str:
        """The domain of the user's address."""
        return self.user.address.rpartition("@")[2]

    def require(self, allowed: frozenset[str] = READ) -> None:
        """Raise GraphError unless the user has one of these rights on the mailbox."""
        if not self.store.people.rights(self.mailbox.id, self.user.id) & allowed:
            raise GraphError("ErrorAccessDenied")

    def read_json(self) -> dict[str, Any]:
        """Return the body as a JSON object; raises GraphError."""
        if not self.request.headers.get("content-type", "").lower().startswith("application/json"):
            raise GraphError("RequestBodyRead", "A Content-Type of application/json is required.", 415)
        try:
            given = json.loads(self.request.body.decode("utf-8"))
            # Half of a character, written as an escape, is JSON to Python and no text to the store.
            json.dumps(given, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise GraphError("BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header "
                             "is set and payload is of valid JSON format.") from None  # fmt: skip
        if not isinstance(given, dict):
            raise GraphError("BadRequest", "Empty Payload. JSON content expected.")
        return given

    def item_id(self, item: Item) -> str:
        """Return the id to give out for a message, in the form that this request prefers."""
        ids = self.store.database.ids
        if self.immutable:
            return ids.write_rest(ObjectId(IMMUTABLE, item.mailbox, item.id))
        return ids.write_rest(ObjectId(ITEM, item.mailbox, int(item.row["entry"])))

    def folder_id(self, folder: StoredFolder) -> str:
        """Return the id to give out for a folder: it is the same in both forms."""
        return self.store.database.ids.write_rest(ObjectId(FOLDER, folder.mailbox, folder.id))

    def find_item(self, text: str) -> Item:
        """Return the message that an id of either form names; raises GraphError and EwsError."""
        named = self.store.database.ids.read_rest(text)
        if named.kind not in {ITEM, IMMUTABLE}:
            raise GraphError("ErrorInvalidIdMalformed")
        if named.mailbox != self.mailbox.id:
            raise GraphError("ErrorInvalidMailboxItemId", "The item doesn't belong to the targeted mailbox.")
        items = self.store.items
        by_entry = named.kind == ITEM
        item = items.with_entry(named.mailbox, named.number) if by_entry else items.with_id(named.number)
        if item.row["folder_id"] is None or item.mailbox != named.mailbox:
            raise GraphError("ErrorItemNotFound")
        return item

    def find_folder(self, text: str) -> StoredFolder:
        """Return the folder that an id or a well-known name stands for; raises GraphError and EwsError."""
        if text.lower() in WELL_KNOWN:
            return self.store.folders.distinguished(self.mailbox.id, WELL_KNOWN[text.lower()])
        named = self.store.database.ids.read_rest(text)
        if named.kind != FOLDER:
            raise GraphError("ErrorInvalidIdMalformed")
        folder = self.store.folders.with_id(named.number)
        if folder.mailbox != self.mailbox.id:
            raise GraphError("ErrorFolderNotFound")
        return folder

    def context(self, what: str) -> str:
        """Return an @odata.context."""
        return f"{self.base}/v1.0/$metadata#users('{self.mailbox.address.replace('@', '%40')}')/{what}"


WELL_KNOWN: Final = {
    **{
        name: name
        for name in ("inbox", "drafts", "outbox", "sentitems", "deleteditems", "junkemail", "archive", "msgfolderroot")
    },
    "recoverableitemsdeletions": "recoverableitemsdeletions",
}
"""Well-known names in lower case to the names of the store."""

_KEY: Final = re.compile(r"([A-Za-z$]+)\('((?:[^']|'')*)'\)")


def split_path(segments: list[str]) -> tuple[str, ...]:
    """Return the segments of a path with keys in parentheses as segments of their own."""
    found: list[str] = []
    for one in segments:
        key = _KEY.fullmatch(one)
        found += [key.group(1), key.group(2).replace("''", "'")] if key else [one]
    return tuple(found)
