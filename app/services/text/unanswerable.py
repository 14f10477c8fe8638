"""Says of what cannot be answered here what it is, and where it can be opened."""

from __future__ import annotations

from typing import Final

from app.core.i18n import mark, tr
from app.domain.message_kind import MessageKind

_SENTENCES: Final = {
    MessageKind.MEETING: mark(
        "This is a meeting request, or an answer to one. Open it in Outlook or on the web to respond to it."
    ),
    MessageKind.PROTECTED: mark(
        "This message is protected by its sender's rights. Open it in Outlook or on the web to read and answer it."
    ),
    MessageKind.ENCRYPTED: mark(
        "This message is encrypted. Open it where your certificate or key is, in Outlook for instance, to read it."
    ),
    MessageKind.REPORT: mark(
        "This is a report about a message, and nobody reads an answer to it. Answer the message that it is about."
    ),
}


def unanswerable_words(kind: MessageKind) -> str:
    """Return why a message can be neither answered nor passed on here, "" where it can."""
    return tr(_SENTENCES[kind]) if kind in _SENTENCES else ""
