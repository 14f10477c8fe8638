"""The wall of Windows: a job object that holds the content process. Written on Linux, not run on Windows yet.

Source: JOBOBJECT_EXTENDED_LIMIT_INFORMATION and SetInformationJobObject in Microsoft's documentation of Win32.
"""

from __future__ import annotations

import ctypes
from typing import Any, Final

_EXTENDED_LIMITS: Final = 9
_UI_RESTRICTIONS: Final = 4
_ACTIVE_PROCESSES: Final = 0x0008
_PROCESS_MEMORY: Final = 0x0100
_DIE_ON_EXCEPTION: Final = 0x0400
_ALL_OF_THE_DESKTOP: Final = 0x00FF
"""Handles of other windows, clipboard, settings, atoms, desktops and leaving Windows."""


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def confine_by_job(kernel32: Any, memory: int) -> bool:
    """Put this process into a job with `memory` bytes, no second process and nothing of the desktop.

    Return whether Windows did it; without a job the parent's deadline still holds.
    """
    kernel32.CreateJobObjectW.restype = ctypes.c_void_p
    kernel32.GetCurrentProcess.restype = ctypes.c_void_p
    job = kernel32.CreateJobObjectW(None, None)
    if not job:
        return False
    limits = ExtendedLimits()
    limits.basic.flags = _ACTIVE_PROCESSES | _PROCESS_MEMORY | _DIE_ON_EXCEPTION
    limits.basic.active_processes = 1
    limits.process_memory = memory
    desktop = ctypes.c_uint32(_ALL_OF_THE_DESKTOP)
    handle = ctypes.c_void_p(job)
    for kind, what in ((_EXTENDED_LIMITS, limits), (_UI_RESTRICTIONS, desktop)):
        if not kernel32.SetInformationJobObject(handle, kind, ctypes.byref(what), ctypes.sizeof(what)):
            return False
    # The handle stays open: a job lasts as long as its handles and its processes.
    return bool(kernel32.AssignProcessToJobObject(handle, ctypes.c_void_p(kernel32.GetCurrentProcess())))
