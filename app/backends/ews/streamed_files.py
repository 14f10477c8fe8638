"""Requests and replies that stream files.

The envelope is made with a token where each file belongs. What is sent is the text between the tokens and the files in
their place; its length is known beforehand, so that no server has to take chunked bodies, which not all do.

What is written is whole or it is not there: a reply that is cut, or that is no base64, leaves no file.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from lxml import etree

from app.backends.ews.xml import Element, T, Unreadable

UPLOAD_PIECE = 48 * 1024
"""Bytes read at once; divisible by three, so that no padding comes within."""


LARGEST_DOWNLOAD: Final = 1 << 30
"""Bytes of a file whose size is not known; Exchange takes 150 MB."""


def most_of(size: int) -> int:
    """Return how many bytes a file may have of which the server told `size`: it is told about, and MIME is longer."""
    return 3 * size + (4 << 20) if size else LARGEST_DOWNLOAD


class FileChanged(Exception):
    """A file is not what it was when its length was sent: the request was not sent whole."""


@dataclass(frozen=True)
class FilePart:
    """One open file, and the bytes that it is to have."""

    file: BinaryIO
    size: int

    @property
    def length(self) -> int:
        """The length of its base64 text."""
        return 4 * ((self.size + 2) // 3)


class UploadBody:
    """A body of bytes and files, as requests, urllib3 and NTLM's replay want one: read, seek to its beginning, length.

    `on_bytes` gets how many bytes of the files have been handed out, each time some were.
    """

    def __init__(self, parts: Sequence[bytes | FilePart], on_bytes: Callable[[int], None]) -> None:
        """Hold `parts`, in order."""
        self._parts = parts
        self._on_bytes = on_bytes
        self._length = sum(len(part) if isinstance(part, bytes) else part.length for part in parts)
        self._rewind()

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(UPLOAD_PIECE):
            yield piece

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, none at the end, after which it begins anew. Raises FileChanged.

        requests_ntlm 1.3 sends a request three times, and goes back to the body's beginning before the second alone.
        """
        wanted = self._length if size < 0 else size
        while len(self._ready) < wanted and (piece := next(self._pieces, b"")):
            self._ready += piece
        given = bytes(self._ready[:wanted])
        del self._ready[:wanted]
        self._given += len(given)
        if not given and wanted:
            self._rewind()
        return given

    def tell(self) -> int:
        """Return how many bytes were handed out."""
        return self._given

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go back to the beginning, or to the end; nowhere else. Raises OSError for that."""
        places = {io.SEEK_SET: 0, io.SEEK_CUR: self._given, io.SEEK_END: self._length}
        place = places[whence] + offset
        if place <= 0:
            self._rewind()
        elif place != self._given:
            raise OSError("a body being sent can only be begun anew")
        return self._given

    def _rewind(self) -> None:
        self._given = 0
        self._ready = bytearray()
        self._pieces = self._read_parts()

    def _read_parts(self) -> Iterator[bytes]:
        sent = 0
        for part in self._parts:
            if isinstance(part, bytes):
                if part:
                    yield part
                continue
            part.file.seek(0)
            left = part.size
            while left:
                piece = part.file.read(min(UPLOAD_PIECE, left))
                if not piece:
                    raise FileChanged
                while len(piece) % 3 and len(piece) < left:
                    more = part.file.read(min(3 - len(piece) % 3, left - len(piece)))
                    if not more:
                        raise FileChanged
                    piece += more
                left -= len(piece)
                sent += len(piece)
                self._on_bytes(sent)
                yield base64.b64encode(piece)
            if os.fstat(part.file.fileno()).st_size != part.size:
                raise FileChanged


def split_at(content: bytes, places: Sequence[tuple[bytes, FilePart]]) -> list[bytes | FilePart]:
    """Return `content` with each token exchanged for its file."""
    parts: list[bytes | FilePart] = []
    for token, part in places:
        before, _, content = content.partition(token)
        parts += [before, part]
    return [*parts, content]


DOWNLOAD_PIECE: Final = 64 * 1024
"""Bytes that are taken from the connection at once."""
_CONTENT: Final = f"{{{T}}}Content"
_HELD: Final = frozenset({_CONTENT, f"{{{T}}}MimeContent"})
_SPACE: Final = str.maketrans("", "", " \t\r\n")


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
        assert self._file is not None  # noqa: S101 - it was begun
        if self.size + len(data) > self.most:
            raise Unreadable("more than was told of it")
        with _writing():
            self._file.write(data)
        self.size += len(data)
        self._on_bytes(self.size)


class _Aside:
    """A target of lxml's parser that builds the tree of a reply, with the file in it put aside.

    What the file raises is kept: for an error in a target, lxml says no more than that the reply cannot be parsed.
    """

    def __init__(self, file: NewFile) -> None:
        self._tree, self._file = etree.TreeBuilder(), file
        self._taken = self._within = False
        self.failed: Unwritable | Unreadable | None = None

    def start(self, tag: str | bytes, attrib: dict[str | bytes, str | bytes]) -> None:
        self._tree.start(tag, attrib)
        if tag in _HELD and not self._taken:
            self._taken = self._within = True
            if tag == _CONTENT:
                self._try(self._file.begin)  # a file may be empty; a message that is has no MIME

    def data(self, data: str | bytes) -> None:
        if self._within:
            self._try(lambda: self._file.write_base64(str(data)))
        else:
            self._tree.data(data)

    def end(self, tag: str | bytes) -> None:
        if self._within and tag in _HELD:
            self._within = False
            self._try(self._file.end)
        self._tree.end(tag)

    def comment(self, text: str | bytes) -> None:
        """Pass over what says nothing."""

    def close(self) -> Element:
        root: Element = self._tree.close()
        return root

    def _try(self, act: Callable[[], None]) -> None:
        if self.failed is None:
            try:
                act()
            except (Unwritable, Unreadable) as error:
                self.failed = error


def read_aside(pieces: Iterable[bytes], file: NewFile) -> Element:
    """Return the reply that comes in `pieces`, without what `file` took of it. Raises Unreadable, Unwritable."""
    target = _Aside(file)
    parser = etree.XMLParser(target=target, resolve_entities=False, no_network=True, huge_tree=True)
    try:
        for piece in pieces:
            parser.feed(piece)
            if target.failed is not None:
                raise target.failed
        root: Element = parser.close()
    except (etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise Unreadable(type(error).__name__) from error
    if target.failed is not None:
        raise target.failed
    return root


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
