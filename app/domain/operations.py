"""The table of operations: what can be done with a mailbox, each declared once as a message and as a call.

The messages come first. One is what goes over the pipe to the engine; its tag is the name of its call, and its base
says what comes back: `Read[SyncPage]` returns a SyncPage, a `Write` one answer for each item. The calls of the same
names stand below them, in `MailboxOperations`. `docs/adding-an-operation.md` says how to add one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, Literal, TypeVar

import msgspec

from app.domain.listing import Folder, MailFolder, Mark, Page, Place, Report, Row, Sighting, SyncPage
from app.domain.message import AccountId, DraftUpdate, ItemRef, NewAttachment, NewDraft
from app.domain.original import OriginalMark
from app.domain.outcome import AttachOutcome, FetchedAttachment, FetchOutcome, Outcome
from app.domain.people import MailTips, Resolution
from app.domain.recipient import Recipient
from app.domain.record import CopyTo

Result = TypeVar("Result")
Answer = TypeVar("Answer")

Lane = Literal["writes", "reads", "files", "notices"]
"""The engine's queue that an operation waits in: writes go one after another, all else goes beside them."""

Deadline = Literal["write", "send", "read", "attach", "notices"]
"""How long it may take: a field of the client's `Deadlines`."""

LARGE_READ = 10
"""Messages in a read that still goes beside all others."""


class Operation(msgspec.Struct, Generic[Result], frozen=True):
    """What is asked of one mailbox. Results are what msgspec can decode."""

    @property
    def name(self) -> str:
        """Return the name of its call, which is its tag on the pipe."""
        return str(self.__struct_config__.tag)

    @property
    def lane(self) -> Lane:
        """Return where it waits for its turn."""
        return "reads"

    @property
    def deadline(self) -> Deadline:
        """Return how long it may take."""
        return "read"


class Read(Operation[Result], Generic[Result], frozen=True):
    """A read returns a result, or fails as a whole: AccountError, ItemRefused, BadInput."""

    tells_of_account: ClassVar[bool] = True
    """False where what comes of it says nothing of the account."""


class Write(Operation[list[Answer]], Generic[Answer], frozen=True):
    """A write never fails as a whole: it returns one answer for each item, in order, whatever happens."""

    @property
    def lane(self) -> Lane:
        """Return the one queue of all that changes something."""
        return "writes"

    @property
    def deadline(self) -> Deadline:
        """Return how long it may take."""
        return "write"

    @property
    def count(self) -> int:
        """Return how many items it is about."""
        raise NotImplementedError

    def answer(self, outcome: Outcome) -> Answer:
        """Return the answer for an item of which nothing but the outcome is known."""
        raise NotImplementedError

    def outcome(self, answer: Answer) -> Outcome:
        """Return the outcome within an answer."""
        raise NotImplementedError


class MessageWrite(Write[Outcome], frozen=True):
    """A write of messages: an Outcome is the whole answer."""

    def answer(self, outcome: Outcome) -> Outcome:
        """Return it as it is."""
        return outcome

    def outcome(self, answer: Outcome) -> Outcome:
        """Return it as it is."""
        return answer


class WriteByRef(MessageWrite, frozen=True):
    """A write of messages that the server has."""

    refs: tuple[ItemRef, ...]

    @property
    def count(self) -> int:
        """Return the number of messages."""
        return len(self.refs)


class AttachmentWrite(Write[AttachOutcome], frozen=True):
    """A write of attachments."""

    def answer(self, outcome: Outcome) -> AttachOutcome:
        """Return the outcome without an attachment's id."""
        return AttachOutcome(outcome)

    def outcome(self, answer: AttachOutcome) -> Outcome:
        """Return what became of the attachment."""
        return answer.outcome


class ReadByRef(Read[Result], Generic[Result], frozen=True):
    """A read of messages. A large one waits for its turn with the writes: side by side a server does neither sooner."""

    refs: tuple[ItemRef, ...]

    @property
    def lane(self) -> Lane:
        """Return where it waits."""
        return "writes" if len(self.refs) > LARGE_READ else "reads"


class FileRead(Read[Result], Generic[Result], frozen=True):
    """A read into a file at `path`, which the engine writes. What is small does not wait for it."""

    @property
    def lane(self) -> Lane:
        """Return the queue of files."""
        return "files"

    @property
    def deadline(self) -> Deadline:
        """Return how long a large file may take."""
        return "attach"


# --- the messages: writes -------------------------------------------------------------------------------------------


