"""The server from behind and from aside: what it truly delivered and keeps, and another client that works on it too."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from app.sandbox.manners import Manner
from tests.integration.sandbox import soap
from tests.sandbox_fixture import NAMES, RunningSandbox, envelope

ARCHIVE = "svc.archive@contoso.com"
"""May act as everybody else."""
KEPT = ("drafts", "outbox", "sentitems", "deleteditems")
_TO_GRAPH, _TO_EWS = str.maketrans("+/", "-_"), str.maketrans("-_", "+/")
_PATIENCE = 300.0
"""Seconds for an answer of the sandbox, which is slow where the machine is busy."""


@dataclass(frozen=True)
class KeptFile:
    """An attachment of an item."""

    attachment_id: str
    name: str


_FIELDS = ("item:Subject", "item:Body", "item:IsDraft", "item:Attachments", "message:InternetMessageId")


@dataclass(frozen=True)
class Kept:
    """One item in a mailbox: whose, where, and what it says."""

    user: str
    folder: str
    item_id: str
    change_key: str
    mark: str
    subject: str
    body: str
    is_draft: bool
    message_id: str
    files: tuple[KeptFile, ...]


class Server:
    """One sandbox, spoken to on connections that stay: one for its keeper, one for the other client."""

    def __init__(self, sandbox: RunningSandbox, users: tuple[str, ...], over_graph: Iterable[str] = ()) -> None:
        """The ids of items are those that the program knows: in the alphabet of Graph for those `over_graph`."""
        self.sandbox = sandbox
        self.users = users
        self.over_graph = frozenset(over_graph)
        self._admin_path = urlsplit(sandbox.admin_url).path
        self._service_path = urlsplit(sandbox.url).path
        self._connections: dict[str, http.client.HTTPSConnection] = {}
        self._manners: dict[str, Any] = {}

    def close(self) -> None:
        """Hang up."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    # --- its keeper -------------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Begin again with empty mailboxes."""
        self._admin("POST", "reset?messages=0")
        if self.over_graph:
            # A window that is killed has not kept the next token: that is no trouble of a schedule's.
            self._admin("POST", "tokens", {"refresh_lasts": True})

    def faults(self, rules: list[dict[str, Any]]) -> None:
        """Put a fault plan in force."""
        self._admin("POST", "faults", rules)

    def manners(self, manners: dict[str, Any]) -> None:
        """Let it depart from the book in these ways."""
        self._manners = manners
        self._admin("POST", "manners", manners)

    def rules_in_force(self) -> list[dict[str, Any]]:
        """Return the rules with how often each came true."""
        found: list[dict[str, Any]] = self._admin("GET", "faults")
        return found

    def under_way(self) -> int:
        """Return how many requests were taken in and are not answered yet."""
        return sum(entry["status"] == 0 for entry in self._admin("GET", "journal"))

    def operations(self) -> list[str]:
        """Return what was asked for since the reset, in order, by anybody but the other client."""
        return [entry["operation"] for entry in self._admin("GET", "journal") if entry["user"] != ARCHIVE]

    def release_late(self) -> int:
        """Let the server do what was asked on connections that broke, and what Graph took; return how many."""
        return int(self._admin("POST", "late?taken=1")["done"])

    def late(self) -> int:
        """Return how many requests it has still to do whose connections broke."""
        return int(self._admin("GET", "late")["waiting"])

    def deliveries(self) -> dict[str, dict[str, list[str]]]:
        """Return by mark, and by each time that the message went, to whom it was delivered."""
        found: dict[str, dict[str, list[str]]] = {}
        for row in self._admin("GET", "deliveries"):
            times = found.setdefault(str(row["marker"] or row["message_id"]), {})
            times.setdefault(str(row["submission"]), []).append(str(row["recipient"]))
        return found

    def deliveries_by_subject(self) -> dict[str, set[str]]:
        """Return by subject each time that a message went."""
        found: dict[str, set[str]] = {}
        for row in self._admin("GET", "deliveries"):
            found.setdefault(str(row["subject"]), set()).add(str(row["submission"]))
        return found

    def _admin(self, method: str, name: str, value: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.sandbox.admin_token}", "Content-Type": "application/json"}
        body = None if value is None else json.dumps(value).encode()
        url = urlsplit(self.sandbox.admin_url)
        status, content = self._request("admin", str(url.hostname), method, f"{self._admin_path}/{name}", body, headers)
        assert status == 200, content
        return json.loads(content)

    # --- what it keeps ------------------------------------------------------------------------------------------------

    def kept(self) -> list[Kept]:
        """Return every message of every user, in all folders that matter."""
        return [item for user in self.users for folder in KEPT for item in self.in_folder(user, folder)]

    def in_folder(self, user: str, folder: str) -> list[Kept]:
        """Return the messages in one folder."""
        ids = self._ids(self.post(user, soap.find(folder, base="IdOnly")))
        if not ids:
            return []
        paths = "".join(map(soap.field, _FIELDS)) + soap.MARKER_PATH
        tree = self.post(user, soap.get(ids, base="IdOnly", paths=paths, more="<t:BodyType>Text</t:BodyType>"))
        items = [_kept(user, folder, item) for item in tree.iterfind(".//t:Message", NAMES)]
        return [replace(one, item_id=self._known_as(user, one.item_id)) for one in items]

    def received(self, addresses: Iterable[str]) -> list[Kept]:
        """Return every message that these people have in their Inbox."""
        return [item for address in addresses for item in self.in_folder(address, "inbox")]

    def content_of(self, user: str, file: KeptFile) -> bytes:
        """Return the bytes of an attachment."""
        ids = f'<t:AttachmentId Id="{escape(file.attachment_id)}"/>'
        tree = self.post(user, f"<m:GetAttachment><m:AttachmentIds>{ids}</m:AttachmentIds></m:GetAttachment>")
        return base64.b64decode(tree.findtext(".//t:Content", "", NAMES))

    # --- the other client -------------------------------------------------------------------------------------------

    def write(self, user: str, subject: str, body: str, *to: str) -> None:
        """Make a draft that bears no mark of ours."""
        self.post(user, soap.create(soap.message(subject, body, *to)))

    def receive(self, user: str, subject: str, body: str, sender: str) -> str:
        """Put a message into an Inbox that looks received, though nobody sent it; return its ItemId."""
        path = '<t:ExtendedFieldURI PropertyTag="0x0E07" PropertyType="Integer"/>'
        flags = f"<t:ExtendedProperty>{path}<t:Value>0</t:Value></t:ExtendedProperty>"
        whose = f"<t:From><t:Mailbox><t:EmailAddress>{sender}</t:EmailAddress></t:Mailbox></t:From>"
        message = soap.message(subject, body, user, extended=flags, after=whose)
        made = self._ids(self.post(user, soap.create(message, folder=soap.folder("inbox"))))[0][0]
        return self._known_as(user, made)

    def verb_of(self, user: str, item_id: str) -> int:
        """Return what a message says was done with it, as another program reads it: 0 for nothing."""
        path = '<t:ExtendedFieldURI PropertyTag="0x1081" PropertyType="Integer"/>'
        tree = self.post(user, soap.get([(_at_ews(item_id), "")], "IdOnly", path))
        return int(tree.findtext(".//t:ExtendedProperty/t:Value", "0", NAMES))

    def edit(self, item: Kept, words: str) -> None:
        """Add words to a draft."""
        text = f'<t:Body BodyType="Text">{escape(item.body)}{words}</t:Body>'
        change = soap.set_field("item:Body", text)
        self.post(
            item.user, soap.update((_at_ews(item.item_id), item.change_key), change, resolution="AlwaysOverwrite")
        )

    def delete(self, item: Kept, way: str = "MoveToDeletedItems") -> None:
        """Delete a message."""
        self.post(item.user, soap.delete([(_at_ews(item.item_id), item.change_key)], way))

    def send(self, item: Kept) -> None:
        """Send a draft."""
        self.post(item.user, soap.send([(_at_ews(item.item_id), item.change_key)]))

    def attach(self, item: Kept, name: str, content: bytes) -> None:
        """Attach a file to a draft."""
        encoded = base64.b64encode(content).decode()
        file = f"<t:FileAttachment><t:Name>{name}</t:Name><t:Content>{encoded}</t:Content></t:FileAttachment>"
        parent = f'<m:ParentItemId Id="{escape(_at_ews(item.item_id))}"/>'
        request = f"<m:CreateAttachment>{parent}<m:Attachments>{file}</m:Attachments></m:CreateAttachment>"
        self.post(item.user, request)

    def detach(self, item: Kept, file: KeptFile) -> None:
        """Take an attachment away from a draft."""
        ids = f'<t:AttachmentId Id="{escape(file.attachment_id)}"/>'
        self.post(item.user, f"<m:DeleteAttachment><m:AttachmentIds>{ids}</m:AttachmentIds></m:DeleteAttachment>")

    def post(self, user: str, body: str) -> etree._Element:
        """Make a request as another client of `user`, which no rule of a fault plan befalls: those name a user."""
        account = self.sandbox.account(ARCHIVE)
        credentials = base64.b64encode(f"{account['user']}:{account['password']}".encode()).decode()
        headers = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Basic {credentials}"}
        acting = f"<t:ConnectingSID><t:PrimarySmtpAddress>{user}</t:PrimarySmtpAddress></t:ConnectingSID>"
        header = f"<t:ExchangeImpersonation>{acting}</t:ExchangeImpersonation>"
        document = envelope(body, header).encode()
        status, content = self._request("ews", "localhost", "POST", self._service_path, document, headers)
        # Where a refusal of one item ends the request, the other client too is told so by a fault.
        assert status == 200 or Manner.BATCH_ENDS_IN_FAULT in self._manners, content[:500]
        return etree.fromstring(content)

    def _known_as(self, user: str, item_id: str) -> str:
        """Return what the program of a user calls an item."""
        return item_id.translate(_TO_GRAPH) if user in self.over_graph else item_id

    def _ids(self, tree: etree._Element) -> list[tuple[str, str]]:
        found = tree.iterfind(".//t:ItemId", NAMES)
        return [(str(one.get("Id")), str(one.get("ChangeKey", ""))) for one in found]

    def _request(
        self, which: str, host: str, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        connection = self._connections.get(which)
        if connection is None:
            context = ssl.create_default_context(cafile=self.sandbox.ca_file)
            port = urlsplit(self.sandbox.url).port
            connection = http.client.HTTPSConnection(host, port, timeout=_PATIENCE, context=context)
            self._connections[which] = connection
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
            if response.status != 200:
                self._connections.pop(which).close()  # a second reply may follow on it
            return response.status, content
        except (OSError, http.client.HTTPException):
            connection.close()
            self._connections.pop(which, None)
            raise


def _at_ews(item_id: str) -> str:
    """Return what EWS calls an item."""
    return item_id.translate(_TO_EWS)


def _kept(user: str, folder: str, item: etree._Element) -> Kept:
    name = item.find("t:ItemId", NAMES)
    assert name is not None

    def text(path: str) -> str:
        found = item.find(path, NAMES)
        return "" if found is None else (found.text or "")

    return Kept(
        user,
        folder,
        str(name.get("Id")),
        str(name.get("ChangeKey")),
        text("t:ExtendedProperty/t:Value"),
        text("t:Subject"),
        text("t:Body"),
        text("t:IsDraft") == "true",
        text("t:InternetMessageId"),
        tuple(_file(one) for one in item.iterfind("t:Attachments/t:FileAttachment", NAMES)),
    )


def _file(found: etree._Element) -> KeptFile:
    name = found.find("t:AttachmentId", NAMES)
    return KeptFile("" if name is None else str(name.get("Id")), found.findtext("t:Name", "", NAMES))
