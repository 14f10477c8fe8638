"""The administrator's settings over the person's: a default gives way to a choice, a lock does not."""

from __future__ import annotations

from app.domain.account import Account, AuthKind
from app.domain.message import AccountId
from app.domain.presets import Presets, read_presets
from app.services.accounts.preset_settings import HOLD_CHOICE, MANY_CHOICE, STRANGERS_CHOICE, PresetSettings
from tests.fakes.settings import FakeSettings

ANNA = Account(AccountId("anna"), "anna@contoso.com", "https://old.contoso.com/EWS/Exchange.asmx", "anna")


async def test_what_was_set_counts_until_the_person_chooses() -> None:
    settings = PresetSettings(FakeSettings())
    assert await settings.read_setting(HOLD_CHOICE) is None
    settings.presets = Presets(settings={"undo_seconds": 7, "ask_from_recipients": 0, "ask_for_strangers": False})
    assert [await settings.read_setting(name) for name in (HOLD_CHOICE, MANY_CHOICE, STRANGERS_CHOICE)] == [
        "7",
        "0",
        "never",
    ]
    await settings.keep_setting(HOLD_CHOICE, "20")
    assert await settings.read_setting(HOLD_CHOICE) == "20"
    assert await settings.read_setting("scheme") is None


async def test_what_is_locked_counts_whatever_was_chosen() -> None:
    kept = FakeSettings()
    settings = PresetSettings(kept)
    await settings.keep_setting(STRANGERS_CHOICE, "never")
    settings.presets = Presets(settings={"ask_for_strangers": True}, locked=frozenset({"ask_for_strangers"}))
    assert settings.is_locked(STRANGERS_CHOICE)
    assert not settings.is_locked(HOLD_CHOICE)
    assert await settings.read_setting(STRANGERS_CHOICE) == "yes"
    settings.presets = Presets()
    assert await settings.read_setting(STRANGERS_CHOICE) == "never", "the person's choice was not written over"


async def test_an_account_follows_what_is_locked_and_is_kept_as_it_was() -> None:
    kept = FakeSettings([ANNA])
    settings = PresetSettings(kept)
    settings.presets = read_presets("[[account]]\nserver = 'new.contoso.com'\nsign_in = 'ntlm'\nlocked = ['server']")
    (account,) = await settings.accounts()
    assert account.endpoint == "https://new.contoso.com/EWS/Exchange.asmx"
    assert account.auth is AuthKind.BASIC
    assert kept.kept == {ANNA.account_id: ANNA}
    settings.reaches_accounts = False
    assert await settings.accounts() == [ANNA]
    await settings.remove_account(ANNA.account_id)
    assert await settings.accounts() == []
    await settings.keep_account(ANNA)
    assert await settings.accounts() == [ANNA]
