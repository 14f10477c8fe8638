"""What can be done with two versions of a draft. Single letters, for nothing can be typed here; Alt does the same."""

from __future__ import annotations

from app.commands.command import Command, Context
from app.core.i18n import mark

_C = Context.COMPARE

COMMANDS = (
    Command("compare.mine", mark("Keep mine"), ("M", "Alt+M"), _C, mark("Yours is written over the server's version.")),
    Command("compare.theirs", mark("Keep theirs"), ("T", "Alt+T"), _C, mark("Can be undone.")),
    Command("compare.both", mark("Keep both"), ("B", "Alt+B"), _C, mark("Yours becomes a new draft.")),
    Command("compare.next", mark("Next difference"), ("N", "J", "F7"), _C, repeats=True),
    Command("compare.previous", mark("Previous difference"), ("P", "K", "Shift+F7"), _C, repeats=True),
    Command("compare.again", mark("Compare again"), ("R",), _C),
)
