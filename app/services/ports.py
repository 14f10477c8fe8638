"""What the services ask of the world: a disk, a server, secrets, a clock.

Bootstrap hands in the real ones; tests hand in the fakes of `tests/fakes`, one documented fake per port.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from app.core.events import Event
from app.domain.account import Account, Discovery, ProbeStep
from app.domain.edits import Edit
from app.domain.errors import StorageError
from app.domain.listing import (
    Change,
    ConversationRow,
    Listing,
    Order,
    Place,
    Report,
    Row,
    RowId,
    SyncStanding,
)
from app.domain.message import AccountId, Content, Fetched, ItemRef, LocalId
from app.domain.operations import MailboxOperations
from app.domain.people import Correspondent
from app.domain.query import Query
from app.domain.record import Record, StoredMessage
from app.domain.release import Release
from app.domain.sign_in import SignedIn, SignInPage, SignInWay
from app.domain.version import Version, VersionHead, VersionReason

Copies = Callable[[AccountId, Sequence[ItemRef]], Awaitable[Mapping[str, Fetched]]]
"""Returns the copies of these very versions, by ItemId; what there is none of is left out. Raises nothing."""


class KeptDrafts(Protocol):
    """Copies of drafts on this machine's disk. All awaits raise StorageError when the disk fails."""

    async def kept(self, account_id: AccountId) -> dict[str, str]:
        """Return of which items there are copies, and of which version (ChangeKey) each is."""
        ...

    async def read_copies(self, account_id: AccountId, refs: Sequence[ItemRef]) -> dict[str, Fetched]:
        """Return the copies of these very versions, by ItemId; what there is none of is left out."""
        ...

    async def keep_copies(self, account_id: AccountId, copies: Sequence[tuple[ItemRef, Fetched | None]]) -> None:
        """Keep copies in the place of older ones, or take down (None) that there is to be none of this version."""
        ...

    async def drop_all_but(self, account_id: AccountId, item_ids: Sequence[str]) -> None:
        """Drop the copies of all other items."""
        ...


async def no_copies(_account_id: AccountId, _refs: Sequence[ItemRef]) -> Mapping[str, Fetched]:
    """Return nothing: nothing was fetched ahead."""
    return {}


def copies_of(kept: KeptDrafts) -> Copies:
    """Return what reads copies. A disk that fails has none: the server is asked then."""

    async def read(account_id: AccountId, refs: Sequence[ItemRef]) -> Mapping[str, Fetched]:
        try:
            return await kept.read_copies(account_id, [ref for ref in refs if ref.change_key])
        except StorageError:
            return {}

    return read


class Mailbox(MailboxOperations):
    """The mailboxes on the servers, by way of the engine: the calls of `app/domain/operations.py`.

    Every call ends by its deadline, a watchdog of the window's side sees to it.

    Writes (`save`, `update`, `send`, `delete`, …) never raise for trouble of network, server or engine: they return
    one Outcome per item asked for, in order; "unknown" wherever the request may have been processed, "not attempted"
    where it is certain that it never left. A cancelled write is unknown too (the caller that awaits it sees
    CancelledError and must treat its items as unknown). Reads raise AccountError. Nothing is tried twice.
    An account is opened before its first call and again when its settings change.
    """


class Connections(Protocol):
    """Reaching accounts, and what the makers of this program announce, by way of the engine."""

    async def open_account(self, account: Account, secret: str, proxy_secret: str = "") -> None:
        """Tell the engine how to reach `account`. Needs no network. The secrets stay in memory."""
        ...

    def probe(self, account: Account, secret: str, proxy_secret: str = "") -> AsyncIterator[ProbeStep]:
        """Test a connection step by step (name, TLS, sign-in, EWS, Drafts), ending at the first that fails."""
        ...

    async def find_release(self, account: Account, address: str, proxy_secret: str = "") -> Release | None:
        """Return the newest version that is announced at `address`, asked by the proxy of `account`; None for none.

        Raises AccountError.
        """
        ...


