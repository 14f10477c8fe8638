"""Tries the Debian package: makes it and that of an earlier commit, and runs tests/packaging/installed with both.

As root, with debootstrap; each Debian is made in build/trees once, and used through a layer that is thrown away.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from devtools.debian import END2END_PACKAGES, ensure_packages
from devtools.environment import PYTHON, ROOT, set_up
from devtools.packing import identity
from devtools.packing.environment import BUILD
from devtools.words import SetUpError, run, say

OLDER = "MAILWRIGHT_OLDER"
"""Names the commit whose package is upgraded; without it that is the newest tag before this commit."""
FIRST = "db8cb05ee0ba4227456da4190f3f4db455f4ee97"
"""What is upgraded as long as there is no tag: the first commit that survives the replacement of its files."""
_TOOLS = (*END2END_PACKAGES, "debootstrap", "lintian", "appstream", "desktop-file-utils")


def older_commit(root: Path = ROOT) -> str:
    """Return the whole name of the commit to upgrade from. Raises SetUpError where git does not have it."""
    tag = _git(root, "describe", "--tags", "--abbrev=0", "HEAD^")
    wanted = os.environ.get(OLDER) or tag or FIRST
    found = _git(root, "rev-parse", "--verify", "--quiet", f"{wanted}^{{commit}}")
    if not found:
        raise SetUpError(f"git has no commit {wanted} here to upgrade from: fetch all of the history.")
    return found


def _git(root: Path, *words: str) -> str:
    """Return what git says, nothing where it fails."""
    return subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False).stdout.strip()


def older_source(commit: str, place: Path, root: Path = ROOT) -> Path:
    """Unpack `commit` of the repository `root` into `place`, under a version that comes before this tree's."""
    place.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(["git", "-C", str(root), "archive", commit], capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(place)], input=packed, check=True)
    version = identity.read(place).version
    if version == identity.read(root).version:
        # What changed since is not released yet: the package system must see that it did.
        for name in ("app/__init__.py", "CHANGELOG.md"):
            told = (place / name).read_text("utf-8")
            said = re.sub(
                rf'^(__version__ = "|## ){re.escape(version)}', r"\g<0>.dev0", told, count=1, flags=re.MULTILINE
            )
            (place / name).write_text(said, "utf-8")
    return place


def make_package(source: Path, target: Path) -> Path:
    """Return the newest package in `target`; where there is none, the tree `source` makes one by its own recipe."""
    found = sorted(target.glob("mailwright_*.deb"), key=lambda path: path.stat().st_mtime)
    if found:
        say(f"Trying {found[-1]}; remove it to have it made anew.")
        return found[-1]
    # The older one is never given away: it need not be small.
    fast = {} if source == ROOT else {"MAILWRIGHT_PACK_FAST": "1"}
    command = [sys.executable, str(source / "dev.py"), "package", "deb", "--target", str(target)]
    run(command, "The package that was to be tried could not be made", cwd=source, env={**os.environ, **fast})
    return make_package(source, target)


def try_packages(arguments: Sequence[str]) -> None:
    """Make what is missing and run the tests; `arguments` go to pytest. Ends the program with pytest's exit code."""
    if os.geteuid() != 0:
        raise SetUpError("Installing into a Debian of its own (debootstrap, chroot, mount) needs root.")
    ensure_packages(_TOOLS, "Trying a package")
    set_up("dev")
    commit = older_commit()
    place = BUILD / "older" / commit
    packages = {
        "MAILWRIGHT_PACKAGE": str(make_package(ROOT, ROOT / "dist")),
        "MAILWRIGHT_OLDER_PACKAGE": str(make_package(older_source(commit, place / "source"), place)),
    }
    images = sorted((ROOT / "dist").glob("Mailwright-*.squashfs"))
    if images:
        packages["MAILWRIGHT_IMAGE"] = str(images[-1])
    command = [str(PYTHON), "-m", "pytest", "-m", "package", "-p", "no:cacheprovider", "tests/packaging/installed"]
    ended = subprocess.run([*command, *arguments], cwd=ROOT, env={**os.environ, **packages}, check=False)
    raise SystemExit(ended.returncode)
