"""The operations beside a message's own way, through the pipe: answers, progress, cancel, and what is wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.domain.account import Account
from app.domain.errors import BadInput, ItemRefused
from app.domain.listing import Folder, Place
from app.domain.message import AccountId, ItemRef, NewAttachment
from app.domain.outcome import Verdict
from app.domain.recipient import Recipient
from app.engine.client import Deadlines, EngineClient
from app.services.ports import Mailbox
from tests.integration.engine.conftest import A, OpenOn, save
from tests.sandbox_fixture import RunningSandbox
from tests.scripted_server import ScriptedServer, stall, trickle


async def test_each_operation_goes_through_the_port(client: EngineClient, sandbox: RunningSandbox) -> None:
    mailbox: Mailbox = client
    ref = await save(client)
    copied = (await mailbox.copy(A, [ref], Place(Folder.DELETED)))[0]
    moved = (await mailbox.move(A, [ref], Place(Folder.DELETED)))[0]
    assert copied.ref is not None
    assert moved.ref is not None
    assert (await mailbox.resolve_names(A, "sofia")).people[0].address == "sofia.lindqvist@contoso.com"
    assert len((await mailbox.expand_group(A, Recipient("everyone@contoso.com"))).people) == 6
    assert (await mailbox.mail_tips(A, [Recipient("old.orders@contoso.com")]))[0].mailbox_full is True
    assert ("Drafts",) in {folder.path for folder in await mailbox.find_folders(A)}
    assert await mailbox.named_mailboxes(A) == (Recipient("sales@contoso.com", "Sales"),)
    assert (await mailbox.category_list(A))[:2] == ("Fabrikam", "Northwind")
    page = await mailbox.sync(A, Place(Folder.DELETED))
    assert {moved.ref.item_id, copied.ref.item_id} <= {change.ref.item_id for change in page.changes}
    with pytest.raises(ItemRefused, match="ErrorNameResolutionNoResults"):
        await mailbox.expand_group(A, Recipient("james.okafor@contoso.com"))


async def test_files_go_up_with_progress_and_come_down(client: EngineClient, tmp_path: Path) -> None:
    file, back = tmp_path / "plan.bin", tmp_path / "back.bin"
    file.write_bytes(b"\x00\x01\x02" * 200_000)
    told: list[tuple[int, int]] = []
    ref = await save(client)
    answer = (await client.attach(A, ref, [NewAttachment("plan.bin", str(file))], lambda *said: told.append(said)))[0]
    assert answer.outcome.accepted
    assert told[-1] == (600_000, 600_000)
    assert (await client.get_attachment(A, ref, answer.attachment_id, str(back))).outcome.accepted
    assert back.read_bytes() == file.read_bytes()
    with pytest.raises(BadInput, match="cannot be written"):
        await client.get_attachment(A, ref, answer.attachment_id, str(back))
    gone = (await client.delete_attachments(A, ref, [answer.attachment_id]))[0]
    assert gone.outcome.accepted
    assert (await client.get(A, [ref]))[0].item is not None


async def test_nothing_asked_of_them_is_nothing_sent(client: EngineClient, sandbox: RunningSandbox) -> None:
    assert await client.move(A, [], Place(Folder.SENT)) == []
    assert await client.attach(A, ItemRef("a"), []) == []
    assert await client.delete_attachments(A, ItemRef("a"), []) == []
    assert await client.mail_tips(A, []) == []
    assert sandbox.journal() == []


async def test_an_upload_that_is_cancelled_leaves_the_engine_ready_for_the_next(
    client: EngineClient, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(12_000_000))
    began = asyncio.Event()
    with ScriptedServer([stall]) as server:
        await client.open_account(Account(A, "anna@contoso.com", server.url, "anna"), "secret")
        upload = asyncio.ensure_future(
            client.attach(A, ItemRef("a"), [NewAttachment("large", str(file))], lambda *_: began.set())
        )
        await began.wait()
        before = client.pid
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload
        outcomes = await client.move(A, [], Place(Folder.SENT))
        assert outcomes == []
        first = sandbox.first
        account = Account(A, first["address"], sandbox.url, first["user"], ca_file=sandbox.ca_file)
        await client.open_account(account, first["password"])
        await save(client)
        assert client.pid == before


async def test_an_account_that_was_not_opened_answers_for_each_attachment(client: EngineClient, tmp_path: Path) -> None:
    unknown = type(A)("never opened")
    answers = await client.attach(unknown, ItemRef("a"), [NewAttachment("x", str(tmp_path / "x"))] * 3)
    assert [answer.outcome.verdict for answer in answers] == [Verdict.NOT_ATTEMPTED] * 3


async def test_the_engine_ends_a_job_by_its_deadline_and_does_the_next(
    open_on: OpenOn, sandbox: RunningSandbox
) -> None:
    with ScriptedServer([trickle(b"x", 0.05)]) as server:
        slow = Account(A, "anna@contoso.com", server.url, "anna")
        first = sandbox.first
        well = Account(AccountId("well"), first["address"], sandbox.url, first["user"], ca_file=sandbox.ca_file)
        client = await open_on(None, Deadlines(write=0.5, send=0.5, read=20.0, attach=0.5))
        await client.open_account(well, first["password"])
        assert (await client.sync(well.account_id, Place(Folder.SENT))).state
        await client.open_account(slow, "secret")
        moved = (await client.move(A, [ItemRef("a")], Place(Folder.SENT)))[0]
        attached = (await client.attach(A, ItemRef("a"), [NewAttachment("f", __file__)]))[0].outcome
        assert [moved.verdict, attached.verdict] == [Verdict.UNKNOWN] * 2
        assert (await client.sync(well.account_id, Place(Folder.SENT))).state
