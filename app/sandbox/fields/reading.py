"""Turns what is kept of a message into the elements of a reply."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.ids import ATTACHMENT, ObjectId
from app.sandbox.properties import write_time
from app.sandbox.store.items import Item, StoredAttachment, StoredMailbox
from app.sandbox.store.mail_store import MailStore
from app.sandbox.text import as_html, plain_text
from app.sandbox.versions import LATEST, element_since

IMPORTANCE: Final = ("Low", "Normal", "High")
SENSITIVITY: Final = ("Normal", "Personal", "Private", "Confidential")
FLAG: Final = ("NotFlagged", "Complete", "Flagged")
TRUNCATION: Final = 6
"""The version with which bodies began to say whether they are cut: Exchange 2013."""


@dataclass(frozen=True, slots=True)
class View:
    """How the caller wants to see items.

    `body`, `unique_body` and `normalized_body` are Best, HTML or Text. `find` is set while many items are listed at
    once: senders then come without their addresses, as in Exchange's FindItem. `version` is what the caller asked for:
    what came later is left out.
    """

    store: MailStore
    user: int
    body: str = "Best"
    unique_body: str = "Best"
    normalized_body: str = "Best"
    maximum_body: int | None = None
    find: bool = False
    version: int = LATEST


Elements = list[xmlns.Element]
Reader = Callable[[View, Item, str], Elements]
"""Makes the elements of a field; the text is the field's element name with its prefix."""


def text(column: str) -> Reader:
    """Read a column of text; NULL is left out."""

    def read(_view: View, item: Item, name: str) -> Elements:
        value = item.row[column]
        return [] if value is None else [xmlns.make(name, str(value))]

    return read


def flag(column: str) -> Reader:
    """Read a column that is true or false."""
    return lambda _view, item, name: [xmlns.make(name, xmlns.flag(bool(item.row[column])))]


def moment(column: str) -> Reader:
    """Read a column that is a time; NULL is left out."""

    def read(_view: View, item: Item, name: str) -> Elements:
        value = item.row[column]
        return [] if value is None else [xmlns.make(name, write_time(value))]

    return read


def binary(column: str) -> Reader:
    """Read a column of bytes; NULL is left out."""

    def read(_view: View, item: Item, name: str) -> Elements:
        value = item.row[column]
        return [] if value is None else [xmlns.make(name, base64.b64encode(value).decode())]

    return read


def choice(column: str, names: tuple[str, ...]) -> Reader:
    """Read a column that numbers one of several names."""
    return lambda _view, item, name: [xmlns.make(name, names[item.row[column]])]


def mailbox_element(mailbox: StoredMailbox, *, name_only: bool = False) -> etree._Element:
    """Make a t:Mailbox."""
    element = xmlns.make("t:Mailbox")
    if mailbox.name:
        xmlns.add(element, "t:Name", mailbox.name)
    if name_only and mailbox.name:
        return element
    if mailbox.address:
        xmlns.add(element, "t:EmailAddress", mailbox.address)
        xmlns.add(element, "t:RoutingType", mailbox.routing or "SMTP")
    if mailbox.type:
        xmlns.add(element, "t:MailboxType", mailbox.type)
    return element


def person(prefix: str) -> Reader:
    """Read one person from the columns `prefix`_name and `prefix`_address."""

    def read(view: View, item: Item, name: str) -> Elements:
        row = item.row
        if not (row[f"{prefix}_name"] or row[f"{prefix}_address"]):
            return []
        kind = row.get(f"{prefix}_type") or "Mailbox"
        mailbox = StoredMailbox(row[f"{prefix}_name"], row[f"{prefix}_address"], "SMTP", kind)
        element = xmlns.make(name)
        element.append(mailbox_element(mailbox, name_only=view.find))
        return [element]

    return read


def people(kind: str) -> Reader:
    """Read the recipients of a kind; none at all are left out, as Exchange does."""

    def read(_view: View, item: Item, name: str) -> Elements:
        found = item.recipients(kind)
        if not found:
            return []
        element = xmlns.make(name)
        for one in found:
            element.append(mailbox_element(one))
        return [element]

    return read


def item_id(_view: View, item: Item, name: str) -> Elements:
    """Read the ItemId."""
    return [xmlns.make(name, None, Id=item.public_id, ChangeKey=item.change_key)]


def parent_folder_id(view: View, item: Item, name: str) -> Elements:
    """Read the id of the folder it lies in."""
    number = item.row["folder_id"]
    if number is None:
        return []
    identity, key = view.store.folder_id(view.store.folders.with_id(number))
    return [xmlns.make(name, None, Id=identity, ChangeKey=key)]


def body(view: View, item: Item, name: str) -> Elements:
    """Read the text in the kind that is wanted."""
    wanted = {"t:UniqueBody": view.unique_body, "t:NormalizedBody": view.normalized_body}.get(name, view.body)
    return [_body_element(view, item, name, wanted)]


def text_body(view: View, item: Item, name: str) -> Elements:
    """Read the text as plain text, whatever it is kept as."""
    return [_body_element(view, item, name, "Text")]


def _body_element(view: View, item: Item, name: str, wanted: str) -> etree._Element:
    kept = item.body
    kind = kept.kind if kept else "Text"
    content = kept.content if kept else ""
    shown = kind if wanted == "Best" else wanted
    if shown != kind:
        content = as_html(kind, content) if shown == "HTML" else plain_text(kind, content)
    limit = view.maximum_body
    truncated = limit is not None and 0 <= limit < len(content)
    if truncated:
        content = content[:limit]
    said = {"BodyType": shown, "IsTruncated": xmlns.flag(truncated)}
    if view.version < TRUNCATION:
        del said["IsTruncated"]
    return xmlns.make(name, content, **said)


