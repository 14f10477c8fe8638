"""Requests and replies that stream files.

The envelope is made with a token where each file belongs. What is sent is the text between the tokens and the files in
their place; its length is known beforehand, so that no server has to take chunked bodies, which not all do.

What is written is whole or it is not there: a reply that is cut, or that is no base64, leaves no file.
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from lxml import etree

from app.backends.ews.xml import Element, T
from app.backends.net.files import FileChanged, NewFile, Unwritable
from app.backends.net.http_errors import Unreadable

UPLOAD_PIECE = 48 * 1024
"""Bytes read at once; divisible by three, so that no padding comes within."""


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
