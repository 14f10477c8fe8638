"""The table of operations is whole: each has its call, crosses the pipe, is served by each backend, and has a fake."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator, Sequence
from typing import get_args

import msgspec
import pytest

from app.backends.ews.backend import EwsBackend
from app.backends.graph.backend import GraphBackend
from app.backends.port import Backend, Job, ProgressListeners
from app.domain.account import Account, BackendKind
from app.domain.errors import AccountError
from app.domain.listing import Place
from app.domain.message import AccountId
from app.domain.operations import Answer, AnyOperation, MailboxOperations, Operation, Read, Result, Write
from app.engine import protocol
from tests.fakes.backend import FakeBackend
from tests.fakes.made_up import made_up
from tests.fakes.mailbox import FakeMailbox

A = AccountId("a")
TABLE: tuple[type[AnyOperation], ...] = get_args(AnyOperation)
EACH = pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
NOBODY = ProgressListeners(lambda *_: None, lambda _: None)


class Kept(MailboxOperations):
    """Keeps what is asked, and stops there."""

    asked: object = None

    async def perform_write(
        self,
        account_id: AccountId,
        operation: Write[Answer],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[Answer]:
        self.asked = operation
        return []

    async def perform_read(
        self,
        account_id: AccountId,
        operation: Read[Result],
        on_bytes: Callable[[int, int], None] | None = None,
        on_places: Callable[[Sequence[Place]], None] | None = None,
    ) -> Result:
        self.asked = operation
        raise EOFError


def declared(kind: type[Operation[object]] = Operation) -> Iterator[type[Operation[object]]]:
    """Yield all that have a tag of their own, in the table or not."""
    for one in kind.__subclasses__():
        if one.__struct_config__.tag is not None:
            yield one
        yield from declared(one)


def tag_of(kind: type[AnyOperation]) -> str:
    return str(kind.__struct_config__.tag)


def as_called(kind: type[AnyOperation], operation: AnyOperation) -> dict[str, object]:
    """Return the arguments of its call: the fields, and whom to tell where it has to be said."""
    parameters = inspect.signature(getattr(MailboxOperations, tag_of(kind))).parameters.values()
    told = {one.name: lambda *_: None for one in list(parameters)[2:] if one.default is one.empty}
    return told | msgspec.structs.asdict(operation)


def test_what_is_declared_stands_in_the_table_and_has_a_call() -> None:
    assert set(declared()) == set(TABLE)
    calls = {name for name, _ in inspect.getmembers(MailboxOperations, inspect.iscoroutinefunction)}
    assert calls - {"perform_read", "perform_write"} == {tag_of(kind) for kind in TABLE}


@EACH
async def test_its_call_asks_for_it(kind: type[AnyOperation]) -> None:
    operation, kept = made_up(kind), Kept()
    try:
        await getattr(kept, tag_of(kind))(A, **as_called(kind, operation))
    except EOFError:
        assert isinstance(operation, Read)
    assert kept.asked == operation


@EACH
def test_it_crosses_the_pipe_and_so_does_what_it_returns(kind: type[AnyOperation]) -> None:
    pipe, operation = io.BytesIO(), made_up(kind)
    request = protocol.Perform(1, A, 9.0, operation)
    reply = protocol.Answered(1, operation.name, made_up(protocol.result_type(kind)))
    protocol.write_frame(pipe, request)
    protocol.write_frame(pipe, reply)
    pipe.seek(0)
    assert protocol.read_request(pipe) == request
    assert protocol.read_reply(pipe) == reply


def test_an_answer_to_no_operation_is_not_ours() -> None:
    pipe = io.BytesIO()
    protocol.write_frame(pipe, protocol.Answered(1, "dance", None))
    pipe.seek(0)
    with pytest.raises(ValueError, match="no operation of ours"):
        protocol.read_reply(pipe)


@EACH
def test_each_backend_serves_it(kind: type[AnyOperation]) -> None:
    """Both are asked at an address that they must not use: they refuse in time, so that no network is needed."""
    operation = made_up(kind)
    backends: list[Backend] = [
        EwsBackend(Account(A, "a@b.c", "http://mail.contoso.com", "a"), "secret"),
        GraphBackend(Account(A, "a@b.c", "http://mail.contoso.com/v1.0", "a", backend=BackendKind.GRAPH), "secret"),
        FakeBackend(),
    ]
    for backend in backends:
        try:
            answers = backend.perform(operation, Job(9.0), NOBODY)
        except AccountError:
            assert isinstance(operation, Read)
        else:
            assert not isinstance(operation, Write) or len(msgspec.convert(answers, list[object])) == operation.count


@EACH
def test_it_has_a_fake(kind: type[AnyOperation]) -> None:
    assert getattr(FakeMailbox, tag_of(kind)) is not getattr(MailboxOperations, tag_of(kind))
