"""People, shared mailboxes, lists and contacts of the organisation, and their rights on each other's mailboxes."""

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from app.sandbox.store.database import Database


@dataclass(frozen=True, slots=True)
class Person:
    """An entry of the directory. `kind` is Mailbox, Shared, PublicDL or Contact."""

    id: int
    address: str
    alias: str
    display_name: str
    kind: str
    password: str | None = field(default=None, repr=False)
    job_title: str = ""
    department: str = ""
    telephone: str = ""
    traits: dict[str, Any] = field(default_factory=dict)

    @property
    def has_mailbox(self) -> bool:
        """Whether messages can be kept for this entry."""
        return self.kind in {"Mailbox", "Shared"}

    @property
    def mailbox_type(self) -> str:
        """The entry's MailboxType."""
        return {"Shared": "Mailbox"}.get(self.kind, self.kind)


def _read(row: sqlite3.Row) -> Person:
    return Person(
        id=row["id"],
        address=row["address"],
        alias=row["alias"],
        display_name=row["display_name"],
        kind=row["kind"],
        password=row["password"],
        job_title=row["job_title"] or "",
        department=row["department"] or "",
        telephone=row["telephone"] or "",
        traits=json.loads(row["traits"]),
    )


class PeopleStore:
    """The directory of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person: Person) -> int:
        """Enter a person; `person.id` is not used. Returns the new id."""
        values = (
            person.address,
            person.alias,
            person.display_name,
            person.kind,
            person.password,
            person.job_title,
            person.department,
            person.telephone,
            json.dumps(person.traits),
        )
        done = self._database.run(
            "INSERT INTO mailboxes (address, alias, display_name, kind, password, job_title, department, telephone,"
            " traits) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        return int(done.lastrowid or 0)

    def with_id(self, number: int) -> Person:
        """Return the entry with an id that is known to exist; raises KeyError otherwise."""
        row = self._database.one("SELECT * FROM mailboxes WHERE id = ?", (number,))
        if row is None:
            raise KeyError(number)
        return _read(row)

    def with_address(self, address: str) -> Person | None:
        """Return the entry with this SMTP address."""
        row = self._database.one("SELECT * FROM mailboxes WHERE address = ?", (address.strip(),))
        return None if row is None else _read(row)

    def with_user_name(self, name: str) -> Person | None:
        r"""Return the person who signs in with this name: an address, an alias, or DOMAIN\alias."""
        found = self.with_address(name)
        if found is None:
            alias = name.rpartition("\\")[2]
            row = self._database.one("SELECT * FROM mailboxes WHERE alias = ?", (alias,))
            found = None if row is None else _read(row)
        return found

    def everybody(self) -> list[Person]:
        """Return all entries, in the order they were entered."""
        return [_read(row) for row in self._database.all("SELECT * FROM mailboxes ORDER BY id")]

    def grant(self, mailbox: int, user: int, *kinds: str) -> None:
        """Let `user` do something with `mailbox`: full, editor, reader, send-as, on-behalf or impersonate."""
        for kind in kinds:
            self._database.run("INSERT OR IGNORE INTO rights VALUES (?, ?, ?)", (mailbox, user, kind))

    def rights(self, mailbox: int, user: int) -> frozenset[str]:
        """Return what `user` was granted on `mailbox`; an owner has all but needs no grant."""
        if mailbox == user:
            return frozenset({"full", "send-as"})
        rows = self._database.all("SELECT kind FROM rights WHERE mailbox_id = ? AND user_id = ?", (mailbox, user))
        return frozenset(row["kind"] for row in rows)

    def add_member(self, group: int, address: str) -> None:
        """Put an address into a distribution list."""
        self._database.run("INSERT OR IGNORE INTO members VALUES (?, ?)", (group, address))

    def members(self, group: int) -> list[str]:
        """Return the addresses in a distribution list."""
        rows = self._database.all("SELECT address FROM members WHERE group_id = ? ORDER BY address", (group,))
        return [row["address"] for row in rows]
