"""Starts the program, or one of the processes it is made of; nothing else happens here."""

from __future__ import annotations

import sys


def main() -> int:
    """Run what the arguments name: the window, the engine (`--engine`), the checker of spelling (`--spelling`),
    what reads content (`--content`), or the sandbox alone (`--sandbox-server`).

    All but the first are how a frozen program, or one installed by its wheel, starts its own child processes.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == ["--engine"]:
        import os

        from app.engine.__main__ import main as run_engine

        os._exit(run_engine())  # its threads may wait for servers without end; the exit does not wait for them
    if arguments[:1] == ["--spelling"]:
        from app.spelling.__main__ import main as run_spelling

        return run_spelling(arguments[1:])
    if arguments[:1] == ["--content"]:
        from app.content.__main__ import main as run_content

        return run_content(arguments[1:])
    if arguments[:1] == ["--sandbox-server"]:
        import runpy

        sys.argv = ["mailwright-sandbox", *arguments[1:]]
        runpy.run_module("app.sandbox", run_name="__main__")
        return 0
    from app.bootstrap.start import start

    return start(arguments)


if __name__ == "__main__":
    sys.exit(main())
