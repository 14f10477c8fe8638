"""Requests as other mail programs make them: Thunderbird, DavMail and Evolution, each in its own way and version."""

import base64

import pytest

from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

CLARA, JAMES, SOFIA = (f"{one}@contoso.com" for one in ("clara.fontaine", "james.okafor", "sofia.lindqvist"))
MIME = base64.b64encode(
    b"From: Clara <clara.fontaine@contoso.com>\r\nTo: james.okafor@contoso.com\r\nSubject: From elsewhere\r\n"
    b"Message-ID: <tb-1@contoso.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHi\r\n"
).decode()


def tag(number: str, kind: str) -> str:
    return f'<t:ExtendedFieldURI PropertyTag="{number}" PropertyType="{kind}"/>'


def fields(*uris: str) -> str:
    return "".join(soap.field(one) for one in uris)


def test_thunderbird_finds_the_folders_it_knows_by_name(sandbox: RunningSandbox) -> None:
    names = ("msgfolderroot", "inbox", "deleteditems", "drafts", "outbox", "sentitems", "junkemail", "archive")
    shape = "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    ids = "".join(soap.folder(one) for one in names)
    reply = sandbox.post(f"<m:GetFolder>{shape}<m:FolderIds>{ids}</m:FolderIds></m:GetFolder>")
    assert reply.codes == ["NoError"] * len(names)
    wanted = fields("folder:DisplayName", "folder:FolderClass", "folder:ParentFolderId", "folder:ChildFolderCount")
    shape = (
        "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>"
        f"<t:AdditionalProperties>{wanted}</t:AdditionalProperties></m:FolderShape>"
    )
    top = f"<m:SyncFolderId>{soap.folder('msgfolderroot')}</m:SyncFolderId>"
    changes = sandbox.post(f"<m:SyncFolderHierarchy>{shape}{top}</m:SyncFolderHierarchy>").all(".//t:Create/*")
    assert len(changes) >= 8
    assert all(one.find("{*}ParentFolderId") is not None for one in changes)


def test_thunderbird_sends_mime_with_its_blind_copies_beside_it(sandbox: RunningSandbox) -> None:
    message = (
        f"<t:Message><t:MimeContent>{MIME}</t:MimeContent>{soap.people('BccRecipients', SOFIA)}"
        "<t:IsDeliveryReceiptRequested>false</t:IsDeliveryReceiptRequested>"
        "<t:InternetMessageId>&lt;tb-1@contoso.com&gt;</t:InternetMessageId></t:Message>"
    )
    assert sandbox.post(soap.create(message, disposition="SendAndSaveCopy")).codes == ["NoError"]
    went = [(one["recipient"], one["outcome"], one["message_id"]) for one in sandbox.deliveries()]
    assert went == [(JAMES, "delivered", "<tb-1@contoso.com>"), (SOFIA, "delivered", "<tb-1@contoso.com>")]
    copy = soap.find("sentitems", restriction=soap.equals(soap.field("item:Subject"), "From elsewhere"))
    assert len(sandbox.post(copy).ids()) == 1


def test_thunderbird_copies_a_message_that_it_had_received(sandbox: RunningSandbox) -> None:
    flags = f"<t:ExtendedProperty>{tag('0x0E07', 'Integer')}<t:Value>1</t:Value></t:ExtendedProperty>"
    message = f"<t:Message><t:MimeContent>{MIME}</t:MimeContent>{flags}<t:IsRead>true</t:IsRead></t:Message>"
    item = sandbox.post(soap.create(message, folder=soap.folder("inbox"))).ids()
    shown = sandbox.post(soap.get(item, more="<t:IncludeMimeContent>true</t:IncludeMimeContent>"))
    assert (shown.text(".//t:IsDraft"), shown.text(".//t:IsRead")) == ("false", "true")
    assert shown.text(".//t:MimeContent") == MIME


def test_davmail_lists_by_properties_of_mapi(sandbox: RunningSandbox) -> None:
    properties = "".join(
        (
            tag("0x0e23", "Integer"),
            tag("0x0e08", "Integer"),
            (
                '<t:ExtendedFieldURI DistinguishedPropertySetId="InternetHeaders" PropertyName="message-id" '
                'PropertyType="String"/>'
            ),
            tag("0xe07", "Integer"),
            '<t:ExtendedFieldURI DistinguishedPropertySetId="Common" PropertyId="34130" PropertyType="Boolean"/>',
            soap.field("item:Categories"),
        )
    )
    view = '<m:IndexedPageItemView MaxEntriesReturned="500" Offset="0" BasePoint="Beginning"/>'
    order = f'<t:FieldOrder Order="Descending">{tag("0x0e23", "Integer")}</t:FieldOrder>'
    request = soap.find("inbox", mailbox=CLARA, base="IdOnly", paths=properties, view=view, order=order)
    reply = sandbox.post(request, version="Exchange2010_SP1")
    assert reply.codes == ["NoError"]
    assert reply.ids()


@pytest.mark.parametrize("version", ["Exchange2007_SP1", "Exchange2010"])
def test_evolution_reads_and_marks_a_message(sandbox: RunningSandbox, version: str) -> None:
    item = sandbox.post(soap.find("inbox"), version=version).ids()[0]
    wanted = fields(
        "item:ItemClass",
        "item:InternetMessageHeaders",
        "item:ResponseObjects",
        "calendar:UID",
        "meeting:AssociatedCalendarItemId",
    )
    mime = "<t:IncludeMimeContent>true</t:IncludeMimeContent>"
    shown = sandbox.post(soap.get([item], "IdOnly", wanted + tag("0x0C06", "Boolean"), mime), version=version)
    assert base64.b64decode(shown.text(".//t:MimeContent") or "").startswith(b"From: ")
    icon = f"<t:ExtendedProperty>{tag('0x1080', 'Integer')}<t:Value>261</t:Value></t:ExtendedProperty>"
    change = soap.update(
        item,
        soap.set_field("message:IsRead", "<t:IsRead>true</t:IsRead>"),
        f"<t:SetItemField>{tag('0x1080', 'Integer')}<t:Message>{icon}</t:Message></t:SetItemField>",
        resolution="AlwaysOverwrite",
    )
    assert sandbox.post(change, version=version).codes == ["NoError"]
    again = sandbox.post(soap.get([item], "IdOnly", soap.field("message:IsRead") + tag("0x1080", "Integer")))
    assert (again.text(".//t:IsRead"), again.text(".//t:Value")) == ("true", "261")


def test_evolution_resolves_an_address_in_the_directory(sandbox: RunningSandbox) -> None:
    request = (
        '<m:ResolveNames ReturnFullContactData="true" SearchScope="ActiveDirectory"><m:ParentFolderIds>'
        f"{soap.folder('contacts')}</m:ParentFolderIds><m:UnresolvedEntry>smtp:{JAMES}</m:UnresolvedEntry>"
        "</m:ResolveNames>"
    )
    reply = sandbox.post(request, version="Exchange2010")
    assert reply.text(".//t:Mailbox/t:EmailAddress") == JAMES
