"""A pytest plugin: tests that name no protocol run over each, from the same code.

A test that asks for the fixture `protocol` runs over EWS, and over Graph too where it is marked `over_graph` or
`--backend graph` (or `both`) asks for all. Rules of trouble and the journal go by the names of EWS in such a test:
`RunningSandbox.spoken` decides what the server is told (`on_graph`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

from app.domain.account import Account, BackendKind
from app.domain.message import AccountId

if TYPE_CHECKING:
    from tests.sandbox_fixture import RunningSandbox

_WAYS: Final = {
    "chosen": (BackendKind.EWS,),
    "ews": (BackendKind.EWS,),
    "graph": (BackendKind.GRAPH,),
    "both": (BackendKind.EWS, BackendKind.GRAPH),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    words = "over which protocol tests run that name none; chosen (unless given): EWS, and some of them over Graph too"
    parser.addoption("--backend", choices=tuple(_WAYS), default="chosen", help=words)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test over each protocol that is wanted."""
    if "protocol" not in metafunc.fixturenames:
        return
    way = metafunc.config.getoption("--backend")
    too = way == "chosen" and metafunc.definition.get_closest_marker("over_graph") is not None
    metafunc.parametrize("protocol", _WAYS["both" if too else way], ids=str, indirect=True)


@pytest.fixture
def protocol(request: pytest.FixtureRequest, sandbox: RunningSandbox) -> Iterator[BackendKind]:
    """The protocol that the account of this test speaks."""
    sandbox.spoken = request.param
    yield request.param
    sandbox.spoken = BackendKind.EWS


def account_at(sandbox: RunningSandbox, who: str, account_id: str) -> tuple[Account, str]:
    """Return an account of a person of the sandbox, by the protocol that is spoken there, and its secret."""
    if sandbox.spoken is BackendKind.GRAPH:
        from msgspec.structs import replace

        from tests.graph_account import graph_account, refresh_token

        return replace(graph_account(sandbox, who), account_id=AccountId(account_id)), refresh_token(sandbox, who)
    person = sandbox.account(who)
    account = Account(AccountId(account_id), person["address"], sandbox.url, person["user"], ca_file=sandbox.ca_file)
    return account, person["password"]


ON_GRAPH: Final = {
    "SendItem": ("GraphSend", "GraphSendMail"),
    "CreateItem": ("GraphCreateMessage",),
    "UpdateItem": ("GraphUpdateMessage",),
    "FindItem": ("GraphListMessages",),
    "GetItem": ("GraphGetMessage",),
    "MoveItem": ("GraphMoveMessage",),
    "DeleteItem": ("GraphMoveMessage",),
    "CreateAttachment": ("GraphAddAttachment", "GraphUpload"),
    "GetAttachment": ("GraphGetRawAttachment",),
    "DeleteAttachment": ("GraphDeleteAttachment",),
    "*": ("*",),
}
"""What Graph calls the same. To delete and to fence is to move there."""


def on_graph(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a rule of trouble as the rules for Graph that mean the same."""
    operation = rule.get("operation", "*")
    return [{**rule, "operation": name} for name in ON_GRAPH.get(operation, (operation,))]
