"""The second look before a message goes: what was found stands in the pane, and the next Ctrl+Enter sends all the same.

No dialog, and nothing twice: what the person has seen and sent on is not said again, unless Escape took it back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from app.core.background import Spawn
from app.core.events import Event
from app.domain.edits import BodyReplaced, TextSplice, Unfilled
from app.domain.message import AccountId, Field, LocalId
from app.domain.problem import Finding, ProblemKind
from app.domain.record import StoredMessage
from app.services.checks import preflight
from app.services.people.people import People
from app.services.records.records import Records

if TYPE_CHECKING:
    from app.services.drafts.draft_attachments import DraftAttachments

MOST: Final = 5
"""So many findings have a key; more than that are not shown at once."""
NERVOUS: Final = 0.5
"""Seconds after findings appeared in which a second Ctrl+Enter is a key pressed twice, and no answer to them."""
_LARGE: Final = 200_000
_MANY: Final = 300


class Sending(Protocol):
    """What has to be known of the message that is to be sent."""

    local_id: LocalId

    @property
    def account_id(self) -> AccountId:
        """Return the account that it is to go from."""
        ...


class FindingsSession:
    """The findings of one message. `shown` are those in the pane, since `shown_at` (seconds since the epoch)."""

    def __init__(
        self, message: Sending, records: Records, people: People, spawn: Spawn, now: Callable[[], float]
    ) -> None:
        """Nothing is looked at yet."""
        self.changed: Event[None] = Event()
        self.shown: tuple[Finding, ...] = ()
        self._message, self._records, self._people = message, records, people
        self._spawn, self._now = spawn, now
        self._accepted: set[tuple[ProblemKind, str]] = set()
        self.shown_at = 0.0
        self.attachments: DraftAttachments | None = None
        """What knows whether files were changed since they were attached."""
        self._checking = self._stale = False

    async def may_go(self) -> bool:
        """Return whether the message may be sent: nothing was found, or all of it has been seen. Raises StorageError.

        What keeps a message back is said by the outbox, so that every way of sending says the same.
        """
        if self.shown and self._now() - self.shown_at < NERVOUS:
            return False
        found = await self._look()
        if any(finding.blocking for finding in found):
            self._show(())
            return True
        if all(_mark(finding) in self._accepted for finding in found):
            if any(finding.kind is ProblemKind.UNFILLED for finding in found):
                # They are sent as they stand, on purpose: no other way of sending, and no later try, asks again.
                self._records.append_edit(self._message.local_id, Unfilled())
            await self._keep_older({one.value for one in found if one.kind is ProblemKind.ATTACHMENT_OUTDATED})
            return True
        self._accepted |= {_mark(finding) for finding in found}
        self.shown_at = self._now()
        self._show(tuple(found))
        return False

    async def _keep_older(self, keys: set[str]) -> None:
        """Send older copies as they are, on purpose: no other way of sending asks again."""
        attachments, name = self.attachments, self._message.local_id
        if attachments is not None and keys:
            await attachments.keep_older(name, [one for one in attachments.of(name) if one.key in keys])

    def dismiss(self) -> bool:
        """Take the findings away, because the person does not want to send now; False where there were none."""
        shown = bool(self.shown)
        self._accepted.clear()
        self._show(())
        return shown

    def edited(self, edit: object) -> None:
        """Look again whether what is shown still holds, after a change that may have mended it."""
        body = isinstance(edit, BodyReplaced) or (isinstance(edit, TextSplice) and edit.field is Field.BODY)
        if not self.shown or (body and all(finding.field is not Field.BODY for finding in self.shown)):
            return
        self._stale = True
        if not self._checking:
            self._checking = True
            self._spawn(self._look_again(), "look again at the findings")

    async def _look_again(self) -> None:
        try:
            while self._stale and self.shown:
                self._stale = False
                holds = {_mark(finding) for finding in await self._look()}
                # What was mended and comes back (by Undo, say) is asked about anew.
                self._accepted -= {_mark(finding) for finding in self.shown} - holds
                self._show(tuple(finding for finding in self.shown if _mark(finding) in holds))
        except KeyError:
            pass  # the message is gone
        finally:
            self._checking = False

    def renew(self, key: str) -> None:
        """Attach the file of an attachment as it is now, in the place of the older copy."""
        attachments = self.attachments
        if attachments is not None:
            self._spawn(attachments.renew(self._message.local_id, key), "attach a file anew")

    async def _look(self) -> list[Finding]:
        message = await self._records.read_message(self._message.local_id)
        around = self._people.around(self._message.account_id, _sender(message))
        older = [] if self.attachments is None else await self.attachments.outdated(message.content.attachments)

        def look() -> list[Finding]:
            copy_to = message.record.copy_to
            found = preflight.check(message.content, message.pending, around, message.unfilled, copy_to)
            return [*found, *preflight.outdated_attachments(older)]

        long = len(message.content.body) > _LARGE or len(message.content.recipients()) > _MANY
        return await self._people.run_in_thread(look) if long else look()

    def _show(self, found: tuple[Finding, ...]) -> None:
        if found != self.shown:
            self.shown = found
            self.changed.emit(None)


def _sender(message: StoredMessage) -> str:
    return "" if message.content.sender is None else message.content.sender.address


def _mark(finding: Finding) -> tuple[ProblemKind, str]:
    """Return by what a finding is known again: the number of people may change while nothing else does."""
    return finding.kind, "" if finding.kind is ProblemKind.MANY_RECIPIENTS else finding.sentence
