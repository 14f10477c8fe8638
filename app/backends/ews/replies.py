"""What the server said, message by message, with nothing dropped; and items as it shows them.

Results are laid beside what was asked, by position. A reply with fewer messages than items leaves the rest unknown, a
reply with more has its surplus left aside: no list is ever shorter than what was asked for.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from lxml import etree

from app.backends.ews.xml import MARK_NAME, MARK_SET, Element, T, child, text_of
from app.domain.errors import Trouble, TroubleKind
from app.domain.i18n import tr
from app.domain.listing import Row
from app.domain.message import BodyFormat, Content, Fetched, Importance, ItemRef
from app.domain.outcome import FetchOutcome, Outcome, ServerWords, Verdict
from app.domain.recipient import Recipient


def words_of(message: Element) -> ServerWords:
    """Return a ResponseMessage as the server gave it ([MS-OXWSCDATA] 2.2.4.65)."""
    link_key = text_of(message, "m:DescriptiveLinkKey").strip()
    details = child(message, "m:MessageXml")
    return ServerWords(
        response_class=message.get("ResponseClass") or "",
        response_code=text_of(message, "m:ResponseCode").strip(),
        message_text=text_of(message, "m:MessageText"),
        descriptive_link_key=int(link_key) if link_key.lstrip("-").isdigit() else None,
        message_xml=serialise(details),
        back_off_ms=back_off_of(details),
    )


def serialise(element: Element | None) -> str:
    """Return `element` as text, empty for None."""
    return "" if element is None else etree.tostring(element, encoding="unicode", with_tail=False)


def back_off_of(details: Element | None) -> int | None:
    """Return the value named BackOffMilliseconds in a MessageXml, if the server gave one."""
    for value in () if details is None else details.iter(f"{{{T}}}Value"):
        if value.get("Name") == "BackOffMilliseconds" and (value.text or "").strip().isdigit():
            return int((value.text or "").strip())
    return None


def outcomes_of(messages: Sequence[Element], asked: int, *, needs_ref: bool) -> list[Outcome]:
    """Return one Outcome for each of `asked` items. With `needs_ref`, a success without an ItemId is unknown."""
    now = time.time()
    outcomes = [_outcome_of(message, now, needs_ref=needs_ref) for message in messages[:asked]]
    return outcomes + [_unanswered(len(messages), asked, now)] * (asked - len(outcomes))


def fetched_of(messages: Sequence[Element], asked: int, own: str) -> list[FetchOutcome]:
    """Return one FetchOutcome for each of `asked` items of a GetItem; a From that is `own` reads as None."""
    now = time.time()
    answers = []
    for message in messages[:asked]:
        outcome = _outcome_of(message, now, needs_ref=True)
        item = _first_item(message)
        answers.append(FetchOutcome(outcome, _item_of(item, own) if outcome.accepted and item is not None else None))
    return answers + [FetchOutcome(_unanswered(len(messages), asked, now))] * (asked - len(answers))


def row_of(item: Element) -> Row | None:
    """Return an item of a FindItem as a row, None where it has no ItemId."""
    ref = ref_of(item)
    if ref is None:
        return None
    sender = _mailbox_of(child(item, "t:From", "t:Mailbox"))
    return Row(
        ref=ref,
        subject=text_of(item, "t:Subject"),
        display_to=text_of(item, "t:DisplayTo"),
        display_cc=text_of(item, "t:DisplayCc"),
        preview=text_of(item, "t:Preview"),
        sender="" if sender is None else sender.name or sender.address,
        created=_time_of(text_of(item, "t:DateTimeCreated")),
        modified=_time_of(text_of(item, "t:LastModifiedTime")),
        sent=_time_of(text_of(item, "t:DateTimeSent")),
        size=_number_of(text_of(item, "t:Size")),
        has_attachments=text_of(item, "t:HasAttachments") == "true",
        importance=_importance_of(item),
        is_draft=text_of(item, "t:IsDraft") == "true",
        local_id=mark_of(item),
    )


def mark_of(item: Element) -> str:
    """Return our mark in an item, empty where another client made it."""
    for found in item.findall(f"{{{T}}}ExtendedProperty"):
        uri = child(found, "t:ExtendedFieldURI")
        if uri is None or uri.get("PropertyName") != MARK_NAME:
            continue
        if (uri.get("PropertySetId") or "").casefold() == MARK_SET:
            return text_of(found, "t:Value")
    return ""


def _outcome_of(message: Element, now: float, *, needs_ref: bool) -> Outcome:
    words = words_of(message)
    item = _first_item(message)
    ref = None if item is None else ref_of(item)
    verdict = _verdict_of(words)
    if verdict is Verdict.ACCEPTED and needs_ref and ref is None:
        verdict = Verdict.UNKNOWN
    trouble = None
    if verdict is Verdict.UNKNOWN:
        trouble = Trouble(TroubleKind.SERVER, tr("The server’s answer for this item cannot be read."))
    elif verdict is Verdict.NOT_ATTEMPTED:
        detail = tr("The server stopped before it came to this item.")
        trouble = Trouble(TroubleKind.SERVER, detail, may_have_been_processed=False)
    return Outcome(verdict=verdict, ref=ref, words=words, trouble=trouble, at=now)


def _verdict_of(words: ServerWords) -> Verdict:
    """ResponseClassType: a warning says that the item was not processed; one that contradicts its code, nothing."""
    fine = words.response_code in {"NoError", ""}
    if words.response_class == "Success":
        return Verdict.ACCEPTED if fine else Verdict.UNKNOWN
    if words.response_class == "Error":
        return Verdict.UNKNOWN if fine else Verdict.REFUSED
    if words.response_class == "Warning":
        if words.response_code == "ErrorBatchProcessingStopped":
            return Verdict.NOT_ATTEMPTED
        return Verdict.ACCEPTED if words.response_code == "NoError" else Verdict.UNKNOWN
    return Verdict.UNKNOWN


def _unanswered(answered: int, asked: int, now: float) -> Outcome:
    detail = tr("The server answered for {answered} of {asked} items.", answered=answered, asked=asked)
    return Outcome(verdict=Verdict.UNKNOWN, trouble=Trouble(TroubleKind.SERVER, detail), at=now)


def _first_item(message: Element) -> Element | None:
    items = child(message, "m:Items")
    return None if items is None else next(iter(items), None)


def _item_of(item: Element, own: str) -> Fetched:
    body = child(item, "t:Body")
    html = body is not None and body.get("BodyType") == BodyFormat.HTML.value
    ref = ref_of(item)
    sender = _mailbox_of(child(item, "t:From", "t:Mailbox"))
    if sender is not None and sender.address.casefold() == own.casefold():
        sender = None
    content = Content(
        sender=sender,
        to=_mailboxes_of(item, "t:ToRecipients"),
        cc=_mailboxes_of(item, "t:CcRecipients"),
        bcc=_mailboxes_of(item, "t:BccRecipients"),
        subject=text_of(item, "t:Subject"),
        body=text_of(item, "t:Body"),
        body_format=BodyFormat.HTML if html else BodyFormat.TEXT,
        importance=_importance_of(item),
    )
    return Fetched(
        ref=ref if ref is not None else ItemRef(""),
        content=content,
        local_id=mark_of(item),
        message_id=text_of(item, "t:InternetMessageId"),
        is_draft=text_of(item, "t:IsDraft") != "false",
        has_attachments=text_of(item, "t:HasAttachments") == "true",
        modified=_time_of(text_of(item, "t:LastModifiedTime")),
        sent=_time_of(text_of(item, "t:DateTimeSent")),
    )


def ref_of(item: Element) -> ItemRef | None:
    """Return the name of an item, None where the server gave none."""
    name = child(item, "t:ItemId")
    if name is None or not name.get("Id"):
        return None
    return ItemRef(name.get("Id") or "", name.get("ChangeKey") or "")


def _mailboxes_of(item: Element, name: str) -> tuple[Recipient, ...]:
    parent = child(item, name)
    found = () if parent is None else map(_mailbox_of, parent)
    return tuple(recipient for recipient in found if recipient is not None)


def _mailbox_of(element: Element | None) -> Recipient | None:
    if element is None:
        return None
    return Recipient(
        address=text_of(element, "t:EmailAddress"),
        name=text_of(element, "t:Name"),
        routing=text_of(element, "t:RoutingType") or "SMTP",
    )


def _importance_of(item: Element) -> Importance:
    text = text_of(item, "t:Importance")
    return Importance(text) if text in set(Importance) else Importance.NORMAL


def _number_of(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _time_of(text: str) -> float:
    """An xs:dateTime as seconds since the epoch; one without a zone is taken as UTC, as Exchange means it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
