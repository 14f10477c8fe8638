"""Attachments in raw SOAP: files and messages, made, read and removed, each with the message's new ChangeKey."""

import base64

from tests.integration.sandbox import soap
from tests.integration.sandbox.test_a_messages_way import draft
from tests.sandbox_fixture import Reply, RunningSandbox

CONTENT = bytes(range(256)) * 40


def file(name: str = "Plan.pdf", content: bytes = CONTENT, *, content_id: str = "") -> str:
    inline = f"<t:ContentId>{content_id}</t:ContentId><t:IsInline>true</t:IsInline>" if content_id else ""
    return (
        f"<t:FileAttachment><t:Name>{name}</t:Name><t:ContentType>application/pdf</t:ContentType>{inline}"
        f"<t:Content>{base64.b64encode(content).decode()}</t:Content></t:FileAttachment>"
    )


def attach(sandbox: RunningSandbox, item: tuple[str, str], *attachments: str) -> Reply:
    named = f'<m:ParentItemId Id="{item[0]}" ChangeKey="{item[1]}"/>'
    inner = "".join(attachments)
    return sandbox.post(f"<m:CreateAttachment>{named}<m:Attachments>{inner}</m:Attachments></m:CreateAttachment>")


def ids_of(reply: Reply) -> list[str]:
    return [str(one.get("Id")) for one in reply.all(".//t:AttachmentId")]


def by_id(operation: str, *ids: str) -> str:
    inner = "".join(f'<t:AttachmentId Id="{one}"/>' for one in ids)
    return f"<m:{operation}><m:AttachmentIds>{inner}</m:AttachmentIds></m:{operation}>"


def test_a_file_comes_back_byte_for_byte_and_gives_the_message_a_new_change_key(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    made = attach(sandbox, item, file())
    assert made.codes == ["NoError"]
    named = made.all(".//t:AttachmentId")[0]
    assert named.get("RootItemId") == item[0]
    assert named.get("RootItemChangeKey") not in {None, item[1]}
    read = sandbox.post(by_id("GetAttachment", *ids_of(made)))
    assert base64.b64decode(read.text(".//t:Content") or "") == CONTENT
    shown = sandbox.post(soap.get([item]))
    assert shown.text(".//t:HasAttachments") == "true"
    assert shown.ids()[0][1] == named.get("RootItemChangeKey")


def test_the_old_change_key_does_not_send_a_message_that_was_attached_to(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    attach(sandbox, item, file())
    assert sandbox.post(soap.send([item])).codes == ["ErrorStaleObject"]


def test_an_inline_picture_is_no_attachment_to_look_for(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    attach(sandbox, item, file("logo.png", content_id="logo@contoso"))
    shown = sandbox.post(soap.get([item]))
    assert shown.text(".//t:HasAttachments") == "false"
    assert shown.text(".//t:ContentId") == "logo@contoso"
    assert shown.text(".//t:FileAttachment/t:IsInline") == "true"


def test_a_message_within_a_message_can_be_read_with_its_own_attachment(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    inner = soap.message("The old agreement", "See page 3")
    made = attach(sandbox, item, f"<t:ItemAttachment><t:Name>Old</t:Name>{inner}</t:ItemAttachment>")
    assert made.codes == ["NoError"]
    (number,) = ids_of(made)
    deeper = attach(sandbox, (number, ""), file("Page 3.pdf"))
    assert deeper.codes == ["NoError"]
    read = sandbox.post(by_id("GetAttachment", number))
    assert read.text(".//t:ItemAttachment/t:Message/t:Subject") == "The old agreement"
    assert read.text(".//t:Message/t:Attachments/t:FileAttachment/t:Name") == "Page 3.pdf"


def test_an_attachment_that_is_deleted_is_gone_and_tells_the_new_change_key(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    numbers = ids_of(attach(sandbox, item, file("One.pdf"), file("Two.pdf")))
    gone = sandbox.post(by_id("DeleteAttachment", numbers[0]))
    key = gone.all(".//m:RootItemId")[0].get("RootItemChangeKey")
    shown = sandbox.post(soap.get([item]))
    assert [one.text for one in shown.all(".//t:FileAttachment/t:Name")] == ["Two.pdf"]
    assert shown.ids()[0][1] == key
    assert sandbox.post(by_id("GetAttachment", numbers[0])).codes == ["ErrorItemNotFound"]


def test_attachments_go_with_the_message_to_its_recipients(sandbox: RunningSandbox) -> None:
    item = draft(sandbox, "With a file")
    key = str(attach(sandbox, item, file()).all(".//t:AttachmentId")[0].get("RootItemChangeKey"))
    assert sandbox.post(soap.send([(item[0], key)])).codes == ["NoError"]
    wanted = soap.equals(soap.field("item:Subject"), "With a file")
    arrived = sandbox.post(soap.find("inbox", restriction=wanted), "james.okafor").ids()
    shown = sandbox.post(soap.get(arrived), "james.okafor")
    read = sandbox.post(by_id("GetAttachment", *ids_of(shown)), "james.okafor")
    assert base64.b64decode(read.text(".//t:Content") or "") == CONTENT


def test_an_attachment_id_of_something_else_is_refused_for_what_it_is(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    assert sandbox.post(by_id("GetAttachment", item[0])).codes == ["ErrorInvalidAttachmentId"]
    assert sandbox.post(by_id("GetAttachment", "no id at all")).codes == ["ErrorInvalidIdMalformed"]


def test_nobody_reads_the_attachments_of_others(sandbox: RunningSandbox) -> None:
    made = attach(sandbox, draft(sandbox), file())
    assert sandbox.post(by_id("GetAttachment", *ids_of(made)), "priya.natarajan").codes == ["ErrorAccessDenied"]
