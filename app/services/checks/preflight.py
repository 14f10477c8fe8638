"""The checks before sending, and the forgotten attachment.

Only one's own new words count, in the languages of the dictionaries: what is quoted below, and a signature with its
legal words, speak of other messages. The text is never laid out for it: a newsletter costs no more than a note.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from app.core.i18n import tr
from app.core.lazy_regex import late_pattern
from app.core.text import utf16_length
from app.domain.account import BackendKind
from app.domain.attachment import Attached
from app.domain.message import RECIPIENT_FIELDS, SUBJECT_LIMIT, BodyFormat, Content, Field
from app.domain.problem import Finding, ProblemKind
from app.domain.protocols import missing
from app.domain.recipient import recipient_problem
from app.domain.record import CopyTo, StoredMessage
from app.services.checks.placeholders import find_unfilled
from app.services.checks.recipients import Around, look_at_people
from app.services.checks.size import look_at_size
from app.services.text.status_text import forgotten, option_not_understood, outdated, strange, subject_too_long

_MOST: Final = 100_000
"""Characters that are looked through: more than a person writes by hand."""

_ENGLISH: Final = (
    r"attached|attachments?|attaching|i(?:'|’)?(?:ve| have| will|(?:'|’)ll)? attach|enclosed|enclosures?|enclosing|pfa"
)
_FRENCH: Final = (
    r"pi[èe]ces?[\s-]jointes?|ci[\s\u2010\u2011-]?joint(?:e|s|es)?|en\s(?:pj|annexe)|p\.?j\.?\s?:"
    r"|(?:fichiers?|documents?|photos?)\sjointe?s?|je\s(?:vous\s|te\s)?joins|nous\s(?:vous\s)?joignons"
    r"|joint(?:e|s|es)?\sà\s(?:ce|mon)"
)
_GERMAN: Final = (
    r"anbei|beigef(?:ü|ue)gt\w*|beif(?:ü|ue)gen|f(?:ü|ue)ge\s\w+\sbei|beiliegend\w*|beigelegt\w*|angeh(?:ä|ae)ngt\w*"
    r"|anh(?:ä|ae)ngend\w*|(?:datei)?anhang|(?:datei)?anh(?:ä|ae)nge"
    r"|(?:in\sder|als|siehe|s\.|vgl\.|meine)\sanlagen?(?=\W|$)"
)
_SPOKEN: Final = late_pattern(rf"(?<![\w@./-])(?:{_ENGLISH}|{_FRENCH}|{_GERMAN})(?![\w@])", re.IGNORECASE)
_DENIED: Final = late_pattern(
    r"(?:\b(?:no|not|without(?:\sany|\sthe)?|kein\w*|ohne|nicht|sans(?:\sla|\sles)?|aucune?|pas\sde)\s)$", re.IGNORECASE
)
_QUOTE_BEGINS: Final = late_pattern(
    r"^(?:-{2,}\s?(?:original|forwarded|urspr|weitergeleitet|message|begin|anfang|d[ée]but)[^\n]*|_{10,}\s*|-- ?)$",
    re.IGNORECASE | re.MULTILINE,
)
_HTML_QUOTES: Final = (
    *("<blockquote", "gmail_quote", "moz-cite-prefix", "divrplyfwdmsg", "appendonsend", "border-top:solid #e1e1e1"),
    *("moz-forward-container", "yahoo_quoted", "-----original message", "mailwright-quote", "mailwright-signature"),
    "moz-signature",
)
_TAG: Final = late_pattern(r"<[^<>]*>")


def check_attachments(content: Content) -> list[Finding]:
    """Return what was found: at most one forgotten attachment, and each that was not attached here."""
    findings = strange_attachments(content)
    if any(not one.inline for one in content.attachments):
        return findings
    word = spoken_of(content.subject) or spoken_of(own_words(content.body, content.body_format))
    if word:
        findings.append(Finding(ProblemKind.ATTACHMENT_FORGOTTEN, Field.BODY, False, forgotten(word), word))
    return findings


def strange_attachments(content: Content) -> list[Finding]:
    """Return the attachments that another program put there."""
    return [
        Finding(ProblemKind.ATTACHMENT_STRANGE, Field.BODY, True, strange(one.name), one.name)
        for one in content.attachments
        if one.elsewhere
    ]


def outdated_attachments(older: Iterable[Attached]) -> list[Finding]:
    """Return what is to be said of files that were changed since they were attached."""
    return [Finding(ProblemKind.ATTACHMENT_OUTDATED, Field.BODY, False, outdated(one.name), one.key) for one in older]


def spoken_of(text: str) -> str:
    """Return the first words that speak of an attachment and do not say that there is none; "" for none."""
    text = unicodedata.normalize("NFC", text[:_MOST])
    for found in _SPOKEN.finditer(text):
        if not _DENIED.search(text[max(0, found.start() - 20) : found.start()]):
            return " ".join(found.group().split())
    return ""


def own_words(body: str, body_format: BodyFormat) -> str:
    """Return what was newly written: without what is quoted, and without the signature."""
    body = body[: 2 * _MOST]
    if body_format is BodyFormat.HTML:
        body = _text_of(body)
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    begins = _QUOTE_BEGINS.search(body)
    if begins is not None:
        body = body[: begins.start()]
    return "\n".join(line for line in body[:_MOST].split("\n") if not line.lstrip().startswith(">"))


def _text_of(body: str) -> str:
    """Return the words of HTML up to its first quote; roughly, for words that are looked for and not shown."""
    low = body.lower()
    places = [place for marker in _HTML_QUOTES if (place := low.find(marker)) >= 0]
    if places:
        # A marker stands within its tag: what is cut is the tag too.
        cut = min(places)
        tag = low.rfind("<", 0, cut + 1)
        body = body[: tag if tag >= 0 and ">" not in low[tag:cut] else cut]
    for name in ("style", "script", "head"):
        body = _without(body, name)
    body = re.sub(r"<(?:br|/p|/div|/li|/tr)\b[^<>]*>", "\n", body, flags=re.IGNORECASE)
    from html import unescape

    return unescape(_TAG.sub(" ", body))


def _without(body: str, name: str) -> str:
    low, kept, place = body.lower(), [], 0
    while (begins := low.find(f"<{name}", place)) >= 0:
        kept.append(body[place:begins])
        ends = low.find(f"</{name}", begins)
        if ends < 0:
            return "".join(kept)
        place = ends
    return "".join([*kept, body[place:]])


ASKED_IN_OPTIONS: Final = frozenset({Field.HEADERS, Field.FOLLOW_UP, Field.REMINDER, Field.DEFERRED})
"""Options that are typed, and may stand there half typed."""
_MOST_FINDINGS: Final = 20
"""So many bad addresses are named one by one; more would be no help."""


def check(
    content: Content,
    pending: Mapping[Field, str] | None = None,
    around: Around | None = None,
    unfilled: Iterable[str] = (),
    copy_to: CopyTo | None = None,
) -> list[Finding]:
    """Return what was found, blocking ones first. `pending` are words in a field that are no recipient yet, `unfilled`
    the placeholders that templates left, `copy_to` where the copy is to be filed.

    With `around`, what is known around the message, there are findings too that only ask for a second look.
    """
    findings = _check_recipients(content, pending or {})
    if around is not None:
        findings += [*look_at_people(content, around), *look_at_size(content, around.limit)]
        findings += not_carried(content, copy_to or CopyTo(), around.kind)
    findings += [*_check_subject(content), *find_unfilled(content, unfilled), *check_attachments(content)]
    return sorted(findings, key=lambda finding: not finding.blocking)


def stopping(content: Content, pending: Mapping[Field, str] | None = None) -> list[Finding]:
    """Return what keeps a message from being sent, and do not look for what only asks for a second look."""
    return blocking(
        [*_check_recipients(content, pending or {}), *_check_subject(content), *strange_attachments(content)]
    )


def keeping_back(message: StoredMessage, kind: BackendKind = BackendKind.EWS) -> list[Finding]:
    """Return what keeps a message from being sent by the outbox, which asks no question.

    What stops it in any case, what its account's protocol (`kind`) cannot carry, and placeholders that the person has
    not sent on.
    """
    return [
        *stopping(message.content, message.pending),
        *not_carried(message.content, message.record.copy_to, kind),
        *find_unfilled(message.content, message.unfilled),
    ]


def not_carried(content: Content, copy_to: CopyTo, kind: BackendKind) -> list[Finding]:
    """Return what the account's protocol cannot carry, with the reason: nothing is dropped in silence."""
    found = missing(content, copy_to, kind)
    return [
        Finding(ProblemKind.NOT_CARRIED, one.field or Field.SUBJECT, True, one.sentence, one.sentence) for one in found
    ]


