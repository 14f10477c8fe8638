"""The states a message goes through, and the only steps between them. A step is on disk before what it announces.

Draft -> Ready -> Held -> Queued -> Sending -> Sent | Sent-not-filed | Deferred | Unknown | Needs attention

Deferred is accepted by the server and held there until its time.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a message is on its way. What is shown in words is made of this and the last Outcome."""

    DRAFT = "draft"
    READY = "ready"
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    DEFERRED = "deferred"
    SENT = "sent"
    SENT_NOT_FILED = "sent-not-filed"
    UNKNOWN = "unknown"
    NEEDS_ATTENTION = "needs-attention"


IN_OUTBOX = frozenset({State.HELD, State.QUEUED, State.SENDING, State.DEFERRED, State.UNKNOWN})
"""States in which the message may not be edited and stands in the Outbox list; Needs attention can be edited."""

STEPS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.READY, State.HELD, State.QUEUED, State.NEEDS_ATTENTION}),
    State.READY: frozenset({State.DRAFT, State.HELD, State.QUEUED, State.NEEDS_ATTENTION}),
    State.HELD: frozenset({State.DRAFT, State.QUEUED, State.NEEDS_ATTENTION}),
    State.QUEUED: frozenset({State.DRAFT, State.READY, State.SENDING, State.NEEDS_ATTENTION}),
    State.SENDING: frozenset(
        {State.SENT, State.SENT_NOT_FILED, State.UNKNOWN, State.NEEDS_ATTENTION, State.QUEUED, State.READY}
        | {State.DEFERRED}
    ),
    State.DEFERRED: frozenset({State.SENT, State.DRAFT, State.UNKNOWN, State.NEEDS_ATTENTION}),
    State.UNKNOWN: frozenset(
        {State.DEFERRED, State.SENT, State.SENT_NOT_FILED, State.NEEDS_ATTENTION, State.DRAFT, State.QUEUED}
    ),
    State.NEEDS_ATTENTION: frozenset({State.DRAFT, State.READY, State.HELD, State.QUEUED, State.SENT}),
    State.SENT: frozenset({State.SENT_NOT_FILED}),
    State.SENT_NOT_FILED: frozenset({State.SENT}),
}
"""From each state, the states that may follow. SENDING -> QUEUED only where nothing left this machine."""


def may_follow(before: State, after: State) -> bool:
    """Tell whether `after` is a lawful next state."""
    return after in STEPS[before]