class Save(MessageWrite, frozen=True, tag="save"):
    """See the call of this name in `MailboxOperations`; so with each below."""

    drafts: tuple[NewDraft, ...]

    @property
    def count(self) -> int:
        """Return the number of drafts."""
        return len(self.drafts)


class Update(MessageWrite, frozen=True, tag="update"):
    """Writes named fields."""

    updates: tuple[DraftUpdate, ...]

    @property
    def count(self) -> int:
        """Return the number of drafts."""
        return len(self.updates)


class Send(WriteByRef, frozen=True, tag="send"):
    """Sends drafts; with `marks`, one for each, by an update that writes them."""

    copy_to: CopyTo
    marks: tuple[str, ...] = ()

    @property
    def deadline(self) -> Deadline:
        """Return how long it may take."""
        return "send"


class Delete(WriteByRef, frozen=True, tag="delete"):
    """Deletes items."""

    for_good: bool = False


class Move(WriteByRef, frozen=True, tag="move"):
    """Moves items."""

    to: Place


class Copy(WriteByRef, frozen=True, tag="copy"):
    """Copies items."""

    to: Place


class Fence(MessageWrite, frozen=True, tag="fence"):
    """Makes a draft's name stale. `mark` is our name of the message."""

    ref: ItemRef
    mark: str

    @property
    def count(self) -> int:
        """Return one: each draft is fenced by itself."""
        return 1


class MarkOriginals(MessageWrite, frozen=True, tag="mark_originals"):
    """Marks messages as answered or passed on."""

    marks: tuple[OriginalMark, ...]

    @property
    def count(self) -> int:
        """Return the number of messages."""
        return len(self.marks)


class Attach(AttachmentWrite, frozen=True, tag="attach"):
    """Attaches files and messages to a draft."""

    parent: ItemRef
    attachments: tuple[NewAttachment, ...]

    @property
    def deadline(self) -> Deadline:
        """Return how long large files may take."""
        return "attach"

    @property
    def count(self) -> int:
        """Return the number of attachments."""
        return len(self.attachments)


class DeleteAttachments(AttachmentWrite, frozen=True, tag="delete_attachments"):
    """Deletes attachments of a message."""

    parent: ItemRef
    attachment_ids: tuple[str, ...]

    @property
    def count(self) -> int:
        """Return the number of attachments."""
        return len(self.attachment_ids)


# --- the messages: reads --------------------------------------------------------------------------------------------


class Get(ReadByRef[list[FetchOutcome]], frozen=True, tag="get"):
    """Reads messages whole."""

    @property
    def deadline(self) -> Deadline:
        """Return how long it may take; a large one may wait for a send."""
        return "send" if len(self.refs) > LARGE_READ else "read"


class PeopleOf(ReadByRef[list[tuple[Recipient, ...]]], frozen=True, tag="people_of"):
    """Reads recipients of messages."""


class ListFolder(Read[Page], frozen=True, tag="list_folder"):
    """Reads a page of a folder."""

    folder: Folder | Place
    offset: int = 0
    limit: int = 50
    query: str = ""


class Locate(Read[list[Sighting]], frozen=True, tag="locate"):
    """Looks for marked messages."""

    marks: tuple[Mark, ...]
    folders: tuple[Folder | Place, ...]


class Sync(Read[SyncPage], frozen=True, tag="sync"):
    """Reads changes of a folder."""

    place: Place
    state: str = ""
    limit: int = 100


class Notices(Read[None], frozen=True, tag="notices"):
    """Listens to folders. What happens to that is no trouble of the person's."""

    tells_of_account: ClassVar[bool] = False

    places: tuple[Place, ...]

    @property
    def lane(self) -> Lane:
        """Return a queue of its own: it ends after half an hour."""
        return "notices"

    @property
    def deadline(self) -> Deadline:
        """Return more than half an hour."""
        return "notices"


class GetAttachment(FileRead[FetchedAttachment], frozen=True, tag="get_attachment"):
    """Downloads an attachment of a message; `size` is what the server told of it, in bytes, 0 for unknown."""

    parent: ItemRef
    attachment_id: str
    path: str
    size: int = 0


class SaveMime(FileRead[Outcome], frozen=True, tag="save_mime"):
    """Downloads a message."""

    ref: ItemRef
    path: str
    for_others: bool = False
    unsent: bool = False


class FindReports(Read[list[tuple[str, Report]]], frozen=True, tag="find_reports"):
    """Reads delivery reports."""

    since: float


