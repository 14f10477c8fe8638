"""Has the words of long HTML read in a thread, before messages are compared by them in the window's."""

from __future__ import annotations

from app.core.background import run_in_thread
from app.domain.message import BodyFormat, Content
from app.domain.same_message import LONG, visible_words


async def read_long_words(*contents: Content | None) -> None:
    """Read what is long of these; comparing them afterwards (`domain/same_message.py`) finds it read."""
    long = [one for one in contents if one is not None and one.body_format is BodyFormat.HTML and len(one.body) > LONG]
    if long:
        await run_in_thread(lambda: [visible_words(one) for one in long])
