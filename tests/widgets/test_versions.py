"""Earlier versions of a draft by keys: looked at, brought back, undone; and discarding a message with all of them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.domain.attachment import Attached
from app.domain.edits import AttachmentSet
from app.domain.errors import StorageError
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Field, LocalId
from app.domain.presets import read_presets
from app.domain.recipient import Recipient
from app.domain.state import State
from app.domain.version import VersionReason
from app.ui import theme
from app.views.compare.versions_view import VersionsView
from tests.fakes.scene import MESSAGE
from tests.program_scene import ProgramScene
from tests.widgets.test_choices import at_choices

FIRST = "Dear Ben, this is the first paragraph."
SECOND = "And a second one, which goes."


async def written(scene: ProgramScene, *, formatted: bool = False) -> LocalId:
    """Write a message, pause, and delete much of it."""
    scene.parts.compose.writes_formatted = formatted
    await scene.press("Ctrl+N")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.message.focus_field(Field.SUBJECT)
    await scene.type("Plan")
    scene.message.focus_field(Field.BODY)
    await scene.type(FIRST)
    await scene.press("Return")
    await scene.type(SECOND)
    if formatted:
        assert scene.message.body.rich is not None
        scene.message.body.rich.tell_now()
    name = scene.message.session.local_id
    scene.parts.records.mark_version(name, VersionReason.PAUSE)
    await scene.press("Shift+Home", "Delete")
    await scene.rest()
    return name


async def do(scene: ProgramScene, command: str) -> None:
    """Do a command by its words in the palette."""
    await scene.press("Ctrl+Shift+P")
    await scene.type(command)
    await scene.press("Return")


async def at_versions(scene: ProgramScene) -> VersionsView:
    await do(scene, "Earlier versions")
    page = scene.window.pages.currentWidget()
    assert isinstance(page, VersionsView)
    await scene.until(lambda: bool(page.session.difference) or not page.session.versions)
    return page


@pytest.mark.parametrize("formatted", [False, True])
async def test_a_version_is_compared_brought_back_by_enter_and_undone_by_undo(
    program_scene: ProgramScene, formatted: bool
) -> None:
    name = await written(program_scene, formatted=formatted)
    page = await at_versions(program_scene)
    assert page.isAncestorOf(program_scene.focus)
    assert page.list.count() == 1
    assert "13 words" in page.list.item(0).text()
    assert "In a pause of writing" in page.list.item(0).text()
    assert SECOND in page.page.toPlainText()
    assert "1 difference" in program_scene.words(page)
    await program_scene.press("Return")
    await program_scene.until(lambda: not program_scene.parts.versions_controller.is_shown())
    body = program_scene.message.body
    assert body.toPlainText() == f"{FIRST}\n{SECOND}"
    assert "is back" in program_scene.status_bar
    assert program_scene.message.isAncestorOf(program_scene.focus)
    assert SECOND in (await program_scene.content(name)).body
    why = [one.why for one in await program_scene.journal.versions(name)]
    assert why == [VersionReason.RETURN, VersionReason.PAUSE], "what was said before is a version itself"
    program_scene.message.focus_field(Field.BODY)
    await program_scene.type("!")
    await program_scene.rest()
    await program_scene.press("Ctrl+Z", "Ctrl+Z")
    await program_scene.until(lambda: SECOND not in body.toPlainText())
    assert body.toPlainText().rstrip() == FIRST
    assert SECOND not in (await program_scene.content(name)).body
    assert body.is_formatted() is formatted


async def test_undo_in_the_list_undoes_it_too_and_both_only_once(program_scene: ProgramScene) -> None:
    name = await written(program_scene)
    await at_versions(program_scene)
    await program_scene.press("Return")
    await program_scene.until(lambda: not program_scene.parts.versions_controller.is_shown())
    message = program_scene.message
    assert SECOND in message.body.toPlainText()
    await program_scene.press("Ctrl+2", "Z")
    await program_scene.until(lambda: SECOND not in message.body.toPlainText())
    before = program_scene.record(name).edits
    program_scene.parts.compose.show(message)
    message.focus_field(Field.BODY)
    await program_scene.press("Ctrl+Z")
    await program_scene.settle()
    assert program_scene.record(name).edits == before


async def test_recipients_subject_and_importance_come_back_and_attachments_stay(program_scene: ProgramScene) -> None:
    name = await written(program_scene)
    records = program_scene.parts.records
    records.append_edit(name, AttachmentSet(Attached("k", "offer.pdf", 10)))
    message = program_scene.message
    message.recipients[Field.TO].splice(0, 0, [Recipient("ben@example.org")])
    message.toggle_importance()
    records.mark_version(name, VersionReason.TEMPLATE)
    message.recipients[Field.TO].splice(0, 1, [])
    message.toggle_importance()
    message.subject.setText("Another plan")
    await program_scene.settle()
    page = await at_versions(program_scene)
    assert "Attached then: offer.pdf." in program_scene.words(page)
    assert "Another plan" in page.page.toPlainText()
    await program_scene.press("Return")
    await program_scene.until(lambda: not program_scene.parts.versions_controller.is_shown())
    content = await program_scene.content(name)
    assert [one.address for one in content.to] == ["ben@example.org"]
    assert content.subject == message.subject.text() == "Plan"
    assert [one.name for one in content.attachments] == ["offer.pdf"]
    assert content.importance == message.session.content.importance
    assert message.recipients[Field.TO].recipients() == content.to
    await program_scene.press("Ctrl+2", "Z")
    await program_scene.until(lambda: message.subject.text() == "Another plan")


async def test_a_version_of_another_format_comes_back_as_it_was(program_scene: ProgramScene) -> None:
    name = await written(program_scene, formatted=True)
    body = program_scene.message.body
    await do(program_scene, "Plain or formatted")
    await program_scene.until(lambda: not body.is_formatted())
    await at_versions(program_scene)
    await program_scene.press("Return")
    await program_scene.until(body.is_formatted)
    assert (await program_scene.content(name)).body_format is BodyFormat.HTML
    await program_scene.press("Ctrl+2", "Z")
    await program_scene.until(lambda: not body.is_formatted())


async def test_escape_brings_nothing_back_and_leads_to_the_message(program_scene: ProgramScene) -> None:
    name = await written(program_scene)
    edits = program_scene.record(name).edits
    page = await at_versions(program_scene)
    assert "Send" not in [command.title for command, _ in program_scene.window._offered(program_scene.parts.registry)]
    await program_scene.press("Tab", "Escape")
    assert not program_scene.parts.versions_controller.is_shown()
    assert program_scene.message.isAncestorOf(program_scene.focus)
    assert program_scene.record(name).edits == edits
    assert page.session.difference is not None
    assert SECOND not in program_scene.message.body.toPlainText()


async def test_without_versions_it_says_when_there_are_some(program_scene: ProgramScene) -> None:
    await program_scene.press("Ctrl+N")
    page = await at_versions(program_scene)
    assert "no earlier version of this message yet" in program_scene.words(page)
    assert not page.list.isVisible()
    assert not page.back.isVisible()
    assert page.accessibleName()
    await program_scene.press("Return")
    assert program_scene.parts.versions_controller.is_shown()
    await program_scene.press("Escape")
    assert not program_scene.parts.versions_controller.is_shown()


async def test_what_is_on_its_way_is_looked_at_and_says_why_nothing_comes_back(program_scene: ProgramScene) -> None:
    name = await written(program_scene)
    page = await at_versions(program_scene)
    await program_scene.parts.records.change(name, state=State.QUEUED)
    page.refresh()
    assert "on its way" in program_scene.words(page)
    assert not page.back.isEnabled()
    await program_scene.press("Return")
    await program_scene.settle()
    assert program_scene.parts.versions_controller.is_shown()
    assert SECOND not in (await program_scene.content(name)).body
    await program_scene.parts.records.change(name, state=State.DRAFT)
    await program_scene.press("Escape")


async def test_a_disk_that_cannot_be_read_is_told_on_the_page(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await written(program_scene)

    async def fail(*_: object) -> None:
        raise StorageError("The disk cannot be read.")

    monkeypatch.setattr(program_scene.journal, "read_version", fail)
    await do(program_scene, "Earlier versions")
    page = program_scene.window.pages.currentWidget()
    assert isinstance(page, VersionsView)
    await program_scene.until(lambda: "The disk cannot be read." in program_scene.words(page))
    await program_scene.press("Escape")


async def test_each_thing_has_a_name_and_the_page_is_drawn_in_each_scheme(program_scene: ProgramScene) -> None:
    await written(program_scene)
    page = await at_versions(program_scene)
    for part in (page, page.list, page.page, page.back, page.close_button):
        assert part.accessibleName()
    light = page.page.toHtml()
    theme.dress(program_scene.parts.qt, "dark")
    page.redress()
    assert page.page.toHtml() != light
    theme.dress(program_scene.parts.qt, "light")


async def test_before_a_conflict_is_settled_and_the_servers_version_is_taken_there_is_a_version(
    program_scene: ProgramScene,
) -> None:
    name = await program_scene.saved()
    (stored,) = program_scene.mailbox.items.values()
    program_scene.parts.compose.open_message(name)
    await program_scene.until(lambda: program_scene.parts.compose.current() is not None)
    program_scene.mailbox.edit_elsewhere(stored.item_id, msgspec.structs.replace(MESSAGE, body="Theirs"))
    await program_scene.type("My words. ")
    await program_scene.press("Ctrl+S")
    await program_scene.until(program_scene.message.bar.isVisible)
    await program_scene.press("Alt+A")
    comparison = program_scene.parts.comparison
    await program_scene.until(lambda: comparison.is_open() and comparison.view.session.can_choose())
    await program_scene.press("T")
    await program_scene.until(lambda: program_scene.parts.compose.current() is not None)
    page = await at_versions(program_scene)
    assert "Before the server's version was taken over" in page.list.item(0).text()
    await program_scene.press("Return")
    await program_scene.until(lambda: "My words." in program_scene.message.body.toPlainText())


async def test_keeping_both_takes_the_versions_to_the_new_draft(program_scene: ProgramScene) -> None:
    name = await written(program_scene)
    new = await program_scene.parts.drafts.keep_mine_as_new(name)
    assert [one.why for one in await program_scene.journal.versions(new)] == [VersionReason.PAUSE]


# --- switched off -----------------------------------------------------------------------------------------------------


async def test_the_setting_counts_at_once_forgets_what_there_is_and_is_read_at_the_next_start(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    name = await written(program_scene)
    await program_scene.press("Escape")
    view = await at_choices(program_scene, tmp_path, "writing")
    assert view.versions.isChecked()
    view.versions.setFocus()
    await program_scene.press("Space")
    await program_scene.settle()
    assert await program_scene.settings.read_setting("keep_versions") == "never"
    assert await program_scene.journal.versions(name) == []
    known = program_scene.parts.versions
    known.is_on = True
    await known.load()
    assert not known.is_on
    assert "in the settings" in await known.why_none(name)


async def test_an_administrator_switches_it_off_for_good(program_scene: ProgramScene, tmp_path: Path) -> None:
    name = await written(program_scene)
    presets = read_presets('version = 1\n[settings]\nearlier_versions = false\nlocked = ["earlier_versions"]\n')
    assert not presets.faults
    program_scene.parts.settings.presets = presets
    await program_scene.parts.versions.load()
    assert await program_scene.journal.versions(name) == []
    page = await at_versions(program_scene)
    assert "Your organisation has switched off" in program_scene.words(page)
    await program_scene.press("Escape", "Escape")
    view = await at_choices(program_scene, tmp_path, "writing")
    assert not view.versions.isEnabled()
    assert not view.versions.isChecked()


# --- discarded for good -----------------------------------------------------------------------------------------------


async def test_discard_for_good_asks_and_forgets_at_once_and_leaves_the_server(program_scene: ProgramScene) -> None:
    name = await written(program_scene)
    await program_scene.press("Ctrl+S")
    await program_scene.until(lambda: len(program_scene.mailbox.items) == 1)
    await do(program_scene, "Discard for good")
    assert program_scene.journal.blanked == [], "it is asked first"
    await program_scene.press("Return")
    await program_scene.until(lambda: program_scene.journal.blanked == [name])
    await program_scene.passes(1)
    assert program_scene.parts.records.get(name) is None
    assert program_scene.mailbox.items == {}
    assert program_scene.journal.kept_versions == {}
    assert program_scene.parts.compose.current() is None
    await program_scene.settle()
    assert program_scene.rows == []
    assert "Discarded for good" in program_scene.status_bar
    await program_scene.press("Ctrl+2", "Z")
    assert program_scene.parts.compose.current() is None


async def test_what_was_changed_elsewhere_is_kept_in_deleted_items_and_said(program_scene: ProgramScene) -> None:
    await written(program_scene)
    await program_scene.press("Ctrl+S")
    await program_scene.until(lambda: len(program_scene.mailbox.items) == 1)
    (stored,) = program_scene.mailbox.items.values()
    program_scene.mailbox.edit_elsewhere(stored.item_id, msgspec.structs.replace(stored.content, body="Elsewhere"))
    await do(program_scene, "Discard for good")
    await program_scene.press("Return")
    await program_scene.until(lambda: bool(program_scene.journal.blanked))
    await program_scene.passes(1)
    assert "is in Deleted Items" in program_scene.status_bar
    assert [one.folder for one in program_scene.mailbox.items.values()] == [Folder.DELETED]


async def test_escape_discards_nothing(program_scene: ProgramScene) -> None:
    name = await written(program_scene)
    await do(program_scene, "Discard for good")
    await program_scene.press("Escape")
    assert program_scene.parts.records.get(name) is not None
    assert program_scene.message.isAncestorOf(program_scene.focus)
