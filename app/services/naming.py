"""What a message is called in a sentence: its subject, no longer than a sentence bears."""

from __future__ import annotations

from typing import Final

from app.core.i18n import tr

_LONGEST: Final = 60


def short_subject(subject: str) -> str:
    """Return a subject on one line, cut where it is too long for a sentence, or the words for none."""
    words = " ".join(subject.split()) or tr("(no subject)")
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST].rstrip()}…"