class FindAnswers(Read[tuple[Row, ...]], frozen=True, tag="find_answers"):
    """Reads what in the Inbox of a mailbox says that it answers a message."""

    message_id: str
    mailbox: str = ""


class GetConversation(Read[tuple[Row, ...]], frozen=True, tag="conversation"):
    """Reads which messages are of a conversation. Not each server can say it: that is no trouble of the account."""

    tells_of_account: ClassVar[bool] = False

    conversation_id: str
    mailbox: str = ""


class FindFolders(Read[tuple[MailFolder, ...]], frozen=True, tag="find_folders"):
    """Reads the folders of a mailbox."""

    mailbox: str = ""


class NamedMailboxes(Read[tuple[Recipient, ...]], frozen=True, tag="named_mailboxes"):
    """Reads which mailboxes one may use. Another service than that of messages answers."""

    tells_of_account: ClassVar[bool] = False


class CategoryList(Read[tuple[str, ...]], frozen=True, tag="category_list"):
    """Reads the categories of the mailbox."""


class TranslateIds(Read[tuple[str, ...]], frozen=True, tag="translate_ids"):
    """Returns for each ItemId of EWS what the account's own interface calls the item, "" where it does not know it.

    `mailbox` is whose they are, empty for one's own.
    """

    ids: tuple[str, ...]
    mailbox: str = ""


class ResolveNames(Read[Resolution], frozen=True, tag="resolve_names"):
    """Looks a name up."""

    text: str


class ExpandGroup(Read[Resolution], frozen=True, tag="expand_group"):
    """Reads the members of a group."""

    group: Recipient


class GetMailTips(Read[list[MailTips]], frozen=True, tag="mail_tips"):
    """Reads what is good to know of recipients."""

    recipients: tuple[Recipient, ...]
    sending_as: str = ""


class ServerVersion(Read[str], frozen=True, tag="server_version"):
    """Tells which version the server said it was; nothing is asked of it for that."""

    tells_of_account: ClassVar[bool] = False


AnyWrite = Save | Update | Send | Delete | Move | Copy | Fence | MarkOriginals | Attach | DeleteAttachments
ReadMessages = Get | PeopleOf | ListFolder | Locate | Sync | Notices | GetAttachment | SaveMime | FindReports

ReadAround = (
    FindAnswers
    | GetConversation
    | FindFolders
    | NamedMailboxes
    | CategoryList
    | TranslateIds
    | ResolveNames
    | ExpandGroup
    | GetMailTips
    | ServerVersion
)
AnyRead = ReadMessages | ReadAround
AnyOperation = AnyWrite | AnyRead
"""The whole table: mypy refuses a backend that leaves one out."""


# --- the calls ------------------------------------------------------------------------------------------------------


