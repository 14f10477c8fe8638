"""Manners: ways in which other servers depart from Exchange's book, off unless they are switched on.

Each is one small thing that some server was seen to do; docs/sandbox.md has the table. `Manner` is the whole list, for
whoever draws combinations at random: any of them go together. The code asks `in call.manners` where the behaviour lies.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from lxml import etree

from app.sandbox.store.items import Item, StoredBody


class Manner(StrEnum):
    """The manners, by the names under which files, tests and docs/sandbox.md switch them on."""

    DRAFTS_NOT_MARKED = "drafts-not-marked"
    RESPONSES_RENAMED = "responses-renamed"
    SEND_FILES_NOTHING = "send-files-nothing"
    LEAVE_DRAFT = "leave-draft"
    FILE_ELSEWHERE = "file-elsewhere"
    STALE_KEY_UPDATES = "stale-key-updates"
    STALE_KEY_SENDS = "stale-key-sends"
    RECIPIENTS_RESTORE_TEXT = "recipients-restore-text"
    OLD_KEY_RETURNED = "old-key-returned"
    ATTACHMENTS_FADE = "attachments-fade"
    BATCH_ENDS_IN_FAULT = "batch-ends-in-fault"
    UNKNOWN_RECIPIENTS_REFUSED = "unknown-recipients-refused"
    SECOND_REPLY_AFTER_FAULT = "second-reply-after-fault"
    DEFERRAL_IGNORED = "deferral-ignored"
    MESSAGE_ID_DROPPED = "message-id-dropped"
    MIME_LOSES_ATTACHMENTS = "mime-loses-attachments"
    UPDATE_AND_SEND_REFUSED = "update-and-send-refused"
    UPDATE_AND_SEND_IGNORED = "update-and-send-ignored"
    HTML_REWRITTEN = "html-rewritten"
    GRAPH_IF_MATCH_IGNORED = "graph-if-match-ignored"
    GRAPH_SEND_TAKES = "graph-send-takes"
    GRAPH_COPY_TAKES = "graph-copy-takes"
    GRAPH_TAKES_AND_FORGETS = "graph-takes-and-forgets"
    GRAPH_NEW_ID_ON_SEND = "graph-new-id-on-send"
    GRAPH_SENDMAIL_HOLDS = "graph-sendmail-holds"
    GRAPH_DELETE_AFTER_SUBMIT_IGNORED = "graph-delete-after-submit-ignored"
    GRAPH_DELETE_PURGES = "graph-delete-purges"
    GRAPH_TEXT_STAYS_TEXT = "graph-text-stays-text"
    GRAPH_HTML_KEPT = "graph-html-kept"
    GRAPH_UPLOADS_LAST = "graph-uploads-last"
    GRAPH_UPLOAD_TELLS = "graph-upload-tells"
    GRAPH_SHARED_UPLOADS_DENIED = "graph-shared-uploads-denied"
    GRAPH_DELTA_DOUBLES = "graph-delta-doubles"
    GRAPH_GOES_ANYWAY = "graph-goes-anyway"
    GRAPH_BATCH_IN_ORDER = "graph-batch-in-order"
    GRAPH_BATCH_THROTTLED = "graph-batch-throttled"


TIMED: Final = frozenset(
    {Manner.ATTACHMENTS_FADE, Manner.GRAPH_SEND_TAKES, Manner.GRAPH_COPY_TAKES, Manner.GRAPH_UPLOADS_LAST}
)
"""The manners whose value is a number of seconds instead of true."""
OF_SEND_ITEM: Final = frozenset({Manner.SEND_FILES_NOTHING, Manner.LEAVE_DRAFT, Manner.FILE_ELSEWHERE})
"""How SendItem files what it sent; the other ways of sending file by the book. With several, the first holds."""


_ENDS: Final = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)


class BadManner(ValueError):
    """Manners that cannot be understood; its text says why."""


@dataclass(frozen=True, slots=True)
class CachedInstance:
    """The subject and the body of an item as a server remembers them that has not noticed a change."""

    subject: str | None
    body: StoredBody | None


@dataclass(frozen=True, slots=True)
class Manners:
    """The manners in force. `instances` is what the server remembers of items, by the number of their row."""

    seconds: Mapping[Manner, float] = field(default_factory=dict)
    instances: dict[int, CachedInstance] = field(default_factory=dict, compare=False)

    def __contains__(self, one: Manner) -> bool:
        """Return whether a manner is in force."""
        return one in self.seconds

    def beside(self, more: Iterable[Manner]) -> "Manners":
        """Return these and some more, for one request."""
        return Manners({**dict.fromkeys(more, 0.0), **self.seconds}, self.instances)

    def without(self, some: Iterable[Manner]) -> "Manners":
        """Return these but for some."""
        left = set(some)
        return Manners({one: value for one, value in self.seconds.items() if one not in left}, self.instances)

    def as_json(self) -> dict[str, Any]:
        """Return what `read_manners` reads."""
        return {one.value: value if one in TIMED else True for one, value in self.seconds.items()}


BY_THE_BOOK: Final = Manners()
"""No manners: Exchange as it is documented."""


def read_manners(given: object) -> Manners:
    """Read a JSON object, name to true, false, or seconds for those of `TIMED`. Raises BadManner."""
    if not isinstance(given, dict):
        raise BadManner("Manners are a JSON object, from a name to true, false or a number of seconds.")
    found: dict[Manner, float] = {}
    for name, value in given.items():
        if name not in set(Manner):
            raise BadManner(f"There is no manner {name!r}; there are {', '.join(sorted(Manner))}.")
        manner = Manner(name)
        if value is False:
            continue
        if manner in TIMED:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
                raise BadManner(f"{name!r} takes a number of seconds from 0, or false, not {value!r}.")
        elif value is not True:
            raise BadManner(f"{name!r} is true or false, not {value!r}.")
        found[manner] = float(value)
    return Manners(found)


def read_file(path: Path) -> Manners:
    """Read manners from a file; raises OSError, or BadManner for one that cannot be understood."""
    try:
        given = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadManner(f"The file of manners {path} is not JSON: {error}") from None
    return read_manners(given)


def rewritten(content: str) -> str:
    """Return HTML as a server keeps it that parses and writes it anew; what it shows is the same."""
    content = _ENDS.sub("", content)  # what stands behind them belongs to the body, and this parser would drop it
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
    try:
        root = etree.fromstring(content.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return content
    if root is None or root.tag != "html":
        return content
    head = root.find("head")
    if head is None:
        head = etree.Element("head")
        root.insert(0, head)
    if head.find("meta[@name='Generator']") is None:
        etree.SubElement(head, "meta", attrib={"name": "Generator", "content": "Sandbox"})
    return str(etree.tostring(root, encoding="unicode", method="html"))


def impose(manners: Manners, item: Item) -> None:
    """Do to an item what comes over its text between the request and the store. Before it is saved."""
    body = item.body if Manner.HTML_REWRITTEN in manners and "body" in item.touched else None
    if body is not None and body.kind == "HTML":
        item.set_body(StoredBody("HTML", rewritten(body.content)))


def restore_text(manners: Manners, item: Item, before: CachedInstance, touched: set[str]) -> None:
    """Write an item's old subject and body back where its recipients change. Before it is saved.

    `before` is the item before this request, `touched` are the fields that the request names: these hold. What is
    remembered is the item as it was before the first change since its recipients were last written.
    """
    remembered = manners.instances.setdefault(item.id, before)
    if not touched & RECIPIENT_FIELDS:
        return
    del manners.instances[item.id]
    if "item:MimeContent" in touched:
        return
    if "item:Subject" not in touched:
        item.row["subject"] = remembered.subject
    if "item:Body" not in touched:
        item.set_body(remembered.body)


RECIPIENT_FIELDS: Final = frozenset({"message:ToRecipients", "message:CcRecipients", "message:BccRecipients"})
