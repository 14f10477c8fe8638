"""What is looked at before a letter is sent, so that it is said at the field now and not by the server tomorrow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from app.core.i18n import tr
from app.domain.edits import utf16_length
from app.domain.message import RECIPIENT_FIELDS, SUBJECT_LIMIT, Content, Field
from app.domain.problem import Finding, ProblemKind
from app.domain.recipient import recipient_problem
from app.domain.record import Letter
from app.services.forgotten import check_attachments, strange_attachments
from app.services.preflight_people import Around, look_at_people
from app.services.preflight_size import look_at_size
from app.services.unfilled import find_unfilled

ASKED_IN_OPTIONS: Final = frozenset({Field.HEADERS, Field.FOLLOW_UP, Field.REMINDER, Field.DEFERRED})
"""Options that are typed, and may stand there half typed."""
_MOST_FINDINGS: Final = 20
"""So many bad addresses are named one by one; more help nobody."""


def check(
    content: Content,
    pending: Mapping[Field, str] | None = None,
    around: Around | None = None,
    unfilled: Iterable[str] = (),
) -> list[Finding]:
    """Return what was found, blocking ones first. `pending` are words in a field that are no recipient yet, `unfilled`
    the placeholders that templates left.

    With `around`, what is known around the letter, there are findings too that only ask for a second look.
    """
    findings = _check_recipients(content, pending or {})
    if around is not None:
        findings += [*look_at_people(content, around), *look_at_size(content, around.limit)]
    findings += [*_check_subject(content), *find_unfilled(content, unfilled), *check_attachments(content)]
    return sorted(findings, key=lambda finding: not finding.blocking)


def stopping(content: Content, pending: Mapping[Field, str] | None = None) -> list[Finding]:
    """Return what keeps a letter from being sent, and do not look for what only asks for a second look."""
    return blocking(
        [*_check_recipients(content, pending or {}), *_check_subject(content), *strange_attachments(content)]
    )


def keeping_back(letter: Letter) -> list[Finding]:
    """Return what keeps a message from being sent by the outbox, where nobody is asked: what stops it in any case, and
    placeholders that the person has not sent on.
    """
    return [*stopping(letter.content, letter.pending), *find_unfilled(letter.content, letter.unfilled)]


def blocking(findings: list[Finding]) -> list[Finding]:
    """Return those that keep the letter from being sent."""
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


def option_not_understood(words: str) -> str:
    """Return the sentence for what was typed among the options and cannot be kept: it must not be passed over."""
    return tr("“{words}” among the options is not understood.", words=" ".join(words.split())[:60])


def subject_too_long(length: int) -> str:
    """Return the sentence for a subject of `length` units."""
    return tr(
        "The subject has {length} characters; Exchange keeps {limit}. Shorten it.",
        length=length,
        limit=SUBJECT_LIMIT,
    )
