"""What the everyday tasks cost in presses: each key counts one, modifiers too; the text that is typed is not counted.

The sixth path, the last draft with a file attached, stands with the attachments (`test_attachments.py`).
"""

from __future__ import annotations

import pytest

from app.domain.listing import Folder
from app.domain.message import Content, Field, Importance
from app.domain.recipient import Recipient
from app.domain.state import State
from tests.fakes.scene import ANNA, BEN, MESSAGE
from tests.program_scene import HOLD, ProgramScene


class Hands:
    """Hands on a scene that count what they press."""

    def __init__(self, scene: ProgramScene) -> None:
        self.scene = scene
        self.presses = 0

    async def press(self, *keys: str) -> None:
        """Press keys: "Ctrl+Return" are two presses, "G, S" too."""
        for one in keys:
            self.presses += sum(len(step.split("+")) for step in one.split(", "))
            await self.scene.press(one)

    async def letters(self, text: str) -> None:
        """Type letters that belong to the path: each is a press."""
        self.presses += len(text)
        await self.scene.type(text)

    async def text(self, text: str) -> None:
        """Type what one wants to say."""
        await self.scene.type(text)


@pytest.fixture
async def hands(program_scene: ProgramScene) -> Hands:
    scene = program_scene
    for known in (BEN, Recipient("carla@example.org", "Carla")):
        scene.parts.address_book.add_sent(ANNA, [known], scene.clock.now())
    return Hands(scene)


async def test_a_new_message_to_somebody_known_costs_six(hands: Hands) -> None:
    scene = hands.scene
    await hands.press("C")
    await hands.letters("be")
    await hands.press("Tab")
    assert scene.field() is Field.SUBJECT
    await hands.text("Lunch at one?")
    await hands.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert [(one.address, one.content.subject) for one in scene.mailbox.delivered] == [
        ("ben@example.org", "Lunch at one?")
    ]
    assert hands.presses == 6


async def test_sending_all_that_are_ready_costs_two_whatever_their_number(hands: Hands) -> None:
    scene = hands.scene
    names = [await scene.saved(subject=f"Message {number}") for number in range(12)]
    scene.parts.workspace.go("drafts")
    await scene.settle()
    await scene.press("Ctrl+A", "Ctrl+Shift+Return")
    assert {scene.record(name).state for name in names} == {State.READY}
    await hands.press("F9", "Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 12
    assert hands.presses == 2


async def test_mending_a_bad_recipient_and_sending_again_costs_four(hands: Hands) -> None:
    scene = hands.scene
    name = await scene.saved(MESSAGE, to=(Recipient("ben@exam ple.org"),))
    await scene.saved(subject="Another")
    scene.parts.workspace.go("drafts")
    await scene.settle()
    await scene.parts.outbox.send([name], 0)
    await scene.settle()
    assert scene.record(name).state is State.NEEDS_ATTENTION
    await hands.press("F8", "Return")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await hands.text("ben@example.org")  # it takes the place of what is wrong
    await hands.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert [one.address for one in scene.mailbox.delivered] == ["ben@example.org"]
    assert hands.presses == 4


async def test_a_copy_to_somebody_and_high_importance_cost_seven(hands: Hands) -> None:
    scene = hands.scene
    await scene.parts.compose.begin_now(MESSAGE)
    await scene.settle()
    scene.message.focus_field(Field.BODY)
    await hands.press("Alt+C")
    await hands.letters("ca")
    await hands.press("Tab", "Alt+I")
    content = await scene.content(scene.message.session.local_id)
    assert [one.address for one in content.cc] == ["carla@example.org"]
    assert content.importance is Importance.HIGH
    assert hands.presses == 7


async def test_writing_a_sent_message_anew_costs_three(hands: Hands) -> None:
    scene = hands.scene
    scene.on_server(Content(to=(BEN,), subject="Monthly figures", body="As always."), folder=Folder.SENT)
    for room in scene.parts.lists:
        room.reload()
    await scene.settle()
    await hands.press("G, S", "E")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    content = await scene.content(scene.message.session.local_id)
    assert (content.subject, content.to) == ("Monthly figures", (BEN,))
    assert hands.presses == 3
