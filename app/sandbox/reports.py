"""Reports of delivery, and receipts.

Sources: RFC 6522 (multipart/report), RFC 3464 (delivery status), RFC 8098 (disposition); item classes as in
[MS-OXOMSG].
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message
from email.utils import format_datetime
from typing import Final

from app.sandbox.conversation import complete, new_message_id
from app.sandbox.mime import address_of, header_list, line, read_mime
from app.sandbox.store.items import Item, StoredMailbox
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

_SERVER: Final = "localhost"


@dataclass(frozen=True, slots=True)
class ReportTemplate:
    """A kind of report: item class, what its subject begins with, Action of each recipient or "", and its words."""

    item_class: str
    subject: str
    action: str
    words: str


UNDELIVERABLE: Final = ReportTemplate(
    "REPORT.IPM.Note.NDR", "Undeliverable: ", "failed", "Delivery has failed to these recipients or groups:"
)
DELIVERED: Final = ReportTemplate(
    "REPORT.IPM.Note.DR", "Delivered: ", "delivered", "Your message has been delivered to the following recipients:"
)
RELAYED: Final = ReportTemplate(
    "REPORT.IPM.Note.DR",
    "Relayed: ",
    "relayed",
    "Your message has been handed on for these recipients, whose server sends no notification of its delivery:",
)
READ: Final = ReportTemplate("REPORT.IPM.Note.IPNRN", "Read: ", "", "displayed")
NOT_READ: Final = ReportTemplate("REPORT.IPM.Note.IPNNRN", "Not read: ", "", "deleted")


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """What became of a message for one recipient: enhanced status (RFC 3463), and the reason in words."""

    address: str
    status: str = "2.0.0"
    reason: str = ""


def report_delivery(
    store: MailStore, to: Person, item: Item, kind: ReportTemplate, outcomes: list[DeliveryStatus]
) -> None:
    """Put a report of what became of a message into its sender's inbox. Only while writing."""
    lines = "".join(
        f"{one.address}\r\n{one.reason}\r\n\r\n" if one.reason else f"{one.address}\r\n" for one in outcomes
    )
    message = _begin(item, kind, to, f"{kind.words}\r\n\r\n{lines}", "delivery-status")
    fields = [f"Reporting-MTA: dns;{_SERVER}", ""]
    for one in outcomes:
        fields += [f"Original-Recipient: rfc822;{line(one.address)}", f"Final-Recipient: rfc822;{line(one.address)}"]
        fields += [f"Action: {kind.action}", f"Status: {one.status}"]
        fields += [f"Diagnostic-Code: smtp;{line(one.reason)}"] if one.reason else []
        fields.append("")
    failed = [one.address for one in outcomes] if kind is UNDELIVERABLE else []
    if failed:
        message["X-Failed-Recipients"] = line(", ".join(failed))
    _finish(message, "message/delivery-status", fields, item)
    author = StoredMailbox("Microsoft Outlook", f"postmaster@{to.address.rpartition('@')[2]}", "SMTP", "OneOff")
    _file(store, to, item, kind, (message, author))


def report_reading(store: MailStore, to: Person, item: Item, kind: ReportTemplate, reader: Person) -> None:
    """Put a report of a message that was read, or thrown away unread, into its sender's inbox. Only while writing."""
    verb = "was read" if kind is READ else "was deleted without being read"
    words = f"Your message\r\n\r\nTo: {reader.display_name}\r\nSubject: {item.row['subject'] or ''}\r\n\r\n{verb}.\r\n"
    message = _begin(item, kind, to, words, "disposition-notification")
    fields = [
        f"Reporting-UA: {_SERVER}; Exchange",
        f"Final-Recipient: rfc822;{reader.address}",
        f"Original-Message-ID: {line(str(item.row['message_id'] or ''))}",
        f"Disposition: automatic-action/MDN-sent-automatically; {kind.words}",
        "",
    ]
    _finish(message, "message/disposition-notification", fields, None)
    author = StoredMailbox(reader.display_name, reader.address, "SMTP", "Mailbox")
    _file(store, to, item, kind, (message, author))


