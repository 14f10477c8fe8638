"""A connection that lasts: for tests that say thousands of things and cannot wait for a handshake each time."""

import base64
import http.client
import ssl
from urllib.parse import urlsplit

from lxml import etree

from tests.sandbox_fixture import Reply, RunningSandbox


class Line:
    """A signed-in connection to the service, made anew where the server has closed it."""

    def __init__(self, sandbox: RunningSandbox, user: str | None = None) -> None:
        account = sandbox.account(user) if user else sandbox.first
        credentials = base64.b64encode(f"{account['user']}:{account['password']}".encode()).decode()
        self._headers = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Basic {credentials}"}
        parts = urlsplit(sandbox.url)
        self._path = parts.path
        context = ssl.create_default_context(cafile=sandbox.ca_file)
        self._connection = http.client.HTTPSConnection(str(parts.hostname), parts.port, timeout=60, context=context)

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def post(self, document: bytes) -> Reply:
        """Say something; raises what http.client and ssl raise."""
        try:
            status, headers, content = self._say(document)
        except http.client.RemoteDisconnected:
            self._connection.close()
            status, headers, content = self._say(document)
        if not content.startswith(b"<?xml"):
            return Reply(status, headers, content)
        parser = etree.XMLParser(huge_tree=True, resolve_entities=False)
        return Reply(status, headers, content, etree.fromstring(content, parser))

    def _say(self, document: bytes) -> tuple[int, dict[str, str], bytes]:
        self._connection.request("POST", self._path, document, self._headers)
        response = self._connection.getresponse()
        content = response.read()
        return response.status, {key.lower(): value for key, value in response.getheaders()}, content
