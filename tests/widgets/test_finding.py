"""Finding by keys: as one types, with operators that finish themselves, then on the server; sorting and grouping."""

from __future__ import annotations

from app.domain.attachment import Attachment
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Content
from app.domain.recipient import Recipient
from app.domain.state import State
from app.ui import theme
from app.ui.message_list.search_bar import SearchBar
from tests.fakes.mailbox import words
from tests.fakes.scene import BEN
from tests.program_scene import HOLD, ProgramScene

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
ANNA_L = Recipient("anna.l@example.org", "Anna Lindqvist")


async def sent(scene: ProgramScene) -> None:
    """Put three messages into Sent, an hour apart, newest last, and go there."""
    for subject, who, body in (("Budget", BEN, "numbers"), ("Plan", ANNA_L, "a plan"), ("Other plan", BEN, "words")):
        (item,) = scene.on_server(Content(to=(who,), subject=subject, body=body), folder=Folder.SENT)
        if subject == "Plan":
            item.attachments.append(Attachment("a1", "plan.txt", 10))
        await scene.passes(1)
        await scene.clock.advance(3600)
    await scene.press("Ctrl+3", "F5")


def shown(scene: ProgramScene) -> list[str]:
    return [row.subject for row in scene.rows]


def bar(scene: ProgramScene) -> SearchBar:
    found = scene.parts.workspace.panel.findChild(SearchBar)
    assert isinstance(found, SearchBar)
    return found


async def look_for(scene: ProgramScene, text: str) -> None:
    await scene.press("/")
    await scene.type(text)
    await scene.until(lambda: not bar(scene)._soon.isActive())
    await scene.settle()


async def test_what_is_typed_is_found_as_it_is_typed(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene)
    await look_for(scene, "pla")
    assert shown(scene) == ["Other plan", "Plan"]
    assert "2 found" in scene.words(scene.parts.workspace.panel)
    assert scene.focus is bar(scene).line
    await scene.press("Return")
    assert scene.in_list()
    assert shown(scene) == ["Other plan", "Plan"]
    await scene.press("Escape")
    assert len(shown(scene)) == 3
    assert scene.in_list()
    assert not bar(scene).isVisible()


