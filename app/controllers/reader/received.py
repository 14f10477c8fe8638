"""A message that is in no list here: a file, or one that was attached to another. It is read, and can be answered.

Nothing is made of it unasked. While it is in front its own keys count in the reader, and those that list commands share
with them do not: R would be about the row behind it, which nobody looks at.
"""

from __future__ import annotations

import base64
import binascii
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from PySide6.QtGui import QAction

from app.commands.command import Command, Context, does
from app.controllers.compose.compose import ComposeController
from app.controllers.reader.attachment_viewer import AttachmentViewerController, OpenWithin
from app.controllers.shell import Shell, ShellController
from app.core.background import run_in_thread
from app.core.i18n import mark, tr
from app.domain.errors import BadInput, MailError
from app.domain.message import AccountId, Fetched, ItemRef, LocalId
from app.domain.original import Verb
from app.services.accounts.accounts import Accounts
from app.services.accounts.identities import Identities
from app.services.drafts.draft_attachments import DraftAttachments
from app.services.drafts.drafts import Drafts, Prepared
from app.services.drafts.reply_forward import ReplyForward, anew_of, names_picture
from app.services.text.unanswerable import unanswerable_words
from app.ui import keys

if TYPE_CHECKING:
    from app.services.reader.attachment_viewer import Within

_R: Final = Context.READING


class Writing(NamedTuple):
    """With what messages are begun."""

    drafts: Drafts
    attachments: DraftAttachments
    reply_forward: ReplyForward


