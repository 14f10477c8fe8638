"""What one row shows, whatever it stands for: lists turn their rows into faces when they are painted, not before."""

from __future__ import annotations

from typing import NamedTuple

from app.core.i18n import tr
from app.core.text import shortened

_SPOKEN = 160
_WRONG = frozenset({"bad", "warn"})
"""The tones of what is the matter with a message: a screen reader has no colour to say so by."""


class AccountMark(NamedTuple):
    """Whose a row is in a list of several accounts: what the account is called, and the name of its colour."""

    called: str
    color: str


class RowFace(NamedTuple):
    """The words and marks of one row.

    `line` is the third line: the first words of the message, or what is the matter with it; `tone` is a colour's
    name in Scheme and `icon` stands before it. `action` is the one thing that helps, in words; "" for none.
    """

    who: str
    when: str
    subject: str
    line: str
    tone: str = "faint"
    icon: str = ""
    action: str = ""
    attachment: bool = False
    important: bool = False
    flagged: bool = False
    categories: tuple[str, ...] = ()
    size: str = ""
    blank: bool = False
    account: AccountMark | None = None

    def spoken(self, key: str = "") -> str:
        """Return the row as a screen reader says it; ten thousand names are not read out. `key` does what it offers."""
        marks = [tr("Has an attachment")] if self.attachment else []
        marks += [tr("High importance")] if self.important else []
        marks += [tr("Flagged")] if self.flagged else []
        whose = "" if self.account is None else self.account.called
        line = tr("Problem: {words}", words=self.line) if self.icon and self.tone in _WRONG else self.line
        action = tr("{key}: {action}", key=key, action=self.action) if self.action and key else self.action
        who = shortened(self.who, _SPOKEN)
        said = (who, self.subject, line, action, self.when, *marks, *self.categories, whose)
        return ". ".join(part.removesuffix(".") for part in said if part)


BLANK = RowFace("", "", "", "", blank=True)
"""A row that is still read."""
