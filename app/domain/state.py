"""The states a message goes through, and the only steps between them. A step is on disk before what it announces.

Draft -> Ready -> Held -> Queued -> Sending -> Sent | Sent-not-filed | Taken | Deferred | Unknown | Needs attention

Taken is with the server, which has not shown yet that the message went. Deferred is accepted by the server and held
there until its time. A set of states has its name here, by what it means: what means two things has two names.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a message is on its way. What is shown in words is made of this and the last Outcome."""

    DRAFT = "draft"
    READY = "ready"
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    TAKEN = "taken"
    DEFERRED = "deferred"
    SENT = "sent"
    SENT_NOT_FILED = "sent-not-filed"
    UNKNOWN = "unknown"
    NEEDS_ATTENTION = "needs-attention"


WRITABLE: Final = frozenset({State.DRAFT, State.READY, State.NEEDS_ATTENTION})
"""The message is with the person, who may change it, throw it away, or send it. In every other state it is not."""

NOT_PUT_ASIDE: Final = WRITABLE - {State.READY}
"""The message is with the person, who has not put it aside as ready."""

SHOWN_WITHOUT_ITEM: Final = WRITABLE - {State.DRAFT}
"""Drafts shows the message even where the server no longer lists its item: it was put aside, or was refused."""

WAITING: Final = frozenset({State.HELD, State.QUEUED})
"""The message was sent by the person, and nothing of it has left this computer: it can be taken back."""

BEFORE_LEAVING: Final = WRITABLE | WAITING
"""Nothing of the message has left this computer towards its recipients, so its item on the server is a draft."""

GOING_NOW: Final = frozenset({State.QUEUED, State.SENDING})
"""The time for undo is over: the message is sent, or is next. Work of less haste stands back for it."""

ON_ITS_WAY: Final = WAITING | GOING_NOW
"""Sending the message has begun, and there is no outcome yet."""

STILL_GOING: Final = ON_ITS_WAY | {State.TAKEN, State.DEFERRED}
"""Sending the message goes on, and all is well: the server may hold it until its time."""

UNSETTLED: Final = ON_ITS_WAY | {State.UNKNOWN}
"""It is not settled whether the server took the message."""

IN_OUTBOX: Final = STILL_GOING | {State.UNKNOWN}
"""The message may not be edited and stands in the Outbox list. Needs attention is not here: it can be edited."""

MAY_HAVE_LEFT: Final = frozenset({State.SENDING, State.TAKEN, State.UNKNOWN})
"""The message may have left this computer, and it is not known whether it did: it cannot be taken back."""

WENT_OUT: Final = frozenset({State.SENT, State.SENT_NOT_FILED})
"""The server took the message and delivers it. The two states say whether its copy lies in Sent."""

VERIFIABLE: Final = WENT_OUT | {State.TAKEN, State.UNKNOWN}
"""It can be looked on the server where the message went."""

NEEDS_PERSON: Final = frozenset({State.NEEDS_ATTENTION, State.UNKNOWN})
"""Sending the message did not end well, or its end is not known: a person has to look."""

TAKEN_BACK: Final = frozenset({State.DRAFT, State.READY})
"""Of a message that was on its way: it did not go, and nothing is wrong with it."""

PUT_OFF: Final = frozenset({State.QUEUED, State.READY})
"""Of a message whose turn to be sent is over: it was not sent for now, and nothing is wrong with it."""

ANSWERED: Final = frozenset({State.SENT, State.TAKEN, State.DEFERRED, State.NEEDS_ATTENTION})
"""Of a message whose turn to be sent is over: the server took or refused it, and it is not tried again by itself."""

SHOWS_UPLOAD: Final = frozenset({State.DRAFT, State.READY, State.QUEUED})
"""The row says how far the upload of attachments is; in other states it has more urgent things to say."""

STEPS: Final[dict[State, frozenset[State]]] = {
    State.DRAFT: frozenset({State.READY, State.HELD, State.QUEUED, State.NEEDS_ATTENTION}),
    State.READY: frozenset({State.DRAFT, State.HELD, State.QUEUED, State.NEEDS_ATTENTION}),
    State.HELD: frozenset({State.DRAFT, State.QUEUED, State.NEEDS_ATTENTION}),
    State.QUEUED: frozenset({State.DRAFT, State.READY, State.HELD, State.SENDING, State.NEEDS_ATTENTION}),
    State.SENDING: frozenset(
        {State.SENT, State.SENT_NOT_FILED, State.UNKNOWN, State.NEEDS_ATTENTION, State.QUEUED, State.READY}
        | {State.TAKEN, State.DEFERRED}
    ),
    State.TAKEN: frozenset({State.SENT, State.SENT_NOT_FILED, State.UNKNOWN}),
    State.DEFERRED: frozenset({State.SENT, State.DRAFT, State.UNKNOWN, State.NEEDS_ATTENTION}),
    State.UNKNOWN: frozenset(
        {State.DEFERRED, State.SENT, State.SENT_NOT_FILED, State.NEEDS_ATTENTION, State.DRAFT, State.QUEUED}
    ),
    State.NEEDS_ATTENTION: frozenset({State.DRAFT, State.READY, State.HELD, State.QUEUED, State.SENT}),
    State.SENT: frozenset({State.SENT_NOT_FILED}),
    State.SENT_NOT_FILED: frozenset({State.SENT}),
}
"""From each state, the states that may follow. SENDING -> QUEUED only where nothing left this machine.

QUEUED -> HELD where a message is held here until its time, because its server would not hold it.
"""


def may_follow(before: State, after: State) -> bool:
    """Return whether `after` is a lawful next state."""
    return after in STEPS[before]
