"""Passwords in the keyring: a backend of our own, registered over keyring's real API, and every way it can fail."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import keyring
import keyring.core
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as FailKeyring
from keyring.backends.null import Keyring as NullKeyring
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

from app.credentials.keyring import SERVICE, KeyringSecrets, usable_keyring
from app.domain.message import AccountId

ANNA = AccountId("anna")


class RoomKeyring(KeyringBackend):
    """A good keyring that lives as long as the test."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring leaves its constructors untyped
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.held:
            raise PasswordDeleteError("not there")
        del self.held[service, username]


class LockedKeyring(RoomKeyring):
    """A keyring that stays locked because the person closed its question."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection!")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError("Failed to unlock the collection!")


class ForgetfulKeyring(RoomKeyring):
    """A keyring that takes a password without complaint and does not have it afterwards."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return


class AskingKeyring(RoomKeyring):
    """A keyring whose question stands on the screen until `answered`."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()
        self.asked = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.set()
        self.answered.wait(20)
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.asked.set()
        self.answered.wait(20)
        super().set_password(service, username, password)


class LowKeyring(RoomKeyring):
    """A backend that keyring itself does not recommend."""

    priority = 0.5  # type: ignore[assignment]


class PlaintextKeyring(RoomKeyring):
    """Stands for keyrings.alt.file.PlaintextKeyring: good manners, but a file in the clear."""


PlaintextKeyring.__module__ = "keyrings.alt.file"


async def until(condition: Callable[[], object]) -> None:
    """Return once `condition`, which another thread makes true, holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for lies in a thread without a loop
            await asyncio.sleep(0.002)


@pytest.fixture(autouse=True)
def _own_backend() -> Iterator[None]:
    before = keyring.core._keyring_backend
    yield
    keyring.core._keyring_backend = before


@pytest.fixture
def secrets() -> Iterator[KeyringSecrets]:
    made = KeyringSecrets(deadline=10)
    yield made
    made.close()


async def test_a_kept_password_is_in_the_keyring_under_our_name_and_survives_us(secrets: KeyringSecrets) -> None:
    backend = RoomKeyring()
    keyring.set_keyring(backend)
    assert await secrets.has_keyring()
    assert await secrets.keep_secret(ANNA, "pässword ☂")
    assert backend.held == {(SERVICE, "anna"): "pässword ☂"}
    later = KeyringSecrets()
    assert await later.read_secret(ANNA) == "pässword ☂"
    later.close()


async def test_a_password_that_was_never_kept_reads_as_none(secrets: KeyringSecrets) -> None:
    keyring.set_keyring(RoomKeyring())
    assert await secrets.read_secret(ANNA) is None


async def test_a_forgotten_password_is_gone_from_keyring_and_memory(secrets: KeyringSecrets) -> None:
    backend = RoomKeyring()
    keyring.set_keyring(backend)
    await secrets.keep_secret(ANNA, "first")
    await secrets.forget(ANNA)
    assert backend.held == {}
    assert await secrets.read_secret(ANNA) is None
    await secrets.forget(ANNA)


@pytest.mark.parametrize(
    "backend", [FailKeyring, NullKeyring, LowKeyring, PlaintextKeyring, LockedKeyring, ForgetfulKeyring]
)
async def test_where_nothing_may_hold_it_the_password_lives_in_memory_alone(
    backend: type[KeyringBackend], secrets: KeyringSecrets
) -> None:
    used = backend()
    keyring.set_keyring(used)
    assert not await secrets.keep_secret(ANNA, "hunter2")
    assert getattr(used, "held", {}) == {}
    assert await secrets.read_secret(ANNA) == "hunter2"
    await secrets.forget(ANNA)
    assert await secrets.read_secret(ANNA) is None


