"""A message's whole way in raw SOAP: made, read, changed, found, sent, delivered, deleted."""

from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

JAMES = "james.okafor@contoso.com"


def draft(sandbox: RunningSandbox, subject: str = "Lunch on Friday", *to: str, extended: str = "") -> tuple[str, str]:
    reply = sandbox.post(soap.create(soap.message(subject, "At noon?", *(to or (JAMES,)), extended=extended)))
    assert reply.codes == ["NoError"], reply.content
    return reply.ids()[0]


def found(sandbox: RunningSandbox, where: str, subject: str, user: str | None = None) -> list[tuple[str, str]]:
    wanted = soap.equals(soap.field("item:Subject"), subject)
    return sandbox.post(soap.find(where, restriction=wanted), user).ids()


def test_a_draft_that_is_saved_lies_in_drafts_with_all_that_was_given(sandbox: RunningSandbox) -> None:
    item = draft(sandbox, "Déjeuner vendredi", JAMES, "nobody@example.org")
    reply = sandbox.post(soap.get([item]))
    assert reply.text(".//t:Subject") == "Déjeuner vendredi"
    assert reply.text(".//t:Body") == "At noon?"
    assert reply.text(".//t:IsDraft") == "true"
    names = [one.text for one in reply.all(".//t:ToRecipients/t:Mailbox/t:Name")]
    assert names == ["James Okafor", "nobody@example.org"]
    assert reply.ids() == [item]
    assert found(sandbox, "drafts", "Déjeuner vendredi") == [item]


def test_an_update_changes_the_change_key_and_nothing_that_was_not_named(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    change = soap.set_field("item:Subject", "<t:Subject>Dinner instead</t:Subject>")
    reply = sandbox.post(soap.update(item, change))
    assert reply.codes == ["NoError"]
    (changed,) = reply.ids()
    assert changed[0] == item[0]
    assert changed[1] != item[1]
    shown = sandbox.post(soap.get([changed]))
    assert shown.text(".//t:Subject") == "Dinner instead"
    assert shown.text(".//t:Body") == "At noon?"


def test_an_update_with_a_stale_change_key_is_an_irresolvable_conflict(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    change = soap.set_field("item:Subject", "<t:Subject>Second</t:Subject>")
    sandbox.post(soap.update(item, change))
    assert sandbox.post(soap.update(item, change)).codes == ["ErrorIrresolvableConflict"]
    assert sandbox.post(soap.update(item, change, resolution="AlwaysOverwrite")).codes == ["NoError"]
    assert sandbox.post(soap.update((item[0], ""), change)).codes == ["ErrorChangeKeyRequiredForWriteOperations"]


def test_a_sent_draft_is_delivered_once_filed_once_and_no_longer_a_draft(sandbox: RunningSandbox) -> None:
    item = draft(sandbox, "Lunch on Friday", extended=soap.marked("message-7"))
    assert sandbox.post(soap.send([item])).codes == ["NoError"]
    assert found(sandbox, "drafts", "Lunch on Friday") == []
    assert len(found(sandbox, "sentitems", "Lunch on Friday")) == 1
    assert len(found(sandbox, "inbox", "Lunch on Friday", "james.okafor")) == 1
    (delivery,) = sandbox.deliveries()
    assert delivery["recipient"] == JAMES
    assert delivery["marker"] == "message-7"
    assert delivery["outcome"] == "delivered"
    wanted = soap.equals(soap.MARKER_PATH, "message-7")
    copy = sandbox.post(soap.find("sentitems", restriction=wanted, paths=soap.MARKER_PATH))
    assert copy.text(".//t:ExtendedProperty/t:Value") == "message-7"
    assert copy.ids()[0][0] != item[0]


def test_a_subject_with_line_breaks_in_it_is_delivered_as_one_line(sandbox: RunningSandbox) -> None:
    item = draft(sandbox, "one\u2028two\u0085three\nfour")
    assert sandbox.post(soap.send([item])).codes == ["NoError"]
    assert len(sandbox.deliveries()) == 1


def test_five_drafts_in_one_request_get_five_answers_each_its_own(sandbox: RunningSandbox) -> None:
    items = [draft(sandbox, f"Message {number}") for number in range(4)]
    as_sales = soap.message("As Sales", "Hello", JAMES, after=soap.people("From", "sales@contoso.com"))
    items.insert(1, sandbox.post(soap.create(as_sales)).ids()[0])
    items[3] = ("%BadItemId%", items[3][1])
    reply = sandbox.post(soap.send(items))
    assert reply.codes == ["NoError", "ErrorSendAsDenied", "NoError", "ErrorInvalidIdMalformed", "NoError"]
    assert reply.messages[3].findtext("m:MessageText", None, {"m": soap_messages()}) == "Id is malformed."
    assert len(sandbox.deliveries()) == 3
    assert len(sandbox.journal("SendItem")) == 1
    assert sandbox.journal("SendItem")[0]["items"] == 5


def soap_messages() -> str:
    return "http://schemas.microsoft.com/exchange/services/2006/messages"


def test_a_draft_that_is_deleted_moves_to_deleted_items_or_is_gone(sandbox: RunningSandbox) -> None:
    binned, gone = draft(sandbox, "To the bin"), draft(sandbox, "Gone for good")
    assert sandbox.post(soap.delete([binned])).codes == ["NoError"]
    assert sandbox.post(soap.delete([gone], "HardDelete")).codes == ["NoError"]
    assert len(found(sandbox, "deleteditems", "To the bin")) == 1
    assert found(sandbox, "deleteditems", "Gone for good") == []
    assert sandbox.post(soap.get([gone])).codes == ["ErrorItemNotFound"]


def test_a_sync_state_of_before_a_reset_is_not_taken(sandbox: RunningSandbox) -> None:
    def sync(state: str = "") -> str:
        said = f"<m:SyncState>{state}</m:SyncState>" if state else ""
        return (
            f"<m:SyncFolderItems>{soap.shape('IdOnly')}<m:SyncFolderId>{soap.folder('drafts')}</m:SyncFolderId>{said}"
            "<m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>"
        )

    sandbox.post(soap.create(soap.message("Gone with the reset")))
    state = str(sandbox.post(sync()).text(".//m:SyncState"))
    assert sandbox.post(sync(state)).codes == ["NoError"]
    sandbox.reset(messages=False)
    assert sandbox.post(sync(state)).codes == ["ErrorInvalidSyncStateData"]
    anew = sandbox.post(sync())
    assert anew.all(".//t:Create") == []
    assert sandbox.post(sync(str(anew.text(".//m:SyncState")))).codes == ["NoError"]
