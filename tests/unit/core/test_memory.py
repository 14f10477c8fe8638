"""Memory that was freed goes back to the system, where the allocator can be asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.core import memory

_SCRIPT = """
import ctypes, pathlib
from app.core.memory import give_back
def held():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
allocate, free = ctypes.CDLL(None).malloc, ctypes.CDLL(None).free
allocate.restype, free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
pieces = [allocate(2_000) for _ in range(50_000)]
for piece in pieces:
    ctypes.memset(piece, 1, 2_000)
last = allocate(2_000)
for piece in pieces:
    free(piece)
before = held()
give_back()
print(before - held())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be asked")
def test_small_pieces_that_were_freed_go_back() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 50_000, "kilobytes, of a hundred thousand"


def test_another_c_library_is_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_malloc_trim", lambda: None)
    memory.give_back()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says it in one file")
def test_what_the_process_holds_is_known() -> None:
    before = memory.resident()
    more = bytearray(b"x" * 50_000_000)
    assert memory.resident() > before + 40_000_000
    assert len(more) == 50_000_000


def test_a_system_that_does_not_say_it_holds_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(memory, "_HELD", tmp_path / "none")
    assert memory.resident() == 0
