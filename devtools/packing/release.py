"""What is published with the packages of a release: sums, their signature, lists of parts, notes, winget's manifest.

`python3 dev.py package release --tag v1.2.3` checks the packages in dist/ and writes the rest beside them. It needs
Python alone, and gpg where a key is given. Nothing is uploaded: .github/workflows/packages.yml does that.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from devtools.environment import ROOT
from devtools.packing import identity, winget
from devtools.words import SetUpError, say

SUMS = "SHA256SUMS"
NOTES = "NOTES.md"
LIST = ".cdx.json"
"""What stands behind a package's name for its list of parts (CycloneDX)."""
KEY, PASSPHRASE = "MAILWRIGHT_SIGNING_KEY", "MAILWRIGHT_SIGNING_PASSPHRASE"
"""The environment with the private key (armoured), and what unlocks it. Neither is ever shown or an argument."""
WITHOUT_LIST = ".whl"
"""A wheel carries no library of others: its METADATA names what it needs."""
_NEEDED = (".deb", "-setup.exe", ".dmg", ".whl")
_PACKAGES = (*_NEEDED, ".AppImage")


def put_list_beside(package: Path, papers: Path) -> None:
    """Copy the list of parts out of `papers`, which went into `package`, to the package's side."""
    shutil.copyfile(papers / "sbom.cdx.json", package.with_name(package.name + LIST))


def check_identity(about: identity.Identity, tag: str) -> None:
    """Raise SetUpError where the program cannot be published under `tag`, for all reasons at once."""
    reasons = []
    if tag != f"v{about.version}":
        reasons.append(f"The tag is {tag}, and the version is {about.version}.")
    if about.releases[0].day is None:
        reasons.append(f"CHANGELOG.md calls {about.version} unreleased.")
    if _leads_nowhere(about.address.rpartition("@")[2]):
        reasons.append(f"The maintainer's address leads nowhere: {about.address}.")
    if _leads_nowhere(urlsplit(about.homepage).hostname or ""):
        reasons.append(f"The home page leads nowhere: {about.homepage}.")
    _refuse(reasons)


def check_packages(about: identity.Identity, folder: Path) -> list[Path]:
    """Return the packages in `folder`. Raises SetUpError for one that is missing, of another version or unlisted."""
    packages = sorted(path for path in folder.iterdir() if path.name.endswith(_PACKAGES))
    reasons = [f"There is no {end}." for end in _NEEDED if not any(path.name.endswith(end) for path in packages)]
    for package in packages:
        version = about.debian_version if package.suffix == ".deb" else about.version
        if version not in package.name.replace("-", "_").split("_"):
            reasons.append(f"{package.name} is not of version {version}.")
        if package.suffix != WITHOUT_LIST and _listed_version(package) != about.version:
            reasons.append(f"{package.name} has no list of its parts beside it, or one of another version.")
    _refuse(reasons)
    return packages


def notes(about: identity.Identity) -> str:
    """Return what the newest section of CHANGELOG.md says, and how a download is verified."""
    points = "\n".join(f"- {point}" for point in about.releases[0].points)
    verify = f"`sha256sum --check --ignore-missing {SUMS}`; SECURITY.md says what else can be verified."
    return f"{points}\n\nVerify what you downloaded: {verify}\n"


def write_sums(files: Sequence[Path], folder: Path) -> Path:
    """Write the SHA-256 of each file, as sha256sum does, sorted by name; return the path."""
    lines = []
    for path in sorted(files, key=lambda path: path.name):
        with path.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    sums = folder / SUMS
    sums.write_text("".join(lines), "utf-8", newline="\n")
    return sums


def sign(sums: Path, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Sign `sums` where a key is given: SHA256SUMS.asc. Raises SetUpError where gpg cannot; None without a key.

    The key is in a keyring of its own, which is thrown away, and reaches gpg by its standard input.
    """
    key, signature = environment.get(KEY, ""), sums.with_name(sums.name + ".asc")
    signature.unlink(missing_ok=True)  # of an earlier run: it would be of other sums
    if not key:
        return None
    with tempfile.TemporaryDirectory(prefix="mailwright-") as home:
        base = ["gpg", "--homedir", home, "--batch", "--quiet", "--no-tty"]
        unlock = ["--pinentry-mode", "loopback", "--passphrase-fd", "0"]
        try:
            _gpg([*base, "--import"], key)
            ask = ["--armor", "--output", str(signature), "--detach-sign", str(sums)]
            _gpg([*base, *unlock, *ask], environment.get(PASSPHRASE, "") + "\n")
        finally:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], capture_output=True, check=False)
    return signature


def publish(about: identity.Identity, folder: Path, address: str) -> list[Path]:
    """Check the packages and write what goes beside them; return all that is to be uploaded.

    `address` is where the packages will lie, without the last slash.
    """
    packages = check_packages(about, folder)
    lists = [path.with_name(path.name + LIST) for path in packages if path.suffix != WITHOUT_LIST]
    setup = next(path for path in packages if path.name.endswith("-setup.exe"))
    manifests = winget.write(about, setup, f"{address}/{setup.name}", folder)
    (folder / NOTES).write_text(notes(about), "utf-8")
    files = [*packages, *lists, *manifests]
    sums = write_sums(files, folder)
    signature = sign(sums)
    if signature is None:
        say(f"{SUMS} is not signed: {KEY} holds no key.")
    return [*files, sums, *([signature] if signature else [])]


def main(arguments: Sequence[str]) -> None:
    """Do it; the paths to upload go to standard output, one a line. Raises SetUpError."""
    parser = argparse.ArgumentParser("dev.py package release")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "dist", help="where the packages are (dist/)")
    parser.add_argument("--tag", required=True, help="what the release is tagged with: v and the version")
    parser.add_argument("--address", default="", help="where the packages will lie")
    parser.add_argument("--only-check", action="store_true", help="check whether it may be published; write nothing")
    given = parser.parse_args(arguments)
    about = identity.read(ROOT)
    check_identity(about, given.tag)
    if given.only_check:
        return
    if not given.address.startswith("https://"):
        raise SetUpError("--address must say where the packages will lie, by https.")
    for path in publish(about, given.folder, given.address.rstrip("/")):
        print(path)


def _leads_nowhere(host: str) -> bool:
    return not host or host.rstrip(".").lower().endswith(".invalid")


def _listed_version(package: Path) -> str:
    """Return the version that the list of parts beside a package is of; empty where there is none."""
    try:
        read = json.loads(package.with_name(package.name + LIST).read_text("utf-8"))
        return str(read["metadata"]["component"]["version"]) if read["bomFormat"] == "CycloneDX" else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _gpg(command: Sequence[str], told: str) -> None:
    try:
        ended = subprocess.run(command, input=told, text=True, capture_output=True, check=False)
    except OSError as error:
        raise SetUpError(f"gpg, which signs, could not be started: {error.strerror}.") from None
    if ended.returncode != 0:
        raise SetUpError("gpg could not sign with the key that was given.")  # its words may name the key's owner


def _refuse(reasons: Sequence[str]) -> None:
    if reasons:
        raise SetUpError("\n".join(["This cannot be released.", *reasons]))
