"""Signatures and mailboxes are made, changed and taken away in the settings by keys alone."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from app.domain.errors import StorageError, Trouble, TroubleKind
from app.domain.recipient import Recipient
from app.services.accounts.identities import Identity
from app.services.accounts.signatures import Snippet, SnippetKind
from app.views.settings.mailboxes_page import MailboxesPage
from app.views.settings.snippets_page import SnippetsPage
from app.views.settings.view import SettingsView
from tests.fakes.scene import ACCOUNT, ANNA
from tests.program_scene import ProgramScene

SALES = "sales@example.org"


def settings(scene: ProgramScene) -> SettingsView:
    return scene.parts.account_controller._settings_page


async def mailboxes(scene: ProgramScene) -> MailboxesPage:
    """Go to the page of mailboxes by the palette."""
    await scene.press("Ctrl+Shift+P")
    await scene.type("mailboxes to send")
    await scene.press("Return")
    page = settings(scene).page
    assert isinstance(page, MailboxesPage)
    return page


async def snippets(scene: ProgramScene) -> SnippetsPage:
    """Go to the page of signatures through the settings, from the account's row."""
    await scene.press("Ctrl+,", "Shift+Tab", "Shift+Tab")
    assert scene.focus.accessibleName() == f"Signatures of {ACCOUNT.address}"
    await scene.press("Return")
    page = settings(scene).page
    assert isinstance(page, SnippetsPage)
    return page


async def tab_to(scene: ProgramScene, name: str) -> None:
    for _ in range(30):
        if scene.focus.accessibleName() == name or (
            isinstance(scene.focus, QPushButton) and scene.focus.text() == name
        ):
            return
        await scene.press("Tab")
    raise AssertionError(f"Tab never came to {name}")


