"""What a mailbox answers while its owner is away: set by its owner, or as the sample organisation has it."""

import json
from dataclasses import asdict, dataclass
from typing import Final

from app.sandbox.store.database import now
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

_DAY: Final = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class OutOfOffice:
    """The settings: `state` is Disabled, Enabled or Scheduled, `audience` None, Known or All, times in milliseconds."""

    state: str
    audience: str
    start: int
    end: int
    internal: str
    external: str

    def answers(self, *, outside: bool) -> str | None:
        """Return what is answered at this moment to a message from inside or outside; None for nothing."""
        away = self.state == "Enabled" or (self.state == "Scheduled" and self.start <= now() < self.end)
        if not away or (outside and self.audience != "All"):
            return None
        return (self.external if outside else self.internal) or None


def read_oof(store: MailStore, person: Person) -> OutOfOffice:
    """Return a person's settings."""
    row = store.database.one("SELECT value FROM settings WHERE name = ?", (_key(person),))
    if row is not None:
        return OutOfOffice(**json.loads(row["value"]))
    words = str(person.traits.get("oof", ""))
    midnight = now() // _DAY * _DAY
    return OutOfOffice("Enabled" if words else "Disabled", "All", midnight, midnight + _DAY, words, words)


def write_oof(store: MailStore, person: Person, settings: OutOfOffice) -> None:
    """Keep a person's settings. Only while writing."""
    values = (_key(person), json.dumps(asdict(settings)))
    store.database.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", values)


def forget_oof(store: MailStore) -> None:
    """Go back to what the sample organisation has. Only while writing."""
    store.database.run("DELETE FROM settings WHERE name LIKE 'oof:%'")


def _key(person: Person) -> str:
    return f"oof:{person.id}"
