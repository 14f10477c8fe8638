"""Opens messages to write, reopens what was open, and renews what another program changed.

What was typed is on disk in any case; this is about finding everything open as one left it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Coroutine
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.controllers.compose.message_windows import MessageWindows
from app.controllers.shell import Shell
from app.core.background import run_in_thread
from app.core.i18n import tr
from app.domain.errors import MailError, StorageError
from app.domain.house_style import HouseStyle
from app.domain.message import AccountId, BodyFormat, Content, Field, LocalId
from app.domain.state import WRITABLE
from app.services.accounts.accounts import Accounts
from app.services.drafts.drafts import Drafts
from app.services.drafts.renewal import OpenMessage
from app.services.outbox.outbox import Outbox
from app.services.records.records import Records
from app.ui.keyboard.key_gate import Hold

if TYPE_CHECKING:
    from app.domain.account import Account
    from app.domain.recipient import Recipient
    from app.domain.record import Record
    from app.services.accounts.preset_settings import PresetSettings
    from app.services.html.prepare import Opened
    from app.services.records.rows import ListRow
    from app.ui.editor.rich import RichEditor
    from app.ui.editor.spelling_client import Spelling
    from app.views.compose.caret import CaretPlace
    from app.views.compose.session import Tools
    from app.views.compose.view import ComposeView

    Opening = Callable[[Hold], Coroutine[Any, Any, ComposeView | None]]
    """Opens a message, or shows nothing of one that was given up meanwhile, and returns None."""
    from app.views.compose.view import ComposeView


_CARETS: Final = 100
"""So many closed messages are known by where one stood in them."""


class ComposeController:
    """The messages that are open in this window, by their names."""

    def __init__(
        self, shell: Shell, accounts: Accounts, drafts: Drafts, outbox: Outbox, tools: Callable[[], Tools]
    ) -> None:
        """Open messages in `shell`; `tools` are what they are written with, asked for at the first one."""
        self._shell, self._accounts, self._drafts, self._outbox = shell, accounts, drafts, outbox
        self._make_tools = tools
        self.message_windows = MessageWindows(shell, self)
        self._views: list[ComposeView] = []
        self._waited_for: dict[ComposeView, Hold] = {}
        self._carets: dict[LocalId, CaretPlace] = {}
        """Where one stood in the messages that were closed last."""
        self.gate = shell.window.gate
        self.spelling: Spelling | None = None
        self.on_sent: Callable[[LocalId], None] = lambda _name: None
        self.on_discarded: Callable[[LocalId], None] = lambda _name: None
        self.on_no_account: Callable[[], None] = lambda: None
        self.on_no_account_to_write: Callable[[], None] = lambda: None
        self.origin_here: Callable[[], tuple[Account | None, Recipient | None]] = lambda: (accounts.default, None)
        """From whom a message is that is begun here: the account, and None for that account's own mailbox."""
        self.writes_formatted = True
        """Whether a new message is formatted text; the person's choice (`FORMATTED_CHOICE`)."""
        shell.status_bar.ticked.subscribe(lambda _: self._tell_time())

    @cached_property
    def _tools(self) -> Tools:
        return self._make_tools()

    def begin_spelling(self, spelling: Spelling) -> None:
        """Look at the spelling of every message, those that are open already too."""
        self.spelling = spelling
        for view in self._views:
            view.set_spelling(spelling)

    def begin(self, content: Content | None = None) -> None:
        """Begin a new message; what is typed until it is there is typed into it.

        Without an account no key is kept: the form that asks for one is there at once, and it is typed into.
        """
        if self.origin_here()[0] is None:
            self.on_no_account_to_write()
            return

        async def begin_it(hold: Hold) -> ComposeView | None:
            return await self._begin(content, hold)

        self._await(begin_it, "begin a message", self.gate.begin(tr("Opening a new message…")))

    def open_message(self, what: LocalId | Record | ListRow) -> None:
        """Open a message, or show it where it is open already; what is typed until it is there is typed into it."""
        self._await(lambda hold: self._open(what, hold), "open a message")

    def open_found(self, find: Callable[[], Awaitable[ListRow | None]]) -> None:
        """Do the same with what is found; nothing where nothing is."""

        async def open_it(hold: Hold) -> ComposeView | None:
            row = await find()
            return None if row is None else await self._open(row, hold)

        self._await(open_it, "open what is found")

    def open_again(self, name: LocalId, comes_back: Coroutine[Any, Any, bool]) -> None:
        """Open a message that was to leave, if it `comes_back`."""

        async def open_it(hold: Hold) -> ComposeView | None:
            return await self._open(name, hold) if await comes_back else None

        self._await(open_it, "open a message again", self.gate.begin(tr("Opening the message…")))

    def open_made(self, make: Callable[[], Awaitable[LocalId]]) -> None:
        """Make a message of another one, which may have to be fetched, and open it."""

        async def open_it(hold: Hold) -> ComposeView | None:
            made = await make()
            if hold.given_up:
                await self._drafts.discard(made)
                return None
            return await self._open(made, hold)

        self._await(open_it, "make a message of another")

    def open_and_then(self, what: LocalId | ListRow, then: Callable[[ComposeView], None]) -> None:
        """Open a message, and do something with it."""

        async def open_it(hold: Hold) -> ComposeView | None:
            view = await self._open(what, hold)
            if view is not None:
                then(view)
            return view

        self._await(open_it, "open a message")

    def _await(self, opening: Opening, name: str, hold: Hold | None = None) -> None:
        """Open something, which may have to be fetched: keys are kept for it, and Escape gives it up."""
        if hold is None:
            hold = self.gate.begin(tr("Fetching the message… Esc gives it up"), lambda: None)
        self._shell.tasks.spawn(self._open_by(opening, hold), name)

    async def _open_by(self, opening: Opening, hold: Hold) -> None:
        view = None
        try:
            view = await opening(hold)
            if view is not None and view in self._views:
                await filled(view)
        except MailError as error:
            if not hold.given_up:
                self._shell.tasks.on_mail_error(error)
        finally:
            if view is None:
                hold.fail()
            else:
                hold.release()

    async def open_now(self, what: LocalId) -> None:
        """Open a message, and return once it can be written. Raises AccountError, ItemRefused and StorageError."""
        await self._open(what)

    def current(self) -> ComposeView | None:
        """Return the message in the window that has the focus: in the pane, or in a window of its own."""
        popped = self.message_windows.current()
        if popped is not None:
            return popped
        shown = self._shell.workspace.message()
        return next((view for view in self._views if view is shown), None)

    def windows(self) -> list[QWidget]:
        """Return every window that has commands: the main one, and those of single messages."""
        return [self._shell.window, *self.message_windows.windows]

    def views(self) -> list[ComposeView]:
        """Return every open message, in the pane or in a window of its own."""
        return list(self._views)

    def show_last(self) -> bool:
        """Show the message that was written last; False where none is open."""
        last = self._shell.workspace.last_message()
        if last is not None:
            self._shell.workspace.show_message(last)
        return last is not None

    def asks_since(self, moment: float) -> bool:
        """Return whether an open message asks for a second look before it goes, and began to after `moment`."""
        asking = [view.session.findings for view in self._views]
        return any(one is not None and one.shown and one.shown_at >= moment for one in asking)

    def asks_here(self) -> bool:
        """Return whether the message in front asks for a second look before it goes."""
        view = self.current()
        findings = None if view is None else view.session.findings
        return findings is not None and bool(findings.shown)

    def settle_all(self) -> None:
        """Make what is half typed part of its message, everywhere: the program is about to end."""
        for view in self._views:
            view.settle()

    async def _begin(self, content: Content | None, hold: Hold | None = None) -> ComposeView | None:
        account, sender_here = self.origin_here()
        if account is None:
            self.on_no_account_to_write()
            return None
        content = content or Content()
        sender = content.sender or sender_here
        content = self.as_new(msgspec.structs.replace(content, sender=sender), account.account_id)
        name = await self._drafts.begin(account.account_id, content, sign=True)
        return await self._open(name, hold)

    def as_new(self, content: Content, account_id: AccountId) -> Content:
        """Return a new message as those of an account begin: as formatted text in its style, where that is chosen."""
        if not self.writes_formatted or content.body_format is BodyFormat.HTML:
            return content
        return _formatted(content, self._base_of(account_id))

    def _base_of(self, account_id: AccountId) -> str:
        """Return the CSS around the body of a message that is begun in an account."""
        aids = self._tools.aids
        return HouseStyle().base if aids is None else aids.styles.base(account_id)

    async def begin_now(self, content: Content | None = None) -> LocalId | None:
        """Begin a new message; return its name once it can be written, None without account. Raises StorageError."""
        view = await self._begin(content)
        return None if view is None else view.session.local_id

    def show_notice(self, name: LocalId, words: str, milliseconds: int = 0) -> None:
        """Say something at the head of an open message; it goes after `milliseconds`, or when it is closed for 0."""
        view = next((view for view in self._views if view.session.local_id == name), None)
        if view is not None and words:
            from app.views.compose.view import Aside

            Aside(view).show_words(words, milliseconds)

    async def _open(self, what: LocalId | Record | ListRow, hold: Hold | None = None) -> ComposeView | None:
        try:
            message = await self._drafts.open_draft(what)
        except KeyError:
            self._shell.status_bar.show_words(tr("This message is no longer here."))
            return None
        body = message.content.body
        formatted = message.content.body_format is BodyFormat.HTML
        readable = "" if formatted else body
        opened = (_open_words(body) or await run_in_thread(lambda: _open_html(body))) if formatted else None
        # Looked for after the last wait: the same row may have been opened again meanwhile.
        known = next((view for view in self._views if view.session.local_id == message.record.local_id), None)
        if known is not None:
            self._show(known)
            return known
        if hold is not None and hold.given_up:
            await self._drafts.close(message.record.local_id)
            return None
        from app.views.compose.session import ComposeSession
        from app.views.compose.view import ComposeView

        session = ComposeSession(message, readable, self._tools, opened)
        view = ComposeView(session, self._shell.registry)
        view.left.connect(lambda: self.leave(view))
        session.ended.subscribe(lambda how: self._ended(view, how))
        session.mend_wanted.subscribe(lambda _: view.focus_best())
        view.body.turning.working.connect(partial(self._keep_while_turning, view))
        # In the turn after: the text that came of it is told first.
        view.body.turning.done.connect(partial(self._there, view), Qt.ConnectionType.QueuedConnection)
        view.body.made_rich.connect(partial(self._watch_pasting, view))
        self._views.append(view)
        if self.spelling is not None:
            view.set_spelling(self.spelling)
        await self._bring_in(view)
        if opened is not None and opened.reduced:
            self.show_notice(session.local_id, opened.reduced)
        return view

    async def _bring_in(self, view: ComposeView) -> None:
        """Fill a message, show and paint it, each in a turn of the loop: together they would be felt."""
        await asyncio.sleep(0)
        place = None
        if view in self._views:
            view.fill()
            place = self._return_caret(view)
        await asyncio.sleep(0)
        if view in self._views:
            view.setUpdatesEnabled(False)
            self._show(view)
        await asyncio.sleep(0)
        if view in self._views:
            view.setUpdatesEnabled(True)
            if place is not None:
                view.body.editor.verticalScrollBar().setValue(place.scrolled)  # its height is known only now
                view.body.editor.ensureCursorVisible()

    def _return_caret(self, view: ComposeView) -> CaretPlace | None:
        """Put the cursor where it was when the message was closed, or sent and taken back; return that place."""
        place = self._carets.pop(view.session.local_id, None)
        if place is None:
            return None
        from app.views.compose.caret import put_caret

        put_caret(view, place)
        rich = view.body.rich
        if rich is not None and rich.is_building():

            def built() -> None:
                rich.built.disconnect(built)
                put_caret(view, place)

            rich.built.connect(built)
        return place

    def _keep_caret(self, view: ComposeView) -> None:
        if not view.is_filled:
            return
        from app.views.compose.caret import caret_of

        place = caret_of(view)
        self._carets.pop(view.session.local_id, None)
        # Nothing is selected then: a key meant for the message would take the place of what was.
        self._carets[view.session.local_id] = place._replace(body_anchor=place.body_at)
        if len(self._carets) > _CARETS:
            del self._carets[next(iter(self._carets))]

    def _keep_while_turning(self, view: ComposeView) -> None:
        """Keep keys while a long text is turned into formatted or plain text: it takes none meanwhile."""
        words = tr("Turning a long text. Escape leaves it as it was.")
        self._waited_for[view] = self.gate.begin(words, view.body.turning.give_up)

    def _watch_pasting(self, view: ComposeView, rich: RichEditor) -> None:
        rich.pasting.working.connect(partial(self._keep_while_pasting, view, rich))
        rich.pasting.done.connect(partial(self._there, view), Qt.ConnectionType.QueuedConnection)

    def _keep_while_pasting(self, view: ComposeView, rich: RichEditor) -> None:
        """Keep keys while what was pasted is being read: the message is not to be sent without it."""
        words = tr("Reading what was pasted. Escape leaves it out.")
        self._waited_for[view] = self.gate.begin(words, rich.pasting.forget)

    def _there(self, view: ComposeView) -> None:
        """Give keys again that waited for a text to be turned or pasted."""
        hold = self._waited_for.pop(view, None)
        if hold is not None:
            if self.gate.holds_focus():
                view.body.setFocus(Qt.FocusReason.OtherFocusReason)
            hold.release()

    def show(self, view: ComposeView) -> None:
        """Show an open message where it is: in the pane, or in its own window."""
        if view in self._views:
            self._show(view)

    def _show(self, view: ComposeView) -> None:
        if self.message_windows.show(view):
            return
        self._shell.workspace.show_message(view)

    def reread(self, name: LocalId) -> None:
        """Draw an open message anew, because its text is another one now."""
        view = next((view for view in self._views if view.session.local_id == name), None)
        if view is not None:
            view.session.end("gone")
            self.open_message(name)

    def leave(self, view: ComposeView) -> None:
        """Leave a message: it is kept, and saved."""
        view.settle()
        view.session.leave()

    def send(self) -> None:
        """Send the message in the pane."""
        view = self.current()
        if view is not None:
            view.settle()
            view.session.send(self._outbox.hold_seconds)

    def focus(self, field: Field) -> None:
        """Put the focus in a field of the message in the pane."""
        view = self.current()
        if view is not None:
            view.focus_field(field)

    def _tell_time(self) -> None:
        for view in self._views:
            view.refresh()

    def _ended(self, view: ComposeView, how: str) -> None:
        if view in self._views:
            self._views.remove(view)
        if view in self._waited_for:
            self._waited_for.pop(view).release()
        self._keep_caret(view)
        if not self.message_windows.drop(view):
            self._shell.workspace.drop_message(view)
        view.body.let_go()
        panel = self._shell.workspace.panel
        if how == "left":
            panel.list.choose()
        else:
            panel.list.choose_only(panel.session.id_of(view.session.local_id))
        if how == "sent":
            self.on_sent(view.session.local_id)
        elif how == "discarded":
            self.on_discarded(view.session.local_id)


