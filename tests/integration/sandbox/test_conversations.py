"""GetConversationItems: which messages it tells, in what order, and what it refuses."""

from __future__ import annotations

import pytest

from tests.integration.sandbox import every_request, soap
from tests.sandbox_fixture import Reply, RunningSandbox

JAMES = "james.okafor@contoso.com"
PATHS = soap.field("item:ConversationId") + soap.field("message:InternetMessageId")


def named(sandbox: RunningSandbox, folder: str, subject: str) -> tuple[tuple[str, str], str, str]:
    """Return a message: its item, its ConversationId and its Message-ID."""
    restriction = soap.equals(soap.field("item:Subject"), subject)
    item = sandbox.post(soap.find(folder, restriction=restriction)).ids()[0]
    shown = sandbox.post(soap.get([item], paths=PATHS))
    return item, shown.ids(".//t:ConversationId")[0][0], str(shown.text(".//t:InternetMessageId"))


def begun(sandbox: RunningSandbox, subject: str = "Where it began") -> tuple[tuple[str, str], str, str]:
    """Send a message to oneself, so that it lies in Sent and in the Inbox, and return that of the Inbox."""
    sandbox.post(soap.create(soap.message(subject, "x", sandbox.first["address"]), disposition="SendAndSaveCopy"))
    return named(sandbox, "inbox", subject)


def answered(sandbox: RunningSandbox, item: tuple[str, str], subject: str) -> None:
    """Answer a message of one's own, so that the answer lies in the Inbox alone."""
    answer = (
        f'<t:ReplyToItem><t:Subject>{subject}</t:Subject><t:ReferenceItemId Id="{item[0]}" ChangeKey="{item[1]}"/>'
        "</t:ReplyToItem>"
    )
    assert sandbox.post(soap.create(answer, disposition="SendOnly")).codes == ["NoError"]


def subjects(reply: Reply) -> list[str]:
    return [str(one.text) for one in reply.all(".//t:ConversationNode/t:Items/*/t:Subject")]


def test_all_copies_of_a_message_are_one_node_and_an_answer_names_it(sandbox: RunningSandbox) -> None:
    item, conversation, message_id = begun(sandbox)
    answered(sandbox, item, "RE: an answer")
    reply = sandbox.post(every_request.conversation_items(conversation))
    assert reply.codes == ["NoError"]
    assert subjects(reply) == ["Where it began", "Where it began", "RE: an answer"]
    nodes = reply.all(".//t:ConversationNode")
    assert len(nodes) == 2
    assert reply.text(".//t:ConversationNode/t:InternetMessageId") == message_id
    assert [one.text for one in reply.all(".//t:ParentInternetMessageId")] == [message_id]
    assert len(reply.ids(".//t:ParentFolderId")) == 3


def test_folders_to_ignore_and_the_most_items_are_kept_to(sandbox: RunningSandbox) -> None:
    item, conversation, _ = begun(sandbox)
    answered(sandbox, item, "RE: an answer")
    ignored = f"<m:FoldersToIgnore>{soap.folder('sentitems')}{soap.folder('junkemail')}</m:FoldersToIgnore>"
    reply = sandbox.post(every_request.conversation_items(conversation, before=ignored))
    assert subjects(reply) == ["Where it began", "RE: an answer"]
    one = every_request.conversation_items(conversation).replace(">50<", ">1<")
    assert subjects(sandbox.post(one)) == ["RE: an answer"]
    none = every_request.conversation_items(conversation).replace(">50<", ">0<")
    assert sandbox.post(none).codes == ["ErrorInvalidPagingMaxRows"]


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        ("TreeOrderAscending", ["root", "RE: first", "RE: below the first", "RE: second"]),
        ("TreeOrderDescending", ["RE: second", "RE: below the first", "RE: first", "root"]),
        ("DateOrderAscending", ["root", "RE: first", "RE: second", "RE: below the first"]),
        ("DateOrderDescending", ["RE: below the first", "RE: second", "RE: first", "root"]),
    ],
)
def test_nodes_come_in_the_order_that_is_asked_for(sandbox: RunningSandbox, order: str, wanted: list[str]) -> None:
    item, conversation, _ = begun(sandbox, "root")
    answered(sandbox, item, "RE: first")
    first, _, _ = named(sandbox, "inbox", "RE: first")
    answered(sandbox, item, "RE: second")
    answered(sandbox, first, "RE: below the first")
    request = every_request.conversation_items(conversation, after=f"<m:SortOrder>{order}</m:SortOrder>")
    assert list(dict.fromkeys(subjects(sandbox.post(request)))) == wanted


def test_a_state_tells_what_came_since(sandbox: RunningSandbox) -> None:
    item, conversation, _ = begun(sandbox)
    state = str(sandbox.post(every_request.conversation_items(conversation)).text(".//t:SyncState"))
    assert subjects(sandbox.post(every_request.conversation_items(conversation, state=state))) == []
    answered(sandbox, item, "RE: since")
    assert subjects(sandbox.post(every_request.conversation_items(conversation, state=state))) == ["RE: since"]


def test_an_archive_that_is_not_there_holds_nothing(sandbox: RunningSandbox) -> None:
    _, conversation, _ = begun(sandbox)
    only = every_request.conversation_items(conversation, after="<m:MailboxScope>ArchiveOnly</m:MailboxScope>")
    assert subjects(sandbox.post(only)) == []


def test_what_names_no_conversation_is_refused(sandbox: RunningSandbox) -> None:
    item, conversation, _ = begun(sandbox)
    refused = {
        "ErrorInvalidIdMalformed": every_request.conversation_items(item[0]),
        "ErrorInvalidIdEmpty": every_request.conversation_items(""),
        "ErrorInvalidSyncStateData": every_request.conversation_items(conversation, state="bm9uZQ=="),
    }
    for code, request in refused.items():
        assert sandbox.post(request).codes == [code]
    assert sandbox.post(every_request.conversation_items(conversation), user=JAMES).codes == ["ErrorAccessDenied"]
    nothing = f"<m:GetConversationItems>{soap.shape()}<m:Conversations/></m:GetConversationItems>"
    reply = sandbox.post(nothing)
    assert (reply.status, reply.codes) == (500, ["ErrorInvalidRequest"])


def test_a_request_out_of_order_is_refused_with_its_place(sandbox: RunningSandbox) -> None:
    _, conversation, _ = begun(sandbox)
    order = "<m:SortOrder>DateOrderAscending</m:SortOrder>"
    reply = sandbox.post(every_request.conversation_items(conversation, before=order), valid=False)
    assert reply.codes == ["ErrorSchemaValidation"]
    unknown = every_request.conversation_items(conversation, after="<m:SortOrder>ByName</m:SortOrder>")
    assert sandbox.post(unknown, valid=False).codes == ["ErrorSchemaValidation"]


def test_a_conversation_is_searched_for_in_a_folder(sandbox: RunningSandbox) -> None:
    item, conversation, _ = begun(sandbox)
    found = soap.find("inbox", restriction=soap.equals(soap.field("item:ConversationId"), conversation))
    assert [one for one, _ in sandbox.post(found).ids()] == [item[0]]
