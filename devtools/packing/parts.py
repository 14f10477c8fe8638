"""What is in a bundle: a list of all parts (SBOM, CycloneDX) for those who must know, and the text of each licence.

The list holds what was truly frozen, not what was installed beside it.
"""

from __future__ import annotations

import hashlib
import json
import platform
import pyexpat
import re
import shutil
import sqlite3
import ssl
import sys
import sysconfig
import uuid
import zlib
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.spdx import is_expression, is_supported_id
from packageurl import PackageURL

from devtools.environment import ROOT
from devtools.packing.identity import NAME, Identity
from devtools.words import SetUpError

TEXTS = ROOT / "packaging" / "licences"
OF_QT = ("PySide6", "shiboken6")
"""Their wheels carry no text: it is the LGPL's, which lies beside the notice."""

_SPACE = uuid.UUID("2f3a1de0-7c07-4c1e-9b55-5f4b2a51b8f1")
"""Serial numbers come from this and the content, so that the same source has the same list."""

_TEXTS = re.compile(r"(^|/)(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)

_BY_CLASSIFIER = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}

_SAID_OTHERWISE = {
    # What stands under License: is free text; here in SPDX's words, as their licence files say.
    "BSD": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "PSFL": "PSF-2.0",
    "GPLv2-or-later with a special exception which allows to use PyInstaller to build and distribute non-free programs "
    "(including commercial ones)": "GPL-2.0-or-later WITH Bootloader-exception",
}


class Part(NamedTuple):
    """A distribution in the bundle. `licence` is an SPDX expression, or the distribution's own words."""

    name: str
    version: str
    licence: str
    texts: tuple[tuple[str, str], ...]
    """File name and text of each licence that came with it."""
    files: tuple[str, ...] = ()
    """Those of its files that lie in the bundle as they are, by the path that they have there and where it is
    installed; modules of Python lie in the program's archive."""


class Carried(NamedTuple):
    """A library that the wheel of `owner` carries. `files` are its own in the bundle; none where it is in another's."""

    kind: str
    """Of package, as in its address (purl): "generic", or "cargo" for what programs in Rust are made of."""

    name: str
    version: str
    licence: str
    owner: str
    files: tuple[str, ...] = ()


def bundled(parts: Path) -> list[Part]:
    """Return the distributions of which something is among the names in `parts`, by name."""
    held = {name.replace("\\", "/") for name in json.loads(parts.read_text("utf-8"))}
    tops = {re.split(r"[./]", name)[0] for name in held}
    owners = metadata.packages_distributions()
    # The program's file itself opens with what starts it.
    names = {"pyinstaller", *(owner for top in tops for owner in owners.get(top, []))}
    found = [describe(name) for name in names]
    inside = [part._replace(files=tuple(name for name in part.files if name in held)) for part in found]
    return sorted(inside, key=lambda part: part.name.lower())


def describe(name: str) -> Part:
    """Return what an installed distribution says of itself."""
    found = metadata.distribution(name)
    files, texts = tuple(path.as_posix() for path in found.files or []), []
    for path in found.files or []:
        if ".dist-info/" in str(path) and _TEXTS.search(str(path)):
            text = Path(str(path.locate())).read_text("utf-8", "replace")
            texts.append((path.name, text))
    return Part(found.metadata["Name"], found.version, licence_of(found), tuple(sorted(texts)), files)


def licence_of(found: metadata.Distribution) -> str:
    """Return the licence in SPDX's words, as far as the distribution's metadata says one."""
    said = found.metadata
    if "License-Expression" in said:
        return said["License-Expression"]
    words = (said["License"] or "").strip().partition("\n")[0] if "License" in said else ""
    if words in _SAID_OTHERWISE:
        return _SAID_OTHERWISE[words]
    if words and (is_supported_id(words) or is_expression(words)):
        return words
    for classifier in said.get_all("Classifier") or []:
        kind = classifier.rsplit(" :: ", 1)[-1]
        if classifier.startswith("License ::") and kind in _BY_CLASSIFIER:
            return _BY_CLASSIFIER[kind]
    told = words and len(words) <= 80 and not words.startswith("Copyright")
    return words if told else "NOASSERTION"


