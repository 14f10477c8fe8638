"""From whom a letter goes: the mailboxes to choose from, and what follows the choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.events import Event
from app.core.i18n import tr
from app.domain.edits import SenderSet
from app.domain.recipient import Recipient, format_recipient
from app.domain.record import CopyKind
from app.services.accounts.identities import Identity

if TYPE_CHECKING:
    from app.services.accounts.mailbox_discovery import Aids
    from app.views.compose.session import ComposeSession


class FromSession:
    """Works on an open letter by way of its session. `chosen` is told after each choice."""

    def __init__(self, session: ComposeSession, aids: Aids | None) -> None:
        """Choose for `session`."""
        self.chosen: Event[Recipient | None] = Event()
        self._session = session
        self._aids = aids

    @property
    def sender(self) -> Recipient | None:
        """Return the mailbox chosen, None for one's own."""
        return self._session.content.sender

    def choices(self) -> list[Identity]:
        """Return the mailboxes to choose from, one's own first; one that only this letter names is last."""
        record = self._session.record
        known = () if record is None or self._aids is None else self._aids.identities.all(record.account_id)
        sender = self.sender
        strange = sender is not None and all(one.address.casefold() != sender.address.casefold() for one in known)
        return [*known, *([Identity(sender.address, sender.name)] if strange and sender is not None else [])]

    def text(self) -> str:
        """Return the mailbox that the letter is from, as it is shown."""
        if self.sender is not None:
            return format_recipient(self.sender)
        own = next(iter(self.choices()), None)
        return "" if own is None else format_recipient(own.recipient)

    def is_worth_showing(self) -> bool:
        """Tell whether there is anything to say: with one mailbox alone there is not."""
        return self.sender is not None or len(self.choices()) > 1

    def detail(self, identity: Identity) -> str:
        """Return what belongs to a mailbox: its address, and where the copy would go."""
        where = "" if identity.files else tr("copy in my Sent Items")
        return " · ".join(part for part in (identity.address if identity.name else "", where) if part)

    def choose(self, identity: Identity) -> None:
        """Send from this mailbox. The copy follows, unless the person chose a place of its own for it."""
        record, aids = self._session.record, self._aids
        if record is None or aids is None or not self._session.can_edit():
            return
        account = aids.identities.all(record.account_id)[0]
        own = identity.address.casefold() == account.address.casefold()
        sender = None if own else identity.recipient
        if sender != self.sender:
            self._session.edit(SenderSet(sender))
        if record.copy_to.kind in {CopyKind.OWN_SENT, CopyKind.PRINCIPAL_SENT}:
            copy_to = aids.identities.copy_for(record.account_id, sender)
            if copy_to != record.copy_to:
                self._session.file_copy(copy_to)
        self.chosen.emit(sender)

    def use_own(self) -> Callable[[], None] | None:
        """Send from one's own address after another was refused; return the way back, None where nothing was done.

        The refusal spoke of the other address: it is not said any more, until that one is chosen again by the way back.
        """
        record, aids, before = self._session.record, self._aids, self.sender
        if record is None or aids is None or before is None or not self._session.can_edit():
            return None
        self.choose(aids.identities.all(record.account_id)[0])
        self._session.change_refusal(None)

        def back() -> None:
            if self.sender is None and self._session.can_edit():
                self.choose(Identity(before.address, before.name))
                self._session.change_refusal(record.send_outcome)

        return back
