"""Sending: may this person send this message, what happens to the draft, and where the copy goes.

Both silent failures of the specification (senditem-operation, "A delegate who tries to send…") follow from one rule,
which is what Exchange does: the copy is kept by moving the draft, and a draft cannot be moved into another mailbox.
So where the folder for the copy lies in another mailbox than the draft, the message goes, the draft stays, there is no
copy, and the reply says success. Naming the principal's mailbox in the DistinguishedFolderId is the way round it.
"""

import re
from typing import Final

from app.sandbox.conversation import complete
from app.sandbox.delivery import deliver, refused_by
from app.sandbox.errors import EwsError
from app.sandbox.manners import BY_THE_BOOK, Manner, Manners
from app.sandbox.store.database import now
from app.sandbox.store.folders import StoredFolder
from app.sandbox.store.items import Item, StoredMailbox
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

LARGEST_MESSAGE: Final = 35 * 1024 * 1024
"""Bytes a message may have unless its sender's mailbox says otherwise."""

UNMARKED: Final = "sandbox:unmarked"
"""The property by which the sandbox knows a draft whose IsDraft is false; no request can name it."""

_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?:[^\s@<>,;:\"()\[\]\\.]+\.)*[^\s@<>,;:\"()\[\]\\.]+")


def is_address(text: str | None) -> bool:
    """Say whether a text is an SMTP address that a message can be sent to."""
    return bool(text and len(text) <= 320 and _ADDRESS.fullmatch(text))


def is_unsent(item: Item) -> bool:
    """Return whether an item is a draft, also where this server did not mark it as one (Manner.DRAFTS_NOT_MARKED)."""
    return bool(item.row["is_draft"]) or UNMARKED in item.properties


def send(
    store: MailStore, user: Person, item: Item, copy_to: StoredFolder | None, manners: Manners = BY_THE_BOOK
) -> None:
    """Send a draft that is kept, and keep a copy in a folder or none. Only while writing.

    Raises EwsError as `check_sendable` does, and then nothing has happened.
    """
    check_sendable(store, user, item, manners)
    held = item.row["deferred"] and item.row["deferred"] > now()
    if held and Manner.DEFERRAL_IGNORED not in manners:
        _hold(store, user, item, copy_to)
    else:
        transmit(store, user, item, copy_to, manners)


def check_sendable(store: MailStore, user: Person, item: Item, manners: Manners = BY_THE_BOOK) -> None:
    """Settle a draft's sender, and see whether it may go.

    Raises EwsError: ErrorInvalidItemForOperationSendItem, ErrorSendAsDenied, ErrorInvalidRecipients,
    ErrorMessageSizeExceeded, ErrorSubmissionQuotaExceeded.
    """
    if not is_unsent(item) or item.row["element"] != "Message":
        raise EwsError("ErrorInvalidItemForOperationSendItem")
    if item.row["is_submitted"]:
        raise EwsError("ErrorAccessDenied")
    _settle_sender(store, user, item)
    _check_recipients(item)
    if Manner.UNKNOWN_RECIPIENTS_REFUSED in manners and any(refused_by(store, one.address) for one in everybody(item)):
        raise EwsError("ErrorInvalidRecipients")
    _check_limits(store, user, item)


def transmit(
    store: MailStore, user: Person, item: Item, copy_to: StoredFolder | None, manners: Manners = BY_THE_BOOK
) -> None:
    """Hand a message that may go to the mailboxes of its recipients, and file or drop the draft. Only while writing."""
    row = item.row
    row["sent"] = row["received"] = now()
    complete(item, user.address.rpartition("@")[2])
    deliver(store, user, item)
    if copy_to is not None and copy_to.mailbox != item.mailbox:
        # The silent failure; see the head of this module.
        return
    if Manner.SEND_FILES_NOTHING in manners:
        return
    if Manner.LEAVE_DRAFT in manners:
        if copy_to is not None:
            _file(store, user, store.items.copy(item, copy_to.mailbox, copy_to.id))
        return
    if copy_to is None:
        store.items.delete(item)
        return
    _file(store, user, item)
    if Manner.FILE_ELSEWHERE not in manners:
        store.items.move(item, copy_to.mailbox, copy_to.id)


