"""A message from a file that somebody else wrote, edited as new: no single key sends it. Once changed it is kept."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.core.background import run_in_thread
from app.domain.edits import TextSplice
from app.domain.message import Field, LocalId
from app.domain.problem import ProblemKind, problem
from app.domain.startup_request import StartupRequest
from app.domain.state import State
from app.services.drafts.draft_from_request import Arrived, messages_of
from app.views.compose.view import Aside
from tests.fakes.scene import ACCOUNT
from tests.program_scene import ProgramScene

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)

WHOSE = "These are the words of Eve Moss <eve@tailspin.example>, sent on 3 May 2026. Recipients were left out: "
LEFT_OUT = "Recipients were left out: cfo@example.org"


@pytest.fixture
async def scene(program_scene: ProgramScene) -> ProgramScene:
    await program_scene.parts.startup_requests.begin(StartupRequest())
    return program_scene


def file_of(folder: Path, *, bill: bool = True, **headers: str) -> str:
    """Return the path of a message of Eve's with something attached."""
    message = EmailMessage()
    fields = {"From": "Eve Moss <eve@tailspin.example>", "To": "cfo@example.org", "Subject": "Pay this", **headers}
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message["Date"] = "Sun, 3 May 2026 10:00:00 +0000"
    message.set_content("Pay 40,000 at once.")
    if bill:
        message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")
    path = folder / "x.eml"
    path.write_bytes(bytes(message))
    return str(path)


async def read(scene: ProgramScene, file: str) -> None:
    assert scene.parts.startup_requests.take_request(StartupRequest(files=(file,)))
    await scene.until(lambda: scene.parts.attachment_viewer.front() is not None)
    await scene.until(lambda: scene.window.gate.is_open)  # a key of the first moment would go where the person was
    await scene.settle()


async def opened(scene: ProgramScene, file: str, *, draft: bool = False) -> LocalId:
    """Return the message that is written: a draft from a file, or what is edited as new."""
    if draft:
        assert scene.parts.startup_requests.take_request(StartupRequest(files=(file,)))
    else:
        await read(scene, file)
        await scene.press("E")
    await scene.until(lambda: len(scene.parts.workspace.messages) == 1)
    await scene.settle()
    return scene.message.session.local_id


async def test_it_opens_without_recipients_unsaved_and_says_whose_words_these_are(
    scene: ProgramScene, tmp_path: Path
) -> None:
    name = await opened(scene, file_of(tmp_path, Cc="a@x.example", Bcc="b@x.example", Reply_To="trap@x.example"))
    content = await scene.content(name)
    assert (content.recipients(), content.options.reply_to) == ((), ())
    assert (content.subject, [one.name for one in content.attachments]) == ("Pay this", ["bill.pdf"])
    assert scene.field() is Field.TO
    await scene.passes(600)
    assert scene.mailbox.items == {}, "nothing of it is on the server"
    assert WHOSE in scene.words(scene.message), "and for as long as nothing is written it is said"
    await scene.press("Ctrl+Return")
    await scene.passes(30)
    assert scene.record(name).problem == problem(ProblemKind.NO_RECIPIENTS)
    assert "Add a recipient." in scene.words(scene.message)
    assert WHOSE in scene.words(scene.message)
    assert (scene.mailbox.delivered, scene.mailbox.items) == ([], {})


async def test_closed_untouched_it_vanishes(scene: ProgramScene, tmp_path: Path) -> None:
    name = await opened(scene, file_of(tmp_path))
    await scene.press("Escape")
    await scene.passes(600)
    assert scene.parts.records.get(name) is None
    assert scene.mailbox.items == {}


@pytest.mark.parametrize("how", ["words", "file", "save"])
async def test_once_something_is_done_with_it_it_is_ones_own(scene: ProgramScene, tmp_path: Path, how: str) -> None:
    name = await opened(scene, file_of(tmp_path))
    if how == "words":
        await scene.press("Alt+M")
        await scene.type("See below. ")
    elif how == "file":
        scene.message.session.files.add([__file__])
    else:
        await scene.press("Ctrl+S")
    await scene.passes(30)
    assert WHOSE not in scene.words(scene.message)
    assert LEFT_OUT in scene.words(scene.message), "they are still offered"
    assert [one.content.subject for one in scene.mailbox.items.values()] == ["Pay this"]
    await scene.press("Escape")
    await scene.passes(3)
    assert scene.record(name).saved


