"""The content processes: real ones, and what they are held to."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.content.client import ContentProcesses, Marks
from app.content.html.clean import clean
from app.content.jobs import (
    PICTURES,
    HtmlRead,
    MailRead,
    ReadFile,
    ReadHtml,
    TooComplex,
    Unavailable,
    Want,
    encode_job,
    key_of,
)
from app.content.work import perform
from tests.html_corpus import ALL

HELLO = ReadHtml("<p>Hello <b>you</b></p>", Want.READ)
PATIENCE = 20.0
MOCK = """
import sys, time
from app.content.html.clean import clean
from app.content.jobs import HtmlRead, LARGEST_JOB, decode_job, encode_answer
from app.core import frames
source, sink = sys.stdin.buffer, sys.stdout.buffer
frames.write_frame(sink, b"")
while (frame := frames.read_frame(source, LARGEST_JOB)) is not None:
    html = decode_job(frame).html
    exec(html.removeprefix("<p>"))
    frames.write_frame(sink, *encode_answer(HtmlRead(text="done")))
"""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., ContentProcesses]]:
    all_made: list[ContentProcesses] = []

    def make(script: str = "", **how: Any) -> ContentProcesses:
        command = [sys.executable, "-c", script] if script else ()
        all_made.append(ContentProcesses(tmp_path / "marks", command, **how))
        return all_made[-1]

    yield make
    for one in all_made:
        one.close()


def code(words: str) -> ReadHtml:
    """A job that the process of the tests carries out as Python."""
    return ReadHtml(f"<p>{words}", Want.READ)


def wait_until(true: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_html_is_read_there_as_it_is_read_here(made: Callable[..., ContentProcesses]) -> None:
    read = made()
    for want in Want:
        for case in ALL:
            job = ReadHtml(clean(case.html).html if want is Want.SHOW else case.html, want)
            assert read(job) == perform(job), case.name
    assert len(read.pids) == 1


def test_a_message_in_a_file_is_read_there_in_any_encoding(made: Callable[..., ContentProcesses]) -> None:
    read = made()
    for charset in ("big5", "iso-2022-jp", "koi8-r", "utf-16", "cp1252", "utf-7", "shift_jis", "gb18030"):
        words = "été" if charset in {"cp1252", "utf-16", "utf-7"} else "abc"
        head = f"Subject: S\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()
        found = read(ReadFile(head + words.encode(charset)))
        assert isinstance(found, MailRead)
        assert found.content.body == words
        assert found == perform(ReadFile(head + words.encode(charset)))


INSIDE = """
import socket, os, sys, tempfile
from app.content.walls import confine
from app.content.__main__ import load, load_pictures
load_pictures() if sys.argv[2:] else load()
there = os.path.join(sys.argv[1], "there")
open(there, "w").close()
confine()
def tried(what):
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "DONE"
def connected():
    one = socket.socket()
    one.connect(("127.0.0.1", 9))
print(tried(lambda: open("/etc/hostname")), tried(lambda: open(there)), tried(lambda: open(there, "w")),
      tried(lambda: os.listdir("/")), tried(connected), tried(lambda: socket.socket(socket.AF_UNIX)),
      tried(lambda: os.pipe()), tried(lambda: os.rename(there, there + "2")), tried(lambda: os.unlink(there)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what other systems give stands in docs/security.md")
@pytest.mark.parametrize("kind", [[], [PICTURES]], ids=["text", "pictures"])
def test_from_inside_nothing_can_be_opened(tmp_path: Path, kind: list[str]) -> None:
    command = [sys.executable, "-c", INSIDE, str(tmp_path), *kind]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    *opened, renamed, removed = ran.stdout.split()
    assert opened, ran.stderr
    assert "DONE" not in opened
    # The kernel is asked itself (landlock_create_ruleset, for its version): its list of modules may not be mounted.
    if ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) >= 1:
        assert (renamed, removed) == ("PermissionError", "PermissionError")
    else:
        assert (renamed, removed) == ("DONE", "DONE"), "docs/security.md says that this needs Landlock"


def test_from_inside_the_keyring_cannot_be_asked(tmp_path: Path) -> None:
    work = (
        "from app.content.__main__ import load; from app.content.walls import confine; load(); confine()\n"
        "import sys\n"
        "try:\n    import keyring; print(keyring.get_password('mailwright', 'x'))\n"
        "except BaseException as error:\n    print('refused', type(error).__name__)"
    )
    ran = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, timeout=60, check=False)
    assert ran.stdout.startswith("refused"), ran.stdout + ran.stderr


def test_what_takes_too_long_ends_its_process_and_the_next_job_has_another(
    made: Callable[..., ContentProcesses],
) -> None:
    read = made(MOCK, deadline=0.5)
    with pytest.raises(TooComplex):
        read(code("time.sleep(60)"))
    assert isinstance(read(code("pass")), HtmlRead)