async def filled(view: ComposeView) -> None:
    """Return once a long formatted message is all there: until then it takes no keys."""
    rich = view.body.rich
    if rich is not None and rich.is_building():
        there = asyncio.Event()
        rich.built.connect(there.set)
        stop = view.session.ended.subscribe(lambda _: there.set())
        await there.wait()
        stop()


def _formatted(content: Content, base: str) -> Content:
    """Return a message that begins with its text as formatted text; `base` is the CSS around it."""
    from app.services.html.prepare import html_of_text

    html = html_of_text(content.body.rstrip("\n"), base)
    return msgspec.structs.replace(content, body=html, body_format=BodyFormat.HTML)


def _open_words(body: str) -> Opened | None:
    """Read a body that is nothing but words of our own setting, as every new message is: nobody has to be asked."""
    from app.services.html.prepare import open_words

    return open_words(body)


def _open_html(body: str) -> Opened:
    """Read HTML for the editor. What reads it is loaded with the first message that needs it."""
    from app.services.html.prepare import open_html

    return open_html(body)


SAID_FOR: Final = 12_000
"""Milliseconds that the word stays."""


def left_open(records: Records) -> list[LocalId]:
    """Return the messages that the last run had open, the one changed last at the end. Asked before they are closed."""
    found = [r for r in records.all() if r.open and not r.discarded and r.state in WRITABLE]
    return [record.local_id for record in sorted(found, key=lambda record: record.changed)]


