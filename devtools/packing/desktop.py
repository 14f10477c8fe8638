"""What a Linux desktop is told of the program: menu entry, AppStream data, icons; the same in each package."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.sax.saxutils import escape

from devtools.environment import ROOT
from devtools.packing.icons import DRAWING, SIZES
from devtools.packing.identity import Identity, fill

TEMPLATES = ROOT / "packaging" / "linux"


def desktop_entry(about: Identity) -> str:
    """Return the menu entry, which also offers the program for mailto: links and .eml files."""
    return fill(TEMPLATES / "desktop.in", APP_ID=about.app_id)


def metainfo(about: Identity) -> str:
    """Return the AppStream data, with the releases of CHANGELOG.md."""
    return fill(
        TEMPLATES / "metainfo.xml.in",
        APP_ID=about.app_id,
        LICENCE=about.licence,
        DEVELOPER_ID=about.developer_id,
        DEVELOPER=escape(about.publisher),
        HOMEPAGE=escape(about.homepage),
        RELEASES=_releases(about),
    )


def _releases(about: Identity) -> str:
    lines = ["  <releases>"]
    for release in about.releases:
        day = release.day or about.made.date()
        kind = "stable" if release.day else "development"
        lines.append(f'    <release version="{escape(release.version)}" date="{day}" type="{kind}">')
        if release.points:
            points = "".join(f"\n          <li>{escape(_plain(point))}</li>" for point in release.points)
            lines.append(f"      <description>\n        <ul>{points}\n        </ul>\n      </description>")
        lines.append("    </release>")
    return "\n".join([*lines, "  </releases>"])


def _plain(words: str) -> str:
    return words.replace("`", "").replace("**", "")


def write_all(about: Identity, pictures: Path, usr: Path) -> None:
    """Write menu entry, AppStream data and icons below `usr`."""
    entry = usr / "share/applications" / f"{about.app_id}.desktop"
    data = usr / "share/metainfo" / f"{about.app_id}.metainfo.xml"
    for path, text in ((entry, desktop_entry(about)), (data, metainfo(about))):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    theme = usr / "share/icons/hicolor"
    for size in SIZES:
        _copy(pictures / f"{size}.png", theme / f"{size}x{size}/apps/{about.app_id}.png")
    _copy(DRAWING, theme / "scalable/apps" / f"{about.app_id}.svg")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
