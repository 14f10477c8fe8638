"""What a start of the program asks for: the window, a letter, a mailto: link, a file of a message.

Plain and small, because it is read before the first picture of the window, and because it travels from a second start
to the program that runs already.
"""

from __future__ import annotations

from typing import NamedTuple


class Arrival(NamedTuple):
    """One wish. Addresses and texts are as they were given; `attach` and `files` are absolute paths.

    `links` are mailto: links, `files` messages (.eml) to be written anew. `token` is what the desktop gave the start,
    so that the window may come to the front (XDG_ACTIVATION_TOKEN), empty for none. `typed` is what was typed into the
    window of a start that another was faster than.
    """

    compose: bool = False
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    body: str = ""
    attach: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    token: str = ""
    typed: str = ""

    def has_fields(self) -> bool:
        """Tell whether a letter is asked for field by field, or an empty one."""
        return self.compose or bool(self.to or self.cc or self.bcc or self.subject or self.body or self.attach)

    def begins_letters(self) -> bool:
        """Tell whether any letter is asked for, and not the window alone."""
        return self.has_fields() or bool(self.links or self.files)