async def reopen(
    shell: Shell,
    records: Records,
    compose: ComposeController,
    names: list[LocalId],
    *,
    quietly: Collection[LocalId] = (),
) -> None:
    """Open them again, each with a word why but for those in `quietly`. One that cannot be opened keeps no other
    closed.
    """
    for name in names:
        if records.get(name) is None:
            continue  # nothing had been written in it
        try:
            await compose.open_now(name)
        except MailError as error:
            shell.tasks.on_mail_error(error)
            continue
        if shell.window.gate.has_keys() and shell.workspace.place:
            shell.workspace.panel.take_focus()  # what was typed before anything was there was not meant for it
        if name not in quietly:
            compose.show_notice(name, tr("This message was open when Mailwright ended. Nothing is lost."), SAID_FOR)


_KEPT_OPEN: Final = "left open"
"""The setting with the messages that were open when the program ended in the usual way."""
_read_names: Final = msgspec.json.Decoder(list[LocalId])


async def keep_left_open(settings: PresetSettings, names: list[LocalId]) -> None:
    """Keep for the next start that these were left open by an end that lost nothing: it need not say so."""
    with contextlib.suppress(StorageError):
        await settings.keep_setting(_KEPT_OPEN, msgspec.json.encode(names).decode())


async def take_left_open(settings: PresetSettings) -> list[LocalId]:
    """Return, once, what the last run left open where it ended in the usual way; nothing after any other death."""
    try:
        kept = await settings.read_setting(_KEPT_OPEN)
        if not kept:
            return []
        await settings.keep_setting(_KEPT_OPEN, "")
        return _read_names.decode(kept)
    except (StorageError, msgspec.DecodeError):
        return []