async def test_keys_of_the_list_are_text_while_one_types(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.saved()
    await scene.press("Ctrl+F")
    await scene.type("xjc #")
    await scene.press("Backspace", "Delete", "Ctrl+Return", "Ctrl+A", "Space")
    assert scene.focus is bar(scene).line
    assert scene.parts.compose.current() is None
    await scene.press("Escape")
    await scene.passes(HOLD + 1)
    assert scene.states() == [State.DRAFT]
    assert scene.mailbox.delivered == []


async def test_operators_finish_themselves_by_tab(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene)
    await look_for(scene, "ha")
    assert "has:attachment" in scene.words(bar(scene))
    await scene.press("Tab")
    await scene.until(lambda: not bar(scene)._soon.isActive())
    assert bar(scene).line.text() == "has:attachment "
    await scene.settle()
    assert shown(scene) == ["Plan"]


async def test_people_finish_themselves_by_tab(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene)
    await look_for(scene, "to:lind")
    assert 'to:"Anna Lindqvist"' in scene.words(bar(scene))
    await scene.press("Tab")
    await scene.until(lambda: not bar(scene)._soon.isActive())
    await scene.settle()
    assert shown(scene) == ["Plan"]


async def test_what_needs_the_person_is_found_by_that(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.saved(subject="Good")
    await scene.saved(subject="Bad")
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied"))
    await scene.press("Home", "Ctrl+Return")
    await scene.passes(HOLD + 1)
    await look_for(scene, "is:failed")
    assert len(shown(scene)) == 1
    assert scene.states() == [State.NEEDS_ATTENTION]


async def test_nothing_found_says_so_and_how_the_server_is_asked(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene)
    scene.on_server(Content(subject="Long", body="x " * 200 + "needle"), folder=Folder.SENT)
    await scene.press("F5")
    await look_for(scene, "needle")
    assert shown(scene) == []
    assert "Nothing found on this computer" in scene.words(scene.parts.workspace.panel)
    assert "Shift+Enter" in scene.words(scene.parts.workspace.panel)
    await scene.press("Shift+Return")
    assert shown(scene) == ["Long"]
    assert scene.status_bar == "The server found 1"
    assert scene.in_list()


async def test_the_server_is_asked_from_the_list_too_and_may_find_nothing(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene)
    await look_for(scene, "nowhere")
    await scene.press("Down", "Shift+Return")
    assert scene.status_bar == "The server found nothing"
    assert "on the server neither" in scene.words(scene.parts.workspace.panel)


async def test_a_server_that_cannot_be_asked_leaves_what_was_found_here(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene)
    await look_for(scene, "plan")
    scene.mailbox.fail("list_folder", OFFLINE)
    await scene.press("Shift+Return")
    assert shown(scene) == ["Other plan", "Plan"]
    assert "Cannot reach" in scene.words(scene.window.account_bar)


async def test_all_that_match_are_marked_and_no_others(program_scene: ProgramScene) -> None:
    scene = program_scene
    for number in range(3):
        await scene.saved(subject=f"Plan {number}")
    await scene.saved(subject="Other")
    await look_for(scene, "plan")
    await scene.press("Return", "Ctrl+A", "Ctrl+Return", "Return")
    await scene.passes(HOLD + 1)
    assert sorted(one.content.subject for one in scene.mailbox.delivered) == ["Plan 0", "Plan 1", "Plan 2"]
    await scene.press("Escape")
    assert shown(scene) == ["Other"]


async def test_lists_are_sorted_by_keys(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene)
    assert shown(scene) == ["Other plan", "Plan", "Budget"]
    for keys, order in (
        ("S, O", ["Budget", "Plan", "Other plan"]),
        ("S, R", ["Plan", "Other plan", "Budget"]),
        ("S, S", ["Budget", "Other plan", "Plan"]),
        ("S, N", ["Other plan", "Plan", "Budget"]),
    ):
        await scene.press(keys)
        assert shown(scene) == order
        assert scene.in_list()


async def test_headings_stand_over_days_and_over_recipients(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene)
    await scene.clock.advance(24 * 3600)
    scene.on_server(Content(to=(BEN,), subject="Today"), folder=Folder.SENT)
    await scene.press("F5", "S, G")
    panel = scene.parts.workspace.panel
    said = [panel.model.heading(number) for number in range(4)]
    assert said[0] == "Today"
    assert said[1] == "Yesterday"
    await scene.press("S, R")
    assert [panel.model.heading(number) for number in range(4)] == ["Anna Lindqvist", "Ben", "", ""]
    await scene.press("S, G")
    assert [panel.model.heading(number) for number in range(4)] == [""] * 4
    assert scene.in_list()


async def test_where_one_may_not_look_the_list_says_so(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("Ctrl+3")
    denied = words("ErrorAccessDenied", "Access is denied.")
    scene.mailbox.refuse("sync", 0, denied)
    await scene.parts.lists.sent.view.reload()  # type: ignore[union-attr]  # an account is shown
    await scene.settle()
    assert "does not let you look" in scene.words(scene.parts.workspace.panel)
    assert "F5" in scene.words(scene.parts.workspace.panel)
    await scene.press("F5")
    assert "Nothing sent yet" in scene.words(scene.parts.workspace.panel)


async def test_a_message_that_was_read_is_found_by_all_its_words(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(Content(to=(BEN,), subject="Long", body="x " * 200 + "needle"), folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5")
    await scene.until(lambda: "needle" in scene.parts.reader._body.toPlainText())
    await look_for(scene, "needle")
    assert shown(scene) == ["Long"]


async def test_after_sorting_the_row_one_is_at_is_in_sight(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(*(Content(to=(BEN,), subject=f"{n:02}") for n in range(60)), folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5", "Home")
    at = scene.current.subject
    await scene.press("S, O")
    shown_list = scene.parts.workspace.panel.list
    assert (scene.current.subject, shown_list.current_number()) == (at, 59)
    assert shown_list.viewport().rect().contains(shown_list.visualRect(shown_list.currentIndex()))


def grounds(scene: ProgramScene, number: int) -> int:
    """Return how many pixels of a row have the ground of what is looked for."""
    shown = scene.parts.workspace.panel.list
    rect = shown.visualRect(shown.model().index(number, 0))
    image = shown.viewport().grab(rect).toImage()
    ground = theme.color("warn_soft")
    return sum(image.pixelColor(x, y) == ground for x in range(0, image.width(), 2) for y in range(image.height()))


async def test_what_was_looked_for_is_marked_where_it_stands_and_no_more_after_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene)
    assert [grounds(scene, number) for number in range(3)] == [0, 0, 0]
    await look_for(scene, "pla")
    assert all(grounds(scene, number) > 20 for number in range(2))
    await scene.press("Escape")
    assert [grounds(scene, number) for number in range(3)] == [0, 0, 0]
