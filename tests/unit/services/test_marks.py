"""Messages that other clients made bear our mark before they leave, so that whatever happens they are found again."""

from __future__ import annotations

import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.outcome import Verdict
from app.domain.state import State
from app.services.outbox.outbox import SendAnswer
from tests.fakes.lists import rows_of, view_of
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, MESSAGE, Scene, new_scene


@pytest.fixture
async def scene() -> Scene:
    return await new_scene()


async def send_strangers(scene: Scene, count: int) -> list[SendAnswer]:
    """Send drafts of another client, which bear neither mark nor Message-ID."""
    for _ in range(count):
        scene.mailbox.put(ANNA, MESSAGE)
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    return await scene.outbox.send(await rows_of(view), 0.0)


async def test_strange_messages_are_marked_in_one_request_and_sent_in_one(scene: Scene) -> None:
    answers = await send_strangers(scene, 3)
    await scene.clock.advance(60)
    assert len(scene.mailbox.calls_of("update")) == 1
    assert len(scene.mailbox.calls_of("send")) == 1
    assert len(scene.mailbox.delivered) == 3
    names = {answer.local_id for answer in answers}
    assert {item.local_id for item in scene.mailbox.in_folder(ANNA, Folder.SENT)} == names


async def test_a_sent_stranger_is_one_row_in_sent(scene: Scene) -> None:
    await send_strangers(scene, 1)
    view = await view_of(scene, Folder.SENT)
    await scene.clock.advance(60)
    await view.reload()
    assert len(view.ids) == 1


async def test_a_message_of_our_own_is_not_marked_again(scene: Scene) -> None:
    local_id = await scene.saved_message()
    await scene.outbox.send([local_id], 0.0)
    await scene.clock.advance(60)
    assert scene.record(local_id).state is State.SENT
    assert scene.mailbox.calls_of("update") == []


async def test_a_mark_that_is_refused_keeps_no_message_back(scene: Scene) -> None:
    scene.mailbox.refuse("update", 0, words("ErrorAccessDenied"))
    await send_strangers(scene, 1)
    await scene.clock.advance(60)
    assert len(scene.mailbox.delivered) == 1


async def test_a_mark_whose_answer_was_lost_costs_no_second_message(scene: Scene) -> None:
    scene.mailbox.fail("update", Trouble(TroubleKind.UNREACHABLE, "cut"), processed=True)
    answers = await send_strangers(scene, 1)
    await scene.clock.advance(120)
    assert len(scene.mailbox.delivered) == 1
    name = answers[0].local_id
    assert name is not None
    assert scene.record(name).state is State.SENT


async def test_a_lost_answer_to_a_sent_stranger_is_found_by_its_mark(scene: Scene) -> None:
    scene.mailbox.fail("send", Trouble(TroubleKind.UNREACHABLE, "cut"), processed=True)
    answers = await send_strangers(scene, 1)
    await scene.clock.advance(120)
    name = answers[0].local_id
    assert name is not None
    outcome = scene.record(name).send_outcome
    assert outcome is not None
    assert outcome.verdict is Verdict.UNKNOWN
    assert scene.record(name).state is State.SENT
    assert len(scene.mailbox.delivered) == 1
