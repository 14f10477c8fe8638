"""All that is known of one message beside its text, line by line: every element of a message that says something.

The people and options that the server gave, and what only it can say: its submitter, its recipient and on whose behalf,
where it stands in a conversation. Above the headers that a message came with, for exact reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from app.core.formatting import exact_time, full_date, size_words
from app.core.i18n import mark, ntr, tr
from app.domain.listing import Report, ReportKind
from app.domain.message import Content, Fetched, FlagStatus, FollowUp, Importance, Options, Sensitivity
from app.domain.recipient import Recipient, format_recipient
from app.services.text.status_text import origin_words, report_line

Lines = list[tuple[str, str]]

_IMPORTANCES: Final = {Importance.LOW: mark("Low"), Importance.NORMAL: mark("Normal"), Importance.HIGH: mark("High")}
_SENSITIVITIES: Final = {
    Sensitivity.NORMAL: mark("Normal"),
    Sensitivity.PERSONAL: mark("Personal"),
    Sensitivity.PRIVATE: mark("Private"),
    Sensitivity.CONFIDENTIAL: mark("Confidential"),
}


def details_of(content: Content, item: Fetched | None, own: Recipient) -> Lines:
    """Return a label and its words for each thing that is so; `own` is whose mailbox it is."""
    found = [*_people(content, item, own), *_times(content, item), *_names(content, item), *_wishes(content)]
    if item is not None:
        found += [(tr("Read"), tr("Yes") if item.is_read else tr("No")), (tr("Size"), size_words(item.size))]
    return [(label, " ".join(words.split())) for label, words in found if words.strip()]


def report_details(reports: Sequence[Report], content: Content) -> Lines:
    """Return what reports say of a message, who sent each, and what was checked of it."""
    named = {words.casefold() for one in content.recipients() for words in (one.address, one.name) if words}
    lines = []
    for report in reports:
        words = [report_line(report), exact_time(report.at), "·", origin_words(report)]
        by_reader = report.kind in {ReportKind.READ, ReportKind.NOT_READ}
        about = report.reporter if by_reader else report.who
        if about and about.casefold() not in named:
            words.append(tr("{who} is not named among its recipients.", who=report.who))
        lines.append((tr("Report"), " ".join(words)))
    return lines


def _people(content: Content, item: Fetched | None, own: Recipient) -> Lines:
    options = content.options
    sender = options.submitter if item is None else item.submitter
    return [
        (tr("From"), _written([content.sender or own])),
        (tr("Sender"), _written([sender])),
        (tr("Reply to"), _written(options.reply_to)),
        (tr("To"), _written(content.to)),
        (tr("Cc"), _written(content.cc)),
        (tr("Bcc"), _written(content.bcc)),
        (tr("Received by"), _written([None if item is None else item.received_by])),
        (tr("Received for"), _written([None if item is None else item.received_representing])),
    ]


def _times(content: Content, item: Fetched | None) -> Lines:
    options = content.options
    told = [] if item is None else [(tr("Made"), item.created)]
    if item is not None and not item.is_draft and item.sent >= options.deferred:  # of others it is no time of sending
        told = [(tr("Sent"), item.sent), (tr("Received"), item.received), *told]
    told += [(tr("Goes at"), options.deferred), (tr("Reminder"), options.reminder)]
    return [(label, exact_time(when)) for label, when in told]


def _names(content: Content, item: Fetched | None) -> Lines:
    options = content.options
    topic = options.conversation_topic if item is None else item.conversation_topic
    index = options.conversation_index if item is None else item.conversation_index
    return [
        (tr("Message-ID"), "" if item is None else item.message_id),
        (tr("In reply to"), options.in_reply_to),
        (tr("References"), options.references),
        (tr("Conversation"), topic),
        (tr("Place in the conversation"), index.hex(" ", 4)),
    ]


def _wishes(content: Content) -> Lines:
    options = content.options
    asked = tr("Asked for")
    return [
        (tr("Importance"), tr(_IMPORTANCES[content.importance])),
        (tr("Sensitivity"), tr(_SENSITIVITIES[options.sensitivity])),
        (tr("Categories"), ", ".join(options.categories)),
        (tr("Follow-up flag"), _flag_words(options)),
        (tr("Read receipt"), asked if options.read_receipt else ""),
        (tr("Delivery receipt"), asked if options.delivery_receipt else ""),
        (tr("Answer"), asked if options.response_requested else ""),
        *((header.name, header.value) for header in options.headers),
    ]


def _flag_words(options: Options) -> str:
    flag: FollowUp = options.follow_up
    if flag.status is FlagStatus.NOT_FLAGGED:
        return ""
    if flag.status is FlagStatus.COMPLETE:
        done = full_date(flag.completed)
        return tr("Done on {day}", day=done) if done else tr("Done")
    parts = [
        tr("starts {day}", day=full_date(flag.start)) if flag.start else "",
        tr("due {day}", day=full_date(flag.due)) if flag.due else "",
    ]
    dates = ", ".join(part for part in parts if part)
    return tr("Flagged, {dates}", dates=dates) if dates else tr("Flagged")


def _written(people: Iterable[Recipient | None]) -> str:
    """Return names and addresses, and of a person without a name the address alone."""
    named = (one for one in people if one is not None and (one.address or one.name))
    return "; ".join(
        one.address if one.name.casefold() == one.address.casefold() else format_recipient(one) for one in named
    )


_SHOWN: Final = 12


def people_words(content: Content) -> str:
    """Return all people in one line, the first dozen of each kind by name."""
    parts = [] if content.sender is None else [f"{tr('From')} {_name(content.sender)}"]
    for words, people in ((tr("To"), content.to), (tr("Cc"), content.cc), (tr("Bcc"), content.bcc)):
        if people:
            shown = ", ".join(_name(one) for one in people[:_SHOWN])
            more = len(people) - _SHOWN
            parts.append(f"{words} {shown}" + (ntr(" and {n} more", " and {n} more", more) if more > 0 else ""))
    return " · ".join(parts)


def _name(recipient: Recipient) -> str:
    """Return name and address, and not twice the same."""
    same = recipient.name.casefold() == recipient.address.casefold()
    return recipient.address if same else format_recipient(recipient)
