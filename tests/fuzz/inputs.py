"""Makes hostile content of a seed: pieces of each format, nested, repeated, cut and mixed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

_ELEMENTS: Final = (
    *(
        "p",
        "div",
        "span",
        "b",
        "i",
        "font",
        "a",
        "table",
        "tr",
        "td",
        "th",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "center",
    ),
    *(
        "style",
        "script",
        "title",
        "head",
        "body",
        "html",
        "img",
        "br",
        "hr",
        "svg",
        "math",
        "object",
        "template",
        "noscript",
    ),
    *("form", "input", "select", "option", "iframe", "base", "meta", "link", "h1", "h6", "dl", "dt", "dd", "o:p", "x"),
)
_ATTRIBUTES: Final = (
    *(
        'style="color:red;font-size:12pt"',
        'style="',
        "class=a",
        "id=a",
        "align=center",
        "dir=rtl",
        'href="https://a.example/"',
    ),
    *(
        'href="javascript:x"',
        'src="cid:a"',
        'src="data:image/png;base64,iVBORw0K"',
        "onclick=x()",
        "colspan=9999",
        "width=1e9",
    ),
    *("style=\"background:url('", 'style="margin:-999999px"', "rowspan=0", "hidden", "a=b", "='", '="'),
)
_SIGNS: Final = (
    *(
        "<",
        ">",
        "&",
        '"',
        "'",
        "=",
        "/",
        "-",
        "--",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "&#0;",
        "&#14;",
        "&#x110000;",
    ),
    *(
        "&nbsp;",
        "&#99999999999;",
        "\x00",
        "\x0b",
        "\u2028",
        "\u202e",
        "\u200b",
        "\ufffe",
        "\ud83d",
        "\U0001f600",
        "\r",
        "\n",
        "\t",
    ),
    *(
        "url(",
        "/*",
        "*/",
        "expression(",
        "@import",
        "{",
        "}",
        ";",
        ":",
        "{name}",
        "{{",
        "-----",
        "_____",
        "> ",
        "On x wrote:",
    ),
)
_HEADERS: Final = (
    *(
        "Subject: =?utf-8?q?a?=",
        "From: a <a@b.example>",
        "To: undisclosed:;",
        "Content-Type: multipart/mixed; boundary=b",
        "--b",
    ),
    *(
        "Content-Type: message/rfc822",
        "Content-Disposition: attachment; filename*0=a; filename*1=b",
        "X-Unsent: 1",
        "--b--",
        "",
    ),
    *(
        "Content-Transfer-Encoding: base64",
        "Content-Type: text/html; charset=utf-7",
        "Date: x",
        "Cc : a, b; c",
        "=?x?b?////?=",
    ),
)


def _word(dice: random.Random) -> str:
    return "".join(dice.choice("abcdefgh éßю中") for _ in range(dice.randrange(1, 12)))


def _tag(dice: random.Random) -> str:
    name = dice.choice(_ELEMENTS)
    if dice.random() < 0.3:
        return f"</{name}>"
    attributes = " ".join(dice.choice(_ATTRIBUTES) for _ in range(dice.randrange(0, 3)))
    return f"<{name} {attributes}{dice.choice(('>', '>', '>', '', ' />'))}"


_PIECES: Final[tuple[Callable[[random.Random], str], ...]] = (
    _word,
    _tag,
    lambda dice: dice.choice(_SIGNS),
    lambda dice: dice.choice(_HEADERS) + dice.choice(("\r\n", "\n", "\r\n ")),
    lambda dice: f"{_word(dice)}@{_word(dice)}.example",
    lambda dice: str(dice.choice((0, -1, 9, 10**9, 10**40, 1.5))),
)


def _some(dice: random.Random, most: int) -> str:
    return "".join(dice.choice(_PIECES)(dice) for _ in range(dice.randrange(1, most)))


def made(seed: int, longest: int = 100_000) -> str:
    """Return the content of a seed, of at most `longest` characters."""
    dice = random.Random(seed)
    parts = []
    for _ in range(dice.randrange(1, 8)):
        kind = dice.random()
        if kind < 0.4:
            parts.append(_some(dice, 40))
        elif kind < 0.8:
            one = _some(dice, 4)
            parts.append(one * dice.choice((2, 30, 400, 5_000, 40_000, max(1, longest // len(one)))))
        else:
            begin, end = _tag(dice), f"</{dice.choice(_ELEMENTS)}>"
            depth = dice.choice((5, 60, 390, 3_000))
            parts.append(begin * depth + _word(dice) + end * depth)
        parts[-1] = parts[-1][:longest]
    return "".join(parts)[:longest]