def _begin(item: Item, kind: ReportTemplate, to: Person, words: str, report_type: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["To"] = address_of(StoredMailbox(to.display_name, to.address))
    message["Subject"] = line(f"{kind.subject}{item.row['subject'] or ''}")[:255]
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = new_message_id(to.address.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-replied"
    # Exchange writes this on what is made within, and takes it off what comes from outside.
    message["X-MS-Exchange-Organization-AuthAs"] = "Internal"
    if item.row["message_id"]:
        for header in ("In-Reply-To", "References"):
            message[header] = line(str(item.row["message_id"]))
    message.set_content(words.encode("utf-8", "replace").decode())
    message.make_mixed()
    message.set_type("multipart/report")
    message.set_param("report-type", report_type)
    return message


def _finish(message: EmailMessage, content_type: str, fields: list[str], original: Item | None) -> None:
    _attach(message, content_type, "\r\n".join(fields))
    if original is not None:
        headers = "".join(f"{name}: {line(value)}\r\n" for name, value in header_list(original))
        _attach(message, "text/rfc822-headers", headers)


def _attach(message: EmailMessage, content_type: str, text: str) -> None:
    part = EmailMessage(policy=policy.SMTP)
    # These types are ASCII by their definition and travel as they are.
    plain = text.encode("ascii", "backslashreplace").decode()
    part["Content-Type"] = content_type
    if content_type == "message/delivery-status":
        part.set_payload([_block(one) for one in plain.split("\r\n\r\n") if one.strip()])
    else:
        part.set_payload(plain)
    message.attach(part)


def _block(text: str) -> Message:
    """Make one group of fields of a delivery status."""
    block = Message(policy=policy.SMTP)
    for field in text.strip().split("\r\n"):
        name, _, value = field.partition(": ")
        block[name] = value
    return block


def _file(
    store: MailStore, to: Person, item: Item, kind: ReportTemplate, made: tuple[EmailMessage, StoredMailbox]
) -> None:
    message, author = made
    message["From"] = address_of(author)
    raw = message.as_bytes()
    inbox = store.folders.distinguished(to.id, "inbox")
    report = store.items.start(inbox.mailbox, inbox.id)
    attached = read_mime(store, report, raw)
    report.row.update(item_class=kind.item_class, is_draft=0, is_read=0, icon="MailUnread")
    report.row["conversation_topic"] = item.row["conversation_topic"]
    for prefix in ("from", "sender"):
        report.row.update({f"{prefix}_name": author.name, f"{prefix}_address": author.address})
        report.row[f"{prefix}_type"] = author.type
    complete(report, to.address.rpartition("@")[2])
    store.items.save(report, told_as="NewMailEvent CreatedEvent")
    del attached  # the machine-readable parts: Exchange shows the report by its text, and its MIME holds them
    store.items.keep_mime(report, raw)


def note_read(store: MailStore, item: Item, *, suppress: bool) -> None:
    """Answer a message that has just been read; the caller saves it. Only while writing."""
    _answer(store, item, READ, suppress=suppress)


def note_deleted(store: MailStore, item: Item, *, suppress: bool) -> None:
    """Answer a message that is about to be deleted, where it was not read. Only while writing."""
    if not item.row["is_read"]:
        _answer(store, item, NOT_READ, suppress=suppress)


def _answer(store: MailStore, item: Item, kind: ReportTemplate, *, suppress: bool) -> None:
    if not item.row["receipt_pending"]:
        return
    item.row["receipt_pending"] = 0
    sender = store.people.with_address(item.row["from_address"] or "")
    if suppress or sender is None or not sender.has_mailbox:
        return
    report_reading(store, sender, item, kind, store.people.with_id(item.mailbox))