@pytest.mark.parametrize("backend", [FailKeyring, NullKeyring, LowKeyring, PlaintextKeyring])
async def test_what_may_not_hold_a_secret_is_not_called_a_keyring(
    backend: type[KeyringBackend], secrets: KeyringSecrets
) -> None:
    keyring.set_keyring(backend())
    assert not await secrets.has_keyring()


@pytest.mark.parametrize(
    ("members", "chosen"), [([], None), ([PlaintextKeyring()], None), ([PlaintextKeyring(), RoomKeyring()], 1)]
)
def test_of_a_chain_only_the_members_that_may_hold_a_secret_are_used(
    members: list[KeyringBackend], chosen: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChainerBackend, "backends", members)
    keyring.set_keyring(ChainerBackend())  # type: ignore[no-untyped-call]  # as above
    assert usable_keyring() is (None if chosen is None else members[chosen])


async def test_a_keyring_that_asks_and_gets_no_answer_does_not_hold_up_the_program() -> None:
    backend = AskingKeyring()
    keyring.set_keyring(backend)
    secrets = KeyringSecrets(deadline=0.2)
    assert await secrets.read_secret(ANNA) is None
    assert backend.asked.is_set()
    backend.asked.clear()
    secrets._deadline = 600
    async with asyncio.timeout(10):
        assert not await secrets.keep_secret(ANNA, "typed again"), "while the question stands, memory serves at once"
        assert not await secrets.has_keyring()
    assert not backend.asked.is_set()
    assert await secrets.read_secret(ANNA) == "typed again"
    backend.answered.set()
    secrets.close()


async def test_once_the_question_is_answered_the_keyring_is_used_again() -> None:
    backend = AskingKeyring()
    keyring.set_keyring(backend)
    secrets = KeyringSecrets(deadline=0.2)
    assert await secrets.read_secret(ANNA) is None
    backend.answered.set()
    async with asyncio.timeout(10):
        while not await secrets.keep_secret(ANNA, "kept"):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    assert backend.held == {(SERVICE, "anna"): "kept"}
    secrets.close()


async def test_what_is_forgotten_while_the_question_stands_is_gone_once_it_is_answered() -> None:
    backend = AskingKeyring()
    backend.held[SERVICE, "anna"] = "old"
    keyring.set_keyring(backend)
    secrets = KeyringSecrets(deadline=0.2)
    assert await secrets.read_secret(ANNA) is None
    await secrets.forget(ANNA)
    backend.answered.set()
    await until(lambda: not backend.held)
    secrets.close()


async def test_the_loop_goes_on_while_the_keyring_asks() -> None:
    backend = AskingKeyring()
    keyring.set_keyring(backend)
    secrets = KeyringSecrets(deadline=10)
    reading = asyncio.ensure_future(secrets.read_secret(ANNA))
    await until(backend.asked.is_set)
    assert not reading.done()
    backend.answered.set()
    assert await reading is None
    secrets.close()


async def test_a_cancelled_call_leaves_the_next_one_working(secrets: KeyringSecrets) -> None:
    backend = AskingKeyring()
    keyring.set_keyring(backend)
    reading = asyncio.ensure_future(secrets.read_secret(ANNA))
    await until(backend.asked.is_set)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    backend.answered.set()
    assert await secrets.keep_secret(ANNA, "kept")


async def test_no_secret_is_logged_whatever_goes_wrong(
    secrets: KeyringSecrets, caplog: pytest.LogCaptureFixture
) -> None:
    class TellingKeyring(RoomKeyring):
        def set_password(self, service: str, username: str, password: str) -> None:
            raise PasswordSetError(f"cannot store {password}")

    keyring.set_keyring(TellingKeyring())
    with caplog.at_level(logging.DEBUG):
        assert not await secrets.keep_secret(ANNA, "hunter2")
    assert "hunter2" not in caplog.text


def test_the_slow_library_is_not_imported_before_the_first_call() -> None:
    program = (
        "import sys; from app.credentials.keyring import KeyringSecrets; KeyringSecrets(); "
        "sys.exit('keyring' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=30).returncode == 0