def _file(store: MailStore, user: Person, item: Item) -> None:
    row = item.row
    row.update(is_draft=0, is_submitted=0, is_from_me=1, is_read=1, deferred=None, submitted_by=None, save_to=None)
    row["modified_by"] = user.display_name
    if UNMARKED in item.properties:
        item.set_property(UNMARKED, [])
    store.items.save(item)


def _hold(store: MailStore, user: Person, item: Item, copy_to: StoredFolder | None) -> None:
    item.row.update(is_submitted=1, submitted_by=user.id, save_to=None if copy_to is None else copy_to.id)
    store.items.save(item)
    outbox = store.folders.distinguished(item.mailbox, "outbox")
    store.items.move(item, outbox.mailbox, outbox.id)


def send_due(store: MailStore, manners: Manners = BY_THE_BOOK) -> int:
    """Send the held messages whose time has come; returns how many went."""
    sent = 0
    query = "SELECT * FROM items WHERE deferred <= ? AND is_submitted = 1"
    if store.database.one(query, (now(),)) is None:
        return 0
    with store.database.writing():
        for item in store.items.of_rows(store.database.all(query, (now(),))):
            user = store.people.with_id(item.row["submitted_by"])
            folder = item.row["save_to"]
            item.row["deferred"] = None
            if {Manner.SEND_FILES_NOTHING, Manner.LEAVE_DRAFT} & manners.seconds.keys():
                # What stays behind is a draft once more, and not held: it must not go again by itself.
                item.row.update(is_submitted=0, submitted_by=None, save_to=None)
                store.items.save(item)
                drafts = store.folders.distinguished(item.mailbox, "drafts")
                store.items.move(item, drafts.mailbox, drafts.id)
            transmit(store, user, item, None if folder is None else store.folders.with_id(folder), manners)
            sent += 1
    return sent


def _settle_sender(store: MailStore, user: Person, item: Item) -> None:
    """Decide From and Sender, and refuse a sender that may not send as From."""
    row = item.row
    owner = store.people.with_id(item.mailbox)
    principal = owner if not row["from_address"] else store.people.with_address(row["from_address"])
    if principal is None:
        raise EwsError("ErrorSendAsDenied")
    rights = store.people.rights(principal.id, user.id)
    if principal.id == user.id or "send-as" in rights:
        sender = principal
    elif "on-behalf" in rights:
        sender = user
    else:
        raise EwsError("ErrorSendAsDenied")
    row.update(from_name=principal.display_name, from_address=principal.address, from_type="Mailbox")
    row.update(sender_name=sender.display_name, sender_address=sender.address, sender_type="Mailbox")


def everybody(item: Item) -> list[StoredMailbox]:
    """Return all who are to get a message."""
    return [one for kind in ("to", "cc", "bcc") for one in item.recipients(kind)]


def _check_recipients(item: Item) -> None:
    if not everybody(item):
        words = "At least one recipient isn't valid., A message can't be sent when it contains no recipients."
        raise EwsError("ErrorInvalidRecipients", words)
    if not all(is_address(one.address) for one in everybody(item)):
        raise EwsError("ErrorInvalidRecipients")


def _check_limits(store: MailStore, user: Person, item: Item) -> None:
    if item.row["size"] > int(user.traits.get("largest_message", LARGEST_MESSAGE)):
        raise EwsError("ErrorMessageSizeExceeded")
    daily = user.traits.get("daily_messages")
    if daily is not None:
        since = now() - 24 * 3600 * 1000
        query = "SELECT count(DISTINCT submission) FROM deliveries WHERE sender = ? AND time > ?"
        if store.database.number(query, (user.address, since)) >= int(daily):
            raise EwsError("ErrorSubmissionQuotaExceeded")
