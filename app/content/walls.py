"""Walls around the content process: from here on it has its pipes, its memory and the processor, and nothing else.

What each system gives stands in docs/security.md. On Linux no file, socket or pipe can be opened any more, and no path
renamed or removed; there and on macOS memory and processor time are bounded. On Windows a job object bounds memory and
processes; it was written on Linux and has not run yet.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from typing import Final

MEMORY: Final = 1 << 30
"""Bytes of address space, some 300 MB of which are libraries. Reading the largest message takes less."""
SECONDS_OF_A_JOB: Final = 10
"""Processor time that one job may take; a message of 1 MB takes half of one."""

_CREATE_RULESET: Final = 444
_RESTRICT_SELF: Final = 446
_VERSION: Final = 1
_NO_NEW_PRIVILEGES: Final = 38
_FILES: Final = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
"""Every access to files that each version of Landlock's interface can forbid (linux/landlock.h)."""
_NETWORK: Final = 0x3
"""Binding and connecting by TCP, from version 4 on."""


def confine() -> None:
    """Build the walls that this system has. What it lacks is left out: the parent's deadline holds everywhere."""
    if sys.platform == "win32":
        from app.content.job_object import confine_by_job

        confine_by_job(ctypes.windll.kernel32, MEMORY)
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # no process more; root is not held by it
    if sys.platform == "linux":
        _forbid_paths()
    _forbid_descriptors()


def bound_next_job() -> None:
    """Give the next job its processor time, and no more: beyond it the system ends this process."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (spent + SECONDS_OF_A_JOB + 1, hard))


def _forbid_descriptors() -> None:
    """Let no descriptor be opened any more: neither a file nor a socket, a pipe or a folder.

    The limit is the lowest number that is free, and those below are taken. Root is held by it too.
    """
    import resource

    free = os.dup(0)
    os.close(free)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, free))


def _forbid_paths() -> None:
    """Forbid every access by path with Landlock (three calls of the system; no rule allows anything)."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return  # a kernel without it, or with it switched off
    handled = _FILES.get(version, _FILES[5])
    attributes = struct.pack("=QQ", handled, _NETWORK if version >= 4 else 0)
    size = 16 if version >= 4 else 8
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.c_char_p(attributes), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.syscall(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
