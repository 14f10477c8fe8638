"""People whom the person wrote to, and what the directory says of them."""

from __future__ import annotations

import hashlib
import math

import msgspec

from app.domain.message import AccountId
from app.domain.recipient import Recipient

HALF_LIFE = 30 * 24 * 3600.0
"""Seconds after which having written once counts half as much as having written just now."""


class Correspondent(msgspec.Struct, frozen=True):
    """One entry of the address book of an account. `last` is in seconds since the epoch.

    `weight` counts the messages, each worth half after HALF_LIFE, as of `last`. `forgotten` is when the person wanted
    the entry gone, 0 for never: then nothing of it is left but the key, so that an old message does not bring it back.
    `sender` is the mailbox that the last message went from, in lower case, "" for the account's own.
    """

    account_id: AccountId
    key: str
    recipient: Recipient
    uses: int = 0
    weight: float = 0.0
    last: float = 0.0
    is_group: bool = False
    forgotten: float = 0.0
    sender: str = ""

    @property
    def heat(self) -> float:
        """Return what ranks this among others: frequency and recency in one number, the same whenever it is asked."""
        return self.last + HALF_LIFE * math.log2(max(self.weight, 0.01))


def key_of(recipient: Recipient) -> str:
    """Return the key of an entry: addresses that differ in capitals alone are one."""
    return recipient.address.strip().casefold()


def forgotten_key(key: str) -> str:
    """Return what is kept of a forgotten address: a digest, which can be compared and not turned back."""
    return "#" + hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def written_to(before: Correspondent, recipient: Recipient, when: float) -> Correspondent:
    """Return the entry after one more message at `when`."""
    elapsed = when - before.last
    faded = before.weight * 2.0 ** (-max(elapsed, 0.0) / HALF_LIFE)
    earned = 2.0 ** (min(elapsed, 0.0) / HALF_LIFE)
    return msgspec.structs.replace(
        before,
        recipient=_better_named(before.recipient, recipient),
        uses=before.uses + 1,
        weight=faded + earned,
        last=max(before.last, when),
        forgotten=0.0,
    )


def _better_named(known: Recipient, fresh: Recipient) -> Recipient:
    """Return the newer spelling, with the name that is known where it has none."""
    name = fresh.name if fresh.name.casefold() != fresh.address.casefold() else ""
    return Recipient(fresh.address.strip(), name or known.name, fresh.routing)


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
    """Another person's mailbox that this person may use, as the server says.

    `path` is its place in the server's own directory (LegacyDN), by which it is looked up where no address was given.
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
