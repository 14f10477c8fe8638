"""The Graph backend: each operation of the port as requests of at most twenty items, with one Outcome per item.

Ids are the default ones, which change with each move: that is what a fence stands on. In another's mailbox its address
stands before the id, because Graph has it in the path. `docs/decisions/graph.md` says how nothing is sent twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NoReturn, TypeVar, assert_never
from urllib.parse import urlsplit

from app.backends.graph import folders, people
from app.backends.graph.attachments import GraphAttachments, download, fetch
from app.backends.graph.batch import LARGEST, Part, ask_all
from app.backends.graph.http_session import GraphSession, Reply, StrangeHost
from app.backends.graph.message_reader import (
    ATTACHMENT_SELECT,
    ITEM_EXPAND,
    ITEM_SELECT,
    expand,
    item_of,
    people_of,
    property_of,
)
from app.backends.graph.message_writer import VERB_TIME, changes_of, mark_of_original, new_message
from app.backends.graph.places import as_place, folder_id, folder_path, message_path, root_of
from app.backends.graph.replies import (
    is_refusal,
    outcome_of,
    send_outcome_of,
    trouble_of,
    trouble_of_reply,
    whose,
    words_of,
)
from app.backends.graph.sending import send_json, send_mime, send_without_copy
from app.backends.net.connection_test import ProbedMailbox, probe
from app.backends.net.files import leave_out_bcc, say_unsent
from app.backends.net.http_errors import Unreadable, not_sent, refused_here, untold
from app.backends.net.reports import FoundReport, told_by
from app.backends.port import Job, ProgressListeners, as_declared
from app.core.i18n import tr
from app.core.parsing import moment_in
from app.domain import operations as ops
from app.domain.account import Account, BackendKind, ProbeStep
from app.domain.errors import BadInput, ItemRefused, ServerWords, Trouble, TroubleKind, error_for
from app.domain.listing import Folder, MailFolder, Mark, Page, Place, Report, Row, Sighting, SyncPage
from app.domain.message import Content, DraftUpdate, Field, ItemRef, NewAttachment, NewDraft, Stage
from app.domain.original import OriginalMark
from app.domain.outcome import LOCAL, AttachOutcome, FetchedAttachment, FetchOutcome, Outcome, Verdict
from app.domain.people import MailTips, Resolution
from app.domain.protocols import copy_problem, field_problem
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.domain.response_codes import NO_TARGET
from app.domain.writable_fields import refuse_fields, set_fields

_T = TypeVar("_T")
_UNSAFE: Final = {"Prefer": "outlook.allow-unsafe-html"}
"""HTML as it is stored: it is made safe here, and a draft is compared with what was saved."""
_MINUTES: Final = 30
_OFTEN, _SELDOM = 10.0, 60.0
"""Seconds between two looks at folders: after a change, and after long without one."""


class GraphBackend:
    """One mailbox over Graph. Safe to use from several threads; made without network."""

    def __init__(self, account: Account, secret: str) -> None:
        """Prepare for `account`. Each call raises for an account that cannot be served; this does not."""
        self._account = account
        self._host = urlsplit(account.endpoint).hostname or ""
        self._http: GraphSession | None = None
        self._unusable: Trouble | None = None
        self._folder_ids: dict[Place, str] = {}
        self._has_secret = bool(secret)
        try:
            self._http = GraphSession(account, secret)
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
                return as_declared(operation, self.send(operation.refs, operation.copy_to, job))
            case ops.Delete():
                return as_declared(operation, self.delete(operation.refs, operation.for_good, job))
            case ops.Move():
                return as_declared(operation, self.move(operation.refs, operation.to, job))
            case ops.Copy():
                return as_declared(operation, self.copy(operation.refs, operation.to, job))
            case ops.Fence():
                return as_declared(operation, self.fence(operation.ref, job))
            case ops.MarkOriginals():
                return as_declared(operation, self.mark_originals(operation.marks, job))
            case ops.Attach():
                return as_declared(operation, self.attach(operation.parent, operation.attachments, told.of_bytes, job))
            case ops.DeleteAttachments():
                gone = self.delete_attachments(operation.parent, operation.attachment_ids, job)
                return as_declared(operation, gone)
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
            case ops.GetAttachment(parent, number, path, size):
                got = self.get_attachment(parent, number, path, lambda done: told.of_bytes(done, 0), job, size)
                return as_declared(operation, got)
            case ops.SaveMime(ref, path, for_others, unsent):
                return as_declared(operation, self.save_mime(ref, path, job, for_others=for_others, unsent=unsent))
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
                return as_declared(operation, ())  # Graph cannot be asked which mailboxes one may use
            case ops.CategoryList():
                return as_declared(operation, self._reading(lambda: people.categories(self._reader(job)), job))
            case ops.TranslateIds(ids, mailbox):
                translate = lambda: folders.translate_ids(ids, mailbox, self._reader(job))  # noqa: E731 - this call
                return as_declared(operation, self._reading(translate, job))
            case ops.ResolveNames(text):
                return as_declared(operation, self.resolve_names(text, job))
            case ops.ExpandGroup(group):
                return as_declared(operation, self.expand_group(group, job))
            case ops.GetMailTips():
                return as_declared(operation, self.mail_tips(operation.recipients, job))
            case ops.ServerVersion():
                return as_declared(operation, "")  # one service for all, which names no version
            case _:
                assert_never(operation)

    # --- writes -------------------------------------------------------------------------------------------------

    def save(self, drafts: Sequence[NewDraft], job: Job) -> list[Outcome]:
        """POST into Drafts; copies of what was sent where they are to be filed."""

        def part(draft: NewDraft) -> Part:
            place = Place(Folder.SENT if draft.sent else Folder.DRAFTS, draft.drafts_of, draft.folder_id)
            plain = not draft.sent and not draft.folder_id
            path = root_of(draft.drafts_of) if plain else folder_path(place)
            return Part("POST", f"{path}/messages", new_message(draft))

        read = lambda reply, draft: outcome_of(reply, self._host, 201, draft.drafts_of)  # noqa: E731 - of this request
        return self._write(drafts, part, read, job, _refusal_of_draft)

    def update(self, updates: Sequence[DraftUpdate], job: Job) -> list[Outcome]:
        """PATCH of the named fields, with the version that they are based on. Raises ValueError for none."""
        if not all(update.fields or update.mark for update in updates):
            raise ValueError("an update names no field")

        def part(update: DraftUpdate) -> Part:
            return Part("PATCH", message_path(update.ref), changes_of(update, self._account.address), _tag(update.ref))

        def read(reply: Reply | None, update: DraftUpdate) -> Outcome:
            mailbox = whose(update.ref.item_id)[0]
            return outcome_of(reply, self._host, 200, mailbox, versioned=bool(update.ref.change_key))

        return self._write(updates, part, read, job, _refusal_of_update)

    def send(self, refs: Sequence[ItemRef], copy_to: CopyTo, job: Job) -> list[Outcome]:
        """POST send of stored drafts; one without a copy goes by sendMail."""
        problem = copy_problem(copy_to, BackendKind.GRAPH)
        if problem is not None:
            return [refused_here(problem)] * len(refs)
        if copy_to.kind is CopyKind.NONE:
            return self._send_without_copy(refs, job)
        part = lambda ref: Part("POST", f"{message_path(ref)}/send")  # noqa: E731 - of this request
        return self._write(refs, part, lambda reply, _: send_outcome_of(reply, self._host), job)

    def _send_without_copy(self, refs: Sequence[ItemRef], job: Job) -> list[Outcome]:
        outcomes: list[Outcome] = []
        stop = self._unusable
        for ref in refs:
            if stop is not None or self._http is None:
                outcomes.append(untold(stop or self._trouble("")))
                continue
            outcome = send_without_copy(self._http, ref, job)
            stop = not_sent(outcome.trouble) if outcome.trouble is not None else None
            outcomes.append(outcome)
        return outcomes

    def send_mail(self, draft: NewDraft, job: Job, *, keep_copy: bool = True) -> Outcome:
        """POST sendMail in JSON. Not for the product where a stored draft can do the same: no id comes back."""
        return send_json(self._http_or_raise(), new_message(draft), job, keep_copy=keep_copy)

    def send_mime(self, mime: bytes, job: Job) -> Outcome:
        """POST sendMail of MIME, as above."""
        return send_mime(self._http_or_raise(), mime, job)

    def delete(self, refs: Sequence[ItemRef], for_good: bool, job: Job) -> list[Outcome]:
        """Move to Deleted Items, which tells the new id, unless `for_good`."""
        if not for_good:
            return self._transfer("move", refs, Folder.DELETED.value, job)
        part = lambda ref: Part("POST", f"{message_path(ref)}/permanentDelete")  # noqa: E731 - of this request
        return self._write(refs, part, lambda reply, _: outcome_of(reply, self._host, 204), job)

    def move(self, refs: Sequence[ItemRef], to: Place, job: Job) -> list[Outcome]:
        """POST move, within a mailbox. Each outcome has the message's new name."""
        return self._transfer("move", refs, folder_id(to), job, to.mailbox)

    def copy(self, refs: Sequence[ItemRef], to: Place, job: Job) -> list[Outcome]:
        """POST copy, within a mailbox. Each outcome names the copy."""
        return self._transfer("copy", refs, folder_id(to), job, to.mailbox)

    def _transfer(
        self, action: str, refs: Sequence[ItemRef], target: str, job: Job, mailbox: str | None = None
    ) -> list[Outcome]:
        def refuse(ref: ItemRef) -> Outcome | None:
            if mailbox is None or whose(ref.item_id)[0].casefold() == mailbox.casefold():
                return None
            sentence = tr("This server can’t move a message to another mailbox.")
            words = ServerWords(LOCAL, NO_TARGET, sentence)
            return Outcome(Verdict.REFUSED, words=words, at=time.time())

        part = lambda ref: Part("POST", f"{message_path(ref)}/{action}", {"destinationId": target})  # noqa: E731
        read = lambda reply, ref: outcome_of(reply, self._host, 201, whose(ref.item_id)[0])  # noqa: E731
        return self._write(refs, part, read, job, refuse)

    def fence(self, ref: ItemRef, job: Job) -> list[Outcome]:
        """Move the draft away and back: it has another id then, and a send of the one before meets 404.

        Away is the Outbox, in which Graph itself keeps nothing: a draft that is found there was left behind on its way
        (`folders.Locator`), and only has to come back.
        """
        outcomes = self._transfer("move", [ref], Folder.OUTBOX.value, job)
        away = outcomes[0].ref
        if away is None:
            return outcomes
        return self._transfer("move", [away], Folder.DRAFTS.value, job)

    def mark_originals(self, marks: Sequence[OriginalMark], job: Job) -> list[Outcome]:
        """GET what they say already, and PATCH those that say nothing newer."""
        more = folders.query(select="id,changeKey", expand=expand(VERB_TIME))
        seen: list[tuple[Outcome, float]] = []
        part = lambda mark: Part("GET", message_path(mark.ref) + more)  # noqa: E731 - of this request

        def look(reply: Reply | None, _: OriginalMark) -> Outcome:
            outcome = outcome_of(reply, self._host, 200)
            body = reply.body if reply is not None and isinstance(reply.body, dict) else {}
            seen.append((outcome, moment_in(property_of(body, VERB_TIME))))
            return outcome

        looks = self._write(marks, part, look, job)
        if len(seen) != len(marks):  # some were not asked about at all
            return [one if one.trouble is None else untold(not_sent(one.trouble)) for one in looks]
        wanted = [mark for mark, (one, at) in zip(marks, seen, strict=True) if one.accepted and int(at) < int(mark.at)]
        written = dict(zip(wanted, self._write(wanted, self._mark_part, self._marked, job), strict=True))
        return [written.get(mark, one) for mark, (one, _) in zip(marks, seen, strict=True)]

    def _mark_part(self, mark: OriginalMark) -> Part:
        return Part("PATCH", message_path(mark.ref), mark_of_original(mark))

    def _marked(self, reply: Reply | None, mark: OriginalMark) -> Outcome:
        return outcome_of(reply, self._host, 200, whose(mark.ref.item_id)[0])

    def attach(
        self, parent: ItemRef, attachments: Sequence[NewAttachment], on_bytes: Callable[[int, int], None], job: Job
    ) -> list[AttachOutcome]:
        """POST of attachments, large ones by an upload session; one after the other."""
        if self._http is None:
            return [AttachOutcome(untold(self._unusable or self._trouble("")))] * len(attachments)
        return GraphAttachments(self._http, on_bytes, job).attach(parent, attachments)

    def delete_attachments(self, parent: ItemRef, attachment_ids: Sequence[str], job: Job) -> list[AttachOutcome]:
        """DELETE of each."""
        if self._http is None:
            return [AttachOutcome(untold(self._unusable or self._trouble("")))] * len(attachment_ids)
        return GraphAttachments(self._http, lambda *_: None, job).delete(parent, attachment_ids)

    def _write(
        self,
        asked: Sequence[_T],
        part: Callable[[_T], Part],
        read: Callable[[Reply | None, _T], Outcome],
        job: Job,
        refuse: Callable[[_T], Outcome | None] = lambda _: None,
    ) -> list[Outcome]:
        """Ask for what `refuse` has nothing against; one Outcome for each, in the order asked."""
        refused = [refuse(one) for one in asked]
        good = [one for one, outcome in zip(asked, refused, strict=True) if outcome is None]
        answers = iter(self._write_good(good, part, read, job))
        return [next(answers) if outcome is None else outcome for outcome in refused]

    def _write_good(
        self,
        asked: Sequence[_T],
        part: Callable[[_T], Part],
        read: Callable[[Reply | None, _T], Outcome],
        job: Job,
    ) -> list[Outcome]:
        outcomes: list[Outcome] = []
        stop = self._unusable
        for start in range(0, len(asked), LARGEST):
            chunk = asked[start : start + LARGEST]
            if stop is not None or self._http is None:
                outcomes += [untold(stop or self._trouble(""))] * len(chunk)
                continue
            for one, answer in zip(chunk, ask_all(self._http, [part(one) for one in chunk], job), strict=True):
                if isinstance(answer, Trouble):
                    outcomes.append(untold(answer))
                    stop = not_sent(answer)
                else:
                    outcomes.append(read(answer, one))
        return outcomes

    # --- reads --------------------------------------------------------------------------------------------------

    def get(self, refs: Sequence[ItemRef], job: Job) -> list[FetchOutcome]:
        """GET of everything that Content holds, and of what is attached, without its bytes."""
        more = folders.query(select=ITEM_SELECT, expand=ITEM_EXPAND)
        messages = self._replies([Part("GET", message_path(ref) + more, headers=_UNSAFE) for ref in refs], job)
        holding = [ref for ref, message in zip(refs, messages, strict=True) if _may_hold(message)]
        listed = f"/attachments{folders.query(select=ATTACHMENT_SELECT)}"
        replies = self._replies([Part("GET", message_path(ref) + listed) for ref in holding], job)
        held = dict(zip(holding, replies, strict=True))
        return [self._fetched(ref, message, held.get(ref)) for ref, message in zip(refs, messages, strict=True)]

    def _fetched(self, ref: ItemRef, message: Reply, held: Reply | None) -> FetchOutcome:
        mailbox = whose(ref.item_id)[0]
        outcome = outcome_of(message, self._host, 200, mailbox)
        if not outcome.accepted:
            return FetchOutcome(outcome)
        attachments: list[dict[str, Any]] = []
        if held is not None and held.status != 200:
            return FetchOutcome(Outcome(Verdict.REFUSED, words=words_of(held), at=time.time()))
        if held is not None:
            attachments = self._reading(partial(folders.listed, held.body), None)
        return FetchOutcome(outcome, item_of(message.body, self._account.address, attachments, mailbox))

    def people_of(self, refs: Sequence[ItemRef], job: Job) -> list[tuple[Recipient, ...]]:
        """GET of recipients alone."""
        more = folders.query(select="id,toRecipients,ccRecipients,bccRecipients")
        replies = self._replies([Part("GET", message_path(ref) + more) for ref in refs], job)
        names = ("toRecipients", "ccRecipients", "bccRecipients")
        bodies = [reply.body if reply.status == 200 and isinstance(reply.body, dict) else {} for reply in replies]
        return [tuple(one for name in names for one in people_of(body.get(name))) for body in bodies]

    def list_folder(self, folder: Folder | Place, offset: int, limit: int, job: Job, query: str = "") -> Page:
        """GET of one page, newest first."""
        place = as_place(folder)
        body = self._get(folders.page_path(place, offset, limit, query), job)
        return self._reading(lambda: folders.page_of(body, place, offset, limit, query), job)

    def find_answers(self, message_id: str, mailbox: str, job: Job) -> tuple[Row, ...]:
        """GET of the Inbox by In-Reply-To."""
        body = self._get(folders.answers_path(message_id, mailbox), job)
        return self._reading(lambda: folders.answers_of(body, mailbox), job)

    def conversation(self, conversation_id: str, mailbox: str, job: Job) -> tuple[Row, ...]:
        """GET of a conversation's messages in a whole mailbox, but those that were thrown away."""
        own = [mailbox or self._account.address]
        look = lambda: folders.conversation(conversation_id, mailbox, own, self._reader(job))  # noqa: E731 - one call
        return self._reading(look, job)

    def locate(self, marks: Sequence[Mark], wanted: Sequence[Folder | Place], job: Job) -> list[Sighting]:
        """Look in whole mailboxes for our mark or the Message-ID."""
        locator = folders.Locator(self._reader(job), self._folder_ids)
        return self._reading(lambda: locator.look(marks, wanted), job) if marks and wanted else []

    def sync(self, place: Place, state: str, limit: int, job: Job) -> SyncPage:
        """GET of a page of changes. Raises ItemRefused where the server has forgotten what it told."""
        http = self._http_or_raise()
        prefer = {"Prefer": f"odata.maxpagesize={limit}"}

        def read() -> SyncPage:
            path = http.follow(state) if state else folders.delta_path(place)
            reply = http.ask(job, "GET", path, headers=prefer)
            if state and folders.is_sync_lost(reply):
                raise folders.sync_lost()
            body = self._good(reply)
            return folders.sync_page_of(body, place, bool(state), self._reader(job))

        try:
            return self._reading(read, job)
        except StrangeHost:
            raise folders.sync_lost() from None

    def notices(self, places: Sequence[Place], tell: Callable[[Sequence[Place]], None], job: Job) -> None:
        """Look at the folders now and then, often after a change: Graph has no notices for a desktop."""
        self._http_or_raise()
        known = self._look_at(places, job)
        tell(places)
        ends, pause = time.monotonic() + _MINUTES * 60, _OFTEN
        while time.monotonic() < ends:
            job.rest(pause)
            seen = self._look_at(places, job)
            changed = [place for place in places if seen[place] and seen[place] != known[place]]
            known = {place: seen[place] or known[place] for place in places}
            pause = _OFTEN if changed else min(pause * 1.5, _SELDOM)
            if changed:
                tell(changed)

    def _look_at(self, places: Sequence[Place], job: Job) -> dict[Place, str]:
        replies = self._replies([folders.newest_part(place) for place in places], job)
        return {place: folders.fingerprint(reply) for place, reply in zip(places, replies, strict=True)}

    def get_attachment(
        self, parent: ItemRef, number: str, path: str, on_bytes: Callable[[int], None], job: Job, size: int = 0
    ) -> FetchedAttachment:
        """GET of $value; the content is written to `path` as it comes, which must not be there yet."""
        return fetch(self._http_or_raise(), parent, number, path, on_bytes, job, size)

    def save_mime(
        self, ref: ItemRef, path: str, job: Job, *, for_others: bool = False, unsent: bool = False
    ) -> Outcome:
        """GET of the MIME; it is written to `path`, which must not be there yet."""
        try:
            download(self._http_or_raise(), f"{message_path(ref)}/$value", path, lambda _: None, job)
            if for_others:
                leave_out_bcc(path)
            if unsent:
                say_unsent(path)
        except ItemRefused as refusal:
            return Outcome(Verdict.REFUSED, words=refusal.words, at=time.time())
        except OSError as error:
            raise BadInput(tr("The file cannot be written ({why}).", why=error.strerror)) from error
        return Outcome(Verdict.ACCEPTED, ref, at=time.time())

    def find_reports(self, since: float, job: Job) -> list[tuple[str, Report]]:
        """GET of reports in the Inbox, and of each: the list says neither whom it is about nor who vouches for it."""
        http = self._http_or_raise()
        found: list[FoundReport] = []
        path: str | None = folders.reports_path(since)
        while path is not None:
            body = self._get(path, job)
            found += self._reading(partial(folders.reports_of, body), job)
            following = body.get("@odata.nextLink")
            path = http.follow(following) if isinstance(following, str) else None
        told: list[tuple[str, Report]] = []
        for one, answer in zip(found, self.get([one.ref for one in found], job), strict=True):
            told += [(one.message_id, each) for each in told_by(one.report, answer.item, self._account.address)]
        return told

    def find_folders(self, mailbox: str, job: Job) -> tuple[MailFolder, ...]:
        """GET of folders, level by level."""
        return self._reading(lambda: folders.find_folders(mailbox, self._reader(job)), job)

    def resolve_names(self, text: str, job: Job) -> Resolution:
        """GET of people, the directory and contacts."""
        return self._reading(lambda: people.resolve(text, self._reader(job)), job)

    def expand_group(self, group: Recipient, job: Job) -> Resolution:
        """GET of a group's members."""
        return self._reading(lambda: people.expand_group(group, self._reader(job)), job)

    def mail_tips(self, recipients: Sequence[Recipient], job: Job) -> list[MailTips]:
        """POST getMailTips, which changes nothing."""
        tips: list[MailTips] = []
        for start in range(0, len(recipients), people.TIPS_AT_ONCE):
            chunk = recipients[start : start + people.TIPS_AT_ONCE]
            (reply,) = self._replies([people.tips_part(chunk)], job)
            tips += self._reading(partial(people.tips_of, reply, chunk), job)
        return tips

    def probe(self, job: Job) -> Iterator[ProbeStep]:
        """Test the connection: name, connect, tls, sign-in, graph, drafts."""
        look = lambda: self.list_folder(Folder.DRAFTS, 0, 1, job)  # noqa: E731 - of this test
        mailbox = ProbedMailbox(look, lambda: self._own_name(job), lambda: "", "graph") if self._has_secret else None
        return probe(self._account, self._unusable, mailbox, job)

    def _own_name(self, job: Job) -> str:
        name = self._get("me?$select=displayName", job).get("displayName")
        return name if isinstance(name, str) and name != self._account.address else ""

    def close(self) -> None:
        """Close idle connections."""
        if self._http is not None:
            self._http.close()

    def _http_or_raise(self) -> GraphSession:
        if self._http is None:
            raise error_for(self._unusable or self._trouble(""))
        return self._http

    def _reader(self, job: Job) -> folders.ReadParts:
        return lambda parts: self._replies(parts, job)

    def _replies(self, parts: Sequence[Part], job: Job) -> list[Reply]:
        """Return a reply for each part. Raises AccountError where one has none, or one that speaks of the account."""
        http = self._http_or_raise()
        found: list[Reply] = []
        for start in range(0, len(parts), LARGEST):
            for answer in ask_all(http, parts[start : start + LARGEST], job):
                if isinstance(answer, Trouble):
                    raise error_for(answer)
                if answer is None:
                    raise error_for(self._trouble(tr("The server answered for fewer items than were asked.")))
                if answer.status != 200 and not is_refusal(answer):
                    raise error_for(trouble_of_reply(answer, self._host))
                found.append(answer)
        return found

    def _get(self, path: str, job: Job) -> dict[str, Any]:
        http = self._http_or_raise()
        return self._reading(lambda: self._good(http.ask(job, "GET", path)), job)

    def _good(self, reply: Reply) -> dict[str, Any]:
        if reply.status == 200 and isinstance(reply.body, dict):
            return reply.body
        if is_refusal(reply):
            raise ItemRefused(words_of(reply))
        raise error_for(trouble_of_reply(reply, self._host))

    def _reading(self, read: Callable[[], _T], job: Job | None) -> _T:
        """Return what `read` makes. Raises AccountError for what cannot be read, and for a failure of the network."""
        try:
            return read()
        except Unreadable as error:
            raise error_for(self._trouble(tr("The server’s answer cannot be read."))) from error
        except OSError as error:
            self._fail(error, job)

    def _fail(self, error: OSError, job: Job | None) -> NoReturn:
        http = self._http_or_raise()
        raise error_for(trouble_of(error, job or Job(0.0), http.root, http.host)) from error

    def _trouble(self, detail: str) -> Trouble:
        return Trouble(TroubleKind.SERVER, detail, http_status=200, host=self._host)


def _may_hold(message: Reply) -> bool:
    """Return whether something may be attached: of pictures in the text alone, hasAttachments says nothing."""
    body = message.body if message.status == 200 and isinstance(message.body, dict) else {}
    return body.get("hasAttachments") is True or "cid:" in str(body.get("body"))


def _tag(ref: ItemRef) -> dict[str, str] | None:
    return {"If-Match": f'W/"{ref.change_key}"'} if ref.change_key else None


def _refusal_of_draft(draft: NewDraft) -> Outcome | None:
    fields = set_fields(draft.content)
    words = refuse_fields(draft.content, fields, Stage.NEW) or next(
        (problem for field in sorted(fields) if (problem := field_problem(draft.content, field, BackendKind.GRAPH))),
        None,
    )
    return None if words is None else refused_here(words)


def _refusal_of_update(update: DraftUpdate) -> Outcome | None:
    return _refusal(update.content, update.fields, update.stage)


def _refusal(content: Content, fields: Iterable[Field], stage: Stage) -> Outcome | None:
    named = sorted(fields)
    words = refuse_fields(content, named, stage)
    problems = (field_problem(content, field, BackendKind.GRAPH) for field in named)
    words = words or next(filter(None, problems), None)
    return None if words is None else refused_here(words)
