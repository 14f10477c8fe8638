"""Every wish for rows is answered at the rows at once, taken back while it lasts, and says at its row why it failed."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Content, LocalId
from app.domain.state import State
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import HOLD, ProgramScene

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


async def strangers(scene: ProgramScene, count: int = 1, folder: Folder = Folder.DRAFTS) -> None:
    """Put messages on the server that this machine has nothing of; the list stands at the first."""
    scene.on_server(*(Content(to=(BEN,), subject=f"Message {n}", body="Dear Ben") for n in range(count)), folder=folder)
    await scene.press("F5", "Home")
    scene.mailbox.calls.clear()


def lines(scene: ProgramScene) -> list[str]:
    """Return the third line of each row, as it is painted and spoken."""
    model = scene.parts.workspace.panel.model
    return [model.face(number).line for number in range(len(model.ids))]


@pytest.mark.parametrize(
    ("keys", "said"), [("Ctrl+Return", "Preparing…"), ("Ctrl+Shift+Return", "Preparing…"), ("Del", "Deleting…")]
)
async def test_each_row_says_at_once_what_is_done_with_it(program_scene: ProgramScene, keys: str, said: str) -> None:
    scene = program_scene
    await strangers(scene, 3)
    await scene.press("Shift+Down")
    gate = scene.mailbox.hold("get")
    await scene.press(keys)
    assert lines(scene)[:2] == [said, said]
    assert lines(scene)[2] != said
    assert said in scene.parts.workspace.panel.model.face(0).spoken()
    await scene.until(lambda: scene.status_bar.startswith(f"{said} 2 messages. Esc takes it back"))
    gate.open.set()
    await scene.settle()
    assert said not in lines(scene)
    assert said not in scene.status_bar


@pytest.mark.parametrize("back", ["Z", "Escape", "Ctrl+Z"])
async def test_a_send_is_taken_back_while_it_is_prepared_and_nothing_goes(
    program_scene: ProgramScene, back: str
) -> None:
    scene = program_scene
    await strangers(scene, 2)
    gate = scene.mailbox.hold("get")
    await scene.press("Ctrl+A", "Ctrl+Return", back)
    assert scene.status_bar == "Taken back: nothing was sent"
    assert "Preparing…" not in lines(scene)
    gate.open.set()
    await scene.settle()
    await scene.passes(HOLD + 10)
    assert scene.mailbox.calls_of("send") == []
    assert scene.states() == [State.DRAFT, State.DRAFT]


@pytest.mark.parametrize(("keys", "said"), [("Del", "deleted"), ("Ctrl+Shift+Return", "put aside")])
async def test_others_are_taken_back_too(program_scene: ProgramScene, keys: str, said: str) -> None:
    scene = program_scene
    await strangers(scene)
    gate = scene.mailbox.hold("get")
    await scene.press(keys, "Z")
    assert scene.status_bar == f"Taken back: nothing was {said}"
    gate.open.set()
    await scene.passes(30)
    assert scene.states() == [State.DRAFT]
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 1


async def test_what_was_deleted_before_it_was_taken_back_is_there_again(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    names = [await scene.saved(), await scene.saved()]
    await scene.until(lambda: len(scene.rows) == 2)
    discard, gate = scene.parts.drafts.discard, asyncio.Event()

    async def slowly(name: LocalId) -> bool:
        done = await discard(name)
        await gate.wait()
        return done

    monkeypatch.setattr(scene.parts.drafts, "discard", slowly)
    await scene.press("Ctrl+A", "Del")
    assert sum(bool(scene.record(name).discarded) for name in names) == 1
    await scene.press("Z")
    gate.set()
    await scene.settle()
    assert not any(scene.record(name).discarded for name in names)
    assert len(scene.rows) == 2


async def test_what_is_sent_again_after_it_was_taken_back_goes_once(program_scene: ProgramScene) -> None:
    scene = program_scene
    await strangers(scene)
    gate = scene.mailbox.hold("get")
    await scene.press("Ctrl+Return", "Z", "Ctrl+Return")
    gate.open.set()
    await scene.passes(HOLD + 10)
    assert len(scene.mailbox.delivered) == 1


async def test_the_same_key_twice_is_one_wish(program_scene: ProgramScene) -> None:
    scene = program_scene
    await strangers(scene)
    gate = scene.mailbox.hold("get")
    await scene.press("Ctrl+Return", "Ctrl+Return")
    assert scene.status_bar == "This is being done already"
    assert len(scene.mailbox.calls_of("get")) == 1, "what it takes to send it is asked for once"
    gate.open.set()
    await scene.passes(HOLD + 10)
    assert len(scene.mailbox.delivered) == 1


async def test_what_cannot_be_fetched_says_so_at_its_own_row_until_it_is_tried_again(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await strangers(scene, 3)
    await scene.press("J")
    scene.mailbox.fail("get", OFFLINE)
    await scene.press("Ctrl+Return")
    why = "the server cannot be reached."
    assert scene.status_bar == f"“{scene.current.subject}” was not sent: {why}"
    assert [line == f"Not sent: {why} This message is only on the server." for line in lines(scene)] == [
        False,
        True,
        False,
    ]
    assert scene.parts.workspace.panel.model.face(1).action == "Try again"
    await scene.passes(20)
    assert lines(scene)[1] == f"Not sent: {why} This message is only on the server.", "it stays"
    await scene.press("Home", "F8")
    assert scene.parts.workspace.panel.list.current_number() == 1
    await scene.press("A")
    assert scene.status_bar.startswith("Sending in 5 s")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 1
    assert not any(line.startswith("Not sent") for line in lines(scene))


async def test_r_tries_all_marked_ones_again_as_one(program_scene: ProgramScene) -> None:
    scene = program_scene
    await strangers(scene, 2)
    scene.mailbox.fail("get", OFFLINE)
    await scene.press("Ctrl+A", "Ctrl+Return")
    assert scene.status_bar == "2 messages were not sent. F8 goes to them, and each says why."
    await scene.press("Ctrl+A", "R")
    assert scene.status_bar.startswith("Sending 2 messages in 5 s")


async def test_a_message_that_the_server_refuses_to_give_keeps_no_other_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    await strangers(scene, 3)
    scene.mailbox.refuse("get", 1, words("ErrorItemNotFound", "Not found."))
    await scene.press("Ctrl+A", "Ctrl+Return", "Return")
    assert scene.status_bar.startswith("Sending 2 messages in 5 s")
    assert [line.startswith("This draft cannot be found") for line in lines(scene)] == [True], (
        "the others wait in the Outbox"
    )


async def test_deleting_offline_says_so_at_the_row(program_scene: ProgramScene) -> None:
    scene = program_scene
    await strangers(scene)
    scene.mailbox.fail("get", OFFLINE)
    await scene.press("Del")
    assert lines(scene)[0].startswith("Not deleted: the server cannot be reached.")
    assert "was not deleted" in scene.status_bar
    await scene.press("A")
    assert scene.rows == []


async def test_deleting_what_was_sent_says_so_while_it_lasts(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(Content(to=(BEN,), subject="Old"), folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5", "Home")
    gate = scene.mailbox.hold("move")
    await scene.press("Del")
    assert lines(scene) == ["Deleting…"]
    gate.open.set()
    await scene.settle()
    assert scene.rows == []


async def test_f9_says_it_at_the_rows_too(program_scene: ProgramScene) -> None:
    scene = program_scene
    await strangers(scene, 2)
    await scene.press("Ctrl+A", "Ctrl+Shift+Return", "F9", "Return")
    assert scene.status_bar.startswith("Sending 2 messages in 5 s")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 2


async def test_a_key_in_an_empty_list_says_that_there_is_nothing(program_scene: ProgramScene) -> None:
    await program_scene.press("Ctrl+Return")
    assert program_scene.status_bar == "There is no message here."
