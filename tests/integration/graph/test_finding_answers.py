"""What answers a message is found by its In-Reply-To, over both protocols and whatever is asked."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from app.backends.ews.backend import EwsBackend
from app.backends.graph.backend import GraphBackend
from app.domain.account import Account
from app.domain.listing import Folder
from app.domain.message import AccountId, Content, Options
from app.domain.record import CopyTo
from tests.integration.ews.conftest import draft, job, message
from tests.sandbox_fixture import RunningSandbox

ORIGINAL = "<it's-the-original@contoso.com>"
WHO = "clara.fontaine"
Asked = EwsBackend | GraphBackend


@pytest.fixture(params=["ews", "graph"])
def asked(request: pytest.FixtureRequest, sandbox: RunningSandbox, graph: GraphBackend) -> Iterator[Asked]:
    """The same mailbox, over one protocol and over the other."""
    if request.param == "graph":
        yield graph
        return
    own = sandbox.account(WHO)
    made = EwsBackend(
        Account(AccountId("a"), own["address"], sandbox.url, own["user"], ca_file=sandbox.ca_file), own["password"]
    )
    yield made
    made.close()


def answering(subject: str, address: str, in_reply_to: str) -> Content:
    return msgspec.structs.replace(message(subject, address), options=Options(in_reply_to=in_reply_to))


def test_what_names_the_message_is_found_in_the_inbox_and_nothing_else(asked: Asked, sandbox: RunningSandbox) -> None:
    own = sandbox.account(WHO)["address"]
    assert asked.find_answers(ORIGINAL, "", job()) == ()
    subjects = {"Re: one": ORIGINAL, "Re: two": ORIGINAL, "Re: of another": "<another@contoso.com>"}
    for subject, name in subjects.items():
        ref = asked.save([draft(answering(subject, own, name))], job())[0].ref
        assert ref is not None
        outcome = asked.send([ref], CopyTo(), job(60))[0]
        assert outcome.accepted or outcome.taken
    rows = asked.find_answers(ORIGINAL, "", job())
    assert {row.subject for row in rows} == {"Re: one", "Re: two"}
    there = {row.ref.item_id for row in asked.list_folder(Folder.INBOX, 0, 50, job()).rows}
    assert {row.ref.item_id for row in rows} <= there
