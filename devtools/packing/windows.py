"""The installer for Windows: the recipe of Inno Setup filled in, and iscc run on it. Never run on Windows yet."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devtools.environment import ROOT
from devtools.packing import identity, release
from devtools.packing.bundle import Bundle
from devtools.packing.environment import BUILD
from devtools.packing.parts import write_papers
from devtools.words import SetUpError, run, say

RECIPE = ROOT / "packaging" / "windows" / "mailwright.iss.in"
CERTIFICATE = "MAILWRIGHT_CERTIFICATE_SHA1"
"""The environment with the thumbprint of a certificate in Windows' store; without it nothing is signed."""
_TIMESTAMPS = "http://timestamp.digicert.com"
"""Who says when it was signed, unless MAILWRIGHT_TIMESTAMPS names another (RFC 3161)."""
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


def sign_command(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the command that signs a file named behind it; none without a certificate. Raises SetUpError.

    A thumbprint is no secret: the key stays in the store, or on the token that the store leads to.
    """
    thumbprint = environment.get(CERTIFICATE, "").replace(" ", "")
    if not thumbprint:
        return []
    if not re.fullmatch("[0-9A-Fa-f]{40}", thumbprint):
        raise SetUpError(f"{CERTIFICATE} is no thumbprint: 40 digits of 0 to 9 and A to F.")
    timestamps = environment.get("MAILWRIGHT_TIMESTAMPS", "") or _TIMESTAMPS
    return ["signtool", "sign", "/sha1", thumbprint, "/fd", "sha256", "/tr", timestamps, "/td", "sha256"]


def compile_command(compiler: str, filled: Path, signing: list[str]) -> list[str]:
    """Return the command that makes the installer; iscc puts the file to be signed in the place of $f."""
    tool = [f"/Smailwright={' '.join(signing)} $f"] if signing else []
    return [compiler, "/Qp", *tool, str(filled)]


def recipe(about: identity.Identity, frozen: Bundle, papers: Path, target: Path, *, signed: bool = False) -> str:
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
        SIGNING="SignTool=mailwright\nSignedUninstaller=yes" if signed else "; Not signed.",
    )


def build(source: Path, frozen: Bundle, target: Path, platform: str = sys.platform) -> Path:
    """Make the installer. Raises SetUpError where this is not Windows with Inno Setup 6."""
    compiler = next((found for name in _COMPILERS if (found := shutil.which(name))), None)
    if platform != "win32" or compiler is None:
        where = ".github/workflows/packages.yml does it"
        raise SetUpError(f"The installer for Windows is made on Windows with Inno Setup 6; {where}.")
    about = identity.read(source)
    signing, program = sign_command(), frozen.folder / "mailwright.exe"
    if signing:  # before its digest goes into the list of parts
        run([*signing, str(program)], "signtool could not sign the program")
    papers = BUILD / "papers"
    shutil.rmtree(papers, ignore_errors=True)
    write_papers(about, frozen.parts, program, papers, papers)
    target.mkdir(parents=True, exist_ok=True)
    filled = BUILD / "mailwright.iss"
    # With a mark at its start: without one, iscc takes it for the code page of the machine.
    filled.write_text(recipe(about, frozen, papers, target, signed=bool(signing)), "utf-8-sig")
    run(compile_command(compiler, filled, signing), "iscc could not make the installer")
    setup = target / f"mailwright-{about.version}-setup.exe"
    release.put_list_beside(setup, papers)
    say(str(setup))
    return setup
