"""A second start and the first program: real locks, real sockets, and whoever else may knock there."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.bootstrap import instance, instance_server
from app.bootstrap.instance import DATABASE, LONGEST, NOT_NOW, NOT_UNDERSTOOD, TAKEN, address, hand_over, is_running
from app.bootstrap.instance_server import InstanceServer
from app.core.background import run_in_thread
from app.domain.startup_request import StartupRequest
from app.storage.lock import InstanceLock

WISH = StartupRequest(to="a@x.example", subject="S", attach=("/tmp/x",), links=("mailto:b@x.example",), token="t")
posix = pytest.mark.skipif(sys.platform == "win32", reason="speaks to the socket of POSIX by hand")


class First:
    """The program that runs already in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heard: list[StartupRequest] = []
        self.identities: list[str] = []
        self.answer: Callable[[], None] = lambda: None
        self.takes = self.answers = True
        self.lock = InstanceLock(folder / DATABASE)
        self.lock.acquire()
        self.parent = QObject()
        self.server = InstanceServer(self.hear, self.parent)

    def hear(self, arrival: StartupRequest, on_disk: Callable[[], None]) -> bool:
        if self.takes:
            self.heard.append(arrival._replace(request_id=""))
            self.identities.append(arrival.request_id)
            self.answer = on_disk
            if self.answers:
                on_disk()
        return self.takes

    def listen(self) -> bool:
        return self.server.listen(address(self.folder))

    def end(self) -> None:
        self.server.close()
        self.lock.release()
        self.parent.deleteLater()


@pytest.fixture
async def first(tmp_path: Path, qapp: QApplication) -> AsyncIterator[First]:
    first = First(tmp_path)
    yield first
    first.end()


def looked_at(first: First) -> os.stat_result | None:
    """Return what the file system says of the socket."""
    place = Path(address(first.folder))
    return place.lstat() if place.exists() else None


async def meanwhile(work: Callable[[], object]) -> object:
    """Do something in a thread while Qt lives."""
    doing = asyncio.ensure_future(run_in_thread(work))
    while not doing.done():
        QApplication.processEvents()
        await asyncio.sleep(0.002)
    return doing.result()


