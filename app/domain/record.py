"""What this machine knows of one message, as stored on disk: its names, its state, how much of it the server has."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from app.domain.attachment import Held
from app.domain.listing import Folder, Place
from app.domain.message import AccountId, Content, Field, Importance, ItemRef, LocalId
from app.domain.original import Original
from app.domain.outcome import Outcome
from app.domain.problem import ProblemKind, problem
from app.domain.recipient import Recipient
from app.domain.state import State

WAITS_FOR_ANSWER: Final = problem(ProblemKind.WAITED_LONG)


class CopyKind(StrEnum):
    """Where the copy of a sent message is to be filed."""

    OWN_SENT = "own-sent"
    PRINCIPAL_SENT = "principal-sent"
    FOLDER = "folder"
    NONE = "none"


class CopyTo(msgspec.Struct, frozen=True, gc=False):
    """The copy of a sent message: SaveItemToFolder and SavedItemFolderId of SendItem.

    `mailbox` is the principal's address with PRINCIPAL_SENT, whose draft is kept in the principal's Drafts too: a
    server moves the draft to make the copy, and cannot move it to another mailbox. `folder_id` goes with FOLDER, and
    `name` is what a person calls that folder.
    """

    kind: CopyKind = CopyKind.OWN_SENT
    mailbox: str = ""
    folder_id: str = ""
    name: str = ""

    @property
    def place(self) -> Place | None:
        """Return where the copy is looked for when it is not one's own Sent, None for that and for no copy."""
        if self.kind is CopyKind.PRINCIPAL_SENT:
            return Place(Folder.SENT, self.mailbox)
        if self.kind is CopyKind.FOLDER:
            return Place(Folder.SENT, self.mailbox, self.folder_id)
        return None

    @property
    def drafts_of(self) -> str:
        """Return in whose Drafts the draft belongs, empty for one's own."""
        return self.mailbox if self.kind is CopyKind.PRINCIPAL_SENT else ""


class RowSummary(msgspec.Struct, frozen=True, gc=False):
    """As much of a message as a row shows, so that lists need not read bodies. Pictures in the text are not counted."""

    to: str = ""
    subject: str = ""
    preview: str = ""
    importance: Importance = Importance.NORMAL
    sender: str = ""
    attachments: int = 0
    deferred: float = 0.0


class Refused(msgspec.Struct, frozen=True):
    """What the server said to one attachment that it did not take."""

    key: str
    outcome: Outcome


class PendingCreate(msgspec.Struct, frozen=True, gc=False):
    """An item that a lost first save may yet make: another was made meanwhile, and this one is not to stay beside it.

    `fingerprint`, `words` (the same of its words, without markup) and `sender` say what was to be in it
    (`domain/same_message.py`), `drafts_of` in whose Drafts it was to be made, `at` when it was given up, and `count`
    how many such may come.
    """

    fingerprint: str = ""
    words: str = ""
    sender: str = ""
    drafts_of: str = ""
    at: float = 0.0
    count: int = 1


class Whose(msgspec.Struct, frozen=True, gc=False):
    """The author of words that this person writes anew. `author` is None for none, `sent` when (seconds, 0: unknown).

    `to` and `cc` are whom the author wrote to: they are left out until this person puts them in.
    """

    author: Recipient | None = None
    sent: float = 0.0
    to: tuple[Recipient, ...] = ()
    cc: tuple[Recipient, ...] = ()


