"""Libraries inside the files of others: what a wheel carries, for the list of parts and for Debian's copyright.

Only names and licences are written here. Each version is what the library says of itself: asked of it, read in its file
or in that file's name, or in the list that came with the wheel (PEP 770).
"""

from __future__ import annotations

import ctypes
import json
import re
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packageurl import PackageURL

from devtools.packing.parts import Carried, Part

LICENCES = {
    "hunspell": "MPL-1.1 OR GPL-2.0-or-later OR LGPL-2.1-or-later",
    "icu": "Unicode-3.0",
    "libjpeg-turbo": "IJG AND BSD-3-Clause",
    "libpng": "libpng-2.0",
    "libxml2": "MIT",
    "libxslt": "MIT",
    "openssl": "Apache-2.0",
    "zlib": "Zlib",
}

_SAID_IN_FILES = {
    "libjpeg-turbo": re.compile(rb"libjpeg-turbo version (\d[\d.]*\d)"),
    "libpng": re.compile(rb"libpng version (\d[\d.]*\d)"),
    "zlib": re.compile(rb"(?:in|de)flate (\d[\d.]*\d) Copyright"),
}
"""By what a library that was linked into another file is known there."""

_BINARY = re.compile(r"\.(so|pyd|dll|dylib)(\.[\d.]+)?$")


def carried(parts: Sequence[Part]) -> list[Carried]:
    """Return what the wheels of `parts` carry, by owner and name, each once."""
    found: dict[tuple[str, ...], Carried] = {}
    for part in parts:
        for one in _inside(part):
            found.setdefault((one.owner, one.kind, one.name, one.version), one)
    return [found[key] for key in sorted(found)]


def _inside(part: Part) -> Iterator[Carried]:
    for name, version, files in (*_asked(part), *_said_in_files(part)):
        yield Carried("generic", name, version, LICENCES[name], part.name, files)
    yield from _listed(part)


def _asked(part: Part) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Ask the libraries that can say who they are, where the bundle holds the file that they are in."""
    if _has(part, "lxml/etree"):
        from lxml import etree

        yield "libxml2", ".".join(map(str, etree.LIBXML_COMPILED_VERSION)), ()
        yield "libxslt", ".".join(map(str, etree.LIBXSLT_COMPILED_VERSION)), ()
    if _has(part, "cryptography/hazmat/bindings/_rust"):
        from cryptography.hazmat.backends.openssl import backend

        yield "openssl", backend.openssl_version_text().split()[1], ()
    if hunspell := [name for name in part.files if re.search(r"/libhunspell-[\d.]+\d\.", name)]:
        yield "hunspell", re.findall(r"/libhunspell-([\d.]+\d)\.", hunspell[0])[0], tuple(hunspell)
    if icu := [name for name in part.files if re.search(r"/libicu\w+\.", name)]:
        yield "icu", _version_of_icu(part, icu), tuple(icu)


def _has(part: Part, module: str) -> bool:
    return any(name.startswith(f"{module}.") and _BINARY.search(name) for name in part.files)


def _version_of_icu(part: Part, files: Sequence[str]) -> str:
    (common,) = (name for name in files if "/libicuuc." in name)
    told = (ctypes.c_uint8 * 4)()
    getattr(ctypes.CDLL(str(_place(part, common))), f"u_getVersion_{common.rpartition('.')[2]}")(told)
    return re.sub(r"(\.0)+$", "", ".".join(map(str, told)))


def _place(part: Part, name: str) -> Path:
    return Path(str(metadata.distribution(part.name).locate_file(name)))


def _said_in_files(part: Part) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for file in part.files:
        if _BINARY.search(file):
            held = _place(part, file).read_bytes()
            for name, pattern in _SAID_IN_FILES.items():
                if found := pattern.search(held):
                    yield name, found[1].decode(), ()


def _listed(part: Part) -> Iterator[Carried]:
    """Read the lists that came with the wheel; what served only to build it is left out."""
    for path in metadata.distribution(part.name).files or []:
        if not re.search(r"\.dist-info/sboms/[^/]+\.json$", path.as_posix()):
            continue
        listed = json.loads(Path(str(path.locate())).read_text("utf-8"))
        for component in listed.get("components", []):
            if component.get("scope") == "excluded" or "purl" not in component:
                continue
            kind = PackageURL.from_string(component["purl"]).type
            said = [one.get("expression") or one["license"].get("id", "") for one in component.get("licenses", [])]
            licence = " AND ".join(filter(None, said)) or LICENCES.get(component["name"], "")
            yield Carried(kind, component["name"], component["version"], licence, part.name)
