"""Safe file names, file types, and which files run when opened.

A table of our own and not the system's: that one is read from disk, differs from machine to machine, and knows nothing
of danger.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

from app.core.lazy_regex import late_pattern

_UNSAFE: Final = late_pattern(r'[<>:"/\\|?*]')
_DEVICES: Final = late_pattern(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
"""Names that Windows keeps for devices, whatever ending follows."""
_LONGEST: Final = 200
"""Bytes; disks take 255, and a number in brackets may follow."""
_ENDING: Final = 20


def safe_file_name(name: str, otherwise: str) -> str:
    """Return the last part of a name without what confuses disks, shells and eyes; its ending stays.

    Messages that turn the direction of writing go: with one, "exe.pdf" is what a person reads of "fdp.exe".
    `otherwise` is the name of what has none.
    """
    shown = "".join(one for one in name if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    plain = " ".join(_UNSAFE.sub("_", re.split(r"[/\\]", shown)[-1]).split()).strip(". ") or otherwise
    if _DEVICES.match(plain):
        plain = f"_{plain}"
    if len(plain.encode()) <= _LONGEST:
        return plain
    stem, dot, ending = plain.rpartition(".")
    if not stem or len(ending) > _ENDING:
        stem, dot, ending = plain, "", ""
    room = _LONGEST - len(f"{dot}{ending}".encode())
    return f"{stem.encode()[:room].decode(errors='ignore').rstrip('. ')}{dot}{ending}"


def numbered(name: str, number: int) -> str:
    """Return the name that a file has where there are `number` of its name already: "plan (2).pdf"."""
    if not number:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    return f"{stem} ({number + 1}){dot}{ending}"


class FileKind(StrEnum):
    """What kind of thing a file is, for its icon."""

    PICTURE = "picture"
    DOCUMENT = "document"
    TABLE = "table"
    SLIDES = "slides"
    TEXT = "text"
    ARCHIVE = "archive"
    SOUND = "sound"
    FILM = "film"
    MESSAGE = "message"
    PROGRAM = "program"
    OTHER = "other"


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
_TYPES: Final[dict[str, tuple[str, FileKind]]] = {
    "7z": ("application/x-7z-compressed", FileKind.ARCHIVE),
    "avif": ("image/avif", FileKind.PICTURE),
    "bmp": ("image/bmp", FileKind.PICTURE),
    "bz2": ("application/x-bzip2", FileKind.ARCHIVE),
    "css": ("text/css", FileKind.TEXT),
    "csv": ("text/csv", FileKind.TABLE),
    "doc": ("application/msword", FileKind.DOCUMENT),
    "docx": (f"{_OFFICE}.wordprocessingml.document", FileKind.DOCUMENT),
    "eml": ("message/rfc822", FileKind.MESSAGE),
    "gif": ("image/gif", FileKind.PICTURE),
    "gz": ("application/gzip", FileKind.ARCHIVE),
    "heic": ("image/heic", FileKind.PICTURE),
    "htm": ("text/html", FileKind.TEXT),
    "html": ("text/html", FileKind.TEXT),
    "ics": ("text/calendar", FileKind.TEXT),
    "jpeg": ("image/jpeg", FileKind.PICTURE),
    "jpg": ("image/jpeg", FileKind.PICTURE),
    "json": ("application/json", FileKind.TEXT),
    "log": ("text/plain", FileKind.TEXT),
    "m4a": ("audio/mp4", FileKind.SOUND),
    "md": ("text/markdown", FileKind.TEXT),
    "mov": ("video/quicktime", FileKind.FILM),
    "mp3": ("audio/mpeg", FileKind.SOUND),
    "mp4": ("video/mp4", FileKind.FILM),
    "msg": ("application/vnd.ms-outlook", FileKind.MESSAGE),
    "odp": (f"{_OPEN}.presentation", FileKind.SLIDES),
    "ods": (f"{_OPEN}.spreadsheet", FileKind.TABLE),
    "odt": (f"{_OPEN}.text", FileKind.DOCUMENT),
    "ogg": ("audio/ogg", FileKind.SOUND),
    "pdf": ("application/pdf", FileKind.DOCUMENT),
    "png": ("image/png", FileKind.PICTURE),
    "ppt": ("application/vnd.ms-powerpoint", FileKind.SLIDES),
    "pptx": (f"{_OFFICE}.presentationml.presentation", FileKind.SLIDES),
    "rar": ("application/vnd.rar", FileKind.ARCHIVE),
    "rtf": ("application/rtf", FileKind.DOCUMENT),
    "svg": ("image/svg+xml", FileKind.PICTURE),
    "tar": ("application/x-tar", FileKind.ARCHIVE),
    "tif": ("image/tiff", FileKind.PICTURE),
    "tiff": ("image/tiff", FileKind.PICTURE),
    "txt": ("text/plain", FileKind.TEXT),
    "vcf": ("text/vcard", FileKind.TEXT),
    "wav": ("audio/wav", FileKind.SOUND),
    "webm": ("video/webm", FileKind.FILM),
    "webp": ("image/webp", FileKind.PICTURE),
    "xls": ("application/vnd.ms-excel", FileKind.TABLE),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", FileKind.TABLE),
    "xml": ("application/xml", FileKind.TEXT),
    "zip": ("application/zip", FileKind.ARCHIVE),
}
_RUNS: Final = (
    "action ade adp apk app appcontent-ms appimage application appref-ms asp aspx asx bas bash bat bgi bin cab "
    "cdxml cer chm cmd cnt com command cpl crt csh deb der desktop diagcab dll dmg docm dotm elf exe fish flatpak "
    "flatpakref flatpakrepo fxp gadget grp hlp hpj hta htc img inf ins iqy iso isp its jar jnlp js jse kdelnk ksh "
    "library-ms lnk mad maf mag mam maq mar mas mat mau mav maw mcf mda mdb mde mdt mdw mdz mobileconfig msc msh "
    "msh1 msh1xml msh2 msh2xml mshxml msi msix msixbundle msp mst msu o ops osd out pcd pif pkg pl plg potm ppam "
    "ppsm pptm prf prg printerexport ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 pssc pst py pyc pyo pyw pyz pyzw rb "
    "reg rpm run scf scpt scr sct search-ms settingcontent-ms sh shb shs sldm slk snap so swf terminal theme "
    "themepack tmp tool udl url vb vbe vbp vbs vhd vhdx vsmacros vsw wasm webloc webpnp website workflow ws wsb wsc "
    "wsf wsh xbap xlam xll xlsb xlsm xltm xnk zsh"
)
_PROGRAMS: Final = frozenset(_RUNS.split())
"""Endings of what runs when it is opened, or carries what does (macros, shortcuts, images of disks)."""


def ending_of(name: str) -> str:
    """Return the ending of a file's name in small letters, without its dot.

    Asked of the name that a copy gets: signs that are not seen go, and what systems strip at the end.
    """
    written = safe_file_name(name, "")
    return written.rpartition(".")[2].casefold() if "." in written else ""


def type_of(name: str) -> str:
    """Return the content type for the server, "" to leave it to the server."""
    return _TYPES.get(ending_of(name), ("", FileKind.OTHER))[0]


def kind_of(name: str) -> FileKind:
    """Return what kind of thing it is."""
    if is_program(name):
        return FileKind.PROGRAM
    return _TYPES.get(ending_of(name), ("", FileKind.OTHER))[1]


def is_program(name: str) -> bool:
    """Return whether opening it may run it."""
    return ending_of(name) in _PROGRAMS


_PAGES: Final = frozenset({"htm", "html", "mht", "mhtml", "shtml", "svg", "svgz", "xht", "xhtml", "xml", "xsl", "xslt"})
"""Endings of what a browser opens, and in which scripts can stand."""


def is_page(name: str) -> bool:
    """Return whether a browser would open it: what stands in it may run there, or look like a place one knows."""
    return ending_of(name) in _PAGES


_SHRINKABLE: Final = frozenset({"image/jpeg", "image/png", "image/bmp", "image/tiff", "image/webp"})


def can_shrink(name: str) -> bool:
    """Return whether it is a picture that can be made smaller (not one that moves, and not one of lines)."""
    return type_of(name) in _SHRINKABLE
