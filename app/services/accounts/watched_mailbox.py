"""The mailbox, watched: each answer says whether its account works, so that no service has to ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from app.domain.account import Account, ProbeStep
from app.domain.errors import AccountError, SignInRefused, Trouble, TroubleKind
from app.domain.listing import Folder, MailFolder, Mark, Page, Place, Report, Sighting, SyncPage
from app.domain.message import AccountId, DraftUpdate, ItemRef, NewDraft
from app.domain.outcome import AttachmentFetch, AttachOutcome, FetchOutcome, NewAttachment, Outcome, Verdict
from app.domain.people import MailTips, Resolution
from app.domain.recipient import Recipient
from app.domain.record import CopyTo
from app.services.accounts.accounts import Accounts
from app.services.ports import Clock, Mailbox

_T = TypeVar("_T")

NOT_OPEN = Trouble(TroubleKind.SIGN_IN, "the password is not known yet", may_have_been_processed=False)


class WatchedMailbox:
    """The port Mailbox, once more. An account that is not open answers "not attempted" without a request."""

    def __init__(self, mailbox: Mailbox, accounts: Accounts, clock: Clock) -> None:
        """Report to `accounts` what the answers of `mailbox` say of them."""
        self._mailbox = mailbox
        self._accounts = accounts
        self._clock = clock

    async def open_account(self, account: Account, secret: str, proxy_secret: str = "") -> None:
        """Pass it on."""
        await self._mailbox.open_account(account, secret, proxy_secret)

    def probe(self, account: Account, secret: str, proxy_secret: str = "") -> AsyncIterator[ProbeStep]:
        """Pass it on."""
        return self._mailbox.probe(account, secret, proxy_secret)

    async def save(self, account_id: AccountId, drafts: Sequence[NewDraft]) -> list[Outcome]:
        """CreateItem, watched."""
        if not self._accounts.is_open(account_id):
            return self._not_open(len(drafts))
        return self._heard(account_id, await self._mailbox.save(account_id, drafts), len(drafts))

    async def update(self, account_id: AccountId, updates: Sequence[DraftUpdate]) -> list[Outcome]:
        """UpdateItem, watched."""
        if not self._accounts.is_open(account_id):
            return self._not_open(len(updates))
        return self._heard(account_id, await self._mailbox.update(account_id, updates), len(updates))

    async def send(self, account_id: AccountId, refs: Sequence[ItemRef], copy_to: CopyTo) -> list[Outcome]:
        """SendItem, watched."""
        if not self._accounts.is_open(account_id):
            return self._not_open(len(refs))
        return self._heard(account_id, await self._mailbox.send(account_id, refs, copy_to), len(refs))

    async def delete(self, account_id: AccountId, refs: Sequence[ItemRef], *, for_good: bool = False) -> list[Outcome]:
        """DeleteItem, watched."""
        if not self._accounts.is_open(account_id):
            return self._not_open(len(refs))
        outcomes = await self._mailbox.delete(account_id, refs, for_good=for_good)
        return self._heard(account_id, outcomes, len(refs))

    async def move(self, account_id: AccountId, refs: Sequence[ItemRef], to: Place) -> list[Outcome]:
        """MoveItem, watched."""
        if not self._accounts.is_open(account_id):
            return self._not_open(len(refs))
        return self._heard(account_id, await self._mailbox.move(account_id, refs, to), len(refs))

    async def copy(self, account_id: AccountId, refs: Sequence[ItemRef], to: Place) -> list[Outcome]:
        """CopyItem, watched."""
        if not self._accounts.is_open(account_id):
            return self._not_open(len(refs))
        return self._heard(account_id, await self._mailbox.copy(account_id, refs, to), len(refs))

    async def attach(
        self,
        account_id: AccountId,
        parent: ItemRef,
        attachments: Sequence[NewAttachment],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[AttachOutcome]:
        """CreateAttachment, watched."""
        if not self._accounts.is_open(account_id):
            return [AttachOutcome(outcome) for outcome in self._not_open(len(attachments))]
        answers = await self._mailbox.attach(account_id, parent, attachments, on_bytes)
        return self._heard_attached(account_id, answers, len(attachments))

    async def delete_attachments(self, account_id: AccountId, attachment_ids: Sequence[str]) -> list[AttachOutcome]:
        """DeleteAttachment, watched."""
        if not self._accounts.is_open(account_id):
            return [AttachOutcome(outcome) for outcome in self._not_open(len(attachment_ids))]
        answers = await self._mailbox.delete_attachments(account_id, attachment_ids)
        return self._heard_attached(account_id, answers, len(attachment_ids))

    async def get_attachment(
        self,
        account_id: AccountId,
        attachment_id: str,
        path: str,
        on_bytes: Callable[[int], None] | None = None,
    ) -> AttachmentFetch:
        """GetAttachment, watched."""
        return await self._reading(account_id, self._mailbox.get_attachment(account_id, attachment_id, path, on_bytes))

    async def save_mime(self, account_id: AccountId, ref: ItemRef, path: str) -> Outcome:
        """GetItem with MimeContent, watched."""
        return await self._reading(account_id, self._mailbox.save_mime(account_id, ref, path))

    async def resolve_names(self, account_id: AccountId, text: str) -> Resolution:
        """ResolveNames, watched."""
        return await self._reading(account_id, self._mailbox.resolve_names(account_id, text))

    async def expand_group(self, account_id: AccountId, group: Recipient) -> Resolution:
        """ExpandDL, watched."""
        return await self._reading(account_id, self._mailbox.expand_group(account_id, group))

    async def mail_tips(
        self, account_id: AccountId, recipients: Sequence[Recipient], sending_as: str = ""
    ) -> list[MailTips]:
        """GetMailTips, watched."""
        return await self._reading(account_id, self._mailbox.mail_tips(account_id, recipients, sending_as))

    async def find_folders(self, account_id: AccountId, mailbox: str = "") -> tuple[MailFolder, ...]:
        """FindFolder, watched."""
        return await self._reading(account_id, self._mailbox.find_folders(account_id, mailbox))

    async def named_mailboxes(self, account_id: AccountId) -> tuple[Recipient, ...]:
        """Passed on: another service than that of messages answers, and what it says is not said of the account."""
        if not self._accounts.is_open(account_id):
            raise SignInRefused(NOT_OPEN)
        return await self._mailbox.named_mailboxes(account_id)

    async def category_list(self, account_id: AccountId) -> tuple[str, ...]:
        """GetUserConfiguration, watched."""
        return await self._reading(account_id, self._mailbox.category_list(account_id))

    async def sync(self, account_id: AccountId, place: Place, state: str = "", limit: int = 100) -> SyncPage:
        """SyncFolderItems, watched."""
        return await self._reading(account_id, self._mailbox.sync(account_id, place, state, limit))

    async def notices(
        self, account_id: AccountId, places: Sequence[Place], tell: Callable[[Sequence[Place]], None]
    ) -> None:
        """Notifications, not watched: what happens to them is no trouble of the person's."""
        await self._mailbox.notices(account_id, places, tell)

    async def get(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[FetchOutcome]:
        """GetItem, watched."""
        return await self._reading(account_id, self._mailbox.get(account_id, refs))

    async def people_of(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[tuple[Recipient, ...]]:
        """GetItem of recipients, watched."""
        return await self._reading(account_id, self._mailbox.people_of(account_id, refs))

    async def list_folder(
        self, account_id: AccountId, folder: Folder | Place, offset: int = 0, limit: int = 50, query: str = ""
    ) -> Page:
        """FindItem, watched."""
        return await self._reading(account_id, self._mailbox.list_folder(account_id, folder, offset, limit, query))

    async def find_reports(self, account_id: AccountId, since: float) -> list[tuple[str, Report]]:
        """Look for reports, watched."""
        return await self._reading(account_id, self._mailbox.find_reports(account_id, since))

    async def locate(
        self, account_id: AccountId, marks: Sequence[Mark], folders: Sequence[Folder | Place]
    ) -> list[Sighting]:
        """Look for marks, watched."""
        return await self._reading(account_id, self._mailbox.locate(account_id, marks, folders))

    async def _reading(self, account_id: AccountId, asked: Coroutine[Any, Any, _T]) -> _T:
        if not self._accounts.is_open(account_id):
            asked.close()
            raise SignInRefused(NOT_OPEN)
        try:
            answer = await asked
        except AccountError as error:
            self._accounts.report(account_id, error.trouble)
            raise
        self._accounts.report_well(account_id)
        return answer

    def _heard_attached(self, account_id: AccountId, answers: list[AttachOutcome], asked: int) -> list[AttachOutcome]:
        outcomes = self._heard(account_id, [answer.outcome for answer in answers], asked)
        if len(answers) == asked:
            return answers
        return [AttachOutcome(outcome) for outcome in outcomes]

    def _heard(self, account_id: AccountId, outcomes: list[Outcome], asked: int) -> list[Outcome]:
        """Report what the outcomes say of the account, and check that there is one per item."""
        if len(outcomes) != asked:
            short = Trouble(TroubleKind.ENGINE, f"{len(outcomes)} outcomes for {asked} items")
            missing = Outcome(Verdict.UNKNOWN, trouble=short, at=self._clock.now())
            outcomes = [*outcomes[:asked], *[missing] * (asked - len(outcomes))]
        troubles = [outcome.trouble for outcome in outcomes if outcome.trouble is not None]
        if any(outcome.words is not None for outcome in outcomes):
            self._accounts.report_well(account_id)
        elif troubles:
            self._accounts.report(account_id, troubles[0])
        return outcomes

    def _not_open(self, count: int) -> list[Outcome]:
        return [Outcome(Verdict.NOT_ATTEMPTED, trouble=NOT_OPEN, at=self._clock.now())] * count
