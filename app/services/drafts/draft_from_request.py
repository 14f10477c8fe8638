"""What comes in from outside the window becomes messages to be written or read: command line, mailto: links, files.

Nothing of it is sent by itself, and nothing is hidden: what was left out of a message, and what is worth a second look,
comes with it as words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from app.core.background import RunInThread
from app.core.i18n import ntr, tr
from app.core.text import clean_text
from app.domain.address_parser import parse_recipients
from app.domain.errors import BadInput, MailError
from app.domain.message import BodyFormat, Content, written_anew
from app.domain.startup_request import StartupRequest
from app.services.text.authorship import author_words

if TYPE_CHECKING:
    from app.content.jobs import Enclosed
    from app.services.reader.eml import FromFile, Shown

MOST_MESSAGES: Final = 20
"""Messages that one wish may begin: a hundred files chosen by a slip of the hand would bury the one being written."""


class Arrived(msgspec.Struct, frozen=True):
    """A message as it came in. `notes` are sentences for its head, `attach` files, `enclosed` what was in a file.

    `own_from` is the mailbox of this person's that a draft from a file is from, in lower case; "" for none. `is_new`
    says that it is begun here, by a link or a command line, and begins as all new messages do.
    """

    content: Content
    notes: tuple[str, ...] = ()
    attach: tuple[Path, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()
    own_from: str = ""
    is_new: bool = False

    def without_attached(self, names: Collection[str]) -> Arrived:
        """Return the same message without those files that it has already."""
        return msgspec.structs.replace(
            self,
            attach=tuple(path for path in self.attach if path.name not in names),
            enclosed=tuple(one for one in self.enclosed if one.name not in names),
        )


class ToRead(msgspec.Struct, frozen=True):
    """A message from a file that is no draft: it is read, whoever wrote it, and nothing is made of it unasked."""

    name: str
    shown: Shown


async def messages_of(
    arrival: StartupRequest, run_in_thread: RunInThread, own: frozenset[str] = frozenset()
) -> tuple[list[Arrived | ToRead], list[MailError]]:
    """Return the messages that a request asks for, in order, and what could not be read.

    `own` are the addresses from which this person sends, in lower case.
    """
    messages: list[Arrived | ToRead] = []
    errors: list[MailError] = []
    if arrival.has_fields():
        messages.append(await run_in_thread(lambda: of_fields(arrival)))
    of_file = partial(_of_file, own)
    readers: list[tuple[Callable[[str], Arrived | ToRead], str]]
    readers = [(_of_link, link) for link in arrival.links] + [(of_file, file) for file in arrival.files]
    room = MOST_MESSAGES - len(messages)
    for read, words in readers[:room]:
        try:
            messages.append(await _read(read, words, run_in_thread))
        except BadInput as error:
            errors.append(error)
    over = len(readers) - room
    if over > 0:
        one, many = "{n} more was not opened: too many at once.", "{n} more were not opened: too many at once."
        errors.append(BadInput(ntr(one, many, over)))
    return messages, errors


async def _read(read: Callable[[str], Arrived | ToRead], words: str, run_in_thread: RunInThread) -> Arrived | ToRead:
    return await run_in_thread(lambda: read(words))


def of_fields(arrival: StartupRequest) -> Arrived:
    """Return the message that a command line asks for field by field."""
    content = Content(
        to=tuple(parse_recipients(arrival.to)),
        cc=tuple(parse_recipients(arrival.cc)),
        bcc=tuple(parse_recipients(arrival.bcc)),
        subject=clean_text(arrival.subject, lines=False),
        body=clean_text(arrival.body, lines=True),
    )
    return Arrived(content, attach=tuple(map(Path, arrival.attach)), is_new=True)


def _of_link(link: str) -> Arrived:
    from app.domain.mailto import read_mailto

    found = read_mailto(link)
    return Arrived(found.content, found.notes, is_new=True)


def _of_file(own: frozenset[str], file: str) -> Arrived | ToRead:
    from app.services.reader.eml import read_eml  # Python's email package, which most starts have no use for

    found: FromFile = read_eml(Path(file))
    if found.shown is not None:
        return ToRead(Path(file).name, found.shown)
    content = found.content
    if content.body_format is BodyFormat.HTML:
        # Without scripts and without what is fetched, before it is a message of this person's.
        from app.services.html.foreign import clean

        content = msgspec.structs.replace(content, body=clean(content.body))
    notes = [tr("The file adds people in Bcc, whom nobody else would see.")] if found.content.bcc else []
    author_key = "" if found.author is None else found.author.address.casefold()
    if found.author is not None and author_key not in own:
        # A stranger's draft: not one's own place in a conversation, and not one's own words.
        content = written_anew(content)
        author = author_words(found.author)
        words = tr("This file says it is from {author}. It will be sent from your address.", author=author)
        notes.insert(0, words)
    own_from = author_key if author_key in own else ""
    return Arrived(content, tuple(notes), enclosed=found.enclosed, own_from=own_from)
