"""`mailwright --diagnose`, as it is started: what it finds of accounts on the sandbox, and that it tells no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap.diagnose import lines_of
from app.bootstrap.instance import DATABASE
from app.domain.account import Account
from app.domain.message import AccountId
from app.services.accounts.accounts import traits_key
from app.storage.settings import SqliteSettings
from app.storage.store import Store
from tests.sandbox_fixture import RunningSandbox

ROOT = Path(__file__).parents[3]
OTHERS = {"one": [{"address": "sales@contoso.com", "by_server": True}, {"address": "nobody@contoso.com"}]}


class Diagnosed:
    """A data folder with an account of the sandbox, and the command on it."""

    def __init__(self, folder: Path, sandbox: RunningSandbox) -> None:
        self.folder, self.sandbox = folder, sandbox

    async def fill(self, **more: Any) -> None:
        first = self.sandbox.first
        account = Account(
            AccountId("one"), first["address"], self.sandbox.url, first["user"], ca_file=self.sandbox.ca_file, **more
        )
        store = await Store.open_database(self.folder / DATABASE)
        settings = SqliteSettings(store)
        await settings.keep_account(account)
        await settings.keep_setting("mailboxes", json.dumps(OTHERS))
        await settings.keep_setting(traits_key(account.account_id), '{"stale_updates_refused": false, "asked_at": 1}')
        await store.close()

    def run(self, *arguments: str, password: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", "--diagnose", *arguments],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "MAILWRIGHT_DATA": str(self.folder),
                "MAILWRIGHT_PRESETS": str(self.folder / "presets.toml"),
                "MAILWRIGHT_BENCH_PASSWORD": password,
                "PYTHON_KEYRING_BACKEND": "tests.bench.keyring_of_one.KeyringOfOne",
                "HTTPS_PROXY": "http://anna:s3cret@127.0.0.1:9",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture
def diagnosed(tmp_path: Path, sandbox: RunningSandbox) -> Diagnosed:
    return Diagnosed(tmp_path, sandbox)


async def test_an_account_that_works_is_reported_whole_and_without_its_secret(diagnosed: Diagnosed) -> None:
    await diagnosed.fill()
    password = diagnosed.sandbox.first["password"]
    done = diagnosed.run("--json", password=password)
    assert done.returncode == 0, done.stderr
    assert password not in done.stdout + done.stderr
    assert "s3cret" not in done.stdout + done.stderr, "nor is a proxy's told"
    report = json.loads(done.stdout)
    assert {"mailwright", "python", "openssl"} <= set(report["versions"])
    assert report["places"]["data"] == str(diagnosed.folder)
    [account] = report["accounts"]
    assert account["works"] is True
    steps = {step["step"]: step for step in account["connection"]}
    assert steps["tls"]["said"].startswith("TLSv1.")
    assert "certificate by" in steps["tls"]["said"]
    assert steps["ews"]["said"] == "version 15.2.2562.17"
    assert all(isinstance(step["milliseconds"], int) for step in steps.values())
    assert len(account["round_trips_in_milliseconds"]) == 3
    assert account["seen_of_the_server"]["stale_updates_refused"] is False
    assert account["seen_of_the_server"]["departures"] == ["This server does not detect edits made elsewhere."]
    sales, nobody = account["shared_mailboxes"]
    assert sales["drafts"].startswith("may be read")
    assert nobody["sent"].startswith("ErrorNonExistentMailbox")
    assert account["autodiscover"], "each host that was asked is told"
    assert "SendItem" not in str(diagnosed.sandbox.journal())


async def test_without_a_password_nobody_signs_in(diagnosed: Diagnosed) -> None:
    await diagnosed.fill()
    done = diagnosed.run("--json")
    [account] = json.loads(done.stdout)["accounts"]
    assert account["works"] is None
    assert [step["step"] for step in account["connection"]] == ["name", "connect", "tls"]
    assert diagnosed.sandbox.journal() == []
    assert done.returncode == 0


async def test_a_wrong_password_is_tried_once_and_told(diagnosed: Diagnosed) -> None:
    await diagnosed.fill()
    done = diagnosed.run(password="n0t-it")
    assert done.returncode == 1
    assert "[no] sign-in: " in done.stdout
    assert "works: no" in done.stdout
    assert "n0t-it" not in done.stdout
    assert len(diagnosed.sandbox.journal()) <= 1


async def test_the_journal_is_only_looked_into(diagnosed: Diagnosed) -> None:
    await diagnosed.fill()
    store = await Store.open_database(diagnosed.folder / DATABASE)
    try:
        done = diagnosed.run("--json")
        assert json.loads(done.stdout)["accounts"], "also while a program has it open"
    finally:
        await store.close()


def test_an_address_without_an_account_is_looked_for(diagnosed: Diagnosed) -> None:
    (diagnosed.folder / "presets.toml").write_text('[[account]]\nserver = "localhost:9"\n', "utf-8")
    done = diagnosed.run("new@contoso.com", "--json")
    [account] = json.loads(done.stdout)["accounts"]
    assert (account["address"], account["works"]) == ("new@contoso.com", False)
    assert [step["step"] for step in account["connection"]] == ["name", "connect"]
    assert done.returncode == 1


def test_a_person_reads_names_and_values() -> None:
    step = {"step": "tls", "passed": True, "said": "TLSv1.3", "milliseconds": 3}
    report = {"versions": {"python": "3"}, "accounts": [{"works": None, "ca_file": "none", "connection": [step]}]}
    assert lines_of({**report, "presets": {"faults": [], "is_read": False}}) == [
        *("", "versions:", "  python: 3", "", "accounts:", "  works: not known", "  ca file: none", "  connection:"),
        *("    [ok] tls: TLSv1.3 (3 ms)", "", "", "presets:", "  faults: none", "  is read: no"),
    ]