def write_papers(
    about: Identity, names: Path, program: Path, folder: Path, texts: Path, debian: Mapping[str, str] | None = None
) -> list[Part]:
    """Write the list into `folder`, with the digest of the frozen file `program`, and the licences into `texts`.

    `names` is what the bundle holds, `debian` the versions of carried packages. Raises SetUpError as `gather` does.
    """
    from devtools.packing.carried import carried

    parts = bundled(names)
    gather(parts, texts)
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    # On Linux what Python itself stands on is the system's.
    on_linux = sys.platform.startswith("linux")
    inside = carried(parts)
    listed = parts_list(about, parts, digest, system_libraries=on_linux, debian=debian or {}, carried=inside)
    (folder / "sbom.cdx.json").write_text(listed, "utf-8")
    return parts


# --- licence texts ----------------------------------------------------------------------------------------------------


def gather(parts: Sequence[Part], folder: Path) -> None:
    """Write notice and texts into `folder`. Raises SetUpError where a part came without its licence."""
    shutil.copytree(TEXTS, folder, copy_function=shutil.copyfile, dirs_exist_ok=True)
    shutil.copyfile(ROOT / "LICENSE", folder / "Apache-2.0.txt")
    found = {"python/LICENSE.txt": _python_licence()}
    for part in parts:
        if not part.texts and not part.name.startswith(OF_QT):
            raise SetUpError(f"{part.name} {part.version} came without the text of its licence ({part.licence}).")
        found.update({f"{part.name}/{name}": text for name, text in part.texts})
    for name, text in found.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _python_licence() -> str:
    stdlib = Path(sysconfig.get_path("stdlib"))
    # Windows keeps it at the top of the installation.
    for place in (stdlib / "LICENSE.txt", stdlib.parent / "LICENSE.txt"):
        if place.exists():
            return place.read_text("utf-8")
    raise SetUpError("This Python has no text of its licence (LICENSE.txt) beside its standard library.")


# --- the list ---------------------------------------------------------------------------------------------------------


def parts_list(
    about: Identity,
    parts: Sequence[Part],
    digest: str,
    *,
    system_libraries: bool,
    debian: Mapping[str, str],
    carried: Sequence[Carried] = (),
) -> str:
    """Return the list as JSON. `digest` is the SHA-256 of the frozen program's file.

    `system_libraries` tells whether what Python stands on (OpenSSL, SQLite) is the system's, and not the bundle's own;
    `carried` is what lies inside wheels.
    """
    generic = [("cpython", platform.python_version(), "PSF-2.0")]
    generic += [("qt", part.version, "LGPL-3.0-only") for part in parts if part.name.startswith("PySide6")][:1]
    if not system_libraries:
        generic += _of_python()
    ours = {part.name: _component("pypi", part.name, part.version, part.licence) for part in parts}
    inside = {one[:3]: _component(*one[:4], bom_ref=f"{one.kind}/{one.name}@{one.version}") for one in carried}
    bom = Bom(
        components=[
            *ours.values(),
            *(_component("generic", *other) for other in generic),
            *(_component("deb", name, version, namespace="debian") for name, version in debian.items()),
            *inside.values(),
        ],
        serial_number=uuid.uuid5(_SPACE, f"{about.version} {digest}"),
    )
    for owner in sorted({one.owner for one in carried}):
        bom.register_dependency(ours[owner], [inside[one[:3]] for one in carried if one.owner == owner])
    bom.metadata.timestamp = about.made
    bom.metadata.component = Component(
        name=NAME,
        version=about.version,
        type=ComponentType.APPLICATION,
        description=about.description,
        bom_ref="mailwright",
        licenses=[LicenseFactory().make_from_string(about.licence)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )
    bom.register_dependency(bom.metadata.component, list(bom.components))
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _of_python() -> list[tuple[str, str, str]]:
    """Return what a Python that is not the system's brings with it: name, version and licence."""
    return [
        ("expat", pyexpat.EXPAT_VERSION.removeprefix("expat_"), "MIT"),
        ("openssl", ssl.OPENSSL_VERSION.split()[1], "Apache-2.0"),
        ("sqlite", sqlite3.sqlite_version, "blessing"),
        ("zlib", zlib.ZLIB_RUNTIME_VERSION, "Zlib"),
    ]


def _component(kind: str, name: str, version: str, licence: str = "", bom_ref: str = "", **place: Any) -> Component:
    spelled = name.lower().replace("_", "-") if kind == "pypi" else name
    return Component(
        name=name,
        version=version,
        type=ComponentType.PLATFORM if name == "cpython" else ComponentType.LIBRARY,
        purl=PackageURL(kind, name=spelled, version=version, **place),
        bom_ref=bom_ref or f"{kind}/{name}",
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
    )
