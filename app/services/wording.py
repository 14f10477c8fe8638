"""How a letter stands, in words: made of its state, its last outcomes and the time, and of nothing else.

A row tells the truth or nothing: "Saved" only where the server has every edit, "Sent" only where the server said so
or a copy was seen, "may have been sent" as long as neither is so.
"""

from __future__ import annotations

import math

import msgspec

from app.domain.i18n import ntr, tr
from app.domain.outcome import Outcome, Verdict
from app.domain.problem import BEFORE_SENDING, ProblemKind, read_problem
from app.domain.record import Record
from app.domain.state import State
from app.services.explaining import Explanation, action_words, details_of, explain, explain_trouble
from app.services.preflight import subject_too_long
from app.services.rows import ListRow
from app.services.times import clock_time, moment

__all__ = ["Explanation", "StateWords", "explain", "explain_record", "explain_row", "explain_trouble", "row_words"]
__all__ += ["state_words"]


class StateWords(msgspec.Struct, frozen=True):
    """An icon's name, the words, and the id of what can be done ("" for nothing).

    `tone` is a colour's name; `quiet` says that the words go without saying in a list, and the first words of the
    letter may stand there.
    """

    icon: str
    text: str
    action: str = ""
    tone: str = "faint"
    quiet: bool = False

    @property
    def action_words(self) -> str:
        """Return what stands on the action's button."""
        return action_words(self.action)


def row_words(row: ListRow, now: float) -> StateWords:
    """Return how a row stands; what only the server has is saved there, or was sent."""
    if row.record is not None:
        return state_words(row.record, now)
    if row.is_draft:
        return StateWords("cloud-check", tr("Saved {time}", time=moment(row.when, now)), quiet=True)
    return StateWords("mail-check", tr("Sent {time}", time=moment(row.when, now)), quiet=True)


def state_words(record: Record, now: float) -> StateWords:
    """Return how a letter stands at `now` (seconds since the epoch)."""
    if record.discarded:
        return StateWords("trash-2", tr("Discarded"), "take-back")
    match record.state:
        case State.READY:
            return StateWords("check", tr("Ready"), tone="good")
        case State.HELD:
            left = max(0, math.ceil(record.hold_until - now))
            return StateWords("clock", ntr("Sending in {n} s", "Sending in {n} s", left), "undo", "accent")
        case State.QUEUED:
            return _waiting(record, now)
        case State.SENDING:
            return StateWords("send", tr("Sending…"), tone="accent")
        case State.SENT | State.SENT_NOT_FILED | State.UNKNOWN | State.NEEDS_ATTENTION:
            return _after_sending(record, now)
        case _:
            return _draft(record, now)


def _draft(record: Record, now: float) -> StateWords:
    explanation = explain_record(record)
    if explanation is not None:
        return StateWords("circle-alert", explanation.sentence, explanation.action, explanation.tone)
    outcome = record.save_outcome
    if record.saved:
        return StateWords("cloud-check", tr("Saved {time}", time=moment(record.saved_at, now)), quiet=True)
    if outcome is not None and outcome.verdict is Verdict.UNKNOWN and outcome.trouble is None:
        return StateWords("loader-circle", tr("Saving…"), quiet=True)
    if record.ref is None and not record.edits and outcome is None:
        return StateWords("pen-line", "", quiet=True)
    return StateWords("hard-drive", tr("Saved on this computer only"), quiet=outcome is None)


def _waiting(record: Record, now: float) -> StateWords:
    """Queued: because of what, and until when."""
    if record.not_before <= now:
        return StateWords("clock", tr("Waiting to be sent"), "cancel")
    last = record.send_outcome or record.save_outcome
    if last is not None and last.words is not None and last.verdict is Verdict.REFUSED:
        busy = tr("The server is busy. Trying again at {time}.", time=clock_time(record.not_before))
        unavailable = tr(
            "Your mailbox is unavailable for now. Trying again at {time}.", time=clock_time(record.not_before)
        )
        return StateWords("clock", busy if last.code == "ErrorServerBusy" else unavailable, "cancel", "warn")
    return StateWords("cloud-off", _why_waiting(last, record), "try-now", "warn")


def _why_waiting(last: Outcome | None, record: Record) -> str:
    kind = "" if last is None or last.trouble is None else last.trouble.kind.value
    match kind:
        case "unreachable":
            return tr("Waiting: offline")
        case "sign-in":
            return tr("Waiting for your sign-in")
        case "not-genuine" | "service-off":
            return tr("Waiting: the account needs attention")
        case _:
            return tr("Waiting: trying again at {time}", time=clock_time(record.not_before))


