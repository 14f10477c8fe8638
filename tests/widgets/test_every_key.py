"""Every command by its keys alone, wherever they count: it is done once, and the focus is in the window after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial

import pytest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from app.commands.command import Command, Context, Handler
from app.controllers import all_commands
from app.controllers.all_commands import ALL, all_bound
from app.domain.listing import Folder
from app.domain.message import Content, Field
from app.domain.people import MailTips
from app.domain.problem import ProblemKind, problem
from app.domain.recipient import Recipient
from app.domain.record import Whose
from app.domain.state import State
from app.services.drafts.draft_from_request import ToRead
from app.services.drafts.drafts import Prepared
from app.services.reader.eml import Shown
from tests.fakes.scene import ACCOUNT, MESSAGE
from tests.program_scene import ProgramScene

# The offscreen platform says so of every window that is brought to the front; there is none to be in front of.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
Done = list[str]
EVERY = [(command, keys) for command in ALL for keys in command.keys]
IN_PLACES = {
    "sent.edit_as_new": "sent",
    "sent.reply_all": "sent",
    "received.reply": "received",
    "sent.forward": "sent",
    "sent.forward_attached": "sent",
    "outbox.retry": "outbox",
    "sent.remind": "sent",
    "sent.resend": "sent",
}
QUITS = "window.quit"
GROUP = Recipient("board@example.org", "Board")
TAKEN_BY_RECIPIENTS = {keys for command in ALL if command.context is Context.RECIPIENTS for keys in command.keys}


@pytest.fixture
def done() -> Done:
    """The names of the commands that were done."""
    return []


@pytest.fixture(params=["deeds"])
def deeds(request: pytest.FixtureRequest, done: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take down what is done; with "names" nothing else happens."""

    def watched(controllers: Iterable[object], say: Callable[[str], None]) -> list[tuple[Command, Handler]]:
        def run(name: str, handler: Handler) -> None:
            done.append(name)
            if request.param == "deeds":
                handler.run()

        def watching(name: str, handler: Handler) -> Handler:
            if request.param == "names":
                return Handler(partial(run, name, handler))
            return handler._replace(run=partial(run, name, handler))

        return [(command, watching(command.id, handler)) for command, handler in all_bound(controllers, say)]

    monkeypatch.setattr(all_commands, "all_bound", watched)


@pytest.fixture
async def scene(qtbot: QtBot, qapp: QApplication, deeds: None) -> AsyncIterator[ProgramScene]:
    """Three drafts on the server, one message sent, and one draft that failed."""
    scene = ProgramScene(qtbot, qapp, ACCOUNT)
    await scene.start()
    scene.on_server(*(Content(to=MESSAGE.to, subject=f"Message {n}", body="Text") for n in range(3)))
    scene.on_server(MESSAGE, folder=Folder.SENT)
    scene.on_server(MESSAGE, folder=Folder.INBOX)
    for room in scene.parts.lists:
        room.reload()
    await scene.settle()
    yield scene
    await scene.end()


async def go_where(scene: ProgramScene, command: Command, done: Done) -> None:
    """Put the focus where the keys of `command` count."""
    parts = scene.parts
    if command.id.startswith("compose.finding"):
        await parts.compose.begin_now(Content(to=tuple(Recipient(f"p{n}@gmial.com") for n in range(4)), body="Text"))
        await scene.settle()
        await scene.press("Ctrl+Return")
        done.clear()
    elif command.context is Context.READING:
        shown = Shown(Content(Recipient("eve@x.example"), MESSAGE.to, subject="Read here", body="Text"))
        await parts.attachment_viewer.open_files(ACCOUNT.account_id, [ToRead("x.eml", shown)])
        await scene.settle()
    elif command.id == "compose.put_in":
        whose = Whose(Recipient("eve@x.example"), to=MESSAGE.to)
        name = await parts.drafts.begin(ACCOUNT.account_id, Content(body="Text"), prepared=Prepared(whose))
        await parts.compose.open_now(name)
        await scene.settle()
    elif command.context is Context.COMPOSE:
        await parts.compose.begin_now(Content(to=MESSAGE.to, subject="Written here", body="Text"))
        await scene.settle()
        scene.message.focus_field(Field.BODY)
    elif command.context is Context.COMPARE:
        name = await scene.saved()
        (stored,) = [one for one in scene.mailbox.items.values() if one.local_id == name]
        scene.mailbox.edit_elsewhere(stored.item_id, Content(to=MESSAGE.to, body="Theirs"))
        parts.comparison.open_comparison(name)
        await scene.until(lambda: parts.comparison.is_open() and parts.comparison.view.session.can_choose())
    elif command.context is Context.RECIPIENTS:
        scene.mailbox.tips[GROUP.address] = MailTips(GROUP.address, members=2)
        await parts.compose.begin_now(Content(to=MESSAGE.to, cc=(GROUP,), subject="Written here", body="Text"))
        await scene.settle()
        scene.message.focus_field(Field.CC)
        await scene.press("Left")
    else:
        parts.workspace.go(IN_PLACES.get(command.id, "drafts"))
    if command.id in {"outbox.was_sent", "outbox.was_not_sent"}:
        await stand_at_what_cannot_be_known(scene)
    if command.id == "list.undo":
        parts.status_bar.show_words("Something that can be undone", lambda: None)
    await scene.settle()


