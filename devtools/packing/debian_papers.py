"""Changelog and copyright of the Debian package, made from CHANGELOG.md and from what the bundle holds."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Sequence
from email.utils import format_datetime
from pathlib import Path

from devtools.environment import ROOT
from devtools.packing import identity
from devtools.packing.parts import OF_QT, Carried, Part

TEMPLATES = ROOT / "packaging" / "debian"
INSIDE = "usr/lib/mailwright/_internal"
_TEXTS = "/usr/share/doc/mailwright/licences"
_OF_DEBIAN = {"GPL-2.0-or-later": "GPL-2", "LGPL-2.1-or-later": "LGPL-2.1", "MPL-1.1": "MPL-1.1", "MPL-2.0": "MPL-2.0"}
"""Licences whose texts every Debian has, by the names that they have there."""


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


def copyright_file(parts: Sequence[Part], carried: Sequence[Carried], bundle: Path) -> str:
    """Return debian/copyright in its machine-readable form for the bundle in the folder `bundle`.

    A part with files of its own there has a paragraph for them. What lies in the program's archive has one for all,
    and so has a library that a part carries as a file. The last paragraph that fits a file counts.
    """
    inside = bundle / "_internal"
    names = {path.relative_to(inside).as_posix() for path in inside.rglob("*") if path.is_symlink() or path.is_file()}
    files = {part.name: _with_links(part.files, inside, names) for part in parts}
    of_qt = {name for part in parts if part.name.startswith(OF_QT) for name in files[part.name]}
    paragraphs = [identity.fill(TEMPLATES / "copyright.in", QT=_list(of_qt, names)), _of_archive(parts)]
    for part in parts:
        if files[part.name] and not part.name.startswith(OF_QT):
            held = ", ".join(f"{one.name} {one.version}" for one in carried if _is_only_inside(one, part))
            comment = [f"Its text is in {_TEXTS}/{part.name}.", f"It carries {held}." if held else ""]
            who = (f"{part.name} {part.version}", part.licence)
            paragraphs.append(_paragraph(_list(files[part.name], names), *who, " ".join(comment)))
    for one in carried:
        if own := _with_links(one.files, inside, names):
            words = f"It came with {one.owner}; NOTICE.md in {_TEXTS} says more."
            paragraphs.append(_paragraph(_list(own, names), f"{one.name} {one.version}", one.licence, words))
    return "\n\n".join([*(paragraph.strip() for paragraph in paragraphs), *_licences(paragraphs)]) + "\n"


def _is_only_inside(one: Carried, part: Part) -> bool:
    return one.owner == part.name and one.kind == "generic" and not one.files


def _of_archive(parts: Sequence[Part]) -> str:
    held = "\n".join(f" {part.name} {part.version}: {_short(part.licence)}" for part in parts)
    return (
        "Files: usr/lib/mailwright/mailwright\n"
        "Copyright: the Mailwright contributors, the Python Software Foundation and the authors of what is named\n"
        "License: as-named-for-each\n"
        "Comment: The program, the start of PyInstaller, and an archive of modules of Python (PSF-2.0), of Mailwright\n"
        f" (Apache-2.0) and of these, whose texts are in {_TEXTS}:\n{held}"
    )


def _paragraph(patterns: str, who: str, licence: str, comment: str) -> str:
    told = textwrap.fill(comment, 78, subsequent_indent=" ", break_long_words=False, break_on_hyphens=False)
    return f"Files: {patterns}\nCopyright: the authors of {who}\nLicense: {_short(licence)}\nComment: {told}"


def _short(licence: str) -> str:
    """Return an expression of SPDX in Debian's words."""
    return licence.replace(" AND ", " and ").replace(" OR ", " or ").replace(" WITH ", " with ")


def _licences(paragraphs: Sequence[str]) -> list[str]:
    """Return a paragraph for each licence that is named and has no words of its own yet."""
    said = re.findall(r"^License: (.+)(\n )?", "\n\n".join(paragraphs), re.MULTILINE)
    told = {name for name, words in said if words}
    named = {name for names, words in said if not words for name in re.split(r" and | or ", names)}
    return [f"License: {name}\n {_where(name)}" for name in sorted(named - told)]


def _where(licence: str) -> str:
    if licence in _OF_DEBIAN:
        return f"On Debian systems the whole text is in /usr/share/common-licenses/{_OF_DEBIAN[licence]}."
    return f"The texts that came with each part are in {_TEXTS}."


# --- patterns ---------------------------------------------------------------------------------------------------------


def _with_links(files: Collection[str], inside: Path, names: Collection[str]) -> set[str]:
    """Return those of `files` that are among `names`, and the links beside the program that lead to one of them."""
    links = {name: str((inside / name).readlink()) for name in names if (inside / name).is_symlink()}
    own = set(files)
    return {name for name in names if links.get(name, name) in own}


def _list(own: Collection[str], names: Collection[str]) -> str:
    """Return patterns, one a line, that match `own` and nothing else of `names`."""
    patterns: list[str] = []
    for top in sorted({name.partition("/")[0] for name in own}):
        there = {name for name in names if name.startswith(f"{top}/")}
        patterns += [f"{top}/*"] if there and there <= set(own) else sorted({top, *there} & set(own))
    return "\n ".join(f"{INSIDE}/{pattern.replace(' ', '?')}" for pattern in patterns)


def unmatched(text: str, tree: Path) -> list[str]:
    """Return the patterns of debian/copyright that match no file of the package whose root is `tree`."""
    names = [path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_symlink() or path.is_file()]
    told = re.findall(r"^Files:(.*(?:\n[ \t].*)*)", text, re.MULTILINE)
    patterns = [pattern for listed in told for pattern in listed.split()]
    return [pattern for pattern in patterns if not any(map(_matcher(pattern).fullmatch, names))]


def _matcher(pattern: str) -> re.Pattern[str]:
    """Return a pattern of debian/copyright as an expression: `*` is anything, also a slash, and `?` any character."""
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
