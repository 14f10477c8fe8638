"""Starts the sandbox by itself: prints one line of JSON when it is ready, and stops on a signal."""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.sandbox.faults import read_plan
from app.sandbox.manners import BY_THE_BOOK, Manners, read_file
from app.sandbox.memory import keep_flat
from app.sandbox.relay import Host
from app.sandbox.server import serve


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="mailwright-sandbox", description="A small Exchange on this machine, for trying Mailwright and for tests."
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes any that is free")
    parser.add_argument("--data", type=Path, help="folder to keep the mailboxes in; without it they go with the server")
    parser.add_argument(
        "--die-with-parent", action="store_true", help="stop when standard input closes, that is, with who started this"
    )
    parser.add_argument("--smtp", metavar="HOST:PORT", help="mail host for messages to addresses outside")
    parser.add_argument("--faults", type=Path, help="file with a fault plan that is in force from the start")
    parser.add_argument("--manners", type=Path, help="file with ways in which this server departs from Exchange")
    return parser.parse_args(given)


async def run(
    port: int,
    data: Path | None,
    *,
    die_with_parent: bool,
    smtp: Host | None = None,
    faults: list[Any] | None = None,
    manners: Manners = BY_THE_BOOK,
) -> None:
    """Run until SIGTERM, SIGINT or, with `die_with_parent`, the end of standard input."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT"):
        number = getattr(signal, name)
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: its event loop has no signal handlers of its own
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    if die_with_parent:
        threading.Thread(target=_wait_for_parent, args=(loop, stop), daemon=True).start()
    async with serve(port, data, smtp=smtp, faults=faults, manners=manners) as sandbox:
        try:
            print(json.dumps(sandbox.announcement()), flush=True)
        except BrokenPipeError:
            if not die_with_parent:
                raise
            # The program that started this is gone, and so is the reader of what Python flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        await stop.wait()


def _wait_for_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    # Past sys.stdin: a thread that holds its lock when the interpreter ends makes that abort.
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 4096):
            pass
    loop.call_soon_threadsafe(stop.set)


def main(given: Sequence[str] | None = None) -> int:
    """Start the sandbox; returns the exit status."""
    arguments = _arguments(given)
    logging.basicConfig(level=logging.WARNING, format="sandbox: %(message)s")
    keep_flat()
    try:
        smtp = None if arguments.smtp is None else Host.read_host(arguments.smtp)
        plan = None if arguments.faults is None else read_plan(arguments.faults)
        manners = BY_THE_BOOK if arguments.manners is None else read_file(arguments.manners)
        asyncio.run(
            run(
                arguments.port,
                arguments.data,
                die_with_parent=arguments.die_with_parent,
                smtp=smtp,
                faults=plan,
                manners=manners,
            )
        )
    except (OSError, ValueError) as error:
        print(f"The sandbox cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
