"""Tries the Debian package: makes it and one of an older version, and runs tests/packaging/installed with both.

As root, with debootstrap; each Debian is made in build/trees once, and used through a layer that is thrown away.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from devtools.debian import END2END_PACKAGES, ensure_packages
from devtools.environment import PYTHON, ROOT, set_up
from devtools.packing.environment import BUILD, make_environment
from devtools.words import SetUpError, run, say

OLDER = "0.0.9"
_TOOLS = (*END2END_PACKAGES, "debootstrap", "lintian", "appstream", "desktop-file-utils")


def older_source() -> Path:
    """Copy this tree as a version that came before it: the same program under an older number."""
    place = BUILD / "older" / "source"
    shutil.rmtree(place, ignore_errors=True)
    for folder in ("app", "resources"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, place / name)
    version = place / "app" / "__init__.py"
    said = re.sub(r'(?m)^__version__ = ".+"$', f'__version__ = "{OLDER}"', version.read_text("utf-8"))
    version.write_text(said, "utf-8")
    (place / "CHANGELOG.md").write_text(f"# Changelog\n\n## {OLDER} (2026-01-01)\n\n- An older version.\n", "utf-8")
    return place


def make_package(source: Path, target: Path) -> Path:
    """Return the newest package in `target`; make one of the tree `source` where there is none."""
    found = sorted(target.glob("mailwright_*.deb"), key=lambda path: path.stat().st_mtime)
    if found:
        say(f"Trying {found[-1]}; remove it to have it made anew.")
        return found[-1]
    command = [str(make_environment()), "-m", "devtools.packing.making", "deb", "--source", str(source)]
    # The older one is never given away: it need not be small.
    fast = {} if target == ROOT / "dist" else {"MAILWRIGHT_PACK_FAST": "1"}
    environment = {**os.environ, **fast, "QT_QPA_PLATFORM": "offscreen"}
    command += ["--target", str(target)]
    run(command, "The package that was to be tried could not be made", cwd=ROOT, env=environment)
    return make_package(source, target)


def try_packages(arguments: Sequence[str]) -> None:
    """Make what is missing and run the tests; `arguments` go to pytest. Ends the program with pytest's exit code."""
    if os.geteuid() != 0:
        raise SetUpError("Installing into a Debian of its own (debootstrap, chroot, mount) needs root.")
    ensure_packages(_TOOLS, "Trying a package")
    set_up("dev")
    target = BUILD / "older"
    packages = {
        "MAILWRIGHT_PACKAGE": str(make_package(ROOT, ROOT / "dist")),
        "MAILWRIGHT_OLDER_PACKAGE": str(make_package(older_source(), target)),
    }
    images = sorted((ROOT / "dist").glob("Mailwright-*.squashfs"))
    if images:
        packages["MAILWRIGHT_IMAGE"] = str(images[-1])
    command = [str(PYTHON), "-m", "pytest", "-m", "package", "-p", "no:cacheprovider", "tests/packaging/installed"]
    ended = subprocess.run([*command, *arguments], cwd=ROOT, env={**os.environ, **packages}, check=False)
    raise SystemExit(ended.returncode)
