"""Another person's words as the beginning of a message of one's own."""

from __future__ import annotations

import msgspec

from app.domain.message import BodyFormat, Content, written_anew
from app.domain.record import Whose


def anew_of(content: Content, sent: float) -> tuple[Content, Whose]:
    """Return a message with the same words and nobody to go to, and whose words they are. Pure work, for a thread.

    Its recipients and its address for answers were chosen by the author: one key must not send the words there, in the
    name of this person. It has no place in the author's conversation, and nothing in it fetches or runs anything.
    """
    whose = Whose(content.sender, sent, content.to, content.cc)
    fresh = written_anew(content)
    options = msgspec.structs.replace(fresh.options, reply_to=())
    fresh = msgspec.structs.replace(fresh, to=(), cc=(), bcc=(), attachments=(), options=options)
    if content.body_format is BodyFormat.HTML:
        from app.services.html.foreign import clean

        fresh = msgspec.structs.replace(fresh, body=clean(content.body))
    return fresh, whose
