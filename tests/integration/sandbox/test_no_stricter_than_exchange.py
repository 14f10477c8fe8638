"""What other people's clients ask, and Exchange answers: folders of any version, attachments' names, xsi:type."""

import base64

import pytest

from tests.integration.sandbox import soap
from tests.integration.sandbox.test_a_messages_way import draft
from tests.integration.sandbox.test_attachments import attach, file, ids_of
from tests.sandbox_fixture import RunningSandbox

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
MIME = base64.b64encode(
    b"From: clara.fontaine@contoso.com\r\nTo: james.okafor@contoso.com\r\nSubject: With two\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHi\r\n'
    b'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="Plan.pdf"\r\n\r\none\r\n'
    b'--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="Prices.csv"\r\n\r\ntwo\r\n--b--\r\n'
).decode()


@pytest.mark.parametrize("version", ["Exchange2007", "Exchange2007_SP1", "Exchange2010", "Exchange2010_SP2"])
def test_folders_are_had_by_every_name_in_every_version(sandbox: RunningSandbox, version: str) -> None:
    names = ("inbox", "deleteditems", "drafts", "outbox", "sentitems", "junkemail", "archive")
    ids = "".join(soap.folder(one) for one in (*names, "recoverableitemsroot", "archiveinbox", "archiveroot"))
    shape = "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    reply = sandbox.post(f"<m:GetFolder>{shape}<m:FolderIds>{ids}</m:FolderIds></m:GetFolder>", version=version)
    # Nobody here has an archive mailbox: that is said of the folder, and not of the request.
    assert reply.codes == ["NoError"] * 8 + ["ErrorFolderNotFound"] * 2


def test_a_name_that_no_folder_has_is_refused_in_every_version(sandbox: RunningSandbox) -> None:
    ids = soap.folder("attic")
    shape = "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    request = f"<m:GetFolder>{shape}<m:FolderIds>{ids}</m:FolderIds></m:GetFolder>"
    for version in ("Exchange2007_SP1", "Exchange2016"):
        assert sandbox.post(request, version=version, valid=False).codes == ["ErrorSchemaValidation"]


def test_a_message_made_from_mime_answers_with_its_attachments(sandbox: RunningSandbox) -> None:
    made = sandbox.post(soap.create(f"<t:Message><t:MimeContent>{MIME}</t:MimeContent></t:Message>"))
    assert made.codes == ["NoError"]
    names = [one.text for one in made.all(".//t:Attachments/t:FileAttachment/t:Name")]
    assert names == ["Plan.pdf", "Prices.csv"]
    wanted = "".join(f'<t:AttachmentId Id="{one}"/>' for one in ids_of(made))
    got = sandbox.post(f"<m:GetAttachment><m:AttachmentIds>{wanted}</m:AttachmentIds></m:GetAttachment>")
    assert [base64.b64decode(one.text or "").strip() for one in got.all(".//t:Content")] == [b"one", b"two"]


def test_an_id_may_name_its_type(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    made = attach(sandbox, item, file())
    (named,) = made.all(".//t:AttachmentId")
    root = f'RootItemId="{named.get("RootItemId")}" RootItemChangeKey="{named.get("RootItemChangeKey")}"'
    short = f'<t:AttachmentId {XSI} xsi:type="t:AttachmentIdType" Id="{named.get("Id")}"/>'
    whole = short.replace("/>", f" {root}/>")
    for operation in ("GetAttachment", "DeleteAttachment"):
        request = f"<m:{operation}><m:AttachmentIds>{whole}</m:AttachmentIds></m:{operation}>"
        untyped = request.replace(' xsi:type="t:AttachmentIdType"', "")
        assert sandbox.post(untyped, valid=False).codes == ["ErrorSchemaValidation"]
        if operation == "GetAttachment":
            assert sandbox.post(request.replace(whole, short)).codes == ["NoError"]
        assert sandbox.post(request).codes == ["NoError"]


def test_ids_of_items_and_folders_may_name_their_types(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    request = soap.get([item]).replace("<t:ItemId ", f'<t:ItemId {XSI} xsi:type="t:ItemIdType" ')
    assert sandbox.post(request).codes == ["NoError"]
    typed = f'<t:DistinguishedFolderId {XSI} xsi:type="t:DistinguishedFolderIdType" '
    assert sandbox.post(soap.find().replace("<t:DistinguishedFolderId ", typed)).codes == ["NoError"]
    folder = sandbox.post(
        "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
        f"<m:FolderIds>{soap.folder('drafts')}</m:FolderIds></m:GetFolder>"
    ).ids(".//t:FolderId")[0]
    named = f'<t:FolderId {XSI} xsi:type="t:FolderIdType" Id="{folder[0]}" ChangeKey="{folder[1]}"/>'
    assert sandbox.post(soap.find().replace(soap.folder("drafts"), named)).codes == ["NoError"]
    parent = f'<m:ParentItemId {XSI} xsi:type="t:ItemIdType" Id="{item[0]}" ChangeKey="{item[1]}"/>'
    made = f"<m:CreateAttachment>{parent}<m:Attachments>{file()}</m:Attachments></m:CreateAttachment>"
    assert sandbox.post(made).codes == ["NoError"]
