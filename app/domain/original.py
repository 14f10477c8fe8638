"""The message that another one answers or passes on, and what its own mailbox is to say of that.

[MS-OXOMSG]: PidTagLastVerbExecuted and PidTagLastVerbExecutionTime; [MS-OXCMSG]: PidTagIconIndex. Other programs write
and show the same three.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec

from app.domain.message import AccountId, ItemRef


class Verb(IntEnum):
    """What was done with a message; the values are those of PidTagLastVerbExecuted."""

    REPLIED = 102
    REPLIED_TO_ALL = 103
    FORWARDED = 104


MOST_TRIES: Final = 5
"""So many requests may end without an answer before an original is left as it is."""


class Original(msgspec.Struct, frozen=True, gc=False):
    """A message that ours answers or passes on. `tries` counts the requests to mark it that ended without an answer.

    `account_id` is whose it is where that is not the account that our message is sent from, empty where it is.
    """

    ref: ItemRef
    verb: Verb
    tries: int = 0
    account_id: AccountId = AccountId("")


class OriginalMark(msgspec.Struct, frozen=True, gc=False):
    """What is to be written into an original: what was done, and when (seconds since the epoch)."""

    ref: ItemRef
    verb: Verb
    at: float
