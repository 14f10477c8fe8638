"""A small text file of the person's own, written whole or not at all, for nobody else's eyes."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from app.core.i18n import tr
from app.domain.errors import StorageError


def read_text(path: Path, longest: int) -> str | None:
    """Return the text, None where there is no such file. Raises StorageError for what is no text, or too long."""
    try:
        with path.open("rb") as file:
            raw = file.read(longest + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        words = error.strerror or str(error)
        raise StorageError(tr("“{name}” cannot be read: {words}.", name=path.name, words=words)) from error
    if len(raw) > longest:
        raise StorageError(tr("“{name}” is too long to be read.", name=path.name))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StorageError(tr("“{name}” is not written in UTF-8.", name=path.name)) from error


def write_text(path: Path, text: str) -> None:
    """Write the text in place of what was there; after a crash it is the one or the other. Raises StorageError."""
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(text.encode("utf-8"))
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink()
        words = error.strerror or str(error)
        raise StorageError(tr("“{name}” cannot be written: {words}.", name=path.name, words=words)) from error
