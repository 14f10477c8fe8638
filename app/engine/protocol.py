"""What goes over the pipe between window and engine: tagged records in msgpack, each behind its length.

A frame (`core/frames.py`) holds one record. The first frame of each side is its hello with VERSION;
an engine of another version ends at once. Each request has an id of its own; the replies that carry it are, in order:
Started (a lane took it up: before this nothing can have left the machine), any number of Progress and Carried, and one
End. What is asked of mailboxes, and what comes back, is the table's (`app/domain/operations.py`). Secrets go over the
pipe only, in OpenAccount, Probe, SignIn, Discover, FindRelease, SignedInNow and SecretChanged, which answers nothing.
"""

from __future__ import annotations

from functools import cache
from typing import IO, Any, TypeVar, get_args, get_origin

import msgspec

from app.core import frames
from app.core.text import mend_surrogates
from app.domain.account import Account, Discovery, ProbeStep
from app.domain.errors import ServerWords, Trouble, TroubleKind
from app.domain.listing import Place
from app.domain.message import AccountId
from app.domain.operations import AnyOperation, Operation, Write
from app.domain.release import Release
from app.domain.sign_in import SignedIn, SignInPage, SignInWay

VERSION = 7
LARGEST_FRAME = 1 << 30


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The window's first frame. `catalogue` is the path of the .mo file of the person's language, empty for none."""

    version: int
    catalogue: str = ""


class OpenAccount(msgspec.Struct, frozen=True, tag="open"):
    """How to reach an account from now on. Answered by Done, without network."""

    id: int
    account: Account
    secret: str
    proxy_secret: str = ""

    def __repr__(self) -> str:
        return f"OpenAccount(id={self.id}, account_id={self.account.account_id!r})"


class Work(msgspec.Struct, frozen=True):
    """A request that takes time: `seconds` is what is left of its deadline when it is written."""

    id: int
    account_id: AccountId
    seconds: float


class Perform(Work, frozen=True, tag="perform"):
    """Carry out an operation of the table on an account that is open. Answered by Answered, or Failure for a read."""

    operation: AnyOperation


class Probe(Work, frozen=True, tag="probe"):
    """Test a connection; each step comes as Progress. Answered by Done."""

    account: Account
    secret: str
    proxy_secret: str = ""

    def __repr__(self) -> str:
        return f"Probe(id={self.id}, account_id={self.account_id!r})"


class SignIn(Work, frozen=True, tag="sign-in"):
    """Sign an account in; what the person is to open comes as SignInAsked. Answered by SignedInNow."""

    account: Account
    way: SignInWay
    proxy_secret: str = ""

    def __repr__(self) -> str:
        return f"SignIn(id={self.id}, account_id={self.account_id!r})"


class Discover(Work, frozen=True, tag="discover"):
    """Find the server of an account's address; what each host said comes as Progress. Answered by Discovered."""

    account: Account
    secret: str
    proxy_secret: str = ""

    def __repr__(self) -> str:
        return f"Discover(id={self.id}, account_id={self.account_id!r})"


class FindRelease(Work, frozen=True, tag="find-release"):
    """Find what is announced at an address of the program's makers, by the account's way. Answered by ReleaseFound."""

    account: Account
    address: str
    proxy_secret: str = ""

    def __repr__(self) -> str:
        return f"FindRelease(id={self.id}, account_id={self.account_id!r})"


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """End the request `id`; it is answered all the same, with what can be said of it."""

    id: int
    kind: TroubleKind


Trial = Probe | SignIn | Discover | FindRelease
"""What needs no account that is open: it says itself how the server is reached."""

WorkRequest = Perform | Trial
Request = Hello | OpenAccount | WorkRequest | Cancel


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The engine's first frame."""

    version: int


class Started(msgspec.Struct, frozen=True, tag="started"):
    """A lane took the request up."""

    id: int


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """One step of a probe."""

    id: int
    step: ProbeStep


class Carried(msgspec.Struct, frozen=True, tag="carried"):
    """So many bytes of files went out or came in, of so many; of 0 where the whole is not known."""

    id: int
    done: int
    total: int


class Noticed(msgspec.Struct, frozen=True, tag="noticed"):
    """Folders that are listened to from now on, the first time; after that, folders that changed."""

    id: int
    places: tuple[Place, ...]