def _after_sending(record: Record, now: float) -> StateWords:
    explanation = explain_record(record)
    if record.state is State.SENT and explanation is None:
        return StateWords("mail-check", tr("Sent {time}", time=moment(record.state_at, now)), quiet=True)
    if explanation is None:
        return StateWords("circle-alert", tr("Needs attention"), tone="bad")
    icon = {State.UNKNOWN: "circle-help", State.NEEDS_ATTENTION: "circle-alert"}.get(record.state, "triangle-alert")
    return StateWords(icon, explanation.sentence, explanation.action, explanation.tone)


# --- what is the matter -----------------------------------------------------------------------------------------------


def explain_row(row: ListRow) -> Explanation | None:
    """Return what is the matter with a row, None where nothing is."""
    return None if row.record is None else explain_record(row.record)


def explain_record(record: Record) -> Explanation | None:
    """Return what is the matter with a letter and what helps; None for nothing, or where only its account is unwell."""
    kind, value = read_problem(record.problem)
    if record.state in {State.SENT, State.SENT_NOT_FILED}:
        return _explain_sent(record, kind)
    if record.state is State.UNKNOWN:
        return _explain_unknown(record, kind)
    if kind in BEFORE_SENDING and kind is not None:
        return _explain_finding(kind, value)
    if record.state is State.NEEDS_ATTENTION:
        return _explain_unsent(record, kind)
    if record.state is State.READY or record.state is State.DRAFT:
        return _explain_unsaved(record)
    return None


def _explain_finding(kind: ProblemKind, value: str) -> Explanation:
    from app.domain.addresses import address_problem

    match kind:
        case ProblemKind.ADDRESS:
            sentence = address_problem(value) or tr("“{address}” is not an address.", address=value)
            return Explanation(sentence, "mend-address")
        case ProblemKind.PENDING_WORDS:
            return Explanation(tr("“{words}” is not a recipient yet.", words=value[:60]), "mend-address")
        case ProblemKind.SUBJECT_TOO_LONG:
            length = int(value) if value.isdecimal() else 0
            return Explanation(subject_too_long(length), "mend-subject")
        case _:
            return Explanation(tr("Add a recipient."), "add-recipient")


def _explain_unsent(record: Record, kind: ProblemKind | None) -> Explanation | None:
    if kind is ProblemKind.NOT_SENT:
        sentence = tr("The connection was lost, and this was not sent. It is safe in Drafts.")
        return Explanation(sentence, "retry", details_of(record.send_outcome))
    unsaved = _explain_unsaved(record)
    if unsaved is not None:
        return unsaved
    if record.send_outcome is None:
        return None
    return explain(record.send_outcome, record.head.sender)


def _explain_unsaved(record: Record) -> Explanation | None:
    outcome = record.save_outcome
    if outcome is None or outcome.verdict is not Verdict.REFUSED:
        return None
    return explain(outcome, record.head.sender, sending=False)


def _explain_unknown(record: Record, kind: ProblemKind | None) -> Explanation:
    details = details_of(record.send_outcome)
    if kind is ProblemKind.CANNOT_BE_KNOWN:
        sentence = tr("The connection was lost. Whether this was sent cannot be found out from here.")
        return Explanation(sentence, "check", details, "warn")
    return Explanation(tr("Connection lost; may have been sent"), "check", details, "warn")


def _explain_sent(record: Record, kind: ProblemKind | None) -> Explanation | None:
    details = details_of(record.send_outcome)
    match kind:
        case ProblemKind.LEFT_IN_DRAFTS if record.state is State.SENT:
            return Explanation(tr("Sent, but the draft was left in Drafts"), "remove-draft", details, "warn")
        case ProblemKind.LEFT_IN_DRAFTS:
            sentence = tr("Sent; no copy in Sent Items, and the draft was left in Drafts")
            return Explanation(sentence, "remove-draft", details, "warn")
        case ProblemKind.COPY_ELSEWHERE:
            return Explanation(tr("Sent; the copy is in another folder"), "", details, "warn")
    if record.state is State.SENT_NOT_FILED:
        return Explanation(tr("Sent; no copy in Sent Items"), "", details, "warn")
    return None
