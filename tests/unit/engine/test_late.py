"""The engine's client that is loaded late: nothing before it is asked, and the client itself from then on."""

from __future__ import annotations

import subprocess
import sys

from app.bootstrap.adapters import LateEngine
from app.domain.account import Account
from app.domain.message import AccountId
from app.engine.client import EngineClient

ANNA = Account(AccountId("anna"), "anna@contoso.com", "https://localhost/EWS/Exchange.asmx", "anna")


def test_nothing_is_loaded_before_it_is_asked() -> None:
    code = (
        "import sys\nfrom app.bootstrap.adapters import LateEngine\nengine = LateEngine()\n"
        "engine.on_secret_changed(lambda *_: None)\nprint('app.engine.protocol' in sys.modules)\n"
        "engine.client\nprint('app.engine.protocol' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["False", "True"]


async def test_it_is_the_client_from_the_first_call_on() -> None:
    engine = LateEngine()
    assert engine.pid is None
    await engine.open_account(ANNA, "secret")
    assert isinstance(engine.client, EngineClient)
    assert engine.client._link._accounts[ANNA.account_id] == (ANNA, "secret", "")
    await engine.close()


async def test_a_changed_secret_is_told_to_who_asked_before_and_after_it_was_loaded() -> None:
    engine, told = LateEngine(), list[str]()
    engine.on_secret_changed(lambda _, secret: told.append(f"first {secret}"))
    engine.client._link.on_secret(ANNA.account_id, "new")
    engine.on_secret_changed(lambda _, secret: told.append(f"second {secret}"))
    engine.client._link.on_secret(ANNA.account_id, "newer")
    assert told == ["first new", "second newer"]
    await engine.close()
