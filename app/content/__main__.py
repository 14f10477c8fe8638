"""Start of a content process: `python -m app.content`, or the installed program with `--content`.

With the argument `pictures` it is the one that decodes pictures, and loads Qt for it.

A job in, an answer in pieces out, one after the other; the end of the input is the end of the process. All that a job
may need is loaded first, because nothing can be opened once the walls stand.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from app.content.jobs import (
    LARGEST_JOB,
    PICTURES,
    Answer,
    ReadFailed,
    ReadFile,
    ReadHtml,
    ReadPicture,
    ReadSignature,
    SignatureSource,
    TooComplex,
    Want,
    decode_job,
    encode_answer,
)
from app.core import frames
from app.core.child_side import pipes

_EVERYTHING = """<style>p{color:red}</style><p style="color:red">a<img src="cid:a" alt="b"><a href="https://a.example/">b</a>
<ul><li>a</li></ul><table><tr><td>a</td></tr></table><blockquote>a</blockquote>"""


DEPTH = 4_000
"""Calls within calls: elements may stand 400 deep in each other, and each of them takes a few."""


def load() -> None:
    """Load what jobs need, each decoder of text too."""
    import encodings
    import importlib
    import pkgutil

    from app.content.work import perform

    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in {"mbcs", "oem"}:  # of Windows alone
            importlib.import_module(f"encodings.{module.name}")
    for want in Want:
        perform(ReadHtml(_EVERYTHING, want))
    for source in SignatureSource:
        perform(ReadSignature(_EVERYTHING.encode(), {}, source))
    perform(ReadFile(b"Subject: =?utf-8?q?a?=\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\na"))


def load_pictures() -> None:
    """Load what decoding needs: Qt, and its reader of each format."""
    # Qt would start threads to make a picture smaller, which need descriptors of their own.
    os.environ["QT_NO_GUI_THREADPOOL"] = "1"
    from app.content.pictures import samples
    from app.content.work import perform

    for sample in samples():
        perform(ReadPicture(sample))


def answer(frame: bytes) -> Answer:
    """Return the answer to one job; what fails is told by the name of its error, and never by a word of the content."""
    from app.content.work import perform

    try:
        return perform(decode_job(frame))
    except TooComplex:
        return ReadFailed("TooComplex")
    except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001 - hostile content brings about any of them
        return ReadFailed(type(error).__name__)


def main(arguments: Sequence[str] = ()) -> int:
    """Answer until the window closes the pipe."""
    with pipes("content") as (source, sink):
        from app.content.walls import bound_next_job, confine

        sys.setrecursionlimit(DEPTH)
        if PICTURES in arguments:
            load_pictures()
        else:
            load()
        confine()
        frames.write_frame(sink, b"")  # ready
        while True:
            bound_next_job()
            frame = frames.read_frame(source, LARGEST_JOB)
            if frame is None:
                return 0
            for piece in encode_answer(answer(frame)):
                frames.write_frame(sink, piece)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
