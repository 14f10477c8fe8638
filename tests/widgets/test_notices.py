"""The desktop is told what a person would miss, each with its action, and nothing of what went well."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.controllers.notices import kinds_in, setting_of
from app.domain.listing import Folder, Report, ReportKind
from app.domain.message import Content
from app.domain.recipient import Recipient
from app.services.accounts.preset_settings import NOTICES_CHOICE
from app.ui.desktop_notices import DesktopNotice
from app.views.settings.preferences_port import NOTICE_KINDS, NoticeKind
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA
from tests.program_scene import HOLD, ProgramScene
from tests.widgets.test_choices import at_choices

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

BEN = Recipient("ben@example.org", "Ben")


class Shown:
    """A desktop that keeps what it is shown."""

    def __init__(self) -> None:
        self.notices: list[DesktopNotice] = []

    def show_notice(self, notice: DesktopNotice) -> None:
        self.notices.append(notice)


@pytest.fixture
async def desktop(program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Another window is in front."""
    shown = Shown()
    await program_scene.parts.notices.begin(shown)
    monkeypatch.setattr("app.controllers.notices.QApplication", _Elsewhere)
    return shown


class _Elsewhere:
    """The application, whose windows are all behind another's."""

    @staticmethod
    def activeWindow() -> None:
        return None


async def failed(scene: ProgramScene, count: int = 1) -> None:
    names = [await scene.saved(subject=f"Message {number}") for number in range(count)]
    for number in range(count):
        scene.mailbox.refuse("send", number, words("ErrorSendAsDenied"))
    await scene.parts.outbox.send(names, 0)
    await scene.settle()


async def test_a_failure_is_told_with_its_action_and_a_click_shows_it(
    program_scene: ProgramScene, desktop: Shown
) -> None:
    scene = program_scene
    await failed(scene)
    await scene.until(lambda: bool(desktop.notices))
    (notice,) = desktop.notices
    assert notice.title == "“Message 0” needs you"
    assert notice.words
    assert notice.action
    await scene.press("Ctrl+3")
    scene.parts.notices.opened(notice.key)
    await scene.settle()
    assert (scene.parts.workspace.place, scene.current.subject) == ("drafts", "Message 0")


async def test_a_batch_that_failed_is_one_notice(program_scene: ProgramScene, desktop: Shown) -> None:
    scene = program_scene
    await failed(scene, 4)
    await scene.until(lambda: bool(desktop.notices))
    assert [one.title for one in desktop.notices] == ["4 messages need you"]


async def test_what_went_well_is_not_told(program_scene: ProgramScene, desktop: Shown) -> None:
    scene = program_scene
    await scene.parts.outbox.send([await scene.saved()], 0)
    await scene.passes(HOLD + 30)
    assert len(scene.mailbox.delivered) == 1
    scene.parts.notices._tell_failures()
    assert desktop.notices == []


async def test_what_is_seen_in_a_window_in_front_is_not_told(
    program_scene: ProgramScene, desktop: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.controllers.notices.QApplication", QApplication)
    scene = program_scene
    await failed(scene)
    await scene.until(lambda: not scene.parts.notices._soon.isActive())
    assert QApplication.activeWindow() is not None
    assert desktop.notices == []


async def test_what_came_back_is_told_and_its_button_writes_to_those_alone(
    program_scene: ProgramScene, desktop: Shown
) -> None:
    scene = program_scene
    await scene.clock.advance(1)
    scene.mailbox.put(ANNA, Content(to=(BEN,), subject="Prices"), folder=Folder.SENT, message_id="<p@x>")
    scene.parts.lists.sent.reload()
    await scene.settle()
    scene.mailbox.reports = [
        ("<p@x>", Report(ReportKind.NOT_DELIVERED, BEN.address, scene.clock.now(), from_within=True))
    ]
    await scene.press("F5")
    await scene.until(lambda: bool(desktop.notices))
    (notice,) = desktop.notices
    assert (notice.title, notice.action) == ("“Prices” was returned", "Write to them again")
    scene.parts.notices.acted(notice.key)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert [one.address for one in (await scene.content(scene.message.session.local_id)).to] == [BEN.address]


async def test_a_reminder_is_told_even_where_the_window_is_in_front(
    program_scene: ProgramScene, desktop: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.controllers.notices.QApplication", QApplication)
    scene = program_scene
    await scene.clock.advance(1)
    scene.mailbox.put(ANNA, Content(to=(BEN,), subject="Prices"), folder=Folder.SENT, message_id="<p@x>")
    scene.parts.lists.sent.reload()
    await scene.settle()
    await scene.press("Ctrl+3", "Home", "Shift+N")
    await scene.type("in 2 days")
    await scene.press("Return", "Ctrl+2")
    await scene.clock.advance(3 * 24 * 3600.0)
    await scene.settle()
    (notice,) = desktop.notices
    assert (notice.title, notice.words, notice.action) == ("Nobody has answered", "“Prices”, to Ben", "Follow up")
    scene.parts.notices.acted(notice.key)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message.session.content.subject.endswith("Prices")


async def test_each_can_be_switched_off_at_once_and_for_good(
    program_scene: ProgramScene, desktop: Shown, tmp_path: Path
) -> None:
    scene, controller = program_scene, program_scene.parts.notices
    view = await at_choices(scene, tmp_path, "notifications")
    assert all(box.isChecked() for box in view.notices.values())
    view.notices["failures"].setFocus()
    await scene.press("Space")
    await scene.settle()
    assert await scene.settings.read_setting(NOTICES_CHOICE) == "returned reminders"
    await failed(scene)
    await scene.until(lambda: not controller._soon.isActive())
    assert desktop.notices == []
    controller.kinds = frozenset(NOTICE_KINDS)
    await controller.begin(desktop)
    assert controller.kinds == {"returned", "reminders"}
    for kind in ("returned", "reminders"):
        view.notices[kind].setFocus()
        await scene.press("Space")
    await scene.settle()
    assert await scene.settings.read_setting(NOTICES_CHOICE) == "never"


@pytest.mark.parametrize(
    ("setting", "kinds"),
    [
        (None, NOTICE_KINDS),
        ("yes", NOTICE_KINDS),
        ("never", ()),
        ("returned", ("returned",)),
        ("nonsense", NOTICE_KINDS),
    ],
)
def test_what_is_told_is_read_from_a_setting_of_any_age(setting: str | None, kinds: tuple[NoticeKind, ...]) -> None:
    assert kinds_in(setting) == frozenset(kinds)
    assert kinds_in(setting_of(kinds)) == frozenset(kinds)
