"""Files on their way: what is to be attached, and what comes, written whole or not at all, for its owner alone."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from app.backends.net.http_errors import Unreadable
from app.core.i18n import tr
from app.domain.message import Field, NewAttachment, Stage
from app.domain.writable_fields import refuse_fields, set_fields

_SPACE: Final = str.maketrans("", "", " \t\r\n")

LARGEST_DOWNLOAD: Final = 1 << 30
"""Bytes of a file whose size is not known; Exchange takes 150 MB."""


def most_of(size: int) -> int:
    """Return how many bytes a file may have of which the server told `size`: it is told about, and MIME is longer."""
    return 3 * size + (4 << 20) if size else LARGEST_DOWNLOAD


class Unwritable(Exception):
    """The file cannot be written; why is in the words of the system."""


class NewFile:
    """A new file at `path` that its owner alone may read. `on_bytes` gets how many bytes have come."""

    def __init__(
        self, path: str, on_bytes: Callable[[int], None] = lambda _: None, most: int = LARGEST_DOWNLOAD
    ) -> None:
        """Make nothing yet. `most` is how many bytes it may have."""
        self._path, self._on_bytes, self.most = path, on_bytes, most
        self._file: BinaryIO | None = None
        self._rest = ""
        self.size = 0

    def begin(self) -> None:
        """Make the file. Raises Unwritable, also where there is one."""
        with _writing():
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            self._file = os.fdopen(descriptor, "wb")

    def write_base64(self, text: str) -> None:
        """Write what base64 stands for, as far as it can be read yet. Raises Unwritable, Unreadable."""
        self._rest += text.translate(_SPACE)
        whole = len(self._rest) & ~3
        ready, self._rest = self._rest[:whole], self._rest[whole:]
        self._write(ready)

    def end(self) -> None:
        """Close the file; all has come. Raises Unwritable, Unreadable."""
        self._write(self._rest)
        self._rest = ""
        if self._file is not None:
            with _writing():
                self._file.close()

    def remove(self) -> None:
        """Leave no file that was begun here."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            with contextlib.suppress(OSError):
                os.unlink(self._path)  # noqa: PTH108 - pathlib would be imported for this alone

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._file is None:
            self.begin()
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Unreadable("no base64") from error
        self.write(data)

    def write(self, data: bytes) -> None:
        """Write what comes next. Raises Unwritable, Unreadable."""
        assert self._file is not None  # noqa: S101 - it was begun
        if self.size + len(data) > self.most:
            raise Unreadable("more than was told of it")
        with _writing():
            self._file.write(data)
        self.size += len(data)
        self._on_bytes(self.size)


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unwritable(error.strerror or type(error).__name__) from error


_HIDDEN: Final = frozenset({b"bcc", b"resent-bcc"})
_LINE: Final = 64 * 1024
"""Bytes of a line of the head that are read at once."""


def leave_out_bcc(path: str) -> None:
    """Take the fields that name those in Bcc out of the head of the message in a file. Raises OSError.

    A server's MIME of what one sent has them; whoever gets it as an attachment is not to read them.
    """
    with _exchanged(path) as (source, target):
        hidden, begins = False, True
        while (line := source.readline(_LINE)).strip(b"\r\n") or (line and not begins):
            if begins and line[:1] not in {b" ", b"\t"}:
                hidden = line.partition(b":")[0].strip().lower() in _HIDDEN
            if not hidden:
                target.write(line)
            begins = line.endswith(b"\n")
        target.write(line)
        _pour(source, target)


def say_unsent(path: str) -> None:
    """Let the message in a file say of itself that it is a draft: X-Unsent, as Outlook reads it. Raises OSError."""
    with _exchanged(path) as (source, target):
        target.write(b"X-Unsent: 1\r\n")
        _pour(source, target)


def _pour(source: BinaryIO, target: BinaryIO) -> None:
    while part := source.read(1 << 20):
        target.write(part)


@contextlib.contextmanager
def _exchanged(path: str) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Read the file at `path`, and put what is written meanwhile in its place, whole or not at all."""
    fresh = f"{path}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with open(path, "rb") as source, os.fdopen(descriptor, "wb") as target:  # noqa: PTH123 - as in NewFile
            yield source, target
        os.replace(fresh, path)  # noqa: PTH105 - as above
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(fresh)  # noqa: PTH108 - as above
        raise


class FileChanged(Exception):
    """A file is not what it was when its length was sent: the request was not sent whole."""


def problem_of(attachment: NewAttachment) -> str | None:
    """Return why `attachment` cannot be sent, None where it can."""
    if attachment.message is not None:
        return refuse_fields(attachment.message, set_fields(attachment.message) - {Field.HEADERS}, Stage.NEW)
    try:
        with open(attachment.path, "rb") as file:  # noqa: PTH123 - whether it can be read is asked of the system
            os.fstat(file.fileno())
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        return tr("“{name}” cannot be read ({why}).", name=attachment.name, why=why)
    return None


def size_of(attachment: NewAttachment) -> int:
    """Return the bytes of its file, 0 for a message and for what is gone meanwhile."""
    if attachment.message is not None:
        return 0
    try:
        return os.stat(attachment.path).st_size  # noqa: PTH116 - as above
    except OSError:
        return 0
