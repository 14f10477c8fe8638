"""Makes of what is known of a recipient the one word that its chip bears, and the sentences behind it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from app.core.formatting import size_words
from app.core.i18n import ntr, tr
from app.domain.people import MailTips
from app.domain.recipient import Recipient

_MANY_WORDS: Final = 600


class Note(msgspec.Struct, frozen=True):
    """What a chip says of its recipient beside the name: a word with an icon in a tone, and sentences for who asks.

    `tone` is a colour of the scheme ("bad", "warn", "muted"). `text` is longer words, read on demand: an absence note.
    """

    word: str
    icon: str
    tone: str
    sentences: tuple[str, ...] = ()
    text: str = ""


def note_for(
    recipient: Recipient,
    tips: MailTips | None,
    own_domains: Iterable[str] = (),
    *,
    is_group: bool = False,
    size: int = 0,
) -> Note | None:
    """Return what is worth saying of `recipient`, None for nothing. `size` is the message's, in bytes.

    Where several things are so, the gravest gives the word; all have their sentence.
    """
    found = [*_from_tips(tips, size), *_from_group(tips, is_group=is_group)] if tips is not None or is_group else []
    if is_external(recipient, own_domains) and not (tips is not None and tips.invalid):
        found.append(Note(tr("External"), "globe", "muted", (tr("Outside your organisation."),)))
    if not found:
        return None
    sentences = tuple(sentence for note in found for sentence in note.sentences)
    text = next((note.text for note in found if note.text), "")
    return msgspec.structs.replace(found[0], sentences=sentences, text=text)


def is_external(recipient: Recipient, own_domains: Iterable[str]) -> bool:
    """Tell whether an address lies outside the domains of one's own organisation. Without any, nothing does, and
    what has no dot is a name of one's own network.
    """
    domain = recipient.address.rpartition("@")[2].casefold()
    own = {one.casefold() for one in own_domains if one}
    if not own or "." not in domain or "@" not in recipient.address or recipient.routing != "SMTP":
        return False
    return not any(domain == one or domain.endswith("." + one) or one.endswith("." + domain) for one in own)


def _from_tips(tips: MailTips | None, size: int) -> list[Note]:
    if tips is None:
        return []
    found = []
    if tips.invalid:
        found.append(Note(tr("Unknown"), "circle-alert", "bad", (tr("Your server does not know this address."),)))
    if tips.restricted:
        found.append(Note(tr("Restricted"), "lock-keyhole", "bad", (tr("You may not write to this address."),)))
    if tips.mailbox_full:
        found.append(Note(tr("Full"), "circle-alert", "bad", (tr("This mailbox is full and takes no more messages."),)))
    if tips.max_message_size is not None and 0 < tips.max_message_size < size:
        limit = size_words(tips.max_message_size)
        found.append(Note(tr("Too large"), "circle-alert", "bad", (tr("Takes messages up to {size}.", size=limit),)))
    if tips.out_of_office:
        words = tips.out_of_office[:_MANY_WORDS]
        found.append(Note(tr("Away"), "clock", "warn", (tr("Automatic reply: {words}", words=words),), words))
    if tips.moderated:
        found.append(Note(tr("Moderated"), "eye", "warn", (tr("Somebody looks at each message before it arrives."),)))
    if tips.custom:
        found.append(Note(tr("Note"), "info", "muted", (tips.custom[:_MANY_WORDS],)))
    return found


def _from_group(tips: MailTips | None, *, is_group: bool) -> list[Note]:
    members = None if tips is None else tips.members
    if members is None:
        return [Note(tr("Group"), "users-round", "muted", (tr("A group."),))] if is_group else []
    sentences = [ntr("A group of {n} member.", "A group of {n} members.", members)]
    outside = 0 if tips is None or tips.external_members is None else tips.external_members
    if outside:
        sentences.append(
            ntr("{n} of them is outside your organisation.", "{n} of them are outside your organisation.", outside)
        )
    return [Note(f"{members}", "users-round", "warn" if outside else "muted", tuple(sentences))]
