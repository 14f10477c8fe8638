"""Whatever goes over the pipe comes out as it was, and what is not ours is told."""

from __future__ import annotations

import io

import pytest

from app.domain import operations as ops
from app.domain.account import Account, ProbeStep
from app.domain.attachment import Attachment
from app.domain.errors import ServerWords, Trouble, TroubleKind
from app.domain.listing import Change, ChangeKind, Folder, MailFolder, Mark, Page, Place, Row, Sighting, SyncPage
from app.domain.message import (
    AccountId,
    BodyFormat,
    Content,
    DraftUpdate,
    Fetched,
    Field,
    Header,
    Importance,
    ItemRef,
    LocalId,
    NewAttachment,
    NewDraft,
    Options,
)
from app.domain.outcome import AttachOutcome, FetchedAttachment, FetchOutcome, Outcome, Verdict
from app.domain.people import MailTips, Resolution
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.engine import protocol

A = AccountId("a")
ACCOUNT = Account(A, "anna@example.org", "https://mail.example.org/EWS/Exchange.asmx", "anna", ca_file="/ca.pem")
CONTENT = Content(
    sender=Recipient("boss@example.org"),
    to=(Recipient("ben@example.org", "Ben"),),
    subject="s\U0001f600",
    body="b" * 100_000,
    body_format=BodyFormat.HTML,
    importance=Importance.LOW,
    options=Options(categories=("Blue",), conversation_index=b"\x01\xff", headers=(Header("X-A", "1"),)),
)
REF = ItemRef("A", "K")
SALES = Place(Folder.SENT, "sales@example.org")
FILE = NewAttachment("n", "/p", "a/b", "cid")
WORDS = ServerWords("Error", "ErrorX", "text", 7, "<x/>", 9)
REQUESTS: list[protocol.Request] = [
    protocol.Hello(protocol.VERSION),
    protocol.OpenAccount(1, ACCOUNT, "secret"),
    protocol.Probe(2, A, 9.0, ACCOUNT, "secret"),
    protocol.Perform(3, A, 9.0, ops.Save((NewDraft(LocalId("l"), "<m>", CONTENT),))),
    protocol.Perform(4, A, 9.0, ops.Update((DraftUpdate(REF, CONTENT, frozenset(Field)),))),
    protocol.Perform(5, A, 9.0, ops.Send((REF,), CopyTo(CopyKind.NONE))),
    protocol.Perform(6, A, 9.0, ops.Delete((REF,), for_good=True)),
    protocol.Perform(7, A, 9.0, ops.Get((REF,))),
    protocol.Perform(8, A, 9.0, ops.ListFolder(Folder.SENT, 20, 20)),
    protocol.Perform(9, A, 9.0, ops.Locate((Mark("l", "<m>"),), (Folder.DRAFTS,))),
    protocol.Perform(
        9, A, 9.0, ops.Locate((Mark("l", "<m>"),), (Folder.DRAFTS, Place(Folder.SENT, "sales@example.org")))
    ),
    protocol.Perform(10, A, 9.0, ops.Move((REF,), Place(Folder.DELETED))),
    protocol.Perform(11, A, 9.0, ops.Copy((REF,), Place(Folder.SENT, folder_id="F"))),
    protocol.Perform(
        12, A, 9.0, ops.Attach(REF, (NewAttachment("n", "/p", "a/b", "cid"), NewAttachment("l", message=CONTENT)))
    ),
    protocol.Perform(13, A, 9.0, ops.DeleteAttachments(REF, ("x",))),
    protocol.Perform(14, A, 9.0, ops.GetAttachment(REF, "x", "/p")),
    protocol.Perform(15, A, 9.0, ops.ResolveNames("sofia")),
    protocol.Perform(16, A, 9.0, ops.ExpandGroup(Recipient("all@example.org"))),
    protocol.Perform(17, A, 9.0, ops.GetMailTips((Recipient("you@example.org"),), "me@example.org")),
    protocol.Perform(18, A, 9.0, ops.Sync(Place(Folder.DRAFTS), "state", 20)),
    protocol.Perform(19, A, 9.0, ops.FindFolders("sales@example.org")),
    protocol.Perform(20, A, 9.0, ops.Notices((Place(Folder.SENT), Place(Folder.DRAFTS, "m")))),
    protocol.Cancel(9, TroubleKind.DEADLINE),
]
OUTCOME = Outcome(Verdict.REFUSED, REF, WORDS, Trouble(TroubleKind.SERVER, "d", retry_after=1.5), 5.0)
REPLIES: list[protocol.Reply] = [
    protocol.Ready(1),
    protocol.Started(1),
    protocol.Progress(1, ProbeStep("tls", passed=True, detail="d")),
    protocol.Done(1),
    protocol.Noticed(1, (Place(Folder.SENT),)),
    protocol.Answered(1, "save", [OUTCOME]),
    protocol.Answered(1, "get", [FetchOutcome(OUTCOME, Fetched(REF, CONTENT))]),
    protocol.Answered(1, "list_folder", Page((Row(REF),), 1, 2)),
    protocol.Answered(1, "locate", [Sighting(Mark("l", "m"), Folder.SENT, REF, is_draft=False)]),
    protocol.Carried(1, 5, 10),
    protocol.Answered(1, "attach", [AttachOutcome(OUTCOME, "x")]),
    protocol.Answered(1, "get_attachment", FetchedAttachment(OUTCOME, Attachment("x", "n", 5), Fetched(REF, CONTENT))),
    protocol.Answered(1, "resolve_names", Resolution((Recipient("a"),), complete=False)),
    protocol.Answered(1, "mail_tips", [MailTips("a", mailbox_full=True)]),
    protocol.Answered(1, "find_folders", (MailFolder("f", ("Projects", "Northwind")),)),
    protocol.Answered(1, "sync", SyncPage("s", (Change(ChangeKind.READ, REF, Row(REF), is_read=True),), more=True)),
    protocol.Failure(1, bad_input="words"),
    protocol.Failure(1, Trouble(TroubleKind.ENGINE), WORDS, "defect"),
]


