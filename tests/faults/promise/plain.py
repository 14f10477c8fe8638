"""The same troubles with plain exchangelib, as its documentation has it, and a person who presses send again.

Two ways: drafts by `bulk_create`, sent by `bulk_send`; and `send_and_save` for each message. Two policies: the default
(FailFast), and FaultTolerance, which its documentation recommends for programs that run for long. Each runs in a
process of its own, for exchangelib keeps its settings in classes.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

import exchangelib
import requests.adapters
from exchangelib.protocol import BaseProtocol

from tests.faults.promise.server import Server
from tests.faults.promise.trouble import FIRST_KINDS, NAMES, OFTEN, manner_rule, rule_for
from tests.faults.promise.world import DEADLINE, USERS
from tests.sandbox_fixture import RunningSandbox, start, stop

PRESSES: Final = 3
"""How often the person presses send until it is left at that."""
MESSAGES: Final = 3
OPERATIONS: Final = ("CreateItem", "SendItem")
HANG: Final = 20.0
"""Seconds after which a call that never ends counts as a hang."""


class Plain:
    """A program on plain exchangelib. `told` says by subject what it told the person last, and ever."""

    def __init__(self, account: Any, way: str) -> None:
        self.account = account
        self.way = way
        self.sent: set[str] = set()
        self.wrong_ever: set[str] = set()

    def send(self, subjects: list[str], delivered: Callable[[], Counter[str]]) -> None:
        """Send messages as the way has it; on an error the person presses send again."""
        drafts: dict[str, Any] = {}
        for _ in range(PRESSES):
            left = [subject for subject in subjects if subject not in self.sent]
            if not left:
                return
            if self.way == "bulk":
                self._press_bulk(left, drafts)
            else:
                self._press_one_by_one(left)
            there = delivered()
            told_not = [subject for subject in left if subject not in self.sent]
            self.wrong_ever.update(subject for subject in told_not if there[subject])

    def _message(self, subject: str) -> Any:
        return exchangelib.Message(
            account=self.account,
            folder=self.account.drafts if self.way == "bulk" else self.account.sent,
            subject=subject,
            body="Dear James",
            to_recipients=["james.okafor@contoso.com"],
        )

    def _press_bulk(self, subjects: list[str], drafts: dict[str, Any]) -> None:
        try:
            new = [subject for subject in subjects if subject not in drafts]
            made = self.account.bulk_create(
                folder=self.account.drafts, items=[self._message(subject) for subject in new]
            )
            pairs = zip(new, made, strict=False)
            drafts.update({subject: item for subject, item in pairs if not isinstance(item, Exception)})
            going = [subject for subject in subjects if subject in drafts]
            results = list(self.account.bulk_send([drafts[subject] for subject in going]))
        except Exception:  # noqa: BLE001 - the person is told that it failed, whatever it was
            return
        self.sent.update(subject for subject, result in zip(going, results, strict=False) if result is True)

    def _press_one_by_one(self, subjects: list[str]) -> None:
        for subject in subjects:
            try:
                self._message(subject).send_and_save()
            except Exception:  # noqa: BLE001 - as above
                continue
            self.sent.add(subject)


def run_plain(sandbox: RunningSandbox, way: str, policy: str, rounds: int) -> dict[str, Any]:
    """Meet each trouble at each operation, `rounds` times; return what was counted, by kind of trouble too."""
    server = Server(sandbox, USERS)
    counts: Counter[str] = Counter()
    by_trouble: dict[str, Counter[str]] = {}
    for name, manner, rule in matrix(rounds):
        found = _meet(server, way, policy, [*manner_rule(manner), rule])
        counts.update(found)
        by_trouble.setdefault(name, Counter()).update(found)
    server.close()
    return {"way": way, "policy": policy, "counts": counts, "by_trouble": by_trouble}


def matrix(rounds: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each trouble at each operation, at a server of each manner: its name, the manner, the rule."""
    for _ in range(rounds):
        for name in NAMES[:FIRST_KINDS]:
            for operation in OPERATIONS:
                for often in range(1, len(OFTEN)):
                    for manner in ("", "leave-draft"):
                        yield name, manner, rule_for(name, operation, often, USERS[0])


def _meet(server: Server, way: str, policy: str, rules: list[dict[str, Any]]) -> Counter[str]:
    server.reset()
    plain = Plain(_account(server.sandbox, policy), way)
    subjects = [f"Message {number}" for number in range(MESSAGES)]

    def delivered() -> Counter[str]:
        while server.under_way():
            continue
        return Counter({subject: len(times) for subject, times in server.deliveries_by_subject().items()})

    plain.account.drafts.refresh()  # what a program asks once at its start meets no trouble here
    server.faults(rules)
    thread = threading.Thread(target=plain.send, args=(subjects, delivered), daemon=True)
    thread.start()
    thread.join(HANG)
    server.faults([])
    found: Counter[str] = Counter(messages=MESSAGES, hung=int(thread.is_alive()))
    there = delivered()
    drafts = Counter(item.subject for item in server.in_folder(USERS[0], "drafts"))
    for subject in subjects:
        found["twice"] += there[subject] > 1
        found["lost"] += subject in plain.sent and not there[subject]
        found["wrong"] += subject in plain.wrong_ever or (subject not in plain.sent and there[subject] > 0)
        found["drafts multiplied"] += drafts[subject] > 1
    return found


def _account(sandbox: RunningSandbox, policy: str) -> Any:
    known = sandbox.account(USERS[0])
    retry = exchangelib.FaultTolerance(max_wait=2) if policy == "FaultTolerance" else exchangelib.FailFast()
    exchangelib.close_connections()
    exchangelib.protocol.CachingProtocol.clear_cache()
    config = exchangelib.Configuration(
        service_endpoint=sandbox.url,
        credentials=exchangelib.Credentials(known["user"], known["password"]),
        auth_type=exchangelib.BASIC,
        version=exchangelib.Version(exchangelib.Build(15, 2, 0, 0)),
        retry_policy=retry,
    )
    return exchangelib.Account(
        primary_smtp_address=USERS[0], config=config, autodiscover=False, access_type=exchangelib.DELEGATE
    )


def main(way: str, policy: str, rounds: int) -> None:
    """Count, and print it as JSON in the last line."""
    sandbox = start()

    class Trusting(requests.adapters.HTTPAdapter):
        """Trusts the sandbox's authority, in the way that exchangelib's documentation shows."""

        def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
            del verify
            super().cert_verify(conn, url, sandbox.ca_file, cert)  # type: ignore[no-untyped-call]  # of requests

    BaseProtocol.HTTP_ADAPTER_CLS = Trusting
    # The same patience that Mailwright's engine is given beside it.
    BaseProtocol.TIMEOUT = DEADLINE
    try:
        print(json.dumps(run_plain(sandbox, way, policy, rounds)))  # noqa: T201 - what it is for
    finally:
        stop(sandbox)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