class Record(msgspec.Struct, frozen=True, gc=False):
    """One message on this machine. All times are seconds since the epoch, 0 for never.

    `edits` counts the edits ever journalled, `saved_edits` those that the server has: equal means saved.
    `save_outcome` is the last save's answer, `send_outcome` the last send's. `problem` names a preflight
    finding (an address, a missing recipient) that keeps it from being sent, or what verification found after it
    (`domain/problem.py`). `verified` is when it was last seen on the server what became of a send, 0 while that is
    open. `discarded` is when the person threw it away, so that it can be taken back. `marked` says whether the item
    on the server bears our name of it. `drafts_of` is the mailbox in whose Drafts it was saved, empty for one's own.
    `held` is what the server holds of its attachments; `in_flight` are the keys of those that a request whose answer
    is not known may have added or taken away; `refused` is what was said to those that were not taken. `has_held` says
    that the server holds, or held, attachments of it: then they are looked at before it is sent. `signature` is the
    signature that stands in the text, as it was put there. `strays` are items that may yet appear beside its own, and
    `resent` the keys of attachments that were sent anew after an answer was lost, and may yet appear twice. `whose`
    says whose words it was made of. `prepared` is the fingerprint (`domain/same_message.py`) of what the program laid
    before the person, an answer for instance: until it is changed it is not saved, and vanishes if it is closed.
    `originals` are the messages that it answers or passes on, and that are not marked so on the server yet.
    `moved_from` is the message of another account whose place it took, when another From was chosen; that one has its
    name in `moved_to`, counts as discarded, and leaves its server once this one is saved (`services/drafts/trash.py`).
    `resends` is the Message-ID of the message that it sends once more, so that nobody sends that twice unawares.
    `read_back` is the ChangeKey under which the item was last read whole, and was as it is meant. `by_update` says that
    it was last sent by an update, and not by SendItem. `for_good` is not empty once it was discarded without a way
    back: its text is gone from this machine, and the record stays until its item has left the server. It is the
    fingerprint of what the server had then, so that what another program wrote since is not thrown away unseen.
    """

    local_id: LocalId
    account_id: AccountId
    message_id: str
    state: State = State.DRAFT
    ref: ItemRef | None = None
    head: RowSummary = RowSummary()
    edits: int = 0
    saved_edits: int = 0
    created: float = 0.0
    changed: float = 0.0
    saved_at: float = 0.0
    state_at: float = 0.0
    hold_until: float = 0.0
    not_before: float = 0.0
    attempts: int = 0
    copy_to: CopyTo = CopyTo()
    save_outcome: Outcome | None = None
    send_outcome: Outcome | None = None
    problem: str = ""
    open: bool = False
    marked: bool = True
    discarded: float = 0.0
    verified: float = 0.0
    drafts_of: str = ""
    held: tuple[Held, ...] = ()
    in_flight: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    has_held: bool = False
    signature: str = ""
    strays: tuple[PendingCreate, ...] = ()
    resent: tuple[str, ...] = ()
    whose: Whose | None = None
    prepared: str = ""
    originals: tuple[Original, ...] = ()
    moved_from: LocalId = LocalId("")
    moved_to: LocalId = LocalId("")
    read_back: str = ""
    by_update: bool = False
    resends: str = ""
    for_good: str = ""

    @property
    def saved(self) -> bool:
        """Return whether the server has every edit."""
        return self.ref is not None and self.edits == self.saved_edits

    def knows(self, ref: ItemRef) -> bool:
        """Return whether `ref` names the very version that is known here."""
        return self.ref is not None and bool(self.ref.change_key) and self.ref.change_key == ref.change_key


class StoredMessage(msgspec.Struct, frozen=True):
    """A message read whole from this machine: `content` after every edit; `on_server` as last saved there.

    `unfilled` are the placeholders that templates left in it, whether or not they still stand there.
    """

    record: Record
    content: Content
    pending: dict[Field, str] = {}
    on_server: Content | None = None
    attempt: Content | None = None
    unfilled: tuple[str, ...] = ()


def waits_for_answer(record: Record) -> bool:
    """Return whether a message waits for the person to say whether it shall still be sent."""
    return record.state is State.QUEUED and record.problem == WAITS_FOR_ANSWER


def is_held_here(record: Record) -> bool:
    """Return whether a message waits on this computer for the time that the person chose: its server does not wait."""
    return record.state is State.HELD and 0.0 < record.head.deferred == record.hold_until


def went_out_at(record: Record) -> float:
    """Return when the server took a message that went out, as far as that is known."""
    outcome = record.send_outcome
    said = outcome is not None and (outcome.accepted or outcome.taken)
    return outcome.at if outcome is not None and said and outcome.at else record.state_at
