"""Takes the elements of a request into a message."""

import base64
import binascii
from collections.abc import Callable
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.errors import EwsError
from app.sandbox.fields.reading import FLAG
from app.sandbox.properties import read_time
from app.sandbox.store.items import Item, StoredBody, StoredMailbox
from app.sandbox.store.mail_store import MailStore

Writer = Callable[[MailStore, Item, xmlns.Element | None], None]
"""Takes one field's element into an item; None deletes the field."""

LONGEST_SUBJECT: Final = 255


def text(column: str, longest: int | None = None) -> Writer:
    """Write a column of text."""

    def write(_store: MailStore, item: Item, element: etree._Element | None) -> None:
        value = None if element is None else xmlns.text_of(element)
        if value is not None and longest is not None and len(value) > longest:
            raise EwsError("ErrorPropertyValidationFailure")
        item.row[column] = value

    return write


def flag(column: str) -> Writer:
    """Write a column that is true or false."""

    def write(_store: MailStore, item: Item, element: etree._Element | None) -> None:
        item.row[column] = int(element is not None and xmlns.is_true(element.text))

    return write


def number(column: str) -> Writer:
    """Write a column that is a number."""

    def write(_store: MailStore, item: Item, element: etree._Element | None) -> None:
        item.row[column] = None if element is None else int(xmlns.text_of(element))

    return write


def moment(column: str) -> Writer:
    """Write a column that is a time."""

    def write(_store: MailStore, item: Item, element: etree._Element | None) -> None:
        item.row[column] = None if element is None else _time_in(element)

    return write


def _time_in(element: etree._Element) -> int:
    try:
        return read_time(xmlns.text_of(element))
    except (ValueError, OverflowError):
        raise EwsError("ErrorInvalidValueForProperty") from None


def binary(column: str) -> Writer:
    """Write a column of bytes."""

    def write(_store: MailStore, item: Item, element: etree._Element | None) -> None:
        item.row[column] = None if element is None else read_base64(xmlns.text_of(element))

    return write


def read_base64(value: str, code: str = "ErrorInvalidValueForProperty") -> bytes:
    """Read base64 that may be broken into lines; raises EwsError with `code`."""
    try:
        return binascii.a2b_base64("".join(value.split()).encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        raise EwsError(code) from None


def choice(column: str, names: tuple[str, ...], default: int) -> Writer:
    """Write a column that numbers one of several names."""

    def write(_store: MailStore, item: Item, element: etree._Element | None) -> None:
        item.row[column] = default if element is None else names.index(xmlns.text_of(element).strip())

    return write


def read_mailbox(store: MailStore, element: etree._Element) -> StoredMailbox:
    """Read a t:Mailbox; an address of the organisation gets the name and type that the directory has for it."""
    name = xmlns.text_at(element, "t:Name") or None
    address = (xmlns.text_at(element, "t:EmailAddress") or "").strip() or None
    routing = xmlns.text_at(element, "t:RoutingType")
    if routing and routing.upper() not in {"SMTP", "EX", "MAPIPDL"}:
        raise EwsError("ErrorInvalidRoutingType")
    if address is None:
        return StoredMailbox(name, None, None, "OneOff")
    known = store.people.with_address(address)
    if known is not None:
        return StoredMailbox(known.display_name, known.address, "SMTP", known.mailbox_type)
    return StoredMailbox(name or address, address, "SMTP", "OneOff")


def people(kind: str) -> Writer:
    """Write the recipients of a kind."""

    def write(store: MailStore, item: Item, element: etree._Element | None) -> None:
        found = [] if element is None else xmlns.find_all(element, "t:Mailbox")
        item.set_recipients(kind, [read_mailbox(store, one) for one in found])

    return write


def person(prefix: str) -> Writer:
    """Write one person into the columns `prefix`_name, `prefix`_address and `prefix`_type."""

    def write(store: MailStore, item: Item, element: etree._Element | None) -> None:
        found = None if element is None else xmlns.find(element, "t:Mailbox")
        mailbox = StoredMailbox() if found is None else read_mailbox(store, found)
        item.row[f"{prefix}_name"] = mailbox.name
        item.row[f"{prefix}_address"] = mailbox.address
        item.row[f"{prefix}_type"] = mailbox.type

    return write


def body(_store: MailStore, item: Item, element: etree._Element | None) -> None:
    """Write the text."""
    item.set_body(None if element is None else StoredBody(str(element.get("BodyType")), xmlns.text_of(element)))


def categories(_store: MailStore, item: Item, element: etree._Element | None) -> None:
    """Write the categories; one named twice is kept once."""
    names = [] if element is None else [xmlns.text_of(one) for one in xmlns.find_all(element, "t:String")]
    item.set_categories(dict.fromkeys(names))


def headers(_store: MailStore, item: Item, element: etree._Element | None) -> None:
    """Write the Internet headers that a new message brings along."""
    found = [] if element is None else xmlns.find_all(element, "t:InternetMessageHeader")
    item.set_headers([(str(one.get("HeaderName")), xmlns.text_of(one)) for one in found])


def flag_details(_store: MailStore, item: Item, element: etree._Element | None) -> None:
    """Write the follow-up flag."""
    item.row["flag_status"] = 0
    for column in ("flag_start", "flag_due", "flag_complete"):
        item.row[column] = None
    if element is None:
        return
    item.row["flag_status"] = FLAG.index((xmlns.text_at(element, "t:FlagStatus") or "NotFlagged").strip())
    for column, child in (("flag_start", "StartDate"), ("flag_due", "DueDate"), ("flag_complete", "CompleteDate")):
        found = xmlns.find(element, f"t:{child}")
        if found is not None:
            item.row[column] = _time_in(found)


def voting(_store: MailStore, item: Item, element: etree._Element | None) -> None:
    """Write the options that recipients may vote for."""
    names = (
        []
        if element is None
        else [xmlns.text_of(one) for one in xmlns.find_all(element, "t:UserOptions/t:VotingOptionData/t:DisplayName")]
    )
    item.row["voting"] = "\n".join(name.replace("\n", " ") for name in names) or None


def search_key(_store: MailStore, item: Item, element: etree._Element | None) -> None:
    """Write the search key."""
    item.row["search_key"] = None if element is None else base64.b64decode(xmlns.text_of(element))