class SignIns(Protocol):
    """Signing in with OAuth, and finding a server, by way of the engine. The secret of OAuth is a refresh token."""

    async def sign_in(
        self, account: Account, way: SignInWay, on_page: Callable[[SignInPage], None], proxy_secret: str = ""
    ) -> SignedIn:
        """Sign in; `on_page` is told what the person is to open. Cancelled, it ends. Raises AccountError."""
        ...

    async def discover(
        self, account: Account, secret: str, on_step: Callable[[ProbeStep], None], proxy_secret: str = ""
    ) -> Discovery:
        """Find the server of an account's address; `on_step` is told of each host. Raises AccountError."""
        ...

    def on_secret_changed(self, tell: Callable[[AccountId, str], None]) -> None:
        """Name whom to tell, on the window's thread, of the next secret of an account that is open."""
        ...


class Server(Mailbox, Connections, SignIns):
    """All three, as the engine is."""


class Cache(Protocol):
    """What this machine remembers of the server's folders. It may be lost at any time, and is then read anew.

    All awaits raise StorageError when the disk fails. Who reads goes before who writes. `drafts` are kept whole.
    """

    @property
    def drafts(self) -> KeptDrafts:
        """Return the copies of drafts that were fetched ahead."""
        ...

    async def standing(self, account_id: AccountId, place: Place) -> SyncStanding:
        """Return how far a folder is known."""
        ...

    async def listing(
        self,
        account_id: AccountId,
        place: Place,
        order: Order = Order.NEWEST,
        query: Query | None = None,
        names: Sequence[str] = (),
        limit: int = -1,
    ) -> Listing:
        """Return a folder in an order, or what `query` finds in it; at most `limit` rows unless that is negative.

        Rows that bear one of `names` (ItemIds, or marks of ours) come with it, whether they are found or not.
        """
        ...

    async def rows(self, account_id: AccountId, ids: Sequence[RowId]) -> dict[RowId, Row]:
        """Return rows; what is no more is left out."""
        ...

    async def people(self, account_id: AccountId, place: Place, begun: str, many: int = 6) -> list[str]:
        """Return whom messages of a folder went to, by the casefolded start of a name, the most frequent first."""
        ...

    async def put(self, account_id: AccountId, place: Place, rows: Sequence[Row]) -> None:
        """Take rows in, or write them over; each keeps its number as long as its item is there."""
        ...

    async def apply(
        self,
        account_id: AccountId,
        place: Place,
        changes: Sequence[Change],
        standing: SyncStanding,
        *,
        whole: bool = False,
    ) -> None:
        """Take a page of changes in, and only then the standing that says so: an end between costs a second look.

        With `whole`, rows that no page told of (those that were only `put`, or are in doubt) are removed.
        """
        ...

    async def remove(self, account_id: AccountId, place: Place, item_ids: Sequence[str]) -> None:
        """Remove rows whose items are known to be there no more."""
        ...

    async def doubt(self, account_id: AccountId, place: Place) -> None:
        """Take every row for one that may be no more, until a page tells of it again; the state is forgotten."""
        ...

    async def note_body(self, account_id: AccountId, item_id: str, text: str) -> None:
        """Let a message be found by all its words, until it changes."""
        ...

    async def note_reports(self, account_id: AccountId, reports: Sequence[tuple[str, Report]]) -> None:
        """Keep what reports say of messages, by Message-ID."""
        ...

    async def undelivered(self, account_id: AccountId, place: Place) -> list[RowId]:
        """Return the messages of a folder with reports of no delivery that are not settled, the newest first."""
        ...

    async def settle_reports(self, account_id: AccountId, message_id: str, *, settled: bool = True) -> None:
        """Take it that the person knows what reports say of a message, or does not; of those that come later, not."""
        ...

    async def conversation(self, account_id: AccountId, item_id: str) -> list[ConversationRow]:
        """Return what is known of a message's conversation, written or received, of all mailboxes, the newest first.

        It is in it itself; none where the message is not known, at most 200 otherwise. They are those that References
        and In-Reply-To hold together, whatever their subjects, and those of the same ConversationId. Where the server
        tells none, they are those with the same words in the subject, without "Re:" and the like, unless References of
        one of the two say that it is of another thread.
        """
        ...

    async def put_conversation(
        self, account_id: AccountId, mailbox: str, conversation: str, rows: Sequence[Row]
    ) -> bool:
        """Take in the messages of a conversation (`Row.conversation`) that lie in folders of a mailbox without a list.

        Those that a list has are left out. What was known of it before and is not among `rows` is there no more.
        Returns whether anything is other than it was.
        """
        ...

    async def forget(self, account_id: AccountId) -> None:
        """Remove all that is known of an account."""
        ...

    async def item_ids(self, account_id: AccountId) -> dict[str, list[str]]:
        """Return the ids of all rows of an account, by the mailbox that they are of, empty for one's own."""
        ...

    async def rename(self, account_id: AccountId, new: Mapping[str, str]) -> None:
        """Let rows and copies of drafts go by `new` ids, and take every row for one that may be gone."""
        ...


