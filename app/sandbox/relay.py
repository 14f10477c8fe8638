"""Messages to addresses outside: with --smtp they go to a real SMTP host, from a queue that survives the server's end.

A message is queued in the same write in which it counts as sent, and leaves the queue when the host has answered for
it. Where the server is killed between the two, the host may get it again: SMTP knows no better.
"""

import smtplib
import time
from dataclasses import dataclass
from typing import Final

from app.sandbox.mime import build
from app.sandbox.reports import RELAYED, UNDELIVERABLE, DeliveryStatus, report_delivery
from app.sandbox.store.database import now
from app.sandbox.store.items import Item
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS outgoing (id INTEGER PRIMARY KEY, submission INTEGER NOT NULL, person INTEGER NOT NULL,"
    " sender TEXT NOT NULL, recipient TEXT NOT NULL, content BLOB NOT NULL, subject TEXT, message_id TEXT,"
    " receipt INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL)"
)
PAUSES: Final = (1.0, 2.0, 5.0, 15.0)
"""Seconds to wait after each attempt that failed for now; after the last the message comes back."""
_PATIENCE: Final = 15.0


@dataclass(frozen=True, slots=True)
class Host:
    """Where messages to addresses outside go."""

    name: str
    port: int

    @staticmethod
    def read_host(text: str) -> "Host":
        """Read HOST:PORT; raises ValueError."""
        name, colon, port = text.rpartition(":")
        if not colon or not name.strip("[]") or not port.isascii() or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(f"{text!r} is not HOST:PORT")
        return Host(name.strip("[]"), int(port))


def prepare(store: MailStore) -> None:
    """Make the queue where the store has none, and let messages go to it."""
    with store.database.writing():
        store.database.run(_TABLE)
    store.relays = True


def queue_message(store: MailStore, user: Person, item: Item, submission: int, recipients: list[str]) -> None:
    """Queue a message for each of its recipients outside. Only while writing."""
    content = build(store, item).as_bytes()
    for recipient in recipients:
        store.database.run(
            "INSERT INTO outgoing (submission, person, sender, recipient, content, subject, message_id, receipt, due)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                submission,
                user.id,
                item.row["from_address"] or user.address,
                recipient,
                content,
                item.row["subject"],
                item.row["message_id"],
                item.row["delivery_receipt"],
                time.time(),
            ),
        )


def relay_due(store: MailStore, host: Host) -> int:
    """Hand over the messages whose time has come; returns how many left the queue. Blocks on the network."""
    rows = store.database.all("SELECT * FROM outgoing WHERE due <= ? ORDER BY id LIMIT 20", (time.time(),))
    return sum(_relay(store, host, dict(row)) for row in rows)


def _relay(store: MailStore, host: Host, row: dict[str, object]) -> bool:
    attempts = int(str(row["attempts"])) + 1
    content = row["content"] if isinstance(row["content"], bytes) else b""
    trouble = _hand_over(host, str(row["sender"]), str(row["recipient"]), content)
    for_now = trouble is not None and not trouble.status.startswith("5.")
    with store.database.writing():
        if for_now and attempts <= len(PAUSES):
            due = time.time() + PAUSES[attempts - 1]
            store.database.run("UPDATE outgoing SET attempts = ?, due = ? WHERE id = ?", (attempts, due, row["id"]))
            return False
        store.database.run("DELETE FROM outgoing WHERE id = ?", (row["id"],))
        outcome = "relayed" if trouble is None else "bounced"
        store.database.run(
            "UPDATE deliveries SET outcome = ?, time = ? WHERE submission = ? AND recipient = ?",
            (outcome, now(), row["submission"], row["recipient"]),
        )
        if trouble is not None or row["receipt"]:
            kind = RELAYED if trouble is None else UNDELIVERABLE
            sender = store.people.with_id(int(str(row["person"])))
            report_delivery(
                store, sender, _shadow(store, row), kind, [trouble or DeliveryStatus(str(row["recipient"]))]
            )
    return True


def _hand_over(host: Host, sender: str, recipient: str, content: bytes) -> DeliveryStatus | None:
    """Give a message to the host; returns what went wrong, or None."""
    try:
        with smtplib.SMTP(host.name, host.port, timeout=_PATIENCE) as connection:
            options = ["SMTPUTF8", "BODY=8BITMIME"] if not (sender + recipient).isascii() else []
            connection.sendmail(sender, [recipient], content, mail_options=options)
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = next(iter(refused.recipients.values()))
        return _outcome(recipient, code, words)
    except smtplib.SMTPResponseException as refused:
        return _outcome(recipient, refused.smtp_code, refused.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        return DeliveryStatus(recipient, "5.6.7", f"550 5.6.7 {error}")
    except (OSError, smtplib.SMTPException) as error:
        return DeliveryStatus(recipient, "4.4.1", f"The mail host does not answer. ({error})")
    return None


def _outcome(recipient: str, code: int, words: bytes | str) -> DeliveryStatus:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return DeliveryStatus(recipient, "5.0.0" if code >= 500 else "4.0.0", f"{code} {said}")


def _shadow(store: MailStore, row: dict[str, object]) -> Item:
    """Stand in for a message that may be gone by now: what a report says of it."""
    item = store.items.start(int(str(row["person"])), None)
    item.row.update(subject=row["subject"], message_id=row["message_id"], from_address=row["sender"])
    return item
