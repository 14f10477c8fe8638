"""The installer for Windows: the recipe of Inno Setup filled in, and iscc run on it. Never run on Windows yet."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from devtools.environment import ROOT
from devtools.packing import identity
from devtools.packing.bundle import Bundle
from devtools.packing.environment import BUILD
from devtools.packing.parts import write_papers
from devtools.words import SetUpError, run, say

RECIPE = ROOT / "packaging" / "windows" / "mailwright.iss.in"
_COMPILERS = ("iscc", r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe")


def version_resource(about: identity.Identity) -> Any:
    """Return what Windows shows under Properties of the .exe, in PyInstaller's form."""
    from PyInstaller.utils.win32 import versioninfo as form

    words = {
        "CompanyName": about.publisher,
        "FileDescription": identity.NAME,
        "FileVersion": about.version,
        "InternalName": "mailwright",
        "LegalCopyright": "© the Mailwright contributors. Apache License 2.0.",
        "OriginalFilename": "mailwright.exe",
        "ProductName": identity.NAME,
        "ProductVersion": about.version,
    }
    # 0409 04B0: English, Unicode.
    table = form.StringTable("040904B0", [form.StringStruct(name, value) for name, value in words.items()])
    return form.VSVersionInfo(
        ffi=form.FixedFileInfo(filevers=about.numbers, prodvers=about.numbers),
        kids=[form.StringFileInfo([table]), form.VarFileInfo([form.VarStruct("Translation", [0x0409, 1200])])],
    )


def recipe(about: identity.Identity, frozen: Bundle, papers: Path, target: Path) -> str:
    """Return the recipe of Inno Setup with every place filled."""
    return identity.fill(
        RECIPE,
        VERSION=about.version,
        NUMBERS=".".join(str(number) for number in about.numbers),
        APP_ID=about.app_id,
        PUBLISHER=about.publisher,
        LICENCE_FILE=str(ROOT / "LICENSE"),
        PICTURES=str(frozen.pictures),
        BUNDLE=str(frozen.folder),
        PAPERS=str(papers),
        TARGET=str(target),
    )


def build(source: Path, frozen: Bundle, target: Path, platform: str = sys.platform) -> Path:
    """Make the installer. Raises SetUpError where this is not Windows with Inno Setup 6."""
    compiler = next((found for name in _COMPILERS if (found := shutil.which(name))), None)
    if platform != "win32" or compiler is None:
        where = ".github/workflows/packages.yml does it"
        raise SetUpError(f"The installer for Windows is made on Windows with Inno Setup 6; {where}.")
    about = identity.read(source)
    papers = BUILD / "papers"
    shutil.rmtree(papers, ignore_errors=True)
    write_papers(about, frozen.parts, frozen.folder / "mailwright.exe", papers, papers)
    target.mkdir(parents=True, exist_ok=True)
    filled = BUILD / "mailwright.iss"
    # With a mark at its start: without one, iscc takes it for the code page of the machine.
    filled.write_text(recipe(about, frozen, papers, target), "utf-8-sig")
    run([compiler, "/Qp", str(filled)], "iscc could not make the installer")
    setup = target / f"mailwright-{about.version}-setup.exe"
    say(str(setup))
    return setup
