"""What the server takes up long after its connection broke: a message stays one item for life, and a file one file.

Over real sockets, on a real disk, with the real engine; only time is the fake clock's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from app.domain.listing import Row
from app.domain.message import ItemRef
from app.domain.record import Record
from app.domain.state import State
from tests.faults.promise.acts import Acts
from tests.faults.promise.life import AFTER, Fuse
from tests.faults.promise.oracle import Oracle
from tests.faults.promise.person import WITH_LATER_KINDS, Step, draw_schedule
from tests.faults.promise.server import Kept
from tests.faults.promise.trouble import FIRST_KINDS, NAMES, OPERATIONS, PROCESSED_LATE
from tests.faults.promise.world import USERS, Ground, World, standing_ground

CREATE_LATE = Step("trouble", NAMES.index(PROCESSED_LATE), OPERATIONS.index("CreateItem"), 0)
ATTACH_LATE = CREATE_LATE._replace(b=OPERATIONS.index("CreateAttachment"))
ME = USERS[0]
MINUTES = 20 * 60.0


@pytest.fixture(scope="module")
def ground() -> Iterator[tuple[asyncio.Runner, Ground]]:
    with standing_ground() as stands:
        yield stands


class Story:
    """A message whose first save was cut off, looked for in vain, and made again."""

    def __init__(self, ground: Ground) -> None:
        self.world = World(ground)
        self.oracle = Oracle(self.world)
        self.acts = Acts(self.world, self.oracle)

    async def begin(self) -> None:
        await self.world.begin()
        await self.acts.do(CREATE_LATE)
        await self.acts.do(Step("begin", 0, 1))
        await self.pass_time(60)
        assert self.record.saved
        assert len(self.drafts) == 1
        assert self.world.server.late() == 1

    async def pass_time(self, seconds: float) -> None:
        self.world.window.journal.hand_over()
        await self.world.clock.advance(seconds)

    async def end(self) -> None:
        await self.oracle.settle()
        await self.oracle.judge()

    @property
    def record(self) -> Record:
        return self.world.messages()[0]

    @property
    def drafts(self) -> list[Kept]:
        return self.world.server.in_folder(ME, "drafts")

    @property
    def removed(self) -> list[Kept]:
        return self.world.server.in_folder(ME, "deleteditems")

    def late_one(self) -> Kept:
        """Let the server come to it; return the item that it made."""
        before = {one.item_id for one in self.drafts}
        self.world.release_late()
        (new,) = (one for one in self.drafts if one.item_id not in before)
        assert new.mark == self.record.local_id
        return new


@pytest.fixture
def story(ground: tuple[asyncio.Runner, Ground]) -> Iterator[tuple[asyncio.Runner, Story]]:
    runner, made = ground

    async def make() -> Story:
        told = Story(made)
        await told.begin()
        return told

    told = runner.run(make())
    yield runner, told
    runner.run(told.world.end())


def test_it_is_merged_into_the_messages_own_item(story: tuple[asyncio.Runner, Story]) -> None:
    runner, told = story

    async def run() -> None:
        own = told.record.ref
        assert own is not None
        told.late_one()
        await told.pass_time(MINUTES)
        assert [one.item_id for one in told.drafts] == [own.item_id]
        assert len(told.removed) == 1  # not for good: nothing of it is lost, whoever was wrong
        await told.end()

    runner.run(run())


def test_it_is_merged_at_once_where_a_sync_of_drafts_tells_of_it(story: tuple[asyncio.Runner, Story]) -> None:
    runner, told = story

    async def run() -> None:
        late = told.late_one()
        row = Row(ItemRef(late.item_id, late.change_key), local_id=late.mark, is_draft=True)
        told.world.window.drafts.duplicates.seen((told.record.account_id, [row]))
        await told.world.rest()
        assert len(told.drafts) == 1
        await told.end()

    runner.run(run())


@pytest.mark.parametrize("killed_before", [True, False], ids=["killed, then made", "made, then killed"])
def test_it_is_merged_also_where_the_program_was_killed_meanwhile(
    story: tuple[asyncio.Runner, Story], killed_before: bool
) -> None:
    runner, told = story

    async def run() -> None:
        await told.acts.do(Step("type", 0, 2))
        await told.pass_time(30)
        if not killed_before:
            told.late_one()
        await told.world.kill_window(0)
        if killed_before:
            told.late_one()
        await told.pass_time(MINUTES)
        assert len(told.drafts) == 1
        assert told.record.saved
        await told.end()

    runner.run(run())


def test_a_second_first_save_that_is_cut_off_too_is_merged_too(ground: tuple[asyncio.Runner, Ground]) -> None:
    runner, made = ground
    told = Story(made)

    async def run() -> None:
        await told.world.begin()
        await told.acts.do(CREATE_LATE._replace(c=3))
        await told.acts.do(Step("begin", 0, 1))
        for _ in range(3):
            await told.acts.do(Step("type", 0, 1))
            await told.pass_time(200)
        assert told.world.server.late() == 3
        told.world.release_late()
        await told.pass_time(MINUTES)
        assert len(told.drafts) == 1
        assert told.record.saved
        await told.end()

    try:
        runner.run(run())
    finally:
        runner.run(told.world.end())


def test_what_another_client_wrote_into_it_stays(story: tuple[asyncio.Runner, Story]) -> None:
    runner, told = story

    async def run() -> None:
        told.world.server.edit(told.late_one(), " and theirs")
        await told.pass_time(MINUTES)
        assert sorted("theirs" in one.body for one in told.drafts) == [False, True]
        assert told.removed == []

    runner.run(run())


def test_what_another_client_attached_to_it_stays(story: tuple[asyncio.Runner, Story]) -> None:
    runner, told = story

    async def run() -> None:
        told.world.server.attach(told.late_one(), "plan.txt", b"the plan")
        await told.pass_time(MINUTES)
        assert sorted(len(one.files) for one in told.drafts) == [0, 1]
        assert told.removed == []

    runner.run(run())


def test_it_stays_where_the_messages_own_item_is_not_there_any_more(story: tuple[asyncio.Runner, Story]) -> None:
    runner, told = story

    async def run() -> None:
        (own,) = told.drafts
        late = told.late_one()
        told.world.server.delete(own, "HardDelete")
        await told.pass_time(MINUTES)
        assert [one.item_id for one in told.drafts] == [late.item_id]

    runner.run(run())


def test_a_message_that_was_thrown_away_does_not_come_back(story: tuple[asyncio.Runner, Story]) -> None:
    runner, told = story

    async def run() -> None:
        await told.acts.do(Step("discard", 0))
        await told.pass_time(60)
        assert told.drafts == []
        told.late_one()
        await told.pass_time(MINUTES)
        assert told.drafts == []
        await told.end()

    runner.run(run())


def test_a_message_thrown_away_before_any_save_was_answered_does_not_come_back(
    ground: tuple[asyncio.Runner, Ground],
) -> None:
    runner, made = ground
    told = Story(made)

    async def run() -> None:
        await told.world.begin()
        await told.acts.do(CREATE_LATE)
        await told.acts.do(Step("begin", 0, 1))
        await told.pass_time(5)
        await told.acts.do(Step("discard", 0))
        await told.pass_time(60)
        assert told.drafts == []
        told.world.release_late()
        assert len(told.drafts) == 1
        await told.pass_time(MINUTES)
        assert told.drafts == []
        await told.end()

    try:
        runner.run(run())
    finally:
        runner.run(told.world.end())


def test_no_draft_of_a_message_that_was_sent_is_left_to_be_sent_again(story: tuple[asyncio.Runner, Story]) -> None:
    runner, told = story

    async def run() -> None:
        await told.acts.do(Step("send", 0, 1))
        await told.pass_time(60)
        assert told.record.state is State.SENT
        told.late_one()
        await told.pass_time(MINUTES)
        assert told.drafts == []
        assert told.record.problem == ""
        await told.end()

    runner.run(run())


def test_it_is_no_proof_that_a_message_was_not_sent(story: tuple[asyncio.Runner, Story]) -> None:
    """No copy is kept and the answer to the send is lost: a draft that came of the first save says nothing of it."""
    runner, told = story

    async def run() -> None:
        # A message that was sent before: this server takes drafts away.
        await told.acts.do(Step("begin", 0, 1))
        await told.acts.do(Step("send", 1, 1))
        await told.pass_time(60)
        await told.acts.do(Step("keep no copy", 0))
        told.late_one()
        lost = Step("trouble", NAMES.index("reset after"), OPERATIONS.index("SendItem"), 0)
        await told.acts.do(lost)
        await told.acts.do(Step("send", 0, 1))
        await told.pass_time(MINUTES)
        assert told.record.state is not State.NEEDS_ATTENTION
        await told.oracle.look_at_rows()

    runner.run(run())


# --- the same of a file that goes up ---------------------------------------------------------------------------------


@pytest.fixture
def sent_anew(ground: tuple[asyncio.Runner, Ground]) -> Iterator[tuple[asyncio.Runner, Story]]:
    """A message whose file went up on a connection that broke, was looked for in vain, and went up again."""
    runner, made = ground
    told = Story(made)

    async def begin() -> None:
        await told.world.begin()
        await told.acts.do(Step("begin", 0, 1))
        await told.pass_time(30)
        await told.acts.do(ATTACH_LATE)
        await told.acts.do(Step("attach", 0, 1))
        await told.pass_time(60)
        assert told.record.saved
        assert [len(one.files) for one in told.drafts] == [1]
        assert told.world.server.late() == 1

    runner.run(begin())
    yield runner, told
    runner.run(told.world.end())


async def attached_here(told: Story) -> list[bool]:
    """Return of each attachment of the message whether it is said to be another program's."""
    return [one.elsewhere for one in (await told.world.content_of(told.record.local_id)).attachments]


