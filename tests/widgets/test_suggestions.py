"""Suggestions by real keys: what is offered while one types, what Enter and Tab take, and what nothing late can do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Content, Field
from app.domain.recipient import Recipient
from app.services.people.address_book import RecipientBackfill
from app.services.people.directory import PAUSE
from app.ui.recipients.suggestions import SuggestionRow, SuggestionsPopup
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import ProgramScene

BENITA = Recipient("benita@example.net", "Benita")
BOARD = Recipient("board@example.org", "Board")


@pytest.fixture
async def scene(program_scene: ProgramScene) -> ProgramScene:
    """Somebody who wrote to Ben often and to Benita once; the directory knows Bernd and a group."""
    scene = program_scene
    for _ in range(3):
        scene.parts.address_book.add_sent(ANNA, [BEN], scene.clock.now())
    scene.parts.address_book.add_sent(ANNA, [BENITA], scene.clock.now())
    scene.mailbox.people = [Recipient("bernd@example.org", "Bernd"), BOARD]
    scene.mailbox.groups["board@example.org"] = [BEN, BENITA]
    await scene.press("C")
    return scene


def popup(scene: ProgramScene) -> SuggestionsPopup | None:
    """Return the sheet that is seen, None for none."""
    found = [one for one in scene.window.findChildren(SuggestionsPopup) if one.isVisible()]
    assert len(found) <= 1
    return found[0] if found else None


def offered(scene: ProgramScene) -> list[str]:
    """Return the rows that are seen, as they are read aloud; the chosen one with a star."""
    sheet = popup(scene)
    rows = [] if sheet is None else [one for one in sheet.findChildren(SuggestionRow) if one.isVisible()]
    return [("*" if row.accessibleDescription() else "") + row.accessibleName() for row in rows]


def to(scene: ProgramScene) -> list[str]:
    return [one.address for one in scene.message.recipients[Field.TO].recipients()]


async def test_two_messages_offer_whom_one_writes_to_most_and_tab_takes_it_and_goes_on(scene: ProgramScene) -> None:
    await scene.type("be")
    assert offered(scene) == ["*Ben, ben@example.org", "Benita, benita@example.net"]
    await scene.press("Tab")
    assert (to(scene), offered(scene), scene.field()) == (["ben@example.org"], [], Field.SUBJECT)
    assert (await scene.content(scene.message.session.local_id)).to == (BEN,)
    assert scene.message.recipients[Field.TO].pending() == ""


@pytest.mark.parametrize("key", ["Return", "Enter"])
async def test_down_and_enter_take_the_next(scene: ProgramScene, key: str) -> None:
    await scene.type("be")
    await scene.press("Down", key)
    assert to(scene) == ["benita@example.net"]


async def test_undo_brings_the_words_back(scene: ProgramScene) -> None:
    await scene.type("be")
    await scene.press("Return", "Ctrl+Z")
    assert (to(scene), scene.message.recipients[Field.TO].words.text()) == ([], "be")


async def test_escape_closes_the_sheet_and_nothing_else(scene: ProgramScene) -> None:
    await scene.type("be")
    await scene.press("Escape")
    assert (offered(scene), scene.field()) == ([], Field.TO)
    assert scene.message.recipients[Field.TO].words.text() == "be"
    await scene.press("Down")
    assert len(offered(scene)) == 2
    await scene.press("Escape", "Escape")
    assert scene.in_list()


async def test_past_the_last_row_enter_takes_the_words_as_they_are(scene: ProgramScene) -> None:
    await scene.type("be")
    await scene.press("Up", "Return")
    assert to(scene) == ["be"]


async def test_a_whole_address_is_taken_as_it_is(scene: ProgramScene) -> None:
    scene.parts.address_book.add_sent(ANNA, [Recipient("ben@example.orgs", "Other")], scene.clock.now())
    await scene.type("ben@example.co")
    await scene.press("Tab")
    assert to(scene) == ["ben@example.co"]


async def test_a_comma_takes_the_words_and_closes_the_sheet(scene: ProgramScene) -> None:
    await scene.type("ben@example.org,")
    assert (to(scene), offered(scene)) == (["ben@example.org"], [])


async def test_the_directory_adds_below_after_a_pause_and_moves_nothing(scene: ProgramScene) -> None:
    await scene.type("be")
    await scene.press("Down")
    assert scene.mailbox.calls_of("resolve_names") == []
    await scene.passes(PAUSE)
    assert offered(scene) == [
        "Ben, ben@example.org",
        "*Benita, benita@example.net",
        "Bernd, bernd@example.org, from the directory",
    ]


async def test_what_the_directory_alone_knows_is_taken_once_it_is_chosen(scene: ProgramScene) -> None:
    await scene.type("bo")
    await scene.passes(PAUSE)
    assert offered(scene) == ["Board, board@example.org, group, from the directory"]
    await scene.press("Down", "Return")
    assert to(scene) == ["board@example.org"]


async def test_an_answer_after_the_choice_changes_nothing(scene: ProgramScene) -> None:
    gate = scene.mailbox.hold("resolve_names")
    await scene.type("be")
    await scene.passes(PAUSE)
    await scene.press("Tab")
    gate.open.set()
    await scene.settle()
    assert (to(scene), offered(scene)) == (["ben@example.org"], [])


async def test_a_dead_server_leaves_typing_as_it_is(scene: ProgramScene) -> None:
    scene.mailbox.fail("resolve_names", Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False))
    await scene.type("be")
    await scene.passes(1)
    assert len(offered(scene)) == 2
    assert not scene.window.account_bar.isVisible()
    await scene.type("nita")
    await scene.press("Tab")
    assert to(scene) == ["benita@example.net"]


async def test_delete_on_a_row_one_went_to_forgets_it(scene: ProgramScene) -> None:
    await scene.type("be")
    await scene.press("Del")
    assert len(offered(scene)) == 2
    await scene.press("Down", "Del")
    assert offered(scene) == ["*Ben, ben@example.org"]
    await scene.press("Escape")
    await scene.type("n")
    assert offered(scene) == ["*Ben, ben@example.org"]
    assert not any("benita" in key for _, key in scene.correspondents.kept)


async def test_leaving_the_field_closes_the_sheet(scene: ProgramScene) -> None:
    await scene.type("be")
    await scene.press("Alt+U")
    assert (offered(scene), to(scene)) == ([], ["be"])


async def test_a_message_that_is_left_takes_its_sheet_with_it(scene: ProgramScene) -> None:
    await scene.type("be")
    await scene.press("Ctrl+2")
    await scene.settle()
    assert popup(scene) is None


async def test_while_an_input_method_composes_no_key_is_for_the_rows(scene: ProgramScene) -> None:
    await scene.type("be")
    words = scene.message.recipients[Field.TO].words
    QApplication.sendEvent(words, QInputMethodEvent("べ", []))
    assert offered(scene) == []
    await scene.press("Return")
    assert to(scene) == []
    commit = QInputMethodEvent("", [])
    commit.setCommitString("n")
    QApplication.sendEvent(words, commit)
    await scene.settle()
    assert offered(scene)[0] == "*Ben, ben@example.org"
    await scene.press("Return")
    assert to(scene) == ["ben@example.org"]


async def test_suggestions_help_to_mend_a_chip_too(scene: ProgramScene) -> None:
    await scene.type("xyz,")
    await scene.press("Left", "F2", "Ctrl+A")
    await scene.type("benit")
    assert offered(scene) == ["*Benita, benita@example.net"]
    await scene.press("Return")
    assert (to(scene), scene.message.recipients[Field.TO].editing) == (["benita@example.net"], -1)
    await scene.press("Ctrl+Z")
    assert (to(scene), scene.message.recipients[Field.TO].words.text()) == ([], "xyz,")


async def test_the_screen_reader_hears_the_row_while_the_focus_stays(scene: ProgramScene) -> None:
    await scene.type("be")
    words = scene.message.recipients[Field.TO].words
    assert scene.focus is words
    assert words.accessibleDescription() == "Ben, ben@example.org, 1 of 2"
    await scene.press("Down")
    assert words.accessibleDescription() == "Benita, benita@example.net, 2 of 2"
    await scene.press("Escape")
    assert words.accessibleDescription() == "0 recipients"


async def test_a_click_takes_a_row_and_a_resting_mouse_takes_none(scene: ProgramScene) -> None:
    await scene.type("be")
    sheet = popup(scene)
    assert sheet is not None
    row = sheet.findChildren(SuggestionRow)[1]
    middle = QPoint(row.width() // 2, row.height() // 2)
    sheet.mouse_rests_at = row.mapToGlobal(middle)
    QTest.mouseMove(row, middle)
    assert offered(scene)[0].startswith("*Ben,")
    QTest.mouseMove(row, middle + QPoint(3, 0))
    assert offered(scene)[1].startswith("*Benita")
    await scene.click(row)
    assert (to(scene), scene.field()) == (["benita@example.net"], Field.TO)


async def test_each_field_offers_and_enter_on_nothing_goes_on_to_the_subject(scene: ProgramScene) -> None:
    await scene.press("Alt+C")
    await scene.type("be")
    await scene.press("Return", "Return")
    assert scene.message.recipients[Field.CC].recipients() == (BEN,)
    assert scene.field() is Field.SUBJECT
    await scene.type("Hello")
    await scene.press("Alt+T", "Return")
    assert scene.field() is Field.BODY


async def test_the_sheet_stays_within_the_window(scene: ProgramScene) -> None:
    scene.window.resize(640, 480)
    await scene.type("Somebody <x@example.org>, " * 3 + "be")
    sheet = popup(scene)
    assert sheet is not None
    assert scene.window.rect().contains(sheet.geometry(), proper=False)
    field = scene.message.recipients[Field.TO]
    line = field.words.mapTo(scene.window, QPoint(0, field.words.height()))
    assert sheet.y() >= line.y()


async def test_words_of_a_message_that_is_opened_again_offer_nothing_by_themselves(scene: ProgramScene) -> None:
    await scene.press("Escape")
    name = await scene.saved(Content(subject="x"))
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.message.recipients[Field.CC].set_recipients((), "be")
    assert offered(scene) == []


async def test_shift_and_tab_leave_the_rows_alone(scene: ProgramScene) -> None:
    await scene.type("be")
    assert QApplication.focusWidget() is not None
    QTest.keyClick(scene.focus, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    await scene.settle()
    assert to(scene) == ["be"]


# --- from Sent -------------------------------------------------------------------------------------------------------

ODILE = Recipient("odile@example.net", "Odile")


def sent_elsewhere(scene: ProgramScene, number: int) -> None:
    """Put a message into Sent that another program sent, a day before the next."""
    (stored,) = scene.on_server(Content(to=(ODILE,), subject=f"From afar {number}"), folder=Folder.SENT)
    stored.sent = scene.clock.now() - 86_400 + number * 100


async def look_at_sent(scene: ProgramScene) -> None:
    await scene.press("Escape")
    scene.parts.lists.sent.reload()
    scene.parts.workspace.go("sent")
    await scene.until(lambda: bool(scene.parts.workspace.panel.model.ids))


async def test_whom_messages_in_sent_went_to_is_offered_though_nobody_read_them(scene: ProgramScene) -> None:
    for number in range(3):
        sent_elsewhere(scene, number)
    await look_at_sent(scene)
    await scene.passes(10)
    assert len(scene.mailbox.calls_of("people_of")) == 1, "many messages in a request"
    await scene.press("C")
    await scene.type("odi")
    assert offered(scene) == ["*Odile, odile@example.net"]
    await scene.passes(200)
    assert len(scene.mailbox.calls_of("people_of")) == 1, "each message is asked about once"
    assert [entry.uses for entry in scene.parts.address_book.search(ANNA, "odile")] == [1], "and none is counted"


async def test_trouble_with_it_is_silence_and_the_next_look_goes_on(scene: ProgramScene) -> None:
    trouble = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
    scene.mailbox.fail("people_of", trouble, times=3)
    sent_elsewhere(scene, 0)
    await look_at_sent(scene)
    for _ in range(5):
        assert not scene.window.account_bar.isVisible()
        scene.parts.lists.sent.reload()
        await scene.passes(10)
    assert [entry.recipient for entry in scene.parts.address_book.search(ANNA, "odile")] == [ODILE]
    assert len(scene.mailbox.calls_of("people_of")) == 4, "three that failed, and one"


async def test_another_run_asks_only_about_what_came_since(scene: ProgramScene) -> None:
    sent_elsewhere(scene, 0)
    await look_at_sent(scene)
    await scene.passes(10)
    fresh = RecipientBackfill(
        scene.mailbox,
        scene.cache,
        scene.parts.address_book,
        scene.settings,
        scene.clock,
        scene.parts.tasks.spawn,
    )
    fresh.messages_came((ANNA, 0.0))
    await scene.passes(10)
    assert len(scene.mailbox.calls_of("people_of")) == 1
    sent_elsewhere(scene, 1)
    scene.parts.lists.sent.reload()
    await scene.passes(10)
    assert [len(call.asked) for call in scene.mailbox.calls_of("people_of")] == [1, 1]


# --- what Tab takes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["example", "bne", "zzz"])
async def test_tab_takes_nobody_whom_the_words_do_not_begin_and_goes_on(scene: ProgramScene, typed: str) -> None:
    await scene.type(typed)
    await scene.press("Tab")
    assert (to(scene), offered(scene), scene.field()) == ([typed], [], Field.SUBJECT)
    assert scene.message.recipients[Field.TO].problems() == [0]


async def test_tab_takes_whom_a_later_word_of_the_name_begins(scene: ProgramScene) -> None:
    okafor = Recipient("j.o@example.net", "James Okafor")
    scene.parts.address_book.add_sent(ANNA, [okafor], scene.clock.now())
    await scene.type("okaf")
    await scene.press("Tab")
    assert (scene.message.recipients[Field.TO].recipients(), scene.field()) == ((okafor,), Field.SUBJECT)


async def test_an_answer_of_the_directory_that_comes_before_tab_or_after_it_takes_no_words(scene: ProgramScene) -> None:
    await scene.type("bo")
    await scene.passes(PAUSE)
    assert offered(scene) == ["Board, board@example.org, group, from the directory"]
    await scene.press("Tab")
    assert (to(scene), scene.field()) == (["bo"], Field.SUBJECT)


async def test_the_whole_way_is_the_same_with_a_sheet_and_without(scene: ProgramScene) -> None:
    for keys in ("be", "ben@example.org", "nobody@example.org"):
        await scene.type(keys)
        await scene.press("Tab")
        await scene.type("Lunch")
        await scene.press("Tab")
        await scene.type("At one?")
        content = await scene.content(scene.message.session.local_id)
        assert (len(content.to), content.subject, content.body) == (1, "Lunch", "At one?")
        await scene.press("Escape", "C")


async def test_tab_in_a_chip_takes_the_row_and_goes_on(scene: ProgramScene) -> None:
    await scene.type("xyz,")
    await scene.press("Left", "F2", "Ctrl+A")
    await scene.type("benit")
    await scene.press("Tab")
    assert (to(scene), scene.field()) == (["benita@example.net"], Field.SUBJECT)
    assert scene.message.recipients[Field.TO].chips.current == -1