class ReceivedController(ShellController):
    """Answers, passes on and writes anew what is in front in the reader and in no list."""

    def __init__(
        self,
        shell: Shell,
        accounts: Accounts,
        identities: Identities,
        writing: Writing,
        compose: ComposeController,
        viewer: AttachmentViewerController,
    ) -> None:
        """Listen to what is in front in the reader."""
        self._shell, self._accounts, self._identities = shell, accounts, identities
        self._drafts, self._attachments, self._reply_forward = writing
        self._compose, self._viewer = compose, viewer
        self._keys: list[QAction] = []
        self._silenced: list[QAction] = []
        viewer.within_changed.subscribe(lambda within: self._switch_keys(within=within))
        shell.workspace.reads_other = lambda: viewer.front() is not None

    # --- keys ---------------------------------------------------------------------------------------------------------

    def bind_keys(self) -> None:
        """Bind the commands to the reader, where they count as long as such a message is in front."""
        registry, reader = self._shell.registry, self._shell.reader
        before = set(reader.actions())
        keys.bind(reader, registry, _R, registry.attempt)
        self._keys = [action for action in reader.actions() if action not in before]
        for action in self._keys:
            action.setEnabled(False)

    def _switch_keys(self, *, within: bool) -> None:
        for action in self._silenced:
            action.setEnabled(True)
        self._silenced = []
        for action in self._keys:
            action.setEnabled(within)
        if within:
            taken = {one.toString() for action in self._keys for one in action.shortcuts()}
            on_row = {command.id for command, _ in self._shell.registry if command.on_row}
            for action in self._shell.reader.actions():
                shared = any(one.toString() in taken for one in action.shortcuts())
                if action not in self._keys and (shared or action.objectName() in on_row - _OF_WHAT_IS_READ):
                    action.setEnabled(False)
                    self._silenced.append(action)

    # --- commands -----------------------------------------------------------------------------------------------------

    def _is_in_front(self) -> bool:
        return self._viewer.front() is not None

    def _cannot_answer(self) -> str:
        """Say why what is in front cannot be answered or passed on here."""
        front = self._viewer.front()
        if front is None:
            return tr("No message from a file is shown.")
        return unanswerable_words(front.within.kind)

    def _cannot_reply(self) -> str:
        """Say why there is nobody to answer."""
        front = self._viewer.front()
        content = None if front is None else front.within.content
        if content is not None and content.sender is None and not content.options.reply_to:
            return self._cannot_answer() or tr("This message does not say who wrote it. Forward passes it on.")
        return self._cannot_answer()

    @does(Command("read.reply", mark("Reply"), ("R",), _R), enabled=_is_in_front, why_not=_cannot_reply)
    def reply(self) -> None:
        """Begin an answer to the writer of the message in front."""
        self._follow(Verb.REPLIED)

    @does(
        Command("read.reply_all", mark("Reply to all"), ("Shift+R", "Ctrl+Shift+R"), _R),
        enabled=_is_in_front,
        why_not=_cannot_reply,
    )
    def reply_all(self) -> None:
        """Begin an answer to the writer and all to whom the message in front went."""
        self._follow(Verb.REPLIED_TO_ALL)

    @does(
        Command("read.forward", mark("Forward"), ("F", "Ctrl+Shift+F"), _R),
        enabled=_is_in_front,
        why_not=_cannot_answer,
    )
    def forward(self) -> None:
        """Begin a message that passes on the one in front."""
        self._follow(Verb.FORWARDED)

    @does(
        Command(
            "read.edit_as_new",
            mark("Edit as new message"),
            ("E", "Ctrl+E"),
            _R,
            mark("Says whose words they were. Recipients are left out until you put them in."),
        ),
        enabled=_is_in_front,
        why_not=_cannot_answer,
    )
    def edit_as_new(self) -> None:
        """Begin a message with the words of the one in front."""
        front = self._viewer.front()
        if front is not None:
            self._compose.open_made(partial(self._made_anew, front))

    def _follow(self, verb: Verb) -> None:
        front = self._viewer.front()
        if front is not None:
            self._compose.open_made(partial(self._made, front, verb))

    # --- what is made of it -------------------------------------------------------------------------------------------

    async def _made(self, front: OpenWithin, verb: Verb) -> LocalId:
        if front.row is not None:
            return await self._reply_forward.follow(front.row, verb)
        item = item_of(front.within)
        account_id = self._account_for(front, item)
        name = await self._reply_forward.follow_read(account_id, item, verb)
        body = (await self._drafts.read_message(name)).content.body
        await self._attach(name, front, shown_in=None if verb is Verb.FORWARDED else body)
        return name

    async def _made_anew(self, front: OpenWithin) -> LocalId:
        content, whose = await run_in_thread(lambda: anew_of(front.within.content, front.within.sent))
        account_id = self._account_for(front, item_of(front.within))
        name = await self._drafts.begin(account_id, content, sign=True, prepared=Prepared(whose, arriving=True))
        await self._attach(name, front, shown_in=None)
        return name

    async def _attach(self, name: LocalId, front: OpenWithin, *, shown_in: str | None) -> None:
        """Attach what is attached to the message in front; with `shown_in`, only the pictures that this text shows."""
        try:
            for one in front.within.viewed:
                if shown_in is not None and not names_picture(shown_in, one.content_id):
                    continue
                try:
                    path = await self._viewer.viewed.fetch(front.account_id, one)
                    data = await run_in_thread(partial(_bytes_of, path, one.name))
                    await self._attachments.add_bytes(name, one.file_name(), data, content_id=one.content_id)
                except MailError as error:
                    self._shell.tasks.on_mail_error(error)
        finally:
            self._drafts.arrived(name)

    def _account_for(self, front: OpenWithin, item: Fetched) -> AccountId:
        """Return the account from which it is answered: the one of which an address is in it, else the person's own."""
        if not front.from_file:
            return front.account_id
        people = (*item.content.to, *item.content.cc, *([item.content.sender] if item.content.sender else []))
        named = {one.address.casefold() for one in people}
        for account in self._accounts.all():
            own = {one.address.casefold() for one in self._identities.all(account.account_id)}
            if own & named:
                return account.account_id
        return front.account_id


_OF_WHAT_IS_READ: Final = frozenset({"list.attachments", "list.save_attachments"})
"""Commands on a row that are about the message in the reader, whatever that is."""


def item_of(within: Within) -> Fetched:
    """Return a message that is in no mailbox here as a server would give it: its place in a conversation included."""
    headers = {header.name.casefold(): header.value.strip() for header in reversed(within.headers)}
    try:
        index = base64.b64decode(headers.get("thread-index", ""), validate=True)
    except (binascii.Error, ValueError):
        index = b""
    options = msgspec.structs.replace(within.content.options, headers=())
    return Fetched(
        ItemRef(""),
        msgspec.structs.replace(within.content, options=options),
        message_id=headers.get("message-id", ""),
        is_draft=False,
        sent=within.sent,
        conversation_index=index,
        conversation_topic=headers.get("thread-topic", ""),
        headers=within.headers,
        kind=within.kind,
    )


def _bytes_of(path: str, name: str) -> bytes:
    """Read a file of this program's own. Raises BadInput where it is gone."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        words = error.strerror or str(error)
        raise BadInput(tr("“{name}” could not be opened: {words}.", name=name, words=words)) from None
