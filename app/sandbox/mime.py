"""Messages as MIME: made from what is kept, and read into what is kept."""

import base64
import contextlib
import re
from collections.abc import Iterator
from datetime import datetime
from email import policy
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from app.sandbox.errors import EwsError
from app.sandbox.properties import SETS, read_time, write_time
from app.sandbox.store.attachments import AttachmentToStore
from app.sandbox.store.items import RECIPIENTS, Item, StoredAttachment, StoredBody, StoredMailbox
from app.sandbox.store.mail_store import MailStore
from app.sandbox.text import plain_text


def _headers_as_text() -> HeaderRegistry:
    """Make a registry of headers that takes a Message-ID as it stands: Python's own reader trips over broken ones."""
    registry = HeaderRegistry()
    registry.map_to_type("message-id", UnstructuredHeader)  # type: ignore[arg-type]  # the registry adds BaseHeader
    return registry


_POLICY: Final = policy.SMTP.clone(utf8=False, header_factory=_headers_as_text())
_ESCAPED: Final = re.compile("^[^\ud800-\udfff]*[\udc80-\udcff][^\ud800-\udc7f\udd00-\udfff]*$")
_IMPORTANCE: Final = ("Low", "Normal", "High")
_SENSITIVITY: Final = ("", "Personal", "Private", "Company-Confidential")


def line(text: str) -> str:
    """Make one line of a header's text: a break would end the header."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text).encode("utf-8", "replace").decode()


def address_of(mailbox: StoredMailbox) -> Address:
    """Return a mailbox as the header of a message names it."""
    user, _, domain = line(mailbox.address or "").rpartition("@")
    return Address(line(mailbox.name or ""), user or domain, domain if user else "")


def _addresses(mailboxes: list[StoredMailbox]) -> list[Address]:
    return [address_of(one) for one in mailboxes if one.address]


def write_mime(store: MailStore, item: Item, *, with_bcc: bool = True) -> bytes:
    """Return a message as MIME: as it came where it is still unchanged, made anew otherwise."""
    kept = store.items.mime_of(item)
    return kept if kept is not None else build(store, item, with_bcc=with_bcc).as_bytes()


def build(store: MailStore, item: Item, *, with_bcc: bool = False) -> EmailMessage:
    """Make a message's MIME from what is kept of it."""
    message = _with_headers(item, with_bcc=with_bcc)
    _set_content(store, item, message)
    return message


def _with_headers(item: Item, *, with_bcc: bool) -> EmailMessage:
    row = item.row
    names = [str(row[column] or "") for column in ("message_id", "in_reply_to", "references_", "from_address")]
    names += [one.address or "" for kind in RECIPIENTS for one in item.recipients(kind)]
    # Addresses and ids cannot be encoded as words can: with letters beyond ASCII they need UTF-8 (RFC 6532).
    message = EmailMessage(policy=_POLICY.clone(utf8=not all(name.isascii() for name in names)))
    for name, value in _headers(item, with_bcc=with_bcc):
        # A header is one line, whatever kind of line break the message has in it.
        message[name] = " ".join(value.splitlines()) if isinstance(value, str) else value
    return message


def _headers(item: Item, *, with_bcc: bool) -> list[tuple[str, object]]:
    row = item.row
    found: list[tuple[str, object]] = []
    if row["from_address"]:
        found.append(("From", address_of(StoredMailbox(row["from_name"], row["from_address"]))))
    if row["sender_address"] and row["sender_address"] != row["from_address"]:
        found.append(("Sender", address_of(StoredMailbox(row["sender_name"], row["sender_address"]))))
    kinds = [("To", "to"), ("Cc", "cc"), ("Reply-To", "reply-to")] + ([("Bcc", "bcc")] if with_bcc else [])
    for header, kind in kinds:
        people = _addresses(item.recipients(kind))
        if people:
            found.append((header, people))
    found.append(("Subject", line(row["subject"] or "")))
    moment = datetime.fromisoformat(write_time(row["sent"] or row["created"]))
    found.append(("Date", format_datetime(moment)))
    for header, column in (("Message-ID", "message_id"), ("In-Reply-To", "in_reply_to"), ("References", "references_")):
        if row[column]:
            found.append((header, line(row[column])))
    if row["conversation_topic"]:
        found.append(("Thread-Topic", line(row["conversation_topic"])))
    if row["conversation_index"]:
        found.append(("Thread-Index", base64.b64encode(row["conversation_index"]).decode()))
    found.extend(_wishes(row))
    known = {name.lower() for name, _ in found}
    own = [(name, line(value)) for name, value in item.headers if name.lower().startswith("x-")]
    own += [(name, line(value)) for name, value in _asked_for(item)]
    return [*found, *((name, value) for name, value in own if name.lower() not in known)]


