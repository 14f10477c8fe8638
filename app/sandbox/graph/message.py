"""A message as Graph has it: each property's name, how it is read, and when and how it may be written.

What is by `$select` alone, and what a draft alone takes, is in the tables; the names are those of the service's
published metadata.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import quote

from app.sandbox.graph import payload
from app.sandbox.graph.call import GraphCall, GraphError
from app.sandbox.graph.extended import show_properties, write_properties
from app.sandbox.ids import ObjectId
from app.sandbox.manners import Manner, rewritten
from app.sandbox.properties import PropertyName, write_time
from app.sandbox.sending import is_unsent
from app.sandbox.store.items import Item, StoredBody, StoredMailbox
from app.sandbox.text import as_html, plain_text

IMPORTANCE: Final = ("low", "normal", "high")
FLAG: Final = ("notFlagged", "complete", "flagged")
FOCUS: Final = ("focused", "other")
TYPE: Final = "microsoft.graph.message"
INFERENCE: Final = "sandbox:inference"
"""The property under which inferenceClassification is kept; no request can name it."""
CONVERSATION: Final = 0x0A
MOST_HEADERS: Final = 5
MOST_RECIPIENTS: Final = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request wants to see of messages: `names` None for what comes unasked; and what `$expand` adds."""

    names: frozenset[str] | None = None
    single: tuple[PropertyName, ...] = ()
    multi: tuple[PropertyName, ...] = ()
    attachments: Callable[[Item], list[dict[str, Any]]] | None = field(default=None, compare=False)

    def has(self, name: str) -> bool:
        """Return whether a property is wanted."""
        return name not in BY_SELECT if self.names is None else name in self.names


def recipient(one: StoredMailbox) -> dict[str, Any]:
    """Return a recipient."""
    address = {"name": one.name or one.address, "address": one.address}
    return {"emailAddress": {name: value for name, value in address.items() if value is not None}}


def _people(kind: str) -> Callable[[GraphCall, Item], Any]:
    return lambda _call, item: [recipient(one) for one in item.recipients(kind)]


def _person(prefix: str) -> Callable[[GraphCall, Item], Any]:
    def read(_call: GraphCall, item: Item) -> Any:
        name, address = item.row[f"{prefix}_name"], item.row[f"{prefix}_address"]
        return recipient(StoredMailbox(name, address)) if name or address else None

    return read


def _column(name: str) -> Callable[[GraphCall, Item], Any]:
    return lambda _call, item: item.row[name]


def _flag(name: str) -> Callable[[GraphCall, Item], Any]:
    return lambda _call, item: bool(item.row[name])


def _time(name: str) -> Callable[[GraphCall, Item], Any]:
    return lambda _call, item: None if item.row[name] is None else write_time(item.row[name])


class _Unsafe(HTMLParser):
    """Leaves out of HTML what the service calls unsafe: scripts, frames, objects, and attributes that run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self._within = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed"}:
            self._within += tag != "embed"
        elif not self._within:
            raw = self.get_starttag_text() or ""
            runs = any(
                name.startswith("on") or (value or "").lower().startswith("javascript:") for name, value in attrs
            )
            self.parts.append(re.sub(r"""\son\w+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", "", raw) if runs else raw)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "iframe", "object"}:
            self._within = max(0, self._within - 1)
        elif not self._within and tag != "embed":
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.parts += [] if self._within else [data]

    def handle_entityref(self, name: str) -> None:
        self.parts += [] if self._within else [f"&{name};"]

    def handle_charref(self, name: str) -> None:
        self.parts += [] if self._within else [f"&#{name};"]

    def handle_decl(self, decl: str) -> None:
        self.parts.append(f"<!{decl}>")


def _safe(content: str) -> str:
    if not re.search(r"(?i)<(script|iframe|object|embed)|\son\w+\s*=|javascript:", content):
        return content
    reader = _Unsafe()
    reader.feed(content)
    reader.close()
    return "".join(reader.parts)


