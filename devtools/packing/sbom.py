"""The list of all parts of a bundle (SBOM) in CycloneDX, for those who must know what they install."""

from __future__ import annotations

import hashlib
import platform
import sqlite3
import ssl
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from devtools.packing.distributions import Part
from devtools.packing.identity import NAME, Identity

_SPACE = uuid.UUID("2f3a1de0-7c07-4c1e-9b55-5f4b2a51b8f1")
"""Serial numbers come from this and the content, so that the same source has the same list."""


def components(parts: Sequence[Part], system_libraries: bool) -> list[Component]:
    """Return what a bundle holds. `system_libraries` tells whether OpenSSL and SQLite are the bundle's own."""
    licences = LicenseFactory()
    found = [
        Component(
            name=part.name,
            version=part.version,
            type=ComponentType.LIBRARY,
            purl=PackageURL("pypi", name=part.name.lower().replace("_", "-"), version=part.version),
            bom_ref=f"pypi/{part.name}",
            licenses=[licences.make_from_string(part.licence)],
        )
        for part in parts
    ]
    qt = next((part.version for part in parts if part.name.startswith("PySide6")), None)
    others = [("cpython", platform.python_version(), "PSF-2.0")]
    if qt is not None:
        others.append(("qt", qt, "LGPL-3.0-only"))
    if not system_libraries:
        others += [
            ("openssl", ssl.OPENSSL_VERSION.split()[1], "Apache-2.0"),
            ("sqlite", sqlite3.sqlite_version, "blessing"),
        ]
    for name, version, licence in others:
        found.append(
            Component(
                name=name,
                version=version,
                type=ComponentType.PLATFORM if name == "cpython" else ComponentType.LIBRARY,
                purl=PackageURL("generic", name=name, version=version),
                bom_ref=f"generic/{name}",
                licenses=[licences.make_from_string(licence)],
            )
        )
    return found


def write_beside(
    about: Identity, parts: Sequence[Part], program: Path, folder: Path, debian: Mapping[str, str] | None = None
) -> None:
    """Write the list as sbom.cdx.json into `folder`, with the digest of the frozen file `program`.

    `debian` are packages of Debian whose libraries are carried, with their versions.
    """
    # Of Linux's packages none carries OpenSSL or SQLite: they are the system's.
    own = not sys.platform.startswith("linux")
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    (folder / "sbom.cdx.json").write_text(
        write(about, parts, digest, system_libraries=not own, debian=debian or {}), "utf-8"
    )


def write(
    about: Identity, parts: Sequence[Part], digest: str, *, system_libraries: bool, debian: Mapping[str, str]
) -> str:
    """Return the list as JSON. `digest` is the SHA-256 of the frozen program's file."""
    found = components(parts, system_libraries)
    for name, version in sorted(debian.items()):
        purl = PackageURL("deb", "debian", name, version)
        found.append(
            Component(name=name, version=version, type=ComponentType.LIBRARY, purl=purl, bom_ref=f"deb/{name}")
        )
    bom = Bom(components=found)
    licences = LicenseFactory()
    bom.metadata.component = Component(
        name=NAME,
        version=about.version,
        type=ComponentType.APPLICATION,
        description=about.description,
        bom_ref="mailwright",
        licenses=[licences.make_from_string(about.licence)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )
    bom.metadata.timestamp = about.made
    bom.serial_number = uuid.uuid5(_SPACE, f"{about.version} {digest}")
    bom.register_dependency(bom.metadata.component, list(bom.components))
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
