"""The Flatpak: its manifest and the folder that it is built from. The building needs a runtime that is fetched then."""

from __future__ import annotations

from pathlib import Path

from devtools.environment import ROOT
from devtools.packing import appimage, identity
from devtools.packing.bundle import Bundle
from devtools.words import say

MANIFEST = ROOT / "packaging" / "flatpak" / "mailwright.yml.in"


def manifest(about: identity.Identity) -> str:
    """Return the manifest."""
    return identity.fill(MANIFEST, APP_ID=about.app_id)


def build(source: Path, frozen: Bundle, target: Path) -> Path:
    """Write manifest and folder into `target`/flatpak and return the manifest's path."""
    about = identity.read(source)
    folder = target / "flatpak"
    appimage.lay_out(about, frozen, folder / "bundle")
    for name in ("AppRun", ".DirIcon", f"{about.app_id}.desktop", f"{about.app_id}.png"):
        (folder / "bundle" / name).unlink()
    path = folder / f"{about.app_id}.yml"
    path.write_text(manifest(about), "utf-8")
    say(f"{path}; build it with: flatpak-builder --user --install build-dir {path}")
    return path
