"""Signatures and templates of each account: kept in the settings, with fields that are filled where they are put in.

A signature is exchanged and never doubled: what stands in a message is remembered with it (`Record.signature`), and is
found again by that, or by what the account's signatures would be. One that the person changed in the message is theirs.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from app.core.events import Event
from app.core.formatting import full_date
from app.core.lazy_regex import late_pattern
from app.core.text import utf16_length
from app.domain.house_style import HouseStyle
from app.domain.message import AccountId, BodyFormat, Content
from app.domain.recipient import Recipient
from app.domain.record import StoredMessage
from app.services.accounts.accounts import Accounts
from app.services.ports import Clock, Settings

if TYPE_CHECKING:
    from app.domain.blocks import Block

_NAME: Final = "snippets"
_FIELD: Final = late_pattern(r"\{\{\s{0,3}([^\W\d_][\w .\-]{0,40}?)\s{0,3}\}\}|\{(name|address|date|to\.name)\}")
"""A field or a question in two braces, or one of the four fields that once stood in one."""
_IN_ONE_BRACE: Final = late_pattern(r"(?<!\{)\{([^\W\d_][\w .\-]{0,40})\}(?!\})")
_PICTURE: Final = "\ufffc"
_FIRST_WORDS: Final = 40
"""What stands for a picture in the text of an editor."""
_LINE_OF_PICTURES: Final = late_pattern(r"^[ \t]*\ufffc[ \t\ufffc]*\n", re.MULTILINE)


class SnippetKind(StrEnum):
    """A signature stands once at the end of a message; a template is put in where one writes, as often as wanted."""

    SIGNATURE = "signature"
    TEMPLATE = "template"


class Snippet(msgspec.Struct, frozen=True, omit_defaults=True):
    """A signature or a template. `html` is empty for plain text; `subject` is a template's; the rest is a signature's.

    `address` is the mailbox that it is for, empty for every one; `for_new` and `for_replies` put it in by itself.
    A picture is written out in `html` (data:), and one sign (U+FFFC) in `text`: by that it is found again in a message.
    `kept` says that `html` came from elsewhere and goes out to the letter; `text` are its words then, without pictures.
    """

    key: str
    kind: SnippetKind = SnippetKind.SIGNATURE
    name: str = ""
    text: str = ""
    html: str = ""
    subject: str = ""
    address: str = ""
    for_new: bool = False
    for_replies: bool = False
    kept: bool = False

    @property
    def first_words(self) -> str:
        """Return what it is called while it has no name: the start of its text, "" where that is pictures alone."""
        return self.text.replace(_PICTURE, "").strip().partition("\n")[0].strip()[:_FIRST_WORDS]


class FieldValues(msgspec.Struct, frozen=True):
    """What the fields stand for in one message; what is not known stays as it is written.

    `answers` are what the person said to questions, by what stands in their braces.
    """

    name: str = ""
    address: str = ""
    date: str = ""
    to_name: str = ""
    to_first: str = ""
    to_last: str = ""
    answers: dict[str, str] = {}

    def value(self, field: str) -> str:
        """Return what `field` stands for, "" where that is not known."""
        known = {
            "name": self.name,
            "address": self.address,
            "date": self.date,
            "to.name": self.to_name,
            "to.first": self.to_first,
            "to.last": self.to_last,
        }
        return known.get(field.casefold(), "") or self.answers.get(field, "")


FIELDS: Final = ("name", "address", "date", "to.name", "to.first", "to.last", "to.company")
"""The fields of a template or signature. Nothing is known of a company: it is asked for."""


class Fragment(msgspec.Struct, frozen=True):
    """A snippet with its fields filled: its text, and its HTML where it has formatting, else "". `kept` as there."""

    text: str
    html: str = ""
    kept: bool = False

    def words(self) -> str:
        """Return what is read of it in a message."""
        from app.domain.visible_text import plain_text

        return plain_text(self.html) if self.html else self.text

    def blocks(self) -> list[Block]:
        """Return it as it stands in a formatted message."""
        from app.domain.blocks import KeptHtml, Paragraph, Run, as_signature

        if self.kept:
            return [KeptHtml(as_signature(self.html))]
        if not self.html:
            return [Paragraph((Run(line),) if line else ()) for line in self.text.split("\n")]
        from app.services.html.foreign import blocks_of_own

        return blocks_of_own(self.html)


def new_key() -> str:
    """Return a name that no snippet has had before."""
    return uuid.uuid4().hex


def fill(text: str, facts: FieldValues, *, html: bool = False) -> str:
    """Return `text` with its fields filled; in HTML what is filled in stays words."""
    from html import escape

    def one(found: re.Match[str]) -> str:
        value = facts.value(found[1] or found[2]) or found[0]
        return escape(value, quote=False) if html else value

    return _FIELD.sub(one, text)


def questions_in(snippet: Snippet, facts: FieldValues) -> list[str]:
    """Return what has to be asked before a template is used: what stands in two braces and is not known, each once."""
    wanted = (found[1] for text in (snippet.subject, snippet.text) for found in _FIELD.finditer(text) if found[1])
    return [one for one in dict.fromkeys(wanted) if not facts.value(one)]


def carried_over(snippet: Snippet) -> Snippet:
    """Return a snippet of an earlier version with its fields and placeholders in two braces, as all have them now."""

    def doubled(text: str) -> str:
        return _IN_ONE_BRACE.sub(r"{{\1}}", text)

    return msgspec.structs.replace(
        snippet, text=doubled(snippet.text), html=doubled(snippet.html), subject=doubled(snippet.subject)
    )


def split_name(name: str) -> tuple[str, str]:
    """Return the first and the last name of somebody, "" for what a name does not tell."""
    if "@" in name:
        return "", ""
    last, comma, first = name.partition(",")
    if comma:
        return " ".join(first.split()), " ".join(last.split())
    words = name.split()
    return (words[0], words[-1]) if len(words) > 1 else (name.strip(), "")


def fragment_of(snippet: Snippet, facts: FieldValues) -> Fragment:
    """Return the snippet as it is put into a message; its text is without its pictures."""
    words = _LINE_OF_PICTURES.sub("", fill(snippet.text, facts)).replace(_PICTURE, "")
    return Fragment(words.strip("\n"), fill(snippet.html, facts, html=True), snippet.kept)


def quote_begins(text: str) -> int:
    """Return where in `text` the older message begins that is quoted below it, with the line that says whose it is."""
    start = 0
    for line in text.split("\n"):
        if _begins_quote(line):
            break
        start += len(line) + 1
    else:
        return len(text)
    before = text[:start].rstrip("\n")
    head = before.rfind("\n") + 1
    said = line.startswith(">") and before[head:].rstrip().endswith(":")
    return head if said else start


_DASHES: Final = "-----"
_SHORTEST_RULE: Final = 20


def _begins_quote(line: str) -> bool:
    """Return whether a line begins an older message: a mark, "-----Original Message-----", or a rule of underscores."""
    if line.startswith(">"):
        return True
    line = line.rstrip()
    if line.startswith(_DASHES) and line.endswith(_DASHES):
        return bool(line.strip("-").strip())
    return len(line) >= _SHORTEST_RULE and not line.strip("_")


def find_signature(text: str, known: Iterable[str]) -> tuple[int, int] | None:
    """Return where one of the `known` signatures stands in `text`, as UTF-16 positions: the last, above a quotation."""
    end = quote_begins(text)
    for words in sorted(known, key=lambda words: _PICTURE not in words):  # with its pictures before without
        if not words.strip():
            continue
        # An editor may set it with other gaps between its lines than it was written with.
        parts = words.replace(_PICTURE, f" {_PICTURE} ").split()
        whole = r"\s+".join(map(re.escape, parts)).replace(rf"\s+{_PICTURE}", rf"\s*{_PICTURE}")
        whole = whole.replace(rf"{_PICTURE}\s+", rf"{_PICTURE}\s*")
        pattern = re.compile(rf"^[ \t]*{whole}[ \t]*$", re.MULTILINE)
        *_, found = (None, *pattern.finditer(text, 0, end))
        if found is not None:
            start = utf16_length(text[: found.start()])
            return start, start + utf16_length(found[0])
    return None


def place_for(text: str) -> int:
    """Return where a signature goes in `text`, as a UTF-16 position: at its end, above a quotation."""
    return utf16_length(text[: quote_begins(text)].rstrip("\n"))


def html_with(signature: Fragment, base: str) -> str:
    """Return the HTML of an empty message above a signature; `base` is the CSS around it."""
    from app.domain.blocks import Body, Paragraph
    from app.services.html.write import write_body

    return write_body(Body((Paragraph(), Paragraph(), *signature.blocks()), base))


def is_blank(message: StoredMessage) -> bool:
    """Return whether nothing was written: a signature that was put in by itself is nothing."""
    content = message.content
    if content.is_empty():
        return True
    signature = message.record.signature
    if not signature or not msgspec.structs.replace(content, body="").is_empty():
        return False
    body = content.body
    if content.body_format is BodyFormat.HTML:
        from app.domain.visible_text import plain_text

        body = plain_text(body)
    return _words(body) == _words(signature)


def _words(text: str) -> str:
    return " ".join(text.replace(_PICTURE, "").split())


class Signatures:
    """The snippets of each account. `changed` carries an account whose snippets are others now."""

    def __init__(self, settings: Settings, accounts: Accounts, clock: Clock) -> None:
        """Begin with none; `load` reads those of the disk."""
        self.changed: Event[AccountId] = Event()
        self.base_for: Callable[[AccountId], str] = lambda _account_id: HouseStyle().base
        """The CSS around the body of a message that is begun in an account."""
        self._settings = settings
        self._accounts = accounts
        self._clock = clock
        self._snippets: dict[str, tuple[Snippet, ...]] = {}

    async def load(self) -> None:
        """Read them. Raises StorageError."""
        text = await self._settings.read_setting(_NAME)
        try:
            kept = msgspec.json.decode(text or "{}", type=dict[str, tuple[Snippet, ...]])
            self._snippets = {account: tuple(map(carried_over, snippets)) for account, snippets in kept.items()}
        except msgspec.DecodeError:
            self._snippets = {}

    def all(self, account_id: AccountId) -> tuple[Snippet, ...]:
        """Return the snippets of an account, in the order they were made."""
        return self._snippets.get(account_id, ())

    async def keep_snippet(self, account_id: AccountId, snippet: Snippet) -> None:
        """Add a snippet, or write over the one of its key. Of what is put in by itself there is one. StorageError."""
        others = [self._yield_to(snippet, one) for one in self.all(account_id) if one.key != snippet.key]
        known = [one.key for one in self.all(account_id)]
        place = known.index(snippet.key) if snippet.key in known else len(others)
        await self._keep(account_id, (*others[:place], snippet, *others[place:]))

    async def remove(self, account_id: AccountId, key: str) -> None:
        """Take a snippet away. Raises StorageError."""
        await self._keep(account_id, tuple(one for one in self.all(account_id) if one.key != key))

    def default(self, account_id: AccountId, sender: Recipient | None, *, reply: bool) -> Snippet | None:
        """Return the signature that is put in by itself: the mailbox's own before that of every one."""
        address = self._address(account_id, sender).casefold()
        wanted = [
            one
            for one in self.all(account_id)
            if one.kind is SnippetKind.SIGNATURE and (one.for_replies if reply else one.for_new)
        ]
        own = (one for one in wanted if one.address.casefold() == address and address)
        return next(own, next((one for one in wanted if not one.address), None))

    def facts(self, account_id: AccountId, content: Content) -> FieldValues:
        """Return what the fields stand for in a message."""
        account = self._accounts.get(account_id)
        own = "" if account is None else account.display_name
        sender = content.sender
        first = next(iter(content.to), None)
        return FieldValues(
            name=own if sender is None else sender.name,
            address=self._address(account_id, sender),
            date=full_date(self._clock.now()),
            to_name="" if first is None else first.name,
            to_first="" if first is None else split_name(first.name)[0],
            to_last="" if first is None else split_name(first.name)[1],
        )

    def known_texts(self, account_id: AccountId, content: Content) -> list[str]:
        """Return what each signature of the account would be in this message, with its pictures and without."""
        facts = self.facts(account_id, content)
        mine = [one for one in self.all(account_id) if one.kind is SnippetKind.SIGNATURE]
        with_pictures = [fill(one.text, facts).strip("\n") for one in mine if _PICTURE in one.text]
        return with_pictures + [fragment_of(one, facts).text for one in mine]

    def sign(self, account_id: AccountId, content: Content) -> tuple[Content, str]:
        """Put the signature that goes in by itself into a message that begins; return it and what was put in."""
        reply = bool(content.options.in_reply_to or content.options.references) or quote_begins(content.body) < len(
            content.body
        )
        snippet = self.default(account_id, content.sender, reply=reply)
        if snippet is None:
            return content, ""
        if content.body_format is BodyFormat.HTML:
            fragment = fragment_of(snippet, self.facts(account_id, content))
            return self._sign_words(account_id, content, snippet) or self._sign_formatted(content, fragment)
        if find_signature(content.body, self.known_texts(account_id, content)) is not None:
            return content, ""
        fragment = fragment_of(snippet, self.facts(account_id, content))
        if fragment.html and not content.body.strip():
            body = html_with(fragment, self.base_for(account_id))
            signed = msgspec.structs.replace(content, body=body, body_format=BodyFormat.HTML)
            return signed, fragment.words() or _PICTURE
        if not fragment.text.strip():
            return content, ""
        place = quote_begins(content.body)
        above, below = content.body[:place].rstrip("\n"), content.body[place:]
        gap = "\n\n" if below else ""
        body = f"{above}\n\n{fragment.text}{gap}{below}"
        return msgspec.structs.replace(content, body=body), fragment.text

    def _sign_words(self, account_id: AccountId, content: Content, snippet: Snippet) -> tuple[Content, str] | None:
        """Sign a formatted message that has words alone yet, as every new one; None for any other."""
        from app.services.html.prepare import html_of_text, words_alone
        from app.services.html.write import house_base

        text = words_alone(content.body)
        if text is None:
            return None
        fragment = fragment_of(snippet, self.facts(account_id, content))
        known = self.known_texts(account_id, content)
        if fragment.html and text.strip() and quote_begins(text) == len(text) and find_signature(text, known) is None:
            return self._sign_below(content, text, fragment)
        plain = msgspec.structs.replace(content, body=text, body_format=BodyFormat.TEXT)
        signed, words = self.sign(account_id, plain)
        if signed.body_format is BodyFormat.HTML:
            return signed, words
        body = html_of_text(signed.body, house_base(content.body))
        return msgspec.structs.replace(signed, body=body, body_format=BodyFormat.HTML), words

    def _sign_below(self, content: Content, text: str, fragment: Fragment) -> tuple[Content, str]:
        """Put a formatted signature below words that are there already, as those of a mail link."""
        from app.domain.blocks import Body, Paragraph, Run
        from app.services.html.write import house_base, write_body

        lines = [Paragraph((Run(line),) if line else ()) for line in text.rstrip("\n").split("\n")]
        body = write_body(Body((*lines, Paragraph(), *fragment.blocks()), house_base(content.body)))
        return msgspec.structs.replace(content, body=body), fragment.words() or _PICTURE

    def _sign_formatted(self, content: Content, fragment: Fragment) -> tuple[Content, str]:
        """Sign an answer to a formatted message, in which nothing was written yet; any other is left as it is."""
        from app.services.html.prepare import sign_above

        words = fragment.words() or (_PICTURE if fragment.html else "")
        body = sign_above(content.body, fragment.blocks()) if words.strip() else None
        return (content, "") if body is None else (msgspec.structs.replace(content, body=body), words)

    def _address(self, account_id: AccountId, sender: Recipient | None) -> str:
        account = self._accounts.get(account_id)
        if sender is not None:
            return sender.address
        return "" if account is None else account.address

    def _yield_to(self, snippet: Snippet, other: Snippet) -> Snippet:
        """Return `other` without what `snippet` now does in its place."""
        if snippet.kind is not SnippetKind.SIGNATURE or other.address.casefold() != snippet.address.casefold():
            return other
        return msgspec.structs.replace(
            other,
            for_new=other.for_new and not snippet.for_new,
            for_replies=other.for_replies and not snippet.for_replies,
        )

    async def forget(self, account_id: AccountId) -> None:
        """Keep nothing of an account that was removed. Raises StorageError."""
        if account_id in self._snippets:
            await self._keep(account_id, ())

    async def _keep(self, account_id: AccountId, snippets: tuple[Snippet, ...]) -> None:
        kept = {**self._snippets, account_id: snippets}
        await self._settings.keep_setting(_NAME, msgspec.json.encode(kept).decode())
        self._snippets = kept
        self.changed.emit(account_id)
