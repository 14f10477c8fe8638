"""A message as MIME, for what Graph's JSON cannot say: any header, and more of them than five.

Parts are written in base64: quoted-printable ones were decoded wrongly by the service. Bcc stands in the head, as
the service reads it there, and takes it out before the message leaves.
"""

from __future__ import annotations

import base64
import email.utils
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from app.domain.message import BodyFormat, Content, Importance, Sensitivity
from app.domain.recipient import Recipient

_SENSITIVITY: Final = {
    Sensitivity.PERSONAL: "Personal",
    Sensitivity.PRIVATE: "Private",
    Sensitivity.CONFIDENTIAL: "Company-Confidential",
}


class MimePart:
    """A file to go with a message: its name, type and bytes; with `content_id` it is shown within the text."""

    def __init__(self, name: str, data: bytes, content_type: str = "", content_id: str = "") -> None:
        """Keep what is written."""
        self.name, self.data, self.content_type, self.content_id = name, data, content_type, content_id


def write_mime(
    content: Content, own: Recipient, message_id: str = "", files: Sequence[MimePart] = (), at: float = 0.0
) -> bytes:
    """Return `content` as MIME with CRLF. `own` is the sender where the message names none; `at` is when, in seconds.

    Raises ValueError for a header that cannot stand in a head.
    """
    message = EmailMessage(policy=SMTP)
    _add_head(message, content, own, message_id, at)
    subtype = "html" if content.body_format is BodyFormat.HTML else "plain"
    message.set_content(content.body, subtype=subtype, charset="utf-8", cte="base64")
    for one in (each for each in files if each.content_id):
        kind, _, rest = (one.content_type or "application/octet-stream").partition("/")
        cid = f"<{one.content_id}>"
        message.add_related(one.data, kind, rest or "octet-stream", cid=cid, filename=one.name, disposition="inline")
    for one in (each for each in files if not each.content_id):
        _attach(message, one)
    return message.as_bytes()


def as_request(mime: bytes) -> bytes:
    """Return MIME as the body of a request: base64 (RFC 4648), for Content-Type text/plain."""
    return base64.b64encode(mime)


def _attach(message: EmailMessage, one: MimePart) -> None:
    kind, _, rest = (one.content_type or "application/octet-stream").partition("/")
    if kind in {"message", "multipart"}:  # base64 is not for these (RFC 2046 5.2.1): as bytes they come out unchanged
        kind, rest = "application", "octet-stream"
    message.add_attachment(one.data, kind, rest or "octet-stream", filename=one.name)


def _add_head(message: EmailMessage, content: Content, own: Recipient, message_id: str, at: float) -> None:
    options, sender = content.options, _address(content.sender or own)
    message["From"] = sender
    for name, people in (("To", content.to), ("Cc", content.cc), ("Bcc", content.bcc), ("Reply-To", options.reply_to)):
        if people:
            message[name] = [_address(one) for one in people]
    message["Subject"] = content.subject
    message["Date"] = email.utils.format_datetime(datetime.fromtimestamp(at, UTC) if at else datetime.now(UTC))
    importance = "" if content.importance is Importance.NORMAL else content.importance.value
    said = {
        "Message-ID": message_id,
        "In-Reply-To": options.in_reply_to,
        "References": options.references,
        "Importance": importance,
        "Sensitivity": _SENSITIVITY.get(options.sensitivity, ""),
        "Disposition-Notification-To": str(sender) if options.read_receipt else "",
        "Return-Receipt-To": str(sender) if options.delivery_receipt else "",
    }
    for name, value in (*said.items(), *((one.name, one.value) for one in options.headers)):
        if value:
            message[name] = value


def _address(person: Recipient) -> Address:
    return Address(person.name, addr_spec=person.address)
