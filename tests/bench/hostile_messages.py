"""Makes a whole message of a seed: one construct of HTML, text, MIME or headers, nested, repeated and lengthened."""

from __future__ import annotations

import base64
import random
import struct
import zlib
from collections.abc import Callable
from typing import Final

from tests.fuzz.inputs import made

LONGEST: Final = 1_000_000
"""Characters of a body."""
_TIMES: Final = (3, 40, 400, 4_000, 40_000)
_BLOCKS: Final = ("div", "p", "blockquote", "ul", "ol", "li", "table", "pre", "center", "dl", "section", "td", "h2")
_MARKS: Final = (
    *("b", "i", "u", "sup", "tt", "font color=red", "span style='color:#123'"),
    "a href='https://a.example/x'",
)
_LINES: Final = (
    *("x", "word ", "-", "&nbsp;", "&shy;x", "\t", "e\u0301", "\u3000", "\u202ea\u202c"),
    *("\u05e2\u05d1\u05e8 ", "a\u05d0", "\U0001f600", "\ufdfa"),
)


def _times(dice: random.Random, piece: str) -> str:
    return (piece * dice.choice((*_TIMES, LONGEST // max(1, len(piece)))))[:LONGEST]


def _nested(dice: random.Random) -> str:
    name, depth = dice.choice((*_BLOCKS, *_MARKS)), dice.choice((3, 30, 300, 399, 2_000, 30_000))
    end = f"</{name.split()[0]}>" if dice.random() < 0.7 else ""
    return (f"<{name}>" * depth + "words" + end * depth)[:LONGEST]


def _repeated(dice: random.Random) -> str:
    name = dice.choice((*_BLOCKS, *_MARKS))
    return _times(dice, f"<{name}>{dice.choice(_LINES)}</{name.split()[0]}>")


def _unclosed(dice: random.Random) -> str:
    return "<p>" + f"<{dice.choice(_MARKS)}>" * dice.choice((5, 60, 390)) + "</p>" + _times(dice, "<p>x")


def _one_line(dice: random.Random) -> str:
    return f"<p>{_times(dice, dice.choice(_LINES))}</p>"


def _table(dice: random.Random) -> str:
    rows, cells = dice.choice(((1, 5_000), (5_000, 1), (100, 100), (400, 30), (3, 3)))
    inner = dice.choice(("x", "<table><tr><td>y</td></tr></table>", "<p>a</p><p>b</p>", "<img src=cid:a>"))
    border = dice.choice(("", " border=1", " style='width:100%;border:1px solid'"))
    row = "<tr>" + f"<td colspan={dice.choice((1, 2, 9999))}>{inner}</td>" * cells + "</tr>"
    return (f"<table{border}>" + row * rows)[:LONGEST] + "</table>"


def _picture(dice: random.Random) -> str:
    side = dice.choice((2, 400, 4_000, 7_900))
    rows = (b"\0" + b"\x55" * ((side + 7) // 8)) * side

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    address = base64.b64encode(png).decode()
    one = f'<p>before<img src="data:image/png;base64,{address}" alt="p">after</p>'
    return (one * dice.choice((1, 12, 60)))[:LONGEST]


def _style(dice: random.Random) -> str:
    rule = dice.choice(("p{color:red}", "#a .b>c{margin:-9px}", "@media x{p{a:b}}", "a{background:url(", "/*", "{"))
    inline = _times(dice, dice.choice(("color:red;", " ", "url(", "/*")))[:200_000]
    return f"<style>{_times(dice, rule)}</style><p style='{inline}'>words</p>"


_HTML: Final[tuple[Callable[[random.Random], str], ...]] = (
    *(_nested, _repeated, _unclosed, _one_line, _table, _picture, _style),
    lambda dice: made(dice.randrange(10**9), LONGEST),
)


def _text(dice: random.Random) -> str:
    line = dice.choice((*_LINES, "> quoted\n", "line\n", "\n", "-----Original Message-----\n", "https://a.example/x "))
    return _times(dice, line)


def body_of(seed: int) -> str:
    """Return the body of a seed's message."""
    return _body(random.Random(seed))[1]


def _body(dice: random.Random) -> tuple[str, str]:
    if dice.random() < 0.2:
        return "plain", _text(dice)
    return "html", dice.choice(_HTML)(dice)


def message_of(seed: int) -> bytes:
    """Return the message of a seed, as a file: its subject begins with the seed, its outermost form is in order."""
    dice = random.Random(seed)
    kind, body = _body(dice)
    subject = dice.choice(("", "x" * 250, "<b>bold</b> ", "\u202egnp.exe", "עברית ", "😀 " * 60))
    people = ", ".join(f"p{number}@example.org" for number in range(dice.choice((1, 1, 1, 3, 400))))
    headers = [
        "From: anna@example.org",
        f"To: {people}",
        f"Subject: =?utf-8?b?{base64.b64encode(f'{seed} {subject}'.encode()[:600]).decode()}?=",
        f"Message-ID: <{seed}@hostile.example>",
        "MIME-Version: 1.0",
        f"Content-Type: text/{kind}; charset=utf-8",
        "Content-Transfer-Encoding: base64",
    ]
    content = base64.encodebytes(body.encode("utf-8", "replace")).replace(b"\n", b"\r\n")
    return "\r\n".join(headers).encode() + b"\r\n\r\n" + content
