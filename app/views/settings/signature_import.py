"""Imports a signature from a file: Outlook keeps each as a page of HTML, with its pictures in a folder beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from app.core.i18n import tr
from app.services.html.foreign import TooComplex, read_signature_file
from app.ui import folders
from app.ui.document.pictures import bytes_of
from app.ui.editor.background_work import BackgroundWork

if TYPE_CHECKING:
    from app.services.html.foreign import SignatureRead

_LARGEST: Final = 2_000_000
"""Bytes of a file that is read, and of all pictures beside it."""
_MOST: Final = 200
"""Files beside it that are looked at."""
_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"})
_PLAIN: Final = ".txt"
_FOLDER: Final = "signature"
"""The name by which the folder is remembered that was chosen last."""


class SignatureImport(QObject):
    """Asks for a file, reads it in a thread, and hands its name and what it holds to `take`; None for nothing."""

    def __init__(self, parent: QWidget, take: Callable[[str, SignatureRead | None], None]) -> None:
        super().__init__(parent)
        self._page, self._take = parent, take
        self._background = BackgroundWork(self)

    def choose(self) -> None:
        """Let the person choose a file."""
        dialog = QFileDialog(self._page, tr("Import a signature"), folders.last(_FOLDER))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(tr("Signatures") + " (*.htm *.html *.txt)")
        dialog.filesSelected.connect(lambda _: folders.remember(_FOLDER, dialog.directory().absolutePath()))
        dialog.filesSelected.connect(lambda paths: self.read(paths[0]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(lambda _: self._page.window().activateWindow())
        dialog.open()

    def read(self, path: str) -> None:
        """Read a file."""
        self._background.run(lambda: read_file(path), lambda found: self._take(Path(path).stem, found))


def read_file(path: str) -> SignatureRead | None:
    """Return the signature in a file, None where it has none that can be read. Runs in a thread."""
    file = Path(path)
    raw = bytes_of(path, _LARGEST)
    plain = file.suffix.casefold() == _PLAIN
    if not raw.strip():
        return None
    try:
        return read_signature_file(raw, {} if plain else dict(_pictures_of(file, raw)), plain=plain)
    except TooComplex:
        return None


def _pictures_of(file: Path, raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Return the pictures beside a file of HTML that it names, by the addresses in it."""
    left = _LARGEST
    for picture in _beside(file):
        named = (picture.name.encode(), quote(picture.name).encode(), picture.name.encode("utf-16-le"))
        if not any(name in raw for name in named):
            continue
        data = bytes_of(str(picture), left)
        left -= len(data)
        if data:
            yield picture.relative_to(file.parent).as_posix(), data


def _beside(file: Path) -> list[Path]:
    """Return pictures in the folder of the file, and in that which was saved with it ("Mine_files", "Mine-Dateien")."""
    found: list[Path] = []
    try:
        for number, one in enumerate(sorted(file.parent.iterdir())):
            if number >= _MOST * 10 or len(found) >= _MOST:
                break
            if one.suffix.casefold() in _PICTURES:
                found.append(one)
            elif one.name.startswith((f"{file.stem}_", f"{file.stem}-", f"{file.stem}.")) and one.is_dir():
                found += [inner for inner in sorted(one.iterdir()) if inner.suffix.casefold() in _PICTURES][:_MOST]
    except OSError:
        return found
    return found
