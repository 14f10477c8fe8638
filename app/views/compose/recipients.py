"""Brings people and the recipients fields of a message together: suggestions, notes on chips, names, groups, moving."""

from __future__ import annotations

from functools import partial
from typing import Final, Protocol

import shiboken6
from PySide6.QtWidgets import QApplication, QMenu

from app.commands.command import Context, Registry
from app.core.background import Spawn
from app.core.i18n import tr
from app.domain.edits import RecipientSplice
from app.domain.errors import ItemRefused
from app.domain.message import RECIPIENT_FIELDS, AccountId, Field
from app.domain.people import PERSONAL_LIST, Resolution, key_of
from app.domain.recipient import Recipient, address_problem
from app.services.people.directory import SHORTEST
from app.services.people.people import People
from app.services.text.recipient_notes import Note
from app.ui.recipients.chips import Chip
from app.ui.recipients.field import RecipientsField
from app.ui.recipients.suggestions import Suggesting
from app.ui.recipients.suggestions_session import Origin, Suggestion, SuggestionsSession

_LARGE: Final = 1_000_000
"""Bytes from which on it is worth knowing how much the server takes."""
_OTHER_NAMES = {Field.TO: "To", Field.CC: "Cc", Field.BCC: "Bcc"}


class AddressedMessage(Protocol):
    """What has to be known of the message."""

    recipients: dict[Field, RecipientsField]

    def focus_field(self, field: Field) -> None:
        """Put the focus in a field, showing it first if it is hidden."""
        ...


