"""The tables of the commands of writing and the pane of a message name the same things."""

from __future__ import annotations

from app.commands.command import bound, declared
from app.controllers.all_commands import ALL, CONTROLLERS
from app.controllers.compose.compose_commands import FINDINGS, OPTIONS, TEXT, ComposeCommands
from app.ui.editor.action_names import FORMATTING
from app.views.compose.findings_session import MOST
from tests.fakes.scene import MESSAGE
from tests.program_scene import ProgramScene


async def test_the_pane_knows_each_command_of_the_text_and_has_no_other(program_scene: ProgramScene) -> None:
    await program_scene.parts.compose.begin_now(MESSAGE)
    work = program_scene.message.text
    assert {name for _, name in TEXT} == FORMATTING | work._looking.keys() | work._deeds.keys()
    assert [command.id for command, _ in TEXT] == [f"text.{name}" for _, name in TEXT]


async def test_each_option_has_its_place_in_the_panel(program_scene: ProgramScene) -> None:
    await program_scene.parts.compose.begin_now(MESSAGE)
    await program_scene.settle()
    options = program_scene.message.options
    places = set()
    for _, name in OPTIONS:
        options.open_option(name)
        places.add(program_scene.window.focusWidget())
    assert len(places) == len(OPTIONS)


def test_each_finding_that_is_shown_has_a_key() -> None:
    assert [number for _, number in FINDINGS] == list(range(MOST))


async def test_the_running_program_has_every_command_in_the_order_of_the_reference(program_scene: ProgramScene) -> None:
    assert [command.id for command, _ in program_scene.parts.registry] == [command.id for command in ALL]


async def test_a_command_whose_message_was_closed_meanwhile_does_nothing(program_scene: ProgramScene) -> None:
    parts = program_scene.parts
    assert parts.compose.current() is None
    for command, handler in parts.registry:
        if command.id.startswith(("compose.", "text.", "recipients.")):
            handler.run()
    assert parts.compose.current() is None


def test_no_class_that_declares_commands_is_left_out() -> None:
    import app.controllers.all_commands as module

    found = {one for one in vars(module).values() if isinstance(one, type) and declared(one)}
    assert found == set(CONTROLLERS)


def test_without_a_message_in_front_no_command_of_it_can_be_done() -> None:
    class Nothing:
        def current(self) -> None:
            return None

    pairs = list(bound(ComposeCommands(Nothing())))  # type: ignore[arg-type]  # asked for nothing else
    assert pairs
    assert not [command.id for command, handler in pairs if handler.enabled()]
