"""The sandbox as Microsoft Graph: batches, limits, challenges, and trouble on order."""

import base64
import http.client
import json
import threading
import time
from typing import Any

import pytest

from app.sandbox.manners import Manner
from tests.integration.sandbox import soap
from tests.integration.sandbox.graph import DRAFT, Answer, Client, at, client, to, token_for
from tests.sandbox_fixture import RunningSandbox

JAMES = "james.okafor@contoso.com"


@pytest.fixture
def clara(sandbox: RunningSandbox) -> Client:
    """The first account, signed in."""
    return client(sandbox)


def ready(clara: Client, subject: str = "Off") -> str:
    """Make a draft that can be sent; returns its id."""
    return clara.draft(subject=subject, toRecipients=to(JAMES)).id


def post(number: int, url: str, **more: Any) -> dict[str, Any]:
    headers = {"headers": {"Content-Type": "application/json"}} if "body" in more else {}
    return {"id": str(number), "method": "POST", "url": url, **headers, **more}


def batch(clara: Client, *parts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Ask a batch; returns the replies by their ids."""
    answer = clara.ask("POST", "/$batch", {"requests": list(parts)})
    assert answer.status == 200, answer.content
    return {str(one["id"]): one for one in answer.json["responses"]}


def test_a_batch_is_answered_part_by_part_in_another_order(sandbox: RunningSandbox, clara: Client) -> None:
    ids = [ready(clara, f"Number {number}") for number in range(5)]
    parts = [post(number, at(one, "send")) for number, one in enumerate(ids)]
    parts += [post(5, at("AAMkAGI=", "send")), post(6, "/me/messages", body=DRAFT)]
    answer = clara.ask("POST", "/$batch", {"requests": parts})
    responses = answer.json["responses"]
    assert [one["id"] for one in responses] != [one["id"] for one in parts]
    status = {one["id"]: one["status"] for one in responses}
    assert status == {"0": 202, "1": 202, "2": 202, "3": 202, "4": 202, "5": 400, "6": 201}
    shown = {one["id"]: one for one in responses}
    assert "body" not in shown["0"]
    assert shown["5"]["body"]["error"]["code"] == "ErrorInvalidIdMalformed"
    assert shown["6"]["body"]["subject"] == DRAFT["subject"]
    assert len(sandbox.deliveries()) == 5
    assert [one["operation"] for one in sandbox.journal()].count("GraphSend") == 6
    sandbox.manners(Manner.GRAPH_BATCH_IN_ORDER)
    again = clara.ask("POST", "/$batch", {"requests": [post(n, "/me/messages", body=DRAFT) for n in range(4)]})
    assert [one["id"] for one in again.json["responses"]] == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [{"id": str(number), "method": "GET", "url": "/me"} for number in range(21)],
        [{"id": "1", "method": "GET", "url": "/me"}, {"id": "1", "method": "GET", "url": "/me"}],
        [{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"]}, {"id": "2", "method": "GET", "url": "/me"}],
        [{"id": "1", "method": "POST", "url": "/me/messages", "body": {}}],
        [{"id": "1", "method": "GET", "url": "https://localhost/v1.0/me"}],
        [{"method": "GET", "url": "/me"}],
        ["x"],
    ],
)
def test_a_batch_that_is_refused_as_a_whole(clara: Client, requests: list[Any]) -> None:
    answer = clara.ask("POST", "/$batch", {"requests": requests})
    assert (answer.status, answer.code) == (400, "BadRequest")


def test_what_depends_on_a_failure_is_not_tried(sandbox: RunningSandbox, clara: Client) -> None:
    first, second = ready(clara), ready(clara)
    found = batch(
        clara,
        post(1, at("AAMkAGI=", "send")),
        post(2, at(first, "send"), dependsOn=["1"]),
        post(3, at(second, "send")),
    )
    assert [found[one]["status"] for one in "123"] == [400, 424, 202]
    assert len(sandbox.deliveries()) == 1


def test_parts_of_a_batch_are_throttled_or_not(sandbox: RunningSandbox, clara: Client) -> None:
    parts = [{"id": str(number), "method": "GET", "url": "/me/mailFolders/inbox"} for number in range(6)]
    assert {one["status"] for one in batch(clara, *parts).values()} == {200}
    sandbox.manners(Manner.GRAPH_BATCH_THROTTLED)
    assert [batch(clara, *parts)[str(number)]["status"] for number in range(6)] == [200] * 4 + [429] * 2
    chained = [{**one, **({"dependsOn": [str(number - 1)]} if number else {})} for number, one in enumerate(parts)]
    assert {one["status"] for one in batch(clara, *chained).values()} == {200}


def test_trouble_comes_to_one_part_of_a_batch(sandbox: RunningSandbox, clara: Client) -> None:
    ids = [ready(clara, f"Part {number}") for number in range(6)]
    sandbox.faults(
        [
            {"operation": "GraphSend", "nth": 1, "action": "reset-before"},
            {"operation": "GraphSend", "nth": 2, "action": "reset-after"},
            {"operation": "GraphSend", "nth": 3, "action": "status", "status": 504, "after": True},
            {"operation": "GraphSend", "nth": 4, "action": "code", "code": "ApplicationThrottled", "back_off": 2128},
            {"operation": "GraphSend", "nth": 5, "action": "late"},
        ]
    )
    found = batch(clara, *(post(number, at(one, "send")) for number, one in enumerate(ids)))
    assert {name: one["status"] for name, one in found.items()} == {"2": 504, "3": 429, "5": 202}
    assert found["3"]["headers"]["Retry-After"] == "2.128"
    assert sorted(one["subject"] for one in sandbox.deliveries()) == ["Part 1", "Part 2", "Part 5"]
    assert sandbox.admin("POST", "late") == {"done": 1}
    assert len(sandbox.deliveries()) == 4


def test_mime_in_a_batch(sandbox: RunningSandbox, clara: Client) -> None:
    mime = base64.b64encode(b"To: james.okafor@contoso.com\r\nSubject: In a batch\r\n\r\nx\r\n").decode()
    part = {"id": "1", "method": "POST", "url": "/me/sendMail", "headers": {"Content-Type": "text/plain"}, "body": mime}
    assert batch(clara, part)["1"]["status"] == 202
    assert [one["subject"] for one in sandbox.deliveries()] == ["In a batch"]


def test_the_fifth_request_at_a_time_is_throttled(sandbox: RunningSandbox, clara: Client) -> None:
    sandbox.faults([{"operation": "GraphGetFolder", "nth": "every", "action": "stall", "seconds": 3}])
    path = "/me/mailFolders/inbox"
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(clara.ask("GET", path))) for _ in range(4)]
    for one in threads:
        one.start()
    while len(sandbox.journal("GraphGetFolder")) < 4:
        time.sleep(0.02)
    fifth = clara.ask("GET", path)
    assert (fifth.status, fifth.code, fifth.headers["retry-after"]) == (429, "ApplicationThrottled", "1")
    assert client(sandbox, "james.okafor").get("/me/mailFolders").status == 200
    for one in threads:
        one.join()
    assert {one.status for one in answers} == {200}
    sandbox.faults([])
    assert clara.get(path).status == 200


def test_a_challenge_of_continuous_access_evaluation_lasts_until_there_is_a_new_token(
    sandbox: RunningSandbox, clara: Client
) -> None:
    one = ready(clara)
    sandbox.faults([{"operation": "GraphSend", "action": "claims-challenge"}])
    for _ in range(2):
        refused = clara.ask("POST", at(one, "send"))
        assert (refused.status, refused.code) == (401, "InvalidAuthenticationToken")
        said = refused.headers["www-authenticate"]
        assert 'error="insufficient_claims"' in said
        claims = json.loads(base64.b64decode(said.partition('claims="')[2].partition('"')[0]))
        assert claims["access_token"]["nbf"]["essential"] is True
    assert sandbox.deliveries() == []
    clara.token = token_for(sandbox)
    assert clara.ask("POST", at(one, "send")).status == 202


def test_504_after_the_deed_and_429_before_it(sandbox: RunningSandbox, clara: Client) -> None:
    sandbox.faults(
        [
            {"operation": "GraphSend", "nth": 1, "action": "status", "status": 429, "headers": {"Retry-After": "2"}},
            {"operation": "GraphSend", "nth": 2, "action": "status", "status": 504, "after": True},
        ]
    )
    one = ready(clara)
    before = clara.ask("POST", at(one, "send"))
    assert (before.status, before.code, before.headers["retry-after"]) == (429, "TooManyRequests", "2")
    assert sandbox.deliveries() == []
    after = clara.ask("POST", at(one, "send"))
    assert (after.status, after.code) == (504, "UnknownError")
    assert len(sandbox.deliveries()) == 1


def test_202_with_retry_after(sandbox: RunningSandbox, clara: Client) -> None:
    sandbox.faults(
        [
            {
                "operation": "GraphSendMail",
                "action": "status",
                "status": 202,
                "headers": {"Retry-After": "30"},
                "after": True,
            }
        ]
    )
    said = {"message": {**DRAFT, "toRecipients": to(JAMES)}}
    taken = clara.ask("POST", "/me/sendMail", said)
    assert (taken.status, taken.headers["retry-after"], taken.content) == (202, "30", b"")
    assert len(sandbox.deliveries()) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_stray_conflict(sandbox: RunningSandbox, clara: Client, after: bool) -> None:
    made = clara.draft()
    rule = {"operation": "GraphUpdateMessage", "action": "code", "code": "ErrorIrresolvableConflict", "after": after}
    sandbox.faults([rule])
    answer = clara.ask("PATCH", at(made.id), {"subject": "Changed"})
    assert (answer.status, answer.code) == (412, "ErrorIrresolvableConflict")
    assert (clara.get(at(made.id)).json["subject"] == "Changed") == after


def test_a_code_that_has_no_status_takes_the_rules(sandbox: RunningSandbox, clara: Client) -> None:
    sandbox.faults(
        [{"operation": "GraphGetUser", "action": "code", "code": "UnknownError", "status": 500, "text": "x"}]
    )
    answer = clara.ask("GET", "/me")
    assert (answer.status, answer.json["error"]["message"]) == (500, "x")


@pytest.mark.parametrize("action", ["reset-before", "reset-after", "late"])
def test_a_connection_that_is_reset(sandbox: RunningSandbox, clara: Client, action: str) -> None:
    one = ready(clara)
    sandbox.faults([{"operation": "GraphSend", "action": action}])
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        clara.ask("POST", at(one, "send"))
    assert len(sandbox.deliveries()) == (action == "reset-after")
    if action == "late":
        assert sandbox.admin("POST", "late") == {"done": 1}
        assert len(sandbox.deliveries()) == 1


def test_a_late_send_meets_a_draft_that_was_moved_away_and_back(sandbox: RunningSandbox, clara: Client) -> None:
    one = ready(clara)
    sandbox.faults([{"operation": "GraphSend", "action": "late"}])
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        clara.ask("POST", at(one, "send"))
    away = clara.ask("POST", at(one, "move"), {"destinationId": "archive"})
    clara.ask("POST", at(away.id, "move"), {"destinationId": "drafts"})
    sandbox.admin("POST", "late")
    assert sandbox.deliveries() == []


def test_a_reply_is_cut_at_every_byte(sandbox: RunningSandbox, clara: Client) -> None:
    sandbox.reset(messages=False)
    made = clara.draft(subject="Cut")
    url, token = f"{sandbox.graph_url}{at(made.id)}?$select=subject", {"Authorization": f"Bearer {clara.token}"}
    whole = sandbox.request("GET", url, None, token).content
    cuts = 0
    for length in (*range(0, 400, 25), *range(400, 1100, 50)):
        rule = {"operation": "GraphGetMessage", "nth": "every", "action": "cut", "bytes": length, "head": True}
        sandbox.faults([rule])
        try:
            answer = sandbox.request("GET", url, None, token)
        except (http.client.HTTPException, ConnectionError):
            cuts += 1
        else:
            # Within the head this client takes what it has for the whole: there is no Content-Length yet.
            assert answer.content == whole or "content-length" not in answer.headers
    assert cuts > 5
    one = ready(clara, "Cut and sent")
    sandbox.faults([{"operation": "GraphSend", "action": "cut", "bytes": 9, "head": True}])
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        clara.ask("POST", at(one, "send"))
    assert [one["subject"] for one in sandbox.deliveries()] == ["Cut and sent"]


@pytest.mark.parametrize("action", ["garbage", "html", "wrong-length", "trickle"])
def test_replies_that_no_client_can_trust(sandbox: RunningSandbox, clara: Client, action: str) -> None:
    sandbox.faults([{"operation": "GraphGetUser", "action": action, "bytes": 50}])
    token = {"Authorization": f"Bearer {clara.token}"}
    try:
        reply = sandbox.request("GET", f"{clara.sandbox.graph_url}/me", None, token)
    except http.client.IncompleteRead:
        assert action == "wrong-length"
    else:
        assert (reply.content[:1] == b"{") == (action == "trickle")


def test_rules_for_all_operations_come_to_graph_and_leave_ews_as_it_is(sandbox: RunningSandbox, clara: Client) -> None:
    sandbox.faults([{"operation": "*", "nth": 2, "action": "fault", "code": "ErrorServerBusy", "back_off": 1500}])
    assert sandbox.post(soap.find("drafts")).codes == ["NoError"]
    busy = clara.ask("GET", "/me")
    assert (busy.status, busy.code, busy.headers["retry-after"]) == (503, "ErrorServerBusy", "1.5")
