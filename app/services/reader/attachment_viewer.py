"""Attachments of messages that are read: fetched in the background, then opened, saved or passed on.

A file has its name here before it is fetched, made from what the server calls it, and its bytes are kept where those
of drafts are: what was fetched once is there the next time, until a month has passed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence, Set
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.core.background import RunInThread
from app.core.events import Event
from app.core.i18n import tr
from app.domain.attachment import Attached, Attachment, AttachmentKind
from app.domain.errors import AccountError, ItemRefused, MailError, StorageError, TroubleKind
from app.domain.files import FileKind, kind_of, safe_file_name
from app.domain.message import AccountId, Content, Fetched, Header, ItemRef, LocalId
from app.domain.message_kind import MessageKind
from app.domain.response_codes import ACCESS_DENIED, ATTACHMENT_GONE, ITEM_GONE
from app.services.ports import AttachedFiles, Mailbox

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

    from app.content.jobs import Enclosed
    from app.services.reader.eml import Shown
    from app.services.reader.message_reader import ReadMessage
    from app.services.records.rows import ListRow

MESSAGE: Final = "message/rfc822"
_GONE: Final = ATTACHMENT_GONE | ITEM_GONE


class ViewedAttachment(msgspec.Struct, frozen=True):
    """One thing that is attached to a message that is read. `owner` and `key` name its bytes on this machine.

    `source` is the AttachmentId by which they are fetched, empty where they are here, and `holder` the ItemId of the
    message that holds it. `size` is in bytes, as the server
    gave it.
    """

    owner: LocalId
    key: str
    name: str
    size: int = 0
    content_id: str = ""
    kind: AttachmentKind = AttachmentKind.FILE
    source: str = ""
    holder: str = ""

    @property
    def is_message(self) -> bool:
        """Return whether it is a message that can be read here."""
        ends = kind_of(self.name) is FileKind.MESSAGE and self.name.casefold().endswith(".eml")
        return self.kind is AttachmentKind.ITEM or ends

    def file_name(self) -> str:
        """Return what it is called as a file, safe on every system."""
        name = safe_file_name(self.name, tr("attachment"))
        named = not self.is_message or name.casefold().endswith(".eml")
        return name if named else f"{name}.eml"


class Within(msgspec.Struct, frozen=True):
    """A message that was attached to another, or is a file: what it says, when it was sent, what is attached to it."""

    content: Content
    sent: float = 0.0
    headers: tuple[Header, ...] = ()
    viewed: tuple[ViewedAttachment, ...] = ()
    kind: MessageKind = MessageKind.MESSAGE


class Coming(msgspec.Struct, frozen=True):
    """How far a file is: bytes that have come, of so many as the server gave."""

    done: int
    whole: int


class ViewedAttachments:
    """Fetches and keeps. `changed` carries the key of what is further now, is here, or could not be had."""

    def __init__(
        self,
        mailbox: Mailbox,
        files: AttachedFiles,
        spawn: Callable[[Coroutine[Any, Any, Any], str], asyncio.Task[Any]],
    ) -> None:
        """Fetch by way of `mailbox`, keep in `files`."""
        self.changed: Event[str] = Event()
        self._mailbox, self._files, self._spawn = mailbox, files, spawn
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._answers: dict[str, asyncio.Future[str]] = {}
        self._coming: dict[str, Coming] = {}
        self._failed: dict[str, str] = {}
        self._here: set[str] = set()
        self._told: dict[str, Fetched] = {}

    # --- what is so ---------------------------------------------------------------------------------------------------

    def coming(self, key: str) -> Coming | None:
        """Return how far a file is that is fetched now."""
        return self._coming.get(key)

    def failed(self, key: str) -> str:
        """Return in a sentence why a file could not be had, "" where nothing went wrong."""
        return self._failed.get(key, "")

    def is_here(self, enclosure: ViewedAttachment) -> bool:
        """Return whether its bytes are known to be on this machine."""
        return not enclosure.source or enclosure.key in self._here

    async def look(self, viewed: Sequence[ViewedAttachment]) -> None:
        """Learn which of these were fetched before."""
        for one in viewed:
            if one.source and one.key not in self._here and await self._files.has(one.owner, one.key):
                self._here.add(one.key)
                self.changed.emit(one.key)

    # --- fetching -----------------------------------------------------------------------------------------------------

    async def fetch(self, account_id: AccountId, enclosure: ViewedAttachment) -> str:
        """Bring it here, unless it is; return where it lies. Two callers at once wait for the same.

        Raises MailError, also where it was stopped.
        """
        import asyncio

        key = enclosure.key
        if await self._files.has(enclosure.owner, key):
            self._here.add(key)
            return self._files.path(enclosure.owner, key)
        if key not in self._answers:
            answer = self._answers[key] = asyncio.get_running_loop().create_future()
            task = self._tasks[key] = self._spawn(self._bring(account_id, enclosure, answer), "fetch an attachment")
            task.add_done_callback(lambda _: self._ended(enclosure, answer))
        return await asyncio.shield(self._answers[key])

    def stop(self, key: str) -> bool:
        """Stop fetching; return whether it was under way."""
        task = self._tasks.get(key)
        return task is not None and task.cancel()

    async def _bring(self, account_id: AccountId, one: ViewedAttachment, answer: asyncio.Future[str]) -> None:
        try:
            answer.set_result(await self._fetch(account_id, one))
        except MailError as error:
            self._failed[one.key] = _why(error)
            answer.set_exception(error)
        else:
            if one.key not in self._told:
                self._here.add(one.key)

    def _ended(self, one: ViewedAttachment, answer: asyncio.Future[str]) -> None:
        self._tasks.pop(one.key, None)
        self._answers.pop(one.key, None)
        self._coming.pop(one.key, None)
        if not answer.done():
            answer.set_exception(MailError(tr("“{name}” was not fetched: it was stopped.", name=one.name)))
        answer.exception()  # retrieved, because there may be no caller that waits
        self.changed.emit(one.key)

    async def _fetch(self, account_id: AccountId, one: ViewedAttachment) -> str:
        self._failed.pop(one.key, None)
        self._tell(one, 0)
        if not one.source:
            raise MailError(tr("“{name}” is no longer on this computer.", name=one.name))
        if one.kind is AttachmentKind.REFERENCE:
            raise MailError(tr("“{name}” is a link to a file elsewhere.", name=one.name))
        path = await self._files.begin(one.owner, one.key)
        fetch = await self._mailbox.get_attachment(
            account_id, ItemRef(one.holder), one.source, path, lambda done: self._tell(one, done), one.size
        )
        if not fetch.outcome.accepted and fetch.outcome.words is not None:
            raise ItemRefused(fetch.outcome.words)
        if await self._files.began(one.owner, one.key):
            await self._files.settle(one.owner, one.key)
            return self._files.path(one.owner, one.key)
        if fetch.message is None:
            raise MailError(tr("The server did not give “{name}”.", name=one.name))
        self._told[one.key] = fetch.message  # a server that has a message, but no file of it
        return ""

    def _tell(self, one: ViewedAttachment, done: int) -> None:
        self._coming[one.key] = Coming(done, one.size)
        self.changed.emit(one.key)

    # --- what is done with it -----------------------------------------------------------------------------------------

    async def show(self, account_id: AccountId, one: ViewedAttachment) -> str:
        """Return the path of a copy under its real name, for another program. Raises MailError."""
        await self.fetch(account_id, one)
        return await self._files.show(one.owner, one.key, one.file_name())

    async def save(self, account_id: AccountId, one: ViewedAttachment, path: str, *, replace: bool = False) -> str:
        """Save it at `path`; return where it lies. Raises MailError."""
        await self.fetch(account_id, one)
        return await self._files.save(one.owner, one.key, path, replace=replace)

    async def forget(self, account_id: AccountId) -> None:
        """Remove all that was fetched for an account."""
        self._here.clear()
        await self._files.forget(_owner(account_id))

    async def read_attached_message(
        self, account_id: AccountId, one: ViewedAttachment, run_in_thread: RunInThread
    ) -> Within:
        """Read a message that is attached, and keep what is attached to it. Raises MailError."""
        path = "" if one.key in self._told else await self.fetch(account_id, one)
        if not path:
            told = self._told[one.key]
            parts = tuple(_of_item(account_id, part, told.ref.item_id) for part in told.attachments)
            return Within(told.content, told.sent, told.headers, parts, told.kind)
        shown: Shown = await run_in_thread(lambda: _read_message(path, one.name))
        return await self._keep_within(one.owner, one.key, shown)

    async def take_in(self, account_id: AccountId, shown: Shown, run_in_thread: RunInThread) -> Within:
        """Keep what is attached to a message from a file, for an account to answer it from. Raises StorageError."""
        key = await run_in_thread(lambda: _digest_of(shown))
        return await self._keep_within(_owner(account_id), key, shown)

    async def _keep_within(self, owner: LocalId, key: str, shown: Shown) -> Within:
        found = _attachments_within(owner, key, shown)
        for inner, enclosed in found:
            if not await self._files.has(inner.owner, inner.key):
                await self._files.keep_bytes(inner.owner, inner.key, enclosed.data)
        viewed = tuple(inner for inner, _ in found)
        return Within(shown.content, shown.sent, shown.headers, viewed, shown.kind)


def _why(error: MailError) -> str:
    """Return in a sentence why a file could not be had: nothing was sent, and nothing is lost."""
    if isinstance(error, ItemRefused):
        code = error.words.response_code
        if code in _GONE:
            return tr("It is not on the server any more.")
        if code == ACCESS_DENIED:
            return tr("The server does not let you read it.")
        return tr("The server did not give it: {words}", words=error.words.message_text or code)
    if isinstance(error, AccountError):
        if error.trouble.kind is TroubleKind.SIGN_IN:
            return tr("Waiting for your sign-in.")
        if error.trouble.kind is TroubleKind.SERVER:
            return tr("The server is not well.")
        return tr("The connection was lost.")
    if isinstance(error, StorageError):
        return tr("This computer could not keep it: free some space on its disk.")
    return str(error)


def viewed_attachments_of(row: ListRow, reading: ReadMessage) -> tuple[ViewedAttachment, ...]:
    """Return what is attached to a message, pictures in its text included."""
    if reading.item is not None:
        found = [_of_item(row.account_id, one, reading.item.ref.item_id) for one in reading.item.attachments]
    else:
        held = {} if row.record is None else {one.key: one.attachment_id for one in row.record.held}
        ref = None if row.record is None else row.record.ref
        holder = "" if ref is None else ref.item_id
        owner = row.local_id
        found = (
            []
            if owner is None
            else [_of_draft(row.account_id, owner, one, held, holder) for one in reading.content.attachments]
        )
    return tuple(found)


def beside_the_text(found: Iterable[ViewedAttachment], shown: Set[str]) -> tuple[ViewedAttachment, ...]:
    """Return those that are not shown in the text; `shown` are the addresses of the pictures that are."""
    return tuple(one for one in found if not one.content_id or f"cid:{one.content_id}" not in shown)


def _digest_of(shown: Shown) -> str:
    """Return a name for what is attached to a message: another file has another, whatever both are called."""
    digest = hashlib.sha256()
    for one in shown.enclosed:
        digest.update(hashlib.sha256(one.data).digest())
    return digest.hexdigest()


def _attachments_within(owner: LocalId, key: str, shown: Shown) -> list[tuple[ViewedAttachment, Enclosed]]:
    """Return what a message within a message holds, by names of ours."""
    return [
        (
            ViewedAttachment(
                owner,
                _name("within", key, str(number)),
                one.name,
                len(one.data),
                one.content_id,
                AttachmentKind.ITEM if one.content_type == MESSAGE else AttachmentKind.FILE,
            ),
            one,
        )
        for number, one in enumerate(shown.enclosed)
    ]


def _read_message(path: str, name: str) -> Shown:
    """Read a message from a file; runs in a thread. Raises BadInput where it is none."""
    from app.services.reader.eml import show_eml

    with open(path, "rb") as file:  # noqa: PTH123 - a path of the port's
        return show_eml(file.read(), name)


def _of_item(account_id: AccountId, one: Attachment, holder: str) -> ViewedAttachment:
    key = _name("file", one.attachment_id)
    number = one.attachment_id
    return ViewedAttachment(_owner(account_id), key, one.name, one.size, one.content_id, one.kind, number, holder)


def _of_draft(
    account_id: AccountId, owner: LocalId, one: Attached, held: dict[str, str], holder: str
) -> ViewedAttachment:
    if one.file:
        return ViewedAttachment(owner, one.file, one.name, one.size, one.content_id, one.kind)
    own = held.get(one.key)
    source, holder = (own, holder) if own else (one.source, one.holder)
    key = _name("file", source or one.key)
    return ViewedAttachment(_owner(account_id), key, one.name, one.size, one.content_id, one.kind, source, holder)


def _owner(account_id: AccountId) -> LocalId:
    """Return under which name all that was fetched for an account is kept, so that it can go with the account."""
    return LocalId(_name("read", account_id))


def _name(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
