"""Reads the bytes of a message in a file (.eml, RFC 5322 and MIME).

The file may come from anywhere. Python's own email package reads what is broken as far as it goes; here its words go
through the same checks as words that are typed or pasted.
"""

from __future__ import annotations

import contextlib
import email
import email.header
import email.policy
import email.utils
import re
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart
from typing import Final

import msgspec

from app.content.jobs import Enclosed, MailRead, NoMessage
from app.core.text import clean_text
from app.domain.address_parser import parse_recipients
from app.domain.files import safe_file_name
from app.domain.message import BodyFormat, Content, Header, Importance, Options
from app.domain.message_kind import MessageKind, kind_of_part, kind_of_whole
from app.domain.recipient import Recipient

_IMPORTANT: Final = {"high": Importance.HIGH, "low": Importance.LOW, "urgent": Importance.HIGH}
_LONGEST_NAME: Final = 150
_MESSAGE: Final = "message/rfc822"


def read_message(raw: bytes, unnamed: str) -> MailRead | NoMessage:
    """Return the message in `raw`; `unnamed` is what a message within it is called where nothing names it."""
    message = email.message_from_bytes(_with_plain_names(raw), policy=email.policy.default)
    if not message.keys():
        return NoMessage()
    content = _content(message)
    return MailRead(
        content,
        tuple(_enclosed(message, content.body, unnamed)),
        draft=_words(message, "x-unsent").strip() == "1",
        author=_author(message),
        sent=_sent(message),
        headers=tuple(Header(clean_text(name, lines=False), _raw_words(value)) for name, value in message.raw_items()),
        kind=_kind(message),
    )


def _kind(message: EmailMessage) -> MessageKind:
    """Return what it is: by its own type, else by the first of its parts that says so; a message within is none."""
    kind = kind_of_whole(message.get_content_type())
    if kind:
        return kind
    kinds = (
        kind_of_part(part.get_content_type(), _file_name(part), "" if part.is_attachment() else _method(part))
        for part in _parts(message)
    )
    return next(filter(None, kinds), MessageKind.MESSAGE)


def _method(part: MIMEPart) -> str:
    try:
        return str(part.get_param("method") or "")
    except Exception:  # noqa: BLE001 - as with every header
        return ""


def _with_plain_names(raw: bytes) -> bytes:
    """Return a message whose headers have no blank before their colon, as old programs wrote them (RFC 2822 A.6.3)."""
    ends = [end for end in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if end >= 0]
    end = min(ends, default=len(raw))
    lines = raw[:end].split(b"\n")
    for number, line in enumerate(lines):
        name, colon, value = line.partition(b":")
        plain = name.rstrip(b" \t")
        if colon and plain and plain != name and not line[:1].isspace() and b" " not in plain and b"\t" not in plain:
            lines[number] = plain + b":" + value
    return b"\n".join(lines) + raw[end:]


def _content(message: EmailMessage) -> Content:
    body, body_format = _body(message)
    return Content(
        to=_people(message, "to"),
        cc=_people(message, "cc"),
        bcc=_people(message, "bcc"),
        subject=_words(message, "subject"),
        body=body,
        body_format=body_format,
        importance=_IMPORTANT.get(_words(message, "importance").strip().lower(), Importance.NORMAL),
        options=Options(
            reply_to=_people(message, "reply-to"),
            in_reply_to=_words(message, "in-reply-to"),
            references=" ".join(_words(message, "references").split()),
        ),
    )


def _author(message: EmailMessage) -> Recipient | None:
    return next(iter(_people(message, "from") or _people(message, "sender")), None)


def _sent(message: EmailMessage) -> float:
    try:
        return email.utils.parsedate_to_datetime(_raw(message, "date")).timestamp()
    except (ValueError, OverflowError, OSError, TypeError):  # no date, or none that a clock can show
        return 0.0


def _raw_words(value: object) -> str:
    return clean_text(re.sub(r"\r?\n[ \t]", " ", _told(value)), lines=False)


def _told(value: object) -> str:
    """Return a header's words: bytes beyond ASCII, kept as surrogates by the email package, are UTF-8 (RFC 6532)."""
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _words(message: EmailMessage, field: str) -> str:
    """Return one header in one line; what the email package cannot read is read as it stands."""
    try:
        value = message.get(field, "")
    except Exception:  # noqa: BLE001 - its parser raises errors of every kind for hostile headers (IndexError, …)
        value = _raw(message, field)
    return clean_text(str(value), lines=False).strip()


