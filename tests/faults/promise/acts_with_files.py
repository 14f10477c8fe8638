"""The steps that have to do with attachments, and what all steps share."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from app.domain.attachment import Attached
from app.domain.errors import MailError
from app.domain.message import LocalId
from app.domain.record import Record
from app.domain.state import WRITABLE
from app.services.drafts.draft_attachments import DraftAttachments
from tests.faults.promise.oracle import Oracle
from tests.faults.promise.person import SIZES, Step
from tests.faults.promise.world import World, bytes_of


class ActsWithFiles:
    """Attaches, takes away, puts back; so does another client."""

    def __init__(self, world: World, oracle: Oracle) -> None:
        self.world, self.oracle = world, oracle
        self._numbers = itertools.count(1)
        self._gone: list[tuple[DraftAttachments, LocalId, list[tuple[int, Attached]]]] = []

    def _word(self) -> str:
        return f"w{next(self._numbers)}"

    def _pick(self, step: Step, among: Any = None) -> Record | None:
        return self.world.message(step.a, among=among)

    def _pick_to_write(self, step: Step, *, attached: bool = False) -> Record | None:
        def fits(one: Record) -> bool:
            return _is_open(one) and (one.head.attachments > 0 or not attached)

        return self._pick(step, fits)

    async def _seen(self, local_id: LocalId) -> DraftAttachments:
        """Return the attachments with those of this message before one's eyes, as where it is open."""
        window = self.world.window
        window.attachments.watch(await window.drafts.read_message(local_id))
        return window.attachments

    async def _attach(self, step: Step) -> None:
        record = self._pick_to_write(step)
        if record is not None:
            name, size = f"{self._word()}.bin", SIZES[step.b]
            path = self.world.new_file(name, size)

            async def add() -> list[MailError]:
                attachments = await self._seen(record.local_id)
                self.world.window.life.must_live()
                copying = attachments.add_files(record.local_id, [path])
                self.oracle.attached(record.local_id, name, size)
                return await copying

            self.world.met["a file attached"] += 1
            await self.world.act(add())

    async def _detach(self, step: Step) -> None:
        record = self._pick_to_write(step, attached=True)
        if record is not None:

            async def remove() -> None:
                attachments = await self._seen(record.local_id)
                self.world.window.life.must_live()
                there = attachments.of(record.local_id)
                if there:
                    one = there[step.b % len(there)]
                    gone = attachments.remove(record.local_id, [one.key])
                    self.oracle.detached(one.name)
                    self._gone.append((attachments, record.local_id, gone))

            await self.world.act(remove())

    async def _put_back(self, step: Step) -> None:
        del step
        if self._gone:
            attachments, local_id, gone = self._gone.pop()
            record = self.world.window.messages.get(local_id)
            # Undo does not outlive the window, and not the message either.
            if attachments is self.world.window.attachments and record is not None and _is_open(record):
                await self.world.act(self._put(attachments, local_id, gone))

    async def _put(
        self, attachments: DraftAttachments, local_id: LocalId, gone: Sequence[tuple[int, Attached]]
    ) -> None:
        self.world.window.life.must_live()
        attachments.put_back(local_id, gone)
        for _, one in gone:
            self.oracle.put_back(one.name)

    async def _keep_attached(self, step: Step) -> None:
        record = self._pick_to_write(step, attached=True)
        if record is not None:

            async def keep() -> None:
                attachments = await self._seen(record.local_id)
                attachments.keep_attachments(record.local_id, [one.key for one in attachments.of(record.local_id)])

            await self.world.act(keep())

    async def _other_attaches(self, step: Step) -> None:
        item = self.world.item_of(self._pick(step))
        if item is not None:
            name, size = f"{self._word()}.bin", SIZES[step.b]
            self.world.server.attach(item, name, bytes_of(name, size))
            self.oracle.attached_elsewhere(item, name, size)

    async def _other_detaches(self, step: Step) -> None:
        item = self.world.item_of(self._pick(step))
        if item is not None and item.files:
            file = item.files[step.a % len(item.files)]
            self.world.server.detach(item, file)
            self.oracle.detached_elsewhere(item, file.name)


def _is_open(record: Record) -> bool:
    return record.state in WRITABLE and not record.discarded
