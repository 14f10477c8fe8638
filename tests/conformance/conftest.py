"""exchangelib, an independent client, with an account on the sandbox.

It has one pool of connections for each endpoint and user, which is closed after each test.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import requests.adapters

from tests.sandbox_fixture import RunningSandbox

exchangelib = pytest.importorskip("exchangelib")
from exchangelib.protocol import BaseProtocol  # noqa: E402


@pytest.fixture
def trusting(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    """A sandbox whose certificate exchangelib trusts."""

    class Trusting(requests.adapters.HTTPAdapter):
        def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
            super().cert_verify(conn, url, sandbox.ca_file, cert)  # type: ignore[no-untyped-call]  # no types there

    monkeypatch.setattr(BaseProtocol, "HTTP_ADAPTER_CLS", Trusting)
    yield sandbox
    exchangelib.close_connections()


@pytest.fixture
def account(trusting: RunningSandbox) -> Iterator[Any]:
    """The first account, by Basic."""
    first = trusting.first
    version = exchangelib.Version(build=exchangelib.Build(15, 2, 2562, 17))
    configuration = exchangelib.Configuration(
        service_endpoint=trusting.url,
        credentials=exchangelib.Credentials(first["user"], first["password"]),
        auth_type=exchangelib.BASIC,
        version=version,
    )
    found = exchangelib.Account(
        first["address"], config=configuration, autodiscover=False, access_type=exchangelib.DELEGATE
    )
    yield found
    found.protocol.close()