def save_of(content: Content) -> protocol.Perform:
    return protocol.Perform(1, A, 9.0, ops.Save((NewDraft(LocalId("l"), "<m>", content),)))


def test_every_request_and_reply_crosses_as_it_is() -> None:
    pipe = io.BytesIO()
    for record in [*REQUESTS, *REPLIES]:
        protocol.write_frame(pipe, record)
    pipe.seek(0)
    assert [protocol.read_request(pipe) for _ in REQUESTS] == REQUESTS
    assert [protocol.read_reply(pipe) for _ in REPLIES] == REPLIES
    assert protocol.read_reply(pipe) is None


def test_a_lone_surrogate_crosses_as_the_sign_for_what_cannot_be_shown() -> None:
    pipe = io.BytesIO()
    protocol.write_frame(pipe, save_of(Content(body="a\ud800b")))
    pipe.seek(0)
    request = protocol.read_request(pipe)
    assert isinstance(request, protocol.Perform)
    assert isinstance(request.operation, ops.Save)
    assert request.operation.drafts[0].content.body == "a\ufffdb"


def test_so_it_does_in_an_answer() -> None:
    pipe = io.BytesIO()
    outcome = Outcome(Verdict.REFUSED, words=ServerWords("Error", "ErrorX", "a\ud800b"))
    protocol.write_frame(pipe, protocol.Answered(1, "save", [outcome]))
    pipe.seek(0)
    reply = protocol.read_reply(pipe)
    mended = Outcome(Verdict.REFUSED, words=ServerWords("Error", "ErrorX", "a\ufffdb"))
    assert reply == protocol.Answered(1, "save", [mended])


def test_bytes_cross_beside_a_lone_surrogate() -> None:
    pipe = io.BytesIO()
    content = Content(body="a\ud800b", options=Options(conversation_index=b"\x01\xff"))
    protocol.write_frame(pipe, save_of(content))
    pipe.seek(0)
    request = protocol.read_request(pipe)
    assert isinstance(request, protocol.Perform)
    assert isinstance(request.operation, ops.Save)
    assert request.operation.drafts[0].content.options.conversation_index == b"\x01\xff"


def test_a_pipe_that_ends_anywhere_in_a_frame_is_an_end() -> None:
    pipe = io.BytesIO()
    protocol.write_frame(pipe, protocol.Started(1))
    whole = pipe.getvalue()
    for length in range(len(whole)):
        assert protocol.read_reply(io.BytesIO(whole[:length])) is None


@pytest.mark.parametrize("content", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x02hi", b"\x00\x00\x00\x01\xc1"])
def test_what_is_not_a_frame_of_ours_is_told(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - msgspec's errors are of this kind, and ours
        protocol.read_reply(io.BytesIO(content))


def test_no_record_shows_its_secret() -> None:
    assert all("secret" not in repr(request) for request in REQUESTS)
