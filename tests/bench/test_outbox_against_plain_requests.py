"""What drafts and outbox cost beside a minimal loop that makes the same requests, in the same run.

Messages are saved one by one and sent together, as a person does: the services, the disk and the engine on one side, a
loop over `requests` on the other. What is read back before a send is read by both. Prints ratios and never fails on a
clock; hoped for is a total of at most 1.25 times. `MAILWRIGHT_BENCH_MESSAGES` says how many messages.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from pathlib import Path
from typing import Final

import msgspec
import pytest

from app.backends.ews import requests
from app.bootstrap.adapters import SystemClock
from app.domain.message import ItemRef
from app.domain.record import CopyTo
from app.domain.server_traits import BY_THE_BOOK
from app.domain.state import State
from app.services.ports import Clock
from tests.bench.test_against_plain_requests import Plain, new_drafts
from tests.integration.attachments.conftest import A, Run
from tests.sandbox_fixture import RunningSandbox

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

MESSAGES: Final = int(os.environ.get("MAILWRIGHT_BENCH_MESSAGES", "1000"))
_BATCH: Final = 100
_ROUNDS: Final = 2


class Measured(msgspec.Struct, frozen=True):
    """How long it took, in seconds, and how often the server was asked for what meanwhile."""

    saved: float
    sent: float
    asked: dict[str, int]

    @property
    def total(self) -> float:
        """Return both."""
        return self.saved + self.sent


class InTime(Run):
    """The program on the real disk, in the real time."""

    def clock(self) -> Clock:
        """Return the clock of the program."""
        return SystemClock()


def _asked(sandbox: RunningSandbox) -> dict[str, int]:
    return dict(Counter(entry["operation"] for entry in sandbox.journal()))


async def ours(folder: Path, sandbox: RunningSandbox) -> Measured:
    """Save and send by way of drafts and outbox, at a server that is known to keep the book."""
    sandbox.reset(messages=False)
    run = await InTime(folder, sandbox).start()
    try:
        await run.accounts.learn_traits(A, **msgspec.structs.asdict(BY_THE_BOOK))
        names = [await run.drafts.begin(A, draft.content) for draft in new_drafts(MESSAGES)]
        gone = asyncio.Event()
        going = set(names)

        def note(record: object) -> None:
            del record
            going.difference_update([name for name in going if run.record(name).state is State.SENT])
            if not going:
                gone.set()

        began = time.perf_counter()
        for name in names:
            await run.drafts.save(name)
        saved = time.perf_counter()
        run.outbox.summary.subscribe(note)
        await run.outbox.send(names, 0.0)
        await gone.wait()
        sent = time.perf_counter()
        return Measured(saved - began, sent - saved, _asked(sandbox))
    finally:
        await run.end()


def plain(sandbox: RunningSandbox) -> Measured:
    """Make the same requests, and read the ids out of the answers."""
    sandbox.reset(messages=False)
    loop, drafts = Plain(sandbox), new_drafts(MESSAGES)
    began = time.perf_counter()
    refs: list[ItemRef] = []
    for draft in drafts:
        refs += loop.post(requests.create_items([draft]))
    saved = time.perf_counter()
    for start in range(0, len(refs), _BATCH):
        read = loop.post(requests.get_items(refs[start : start + _BATCH]))
        loop.post(requests.send_items(read, CopyTo()))
    sent = time.perf_counter()
    assert len({row["submission"] for row in sandbox.deliveries()}) == MESSAGES
    return Measured(saved - began, sent - saved, _asked(sandbox))


async def test_messages_saved_and_sent_through_the_outbox(
    sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mine: list[Measured] = []
    theirs: list[Measured] = []
    # In turns, so that a machine that is busy is as busy for both.
    for turn in range(_ROUNDS):
        if turn % 2:
            theirs.append(plain(sandbox))
        mine.append(await ours(tmp_path_factory.mktemp("program"), sandbox))
        if not turn % 2:
            theirs.append(plain(sandbox))
    print(f"\n{MESSAGES} messages; asked of the server by both: {mine[0].asked}")
    for what in ("saved", "sent", "total"):
        we, they = (min(getattr(one, what) for one in all_of) for all_of in (mine, theirs))
        print(f"{what}: {we:.2f} s, plain {they:.2f} s, ratio {we / they:.2f}")
    # Without it there is nothing to compare.
    assert {tuple(sorted(one.asked.items())) for one in mine} == {tuple(sorted(one.asked.items())) for one in theirs}
