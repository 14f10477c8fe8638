"""The AppImage: the bundle and the desktop's files in one file that runs on any Linux with glibc of Debian 12 or newer.

An AppImage is a small program, the runtime, followed by a file system in squashfs that it mounts. The runtime is not
on PyPI or in Debian: who makes a release names a copy of it with MAILWRIGHT_APPIMAGE_RUNTIME (docs/packaging.md says
where it comes from). Without it, all but that first part is made, and can be tried.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from devtools.debian import install_packages
from devtools.packing import bundle, desktop, foreign, identity, parts, release
from devtools.packing.environment import BUILD
from devtools.words import run, say

RUNTIME = "MAILWRIGHT_APPIMAGE_RUNTIME"
_APP_RUN = """\
#!/bin/sh
# Starts the program in the mounted image; the arguments are its own.
exec "$(dirname "$(readlink -f "$0")")/usr/lib/mailwright/mailwright" "$@"
"""


def build(source: Path, frozen: bundle.Bundle, target: Path, place: Path = BUILD) -> Path:
    """Make the AppImage of `frozen`, the tree `source`; without the runtime, the image that belongs into it."""
    if not shutil.which("mksquashfs"):
        install_packages(["squashfs-tools"], "Making an AppImage")
    about = identity.read(source)
    folder = place / "AppDir"
    lay_out(about, frozen, folder)
    target.mkdir(parents=True, exist_ok=True)
    image = target / f"Mailwright-{about.version}-{os.uname().machine}.squashfs"
    pack(about, folder, image)
    runtime = os.environ.get(RUNTIME)
    if not runtime:
        say(f"{image}: {image.stat().st_size / 1e6:.1f} MB; an AppImage once {RUNTIME} names the runtime.")
        return image
    whole = image.with_suffix(".AppImage")
    whole.write_bytes(Path(runtime).read_bytes() + image.read_bytes())
    whole.chmod(0o755)
    image.unlink()
    release.put_list_beside(whole, folder / "usr/share/doc/mailwright")
    say(f"{whole}: {whole.stat().st_size / 1e6:.1f} MB")
    return whole


def lay_out(about: identity.Identity, frozen: bundle.Bundle, folder: Path) -> None:
    """Write the folder that the image is made of (AppDir)."""
    shutil.rmtree(folder, ignore_errors=True)
    usr = folder / "usr"
    shutil.copytree(frozen.folder, usr / "lib/mailwright", symlinks=True)
    papers = usr / "share/doc/mailwright"
    carried = foreign.carry(usr / "lib/mailwright", papers / "licences")
    desktop.write_all(about, frozen.pictures, usr)
    parts.write_papers(about, frozen.parts, usr / "lib/mailwright/mailwright", papers, papers / "licences", carried)
    (folder / "AppRun").write_text(_APP_RUN, "utf-8")
    (folder / "AppRun").chmod(0o755)
    entry = f"{about.app_id}.desktop"
    shutil.copyfile(usr / "share/applications" / entry, folder / entry)
    shutil.copyfile(frozen.pictures / "256.png", folder / f"{about.app_id}.png")
    (folder / ".DirIcon").symlink_to(f"{about.app_id}.png")


def pack(about: identity.Identity, folder: Path, image: Path) -> None:
    """Pack `folder` into a squashfs: zstd, which the runtime reads fast (xz starts three times as slowly)."""
    image.unlink(missing_ok=True)
    options = ["-root-owned", "-noappend", "-no-progress", "-quiet", "-comp", "zstd", "-Xcompression-level", "19"]
    times = ["-all-time", str(about.epoch), "-mkfs-time", str(about.epoch)]
    # It refuses to be told the time twice.
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    command = ["mksquashfs", str(folder), str(image), *options, *times]
    run(command, "mksquashfs could not pack the image", env=environment)
