"""What is attached, held against what arrived: no message goes with less, with more, or with other bytes than meant."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.message import Content, LocalId
from app.domain.record import Record
from app.domain.state import State
from tests.faults.promise.server import Kept
from tests.faults.promise.verdict import Broken
from tests.faults.promise.world import bytes_of

if TYPE_CHECKING:
    from tests.faults.promise.oracle import Oracle

_WENT = frozenset({State.SENT, State.SENT_NOT_FILED, State.UNKNOWN})


def judge_files(oracle: Oracle, kept: list[Kept], messages: dict[LocalId, Content], readers: list[str]) -> None:
    """Look at every message and at what `readers` received. Raises Broken."""
    if not oracle.files:
        return
    received = oracle.world.server.received(readers)
    for record in oracle.world.messages():
        meant = messages[record.local_id]
        _check_own_copies(oracle, record, meant)
        for item in [] if oracle.is_meddled(record) else _items_of(record, kept, received):
            _check_names(oracle, record, meant, item)
    for item in received:
        for file in item.files:
            oracle.world.met["a file arrived"] += 1
            if oracle.world.server.content_of(item.user, file) != bytes_of(file.name, oracle.files[file.name]):
                raise Broken("lost", f"{item.subject!r} arrived with other bytes in {file.name}")


def _items_of(record: Record, kept: list[Kept], received: list[Kept]) -> list[Kept]:
    """Return what has to bear the attachments of a message: what arrived of it, else its draft once that is saved."""
    if record.state in _WENT:
        return [item for item in received if item.message_id == record.message_id]
    if record.saved and not record.discarded:
        return [item for item in kept if item.mark == record.local_id and item.folder == "drafts"]
    return []


def _check_names(oracle: Oracle, record: Record, meant: Content, item: Kept) -> None:
    there, wanted = Counter(file.name for file in item.files), Counter(one.name for one in meant.attachments)
    missing = wanted - there - oracle.kept_here_alone(record, meant, item)
    if missing:
        raise oracle.broken("lost", record, f"in {item.folder} it is without {sorted(missing)}")
    if there - wanted:
        kind = "twice" if any(there[name] > 1 for name in there) else "wrong words"
        raise oracle.broken(kind, record, f"in {item.folder} it has {sorted((there - wanted).elements())} besides")


def _check_own_copies(oracle: Oracle, record: Record, meant: Content) -> None:
    if record.state in {State.SENT, State.SENT_NOT_FILED}:
        return
    for one in meant.attachments:
        if one.file:
            path = Path(oracle.world.window.files.path(record.local_id, one.file))
            if not path.is_file() or path.read_bytes() != bytes_of(one.name, oracle.files[one.name]):
                raise oracle.broken("lost", record, f"the copy of {one.name} is not there, or not whole")
