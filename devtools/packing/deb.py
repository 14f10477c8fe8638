"""The Debian package: the bundle below /usr/lib/mailwright, what the desktop is told, Depends found by measuring.

It has no maintainer scripts: nothing runs as root at install, upgrade or removal, so nothing can touch a person's
messages. The indexes of menu, icons and man pages are refreshed by the triggers of the packages that keep them.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from devtools.debian import ensure_packages
from devtools.environment import ROOT
from devtools.packing import bundle, debian_papers, desktop, foreign, identity, parts, release, starting
from devtools.packing.carried import carried
from devtools.packing.environment import BUILD
from devtools.words import SetUpError, run, say

TEMPLATES = ROOT / "packaging" / "debian"
LARGEST = 45_000_000
LARGEST_INSTALLED = 150_000_000
"""Bytes: a package that outgrows them is not made, so that nobody finds out from a user."""
LEVEL = 1 if os.environ.get("MAILWRIGHT_PACK_FAST") else 6
"""How hard xz tries: 1 is for packages that are only tried."""


def build(source: Path, frozen: bundle.Bundle, target: Path, place: Path = BUILD) -> Path:
    """Make the package of `frozen`, which is the tree `source`, in `target`; return its path. Raises SetUpError."""
    ensure_packages(["dpkg-dev", "binutils", *starting.TOOLS], "Making a Debian package and starting it")
    about = identity.read(source)
    tree = place / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    lay_out(source, about, frozen, tree / "usr")
    installed = bundle.size(tree)
    if installed > LARGEST_INSTALLED:
        raise SetUpError(
            f"Installed it would take {installed / 1e6:.1f} MB; {LARGEST_INSTALLED / 1e6:.0f} are allowed."
        )
    starting.start_and_write(tree / "usr/lib/mailwright/mailwright")
    _write_control(about, tree)
    package = _pack(about, tree, target)
    release.put_list_beside(package, tree / "usr/share/doc/mailwright")
    packed = package.stat().st_size
    if packed > LARGEST and LEVEL > 1:
        raise SetUpError(f"{package.name} has {packed / 1e6:.1f} MB; {LARGEST / 1e6:.0f} are allowed.")
    say(f"{package}: {packed / 1e6:.1f} MB, installed {installed / 1e6:.1f} MB")
    return package


def lay_out(source: Path, about: identity.Identity, frozen: bundle.Bundle, usr: Path) -> None:
    """Write all that the package installs below `usr`."""
    home = usr / "lib/mailwright"
    shutil.copytree(frozen.folder, home, symlinks=True)
    (usr / "bin").mkdir()
    (usr / "bin/mailwright").symlink_to("../lib/mailwright/mailwright")
    desktop.write_all(about, frozen.pictures, usr)
    # In a process of its own: it imports the program of `source`, which may be another than this one.
    documents = [sys.executable, "-m", "devtools.packing.documents", str(usr), str(source)]
    subprocess.run(documents, cwd=ROOT, check=True)
    papers = usr / "share/doc/mailwright"
    inside = parts.write_papers(about, frozen.parts, home / "mailwright", papers, papers / "licences")
    told = debian_papers.copyright_file(inside, carried(inside), home)
    (papers / "copyright").write_text(told, "utf-8")
    if nowhere := debian_papers.unmatched(told, usr.parent):
        raise SetUpError("debian/copyright speaks of files that are not in the package: " + ", ".join(nowhere))
    (papers / "changelog.gz").write_bytes(gzip.compress(debian_papers.changelog(about).encode(), 9, mtime=0))
    overrides = usr / "share/lintian/overrides/mailwright"
    overrides.parent.mkdir(parents=True)
    shutil.copyfile(TEMPLATES / "lintian-overrides", overrides)
    _set_rights(usr)


def _set_rights(usr: Path) -> None:
    for path in [usr, *usr.rglob("*")]:
        if path.is_symlink():
            continue
        executable = path.is_dir() or path == usr / "lib/mailwright/mailwright"
        path.chmod(0o755 if executable else 0o644)


def _write_control(about: identity.Identity, tree: Path) -> None:
    """Let dpkg write the control file of what lies in `tree`, and add the digest of every file."""
    folder = tree / "DEBIAN"
    folder.mkdir()
    with tempfile.TemporaryDirectory() as place:
        papers = Path(place) / "debian"
        papers.mkdir()
        control = identity.fill(TEMPLATES / "control.in", MAINTAINER=about.maintainer, HOMEPAGE=about.homepage)
        (papers / "control").write_text(control, "utf-8")
        (papers / "changelog").write_text(debian_papers.changelog(about), "utf-8")
        measure_depends(tree, papers)
        command = ["dpkg-gencontrol", f"-P{tree}", f"-O{folder / 'control'}"]
        run(command, "dpkg-gencontrol could not write the control file", cwd=place)
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(tree)}\n"
        for path in sorted((tree / "usr").rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]
    (folder / "md5sums").write_text("".join(sums), "utf-8")
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)


def measure_depends(tree: Path, papers: Path) -> None:
    """Write `papers`/substvars: the packages whose libraries the bundle is linked with and does not carry.

    `tree` must hold its folder DEBIAN already: dpkg knows by it what belongs to the package.
    """
    elves = foreign.binaries(tree)
    # As they will be installed: dpkg looks there in the package first, and only then on this machine. Named as they are
    # here, they would be but the first of many places, and a library that both have would become a dependency.
    folders = sorted({f"/{path.parent.relative_to(tree)}" for path in elves})
    # What the bundle carries itself belongs to no package; that nothing else is passed over is seen below.
    command = ["dpkg-shlibdeps", "--ignore-missing-info", *[f"-l{folder}" for folder in folders]]
    asked = subprocess.run(
        [*command, *[f"-e{path}" for path in elves]], cwd=papers.parent, capture_output=True, text=True, check=False
    )
    strangers = {
        name
        for name in re.findall(r"no dependency information found for (\S+)", asked.stderr)
        if not name.startswith(str(tree))
    }
    if asked.returncode != 0 or strangers:
        errors = [line for line in asked.stderr.splitlines() if "error" in line]
        raise SetUpError("\n".join(["No package of Debian is known for what the bundle needs:", *errors, *strangers]))


def _pack(about: identity.Identity, tree: Path, target: Path) -> Path:
    target.mkdir(exist_ok=True, parents=True)
    # One thread: how xz cuts its blocks depends on their number, and with it every byte.
    options = ["--root-owner-group", "-Zxz", f"-z{LEVEL}", "--threads-max=1", "--build", str(tree), str(target)]
    run(["dpkg-deb", *options], "dpkg-deb could not pack it", env=bundle.reproducible(about))
    return target / f"mailwright_{about.debian_version}_{_architecture()}.deb"


def _architecture() -> str:
    asked = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()
