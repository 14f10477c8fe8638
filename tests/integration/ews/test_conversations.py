"""A conversation is read in one request; where the server does not know that, folder by folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.backends.ews.backend import EwsBackend
from app.domain.account import Account
from app.domain.errors import AccountError, ItemRefused
from app.domain.listing import Folder, Place, Row
from app.domain.message import AccountId, Fetched
from app.domain.record import CopyTo
from tests.integration.ews.conftest import draft, job, message
from tests.sandbox_fixture import RunningSandbox

JAMES = "james.okafor@contoso.com"
NO_SUCH_OPERATION = {
    "operation": "GetConversationItems",
    "nth": "every",
    "action": "fault",
    "code": "ErrorInvalidRequest",
}


@pytest.fixture
def backend(sandbox: RunningSandbox) -> Iterator[EwsBackend]:
    """As in conftest.py, with the name that lists give in place of the address."""
    first = sandbox.first
    account = Account(
        AccountId("a"),
        first["address"],
        sandbox.url,
        first["user"],
        display_name=first["display_name"],
        ca_file=sandbox.ca_file,
    )
    made = EwsBackend(account, first["password"])
    yield made
    made.close()


def sent_to_oneself(backend: EwsBackend, sandbox: RunningSandbox, subject: str) -> Fetched:
    """Return the message as it lies in Sent; it came back to the Inbox."""
    backend.save([draft(message(subject, sandbox.first["address"]))], job())
    saved = next(one for one in backend.list_folder(Folder.DRAFTS, 0, 50, job()).rows if one.subject == subject)
    assert backend.send([saved.ref], CopyTo(), job())[0].accepted
    row = next(one for one in backend.list_folder(Folder.SENT, 0, 50, job()).rows if one.subject == subject)
    item = backend.get([row.ref], job())[0].item
    assert item is not None
    return item


def received(backend: EwsBackend, subject: str) -> Row:
    return next(one for one in backend.list_folder(Folder.INBOX, 0, 50, job()).rows if one.subject == subject)


def filed(backend: EwsBackend, row: Row, name: str) -> None:
    """Move a message into the folder of that name."""
    folder = next(one for one in backend.find_folders("", job()) if one.name == name)
    assert backend.move([row.ref], Place(Folder.ELSEWHERE, folder_id=folder.folder_id), job())[0].accepted


@pytest.mark.parametrize("known", [True, False])
def test_what_was_filed_away_is_of_the_conversation(backend: EwsBackend, sandbox: RunningSandbox, known: bool) -> None:
    item = sent_to_oneself(backend, sandbox, "Filed")
    filed(backend, received(backend, "Filed"), "Archive")
    sandbox.faults([] if known else [NO_SUCH_OPERATION])
    asked = len(sandbox.journal())
    rows = backend.conversation(item.conversation_id, "", job())
    assert [(row.subject, row.sender) for row in rows] == [("Filed", "")] * 2
    assert item.ref.item_id in {row.ref.item_id for row in rows}
    operations = [one["operation"] for one in sandbox.journal()[asked:]]
    assert operations == (["GetConversationItems"] if known else ["GetConversationItems", "FindFolder", "FindItem"])


def test_a_server_that_does_not_know_it_is_asked_for_it_once(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    item = sent_to_oneself(backend, sandbox, "Once")
    sandbox.faults([NO_SUCH_OPERATION])
    backend.conversation(item.conversation_id, "", job())
    asked = len(sandbox.journal())
    assert len(backend.conversation(item.conversation_id, "", job())) == 2
    assert [one["operation"] for one in sandbox.journal()[asked:]] == ["FindItem"]


def test_what_was_thrown_away_is_left_out(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    item = sent_to_oneself(backend, sandbox, "Thrown away")
    backend.delete([received(backend, "Thrown away").ref], False, job())
    assert [row.ref.item_id for row in backend.conversation(item.conversation_id, "", job())] == [item.ref.item_id]


def test_others_are_named_and_the_newest_stands_first(backend: EwsBackend) -> None:
    rows = backend.list_folder(Folder.INBOX, 0, 200, job()).rows
    for row in rows:
        item = backend.get([row.ref], job())[0].item
        assert item is not None
        found = backend.conversation(item.conversation_id, "", job())
        this = next(one for one in found if one.ref == row.ref)
        assert (this.sender, this.conversation) == (row.sender, row.conversation)
        assert [one.sent for one in found] == sorted((one.sent for one in found), reverse=True)


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"action": "fault", "code": "ErrorServerBusy"}, AccountError),
        ({"action": "status", "status": 503}, AccountError),
        ({"action": "code", "code": "ErrorItemNotFound"}, ItemRefused),
    ],
)
def test_what_says_nothing_of_the_operation_is_not_asked_another_way(
    backend: EwsBackend, sandbox: RunningSandbox, rule: dict[str, object], error: type[Exception]
) -> None:
    item = sent_to_oneself(backend, sandbox, "Busy")
    sandbox.faults([{"operation": "GetConversationItems", **rule}])
    asked = len(sandbox.journal())
    with pytest.raises(error):
        backend.conversation(item.conversation_id, "", job())
    assert len(sandbox.journal()) == asked + 1
    assert len(backend.conversation(item.conversation_id, "", job())) == 2
    assert sandbox.journal()[-1]["operation"] == "GetConversationItems"
