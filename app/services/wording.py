"""How a letter stands, in words: made of its state, its last outcomes and the time, and of nothing else.

A row tells the truth or nothing: "Saved" only where the server has every edit, "Sent" only where the server said so
or a copy was seen, "may have been sent" as long as neither is so.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec

from app.core.formatting import clock_time, moment_words, size_words
from app.core.i18n import mark, ntr, tr
from app.domain.errors import TroubleKind
from app.domain.outcome import Outcome, Verdict
from app.domain.record import CopyKind, CopyTo, Record
from app.domain.state import State
from app.services.accounts import PAUSING
from app.services.actions import action_words
from app.services.amiss import explain_record, explain_row
from app.services.explaining import Explanation, explain_outcome, explain_trouble
from app.services.gathering import Moving
from app.services.long_waits import waits_for_answer
from app.services.rows import ListRow
from app.services.sentences import Facts, sentence_for

__all__ = [
    "Explanation",
    "StateWords",
    "explain_outcome",
    "explain_record",
    "explain_row",
    "explain_trouble",
    "row_words",
    "state_words",
]

_UPLOADING: Final = frozenset({State.DRAFT, State.READY, State.QUEUED})
_TOLD: Final = 1_000_000
"""Bytes from which on it is said how far they are: less is over before it is read."""


class StateWords(msgspec.Struct, frozen=True):
    """An icon's name, the words, a colour's name in Scheme, and the id of what can be done ("" for nothing).

    `quiet` says that the words go without saying in a list, and the first words of the letter may stand there.
    """

    icon: str
    text: str
    tone: str = "faint"
    action: str = ""
    quiet: bool = False

    @property
    def action_words(self) -> str:
        """Return what stands on the action's button."""
        return action_words(self.action)


def row_words(row: ListRow, now: float, moving: Moving | None = None) -> StateWords:
    """Return how a row stands; what only the server has is saved there, or was sent."""
    if row.record is not None:
        return state_words(row.record, now, moving)
    if row.resting:
        return _resting(row, now)
    return _saved(row.when, now) if row.is_draft else _sent(row.when, now)


def state_words(record: Record, now: float, moving: Moving | None = None) -> StateWords:
    """Return how a letter stands at `now` (seconds since the epoch); `moving` is how far its attachments are."""
    if record.discarded:
        return StateWords("trash-2", tr("Discarded"))
    if moving is not None and moving.whole >= _TOLD and record.state in _UPLOADING:
        return _uploading(record, moving)
    match record.state:
        case State.DEFERRED:
            return _deferred(record, now)
        case State.HELD | State.QUEUED | State.SENDING:
            return _on_its_way(record, now)
        case State.SENT | State.SENT_NOT_FILED | State.UNKNOWN | State.NEEDS_ATTENTION:
            return _after_sending(record, explain_record(record), now)
        case _:
            return _draft(record, explain_record(record), now)


def _uploading(record: Record, moving: Moving) -> StateWords:
    done, whole = size_words(moving.done), size_words(moving.whole)
    if record.state is State.QUEUED:
        return StateWords("send", tr("Sending {done} of {whole}", done=done, whole=whole), "accent", "cancel")
    return StateWords("loader-circle", tr("Uploading {done} of {whole}", done=done, whole=whole))


def _draft(record: Record, found: Explanation | None, now: float) -> StateWords:
    outcome = record.save_outcome
    action = "" if found is None else found.action
    if record.state is State.READY and found is None:
        return StateWords("check", tr("Ready"), "good")
    if record.saved:
        words = _saved(record.saved_at, now)
        return words if found is None else msgspec.structs.replace(words, action=action, quiet=False)
    if outcome is not None and outcome.verdict is Verdict.UNKNOWN and outcome.trouble is None and outcome.words is None:
        return StateWords("loader-circle", tr("Saving…"), quiet=record.open)
    if outcome is not None and not outcome.accepted:
        return StateWords("hard-drive", tr("Saved on this computer only"), "warn", action or "retry")
    if not (record.edits or record.head.to or record.head.subject or record.head.preview):
        return StateWords("pen-line", tr("New message"), quiet=True)
    return StateWords("pen-line", tr("Not saved yet"), "faint", action, quiet=record.open and found is None)


def _saved(when: float, now: float) -> StateWords:
    text = tr("Saved {time}", time=clock_time(when, now)) if when > 0 else tr("Saved")
    return StateWords("cloud-check", text, quiet=True)


def _sent(when: float, now: float) -> StateWords:
    text = tr("Sent {time}", time=clock_time(when, now)) if when > 0 else tr("Sent")
    return StateWords("mail-check", text, "good", quiet=True)


def _resting(row: ListRow, now: float) -> StateWords:
    """Another program, or this one elsewhere, left it with the server: when it goes, and the way to take it back."""
    if row.deferred > now:
        return StateWords("clock", scheduled_words(row.deferred, now), "accent", "unsend")
    return StateWords("clock", tr("Waits on the server to be sent"), "muted", "unsend")


