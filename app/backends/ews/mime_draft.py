"""A draft as MIME, with its attachments in it: for a server that does not keep what is attached by itself.

What MIME has no place for stands beside it, as elements of the same CreateItem. The text does not: a server that took
both would write the one over the other.
"""

from __future__ import annotations

import base64
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path

from app.domain.message import BodyFormat, NewAttachment, NewDraft
from app.domain.recipient import Recipient


def mime_of_draft(draft: NewDraft) -> str:
    """Return a draft with its attachments as MIME in base64. Raises OSError where a file cannot be read."""
    content, message = draft.content, EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(content.subject.split())
    message["Message-ID"] = draft.message_id
    for name, people in (("To", content.to), ("Cc", content.cc), ("Bcc", content.bcc)):
        named = [_address(one) for one in people if one.address]
        if named:
            message[name] = named
    if content.sender is not None:
        message["From"] = _address(content.sender)
    html = content.body_format is BodyFormat.HTML
    message.set_content(content.body, subtype="html" if html else "plain")
    for one in draft.attachments:
        if html and one.content_id:
            _add_within(message, one)
    for one in draft.attachments:
        if not (html and one.content_id):
            _add_beside(message, one)
    return base64.b64encode(message.as_bytes()).decode()


def _address(one: Recipient) -> Address:
    name = " ".join(one.name.split())
    try:
        return Address(name, addr_spec=one.address)
    except (ValueError, IndexError, UnicodeError):  # what the standard library does not take for an address
        local, _, domain = one.address.rpartition("@")
        return Address(name, local, domain)


def _kind(one: NewAttachment) -> tuple[str, str]:
    main, _, sub = one.content_type.partition("/")
    return (main, sub) if main and sub and main not in {"multipart", "message"} else ("application", "octet-stream")


def _add_within(message: EmailMessage, one: NewAttachment) -> None:
    main, sub = _kind(one)
    content = Path(one.path).read_bytes()
    message.add_related(
        content, maintype=main, subtype=sub, cid=f"<{one.content_id}>", filename=one.name, disposition="inline"
    )


def _add_beside(message: EmailMessage, one: NewAttachment) -> None:
    content = Path(one.path).read_bytes()
    if one.as_message:
        message.add_attachment(BytesParser(policy=SMTP).parsebytes(content), filename=one.name)
        return
    main, sub = _kind(one)
    message.add_attachment(content, maintype=main, subtype=sub, filename=one.name)