def _body(call: GraphCall, item: Item) -> Any:
    kept = item.body or StoredBody("Text", "")
    asked = call.request.preferences
    wanted = {"text": "Text", "html": "HTML"}.get(asked.get("outlook.body-content-type", ""), "HTML")
    if not asked.get("outlook.body-content-type") and Manner.GRAPH_TEXT_STAYS_TEXT in call.manners:
        wanted = kept.kind
    if wanted == "Text":
        return {"contentType": "text", "content": plain_text(kept.kind, kept.content)}
    content = as_html(kept.kind, kept.content)
    return {"contentType": "html", "content": content if "outlook.allow-unsafe-html" in asked else _safe(content)}


def _followup(_call: GraphCall, item: Item) -> Any:
    shown: dict[str, Any] = {"flagStatus": FLAG[item.row["flag_status"]]}
    for name, column in (
        ("startDateTime", "flag_start"),
        ("dueDateTime", "flag_due"),
        ("completedDateTime", "flag_complete"),
    ):
        if item.row[column] is not None:
            shown[name] = payload.show_moment(item.row[column])
    return shown


def _headers(_call: GraphCall, item: Item) -> Any:
    return [{"name": name, "value": value} for name, value in item.headers]


def _conversation(call: GraphCall, item: Item) -> Any:
    value = item.row["conversation_id"]
    number = None if value is None else int.from_bytes(value[:8], "big")
    return None if number is None else call.store.database.ids.write_rest(ObjectId(CONVERSATION, item.mailbox, number))


def _index(_call: GraphCall, item: Item) -> Any:
    index = item.row["conversation_index"]
    return None if index is None else base64.b64encode(index).decode()


def _link(call: GraphCall, item: Item) -> Any:
    return f"{call.base}/owa/?ItemID={quote(call.item_id(item), safe='')}&exvsurl=1&viewmodel=ReadMessageItem"


def _parent(call: GraphCall, item: Item) -> Any:
    number = item.row["folder_id"]
    return None if number is None else call.folder_id(call.store.folders.with_id(number))


READERS: Final[dict[str, Callable[[GraphCall, Item], Any]]] = {
    "createdDateTime": _time("created"),
    "lastModifiedDateTime": _time("modified"),
    "changeKey": lambda _call, item: item.change_key,
    "categories": lambda _call, item: list(item.categories),
    "receivedDateTime": _time("received"),
    "sentDateTime": _time("sent"),
    "hasAttachments": _flag("has_attachments"),
    "internetMessageId": _column("message_id"),
    "subject": _column("subject"),
    "bodyPreview": lambda _call, item: item.row["preview"] or "",
    "importance": lambda _call, item: IMPORTANCE[item.row["importance"]],
    "parentFolderId": _parent,
    "conversationId": _conversation,
    "conversationIndex": _index,
    "isDeliveryReceiptRequested": _flag("delivery_receipt"),
    "isReadReceiptRequested": _flag("read_receipt"),
    "isRead": _flag("is_read"),
    "isDraft": lambda _call, item: is_unsent(item),
    "webLink": _link,
    "inferenceClassification": lambda _call, item: FOCUS[int(item.properties.get(INFERENCE, [0])[0])],
    "body": _body,
    "sender": _person("sender"),
    "from": _person("from"),
    "toRecipients": _people("to"),
    "ccRecipients": _people("cc"),
    "bccRecipients": _people("bcc"),
    "replyTo": _people("reply-to"),
    "flag": _followup,
    "uniqueBody": _body,
    "internetMessageHeaders": _headers,
}
"""Property to how it is read, in the order of a reply."""

BY_SELECT: Final = frozenset({"uniqueBody", "internetMessageHeaders"})
"""What comes only where `$select` names it."""
SELECTABLE: Final = frozenset({"id", *READERS})
_LEFT_OUT: Final = frozenset({"sender", "from"})
"""What is left out where there is nothing, instead of null."""


