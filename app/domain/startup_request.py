"""What a start of the program asks for: the window, a message, a mailto: link, a file of a message.

Plain and small, because it is read before the first picture of the window, and because it travels from a second start
to the program that runs already.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class StartupRequest(NamedTuple):
    """One wish. Addresses and texts are as they were given; `attach` and `files` are absolute paths.

    `links` are mailto: links, `files` messages (.eml): drafts to be written on, others to be read. `token` is what the
    desktop gave the start, so that the window may come to the front (XDG_ACTIVATION_TOKEN), empty for none. `typed` is
    what was typed into the window of a start that another was faster than. `request_id` is the same however often one
    wish arrives or is tried, and no other's: its messages are made once. Empty where that cannot happen.
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
    request_id: str = ""

    def has_fields(self) -> bool:
        """Return whether a message is asked for field by field, or an empty one."""
        return self.compose or bool(self.to or self.cc or self.bcc or self.subject or self.body or self.attach)

    def begins_messages(self) -> bool:
        """Return whether any message is asked for, and not the window alone."""
        return self.has_fields() or bool(self.links or self.files)

    def says_something(self) -> bool:
        """Return whether a message with any content is asked for: an empty one is no loss."""
        return self._replace(compose=False).begins_messages()

    def named(self) -> StartupRequest:
        """Return the same wish with an identity of its own, where it has none yet."""
        return self if self.request_id else self._replace(request_id=os.urandom(16).hex())


class SandboxKind(StrEnum):
    """By which interface the sandbox's mailboxes are used."""

    EWS = "ews"
    GRAPH = "graph"
    BOTH = "both"
    """The first by EWS, the second by Graph, and so on in turn."""


class CommandLine(NamedTuple):
    """How this run differs from the ordinary one.

    `arrival` is what the start asks for. `data` is the folder of messages and settings (None: the desktop's place for
    it). `hold` is how many seconds a send waits for Undo (None: what the person chose). `debug` logs all that there is.
    `try_out` is a run on the sandbox, by a person who has no account yet: its folder lies within that of their own.
    `diagnose` asks for a report and no window: on the account of this address, "" for all of them.
    """

    sandbox: bool = False
    sandbox_info: Path | None = None
    arrival: StartupRequest = StartupRequest()
    data: Path | None = None
    hold: float | None = None
    debug: bool = False
    try_out: bool = False
    sandbox_accounts: int = 1
    sandbox_kind: SandboxKind = SandboxKind.EWS
    diagnose: str | None = None
    as_json: bool = False
