"""What makes exchangelib wait for ever, provoked: each job ends by its deadline, and the next one works."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from exchangelib.protocol import BaseProtocol

from app.backends.ews import soap_client
from app.backends.ews.backend import EwsBackend
from app.backends.port import Job
from app.domain.errors import AccountError, Trouble, TroubleKind
from app.domain.listing import Folder, Mark, Place
from app.domain.message import DraftUpdate, Field, ItemRef, NewAttachment
from app.domain.outcome import Verdict
from app.domain.recipient import Recipient
from app.domain.record import CopyTo
from tests.integration.ews.conftest import draft, job, message
from tests.sandbox_fixture import RunningSandbox
from tests.scripted_server import ScriptedServer, answer, stall

REF = ItemRef("a", "k")
ASKS: dict[str, Callable[[EwsBackend, Job], Any]] = {
    "save": lambda b, j: b.save([draft()], j),
    "send": lambda b, j: b.send([REF], CopyTo(), j),
    "move": lambda b, j: b.move([REF], Place(Folder.SENT), j),
    "attach": lambda b, j: b.attach(REF, [NewAttachment("f", __file__)], lambda *_: None, j),
    "detach": lambda b, j: b.delete_attachments(["x"], j),
    "get": lambda b, j: b.get([REF], j),
    "list": lambda b, j: b.list_folder(Folder.SENT, 0, 5, j),
    "resolve": lambda b, j: b.resolve_names("x", j),
    "tips": lambda b, j: b.mail_tips("", [Recipient("a@b.example")], j),
    "sync": lambda b, j: b.sync(Place(Folder.SENT), "", 5, j),
    "update": lambda b, j: b.update([DraftUpdate(REF, message(), frozenset({Field.SUBJECT}))], j),
    "delete": lambda b, j: b.delete([REF], False, j),
    "copy": lambda b, j: b.copy([REF], Place(Folder.SENT), j),
    "expand": lambda b, j: b.expand_group(Recipient("a@b.example"), j),
    "folders": lambda b, j: b.find_folders("", j),
    "locate": lambda b, j: b.locate([Mark("a", "b")], [Folder.SENT], j),
    "reports": lambda b, j: b.find_reports(0.0, j),
    "mime": lambda b, j: b.save_mime(REF, "/nowhere/at/all", j),
    "fetch": lambda b, j: b.get_attachment("a", "/nowhere/at/all", lambda _: None, j),
    "categories": lambda b, j: b.category_list(j),
    "mailboxes": lambda b, j: b.named_mailboxes(j),
}


READS = {"get", "list", "resolve", "tips", "sync", "expand", "folders", "locate", "reports", "mime", "fetch"}
READS |= {"categories", "mailboxes"}


@pytest.mark.parametrize("name", ASKS)
def test_a_server_that_says_nothing_holds_no_operation_past_its_end(
    name: str, make_backend: Callable[..., EwsBackend], sandbox: RunningSandbox
) -> None:
    with ScriptedServer([stall]) as server:
        backend = make_backend(server.url)
        if name in READS:
            with pytest.raises(AccountError, match="deadline"):
                ASKS[name](backend, Job(0.3))
        else:
            answer = ASKS[name](backend, Job(0.3))[0]
            outcome = getattr(answer, "outcome", answer)
            assert (outcome.verdict, outcome.trouble.kind) == (Verdict.UNKNOWN, TroubleKind.DEADLINE)


def test_a_session_that_an_exception_leaked_makes_nobody_wait(
    backend: EwsBackend, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(soap_client._Call, "wrap", lambda *_, **__: 1 / 0)
        for _ in range(5):
            with pytest.raises(ZeroDivisionError):
                backend.save([draft()], job())
    assert backend.save([draft()], job())[0].accepted


def test_a_pool_that_shrinks_while_all_are_busy_makes_nobody_wait(backend: EwsBackend) -> None:
    http = backend._http
    assert http is not None
    taken = [http.get_session() for _ in range(4)]
    http._session_pool_size = 4
    thread = threading.Thread(target=BaseProtocol.decrease_poolsize, args=(http,), daemon=True)
    thread.start()
    assert backend.save([draft()], job())[0].accepted
    for session in taken:
        http.release_session(session)
        http.end_call(well=True)
    thread.join(20)
    assert not thread.is_alive()
    assert backend.save([draft()], job())[0].accepted


def test_a_sign_in_that_has_run_out_is_told_once_and_not_tried_for_ever(
    make_backend: Callable[..., EwsBackend], sandbox: RunningSandbox
) -> None:
    with ScriptedServer([answer(401, b"", WWW_Authenticate='Bearer error="invalid_token"')]) as server:
        backend = make_backend(server.url)
        outcome = backend.save([draft()], job())[0]
        assert outcome.verdict is Verdict.NOT_ATTEMPTED
        assert isinstance(outcome.trouble, Trouble)
        assert outcome.trouble.kind is TroubleKind.SIGN_IN
        assert len(server.requests) == 1
