"""Sending by Graph: what 202 stands for, when the message truly goes, and where its copy lies meanwhile.

By the book of this sandbox a message is delivered before the 202 goes out; the service promises only that it is taken.
What may lie between is a manner each. A deferred message waits in Drafts, and what is taken out of there stays.
"""

from app.sandbox.graph.call import GraphCall, GraphError
from app.sandbox.manners import BY_THE_BOOK, OF_SEND_ITEM, Manner, Manners
from app.sandbox.sending import check_sendable, transmit
from app.sandbox.store.database import now
from app.sandbox.store.folders import StoredFolder
from app.sandbox.store.items import Item
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

_NEVER = 1 << 62
_KEEP_NONE = "tag:0e01:Boolean"
"""PR_DELETE_AFTER_SUBMIT: no copy of this message is kept."""


def prepare(store: MailStore) -> None:
    """Make the list of what was taken and has not gone yet, where the store has none."""
    with store.database.writing():
        # Stores of before have no such table yet. `step` is send, or file for one that went and lies in the Outbox.
        store.database.run(
            "CREATE TABLE IF NOT EXISTS taken (item_id INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,"
            " due INTEGER NOT NULL, step TEXT NOT NULL, user_id INTEGER NOT NULL, save_to INTEGER)"
        )


def accept_draft(call: GraphCall, item: Item) -> None:
    """Take a draft for sending; raises GraphError and EwsError where the message cannot go. Only while writing."""
    if not item.row["is_draft"] or item.row["is_submitted"]:
        raise GraphError("ErrorItemNotFound")
    _check(call, item)
    keep = not item.properties.get(_KEEP_NONE, [0])[0] or Manner.GRAPH_DELETE_AFTER_SUBMIT_IGNORED in call.manners
    copy_to = call.store.folders.distinguished(item.mailbox, "sentitems") if keep else None
    if item.row["deferred"] and item.row["deferred"] > now():
        saved = None if copy_to is None else copy_to.id
        item.row.update(is_submitted=1, submitted_by=call.user.id, save_to=saved)
        call.store.items.save(item)
        return
    _take(call, item, copy_to)


def accept_mail(call: GraphCall, item: Item, *, keep: bool) -> None:
    """Take a message that was made for this, in the Outbox. Only while writing; raises as `accept_draft`."""
    _check(call, item)
    copy_to = call.store.folders.distinguished(item.mailbox, "sentitems") if keep else None
    deferred = item.row["deferred"]
    if deferred and deferred > now():
        saved = None if copy_to is None else copy_to.id
        if Manner.GRAPH_SENDMAIL_HOLDS not in call.manners:
            # As it was seen: such a message goes at once, and once more at its time.
            twin = call.store.items.copy(item, item.mailbox, item.row["folder_id"])
            twin.row["deferred"] = None
            transmit(call.store, call.user, twin, copy_to)
        item.row.update(is_submitted=1, submitted_by=call.user.id, save_to=saved)
        call.store.items.save(item)
        return
    _take(call, item, copy_to)


def _check(call: GraphCall, item: Item) -> None:
    check_sendable(call.store, call.user, item, call.manners)


def _take(call: GraphCall, item: Item, copy_to: StoredFolder | None) -> None:
    if Manner.GRAPH_TAKES_AND_FORGETS in call.manners:
        return
    seconds = call.manners.seconds.get(Manner.GRAPH_SEND_TAKES)
    if seconds is None:
        _go(call.store, call.user, item, copy_to, call.manners)
        return
    saved = None if copy_to is None else copy_to.id
    item.row.update(is_submitted=1)
    call.store.items.save(item)
    call.store.database.run(
        "INSERT INTO taken VALUES (?, ?, 'send', ?, ?)", (item.id, now() + int(seconds * 1000), call.user.id, saved)
    )


def _go(store: MailStore, user: Person, item: Item, copy_to: StoredFolder | None, manners: Manners) -> None:
    seconds = manners.seconds.get(Manner.GRAPH_COPY_TAKES)
    if copy_to is None or seconds is None:
        transmit(store, user, item, copy_to, manners.without(OF_SEND_ITEM))
        if copy_to is not None and Manner.GRAPH_NEW_ID_ON_SEND in manners:
            store.items.copy(item, copy_to.mailbox, copy_to.id)
            store.items.delete(item)
        return
    outbox = store.folders.distinguished(item.mailbox, "outbox")
    transmit(store, user, item, outbox, manners.without(OF_SEND_ITEM))
    due = now() + int(seconds * 1000)
    store.database.run("INSERT INTO taken VALUES (?, ?, 'file', ?, ?)", (item.id, due, user.id, copy_to.id))


def withdraw(store: MailStore, item: Item, manners: Manners = BY_THE_BOOK) -> None:
    """Take a message back that waits to go: it is a draft again. Only while writing."""
    waits = "SELECT 1 FROM taken WHERE item_id = ? AND step = 'send'"
    if Manner.GRAPH_GOES_ANYWAY in manners and store.database.one(waits, (item.id,)) is not None:
        return
    taken = store.database.run("DELETE FROM taken WHERE item_id = ? AND step = 'send'", (item.id,)).rowcount
    if taken or item.row["is_submitted"]:
        item.row.update(is_submitted=0, deferred=None, submitted_by=None, save_to=None)
        store.items.save(item)


def send_taken(store: MailStore, manners: Manners = BY_THE_BOOK, *, early: bool = False) -> int:
    """Do what is due of what was taken, or, with `early`, all of it; returns how many."""
    until = _NEVER if early else now()
    if store.database.one("SELECT 1 FROM taken WHERE due <= ?", (until,)) is None:
        return 0
    done = 0
    with store.database.writing():
        for row in store.database.all("SELECT * FROM taken WHERE due <= ? ORDER BY due", (until,)):
            store.database.run("DELETE FROM taken WHERE item_id = ?", (row["item_id"],))
            item = store.items.with_id(row["item_id"])
            copy_to = None if row["save_to"] is None else store.folders.with_id(row["save_to"])
            if row["step"] == "send":
                item.row.update(is_submitted=0)
                _go(store, store.people.with_id(row["user_id"]), item, copy_to, manners)
            elif copy_to is not None:
                store.items.move(item, copy_to.mailbox, copy_to.id)
            done += 1
    return done
