"""What a program does to speak Microsoft Graph with the sandbox."""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.conformance import metadata
from tests.integration.sandbox.signing_in import REDIRECT, asked, form, known, redeem, redirected
from tests.sandbox_fixture import Reply, RunningSandbox

SCOPES = (
    "Mail.ReadWrite",
    "Mail.Send",
    "Mail.ReadWrite.Shared",
    "Mail.Send.Shared",
    "People.Read",
    "User.ReadBasic.All",
    "Contacts.Read",
    "MailboxSettings.ReadWrite",
)
MARK = "String {a8f1d1c6-5a44-4f1e-9d05-6f7b2a2d9a10} Name MailwrightId"
DRAFT = {"subject": "A draft", "body": {"contentType": "text", "content": "Good morning.\r\n"}}


def token_for(sandbox: RunningSandbox, who: str = "clara.fontaine", scopes: Iterable[str] = SCOPES) -> str:
    """Sign a person in for these permissions; returns the access token."""
    account = sandbox.account(who)
    fields, verifier = asked(sandbox, scope=" ".join(scopes))
    answer = {"username": account["user"], "password": account["password"], "answer": "yes"}
    said = redirected(form(sandbox, known(sandbox)["authorization_endpoint"], **fields, **answer))
    status, tokens = redeem(sandbox, said["code"], verifier)
    assert (status, REDIRECT) == (200, REDIRECT)
    return str(tokens["access_token"])


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply: status, headers (names in lower case), bytes, and its JSON."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The JSON object."""
        found: dict[str, Any] = json.loads(self.content)
        return found

    @property
    def id(self) -> str:
        """The id of what the reply shows."""
        return str(self.json["id"])

    @property
    def code(self) -> str:
        """The code of a refusal."""
        return str(self.json["error"]["code"])

    @property
    def values(self) -> list[dict[str, Any]]:
        """The members of a list."""
        found: list[dict[str, Any]] = self.json["value"]
        return found


@dataclass(slots=True)
class Client:
    """Somebody who is signed in. `path` begins with a slash, or is a whole address."""

    sandbox: RunningSandbox
    token: str = field(repr=False)

    def ask(self, method: str, path: str, value: Any = None, **headers: str) -> Answer:
        """Make one request; `value` goes as JSON, or, where it is bytes, as it is; if_match is the header If-Match."""
        url = path if path.startswith("https:") else f"{self.sandbox.graph_url}{path}"
        given = {"Authorization": f"Bearer {self.token}"}
        body = None
        if value is not None:
            given["Content-Type"] = "text/plain" if isinstance(value, bytes) else "application/json"
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
        given.update({name.replace("_", "-"): said for name, said in headers.items()})
        reply: Reply = self.sandbox.request(method, url, body, given)
        if reply.headers.get("content-type", "").startswith("application/json") and reply.status < 300:
            assert metadata.complaints(json.loads(reply.content)) == [], reply.content[:2000]
        return Answer(reply.status, reply.headers, reply.content)

    def get(self, path: str, **headers: str) -> Answer:
        """Get something that is there."""
        answer = self.ask("GET", path, **headers)
        assert answer.status == 200, answer.content
        return answer

    def draft(self, **more: Any) -> Answer:
        """Make a draft."""
        made = self.ask("POST", "/me/messages", {**DRAFT, **more})
        assert made.status == 201, made.content
        return made

    def in_folder(self, name: str) -> list[str]:
        """Return the subjects of what lies in a well-known folder, newest first."""
        found = self.get(f"/me/mailFolders/{name}/messages?$select=subject&$top=50")
        return [str(one["subject"]) for one in found.values]


def client(sandbox: RunningSandbox, who: str = "clara.fontaine", scopes: Iterable[str] = SCOPES) -> Client:
    """Sign somebody in."""
    return Client(sandbox, token_for(sandbox, who, scopes))


def at(identity: str, *rest: str) -> str:
    """Return the path of one of one's own messages, and what is below it."""
    return "/".join(["/me/messages", quote(identity, safe=""), *rest])


def to(*addresses: str) -> list[dict[str, Any]]:
    """Return recipients."""
    return [{"emailAddress": {"address": one}} for one in addresses]


def encoded(content: bytes) -> str:
    """Return base64."""
    return base64.b64encode(content).decode()


def digest(content: bytes) -> str:
    """Return what tells contents apart."""
    return hashlib.sha256(content).hexdigest()
