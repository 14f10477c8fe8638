"""The part of the fake mailbox that lists and compose do not use: moving, attaching, the directory, sync."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.domain.attachment import Attachment, AttachmentKind
from app.domain.errors import ItemRefused, ServerWords
from app.domain.listing import Folder, MailFolder, Place, Report, Row, SyncPage
from app.domain.message import AccountId, ItemRef, NewAttachment
from app.domain.original import OriginalMark
from app.domain.outcome import AttachOutcome, FetchedAttachment, Outcome
from app.domain.people import MailTips, Resolution
from app.domain.recipient import Recipient
from tests.fakes.folder_changes import FolderChanges

if TYPE_CHECKING:
    from tests.fakes.mailbox import FakeMailbox, Stored

_GONE = ServerWords("Error", "ErrorItemNotFound", "The specified object was not found in the store.", 0)


class MoreOfAMailbox:
    """See `mailbox.py`: this is one object with it, and `self` is a FakeMailbox, which cannot be said before it is."""

    def __init__(self) -> None:
        """Begin with an empty directory."""
        self.nobodys: set[str] = set()
        self.folders: dict[str, tuple[MailFolder, ...]] = {}
        self.own_folders: dict[AccountId, tuple[MailFolder, ...]] = {}
        self.people: list[Recipient] = []
        self.groups: dict[str, list[Recipient]] = {}
        self.tips: dict[str, MailTips] = {}
        self.translated: dict[str, str] = {}
        """What another interface calls items, for `translate_ids`."""
        self.named: list[Recipient] = []
        self.categories: list[str] = []
        self.contents: dict[str, bytes] = {}
        self.folder_changes = FolderChanges()
        self.reports: list[tuple[str, Report]] = []
        self.has_notices = False
        self.version = ""
        self._listeners: list[
            tuple[AccountId, frozenset[Place], Callable[[Sequence[Place]], None], asyncio.Future[None]]
        ] = []
        self._attachment_numbers = itertools.count(1)

    async def server_version(self, _account_id: AccountId) -> str:
        """Tell it, without a request."""
        return self.version

    async def move(self: Any, account_id: AccountId, refs: Sequence[ItemRef], to: Place) -> list[Outcome]:
        """Move items; each has a new name there, as on Exchange, which does not tell that of another mailbox."""

        def move_one(_: AccountId, ref: ItemRef) -> Outcome:
            item = self._find(account_id, ref)
            if to.mailbox in self.closed_to_us:
                outcome: Outcome = self._refused(ServerWords("Error", "ErrorAccessDenied", "Access is denied.", 0))
                return outcome
            if item is not None:
                del self.items[item.item_id]
            answer = _answer(self, None if item is None else _put_at(self, item, to))
            told = item is None or item.owner == to.mailbox
            return answer if told else msgspec.structs.replace(answer, ref=None)

        outcomes: list[Outcome] = await self._write("move", account_id, refs, move_one)
        return outcomes

    async def copy(self: Any, account_id: AccountId, refs: Sequence[ItemRef], to: Place) -> list[Outcome]:
        """Copy items."""

        def copy_one(_: AccountId, ref: ItemRef) -> Outcome:
            item = self._find(account_id, ref)
            return _answer(self, None if item is None else _put_at(self, item, to))

        outcomes: list[Outcome] = await self._write("copy", account_id, refs, copy_one)
        return outcomes

    async def mark_originals(self: Any, account_id: AccountId, marks: Sequence[OriginalMark]) -> list[Outcome]:
        """Take down what was done with items; `marks` of an item holds them all, in order."""

        def mark_one(_: AccountId, mark: OriginalMark) -> Outcome:
            item = self._find(account_id, mark.ref)
            if item is None:
                return _answer(self, None)
            if all(mark.at > before.at for before in item.marks):
                item.marks.append(mark)
                self._touch(item)
            return _answer(self, item.ref)

        outcomes: list[Outcome] = await self._write("mark_originals", account_id, marks, mark_one)
        return outcomes

    async def attach(
        self: Any,
        account_id: AccountId,
        parent: ItemRef,
        attachments: Sequence[NewAttachment],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[AttachOutcome]:
        """Attach files and messages; the message's ChangeKey is new after each."""
        numbers: dict[int, str] = {}

        def attach_one(_: AccountId, new: NewAttachment) -> Outcome:
            item = self._find(account_id, parent)
            if item is None:
                return _answer(self, None)
            content = Path(new.path).read_bytes() if new.message is None else b""
            number = f"attachment-{next(self._attachment_numbers)}"
            kind = AttachmentKind.ITEM if new.as_message or new.message is not None else AttachmentKind.FILE
            inline = bool(new.content_id)
            size = len(content)
            item.attachments.append(Attachment(number, new.name, size, new.content_type, new.content_id, inline, kind))
            self.contents[number] = content
            numbers[len(numbers)] = number
            self._touch(item)
            if on_bytes is not None:
                on_bytes(size, size)
            return _answer(self, item.ref)

        outcomes = await self._write("attach", account_id, attachments, attach_one)
        made = iter(numbers.values())
        return [AttachOutcome(one, next(made) if one.accepted else "") for one in outcomes]

    async def delete_attachments(
        self: Any, account_id: AccountId, _parent: ItemRef, attachment_ids: Sequence[str]
    ) -> list[AttachOutcome]:
        """Take attachments away."""

        def delete_one(_: AccountId, number: str) -> Outcome:
            for item in self.items.values():
                if item.account_id == account_id and number in {one.attachment_id for one in item.attachments}:
                    item.attachments = [one for one in item.attachments if one.attachment_id != number]
                    self._touch(item)
                    return _answer(self, item.ref)
            return _answer(self, None)

        outcomes = await self._write("delete_attachments", account_id, attachment_ids, delete_one)
        return [AttachOutcome(outcome) for outcome in outcomes]

    async def get_attachment(
        self: Any,
        account_id: AccountId,
        _parent: ItemRef,
        attachment_id: str,
        path: str,
        on_bytes: Callable[[int], None] | None = None,
        size: int = 0,
    ) -> FetchedAttachment:
        """Write a file; half of it is told before a call that is held comes on."""
        content = self.contents.get(attachment_id, b"")
        if on_bytes is not None and len(content) > 1:
            on_bytes(len(content) // 2)
        await self._read("get_attachment", account_id, (attachment_id, path))
        for item in self.items.values():
            for one in item.attachments:
                if one.attachment_id == attachment_id:
                    _keep(path, content)
                    if on_bytes is not None:
                        on_bytes(len(content))
                    return FetchedAttachment(self._accepted(None), one)
        return FetchedAttachment(self._refused(_GONE))

    async def find_reports(self: Any, account_id: AccountId, since: float) -> list[tuple[str, Report]]:
        """Return those of `reports` that came since."""
        await self._read("find_reports", account_id, (since,))
        return [one for one in self.reports if one[1].at >= since]

    async def find_answers(self: Any, account_id: AccountId, message_id: str, mailbox: str = "") -> tuple[Row, ...]:
        """Name what in the Inbox answers a message."""
        await self._read("find_answers", account_id, (message_id, mailbox))
        from tests.fakes.mailbox import row_of_stored

        came = self.in_place(account_id, Place(Folder.INBOX, mailbox))
        return tuple(row_of_stored(one) for one in came if one.content.options.in_reply_to == message_id)

    async def conversation(
        self: Any, account_id: AccountId, conversation_id: str, mailbox: str = ""
    ) -> tuple[Row, ...]:
        """Name the messages of a conversation that are not thrown away; see `Fetched.conversation_id`."""
        await self._read("conversation", account_id, (conversation_id, mailbox))
        items = [
            one
            for one in self.items.values()
            if one.account_id == account_id
            and one.owner == mailbox
            and f"id of {one.conversation}" == conversation_id
            and one.folder is not Folder.DELETED
        ]
        if not items:
            raise ItemRefused(_GONE)
        from tests.fakes.mailbox import row_of_stored

        return tuple(row_of_stored(one) for one in sorted(items, key=lambda one: -one.sent))

    async def save_mime(
        self: Any, account_id: AccountId, ref: ItemRef, path: str, *, for_others: bool = False, unsent: bool = False
    ) -> Outcome:
        """Write subject and text as a message."""
        await self._read("save_mime", account_id, (ref, path, for_others, unsent))
        item = self._find(account_id, ref)
        if item is not None:
            _keep(path, f"Subject: {item.content.subject}\r\n\r\n{item.content.body}".encode())
        return _answer(self, None if item is None else item.ref)

    async def resolve_names(self: Any, account_id: AccountId, text: str) -> Resolution:
        """Find people by the start of their name or address."""
        await self._read("resolve_names", account_id, (text,))
        said = text.casefold()
        found = [one for one in self.people if one.name.casefold().startswith(said) or one.address.startswith(said)]
        return Resolution(tuple(found), groups=frozenset(one.address for one in found if one.address in self.groups))

    async def expand_group(self: Any, account_id: AccountId, group: Recipient) -> Resolution:
        """Name the members of a group of `groups`."""
        await self._read("expand_group", account_id, (group,))
        if group.address not in self.groups:
            raise ItemRefused(ServerWords("Error", "ErrorNameResolutionNoResults", "No results were found.", 0))
        return Resolution(tuple(self.groups[group.address]))

    async def mail_tips(
        self: Any, account_id: AccountId, recipients: Sequence[Recipient], sending_as: str = ""
    ) -> list[MailTips]:
        """Say what `tips` holds."""
        await self._read("mail_tips", account_id, (tuple(recipients), sending_as))
        return [self.tips.get(one.address, MailTips(one.address)) for one in recipients]

    async def translate_ids(self: Any, account_id: AccountId, ids: Sequence[str], mailbox: str = "") -> tuple[str, ...]:
        """Name items by what stands in `translated`; nothing for others."""
        await self._read("translate_ids", account_id, (tuple(ids), mailbox))
        return tuple(self.translated.get(one, "") for one in ids)

    async def find_folders(self: Any, account_id: AccountId, mailbox: str = "") -> tuple[MailFolder, ...]:
        """Name the folders of `own_folders`, else those of `folders`."""
        await self._read("find_folders", account_id, (mailbox,))
        if mailbox in self.closed_to_us:
            raise ItemRefused(ServerWords("Error", "ErrorAccessDenied", "Access is denied.", 0))
        found: tuple[MailFolder, ...] = self.own_folders.get(account_id) or self.folders.get(mailbox, ())
        return found

    async def named_mailboxes(self: Any, account_id: AccountId) -> tuple[Recipient, ...]:
        """Name those of `named`."""
        await self._read("named_mailboxes", account_id, ())
        return tuple(self.named)

    async def category_list(self: Any, account_id: AccountId) -> tuple[str, ...]:
        """Name those of `categories`."""
        await self._read("category_list", account_id, ())
        return tuple(self.categories)

    async def notices(
        self: Any, account_id: AccountId, places: Sequence[Place], tell: Callable[[Sequence[Place]], None]
    ) -> None:
        """Tell of what `happens`, until `end_notices`; refused unless `has_notices`."""
        await self._read("notices", account_id, tuple(places))
        if not self.has_notices:
            raise ItemRefused(ServerWords("Error", "ErrorInvalidOperation", "The operation is not offered here.", 0))
        listened = [place for place in places if place.mailbox not in self.closed_to_us]
        tell(listened)
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        listener = (account_id, frozenset(listened), tell, ended)
        self._listeners.append(listener)
        try:
            await ended
        finally:
            self._listeners.remove(listener)

    def happens(self, account_id: AccountId, *places: Place) -> None:
        """Tell whoever listens that something changed in these folders."""
        for owner, listened, tell, _ in list(self._listeners):
            told = [place for place in places if place in listened]
            if owner == account_id and told:
                tell(told)

    def end_notices(self, error: Exception | None = None) -> None:
        """End every connection over which notices come, as a server that ends it, or by an error."""
        for *_, ended in list(self._listeners):
            if error is None:
                ended.set_result(None)
            else:
                ended.set_exception(error)

    async def sync(self: Any, account_id: AccountId, place: Place, state: str = "", limit: int = 100) -> SyncPage:
        """Tell what changed since `state`; see `folder_changes.py`."""
        await self._read("sync", account_id, (place, state, limit))
        if place.mailbox in self.nobodys:
            raise ItemRefused(ServerWords("Error", "ErrorNonExistentMailbox", "There is no such mailbox.", 0))
        if place.mailbox in self.closed_to_us:
            raise ItemRefused(ServerWords("Error", "ErrorAccessDenied", "Access is denied.", 0))
        page: SyncPage = self.folder_changes.page(self, account_id, place, state, limit)
        return page


def _put_at(mailbox: FakeMailbox, item: Stored, to: Place) -> ItemRef:
    local_id, message_id = item.local_id, item.message_id
    kept = mailbox.put(item.account_id, item.content, folder=to.folder, local_id=local_id, message_id=message_id)
    kept.owner, kept.folder_id, kept.is_draft = to.mailbox, to.folder_id, item.is_draft
    kept.attachments = list(item.attachments)
    return kept.ref


def _keep(path: str, content: bytes) -> None:
    Path(path).write_bytes(content)


def _answer(mailbox: FakeMailbox, ref: ItemRef | None) -> Outcome:
    return mailbox._refused(_GONE) if ref is None else mailbox._accepted(ref)
