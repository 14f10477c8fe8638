"""A sent message that came back is a problem like any other: counted, walked, said in words, with one thing to do."""

from __future__ import annotations

import pytest

from app.domain.listing import Folder, Report, ReportKind
from app.domain.message import Content
from app.domain.recipient import Recipient
from tests.fakes.scene import ANNA, MESSAGE
from tests.program_scene import ProgramScene

TO = (Recipient("ben@example.org", "Ben"), Recipient("zoe@example.org", "Zoe"))


def _failed(at: float, *, from_within: bool) -> Report:
    reporter = "postmaster@example.org" if from_within else "eve@evil.example"
    return Report(ReportKind.NOT_DELIVERED, "zoe@example.org", at, reporter=reporter, from_within=from_within)


@pytest.fixture
async def came_back(program_scene: ProgramScene) -> ProgramScene:
    """Three messages in Sent; the middle one did not reach Zoe."""
    scene = program_scene
    for number in range(3):
        await scene.clock.advance(1)
        content = Content(to=TO, subject=f"Message {number}", body="Dear both")
        scene.mailbox.put(ANNA, content, folder=Folder.SENT, message_id=f"<{number}@x>")
    scene.mailbox.reports = [("<1@x>", _failed(scene.clock.now(), from_within=True))]
    scene.parts.lists.sent.reload()
    await scene.settle()
    return scene


async def test_f8_leads_to_it_from_any_list_and_the_row_says_to_whom(came_back: ProgramScene) -> None:
    scene = came_back
    await scene.press("Ctrl+2", "F8")
    assert scene.parts.workspace.place == "sent"
    assert scene.current.subject == "Message 1"
    face = scene.parts.workspace.panel.model.face(scene.parts.workspace.panel.list.current_number())
    assert face.line == "Could not be delivered to zoe@example.org."
    assert (face.tone, face.action) == ("bad", "Write to them again")
    assert "needs attention" in scene.window.sidebar._buttons["sent"].accessibleName()


async def test_of_a_report_that_anybody_could_have_made_row_and_details_say_who_sent_it(
    came_back: ProgramScene,
) -> None:
    scene = came_back
    scene.mailbox.reports = [("<2@x>", _failed(scene.clock.now(), from_within=False))]
    await scene.press("F5")
    await scene.settle()
    await scene.press("Ctrl+3", "Home")
    face = scene.parts.workspace.panel.model.face(0)
    assert face.line == "Reported by eve@evil.example: could not be delivered to zoe@example.org."
    assert face.tone == "warn"
    await scene.settle()
    await scene.press("H")
    reader = scene.parts.reader
    await scene.until(lambda: reader._headers is not None and "Not verified" in reader._headers.toPlainText())


async def test_its_one_action_writes_the_message_to_those_alone_whom_it_missed(came_back: ProgramScene) -> None:
    scene = came_back
    await scene.press("F8", "A")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    message = await scene.content(scene.message.session.local_id)
    assert [one.address for one in message.to] == ["zoe@example.org"]
    assert (message.subject, message.body) == ("Message 1", "Dear both")
    scene.parts.workspace.go("sent")
    await scene.press("F8")
    assert scene.status_bar == "Nothing needs attention"


async def test_who_knows_of_it_is_not_led_to_it_again_and_can_take_that_back(came_back: ProgramScene) -> None:
    scene = came_back
    await scene.press("F8")
    scene.parts.reader.bar.action_wanted.emit("seen")
    await scene.settle()
    assert scene.status_bar.startswith("Not told again")
    assert scene.current.subject == "Message 1"
    face = scene.parts.workspace.panel.model.face(1)
    assert face.line == "Could not be delivered to zoe@example.org"
    assert face.action == ""
    assert "needs attention" not in scene.window.sidebar._buttons["sent"].accessibleName()
    await scene.press("Z")
    assert scene.parts.workspace.panel.model.face(1).action == "Write to them again"


async def test_what_came_back_of_another_mailbox_is_counted_and_walked_there(came_back: ProgramScene) -> None:
    scene = came_back
    (item,) = [one for one in scene.mailbox.items.values() if one.message_id == "<1@x>"]
    item.owner = "sales@example.org"
    await scene.parts.aids.identities.add(ANNA, "sales@example.org")
    await scene.press("F5")
    place = "sent:sales@example.org"
    await scene.until(lambda: "needs attention" in scene.window.sidebar._buttons[place].accessibleName())
    assert "needs attention" not in scene.window.sidebar._buttons["sent"].accessibleName()
    await scene.press("Ctrl+2", "F8")
    assert (scene.parts.workspace.place, scene.current.subject) == (place, "Message 1")


async def test_it_is_found_by_the_operator_for_what_failed(came_back: ProgramScene) -> None:
    scene = came_back
    await scene.press("Ctrl+3", "/")
    await scene.type("is:failed")
    await scene.until(lambda: len(scene.rows) == 1)
    assert scene.rows[0].subject == "Message 1"


async def test_f8_goes_on_from_a_draft_that_failed_to_what_came_back_and_round(came_back: ProgramScene) -> None:
    scene = came_back
    name = await scene.saved(MESSAGE, to=(Recipient("ben@exam ple.org"),))
    scene.parts.workspace.go("drafts")
    await scene.parts.outbox.send([name], 0)
    await scene.settle()
    places = []
    for _ in range(4):
        await scene.press("F8")
        places.append(scene.parts.workspace.place)
    assert places == ["sent", "drafts", "sent", "drafts"]
