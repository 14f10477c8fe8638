"""The reading pane: the current row, its conversation, its details."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QTimer

from app.commands.command import Command, Context, does
from app.controllers.compose.compose import ComposeController
from app.controllers.reader.attachment_viewer import AttachmentViewerController
from app.controllers.shell import Shell, ShellController
from app.controllers.why_not import no_details, no_formatting, no_row
from app.core.formatting import clock_time, moment_words
from app.core.i18n import mark, tr
from app.domain.errors import MailError, StorageError
from app.domain.listing import ConversationRow, Folder
from app.domain.message import AccountId
from app.domain.message_kind import MessageKind
from app.domain.recipient import Recipient
from app.domain.reminder import Reminder
from app.domain.state import WRITABLE
from app.services.accounts.accounts import Accounts
from app.services.folders.syncing import Syncing
from app.services.ports import Cache
from app.services.reader.message_reader import Conversation, ConversationLookup, MessageReader, conversation_of
from app.services.reader.message_reader import ReadMessage as Message
from app.services.records.records import Records
from app.services.records.rows import ListRow, row_of_item
from app.services.text.error_text import action_words, explain_error
from app.services.text.message_details import details_of, people_words, report_details
from app.services.text.status_text import Explanation
from app.services.text.unanswerable import unanswerable_words
from app.ui.message_list.list_panel import ListPanel
from app.ui.reader.reader import Notice, ShownMessage

if TYPE_CHECKING:
    from app.ui.reader.conversation import ConversationArea

_KINDS = {Folder.SENT: "sent", Folder.DRAFTS: "drafts", Folder.INBOX: "received"}


_L: Final = Context.LIST


_REST: Final = 300
"""Milliseconds for which a message was read before the server is asked for its conversation."""
_AGAIN: Final = 500
"""Milliseconds after a change of the lists before the conversation is looked up anew: a sync comes in pages."""


class ConversationController(ShellController):
    """Keeps the line of the conversation true to the message that is read."""

    def __init__(
        self,
        shell: Shell,
        records: Records,
        cache: Cache,
        lookup: ConversationLookup,
        viewer: AttachmentViewerController,
    ) -> None:
        """Show nothing yet; the line is made with the first conversation of more than one message."""
        self._shell, self._records, self._cache = shell, records, cache
        self._lookup, self._viewer = lookup, viewer
        self._conversation_id = self._mailbox = ""
        self._elsewhere: ConversationRow | None = None
        """The message of it that is in front and in no list."""
        self._again = QTimer(shell.window)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN)
        self._again.timeout.connect(self._look_anew)
        self._pause = QTimer(shell.window)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_REST)
        self._pause.timeout.connect(self._ask)
        self._area: ConversationArea | None = None
        self._row: ListRow | None = None
        self._shown = Conversation()
        self._wanted: tuple[ListPanel, ConversationRow] | None = None
        self._looking = self._aside = False
        self._then: Callable[[], None] | None = None
        shell.workspace.line_in_focus = self._line_in_focus

    @does(
        Command(
            "list.conversation",
            mark("Messages of the conversation"),
            ("W",),
            _L,
            mark("R, Shift+R and F answer the one at which you stand there."),
        ),
        why_not=no_row,
    )
    def toggle(self) -> None:
        """Show the messages of the conversation, or hide them."""
        self._once_known(self._toggle)

    @does(Command("list.conversation_next", mark("Next message of the conversation"), ("M",), _L), why_not=no_row)
    def go_to_next(self) -> None:
        """Read the next message of the conversation."""
        self._once_known(lambda: self._step(1))

    @does(
        Command("list.conversation_previous", mark("Previous message of the conversation"), ("Shift+M",), _L),
        why_not=no_row,
    )
    def go_to_previous(self) -> None:
        """Read the message of the conversation before this one."""
        self._once_known(lambda: self._step(-1))

    def _once_known(self, act: Callable[[], None]) -> None:
        """Do something as soon as the conversation of the current row is known: the pane rests before it reads."""
        row = self._shell.workspace.panel.current() if self._shell.workspace.place else None
        if row is not None and (self._row is None or row.key != self._row.key):
            self._shell.workspace.read_now()
        if self._looking:
            self._then = act
        else:
            act()

    def show(self, row: ListRow | None) -> None:
        """Show the conversation of a row's message, from the cache; nothing while another message is in front."""
        before, self._row = self._row, row
        self._then = None
        if before is None or row is None or before.key != row.key:
            self._pause.stop()
            self._mailbox = ""
        if row is None or row.ref is None:
            self._looking = False
            self._put(Conversation())
        elif before is None or before.ref != row.ref or before.conversation != row.conversation:
            self._looking = True
            self._shell.tasks.spawn(self._look(row), "look up a conversation")

    def has_read(self, row: ListRow, message: Message) -> None:
        """Ask the server for what the lists do not know of the conversation, once the person stays for a moment."""
        if self._row is not None and self._row.key == row.key and message.item is not None:
            self._conversation_id = message.item.conversation_id
            self._pause.start()

    def look_again(self, account_id: AccountId) -> None:
        """Look up the conversation anew, soon: lists of the account may know other messages of it."""
        if self._row is not None and self._row.account_id == account_id:
            self._again.start()

    def _look_anew(self) -> None:
        if self._row is not None and self._row.ref is not None:
            self._shell.tasks.spawn(self._look(self._row), "look up a conversation anew")

    def _ask(self) -> None:
        if self._row is not None and self._row.conversation and self._conversation_id:
            work = self._look_elsewhere(self._row, self._conversation_id, self._mailbox)
            self._shell.tasks.spawn(work, "ask for a conversation")

    async def _look_elsewhere(self, row: ListRow, conversation_id: str, mailbox: str) -> None:
        found = await self._lookup.look(row, conversation_id, mailbox)
        if found and self._row is not None and self._row.key == row.key:
            await self._look(self._row)

    def stand_aside(self, aside: bool) -> None:
        """Show nothing while a message within a message is in front: it is of no conversation of one's own."""
        self._aside = aside
        self._elsewhere = self._elsewhere if aside else None
        if self._area is not None:
            self._area.setVisible(bool(self._shown) and not aside)

    async def _look(self, row: ListRow) -> None:
        item_id = "" if row.ref is None else row.ref.item_id
        try:
            found = await self._cache.conversation(row.account_id, item_id) if item_id else []
        except StorageError:
            found = []  # the message can be read without
        if self._row is not None and self._row.ref == row.ref:
            found = [one for one in found if self._is_readable(one)]
            self._looking = False
            self._mailbox = next((one.place.mailbox for one in found if one.row.ref.item_id == item_id), "")
            self._put(conversation_of(found, item_id))
            then, self._then = self._then, None
            if then is not None:
                then()

    def _put(self, conversation: Conversation) -> None:
        if conversation == self._shown:
            return
        self._shown = conversation
        if self._area is None:
            if not conversation:
                return
            from app.ui.reader.conversation import ConversationArea

            self._area = ConversationArea(self._shell.reader)
            self._area.chosen.connect(self._choose)
            self._area.left.connect(self._shell.reader.focus_text)
            self._shell.reader.add_part(self._area)
        words = conversation.words() if conversation else ""
        self._area.show_rows(words, conversation.rows(self._shell.clock.now()))
        self.stand_aside(self._aside)

    # --- the ways -----------------------------------------------------------------------------------------------------

    def _toggle(self) -> None:
        if self._area is None or not self._shown:
            self._shell.status_bar.show_words(tr("This message is alone in its conversation"))
        else:
            self._area.toggle()

    def _choose(self, number: int) -> None:
        if 0 <= number < len(self._shown) and number != self._shown.here:
            self._go(self._shown.messages[number])

    def _step(self, by: int) -> None:
        message = self._shown.step(by, self._elsewhere)
        if message is not None:
            self._go(message)
        elif not self._shown:
            self._shell.status_bar.show_words(tr("This message is alone in its conversation"))
        else:
            self._shell.status_bar.show_words(
                tr("The oldest of its conversation") if by > 0 else tr("The newest of its conversation")
            )

    def _go(self, message: ConversationRow) -> None:
        """Stand at a message in its list, and read it; the focus stays in the pane where it is there."""
        if message.place.folder is Folder.ELSEWHERE and self._row is not None:
            self._elsewhere = message
            self._viewer.open_row(self._row_of(message, self._row.account_id))
            return
        if self._elsewhere is not None and message is self._shown.step(0):
            self._viewer.leave()
            return
        workspace = self._shell.workspace
        place, in_list = self._place_of(message), workspace.in_list()
        panel = workspace.panels[place]
        workspace.show_place(place)
        if in_list:
            panel.take_focus()
        self._want(None)
        if self._stand_at(panel, message) or (panel.session.loaded and not panel.session.searching):
            return
        # What is looked for hides it, or the list was not gone to yet: stand at it as soon as it is drawn.
        self._want((panel, message))
        panel.end_search()

    def _want(self, wanted: tuple[ListPanel, ConversationRow] | None) -> None:
        """Wait for a message to be listed, or for none."""
        if self._wanted is not None:
            self._wanted[0].refreshed.disconnect(self._catch_up)
        self._wanted = wanted
        if wanted is not None:
            wanted[0].refreshed.connect(self._catch_up)

    def _catch_up(self) -> None:
        if self._wanted is None:
            return
        panel, message = self._wanted
        workspace = self._shell.workspace
        went = not workspace.place or workspace.panel is not panel  # elsewhere meanwhile: nothing moves under a person
        if went or self._stand_at(panel, message):
            self._want(None)

    def _line_in_focus(self) -> ListRow | None:
        """Return the message of the conversation at which the person stands in the reading pane."""
        lines = None if self._area is None else self._area.list
        if lines is None or self._row is None or not lines.hasFocus() or not 0 <= lines.currentRow() < len(self._shown):
            return None
        return self._row_of(self._shown.messages[lines.currentRow()], self._row.account_id)

    def _row_of(self, message: ConversationRow, account_id: AccountId) -> ListRow:
        return row_of_item(account_id, message.place.folder, message.row, f"{message.row_id}")

    def _stand_at(self, panel: ListPanel, message: ConversationRow) -> bool:
        messages, account_id = self._records, None if self._row is None else self._row.account_id
        record = None if account_id is None else messages.by_item(account_id, message.row.ref.item_id)
        known = None if record is None else panel.session.id_of(record.local_id)
        number = panel.model.number_of(message.row_id if known is None else known)
        if number < 0:
            return False
        panel.list.go_to(number)
        self._shell.workspace.read_now()
        return True

    def _is_readable(self, message: ConversationRow) -> bool:
        elsewhere = message.place.folder is Folder.ELSEWHERE
        return elsewhere or self._place_of(message) in self._shell.workspace.panels

    def _place_of(self, message: ConversationRow) -> str:
        kind = _KINDS.get(message.place.folder, "")
        if self._row is None:
            return kind
        return self._shell.workspace.place_of(self._row.account_id, kind, message.place.mailbox)


