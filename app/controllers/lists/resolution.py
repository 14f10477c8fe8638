"""What only the person can decide: which version to keep, sent or not.

Nothing here sends. A message that was not sent goes back to Drafts, and it is the person who sends it again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from app.commands.command import Command, Context, does
from app.controllers.compose.compose import ComposeController
from app.controllers.shell import Shell, ShellController
from app.controllers.why_not import no_single_row
from app.core.i18n import mark, tr
from app.domain.errors import MailError
from app.domain.message import Content, LocalId
from app.services.outbox.remedies import Remedies, Wish
from app.services.outbox.save_sent_copy import SentCopy
from app.services.records.records import Records
from app.services.records.rows import ListRow
from app.services.text.status_text import explain_record

if TYPE_CHECKING:
    from app.services.drafts.comparison import VersionComparison
    from app.views.compare.view import CompareView


_C = Context.COMPARE
"""Its keys are single letters, for nothing can be typed there; Alt with the letter does the same."""


class ComparisonController:
    """At most one comparison at a time, as a page over list and message."""

    def __init__(
        self, shell: Shell, compose: ComposeController, remedies: Remedies, comparison: Callable[[], VersionComparison]
    ) -> None:
        """Listen to what messages and rows offer."""
        self._shell, self._compose, self._make = shell, compose, comparison
        self._view: CompareView | None = None
        remedies.wished.subscribe(self._wished)

    @cached_property
    def _comparing(self) -> VersionComparison:
        return self._make()

    @property
    def view(self) -> CompareView:
        """Return the page; there must be one."""
        assert self._view is not None  # noqa: S101 - the commands are asked for only while it is there
        return self._view

    def is_open(self) -> bool:
        """Return whether a comparison is shown."""
        return self._view is not None

    @does(
        Command(
            "compare.mine", mark("Keep mine"), ("M", "Alt+M"), _C, mark("Yours is written over the server's version.")
        ),
        enabled=is_open,
    )
    def keep_mine(self) -> None:
        """Write one's own version over the server's."""
        self.view.session.keep_mine()

    @does(Command("compare.theirs", mark("Keep theirs"), ("T", "Alt+T"), _C, mark("Can be undone.")), enabled=is_open)
    def keep_theirs(self) -> None:
        """Take the server's version."""
        self.view.session.keep_theirs()

    @does(
        Command("compare.both", mark("Keep both"), ("B", "Alt+B"), _C, mark("Yours becomes a new draft.")),
        enabled=is_open,
    )
    def keep_both(self) -> None:
        """Make one's own version a new draft."""
        self.view.session.keep_both()

    @does(Command("compare.next", mark("Next difference"), ("N", "J", "F7"), _C, repeats=True), enabled=is_open)
    def go_to_next_difference(self) -> None:
        """Go to the next difference."""
        self.view.step(1)

    @does(
        Command("compare.previous", mark("Previous difference"), ("P", "K", "Shift+F7"), _C, repeats=True),
        enabled=is_open,
    )
    def go_to_previous_difference(self) -> None:
        """Go to the difference before."""
        self.view.step(-1)

    @does(Command("compare.again", mark("Compare again"), ("R",), _C), enabled=is_open)
    def compare_again(self) -> None:
        """Read both versions anew."""
        self.view.session.read_versions()

    def contexts(self) -> frozenset[Context]:
        """Tell which commands make sense where the focus is."""
        view = self._view
        if view is not None and self._shell.window.pages.currentWidget() is view:
            return frozenset({Context.WINDOW, Context.COMPARE})
        return self._shell.workspace.contexts()

    def open_comparison(self, name: LocalId) -> None:
        """Compare the two versions of a message."""
        from app.views.compare.session import CompareSession
        from app.views.compare.view import CompareView

        self._close()
        self._compose.settle_all()  # what is half typed belongs to one's own version
        session = CompareSession(name, self._comparing, self._shell.tasks.spawn, self._shell.clock.now)
        view = self._view = CompareView(session, self._shell.registry)
        view.left.connect(session.leave)
        session.ended.subscribe(lambda what: self._ended(view, what))
        session.read_versions()
        self._shell.window.show_page(view)

    def _wished(self, wish: Wish) -> None:
        if wish.action == "compare":
            self.open_comparison(wish.local_id)

    def _ended(self, view: CompareView, what: str) -> None:
        if self._view is not view:
            return
        session = view.session
        self._close()
        said = {
            "mine": tr("Your version is kept"),
            "theirs": tr("The server's version is kept"),
            "both": tr("Both are kept: yours is a new draft"),
        }.get(what)
        if what == "theirs":
            self._compose.reread(session.local_id)
            given_up = session.given_up
            if said and given_up is not None:
                self._shell.status_bar.show_words(said, lambda: self._take_back(session.local_id, given_up))
        elif said:
            self._shell.status_bar.show_words(said)
        if what:
            self._shell.lists.drafts.reload()

    def _close(self) -> None:
        view, self._view = self._view, None
        if view is None:
            return
        if self._shell.window.remove_page(view):
            message = self._compose.current()
            if message is not None:
                message.focus_best()
            else:
                self._shell.workspace.panel.take_focus()

    def _take_back(self, name: LocalId, content: Content) -> None:
        self._shell.tasks.spawn(self._restore(name, content), "take one's own version back")

    async def _restore(self, name: LocalId, content: Content) -> None:
        try:
            await self._comparing.restore(name, content)
        finally:
            self._compose.reread(name)