def _asked_for(item: Item) -> list[tuple[str, str]]:
    """Return the headers that a client set as properties of the set InternetHeaders: they go out with the message."""
    begin, end = f"set:{SETS['InternetHeaders']}:name:", ":String"
    keys = [key for key in item.properties if key.startswith(begin) and key.endswith(end)]
    return [(key[len(begin) : -len(end)], str(item.properties[key][0])) for key in keys]


def header_list(item: Item) -> list[tuple[str, str]]:
    """Return the headers that a message goes out with, as text."""
    message = _with_headers(item, with_bcc=False)
    message["MIME-Version"] = "1.0"
    return [(name, str(value)) for name, value in message.items()]


def _wishes(row: dict[str, object]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    if row["importance"] != 1:
        found.append(("Importance", _IMPORTANCE[int(str(row["importance"]))]))
    if row["sensitivity"]:
        found.append(("Sensitivity", _SENSITIVITY[int(str(row["sensitivity"]))]))
    if row["read_receipt"]:
        found.append(("Disposition-Notification-To", line(str(row["from_address"] or ""))))
    if row["delivery_receipt"]:
        found.append(("Return-Receipt-To", line(str(row["from_address"] or ""))))
    return found


def _set_content(store: MailStore, item: Item, message: EmailMessage) -> None:
    body = item.body or StoredBody("Text", "")
    content = body.content.encode("utf-8", "replace").decode()
    if body.kind == "HTML":
        message.set_content(plain_text("HTML", content))
        message.add_alternative(content, subtype="html")
        page = message.get_body(("html",))
    else:
        message.set_content(content)
        page = None
    for attachment in item.attachments:
        related = page if attachment.is_inline and attachment.content_id else None
        _attach(store, attachment, message, related)


def _attach(store: MailStore, attachment: StoredAttachment, message: EmailMessage, page: MIMEPart | None) -> None:
    if attachment.inner is not None:
        inner = build(store, store.items.with_id(attachment.inner))
        message.add_attachment(inner, filename=line(attachment.name or "message") + ".eml")
        return
    main, _, sub = (attachment.content_type or "application/octet-stream").partition("/")
    token = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}")
    if not (token.fullmatch(main) and token.fullmatch(sub)) or main in {"multipart", "message"}:
        main, sub = "application", "octet-stream"
    # What a page shows travels beside the page, all else beside the whole.
    add = message.add_attachment if page is None else page.add_related
    content_id = f"<{line(attachment.content_id)}>" if attachment.content_id else None
    add(
        store.attachments.content(attachment),
        maintype=main,
        subtype=sub,
        filename=line(attachment.name or "attachment"),
        cid=content_id,
        disposition="inline" if attachment.is_inline else "attachment",
    )


def read_mime(store: MailStore, item: Item, content: bytes) -> list[AttachmentToStore]:
    """Take MIME into an item that is not yet kept; returns what is to be attached to it.

    Raises EwsError("ErrorMimeContentInvalid") for what is no message.
    """
    try:
        message = BytesParser(policy=_POLICY).parsebytes(content)
        if not message.keys():
            raise EwsError("ErrorMimeContentInvalid")
        _read_headers(store, item, message)
        return _read_content(item, message)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        # The standard library's reader of headers raises what it happens to stumble upon.
        raise EwsError("ErrorMimeContentConversionFailed") from None


