"""What can be said on the command line, and by the environment where tests need it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from app import __version__
from app.domain.startup_request import CommandLine, SandboxKind, StartupRequest

_LONGEST_HOLD = 3600.0
_LINK = "mailto:"


def command_line() -> argparse.ArgumentParser:
    """Return what the command line may hold; the man page and the completions of shells are made from it too."""
    parser = argparse.ArgumentParser(
        "mailwright",
        description="Mail for people who write on Exchange all day.",
        epilog="Where Mailwright runs already, its window comes to the front and does what is asked.",
    )
    parser.add_argument("--version", action="version", version=f"Mailwright {__version__}")
    parser.add_argument("--sandbox", action="store_true", help="open on an Exchange of its own, to try the program")
    parser.add_argument(
        "--try-out", action="store_true", help="the same, beside one's own messages, with the way back to them"
    )
    parser.add_argument("--sandbox-accounts", type=int, default=1, metavar="N", help="open so many of its mailboxes")
    parser.add_argument(
        "--sandbox-kind",
        choices=[kind.value for kind in SandboxKind],
        default=SandboxKind.EWS.value,
        help="by which interface these are used: EWS, Microsoft Graph, or both in turn",
    )
    parser.add_argument("--sandbox-info", type=Path, metavar="FILE", help="write where the sandbox listens to FILE")
    parser.add_argument("--debug", action="store_true", help="log more, and to standard error too")
    _add_diagnosis(parser)
    parser.add_argument("--compose", action="store_true", help="start with a new message")
    for field in ("to", "cc", "bcc"):
        parser.add_argument(
            f"--{field}", action="append", default=[], metavar="PEOPLE", help=f"a new message with these in {field}"
        )
    parser.add_argument("--subject", default="", help="a new message with this subject")
    parser.add_argument("--body", default="", metavar="TEXT", help="a new message with this text")
    parser.add_argument(
        "--attach", action="append", default=[], metavar="FILE", help="a new message with this file (more than once)"
    )
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="a mailto: link, or a message as a file (.eml), to be read, or to be written on if it is a draft",
    )
    return parser


def _add_diagnosis(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--diagnose",
        nargs="?",
        const="",
        metavar="ADDRESS",
        help="print a report on this computer and its accounts, or on one address, without secrets, and open no window",
    )
    parser.add_argument("--json", action="store_true", help="the report for machines")


def parse(arguments: Sequence[str]) -> CommandLine:
    """Read the command line and the environment (MAILWRIGHT_DATA, MAILWRIGHT_HOLD). Exits with words on bad ones."""
    parser = command_line()
    found = parser.parse_args(arguments)
    data = os.environ.get("MAILWRIGHT_DATA")
    hold = os.environ.get("MAILWRIGHT_HOLD")
    return CommandLine(
        sandbox=found.sandbox or found.try_out,
        try_out=found.try_out,
        sandbox_accounts=found.sandbox_accounts,
        sandbox_kind=SandboxKind(found.sandbox_kind),
        diagnose=None if found.diagnose is None else _readable(found.diagnose),
        as_json=found.json,
        sandbox_info=found.sandbox_info,
        arrival=_arrival(parser, found),
        data=Path(data) if data else None,
        hold=_seconds(parser, hold) if hold else None,
        debug=found.debug,
    )


def _arrival(parser: argparse.ArgumentParser, found: argparse.Namespace) -> StartupRequest:
    links, files = [], []
    for words in filter(None, map(str.strip, found.what)):  # a desktop may pass an empty %u
        if words[: len(_LINK)].lower() == _LINK:
            links.append(_readable(words))
        else:
            files.append(_file(parser, _path_of(words)))
    return StartupRequest(
        compose=found.compose,
        to=_together(found.to),
        cc=_together(found.cc),
        bcc=_together(found.bcc),
        subject=_readable(found.subject),
        body=_readable(found.body),
        attach=tuple(_file(parser, words) for words in found.attach),
        links=tuple(links),
        files=tuple(files),
        token=os.environ.get("XDG_ACTIVATION_TOKEN", ""),
    )


def _together(lists: Iterable[str]) -> str:
    return "\n".join(map(_readable, lists))


def _readable(words: str) -> str:
    """Return words whose bytes were no text, with marks in their place: the system gives them as half characters."""
    return os.fsencode(words).decode("utf-8", "replace") if os.name == "posix" else words


def _path_of(words: str) -> str:
    """Return the path of a file: address, as desktops hand over what was double-clicked; other words as they are."""
    if not words.lower().startswith("file:"):
        return words
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    address = urlsplit(words)
    return url2pathname(address.path) if address.netloc in {"", "localhost"} else words


def _file(parser: argparse.ArgumentParser, words: str) -> str:
    path = Path(words).absolute()
    if not path.is_file():
        parser.error(f"there is no such file: {_readable(words)}")
    if _readable(str(path)) != str(path):
        parser.error(f"a file with a name that cannot be read: {_readable(str(path))}")
    return str(path)


def data_folder(options: CommandLine) -> Path:
    """Return where this machine keeps messages and settings; the sandbox has a folder of its own."""
    if options.data is not None:
        return options.data / "sandbox" if options.try_out else options.data
    from platformdirs import user_data_path

    folder = user_data_path("mailwright", appauthor=False)
    return folder / "sandbox" if options.sandbox else folder


def config_folder(options: CommandLine) -> Path:
    """Return where a person's own files of configuration are."""
    if options.data is not None:
        return options.data
    from platformdirs import user_config_path

    return user_config_path("mailwright", appauthor=False)


def _seconds(parser: argparse.ArgumentParser, words: str) -> float:
    try:
        seconds = float(words)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _LONGEST_HOLD:
        parser.error(f"MAILWRIGHT_HOLD is not a number of seconds: {words}")
    return seconds
