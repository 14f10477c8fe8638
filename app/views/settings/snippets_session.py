"""The page of signatures and templates: what there is, and the form of one. What is typed is kept when it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.core.events import Event
from app.core.i18n import tr
from app.domain.errors import StorageError
from app.domain.message import AccountId
from app.services.accounts.identities import Identity
from app.services.accounts.signatures import Snippet, SnippetKind, new_key
from app.ui.tasks import Tasks

if TYPE_CHECKING:
    from app.services.accounts.mailbox_discovery import Aids
    from app.services.html.foreign import SignatureRead


class SnippetsSession:
    """The snippets of one account. `changed` comes after every change that is to be drawn."""

    def __init__(self, aids: Aids, account_id: AccountId, tasks: Tasks) -> None:
        """Work on what `aids` holds."""
        self.changed: Event[None] = Event()
        self.editing: Snippet | None = None
        self.error = ""
        self._aids = aids
        self._account_id = account_id
        self._tasks = tasks

    @property
    def snippets(self) -> tuple[Snippet, ...]:
        """Return them in the order they were made."""
        return self._aids.signatures.all(self._account_id)

    @property
    def mailboxes(self) -> tuple[Identity, ...]:
        """Return the mailboxes that a signature can be for."""
        return self._aids.identities.all(self._account_id)

    def words(self, snippet: Snippet) -> str:
        """Return what a snippet is and when it goes in by itself."""
        if snippet.kind is SnippetKind.TEMPLATE:
            return tr("Template")
        when = [
            tr("in new messages") if snippet.for_new else "",
            tr("in answers") if snippet.for_replies else "",
            tr("for {mailbox}", mailbox=snippet.address) if snippet.address else "",
        ]
        said = ", ".join(filter(None, when))
        return tr("Signature, {when}", when=said) if said else tr("Signature")

    @property
    def base(self) -> str:
        """Return the CSS around the body of the account's messages."""
        return self._aids.styles.base(self._account_id)

    def begin(self, kind: SnippetKind) -> None:
        """Open the form of a new one."""
        self.edit(Snippet(new_key(), kind))

    def imported(self, name: str, found: SignatureRead | None) -> None:
        """Open the form of a signature that was read from a file; where there is none, say so.

        A form that was opened while the file was read stays: the person may have written in it.
        """
        if self.editing is not None:
            return
        if found is None or not found.parts:
            self.error = tr("“{name}” holds no signature that can be read.", name=name)
            self.changed.emit(None)
            return
        part = found.parts[0]
        html = "" if found.is_plain else part.html
        self.edit(Snippet(new_key(), name=name, text=part.words, html=html, kept=bool(html)))

    def edit(self, snippet: Snippet) -> None:
        """Open the form of one; the first signature goes in by itself unless the person says otherwise."""
        known = self.snippets
        if snippet.kind is SnippetKind.SIGNATURE and not any(one.kind is SnippetKind.SIGNATURE for one in known):
            snippet = msgspec.structs.replace(snippet, for_new=True, for_replies=True)
        self.editing, self.error = snippet, ""
        self.changed.emit(None)

    def leave(self) -> None:
        """Close the form without saving."""
        self.editing, self.error = None, ""
        self.changed.emit(None)

    def save(self, snippet: Snippet) -> None:
        """Keep what the form says."""
        text = snippet.text.strip("\n")
        name = " ".join(snippet.name.split()) or snippet.first_words or tr("Picture")
        if not text.strip():
            self.error = tr("Type its text.")
            self.changed.emit(None)
            return
        self.editing = msgspec.structs.replace(snippet, text=text, name=name)
        self._tasks.spawn(self._save(self.editing), "keep a signature")

    async def _save(self, snippet: Snippet) -> None:
        try:
            await self._aids.signatures.keep_snippet(self._account_id, snippet)
            self.editing = None
        except StorageError as error:
            self.error = str(error)
        self.changed.emit(None)

    def remove(self, snippet: Snippet) -> None:
        """Take one away."""
        self._tasks.spawn(self._remove(snippet), "remove a signature")

    async def _remove(self, snippet: Snippet) -> None:
        try:
            await self._aids.signatures.remove(self._account_id, snippet.key)
        except StorageError as error:
            self.error = str(error)
        self.changed.emit(None)
