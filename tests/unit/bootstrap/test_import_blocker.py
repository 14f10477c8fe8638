"""What a start leaves out of its imports, and that it is there for whoever needs it."""

from __future__ import annotations

import subprocess
import sys

_LEFT_OUT = """
import sys
from app.bootstrap.import_blocker import without
with without("typing_extensions", "ssl", "json"):
    import asyncio, msgspec
print([name in sys.modules for name in ("typing_extensions", "ssl", "_ssl")])
class Letter(msgspec.Struct):
    to: "list[str]"
print(msgspec.json.decode(b'{"to": ["anna"]}', type=Letter))
print(asyncio.run(asyncio.sleep(0, "awake")))
import ssl, typing_extensions
print(ssl.create_default_context().verify_mode.name)
"""
_THERE_BEFORE = """
import json
from app.bootstrap.import_blocker import without
with without("json"):
    import json as again
print(again is json)
"""


def _said(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


def test_the_loop_and_the_structs_do_without_and_later_imports_find_it() -> None:
    assert _said(_LEFT_OUT) == ["[False, False, False]", "Letter(to=['anna'])", "awake", "CERT_REQUIRED"]


def test_what_is_loaded_already_stays() -> None:
    assert _said(_THERE_BEFORE) == ["True"]
