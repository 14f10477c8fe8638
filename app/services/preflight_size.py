"""Whether a letter is larger than its own server takes: by what the server said, by what it refused, or by guess."""

from __future__ import annotations

from typing import Final, NamedTuple

from app.core.formatting import size_words
from app.core.i18n import tr
from app.domain.message import Content, Field
from app.domain.problem import Finding, ProblemKind

ASSUMED: Final = 35_000_000
"""Bytes that a server takes of which nothing is known: Exchange's own limit, unless its keepers chose another."""
_BASE64: Final = 4 / 3


class Limit(NamedTuple):
    """What is known of the server, in bytes, 0 for nothing: what it `told`, the least that it `refused`, and what is
    `assumed` of it where neither is known.
    """

    told: int = 0
    refused: int = 0
    assumed: int = ASSUMED


def letter_size(content: Content) -> int:
    """Return about how many bytes a letter has on its way: the text, and attachments as Base64."""
    attached = sum(one.size for one in content.attachments)
    return len(content.body.encode("utf-8", "replace")) + int(attached * _BASE64)


def look_at_size(content: Content, limit: Limit) -> list[Finding]:
    """Return a finding where the letter is likely to be too large. It keeps nothing back: the server decides."""
    size = letter_size(content)
    if limit.refused and size >= limit.refused:
        sentence = tr(
            "Your server refused a message of {limit}; this one has {size}.",
            limit=size_words(limit.refused),
            size=size_words(size),
        )
    elif limit.told and size > limit.told:
        sentence = tr(
            "Your server takes messages up to {limit}; this one has {size}.",
            limit=size_words(limit.told),
            size=size_words(size),
        )
    elif not limit.told and not limit.refused and 0 < limit.assumed < size:
        sentence = tr(
            "This message has {size}. Most servers take no more than {limit}.",
            limit=size_words(limit.assumed),
            size=size_words(size),
        )
    else:
        return []
    return [Finding(ProblemKind.TOO_LARGE, Field.BODY, False, sentence)]
