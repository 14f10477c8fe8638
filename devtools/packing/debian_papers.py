"""Changelog and copyright of the Debian package, made from CHANGELOG.md and from what the bundle holds."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from email.utils import format_datetime

from devtools.environment import ROOT
from devtools.packing import identity
from devtools.packing.parts import OF_QT, Part

TEMPLATES = ROOT / "packaging" / "debian"


def changelog(about: identity.Identity) -> str:
    """Return CHANGELOG.md in Debian's form."""
    entries = []
    for release in about.releases:
        version = about._replace(version=release.version).debian_version
        day = (
            about.made
            if release.day is None
            else about.made.replace(year=release.day.year, month=release.day.month, day=release.day.day)
        )
        lines = [f"mailwright ({version}) {'unstable' if release.day else 'UNRELEASED'}; urgency=medium", ""]
        for point in release.points or ("First of its kind.",):
            lines += textwrap.wrap(point, 76, initial_indent="  * ", subsequent_indent="    ", break_long_words=False)
        lines += ["", f" -- {about.maintainer}  {format_datetime(day)}", ""]
        entries.append("\n".join(lines))
    return "\n".join(entries)


def copyright_file(parts: Sequence[Part]) -> str:
    """Return debian/copyright in its machine-readable form: ours, Qt's, Python's, and each library's."""
    opening = (TEMPLATES / "copyright.in").read_text("utf-8")
    paragraphs = [opening]
    known = {"Apache-2.0", "LGPL-3", "PSF-2.0", "OFL-1.1", "ISC", "as-beside-each"}
    for part in parts:
        if part.name.startswith(OF_QT):
            continue
        top = part.name.replace("-", "_").replace(".", "/").lower()
        short = part.licence.replace(" AND ", " and ").replace(" OR ", " or ")
        paragraphs.append(
            f"Files: usr/lib/mailwright/_internal/{top}*\n"
            f"Copyright: the authors of {part.name} {part.version}\n"
            f"License: {short}\n"
            f"Comment: its text is in /usr/share/doc/mailwright/licences/{part.name}"
        )
        known.add(short)
    said = [
        f"License: {short}\n The texts that came with each part are in /usr/share/doc/mailwright/licences."
        for short in sorted(known - {"Apache-2.0", "LGPL-3"})
    ]
    return "\n\n".join(paragraph.strip() for paragraph in [*paragraphs, *said]) + "\n"
