"""What macOS is told of the program (Info.plist), and the .app and .dmg. Written on Linux; never run on a Mac yet."""

from __future__ import annotations

import os
import platform as machine
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devtools.environment import ROOT
from devtools.packing import identity, release
from devtools.packing.bundle import Bundle
from devtools.packing.parts import write_papers
from devtools.words import SetUpError, run, say

MAKE_DMG = ROOT / "packaging" / "macos" / "make-dmg"
ENTITLEMENTS = MAKE_DMG.with_name("entitlements.plist")
IDENTITY = "MAILWRIGHT_IDENTITY"
"""The environment with the Developer ID to sign with; without it the app is signed for this machine alone."""
OLDEST = "14.0"
"""What PySide6 6.12 needs."""


def info_plist(about: identity.Identity) -> dict[str, Any]:
    """Return what goes into Info.plist beside what PyInstaller writes there."""
    return {
        "CFBundleDisplayName": identity.NAME,
        "CFBundleName": identity.NAME,
        "CFBundleShortVersionString": about.version,
        "CFBundleVersion": ".".join(str(number) for number in about.numbers[:3]),
        "LSApplicationCategoryType": "public.app-category.productivity",
        "LSMinimumSystemVersion": OLDEST,
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
        "NSHumanReadableCopyright": "© the Mailwright contributors. Apache License 2.0.",
        "CFBundleURLTypes": [
            {
                "CFBundleURLName": f"{about.app_id}.mailto",
                "CFBundleURLSchemes": ["mailto"],
                "CFBundleTypeRole": "Editor",
            }
        ],
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Mail message",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["com.apple.mail.email"],
                "CFBundleTypeExtensions": ["eml"],
            }
        ],
    }


_THIN = {bytes.fromhex(word) for word in ("feedface", "feedfacf", "cefaedfe", "cffaedfe")}
_FAT = {bytes.fromhex(word) for word in ("cafebabe", "cafebabf")}
"""How Mach-O files begin, in both orders of bytes; from <mach-o/loader.h> and <mach-o/fat.h>."""
_MOST_MACHINES = 20
"""More are no Mach-O: a class of Java begins with cafebabe too, and has its version there, 45 or more."""
_NESTED = {".app", ".bundle", ".framework", ".xpc"}


def is_mach_o(path: Path) -> bool:
    """Return whether a file is code of macOS, by its first bytes, whatever its name."""
    with path.open("rb") as file:
        head = file.read(8)
    return head[:4] in _THIN or (head[:4] in _FAT and 0 < int.from_bytes(head[4:], "big") <= _MOST_MACHINES)


def to_sign(app: Path) -> list[Path]:
    """Return all that needs a signature, from the inside out: a signature covers what was signed before it.

    The app's own file of code is signed with the app, which comes last.
    """
    program = app / "Contents/MacOS/Mailwright"
    real = [path for path in app.rglob("*") if not path.is_symlink() and path != program]
    code = [path for path in real if path.is_file() and is_mach_o(path)]
    nested = [path for path in real if path.is_dir() and path.suffix in _NESTED]
    # At the same depth, files before the folders that may hold them.
    inside_out = sorted([*code, *nested], key=lambda path: (-len(path.parts), path.is_dir(), path))
    return [*inside_out, app]


def sign(app: Path, environment: Mapping[str, str] = os.environ) -> None:
    """Sign all code in `app`, and have the whole verified. Raises SetUpError where codesign refuses."""
    who = environment.get(IDENTITY, "") or "-"
    # Apple notarises what has the hardened runtime and a time from Apple; for one machine neither is to be had.
    options = ["--timestamp", "--options", "runtime"] if who != "-" else ["--timestamp=none"]
    for path in to_sign(app):
        rights = ["--entitlements", str(ENTITLEMENTS)] if path == app else []
        command = ["codesign", "--force", *options, *rights, "--sign", who, str(path)]
        run(command, f"codesign could not sign {path.name}")
    run(["codesign", "--verify", "--deep", "--strict", str(app)], "codesign does not accept what it signed")


def build(source: Path, frozen: Bundle, target: Path, platform: str = sys.platform) -> Path:
    """Make the .dmg of the .app that was frozen. Raises SetUpError where this is no Mac."""
    if platform != "darwin":
        where = ".github/workflows/packages.yml does it"
        raise SetUpError(f"A disk image is made on a Mac: codesign and hdiutil are there alone; {where}.")
    about = identity.read(source)
    app = frozen.folder.parent / "Mailwright.app"
    papers = app / "Contents/Resources/licences"
    write_papers(about, frozen.parts, app / "Contents/MacOS/Mailwright", papers, papers)
    sign(app)
    target.mkdir(parents=True, exist_ok=True)
    image = target / f"Mailwright-{about.version}-{machine.machine()}.dmg"
    run([str(MAKE_DMG), str(app), str(image)], "The disk image could not be made by make-dmg")
    release.put_list_beside(image, papers)
    say(str(image))
    return image