def categories(_view: View, item: Item, name: str) -> Elements:
    """Read the categories; none are left out."""
    if not item.categories:
        return []
    element = xmlns.make(name)
    for one in item.categories:
        xmlns.add(element, "t:String", one)
    return [element]


def attachment_id(view: View, item: Item, attachment: StoredAttachment) -> str:
    """Return the AttachmentId to give out."""
    named = ObjectId(ATTACHMENT, item.mailbox, item.id, attachment.id)
    return view.store.database.ids.write(named)


def attachment_element(view: View, item: Item, attachment: StoredAttachment) -> etree._Element:
    """Make a t:FileAttachment or t:ItemAttachment without content."""
    element = xmlns.make("t:FileAttachment" if attachment.kind == "file" else "t:ItemAttachment")
    xmlns.add(element, "t:AttachmentId", None, Id=attachment_id(view, item, attachment))
    for name, value in (
        ("t:Name", attachment.name),
        ("t:ContentType", attachment.content_type),
        ("t:ContentId", attachment.content_id),
        ("t:ContentLocation", attachment.content_location),
        ("t:Size", str(attachment.size)),
        ("t:LastModifiedTime", write_time(attachment.modified)),
        ("t:IsInline", xmlns.flag(attachment.is_inline)),
    ):
        if value is not None and element_since(name[2:], xmlns.local(element)) <= view.version:
            xmlns.add(element, name, value)
    if attachment.kind == "file" and element_since("IsContactPhoto") <= view.version:
        xmlns.add(element, "t:IsContactPhoto", xmlns.flag(attachment.is_contact_photo))
    return element


def attachments(view: View, item: Item, name: str) -> Elements:
    """Read what is attached; nothing is left out."""
    found = item.shown_attachments
    if not found:
        return []
    element = xmlns.make(name)
    for one in found:
        element.append(attachment_element(view, item, one))
    return [element]


def headers(_view: View, item: Item, name: str) -> Elements:
    """Read the Internet headers; a draft has none."""
    if not item.headers:
        return []
    element = xmlns.make(name)
    for header, value in item.headers:
        xmlns.add(element, "t:InternetMessageHeader", value, HeaderName=header)
    return [element]


def flag_details(_view: View, item: Item, name: str) -> Elements:
    """Read the follow-up flag."""
    element = xmlns.make(name)
    xmlns.add(element, "t:FlagStatus", FLAG[item.row["flag_status"]])
    for column, child in (("flag_start", "StartDate"), ("flag_due", "DueDate"), ("flag_complete", "CompleteDate")):
        if item.row[column] is not None:
            xmlns.add(element, f"t:{child}", write_time(item.row[column]))
    return [element]


def response_objects(_view: View, item: Item, name: str) -> Elements:
    """Read what can be done in answer to it: nothing to a draft."""
    element = xmlns.make(name)
    if not item.row["is_draft"]:
        for child in ("ReplyToItem", "ReplyAllToItem", "ForwardItem"):
            xmlns.add(element, f"t:{child}")
        if item.row["receipt_pending"]:
            xmlns.add(element, "t:SuppressReadReceipt")
    else:
        xmlns.add(element, "t:ForwardItem")
    return [element]


def effective_rights(view: View, item: Item, name: str) -> Elements:
    """Read what the user may do with it."""
    rights = view.store.people.rights(item.mailbox, view.user)
    may_change = xmlns.flag(bool(rights & {"full", "editor"}))
    element = xmlns.make(name)
    for child in ("CreateAssociated", "CreateContents", "CreateHierarchy"):
        xmlns.add(element, f"t:{child}", "false")
    xmlns.add(element, "t:Delete", may_change)
    xmlns.add(element, "t:Modify", may_change)
    xmlns.add(element, "t:Read", "true")
    xmlns.add(element, "t:ViewPrivateItems", may_change)
    return [element]


def conversation_id(view: View, item: Item, name: str) -> Elements:
    """Read the id of the conversation it belongs to."""
    identity = view.store.database.conversation_name(item.mailbox, item.row["conversation_id"])
    return [] if identity is None else [xmlns.make(name, None, Id=identity)]


def entry_id(view: View, item: Item, name: str) -> Elements:
    """Read an id of the store's own: StoreEntryId and InstanceKey."""
    del view
    raw = base64.b64decode(item.public_id)
    return [xmlns.make(name, base64.b64encode(raw[-41:-25] if name == "t:InstanceKey" else raw[40:]).decode())]


def web_query(edit: bool) -> Reader:
    """Read the address of the item in the web client, to read it or to edit it."""
    view_model = "IComposeItemViewModelFactory" if edit else "ReadMessageItem"

    def read(_view: View, item: Item, name: str) -> Elements:
        address = f"?ItemID={quote(item.public_id, safe='')}&exvsurl=1&viewmodel={view_model}"
        return [xmlns.make(name, f"https://localhost/owa/{address}")]

    return read


def voting(_view: View, item: Item, name: str) -> Elements:
    """Read the options that recipients may vote for."""
    if not item.row["voting"]:
        return []
    element = xmlns.make(name)
    options = xmlns.add(element, "t:UserOptions")
    for option in str(item.row["voting"]).split("\n"):
        data = xmlns.add(options, "t:VotingOptionData")
        xmlns.add(data, "t:DisplayName", option)
        xmlns.add(data, "t:SendPrompt", "VotingOption")
    return [element]
