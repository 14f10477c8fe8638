"""The Debian package: the bundle below /usr/lib/mailwright, what the desktop is told, Depends found by measuring.

It has no maintainer scripts: nothing runs as root at install, upgrade or removal, so nothing can touch a person's
messages. The indexes of menu, icons and man pages are refreshed by the triggers of the packages that keep them.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from devtools.debian import install_packages, is_installed
from devtools.environment import ROOT
from devtools.packing import bundle, debian_papers, desktop, distributions, foreign, identity, licences, sbom
from devtools.packing.environment import BUILD
from devtools.words import SetUpError, say

TEMPLATES = ROOT / "packaging" / "debian"
LARGEST = 45_000_000
LARGEST_INSTALLED = 150_000_000
"""Bytes: a package that outgrows them is not made, so that nobody finds out from a user."""


def build(source: Path, frozen: bundle.Bundle, target: Path, place: Path = BUILD, level: int = 6) -> Path:
    """Make the package of `frozen`, which is the tree `source`, in `target`; return its path. Raises SetUpError.

    `level` is how hard xz tries: 1 is for packages that are only tried.
    """
    _ensure_tools()
    about = identity.read(source)
    tree = place / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    lay_out(source, about, frozen, tree / "usr")
    installed = bundle.size(tree)
    if installed > LARGEST_INSTALLED:
        raise SetUpError(
            f"Installed it would take {installed / 1e6:.1f} MB; {LARGEST_INSTALLED / 1e6:.0f} are allowed."
        )
    _write_control(about, tree, installed)
    package = _pack(about, tree, target, level)
    packed = package.stat().st_size
    if packed > LARGEST and level > 1:
        raise SetUpError(f"{package.name} has {packed / 1e6:.1f} MB; {LARGEST / 1e6:.0f} are allowed.")
    say(f"{package}: {packed / 1e6:.1f} MB, installed {installed / 1e6:.1f} MB")
    return package


def _ensure_tools() -> None:
    missing = [package for package in ("dpkg-dev", "binutils") if not is_installed(package)]
    if missing:
        install_packages(missing, "Making a Debian package")


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
    parts = distributions.bundled(frozen.parts)
    papers = usr / "share/doc/mailwright"
    licences.gather(parts, papers / "licences")
    sbom.write_beside(about, parts, home / "mailwright", papers)
    (papers / "copyright").write_text(debian_papers.copyright_file(parts), "utf-8")
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


def _write_control(about: identity.Identity, tree: Path, installed: int) -> None:
    machine = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    values = {
        "@VERSION@": about.debian_version,
        "@ARCHITECTURE@": machine.stdout.strip(),
        "@MAINTAINER@": about.maintainer,
        "@HOMEPAGE@": about.homepage,
        "@INSTALLED@": str(-(-installed // 1024)),
        "@DEPENDS@": ", ".join(depends(tree)),
    }
    control = (TEMPLATES / "control.in").read_text("utf-8")
    for place, value in values.items():
        control = control.replace(place, value)
    folder = tree / "DEBIAN"
    folder.mkdir()
    (folder / "control").write_text(control, "utf-8")
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(tree)}\n"
        for path in sorted((tree / "usr").rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]
    (folder / "md5sums").write_text("".join(sums), "utf-8")
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)


def depends(tree: Path) -> list[str]:
    """Return the packages of Debian whose libraries the bundle is linked with and does not carry."""
    elves = foreign.binaries(tree)
    folders = sorted({str(path.parent) for path in elves})
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "debian").mkdir()
        control = "Source: mailwright\n\nPackage: mailwright\nArchitecture: any\n"
        (Path(place) / "debian/control").write_text(control, "utf-8")
        # What the bundle carries itself belongs to no package; that nothing else is passed over is seen below.
        command = ["dpkg-shlibdeps", "-O", "--ignore-missing-info", *[f"-l{folder}" for folder in folders]]
        asked = subprocess.run(
            [*command, *[f"-e{path}" for path in elves]], cwd=place, capture_output=True, text=True, check=False
        )
    strangers = {
        name
        for name in re.findall(r"no dependency information found for (\S+)", asked.stderr)
        if not name.startswith(str(tree))
    }
    if asked.returncode != 0 or strangers:
        errors = [line for line in asked.stderr.splitlines() if "error" in line]
        raise SetUpError("\n".join(["No package of Debian is known for what the bundle needs:", *errors, *strangers]))
    found = asked.stdout.strip().removeprefix("shlibs:Depends=")
    return sorted(name.strip() for name in found.split(","))


def _pack(about: identity.Identity, tree: Path, target: Path, level: int) -> Path:
    target.mkdir(exist_ok=True, parents=True)
    machine = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    package = target / f"mailwright_{about.debian_version}_{machine.stdout.strip()}.deb"
    # One thread: how xz cuts its blocks depends on their number, and with it every byte.
    command = [
        "dpkg-deb",
        "--root-owner-group",
        "-Zxz",
        f"-z{level}",
        "--threads-max=1",
        "--build",
        str(tree),
        str(package),
    ]
    environment = bundle.reproducible(about)
    if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise SetUpError("dpkg-deb could not pack it; its words are above.")
    return package
