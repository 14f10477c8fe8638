"""People in the fields of a message: what their chips say, names checked, groups opened, chips moved by key."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QMenu

from app.domain.errors import Trouble, TroubleKind
from app.domain.message import Content, Field
from app.domain.people import PERSONAL_LIST, MailTips
from app.domain.recipient import Recipient
from app.services.people.directory import PAUSE
from app.ui.recipients.canvas import tooltip
from app.ui.recipients.field import ChipCard, RecipientsField
from app.ui.recipients.suggestions import SuggestionsPopup
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, BEN, MESSAGE
from tests.program_scene import ProgramScene

LENA, BOARD = Recipient("lena@example.org", "Lena"), Recipient("board@example.org", "Board")
DORA, ELSA = Recipient("dora@example.org", "Dora"), Recipient("elsa@example.net", "Elsa")
SKITTLES = Recipient("AAMkL", "Skittles", PERSONAL_LIST)


def field(scene: ProgramScene, which: Field = Field.TO) -> RecipientsField:
    return scene.message.recipients[which]


def to(scene: ProgramScene, which: Field = Field.TO) -> list[str]:
    return [one.address for one in field(scene, which).recipients()]


async def writing(scene: ProgramScene, content: Content) -> None:
    await scene.parts.compose.begin_now(content)
    await scene.settle()
    scene.message.focus_field(Field.TO)


def notes(scene: ProgramScene, which: Field = Field.TO) -> list[str]:
    field(scene, which).finish_placing()
    return ["" if chip.note is None else chip.note.word for chip in field(scene, which).chips.items]


# --- what chips say --------------------------------------------------------------------------------------------------


async def test_tips_are_asked_once_for_all_fields_and_shown_on_the_chips(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.tips = {
        LENA.address: MailTips(LENA.address, out_of_office="Back on Monday."),
        BOARD.address: MailTips(BOARD.address, members=12, external_members=0),
    }
    await writing(scene, Content(to=(LENA, BEN), cc=(BOARD,), bcc=(ELSA,)))
    assert (notes(scene), notes(scene, Field.CC), notes(scene, Field.BCC)) == (["Away", ""], ["12"], ["External"])
    assert len(scene.mailbox.calls_of("mail_tips")) == 1
    lena = field(scene).chips.items[0]
    assert "Automatic reply: Back on Monday." in tooltip(lena)
    await scene.press("Home")
    heard = "Lena <lena@example.org>, 1 of 2. Automatic reply: Back on Monday."
    assert field(scene).words.accessibleName() == heard


async def test_a_chip_that_is_added_gets_its_note_and_typing_does_not_wait_for_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.tips[LENA.address] = MailTips(LENA.address, mailbox_full=True)
    await writing(scene, Content(subject="x"))
    gate = scene.mailbox.hold("mail_tips")
    await scene.type("lena@example.org,dora@example.org,el")
    assert (to(scene), notes(scene)) == (["lena@example.org", "dora@example.org"], ["", ""])
    gate.open.set()
    await scene.settle()
    assert notes(scene) == ["Full", ""]
    assert field(scene).words.text() == "el"


async def test_who_stands_on_a_chip_hears_and_reads_what_becomes_known_of_it(program_scene: ProgramScene) -> None:
    """However long the server takes: not only who comes to the chip after its answer."""
    scene = program_scene
    scene.mailbox.tips[BOARD.address] = MailTips(BOARD.address, members=12)
    await writing(scene, Content(subject="x"))
    gate = scene.mailbox.hold("mail_tips")
    await scene.type(f"{BOARD.address},")
    await scene.press("Home", "Alt+Return")
    card = scene.window.findChild(ChipCard)
    assert card is not None
    assert "Nothing more is known." in scene.words(card)
    assert field(scene).words.accessibleName() == f"{BOARD.address}, 1 of 1"
    gate.open.set()
    await scene.settle()
    assert field(scene).words.accessibleName() == f"{BOARD.address}, 1 of 1. A group of 12 members."
    assert "A group of 12 members." in scene.words(card)
    assert card.isVisible()


async def test_a_server_that_knows_no_tips_is_asked_no_more_and_nothing_is_said(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.fail("mail_tips", Trouble(TroubleKind.SERVER))
    await writing(scene, Content(to=(LENA, ELSA)))
    assert notes(scene) == ["", "External"]
    await scene.type("dora@example.org,")
    assert len(scene.mailbox.calls_of("mail_tips")) == 1
    assert not scene.window.account_bar.isVisible()
    assert not scene.message.bar.isVisible()


async def test_what_is_wrong_comes_before_what_is_known(program_scene: ProgramScene) -> None:
    await writing(program_scene, Content(to=(Recipient("nobody"),)))
    chip = field(program_scene).chips.items[0]
    field(program_scene).finish_placing()
    assert chip.told() == ("“nobody” is not a complete address.",)


async def test_alt_enter_shows_an_absence_note_in_full_and_escape_takes_only_that_away(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    scene.mailbox.tips[LENA.address] = MailTips(LENA.address, out_of_office="<p>Back on <i>Monday</i>.</p>")
    await writing(scene, Content(to=(LENA,)))
    await scene.until(lambda: notes(scene) == ["Away"])
    await scene.press("Left", "Alt+Return")
    card = scene.window.findChild(ChipCard)
    assert card is not None
    assert card.isVisible()
    assert "Back on Monday." in scene.words(card)
    await scene.press("Escape")
    assert card.isHidden()
    assert field(scene).chips.selected == {0}
    await scene.press("Alt+Enter", "Right")
    assert card.isHidden()


async def test_tips_are_those_for_whoever_sends(program_scene: ProgramScene) -> None:
    scene = program_scene
    await writing(scene, Content(to=(LENA,), sender=Recipient("sales@example.org")))
    assert [call.asked[1] for call in scene.mailbox.calls_of("mail_tips")][-1] == "sales@example.org"


# --- names -----------------------------------------------------------------------------------------------------------


async def test_ctrl_k_puts_the_one_who_is_meant_in_place_of_a_name_in_all_fields(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.people = [LENA, DORA]
    await writing(scene, Content(to=(Recipient("lena"), BEN), cc=(Recipient("Dora"),)))
    await scene.press("Ctrl+K")
    assert field(scene).recipients() == (LENA, BEN)
    assert field(scene, Field.CC).recipients() == (DORA,)
    assert (await scene.content(scene.message.session.local_id)).to == (LENA, BEN)


async def test_ctrl_k_finishes_what_is_half_typed_first(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.people = [LENA]
    await writing(scene, Content())
    await scene.type("len")
    await scene.press("Ctrl+K")
    assert field(scene).recipients() == (LENA,)


async def test_of_several_the_person_chooses_on_the_chip(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.people = [DORA, Recipient("dorothea@example.org", "Dorothea")]
    await writing(scene, Content(to=(Recipient("dor"), Recipient("nobody"), BEN)))
    await scene.press("Ctrl+K")
    sheet = scene.window.findChild(SuggestionsPopup)
    assert sheet is not None
    assert sheet.isVisible()
    assert [chip.sentence() for chip in field(scene).chips.items] == [
        "“dor” can be several people: choose one.",
        "“nobody” was not found in the directory.",
        "",
    ]
    offered = field(scene).words.accessibleDescription()
    assert offered.startswith("Dora")
    field(scene).refresh_notes()
    assert field(scene).words.accessibleDescription() == offered, "a tip that comes talks over nothing that is offered"
    await scene.press("Down", "Return")
    assert to(scene) == ["dorothea@example.org", "nobody", "ben@example.org"]
    assert not sheet.isVisible()
    await scene.press("Ctrl+Z")
    assert to(scene)[0] == "dor"


async def test_escape_leaves_the_choice_open_and_ctrl_k_offers_it_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.people = [DORA, Recipient("dorothea@example.org", "Dorothea")]
    await writing(scene, Content(to=(Recipient("dor"),)))
    await scene.press("Ctrl+K", "Escape")
    assert (to(scene), scene.field()) == (["dor"], Field.TO)
    await scene.press("Ctrl+K", "Return")
    assert to(scene) == ["dora@example.org"]
    assert len(scene.mailbox.calls_of("resolve_names")) == 1


async def test_without_an_answer_from_the_directory_this_machine_is_asked(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.parts.address_book.add_sent(ANNA, [DORA], scene.clock.now())
    await writing(scene, Content(to=(Recipient("dor"),)))
    await scene.press("Ctrl+K", "Return")
    assert to(scene) == ["dora@example.org"]


async def test_a_directory_that_cannot_be_reached_is_told_of_because_it_was_asked(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.fail("resolve_names", Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False))
    await writing(scene, Content(to=(Recipient("dor"),)))
    await scene.press("Ctrl+K")
    assert to(scene) == ["dor"]
    assert scene.status_bar
    await scene.press("Ctrl+K")
    assert len(scene.mailbox.calls_of("resolve_names")) == 2


async def test_with_nothing_to_check_that_is_said(program_scene: ProgramScene) -> None:
    await writing(program_scene, MESSAGE)
    await program_scene.press("Ctrl+K")
    assert program_scene.status_bar == "Every recipient has an address."


async def test_who_went_on_to_the_text_is_not_called_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.people = [DORA, Recipient("dorothea@example.org", "Dorothea")]
    gate = scene.mailbox.hold("resolve_names")
    await writing(scene, Content(to=(Recipient("dor"),)))
    await scene.press("Ctrl+K", "Alt+M")
    gate.open.set()
    await scene.settle()
    assert scene.field() is Field.BODY
    sheet = scene.window.findChild(SuggestionsPopup)
    assert sheet is None or not sheet.isVisible()


# --- groups ----------------------------------------------------------------------------------------------------------


async def test_alt_right_puts_members_in_place_of_a_group_and_doubles_nobody(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.tips[BOARD.address] = MailTips(BOARD.address, members=3)
    scene.mailbox.groups[BOARD.address] = [LENA, BEN, DORA]
    await writing(scene, Content(to=(BOARD, BEN)))
    await scene.press("Home", "Alt+Right")
    assert field(scene).recipients() == (LENA, DORA, BEN)
    await scene.press("Ctrl+Z")
    assert field(scene).recipients() == (BOARD, BEN)


async def test_a_group_whose_members_are_not_told_stays_and_that_is_said(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.tips[BOARD.address] = MailTips(BOARD.address, members=3)
    await writing(scene, Content(to=(BOARD,)))
    await scene.press("Home", "Alt+Right")
    assert to(scene) == ["board@example.org"]
    assert scene.status_bar == "The members of “Board” could not be learnt."
    assert field(scene).problems() == []


async def test_a_person_is_not_expanded(program_scene: ProgramScene) -> None:
    await writing(program_scene, MESSAGE)
    await program_scene.press("Home", "Alt+Right")
    assert program_scene.mailbox.calls_of("expand_group") == []
    assert to(program_scene) == ["ben@example.org"]


async def test_a_personal_list_is_opened_when_it_is_chosen(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.people = [SKITTLES]
    scene.mailbox.groups["AAMkL"] = [LENA, DORA]
    await writing(scene, Content())
    gate = scene.mailbox.hold("expand_group")
    await scene.type("sk")
    await scene.passes(PAUSE)
    await scene.press("Down", "Return")
    assert [chip.reading for chip in field(scene).chips.items] == [True]
    assert not any("AAMkL" in one.address for one in field(scene).recipients())
    gate.open.set()
    await scene.settle()
    assert field(scene).recipients() == (LENA, DORA)
    await scene.press("Ctrl+Z")
    assert (to(scene), field(scene).words.text()) == ([], "sk")


async def test_a_personal_list_that_cannot_be_opened_is_a_chip_to_be_mended(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.people = [SKITTLES]
    await writing(scene, Content())
    await scene.type("sk")
    await scene.press("Ctrl+K")
    assert to(scene) == ["sk"]
    assert field(scene).problems() == [0]
    assert scene.status_bar == "The members of “Skittles” could not be learnt."


async def test_a_group_is_known_again_after_it_was_written_to(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.parts.address_book.add_sent(ANNA, [BOARD], scene.clock.now())
    scene.mailbox.tips[BOARD.address] = MailTips(BOARD.address, members=3)
    await writing(scene, Content(to=(BOARD,)))
    await scene.settle()
    assert scene.parts.address_book.search(ANNA, "boa")[0].is_group


# --- moving ----------------------------------------------------------------------------------------------------------


async def test_alt_down_and_alt_up_move_the_selected_between_the_fields(program_scene: ProgramScene) -> None:
    scene = program_scene
    await writing(scene, Content(to=(BEN, LENA, DORA)))
    await scene.press("Left", "Shift+Left", "Alt+Down")
    assert (to(scene), to(scene, Field.CC)) == (["ben@example.org"], ["lena@example.org", "dora@example.org"])
    assert (scene.field(), field(scene, Field.CC).chips.selected) == (Field.CC, {0, 1})
    await scene.press("Alt+Down")
    assert (to(scene, Field.CC), to(scene, Field.BCC)) == ([], ["lena@example.org", "dora@example.org"])
    await scene.press("Alt+Down", "Alt+Up", "Alt+Up")
    assert to(scene) == ["ben@example.org", "lena@example.org", "dora@example.org"]
    kept = await scene.content(scene.message.session.local_id)
    assert (kept.to, kept.cc, kept.bcc) == ((BEN, LENA, DORA), (), ())


async def test_a_crash_amid_a_move_loses_nobody(program_scene: ProgramScene) -> None:
    scene = program_scene
    await writing(scene, Content(to=(BEN, LENA)))
    seen: list[set[str]] = []
    name = scene.message.session.local_id
    drafts = scene.parts.drafts
    edit = drafts.edit

    def watched(*args: object) -> None:
        edit(*args)  # type: ignore[arg-type]  # passed on as they came
        content = scene.journal._kept[name].replica.content()
        seen.append({one.address for one in content.recipients()})

    drafts.edit = watched  # type: ignore[method-assign, assignment]  # looks at the journal after each edit
    await scene.press("Left", "Alt+Down")
    assert seen
    assert all(addresses == {"ben@example.org", "lena@example.org"} for addresses in seen)


async def test_the_menu_moves_too(program_scene: ProgramScene) -> None:
    scene = program_scene
    await writing(scene, Content(to=(BEN, LENA)))
    await scene.press("Left")
    menu = field(scene).open_chip_menu()
    assert isinstance(menu, QMenu)
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert list(actions) == ["Edit", "Cut", "Copy", "Paste", "Move to Cc", "Move to Bcc", "Remove"]
    actions["Move to Bcc"].trigger()
    await scene.settle()
    assert to(scene, Field.BCC) == ["lena@example.org"]
    menu.deleteLater()


async def test_keys_that_move_do_nothing_without_a_selection(program_scene: ProgramScene) -> None:
    scene = program_scene
    await writing(scene, Content(to=(BEN,)))
    await scene.type("le")
    await scene.press("Alt+Down", "Alt+Up")
    assert (to(scene), field(scene).words.text()) == (["ben@example.org"], "le")


# --- other scripts, and many -----------------------------------------------------------------------------------------


async def test_addresses_in_other_scripts_are_shown_checked_and_found(program_scene: ProgramScene) -> None:
    scene = program_scene
    ivan = Recipient("иван@почта.рф", "Иван")
    scene.parts.address_book.add_sent(ANNA, [ivan, Recipient("info@bücher.example", "Bücher")], scene.clock.now())
    await writing(scene, Content())
    # QTest presses no keys beyond ASCII; an input method does.
    typed = QInputMethodEvent("", [])
    typed.setCommitString("поч")
    QApplication.sendEvent(scene.focus, typed)
    await scene.settle()
    await scene.press("Return")
    await scene.type("info@bucher")
    await scene.press("Tab", "Shift+Tab")
    assert to(scene) == ["иван@почта.рф", "info@bücher.example"]
    assert field(scene).problems() == []
    await scene.type("info@-bucher.example,")
    assert field(scene).problems() == [2]


async def test_a_paste_of_ten_thousand_asks_for_few_tips_and_places_them_in_slices(program_scene: ProgramScene) -> None:
    scene = program_scene
    await writing(scene, Content())
    QGuiApplication.clipboard().setText("\n".join(f"person{n}@example.net" for n in range(10_000)))
    await scene.press("Ctrl+V")
    await scene.until(lambda: len(field(scene).chips) == 10_000)
    await scene.until(lambda: field(scene)._flow.laid == 10_000)
    await scene.until(lambda: len(scene.mailbox.calls_of("mail_tips")) == 2)
    await scene.settle()
    asked = [call.asked[0] for call in scene.mailbox.calls_of("mail_tips")]
    assert [len(one) for one in asked if isinstance(one, tuple)] == [100, 100]
    assert QApplication.focusWidget() is field(scene).words


async def test_a_refused_check_is_told_in_the_servers_words(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.refuse("resolve_names", 0, words("ErrorInvalidNameForNameResolution"))
    await writing(scene, Content(to=(Recipient("dor"),)))
    await scene.press("Ctrl+K")
    assert to(scene) == ["dor"]
    assert field(scene).words.isVisible()


async def test_a_domain_in_punycode_is_shown_as_it_is_read_and_in_full_in_the_tip(program_scene: ProgramScene) -> None:
    await writing(program_scene, Content(to=(Recipient("info@xn--bcher-kva.example"),)))
    (chip,) = field(program_scene).chips.items
    assert chip.shown() == "info@bücher.example"
    assert "xn--bcher-kva" in tooltip(chip)
    assert to(program_scene) == ["info@xn--bcher-kva.example"]


async def test_reply_to_offers_and_checks_people_like_the_other_fields(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.parts.address_book.add_sent(ANNA, [DORA], scene.clock.now())
    scene.mailbox.people = [LENA]
    await writing(scene, MESSAGE)
    scene.message.options.open_option("reply_to")
    await scene.settle()
    panel = scene.message.options.panel
    assert panel is not None
    panel.reply_to.focus_input()
    await scene.type("do")
    await scene.press("Return")
    await scene.type("len,")
    await scene.press("Ctrl+K")
    await scene.press("Left", "Alt+Down", "Alt+Up")
    assert panel.reply_to.recipients() == (DORA, LENA)
    assert (await scene.content(scene.message.session.local_id)).options.reply_to == (DORA, LENA)


async def test_a_key_that_the_person_chose_counts_in_the_fields_at_once(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    scene = program_scene
    await scene.parts.keymap.load(tmp_path)
    await writing(scene, Content(to=(BEN,)))
    assert scene.parts.keymap.set_keys("recipients.next_field", ("Ctrl+Shift+F12",)) == ""
    scene.message.focus_field(Field.TO)
    await scene.press("Left", "Alt+Down")
    assert to(scene) == ["ben@example.org"]
    await scene.press("Ctrl+Shift+F12")
    assert (to(scene), to(scene, Field.CC)) == ([], ["ben@example.org"])


async def test_a_chip_says_for_whom_the_message_has_grown_too_large(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    scene = program_scene
    scene.mailbox.tips[LENA.address] = MailTips(LENA.address, max_message_size=100_000)
    await writing(scene, Content(to=(LENA, BEN), subject="x"))
    assert notes(scene) == ["", ""]
    large = tmp_path / "large.bin"
    large.write_bytes(b"x" * 90_000)
    scene.message.session.files.add([str(large)])
    await scene.until(lambda: notes(scene) == ["Too large", ""])


async def test_the_palette_offers_what_can_be_done_with_the_selected_recipients(program_scene: ProgramScene) -> None:
    scene = program_scene
    await writing(scene, Content(to=(BEN, LENA)))
    await scene.press("Left", "Ctrl+Shift+P")
    await scene.type("next field")
    await scene.press("Return")
    assert (to(scene), to(scene, Field.CC)) == (["ben@example.org"], ["lena@example.org"])
    scene.mailbox.people = [DORA]
    scene.message.focus_field(Field.TO)
    await scene.type("dor,")
    await scene.press("Ctrl+Shift+P")
    await scene.type("check names")
    await scene.press("Return")
    assert to(scene) == ["ben@example.org", "dora@example.org"]


# --- whose address is seen -------------------------------------------------------------------------------------------


def beside(scene: ProgramScene) -> list[str]:
    field(scene).finish_placing()
    return [chip.shown_beside() for chip in field(scene).chips.items]


async def test_a_chip_shows_the_address_of_all_but_those_known_in_ones_own_organisation(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    scene.parts.address_book.add_sent(ANNA, [DORA, ELSA, BOARD], scene.clock.now())
    scene.mailbox.tips = {BOARD.address: MailTips(BOARD.address, invalid=True)}
    await writing(scene, Content(to=(DORA, ELSA, LENA, BOARD)))
    assert beside(scene) == ["", ELSA.address, LENA.address, BOARD.address]


async def test_whom_the_directory_named_is_known(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.people = [LENA]
    await writing(scene, Content(to=(Recipient("len"),)))
    await scene.press("Ctrl+K")
    assert (to(scene), beside(scene)) == ([LENA.address], [""])


async def test_at_a_provider_everybody_is_a_stranger(program_scene: ProgramScene) -> None:
    scene = program_scene
    people, ben = scene.parts.people, Recipient("ben@gmail.com", "Ben")
    scene.parts.address_book.add_sent(ANNA, [ben, BEN], scene.clock.now())
    assert people.is_familiar(ANNA, BEN)
    people.own_domains = lambda: frozenset({"gmail.com"})  # type: ignore[method-assign]
    assert not people.is_familiar(ANNA, ben)
