"""What the one module for child processes promises, shown on small children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import IO

import pytest

from app.core.child_process import LINES, ChildProcess, End, Framing, own_program

ROOT = Path(__file__).resolve().parents[3]
POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has no signals")
ON_LINUX = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks into /proc")
ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"
DEAF = "import time; print('here', flush=True); time.sleep(600)"

Line = ChildProcess[bytes, bytes]
Start = Callable[..., Line]


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


@pytest.fixture
def told() -> SimpleQueue[bytes | End]:
    """What children said, and their ends, in the order it was told."""
    return SimpleQueue()


@pytest.fixture
def start(told: SimpleQueue[bytes | End]) -> Iterator[Start]:
    """Start children; each must leave no thread, and whatever a test did, it is gone at the end."""
    made: list[Line] = []

    def start_one(code: str, framing: Framing[bytes, bytes] = LINES, *, command: list[str] | None = None) -> Line:
        command = command or [sys.executable, "-c", code]
        child = Line("test", command, framing, lambda _, line: told.put(line), lambda _, end: told.put(end))
        made.append(child)
        return child

    yield start_one
    for child in made:
        child.kill()
        assert child.join(20)


def test_what_is_said_comes_in_order_and_the_end_once_and_last(start: Start, told: SimpleQueue[bytes | End]) -> None:
    child = start(ECHO)
    for number in range(3):
        child.send(b"%d" % number)
    child.finish()
    assert [told.get() for _ in range(4)] == [b"0\n", b"1\n", b"2\n", End(0, "")]
    child.kill()
    assert child.join(20)
    assert told.empty()


def test_the_end_has_the_exit_status_and_the_last_words(start: Start, told: SimpleQueue[bytes | End]) -> None:
    start("import sys; print('first\\nlast', file=sys.stderr); sys.exit(3)")
    end = told.get()
    assert end == End(3, f"first{os.linesep}last{os.linesep}")
    assert str(end) == "exit code 3"


def test_a_command_that_cannot_be_started_comes_to_an_end(start: Start, told: SimpleQueue[bytes | End]) -> None:
    start("", command=["/nowhere/program"])
    end = told.get()
    assert isinstance(end, End)
    assert end.code is None
    assert str(end).startswith("FileNotFoundError: ")


@POSIX
def test_one_that_is_killed_says_by_what(start: Start, told: SimpleQueue[bytes | End]) -> None:
    child = start(DEAF)
    assert told.get() == b"here\n"
    child.kill()
    assert told.get() == End(-signal.SIGKILL, "")


def test_one_that_is_killed_before_it_was_started_ends_too(start: Start, told: SimpleQueue[bytes | End]) -> None:
    start(DEAF).kill()
    end = told.get()
    while not isinstance(end, End):
        end = told.get()
    assert end.code != 0


@POSIX
def test_what_is_not_in_form_ends_the_child(start: Start, told: SimpleQueue[bytes | End]) -> None:
    def refuse(pipe: IO[bytes]) -> bytes | None:
        raise ValueError(pipe.readline())

    # It would end by itself, and well, if it were waited for.
    start(DEAF.replace("600", "1"), Framing(LINES.write, refuse))
    assert told.get() == End(-signal.SIGKILL, "")


@POSIX
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_the_end_is_told_also_where_a_listener_fails() -> None:
    ends: SimpleQueue[End] = SimpleQueue()

    def fail(_: Line, line: bytes) -> None:
        raise KeyError(line)

    child = Line("test", [sys.executable, "-c", DEAF], LINES, fail, lambda _, end: ends.put(end))
    assert ends.get().code == -signal.SIGKILL
    assert child.join(20)


@POSIX
@pytest.mark.parametrize("seconds", [0.0, 0.1])
def test_one_that_does_not_end_by_itself_is_killed_after_the_patience(
    start: Start, told: SimpleQueue[bytes | End], seconds: float
) -> None:
    child = start(DEAF)
    assert told.get() == b"here\n"
    child.finish(seconds)
    assert told.get() == End(-signal.SIGKILL, "")


@POSIX
def test_one_that_reads_nothing_is_ended_though_the_pipe_is_full(start: Start, told: SimpleQueue[bytes | End]) -> None:
    child = start(DEAF)
    assert told.get() == b"here\n"
    child.send(b"x" * 1_000_000)
    child.end(0.1)
    assert told.get() == End(-signal.SIGKILL, "")


def test_what_is_sent_after_the_end_goes_nowhere(start: Start, told: SimpleQueue[bytes | End]) -> None:
    child = start("")
    assert told.get() == End(0, "")
    assert child.join(20)
    before = child._queue.qsize()
    child.send(b"late")
    assert child._queue.qsize() == before


@ON_LINUX
def test_neither_a_zombie_nor_a_descriptor_stays(start: Start, told: SimpleQueue[bytes | End]) -> None:
    before = sorted(Path("/proc/self/fd").iterdir())
    child = start(DEAF)
    assert told.get() == b"here\n"
    pid = child.pid
    child.end(0)
    assert not Path(f"/proc/{pid}").exists()
    assert sorted(Path("/proc/self/fd").iterdir()) == before


@ON_LINUX
def test_it_inherits_the_three_pipes_alone(start: Start, told: SimpleQueue[bytes | End], tmp_path: Path) -> None:
    with (tmp_path / "open").open("wb") as held:
        os.set_inheritable(held.fileno(), True)
        start(
            "import os\nfor fd in '012': print(os.readlink(f'/proc/self/fd/{fd}'))\nprint(os.listdir('/proc/self/fd'))"
        )
        seen = [told.get() for _ in range(5)]
    assert all(isinstance(line, bytes) and line.startswith(b"pipe:") for line in seen[:3])
    assert seen[3] == b"['0', '1', '2', '3']\n", "the last is the folder that is being listed"


def test_it_finds_this_package_from_any_folder(
    start: Start, told: SimpleQueue[bytes | End], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    start("import app.core; print(app.core.__file__)")
    line = told.get()
    assert isinstance(line, bytes)
    assert Path(line.decode().strip()) == ROOT / "app/core/__init__.py"


def test_a_variable_that_is_set_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SET_BEFORE", "1")
    said: SimpleQueue[bytes] = SimpleQueue()
    code = "import os; print(os.environ['SET_BEFORE'], os.environ['NEW'])"
    added = {"SET_BEFORE": "2", "NEW": "3"}
    child = Line("test", [sys.executable, "-c", code], LINES, lambda _, line: said.put(line), lambda *_: None, added)
    assert said.get() == b"1 3\n"
    child.end(20)


@pytest.mark.parametrize("echo", [False, True])
def test_what_a_child_complains_of_is_seen_where_that_is_wanted(capfd: pytest.CaptureFixture[str], echo: bool) -> None:
    command = [sys.executable, "-c", "import sys; print('a warning', file=sys.stderr)"]
    ends: SimpleQueue[End] = SimpleQueue()
    child = Line("test", command, LINES, lambda *_: None, lambda _, end: ends.put(end), echo=echo)
    assert ends.get() == End(0, f"a warning{os.linesep}")
    assert child.join(20)
    assert capfd.readouterr().err.splitlines() == ["a warning"] * echo


@ON_LINUX
@pytest.mark.parametrize(
    "part",
    [
        ("app.engine", "--engine"),
        ("app.spelling", "--spelling", str(ROOT / "resources/dictionaries")),
        ("app.sandbox", "--sandbox-server", "--die-with-parent"),
    ],
    ids=lambda part: part[0],
)
def test_no_part_of_the_program_outlives_one_that_was_killed(part: tuple[str, ...]) -> None:
    if part[0] == "app.spelling":
        pytest.importorskip("hunspell", reason="Hunspell has no wheel for this system")
    window = (
        "import time\n"
        "from app.core.child_process import LINES, ChildProcess\n"
        f"child = ChildProcess('test', {own_program(*part)!r}, LINES, lambda *_: None, lambda *_: None)\n"
        "while child.pid is None: time.sleep(0.01)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", window], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert runs(pid)
        process.kill()
    while runs(pid):
        time.sleep(0.01)


def test_the_frozen_program_starts_its_parts_by_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_program("app.part", "--part", "x") == [sys.executable, "-P", "-m", "app.part", "x"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_program("app.part", "--part", "x") == [sys.executable, "--part", "x"]


# --- the child's own side --------------------------------------------------------------------------------------------


def test_what_a_child_prints_does_not_reach_the_pipe(start: Start, told: SimpleQueue[bytes | End]) -> None:
    start(
        "import os\nfrom app.core.child_side import pipes\nheld = pipes('x')\nsource, sink = held.__enter__()\n"
        "print('noise', flush=True); os.write(1, b'more\\n')\nsink.write(source.readline()); sink.close()"
    ).send(b"asked")
    assert told.get() == b"asked\n"


@pytest.mark.parametrize("thread", [False, True])
def test_a_defect_is_told_by_its_place_and_never_by_its_words(
    start: Start, told: SimpleQueue[bytes | End], thread: bool
) -> None:
    call = "import threading; t = threading.Thread(target=fail); t.start(); t.join()" if thread else "fail()"
    start(
        "from app.core.child_side import pipes\nheld = pipes('x')\nheld.__enter__()\n"
        f"def fail(): raise ValueError('Dear Anna')\n{call}\nraise SystemExit(1)"
    )
    end = told.get()
    assert isinstance(end, End)
    assert end.code == 1
    assert "defect: ValueError" in end.last_words
    assert "<string>:4 in fail" in end.last_words
    assert "Anna" not in end.last_words


@POSIX
def test_ctrl_c_in_a_terminal_is_the_windows_affair(start: Start, told: SimpleQueue[bytes | End]) -> None:
    child = start(
        "from app.core.child_side import pipes\nheld = pipes('x')\nsource, sink = held.__enter__()\n"
        "sink.write(b'here\\n'); sink.flush(); source.read()"
    )
    assert told.get() == b"here\n"
    assert child.pid is not None
    os.kill(child.pid, signal.SIGINT)
    child.finish()
    assert told.get() == End(0, "")


@pytest.mark.parametrize("part", [["app.engine", ""], ["app.content", ""], ["app.spelling", "", "."]])
def test_no_module_is_taken_from_the_folder_in_which_the_program_was_started(
    start: Start,
    told: SimpleQueue[bytes | End],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    part: list[str],
) -> None:
    for name in ("gettext", "json", "struct", "email", "argparse", "logging", "msgspec"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'taken')!r}, 'w')\nraise SystemExit(7)\n")
    monkeypatch.chdir(tmp_path)
    module, option, *arguments = part
    child = start(
        "", Framing(LINES.write, lambda pipe: pipe.read() or None), command=own_program(module, option, *arguments)
    )
    child.finish()
    while not isinstance(end := told.get(timeout=20), End):
        pass
    assert not (tmp_path / "taken").exists(), end.last_words
