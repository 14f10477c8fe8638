"""What the service limits: how often, how many at once, how many together, and which hosts may be followed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from app.backends.graph.backend import GraphBackend
from app.backends.graph.http_session import AT_ONCE, GraphSession, StrangeHost
from app.backends.oauth.tokens import scope_of
from app.domain.account import Account, AuthKind, BackendKind
from app.domain.message import AccountId, ItemRef
from app.domain.outcome import Verdict
from app.domain.record import CopyKind, CopyTo
from tests.integration.ews.conftest import draft, job
from tests.sandbox_fixture import RunningSandbox

OWN = CopyTo(CopyKind.OWN_SENT)


def saved(graph: GraphBackend, count: int = 1) -> list[ItemRef]:
    return [one.ref for one in graph.save([draft() for _ in range(count)], job(60)) if one.ref is not None]


def test_a_throttled_request_says_when_to_ask_again_and_was_not_carried_out(
    graph: GraphBackend, sandbox: RunningSandbox
) -> None:
    refs = saved(graph)
    rule = {"action": "status", "status": 429, "headers": {"Retry-After": "2.128"}}
    sandbox.faults([{"operation": "GraphSend", **rule}])
    outcome = graph.send(refs, OWN, job())[0]
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert outcome.trouble is not None
    assert outcome.trouble.retry_after == pytest.approx(2.128)
    assert len(sandbox.journal("GraphSend")) == 1, "it is for the outbox to ask again"
    assert graph.send(refs, OWN, job())[0].taken


def test_throttled_parts_of_a_batch_are_asked_again_and_no_others(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    refs = saved(graph, 9)
    sandbox.manners("graph-batch-throttled")
    outcomes = graph.send(refs, OWN, job(60))
    assert all(one.taken for one in outcomes)
    times: dict[str, set[str]] = {}
    for row in sandbox.deliveries():
        times.setdefault(str(row["marker"]), set()).add(str(row["submission"]))
    assert len(times) == 9
    assert all(len(each) == 1 for each in times.values())
    assert [one["status"] for one in sandbox.journal("GraphSend")] == [202] * 9, "what was throttled was not begun"
    assert len(sandbox.journal("GraphBatch")) > 2, "more than one to save and one to send"


@pytest.mark.parametrize("retry", [{"status": 503}, {"status": 504, "after": True}, {"status": 500}])
def test_no_part_of_a_batch_that_met_anything_else_is_asked_again(
    graph: GraphBackend, sandbox: RunningSandbox, retry: dict[str, object]
) -> None:
    refs = saved(graph, 3)
    sandbox.faults([{"operation": "GraphSend", "nth": 2, "action": "status", **retry}])
    verdicts = sorted(one.verdict.value for one in graph.send(refs, OWN, job(60)))
    assert verdicts == sorted([Verdict.TAKEN.value, Verdict.TAKEN.value, Verdict.UNKNOWN.value])
    assert len(sandbox.journal("GraphSend")) == 3


def test_a_part_whose_reply_never_came_is_unknown_and_the_others_are_told(
    graph: GraphBackend, sandbox: RunningSandbox
) -> None:
    refs = saved(graph, 20)
    sandbox.faults([{"operation": "GraphSend", "nth": 5, "action": "reset-after"}])
    outcomes = graph.send(refs, OWN, job(60))
    assert sorted(one.verdict.value for one in outcomes).count(Verdict.UNKNOWN.value) == 1
    assert sum(one.taken for one in outcomes) == 19
    assert len(sandbox.journal("GraphBatch")) == 2, "one to save, one to send"


def test_no_more_than_four_requests_are_under_way_at_once(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    """The fifth would be answered with 429."""
    refs = saved(graph)
    together = threading.Barrier(8)

    def ask(_: int) -> Verdict:
        together.wait()
        return graph.get(refs, job(60))[0].outcome.verdict

    sandbox.faults([{"operation": "GraphGetMessage", "nth": "every", "action": "stall", "seconds": 0.05}])
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(ask, range(8)))
    assert set(verdicts) == {Verdict.ACCEPTED}
    assert AT_ONCE == 4
    assert {one["status"] for one in sandbox.journal("GraphGetMessage")} == {200}


def account(endpoint: str) -> Account:
    known = Account(AccountId("n"), "anna@contoso.com", endpoint, "anna", client_id="c")
    return replace(known, auth=AuthKind.OAUTH, backend=BackendKind.GRAPH)


CLOUDS = (
    ("https://graph.microsoft.com/v1.0", "https://outlook.office.com/api/v2.0/upload"),
    ("https://graph.microsoft.us/v1.0", "https://outlook.office365.us/api/v2.0/upload"),
    ("https://dod-graph.microsoft.us/v1.0", "https://webmail.apps.mil/api/v2.0/upload"),
    ("https://microsoftgraph.chinacloudapi.cn/v1.0", "https://partner.outlook.cn/api/v2.0/upload"),
)


@pytest.mark.parametrize(("root", "upload"), CLOUDS)
def test_in_each_cloud_its_own_hosts_are_followed_and_asked_for(root: str, upload: str) -> None:
    session = GraphSession(account(root), "refresh")
    assert session.follow(f"{root}/me/messages?$skip=10").startswith(root)
    assert session.follow_upload(upload) == upload
    host = root.removeprefix("https://").removesuffix("/v1.0")
    assert f"https://{host}/Mail.Send" in scope_of(root, BackendKind.GRAPH).split()


@pytest.mark.parametrize(
    "address",
    [
        "https://graph.microsoft.com.evil.example/v1.0/me",
        "https://evil.example/v1.0/me",
        "http://graph.microsoft.com/v1.0/me",
        "https://graph.microsoft.com:8443/v1.0/me",
        "https://user@evil.example/graph.microsoft.com",
        "https://graph.microsoft.us/v1.0/me",
    ],
)
def test_an_address_of_another_host_is_not_followed(address: str) -> None:
    session = GraphSession(account(CLOUDS[0][0]), "refresh")
    with pytest.raises(StrangeHost):
        session.follow(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://outlook.office.com.evil.example/upload",
        "https://eviloffice.com/upload",
        "http://outlook.office.com/upload",
        "https://127.0.0.1/upload",
        "https://outlook.office.com@evil.example/upload",
    ],
)
def test_a_file_goes_to_no_strange_host(address: str) -> None:
    session = GraphSession(account(CLOUDS[0][0]), "refresh")
    with pytest.raises(StrangeHost):
        session.follow_upload(address)
