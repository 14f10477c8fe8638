"""Where files were chosen last: each dialog opens there, in this run of the program and in the next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths

_last: dict[str, str] = {}
_keep: list[Callable[[str, str], None]] = []


def begin(kept: dict[str, str], keep: Callable[[str, str], None]) -> None:
    """Take over what the last run kept; `keep` is told the purpose and the folder of each choice from now on."""
    _last.update({purpose: folder for purpose, folder in kept.items() if folder and purpose not in _last})
    _keep[:] = [keep]


def last(purpose: str) -> str:
    """Return where files for `purpose` were chosen last; one's documents where that is nowhere, or is gone."""
    folder = _last.get(purpose, "")
    if folder and Path(folder).is_dir():
        return folder
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return documents if documents and Path(documents).is_dir() else str(Path.home())


def remember(purpose: str, folder: str) -> None:
    """Note where files for `purpose` were chosen."""
    if folder and _last.get(purpose) != folder:
        _last[purpose] = folder
        for keep in _keep:
            keep(purpose, folder)