class Done(msgspec.Struct, frozen=True, tag="done"):
    """It is done, and there is nothing to say."""

    id: int


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    """The end of Perform: `result` is of the type that the operation of this name declares."""

    id: int
    operation: str
    result: object


class _Undecoded(msgspec.Struct, frozen=True, tag="answered"):
    """Answered, as it is read: the type of its result follows from its operation."""

    id: int
    operation: str
    result: msgspec.Raw


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """The end of a read that has no answer: a trouble, a refusal in the server's words, a defect of ours (where), or
    what was asked for wrongly, in words.
    """

    id: int
    trouble: Trouble | None = None
    words: ServerWords | None = None
    defect: str = ""
    bad_input: str = ""


class SignedInNow(msgspec.Struct, frozen=True, tag="signed-in"):
    """The end of SignIn."""

    id: int
    done: SignedIn


class Discovered(msgspec.Struct, frozen=True, tag="discovered"):
    """The end of Discover."""

    id: int
    discovery: Discovery


class ReleaseFound(msgspec.Struct, frozen=True, tag="release-found"):
    """The end of FindRelease."""

    id: int
    release: Release | None


class SignInAsked(msgspec.Struct, frozen=True, tag="sign-in-asked"):
    """The person is to open this."""

    id: int
    page: SignInPage


class SecretChanged(msgspec.Struct, frozen=True, tag="secret-changed"):
    """An open account has another secret from now on. It answers no request, and may come at any time."""

    account_id: AccountId
    before: str
    after: str

    def __repr__(self) -> str:
        return f"SecretChanged(account_id={self.account_id!r})"


End = Done | Answered | SignedInNow | Discovered | ReleaseFound | Failure
Answer = Started | Progress | Carried | Noticed | SignInAsked | End
Reply = Ready | SecretChanged | Answer
_FromPipe = (
    Ready
    | SecretChanged
    | Started
    | Progress
    | Carried
    | Noticed
    | SignInAsked
    | Done
    | _Undecoded
    | SignedInNow
    | Discovered
    | ReleaseFound
    | Failure
)

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_replies: msgspec.msgpack.Decoder[_FromPipe] = msgspec.msgpack.Decoder(_FromPipe)


def result_type(operation: type[Operation[Any]]) -> object:
    """Return the type of what an operation returns, from the base that it names."""
    for kind in operation.__mro__:
        for base in kind.__dict__.get("__orig_bases__", ()):
            (result,) = get_args(base) or (None,)
            if not isinstance(result, TypeVar):
                return list[result] if get_origin(base) is Write else result  # type: ignore[valid-type]
    raise TypeError(f"{operation.__name__} names no result")


@cache
def _results(name: str) -> msgspec.msgpack.Decoder[object]:
    """Return what decodes the results of the operation `name`. Raises ValueError where there is none."""
    for operation in get_args(AnyOperation):
        if operation.__struct_config__.tag == name:
            return msgspec.msgpack.Decoder(result_type(operation))
    raise ValueError("an answer to no operation of ours")


def write_frame(pipe: IO[bytes], record: Request | Reply) -> None:
    """Write one record, lone surrogates in it made U+FFFD. Raises OSError when the other side is gone."""
    try:
        content = _encoder.encode(record)
    except UnicodeEncodeError:
        content = _encoder.encode(_mend(msgspec.to_builtins(record, builtin_types=(bytes,))))
    frames.write_frame(pipe, content)


def read_request(pipe: IO[bytes]) -> Request | None:
    """Read one request, None at the end of the pipe. Raises ValueError for what is not a frame of ours."""
    content = frames.read_frame(pipe, LARGEST_FRAME)
    return None if content is None else _requests.decode(content)


def read_reply(pipe: IO[bytes]) -> Reply | None:
    """Read one reply, None at the end of the pipe. Raises ValueError for what is not a frame of ours."""
    content = frames.read_frame(pipe, LARGEST_FRAME)
    if content is None:
        return None
    reply = _replies.decode(content)
    if isinstance(reply, _Undecoded):
        return Answered(reply.id, reply.operation, _results(reply.operation).decode(reply.result))
    return reply


def _mend(value: object) -> object:
    match value:
        case str():
            return mend_surrogates(value)
        case dict():
            return {key: _mend(one) for key, one in value.items()}
        case list() | tuple():
            return [_mend(one) for one in value]
        case _:
            return value