async def test_what_was_typed_is_kept_though_the_program_died_before_it_took_note(
    scene: ProgramScene, tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    name = await opened(scene, file_of(tmp_path, bill=False))
    # The words are on disk, and what says that they are one's own is not.
    scene.parts.records.append_edit(name, TextSplice(Field.BODY, 0, 0, "See below. "))
    assert scene.record(name).prepared
    again = await ProgramScene(qtbot, qapp, ACCOUNT, after=scene).start()
    assert (await again.content(name)).body.startswith("See below. ")
    await again.passes(30)
    assert [one.content.subject for one in again.mailbox.items.values()] == ["Pay this"]
    await again.end()


async def test_left_open_untouched_it_is_not_there_after_a_crash(
    scene: ProgramScene, tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    name = await opened(scene, file_of(tmp_path))
    again = await ProgramScene(qtbot, qapp, ACCOUNT, after=scene).start()
    assert again.parts.records.get(name) is None
    await again.end()


async def test_a_draft_of_somebody_else_says_whose_it_is_and_one_of_ones_own_does_not(
    scene: ProgramScene, tmp_path: Path
) -> None:
    file = file_of(tmp_path, X_Unsent="1", In_Reply_To="<1@x.example>", References="<1@x.example>")
    name = await opened(scene, file, draft=True)
    asides = [scene.words(one) for one in scene.message.findChildren(Aside) if one.isVisible()]
    said = "This file says it is from Eve Moss <eve@tailspin.example>. It will be sent from your address."
    assert len(asides) == 1
    assert said in asides[0]
    content = await scene.content(name)
    assert [one.address for one in content.to] == ["cfo@example.org"]
    assert (content.options.in_reply_to, content.options.references) == ("", "")
    mine = file_of(tmp_path, X_Unsent="1", From=ACCOUNT.address.upper(), In_Reply_To="<1@x.example>")
    own = scene.parts.aids.identities.own_addresses()
    (message,), _ = await messages_of(StartupRequest(files=(mine,)), run_in_thread, own)
    assert isinstance(message, Arrived)
    assert (message.notes, message.content.options.in_reply_to) == ((), "<1@x.example>")
    assert scene.record(name).state is State.DRAFT


@pytest.mark.parametrize("how", ["key", "button"])
async def test_those_who_were_left_out_come_in_with_one_key(scene: ProgramScene, tmp_path: Path, how: str) -> None:
    name = await opened(scene, file_of(tmp_path, Cc="Dan <dan@x.example>", Bcc="b@x.example"))
    await scene.press("Alt+M")
    await scene.type("Mine. ")
    if how == "key":
        await scene.press("Alt+R")
    else:
        await scene.click(button(scene, "Put them in"))
    content = await scene.content(name)
    assert [one.address for one in content.to] == ["cfo@example.org"]
    assert ([one.address for one in content.cc], content.bcc) == (["dan@x.example"], ())
    await scene.settle()
    assert "left out" not in scene.words(scene.message)
    assert scene.field() is Field.TO
    await scene.press("Alt+R")
    assert (await scene.content(name)).to == content.to, "nobody is doubled"


async def test_who_does_not_want_them_is_not_asked_again(scene: ProgramScene, tmp_path: Path) -> None:
    name = await opened(scene, file_of(tmp_path))
    await scene.press("Alt+M")
    await scene.type("Mine. ")
    (close,) = [one for one in buttons(scene) if one.accessibleName() == "Close"]
    await scene.click(close)
    await scene.settle()
    assert "left out" not in scene.words(scene.message)
    assert (await scene.content(name)).recipients() == ()


def buttons(scene: ProgramScene) -> list[QPushButton]:
    return [one for one in scene.message.findChildren(QPushButton) if one.isVisible()]


def button(scene: ProgramScene, words: str) -> QPushButton:
    return next(one for one in buttons(scene) if one.text() == words)
