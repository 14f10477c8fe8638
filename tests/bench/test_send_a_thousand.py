"""A thousand drafts of another client marked and sent from the list by keys, thirty of them refused for ten reasons.

Every message that was not refused arrives once, and each of the thirty says why it did not; a 5 ms heartbeat is watched
meanwhile. Another client makes, rewrites, deletes and moves drafts in the same folder all the time: in the end the list
shows what the server has. Beside it, in the same run, the requests that this takes at the least (read, mark, send; a
hundred items in each), made by a minimal loop while the same other client is at work. Aimed at: 1.3 times as long, and
no beat later than 16 ms.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.backends.ews import requests
from app.domain.message import Content, DraftUpdate, ItemRef, new_local_id
from app.domain.record import CopyTo, Record
from app.domain.state import State
from app.storage.store import SqliteJournal, Store
from tests.bench.children import Child, Home, start_environment
from tests.bench.keyboard import Keyboard
from tests.bench.other_client import OtherClient, subjects_of
from tests.bench.test_against_plain_requests import Plain
from tests.bench.test_long_lists import _told, _until
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

DRAFTS = 1_000
CODES = (
    *("ErrorSendAsDenied", "ErrorInvalidRecipients", "ErrorAccessDenied", "ErrorItemCorrupt"),
    *("ErrorDataSizeLimitExceeded", "ErrorMessageSizeExceeded", "ErrorItemNotFound", "ErrorInvalidIdMalformed"),
    *("ErrorContentConversionFailed", "ErrorMissingRecipients"),
)
"""Of one message each, and lasting: what a quota, a busy server or a stale ChangeKey answers is tried again."""
REFUSED = 30
PAUSE = 0.05
"""Seconds between two changes of the other client."""


@pytest.fixture
def beside(display: dict[str, str]) -> Iterator[Child]:
    """A bare window that does nothing, started first, so that the program's window has the keys."""
    child = Child(start_environment(display), "bare")
    child.when("ready")
    yield child
    child.end()


def _thirty_refusals() -> list[dict[str, Any]]:
    return [
        {
            "action": "code",
            "operation": "SendItem",
            "nth": one // 3 + 1,
            "item": 7 + one % 3 * 31,
            "code": CODES[one % 10],
        }
        for one in range(REFUSED)
    ]


def fill_drafts(server: RunningSandbox) -> None:
    """Put a thousand drafts into the first mailbox, as another client makes them."""
    server.reset(messages=False)
    for batch in range(0, DRAFTS, 100):
        messages = [
            soap.message(f"Offer {number}", "A few words. " * 40, "james.okafor@contoso.com")
            for number in range(batch, batch + 100)
        ]
        assert set(server.post(soap.create(*messages), valid=False).codes) == {"NoError"}


def test_a_thousand_are_sent_from_the_list(
    keyboard: Keyboard, server: RunningSandbox, beside: Child, home: Home
) -> None:
    bare = [_bare(server)]
    fill_drafts(server)
    server.faults(_thirty_refusals())
    environment = home.environment()
    child = Child(environment, "program")
    try:
        _until(lambda: child.rows("Drafts") == DRAFTS)
        time.sleep(2)
        keyboard.press("Ctrl+a")
        time.sleep(0.5)
        for one in (child, beside):
            one.order("beat send")
        with OtherClient(server, PAUSE) as other:
            keyboard.press("Ctrl+Return")
            time.sleep(0.5)
            began = time.monotonic()
            keyboard.press("Return")  # the question how many are sent
            # Until each of the thousand has its truth: the server is not asked, that would cost it time.
            _until(lambda: child.rows("Drafts") < DRAFTS // 2 and child.rows("Outbox") == REFUSED, 0.05)
            taken = time.monotonic() - began
            time.sleep(8)
        late, noise = child.ask("report"), beside.ask("report")
        shown, there = compared(keyboard, child, server)
    finally:
        child.end()
    delivered = Counter(one["subject"] for one in server.deliveries())
    records = asyncio.run(_records(Path(environment["MAILWRIGHT_DATA"])))
    needing = [one for one in records if one.state is State.NEEDS_ATTENTION]
    codes = Counter(one.send_outcome.code for one in needing if one.send_outcome is not None)
    bare.append(_bare(server))
    print(f"\n{len(delivered)} messages delivered, the most often delivered of them {max(delivered.values())} time(s)")
    print(f"{len(needing)} need attention, by code: {dict(codes)}")
    print(f"{other.changes} changes of the other client; rows in Drafts: {len(shown)}, on the server: {len(there)}")
    loops = ", ".join(f"{one:.1f}" for one in bare)
    print(f"{taken:.1f} s; a minimal loop before and after: {loops} s; ratio {2 * taken / sum(bare):.2f}")
    print(f"a heartbeat of 5 ms came late by (p50, p99, largest, over 16): {_told(late['send'])};")
    print(f"  of a bare window meanwhile {_told(noise['send'])}")
    assert len(delivered) == DRAFTS - REFUSED
    assert set(delivered.values()) == {1}
    assert codes == dict.fromkeys(CODES, REFUSED // len(CODES))
    assert shown == there


def compared(keyboard: Keyboard, child: Child, server: RunningSandbox) -> tuple[list[str], list[str]]:
    """Let the program look anew; return the subjects that its Drafts show, and those that the server has."""
    deadline = time.monotonic() + 20
    keyboard.press("F5")
    while (shown := child.subjects("Drafts")) != (there := subjects_of(server)) and time.monotonic() < deadline:
        time.sleep(0.5)
    return shown, there


async def _records(data: Path) -> list[Record]:
    store = await Store.open_database(data / "mailwright.sqlite")
    records = await SqliteJournal(store).records()
    await store.close()
    return records


def _bare(server: RunningSandbox) -> float:
    server.faults([])
    fill_drafts(server)
    plain = Plain(server)
    view = '<m:IndexedPageItemView MaxEntriesReturned="1000" Offset="0" BasePoint="Beginning"/>'
    refs = [ItemRef(*one) for one in server.post(soap.find("drafts", view=view)).ids()]
    with OtherClient(server, PAUSE):
        began = time.monotonic()
        for start in range(0, DRAFTS, 100):
            part = plain.post(requests.get_items(refs[start : start + 100]))
            marked: list[Any] = [DraftUpdate(ref, Content(), frozenset(), mark=new_local_id()) for ref in part]
            part = plain.post(requests.update_items(marked))
            plain.post(requests.send_items(part, CopyTo()))
        return time.monotonic() - began