class ReaderController(ShellController):
    """Shows the row at which the list stands in the reading pane, and more or less of its message."""

    def __init__(
        self,
        shell: Shell,
        accounts: Accounts,
        syncing: Syncing,
        message_reader: MessageReader,
        compose: ComposeController,
        attachment_viewer: AttachmentViewerController,
        conversation: ConversationController,
    ) -> None:
        """Listen to the lists of `shell`."""
        self._shell, self._accounts, self._syncing, self._message_reader = shell, accounts, syncing, message_reader
        self._compose, self._attachment_viewer, self._conversation = compose, attachment_viewer, conversation
        self._shown: ListRow | None = None
        self._read: tuple[str, Message] | None = None
        attachment_viewer.within_changed.subscribe(conversation.stand_aside)
        shell.workspace.reading.subscribe(lambda at: self.show_row(*at))
        shell.workspace.for_each_list(self._listen)
        shell.reader.escaped.connect(self._leave)
        shell.status_bar.ticked.subscribe(lambda _: self.say_anew())

    def _listen(self, panel: ListPanel) -> None:
        panel.refreshed.connect(partial(self._refresh, panel))

    @does(Command("list.details", mark("Show or hide details"), ("I",), _L), why_not=no_details)
    def show_details(self) -> None:
        """Show what the server said of the message, or hide it."""
        self._read_now()
        self._shell.reader.bar.show_details()

    @does(
        Command("list.plain", mark("Formatted or plain text"), ("B",), _L, mark("Of the message beside the list.")),
        why_not=no_formatting,
    )
    def toggle_plain(self) -> None:
        """Show the formatted text, or the plain one."""
        self._read_now()
        self._shell.reader.toggle_plain()

    @does(Command("list.headers", mark("Show or hide headers"), ("H",), _L), why_not=no_row)
    def toggle_headers(self) -> None:
        """Show the headers of the message, or hide them."""
        self._read_now()
        self._shell.reader.toggle_headers()

    def _read_now(self) -> None:
        """Read the row that is asked for: the pane rests before it reads, and shows the last one until then."""
        if self._shell.workspace.reads_soon():
            self._shell.workspace.read_now()

    def show_row(self, panel: ListPanel, row: ListRow | None) -> None:
        """Show a row in the reader: its head at once, its text as soon as it is there.

        A message from a file stays in front until the person is in the list.
        """
        if self._attachment_viewer.has_file() and not self._shell.workspace.in_list():
            return
        if self._attachment_viewer.has_file():
            self._attachment_viewer.show(None, None)
        self._shown = row
        self._conversation.show(row)
        if row is None:
            self._shell.reader.show_reading(None)
            self._attachment_viewer.show(None, None)
            return
        if self._attachment_viewer.is_within(row):
            return
        known = self._message_reader.known(row)
        if known is not None:
            self._read = (row.key, known)
        self._show(panel, row, self._at_hand(row))  # as it was, until it is read anew: an emptied pane would blink
        if known is None:
            self._shell.tasks.spawn(self._fetch(panel, row), "read a message")
        else:
            self._conversation.has_read(row, known)
            self._shell.tasks.spawn(self._attachment_viewer.show_pictures(row, known), "show pictures")

    def _at_hand(self, row: ListRow) -> Message | None:
        """Return the message in the reader, if it is this row's."""
        return self._read[1] if self._read is not None and self._read[0] == row.key else None

    async def _fetch(self, panel: ListPanel, row: ListRow) -> None:
        try:
            message = await self._message_reader.read_message(row)
        except KeyError:
            return  # gone meanwhile, and so is its row
        except MailError as error:
            if self._shown is row and self._at_hand(row) is None:
                self._show(panel, row, None, explain_error(error, self._shell.clock.now()))
            return
        if row.ref is not None and not row.is_draft:
            self._syncing.note_body(row.account_id, row.ref.item_id, message.text)
        if self._shown is row:
            self._read = (row.key, message)
            self._show(panel, row, message)
            self._conversation.has_read(row, message)
            await self._attachment_viewer.show_pictures(row, message)

    def _show(self, panel: ListPanel, row: ListRow, message: Message | None, why: Explanation | None = None) -> None:
        """Show what there is of a message; `why` says why it could not be fetched, beside its place and not in it."""
        if self._attachment_viewer.is_within(row):
            return
        words = panel.session.words(row)
        reduced = "" if message is None else message.reduced
        wrong = panel.session.explanation(row) or _without_action(why)
        kind = MessageKind.MESSAGE if message is None or message.item is None else message.item.kind
        if wrong is None and kind:
            wrong = Explanation(unanswerable_words(kind), tone="info")
        if wrong is None and reduced:
            wrong, reduced = Explanation(reduced, "save-original", tone="info"), ""
        self._shell.reader.show_reading(
            ShownMessage(
                message=row.key,
                subject=row.subject or tr("(no subject)"),
                who=_people(row, message),
                when=_when(row, words.text, self._shell.clock.now(), reminder=panel.session.reminder(row)),
                body=message.text if message is not None else None if why is None else "",
                blocks=() if message is None else message.blocks,
                remote=0 if message is None else message.remote,
                reduced=reduced if why is None else tr("The text of this message is not on this computer yet."),
                headers=self._details(row, message),
                hint="" if panel.session.reminder(row) else self._hint(row),  # there is more to say
                notice=_notice(wrong),
            )
        )
        self._attachment_viewer.show(row, message)

    def _details(self, row: ListRow, message: Message | None) -> list[tuple[str, str]]:
        """Return all that is known of a message, and behind an empty line the headers that it came with."""
        account = self._accounts.get(row.account_id)
        if message is None or account is None:
            return []
        own = Recipient(account.address, account.display_name)
        headers = message.headers()
        reports = report_details(row.reports, message.content)
        own_details = details_of(message.content, message.item, own)
        return [*reports, *own_details, *([("", "")] if headers else []), *headers]

    def _leave(self) -> None:
        """Go back: from a message within a message, else to the list."""
        if not self._attachment_viewer.leave() and self._shell.workspace.place:
            self._shell.workspace.panel.take_focus()

    def _hint(self, row: ListRow) -> str:
        if row.received:
            return tr("R replies, Shift+R to all, F forwards")
        if self._shell.workspace.kind == "sent":
            return tr("E writes it anew")
        return tr("Enter opens it") if row.state in WRITABLE else ""

    def _refresh(self, panel: ListPanel) -> None:
        workspace = self._shell.workspace
        if not workspace.place or panel is not workspace.panel:
            return
        message = self._compose.current()
        if message is not None:
            workspace.follow(message.session.local_id)
        elif panel.current() is not self._shown and not workspace.reads_soon():
            workspace.read_now()

    def say_anew(self) -> None:
        """Say anew how the message in the reader stands: the seconds until it is sent grow fewer."""
        message = None if self._shown is None else self._at_hand(self._shown)
        if self._shown is not None and message is not None:
            self._show(self._shell.workspace.panel, self._shown, message)


def _when(row: ListRow, words: str, now: float, reminder: Reminder | None) -> str:
    """Return how a message stands; where that says of answers, after when it was sent."""
    sent = clock_time(row.when, now)
    if reminder is None or row.answered:
        return f"{sent} · {words}" if row.answered and words else words or sent
    if reminder.told:
        return sent  # the bar says the rest
    return f"{sent} · {tr('Reminder {moment}', moment=moment_words(reminder.due, now))}"


def _people(row: ListRow, message: Message | None) -> str:
    if message is None and row.received:
        return tr("From {people}", people=row.sender) if row.sender else ""
    if message is None:
        return tr("To {people}", people=row.to) if row.to else ""
    return people_words(message.content)


def _without_action(why: Explanation | None) -> Explanation | None:
    """Return why the account could not be asked, without what the bar of the account offers already."""
    return None if why is None else msgspec.structs.replace(why, action="", more=(), tone="warn")


def _notice(explanation: Explanation | None) -> Notice | None:
    if explanation is None:
        return None
    action = (explanation.action, explanation.action_words) if explanation.action else None
    more = [(one, action_words(one)) for one in explanation.more]
    return Notice(explanation.sentence, explanation.tone, action, explanation.details, more)
