"""What can be offered beside a sentence: the id by which it is done, and the words on its button."""

from __future__ import annotations

from typing import Final

from app.core.i18n import mark, tr

ACTIONS: Final = {
    "save-as-new": mark("Save as new draft"),
    "compare": mark("Compare"),
    "mend-address": mark("Mend address"),
    "mend-subject": mark("Shorten the subject"),
    "mend-option": mark("Mend it"),
    "review-attachments": mark("Review attachments"),
    "fill-in": mark("Fill it in"),
    "use-own-address": mark("Use my own address"),
    "remove-draft": mark("Remove the draft"),
    "check": mark("Check"),
    "was-sent": mark("It was sent"),
    "was-not-sent": mark("It was not sent"),
    "save-copy": mark("Save a copy"),
    "retry": mark("Try again"),
    "try-now": mark("Try now"),
    "cancel": mark("Cancel"),
    "undo": mark("Undo"),
    "unsend": mark("Take back"),
    "send-now": mark("Send now"),
    "keep-as-draft": mark("Keep as draft"),
    "sign-in": mark("Sign in"),
    "copy-details": mark("Copy details"),
    "make-plain": mark("Make plain"),
    "restore-format": mark("Bring the formatting back"),
    "stop-turning": mark("Stop"),
    "write-again": mark("Write to them again"),
    "seen": mark("I know of it"),
    "settings": mark("Open settings"),
}

FOR_THE_WINDOW: Final = frozenset(
    {"compare", "mend-address", "mend-subject", "mend-option", "review-attachments", "sign-in", "copy-details"}
    | {"write-again", "seen", "make-plain", "restore-format", "stop-turning", "settings", "fill-in", "use-own-address"}
)
"""These show or ask something; `services/remedies.py` does all others, and passes these on."""


def action_words(action: str) -> str:
    """Return what stands on the button of an action; "" for none."""
    return tr(ACTIONS[action]) if action else ""
