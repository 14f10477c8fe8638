r"""Reads mailto: links (RFC 6068), which may come from anywhere: a page, a stranger's message, a document.

What a link says is shown to the person before anything is sent, so nothing of it is hidden: Bcc is shown, and what is
left out (attachments, headers that name the sender or the message's route) is named. A link cannot reach a file.
The encoding is undone once; line breaks stay in the body alone, so that no field can begin another header.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_to_bytes

import msgspec

from app.core.i18n import tr
from app.core.lazy_regex import late_pattern
from app.core.text import clean_text, mend_surrogates
from app.domain.address_parser import parse_recipients
from app.domain.errors import BadInput
from app.domain.message import Content, Options
from app.domain.recipient import Recipient

LONGEST: Final = 256 * 1024
"""Characters of a link that are read. Desktops and browsers pass on far less; what is beyond is said to be left out."""
MOST_PEOPLE: Final = 500
_SCHEME: Final = "mailto:"
_MESSAGE_ID: Final = late_pattern(r"<[^\s<>@]{1,400}@[^\s<>@]{1,400}>")
"""msg-id of RFC 5322 section 3.6.4, without comments and folds, which links do not have."""
_MOST_NAMES: Final = 4
_LONGEST_NAME: Final = 30


class Mailto(msgspec.Struct, frozen=True):
    """A message as a link asks for it. `notes` are sentences for the person: what was left out, and who is in Bcc."""

    content: Content
    notes: tuple[str, ...] = ()


def is_mailto(words: str) -> bool:
    """Return whether `words` is a mailto: link; the scheme's letters may be large or small (RFC 3986 section 3.1)."""
    return words[: len(_SCHEME)].lower() == _SCHEME


def read_mailto(link: str) -> Mailto:
    """Return what `link` asks for. Raises BadInput for what is no mailto: link, and for nothing else."""
    link = link.strip()
    if not is_mailto(link):
        raise BadInput(tr("This is not a mailto: link."))
    reader = _Reader(cut=len(link) > LONGEST)
    path, _, query = link[len(_SCHEME) : LONGEST].partition("#")[0].partition("?")
    reader.take_field("to", path.removeprefix("//"))
    for part in query.split("&"):
        name, _, value = part.partition("=")
        name = reader.text(name, lines=False).strip().lower().removeprefix("amp;")
        if name:
            reader.take_field(name, value)
    return reader.result()


class _Reader:
    """Takes the fields one by one. Of people there may be many fields, of the subject one; bodies follow each other."""

    def __init__(self, *, cut: bool) -> None:
        self._people: dict[str, list[Recipient]] = {"to": [], "cc": [], "bcc": []}
        self._subject = ""
        self._bodies: list[str] = []
        self._in_reply_to = ""
        self._keywords: list[str] = []
        self._ignored: dict[str, None] = {}
        self._cut = cut
        self._strange = False

    def text(self, encoded: str, *, lines: bool) -> str:
        """Undo the encoding, once. What is not UTF-8 is read as the old encoding of the West, and said."""
        octets = unquote_to_bytes(_octets(encoded))
        try:
            text = octets.decode("utf-8")
        except UnicodeDecodeError:
            text = octets.decode("cp1252", "replace")
            self._strange = True
        return clean_text(text, lines=lines)

    def take_field(self, name: str, value: str) -> None:
        if name in self._people:
            self._take_people(name, value)
        elif name == "subject":
            self._take_subject(self.text(value, lines=False).strip())
        elif name == "body":
            self._bodies.append(self.text(value, lines=True))
        elif name == "in-reply-to":
            self._take_in_reply_to(self.text(value, lines=False).strip())
        elif name == "keywords":
            words = (word.strip() for word in self.text(value, lines=False).split(","))
            self._keywords += [word for word in words if word and word not in self._keywords]
        else:
            self._ignored[name] = None

    def _take_people(self, name: str, value: str) -> None:
        # Parted before the encoding is undone: an encoded comma belongs to an address (RFC 6068 section 2).
        for part in value.split(","):
            found = parse_recipients(self.text(part, lines=False))
            room = MOST_PEOPLE - sum(map(len, self._people.values()))
            self._cut = self._cut or len(found) > room
            self._people[name] += found[:room]

    def _take_subject(self, words: str) -> None:
        if self._subject and words:
            self._ignored["subject"] = None
        self._subject = self._subject or words

    def _take_in_reply_to(self, words: str) -> None:
        if _MESSAGE_ID.fullmatch(words) and not self._in_reply_to:
            self._in_reply_to = words
        else:
            self._ignored["in-reply-to"] = None

    def result(self) -> Mailto:
        options = Options(
            in_reply_to=self._in_reply_to, references=self._in_reply_to, categories=tuple(self._keywords[:20])
        )
        content = Content(
            to=tuple(self._people["to"]),
            cc=tuple(self._people["cc"]),
            bcc=tuple(self._people["bcc"]),
            subject=self._subject,
            body="\n".join(self._bodies),
            options=options,
        )
        return Mailto(content, tuple(self._notes()))

    def _notes(self) -> list[str]:
        notes = []
        if self._people["bcc"]:
            notes.append(tr("The link adds people in Bcc, whom nobody else would see."))
        if self._ignored:
            notes.append(tr("The link also asked for “{names}”. That was left out.", names=_names(self._ignored)))
        if self._strange:
            notes.append(tr("Some letters in the link may be wrong: it is not written as the standard asks."))
        if self._cut:
            notes.append(tr("The link was too long. What came last was left out."))
        return notes


def _names(names: dict[str, None]) -> str:
    shown = [name[:_LONGEST_NAME] for name in list(names)[:_MOST_NAMES]]
    return ", ".join(shown) + (" …" if len(names) > _MOST_NAMES else "")


def _octets(text: str) -> bytes:
    """Return the bytes of a text, those too that an argument of the program had beyond UTF-8."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # halves of pairs, which no bytes stood for
        return mend_surrogates(text).encode("utf-8")
