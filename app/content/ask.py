"""Asks for content to be read, by whatever reads it in this process: a child process, once the program has one.

Until `use` was called it is read in the caller's own thread, for tools and tests that start no processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, overload

if TYPE_CHECKING:
    from app.content.jobs import (
        Answer,
        HtmlRead,
        Job,
        MailRead,
        NoMessage,
        NoPicture,
        PictureRead,
        ReadFile,
        ReadHtml,
        ReadPicture,
        ReadSignature,
        SignatureRead,
    )


class ContentReader(Protocol):
    """What reads content. It may take seconds, and is called off the window's thread."""

    def __call__(self, job: Job) -> Answer:
        """Return the answer to a job. Raises TooComplex."""
        ...


def _read_here(job: Job) -> Answer:
    from app.content.jobs import TooComplex
    from app.content.work import perform

    try:
        return perform(job)
    except (MemoryError, RecursionError):
        raise TooComplex from None


_reader: ContentReader = _read_here


def use(reader: ContentReader | None) -> None:
    """Let `reader` read what is asked for from now on; None is this very process."""
    global _reader  # noqa: PLW0603 - a process has one; handing it through forty callers would hide what they do
    _reader = reader or _read_here


@overload
def read_content(job: ReadHtml) -> HtmlRead: ...
@overload
def read_content(job: ReadFile) -> MailRead | NoMessage: ...
@overload
def read_content(job: ReadPicture) -> PictureRead | NoPicture: ...
@overload
def read_content(job: ReadSignature) -> SignatureRead: ...
def read_content(job: Job) -> Answer:
    """Return the answer to a job. Raises TooComplex, also where the answer is not one to this job."""
    from app.content.jobs import TooComplex, fits

    answer = _reader(job)
    if not fits(answer, job):
        raise TooComplex
    return answer
