"""The operations beside a message's own way: move, copy, directory, tips, sync, the dispositions, and the headers."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from lxml import etree

from app.backends.ews.backend import EwsBackend
from app.core import i18n
from app.domain.account import Account
from app.domain.errors import AccountError, ItemRefused, ServerTrouble, TroubleKind
from app.domain.listing import Change, ChangeKind, Folder, Mark, Place
from app.domain.message import AccountId, Content, DraftUpdate, Field, ItemRef, NewAttachment, NewDraft
from app.domain.original import OriginalMark, Verb
from app.domain.outcome import Verdict
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from tests.conformance import schema
from tests.integration.ews.conftest import draft, job, message
from tests.sandbox_fixture import NAMES, RunningSandbox
from tests.scripted_server import ScriptedServer, answer

EWS = Path(__file__).resolve().parents[3] / "app/backends/ews"
DELETED = Place(Folder.DELETED)
JAMES = Recipient("james.okafor@contoso.com")


def saved(backend: EwsBackend, *drafts: NewDraft) -> list[ItemRef]:
    refs = [outcome.ref for outcome in backend.save(drafts, job())]
    return [ref for ref in refs if ref is not None]


def places(backend: EwsBackend, new: NewDraft) -> list[Folder]:
    return [one.folder for one in backend.locate([Mark(new.local_id, new.message_id)], list(Folder), job())]


def test_a_moved_message_lies_there_alone_under_the_name_that_was_told(backend: EwsBackend) -> None:
    new = draft()
    outcome = backend.move(saved(backend, new), DELETED, job())[0]
    assert outcome.accepted
    assert outcome.ref is not None
    assert backend.get([outcome.ref], job())[0].item is not None
    assert places(backend, new) == [Folder.DELETED]


def test_a_copied_message_lies_in_both_places_under_two_names(backend: EwsBackend) -> None:
    new = draft()
    refs = saved(backend, new)
    outcome = backend.copy(refs, DELETED, job())[0]
    assert outcome.ref is not None
    assert outcome.ref.item_id != refs[0].item_id
    assert sorted(places(backend, new)) == sorted([Folder.DRAFTS, Folder.DELETED])


def test_batches_go_in_chunks_with_one_outcome_per_item(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    refs = saved(backend, *(draft() for _ in range(120)))
    asked = [*refs[:50], ItemRef("nonsense"), *refs[50:]]
    outcomes = backend.copy(asked, DELETED, job())
    assert [outcome.verdict for outcome in outcomes].index(Verdict.REFUSED) == 50
    assert sum(outcome.accepted for outcome in outcomes) == 120
    moved = backend.move(refs, DELETED, job())
    assert all(outcome.accepted for outcome in moved)
    assert [entry["items"] for entry in sandbox.journal("CopyItem")] == [100, 21]
    assert [entry["items"] for entry in sandbox.journal("MoveItem")] == [100, 20]


def test_a_folder_is_named_by_its_id_too(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    shape = "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    named = '<m:FolderIds><t:DistinguishedFolderId Id="deleteditems"/></m:FolderIds>'
    folder = sandbox.post(f"<m:GetFolder>{shape}{named}</m:GetFolder>").ids(".//t:FolderId")[0][0]
    new = draft()
    assert backend.move(saved(backend, new), Place(Folder.DELETED, folder_id=folder), job())[0].accepted
    assert places(backend, new) == [Folder.DELETED]


def test_one_name_several_and_none_are_all_answers(backend: EwsBackend) -> None:
    one = backend.resolve_names("sofia", job())
    assert [person.address for person in one.people] == ["sofia.lindqvist@contoso.com"]
    assert one.complete
    assert one.groups == frozenset()
    assert len(backend.resolve_names("s", job()).people) > 1
    assert backend.resolve_names("board", job()).groups == {"board@contoso.com"}
    assert backend.resolve_names("nobody by this name", job()).people == ()


def test_a_group_is_expanded_and_what_is_none_is_refused_in_the_servers_words(backend: EwsBackend) -> None:
    members = backend.expand_group(Recipient("everyone@contoso.com"), job())
    assert len(members.people) == 6
    assert members.complete
    with pytest.raises(ItemRefused, match="ErrorNameResolutionNoResults"):
        backend.expand_group(JAMES, job())


def test_mail_tips_say_of_each_recipient_what_is_known(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    asked = [
        Recipient("lena.vogel@contoso.com"),
        Recipient("old.orders@contoso.com"),
        Recipient("board@contoso.com"),
        Recipient("no.such.person@contoso.com"),
        Recipient("everyone@contoso.com"),
    ]
    lena, full, board, nobody, everyone = backend.mail_tips("", asked, job())
    assert lena.out_of_office
    assert lena.max_message_size == 256 * 1024
    assert full.mailbox_full is True
    assert board.restricted is True
    assert nobody.invalid is True
    assert everyone.members == 6
    assert [tips.address for tips in (lena, full, board, nobody, everyone)] == [one.address for one in asked]
    assert [entry["operation"] for entry in sandbox.journal()] == ["GetMailTips"]


def test_mail_tips_of_many_go_in_chunks_and_stay_in_order(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    asked = [Recipient(f"somebody{number}@elsewhere.example") for number in range(130)]
    assert [tips.address for tips in backend.mail_tips("", asked, job())] == [one.address for one in asked]
    assert len(sandbox.journal("GetMailTips")) == 2


def test_a_folder_is_synchronised_page_after_page_and_then_change_by_change(backend: EwsBackend) -> None:
    new = [draft(message(f"Message {number}")) for number in range(5)]
    refs = saved(backend, *new)
    drafts, state = Place(Folder.DRAFTS), ""
    seen: list[Change] = []
    while True:
        page = backend.sync(drafts, state, 7, job())
        seen += page.changes
        state = page.state
        if not page.more:
            break
    assert {one.local_id for one in new} <= {change.row.local_id for change in seen if change.row is not None}
    assert backend.sync(drafts, state, 7, job()).changes == ()
    backend.update([DraftUpdate(refs[0], message("Other"), frozenset({Field.SUBJECT}))], job())
    backend.delete([refs[1]], True, job())
    page = backend.sync(drafts, state, 7, job())
    assert [(change.kind, change.row and change.row.subject) for change in page.changes] == [
        (ChangeKind.UPDATED, "Other"),
        (ChangeKind.DELETED, None),
    ]
    assert page.changes[1].ref.item_id == refs[1].item_id


def test_a_sync_state_that_is_none_is_refused_in_the_servers_words(backend: EwsBackend) -> None:
    with pytest.raises(ItemRefused, match="ErrorInvalidSyncStateData"):
        backend.sync(Place(Folder.DRAFTS), "nonsense", 10, job())


@pytest.mark.parametrize(("kind", "filed"), [(CopyKind.NONE, []), (CopyKind.OWN_SENT, [Folder.SENT])])
def test_an_item_is_created_and_sent_in_one_with_or_without_a_copy(
    backend: EwsBackend, sandbox: RunningSandbox, kind: CopyKind, filed: list[Folder]
) -> None:
    new = draft()
    outcome = backend.create_and_send([new], CopyTo(kind), job())[0]
    assert outcome.accepted
    assert outcome.ref is None
    assert len(sandbox.deliveries()) == 1
    assert places(backend, new) == filed


@pytest.mark.parametrize(("kind", "filed"), [(CopyKind.NONE, []), (CopyKind.OWN_SENT, [Folder.SENT])])
def test_an_item_is_updated_and_sent_in_one_with_or_without_a_copy(
    backend: EwsBackend, sandbox: RunningSandbox, kind: CopyKind, filed: list[Folder]
) -> None:
    new = draft()
    update = DraftUpdate(saved(backend, new)[0], message("Changed and sent"), frozenset({Field.SUBJECT}))
    assert backend.update_and_send([update], CopyTo(kind), job())[0].accepted
    assert [row["subject"] for row in sandbox.deliveries()] == ["Changed and sent"]
    assert places(backend, new) == filed


@pytest.fixture
def in_french() -> Iterator[None]:
    i18n.install(i18n._Source(), "fr")
    yield
    i18n.install(None)


def header_of(sandbox: RunningSandbox, path: str) -> list[str | None]:
    roots = [etree.fromstring(entry["body"].encode()) for entry in sandbox.journal(bodies=True)]
    assert [schema.complaints(root) for root in roots] == [[]] * len(roots)
    found = [root.find(f"s:Header/{path}", NAMES) for root in roots]
    return [None if one is None else one.text or one.get("Id") or one.get("Version") for one in found]


def test_the_servers_words_are_in_the_language_of_the_program(
    in_french: None, backend: EwsBackend, sandbox: RunningSandbox
) -> None:
    outcome = backend.send([ItemRef("nonsense", "x")], CopyTo(), job())[0]
    assert outcome.words is not None
    assert outcome.words.message_text != "Id is malformed."
    assert header_of(sandbox, "t:MailboxCulture") == ["fr-FR"]


def test_version_culture_and_zone_are_in_the_headers(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    refs = saved(backend, draft())
    backend.get(refs, job())
    backend.send(refs, CopyTo(), job())
    assert header_of(sandbox, "t:RequestServerVersion") == ["Exchange2013"] * 3
    assert header_of(sandbox, "t:MailboxCulture") == ["en-US"] * 3
    assert header_of(sandbox, "t:TimeZoneContext/t:TimeZoneDefinition") == ["UTC", "UTC", None]
    assert header_of(sandbox, "t:ExchangeImpersonation") == [None] * 3


@pytest.fixture
def service(sandbox: RunningSandbox) -> Iterator[EwsBackend]:
    signs_in = next(one for one in sandbox.accounts if "service" in one["display_name"].casefold())
    account = Account(
        AccountId("s"), "priya.natarajan@contoso.com", sandbox.url, signs_in["user"], ca_file=sandbox.ca_file
    )
    made = EwsBackend(_impersonating(account), signs_in["password"])
    yield made
    made.close()


def _impersonating(account: Account) -> Account:
    return Account(
        account.account_id, account.address, account.endpoint, account.user, ca_file=account.ca_file, impersonate=True
    )


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda backend: backend.send([ItemRef("A", "K")], CopyTo(), job()), "SendItem"),
        (lambda backend: backend.save([draft()], job()), "CreateItem"),
        (lambda backend: backend.delete_attachments(["x"], job()), "DeleteAttachment"),
    ],
)
def test_the_header_of_soap_names_the_operation(
    make_backend: Callable[..., EwsBackend], ask: Callable[[EwsBackend], object], name: str
) -> None:
    with ScriptedServer([answer(200)]) as server:
        ask(make_backend(server.url))
    assert f'SOAPAction: "{NAMES["m"]}/{name}"' in server.requests[0].head.splitlines()


def test_every_service_acts_as_the_mailbox_that_is_impersonated(
    service: EwsBackend, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    new = draft()
    refs = saved(service, new)
    changed = service.update([DraftUpdate(refs[0], message("x"), frozenset({Field.SUBJECT}))], job())
    refs = [outcome.ref for outcome in changed if outcome.ref is not None]
    service.get(refs, job())
    service.mark_originals([OriginalMark(refs[0], Verb.REPLIED, 1.5e9)], job())
    refs = [answer.item.ref for answer in service.get(refs, job()) if answer.item is not None]
    service.list_folder(Folder.DRAFTS, 0, 5, job())
    service.locate([Mark(new.local_id, "")], [Folder.DRAFTS], job())
    copies = [outcome.ref for outcome in service.copy(refs, DELETED, job())]
    service.move([ref for ref in copies if ref is not None], DELETED, job())
    service.resolve_names("sofia", job())
    service.expand_group(Recipient("everyone@contoso.com"), job())
    service.mail_tips("", [JAMES], job())
    service.sync(Place(Folder.DRAFTS), "", 5, job())
    service.find_folders("", job())
    service.category_list(job())
    shown = service.get(refs, job())[0].item
    assert shown is not None
    service.conversation(shown.conversation_id, "", job())
    made = service.attach(refs[0], [NewAttachment("a", __file__)], lambda *_: None, job())[0]
    service.get_attachment(made.attachment_id, str(tmp_path / "a"), lambda _: None, job())
    gone = service.delete_attachments([made.attachment_id], job())[0]
    listening = job()
    threading.Timer(0.5, listening.stop, [TroubleKind.CANCELLED]).start()
    with suppress(AccountError):
        service.notices([Place(Folder.DRAFTS)], lambda _: None, listening)
    refs = [gone.outcome.ref or refs[0]]
    service.send(refs, CopyTo(), job())
    service.delete(refs, False, job())
    done = sandbox.journal()
    written = [name for file in EWS.glob("*.py") for name in re.findall(r'operation\("(\w+)"', file.read_text("utf-8"))]
    assert {entry["operation"] for entry in done} == set(written) - {"GetEvents"}
    path = "t:ExchangeImpersonation/t:ConnectingSID/t:PrimarySmtpAddress"
    assert header_of(sandbox, path) == ["priya.natarajan@contoso.com"] * len(done)
    assert [row["sender"] for row in sandbox.deliveries()] == ["priya.natarajan@contoso.com"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda backend: backend.resolve_names("x", job()),
        lambda backend: backend.expand_group(JAMES, job()),
        lambda backend: backend.sync(Place(Folder.DRAFTS), "", 5, job()),
    ],
)
def test_an_answer_without_its_list_is_a_trouble_and_no_empty_list(
    make_backend: Callable[..., EwsBackend], ask: Callable[[EwsBackend], object]
) -> None:
    message = (
        '<m:XResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode></m:XResponseMessage>'
    )
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
    parts = [
        f"<m:{name}Response><m:ResponseMessages>{message}</m:ResponseMessages></m:{name}Response>"
        for name in ("ResolveNames", "ExpandDL", "SyncFolderItems")
    ]
    body = f"<s:Envelope {names}><s:Body>{''.join(parts)}</s:Body></s:Envelope>".encode()
    with ScriptedServer([answer(200, body)]) as server, pytest.raises(ServerTrouble):
        ask(make_backend(server.url))


def test_a_draft_of_nothing_can_be_saved_in_two_mailboxes_at_once(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    own, theirs = draft(Content()), draft(Content())
    theirs = NewDraft(theirs.local_id, theirs.message_id, Content(), "sales@contoso.com")
    outcomes = backend.save([own, theirs, draft()], job())
    assert all(outcome.accepted for outcome in outcomes)
    assert [entry["items"] for entry in sandbox.journal("CreateItem")] == [2, 1]
    found = backend.locate(
        [Mark(theirs.local_id, "")], [Folder.DRAFTS, Place(Folder.DRAFTS, "sales@contoso.com")], job()
    )
    assert [one.place for one in found] == [Place(Folder.DRAFTS, "sales@contoso.com")]


def test_an_inbox_is_listed_and_synchronised_with_who_wrote_each_message(backend: EwsBackend) -> None:
    inbox = Place(Folder.INBOX)
    listed = backend.list_folder(inbox, 0, 50, job()).rows
    synced = [change.row for change in backend.sync(inbox, "", 200, job()).changes]
    assert listed
    assert {row.ref.item_id for row in synced if row is not None} == {row.ref.item_id for row in listed}
    assert all(row.sender and row.sent and not row.is_draft for row in listed)
    assert [row.sent for row in listed] == sorted((row.sent for row in listed), reverse=True)
