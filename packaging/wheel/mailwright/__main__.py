"""Starts the program: `python -m mailwright`. Its child processes are started so too, with `--engine` and the like."""

from __future__ import annotations

import sys

from mailwright import main

if __name__ == "__main__":
    sys.exit(main())
