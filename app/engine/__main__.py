"""Start of the engine: `python -m app.engine`, or the installed program with `--engine`.

Standard output is the pipe and nothing else: whatever prints (a library, a warning) is sent to standard error.
"""

from __future__ import annotations

import os

from app.core.child_side import pipes


def main() -> int:
    """Serve the window on standard input and output until it closes them."""
    with pipes("engine") as (source, sink):
        from app.engine.server import Engine

        return Engine(source, sink).run()


if __name__ == "__main__":
    # Threads that wait on a server must not keep a finished engine alive.
    code = main()
    os._exit(code)
