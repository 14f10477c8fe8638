"""What goes over the pipe between window and engine: tagged records in msgpack, each behind its length.

A frame is four bytes of length (big-endian) and one record. The first frame of each side is its hello with VERSION;
an engine of another version ends at once. Each request has an id of its own; the replies that carry it are, in order:
Started (a lane took it up: before this nothing can have left the machine), any number of Progress and Carried, and one
End. Secrets go over the pipe only, in OpenAccount, Probe and what `signing_in.py` has; of that, SecretChanged alone
answers nothing.
"""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING, Final

import msgspec

from app.domain.account import Account, Discovery, ProbeStep
from app.domain.errors import ServerWords, Trouble, TroubleKind
from app.domain.listing import Folder, MailFolder, Mark, Page, Place, Report, Sighting, SyncPage
from app.domain.message import AccountId, DraftUpdate, ItemRef, NewDraft
from app.domain.outcome import AttachmentFetch, AttachOutcome, FetchOutcome, NewAttachment, Outcome
from app.domain.people import MailTips, Resolution
from app.domain.recipient import Recipient
from app.domain.record import CopyTo
from app.domain.sign_in import SignedIn, SignInPage, SignInWay
from app.domain.text import mend_surrogates

if TYPE_CHECKING:
    pass

VERSION = 4
LARGEST_FRAME = 1 << 30
_LENGTH = struct.Struct(">I")


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


class Probe(Work, frozen=True, tag="probe"):
    """Test a connection; each step comes as Progress."""

    account: Account
    secret: str
    proxy_secret: str = ""

    def __repr__(self) -> str:
        return f"Probe(id={self.id}, account_id={self.account_id!r})"


class Save(Work, frozen=True, tag="save"):
    """Answered by Outcomes."""

    drafts: tuple[NewDraft, ...]


class Update(Work, frozen=True, tag="update"):
    """Answered by Outcomes."""

    updates: tuple[DraftUpdate, ...]


class Send(Work, frozen=True, tag="send"):
    """Answered by Outcomes."""

    refs: tuple[ItemRef, ...]
    copy_to: CopyTo


class Delete(Work, frozen=True, tag="delete"):
    """Answered by Outcomes."""

    refs: tuple[ItemRef, ...]
    for_good: bool


class Move(Work, frozen=True, tag="move"):
    """Answered by Outcomes."""

    refs: tuple[ItemRef, ...]
    to: Place


class Copy(Work, frozen=True, tag="copy"):
    """Answered by Outcomes."""

    refs: tuple[ItemRef, ...]
    to: Place


class Attach(Work, frozen=True, tag="attach"):
    """Answered by Attached; bytes that went are told by Carried."""

    parent: ItemRef
    attachments: tuple[NewAttachment, ...]


class DeleteAttachments(Work, frozen=True, tag="detach"):
    """Answered by Attached."""

    attachment_ids: tuple[str, ...]


class GetAttachment(Work, frozen=True, tag="get-attachment"):
    """Answered by AttachmentRead; the file is written by the engine, and what came of it is told by Carried."""

    attachment_id: str
    path: str


class FindReports(Work, frozen=True, tag="reports"):
    """Answered by ReportsFound."""

    since: float


class SaveMime(Work, frozen=True, tag="save-mime"):
    """Answered by MimeSaved; the file is written by the engine."""

    ref: ItemRef
    path: str


class ResolveNames(Work, frozen=True, tag="resolve"):
    """Answered by Resolved."""

    text: str


class ExpandGroup(Work, frozen=True, tag="expand"):
    """Answered by Resolved."""

    group: Recipient


class AskMailTips(Work, frozen=True, tag="ask-tips"):
    """Answered by Tips."""

    sending_as: str
    recipients: tuple[Recipient, ...]


class FindFolders(Work, frozen=True, tag="find-folders"):
    """Answered by FoldersFound."""

    mailbox: str


class FindMailboxes(Work, frozen=True, tag="find-mailboxes"):
    """Answered by MailboxesFound."""


class ReadCategories(Work, frozen=True, tag="read-categories"):
    """Answered by CategoriesRead."""


class Sync(Work, frozen=True, tag="sync"):
    """Answered by Synced."""

    place: Place
    state: str
    limit: int


class Get(Work, frozen=True, tag="get"):
    """Answered by Fetches; with `people_only` nothing but recipients is read."""

    refs: tuple[ItemRef, ...]
    people_only: bool = False


class ListFolder(Work, frozen=True, tag="list"):
    """Answered by Listing."""

    folder: Folder | Place
    offset: int
    limit: int
    query: str = ""


class Locate(Work, frozen=True, tag="locate"):
    """Answered by Sightings."""

    marks: tuple[Mark, ...]
    folders: tuple[Folder | Place, ...]


class Notices(Work, frozen=True, tag="notices"):
    """Tell of changes in folders, by Noticed, until the server ends it. Answered by Done."""

    places: tuple[Place, ...]


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """End the request `id`; it is answered all the same, with what can be said of it."""

    id: int
    kind: TroubleKind


class SignIn(msgspec.Struct, frozen=True, tag="sign-in"):
    """Sign an account in; what the person is to open comes as SignInAsked. Answered by SignedInNow."""

    id: int
    account_id: AccountId
    seconds: float
    account: Account
    way: SignInWay
    proxy_secret: str = ""


