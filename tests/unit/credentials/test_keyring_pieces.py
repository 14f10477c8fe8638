"""Secrets that are longer than an entry of the keyring: whole or not there, whatever happens in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credentials.keyring import LONGEST, delete_secret, read_secret, write_secret

SERVICE = "Mailwright"


class ShortKeyring:
    """As Windows': 2560 bytes of UTF-16 an entry. `fails_at` is the write that fails, counted from 1."""

    def __init__(self, fails_at: int = 0) -> None:
        self.entries: dict[str, str] = {}
        self.fails_at = fails_at
        self.writes = 0

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.writes += 1
        if len(password.encode("utf-16-le")) > 2560:
            raise OSError("the stub received bad data")
        if self.writes == self.fails_at:
            raise OSError("locked")
        self.entries[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[username]


@given(st.lists(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=4000), max_size=4))
def test_the_last_that_was_written_is_read_and_nothing_else_is_left(written: list[str]) -> None:
    keyring = ShortKeyring()
    assert read_secret(keyring, SERVICE, "a") is None
    for secret in written:
        write_secret(keyring, SERVICE, "a", secret)
        assert read_secret(keyring, SERVICE, "a") == secret
        expected = 1 + (-(-len(secret) // LONGEST) if len(secret) > LONGEST else 0)
        assert len(keyring.entries) == expected
    delete_secret(keyring, SERVICE, "a")
    assert keyring.entries == {}


def test_a_short_one_is_kept_as_it_is_and_one_that_looks_like_ours_is_not_taken_for_it() -> None:
    keyring = ShortKeyring()
    write_secret(keyring, SERVICE, "a", "s3cret")
    assert keyring.entries == {"a": "s3cret"}
    write_secret(keyring, SERVICE, "a", "mailwright pieces abc 3")
    assert read_secret(keyring, SERVICE, "a") == "mailwright pieces abc 3"


@pytest.mark.parametrize("fails_at", [4, 5, 6])
def test_an_end_in_the_midst_leaves_what_was_there(fails_at: int) -> None:
    keyring = ShortKeyring()
    write_secret(keyring, SERVICE, "a", "x" * 1800)
    keyring.fails_at = fails_at
    with pytest.raises(OSError, match="locked"):
        write_secret(keyring, SERVICE, "a", "y" * 1800)
    assert read_secret(keyring, SERVICE, "a") == "x" * 1800
    keyring.fails_at = 0
    write_secret(keyring, SERVICE, "a", "z" * 1800)
    assert read_secret(keyring, SERVICE, "a") == "z" * 1800


def test_what_is_not_whole_is_not_there() -> None:
    keyring = ShortKeyring()
    write_secret(keyring, SERVICE, "a", "x" * 2500)
    del keyring.entries[next(name for name in keyring.entries if name.endswith(" 1"))]
    assert read_secret(keyring, SERVICE, "a") is None
