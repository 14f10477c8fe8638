"""What the content process is asked and what it answers: plain data of declared types, which the receiver checks.

An answer comes in pieces, because decoding holds Python's lock: a large body in one piece would stop the window's keys.
No pickles: a process in which hostile content may have done harm must not choose the code that its reader runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

import msgspec

from app.core.text import mend_surrogates
from app.domain.blocks import Block
from app.domain.message import Content, Header
from app.domain.message_kind import MessageKind
from app.domain.recipient import Recipient

PICTURES: Final = "pictures"
"""The argument of the process that decodes pictures."""
VERSION: Final = 1
"""Raised when the same content is read in another way: what was found out about it before does not hold then."""
LARGEST_JOB: Final = 256 << 20
"""Bytes of a job: a message in a file, of at most 150 MB."""
LARGEST_PIECE: Final = 256 << 20
_PIECE: Final = 128 << 10
"""Bytes of blocks in one piece, about: decoding it takes some two milliseconds."""


class TooComplex(Exception):
    """Content was not read: it would take, or took, more time, memory or room than any message needs."""


class Unavailable(TooComplex):
    """No process came up that could have read it, as after an upgrade of the program's files."""


class Remote(Enum):
    """What becomes of pictures that lie elsewhere: a link in their place, or kept, where the message is one's own.

    A message of one's own that is quoted keeps its pictures too, but not those that are there to count its readers.
    """

    LINKED = "linked"
    KEPT = "kept"
    QUOTED = "quoted"


class Want(Enum):
    """What is made of HTML. The first four take any HTML, and make it safe first; the other takes safe HTML."""

    CLEAN = "clean"
    """`html`, and in `remote` how many pictures lie elsewhere."""
    READ = "read"
    """`blocks` to be shown, `text`, and `remote`."""
    EDIT = "edit"
    """`blocks`, `base` and `quote` of a body for the editor."""
    INSERT = "insert"
    """`blocks` to be put into another body."""
    SHOW = "show"
    """`blocks` that are only shown."""


class ReadHtml(msgspec.Struct, frozen=True, tag="html"):
    """Read HTML."""

    html: str
    want: Want
    remote: Remote = Remote.LINKED


class ReadFile(msgspec.Struct, frozen=True, tag="file"):
    """Read the bytes of a message in a file (.eml). `unnamed` is what a message within it is called without a name."""

    raw: bytes
    unnamed: str = "message"


class SignatureSource(Enum):
    """What a signature is read from: a file of HTML or of text that is nothing else, or a message with one in it."""

    FILE = "file"
    TEXT = "text"
    MESSAGE = "message"


class ReadSignature(msgspec.Struct, frozen=True, tag="signature"):
    """Read a signature in the encoding that `raw` says it has. `pictures` are by the addresses that it names them by;
    each is written out in it (data:).
    """

    raw: bytes
    pictures: dict[str, bytes]
    source: SignatureSource


WIDEST: Final = 1600
"""Pixels: no picture is shown from a wider or higher one than this."""
MOST_PIXELS: Final = 17_000_000
"""Pixels of a picture as its file says; a larger one is not read."""
LARGEST_PICTURE: Final = 100_000_000
"""Bytes of the file of a picture that is read."""


class ReadPicture(msgspec.Struct, frozen=True, tag="picture"):
    """Decode a picture of at most `most_pixels`, and give it at most `most_width` pixels wide and high."""

    data: bytes
    most_width: int = WIDEST
    most_pixels: int = MOST_PIXELS


Job = ReadHtml | ReadFile | ReadPicture | ReadSignature


class HtmlRead(msgspec.Struct, frozen=True, tag="html"):
    """What was made of HTML; what was not asked for is empty."""

    blocks: tuple[Block, ...] = ()
    html: str = ""
    text: str = ""
    base: str = ""
    quote: str = ""
    remote: int = 0
    reduced: bool = False
    """The HTML was more than any message needs: only its visible text is here."""


class Enclosed(msgspec.Struct, frozen=True):
    """What was attached in a file. `content_id` is empty for what is not shown inside the text."""

    name: str
    content_type: str
    data: bytes
    content_id: str = ""


class MailRead(msgspec.Struct, frozen=True, tag="file"):
    """A message as it stands in a file.

    `draft` says that it calls itself a draft (X-Unsent). `author` is whom From names, `sent` when it was sent (seconds,
    0 for unknown), `headers` are as they came. `kind` says whether it can be answered here.
    """

    content: Content
    enclosed: tuple[Enclosed, ...] = ()
    draft: bool = False
    author: Recipient | None = None
    sent: float = 0.0
    headers: tuple[Header, ...] = ()
    kind: MessageKind = MessageKind.MESSAGE


