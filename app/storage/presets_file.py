"""The file of presets: where it lies, and that nobody but an administrator, or the person, can have written it.

It says to which server passwords go, so that a file that others can write does not count.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from app.core.i18n import tr
from app.domain.errors import StorageError
from app.domain.presets import LONGEST
from app.storage.text_file import read_text

NAME = "presets.toml"
VARIABLE = "MAILWRIGHT_PRESETS"


def presets_path() -> Path:
    """Return where an administrator puts the file; MAILWRIGHT_PRESETS names another."""
    told = os.environ.get(VARIABLE)
    if told:
        return Path(told)
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), "Mailwright", NAME)
    if sys.platform == "darwin":
        return Path("/Library/Application Support/Mailwright", NAME)
    return Path("/etc/mailwright", NAME)


def read_presets_file(path: Path) -> str | None:
    """Return its text, None where there is none. Raises StorageError for one that cannot be read or relied upon."""
    if os.name == "posix":
        try:
            facts = path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            words = error.strerror or str(error)
            raise StorageError(tr("“{name}” cannot be read: {words}.", name=path.name, words=words)) from error
        if not stat.S_ISREG(facts.st_mode):
            raise StorageError(tr("“{name}” is not a file.", name=path.name))
        if facts.st_uid not in {0, os.getuid()} or facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise StorageError(tr("“{name}” does not count: others than its owner may write to it.", name=path.name))
    return read_text(path, LONGEST)