class Journal(Protocol):
    """This machine's disk: every message with its edits and its state, written by one thread, durable when awaited.

    `append` returns at once and is on disk within 100 ms. All awaits raise StorageError when the disk fails.
    """

    def append_edit(self, local_id: LocalId, edit: Edit) -> None:
        """Take down one edit. Never blocks and never raises; `troubled` tells of trouble."""
        ...

    async def create(self, record: Record, content: Content, on_server: Content | None = None) -> None:
        """Begin a message, or begin it anew with other text; on disk when this returns.

        Where StorageError is raised, the message is kept in memory all the same, takes edits, and is written when the
        disk is well again.
        """
        ...

    async def create_all(
        self, begun: Sequence[tuple[Record, Content, Content | None]], also: Sequence[Record] = ()
    ) -> None:
        """Begin many as `create` begins one, in one write to the disk, in which `also` is written as by `put_all`."""
        ...

    async def read_message(self, local_id: LocalId) -> StoredMessage:
        """Read one message with every edit appended so far. Raises KeyError where there is none."""
        ...

    async def read_all(self, local_ids: Sequence[LocalId]) -> list[StoredMessage]:
        """Read many; what is no more is left out."""
        ...

    async def put_all(self, records: Sequence[Record]) -> None:
        """Write many records as `put` writes one, in one write to the disk: all of them, or none.

        Raises KeyError where one of them is no more.
        """
        ...

    async def put(self, record: Record, attempt: Content | None = None) -> None:
        """Write a record over the one before; on disk (synced) when this returns. Raises KeyError where there is none.

        `edits`, `changed` and `head` are the journal's own, counted from the edits: what `record` says of them is
        ignored. `attempt` is what a save is about to write to the server; it is kept until `saved`.
        """
        ...

    async def saved(self, record: Record, on_server: Content) -> None:
        """Write the record and what the server now has, together; an attempt is over."""
        ...

    async def records(self) -> list[Record]:
        """Return every record, oldest change first."""
        ...

    async def forget(self, local_id: LocalId, *, for_good: bool = False) -> None:
        """Remove a message, its edits and its versions from this machine.

        With `for_good` what they said is blanked out in the files of the journal too, before this returns, unless
        another program reads them just then.
        """
        ...

    async def blank(self, record: Record) -> None:
        """Write a record over the one before, and forget text and versions of its message as `forget` for good does.

        Raises KeyError and StorageError; then nothing was forgotten.
        """
        ...

    def mark_version(self, local_id: LocalId, why: VersionReason, edits: int = 0) -> None:
        """Keep what a message says now as a version, if versions are kept. Never blocks and never raises.

        `edits` is how many follow that belong together: no version is made between them.
        """
        ...

    async def versions(self, local_id: LocalId) -> list[VersionHead]:
        """Return the versions of a message, newest first. Raises KeyError for no such message."""
        ...

    async def read_version(self, local_id: LocalId, number: int) -> Version:
        """Return one version. Raises KeyError where there is none."""
        ...

    async def carry_versions(self, local_id: LocalId, to: LocalId) -> None:
        """Give another message the versions of this one too. Raises KeyError."""
        ...

    async def turn_versions(self, *, on: bool) -> None:
        """Keep versions from now on, or none and remove those that there are. None are kept before this is called."""
        ...

    async def flush(self) -> None:
        """Return when everything appended so far is on disk."""
        ...

    @property
    def troubled(self) -> Event[StorageError]:
        """Tells, on the window's thread and once per trouble, that something could not be written."""
        ...

    @property
    def healed(self) -> Event[None]:
        """Tells, on the window's thread, that the disk takes writing again after a trouble."""
        ...


