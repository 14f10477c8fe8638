"""What the server said, message by message, with nothing dropped.

Results are laid beside what was asked, by position. A reply with fewer messages than items leaves the others unknown;
of one with more nothing is believed: it may answer something else. No list is ever shorter than what was asked for.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from lxml import etree

from app.backends.ews.item_reader import answered_at, item_of, ref_of
from app.backends.ews.xml import Element, T, child, text_of
from app.core.i18n import tr
from app.core.parsing import LARGEST, LONGEST_WAIT, whole_number
from app.domain.errors import ServerWords, Trouble, TroubleKind
from app.domain.outcome import FetchOutcome, Outcome, Verdict
from app.domain.response_codes import BATCH_STOPPED


def words_of(message: Element) -> ServerWords:
    """Return a ResponseMessage as the server gave it ([MS-OXWSCDATA] 2.2.4.65)."""
    link_key = whole_number(text_of(message, "m:DescriptiveLinkKey"), LARGEST)
    details = child(message, "m:MessageXml")
    return ServerWords(
        response_class=message.get("ResponseClass") or "",
        response_code=text_of(message, "m:ResponseCode").strip(),
        message_text=text_of(message, "m:MessageText"),
        descriptive_link_key=None if link_key == LARGEST else link_key,
        message_xml=serialise(details),
        back_off_ms=back_off_of(details),
    )


def serialise(element: Element | None) -> str:
    """Return `element` as text, empty for None."""
    return "" if element is None else etree.tostring(element, encoding="unicode", with_tail=False)


def back_off_of(details: Element | None) -> int | None:
    """Return the value named BackOffMilliseconds in a MessageXml, if the server gave one."""
    for value in () if details is None else details.iter(f"{{{T}}}Value"):
        if value.get("Name") == "BackOffMilliseconds" and whole_number(value.text, -1) >= 0:
            return min(whole_number(value.text), int(LONGEST_WAIT * 1000))
    return None


def outcomes_of(
    messages: Sequence[Element], asked: int, *, needs_ref: bool, names: Sequence[str] = ()
) -> list[Outcome]:
    """Return one Outcome for each of `asked` items. With `needs_ref`, a success without an ItemId is unknown.

    `names` are the ItemIds that were asked about, where an answer names the same.
    """
    now = time.time()
    nothing = unanswered(len(messages), asked, now)
    laid = _laid_beside(messages, names) if len(messages) <= asked else []
    outcomes = [nothing if one is None else outcome_of(one, now, needs_ref=needs_ref) for one in laid]
    return outcomes + [nothing] * (asked - len(outcomes))


def fetched_of(messages: Sequence[Element], names: Sequence[str], own: str) -> list[FetchOutcome]:
    """Return one FetchOutcome for each of the ItemIds `names` of a GetItem; a From that is `own` reads as None."""
    now = time.time()
    nothing = FetchOutcome(unanswered(len(messages), len(names), now))
    answers = []
    for message in _laid_beside(messages, names) if len(messages) <= len(names) else []:
        if message is None:
            answers.append(nothing)
            continue
        outcome = outcome_of(message, now, needs_ref=True)
        item = _first_item(message)
        answers.append(FetchOutcome(outcome, item_of(item, own) if outcome.accepted and item is not None else None))
    return answers + [nothing] * (len(names) - len(answers))


def marked_of(messages: Sequence[Element], names: Sequence[str]) -> list[tuple[Outcome, float]]:
    """Return of each of the ItemIds `names` what was said of it, and when it was last answered or passed on."""
    now = time.time()
    answers = []
    for message in [*_laid_beside(messages, names), *[None] * len(names)][: len(names)]:
        item = None if message is None else _first_item(message)
        outcome = unanswered(len(messages), len(names), now)
        if message is not None:
            outcome = outcome_of(message, now, needs_ref=True)
        answers.append((outcome, 0.0 if item is None else answered_at(item)))
    return answers


def _laid_beside(messages: Sequence[Element], names: Sequence[str]) -> list[Element | None]:
    """Return the messages in the order of `names`. As long as none names an item that was asked about at another place,
    that is the order they came in; else each stands for the item it names, and one that names none for no item.
    """
    places = {name: place for place, name in enumerate(names)}
    told = [_name_in(message) for message in messages]
    if all(places.get(name, place) == place for place, name in enumerate(told)):
        return list(messages)
    found = dict(zip(told, messages, strict=True))
    return [found.get(name) for name in names]


def _name_in(message: Element) -> str:
    item = _first_item(message)
    ref = None if item is None else ref_of(item)
    return "" if ref is None else ref.item_id


def mime_of(messages: Sequence[Element], size: int) -> Outcome:
    """Return the Outcome of the one item of a GetItem, of whose MimeContent `size` bytes were put aside."""
    now = time.time()
    if not messages:
        return unanswered(0, 1, now)
    outcome = outcome_of(messages[0], now, needs_ref=True)
    if outcome.accepted and not size:
        detail = tr("The server’s answer for this item cannot be read.")
        return Outcome(Verdict.UNKNOWN, words=outcome.words, trouble=Trouble(TroubleKind.SERVER, detail), at=now)
    return outcome


def outcome_of(message: Element, now: float, *, needs_ref: bool) -> Outcome:
    """Return the Outcome that one ResponseMessage stands for."""
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
        if words.response_code == BATCH_STOPPED:
            return Verdict.NOT_ATTEMPTED
        return Verdict.ACCEPTED if words.response_code == "NoError" else Verdict.UNKNOWN
    return Verdict.UNKNOWN


def unanswered(answered: int, asked: int, now: float) -> Outcome:
    """Return what is said of an item that the server gave no answer for."""
    detail = tr("The server answered for {answered} of {asked} items.", answered=answered, asked=asked)
    return Outcome(verdict=Verdict.UNKNOWN, trouble=Trouble(TroubleKind.SERVER, detail), at=now)


def _first_item(message: Element) -> Element | None:
    items = child(message, "m:Items")
    return None if items is None else next(iter(items), None)
