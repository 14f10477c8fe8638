"""What truly became of messages, asked of the server itself: folders, deliveries, and the requests that were made."""

from __future__ import annotations

from typing import Any

from lxml import etree

from tests.conformance import schema
from tests.end2end.desktop import wait_until
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

_TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"


class ServerSide:
    """The sandbox's own view of what a program did, as the first account and as its other people."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox

    def subjects(self, folder: str, user: str | None = None) -> list[str]:
        """Return the subjects in a folder of a person (the first account if none is named)."""
        reply = self.sandbox.post(soap.find(folder, paths=soap.field("item:Subject")), user)
        return [str(one.text or "") for one in reply.all(".//t:Subject")]

    def count(self, folder: str, subject: str, user: str | None = None) -> int:
        """Return how often a subject is in a folder."""
        return self.subjects(folder, user).count(subject)

    def message(self, folder: str, subject: str) -> etree._Element:
        """Return the one message of the first account with this subject, with all its properties."""
        where = soap.equals(soap.field("item:Subject"), subject)
        ids = self.sandbox.post(soap.find(folder, base="IdOnly", restriction=where)).ids()
        assert len(ids) == 1, f"{len(ids)} messages called {subject!r} in {folder}"
        return self.sandbox.post(soap.get(ids, more="<t:BodyType>Text</t:BodyType>"), timeout=60).tree

    def body(self, folder: str, subject: str) -> str:
        """Return the text of the one message with this subject."""
        return self._text(self.message(folder, subject), ".//t:Body")

    def snapshot(self, folder: str) -> dict[str, tuple[str, ...]]:
        """Return what each message of a folder says, by its ItemId."""
        ids = self.sandbox.post(soap.find(folder, base="IdOnly")).ids()
        if not ids:
            return {}
        tree = self.sandbox.post(soap.get(ids, more="<t:BodyType>Text</t:BodyType>"), timeout=60)
        said = ("Subject", "Body", "String", "EmailAddress", "IsRead", "Importance")
        return {
            str(one.findall(f"{{{_TYPES}}}ItemId")[0].get("Id")): tuple(
                f"{etree.QName(part).localname}={part.text or ''}"
                for part in one.iter()
                if etree.QName(part).localname in said
            )
            for one in tree.all(".//t:Message")
        }

    def recipients(self, folder: str, subject: str, kind: str = "ToRecipients") -> list[str]:
        """Return the addresses in one field of the one message with this subject."""
        path = f".//t:{kind}/t:Mailbox/t:EmailAddress"
        names = {"t": "http://schemas.microsoft.com/exchange/services/2006/types"}
        return [str(one.text) for one in self.message(folder, subject).findall(path, names)]

    def delivered(self, subject: str) -> list[str]:
        """Return to whom messages with this subject were truly delivered, one entry for each time."""
        return [
            str(row["recipient"])
            for row in self.sandbox.deliveries()
            if row["subject"] == subject and row["outcome"] == "delivered"
        ]

    def wait_until_delivered(self, subject: str) -> list[str]:
        """Return to whom it was delivered, as soon as it was."""
        return wait_until(lambda: self.delivered(subject), f"{subject!r} is delivered")

    def requests(self, operation: str) -> list[dict[str, Any]]:
        """Return the requests of one operation."""
        return self.sandbox.journal(operation)

    def complaints(self) -> list[str]:
        """Return what Exchange's schema has against any request since the start; nothing where it is absent."""
        parser = etree.XMLParser(huge_tree=True, resolve_entities=False)
        found: list[str] = []
        for entry in self.sandbox.journal(bodies=True):
            body = entry.get("body") or ""
            if body:
                said = schema.complaints(etree.fromstring(body.encode(), parser))
                found += [f"{entry['operation']}: {one}" for one in said]
        return found

    @staticmethod
    def _text(tree: etree._Element, path: str) -> str:
        node = tree.find(path, {"t": "http://schemas.microsoft.com/exchange/services/2006/types"})
        return "" if node is None else (node.text or "")
