"""The man page and the completions of the shells, made from the program's own command line, so that none is forgotten.

python -m devtools.packing.documents FOLDER SOURCE
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
from pathlib import Path
from typing import NamedTuple

import shtab

from devtools.packing import identity

ROOT = Path(__file__).resolve().parents[2]
MAN_SECTIONS = ROOT / "packaging" / "man" / "sections.man"
"""What the parser does not know: files, environment, exit status."""

COMPLETIONS = {
    "bash": "share/bash-completion/completions/mailwright",
    "zsh": "share/zsh/vendor-completions/_mailwright",
    "fish": "share/fish/vendor_completions.d/mailwright.fish",
}
"""By shell, where below /usr Debian's shells look."""

_OF_FILES = {"attach", "what", "sandbox_info"}
"""Arguments that are paths; those whose type is Path are seen by that."""


class Option(NamedTuple):
    """One argument as the man page shows it; `name` is empty for what stands alone."""

    name: str
    argument: str
    words: str


def options(parser: argparse.ArgumentParser) -> list[Option]:
    """Return all that can be said on the command line, in its order."""
    found = []
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to ask; shtab does the same
        argument = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
        words = (action.help or "") % {"prog": parser.prog}
        found.append(Option(", ".join(action.option_strings), argument, words))
    return found


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the completions for `shell` (bash, zsh, fish); arguments that are files complete as files."""
    for action in parser._actions:  # noqa: SLF001 - as above
        if action.type is Path or action.dest in _OF_FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]  # shtab's own way of being told
    return shtab.complete(parser, shell=shell)


def _roff(words: str) -> str:
    return re.sub(r"^([.'])", r"\\&\1", words.replace("\\", r"\e").replace("-", r"\-"))


def man_page(parser: argparse.ArgumentParser, about: identity.Identity) -> str:
    """Return mailwright(1) in the language of man."""
    lines = [
        f'.TH MAILWRIGHT 1 "{about.made:%Y-%m-%d}" "Mailwright {about.version}" "User Commands"',
        ".SH NAME",
        f"mailwright \\- {identity.SUMMARY.lower().replace('microsoft exchange', 'Microsoft Exchange')}",
        ".SH SYNOPSIS",
        ".B mailwright",
    ]
    for name, argument, _ in options(parser):
        first = name.split(", ")[0]
        told = f"\\fB{_roff(first)}\\fR \\fI{argument}\\fR" if argument else f"\\fB{_roff(first)}\\fR"
        lines.append(f"[{told}]" if name else f"[\\fI{argument}\\fR ...]")
    lines += [".SH DESCRIPTION", _roff(parser.description or "")]
    if parser.epilog:
        lines += [".PP", _roff(parser.epilog)]
    lines.append(".SH OPTIONS")
    for name, argument, words in options(parser):
        names = ", ".join(f"\\fB{_roff(one)}\\fR" for one in name.split(", ") if one)
        told = f"{names} \\fI{argument}\\fR".strip() if argument else names
        lines += [".TP", told, _roff(words[:1].upper() + words[1:] + ".")]
    return "\n".join(lines) + "\n" + MAN_SECTIONS.read_text("utf-8")


def write_all(parser: argparse.ArgumentParser, about: identity.Identity, folder: Path) -> None:
    """Write share/man, and the completions at the places of Debian, below `folder`."""
    page = folder / "share/man/man1/mailwright.1.gz"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(gzip.compress(man_page(parser, about).encode(), 9, mtime=0))
    for shell, place in COMPLETIONS.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(completion(parser, shell), encoding="utf-8")


def main(folder: Path, source: Path) -> None:
    """Write them for the program of the tree `source`."""
    sys.path.insert(0, str(source))
    from app.bootstrap.options import command_line

    write_all(command_line(), identity.read(source), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
