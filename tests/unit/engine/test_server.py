"""The engine's loop: order of writes, reads side by side, stopping, and what is said of what was stopped."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from app.core import i18n
from app.domain import operations as ops
from app.domain.account import Account
from app.domain.errors import ItemRefused, ServerWords, Trouble, TroubleKind, Unreachable
from app.domain.listing import Folder
from app.domain.message import AccountId, Content, ItemRef, LocalId, NewDraft
from app.domain.outcome import Outcome, Verdict
from app.domain.record import CopyTo
from app.engine import protocol
from app.engine.server import Engine
from tests.fakes.backend import FakeBackend, Hold

A, B = AccountId("a"), AccountId("b")
REF = ItemRef("A", "K")


class Harness:
    """An engine in a thread, and this end of its pipes."""

    def __init__(self) -> None:
        self.backends: dict[AccountId, FakeBackend] = {A: FakeBackend(), B: FakeBackend()}
        to_engine, self._write_end = os.pipe()
        self._read_end, from_engine = os.pipe()
        self.source, self.sink = os.fdopen(to_engine, "rb"), os.fdopen(from_engine, "wb")
        self.to: IO[bytes] = os.fdopen(self._write_end, "wb")
        self.replies: IO[bytes] = os.fdopen(self._read_end, "rb")
        self.code: int | None = None
        self.engine = Engine(self.source, self.sink, lambda account, _: self.backends[account.account_id])
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.code = self.engine.run()

    def say(self, request: protocol.Request) -> None:
        protocol.write_frame(self.to, request)

    def hear(self) -> protocol.Reply:
        reply = protocol.read_reply(self.replies)
        assert reply is not None
        return reply

    def hear_end_of(self, number: int) -> protocol.Reply:
        while True:
            reply = self.hear()
            if isinstance(reply, protocol.End) and reply.id == number:
                return reply

    def open(self) -> None:
        self.say(protocol.Hello(protocol.VERSION))
        assert self.hear() == protocol.Ready(protocol.VERSION)
        for number, account_id in enumerate(self.backends):
            self.say(protocol.OpenAccount(number, Account(account_id, "a@b.c", "https://x", "u"), "secret"))
            assert self.hear() == protocol.Done(number)

    def close(self) -> None:
        for backend in self.backends.values():
            for hold in backend.holds.values():
                hold.open.set()
        self.to.close()
        self.thread.join(10)
        for opened in self.engine._accounts.values():
            opened.close()
            for lane in opened.lanes.values():
                for thread in list(lane._threads):
                    thread.join(10)
        for pipe in (self.replies, self.source, self.sink):
            pipe.close()


@pytest.fixture
def harness() -> Iterator[Harness]:
    made = Harness()
    made.open()
    yield made
    made.close()


def save(number: int, account_id: AccountId = A) -> protocol.Perform:
    return perform(number, ops.Save((NewDraft(LocalId(str(number)), "<m>", Content()),)), account_id)


def perform(number: int, operation: ops.AnyOperation, account_id: AccountId = A) -> protocol.Perform:
    return protocol.Perform(number, account_id, 20.0, operation)


def outcomes_of(reply: protocol.Reply) -> list[Outcome]:
    assert isinstance(reply, protocol.Answered)
    assert isinstance(reply.result, list)
    return reply.result


def verdict_of(reply: protocol.Reply) -> Verdict:
    (outcome,) = outcomes_of(reply)
    return outcome.verdict


def test_a_request_is_started_and_then_answered(harness: Harness) -> None:
    harness.say(save(10))
    assert harness.hear() == protocol.Started(10)
    assert outcomes_of(harness.hear())[0].ref == ItemRef("id-10", "1")


def test_writes_of_one_account_go_in_order_and_those_of_another_beside_them(harness: Harness) -> None:
    hold = harness.backends[A].holds["save"] = Hold()
    harness.say(save(10))
    assert hold.reached.wait(10)
    harness.say(perform(11, ops.Send((REF,), CopyTo())))
    harness.say(save(12, B))
    assert outcomes_of(harness.hear_end_of(12))
    assert harness.backends[A].calls == ["save"]
    hold.open.set()
    harness.hear_end_of(11)
    assert harness.backends[A].calls == ["save", "send"]


def test_a_read_does_not_wait_for_a_write_nor_for_another_read(harness: Harness) -> None:
    for name in ("save", "get"):
        harness.backends[A].holds[name] = Hold()
    harness.say(save(10))
    harness.say(perform(11, ops.Get((REF,))))
    harness.say(perform(12, ops.ListFolder(Folder.DRAFTS, 0, 20)))
    assert isinstance(harness.hear_end_of(12), protocol.Answered)


def test_a_large_read_takes_its_turn_with_the_writes(harness: Harness) -> None:
    hold = harness.backends[A].holds["save"] = Hold()
    harness.say(save(10))
    assert hold.reached.wait(10)
    harness.say(perform(11, ops.Get((REF,) * 100)))
    harness.say(perform(12, ops.Get((REF,))))
    harness.hear_end_of(12)
    assert harness.backends[A].calls == ["save", "get"]
    hold.open.set()
    harness.hear_end_of(11)
    assert harness.backends[A].calls == ["save", "get", "get"]


def test_a_stopped_write_that_had_left_is_unknown_and_the_next_goes_on(harness: Harness) -> None:
    hold = harness.backends[A].holds["save"] = Hold(left=True)
    harness.say(save(10))
    assert hold.reached.wait(10)
    harness.say(protocol.Cancel(10, TroubleKind.DEADLINE))
    assert verdict_of(harness.hear_end_of(10)) is Verdict.UNKNOWN
    del harness.backends[A].holds["save"]
    harness.say(save(11))
    assert verdict_of(harness.hear_end_of(11)) is Verdict.ACCEPTED


@pytest.mark.parametrize(("left", "verdict"), [(True, Verdict.UNKNOWN), (False, Verdict.NOT_ATTEMPTED)])
def test_a_thread_that_cannot_be_reached_is_given_up_and_its_lane_goes_on(
    harness: Harness, left: bool, verdict: Verdict
) -> None:
    hold = harness.backends[A].holds["save"] = Hold(left=left, deaf=True)
    harness.say(save(10))
    assert hold.reached.wait(10)
    harness.say(protocol.Cancel(10, TroubleKind.CANCELLED))
    assert verdict_of(harness.hear_end_of(10)) is verdict
    del harness.backends[A].holds["save"]
    harness.say(save(11))
    assert verdict_of(harness.hear_end_of(11)) is Verdict.ACCEPTED
    hold.open.set()


def test_a_write_that_was_still_queued_is_not_attempted(harness: Harness) -> None:
    hold = harness.backends[A].holds["save"] = Hold()
    harness.say(save(10))
    assert hold.reached.wait(10)
    harness.say(save(11))
    harness.say(protocol.Cancel(11, TroubleKind.CANCELLED))
    assert verdict_of(harness.hear_end_of(11)) is Verdict.NOT_ATTEMPTED
    hold.open.set()
    harness.hear_end_of(10)
    assert harness.backends[A].calls == ["save"]


def test_a_stopped_read_says_so(harness: Harness) -> None:
    hold = harness.backends[A].holds["get"] = Hold(deaf=True)
    harness.say(perform(10, ops.Get((REF,))))
    assert hold.reached.wait(10)
    harness.say(protocol.Cancel(10, TroubleKind.DEADLINE))
    end = harness.hear_end_of(10)
    assert isinstance(end, protocol.Failure)
    assert end.trouble is not None
    assert end.trouble.kind is TroubleKind.DEADLINE


@pytest.mark.parametrize(
    ("error", "check"),
    [
        (Unreachable(Trouble(TroubleKind.UNREACHABLE)), lambda end: end.trouble.kind is TroubleKind.UNREACHABLE),
        (ItemRefused(ServerWords("Error", "ErrorX")), lambda end: end.words.response_code == "ErrorX"),
        (KeyError("Dear Ben, the secret is"), lambda end: "KeyError" in end.defect and "Dear Ben" not in end.defect),
    ],
)
def test_what_a_read_raises_crosses_the_pipe(
    harness: Harness, error: Exception, check: Callable[[protocol.Failure], bool]
) -> None:
    harness.backends[A].errors["list_folder"] = error
    harness.say(perform(10, ops.ListFolder(Folder.DRAFTS, 0, 20)))
    end = harness.hear_end_of(10)
    assert isinstance(end, protocol.Failure)
    assert check(end)


def test_a_defect_in_a_write_is_an_outcome_for_each_item_and_ends_nothing_else(harness: Harness) -> None:
    harness.backends[A].errors["send"] = KeyError("Dear Ben")
    harness.say(perform(10, ops.Send((REF, REF, REF), CopyTo())))
    end = harness.hear_end_of(10)
    assert [outcome.verdict for outcome in outcomes_of(end)] == [Verdict.NOT_ATTEMPTED] * 3
    assert "Dear Ben" not in repr(end)
    harness.say(save(11))
    assert verdict_of(harness.hear_end_of(11)) is Verdict.ACCEPTED


def test_an_account_that_was_not_opened_is_a_defect_and_no_crash(harness: Harness) -> None:
    harness.say(save(10, AccountId("nobody")))
    assert verdict_of(harness.hear_end_of(10)) is Verdict.NOT_ATTEMPTED


def test_a_probe_tells_each_step_as_it_is_made(harness: Harness) -> None:
    hold = harness.backends[B].holds["probe"] = Hold()
    harness.say(protocol.Probe(10, B, 20.0, Account(B, "a@b.c", "https://x", "u"), "secret"))
    assert harness.hear() == protocol.Started(10)
    first = harness.hear()
    assert isinstance(first, protocol.Progress)
    assert first.step.name == "name"
    hold.open.set()
    assert isinstance(harness.hear(), protocol.Progress)
    assert harness.hear() == protocol.Done(10)
    assert harness.backends[B].closed


def test_the_engine_ends_when_the_pipe_closes(harness: Harness) -> None:
    harness.to.close()
    harness.thread.join(10)
    assert harness.code == 0


def test_an_engine_of_another_version_does_not_serve() -> None:
    harness = Harness()
    harness.say(protocol.Hello(protocol.VERSION + 1))
    harness.thread.join(10)
    assert harness.code == 3
    harness.close()


def test_what_is_no_window_of_ours_is_not_served() -> None:
    harness = Harness()
    harness.to.write(b"GET / HTTP/1.1\r\n\r\n")
    harness.to.flush()
    harness.thread.join(10)
    assert harness.code == 3
    harness.close()


def test_the_engine_speaks_the_language_of_the_window(tmp_path: Path) -> None:
    catalogue = Catalog(locale="de")
    catalogue.add("The program is ending.", "Das Programm endet.")
    with (tmp_path / "de.mo").open("wb") as file:
        write_mo(file, catalogue)
    harness = Harness()
    harness.say(protocol.Hello(protocol.VERSION, str(tmp_path / "de.mo")))
    assert harness.hear() == protocol.Ready(protocol.VERSION)
    try:
        assert i18n.tr("The program is ending.") == "Das Programm endet."
    finally:
        i18n.install(None)
        harness.close()


def test_a_catalogue_that_cannot_be_read_does_not_keep_the_engine_from_its_work(tmp_path: Path) -> None:
    harness = Harness()
    harness.say(protocol.Hello(protocol.VERSION, str(tmp_path / "none.mo")))
    assert harness.hear() == protocol.Ready(protocol.VERSION)
    harness.close()