def test_a_file_that_went_up_twice_is_there_once_when_its_message_is_sent(
    sent_anew: tuple[asyncio.Runner, Story],
) -> None:
    runner, told = sent_anew

    async def run() -> None:
        told.world.release_late()
        assert [len(one.files) for one in told.drafts] == [2]
        await told.acts.do(Step("send", 0, 1))
        await told.pass_time(60)
        assert told.record.state is State.SENT
        await told.end()

    runner.run(run())


def test_a_file_that_went_up_twice_is_there_once_though_nobody_touches_its_message(
    sent_anew: tuple[asyncio.Runner, Story],
) -> None:
    runner, told = sent_anew

    async def run() -> None:
        told.world.release_late()
        await told.pass_time(MINUTES)
        assert [len(one.files) for one in told.drafts] == [1]
        assert told.record.saved
        assert await attached_here(told) == [False]
        await told.end()

    runner.run(run())


@pytest.mark.parametrize("steps", range(1, 7))
def test_a_file_that_went_up_twice_is_there_once_though_the_window_ends_while_it_is_looked_for(
    sent_anew: tuple[asyncio.Runner, Story], steps: int
) -> None:
    runner, told = sent_anew

    async def run() -> None:
        told.world.release_late()
        told.world.window.life.fuse = Fuse(steps, AFTER)
        await told.pass_time(MINUTES)
        assert told.world.window.life.dead
        await told.world.revive()
        await told.pass_time(MINUTES)
        assert [len(one.files) for one in told.drafts] == [1]
        await told.end()

    runner.run(run())


