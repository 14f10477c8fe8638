"""What the directory says of names, groups and recipients."""

from __future__ import annotations

import msgspec

from app.domain.recipient import Recipient

PERSONAL_LIST = "MAPIPDL"
"""The RoutingType of a list that a person keeps among the contacts: it has no address, and `address` is its ItemId.

Nothing can be sent to it as it stands. It is expanded, and its members are written to.
"""


class Resolution(msgspec.Struct, frozen=True):
    """Whom a name or a group stands for; `complete` is False where the server cut the list.

    `groups` are the addresses of those among `people` that are groups themselves.
    """

    people: tuple[Recipient, ...] = ()
    complete: bool = True
    groups: frozenset[str] = frozenset()


class Named(msgspec.Struct, frozen=True):
    """A mailbox of somebody else's that the server says one may use.

    `path` is its place in the server's own directory (LegacyDN), by which it is looked up where no address was told.
    """

    address: str
    name: str = ""
    path: str = ""


class MailTips(msgspec.Struct, frozen=True):
    """What is good to know of a recipient before sending; None is "the server did not say". Sizes in bytes."""

    address: str
    out_of_office: str = ""
    mailbox_full: bool | None = None
    custom: str = ""
    members: int | None = None
    external_members: int | None = None
    max_message_size: int | None = None
    restricted: bool | None = None
    moderated: bool | None = None
    invalid: bool | None = None
