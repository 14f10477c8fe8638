"""Notices placeholders of a template that were not filled in: "{{amount}}" must not be sent by an oversight.

Only those count that a template or a signature brought (`Unfilled` in the journal names them) and that still stand in
the subject or in one's own words. Braces that the person typed are the person's.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Final

from app.core.lazy_regex import late_pattern
from app.domain.blocks import QUOTE_HEAD
from app.domain.message import BodyFormat, Content, Field
from app.domain.problem import Finding, ProblemKind
from app.services.text.status_text import not_filled_in

_PLACEHOLDER: Final = late_pattern(r"\{\{\s{0,3}[^\W\d_][\w .\-]{0,40}\}\}|\{[^\W\d_][\w .\-]{0,40}\}")


def placeholders_in(*texts: str) -> tuple[str, ...]:
    """Return the placeholders in texts of a template, as they are written there, each once."""
    return tuple(dict.fromkeys(found[0] for text in texts for found in _PLACEHOLDER.finditer(text)))


def find_unfilled(content: Content, unfilled: Iterable[str]) -> list[Finding]:
    """Return a finding for each of the placeholders `unfilled` that still stands in the message, in their order."""
    wanted = list(unfilled)
    if not wanted:
        return []
    words = _own_words(content)
    return [_finding(one, content) for one in wanted if one in content.subject or one in words]


def _finding(placeholder: str, content: Content) -> Finding:
    field = Field.SUBJECT if placeholder in content.subject else Field.BODY
    return Finding(ProblemKind.UNFILLED, field, False, not_filled_in(placeholder), placeholder)


def _own_words(content: Content) -> str:
    """Return the text without what is quoted in it, by lines or under a head: that is not the person's to fill in."""
    text = content.body
    if "{" not in text and "&#" not in text:
        return ""  # what was filled in costs no look through a long message
    if content.body_format is BodyFormat.HTML:
        from app.domain.visible_text import plain_text

        text = plain_text(text.partition(f'id="{QUOTE_HEAD}"')[0], quoting=True)
    else:
        text = "\n".join(takewhile(lambda line: not _is_older_head(line), text.split("\n")))
    return "\n".join(line for line in text.split("\n") if not line.startswith(">"))


def _is_older_head(line: str) -> bool:
    """Return whether a line is "-------- Original message --------", or what others write there."""
    line = line.rstrip()
    return line.startswith("-----") and line.endswith("-----") and bool(line.strip("- "))