class Discover(msgspec.Struct, frozen=True, tag="discover"):
    """Find the server of an account's address; what each host said comes as Progress. Answered by Discovered."""

    id: int
    account_id: AccountId
    seconds: float
    account: Account
    secret: str
    proxy_secret: str = ""

    def __repr__(self) -> str:
        return f"Discover(id={self.id}, account_id={self.account_id!r})"


WriteRequest = Save | Update | Send | Delete | Move | Copy | Attach | DeleteAttachments
AroundRequest = FindMailboxes | ReadCategories
LookRequest = (
    AroundRequest
    | FindFolders
    | GetAttachment
    | SaveMime
    | FindReports
    | ResolveNames
    | ExpandGroup
    | AskMailTips
    | Sync
)
ReadRequest = Get | ListFolder | Locate | Notices | LookRequest
AccountRequest = Probe | WriteRequest | ReadRequest

LARGE_READ: Final = 10
"""Messages in a GetItem that still goes beside all others."""
WorkRequest = SignIn | Discover | AccountRequest
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


class Outcomes(msgspec.Struct, frozen=True, tag="outcomes"):
    """The end of a write."""

    id: int
    outcomes: tuple[Outcome, ...]


class Fetches(msgspec.Struct, frozen=True, tag="fetches"):
    """The end of Get."""

    id: int
    fetches: tuple[FetchOutcome, ...]


class Listing(msgspec.Struct, frozen=True, tag="listing"):
    """The end of ListFolder."""

    id: int
    page: Page


class Sightings(msgspec.Struct, frozen=True, tag="sightings"):
    """The end of Locate."""

    id: int
    sightings: tuple[Sighting, ...]


class Attached(msgspec.Struct, frozen=True, tag="attached"):
    """The end of Attach and DeleteAttachments."""

    id: int
    attached: tuple[AttachOutcome, ...]


class AttachmentRead(msgspec.Struct, frozen=True, tag="attachment"):
    """The end of GetAttachment."""

    id: int
    fetch: AttachmentFetch


class ReportsFound(msgspec.Struct, frozen=True, tag="reports-found"):
    """The end of FindReports."""

    id: int
    reports: tuple[tuple[str, Report], ...]


class MimeSaved(msgspec.Struct, frozen=True, tag="mime-saved"):
    """The end of SaveMime."""

    id: int
    outcome: Outcome


class Resolved(msgspec.Struct, frozen=True, tag="resolved"):
    """The end of ResolveNames and ExpandGroup."""

    id: int
    resolution: Resolution


class Tips(msgspec.Struct, frozen=True, tag="tips"):
    """The end of AskMailTips."""

    id: int
    tips: tuple[MailTips, ...]


class FoldersFound(msgspec.Struct, frozen=True, tag="folders"):
    """The end of FindFolders."""

    id: int
    folders: tuple[MailFolder, ...]


class MailboxesFound(msgspec.Struct, frozen=True, tag="mailboxes"):
    """The end of FindMailboxes."""

    id: int
    mailboxes: tuple[Recipient, ...]


class CategoriesRead(msgspec.Struct, frozen=True, tag="categories"):
    """The end of ReadCategories."""

    id: int
    names: tuple[str, ...]


class Synced(msgspec.Struct, frozen=True, tag="synced"):
    """The end of Sync."""

    id: int
    page: SyncPage


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


Around = MailboxesFound | CategoriesRead
Found = Around | FoldersFound | Attached | MimeSaved | ReportsFound | AttachmentRead | Resolved | Tips | Synced
End = Done | SignedInNow | Discovered | Outcomes | Fetches | Listing | Sightings | Found | Failure
Answer = Started | Progress | Carried | Noticed | SignInAsked | End
Reply = Ready | SecretChanged | Answer

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def is_large_read(request: object) -> bool:
    """Tell whether a request reads more messages than somebody looks at."""
    return isinstance(request, Get) and len(request.refs) > LARGE_READ


def write_frame(pipe: IO[bytes], record: Request | Reply) -> None:
    """Write one record, lone surrogates in it made U+FFFD. Raises OSError when the other side is gone."""
    try:
        content = _encoder.encode(record)
    except UnicodeEncodeError:
        content = _encoder.encode(_mend(msgspec.to_builtins(record, builtin_types=(bytes,))))
    pipe.write(_LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def read_request(pipe: IO[bytes]) -> Request | None:
    """Read one request, None at the end of the pipe. Raises ValueError for what is not a frame of ours."""
    content = _read_frame(pipe)
    return None if content is None else _requests.decode(content)


def read_reply(pipe: IO[bytes]) -> Reply | None:
    """Read one reply, None at the end of the pipe. Raises ValueError for what is not a frame of ours."""
    content = _read_frame(pipe)
    return None if content is None else _replies.decode(content)


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


def _read_frame(pipe: IO[bytes]) -> bytes | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > LARGEST_FRAME:
        raise ValueError("a frame longer than any of ours")
    content = pipe.read(length)
    return content if len(content) == length else None


def items_of(request: WorkRequest) -> int | None:
    """Return how many items a write is about, None for a read."""
    match request:
        case Save(drafts=drafts):
            return len(drafts)
        case Update(updates=updates):
            return len(updates)
        case Send(refs=refs) | Delete(refs=refs) | Move(refs=refs) | Copy(refs=refs):
            return len(refs)
        case Attach(attachments=attachments):
            return len(attachments)
        case DeleteAttachments(attachment_ids=attachment_ids):
            return len(attachment_ids)
        case _:
            return None
