"""Messages of a shared mailbox: where the copy goes, and both silent failures of SendItem's specification, seen."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from app.backends.ews.backend import EwsBackend
from app.domain.account import Account
from app.domain.listing import Folder, Mark, Place, Sighting
from app.domain.message import AccountId, NewDraft
from app.domain.outcome import Verdict
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from tests.integration.ews.conftest import draft, job, message
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

SALES = "sales@contoso.com"
THEIRS = CopyTo(CopyKind.PRINCIPAL_SENT, SALES)
EVERYWHERE: list[Folder | Place] = [
    Folder.DRAFTS,
    Folder.OUTBOX,
    Folder.SENT,
    Place(Folder.DRAFTS, SALES),
    Place(Folder.OUTBOX, SALES),
    Place(Folder.SENT, SALES),
]


def backend_of(sandbox: RunningSandbox, name: str) -> EwsBackend:
    who = sandbox.account(name)
    return EwsBackend(
        Account(AccountId(name), who["address"], sandbox.url, who["user"], ca_file=sandbox.ca_file), who["password"]
    )


@pytest.fixture
def sofia(sandbox: RunningSandbox) -> Iterator[EwsBackend]:
    made = backend_of(sandbox, "sofia.lindqvist")
    yield made
    made.close()


@pytest.fixture
def james(sandbox: RunningSandbox) -> Iterator[EwsBackend]:
    made = backend_of(sandbox, "james.okafor")
    yield made
    made.close()


def from_sales(drafts_of: str = "") -> NewDraft:
    content = msgspec.structs.replace(message(to="priya.natarajan@contoso.com"), sender=Recipient(SALES))
    return msgspec.structs.replace(draft(content), drafts_of=drafts_of)


def send(backend: EwsBackend, new: NewDraft, copy_to: CopyTo) -> list[Sighting]:
    """Save and send, and return where the message is seen after the server said yes."""
    ref = backend.save([new], job())[0].ref
    assert ref is not None
    assert backend.send([ref], copy_to, job())[0].accepted
    return backend.locate([Mark(new.local_id, new.message_id)], EVERYWHERE, job())


def seen(found: list[Sighting]) -> list[tuple[Folder, str, bool]]:
    return [(one.folder, one.place.mailbox if one.place is not None else "", one.is_draft) for one in found]


def test_a_draft_in_the_principals_drafts_is_filed_in_the_principals_sent(
    sofia: EwsBackend, sandbox: RunningSandbox
) -> None:
    found = send(sofia, from_sales(THEIRS.drafts_of), THEIRS)
    assert seen(found) == [(Folder.SENT, SALES, False)]
    assert found[0].place == THEIRS.place
    assert [row["from_address"] for row in sandbox.deliveries()] == [SALES]


def test_a_draft_of_ones_own_is_filed_in_ones_own_sent(sofia: EwsBackend) -> None:
    assert seen(send(sofia, from_sales(), CopyTo())) == [(Folder.SENT, "", False)]


def test_on_behalf_the_delegate_stands_in_sender(james: EwsBackend) -> None:
    found = send(james, from_sales(), CopyTo())
    item = james.get([found[0].ref], job())[0].item
    assert item is not None
    assert item.content.sender is not None
    assert item.content.sender.address == SALES
    assert item.submitter is not None
    assert item.submitter.address == "james.okafor@contoso.com"


def test_no_copy_is_kept_of_a_principals_message_where_none_was_wanted(sofia: EwsBackend) -> None:
    assert send(sofia, from_sales(SALES), CopyTo(CopyKind.NONE)) == []


def test_a_copy_goes_to_the_folder_that_was_chosen(sofia: EwsBackend, sandbox: RunningSandbox) -> None:
    shape = "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    request = f"<m:GetFolder>{shape}<m:FolderIds>{soap.folder('notes')}</m:FolderIds></m:GetFolder>"
    number = sandbox.post(request, "sofia.lindqvist").ids(".//t:FolderId")[0][0]
    chosen = CopyTo(CopyKind.FOLDER, folder_id=number)
    new = from_sales()
    assert send(sofia, new, chosen) == []
    assert chosen.place is not None
    found = sofia.locate([Mark(new.local_id, "")], [chosen.place], job())
    assert [(one.place, one.is_draft) for one in found] == [(chosen.place, False)]


def test_the_first_silent_failure_is_seen_in_the_principals_drafts(sofia: EwsBackend, sandbox: RunningSandbox) -> None:
    found = send(sofia, from_sales(SALES), CopyTo())
    assert seen(found) == [(Folder.DRAFTS, SALES, True)]
    assert len(sandbox.deliveries()) == 1


def test_the_second_silent_failure_is_seen_in_the_delegates_drafts(sofia: EwsBackend, sandbox: RunningSandbox) -> None:
    found = send(sofia, from_sales(), THEIRS)
    assert seen(found) == [(Folder.DRAFTS, "", True)]
    assert len(sandbox.deliveries()) == 1


def test_who_may_not_send_as_a_mailbox_is_told_so(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    ref = backend.save([from_sales()], job())[0].ref
    assert ref is not None
    outcome = backend.send([ref], CopyTo(), job())[0]
    assert (outcome.verdict, outcome.code) == (Verdict.REFUSED, "ErrorSendAsDenied")
    assert sandbox.deliveries() == []


def test_one_look_serves_a_batch_of_both_mailboxes(sofia: EwsBackend, sandbox: RunningSandbox) -> None:
    marks = []
    for new, copy_to in ((from_sales(), CopyTo()), (from_sales(SALES), THEIRS)):
        ref = sofia.save([new], job())[0].ref
        assert ref is not None
        assert sofia.send([ref], copy_to, job())[0].accepted
        marks.append(Mark(new.local_id, new.message_id))
    assert len(sofia.locate(marks, EVERYWHERE, job())) == 2
    assert len(sandbox.journal("FindItem")) == 1
