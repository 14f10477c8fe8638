"""The reading pane: the current row, its conversation, its details."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from app.commands.command import Command, Context, does
from app.controllers.why_not import ProgramController, no_details, no_formatting, no_row
from app.core.i18n import mark, ntr, tr
from app.domain.errors import StorageError
from app.domain.listing import ConversationRow, Folder
from app.domain.message import Content
from app.domain.recipient import Recipient, format_recipient
from app.services.reader.message_reader import Conversation, conversation_of
from app.services.records.rows import ListRow
from app.ui.message_list.list_panel import ListPanel

if TYPE_CHECKING:
    from app.controllers.program import Program
    from app.ui.reader.conversation import ConversationArea

_KINDS = {Folder.SENT: "sent", Folder.DRAFTS: "drafts"}


_L: Final = Context.LIST


class ReaderCommands(ProgramController):
    """Shows more or less of the message in the reading pane."""

    def __init__(self, program: Program) -> None:
        """Act on the reading pane of `program`."""
        self._program = program

    @does(Command("list.details", mark("Show or hide details"), ("I",), _L), why_not=no_details)
    def show_details(self) -> None:
        """Show what the server said of the message, or hide it."""
        self._read_now()
        self._program.reader.bar.show_details()

    @does(
        Command("list.plain", mark("Formatted or plain text"), ("B",), _L, mark("Of the message beside the list.")),
        why_not=no_formatting,
    )
    def toggle_plain(self) -> None:
        """Show the formatted text, or the plain one."""
        self._read_now()
        self._program.reader.toggle_plain()

    @does(Command("list.headers", mark("Show or hide headers"), ("H",), _L), why_not=no_row)
    def toggle_headers(self) -> None:
        """Show the headers of the message, or hide them."""
        self._read_now()
        self._program.reader.toggle_headers()

    def _read_now(self) -> None:
        """Read the row that is asked for: the pane rests before it reads, and shows the last one until then."""
        if self._program.stage.reads_soon():
            self._program.stage.read_now()


class ConversationController(ProgramController):
    """Keeps the line of the conversation true to the message that is read."""

    def __init__(self, program: Program) -> None:
        """Show nothing yet; the line is made with the first conversation of more than one message."""
        self._program = program
        self._area: ConversationArea | None = None
        self._row: ListRow | None = None
        self._shown = Conversation()
        self._wanted: tuple[ListPanel, ConversationRow] | None = None
        self._looking = self._aside = False
        self._then: Callable[[], None] | None = None

    @does(
        Command(
            "list.conversation", mark("Messages of the conversation"), ("W",), _L, mark("One's own, sent or drafted.")
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
        row = self._program.stage.desk.current() if self._program.stage.place else None
        if row is not None and (self._row is None or row.key != self._row.key):
            self._program.stage.read_now()
        if self._looking:
            self._then = act
        else:
            act()

    def show(self, row: ListRow | None) -> None:
        """Show the conversation of a row's message, from the cache; nothing while another message is in front."""
        before, self._row = self._row, row
        self._then = None
        if row is None or row.ref is None:
            self._looking = False
            self._put(Conversation())
        elif before is None or before.ref != row.ref or before.conversation != row.conversation:
            self._looking = True
            self._program.tasks.spawn(self._look(row), "look up a conversation")

    def stand_aside(self, aside: bool) -> None:
        """Show nothing while a message within a message is in front: it is of no conversation of one's own."""
        self._aside = aside
        if self._area is not None:
            self._area.setVisible(bool(self._shown) and not aside)

    async def _look(self, row: ListRow) -> None:
        item_id = "" if row.ref is None else row.ref.item_id
        try:
            kin = await self._program.cache.conversation(row.account_id, item_id) if item_id else []
        except StorageError:
            kin = []  # the message can be read without
        if self._row is row:
            kin = [one for one in kin if self._place_of(one) in self._program.stage.desks]
            self._looking = False
            self._put(conversation_of(kin, item_id))
            then, self._then = self._then, None
            if then is not None:
                then()

    def _put(self, conversation: Conversation) -> None:
        self._shown = conversation
        if self._area is None:
            if not conversation:
                return
            from app.ui.reader.conversation import ConversationArea

            self._area = ConversationArea(self._program.reader)
            self._area.chosen.connect(self._choose)
            self._area.left.connect(self._program.reader.focus_text)
            self._program.reader.add_part(self._area)
        words = conversation.words() if conversation else ""
        self._area.show_rows(words, conversation.rows(self._program.clock.now()))
        self.stand_aside(self._aside)

    # --- the ways -----------------------------------------------------------------------------------------------------

    def _toggle(self) -> None:
        if self._area is None or not self._shown:
            self._program.foot.say(tr("This message is alone in its conversation"))
        else:
            self._area.toggle()

    def _choose(self, number: int) -> None:
        if 0 <= number < len(self._shown) and number != self._shown.here:
            self._go(self._shown.kin[number])

    def _step(self, by: int) -> None:
        kin = self._shown.step(by)
        if kin is not None:
            self._go(kin)
        elif not self._shown:
            self._program.foot.say(tr("This message is alone in its conversation"))
        else:
            self._program.foot.say(
                tr("The oldest of its conversation") if by > 0 else tr("The newest of its conversation")
            )

    def _go(self, kin: ConversationRow) -> None:
        """Stand at a message in its list, and read it; the focus stays in the pane where it is there."""
        stage = self._program.stage
        place, in_list = self._place_of(kin), stage.in_list()
        desk = stage.desks[place]
        stage.show_place(place)
        if in_list:
            desk.take_focus()
        if self._stand_at(desk, kin) or not desk.session.searching:
            return
        # What is looked for hides it: show everything, and stand at it as soon as that is drawn.
        self._wanted = desk, kin
        desk.refreshed.connect(self._catch_up)
        desk.end_search()

    def _catch_up(self) -> None:
        if self._wanted is not None:
            desk, kin = self._wanted
            if self._stand_at(desk, kin):
                self._wanted = None
                desk.refreshed.disconnect(self._catch_up)

    def _stand_at(self, desk: ListPanel, kin: ConversationRow) -> bool:
        messages, account_id = self._program.records, desk.session.account_id
        record = None if account_id is None else messages.by_item(account_id, kin.row.ref.item_id)
        known = None if record is None else desk.session.id_of(record.local_id)
        number = desk.model.number_of(kin.row_id if known is None else known)
        if number < 0:
            return False
        desk.list.go_to(number)
        self._program.stage.read_now()
        return True

    def _place_of(self, kin: ConversationRow) -> str:
        kind = _KINDS.get(kin.place.folder, "")
        return f"{kind}:{kin.place.mailbox.casefold()}" if kin.place.mailbox else kind


_SHOWN: Final = 12


def people_words(content: Content) -> str:
    """Return everybody in one line, the first dozen of each kind by name."""
    parts = [] if content.sender is None else [f"{tr('From')} {_name(content.sender)}"]
    for words, people in ((tr("To"), content.to), (tr("Cc"), content.cc), (tr("Bcc"), content.bcc)):
        if people:
            shown = ", ".join(_name(one) for one in people[:_SHOWN])
            more = len(people) - _SHOWN
            parts.append(f"{words} {shown}" + (ntr(" and {n} more", " and {n} more", more) if more > 0 else ""))
    return " · ".join(parts)


def _name(recipient: Recipient) -> str:
    """Return name and address, and not twice the same."""
    same = recipient.name.casefold() == recipient.address.casefold()
    return recipient.address if same else format_recipient(recipient)
