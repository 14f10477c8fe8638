"""Delivery: from a message that was sent to the inboxes of those it is for, with a record of what truly arrived."""

import json
from collections.abc import Iterator
from typing import Final

from app.sandbox.conversation import complete
from app.sandbox.mime import header_list
from app.sandbox.out_of_office import read_oof
from app.sandbox.relay import queue_message
from app.sandbox.reports import DELIVERED, RELAYED, UNDELIVERABLE, DeliveryStatus, report_delivery
from app.sandbox.store.database import now
from app.sandbox.store.items import Item, StoredBody, StoredMailbox
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

_PARTS: Final = ("bodies", "categories")
_REASONS: Final = {
    "unknown-recipient": (
        "5.1.10",
        "The address couldn't be found. (550 5.1.10 RESOLVER.ADR.RecipientNotFound)",
    ),
    "mailbox-full": ("5.2.2", "The mailbox is full and takes no messages now. (554 5.2.2 mailbox full)"),
    "refused": ("5.7.1", "You may not write to this group. (550 5.7.1 RESOLVER.RST.NotAuthorized)"),
}
"""Outcome to its enhanced status and what the report of it says."""


def deliver(store: MailStore, user: Person, item: Item) -> None:
    """Put a message into its recipients' inboxes and write down each delivery. Only while writing."""
    submission = 1 + store.database.number("SELECT max(submission) FROM deliveries")
    headers = list(header_list(item))
    domains = {person.address.rpartition("@")[2].lower() for person in store.people.everybody() if person.has_mailbox}
    results: dict[str, list[str]] = {}
    seen: set[str] = set()
    everybody = [one.address or "" for kind in ("to", "cc", "bcc") for one in item.recipients(kind)]
    for address in everybody:
        for final, outcome in _expand(store, address.strip(), (domains, user.address), seen):
            result = _deliver_to(store, item, final, headers) if outcome == "delivered" else outcome
            results.setdefault(result, []).append(final)
    if "relayed" in results and store.relays:
        results["queued"] = results.pop("relayed")
        queue_message(store, user, item, submission, results["queued"])
    for result, addresses in results.items():
        for address in addresses:
            _record(store, user, item, submission, (address, result))
    _report(store, user, item, results)


def refused_by(store: MailStore, address: str | None) -> bool:
    """Return whether a recipient of the organisation's own domains is unknown, or on a list with one that is."""
    domains = {person.address.rpartition("@")[2].lower() for person in store.people.everybody() if person.has_mailbox}
    found = _expand(store, (address or "").strip(), (domains, ""), set())
    return any(outcome == "unknown-recipient" for _, outcome in found)


def _report(store: MailStore, user: Person, item: Item, results: dict[str, list[str]]) -> None:
    """Tell the sender what could not be delivered, and what was, where a receipt was asked for."""
    failed = [
        DeliveryStatus(one, *_REASONS[result]) for result in results if result in _REASONS for one in results[result]
    ]
    if failed:
        report_delivery(store, user, item, UNDELIVERABLE, failed)
    if item.row["delivery_receipt"]:
        for result, kind in (("delivered", DELIVERED), ("relayed", RELAYED)):
            if results.get(result):
                report_delivery(store, user, item, kind, [DeliveryStatus(one) for one in results[result]])