def _deferred(record: Record, now: float) -> StateWords:
    """The server holds it: when it goes, and the way to take it back while there is time."""
    if record.problem:
        return StateWords("undo-2", tr("Being taken back"), "accent")
    if record.head.deferred <= now:
        return StateWords("send", tr("Its time has come: looking whether it went"), "accent")
    return StateWords("clock", scheduled_words(record.head.deferred, now), "accent", "unsend")


def scheduled_words(when: float, now: float) -> str:
    """Return that a letter goes at `when`, which the server knows."""
    return tr("Scheduled for {moment}", moment=moment_words(when, now))


def scheduling_words(when: float, now: float) -> str:
    """Return that a letter is to go at `when`, and that the server is being told."""
    return tr("Scheduling for {moment}…", moment=moment_words(when, now))


def _after_sending(record: Record, found: Explanation | None, now: float) -> StateWords:
    """The server's word is not yet a fact: until the letter was looked for, the row says what was said."""
    outcome, action = record.send_outcome, "" if found is None else found.action
    match record.state:
        case State.NEEDS_ATTENTION:
            return StateWords("circle-alert", tr("Needs attention"), "bad", action)
        case State.SENT_NOT_FILED:
            return StateWords("triangle-alert", tr("Sent; no copy in Sent Items"), "warn", action)
        case State.UNKNOWN if outcome is not None and outcome.words is not None:
            return StateWords("circle-help", tr("The server broke off; may have been sent"), "warn", action)
        case State.UNKNOWN:
            return StateWords("circle-help", tr("Connection lost; may have been sent"), "warn", action)
    told = outcome.at if outcome is not None and outcome.accepted else 0.0
    words = _sent(told or record.state_at, now)
    if found is not None:
        return msgspec.structs.replace(words, icon="triangle-alert", tone="warn", action=action, quiet=False)
    return msgspec.structs.replace(words, text=_filed(words.text, record.copy_to), quiet=bool(record.verified))


def _filed(sent: str, copy_to: CopyTo) -> str:
    """Say where the copy is, unless it is where one would look for it."""
    match copy_to.kind:
        case CopyKind.NONE:
            return tr("{sent}; no copy was wanted", sent=sent)
        case CopyKind.PRINCIPAL_SENT:
            return tr("{sent}; copy in Sent of {mailbox}", sent=sent, mailbox=copy_to.mailbox)
        case CopyKind.FOLDER:
            return tr("{sent}; copy in {folder}", sent=sent, folder=copy_to.name or tr("another folder"))
        case _:
            return sent


# --- on its way -------------------------------------------------------------------------------------------------------


_NO_WAY: Final = {
    TroubleKind.UNREACHABLE: mark("Waiting: offline"),
    TroubleKind.PROXY: mark("Waiting: no way through the proxy"),
}


def _on_its_way(record: Record, now: float) -> StateWords:
    later = record.head.deferred > now
    if record.state is State.SENDING:
        words = scheduling_words(record.head.deferred, now) if later else tr("Sending")
        return StateWords("send", words, "accent")
    if record.state is State.HELD and later:
        return StateWords("clock", scheduling_words(record.head.deferred, now), "accent", "undo")
    if record.state is State.HELD:
        left = max(0, math.ceil(record.hold_until - now))
        return StateWords("clock", ntr("Sending in {n} s", "Sending in {n} s", left), "accent", "undo")
    if waits_for_answer(record):
        return StateWords("circle-help", tr("Waiting for your answer"), "warn", "send-now")
    return _queued(record, now)


def _queued(record: Record, now: float) -> StateWords:
    last = last_failure(record)
    trouble = None if last is None else last.trouble
    if trouble is not None and trouble.kind in PAUSING:
        if trouble.kind is TroubleKind.SIGN_IN:
            return StateWords("lock-keyhole", tr("Waiting for your sign-in"), "warn", "sign-in")
        return StateWords("cloud-off", tr("Waiting: the account needs attention"), "warn", "cancel")
    if record.not_before <= now:
        later = record.head.deferred > now
        words = scheduling_words(record.head.deferred, now) if later else tr("Waiting to be sent")
        return StateWords("clock", words, "muted", "cancel")
    if trouble is not None and trouble.kind in _NO_WAY:
        return StateWords("cloud-off", tr(_NO_WAY[trouble.kind]), "warn", "try-now")
    again = clock_time(record.not_before, now)
    if last is not None and last.verdict is Verdict.REFUSED and last.words is not None:
        sentence, action = sentence_for(last.words, Facts(again=again))
        return StateWords("clock", sentence, "warn", action)
    return StateWords("clock", tr("Waiting: trying again at {time}", time=again), "warn", "try-now")


def last_failure(record: Record) -> Outcome | None:
    """Return the newest answer that was no yes; a save of the same round may have failed after an earlier send."""
    outcomes = [one for one in (record.send_outcome, record.save_outcome) if one is not None and not one.accepted]
    return max(outcomes, key=lambda one: one.at, default=None)