def show(call: GraphCall, item: Item, wanted: Wanted, *, context: str = "", typed: bool = False) -> dict[str, Any]:
    """Return a message as JSON."""
    shown: dict[str, Any] = {"@odata.context": context} if context else {}
    if typed:
        shown["@odata.type"] = f"#{TYPE}"
    shown["@odata.etag"] = f'W/"{item.change_key}"'
    shown["id"] = call.item_id(item)
    for name, read in READERS.items():
        if wanted.has(name):
            value = read(call, item)
            if value is not None or name not in _LEFT_OUT:
                shown[name] = value
    single = show_properties(call, item, list(wanted.single))
    multi = show_properties(call, item, list(wanted.multi))
    shown.update({"singleValueExtendedProperties": single} if single else {})
    shown.update({"multiValueExtendedProperties": multi} if multi else {})
    if wanted.attachments is not None:
        shown["attachments"] = wanted.attachments(item)
    return shown


Writer = Callable[[GraphCall, Item, Any], None]


def _write_people(kind: str) -> Writer:
    def write(call: GraphCall, item: Item, value: Any) -> None:
        people = [payload.mailbox(call, one) for one in payload.several(value)]
        if len(people) > MOST_RECIPIENTS:
            raise GraphError("ErrorExceededMaxRecipientLimit", f"A message may have {MOST_RECIPIENTS} recipients.")
        item.set_recipients(kind, people)

    return write


def _write_person(prefix: str) -> Writer:
    def write(call: GraphCall, item: Item, value: Any) -> None:
        one = StoredMailbox() if value is None else payload.mailbox(call, value)
        item.row.update({f"{prefix}_name": one.name, f"{prefix}_address": one.address, f"{prefix}_type": one.type})

    return write


def _write_flag(column: str) -> Writer:
    return lambda _call, item, value: item.row.update({column: int(payload.boolean(value))})


def _write_subject(_call: GraphCall, item: Item, value: Any) -> None:
    said = payload.text(value)
    if said is not None and len(said) > 255:
        raise GraphError("ErrorPropertyValidationFailure", "Property validation failed.")
    item.row["subject"] = said
    if item.row["is_draft"] and not item.row["in_reply_to"]:
        item.row["conversation_topic"] = None  # that of a conversation with one message is its subject


def _write_body(call: GraphCall, item: Item, value: Any) -> None:
    given = payload.members(value, "microsoft.graph.itemBody", "contentType", "content")
    kind = payload.choice(given.get("contentType", "text"), ("Text", "HTML"), "microsoft.graph.bodyType")
    content = payload.text(given.get("content")) or ""
    if kind and Manner.GRAPH_HTML_KEPT not in call.manners:
        content = rewritten(content)
    item.set_body(StoredBody("HTML" if kind else "Text", content))


def _write_followup(_call: GraphCall, item: Item, value: Any) -> None:
    names = ("flagStatus", "startDateTime", "dueDateTime", "completedDateTime")
    given = payload.members(value, "microsoft.graph.followupFlag", *names)
    start, due = payload.moment(given.get("startDateTime")), payload.moment(given.get("dueDateTime"))
    if due is not None and start is None:
        raise GraphError("ErrorInvalidRequest", "The flag's dueDateTime needs a startDateTime.")
    status = payload.choice(given.get("flagStatus", "flagged"), FLAG, "microsoft.graph.followupFlagStatus")
    complete = payload.moment(given.get("completedDateTime"))
    item.row.update(flag_status=status, flag_start=start, flag_due=due, flag_complete=complete)