def _expand(store: MailStore, address: str, whence: tuple[set[str], str], seen: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the addresses that an address stands for, and what becomes of the message there.

    `whence` is the organisation's own domains and the sender's address. `seen` is whom this message has reached
    already: each gets it once, however many lists they are on.
    """
    if address.lower() in seen:
        return
    seen.add(address.lower())
    domains, sender = whence
    person = store.people.with_address(address)
    if person is not None and sender not in person.traits.get("senders", [sender]):
        yield person.address, "refused"
    elif person is None:
        local = address.rpartition("@")[2].lower() in domains
        yield address, "unknown-recipient" if local else "relayed"
    elif person.kind == "PublicDL":
        yield address, "expanded"
        for member in store.people.members(person.id):
            yield from _expand(store, member, whence, seen)
    else:
        yield person.address, "delivered" if person.has_mailbox else "relayed"


def _deliver_to(store: MailStore, item: Item, address: str, headers: list[tuple[str, str]]) -> str:
    person = store.people.with_address(address)
    if person is None:
        return "unknown-recipient"
    quota = person.traits.get("quota")
    if quota is not None:
        used = store.database.number("SELECT sum(size) FROM items WHERE mailbox_id = ?", (person.id,))
        if used + item.row["size"] > int(quota):
            return "mailbox-full"
    inbox = store.folders.distinguished(person.id, "inbox")
    twin = store.items.copy(item, inbox.mailbox, inbox.id, _PARTS, told=False)
    for kind in ("to", "cc", "reply-to"):
        twin.set_recipients(kind, item.recipients(kind))
    twin.set_headers([("Received", "from localhost by localhost with HTTPS"), *headers])
    twin.row.update(is_draft=0, is_read=0, is_submitted=0, received=now(), flag_status=0, created=now())
    twin.row.update(is_from_me=int(person.address == item.row["from_address"]), icon="MailUnread")
    twin.row.update(submitted_by=None, save_to=None, reminder_set=0, receipt_pending=item.row["read_receipt"])
    for prefix in ("received_by", "representing"):
        twin.row[f"{prefix}_name"], twin.row[f"{prefix}_address"] = person.display_name, person.address
    store.items.save(twin, told_as="NewMailEvent CreatedEvent")
    if item.row["sender_address"] != person.address:
        _answer_for(store, person, item)
    return "delivered"


def _answer_for(store: MailStore, person: Person, item: Item) -> None:
    """Put the automatic reply of a person who is out of office into the sender's inbox."""
    words = read_oof(store, person).answers(outside=False)
    sender = None if words is None else store.people.with_address(item.row["sender_address"])
    if words is None or sender is None or not sender.has_mailbox:
        return
    inbox = store.folders.distinguished(sender.id, "inbox")
    reply = store.items.start(inbox.mailbox, inbox.id)
    reply.row.update(subject=f"Automatic reply: {item.row['subject'] or ''}"[:255])
    reply.row.update(item_class="IPM.Note.Rules.OofTemplate.Microsoft", is_draft=0, is_read=0, icon="MailUnread")
    reply.row.update(in_reply_to=item.row["message_id"], references_=item.row["message_id"])
    reply.row["conversation_topic"] = item.row["conversation_topic"]
    reply.set_recipients("to", [StoredMailbox(sender.display_name, sender.address, "SMTP", "Mailbox")])
    reply.set_headers([("Auto-Submitted", "auto-replied"), ("In-Reply-To", str(item.row["message_id"]))])
    for prefix in ("from", "sender"):
        reply.row.update({f"{prefix}_name": person.display_name, f"{prefix}_address": person.address})
    # What is set with EWS may be HTML; what is set with it as text stays text.
    reply.set_body(StoredBody("HTML" if words.lstrip().startswith("<") else "Text", words))
    complete(reply, person.address.rpartition("@")[2])
    store.items.save(reply, told_as="NewMailEvent CreatedEvent")


def _record(store: MailStore, user: Person, item: Item, submission: int, where: tuple[str, str]) -> None:
    marks = {
        key.split(":", 2)[2].split(":", 1)[1].rsplit(":", 1)[0]: values[0]
        for key, values in item.properties.items()
        if key.startswith("set:") and key.endswith(":String")
    }
    store.database.run(
        "INSERT INTO deliveries (time, submission, message_id, marker, subject, sender, from_address, recipient,"
        " outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            now(),
            submission,
            item.row["message_id"],
            json.dumps(marks) if marks else None,
            item.row["subject"],
            user.address,
            item.row["from_address"],
            *where,
        ),
    )
