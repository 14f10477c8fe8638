"""Start of the engine: `python -m app.engine`, or the frozen program with `--engine`.

Standard output is the pipe and nothing else: whatever prints (a library, a warning) is sent to standard error.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> int:
    """Serve the window on standard input and output until it closes them."""
    # Ctrl+C in a terminal goes to the whole group: the window decides when the engine ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # By number: a frozen program of Windows without a console has no sys.stdin, though the pipes are there.
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    from app.core import defects, log
    from app.engine.server import Engine

    defects.catch_all()
    end_log = log.begin("engine")
    try:
        return Engine(source, sink).run()
    finally:
        end_log()


if __name__ == "__main__":
    # Threads that wait on a server must not keep a finished engine alive.
    code = main()
    os._exit(code)
