"""What of PyPI is in a bundle, with version and licence: for the list of parts and for the licence texts."""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

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
    for classifier in said.get_all("Classifier") or []:
        kind = classifier.rsplit(" :: ", 1)[-1]
        if classifier.startswith("License ::") and kind in _BY_CLASSIFIER:
            return _BY_CLASSIFIER[kind]
    words = said["License"].strip().splitlines() if "License" in said else []
    if words and len(words[0]) <= 80 and not words[0].startswith("Copyright"):
        return _SAID_OTHERWISE.get(words[0], words[0])
    return "NOASSERTION"
