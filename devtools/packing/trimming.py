"""Which of the files that PyInstaller gathers go into the bundle: what the program uses, and nothing of the system's.

PyInstaller takes every plugin of Qt that it finds, what those stand on (GTK, QML, a virtual keyboard), and over a
hundred libraries of the machine it runs on. The libraries are Depends of the package instead: Debian mends them, and
a bundle must not carry an old libssl for years.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath, PurePosixPath
from typing import NamedTuple

QT_PLUGINS: dict[str, tuple[str, ...]] = {
    "linux": (
        "platforms/libqxcb.so",
        "platforms/libqwayland*.so",
        "platforms/libqoffscreen.so",
        # Without these two, keys that wait for the next one and Asian scripts cannot be typed.
        "platforminputcontexts/libcomposeplatforminputcontextplugin.so",
        "platforminputcontexts/libibusplatforminputcontextplugin.so",
        "platformthemes/libqxdgdesktopportal.so",
        "wayland-shell-integration/libxdg-shell.so",
        "wayland-decoration-client/*.so",
        "iconengines/libqsvgicon.so",
        "imageformats/libq*.so",
        "printsupport/*.so",
    ),
    "win32": (
        "platforms/qwindows.dll",
        "platforms/qoffscreen.dll",
        "styles/*.dll",
        "iconengines/qsvgicon.dll",
        "imageformats/q*.dll",
        "printsupport/*.dll",
    ),
    "darwin": (
        "platforms/libqcocoa.dylib",
        "platforms/libqoffscreen.dylib",
        "styles/*.dylib",
        "iconengines/libqsvgicon.dylib",
        "imageformats/libq*.dylib",
        "printsupport/*.dylib",
    ),
}
"""What is kept of Qt's plugins; those of OF_MODULE only with their module. None for TLS: Qt speaks to no server here,
the engine does, with Python's ssl."""

NOT_PICTURES = ("*qpdf*", "*qwbmp*", "*qtga*", "*qtiff*")
"""Formats of pictures that no message holds; qpdf brings all of QtPdf."""

OF_MODULE = {"printsupport": "QtPrintSupport"}

EXCLUDED_MODULES = (
    "tkinter",
    "unittest",
    "doctest",
    "pydoc",
    "pydoc_data",
    "lib2to3",
    "idlelib",
    "turtle",
    "curses",
    "readline",
    # dbm itself stays: exchangelib keeps what autodiscover found in a file of shelve.
    "_dbm",
    "_gdbm",
    "nis",
    "test",
    "pip",
    "setuptools",
    "pkg_resources",
    # Of lxml, etree and html are used.
    "lxml.objectify",
    "lxml.html.clean",
    "lxml.html.diff",
    "lxml.html._difflib",
    "lxml.html._diffcommand",
    "lxml.html.soupparser",
    "lxml.html.html5parser",
    "lxml.html.formfill",
    "lxml.html.builder",
    "lxml.html.usedoctest",
    "lxml.isoschematron",
    "lxml.sax",
    "lxml.builder",
    "lxml.ElementInclude",
    "lxml.cssselect",
    "lxml.doctestcompare",
    "lxml.pyclasslookup",
    "lxml.usedoctest",
    "PIL",
    "numpy",
    "trio",
    "uvloop",
)
"""Modules that something names and the program never imports. Not distutils: Python 3.13 fails without its hook."""


UNUSED_HOOKS = frozenset({"pyi_rth_inspect", "pyi_rth_multiprocessing"})
"""What PyInstaller would run at each start for modules that something imports late or never: an eighth of the start.
The program starts its processes itself, and looks for no sources."""


class Entry(NamedTuple):
    """A row of PyInstaller's tables: where it goes, where it comes from, and what it is (BINARY, EXTENSION, DATA)."""

    place: str
    source: str
    kind: str


def _plugin(place: str) -> str | None:
    """Return "folder/file" of a Qt plugin, None for anything else."""
    found = re.search(r"PySide6/(?:Qt/)?plugins/(.+)$", place.replace("\\", "/"))
    return found[1] if found else None


def is_wanted_plugin(name: str, modules: Iterable[str], platform: str = sys.platform) -> bool:
    """Whether the Qt plugin `folder/file` is kept when the program imports these modules of PySide6."""
    folder = PurePosixPath(name).parts[0]
    needs = OF_MODULE.get(folder)
    if needs is not None and needs not in modules:
        return False
    if any(fnmatchcase(name, f"imageformats/{pattern}") for pattern in NOT_PICTURES):
        return False
    return any(fnmatchcase(name, pattern) for pattern in QT_PLUGINS[platform])


def is_of_the_system(entry: Entry, platform: str = sys.platform) -> bool:
    """Whether a library is the machine's own, and not the bundle's to carry. Python itself and its modules are ours."""
    if platform != "linux" or entry.kind != "BINARY":
        return False
    name = PurePath(entry.source).name
    if name.startswith("libpython3"):
        return False
    return bool(re.match(r"/(usr/)?lib(64|32)?/", entry.source)) and "-packages/" not in entry.source


def trim_binaries(
    entries: Sequence[Entry], imports_of: Callable[[str], Iterable[str]], platform: str = sys.platform
) -> list[Entry]:
    """Return the binaries that go into the bundle.

    `imports_of` tells the file names of the libraries that a binary is linked with. Kept are extension modules, the
    wanted plugins, and of the bundled libraries those that one of these leads to.
    """
    ours = [entry for entry in entries if not is_of_the_system(entry, platform)]
    modules = {PurePath(entry.place).name.split(".")[0] for entry in ours if entry.place.startswith("PySide6")}
    kept, libraries = [], {}
    for entry in ours:
        plugin = _plugin(entry.place)
        if plugin is not None:
            if is_wanted_plugin(plugin, modules, platform):
                kept.append(entry)
        elif entry.kind == "EXTENSION" or not _is_qt_library(entry.place):
            kept.append(entry)
        else:
            libraries[PurePath(entry.place).name] = entry
    waiting = list(kept)
    while waiting:
        for name in imports_of(waiting.pop().source):
            found = libraries.pop(PurePath(name).name, None)
            if found is not None:
                kept.append(found)
                waiting.append(found)
    return kept


def _is_qt_library(place: str) -> bool:
    return bool(re.match(r"PySide6[/\\]", place)) and _plugin(place) is None


def trim_data(entries: Sequence[Entry], languages: Iterable[str]) -> list[Entry]:
    """Return the data files that go into the bundle: of Qt's own translations, those of our languages."""
    wanted = {language.split("_")[0] for language in languages}
    kept = []
    for entry in entries:
        place = entry.place.replace("\\", "/")
        if re.search(r"PySide6/(Qt/)?(qml|resources|metatypes)/", place):
            continue
        found = re.search(r"PySide6/(?:Qt/)?translations/(?:(\w+?)_)?([a-z]{2})(_\w+)?\.qm$", place)
        if found and (found[1] != "qtbase" or found[2] not in wanted):
            continue
        if "/translations/qtwebengine" in place or place.endswith((".pyi", ".c", ".h", ".pxd", ".pyx", ".cpp")):
            continue
        kept.append(entry)
    return kept
