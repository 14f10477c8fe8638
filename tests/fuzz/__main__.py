"""`python -m tests.fuzz --seconds 3600`."""

from __future__ import annotations

import sys

from tests.fuzz.run import main

sys.exit(main(sys.argv[1:]))