def blocking(findings: list[Finding]) -> list[Finding]:
    """Return those that keep the message from being sent."""
    return [finding for finding in findings if finding.blocking]


def _check_recipients(content: Content, pending: Mapping[Field, str]) -> list[Finding]:
    findings: list[Finding] = []
    for field in RECIPIENT_FIELDS:
        for recipient in getattr(content, field.value):
            sentence = recipient_problem(recipient)
            if sentence is not None and len(findings) < _MOST_FINDINGS:
                value = recipient.address or recipient.name
                findings.append(Finding(ProblemKind.ADDRESS, field, True, sentence, value))
    for field, words in pending.items():
        if words.strip() and field in ASKED_IN_OPTIONS:
            sentence = option_not_understood(words)
            findings.append(Finding(ProblemKind.OPTION, field, True, sentence, words.strip()))
        elif words.strip():
            sentence = tr("“{words}” is not a recipient yet.", words=words.strip()[:60])
            findings.append(Finding(ProblemKind.PENDING_WORDS, field, True, sentence, words.strip()))
    if not content.recipients() and not findings:
        findings.append(Finding(ProblemKind.NO_RECIPIENTS, Field.TO, True, tr("Add a recipient.")))
    return findings


def _check_subject(content: Content) -> list[Finding]:
    if not content.subject.strip():
        return [Finding(ProblemKind.SUBJECT_EMPTY, Field.SUBJECT, False, tr("There is no subject."))]
    length = utf16_length(content.subject)
    if length > SUBJECT_LIMIT:
        return [Finding(ProblemKind.SUBJECT_TOO_LONG, Field.SUBJECT, True, subject_too_long(length), str(length))]
    return []
