"""What is the matter with a letter: made of its state, its last outcomes and what was found, for row and pane alike."""

from __future__ import annotations

from typing import Final

from app.core.i18n import tr
from app.domain.outcome import Verdict
from app.domain.problem import BEFORE_SENDING, ProblemKind, read_problem
from app.domain.recipient import address_problem
from app.domain.record import Record
from app.domain.state import State
from app.services.explaining import Details, Explanation, details_of, explain_outcome
from app.services.forgotten import forgotten, strange
from app.services.long_waits import waits_for_answer
from app.services.preflight import option_not_understood, subject_too_long
from app.services.rows import ListRow
from app.services.sentences import Facts, Scene
from app.services.undelivered import explain_undelivered
from app.services.unfilled import not_filled_in

_BEING_WRITTEN: Final = frozenset({State.DRAFT, State.READY, State.NEEDS_ATTENTION})


def explain_row(row: ListRow) -> Explanation | None:
    """Return what is the matter with a row, None where nothing is."""
    found = None if row.record is None else explain_record(row.record, size=row.size)
    return found or explain_undelivered(row)


def explain_record(record: Record, *, size: int = 0) -> Explanation | None:
    """Return what is the matter with a letter and what helps; None for nothing, or where only its account is unwell.

    `size` is in bytes as the server counts them, 0 where that is not known.
    """
    if record.discarded:
        return None
    kind, value = read_problem(record.problem)
    if record.state in {State.SENT, State.SENT_NOT_FILED}:
        return _explain_sent(record, kind)
    if record.state is State.UNKNOWN:
        return _explain_unknown(record, kind)
    if waits_for_answer(record):
        sentence = tr("Waiting for your answer: it had waited for more than an hour when Mailwright started.")
        return Explanation(sentence, "send-now", tone="warn", more=("keep-as-draft",))
    if record.state not in _BEING_WRITTEN:
        return None
    if kind is not None and kind in BEFORE_SENDING:
        return _explain_finding(kind, value)
    return _explain_unsent(record, kind, value, size)


def _explain_finding(kind: ProblemKind, value: str) -> Explanation:
    match kind:
        case ProblemKind.ADDRESS:
            sentence = address_problem(value) or tr("“{address}” cannot be sent to.", address=value)
            return Explanation(sentence, "mend-address")
        case ProblemKind.PENDING_WORDS | ProblemKind.OPTION:
            if kind is ProblemKind.OPTION:
                sentence, action = option_not_understood(value), "mend-option"
            else:
                sentence, action = tr("“{words}” is not a recipient yet.", words=value[:60]), "mend-address"
            return Explanation(sentence, action)
        case ProblemKind.SUBJECT_TOO_LONG:
            length = int(value) if value.isdecimal() else 0
            sentence = subject_too_long(length) if length else tr("The subject is too long.")
            return Explanation(sentence, "mend-subject")
        case ProblemKind.UNFILLED:
            return Explanation(not_filled_in(value), "fill-in", tone="warn")
        case ProblemKind.SUBJECT_EMPTY:
            return Explanation(tr("There is no subject."), tone="warn")
        case ProblemKind.ATTACHMENTS_DIFFER | ProblemKind.ATTACHMENT_STRANGE | ProblemKind.ATTACHMENT_FORGOTTEN:
            return _explain_attachments(kind, value)
        case _:
            return Explanation(tr("Add a recipient."), "mend-address")


def _explain_attachments(kind: ProblemKind, value: str) -> Explanation:
    if kind is ProblemKind.ATTACHMENT_FORGOTTEN:
        return Explanation(forgotten(value), "review-attachments", tone="warn")
    if kind is ProblemKind.ATTACHMENT_STRANGE:
        return Explanation(strange(value), "review-attachments")
    sentence = tr("This was not sent: what is attached is not so on the server. {what}", what=value)
    return Explanation(sentence, "review-attachments")


def _explain_unsent(record: Record, kind: ProblemKind | None, value: str, size: int) -> Explanation | None:
    details = _details(record)
    if kind is ProblemKind.COPY_STAYS and record.state is not State.NEEDS_ATTENTION:
        if record.copy_to.mailbox:
            sentence = tr("This draft cannot be moved out of {mailbox}. The copy goes there too.", mailbox=value)
        else:
            sentence = tr("You may not keep drafts in {mailbox}. The copy goes to your own Sent Items.", mailbox=value)
        return Explanation(sentence, tone="warn")
    if kind is ProblemKind.NOT_LET_GO:
        sentence = tr("This was to go at its time, and the server still has it in Drafts or Outbox: it was not sent.")
        return Explanation(sentence, "retry", details)
    if kind is ProblemKind.NOT_SENT:
        sentence = tr("The connection was lost, and this was not sent. It is safe in Drafts.")
        return Explanation(sentence, "retry", details)
    attention = record.state is State.NEEDS_ATTENTION
    sending = record.send_outcome if attention else None
    refused = [one for one in (sending, record.save_outcome) if one is not None and one.verdict is Verdict.REFUSED]
    if refused:
        last = max(refused, key=lambda one: one.at)
        scene = Scene.SENDING if attention else Scene.SAVING
        facts = Facts(sender=record.head.sender, size=size, scene=scene)
        return explain_outcome(last, facts, record.message_id)
    return Explanation(tr("This message was not sent."), "retry", details) if attention else None


def _explain_unknown(record: Record, kind: ProblemKind | None) -> Explanation:
    if kind is ProblemKind.CANNOT_BE_KNOWN:
        sentence = tr("Whether this was sent cannot be known from here. Look in Sent Items before you send it again.")
        return Explanation(sentence, "check", _details(record), "warn", ("was-sent", "was-not-sent"))
    if record.send_outcome is not None and record.send_outcome.words is not None:
        sentence = tr("The server broke off while sending. The message may have been sent.")
    else:
        sentence = tr("The connection was lost while sending. The message may have been sent.")
    return Explanation(sentence, "check", _details(record), "warn")


def _explain_sent(record: Record, kind: ProblemKind | None) -> Explanation | None:
    filed = record.state is State.SENT
    if kind is ProblemKind.LEFT_IN_DRAFTS:
        action = "remove-draft"
        if filed:
            sentence = tr("This was sent, but the server left the draft in Drafts.")
        else:
            sentence = tr("This was sent, but there is no copy in Sent Items, and the draft is still in Drafts.")
    elif kind is ProblemKind.COPY_ELSEWHERE:
        sentence, action = tr("This was sent. Its copy is in another folder than Sent Items."), "check"
    elif kind is ProblemKind.NO_COPY or not filed:
        sentence, action = tr("This was sent, but there is no copy in Sent Items."), "save-copy"
    else:
        return None
    return Explanation(sentence, action, _details(record), "warn")


def _details(record: Record) -> Details:
    return details_of(record.send_outcome, record.message_id)
