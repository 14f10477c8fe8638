"""What cannot start is not packed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from devtools.packing.starting import start_and_write
from devtools.words import SetUpError

pytestmark = pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool")


def test_a_program_that_ends_is_refused_with_its_words(tmp_path: Path) -> None:
    program = tmp_path / "mailwright"
    program.write_text(f"#!{sys.executable}\nraise SystemExit('no module named msgspec')\n", "utf-8")
    program.chmod(0o755)
    with pytest.raises(SetUpError, match="no module named msgspec"):
        start_and_write(program)