class ManualResolution(ShellController):
    """Asks, and does it."""

    def __init__(self, shell: Shell, records: Records, remedies: Remedies, sent_copy: SentCopy) -> None:
        """Let rows and bars offer it."""
        self._shell, self._records, self._remedies, self._sent_copy = shell, records, remedies, sent_copy
        remedies.can_do("save-copy", self._save_copy)

    def _cannot_settle(self) -> str:
        """Say that the server's word is known, or that there is no message."""
        words = tr("This is for a message of which it cannot be known whether it was sent.")
        return no_single_row(self) or ("" if self.can_settle() else words)

    def can_settle(self) -> bool:
        """Return whether the current row waits for the person's word."""
        row = self._row()
        record = None if row is None or row.local_id is None else self._records.get(row.local_id)
        found = None if record is None else explain_record(record)
        return found is not None and "was-sent" in found.more

    @does(
        Command(
            "outbox.was_sent",
            mark("It was sent"),
            ("Y",),
            Context.LIST,
            mark("Where that cannot be known from here."),
            on_row=True,
        ),
        enabled=can_settle,
        why_not=_cannot_settle,
    )
    def take_as_sent(self) -> None:
        """Take the person's word that the current row was sent, once it is given twice."""
        self._settle(was_sent=True)

    @does(
        Command(
            "outbox.was_not_sent",
            mark("It was not sent"),
            ("N",),
            Context.LIST,
            mark("Goes back to Drafts."),
            on_row=True,
        ),
        enabled=can_settle,
        why_not=_cannot_settle,
    )
    def take_as_not_sent(self) -> None:
        """Take the person's word that the current row was not sent, once it is given twice."""
        self._settle(was_sent=False)

    def _settle(self, *, was_sent: bool) -> None:
        row = self._row()
        if row is not None and self.can_settle():
            self.ask(row, was_sent=was_sent)

    def ask(self, row: ListRow, *, was_sent: bool) -> None:
        """Ask once more: what is said here is believed."""
        name = row.local_id
        if name is None:
            return
        if was_sent:
            question = tr("Take “{subject}” as sent? It leaves the Outbox.", subject=row.subject or tr("(no subject)"))
            action, yes = "was-sent", tr("It was sent")
        else:
            question = tr("Take it as not sent? It goes back to Drafts. If it was sent after all, sending doubles it.")
            action, yes = "was-not-sent", tr("It was not sent")
        self._shell.window.ask(question, yes, lambda: self._remedies.apply(action, name))

    def _row(self) -> ListRow | None:
        return self._shell.workspace.panel.current() if self._shell.workspace.place else None

    async def _save_copy(self, name: LocalId) -> None:
        try:
            await self._sent_copy.save_copy(name)
        except MailError as error:
            self._shell.tasks.on_mail_error(error)
        else:
            self._shell.status_bar.show_words(tr("The copy is saved"))
            self._shell.lists.sent.reload()
