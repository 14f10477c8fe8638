"""What comes back of HTML from outside is plain data: another process could have answered.

It goes as MessagePack of declared types, not as pickles: a process in which hostile HTML may have done harm must not
choose the code that its reader runs.
"""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from enum import Enum
from typing import Any, get_type_hints

import msgspec
import pytest

from app.services.html.blocks import HorizontalRule, KeptHtml, Paragraph, Picture, Run, Table
from app.services.html.foreign import surface
from app.services.html.foreign.style import read_style
from app.services.html.safe import declarations, write_style
from tests.html_corpus import ALL

CALLS: dict[str, Callable[..., Any]] = {
    name: getattr(surface, name) for name in surface.__all__ if inspect.isfunction(getattr(surface, name))
}
EVERYTHING = """<h1>Head</h1><p style="color:#123456">Text <b>bold</b> <a href="https://a.example/">link</a></p><hr>
<ul><li>one</li></ul><blockquote>quoted</blockquote><p><img src="cid:picture" alt="a picture" width="3" height="4"></p>
<table border="1"><tr><td width="50%">cell</td><td>cell</td></tr></table>
<table><tr><td><table><tr><td>inner</td></tr></table></td></tr></table>"""


def through_a_pipe(value: Any, kind: Any) -> Any:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=kind)


def test_the_surface_is_its_functions_and_their_types() -> None:
    defined = {name for name, value in vars(surface).items() if inspect.isfunction(value)}
    assert defined == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_what_is_asked_is_text_and_plain_values(name: str) -> None:
    hints = get_type_hints(CALLS[name])
    hints.pop("return")
    for kind in hints.values():
        assert kind in {str, bool} or issubclass(kind, Enum)
        for value in kind if issubclass(kind, Enum) else ():
            assert through_a_pipe(value, kind) is value


@pytest.mark.parametrize("name", CALLS)
def test_what_is_answered_is_the_same_behind_a_pipe(name: str) -> None:
    takes_safe_html = name.startswith("parse_")
    for html in [*(case.html for case in ALL), EVERYTHING]:
        answer = CALLS[name](surface.clean(html).html if takes_safe_html else html)
        assert through_a_pipe(answer, get_type_hints(CALLS[name])["return"]) == answer


def test_every_kind_of_block_and_piece_went_through_it() -> None:
    blocks = surface.parse_body(surface.clean(EVERYTHING).html).blocks
    assert {type(block) for block in blocks} == {Paragraph, HorizontalRule, Table, KeptHtml}
    pieces = [piece for block in blocks if isinstance(block, Paragraph) for piece in block.pieces]
    assert {type(piece) for piece in pieces} == {Run, Picture}


def test_behind_the_surface_nothing_of_the_program_is_loaded_but_what_it_shares() -> None:
    work = f"""
import sys
from app.services.html.foreign import surface
for name in {sorted(CALLS)!r}:
    getattr(surface, name)('<p>Hello')
print(*(name for name in sys.modules if name.split('.')[0] in {{'app', 'PySide6'}}))
"""
    ended = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, timeout=60, check=True)
    loaded = {name for name in ended.stdout.split() if not name.startswith("app.services.html.foreign")}
    packages = {"app", "app.core", "app.services", "app.services.html"}
    assert loaded - packages == {"app.core.lazy_regex", "app.services.html.blocks", "app.services.html.safe"}


@pytest.mark.parametrize(
    "style",
    [
        'color:#FF0000;background:#00ff0080 url(x);font-family:"Segoe UI",Arial',
        "margin:0 0 0 5pt;border-left:2px solid #ccc;padding-left:7pt;line-height:1.2rem",
        "font-size:11pt;font-size:500%;direction:rtl;text-align:center;mso-list:l0 level1 lfo1",
        "border:1px solid rgba(1, 2, 3, .5);color:hsl(120deg, 50%, 50%) !important",
        "font-size:400px",
        "",
    ],
)
def test_a_safe_style_is_split_into_what_was_read_of_it(style: str) -> None:
    assert declarations(write_style(read_style(style))) == read_style(style)


@pytest.mark.parametrize("size", ["300pt", "-300pt"])
def test_a_size_that_percentages_within_percentages_have_made_is_held_to_the_bounds(size: str) -> None:
    style = f"font-family:Arial;font-size:{size}"
    assert declarations(style) == read_style(style) == {"font-family": "Arial"}
