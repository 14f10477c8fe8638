"""The port Settings over a real file."""

from __future__ import annotations

import msgspec

from app.domain.account import Account
from app.domain.message import AccountId
from app.services.ports import Settings
from app.storage.settings import SqliteSettings
from app.storage.store import Store


def account(name: str) -> Account:
    return Account(AccountId(name), f"{name}@example.org", "https://mail.example.org/EWS/Exchange.asmx", name)


async def test_accounts_keep_their_order_and_are_written_over_by_id(store: Store) -> None:
    settings: Settings = SqliteSettings(store)
    for name in ("carla", "anna", "ben"):
        await settings.keep_account(account(name))
    changed = msgspec.structs.replace(account("carla"), display_name="Carla \ud83d")
    await settings.keep_account(changed)
    await settings.remove_account(AccountId("anna"))
    await settings.keep_account(account("anna"))
    await store.close()
    store = await Store.open_database(store.path)
    kept = await SqliteSettings(store).accounts()
    assert kept == [msgspec.structs.replace(changed, display_name="Carla �"), account("ben"), account("anna")]
    await store.close()


async def test_preferences_are_kept_by_name(store: Store) -> None:
    settings = SqliteSettings(store)
    assert await settings.read_setting("theme") is None
    await settings.keep_setting("theme", "dark")
    await settings.keep_setting("theme", "light")
    await settings.keep_setting("empty", "")
    await store.close()
    store = await Store.open_database(store.path)
    settings = SqliteSettings(store)
    assert (await settings.read_setting("theme"), await settings.read_setting("empty")) == ("light", "")
    await store.close()
