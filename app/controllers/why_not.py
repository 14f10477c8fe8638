"""Why a command would do nothing now, in a sentence: no key of a list is passed over in silence.

Each entry is asked before its command runs; "" says that the command does something that can be seen. The sentence
names the key that does what the person may have meant, as that key is now.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from app.core.i18n import tr
from app.domain.state import State
from app.services.drafts.saver import waits_for_person
from app.services.records.rows import ListRow
from app.ui import keys

if TYPE_CHECKING:
    from app.controllers.program import Program

_ON_ITS_WAY: Final = frozenset({State.HELD, State.QUEUED, State.SENDING, State.DEFERRED})
_FAILED: Final = frozenset({State.NEEDS_ATTENTION, State.UNKNOWN})
_OF_A_ROW: Final = (
    *("list.open", "list.open_in_window", "list.mark", "list.mark_down", "list.mark_up", "list.mark_all"),
    *("list.headers", "list.attachments", "list.save_attachments"),
    *("list.conversation", "list.conversation_next", "list.conversation_previous", "list.next", "list.previous"),
)
"""Commands that want nothing but a row."""

Sentence = Callable[[], str]


class WhyNot:
    """Asks the list that is shown, and the row at which it stands."""

    def __init__(self, program: Program) -> None:
        """Say it of `program`."""
        self._program = program

    def sentences(self) -> dict[str, Sentence]:
        """Return, by the command's id, what says why it would do nothing."""
        return {
            **dict.fromkeys(_OF_A_ROW, self.no_row),
            "drafts.send": self.send,
            "drafts.set_ready": self.set_ready,
            "drafts.discard": self.discard,
            "outbox.retry": self.retry,
            "outbox.retry_all": self.retry_all,
            "outbox.was_sent": self.settle,
            "outbox.was_not_sent": self.settle,
            "sent.edit_as_new": self.edit_as_new,
            "sent.reply_all": partial(self.follow, tr("Replying works in Sent: this message has not been sent yet.")),
            "sent.forward": partial(self.follow, tr("Forwarding works in Sent: this message has not been sent yet.")),
            "many.move": partial(self.many, tr("Moving works in Drafts and in Sent.")),
            "many.copy": partial(self.many, tr("Copying works in Drafts and in Sent.")),
            "many.category": partial(self.many, tr("Categories work in Drafts and in Sent.")),
            "many.export": partial(self.many, tr("Exporting works in Drafts and in Sent.")),
            "many.print": self.no_row,
            "list.remedy": self.remedy,
            "list.details": self.details,
            "list.plain": self.plain,
            "list.undo": self.undo,
            "list.last_draft": self.last_draft,
            "account.sign_in": self.sign_in,
        }

    # --- what the list stands at ------------------------------------------------------------------------------------

    @property
    def _kind(self) -> str:
        return self._program.stage.kind

    def _row(self) -> ListRow | None:
        return self._program.stage.desk.current() if self._program.stage.place else None

    def _chosen(self) -> list[ListRow]:
        """Return the chosen rows, as far as they are at hand."""
        desk = self._program.stage.desk
        return [row for one in desk.chosen_ids() if (row := desk.session.row(one)) is not None]

    def _key(self, command: str) -> str:
        """Return the first key of a command as it is now, or its title where it has none."""
        found = self._program.registry.command(command)
        return keys.shown(found).replace("Return", "Enter") or found.shown_title()

    def no_row(self) -> str:
        """Say that there is nothing to do it with."""
        stage = self._program.stage
        if not stage.place or stage.desk.list.current_id() is None:
            return tr("There is no message here.")
        return ""

    # --- the commands -----------------------------------------------------------------------------------------------

    def send(self) -> str:
        """Say why nothing can be sent from here."""
        if self._kind == "sent":
            return tr("This was sent already. {key} makes a new draft of it.", key=self._key("sent.edit_as_new"))
        if self._kind == "outbox":
            return self.no_row() or self._in_outbox()
        return self.no_row()

    def _in_outbox(self) -> str:
        row = self._row()
        if row is not None and row.state in _FAILED:
            return tr("{key} tries this message again.", key=self._key("outbox.retry"))
        return self._still_going()

    def _still_going(self) -> str:
        """Say of a message in the Outbox what can be done with it while it is there."""
        row = self._row()
        words = "" if row is None else self._program.stage.desk.session.words(row).action_words
        if words:
            return tr("This message is still being sent. {key}: {action}.", key=self._key("list.remedy"), action=words)
        return tr("This message is still being sent.")

    def set_ready(self) -> str:
        """Say why nothing can be put aside."""
        if self._kind != "drafts":
            return tr("Only drafts can be put aside as ready.")
        return self.no_row()

    def discard(self) -> str:
        """Say why nothing can be deleted here."""
        if self._kind != "outbox":
            return self.no_row()
        row = self._row()
        if row is not None and row.state in _FAILED:
            return tr("Delete this message in Drafts ({key}).", key=self._key("go.drafts"))
        return self.no_row() or self._still_going()

    def retry(self) -> str:
        """Say why there is nothing to try again."""
        if self._kind == "sent":
            return self.no_row() or tr(
                "{retry} tries a failed message again. {reply} replies to all of this one.",
                retry=self._key("outbox.retry"),
                reply=self._key("sent.reply_all"),
            )
        rows, notes = self._chosen(), self._program.stage.desk.session.notes
        if not rows or any(row.state is State.QUEUED or notes.amiss(row.key) is not None for row in rows):
            return self.no_row()
        records = [row.record for row in rows if row.record is not None]
        if any(record.state in _FAILED and not waits_for_person(record) for record in records):
            return ""
        if any(waits_for_person(record) for record in records):
            return tr("Choose first what becomes of this message: {key}.", key=self._key("list.remedy"))
        if any(not record.saved for record in records):
            return ""  # it is saved once more
        if any(row.state in _ON_ITS_WAY for row in rows):
            return self._still_going()
        return tr("Nothing went wrong with this message. {key} sends it.", key=self._key("drafts.send"))

    def retry_all(self) -> str:
        """Say that nothing failed."""
        failed = any(row.state is State.NEEDS_ATTENTION for row in self._program.outbox_room.rows())
        return "" if failed else tr("No message has failed.")

    def settle(self) -> str:
        """Say that the server's word is known, or that there is no message."""
        if self.no_row() or self._program.settling.can_settle():
            return self.no_row()
        return tr("This is for a message of which it cannot be known whether it was sent.")

    def edit_as_new(self) -> str:
        """Say where messages are written anew."""
        if self._kind == "outbox":
            return tr("Writing anew works in Drafts and in Sent.")
        return self.no_row()

    def follow(self, words: str) -> str:
        """Say where one answers."""
        return self.no_row() if self._kind == "sent" else words

    def many(self, words: str) -> str:
        """Say where it works."""
        return self.no_row() if self._kind in {"drafts", "sent"} else words

    def remedy(self) -> str:
        """Say that the row offers nothing."""
        row = self._row()
        if row is None:
            return self.no_row()
        session = self._program.stage.desk.session
        found = session.explanation(row)
        offered = found.action if found is not None else session.words(row).action
        return "" if offered else tr("There is nothing to fix in this message.")

    def details(self) -> str:
        """Say that the server said nothing about it."""
        row = self._row()
        found = None if row is None else self._program.stage.desk.session.explanation(row)
        return "" if found is not None and found.details else tr("There are no details about this message.")

    def plain(self) -> str:
        """Say that there is no formatting."""
        return self.no_row() or ("" if self._program.reader.has_formatting() else tr("This message is plain text."))

    def undo(self) -> str:
        """Say that nothing can be taken back."""
        return "" if self._program.foot.can_undo() else tr("There is nothing to undo.")

    def last_draft(self) -> str:
        """Say that there is no draft."""
        return "" if self._program.drafts_room.count() else tr("There are no drafts.")

    def sign_in(self) -> str:
        """Say that nobody asks."""
        return "" if self._program.sign_in.account is not None else tr("No account is waiting for a sign-in.")
