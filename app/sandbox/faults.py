"""Trouble on order: rules that make the server fail the k-th request of an operation, an item of it, or by chance.

A rule is a JSON object, see docs/sandbox.md. The actions of transport are carried out in `endpoint`, those of items in
`call.answer_each`.
"""

import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from app.sandbox.call import ItemFault
from app.sandbox.errors import EwsError
from app.sandbox.manners import Manner

ACTIONS: Final = frozenset(
    {
        "reset-before",
        "reset-after",
        "late",
        "stall",
        "trickle",
        "cut",
        "garbage",
        "wrong-length",
        "status",
        "html",
        "code",
        "fault",
        "expired-certificate",
        "oauth-error",
        "claims-challenge",
        Manner.LEAVE_DRAFT,
        Manner.FILE_ELSEWHERE,
    }
)
EVERY: Final = "every"


CONNECTION: Final = "expired-certificate"
"""The action that befalls connections: its rule counts those, not requests."""


class BadRule(ValueError):
    """A rule that cannot be understood; its text says why."""


@dataclass(slots=True)
class FaultRule:
    """One rule.

    `operation` is a name or "*". `nth` counts that operation's requests from 1 since the rule was given, or is "every".
    `item` is the place of an item, from 0, or None for all. `chance` is a share of 1, drawn from `seed`.
    """

    action: str
    operation: str = "*"
    nth: int | str = 1
    item: int | None = None
    chance: float = 1.0
    seed: int = 0
    user: str | None = None
    seconds: float = 0.0
    bytes: int = 0
    head: bool = False
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    code: str = "ErrorInternalServerError"
    text: str | None = None
    back_off: int | None = None
    after: bool = False
    stop: bool = False
    times: int | None = None
    seen: int = 0
    fired: int = 0

    @property
    def manner(self) -> Manner | None:
        """The manner that holds for the request, where the action is one and no refusal."""
        return Manner(self.action) if self.action in set(Manner) else None

    def item_fault(self) -> ItemFault:
        """Return what the rule wants of an item."""
        values = {} if self.back_off is None else {"BackOffMilliseconds": str(self.back_off)}
        return ItemFault(EwsError(self.code, self.text, values=values), self.after, self.stop)


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "action": (str,),
    "operation": (str,),
    "nth": (int, str),
    "item": (int, type(None)),
    "chance": (int, float),
    "seed": (int,),
    "user": (str, type(None)),
    "seconds": (int, float),
    "bytes": (int,),
    "head": (bool,),
    "status": (int,),
    "headers": (dict,),
    "body": (str, type(None)),
    "code": (str,),
    "text": (str, type(None)),
    "back_off": (int, type(None)),
    "after": (bool,),
    "stop": (bool,),
    "times": (int, type(None)),
}


def read_rule(given: object) -> FaultRule:
    """Read one rule; raises BadRule."""
    if not isinstance(given, dict):
        raise BadRule("A rule is a JSON object.")
    for name, value in given.items():
        if name not in _TYPES:
            known = ", ".join(one.name for one in fields(FaultRule) if one.name in _TYPES)
            raise BadRule(f"A rule has no {name!r}; it has {known}.")
        if not isinstance(value, _TYPES[name]):
            raise BadRule(f"{name!r} cannot be {value!r}.")
    if given.get("action") not in ACTIONS:
        raise BadRule(f"'action' is one of {', '.join(sorted(ACTIONS))}, not {given.get('action')!r}.")
    rule = FaultRule(**given)
    if isinstance(rule.nth, str) and rule.nth != EVERY:
        raise BadRule(f"'nth' is a number from 1 or {EVERY!r}, not {rule.nth!r}.")
    return rule


def read_plan(path: Path) -> list[Any]:
    """Read a plan from a file; raises OSError, or BadRule for one that cannot be understood."""
    try:
        given = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadRule(f"The fault plan {path} is not JSON: {error}") from None
    FaultPlan().replace(given)
    return list(given)


class FaultPlan:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[tuple[FaultRule, random.Random]] = []
        self._lock = threading.Lock()

    def replace(self, given: Any) -> int:
        """Put these rules in the place of all before; returns how many. Raises BadRule, and then changes nothing."""
        if not isinstance(given, list):
            raise BadRule("The plan is a JSON list of rules.")
        rules = [read_rule(one) for one in given]
        with self._lock:
            # Seeded on purpose: the same plan gives the same trouble again.
            self._rules = [(rule, random.Random(rule.seed)) for rule in rules]  # noqa: S311
        return len(rules)

    def take_rules(self, operation: str, user: str) -> list[FaultRule]:
        """Return the rules that this request falls under, and count it."""
        return self._take(lambda rule: rule.action != CONNECTION, operation, user)

    def take_connection(self) -> bool:
        """Say whether a connection that begins is to see an expired certificate, and count it."""
        return bool(self._take(lambda rule: rule.action == CONNECTION, "*", ""))

    def _take(self, concerns: Callable[[FaultRule], bool], operation: str, user: str) -> list[FaultRule]:
        found = []
        with self._lock:
            for rule, dice in self._rules:
                if not concerns(rule):
                    continue
                if rule.operation not in {"*", operation} or (rule.user and rule.user.lower() != user.lower()):
                    continue
                rule.seen += 1
                if rule.nth not in {EVERY, rule.seen} or (rule.times is not None and rule.fired >= rule.times):
                    continue
                if rule.chance < 1 and dice.random() >= rule.chance:
                    continue
                rule.fired += 1
                found.append(rule)
        return found

    def as_json(self) -> list[dict[str, Any]]:
        """Return the rules with how often each was looked at and came true."""
        with self._lock:
            return [{one.name: getattr(rule, one.name) for one in fields(FaultRule)} for rule, _ in self._rules]
