"""A keyring that knows one password, from the environment of a bench: so that a start finds it as a person's would."""

from __future__ import annotations

import os

from keyring.backend import KeyringBackend


class KeyringOfOne(KeyringBackend):
    """Answers every question with the same password, and keeps nothing."""

    priority = 9

    def get_password(self, service: str, username: str) -> str | None:
        return os.environ.get("MAILWRIGHT_BENCH_PASSWORD")

    def set_password(self, service: str, username: str, password: str) -> None:
        return None

    def delete_password(self, service: str, username: str) -> None:
        return None