class NoMessage(msgspec.Struct, frozen=True, tag="none"):
    """The bytes are no message."""


class PictureRead(msgspec.Struct, frozen=True, tag="picture"):
    """A picture, row by row: four bytes for each pixel, as QImage has them (0xAARRGGBB, premultiplied)."""

    width: int
    height: int
    pixels: bytes
    opaque: bool


class NoPicture(msgspec.Struct, frozen=True, tag="no-picture"):
    """The bytes are no picture, or a larger one than was asked for."""


class SignaturePart(msgspec.Struct, frozen=True):
    """A signature, safe; or the end of a message that may be one. `words` are its text, `line` where it begins."""

    html: str
    words: str
    line: str


class SignatureRead(msgspec.Struct, frozen=True, tag="signature"):
    """The signature that was found, as the only one of `parts`; else each end of the message that may be one, longest
    first. `is_plain` says that it has nothing but its words.
    """

    parts: tuple[SignaturePart, ...] = ()
    found: bool = False
    is_plain: bool = False


class ReadFailed(msgspec.Struct, frozen=True, tag="failed"):
    """The content was too much. `why` is the name of the bound or of the error, never a word of the content."""

    why: str


Answer = HtmlRead | MailRead | NoMessage | PictureRead | NoPicture | SignatureRead | ReadFailed


def fits(answer: Answer, job: Job) -> bool:
    """Return whether an answer is one to this job, and a picture has the pixels that it says."""
    match job:
        case ReadHtml():
            return isinstance(answer, HtmlRead)
        case ReadFile():
            return isinstance(answer, MailRead | NoMessage)
        case ReadSignature():
            return isinstance(answer, SignatureRead)
        case ReadPicture():
            if isinstance(answer, PictureRead):
                sides = (answer.width, answer.height)
                in_bounds = min(sides) > 0 and max(sides) <= job.most_width
                return in_bounds and len(answer.pixels) == 4 * answer.width * answer.height
            return isinstance(answer, NoPicture)


class BlocksPiece(msgspec.Struct, frozen=True, tag="piece"):
    """Blocks that come before those of the answer that follows."""

    blocks: tuple[Block, ...]


_encoder: Final = msgspec.msgpack.Encoder()
_jobs: msgspec.msgpack.Decoder[Job] = msgspec.msgpack.Decoder(Job)
_pieces: msgspec.msgpack.Decoder[BlocksPiece | Answer] = msgspec.msgpack.Decoder(BlocksPiece | Answer)


def encode_job(job: Job) -> bytes:
    """Return a job as it goes over the pipe. Halves of pairs, which no encoding has, become U+FFFD."""
    if isinstance(job, ReadHtml):
        job = msgspec.structs.replace(job, html=mend_surrogates(job.html))
    return _encoder.encode(job)


def decode_job(frame: bytes) -> Job:
    """Return the job in a frame. Raises msgspec.ValidationError."""
    return _jobs.decode(frame)


def key_of(frame: bytes) -> str:
    """Return the name of an encoded job: the same content asked in the same way has the same one."""
    from hashlib import blake2b

    return blake2b(frame, digest_size=16, person=b"job %d" % VERSION).hexdigest()


def encode_answer(answer: Answer) -> Iterator[bytes]:
    """Yield an answer in pieces, its last blocks with the rest."""
    if isinstance(answer, HtmlRead):
        waiting: list[Block] = []
        size = 0
        for block in answer.blocks:
            waiting.append(block)
            size += len(_encoder.encode(block))
            if size > _PIECE:
                yield _encoder.encode(BlocksPiece(tuple(waiting)))
                waiting, size = [], 0
        answer = msgspec.structs.replace(answer, blocks=tuple(waiting))
    yield _encoder.encode(answer)


class AnswerReader:
    """Puts an answer together from its pieces."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self._blocks: list[Block] = []

    def take_frame(self, frame: bytes) -> Answer | None:
        """Take in one frame; return the answer once it is whole. Raises ValueError for what is not in our form."""
        piece = _pieces.decode(frame)
        if isinstance(piece, BlocksPiece):
            self._blocks.extend(piece.blocks)
            return None
        if isinstance(piece, HtmlRead) and self._blocks:
            return msgspec.structs.replace(piece, blocks=(*self._blocks, *piece.blocks))
        return piece
