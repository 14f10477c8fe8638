"""Start of the checker: `python -m app.spelling FOLDER`, or the installed program with `--spelling FOLDER`.

A line of JSON in, a line of JSON out, in the order they came; the end of the input is the end of the process.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.child_side import pipes

if TYPE_CHECKING:
    from app.spelling.checker import Checker


def answer(checker: Checker, asked: dict[str, Any]) -> dict[str, Any]:
    """Do what one line asks for."""
    language = str(asked.get("language", ""))
    if "own" in asked:
        checker.know_own([str(word) for word in asked["own"]])
        return {}
    if "languages" in asked:
        return {"languages": checker.languages()}
    if "suggest" in asked:
        return {"suggestions": checker.suggest(str(asked["suggest"]), language)}
    return {"checked": [checker.check(str(text), language) for text in asked.get("texts", ())]}


def main(arguments: list[str]) -> int:
    """Answer until the window closes the pipe."""
    with pipes("spelling") as (source, sink):
        from app.spelling.checker import Checker

        checker = Checker(Path(arguments[0]))
        for line in source:
            asked = json.loads(line)
            told = {"number": asked.get("number", 0), **answer(checker, asked)}
            sink.write(json.dumps(told).encode() + b"\n")
            sink.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
