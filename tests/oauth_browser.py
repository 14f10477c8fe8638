"""A browser without a window: it opens a page, fills in its form as a person would, and goes where it is sent.

As a program it is what the desktop of the end-to-end tests opens links with: whom to sign in as stands in the
environment.
"""

from __future__ import annotations

import http.client
import os
import ssl
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Page:
    """What a browser shows: where it is, the status, and the page itself."""

    url: str
    status: int
    text: str
    headers: dict[str, str]

    @property
    def form(self) -> _Form:
        """The form on the page."""
        found = _Form()
        found.feed(self.text)
        return found


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.there = False
        self.sends_itself = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.there, self.action = True, said.get("action", "")
        if tag == "input" and said.get("name"):
            self.fields[said["name"]] = said.get("value", "")
        self.sends_itself = self.sends_itself or tag == "script"


class Browser:
    """One that trusts the authority of a sandbox and knows one person's password."""

    def __init__(self, ca_file: str, user: str, password: str, answer: str = "yes") -> None:
        self._context = ssl.create_default_context(cafile=ca_file)
        self.user, self.password, self.answer = user, password, answer
        self.opened: list[str] = []

    def ask(self, method: str, url: str, body: str | None = None) -> Page:
        """Make one request, and follow where it leads."""
        for _ in range(5):
            parts = urlsplit(url)
            if parts.scheme == "https":
                connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                    str(parts.hostname), parts.port, timeout=20, context=self._context
                )
            else:
                connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
            try:
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request(method, target, body, _FORM if body is not None else {})
                response = connection.getresponse()
                content = response.read()
            finally:
                connection.close()
            headers = {name.lower(): value for name, value in response.getheaders()}
            if response.status not in {302, 303}:
                return Page(url, response.status, content.decode(), headers)
            method, body, url = "GET", None, urljoin(url, headers["location"])
        raise AssertionError("sent in circles")

    def submit(self, page: Page, **fields: str) -> Page:
        """Send the form of a page, with what a person types."""
        form = page.form
        assert form.there, page.text
        return self.ask("POST", urljoin(page.url, form.action), urlencode({**form.fields, **fields}))

    def sign_in(self, url: str, **typed: str) -> Page:
        """Open `url`, type name and password, and go on until a page comes that does not go on by itself."""
        self.opened.append(url)
        page = self.ask("GET", url)
        if page.form.there and not page.form.sends_itself:
            page = self.submit(page, username=self.user, password=self.password, answer=self.answer, **typed)
        while page.form.there and page.form.sends_itself:
            page = self.submit(page)
        return page


def main() -> int:
    """Be the system's browser."""
    names = ("CA", "USER", "PASSWORD")
    Browser(*(os.environ[f"MAILWRIGHT_TEST_BROWSER_{name}"] for name in names)).sign_in(sys.argv[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