@pytest.mark.parametrize(
    "how", ["os._exit(3)", "os.kill(os.getpid(), 9)", "sink.write(b'nonsense' * 99); sink.flush()"]
)
def test_what_a_process_does_not_survive_is_not_tried_again_nor_by_the_next_start(
    made: Callable[..., ContentProcesses], how: str
) -> None:
    job = code(f"import os; {how}")
    first = made(MOCK)
    with pytest.raises(TooComplex):
        first(job)
    assert isinstance(first(code("pass")), HtmlRead)
    (pid,) = first.pids
    for again in (first, made(MOCK)):
        with pytest.raises(TooComplex):
            again(job)
    assert first.pids == [pid], "it was not asked"


def test_a_job_that_the_program_did_not_survive_is_tried_once_more_and_then_no_more(tmp_path: Path) -> None:
    marks = Marks(tmp_path)
    assert marks.begin("a")
    assert marks.begin("a"), "the program may have been ended for any reason"
    assert not marks.begin("a")
    marks.end("b", well=True)
    assert marks.begin("b")


@pytest.mark.parametrize("script", ["raise SystemExit(3)", ""])
def test_a_process_that_does_not_come_up_says_nothing_of_the_content(
    made: Callable[..., ContentProcesses], tmp_path: Path, script: str
) -> None:
    read = made(script) if script else ContentProcesses(tmp_path / "marks", [str(tmp_path / "no program")])
    with pytest.raises(Unavailable):
        read(HELLO)
    assert list((tmp_path / "marks").iterdir()) == []
    assert isinstance(made()(HELLO), HtmlRead)


def test_an_answer_leaves_no_mark(made: Callable[..., ContentProcesses], tmp_path: Path) -> None:
    made()(HELLO)
    assert list((tmp_path / "marks").iterdir()) == []


def test_a_second_process_reads_while_the_first_is_busy_and_no_third(made: Callable[..., ContentProcesses]) -> None:
    read = made(MOCK)
    read(code("pass"))
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(read(code(f"time.sleep(1); {n}"))), daemon=True)
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(read.pids) == 2)
    assert isinstance(read(code("'short'")), HtmlRead)
    for thread in threads:
        thread.join(PATIENCE)
    assert len(answers) == 4
    assert len(read.pids) == 2


def test_an_idle_process_ends_and_the_next_job_has_another(made: Callable[..., ContentProcesses]) -> None:
    read = made(idle=0.3)
    read(HELLO)
    (pid,) = read.pids
    wait_until(lambda: read.pids == [] and is_gone(pid))
    assert isinstance(read(ReadHtml("<p>again", Want.READ)), HtmlRead)


def test_what_was_read_is_kept(made: Callable[..., ContentProcesses]) -> None:
    read = made()
    answer = read(HELLO)
    (pid,) = read.pids
    os.kill(pid, signal.SIGKILL)
    assert read(HELLO) is answer


def test_the_end_of_the_program_answers_who_waits(made: Callable[..., ContentProcesses]) -> None:
    read = made(MOCK)
    ended = threading.Event()

    def ask() -> None:
        with pytest.raises(TooComplex):
            read(code("time.sleep(60)"))
        ended.set()

    threading.Thread(target=ask, daemon=True).start()
    wait_until(lambda: read.pids)
    read.close()
    assert ended.wait(PATIENCE)
    with pytest.raises(TooComplex):
        read(HELLO)


def test_a_process_is_started_ahead_of_the_first_job(made: Callable[..., ContentProcesses]) -> None:
    read = made()
    read.warm()
    read.warm()
    wait_until(lambda: len(read.pids) == 1)
    (pid,) = read.pids
    read(HELLO)
    assert read.pids == [pid]


def test_a_job_that_cannot_be_written_to_the_marks_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    read = ContentProcesses(tmp_path / "file" / "marks")
    try:
        assert isinstance(read(HELLO), HtmlRead)
    finally:
        read.close()


def test_memory_is_bounded(made: Callable[..., ContentProcesses], tmp_path: Path) -> None:
    """88 kB of HTML that grow to gigabytes are refused, and the process of the next job is well."""
    html = "<p>" + "".join(f"<font color=#{n:06x}>" for n in range(390)) + "</p>" + "<p>x" * 20_000
    read = made()
    job = ReadHtml(html, Want.READ)
    began = time.monotonic()
    with contextlib.suppress(TooComplex):
        read(job)
    assert time.monotonic() - began < 60
    assert isinstance(read(HELLO), HtmlRead)
    assert len(key_of(encode_job(job))) == 32


def test_each_of_two_processes_has_a_log_of_its_own_and_one_that_was_ended_is_no_trouble(
    made: Callable[..., ContentProcesses], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    read = made(MOCK, name="content-pictures", most=2)

    def read_slowly() -> None:
        with contextlib.suppress(TooComplex):
            read(code("time.sleep(3)"))

    busy = threading.Thread(target=read_slowly, daemon=True)
    busy.start()
    wait_until(lambda: read.pids)
    told = "import os\nframes.write_frame(sink, *encode_answer(HtmlRead(text=os.environ['MAILWRIGHT_LOG_NAME'])))"
    answer = read(code(told))
    read.close()
    busy.join(PATIENCE)
    assert isinstance(answer, HtmlRead)
    assert answer.text == "content-pictures-2"
    assert not [record for record in caplog.records if record.levelname == "WARNING"]