async def test_a_mailbox_is_added_seen_and_removed(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.people = [Recipient(SALES, "Sales")]
    page = await mailboxes(scene)
    await scene.type(SALES)
    await scene.press("Return")
    identities = scene.parts.aids.identities
    assert identities.others(ANNA) == (Identity(SALES, "Sales", files=True, checked=True),)
    assert page.field.line.text() == ""
    assert "Sales · sales@example.org" in scene.words(page)
    assert "Drafts and copies are kept there" in scene.words(page)
    await scene.press("Shift+Tab", "Shift+Tab")
    assert scene.focus.accessibleName() == "Remove Sales"
    await scene.press("Return")
    assert identities.others(ANNA) == ()
    assert scene.focus is page.field.line


async def test_what_cannot_be_a_mailbox_is_said_at_the_field_and_stays_there(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.nobodys.add("nobody@example.org")
    page = await mailboxes(scene)
    for typed, words in (
        ("nobody", "“nobody” is not a complete address."),
        ("nobody@example.org", "The server has no mailbox nobody@example.org."),
    ):
        await scene.press("Ctrl+A")
        await scene.type(typed)
        await scene.press("Return")
        assert page.session.error.startswith(words)
        assert page.field.line.accessibleDescription().startswith(words)
        assert page.field.line.text() == typed
    scene.settings.trouble = StorageError("the disk is full")
    await scene.press("Ctrl+A")
    await scene.type(SALES)
    await scene.press("Return")
    assert page.session.error == "the disk is full"


async def test_a_closed_mailbox_says_where_its_copies_go(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.closed_to_us.add(SALES)
    page = await mailboxes(scene)
    await scene.type(SALES)
    await scene.press("Return")
    assert "copies go to your own Sent Items" in scene.words(page)


async def test_the_server_is_asked_by_key_and_what_it_names_is_there(program_scene: ProgramScene) -> None:
    scene = program_scene
    page = await mailboxes(scene)
    assert "was not asked yet" in page.told.text()
    scene.mailbox.named = [Recipient(SALES, "Sales")]
    await scene.type("half an addr")
    await scene.press("Shift+Tab")
    assert scene.focus.accessibleName() == "Ask the server again which mailboxes you may use"
    await scene.press("Return")
    assert page.told.text().startswith("Your server names 1 mailbox that you may use (asked")
    assert "Named by your server · Drafts and copies are kept there" in scene.words(page)
    assert page.field.line.text() == "half an addr"
    assert scene.focus is page.ask
    await scene.press("Shift+Tab", "Shift+Tab")
    assert scene.focus.accessibleName() == "Look again at Sales"
    await scene.press("Return")
    assert [one.by_server for one in scene.parts.aids.identities.others(ANNA)] == [True]


async def test_where_it_cannot_be_asked_details_say_why_and_no_bar_of_the_account(program_scene: ProgramScene) -> None:
    scene = program_scene
    trouble = Trouble(TroubleKind.SERVER, "mail.example.org answered with HTTP status 404.", http_status=404)
    scene.mailbox.fail("named_mailboxes", trouble)
    page = await mailboxes(scene)
    await scene.press("Shift+Tab", "Return")
    assert page.bar.isVisible()
    assert not page.ask.isVisible()
    assert "Your server could not be asked which mailboxes you may use." in scene.words(page.bar)
    assert scene.parts.accounts.trouble(ANNA) is None
    await scene.press("Tab", "Space")
    assert "mail.example.org answered with HTTP status 404." in scene.words(page.bar)
    await scene.press("Shift+Tab", "Space")
    assert "names no mailbox" in page.told.text()
    assert not page.bar.isVisible()
    assert scene.focus is page.ask


async def test_escape_goes_back_to_the_accounts_and_then_out(program_scene: ProgramScene) -> None:
    scene = program_scene
    await mailboxes(scene)
    await scene.press("Escape")
    assert settings(scene).page is None
    assert settings(scene).isVisible()
    await scene.press("Escape")
    assert not settings(scene).isVisible()
    assert scene.in_list()


async def test_a_signature_is_made_by_keys_and_signs_the_next_message(program_scene: ProgramScene) -> None:
    scene = program_scene
    page = await snippets(scene)
    await scene.press("Return")
    assert page.form.title.text() == "Signature"
    await scene.type("Mine")
    await tab_to(scene, "Text")
    await scene.type("Anna")
    await scene.press("Return")
    await scene.type("Partnerships")
    await scene.press("Ctrl+Return")
    (made,) = scene.parts.aids.signatures.all(ANNA)
    assert (made.name, made.text, made.html) == ("Mine", "Anna\nPartnerships", "")
    assert (made.kind, made.for_new, made.for_replies) == (SnippetKind.SIGNATURE, True, True)
    assert "Signature, in new messages, in answers" in scene.words(page)
    assert scene.focus is page.rows[0].change
    await scene.press("Escape", "Escape", "C")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message.body.toPlainText() == "\n\nAnna\nPartnerships"


async def test_a_template_is_made_changed_and_removed(program_scene: ProgramScene) -> None:
    scene = program_scene
    page = await snippets(scene)
    await tab_to(scene, "Add a template")
    await scene.press("Return")
    await scene.type("Offer")
    await scene.press("Tab")
    await scene.type("Our offer")
    await scene.press("Tab")
    await scene.type("Dear {to.name},")
    await scene.press("Ctrl+Return")
    (made,) = scene.parts.aids.signatures.all(ANNA)
    wanted = Snippet(made.key, SnippetKind.TEMPLATE, "Offer", "Dear {to.name},", subject="Our offer")
    assert made == wanted
    await scene.press("Return")
    assert page.form.name.line.text() == "Offer"
    await scene.press("Escape")
    assert scene.parts.aids.signatures.all(ANNA) == (wanted,)
    await tab_to(scene, "Remove Offer")
    await scene.press("Return")
    assert scene.parts.aids.signatures.all(ANNA) == ()
    assert scene.focus is page.add_signature


async def test_one_without_text_is_not_saved_and_what_the_disk_refuses_stays_in_the_form(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    page = await snippets(scene)
    await scene.press("Return")
    await scene.press("Ctrl+Return")
    assert "Type its text." in scene.words(page.form)
    await tab_to(scene, "Text")
    await scene.type("Anna")
    scene.settings.trouble = StorageError("the disk is full")
    await scene.press("Ctrl+Return")
    assert "the disk is full" in scene.words(page.form)
    assert page.form.text.toPlainText() == "Anna"
    await scene.press("Ctrl+Return")
    (made,) = scene.parts.aids.signatures.all(ANNA)
    assert made.name == "Anna"


async def test_what_was_formatted_stays_formatted_when_it_is_changed(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.parts.aids.signatures.keep_snippet(
        ANNA, Snippet("1", name="Rich", text="Anna", html="<div><b>Anna</b></div>")
    )
    page = await snippets(scene)
    await tab_to(scene, "Change Rich")
    await scene.press("Return")
    await tab_to(scene, "Text")
    await scene.press("Ctrl+End")
    await scene.type("!")
    await scene.press("Ctrl+Return")
    (made,) = scene.parts.aids.signatures.all(ANNA)
    assert made.text == "Anna!"
    assert "<b>Anna!</b>" in made.html
    assert page.session.editing is None


async def test_a_signature_is_formatted_by_the_keys_of_a_message(program_scene: ProgramScene) -> None:
    scene = program_scene
    page = await snippets(scene)
    await scene.press("Return")
    await scene.type("Bold")
    await tab_to(scene, "Text")
    await scene.press("Ctrl+B")
    await scene.type("Anna")
    await scene.press("Ctrl+B")
    await scene.type(" writes ")
    await scene.press("Ctrl+K")
    await scene.type("example.org")
    await scene.press("Return")
    assert scene.focus is page.form.text
    await scene.press("Return", "Ctrl+Shift+8")
    await scene.type("one")
    assert "Ctrl+B" in page.form.tools._buttons["bold"].toolTip()
    await scene.press("Ctrl+Return")
    (kept,) = scene.parts.aids.signatures.all(ANNA)
    assert "<b>Anna</b> writes" in kept.html
    assert '<a href="https://example.org">' in kept.html
    assert "<ul><li>one</li></ul>" in kept.html
