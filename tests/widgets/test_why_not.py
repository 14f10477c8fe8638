"""Every key of a list does something that can be seen, or there is a sentence why not."""

from __future__ import annotations

import pytest

from app.commands.command import Context
from app.domain.listing import Folder
from app.domain.state import State
from tests.fakes.mailbox import words
from tests.fakes.scene import MESSAGE
from tests.program_scene import HOLD, ProgramScene


def why(scene: ProgramScene, command: str) -> str:
    return next(handler.why_not() for one, handler in scene.parts.registry if one.id == command)


async def sent(scene: ProgramScene) -> None:
    scene.on_server(MESSAGE, folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5", "Home")


async def test_r_on_a_sent_message_names_the_key_that_replies(program_scene: ProgramScene) -> None:
    await sent(program_scene)
    said = "R tries a failed message again. Shift+R replies to all of this one."
    assert why(program_scene, "outbox.retry") == said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("drafts.send", "This was sent already. E makes a new draft of it."),
        ("drafts.set_ready", "Only drafts can be put aside as ready."),
        ("drafts.discard", ""),
        ("sent.reply_all", ""),
        ("sent.forward", ""),
        ("sent.edit_as_new", ""),
        ("many.move", ""),
        ("list.remedy", "There is nothing to fix in this message."),
        ("list.details", "There are no details about this message."),
        ("list.plain", "This message is plain text."),
        ("list.undo", "There is nothing to undo."),
        ("outbox.was_sent", "This is for a message of which it cannot be known whether it was sent."),
        ("outbox.retry_all", "No message has failed."),
        ("account.sign_in", "No account is waiting for a sign-in."),
    ],
)
async def test_in_sent(program_scene: ProgramScene, command: str, said: str) -> None:
    await sent(program_scene)
    assert why(program_scene, command) == said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("drafts.send", ""),
        ("outbox.retry", "Nothing went wrong with this message. Ctrl+Enter sends it."),
        ("sent.reply_all", "Replying works in Received and in Sent: this message has not been sent yet."),
        ("sent.forward", "Forwarding works in Received and in Sent: this message has not been sent yet."),
        ("many.copy", ""),
        ("list.last_draft", ""),
    ],
)
async def test_in_drafts(program_scene: ProgramScene, command: str, said: str) -> None:
    await program_scene.saved()
    program_scene.parts.workspace.panel.list.go_to(0)
    assert why(program_scene, command) == said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("drafts.send", "This message is still being sent. A: Undo."),
        ("drafts.discard", "This message is still being sent. A: Undo."),
        ("outbox.retry", "This message is still being sent. A: Undo."),
        ("sent.edit_as_new", "Writing anew works in Drafts and in Sent."),
        ("many.move", "Moving works in Drafts and in Sent."),
    ],
)
async def test_in_the_outbox(program_scene: ProgramScene, command: str, said: str) -> None:
    scene = program_scene
    await scene.saved()
    await scene.press("Home", "Ctrl+Return", "Ctrl+4", "Home")
    assert scene.current.state is State.HELD
    assert why(scene, command) == said


async def test_a_message_that_failed_is_tried_again_and_nothing_is_said(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.saved()
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied", "No."))
    await scene.press("Home", "Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert [why(scene, one) for one in ("outbox.retry", "outbox.retry_all", "list.remedy", "list.details")] == [""] * 4
    await scene.press("Ctrl+4", "Home")
    assert why(scene, "drafts.send") == "R tries this message again."
    assert why(scene, "drafts.discard") == "Delete this message in Drafts (Ctrl+2)."


async def test_an_empty_list_says_so_for_every_command_of_a_row(program_scene: ProgramScene) -> None:
    for command in ("drafts.send", "drafts.discard", "list.mark", "list.open", "many.print", "outbox.retry"):
        assert why(program_scene, command) == "There is no message here.", command
    assert why(program_scene, "list.last_draft") == "There are no drafts."


async def test_a_key_that_was_changed_is_named_as_it_is_now(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene)
    reply = scene.parts.registry.command("sent.reply_all")
    scene.parts.registry.change([reply._replace(keys=("Ctrl+Alt+Y",))])
    assert "Ctrl+Alt+Y replies to all" in why(scene, "outbox.retry")


async def test_every_command_of_a_list_that_can_be_disabled_has_its_sentence(program_scene: ProgramScene) -> None:
    scene = program_scene
    silent = set()
    for place in ("drafts", "sent", "outbox"):
        scene.parts.workspace.go(place)
        await scene.settle()
        for command, handler in scene.parts.registry:
            of_lists = command.context in {Context.LIST, Context.WINDOW} and command.keys_here()
            if of_lists and not handler.enabled() and not handler.why_not():
                silent.add((place, command.id))
    assert silent == set()
