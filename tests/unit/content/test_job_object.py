"""The job object of Windows, against a Windows that notes what it is asked for."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from app.content.job_object import ExtendedLimits, confine_by_job


class Windows:
    """Four functions of kernel32; `refuses` names one that fails."""

    def __init__(self, refuses: str = "") -> None:
        self.asked: list[str] = []
        for name in ("CreateJobObjectW", "GetCurrentProcess", "SetInformationJobObject", "AssignProcessToJobObject"):
            setattr(self, name, self._function(name, name != refuses))

    def _function(self, name: str, answer: bool) -> Any:
        def call(*arguments: Any) -> int:
            self.asked.append(name)
            if name == "SetInformationJobObject" and arguments[1] == 9:
                limits = arguments[2]._obj
                self.limits = (limits.basic.flags, limits.basic.active_processes, limits.process_memory)
            return 7 if answer else 0

        return call


def test_the_structure_has_the_size_that_windows_expects() -> None:
    assert ctypes.sizeof(ctypes.c_void_p) == 8
    assert ctypes.sizeof(ExtendedLimits) == 144


def test_the_process_is_held_to_its_memory_and_to_itself() -> None:
    windows = Windows()
    assert confine_by_job(windows, 1 << 30)
    assert windows.asked == [
        "CreateJobObjectW",
        "SetInformationJobObject",
        "SetInformationJobObject",
        "GetCurrentProcess",
        "AssignProcessToJobObject",
    ]
    assert windows.limits == (0x0508, 1, 1 << 30)


@pytest.mark.parametrize("refuses", ["CreateJobObjectW", "SetInformationJobObject", "AssignProcessToJobObject"])
def test_where_windows_refuses_it_is_told(refuses: str) -> None:
    assert not confine_by_job(Windows(refuses), 1 << 30)