def _plain(value: object) -> str:
    """Return what a part of a message says, without the halves of characters that stand for unreadable bytes."""
    text = str(value).encode("utf-8", "surrogateescape" if _ESCAPED.search(str(value)) else "replace")
    return text.decode("utf-8", "replace")


def _read_people(store: MailStore, message: EmailMessage, header: str) -> list[StoredMailbox]:
    found: list[StoredMailbox] = []
    for value in message.get_all(header, []):
        for one in getattr(value, "addresses", ()):
            known = store.people.with_address(_plain(one.addr_spec))
            kind = known.mailbox_type if known else "OneOff"
            name = one.display_name or (known.display_name if known else one.addr_spec)
            found.append(StoredMailbox(_plain(name), _plain(one.addr_spec), "SMTP", kind))
    return found


def _read_headers(store: MailStore, item: Item, message: EmailMessage) -> None:
    row = item.row
    row["subject"] = _plain(message.get("Subject", ""))[:255]
    for column, header in (("message_id", "Message-ID"), ("in_reply_to", "In-Reply-To"), ("references_", "References")):
        if message.get(header):
            row[column] = _plain(message[header]).strip()
    for kind, header in (("to", "To"), ("cc", "Cc"), ("bcc", "Bcc"), ("reply-to", "Reply-To")):
        item.set_recipients(kind, _read_people(store, message, header))
    for prefix, header in (("from", "From"), ("sender", "Sender")):
        people = _read_people(store, message, header)
        if people:
            row[f"{prefix}_name"], row[f"{prefix}_address"] = people[0].name, people[0].address
            row[f"{prefix}_type"] = people[0].type
    importance = str(message.get("Importance", "")).strip().capitalize()
    if importance in _IMPORTANCE:
        row["importance"] = _IMPORTANCE.index(importance)
    sensitivity = str(message.get("Sensitivity", "")).strip().title()
    if sensitivity in _SENSITIVITY:
        row["sensitivity"] = _SENSITIVITY.index(sensitivity)
    row["read_receipt"] = int("Disposition-Notification-To" in message)
    row["delivery_receipt"] = int("Return-Receipt-To" in message)
    if message.get("Date"):
        # A date that cannot be read leaves the message with the time it was taken in.
        with contextlib.suppress(ValueError, OverflowError):
            row["sent"] = read_time(parsedate_to_datetime(str(message["Date"])).isoformat())
    item.set_headers([(_plain(name), _plain(value)) for name, value in message.items() if name.lower() != "bcc"])


def _read_content(item: Item, message: EmailMessage) -> list[AttachmentToStore]:
    page = message.get_body(("html", "plain"))
    if page is not None:
        kind = "HTML" if page.get_content_subtype() == "html" else "Text"
        item.set_body(StoredBody(kind, _plain(page.get_content())))
    bodies = {id(part) for part in (message.get_body(("html",)), message.get_body(("plain",))) if part is not None}
    return [_read_attachment(part) for part in _leaves(message) if id(part) not in bodies]


def _leaves(part: MIMEPart) -> Iterator[MIMEPart]:
    """Yield the parts that hold something; an attached message is one of them, whatever is within it."""
    if part.get_content_maintype() == "multipart":
        for inner in part.iter_parts():
            if isinstance(inner, MIMEPart):
                yield from _leaves(inner)
    else:
        yield part


def _read_attachment(part: MIMEPart) -> AttachmentToStore:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        content = inner[0].as_bytes() if isinstance(inner, list) and isinstance(inner[0], EmailMessage) else b""
    else:
        decoded = part.get_payload(decode=True)
        content = decoded if isinstance(decoded, bytes) else b""
    content_id = _plain(part.get("Content-ID", "")).strip().strip("<>") or None
    name = _plain(part.get_filename() or "") or (
        "message.eml" if part.get_content_maintype() == "message" else "attachment"
    )
    return AttachmentToStore(
        name=name,
        content_type=_plain(part.get_content_type()),
        content=content,
        content_id=content_id,
        is_inline=part.get_content_disposition() == "inline" and content_id is not None,
    )