class RecipientFields:
    """The people of one message. `account_id` is whose address book and directory are asked."""

    def __init__(
        self, message: AddressedMessage, people: People, account_id: AccountId, spawn: Spawn, registry: Registry
    ) -> None:
        """Serve the fields of `message` until `close`, with the keys that `registry` has for recipients."""
        self._registry = registry
        self.sending_as = ""
        self._message, self._people, self._account_id, self._spawn = message, people, account_id, spawn
        self._suggesting: dict[RecipientsField, Suggesting] = {}
        self._sources: dict[RecipientsField, _Source] = {}
        self._checking = False
        self._size = 0
        self._stop = people.tips.changed.subscribe(self._tips_changed)
        for widget in message.recipients.values():
            self.attach(widget)

    def _keys_of(self, command: str) -> tuple[str, ...]:
        return self._registry.command(command).keys_here()

    def close(self) -> None:
        """Stop listening: the message left its pane."""
        self._stop()
        for suggesting in self._suggesting.values():
            suggesting.close()

    def attach(self, widget: RecipientsField) -> None:
        """Serve one field more: of the message, or of what stands beside it."""
        source = _Source(self._people, self._account_id)
        suggesting = widget.suggest(source)
        source.deliver_to(suggesting.session)
        self._sources[widget] = source
        suggesting.list_chosen.subscribe(lambda chosen: self._open_list(widget, *chosen))
        self._suggesting[widget] = suggesting
        widget.note_for = self._note
        widget.is_familiar = lambda recipient: self._people.is_familiar(self._account_id, recipient)
        widget.more_actions = lambda menu: self._add_actions(widget, menu)
        widget.edited.connect(self._heed)
        for command, handler in self._registry:
            if command.context is Context.RECIPIENTS:
                widget.bind(partial(self._keys_of, command.id), handler.run, handler.enabled)
        self._people.tips.want(self._account_id, widget.recipients(), self.sending_as)
        widget.refresh_notes()

    def ask_of(self, account_id: AccountId) -> None:
        """Ask the address book and the directory of another account from now on: the message goes on there."""
        self._account_id = account_id
        for widget, source in self._sources.items():
            source.ask_of(account_id)
            self._people.tips.want(account_id, widget.recipients(), self.sending_as)
            widget.refresh_notes()

    def send_as(self, address: str) -> None:
        """Ask for the tips of another sender: the right to write to a recipient depends on it."""
        if address != self.sending_as:
            self.sending_as = address
            for widget in self._suggesting:
                self._people.tips.want(self._account_id, widget.recipients(), address)
                widget.refresh_notes()

    def weigh(self, size: int) -> None:
        """Say on the chips for whom the message, now `size` bytes, is too large."""
        if size != self._size:
            self._size = size
            if size > _LARGE:
                self._people.want_limit(self._account_id, self.sending_as)
            for widget in self._suggesting:
                widget.refresh_notes()

    def _note(self, recipient: Recipient) -> Note | None:
        return self._people.note(self._account_id, recipient, self.sending_as, self._size)

    def _heed(self, edit: object) -> None:
        if isinstance(edit, RecipientSplice) and edit.added:
            self._people.tips.want(self._account_id, edit.added, self.sending_as)

    def _tips_changed(self, keys: frozenset[str]) -> None:
        self._people.remember_groups(self._account_id, keys, self.sending_as)
        for widget in self._suggesting:
            if shiboken6.isValid(widget):
                widget.refresh_notes(keys)

    # --- where the focus is -----------------------------------------------------------------------------------------

    def field_in_use(self) -> RecipientsField | None:
        """Return the field with the focus."""
        focus = QApplication.focusWidget()
        return next((one for one in self._suggesting if focus is not None and one.isAncestorOf(focus)), None)

    def _field_with_chips(self) -> RecipientsField | None:
        """Return the field in which recipients are selected: they stay so while the palette has the focus."""
        return next((one for one in self._suggesting if one.chips.selected and one.isEnabled()), None)

    def has_chips(self) -> bool:
        """Return whether recipients are selected."""
        return self._field_with_chips() is not None

    def has_group(self) -> bool:
        """Return whether one group is selected."""
        chip = self._chosen()
        return chip is not None and self._people.is_group(self._account_id, chip.recipient)

    def _chosen(self) -> Chip | None:
        widget = self._field_with_chips()
        if widget is None or len(widget.chips.selected) != 1:
            return None
        return widget.chips.items[min(widget.chips.selected)]

    # --- moving -----------------------------------------------------------------------------------------------------

    def move(self, step: int) -> None:
        """Move the selected recipients to the next field, or to the one before."""
        widget = self._field_with_chips()
        places = [field for field in RECIPIENT_FIELDS if field in self._message.recipients]
        if widget is not None and widget.field in places:
            place = places.index(widget.field) + step
            if 0 <= place < len(places):
                self.move_to(widget, places[place])

    def move_to(self, widget: RecipientsField, field: Field) -> None:
        """Move the selected recipients of `widget` to another field, where they stay selected."""
        target = self._message.recipients[field]
        moving = widget.chips.selected_recipients()
        if target is widget or not moving or any(widget.chips.items[n].reading for n in widget.chips.selected):
            return
        first = len(target.chips)
        # First there, then no longer here: a crash between the two doubles a recipient, and loses none.
        target.splice(first, 0, moving)
        widget.remove_selected()
        widget.go_to_words()
        self._message.focus_field(field)
        target.go_to_chip(first)
        target.go_to_chip(len(target.chips) - 1, extend=True)

    def _add_actions(self, widget: RecipientsField, menu: QMenu) -> None:
        """Add to the menu of selected recipients what can be done with them here."""
        menu.addSeparator()
        for field in RECIPIENT_FIELDS:
            if field is not widget.field and field in self._message.recipients:
                words = tr("Move to {field}", field=tr(_OTHER_NAMES[field]))
                menu.addAction(words, partial(self.move_to, widget, field)).setEnabled(widget.isEnabled())
        if self.has_group():
            menu.addAction(tr("Replace by members"), self.expand)

    # --- groups -----------------------------------------------------------------------------------------------------

    def expand(self) -> None:
        """Put the members of the selected group in its place."""
        widget, chip = self._field_with_chips(), self._chosen()
        if widget is not None and chip is not None:
            self._spawn(self._expand(widget, chip, chip.recipient), "expand a group")

    def _open_list(self, widget: RecipientsField, recipient: Recipient, chip: Chip | None) -> None:
        """Put the members of a personal list where its name was chosen: nothing can be sent to the list itself."""
        if chip is None:
            chip = widget.hold_place(recipient.name, words=widget.words.text())
            widget.words.setText("")
        self._spawn(self._expand(widget, chip, recipient), "open a personal list")

    async def _expand(self, widget: RecipientsField, chip: Chip, group: Recipient) -> None:
        members: tuple[Recipient, ...] = ()
        try:
            members = (await self._people.directory.expand(self._account_id, group)).people
        except ItemRefused:
            pass  # not a group any more, or one whose members are hidden: said below
        finally:
            if shiboken6.isValid(widget):
                self._put_members(widget, chip, group, members)

    def _put_members(
        self, widget: RecipientsField, chip: Chip, group: Recipient, members: tuple[Recipient, ...]
    ) -> None:
        fresh = {key_of(one): one for one in members if one.routing != PERSONAL_LIST}
        for other in widget.chips.items:
            if other is not chip:
                fresh.pop(key_of(other.recipient), None)
        name = group.name or group.address
        if members:
            widget.take_for_chip(chip, fresh.values())
            return
        sentence = tr("The members of “{name}” could not be learnt.", name=name)
        if chip.reading:
            widget.give_up_place(chip, sentence)
        self._people.said.emit(sentence)

    # --- names ------------------------------------------------------------------------------------------------------

    def check_names(self) -> None:
        """Ask the directory about every recipient that is no address yet, in all fields."""
        if not self._checking:
            self._checking = True
            self._spawn(self._check_names(), "check names")

    async def _check_names(self) -> None:
        try:
            for widget in self._suggesting:
                widget.complete_pending()
            open_names = self._open_names()
            for widget, chip in open_names:
                answer = await self._people.directory.check(self._account_id, _name_of(chip))
                if shiboken6.isValid(widget) and widget.index_of(chip) >= 0:
                    self._settle(widget, chip, answer)
            if not open_names:
                self._people.said.emit(tr("Every recipient has an address."))
        finally:
            self._checking = False
        self.offer_next()

    def _open_names(self) -> list[tuple[RecipientsField, Chip]]:
        return [
            (widget, chip)
            for widget in self._suggesting
            for chip in widget.chips.items
            if not chip.reading and chip.recipient.routing == "SMTP" and address_problem(chip.recipient.address)
        ]

    def _settle(self, widget: RecipientsField, chip: Chip, answer: Resolution) -> None:
        """Take the one recipient that is meant; say on the chip where there are several or none."""
        name = _name_of(chip)
        if len(answer.people) == 1:
            person = answer.people[0]
            if person.routing == PERSONAL_LIST:
                self._spawn(self._expand(widget, chip, person), "open a personal list")
            else:
                widget.take_for_chip(chip, (person,))
        elif self._candidates(name):
            widget.mark_problem(widget.index_of(chip), tr("“{name}” can be several people: choose one.", name=name))
        else:
            widget.mark_problem(widget.index_of(chip), tr("“{name}” was not found in the directory.", name=name))

    def offer_next(self) -> None:
        """Offer those whom the first open name can mean, unless the person is elsewhere by now."""
        in_use = self.field_in_use()
        if in_use is None or in_use.editor is not None or in_use.words.text():
            return
        for widget, chip in self._open_names():
            found = self._candidates(_name_of(chip))
            if found:
                if widget.field in self._message.recipients:
                    self._message.focus_field(widget.field)
                else:
                    widget.focus_input()
                widget.go_to_chip(widget.index_of(chip))
                self._suggesting[widget].offer_for(widget.index_of(chip), found)
                return

    def _candidates(self, name: str) -> list[Suggestion]:
        """Return whom a name may mean: those the directory named, else those this machine knows."""
        answer = self._people.directory.known(self._account_id, name)
        if answer is not None and answer.people:
            return _suggestions(answer)
        return _Source(self._people, self._account_id).known_here(name)

    # --- what is known ----------------------------------------------------------------------------------------------

    def show_about(self) -> None:
        """Show what is known of the selected recipient, also at length."""
        widget, chip = self._field_with_chips(), self._chosen()
        if widget is not None and chip is not None:
            widget.show_card(widget.index_of(chip))


