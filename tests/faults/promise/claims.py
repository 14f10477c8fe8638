"""What a row says of a message, boiled down to what can be held against the server's record of deliveries."""

from __future__ import annotations

from enum import Enum

from app.domain.record import Record
from app.services.text.status_text import state_words


class Claim(Enum):
    """What the person is told."""

    SENT = "sent"
    NOT_SENT = "not sent"
    UNKNOWN = "may have been sent"
    SENDING = "is being sent"
    TAKEN = "accepted, not yet seen"


def claim_of(record: Record, now: float) -> Claim:
    """Read the row's words, as the person does."""
    text = state_words(record, now).text
    if "may have been sent" in text or "cannot be known" in text:
        return Claim.UNKNOWN
    if text.startswith("Accepted by the server"):
        return Claim.TAKEN
    if text == "Sending":
        return Claim.SENDING
    if text.startswith("Sent"):
        return Claim.SENT
    return Claim.NOT_SENT
