"""Earlier versions of the message in front: looks at them, brings one back; and discards a message with all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.command import Command, Context, does
from app.controllers.compose.compose_commands import WritingController, is_writing
from app.core.formatting import clock_time
from app.core.i18n import mark, tr
from app.domain.errors import MailError
from app.domain.message import Field

if TYPE_CHECKING:
    from app.controllers.compose.compose import ComposeController
    from app.controllers.shell import Shell
    from app.domain.message import Content
    from app.services.drafts.drafts import Drafts
    from app.services.drafts.trash import Removed
    from app.services.drafts.versions import DraftVersions
    from app.services.outbox.undoing import UndoOffer
    from app.views.compare.versions_view import VersionsView
    from app.views.compose.view import ComposeView


class VersionsController(WritingController):
    """At most one page of versions at a time, over list and message."""

    def __init__(self, shell: Shell, writing: ComposeController, known: DraftVersions, drafts: Drafts) -> None:
        """Show the versions that `known` has, in `shell`, and say what `drafts` could not remove for good."""
        super().__init__(writing)
        self._shell, self._known = shell, known
        self.page: VersionsView | None = None
        drafts.removed.subscribe(self._removed)

    @does(
        Command(
            "compose.versions",
            mark("Earlier versions"),
            (),
            Context.COMPOSE,
            mark("Looks at what the message said before, and brings it back."),
        ),
        enabled=is_writing,
    )
    def open_versions(self) -> None:
        """Show the earlier versions of the message in front."""
        from app.views.compare.versions_session import VersionsSession
        from app.views.compare.versions_view import VersionsView

        message = self.view
        self._close()
        message.settle()  # what is half typed belongs to what it says now
        session = VersionsSession(message.session.local_id, self._known, self._shell.tasks.spawn, self._shell.clock.now)
        page = self.page = VersionsView(session)
        page.left.connect(session.leave)
        session.ended.subscribe(lambda before: self._ended(page, message, before))
        message.session.ended.subscribe(lambda _: session.leave())
        session.read_versions()
        self._shell.window.show_page(page)

    def is_shown(self) -> bool:
        """Return whether the versions are what is looked at."""
        return self.page is not None and self._shell.window.pages.currentWidget() is self.page

    def _ended(self, page: VersionsView, message: ComposeView, before: Content | None) -> None:
        if self.page is not page:
            return
        self._close()
        self.writing.show(message)
        if message in self.writing.views():
            message.focus_field(Field.BODY)
        if before is None or page.session.chosen is None:
            return
        when = clock_time(page.session.chosen.at, self._shell.clock.now())
        self._offer_undo(message, before, tr("The version of {time} is back", time=when))

    def _offer_undo(self, message: ComposeView, before: Content, words: str) -> None:
        """Let Undo bring back what was said before: that of the program, and that of the text once it has no more."""

        def undo() -> None:
            self._shell.undo_stack.forget(way)
            self._shell.tasks.spawn(self._undo(message, before), "take a version back")

        way: UndoOffer = self._shell.undo_stack.push(undo, words, lambda: message in self.writing.views())
        self._shell.status_bar.offer(words, way)
        message.body.way_back = undo

    async def _undo(self, message: ComposeView, before: Content) -> None:
        try:
            await self._known.bring_back(message.session.local_id, before)
        except KeyError:
            return
        except MailError as error:
            self._shell.tasks.on_mail_error(error)

    def _close(self) -> None:
        page, self.page = self.page, None
        if page is None:
            return
        self._shell.window.remove_page(page)

    @does(
        Command(
            "compose.discard_for_good",
            mark("Discard for good"),
            (),
            Context.COMPOSE,
            mark("Cannot be undone: its words and earlier versions are forgotten at once."),
        ),
        enabled=is_writing,
    )
    def discard_for_good(self) -> None:
        """Discard the message in front without a way back, once that is confirmed."""
        message = self.view
        record = message.session.record
        question = tr("Discard this message for good? It is forgotten here at once, and can’t be brought back.")
        if record is not None and record.ref is not None:
            question = tr(
                "Discard this message for good? It is forgotten here at once, and removed from the server, past Deleted"
                " Items."
            )
        said = tr("Discarded for good")

        def discard() -> None:
            message.session.discard_for_good(lambda: self._shell.status_bar.show_words(said))

        self._shell.window.come_forward()
        self._shell.window.ask(question, tr("Discard for good"), discard)

    def _removed(self, one: Removed) -> None:
        if one.kept:
            words = tr("Another program had changed what you discarded: that version is in Deleted Items.")
            self._shell.status_bar.show_words(words)
