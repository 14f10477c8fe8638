"""Delivery: from a letter that was sent to the inboxes of those it is for, with a record of what truly arrived."""

import json
from collections.abc import Iterator
from typing import Final

from app.sandbox.conversation import complete
from app.sandbox.mime import header_list
from app.sandbox.store.database import now
from app.sandbox.store.items import Body, Item, Mailbox
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

_PARTS: Final = ("bodies", "categories")
_REASONS: Final = {
    "unknown-recipient": "The address couldn't be found. (550 5.1.10 RESOLVER.ADR.RecipientNotFound)",
    "mailbox-full": "The mailbox is full and takes no messages now. (554 5.2.2 mailbox full)",
    "refused": "You may not write to this group. (550 5.7.1 RESOLVER.RST.NotAuthorized)",
}
"""Outcome to what the report of it says."""


def deliver(store: MailStore, user: Person, item: Item) -> None:
    """Put a letter into its recipients' inboxes and write down each delivery. Only while writing."""
    submission = 1 + store.database.number("SELECT max(submission) FROM deliveries")
    headers = list(header_list(item))
    domains = {person.address.rpartition("@")[2].lower() for person in store.people.everybody() if person.has_mailbox}
    failed: list[tuple[str, str]] = []
    seen: set[str] = set()
    everybody = [one.address or "" for kind in ("to", "cc", "bcc") for one in item.recipients(kind)]
    for address in everybody:
        for final, outcome in _expand(store, address.strip(), (domains, user.address), seen):
            result = _deliver_to(store, item, final, headers) if outcome == "delivered" else outcome
            if result in _REASONS:
                failed.append((final, _REASONS[result]))
            _record(store, user, item, submission, (final, result))
    if failed:
        _report_failure(store, user, item, failed)


def _expand(store: MailStore, address: str, whence: tuple[set[str], str], seen: set[str]) -> Iterator[tuple[str, str]]:
    """Yield who an address stands for, and what becomes of the letter there.

    `whence` is the organisation's own domains and the sender's address. `seen` is whom this letter has reached already:
    nobody gets it twice, however many lists they are on.
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
    twin = store.items.copy(item, inbox.mailbox, inbox.id, _PARTS)
    for kind in ("to", "cc", "reply-to"):
        twin.set_recipients(kind, item.recipients(kind))
    twin.set_headers([("Received", "from localhost by localhost with HTTPS"), *headers])
    twin.row.update(is_draft=0, is_read=0, is_submitted=0, received=now(), flag_status=0, created=now())
    twin.row.update(is_from_me=int(person.address == item.row["from_address"]), icon="MailUnread")
    twin.row.update(submitted_by=None, save_to=None, reminder_set=0, receipt_pending=item.row["read_receipt"])
    for prefix in ("received_by", "representing"):
        twin.row[f"{prefix}_name"], twin.row[f"{prefix}_address"] = person.display_name, person.address
    store.items.save(twin)
    if person.traits.get("oof") and item.row["sender_address"] != person.address:
        _answer_for(store, person, item)
    return "delivered"


def _answer_for(store: MailStore, person: Person, item: Item) -> None:
    """Put the automatic reply of somebody who is out of office into the sender's inbox."""
    sender = store.people.with_address(item.row["sender_address"])
    if sender is None or not sender.has_mailbox:
        return
    reply = _report(store, sender, item, f"Automatic reply: {item.row['subject'] or ''}")
    reply.row.update(item_class="IPM.Note.Rules.OofTemplate.Microsoft")
    for prefix in ("from", "sender"):
        reply.row.update({f"{prefix}_name": person.display_name, f"{prefix}_address": person.address})
    reply.set_body(Body("Text", str(person.traits["oof"])))
    complete(reply, person.address.rpartition("@")[2])
    store.items.save(reply)


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


def _report(store: MailStore, to: Person, item: Item, subject: str) -> Item:
    """Begin a letter of the server's own about another, in somebody's inbox."""
    inbox = store.folders.distinguished(to.id, "inbox")
    report = store.items.start(inbox.mailbox, inbox.id)
    report.row.update(subject=subject[:255], is_draft=0, is_read=0, icon="MailUnread")
    report.row.update(in_reply_to=item.row["message_id"], references_=item.row["message_id"])
    report.row["conversation_topic"] = item.row["conversation_topic"]
    report.set_recipients("to", [Mailbox(to.display_name, to.address, "SMTP", "Mailbox")])
    report.set_headers([("Auto-Submitted", "auto-replied"), ("In-Reply-To", str(item.row["message_id"]))])
    return report


def _report_failure(store: MailStore, user: Person, item: Item, failed: list[tuple[str, str]]) -> None:
    """Put a non-delivery report into the sender's inbox."""
    report = _report(store, user, item, f"Undeliverable: {item.row['subject'] or ''}")
    domain = user.address.rpartition("@")[2]
    report.row["item_class"] = "REPORT.IPM.Note.NDR"
    for prefix in ("from", "sender"):
        report.row.update({f"{prefix}_name": "Microsoft Outlook", f"{prefix}_address": f"postmaster@{domain}"})
        report.row[f"{prefix}_type"] = "OneOff"
    lines = "".join(f"{address}\r\n{reason}\r\n\r\n" for address, reason in failed)
    report.set_body(Body("Text", f"Delivery has failed to these recipients or groups:\r\n\r\n{lines}"))
    failures = ", ".join(address for address, _ in failed)
    report.set_headers([*report.headers, ("X-Failed-Recipients", failures)])
    complete(report, domain)
    store.items.save(report)
