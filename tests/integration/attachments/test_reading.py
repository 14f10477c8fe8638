"""What is attached to a message that is read comes through the engine onto a real disk, whole or not at all."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.core.background import run_in_thread
from app.domain.errors import MailError
from app.domain.message import Fetched
from app.services.reader.attachment_viewer import ViewedAttachment, ViewedAttachments, viewed_attachments_of
from app.services.reader.message_reader import ReadMessage
from app.services.records.rows import ListRow
from tests.integration.attachments.conftest import A, Run

SIZE = 1_200_000
SLOW = {"operation": "GetAttachment", "action": "trickle", "bytes": 30_000, "seconds": 0.05}


class Read:
    """A message on the server with three files, as it is read."""

    def __init__(self, run: Run, item: Fetched) -> None:
        self.run = run
        self.viewed = ViewedAttachments(run.engine, run.files, run.spawn)
        row = ListRow("1", A, item.ref, is_draft=False)
        self.parts = viewed_attachments_of(row, ReadMessage(item.content, item.content.body, item=item))

    def part(self, name: str) -> ViewedAttachment:
        return next(one for one in self.parts if one.name == name)

    async def fetch(self, name: str) -> bytes:
        return _bytes(await self.viewed.fetch(A, self.part(name)))


def _bytes(path: str) -> bytes:
    return Path(path).read_bytes()


def message() -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "zoe@example.org", "Within"
    message.set_content("Inner words.")
    message.add_attachment(b"1;2", maintype="text", subtype="csv", filename="sums.csv")
    return message.as_bytes()


@pytest.fixture
async def read(run: Run, tmp_path: Path) -> Read:
    contents = {"film.bin": bytes(range(240)) * (SIZE // 240), "empty.txt": b"", "within.eml": message()}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    name = await run.message(*(tmp_path / name for name in contents))
    record = await run.until_saved(name)
    assert record.ref is not None
    item = (await run.engine.get(A, [record.ref]))[0].item
    assert item is not None
    return Read(run, item)


def left(run: Run) -> list[str]:
    """Return what is on the disk of files that were begun and not ended."""
    return [path.name for path in run.folder.rglob("*.part")]


async def test_files_are_fetched_once_and_only_their_owner_may_read_them(read: Read) -> None:
    assert (await read.fetch("film.bin"))[:480] == bytes(range(240)) * 2
    assert await read.fetch("empty.txt") == b""
    path = await read.viewed.fetch(A, read.part("film.bin"))
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600  # noqa: PTH116 - a path of the port's
    assert len(read.run.sandbox.journal("GetAttachment")) == 2
    again = ViewedAttachments(read.run.engine, read.run.files, read.run.spawn)
    await again.look(read.parts)
    assert again.is_here(read.part("film.bin"))
    assert left(read.run) == []


async def test_progress_is_told_and_stopping_leaves_nothing(read: Read) -> None:
    read.run.sandbox.faults([SLOW])
    far = asyncio.Event()

    def moved(key: str) -> None:
        coming = read.viewed.coming(key)
        if coming is not None and coming.done > 100_000:
            far.set()

    read.viewed.changed.subscribe(moved)
    fetching = asyncio.ensure_future(read.fetch("film.bin"))
    await asyncio.wait_for(far.wait(), 20)
    assert read.viewed.stop(read.part("film.bin").key)
    with pytest.raises(MailError, match="it was stopped"):
        await fetching
    assert read.viewed.coming(read.part("film.bin").key) is None
    assert len(await read.fetch("film.bin")) == SIZE
    assert left(read.run) == []


async def test_two_who_ask_at_once_share_one_download(read: Read) -> None:
    first, second = await asyncio.gather(read.fetch("film.bin"), read.fetch("film.bin"))
    assert first == second
    assert len(read.run.sandbox.journal("GetAttachment")) == 1


@pytest.mark.parametrize("action", [{"action": "cut", "bytes": 400_000}, {"action": "reset-before"}])
async def test_a_connection_that_is_lost_leaves_nothing_and_the_next_try_is_whole(
    read: Read, action: dict[str, object]
) -> None:
    read.run.sandbox.faults([{"operation": "GetAttachment", **action}])
    with pytest.raises(MailError):
        await read.fetch("film.bin")
    assert read.viewed.failed(read.part("film.bin").key) in {"The connection was lost.", "The server is not well."}
    assert left(read.run) == []
    assert len(await read.fetch("film.bin")) == SIZE
    assert read.viewed.failed(read.part("film.bin").key) == ""


async def test_an_engine_that_dies_while_a_file_comes_costs_one_more_try(read: Read) -> None:
    read.run.sandbox.faults([SLOW])
    fetching = asyncio.ensure_future(read.fetch("film.bin"))
    async with asyncio.timeout(20):
        while not read.run.sandbox.journal("GetAttachment"):  # noqa: ASYNC110 - it is another process that is asked
            await asyncio.sleep(0.01)
    assert read.run.engine.pid is not None
    os.kill(read.run.engine.pid, signal.SIGKILL)
    with pytest.raises(MailError):
        await fetching
    assert len(await read.fetch("film.bin")) == SIZE
    assert left(read.run) == []


async def test_a_message_within_is_read_with_what_is_attached_to_it(read: Read) -> None:
    within = await read.viewed.read_attached_message(A, read.part("within.eml"), run_in_thread)
    assert (within.content.subject, within.content.body.strip()) == ("Within", "Inner words.")
    (inner,) = within.viewed
    path = await read.viewed.show(A, inner)
    assert Path(path).name == "sums.csv"
    assert _bytes(path) == b"1;2"


async def test_what_cannot_be_kept_is_said_and_leaves_nothing(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = read.run.folder / "attachments"

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as trouble:
        trouble.setattr(os, "fsync", full)
        with pytest.raises(MailError, match="disk is full"):
            await read.fetch("film.bin")
    assert "free some space" in read.viewed.failed(read.part("film.bin").key)
    assert len(await read.fetch("film.bin")) == SIZE
    assert folder.is_dir()
