"""The kinds of trouble that a schedule draws from, each as rules of the sandbox's fault plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

OPERATIONS: Final = (
    *("SendItem",) * 4,
    *("CreateItem",) * 2,
    *("UpdateItem",) * 2,
    *("FindItem",) * 2,
    "GetItem",
    "DeleteItem",
    "CreateAttachment",
    "DeleteAttachment",
    "*",
)
"""As often as they matter."""
LATE: Final = 0.6
"""Seconds that a server keeps a late request; longer than the engine waits for such a one (`world.DEADLINE`)."""
OPERATIONS_OF: Final = {
    "save": {"CreateItem"},
    "update": {"UpdateItem", "GetItem"},
    "fence": {"UpdateItem", "DeleteItem"},
    "send": {"SendItem", "GetItem", "DeleteItem"},
    "delete": {"DeleteItem"},
    "get": {"GetItem"},
    "locate": {"FindItem"},
    "attach": {"CreateAttachment"},
    "delete_attachments": {"DeleteAttachment"},
    "mark_originals": {"GetItem", "UpdateItem"},
}
"""What the calls of the port ask of the server."""

_INTERNAL: Final = "ErrorInternalServerError"

TROUBLES: Final[dict[str, dict[str, Any]]] = {
    "reset before": {"action": "reset-before"},
    "reset after": {"action": "reset-after"},
    "cut at once": {"action": "cut", "bytes": 0},
    "cut early": {"action": "cut", "bytes": 60},
    "cut late": {"action": "cut", "bytes": 900},
    "wrong length": {"action": "wrong-length", "bytes": 50},
    "garbage": {"action": "garbage"},
    "sign-in page before": {"action": "html"},
    "sign-in page after": {"action": "html", "after": True},
    "trickle": {"action": "trickle", "bytes": 400, "seconds": 0.002},
    "stall before": {"action": "stall", "seconds": 0.05},
    "stall after": {"action": "stall", "seconds": 0.05, "after": True},
    "late": {"action": "stall", "seconds": LATE},
    "late after": {"action": "stall", "seconds": LATE, "after": True},
    "401": {"action": "status", "status": 401},
    "403": {"action": "status", "status": 403},
    "429": {"action": "status", "status": 429, "headers": {"Retry-After": "30"}},
    "500": {"action": "status", "status": 500},
    "500 after": {"action": "status", "status": 500, "after": True},
    "503": {"action": "status", "status": 503, "headers": {"Retry-After": "20"}},
    "503 after": {"action": "status", "status": 503, "after": True},
    "fault busy": {"action": "fault", "code": "ErrorServerBusy", "back_off": 4000},
    "fault internal": {"action": "fault", "code": _INTERNAL},
    "fault internal after": {"action": "fault", "code": _INTERNAL, "after": True},
    "item busy": {"action": "code", "code": "ErrorServerBusy", "back_off": 3000},
    "first item busy": {"action": "code", "code": "ErrorServerBusy", "item": 0},
    "item broken off": {"action": "code", "code": _INTERNAL},
    "item broken off after": {"action": "code", "code": "ErrorTimeoutExpired", "after": True},
    "second item broken off after": {"action": "code", "code": _INTERNAL, "item": 1, "after": True},
    "batch stopped": {"action": "code", "code": "ErrorQuotaExceeded", "item": 0, "stop": True},
    "item denied": {"action": "code", "code": "ErrorSendAsDenied"},
    "quota": {"action": "code", "code": "ErrorQuotaExceeded"},
    "stale key": {"action": "code", "code": "ErrorStaleObject"},
    "store away": {"action": "code", "code": "ErrorMailboxStoreUnavailable"},
}
"""By name; the rule befalls one request unless told otherwise."""
FIRST_KINDS: Final = len(TROUBLES)
"""So many kinds the numbers below `person.WITH_LATER_KINDS` draw from, so that each goes on meaning what it meant."""

PROCESSED_LATE: Final = "processed late, after the connection broke"
TROUBLES[PROCESSED_LATE] = {"action": "late"}
"""Done when the world says so (`World.release_late`): the fake clock's time is not the server's."""
MADE: Final = frozenset({"CreateItem", "UpdateItem", "SendItem", "CreateAttachment", "FindItem", "GetItem"})
"""What may be processed late. Against a DeleteItem nothing can be done that comes after the person took it back."""

NAMES: Final = tuple(TROUBLES)
_GRAPH_TROUBLES: Final[dict[str, dict[str, Any]]] = {
    "504 after": {"action": "status", "status": 504, "after": True},
    "202 with Retry-After": {"action": "status", "status": 202, "headers": {"Retry-After": "30"}, "after": True},
    "202 with Retry-After, and nothing done": {"action": "status", "status": 202, "headers": {"Retry-After": "30"}},
    "stray 412": {"action": "code", "code": "ErrorIrresolvableConflict"},
    "stray 412 after": {"action": "code", "code": "ErrorIrresolvableConflict", "after": True},
    "409": {"action": "status", "status": 409},
    "claims challenge": {"action": "claims-challenge"},
}
"""What Graph was seen to do, and EWS does not."""
TROUBLES.update(_GRAPH_TROUBLES)
ALL_NAMES: Final = tuple(TROUBLES)
"""Those of Graph stand behind the others."""
GRAPH_KINDS: Final = tuple(ALL_NAMES.index(name) for name in _GRAPH_TROUBLES)
REFUSING: Final = frozenset(name for name, rule in TROUBLES.items() if rule["action"] in {"code", "fault"})
"""The server says no to what it was asked, and is not asked again where that harms nobody."""
MANNERS: Final = ("", "", "", "leave-draft", "file-elsewhere")
"""How the server of a schedule files what it sent; mostly as Exchange does."""
FORGETS: Final = "graph-takes-and-forgets"
GRAPH_MANNERS: Final = ("", "graph-send-takes", "graph-copy-takes", "graph-send-takes", FORGETS)
"""What lies between the 202 of Graph and the copy in Sent, in the places of MANNERS."""
UNTIL_LET_GO: Final = 1e8
"""Seconds that Graph keeps what it took, unless it is let go (`Server.release_late`)."""


OFTEN: Final[tuple[dict[str, Any], ...]] = ({"nth": 1}, {"nth": 1}, {"nth": 2}, {"nth": "every", "times": 3})


def rule_for(name: str, operation: str, often: int, user: str) -> dict[str, Any]:
    """Return the rule: it befalls the next request, the one after, or the next three."""
    if name == PROCESSED_LATE and operation not in MADE:
        operation = "CreateItem"
    return {**TROUBLES[name], **OFTEN[often], "operation": operation, "user": user}


def at_ews(name: str) -> str:
    """Return the kind of trouble that an account of EWS meets in the place of one that Graph alone has."""
    return "500 after" if name in _GRAPH_TROUBLES else name


def may_be_late(name: str, rules: Iterable[dict[str, Any]]) -> bool:
    """Tell whether a rule in force keeps requests of this call of the port for longer than the engine waits."""
    operations = {"*"} | OPERATIONS_OF.get(name, set())
    return any(rule.get("seconds") == LATE and rule["operation"] in operations for rule in rules)


def manner_rule(manner: str) -> list[dict[str, Any]]:
    """Return what makes a server file as `manner` says, for good."""
    return [{"operation": "SendItem", "nth": "every", "action": manner}] if manner else []
