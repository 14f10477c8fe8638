"""The log says what happened and where, and never a word of what people write."""

from __future__ import annotations

import faulthandler
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.core import log

SECRET = "hunter2 to anna@example.org"
ours = logging.getLogger("app.tests")
theirs = logging.getLogger("a.library")


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """What ends the log, and returns all that was written."""
    monkeypatch.setenv("MAILWRIGHT_LOGS", "")
    monkeypatch.delenv("MAILWRIGHT_DEBUG", raising=False)
    monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)
    watched = faulthandler.is_enabled()
    log.choose_place(tmp_path, debug=False)
    end = log.begin("test")
    ended: list[str] = []

    def written() -> str:
        if not ended:
            end()
            ended.extend(file.read_text("utf-8") for file in sorted((tmp_path / log.FOLDER).iterdir()))
        return "".join(ended)

    yield written
    written()
    if watched:
        faulthandler.enable()


def test_our_own_lines_are_written_with_time_level_and_name(begun: Callable[[], str]) -> None:
    ours.info("send of %s: %s", "abc", "NoError")
    ours.debug("not without --debug")
    text = begun()
    assert "INFO" in text
    assert "app.tests: send of abc: NoError" in text
    assert "not without" not in text


def test_an_exception_is_written_by_its_place_and_without_its_words(begun: Callable[[], str]) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        ours.exception("it failed")
        ours.warning("it failed: %s", error)
    text = begun()
    assert text.count("ValueError") == 2
    assert "in test_an_exception_is_written" in text
    assert SECRET not in text


@pytest.mark.parametrize(
    ("message", "args"),
    [
        pytest.param(ValueError(SECRET), (), id="an exception for a message"),
        pytest.param("it failed: %s", ([ValueError(SECRET)],), id="in a list"),
        pytest.param("it failed: %s", ({"error": ValueError(SECRET)},), id="in a mapping"),
        pytest.param("it failed: %s", (SimpleNamespace(subject=SECRET),), id="an object that tells its fields"),
        pytest.param("it failed: %(error)s", ({"error": ValueError(SECRET)},), id="by name"),
    ],
)
def test_whatever_is_logged_its_words_stay_out(begun: Callable[[], str], message: object, args: tuple[object]) -> None:
    ours.warning(message, *args)
    text = begun()
    assert "WARNING" in text
    assert SECRET not in text


def test_of_other_libraries_only_the_place_is_written(begun: Callable[[], str]) -> None:
    theirs.error("Authorization: %s", SECRET)
    text = begun()
    assert "a.library: test_log.py:" in text
    assert SECRET not in text


def test_the_files_are_their_owners_alone_and_rotate(
    begun: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40_000):
        ours.info("a line of no more than some hundred characters, as most of them are: %s %s", number, "x" * 60)
    begun()
    files = sorted((tmp_path / log.FOLDER).glob("test.log*"))
    assert [file.name for file in files] == ["test.log", "test.log.1", "test.log.2", "test.log.3"]
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / log.FOLDER).iterdir())
    assert (tmp_path / log.FOLDER).stat().st_mode & 0o077 == 0
    assert max(file.stat().st_size for file in files) <= 1_000_000


def test_a_folder_that_cannot_be_written_keeps_nobody_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILWRIGHT_LOGS", "")
    (tmp_path / "file").write_text("no folder")
    log.choose_place(tmp_path / "file", debug=False)
    end = log.begin("test")
    ours.warning("nowhere to go")
    end()


def test_without_a_place_nothing_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILWRIGHT_LOGS", raising=False)
    handlers = list(logging.getLogger().handlers)
    end = log.begin("test")
    assert logging.getLogger().handlers == handlers
    end()


CRASH = """
import ctypes
from app.core import log
log.begin("child")
ctypes.string_at(0)
"""


def test_a_crash_of_the_interpreter_leaves_its_place_and_the_next_run_says_so(tmp_path: Path) -> None:
    environment = os.environ | {"MAILWRIGHT_LOGS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", CRASH], check=False, env=environment, capture_output=True)
    assert done.returncode != 0
    assert "string_at" in (tmp_path / "child-crash.txt").read_text("utf-8")
    again = "from app.core import log; log.begin('child')()"
    said = subprocess.run([sys.executable, "-c", again], check=True, env=environment, capture_output=True, text=True)
    assert "the run before crashed: see child-crash.last.txt" in (tmp_path / "child.log").read_text("utf-8")
    assert said.stderr == ""
    assert "string_at" in (tmp_path / "child-crash.last.txt").read_text("utf-8")
    assert (tmp_path / "child-crash.txt").read_text("utf-8") == ""


def test_debug_tells_all_and_on_standard_error_too(tmp_path: Path) -> None:
    program = (
        "import logging, app.core.log as log; end = log.begin('c'); logging.getLogger('app.x').debug('deep'); end()"
    )
    environment = os.environ | {"MAILWRIGHT_LOGS": str(tmp_path), "MAILWRIGHT_DEBUG": "1"}
    done = subprocess.run([sys.executable, "-c", program], check=True, env=environment, capture_output=True, text=True)
    assert "app.x: deep" in done.stderr
    assert "app.x: deep" in (tmp_path / "c.log").read_text("utf-8")