def _name_of(chip: Chip) -> str:
    return (chip.recipient.address or chip.recipient.name).strip()


def _suggestions(answer: Resolution) -> list[Suggestion]:
    return [Suggestion(one, Origin.DIRECTORY, one.address in answer.groups) for one in answer.people]


class _Source:
    """Suggests who may be meant: from this machine at once, from the directory after a pause."""

    def __init__(self, people: People, account_id: AccountId) -> None:
        self._people, self._account_id = people, account_id
        self._session: SuggestionsSession | None = None
        self._inquiry = people.directory.inquire(account_id, self._take)

    def ask_of(self, account_id: AccountId) -> None:
        """Suggest whom another account knows."""
        self._account_id = account_id
        self._inquiry = self._people.directory.inquire(account_id, self._take)

    def deliver_to(self, session: SuggestionsSession) -> None:
        """Give late answers to `session`."""
        self._session = session

    def at_once(self, text: str) -> list[Suggestion]:
        """Return whom this machine knows, and whom the directory named lately."""
        known = self._people.directory.known(self._account_id, text) if len(text) >= SHORTEST else None
        return [*self.known_here(text), *(_suggestions(known) if known is not None else ())]

    def known_here(self, text: str) -> list[Suggestion]:
        """Return whom this machine knows."""
        return [
            Suggestion(entry.recipient, Origin.MACHINE, self._people.is_group(self._account_id, entry.recipient))
            for entry in self._people.book.search(self._account_id, text)
        ]

    def ask(self, text: str) -> None:
        """Ask the directory."""
        self._inquiry.ask(text)

    def forget(self, recipient: Recipient) -> None:
        """Take a recipient out of the address book."""
        self._people.book.forget(self._account_id, recipient)

    def _take(self, text: str, answer: Resolution) -> None:
        if self._session is not None:
            self._session.add_late(text, _suggestions(answer))