@pytest.mark.parametrize("killed", [False, True], ids=["in one run", "with a kill between"])
def test_a_file_that_went_up_twice_is_there_once_when_its_message_is_saved_again(
    sent_anew: tuple[asyncio.Runner, Story], killed: bool
) -> None:
    runner, told = sent_anew

    async def run() -> None:
        told.world.release_late()
        if killed:
            await told.world.kill_window(0)
        await told.acts.do(Step("type", 0, 1))
        await told.pass_time(60)
        assert [len(one.files) for one in told.drafts] == [1]
        assert await attached_here(told) == [False]
        await told.end()

    runner.run(run())


def test_a_file_of_the_same_name_and_size_with_other_bytes_is_another_programs(
    sent_anew: tuple[asyncio.Runner, Story],
) -> None:
    runner, told = sent_anew

    async def run() -> None:
        (draft,) = told.drafts
        (file,) = draft.files
        theirs = told.world.server.content_of(ME, file)[::-1]
        told.world.server.attach(draft, file.name, theirs)
        await told.acts.do(Step("type", 0, 1))
        await told.pass_time(60)
        assert [len(one.files) for one in told.drafts] == [2]
        assert sorted(await attached_here(told)) == [False, True]

    runner.run(run())


def test_the_numbers_of_schedules_mean_what_they_meant_before_this_trouble_was_known() -> None:
    before, since = range(100_000, 100_200), range(WITH_LATER_KINDS, WITH_LATER_KINDS + 200)
    drawn = {number: draw_schedule(number) for number in (*before, *since)}
    assert drawn == {number: draw_schedule(number) for number in drawn}
    met = [{step.a for step in drawn[number][1] if step.what == "trouble"} for number in before]
    assert max(kind for kinds in met for kind in kinds) < FIRST_KINDS
    met = [{step.a for step in drawn[number][1] if step.what == "trouble"} for number in since]
    assert sum(NAMES.index(PROCESSED_LATE) in kinds for kinds in met) > len(since) / 3
