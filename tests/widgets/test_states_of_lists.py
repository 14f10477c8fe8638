"""Each state of a list says in one sentence what it is, and one key that helps; a test walks each of them."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.ui.message_list.list_panel import EmptyState
from tests.fakes.scene import ACCOUNT, ANNA, MESSAGE
from tests.program_scene import ProgramScene

SALES = "sales@example.org"
OFFLINE = Trouble(TroubleKind.UNREACHABLE, host="mail.example.org")


def said(scene: ProgramScene) -> str:
    """Return what the list that is shown says, as a screen reader hears it; it can have the focus."""
    shown = scene.parts.workspace.panel._empty
    assert isinstance(shown, EmptyState)
    assert shown.isVisible()
    assert shown.hasFocus()
    return shown.accessibleName()


async def failing(scene: ProgramScene, trouble: Trouble) -> None:
    """Let the server be asked in vain."""
    for name in ("sync", "list_folder"):
        scene.mailbox.fail(name, trouble, times=9)
    view = scene.parts.workspace.panel.session.view
    assert view is not None
    await view.reload()
    await scene.settle()


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("Ctrl+2", "No drafts. C writes a message"),
        ("Ctrl+3", "Nothing sent yet. C writes a message"),
        ("Ctrl+4", "Nothing is on its way. F9 sends what is ready"),
    ],
)
async def test_an_empty_list_says_so_and_its_key_works(program_scene: ProgramScene, keys: str, sentence: str) -> None:
    scene = program_scene
    await scene.press(keys)
    assert said(scene) == sentence
    await scene.press(sentence.partition(". ")[2].partition(" ")[0])
    if "F9" in sentence:
        assert scene.status_bar.startswith("No draft is ready")
    else:
        await scene.until(lambda: scene.parts.compose.current() is not None)


async def test_an_empty_list_of_another_mailbox_leads_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.parts.aids.identities.add(ANNA, SALES)
    await scene.settle()
    scene.parts.workspace.go(f"drafts:{SALES}")
    await scene.settle()
    assert said(scene) == "No drafts. G, D goes to your own drafts"
    await scene.press("G, D")
    assert scene.parts.workspace.place == "drafts"


async def test_while_a_list_is_read_it_says_so(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.cache.lose()
    gate = scene.mailbox.hold("list_folder")
    await scene.parts.aids.identities.add(ANNA, SALES)
    scene.parts.workspace.go(f"sent:{SALES}")
    await scene.settle()
    assert said(scene) == "Reading what is there… C writes a message meanwhile"
    gate.open.set()
    await scene.until(lambda: said(scene).startswith("Nothing sent yet"))


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (OFFLINE, "The server cannot be reached. F5 tries again"),
        (Trouble(TroubleKind.DEADLINE), "The server cannot be reached. F5 tries again"),
        (Trouble(TroubleKind.NOT_GENUINE), "The server could not show that it is genuine. F5 tries again"),
        (Trouble(TroubleKind.SERVICE_OFF), "Your organisation has turned this connection off. F5 tries again"),
        (Trouble(TroubleKind.SERVER, http_status=503), "The server is not well. F5 tries again"),
        (Trouble(TroubleKind.SIGN_IN), "Waiting for your sign-in. Enter asks for it"),
    ],
)
async def test_a_list_that_cannot_be_read_says_why(
    program_scene: ProgramScene, trouble: Trouble, sentence: str
) -> None:
    await program_scene.press("Ctrl+3")
    await failing(program_scene, trouble)
    assert said(program_scene) == sentence


async def test_f5_reads_a_list_that_could_not_be_read(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("Ctrl+3")
    await failing(scene, OFFLINE)
    scene.mailbox._failures.clear()
    scene.on_server(MESSAGE, folder=Folder.SENT)
    await scene.press("F5")
    await scene.until(lambda: len(scene.rows) == 1)
    assert scene.in_list()


async def test_what_is_remembered_is_shown_without_a_server(qtbot: QtBot, qapp: QApplication) -> None:
    before = await ProgramScene(qtbot, qapp, ACCOUNT).start()
    before.on_server(MESSAGE, folder=Folder.SENT)
    await before.press("Ctrl+3", "F5")
    await before.end()
    scene = ProgramScene(qtbot, qapp, ACCOUNT, after=before)
    for name in ("sync", "list_folder", "get"):
        scene.mailbox.fail(name, OFFLINE, times=50)
    await scene.start()
    await scene.press("Ctrl+3")
    assert [row.subject for row in scene.rows] == ["Hello"]
    assert "mail.example.org" in scene.words(scene.window.account_bar)
    await scene.end()


async def test_a_list_one_may_not_look_into_says_so_and_is_asked_again_by_its_key(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.parts.aids.identities.add(ANNA, SALES)
    scene.mailbox.closed_to_us.add(SALES)
    scene.parts.workspace.go(f"sent:{SALES}")
    await scene.until(lambda: "does not let you" in scene.parts.workspace.panel._empty.accessibleName())
    await scene.press("F5")
    assert said(scene) == "The server does not let you look in here. F5 asks again"
    scene.mailbox.closed_to_us.clear()
    await scene.press("F5")
    assert said(scene).startswith("Nothing sent yet")


async def test_rows_of_a_list_one_may_not_look_into_any_more_say_what_they_are(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.parts.aids.identities.add(ANNA, SALES)
    (item,) = scene.on_server(MESSAGE, folder=Folder.SENT)
    item.owner = SALES
    scene.parts.workspace.go(f"sent:{SALES}")
    await scene.until(lambda: len(scene.rows) == 1)
    scene.mailbox.closed_to_us.add(SALES)
    await scene.press("F5")
    assert len(scene.rows) == 1
    assert "You may not look in here any more" in scene.words(scene.parts.workspace.panel.bar)
    scene.mailbox.closed_to_us.clear()
    await scene.press("F5")
    assert not scene.parts.workspace.panel.bar.isVisible()


async def test_what_is_not_found_says_where_else_to_look(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(MESSAGE, folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5", "/")
    await scene.type("nothing like it")
    await scene.until(lambda: not scene.rows)
    shown = scene.parts.workspace.panel._empty
    assert shown.accessibleName() == "Nothing found on this computer. Shift+Enter looks on the server"
    await scene.press("Shift+Return")
    await scene.until(lambda: "on the server neither" in shown.accessibleName())
    await scene.press("Escape")
    await scene.until(lambda: len(scene.rows) == 1)


async def test_without_a_mailbox_the_lists_say_how_to_add_one(qtbot: QtBot, qapp: QApplication) -> None:
    scene = await ProgramScene(qtbot, qapp).start()
    scene.parts.workspace.go("sent")
    await scene.settle()
    assert said(scene) == "No mailbox is set up yet. Ctrl+, adds one"
    await scene.end()


async def test_enter_leads_to_where_the_password_is_asked_for(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    await scene.press("Ctrl+3")
    await failing(scene, Trouble(TroubleKind.SIGN_IN))
    asked: list[str] = []
    monkeypatch.setattr(scene.parts.registry, "run", asked.append)
    scene.parts.workspace.panel.acted.connect(asked.append)
    await scene.press("Return")
    assert asked[-1] == "account.sign_in"
