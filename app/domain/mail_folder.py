"""A folder of a mailbox, as it is chosen by typing a part of its name."""

from __future__ import annotations

import msgspec


class MailFolder(msgspec.Struct, frozen=True):
    """`folder_id` is the server's FolderId; `path` names it with those above it, the outermost first."""

    folder_id: str
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return its own name."""
        return self.path[-1] if self.path else ""
