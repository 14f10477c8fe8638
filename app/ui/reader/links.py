"""Shows where a link leads so that nobody is deceived about it.

The host stands whole and in ASCII, without what stands before an "@"; what is not seen is written out; and a host is
pointed out whose letters look like those of another one.
"""

from __future__ import annotations

import contextlib
import unicodedata
from typing import Final
from urllib.parse import urlsplit

LONGEST_REST: Final = 160
"""Characters that are shown behind the host."""
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_PREFIX: Final = "xn--"
_WITH_HOSTS: Final = frozenset({"http", "https", "ftp"})


def shown_link(address: str) -> str:
    """Return an address as it is shown under its link. An address without a host is shown as it is, in what is seen."""
    host = _host_of(address)
    if not host:
        return _seen(address)[: 2 * LONGEST_REST]
    parts = urlsplit(_plain(address))
    port = ""
    with contextlib.suppress(ValueError):  # no number, or none that a port has
        port = f":{parts.port}" if parts.port is not None else ""
    rest = f"{parts.path}{'?' if parts.query else ''}{parts.query}{'#' if parts.fragment else ''}{parts.fragment}"
    rest = _seen(rest)
    cut = rest if len(rest) <= LONGEST_REST else f"{rest[:LONGEST_REST]}…"
    return f"{parts.scheme}://{_ascii(host)}{port}{cut}"


def is_look_alike(address: str) -> bool:
    """Return whether the host has letters that pass for those of another host."""
    labels = _ascii(_host_of(address)).split(".")
    latin_end = not labels[-1].startswith(_PREFIX)
    return any(_is_mixed(_unicode(label), latin_end=latin_end) for label in labels)


def _plain(address: str) -> str:
    """Return an address as a browser reads it: without controls and blanks, which it passes over."""
    return "".join(sign for sign in address if sign > "\x20" and sign != "\x7f").replace("\\", "/")


def _host_of(address: str) -> str:
    try:
        parts = urlsplit(_plain(address))
        return (parts.hostname or "") if parts.scheme.lower() in _WITH_HOSTS else ""
    except ValueError:
        return ""


def _ascii(host: str) -> str:
    """Return a host as the name service knows it (RFC 3492), label for label, whatever it is made of."""
    labels = unicodedata.normalize("NFKC", host).lower().replace("\u3002", ".").split(".")
    return ".".join(label if label.isascii() else f"{_PREFIX}{_punycode(label)}" for label in labels)


def _punycode(label: str) -> str:
    return label.encode("punycode", "replace").decode("ascii")


def _unicode(label: str) -> str:
    """Return what a label of the name service stands for."""
    with contextlib.suppress(UnicodeError):
        if label.startswith(_PREFIX):
            return label[len(_PREFIX) :].encode("ascii").decode("punycode")
    return label


def _is_mixed(label: str, *, latin_end: bool) -> bool:
    """Return whether a label mixes alphabets, or is wholly of one whose letters pass for Latin ones before ".com"."""
    scripts = {unicodedata.name(sign, "?").partition(" ")[0] for sign in label if sign.isalpha()}
    foreign = scripts - {"LATIN"}
    several = len(foreign - _JAPANESE) > 1 or ("LATIN" in scripts and bool(foreign - _JAPANESE))
    return several or (latin_end and bool(foreign & _ALIKE))


_JAPANESE: Final = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_ALIKE: Final = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "LISU", "COPTIC", "MATHEMATICAL", "FULLWIDTH"})


def _seen(text: str) -> str:
    """Return text in which each sign that is not seen is written out, as ⟨202E⟩."""
    return "".join(f"⟨{ord(sign):04X}⟩" if unicodedata.category(sign) in _HIDDEN else sign for sign in text)