class MailboxOperations(ABC):
    """The calls of all operations. What fulfils the port `Mailbox` has to say only how one is carried out."""

    @abstractmethod
    async def perform_write(
        self,
        account_id: AccountId,
        operation: Write[Answer],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[Answer]:
        """Carry out a write; `on_bytes` is told bytes of files sent and bytes of all."""

    @abstractmethod
    async def perform_read(
        self,
        account_id: AccountId,
        operation: Read[Result],
        on_bytes: Callable[[int, int], None] | None = None,
        on_places: Callable[[Sequence[Place]], None] | None = None,
    ) -> Result:
        """Carry out a read; `on_bytes` is told bytes that came, `on_places` folders that changed."""

    async def save(self, account_id: AccountId, drafts: Sequence[NewDraft]) -> list[Outcome]:
        """CreateItem SaveOnly into Drafts, all in one request per 100."""
        return await self.perform_write(account_id, Save(tuple(drafts)))

    async def update(self, account_id: AccountId, updates: Sequence[DraftUpdate]) -> list[Outcome]:
        """UpdateItem, SaveOnly, NeverOverwrite, with the named fields only.

        Raises ValueError for an update of nothing: a defect of the caller.
        """
        if not all(update.fields or update.mark for update in updates):
            raise ValueError("an update names neither field nor mark")
        return await self.perform_write(account_id, Update(tuple(updates)))

    async def send(
        self, account_id: AccountId, refs: Sequence[ItemRef], copy_to: CopyTo, marks: Sequence[str] = ()
    ) -> list[Outcome]:
        """SendItem of the stored drafts, all in one request per 100.

        With `marks`, our name of each, UpdateItem writes them and sends: for a server whose SendItem leaves drafts.
        """
        return await self.perform_write(account_id, Send(tuple(refs), copy_to, tuple(marks)))

    async def delete(self, account_id: AccountId, refs: Sequence[ItemRef], *, for_good: bool = False) -> list[Outcome]:
        """DeleteItem, to Deleted Items unless `for_good`."""
        return await self.perform_write(account_id, Delete(tuple(refs), for_good))

    async def move(self, account_id: AccountId, refs: Sequence[ItemRef], to: Place) -> list[Outcome]:
        """MoveItem. `ref` of an outcome is the item's new name, None where the server does not tell it."""
        return await self.perform_write(account_id, Move(tuple(refs), to))

    async def copy(self, account_id: AccountId, refs: Sequence[ItemRef], to: Place) -> list[Outcome]:
        """CopyItem. `ref` of an outcome is the copy."""
        return await self.perform_write(account_id, Copy(tuple(refs), to))

    async def fence(self, account_id: AccountId, ref: ItemRef, mark: str) -> list[Outcome]:
        """Give a draft another name or version, so that a send of the one before is refused should it come yet.

        One outcome. How it is done is the backend's own: with EWS, an UpdateItem that writes the mark once more.
        """
        return await self.perform_write(account_id, Fence(ref, mark))

    async def mark_originals(self, account_id: AccountId, marks: Sequence[OriginalMark]) -> list[Outcome]:
        """UpdateItem of the verb, its time, the icon and IsRead, without a read receipt, whatever else changed.

        A message that says of a later time what was done with it is left as it is, and counts as accepted.
        """
        return await self.perform_write(account_id, MarkOriginals(tuple(marks)))

    async def attach(
        self,
        account_id: AccountId,
        parent: ItemRef,
        attachments: Sequence[NewAttachment],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[AttachOutcome]:
        """CreateAttachment, a write; `on_bytes` is told bytes of files sent and bytes of all."""
        return await self.perform_write(account_id, Attach(parent, tuple(attachments)), on_bytes)

    async def delete_attachments(
        self, account_id: AccountId, parent: ItemRef, attachment_ids: Sequence[str]
    ) -> list[AttachOutcome]:
        """DeleteAttachment, a write. `parent` is the message that holds them."""
        return await self.perform_write(account_id, DeleteAttachments(parent, tuple(attachment_ids)))

    async def get(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[FetchOutcome]:
        """GetItem with all fields of Content and our marks; one answer per item, in order."""
        return await self.perform_read(account_id, Get(tuple(refs))) if refs else []

    async def people_of(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[tuple[Recipient, ...]]:
        """GetItem of recipients alone: whom each message went to, in order; empty where it cannot be read."""
        return await self.perform_read(account_id, PeopleOf(tuple(refs))) if refs else []

    async def list_folder(
        self, account_id: AccountId, folder: Folder | Place, offset: int = 0, limit: int = 50, query: str = ""
    ) -> Page:
        """FindItem: one page, newest first (sent time in Sent, last change in Drafts), in one request.

        `query` is the server's to understand (AQS). Raises ItemRefused too.
        """
        return await self.perform_read(account_id, ListFolder(folder, offset, limit, query))

    async def locate(
        self, account_id: AccountId, marks: Sequence[Mark], folders: Sequence[Folder | Place]
    ) -> list[Sighting]:
        """Look for marked messages in `folders` (our named property, or the Message-ID); at most one request each.

        Raises ItemRefused too.
        """
        if not (marks and folders):
            return []
        return await self.perform_read(account_id, Locate(tuple(marks), tuple(folders)))

    async def sync(self, account_id: AccountId, place: Place, state: str = "", limit: int = 100) -> SyncPage:
        """SyncFolderItems: one page of changes since `state`. Raises ItemRefused too."""
        return await self.perform_read(account_id, Sync(place, state, limit))

    async def notices(
        self, account_id: AccountId, places: Sequence[Place], tell: Callable[[Sequence[Place]], None]
    ) -> None:
        """Subscribe to folders, and `tell` of those that changed, until the server ends it (half an hour).

        The first that is told are all that are listened to: those that the server refuses are left out. Raises
        ItemRefused too, where the server tells of none.
        """
        await self.perform_read(account_id, Notices(tuple(places)), on_places=tell)

    async def get_attachment(
        self,
        account_id: AccountId,
        parent: ItemRef,
        attachment_id: str,
        path: str,
        on_bytes: Callable[[int], None] | None = None,
        size: int = 0,
    ) -> FetchedAttachment:
        """GetAttachment; a file is written to `path`, which must not be there yet. Raises BadInput for the path.

        `parent` is the message that holds it. `on_bytes` is told how many bytes have come. Who is cancelled while he
        awaits it has stopped the download.
        Of a message it is the MIME that is written, where the server gives it: nothing is written else. A file that
        goes on far beyond the `size` that was told of it is given up.
        """
        told = None if on_bytes is None else lambda done, _: on_bytes(done)
        return await self.perform_read(account_id, GetAttachment(parent, attachment_id, path, size), told)

    async def save_mime(
        self, account_id: AccountId, ref: ItemRef, path: str, *, for_others: bool = False, unsent: bool = False
    ) -> Outcome:
        """GetItem with MimeContent, written to `path`, which must not be there yet. A read; raises BadInput too.

        With `for_others` it is without its Bcc: others are to read it. With `unsent` the file says that it is a draft
        (X-Unsent), and opens to be written on.
        """
        return await self.perform_read(account_id, SaveMime(ref, path, for_others, unsent))

    async def find_reports(self, account_id: AccountId, since: float) -> list[tuple[str, Report]]:
        """Reports in the Inbox that came since, each with the Message-ID of the message. Raises ItemRefused too."""
        return await self.perform_read(account_id, FindReports(since))

    async def find_answers(self, account_id: AccountId, message_id: str, mailbox: str = "") -> tuple[Row, ...]:
        """Name what came to the Inbox with this Message-ID in its In-Reply-To, the oldest first.

        `mailbox` is whose Inbox it is, "" for one's own. Automatic replies and reports are among them. Raises
        ItemRefused too.
        """
        return await self.perform_read(account_id, FindAnswers(message_id, mailbox))

    async def conversation(self, account_id: AccountId, conversation_id: str, mailbox: str = "") -> tuple[Row, ...]:
        """Name the newest messages of a conversation, in whichever folder of a mailbox they lie.

        `conversation_id` is the server's (`Fetched.conversation_id`). A row without sender is the mailbox's own.
        Deleted Items and Junk are left out where the server can leave them out. Raises ItemRefused too.
        """
        return await self.perform_read(account_id, GetConversation(conversation_id, mailbox))

    async def find_folders(self, account_id: AccountId, mailbox: str = "") -> tuple[MailFolder, ...]:
        """FindFolder: those that messages can lie in, of one's own mailbox or another's. Raises ItemRefused too."""
        return await self.perform_read(account_id, FindFolders(mailbox))

    async def named_mailboxes(self, account_id: AccountId) -> tuple[Recipient, ...]:
        """Name the mailboxes of others that the server says one may use. Raises AccountError.

        What is told so comes from elsewhere than messages do: a trouble with it says nothing of the account.
        """
        return await self.perform_read(account_id, NamedMailboxes())

    async def category_list(self, account_id: AccountId) -> tuple[str, ...]:
        """Name the categories that the mailbox knows, none where it has no list of them. Raises ItemRefused too."""
        return await self.perform_read(account_id, CategoryList())

    async def translate_ids(self, account_id: AccountId, ids: Sequence[str], mailbox: str = "") -> tuple[str, ...]:
        """TranslateExchangeIds of Graph: what it calls items of EWS. Raises AccountError, ItemRefused."""
        return await self.perform_read(account_id, TranslateIds(tuple(ids), mailbox))

    async def resolve_names(self, account_id: AccountId, text: str) -> Resolution:
        """ResolveNames; an unknown name gives an empty answer. Raises ItemRefused too."""
        return await self.perform_read(account_id, ResolveNames(text))

    async def expand_group(self, account_id: AccountId, group: Recipient) -> Resolution:
        """ExpandDL. Raises ItemRefused too."""
        return await self.perform_read(account_id, ExpandGroup(group))

    async def mail_tips(
        self, account_id: AccountId, recipients: Sequence[Recipient], sending_as: str = ""
    ) -> list[MailTips]:
        """GetMailTips: one answer per recipient, in order. Raises ItemRefused too."""
        if not recipients:
            return []
        return await self.perform_read(account_id, GetMailTips(tuple(recipients), sending_as))

    async def server_version(self, account_id: AccountId) -> str:
        """Return the version that the server named in its last reply, empty for none. Raises AccountError."""
        return await self.perform_read(account_id, ServerVersion())
