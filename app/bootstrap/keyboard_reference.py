"""Writes docs/keyboard.md anew: `python3 -m app.bootstrap.keyboard_reference`."""

from __future__ import annotations

from pathlib import Path

from app.commands.reference import markdown
from app.controllers.all_commands import ALL

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "keyboard.md"


def main() -> None:
    """Write the reference."""
    REFERENCE.write_text(markdown(ALL), "utf-8")


if __name__ == "__main__":
    main()
