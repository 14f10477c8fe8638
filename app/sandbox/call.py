"""One request on its way through an operation: its sender, what it asks, and how its reply is put together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.errors import SUCCESS, EwsError, words_of
from app.sandbox.manners import BY_THE_BOOK, Manner, Manners
from app.sandbox.notifications import Hub, Stream
from app.sandbox.soap import Envelope
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person


@dataclass(frozen=True, slots=True)
class ItemFault:
    """What the fault plan wants of one item of a request: refuse it, before or after it was done."""

    error: EwsError
    after: bool = False
    stop: bool = False


@dataclass(slots=True)
class Call:
    """A request that its sender may make.

    `user` is the person that the request acts as, `caller` the one that signed in: they differ with
    ExchangeImpersonation. `item_faults` comes from the fault plan: the place of an item in the request, or None for
    all, to what is to happen to it. `hub` reports changes; an operation that sets `stream` has its reply go on after
    its first part. `manners` are the ways in which this server departs from Exchange's book.
    """

    store: MailStore
    user: Person
    caller: Person
    envelope: Envelope
    item_faults: dict[int | None, ItemFault] = field(default_factory=dict)
    on_change: Callable[[], None] = lambda: None
    hub: Hub | None = None
    stream: Stream | None = None
    manners: Manners = BY_THE_BOOK

    @property
    def culture(self) -> str:
        """The language in which errors are to be said."""
        return self.envelope.culture

    def fault_of(self, place: int) -> ItemFault | None:
        """Return what the fault plan wants of the item at `place`, counted from 0."""
        return self.item_faults.get(place) or self.item_faults.get(None)


@dataclass(frozen=True, slots=True)
class ServiceOperation:
    """An operation of the service: its name, what its request may hold (see `grammar`), and what it does."""

    name: str
    grammar: str
    run: Callable[[Call, etree._Element], etree._Element]


def answer(name: str) -> tuple[etree._Element, etree._Element]:
    """Begin the reply of an operation; returns it and its ResponseMessages."""
    response = etree.Element(xmlns.tag(f"m:{name}Response"), nsmap={"m": xmlns.messages, "t": xmlns.type_})
    return response, xmlns.add(response, "m:ResponseMessages")


def succeed(parent: etree._Element, name: str, parts: Iterable[etree._Element] = ()) -> etree._Element:
    """Add a response message that says that one part of the request was done."""
    message = xmlns.add(parent, f"m:{name}ResponseMessage", ResponseClass="Success")
    xmlns.add(message, "m:ResponseCode", SUCCESS)
    for part in parts:
        message.append(part)
    return message


def refuse(
    parent: etree._Element,
    name: str,
    error: EwsError,
    culture: str,
    *,
    parts: Iterable[etree._Element] = (),
    warning: bool = False,
) -> etree._Element:
    """Add a response message that says why one part of the request was not done."""
    message = xmlns.add(parent, f"m:{name}ResponseMessage", ResponseClass="Warning" if warning else "Error")
    xmlns.add(message, "m:MessageText", error.words(culture))
    xmlns.add(message, "m:ResponseCode", error.code)
    xmlns.add(message, "m:DescriptiveLinkKey", "0")
    if error.values or error.paths:
        xml = xmlns.add(message, "m:MessageXml")
        for path in error.paths:
            kind = "t:FieldURI" if set(path) == {"FieldURI"} else "t:ExtendedFieldURI"
            xmlns.add(xml, "t:IndexedFieldURI" if "FieldIndex" in path else kind, None, **path)
        for key, value in error.values.items():
            xmlns.add(xml, "t:Value", value, Name=key)
    for part in parts:
        message.append(part)
    return message


Handle = Callable[[xmlns.Element], Iterable[xmlns.Element]]


def answer_each(
    call: Call,
    name: str,
    parts: Sequence[etree._Element],
    handle: Handle,
    *,
    empty: str | None = None,
    write: bool = True,
) -> etree._Element:
    """Do each part of a request by itself and answer each with one message, in order.

    `handle` returns the elements of a message; what it raises becomes that part's refusal and no other's. `empty` names
    the element that the schema wants in a refusal too. With `write`, each part is one write of the store.
    Raises EwsError for what `handle` refuses where that ends the batch (Manner.BATCH_ENDS_IN_FAULT).
    """
    response, messages = answer(name)
    stopped = False
    for place, part in enumerate(parts):
        rest = [xmlns.make(empty)] if empty else []
        if stopped:
            error = EwsError("ErrorBatchProcessingStopped", words_of("ErrorBatchProcessingStopped", call.culture))
            refuse(messages, name, error, call.culture, parts=rest, warning=True)
            continue
        fault = call.fault_of(place)
        try:
            if fault and not fault.after:
                raise fault.error
            done = _do(call, handle, part, write=write)
            if fault:
                raise fault.error
            succeed(messages, name, done)
        except EwsError as error:
            if write and Manner.BATCH_ENDS_IN_FAULT in call.manners:
                raise
            refuse(messages, name, error, call.culture, parts=rest)
            stopped = fault is not None and fault.stop
    return response


def _do(call: Call, handle: Handle, part: etree._Element, *, write: bool) -> list[etree._Element]:
    if not write:
        return list(handle(part))
    with call.store.database.writing():
        done = list(handle(part))
    call.on_change()
    return done