async def stand_at_what_cannot_be_known(scene: ProgramScene) -> None:
    """Stand in the Outbox at a message that waits for the person's word."""
    name = await scene.saved()
    for state in (State.QUEUED, State.SENDING, State.UNKNOWN):
        await scene.parts.records.change(name, state=state)
    found = problem(ProblemKind.CANNOT_BE_KNOWN)
    await scene.parts.records.change(name, problem=found, verified=scene.clock.now())
    scene.parts.workspace.go("outbox")
    await scene.until(lambda: len(scene.rows) == 1)
    await scene.press("Home")


@pytest.mark.parametrize(("command", "keys"), EVERY, ids=[f"{command.id}-{keys}" for command, keys in EVERY])
async def test_keys_do_their_command_once_and_the_focus_stays_in_the_window(
    scene: ProgramScene, done: Done, command: Command, keys: str
) -> None:
    await go_where(scene, command, done)
    await scene.press(keys)
    assert done == [command.id]
    for dialog in [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]:
        dialog.reject()  # files are chosen in a window of the desktop's
        await scene.settle()
    if command.id != QUITS:
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus.window() in scene.parts.compose.windows()


@pytest.mark.parametrize("deeds", ["names"], indirect=True)
@pytest.mark.parametrize("field", [Field.TO, Field.SUBJECT, Field.BODY])
async def test_keys_count_in_every_field_of_a_message(scene: ProgramScene, done: Done, field: Field) -> None:
    await scene.parts.compose.begin_now(Content(to=MESSAGE.to, subject="Written here", body="Text"))
    await scene.settle()
    scene.message.focus_field(field)
    counting = {Context.WINDOW, Context.COMPOSE, *((Context.RECIPIENTS,) if field is Field.TO else ())}
    for command, keys in EVERY:
        taken = field is Field.TO and command.context is not Context.RECIPIENTS and keys in TAKEN_BY_RECIPIENTS
        if command.context in counting and not taken:
            done.clear()
            await scene.press(keys)
            assert done == [command.id], keys
    assert (await scene.content(scene.message.session.local_id)).subject == "Written here"


@pytest.mark.parametrize("deeds", ["names"], indirect=True)
@pytest.mark.parametrize("place", ["drafts", "outbox", "sent", "received"])
async def test_keys_count_in_every_list_with_rows_or_none(scene: ProgramScene, done: Done, place: str) -> None:
    scene.parts.workspace.go(place)
    await scene.settle()
    assert scene.in_list()
    for command, keys in EVERY:
        if command.context in {Context.WINDOW, Context.LIST}:
            done.clear()
            await scene.press(keys)
            assert done == [command.id], keys


@pytest.mark.parametrize("deeds", ["names"], indirect=True)
async def test_keys_of_the_whole_window_count_while_bars_with_access_keys_are_seen(
    scene: ProgramScene, done: Done
) -> None:
    details = [("Code", "ErrorServerBusy")]
    await scene.parts.compose.begin_now(MESSAGE)
    await scene.settle()
    for bar in (scene.window.account_bar, scene.window.notice_bar, scene.message.bar):
        bar.show_sentence("Something is the matter.", tone="warn", action=("sign-in", "Sign in"), details=details)
    scene.parts.sign_in.ask(ACCOUNT)
    await scene.settle()
    scene.message.focus_field(Field.BODY)
    for command, keys in EVERY:
        if command.context in {Context.WINDOW, Context.COMPOSE}:
            done.clear()
            await scene.press(keys)
            assert done == [command.id], keys


@pytest.mark.parametrize("deeds", ["names"], indirect=True)
async def test_messages_typed_in_a_field_are_messages_and_no_commands(scene: ProgramScene, done: Done) -> None:
    await scene.parts.compose.begin_now(Content())
    await scene.settle()
    for field in (Field.SUBJECT, Field.BODY):
        scene.message.focus_field(field)
        await scene.type("cjkxzaielor?# gdgsgqgc")
        await scene.press("Del", "Backspace", "Space", "Shift+Down", "Ctrl+A", "Ctrl+Z")
    assert done == []
