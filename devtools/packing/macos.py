"""What macOS is told of the program (Info.plist), and the .app and .dmg. Written on Linux; never run on a Mac yet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from devtools.environment import ROOT
from devtools.packing import identity
from devtools.packing.bundle import Bundle
from devtools.packing.parts import write_papers
from devtools.words import SetUpError, run, say

MAKE_DMG = ROOT / "packaging" / "macos" / "make-dmg"
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


def build(source: Path, frozen: Bundle, target: Path, platform: str = sys.platform) -> Path:
    """Make the .dmg of the .app that was frozen. Raises SetUpError where this is no Mac."""
    if platform != "darwin":
        where = ".github/workflows/packages.yml does it"
        raise SetUpError(f"A disk image is made on a Mac: codesign and hdiutil are there alone; {where}.")
    about = identity.read(source)
    app = frozen.folder.parent / "Mailwright.app"
    papers = app / "Contents/Resources/licences"
    write_papers(about, frozen.parts, app / "Contents/MacOS/Mailwright", papers, papers)
    target.mkdir(parents=True, exist_ok=True)
    image = target / f"Mailwright-{about.version}.dmg"
    run([str(MAKE_DMG), str(app), str(image)], "The disk image could not be made by make-dmg")
    say(str(image))
    return image
