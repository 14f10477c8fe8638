"""The EWS backend: each operation of the port as requests of at most a hundred items, with one Outcome per item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar, assert_never
from urllib.parse import urlsplit

from app.backends.ews import autodiscover, directory, requests
from app.backends.ews.attachments import AttachmentRequests, fetch_of, get_attachment
from app.backends.ews.conversations import (
    FOLDERS_AT_ONCE,
    find_answers,
    find_conversation,
    get_conversation_items,
    items_of_conversation,
    rows_of_conversation,
)
from app.backends.ews.error_mapping import fault_outcome, trouble_of
from app.backends.ews.folders import (
    categories_of,
    find_folders,
    folders_in,
    get_category_list,
    mail_folders,
    page_of,
    report_request,
    reports_of,
    sync_items,
)
from app.backends.ews.http_session import LOOPBACK, HttpSession
from app.backends.ews.item_reader import is_true, mark_of, ref_of, row_of
from app.backends.ews.notifications import Subscriptions
from app.backends.ews.replies import fetched_of, marked_of, mime_of, outcomes_of, words_of
from app.backends.ews.soap_client import SoapFault, download, post
from app.backends.ews.xml import ITEMS, Element, child, text_of
from app.backends.net.connection_test import ProbedMailbox, probe
from app.backends.net.files import NewFile, Unwritable, leave_out_bcc, most_of, say_unsent
from app.backends.net.http_errors import HttpRefusal, Unreadable, not_sent, refused_here, untold
from app.backends.net.reports import FoundReport, told_by
from app.backends.port import Job, ProgressListeners, Stopped, as_declared
from app.core.i18n import tr
from app.core.parsing import whole_number
from app.domain import operations as ops
from app.domain.account import Account, ProbeStep
from app.domain.errors import AccountError, BadInput, ItemRefused, Trouble, TroubleKind, error_for
from app.domain.listing import Folder, MailFolder, Mark, Page, Place, Report, Row, Sighting, SyncPage
from app.domain.message import Content, DraftUpdate, ItemRef, NewAttachment, NewDraft, Stage
from app.domain.original import OriginalMark
from app.domain.outcome import AttachOutcome, FetchedAttachment, FetchOutcome, Outcome
from app.domain.people import MailTips, Resolution
from app.domain.recipient import Recipient
from app.domain.record import CopyTo
from app.domain.response_codes import CONVERSATIONS_NOT_OFFERED, OF_THE_ACCOUNT_FOR_NOW
from app.domain.writable_fields import refuse_fields, set_fields

_T = TypeVar("_T")
_CHUNK = 100
_MARKS_PER_REQUEST = 50
_LOCATE_PAGE = 500


class EwsBackend:
    """One mailbox over EWS. Safe to use from several threads; made without network."""

    def __init__(self, account: Account, secret: str) -> None:
        """Prepare for `account`. Each call raises for an endpoint or CA file that cannot be used; this does not."""
        self._account = account
        self._host = urlsplit(account.endpoint).hostname or ""
        self._has_secret = bool(secret)
        self._http: HttpSession | None = None
        self._unusable: Trouble | None = None
        self._folders_of: dict[str, tuple[str, ...]] = {}
        """The folders of mailboxes whose server has to be asked for a conversation in each of them."""
        try:
            self._must_be_safe()
            self._http = HttpSession(account, secret)
        except (OSError, ValueError) as error:
            detail = str(error) if type(error) is ValueError else tr("The CA file cannot be read: {why}", why=error)
            self._unusable = Trouble(TroubleKind.NOT_GENUINE, detail, may_have_been_processed=False, host=self._host)

    def perform(self, operation: ops.AnyOperation, job: Job, told: ProgressListeners) -> object:
        """Carry out an operation of the table: here each meets the method that does it."""
        if isinstance(operation, ops.AnyWrite):
            return self._perform_write(operation, job, told)
        if isinstance(operation, ops.ReadMessages):
            return self._perform_read(operation, job, told)
        return self._perform_read_around(operation, job)

    def _perform_write(self, operation: ops.AnyWrite, job: Job, told: ProgressListeners) -> object:  # noqa: C901, PLR0911 - the table
        match operation:
            case ops.Save():
                return as_declared(operation, self.save(operation.drafts, job))
            case ops.Update():
                return as_declared(operation, self.update(operation.updates, job))
            case ops.Send():
                return as_declared(operation, self.send(operation.refs, operation.copy_to, job, operation.marks))
            case ops.Delete():
                return as_declared(operation, self.delete(operation.refs, operation.for_good, job))
            case ops.Move():
                return as_declared(operation, self.move(operation.refs, operation.to, job))
            case ops.Copy():
                return as_declared(operation, self.copy(operation.refs, operation.to, job))
            case ops.Fence():
                return as_declared(operation, self.fence(operation.ref, operation.mark, job))
            case ops.MarkOriginals():
                return as_declared(operation, self.mark_originals(operation.marks, job))
            case ops.Attach():
                return as_declared(operation, self.attach(operation.parent, operation.attachments, told.of_bytes, job))
            case ops.DeleteAttachments():
                return as_declared(operation, self.delete_attachments(operation.attachment_ids, job))
            case _:
                assert_never(operation)

    def _perform_read(self, operation: ops.ReadMessages, job: Job, told: ProgressListeners) -> object:  # noqa: PLR0911 - the table
        match operation:
            case ops.Get():
                return as_declared(operation, self.get(operation.refs, job))
            case ops.PeopleOf():
                return as_declared(operation, self.people_of(operation.refs, job))
            case ops.ListFolder(folder, offset, limit, query):
                return as_declared(operation, self.list_folder(folder, offset, limit, job, query))
            case ops.Locate():
                return as_declared(operation, self.locate(operation.marks, operation.folders, job))
            case ops.Sync():
                return as_declared(operation, self.sync(operation.place, operation.state, operation.limit, job))
            case ops.Notices():
                self.notices(operation.places, told.of_places, job)
                return None
            case ops.GetAttachment(_, number, path, size):
                fetch = self.get_attachment(number, path, lambda done: told.of_bytes(done, 0), job, size)
                return as_declared(operation, fetch)
            case ops.SaveMime():
                return as_declared(
                    operation,
                    self.save_mime(
                        operation.ref, operation.path, job, for_others=operation.for_others, unsent=operation.unsent
                    ),
                )
            case ops.FindReports():
                return as_declared(operation, self.find_reports(operation.since, job))
            case _:
                assert_never(operation)

    def _perform_read_around(self, operation: ops.ReadAround, job: Job) -> object:  # noqa: C901, PLR0911 - the table
        match operation:
            case ops.FindAnswers(message_id, mailbox):
                return as_declared(operation, self.find_answers(message_id, mailbox, job))
            case ops.GetConversation(conversation_id, mailbox):
                return as_declared(operation, self.conversation(conversation_id, mailbox, job))
            case ops.FindFolders():
                return as_declared(operation, self.find_folders(operation.mailbox, job))
            case ops.NamedMailboxes():
                return as_declared(operation, self.named_mailboxes(job))
            case ops.TranslateIds():
                return as_declared(operation, operation.ids)  # they are its own
            case ops.CategoryList():
                return as_declared(operation, self.category_list(job))
            case ops.ResolveNames():
                return as_declared(operation, self.resolve_names(operation.text, job))
            case ops.ExpandGroup():
                return as_declared(operation, self.expand_group(operation.group, job))
            case ops.GetMailTips():
                return as_declared(operation, self.mail_tips(operation.sending_as, operation.recipients, job))
            case ops.ServerVersion():
                return as_declared(operation, self._server_version())
            case _:
                assert_never(operation)

    def save(self, drafts: Sequence[NewDraft], job: Job) -> list[Outcome]:
        """CreateItem SaveOnly into Drafts; copies of what was sent where they are to be filed."""
        outcomes: dict[int, Outcome] = {}
        for home in dict.fromkeys(map(requests.home_of, drafts)):
            places = [place for place, draft in enumerate(drafts) if requests.home_of(draft) == home]
            chosen = [drafts[place] for place in places]
            answers = self._write(chosen, requests.create_items, job, needs_ref=True, refuse=_refusal_of_draft)
            outcomes.update(zip(places, answers, strict=True))
        return [outcomes[place] for place in range(len(drafts))]

    def create_and_send(self, drafts: Sequence[NewDraft], copy_to: CopyTo, job: Job) -> list[Outcome]:
        """CreateItem SendOnly or SendAndSaveCopy. Not for the product: a lost reply leaves nothing to look for."""
        return self._write(drafts, lambda chunk: requests.create_items(chunk, copy_to), job, refuse=_refusal_of_draft)

    def update(self, updates: Sequence[DraftUpdate], job: Job) -> list[Outcome]:
        """UpdateItem, NeverOverwrite. Raises ValueError for an update that writes nothing, which is a defect."""
        if not all(update.fields or update.mark for update in updates):
            raise ValueError("an update names no field")
        return self._write(
            updates, requests.update_items, job, needs_ref=True, refuse=_refusal_of_update, name=_name_of
        )

    def update_and_send(self, updates: Sequence[DraftUpdate], copy_to: CopyTo, job: Job) -> list[Outcome]:
        """UpdateItem SendOnly or SendAndSaveCopy, for a server whose SendItem leaves the draft where it was."""
        build = partial(requests.update_items, send=copy_to)
        return self._write(updates, build, job, refuse=_refusal_of_update)

    def send(self, refs: Sequence[ItemRef], copy_to: CopyTo, job: Job, marks: Sequence[str] = ()) -> list[Outcome]:
        """SendItem of stored drafts; with `marks`, UpdateItem that writes and sends."""
        if marks:
            pairs = zip(refs, marks, strict=True)
            updates = [DraftUpdate(ref, Content(), frozenset(), mark) for ref, mark in pairs]
            return self.update_and_send(updates, copy_to, job)
        return self._write(refs, lambda chunk: requests.send_items(chunk, copy_to), job)

    def delete(self, refs: Sequence[ItemRef], for_good: bool, job: Job) -> list[Outcome]:
        """DeleteItem, to Deleted Items unless `for_good`."""
        return self._write(refs, lambda chunk: requests.delete_items(chunk, for_good), job)

    def move(self, refs: Sequence[ItemRef], to: Place, job: Job) -> list[Outcome]:
        """MoveItem. An item that went to another mailbox has no name that the server could give."""
        return self._write(refs, lambda chunk: requests.move_items(chunk, to), job)

    def copy(self, refs: Sequence[ItemRef], to: Place, job: Job) -> list[Outcome]:
        """CopyItem; each outcome names the copy."""
        return self._write(refs, lambda chunk: requests.copy_items(chunk, to), job)

    def fence(self, ref: ItemRef, mark: str, job: Job) -> list[Outcome]:
        """UpdateItem of our mark alone: the ChangeKey is another one then."""
        return self.update([DraftUpdate(ref, Content(), frozenset(), mark)], job)

    def mark_originals(self, marks: Sequence[OriginalMark], job: Job) -> list[Outcome]:
        """GetItem of what they say already, and UpdateItem of those that say nothing newer."""
        answers: list[Outcome] = []
        for chunk in _chunks(marks, _CHUNK):
            answers += self._mark_chunk(chunk, job)
        return answers

    def _mark_chunk(self, marks: Sequence[OriginalMark], job: Job) -> list[Outcome]:
        names = [mark.ref.item_id for mark in marks]
        asked = [ItemRef(name) for name in dict.fromkeys(names)]
        try:
            messages = self._read(requests.get_marks(asked), job)
        except AccountError as error:
            return [untold(not_sent(error.trouble))] * len(marks)
        known = dict(zip((ref.item_id for ref in asked), marked_of(messages, [r.item_id for r in asked]), strict=True))
        seen = [known[name] for name in names]
        # Seconds are what is written: the same one again is one's own mark, whose answer was lost.
        wanted = [mark for mark, (one, at) in zip(marks, seen, strict=True) if one.accepted and int(at) < int(mark.at)]
        written = dict(zip(wanted, self._write(wanted, requests.mark_originals, job), strict=True)) if wanted else {}
        return [written.get(mark, one) for mark, (one, _) in zip(marks, seen, strict=True)]

    def attach(
        self, parent: ItemRef, attachments: Sequence[NewAttachment], on_bytes: Callable[[int, int], None], job: Job
    ) -> list[AttachOutcome]:
        """CreateAttachment, files from disk piece by piece, as many in a request as it may hold."""
        return AttachmentRequests(self._http, self._fail, on_bytes, job).attach(parent, attachments)

    def delete_attachments(self, attachment_ids: Sequence[str], job: Job) -> list[AttachOutcome]:
        """DeleteAttachment."""
        return AttachmentRequests(self._http, self._fail, lambda *_: None, job).delete(attachment_ids)

    def get_attachment(
        self, attachment_id: str, path: str, on_bytes: Callable[[int], None], job: Job, size: int = 0
    ) -> FetchedAttachment:
        """GetAttachment; the content of a file is written to `path` as it comes, which must not be there yet."""
        messages, _ = self._download(get_attachment(attachment_id), path, on_bytes, job, size)
        return fetch_of(messages, self._account.address)

    def save_mime(
        self, ref: ItemRef, path: str, job: Job, *, for_others: bool = False, unsent: bool = False
    ) -> Outcome:
        """GetItem of the MimeContent; it is written to `path`, which must not be there yet."""
        messages, size = self._download(requests.get_mime(ref), path, lambda _: None, job)
        outcome = mime_of(messages, size)
        if (for_others or unsent) and outcome.accepted:
            try:
                if for_others:
                    leave_out_bcc(path)
                if unsent:
                    say_unsent(path)
            except OSError as error:
                raise BadInput(tr("The file cannot be written ({why}).", why=error.strerror)) from error
        return outcome

    def resolve_names(self, text: str, job: Job) -> Resolution:
        """ResolveNames."""
        return self._answer(directory.resolve_names(text), directory.resolution_of, job)

    def expand_group(self, group: Recipient, job: Job) -> Resolution:
        """ExpandDL."""
        return self._answer(directory.expand_group(group), directory.members_of, job)

    def mail_tips(self, sending_as: str, recipients: Sequence[Recipient], job: Job) -> list[MailTips]:
        """GetMailTips."""
        tips: list[MailTips] = []
        for chunk in _chunks(recipients, directory.TIPS_PER_REQUEST):
            request = directory.get_mail_tips(sending_as or self._account.address, chunk)
            tips += self._answer(request, partial(directory.tips_of, asked=chunk), job)
        return tips

    def find_folders(self, mailbox: str, job: Job) -> tuple[MailFolder, ...]:
        """FindFolder, page after page."""
        found: list[Element] = []
        last = False
        while not last:
            page, last = self._answer(find_folders(mailbox, len(found)), folders_in, job)
            found += page
        return mail_folders(found)

    def named_mailboxes(self, job: Job) -> tuple[Recipient, ...]:
        """Autodiscover; those that come without an address are looked up by their place in the directory."""
        if self._http is None:
            raise error_for(self._unusable or self._trouble(""))
        try:
            named = autodiscover.ask(self._http, self._account, job)
        except Exception as error:
            raise error_for(trouble_of(_known(error, job), job, self._account.endpoint)) from error
        found = [Recipient(one.address, one.name) for one in named if one.address]
        for one in named:
            if not one.address:
                with suppress(ItemRefused):
                    people = self.resolve_names(one.path, job).people
                    found += people if len(people) == 1 else ()
        return tuple({one.address.casefold(): one for one in found}.values())

    def category_list(self, job: Job) -> tuple[str, ...]:
        """GetUserConfiguration of the master category list."""
        return self._answer(get_category_list(), categories_of, job)

    def sync(self, place: Place, state: str, limit: int, job: Job) -> SyncPage:
        """SyncFolderItems of one page."""
        return self._answer(sync_items(place, state, limit), page_of, job)

    def notices(self, places: Sequence[Place], tell: Callable[[Sequence[Place]], None], job: Job) -> None:
        """Subscribe, and GetStreamingEvents; GetEvents every few seconds where that is not offered."""
        if self._http is None:
            raise error_for(self._unusable or self._trouble(""))
        try:
            Subscriptions(self._http, tell, job).run(places)
        except ItemRefused:
            raise
        except SoapFault as fault:
            if fault.words.response_code in OF_THE_ACCOUNT_FOR_NOW:
                raise error_for(trouble_of(fault, job, self._account.endpoint)) from fault
            raise ItemRefused(fault.words) from fault
        except Exception as error:
            raise error_for(trouble_of(_known(error, job), job, self._account.endpoint)) from error

    def get(self, refs: Sequence[ItemRef], job: Job) -> list[FetchOutcome]:
        """GetItem of everything that Content holds."""
        answers: list[FetchOutcome] = []
        for chunk in _chunks(refs, _CHUNK):
            messages = self._read(requests.get_items(chunk), job)
            answers += fetched_of(messages, [ref.item_id for ref in chunk], self._account.address)
        return answers

    def people_of(self, refs: Sequence[ItemRef], job: Job) -> list[tuple[Recipient, ...]]:
        """GetItem of recipients alone."""
        answers: list[FetchOutcome] = []
        for chunk in _chunks(refs, _CHUNK):
            messages = self._read(requests.get_people(chunk), job)
            answers += fetched_of(messages, [ref.item_id for ref in chunk], self._account.address)
        return [() if one.item is None else one.item.content.recipients() for one in answers]

    def list_folder(self, folder: Folder | Place, offset: int, limit: int, job: Job, query: str = "") -> Page:
        """FindItem of one page."""
        messages = self._read(requests.find_page(folder, offset, limit, query), job)
        root = _root_of(messages[0]) if messages else None
        if root is None:
            raise error_for(self._trouble(tr("The server’s answer holds no folder.")))
        rows = tuple(row for row in map(row_of, self._items(root)) if row is not None)
        total = _number(root.get("TotalItemsInView"), offset + len(rows))
        following = _number(root.get("IndexedPagingOffset"), offset + len(rows))
        more = not _is_last(root) and rows and following > offset
        return Page(rows=rows, total=total, next_offset=following if more else None)

    def find_reports(self, since: float, job: Job) -> list[tuple[str, Report]]:
        """FindItem in the Inbox, and GetItem of each: the list says neither whom it is about nor who vouches for it."""
        found: list[FoundReport] = []
        offset: int | None = 0
        while offset is not None:
            messages = self._read(report_request(since, offset), job)
            root = _root_of(messages[0]) if messages else None
            if root is None:
                raise error_for(self._trouble(tr("The server’s answer holds no folder.")))
            items = self._items(root)
            found += reports_of(items)
            offset = None if _is_last(root) or not items else offset + len(items)
        told: list[tuple[str, Report]] = []
        for one, answer in zip(found, self.get([one.ref for one in found], job), strict=True):
            told += [(one.message_id, each) for each in told_by(one.report, answer.item, self._account.address)]
        return told

    def find_answers(self, message_id: str, mailbox: str, job: Job) -> tuple[Row, ...]:
        """FindItem by In-Reply-To."""
        root = self._answer(find_answers(message_id, mailbox), _root_of, job)
        if root is None:
            raise error_for(self._trouble(tr("The server’s answer holds no folder.")))
        return tuple(row for item in self._items(root) if (row := row_of(item)) is not None)

    def conversation(self, conversation_id: str, mailbox: str, job: Job) -> tuple[Row, ...]:
        """GetConversationItems; where that is not known, FindItem in each folder, from then on."""
        account = self._account
        own = [mailbox] if mailbox else [account.address, account.display_name]
        if mailbox not in self._folders_of:
            request = get_conversation_items(conversation_id, mailbox)
            try:
                return rows_of_conversation(self._answer(request, items_of_conversation, job), own)
            except ItemRefused as refused:
                if refused.words.response_code not in CONVERSATIONS_NOT_OFFERED:
                    raise
            except AccountError as error:
                fault = error.__cause__
                if not isinstance(fault, SoapFault) or fault.words.response_code in OF_THE_ACCOUNT_FOR_NOW:
                    raise
            self._folders_of[mailbox] = tuple(one.folder_id for one in self.find_folders(mailbox, job))
        return rows_of_conversation(self._search(conversation_id, self._folders_of[mailbox], job), own)

    def _search(self, conversation_id: str, folders: Sequence[str], job: Job) -> list[Element]:
        """FindItem; a folder that is no more holds nothing. Raises ItemRefused where all are refused."""
        found: list[Element] = []
        refused: list[ItemRefused] = []
        for chunk in _chunks(folders, FOLDERS_AT_ONCE):
            for message in self._read(find_conversation(conversation_id, chunk), job):
                try:
                    root = _root_of(message)
                except ItemRefused as error:
                    refused.append(error)
                else:
                    found += [] if root is None else self._items(root)
        if refused and len(refused) == len(folders):
            raise refused[0]
        return found

    def locate(self, marks: Sequence[Mark], folders: Sequence[Folder | Place], job: Job) -> list[Sighting]:
        """FindItem over all folders at once, for our mark or the Message-ID; page after page until all are seen."""
        sightings: list[Sighting] = []
        for chunk in _chunks(marks, _MARKS_PER_REQUEST) if folders else ():
            pending, offset = list(folders), 0
            while pending:
                messages = self._read(requests.find_marked(chunk, pending, offset, _LOCATE_PAGE), job)
                if len(messages) < len(pending):
                    raise error_for(self._trouble(tr("The server searched fewer folders than asked.")))
                unfinished = []
                for folder, message in zip(pending, messages, strict=False):
                    root = _root_of(message)
                    if root is None:
                        raise error_for(self._trouble(tr("The server’s answer holds no folder.")))
                    items = self._items(root)
                    sightings += _sightings_of(items, folder, chunk)
                    if not _is_last(root) and items:
                        unfinished.append(folder)
                pending, offset = unfinished, offset + _LOCATE_PAGE
        return sightings

    def probe(self, job: Job) -> Iterator[ProbeStep]:
        """Test the connection: name, connect, tls, sign-in, ews, drafts; and ask what the person is called.

        Without a secret nobody signs in, and TLS is the last step: a try with none would count as a wrong one.
        """
        mailbox = ProbedMailbox(
            lambda: self.list_folder(Folder.DRAFTS, 0, 1, job), lambda: self._own_name(job), self._server_version
        )
        return probe(self._account, self._unusable, mailbox if self._has_secret else None, job)

    def _server_version(self) -> str:
        return "" if self._http is None else self._http.server_version

    def _own_name(self, job: Job) -> str:
        """ResolveNames of the own address; empty where that is nobody's, or several people's."""
        people = self.resolve_names(self._account.address, job).people
        mine = [one for one in people if one.address.casefold() == self._account.address.casefold()]
        return mine[0].name if len(mine) == 1 and mine[0].name != mine[0].address else ""

    def close(self) -> None:
        """Close idle connections."""
        if self._http is not None:
            self._http.close()

    def _must_be_safe(self) -> None:
        parts = urlsplit(self._account.endpoint)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
            return
        raise ValueError(tr("The address must begin with https:// so that the password is not sent in the clear."))

    def _trouble(self, detail: str) -> Trouble:
        return Trouble(TroubleKind.SERVER, detail, http_status=200, host=self._host)

    def _read(self, request: Element, job: Job) -> Sequence[Element]:
        if self._http is None:
            raise error_for(self._unusable or self._trouble(""))
        try:
            return post(self._http, request, job)
        except Exception as error:
            raise error_for(trouble_of(_known(error, job), job, self._account.endpoint)) from error

    def _download(
        self, request: Element, path: str, on_bytes: Callable[[int], None], job: Job, size: int = 0
    ) -> tuple[Sequence[Element], int]:
        """Return the messages, and how many bytes were written. Raises AccountError, BadInput for the path."""
        if self._http is None:
            raise error_for(self._unusable or self._trouble(""))
        file = NewFile(path, on_bytes, most_of(size))
        try:
            return download(self._http, request, job, file), file.size
        except Unwritable as error:
            raise BadInput(tr("The file cannot be written ({why}).", why=error)) from error
        except Exception as error:
            raise error_for(trouble_of(_known(error, job), job, self._account.endpoint)) from error

    def _items(self, root: Element) -> list[Element]:
        """Return the items of a page, in Items or Groups. Raises ServerTrouble: a missing list is no empty folder."""
        items, groups = child(root, "t:Items"), child(root, "t:Groups")
        if items is not None:
            return list(items)
        if groups is not None:
            return [item for group in groups for listed in group.iterchildren(ITEMS) for item in listed]
        if _number(root.get("TotalItemsInView"), 0):
            raise error_for(self._trouble(tr("The server’s answer holds no list.")))
        return []

    def _answer(self, request: Element, read: Callable[[Element], _T], job: Job) -> _T:
        """Return what `read` makes of the one message of the answer. Raises AccountError, ItemRefused."""
        messages = self._read(request, job)
        try:
            if not messages:
                raise Unreadable("no message")
            return read(messages[0])
        except Unreadable as error:
            raise error_for(self._trouble(tr("The server’s answer cannot be read."))) from error

    def _fail(self, error: Exception, job: Job) -> Trouble:
        """Return the trouble of a request that failed; a defect of ours is raised again."""
        if self._unusable is not None:
            return self._unusable
        return trouble_of(_known(error, job), job, self._account.endpoint)

    def _write(
        self,
        asked: Sequence[_T],
        build: Callable[[Sequence[_T]], Element],
        job: Job,
        *,
        needs_ref: bool = False,
        refuse: Callable[[_T], str | None] = lambda _: None,
        name: Callable[[_T], str] | None = None,
    ) -> list[Outcome]:
        """Ask for what `refuse` has nothing against; one Outcome for each, in the order asked.

        `name` gives the ItemId that the answer for one names too.
        """
        refused = [refuse(one) for one in asked]
        good = [one for one, words in zip(asked, refused, strict=True) if words is None]
        answers = iter(self._write_good(good, build, job, needs_ref=needs_ref, name=name))
        return [next(answers) if words is None else refused_here(words) for words in refused]

    def _write_good(
        self,
        asked: Sequence[_T],
        build: Callable[[Sequence[_T]], Element],
        job: Job,
        *,
        needs_ref: bool,
        name: Callable[[_T], str] | None,
    ) -> list[Outcome]:
        outcomes: list[Outcome] = []
        stop: Trouble | None = self._unusable
        for chunk in _chunks(asked, _CHUNK):
            if stop is not None or self._http is None:
                outcomes += [untold(stop or self._trouble(""))] * len(chunk)
                continue
            try:
                messages = post(self._http, build(chunk), job)
            except SoapFault as fault:
                trouble = trouble_of(fault, job, self._account.endpoint)
                outcomes += [fault_outcome(fault.words, trouble, several=len(chunk) > 1)] * len(chunk)
                stop = not_sent(trouble)
            except Exception as error:  # noqa: BLE001 - as in _read
                trouble = trouble_of(_known(error, job), job, self._account.endpoint)
                outcomes += [untold(trouble)] * len(chunk)
                stop = not_sent(trouble)
            else:
                names = [] if name is None else [name(one) for one in chunk]
                outcomes += outcomes_of(messages, len(chunk), needs_ref=needs_ref, names=names)
        return outcomes


def _refusal_of_draft(draft: NewDraft) -> str | None:
    return refuse_fields(draft.content, set_fields(draft.content), Stage.NEW)


def _name_of(update: DraftUpdate) -> str:
    return update.ref.item_id


def _refusal_of_update(update: DraftUpdate) -> str | None:
    return refuse_fields(update.content, update.fields, update.stage)


def _known(error: Exception, job: Job) -> Exception:
    """Hand on what comes from the network; a defect of ours before anything left is not to pass for a trouble."""
    foreign = isinstance(error, OSError | HttpRefusal | SoapFault | Unreadable | Stopped)
    if foreign or job.left or type(error).__module__.partition(".")[0] != "builtins":
        return error
    if isinstance(error, UnicodeError | KeyError):  # a host name IDNA refuses; a 401 without WWW-Authenticate
        return error
    raise error


def _chunks(asked: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    for start in range(0, len(asked), size):
        yield asked[start : start + size]


def _root_of(message: Element) -> Element | None:
    """Return the RootFolder of a FindItemResponseMessage. Raises ItemRefused where the folder was refused."""
    words = words_of(message)
    if words.response_class == "Error":
        raise ItemRefused(words)
    return child(message, "m:RootFolder")


def _is_last(root: Element) -> bool:
    return (root.get("IncludesLastItemInRange") or "true").casefold() in {"true", "1"}


def _number(text: str | None, otherwise: int) -> int:
    return whole_number(text, otherwise)


def _sightings_of(items: Sequence[Element], folder: Folder | Place, marks: Sequence[Mark]) -> Iterator[Sighting]:
    by_local_id = {mark.local_id: mark for mark in marks if mark.local_id}
    by_message_id = {mark.message_id: mark for mark in marks if mark.message_id}
    for item in items:
        ref = ref_of(item)
        mark = by_local_id.get(mark_of(item)) or by_message_id.get(text_of(item, "t:InternetMessageId"))
        if ref is not None and mark is not None:
            is_draft = is_true(item, "t:IsDraft")
            if isinstance(folder, Place):
                yield Sighting(mark=mark, folder=folder.folder, ref=ref, is_draft=is_draft, place=folder)
            else:
                yield Sighting(mark=mark, folder=folder, ref=ref, is_draft=is_draft)