def _raw(message: EmailMessage, field: str) -> str:
    for name, value in message.raw_items():
        if name.lower() == field:
            try:
                return str(email.header.make_header(email.header.decode_header(str(value))))
            except Exception:  # noqa: BLE001 - as above: then as it stands
                return str(value)
    return ""


def _people(message: EmailMessage, field: str) -> tuple[Recipient, ...]:
    """Return the recipients in a header, read by our own reader: the email package drops or invents recipients."""
    raw = [_told(value) for name, value in message.raw_items() if name.lower() == field]
    people: list[Recipient] = []
    for line in raw:
        unfolded = re.sub(r"\r?\n[ \t]", " ", line)
        people += map(_decode_one, parse_recipients(clean_text(unfolded, lines=False)))
    return tuple(people)


def _decode_one(one: Recipient) -> Recipient:
    """Return `one` without encoded words. No address has any: where one stands there, it is a name that ran into it."""
    if one.name and "=?" in one.address:
        return Recipient(f"{_decoded(one.name)} {_decoded(one.address)}")
    return msgspec.structs.replace(one, name=_decoded(one.name), address=_decoded(one.address))


def _decoded(words: str) -> str:
    """Undo encoded words (RFC 2047) after the list was parted: an encoded comma parts nothing."""
    if "=?" not in words:
        return words
    try:
        return clean_text(str(email.header.make_header(email.header.decode_header(words))), lines=False)
    except Exception:  # noqa: BLE001 - an unknown encoding, broken base64: the words as they stand lose nothing
        return words


def _body(message: EmailMessage) -> tuple[str, BodyFormat]:
    part = message.get_body(("html", "plain"))
    if part is None:
        return "", BodyFormat.TEXT
    text = clean_text(_text(part), lines=True)
    if part.get_content_subtype() == "html":
        return text, BodyFormat.HTML
    return text.rstrip("\n"), BodyFormat.TEXT


def _text(part: MIMEPart) -> str:
    data = part.get_payload(decode=True)
    octets = data if isinstance(data, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    for charset in filter(None, (part.get_content_charset(), "utf-8")):
        with contextlib.suppress(LookupError, ValueError):
            return octets.decode(charset)
    return octets.decode("cp1252", "replace")


def _enclosed(message: EmailMessage, shown_in: str, unnamed: str) -> list[Enclosed]:
    found: list[Enclosed] = []
    body = message.get_body(("html", "plain"))
    plain = message.get_body(("plain",))
    for part in _parts(message):
        if part is body or part is plain:
            continue
        name = _file_name(part)
        if part.get_content_type() == _MESSAGE:
            found.append(_read_one(part, name, unnamed))
            continue
        if not name and part.get_content_maintype() == "text" and not part.is_attachment():
            continue  # another form of the text itself
        data = part.get_payload(decode=True)
        content_id = clean_text(str(part.get("content-id", "")), lines=False).strip(" <>")
        found.append(
            Enclosed(
                name=name or f"attachment-{len(found) + 1}",
                content_type=part.get_content_type(),
                data=data if isinstance(data, bytes) else b"",
                content_id=content_id if content_id and f"cid:{content_id}" in shown_in else "",
            )
        )
    return found


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """Go through the parts that hold something; a message within is one of them, whatever it is made of."""
    inner = message.get_payload()
    if message.get_content_type() == _MESSAGE or not isinstance(inner, list):
        yield message
        return
    for part in inner:
        if isinstance(part, EmailMessage):
            yield from _parts(part)


def _read_one(part: EmailMessage, name: str, unnamed: str) -> Enclosed:
    """Return a message within a message as a file."""
    inner = part.get_payload()
    message = inner[0] if isinstance(inner, list) and inner else None
    data = b""
    if isinstance(message, EmailMessage):
        try:
            data = message.as_bytes()
        except Exception:  # noqa: BLE001 - hostile headers that cannot be written again
            data = message.as_bytes(policy=email.policy.compat32)
        name = name or re.sub(r"[/\\]", " ", _words(message, "subject"))
    name = safe_file_name(name, unnamed)
    return Enclosed(name if name.casefold().endswith(".eml") else f"{name}.eml", _MESSAGE, data)


def _file_name(part: EmailMessage) -> str:
    """Return a name without a path, whatever the file says."""
    try:
        name = clean_text(part.get_filename("") or "", lines=False)
    except Exception:  # noqa: BLE001 - as with every header
        name = ""
    name = re.split(r"[/\\]", name)[-1].strip(" .")
    return name[-_LONGEST_NAME:]
