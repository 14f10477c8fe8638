"""Two accounts in one window: a section each, lists of all, and messages that change accounts by their From."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder, MailFolder, Place
from app.domain.message import AccountId, Content
from app.domain.recipient import Recipient
from app.domain.record import Record
from app.domain.startup_request import StartupRequest
from app.domain.state import State
from app.services.accounts.signatures import Snippet
from tests.fakes.scene import ACCOUNT, ANNA, BEN, CLARA, OTHER_ACCOUNT
from tests.program_scene import HOLD, ProgramScene

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


@pytest.fixture
async def scene(qtbot: QtBot, qapp: QApplication) -> AsyncIterator[ProgramScene]:
    """Return the program with two accounts."""
    built = await ProgramScene(qtbot, qapp, ACCOUNT, OTHER_ACCOUNT).start()
    yield built
    await built.end()


def put(scene: ProgramScene, account_id: AccountId, subject: str, folder: Folder = Folder.DRAFTS) -> None:
    """Put a message on the server, as another client would."""
    scene.mailbox.put(account_id, Content(to=(BEN,), subject=subject), folder=folder)


def shown(scene: ProgramScene) -> list[str]:
    return sorted(row.subject for row in scene.rows)


def drafts(scene: ProgramScene, account_id: AccountId) -> list[str]:
    return [item.content.subject for item in scene.mailbox.in_folder(account_id, Folder.DRAFTS)]


async def go(scene: ProgramScene, words: str) -> None:
    """Go to a list by typing a part of its name."""
    await scene.press("G, M")
    await scene.type(words)
    await scene.press("Return")


async def test_each_account_has_its_section_and_the_lists_of_all_have_both(scene: ProgramScene) -> None:
    put(scene, ANNA, "Mine")
    put(scene, CLARA, "Hers")
    put(scene, CLARA, "Her sent", Folder.SENT)
    await scene.press("F5")
    assert shown(scene) == ["Hers", "Mine"]
    sidebar = scene.words(scene.window.sidebar)
    assert ACCOUNT.address in sidebar
    assert OTHER_ACCOUNT.address in sidebar
    assert scene.parts.workspace.panel.accessibleName() == "All drafts"
    await go(scene, "drafts clara")
    assert shown(scene) == ["Hers"]
    await go(scene, "sent clara")
    assert shown(scene) == ["Her sent"]
    await go(scene, "drafts anna")
    assert shown(scene) == ["Mine"]
    await scene.press("G, D")
    assert shown(scene) == ["Hers", "Mine"]


async def test_one_account_alone_is_shown_as_before(scene: ProgramScene) -> None:
    await scene.parts.accounts.remove(CLARA)
    await scene.settle()
    assert scene.parts.workspace.panel.accessibleName() == "Drafts"
    assert OTHER_ACCOUNT.address not in scene.words(scene.window.sidebar)
    put(scene, ANNA, "Mine")
    await scene.press("F5")
    assert shown(scene) == ["Mine"]


async def test_a_row_says_in_a_list_of_all_whose_it_is(scene: ProgramScene) -> None:
    put(scene, CLARA, "Hers")
    await scene.press("F5")
    panel = scene.parts.workspace.panel
    face = panel.model.face(0)
    assert face.account is not None
    assert face.account.called == OTHER_ACCOUNT.address
    assert OTHER_ACCOUNT.address in face.spoken()
    await scene.parts.accounts.describe(CLARA, label="Contoso", color="red")
    await scene.settle()
    face = panel.model.face(0)
    assert face.account is not None
    assert (face.account.called, face.account.color) == ("Contoso", "red")
    assert "Contoso" in scene.words(scene.window.sidebar)


async def test_a_new_message_is_from_the_mailbox_on_screen_with_its_signature(scene: ProgramScene) -> None:
    signatures = scene.parts.aids.signatures
    await signatures.keep_snippet(ANNA, Snippet("mine", text="Anna of Example", for_new=True))
    await signatures.keep_snippet(CLARA, Snippet("hers", text="Clara of Contoso", for_new=True))
    await go(scene, "drafts clara")
    await scene.press("C")
    assert scene.record(scene.message.session.local_id).account_id == CLARA
    assert "Clara of Contoso" in scene.message.body.editor.toPlainText()
    await scene.press("Escape", "G, D", "C")
    assert scene.record(scene.message.session.local_id).account_id == ANNA
    assert "Anna of Example" in scene.message.body.editor.toPlainText()
    await scene.press("Alt+F")
    await scene.type("clara")
    await scene.press("Return")
    assert scene.record(scene.message.session.local_id).account_id == CLARA
    assert "Clara of Contoso" in scene.message.body.editor.toPlainText()
    assert "Anna of Example" not in scene.message.body.editor.toPlainText()


async def test_a_reply_goes_out_from_the_account_that_received_the_message(scene: ProgramScene) -> None:
    item = scene.mailbox.put(
        CLARA, Content(sender=BEN, to=(Recipient(OTHER_ACCOUNT.address),), subject="Question"), folder=Folder.INBOX
    )
    item.is_draft = False
    await scene.press("Ctrl+5")
    await scene.type("Question")
    await scene.until(lambda: len(scene.parts.workspace.panel.model.ids) == 1)
    await scene.press("Return")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.record(scene.message.session.local_id).account_id == CLARA


async def test_another_from_takes_the_message_to_the_other_account_and_it_is_sent_there_once(
    scene: ProgramScene,
) -> None:
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Tab")
    await scene.type("Moved")
    await scene.passes(5)
    assert drafts(scene, ANNA) == ["Moved"]
    await scene.press("Alt+F")
    await scene.type("clara")
    await scene.press("Return")
    assert scene.message.from_line.text() == OTHER_ACCOUNT.address
    await scene.type(" away")
    await scene.passes(10)
    assert (drafts(scene, ANNA), drafts(scene, CLARA)) == ([], ["Moved away"])
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 20)
    assert [one.address for one in scene.mailbox.delivered] == ["ben@example.org"]
    sent = scene.mailbox.in_folder(CLARA, Folder.SENT)
    assert [one.content.subject for one in sent] == ["Moved away"]


async def test_sent_right_after_another_from_was_chosen_it_goes_from_there(scene: ProgramScene) -> None:
    name = await scene.saved(Content(to=(BEN,), subject="At once"))
    scene.parts.compose.open_message(name)
    await scene.settle()
    await scene.press("Alt+F")
    await scene.type("clara")
    scene.tap(Qt.Key.Key_Return)
    scene.tap(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await scene.settle()
    await scene.passes(HOLD + 20)
    assert len(scene.mailbox.delivered) == 1
    assert [one.content.subject for one in scene.mailbox.in_folder(CLARA, Folder.SENT)] == ["At once"]
    assert drafts(scene, ANNA) == []


async def asked(scene: ProgramScene, request: StartupRequest) -> Record:
    """Return the record of the message that a later start asked for."""
    known = {one.local_id for one in scene.parts.records.all()}
    await scene.parts.startup_requests.begin(StartupRequest())
    assert scene.parts.startup_requests.take_request(request)

    def fresh() -> list[Record]:
        return [one for one in scene.parts.records.all() if one.local_id not in known]

    await scene.until(lambda: bool(fresh()))
    (record,) = fresh()
    compose = scene.parts.compose
    await scene.until(lambda: (view := compose.current()) is not None and view.session.local_id == record.local_id)
    await scene.until(lambda: scene.window.gate.is_open)
    return record


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
async def test_what_a_mail_link_begins_is_from_the_mailbox_on_screen(scene: ProgramScene) -> None:
    signatures, link = scene.parts.aids.signatures, "mailto:ben@example.org?subject=Linked&from=anna@example.org"
    await signatures.keep_snippet(CLARA, Snippet("hers", text="Clara of Contoso", for_new=True))
    await scene.parts.aids.identities.add(CLARA, "team@example.com")
    await scene.settle()
    await go(scene, "drafts clara")
    record = await asked(scene, StartupRequest(links=(link,)))
    assert record.account_id == CLARA, "the link's own From counts for nothing"
    assert "Clara of Contoso" in (await scene.content(record.local_id)).body
    await scene.press("Escape", "Escape")  # the note on what of the link counts for nothing, then the message
    (place,) = [place for place in scene.parts.workspace.panels if place.startswith("drafts:team")]
    scene.parts.workspace.go(place)
    record = await asked(scene, StartupRequest(links=(link,)))
    assert record.account_id == CLARA
    assert (await scene.content(record.local_id)).sender == Recipient("team@example.com")
    await scene.press("Escape", "Escape", "G, D")
    record = await asked(scene, StartupRequest(links=(link,)))
    assert (record.account_id, (await scene.content(record.local_id)).sender) == (ANNA, None)


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
async def test_a_draft_from_a_file_is_from_the_mailbox_of_ones_own_that_it_names(
    scene: ProgramScene, tmp_path: Path
) -> None:
    await scene.parts.aids.identities.add(CLARA, "team@example.com")
    for number, (address, owner, sender) in enumerate(
        ((OTHER_ACCOUNT.address.upper(), CLARA, None), ("Team@example.com", CLARA, Recipient("team@example.com")))
    ):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["X-Unsent"] = address, BEN.address, "1"
        mail.set_content("From a file")
        file = tmp_path / f"draft{number}.eml"
        file.write_bytes(mail.as_bytes())
        record = await asked(scene, StartupRequest(files=(str(file),)))
        assert (record.account_id, (await scene.content(record.local_id)).sender) == (owner, sender)
        await scene.press("Escape")


async def test_from_offers_first_what_is_used_to_write_to_these_people(scene: ProgramScene) -> None:
    scene.parts.address_book.add_sent(CLARA, [BEN], scene.clock.now())
    await scene.settle()
    await scene.saved(Content(to=(BEN,), subject="To Ben"))
    scene.parts.compose.open_message(next(iter(scene.parts.records.all())).local_id)
    await scene.settle()
    offered = [one.identity.address for one in scene.message.session.sender.choices()]
    assert offered == [OTHER_ACCOUNT.address, ACCOUNT.address]


async def test_the_trouble_of_one_account_names_it_and_leaves_the_other_alone(scene: ProgramScene) -> None:
    put(scene, ANNA, "Mine")
    scene.parts.accounts.report(CLARA, OFFLINE)
    await scene.settle()
    assert scene.window.account_bar.accessibleName().startswith(OTHER_ACCOUNT.address)
    await scene.until(lambda: "Not connected" in scene.words(scene.window.sidebar))
    name = await scene.saved(Content(to=(BEN,), subject="Goes"))
    await scene.parts.outbox.send([name], 0)
    await scene.passes(5)
    assert scene.record(name).state is State.SENT
    scene.parts.accounts.report_well(CLARA)
    await scene.settle()
    assert not scene.window.account_bar.isVisible()


async def test_the_section_of_an_account_whose_password_is_refused_says_what_it_waits_for(scene: ProgramScene) -> None:
    scene.parts.accounts.report(CLARA, Trouble(TroubleKind.SIGN_IN, may_have_been_processed=False))
    await scene.until(lambda: "Waiting for your password" in scene.words(scene.window.sidebar))
    assert "Not connected" not in scene.words(scene.window.sidebar)
    scene.parts.accounts.report_well(CLARA)
    await scene.until(lambda: "Waiting for your password" not in scene.words(scene.window.sidebar))


async def test_what_is_looked_for_is_found_in_all_accounts_or_in_one(scene: ProgramScene) -> None:
    for account_id, subject in ((ANNA, "Budget one"), (CLARA, "Budget two"), (CLARA, "Else")):
        put(scene, account_id, subject)
    await scene.press("F5", "/")
    await scene.type("budget")
    await scene.until(lambda: shown(scene) == ["Budget one", "Budget two"])
    await scene.press("Escape")
    await go(scene, "drafts clara")
    await scene.press("/")
    await scene.type("budget")
    await scene.until(lambda: shown(scene) == ["Budget two"])


async def test_drafts_of_both_accounts_are_sent_by_one_key(scene: ProgramScene) -> None:
    put(scene, ANNA, "Mine")
    put(scene, CLARA, "Hers")
    await scene.press("F5", "Ctrl+A", "Ctrl+Return")
    await scene.press("Return")
    await scene.passes(HOLD + 20)
    assert [one.content.subject for one in scene.mailbox.in_folder(ANNA, Folder.SENT)] == ["Mine"]
    assert [one.content.subject for one in scene.mailbox.in_folder(CLARA, Folder.SENT)] == ["Hers"]


async def test_messages_of_both_go_each_to_the_folder_of_that_name_in_its_own_account(scene: ProgramScene) -> None:
    scene.mailbox.own_folders = {
        ANNA: (MailFolder("anna-only", ("Anna",)), MailFolder("anna-plans", ("Work", "Plans"))),
        CLARA: (MailFolder("clara-plans", ("work", "plans")), MailFolder("clara-only", ("Clara",))),
    }
    put(scene, ANNA, "Mine", Folder.SENT)
    put(scene, CLARA, "Hers", Folder.SENT)

    def in_plans() -> list[list[str]]:
        places = ((ANNA, "anna-plans"), (CLARA, "clara-plans"))
        found = [scene.mailbox.in_place(one, Place(Folder.INBOX, "", folder)) for one, folder in places]
        return [[item.content.subject for item in items] for items in found]

    await scene.press("Ctrl+3", "F5", "Ctrl+A", "V")
    assert "Each message stays in its account" in scene.words(scene.window)
    await scene.press("Return")
    assert in_plans() == [["Mine"], ["Hers"]]
    assert scene.status_bar == "2 moved to Plans"
    await scene.press("Z")
    assert (in_plans(), shown(scene)) == ([[], []], ["Hers", "Mine"])
    await scene.press("Ctrl+A", "Shift+V", "Return")
    assert (in_plans(), shown(scene)) == ([["Mine"], ["Hers"]], ["Hers", "Mine"])
    await scene.press("Z")
    assert in_plans() == [[], []]


async def test_where_accounts_have_no_folder_in_common_or_cannot_be_asked_it_is_said(scene: ProgramScene) -> None:
    scene.mailbox.own_folders = {ANNA: (MailFolder("a", ("Anna",)),), CLARA: (MailFolder("c", ("Clara",)),)}
    put(scene, ANNA, "Mine", Folder.SENT)
    put(scene, CLARA, "Hers", Folder.SENT)
    await scene.press("Ctrl+3", "F5", "Ctrl+A", "V")
    assert "These accounts have no folder of the same name." in scene.words(scene.window)
    await scene.press("Escape")
    scene.mailbox.fail("find_folders", OFFLINE)
    await scene.press("V")
    assert "cannot be asked for its folders now" in scene.words(scene.window)
    await scene.press("Return")
    assert scene.mailbox.calls_of("move") == []


async def test_a_shared_mailbox_stands_in_the_section_of_each_account_that_may_use_it(scene: ProgramScene) -> None:
    for account_id in (ANNA, CLARA):
        await scene.parts.aids.identities.add(account_id, "team@example.org")
    await scene.settle()
    places = [place for place in scene.parts.workspace.panels if place.startswith("drafts:team")]
    assert len(places) == 2
    own = msgspec.structs.replace(Recipient("team@example.org"))
    scene.parts.workspace.go(places[1])
    await scene.press("C")
    record = scene.record(scene.message.session.local_id)
    assert (record.account_id, scene.message.session.content.sender) == (CLARA, own)
