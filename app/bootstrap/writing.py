"""Opens letters to be written: a session and a view for each, in the pane, until they are sent, thrown away or left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING

from app.domain.i18n import tr
from app.domain.message import BodyFormat, Content, Field, LocalId
from app.ui.off_thread import off_thread
from app.ui.type_ahead import TypeAhead, Wish

if TYPE_CHECKING:
    from app.bootstrap.awaiting import Opening
    from app.bootstrap.program import Program
    from app.domain.record import Record
    from app.services.html.opening import Opened
    from app.services.rows import ListRow
    from app.ui.spelling.client import Spelling
    from app.views.compose.session import Tools
    from app.views.compose.view import ComposeView

_LONGEST = 3_000
"""Milliseconds after which keys go where the focus is again, whatever became of a letter that is begun on the disk."""


class Writing:
    """The letters that are open in this window, by their names."""

    def __init__(self, program: Program) -> None:
        """Open letters of `program`."""
        self._program = program
        self._views: list[ComposeView] = []
        self.ahead = TypeAhead(program.qt, program.window)
        self.spelling: Spelling | None = None
        self.on_sent: Callable[[LocalId], None] = lambda _name: None
        self.on_discarded: Callable[[LocalId], None] = lambda _name: None
        self.on_no_account: Callable[[], None] = lambda: None
        program.foot.ticked.subscribe(lambda _: self._tell_time())

    @cached_property
    def _tools(self) -> Tools:
        from app.views.compose.session import Tools

        program = self._program
        return Tools(
            program.letters,
            program.drafts,
            program.outbox,
            program.remedies,
            program.tasks.spawn,
            program.clock.now,
            program.aids,
            program.attachments,
            program.people,
        )

    def begin_spelling(self, spelling: Spelling) -> None:
        """Look at the spelling of every letter, those that are open already too."""
        self.spelling = spelling
        for view in self._views:
            view.body.set_spelling(spelling)

    def begin(self, content: Content | None = None) -> None:
        """Begin a new letter; what is typed until it is there is typed into it."""
        wish = Wish()
        self.ahead.hold(wish, _LONGEST)
        self._program.tasks.spawn(self._begin(content, wish), "begin a letter")

    def open(self, what: LocalId | Record | ListRow) -> None:
        """Open a letter, or show it where it is open already; what is typed until it is there is typed into it."""
        self._await(lambda wish: self._open(what, wish), "open a letter")

    def open_found(self, find: Callable[[], Awaitable[ListRow | None]]) -> None:
        """Do the same with what is found; nothing where nothing is."""

        async def open_it(wish: Wish) -> ComposeView | None:
            row = await find()
            return None if row is None else await self._open(row, wish)

        self._await(open_it, "open what is found")

    def open_made(self, make: Callable[[], Awaitable[LocalId]]) -> None:
        """Make a letter of another one, which may have to be fetched, and open it."""

        async def open_it(wish: Wish) -> ComposeView | None:
            made = await make()
            if wish.given_up:
                await self._program.drafts.discard(made)
                return None
            return await self._open(made, wish)

        self._await(open_it, "make a letter of another")

    def open_and_then(self, what: ListRow, then: Callable[[ComposeView], None]) -> None:
        """Open a letter, and do something with it."""

        async def open_it(wish: Wish) -> ComposeView | None:
            view = await self._open(what, wish)
            if view is not None:
                then(view)
            return view

        self._await(open_it, "open a letter")

    def _await(self, opening: Opening, name: str) -> None:
        from app.bootstrap.awaiting import Awaiting

        Awaiting(self._program, self.ahead, opening, name)

    async def open_now(self, what: LocalId) -> None:
        """Open a letter, and return once it can be written. Raises AccountError, ItemRefused and StorageError."""
        await self._open(what)

    def current(self) -> ComposeView | None:
        """Return the letter in the window that has the focus: in the pane, or in a window of its own."""
        popped = self._program.popping.current()
        if popped is not None:
            return popped
        shown = self._program.stage.letter()
        return next((view for view in self._views if view is shown), None)

    def show_last(self) -> bool:
        """Show the letter that was written last; False where none is open."""
        last = self._program.stage.last_letter()
        if last is not None:
            self._program.stage.show_letter(last)
        return last is not None

    def settle_all(self) -> None:
        """Make what is half typed part of its letter, everywhere: the program is about to end."""
        for view in self._views:
            view.settle()

    async def _begin(self, content: Content | None, wish: Wish) -> None:
        views = len(self._views)
        try:
            await self.begin_now(content)
        finally:
            if len(self._views) > views:
                self.ahead.release(wish)
            else:
                self.ahead.drop(wish)

    async def begin_now(self, content: Content | None = None) -> LocalId | None:
        """Begin a new letter, and return its name once it can be written; None without account. Raises StorageError."""
        account = self._program.accounts.default
        if account is None:
            self.on_no_account()
            return None
        name = await self._program.drafts.begin(account.account_id, content, sign=True)
        await self._open(name)
        return name

    def say(self, name: LocalId, words: str, milliseconds: int = 0) -> None:
        """Say something at the head of an open letter; it goes after `milliseconds`, or when it is closed for 0."""
        view = next((view for view in self._views if view.session.local_id == name), None)
        if view is not None and words:
            from app.views.compose.aside import Aside

            Aside(view).say(words, milliseconds)

    async def _open(self, what: LocalId | Record | ListRow, wish: Wish | None = None) -> ComposeView | None:
        program = self._program
        try:
            letter = await program.drafts.open(what)
        except KeyError:
            program.foot.say(tr("This message is no longer here."))
            return None
        body = letter.content.body
        formatted = letter.content.body_format is BodyFormat.HTML
        readable = "" if formatted else body
        opened = await off_thread(lambda: _open_html(body)) if formatted else None
        # Looked for after the last wait: the same row may have been opened again meanwhile.
        known = next((view for view in self._views if view.session.local_id == letter.record.local_id), None)
        if known is not None:
            self._show(known)
            return known
        if wish is not None and wish.given_up:
            await program.drafts.close(letter.record.local_id)
            return None
        from app.views.compose.session import ComposeSession
        from app.views.compose.view import ComposeView

        session = ComposeSession(letter, readable, self._tools, opened)
        view = ComposeView(session, program.registry)
        view.left.connect(lambda: self.leave(view))
        session.ended.subscribe(lambda how: self._ended(view, how))
        session.mend_wanted.subscribe(lambda _: view.focus_best())
        self._views.append(view)
        if self.spelling is not None:
            view.body.set_spelling(self.spelling)
        await self._bring_in(view)
        return view

    async def _bring_in(self, view: ComposeView) -> None:
        """Fill a letter, show and paint it, each in a turn of the loop: together they would be felt."""
        await asyncio.sleep(0)
        if view in self._views:
            view.fill()
        await asyncio.sleep(0)
        if view in self._views:
            view.setUpdatesEnabled(False)
            self._show(view)
        await asyncio.sleep(0)
        if view in self._views:
            view.setUpdatesEnabled(True)

    def _show(self, view: ComposeView) -> None:
        if self._program.popping.show(view):
            return
        self._program.stage.show_letter(view)
        if self._program.popping.windows:
            self._program.window.activateWindow()  # it was asked for in another window, perhaps

    def reread(self, name: LocalId) -> None:
        """Draw an open letter anew, because its text is another one now."""
        view = next((view for view in self._views if view.session.local_id == name), None)
        if view is not None:
            view.session.end("gone")
            self.open(name)

    def leave(self, view: ComposeView) -> None:
        """Leave a letter: it is kept, and saved."""
        view.settle()
        view.session.leave()

    def send(self) -> None:
        """Send the letter in the pane."""
        view = self.current()
        if view is not None:
            view.settle()
            view.session.send(self._program.hold)

    def focus(self, field: Field) -> None:
        """Put the focus in a field of the letter in the pane."""
        view = self.current()
        if view is not None:
            view.focus_field(field)

    def _tell_time(self) -> None:
        for view in self._views:
            view.refresh()

    def _ended(self, view: ComposeView, how: str) -> None:
        if view in self._views:
            self._views.remove(view)
        if not self._program.popping.drop(view):
            self._program.stage.drop_letter(view)
        if how == "sent":
            self.on_sent(view.session.local_id)
        elif how == "discarded":
            self.on_discarded(view.session.local_id)


def _open_html(body: str) -> Opened:
    """Read HTML for the editor. What reads it is loaded with the first letter that needs it."""
    from app.services.html.opening import open_html

    return open_html(body)
