"""Frames in a pipe between two processes of the program: four bytes of length (big-endian), and so many bytes."""

from __future__ import annotations

import struct
from typing import IO, Final

_LENGTH: Final = struct.Struct(">I")


def write_frame(pipe: IO[bytes], content: bytes) -> None:
    """Write one frame and flush. Raises OSError when the other side is gone."""
    pipe.write(_LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def read_frame(pipe: IO[bytes], largest: int) -> bytes | None:
    """Return the next frame's content, None at the end of the pipe. Raises ValueError for more than `largest` bytes."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > largest:
        raise ValueError("a frame longer than any of ours")
    content = pipe.read(length)
    return content if len(content) == length else None
