"""The fault plan: each kind of trouble happens as ordered, once, and the store is what the trouble says it is."""

import http.client
import ssl
import time

import pytest

from tests.integration.sandbox import soap
from tests.integration.sandbox.test_a_messages_way import draft, found
from tests.sandbox_fixture import RunningSandbox

BROKEN = (ConnectionError, http.client.HTTPException, ssl.SSLError)


def test_a_reset_before_processing_leaves_the_message_a_draft(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    sandbox.faults([{"operation": "SendItem", "nth": 1, "action": "reset-before"}])
    with pytest.raises(BROKEN):
        sandbox.post(soap.send([item]))
    assert sandbox.deliveries() == []
    assert sandbox.post(soap.send([item])).codes == ["NoError"]


def test_a_reset_after_processing_has_delivered_the_message(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    sandbox.faults([{"operation": "SendItem", "nth": 1, "action": "reset-after"}])
    with pytest.raises(BROKEN):
        sandbox.post(soap.send([item]))
    assert len(sandbox.deliveries()) == 1
    assert sandbox.post(soap.send([item])).codes == ["ErrorItemNotFound"]


def test_a_reply_that_is_cut_ends_at_its_byte(sandbox: RunningSandbox) -> None:
    sandbox.faults([{"operation": "FindItem", "action": "cut", "bytes": 100}])
    with pytest.raises(http.client.IncompleteRead) as broken:
        sandbox.post(soap.find("drafts"))
    assert len(broken.value.partial) == 100


def test_a_stalled_request_holds_up_nobody_else(sandbox: RunningSandbox) -> None:
    sandbox.faults([{"operation": "FindItem", "action": "stall", "seconds": 20}])
    with pytest.raises(TimeoutError):
        sandbox.post(soap.find("drafts"), timeout=0.3)
    began = time.monotonic()
    assert sandbox.post(soap.find("drafts")).codes == ["NoError"]
    assert time.monotonic() - began < 15


def test_an_item_is_refused_with_the_code_that_was_ordered_and_the_rest_is_done(sandbox: RunningSandbox) -> None:
    items = [draft(sandbox, f"Message {number}") for number in range(3)]
    sandbox.faults([{"operation": "SendItem", "item": 1, "action": "code", "code": "ErrorServerBusy", "back_off": 750}])
    reply = sandbox.post(soap.send(items))
    assert reply.codes == ["NoError", "ErrorServerBusy", "NoError"]
    assert reply.text(".//m:MessageXml/t:Value[@Name='BackOffMilliseconds']") == "750"
    assert found(sandbox, "drafts", "Message 1") == [items[1]]
    assert sandbox.post(soap.send([items[1]])).codes == ["NoError"]


def test_a_code_ordered_after_the_fact_lies_about_a_message_that_went(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    rule = {"operation": "SendItem", "item": 0, "action": "code", "code": "ErrorTimeoutExpired", "after": True}
    sandbox.faults([rule])
    assert sandbox.post(soap.send([item])).codes == ["ErrorTimeoutExpired"]
    assert len(sandbox.deliveries()) == 1


def test_a_stop_leaves_the_rest_of_the_batch_undone_with_a_warning(sandbox: RunningSandbox) -> None:
    items = [draft(sandbox, f"Message {number}") for number in range(3)]
    rule = {"operation": "SendItem", "item": 0, "action": "code", "code": "ErrorQuotaExceeded", "stop": True}
    sandbox.faults([rule])
    reply = sandbox.post(soap.send(items))
    assert reply.codes == ["ErrorQuotaExceeded", "ErrorBatchProcessingStopped", "ErrorBatchProcessingStopped"]
    assert [one.get("ResponseClass") for one in reply.messages] == ["Error", "Warning", "Warning"]
    assert sandbox.deliveries() == []


def test_a_status_comes_with_its_headers_and_body(sandbox: RunningSandbox) -> None:
    rule = {"action": "status", "status": 503, "headers": {"Retry-After": "7"}, "body": "Busy"}
    sandbox.faults([rule])
    reply = sandbox.post(soap.find("drafts"))
    assert (reply.status, reply.headers["retry-after"], reply.content) == (503, "7", b"Busy")
    assert sandbox.post(soap.find("drafts")).status == 200


def test_a_fault_for_a_busy_server_names_the_back_off(sandbox: RunningSandbox) -> None:
    sandbox.faults([{"action": "fault", "code": "ErrorServerBusy", "back_off": 3000}])
    reply = sandbox.post(soap.find("drafts"))
    assert reply.status == 500
    assert reply.codes == ["ErrorServerBusy"]
    assert reply.text(".//t:Value[@Name='BackOffMilliseconds']") == "3000"


def test_garbage_and_a_sign_in_page_come_instead_of_a_reply(sandbox: RunningSandbox) -> None:
    sandbox.faults([{"action": "garbage", "nth": 1}, {"action": "html", "nth": 2}])
    assert b"not XML" in sandbox.post(soap.find("drafts")).content
    page = sandbox.post(soap.find("drafts"))
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")


def test_every_second_chance_is_the_same_in_each_run(sandbox: RunningSandbox) -> None:
    rule = {"action": "status", "nth": "every", "chance": 0.5, "seed": 11}
    runs = []
    for _ in range(2):
        sandbox.faults([rule])
        runs.append([sandbox.post(soap.find("outbox")).status for _ in range(12)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 503}


def test_a_server_that_leaves_drafts_behind_files_a_copy_and_keeps_the_draft_as_it_was(sandbox: RunningSandbox) -> None:
    item = draft(sandbox, "Left behind")
    sandbox.faults([{"operation": "SendItem", "nth": "every", "action": "leave-draft"}])
    assert sandbox.post(soap.send([item])).codes == ["NoError"]
    assert len(sandbox.deliveries()) == 1
    assert len(found(sandbox, "drafts", "Left behind")) == 1
    assert len(found(sandbox, "sentitems", "Left behind")) == 1
    assert sandbox.post(soap.get([item])).text(".//t:IsDraft") == "true"


def test_a_server_that_files_elsewhere_keeps_what_was_sent_where_the_draft_was(sandbox: RunningSandbox) -> None:
    item = draft(sandbox, "Filed elsewhere")
    sandbox.faults([{"operation": "SendItem", "action": "file-elsewhere"}])
    assert sandbox.post(soap.send([item])).codes == ["NoError"]
    assert len(sandbox.deliveries()) == 1
    assert len(found(sandbox, "sentitems", "Filed elsewhere")) == 0
    assert len(found(sandbox, "drafts", "Filed elsewhere")) == 1
    assert sandbox.post(soap.get([(item[0], "")])).text(".//t:IsDraft") == "false"


def test_a_rule_that_makes_no_sense_is_refused_by_name(sandbox: RunningSandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.admin_token}"}
    reply = sandbox.request("POST", f"{sandbox.admin_url}/faults", b'[{"action": "explode"}]', headers)
    assert reply.status == 400
    assert b"'explode'" in reply.content


def test_the_admin_calls_want_their_token(sandbox: RunningSandbox) -> None:
    assert sandbox.request("GET", f"{sandbox.admin_url}/journal").status == 401
    headers = {"Authorization": "Bearer wrong"}
    assert sandbox.request("GET", f"{sandbox.admin_url}/journal", headers=headers).status == 401


def test_the_journal_keeps_each_request_with_its_text(sandbox: RunningSandbox) -> None:
    draft(sandbox, "Written down")
    (entry,) = sandbox.journal("CreateItem", bodies=True)
    assert entry["items"] == 1
    assert entry["user"] == "clara.fontaine@contoso.com"
    assert "Written down" in entry["body"]


def test_a_request_whose_connection_broke_is_carried_out_when_it_is_told(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    sandbox.faults([{"operation": "SendItem", "action": "late"}])
    with pytest.raises(BROKEN):
        sandbox.post(soap.send([item]))
    assert sandbox.deliveries() == []
    assert sandbox.admin("GET", "late") == {"waiting": 1}
    assert sandbox.admin("POST", "late") == {"done": 1}
    assert len(sandbox.deliveries()) == 1
    assert sandbox.admin("GET", "late") == {"waiting": 0}


def test_a_request_whose_connection_broke_is_carried_out_by_itself_after_its_seconds(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    sandbox.faults([{"operation": "SendItem", "action": "late", "seconds": 0.2}])
    with pytest.raises(BROKEN):
        sandbox.post(soap.send([item]))
    while sandbox.admin("GET", "late")["waiting"]:
        time.sleep(0.02)
    assert len(sandbox.deliveries()) == 1


def test_a_reset_forgets_what_was_still_to_be_carried_out(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    sandbox.faults([{"operation": "SendItem", "action": "late"}])
    with pytest.raises(BROKEN):
        sandbox.post(soap.send([item]))
    sandbox.reset()
    assert sandbox.admin("POST", "late") == {"done": 0}
    assert sandbox.deliveries() == []
