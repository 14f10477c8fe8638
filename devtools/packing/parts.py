"""What is in a bundle: a list of all parts (SBOM, CycloneDX) for those who must know, and the text of each licence.

The list holds what was truly frozen, not what was installed beside it.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shutil
import sqlite3
import ssl
import sys
import sysconfig
import uuid
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
}


class Part(NamedTuple):
    """A distribution in the bundle. `licence` is an SPDX expression, or the distribution's own words."""

    name: str
    version: str
    licence: str
    texts: tuple[tuple[str, str], ...]
    """File name and text of each licence that came with it."""


def bundled(parts: Path) -> list[Part]:
    """Return the distributions of which something is among the names in `parts`, by name."""
    tops = {re.split(r"[./\\]", name)[0] for name in json.loads(parts.read_text("utf-8"))}
    owners = metadata.packages_distributions()
    names = {owner for top in tops for owner in owners.get(top, [])}
    return sorted((describe(name) for name in names), key=lambda part: part.name.lower())


def describe(name: str) -> Part:
    """Return what an installed distribution says of itself."""
    found = metadata.distribution(name)
    texts = []
    for path in found.files or []:
        if ".dist-info/" in str(path) and _TEXTS.search(str(path)):
            text = Path(str(path.locate())).read_text("utf-8", "replace")
            texts.append((path.name, text))
    return Part(found.metadata["Name"], found.version, licence_of(found), tuple(sorted(texts)))


def licence_of(found: metadata.Distribution) -> str:
    """Return the licence in SPDX's words, as far as the distribution's metadata says one."""
    said = found.metadata
    if "License-Expression" in said:
        return said["License-Expression"]
    words = (said["License"] or "").strip().partition("\n")[0] if "License" in said else ""
    if words and (is_supported_id(words) or is_expression(words)):
        return words
    for classifier in said.get_all("Classifier") or []:
        kind = classifier.rsplit(" :: ", 1)[-1]
        if classifier.startswith("License ::") and kind in _BY_CLASSIFIER:
            return _BY_CLASSIFIER[kind]
    told = words and len(words) <= 80 and not words.startswith("Copyright")
    return _SAID_OTHERWISE.get(words, words) if told else "NOASSERTION"


def write_papers(
    about: Identity, names: Path, program: Path, folder: Path, texts: Path, debian: Mapping[str, str] | None = None
) -> list[Part]:
    """Write the list into `folder`, with the digest of the frozen file `program`, and the licences into `texts`.

    `names` is what the bundle holds, `debian` the versions of carried packages. Raises SetUpError as `gather` does.
    """
    parts = bundled(names)
    gather(parts, texts)
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    # Of Linux's packages none carries OpenSSL or SQLite: they are the system's.
    on_linux = sys.platform.startswith("linux")
    listed = parts_list(about, parts, digest, system_libraries=on_linux, debian=debian or {})
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
    about: Identity, parts: Sequence[Part], digest: str, *, system_libraries: bool, debian: Mapping[str, str]
) -> str:
    """Return the list as JSON. `digest` is the SHA-256 of the frozen program's file.

    `system_libraries` tells whether OpenSSL and SQLite are the system's, and not the bundle's own.
    """
    generic = [("cpython", platform.python_version(), "PSF-2.0")]
    generic += [("qt", part.version, "LGPL-3.0-only") for part in parts if part.name.startswith("PySide6")][:1]
    if not system_libraries:
        generic.append(("openssl", ssl.OPENSSL_VERSION.split()[1], "Apache-2.0"))
        generic.append(("sqlite", sqlite3.sqlite_version, "blessing"))
    bom = Bom(
        components=[
            *(_component("pypi", part.name, part.version, part.licence) for part in parts),
            *(_component("generic", *other) for other in generic),
            *(_component("deb", name, version, namespace="debian") for name, version in debian.items()),
        ],
        serial_number=uuid.uuid5(_SPACE, f"{about.version} {digest}"),
    )
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


def _component(kind: str, name: str, version: str, licence: str = "", **place: Any) -> Component:
    spelled = name.lower().replace("_", "-") if kind == "pypi" else name
    return Component(
        name=name,
        version=version,
        type=ComponentType.PLATFORM if name == "cpython" else ComponentType.LIBRARY,
        purl=PackageURL(kind, name=spelled, version=version, **place),
        bom_ref=f"{kind}/{name}",
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
    )