class AttachedFiles(Protocol):
    """Private copies of what is attached, by message and key. A copy is whole or it is not there."""

    def path(self, local_id: LocalId, key: str) -> str:
        """Return where a copy lies, whether it is there or not."""
        ...

    async def copy_file(self, local_id: LocalId, key: str, source: str, on_bytes: Callable[[int, int], None]) -> int:
        """Copy a file; return its bytes. `on_bytes` is told bytes done and bytes of all, in another thread.

        Raises BadInput where the file cannot be read, StorageError where this machine cannot keep it.
        """
        ...

    async def modified(self, source: str) -> float:
        """Return when a person's file was written last, in seconds since the epoch; 0 where it cannot be read."""
        ...

    async def keep_bytes(self, local_id: LocalId, key: str, content: bytes) -> int:
        """Keep `content`; return its bytes. Raises StorageError."""
        ...

    async def share(self, local_id: LocalId, key: str, other: LocalId, other_key: str) -> None:
        """Let another message have the same bytes. Raises StorageError."""
        ...

    async def same(self, local_id: LocalId, key: str, other_key: str) -> bool:
        """Return whether two copies of a message have the same bytes. Raises StorageError."""
        ...

    async def begin(self, local_id: LocalId, key: str) -> str:
        """Return a free path for another process to write the bytes to; `settle` ends it. Raises StorageError."""
        ...

    async def began(self, local_id: LocalId, key: str) -> bool:
        """Return whether anything was written to the path of `begin`."""
        ...

    async def settle(self, local_id: LocalId, key: str) -> int:
        """Give what was written to the path of `begin` its place; return its bytes. Raises StorageError."""
        ...

    async def has(self, local_id: LocalId, key: str) -> bool:
        """Return whether the copy is there."""
        ...

    async def show(self, local_id: LocalId, key: str, name: str) -> str:
        """Return the path of a copy under its real name, for another program to open. Raises StorageError."""
        ...

    async def save(self, local_id: LocalId, key: str, path: str, *, replace: bool = False) -> str:
        """Copy a copy to `path`, a place of the person's, for its owner alone to read; return where it lies.

        Unless it is to `replace` what is there, it takes the next free name ("plan (2).pdf"). Raises BadInput where
        it cannot be written; then nothing is left of it.
        """
        ...

    async def remove(self, local_id: LocalId, key: str) -> None:
        """Remove one copy."""
        ...

    async def forget(self, local_id: LocalId) -> None:
        """Remove all copies of a message."""
        ...

    async def left_over(self, known: dict[LocalId, frozenset[str]], older: float) -> int:
        """Remove what no message of `known` names and is older than `older` seconds; return how many went."""
        ...


class Secrets(Protocol):
    """The system's keyring. Where there is none, secrets live in memory until the program ends."""

    async def has_keyring(self) -> bool:
        """Return whether a secret kept now would outlive the program, so that the person can be told before saving."""
        ...

    async def read_secret(self, account_id: AccountId) -> str | None:
        """Return the secret, or None if there is none or no keyring."""
        ...

    async def keep_secret(self, account_id: AccountId, secret: str) -> bool:
        """Keep the secret; False where there is no keyring and it is held in memory only."""
        ...

    async def forget(self, account_id: AccountId) -> None:
        """Remove the secret."""
        ...


class Settings(Protocol):
    """What the person chose, on disk: accounts (without secrets) and preferences by name."""

    async def accounts(self) -> list[Account]:
        """Return the accounts in the order they were added."""
        ...

    async def keep_account(self, account: Account) -> None:
        """Add an account, or write over the one with the same id."""
        ...

    async def remove_account(self, account_id: AccountId) -> None:
        """Remove an account; its messages stay."""
        ...

    async def read_setting(self, name: str) -> str | None:
        """Return one preference."""
        ...

    async def keep_setting(self, name: str, value: str) -> None:
        """Keep one preference."""
        ...


class Correspondents(Protocol):
    """Whom this machine wrote to, on disk, by account and key."""

    async def read_all(self) -> list[Correspondent]:
        """Return every entry; one that cannot be read any more is left out. Raises StorageError."""
        ...

    async def change(self, entries: Sequence[Correspondent], gone: Sequence[tuple[AccountId, str]]) -> None:
        """Remove the entries `gone`, then write `entries` over what was there; all or nothing. Raises StorageError."""
        ...


class Clock(Protocol):
    """Time, so that tests need not wait."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        ...


class Ports(NamedTuple):
    """What the services need of the world: the real things (`bootstrap/adapters.py`), or a test's fakes."""

    journal: Journal
    settings: Settings
    mailbox: Server
    secrets: Secrets
    clock: Clock
    correspondents: Correspondents
    files: AttachedFiles
    cache: Cache
