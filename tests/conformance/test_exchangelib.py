"""An independent client, exchangelib, does with the sandbox what it does with Exchange.

Its requests go over a real connection.
"""

from typing import Any

import pytest

exchangelib = pytest.importorskip("exchangelib")


def message(account: Any, subject: str, **more: Any) -> Any:
    fields = {
        "account": account,
        "folder": account.drafts,
        "subject": subject,
        "body": exchangelib.HTMLBody("<p>Grüße aus <b>Berlin</b></p>"),
        "to_recipients": ["james.okafor@contoso.com"],
        **more,
    }
    return exchangelib.Message(**fields)


def test_the_folders_can_be_walked_and_counted(account: Any) -> None:
    assert account.drafts.name == "Drafts"
    assert account.sent.total_count == 16
    assert {"Inbox", "Drafts", "Sent Items"} <= {folder.name for folder in account.msg_folder_root.children}
    assert account.root.tree().startswith("root")
    assert (account.msg_folder_root / "Inbox").unread_count == 1


def test_a_draft_is_saved_changed_and_found_with_all_its_fields(account: Any) -> None:
    item = message(account, "Angebot", importance="High", categories=["Blue", "Green"], cc_recipients=["a@b.example"])
    item.save()
    again = account.drafts.get(subject="Angebot")
    assert (again.importance, again.categories, again.body) == ("High", ["Blue", "Green"], item.body)
    assert again.message_id.startswith("<")
    assert again.author is None
    again.subject = "Neues Angebot"
    again.save(update_fields=["subject"])
    assert account.drafts.get(subject="Neues Angebot").changekey == again.changekey
    again.delete()
    assert not account.drafts.filter(subject="Neues Angebot").exists()


def test_a_message_is_sent_filed_and_arrives(account: Any) -> None:
    item = message(account, "Sent by a library", folder=account.sent)
    item.send_and_save()
    copy = account.sent.get(subject="Sent by a library")
    assert copy.is_draft is False
    assert copy.sender.email_address == "clara.fontaine@contoso.com"
    draft = message(account, "Sent from drafts")
    draft.save()
    draft.send(save_copy=True)
    assert account.sent.filter(subject="Sent from drafts").count() == 1
    assert account.drafts.filter(subject="Sent from drafts").count() == 0


def test_attachments_go_up_and_come_down(account: Any) -> None:
    item = message(account, "With files")
    item.attach(exchangelib.FileAttachment(name="a.bin", content=b"\x00\x01" * 500))
    item.save()
    item.attach(exchangelib.FileAttachment(name="b.txt", content=b"two", is_inline=True, content_id="b"))
    inner = exchangelib.Message(account=account, subject="Inner", body="within", folder=account.drafts)
    item.attach(exchangelib.ItemAttachment(name="inner", item=inner))
    again = account.drafts.get(subject="With files")
    names = {one.name: one for one in again.attachments}
    assert names["a.bin"].content == b"\x00\x01" * 500
    assert names["b.txt"].content_id == "b"
    assert names["inner"].item.subject == "Inner"
    again.detach(names["a.bin"])
    assert {one.name for one in account.drafts.get(subject="With files").attachments} == {"b.txt", "inner"}


def test_extended_properties_are_kept_and_searched(account: Any) -> None:
    class Marker(exchangelib.ExtendedProperty):  # type: ignore[name-defined, misc]  # the library has no types
        property_set_id = "a8f1d1c6-5a44-4f1e-9d05-6f7b2a2d9a10"
        property_name = "MailwrightId"
        property_type = "String"

    exchangelib.Message.register("marker", Marker)
    try:
        message(account, "Marked", marker="one").save()
        message(account, "Marked too", marker="two").save()
        found = list(account.drafts.filter(marker="two"))
        assert [one.subject for one in found] == ["Marked too"]
        assert found[0].marker == "two"
        assert account.drafts.filter(marker__exists=True).count() == 2
        assert [one.subject for one in account.drafts.filter(marker__contains="on").only("subject")] == ["Marked"]
    finally:
        exchangelib.Message.deregister("marker")


def test_searches_sorts_and_pages_agree(account: Any) -> None:
    for number in range(25):
        message(account, f"Row {number:02}", importance="High" if number % 2 else "Low").save()
    rows = account.drafts.filter(subject__startswith="Row").order_by("subject")
    rows.page_size = 7
    assert [one.subject for one in rows] == [f"Row {number:02}" for number in range(25)]
    assert account.drafts.filter(subject__startswith="Row", importance="High").count() == 12
    newest = account.drafts.filter(subject__startswith="Row").order_by("-subject").only("subject")[:3]
    assert [one.subject for one in newest] == ["Row 24", "Row 23", "Row 22"]
    either = account.drafts.filter(exchangelib.Q(subject="Row 03") | exchangelib.Q(subject="Row 05"))
    assert either.count() == 2
    assert account.drafts.filter("Row 07").count() >= 1


def test_messages_are_moved_copied_and_synchronised(account: Any) -> None:
    folder = exchangelib.Folder(parent=account.inbox, name="Fabrikam 2026")
    folder.save()
    assert account.inbox / "Fabrikam 2026" == folder
    item = message(account, "To be moved")
    item.save()
    item.copy(to_folder=folder)
    item.move(to_folder=folder)
    changes = list(folder.sync_items())
    assert [kind for kind, _ in changes] == ["create", "create"]
    assert folder.item_sync_state
    first = folder.all().order_by("subject")[0]
    first.is_read = not first.is_read
    first.save(update_fields=["is_read"])
    assert [kind for kind, _ in folder.sync_items()] == ["read_flag_change"]
    first.delete()
    assert [kind for kind, _ in folder.sync_items()] == ["delete"]
    folder.wipe()
    folder.delete()
    assert not [one for one in account.inbox.children if one.name == "Fabrikam 2026"]


def test_names_are_resolved_and_lists_expanded(account: Any) -> None:
    resolved = account.protocol.resolve_names(["sofia"], return_full_contact_data=True)
    assert [(mailbox.email_address, contact.job_title) for mailbox, contact in resolved] == [
        ("sofia.lindqvist@contoso.com", "Finance Director")
    ]
    (nobody,) = account.protocol.resolve_names(["nobody by this name"])
    assert isinstance(nobody, exchangelib.errors.ErrorNameResolutionNoResults)
    members = account.protocol.expand_dl("everyone@contoso.com")
    assert len(members) == 6


def test_mime_goes_in_and_comes_out(account: Any) -> None:
    raw = (
        b"From: Clara <clara.fontaine@contoso.com>\r\nTo: James <james.okafor@contoso.com>\r\n"
        b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <own-1@contoso.com>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n"
    )
    item = exchangelib.Message(account=account, folder=account.drafts, mime_content=raw)
    item.save()
    again = account.drafts.get(message_id="<own-1@contoso.com>")
    assert (again.subject, again.text_body.strip()) == ("Grüße", "Grüße")
    assert again.mime_content == raw


def test_a_reply_keeps_the_conversation(account: Any) -> None:
    sent = account.inbox.get(subject="Moving the kick-off to Tuesday")
    sent.reply(subject="RE: Moving the kick-off to Tuesday", body="Fine.", to_recipients=["james.okafor@contoso.com"])
    answer = account.sent.filter(subject="RE: Moving the kick-off to Tuesday").order_by("-datetime_sent")[0]
    assert answer.in_reply_to == sent.message_id
    assert answer.conversation_topic == sent.conversation_topic
    assert answer.conversation_id == sent.conversation_id
