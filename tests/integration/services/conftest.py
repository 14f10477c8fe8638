"""Another person's program beside ours: a client made of exchangelib alone, with nothing of this program in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.conftest import exchangelib, trusting
from tests.sandbox_fixture import RunningSandbox

__all__ = ["client", "trusting"]


@pytest.fixture
def client(trusting: RunningSandbox) -> Callable[[str], Any]:
    """Return what makes an exchangelib account of anybody of the sandbox."""

    def made(who: str) -> Any:
        person = trusting.account(who)
        configuration = exchangelib.Configuration(
            service_endpoint=trusting.url,
            credentials=exchangelib.Credentials(person["user"], person["password"]),
            auth_type=exchangelib.BASIC,
            version=exchangelib.Version(build=exchangelib.Build(15, 2, 2562, 17)),
        )
        return exchangelib.Account(
            person["address"], config=configuration, autodiscover=False, access_type=exchangelib.DELEGATE
        )

    return made