def say(folder: Path, message: bytes, *, parts: int = 1) -> bytes:
    """Say something to the first program by hand; return the whole answer."""
    with socket.socket(socket.AF_UNIX) as there:
        there.settimeout(20)
        there.connect(address(folder))
        step = max(1, -(-len(message) // parts))
        try:
            for start in range(0, len(message), step):
                there.sendall(message[start : start + step])
            answer = there.recv(8)
        except ConnectionError:
            return b""
        return answer


async def test_a_wish_reaches_the_first_whole(first: First) -> None:
    assert first.listen()
    assert await meanwhile(lambda: hand_over(first.folder, WISH))
    assert first.heard == [WISH]


async def test_a_start_waits_until_the_first_has_its_wish_on_disk(first: First) -> None:
    assert first.listen()
    first.answers = False
    asking = asyncio.ensure_future(meanwhile(lambda: hand_over(first.folder, WISH)))
    while not first.heard:  # noqa: ASYNC110 - a server of Qt's tells it
        await asyncio.sleep(0.002)
    await asyncio.sleep(0.2)
    assert not asking.done()
    first.answer()
    assert await asking


async def test_a_wish_that_is_asked_for_again_is_known_by_its_identity(
    first: First, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance_server, "_PATIENCE", 100)
    assert first.listen()
    first.answers = False
    asking = asyncio.ensure_future(meanwhile(lambda: hand_over(first.folder, WISH)))
    while len(first.heard) < 2:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.002)
    first.answers = True
    assert await asking
    assert len(set(first.identities)) == 1
    assert first.identities[0]


async def test_a_hundred_starts_at_once_are_all_heard(first: First) -> None:
    assert first.listen()
    wishes = [StartupRequest(subject=str(n)) for n in range(100)]
    taken: list[bool] = []

    def all_at_once() -> None:
        threads = [
            threading.Thread(target=lambda wish=wish: taken.append(hand_over(first.folder, wish))) for wish in wishes
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    await meanwhile(all_at_once)
    assert taken == [True] * 100
    assert sorted(first.heard) == sorted(wishes)


async def test_where_none_runs_nothing_is_handed_over(tmp_path: Path) -> None:
    assert not is_running(tmp_path)
    assert not is_running(tmp_path / "not made yet")
    assert not hand_over(tmp_path, WISH)


async def test_one_that_is_starting_is_waited_for(first: First) -> None:
    asking = asyncio.ensure_future(meanwhile(lambda: hand_over(first.folder, WISH)))
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert not asking.done()
    assert first.listen()
    assert await asking
    assert first.heard == [WISH]


async def test_one_that_is_ending_is_waited_for_and_then_there_is_none(first: First) -> None:
    assert first.listen()
    first.takes = False
    asking = asyncio.ensure_future(meanwhile(lambda: hand_over(first.folder, WISH)))
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert not asking.done()
    first.end()
    assert await asking is False
    assert not is_running(first.folder)


async def test_one_that_never_answers_is_given_up(first: First) -> None:
    assert await meanwhile(lambda: hand_over(first.folder, WISH, 0.3)) is False
    assert is_running(first.folder), "and it keeps its messages"


@posix
async def test_a_socket_that_a_dead_program_left_keeps_nobody_out(first: First) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(address(first.folder))
    dead.close()
    assert looked_at(first)
    assert first.listen()
    assert await meanwhile(lambda: hand_over(first.folder, WISH))


@posix
async def test_the_socket_is_for_the_same_person_alone_and_goes_with_the_program(first: First) -> None:
    assert first.listen()
    found = looked_at(first)
    assert found is not None
    assert stat.S_ISSOCK(found.st_mode)
    assert (found.st_uid, found.st_mode & 0o077) == (os.getuid(), 0)
    first.end()
    assert looked_at(first) is None


@posix
async def test_a_folder_with_a_long_name_has_its_socket_in_a_folder_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    monkeypatch.setattr(instance, "_LONGEST_PATH", len(str(tmp_path)) + 40)
    first = First(folder)
    try:
        own = tmp_path / f"mailwright-{os.getuid()}"
        assert Path(address(folder)).parent == own
        assert stat.S_IMODE(own.stat().st_mode) == 0o700
        own.chmod(0o755)
        with pytest.raises(PermissionError):
            address(folder)
    finally:
        first.end()


@posix
@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (b"\xff\xff\xff\xff", NOT_UNDERSTOOD),
        ((LONGEST + 1).to_bytes(4, "big") + b"[]", NOT_UNDERSTOOD),
        (b"\x00\x00\x00\x02{}", NOT_UNDERSTOOD),
        (b"\x00\x00\x00\x03nul", NOT_UNDERSTOOD),
        (b"\x00\x00\x00\x00", NOT_UNDERSTOOD),
        (b"\x00\x00\x00\x02[]more", NOT_UNDERSTOOD),
        (b"\x00\x00\x00\x07[false]", TAKEN),
        (b"\x00\x00\x00\x05[12]\n", NOT_UNDERSTOOD),
        (b"\x00\x00\x00\x08[true,1]", NOT_UNDERSTOOD),
        (b"\x00\x0f\xff\xff" + b"[" * 0xFFFFF, NOT_UNDERSTOOD),
        (b"\x00\x00\x00\x0a[false,\xff\xfe]", NOT_UNDERSTOOD),
        (b'\x00\x00\x00\x0b[false,"\xff"]', NOT_UNDERSTOOD),
        (b'\x00\x00\x00\x10[false,"\\u0000"]', NOT_UNDERSTOOD),
        (b"GET / HTTP/1.1\r\n\r\n", NOT_UNDERSTOOD),
    ],
)
async def test_what_is_no_wish_is_refused_and_the_next_one_is_heard(
    first: First, message: bytes, answer: bytes
) -> None:
    assert first.listen()
    assert await meanwhile(lambda: say(first.folder, message)) == answer
    first.heard.clear()
    assert await meanwhile(lambda: hand_over(first.folder, WISH))
    assert first.heard == [WISH]


@posix
async def test_a_wish_that_comes_byte_by_byte_is_heard(first: First) -> None:
    assert first.listen()
    assert await meanwhile(lambda: say(first.folder, b"\x00\x00\x00\x06[true]", parts=10)) == TAKEN
    assert first.heard == [StartupRequest(compose=True)]


@posix
async def test_one_that_is_not_wanted_now_hears_so(first: First) -> None:
    assert first.listen()
    first.takes = False
    assert await meanwhile(lambda: say(first.folder, b"\x00\x00\x00\x06[true]")) == NOT_NOW


@posix
async def test_those_who_say_nothing_keep_nobody_out_for_long(first: First, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.bootstrap.instance_server._PATIENCE", 100)
    assert first.listen()
    silent = [socket.socket(socket.AF_UNIX) for _ in range(20)]
    try:
        for one in silent:
            one.settimeout(5)
            await meanwhile(lambda one=one: one.connect(address(first.folder)))  # type: ignore[misc]
        assert await meanwhile(lambda: hand_over(first.folder, WISH))
        assert first.heard == [WISH]
    finally:
        for one in silent:
            one.close()


async def test_a_wish_too_long_for_a_message_is_not_handed_over(first: First) -> None:
    assert first.listen()
    assert await meanwhile(lambda: hand_over(first.folder, StartupRequest(body="x" * (LONGEST + 1)))) is False
    assert first.heard == []