async def keep_open(records: Records, drafts: Drafts, name: LocalId) -> None:
    """End with a message that the next start opens again, and wait for its save; empty ones vanish.

    Closing alone only begins a save, which the end would cut off. What is marked first holds though the save be late.
    """
    await drafts.close(name)
    await records.change(name, lambda record: record.state in WRITABLE and not record.discarded, open=True)
    await drafts.save(name)


_STAYS = 10_000
"""Milliseconds that the word stays."""


class RenewalController:
    """Knows the pane of each open message."""

    def __init__(self, drafts: Drafts, compose: ComposeController) -> None:
        """Listen."""
        self._compose = compose
        self._panes: dict[ComposeView, OpenMessage] = {}
        drafts.renewing.pane_of = self._pane_of
        drafts.renewing.renewed.subscribe(self._tell)

    def _pane_of(self, name: LocalId) -> OpenMessage | None:
        from app.views.compose.renewal import Renewal

        views = self._compose.views()
        self._panes = {view: pane for view, pane in self._panes.items() if view in views}
        view = next((view for view in views if view.session.local_id == name and view.is_filled), None)
        return None if view is None else self._panes.setdefault(view, Renewal(view, _open_html_in_thread))

    def _tell(self, name: LocalId) -> None:
        words = tr("Updated: this draft was changed elsewhere")
        self._compose.show_notice(name, words, _STAYS)


async def _open_html_in_thread(body: str) -> Opened:
    def read() -> Opened:
        from app.services.html.prepare import open_html

        return open_html(body)

    opened: Opened = await run_in_thread(read)
    return opened
