"""A data folder of an older version opens without a question and without loss, and what waits there goes out once.

`data_folder_51ed676.sql` is what that version wrote: an account, drafts, an outbox, settings and an address book.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from app.domain.message import AccountId, BodyFormat, LocalId
from app.domain.record import CopyKind
from app.domain.state import State
from app.services.accounts.accounts import Accounts
from app.services.accounts.identities import Identities
from app.services.accounts.signatures import Signatures
from app.services.accounts.watched_mailbox import WatchedMailbox
from app.services.drafts.drafts import Drafts
from app.services.outbox.outbox import Outbox
from app.services.records.records import Records
from app.storage.settings import SqliteCorrespondents, SqliteSettings
from app.storage.store import SqliteJournal, Store
from tests.fakes.clock import FakeClock
from tests.fakes.files import FakeFiles
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.scene import Spawned
from tests.fakes.secrets import FakeSecrets

BERT = AccountId("bert")
TEXTS = {
    "saved": "On the server, and more here",
    "unsaved": "Only here",
    "formatted": "<p><b>Bold</b> words</p>",
    "ready": "Put aside",
    "queued": "Waits to go",
    "unknown": "May have gone",
    "sales": "Theirs",
}


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """Return a database as the older version left it."""
    path = tmp_path / "mailwright.sqlite"
    script = Path(__file__).with_name("data_folder_51ed676.sql").read_text("utf-8")
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path


async def test_all_that_was_there_is_there(older: Path) -> None:
    store = await Store.open_database(older)
    settings, clock, spawn = SqliteSettings(store), FakeClock(), Spawned()
    accounts = Accounts(settings, FakeSecrets(), FakeMailbox())
    await accounts.read_accounts()
    assert [(one.account_id, one.called, one.display_name) for one in accounts.all()] == [
        (BERT, "bert@example.org", "Bert")
    ]
    assert accounts.default == accounts.get(BERT)
    assert store.damaged is None
    records = Records(SqliteJournal(store), clock, spawn)
    await records.load()
    messages = {one.local_id: await records.read_message(one.local_id) for one in records.all()}
    assert {str(name): one.content.body for name, one in messages.items()} == TEXTS
    assert messages[LocalId("formatted")].content.body_format is BodyFormat.HTML
    states = {str(name): one.record.state for name, one in messages.items()}
    assert [states[name] for name in ("ready", "queued", "unknown")] == [State.READY, State.QUEUED, State.UNKNOWN]
    sales = messages[LocalId("sales")].record
    assert (sales.drafts_of, sales.copy_to.kind) == ("sales@example.org", CopyKind.PRINCIPAL_SENT)
    assert all(one.record.account_id == BERT and not one.record.moved_to for one in messages.values())
    identities = Identities(settings, accounts, FakeMailbox())
    await identities.load()
    assert [one.address for one in identities.others(BERT)] == ["sales@example.org"]
    signatures = Signatures(settings, accounts, clock)
    await signatures.load()
    assert [one.text for one in signatures.all(BERT)] == ["Bert of Example"]
    assert [await settings.read_setting(name) for name in ("scheme", "hold")] == ["dark", "10"]
    (entry,) = await SqliteCorrespondents(store).read_all()
    assert (entry.key, entry.uses, entry.sender) == ("ben@example.org", 3, "")
    await store.close()


async def test_what_waits_there_is_saved_and_nothing_is_sent_by_itself(older: Path) -> None:
    store = await Store.open_database(older)
    clock, spawn, secrets = FakeClock(), Spawned(), FakeSecrets()
    await secrets.keep_secret(BERT, "secret")
    server = FakeMailbox(now=clock.now)
    accounts = Accounts(SqliteSettings(store), secrets, server)
    mailbox = WatchedMailbox(server, accounts, clock)
    records = Records(SqliteJournal(store), clock, spawn)
    await records.load()
    drafts = Drafts(records, mailbox, accounts, clock, spawn, FakeFiles())
    outbox = Outbox(records, drafts, mailbox, accounts, clock, spawn)
    await outbox.long_waits.hold_back()
    await accounts.start()
    await outbox.resume()
    await drafts.resume()
    for name in ("unsaved", "formatted"):
        await drafts.save(LocalId(name))
    there = {item.content.subject for item in server.items.values() if item.account_id == BERT}
    assert there == {"Never saved", "Formatted"}
    assert server.delivered == [], "it has waited for long: the person is asked first"
    await spawn.end()
    await store.close()
