"""A message is sent once more by keys: asked first, to the people that were named, and never twice unawares."""

from __future__ import annotations

import pytest

from app.domain.listing import Folder, Report, ReportKind
from app.domain.message import Content, Options
from app.domain.recipient import Recipient
from tests.fakes.scene import ANNA
from tests.program_scene import HOLD, ProgramScene
from tests.widgets.test_by_mouse import choose, right_click

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

BEN, ZOE = Recipient("ben@example.org", "Ben"), Recipient("zoe@example.org", "Zoe")


@pytest.fixture
async def sent(program_scene: ProgramScene) -> ProgramScene:
    """One message in Sent, which did not reach Zoe."""
    scene = program_scene
    await scene.clock.advance(1)
    content = Content(to=(BEN,), cc=(ZOE,), subject="Prices", body="Dear both", options=Options(read_receipt=True))
    scene.mailbox.put(ANNA, content, folder=Folder.SENT, message_id="<prices@x>")
    at = scene.clock.now()
    scene.mailbox.reports = [("<prices@x>", Report(ReportKind.NOT_DELIVERED, ZOE.address, at, from_within=True))]
    scene.parts.lists.sent.reload()
    await scene.settle()
    await scene.press("Ctrl+3", "Home")
    return scene


def question(scene: ProgramScene) -> str:
    return scene.window._question.accessibleName() or scene.window._question._words.text()


def reached(scene: ProgramScene) -> list[tuple[str, str]]:
    return sorted((one.address, one.content.subject) for one in scene.mailbox.delivered)


async def test_it_asks_and_sends_the_same_to_the_same_people(sent: ProgramScene) -> None:
    scene = sent
    await scene.press("Shift+E")
    assert "Send “Prices” again to Ben, Zoe?" in question(scene)
    await scene.press("Escape")
    await scene.passes(HOLD + 5)
    assert reached(scene) == []
    await scene.press("Shift+E", "Return")
    await scene.passes(HOLD + 5)
    assert reached(scene) == [(BEN.address, "Prices"), (ZOE.address, "Prices")]
    again = scene.mailbox.delivered[0]
    assert (again.content.body, again.content.options.read_receipt) == ("Dear both", True)
    assert again.message_id != "<prices@x>"


async def test_it_can_be_undone_as_any_send_and_is_a_draft_then(sent: ProgramScene) -> None:
    scene = sent
    await scene.press("Shift+E", "Return")
    await scene.press("Z")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.passes(HOLD + 5)
    assert reached(scene) == []
    assert scene.message.session.content.subject == "Prices"


async def test_who_sends_it_again_once_more_is_told_that_it_was(sent: ProgramScene) -> None:
    scene = sent
    await scene.press("Shift+E", "Return")
    await scene.passes(HOLD + 5)
    await scene.press("Ctrl+3", "End", "Shift+E")
    assert "You sent “Prices” again today" in question(scene)
    await scene.press("Escape")
    assert len(reached(scene)) == 2


async def test_the_same_keys_pressed_twice_send_it_once(sent: ProgramScene) -> None:
    scene = sent
    gate = scene.mailbox.hold("get")
    await scene.press("Shift+E")
    gate.open.set()
    await scene.settle()
    await scene.press("Return", "Return", "Return")
    await scene.passes(HOLD + 5)
    assert len(reached(scene)) == 2


async def test_those_who_bounced_get_it_alone_by_the_mouse_and_the_report_is_settled(sent: ProgramScene) -> None:
    scene = sent
    shown = scene.parts.workspace.panel.list
    right_click(shown.viewport(), shown.visualRect(shown.model().index(0, 0)).center())
    await choose(scene, "Send again to those who bounced")
    await scene.settle()
    assert "Send “Prices” again to Zoe?" in question(scene)
    await scene.press("Return")
    await scene.passes(HOLD + 5)
    assert reached(scene) == [(ZOE.address, "Prices")]
    scene.parts.lists.sent.reload()
    await scene.settle()
    assert scene.parts.lists.sent.came_back() == 0


async def test_what_keeps_it_back_is_said_and_nothing_goes(sent: ProgramScene) -> None:
    scene = sent
    content = Content(to=(Recipient("ben@exam ple.org"),), subject="Bad address", body="Text")
    await scene.clock.advance(1)
    scene.mailbox.put(ANNA, content, folder=Folder.SENT, message_id="<bad@x>")
    scene.parts.lists.sent.reload()
    await scene.settle()
    await scene.press("Home", "Shift+E", "Return")
    await scene.passes(HOLD + 5)
    assert reached(scene) == []
    assert scene.status_bar.startswith("“Bad address” was not sent:")
    assert len(scene.parts.lists.drafts.rows()) == 1
