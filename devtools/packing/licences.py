"""Gathers the licence texts of all that a bundle holds, as those licences ask: Qt's, Python's, each library's."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from devtools.environment import ROOT
from devtools.packing.distributions import Part
from devtools.words import SetUpError

TEXTS = ROOT / "packaging" / "licences"
_OF_QT = ("PySide6", "shiboken6")
"""Their wheels carry no text: it is the LGPL's, which lies beside the notice."""


def gather(parts: Sequence[Part], folder: Path) -> None:
    """Write notice and texts into `folder`. Raises SetUpError where a part came without its licence."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(TEXTS.iterdir()):
        shutil.copyfile(path, folder / path.name)
    shutil.copyfile(ROOT / "LICENSE", folder / "Apache-2.0.txt")
    _write(folder / "python" / "LICENSE.txt", _python_licence())
    for part in parts:
        if not part.texts and not part.name.startswith(_OF_QT):
            raise SetUpError(f"{part.name} {part.version} came without the text of its licence ({part.licence}).")
        for name, text in part.texts:
            _write(folder / part.name / name, text)


def _python_licence() -> str:
    stdlib = Path(sysconfig.get_path("stdlib"))
    # Windows keeps it at the top of the installation.
    for place in (stdlib / "LICENSE.txt", stdlib.parent / "LICENSE.txt"):
        if place.exists():
            return place.read_text("utf-8")
    raise SetUpError("This Python has no text of its licence (LICENSE.txt) beside its standard library.")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