def _write_headers(_call: GraphCall, item: Item, value: Any) -> None:
    given = [payload.members(one, "microsoft.graph.internetMessageHeader", "name", "value")
             for one in payload.several(value)]  # fmt: skip
    if len(given) > MOST_HEADERS:
        words = f"Maximum number of headers in one message should be less than or equal to {MOST_HEADERS}."
        raise GraphError("InvalidInternetMessageHeaderCollection", words)
    for one in given:
        name = payload.text(one.get("name")) or ""
        if not re.fullmatch(r"(?i)x-[!-9;-~]{1,250}", name):
            words = f"The internet message header name '{name}' should start with 'x-' or 'X-'."
            raise GraphError("InvalidInternetMessageHeader", words)
    item.set_headers([(str(one["name"]), payload.text(one.get("value")) or "") for one in given])


def _write_index(_call: GraphCall, item: Item, value: Any) -> None:
    item.row["conversation_index"] = payload.base64_of(value) if value else None
    item.row["conversation_id"] = None


@dataclass(frozen=True, slots=True)
class WritableProperty:
    """How a property is written. `when` is always, draft (a message that went takes it in silence), or create."""

    write: Writer
    when: str = "always"


WRITERS: Final[dict[str, WritableProperty]] = {
    "subject": WritableProperty(_write_subject, "draft"),
    "body": WritableProperty(_write_body, "draft"),
    "replyTo": WritableProperty(_write_people("reply-to"), "draft"),
    "internetMessageId": WritableProperty(
        lambda _call, item, value: item.row.update(message_id=payload.text(value)), "draft"
    ),
    "toRecipients": WritableProperty(_write_people("to")),
    "ccRecipients": WritableProperty(_write_people("cc")),
    "bccRecipients": WritableProperty(_write_people("bcc")),
    "from": WritableProperty(_write_person("from")),
    "sender": WritableProperty(_write_person("sender")),
    "importance": WritableProperty(
        lambda _call, item, value: item.row.update(
            importance=payload.choice(value, IMPORTANCE, "microsoft.graph.importance")
        )
    ),
    "categories": WritableProperty(
        lambda _call, item, value: item.set_categories(
            dict.fromkeys(str(payload.text(one)) for one in payload.several(value))
        )
    ),
    "flag": WritableProperty(_write_followup),
    "isDeliveryReceiptRequested": WritableProperty(_write_flag("delivery_receipt")),
    "isReadReceiptRequested": WritableProperty(_write_flag("read_receipt")),
    "isRead": WritableProperty(_write_flag("is_read")),
    "inferenceClassification": WritableProperty(
        lambda _call, item, value: item.set_property(
            INFERENCE, [payload.choice(value, FOCUS, "microsoft.graph.inferenceClassificationType")]
        )
    ),
    "singleValueExtendedProperties": WritableProperty(
        lambda _call, item, value: write_properties(item, value, arrays=False)
    ),
    "multiValueExtendedProperties": WritableProperty(
        lambda _call, item, value: write_properties(item, value, arrays=True)
    ),
    "internetMessageHeaders": WritableProperty(_write_headers, "create"),
    "conversationIndex": WritableProperty(_write_index, "create"),
    "attachments": WritableProperty(lambda _call, _item, _value: None, "create"),
}
"""Property to how it is written; all others are read-only."""


def write(call: GraphCall, item: Item, given: Mapping[str, Any]) -> set[str]:
    """Write the properties of a request into an item; the caller keeps it, and what is attached.

    Returns what was written. Raises GraphError: RequestBodyRead for what no message has, ErrorInvalidPropertySet for
    what is read-only.
    """
    done = set()
    known = {name: value for name, value in given.items() if "@odata." not in name}
    payload.members(known, TYPE, "id", "extensions", *READERS, *WRITERS)
    # The recipients' conversation comes from the index and the topic that properties give, so these come last.
    for name in sorted(known, key=lambda one: one.endswith("ExtendedProperties")):
        found = WRITERS.get(name)
        if found is None or (item.id and found.when == "create"):
            raise GraphError("ErrorInvalidPropertySet", f"Set action is invalid for property '{name}'.")
        if item.id and found.when == "draft" and not is_unsent(item):
            continue
        found.write(call, item, known[name])
        done.add(name)
    return done
