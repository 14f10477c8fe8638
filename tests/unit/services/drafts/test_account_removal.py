"""An account that is removed takes nothing along without a word: what is only here goes on elsewhere, or is deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.domain.errors import BadInput, Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import AccountId
from app.services.drafts.account_removal import AccountRemoval, Left
from tests.fakes.scene import ACCOUNT, ANNA, CLARA, MESSAGE, OTHER_ACCOUNT, Scene, new_scene

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    built = await new_scene(others=[OTHER_ACCOUNT])
    yield built
    await built.spawn.end()
    assert built.spawn.errors == []


async def forget_nothing(_account_id: AccountId) -> None:
    """Stand for what else is forgotten of an account."""


def removal_of(scene: Scene) -> AccountRemoval:
    return AccountRemoval(scene.records, scene.drafts, scene.accounts, scene.outbox.undo, forget_nothing)


async def three_messages(scene: Scene) -> None:
    """Begin one that is saved, one that is only here, and one that waits to be sent."""
    await scene.saved_message()
    waits = await scene.saved_message()
    await scene.outbox.send([waits], 600)
    scene.mailbox.fail("save", OFFLINE, times=99)
    here = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(here)


async def test_it_is_said_how_many_are_only_here_and_where_they_can_go_on(scene: Scene) -> None:
    await three_messages(scene)
    losses = removal_of(scene).losses(ANNA)
    assert (losses.unsaved, losses.waiting, losses.unknown, losses.heir) == (1, 1, 0, OTHER_ACCOUNT)
    assert removal_of(scene).losses(CLARA).heir == ACCOUNT


async def test_what_is_only_here_goes_on_in_the_other_account(scene: Scene) -> None:
    await three_messages(scene)
    await removal_of(scene).remove(ANNA, Left.MOVED)
    scene.mailbox._failures.clear()
    assert scene.accounts.get(ANNA) is None
    await scene.clock.advance(900)
    left = [record for record in scene.records.all() if record.account_id == ANNA]
    assert left == []
    assert len(scene.mailbox.in_folder(CLARA, Folder.DRAFTS)) == 2
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 2, "its mailbox is as it was"
    assert scene.mailbox.delivered == []


async def test_what_is_deleted_is_gone_from_here_and_nothing_is_sent(scene: Scene) -> None:
    await three_messages(scene)
    await removal_of(scene).remove(ANNA, Left.DELETED)
    await scene.clock.advance(900)
    assert scene.records.all() == []
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 2
    assert scene.mailbox.delivered == []


async def test_while_a_message_is_being_sent_the_account_stays(scene: Scene) -> None:
    name = await scene.saved_message()
    gate = scene.mailbox.hold("send")
    await scene.outbox.send([name], 0)
    await gate.reached.wait()
    with pytest.raises(BadInput):
        await removal_of(scene).remove(ANNA, Left.DELETED)
    assert scene.accounts.get(ANNA) == ACCOUNT
    gate.open.set()
