"""The manifest by which winget finds the installer for Windows. Never given to winget yet.

Three files, as https://github.com/microsoft/winget-pkgs takes them. Each is JSON, which is YAML too.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from devtools.environment import ROOT
from devtools.packing import identity
from devtools.words import SetUpError

PACKAGE = "Mailwright.Mailwright"
_FORM = "1.6.0"
_RECIPE = ROOT / "packaging" / "windows" / "mailwright.iss.in"


def manifests(about: identity.Identity, address: str, digest: str) -> dict[str, dict[str, Any]]:
    """Return the three manifests by the names of their files. `digest` is the installer's SHA-256."""

    def manifest(kind: str, **fields: Any) -> dict[str, Any]:
        same = {"PackageIdentifier": PACKAGE, "PackageVersion": about.version}
        return {**same, **fields, "ManifestType": kind, "ManifestVersion": _FORM}

    one = {"Architecture": "x64", "InstallerUrl": address, "InstallerSha256": digest.upper()}
    return {
        f"{PACKAGE}.yaml": manifest("version", DefaultLocale="en-US"),
        f"{PACKAGE}.installer.yaml": manifest(
            "installer",
            InstallerType="inno",
            MinimumOSVersion=_said("MinVersion") + ".0",
            UpgradeBehavior="install",
            Protocols=["mailto"],
            FileExtensions=["eml"],
            # Inno Setup's own mark behind its AppId, by which Windows lists what is installed.
            ProductCode=_said("AppId").removeprefix("{") + "_is1",
            Installers=[
                {**one, "Scope": "user", "InstallerSwitches": {"Custom": "/CURRENTUSER"}},
                {**one, "Scope": "machine", "InstallerSwitches": {"Custom": "/ALLUSERS"}},
            ],
        ),
        f"{PACKAGE}.locale.en-US.yaml": manifest(
            "defaultLocale",
            PackageLocale="en-US",
            Publisher=about.publisher,
            PackageName=identity.NAME,
            PackageUrl=about.homepage,
            License=about.licence,
            ShortDescription=identity.SUMMARY,
            Description=about.description,
        ),
    }


def write(about: identity.Identity, setup: Path, address: str, folder: Path) -> list[Path]:
    """Write them into `folder` for the installer `setup`, which will lie at `address`; return their paths."""
    made = []
    for name, fields in manifests(about, address, hashlib.sha256(setup.read_bytes()).hexdigest()).items():
        path = folder / name
        path.write_text(json.dumps(fields, indent=2, ensure_ascii=False) + "\n", "utf-8")
        made.append(path)
    return made


def _said(directive: str) -> str:
    """Return what the recipe of Inno Setup says, so that no number stands twice."""
    found = re.search(rf"^{directive}=(.+)$", _RECIPE.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise SetUpError(f"{_RECIPE.name} says no {directive}.")
    return found[1]
