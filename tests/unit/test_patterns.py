"""No regular expression of the program takes longer than in proportion to its text, whatever the text is.

Every pattern is found in the syntax trees, also those written at their place. Each is tried on texts made to be bad for
it: what its repetitions take, many times, and then what it cannot take. Time at four times the length tells a square
from a line; only what takes long enough to be felt counts.
"""

from __future__ import annotations

import ast
import re
import re._parser as parser  # type: ignore[import-not-found] # the only way to a pattern's parts
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The sandbox is a server to try the program on: it reads what the program and tests send it.
SOURCES = [one for one in sorted((ROOT / "app").rglob("*.py")) if "sandbox" not in one.parts]
CALLS = {"compile", "late_pattern", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
LENGTHS = (6, 25, 100, 400, 1_600, 4_000)
FELT = 0.004
"""Seconds at four times the length under which nothing is worse than it looks."""
SQUARE = 9.0
"""Between the four times of a line and the sixteen times of a square."""

REVIEWED = {
    r"\s+(?![^(]*\))": "a value of a style, cut at 400 signs before",
}
"""Patterns that may be worse, each with the reason why no text from outside reaches it."""

MADE_BY_HAND = {
    "app/core/lazy_regex.py": "compiles what late_pattern was given, which is read where that is called",
    "app/domain/visible_text.py": "the end of an element: a name of letters, repeated by nothing",
}
"""Modules with a pattern that cannot be read from their syntax, each with the reason why it is linear."""


class Pattern(NamedTuple):
    """A pattern where it is written, its flags, and the name of the call."""

    place: str
    words: str
    flags: int
    call: str


def flags_in(call: ast.Call) -> int:
    """Return the flags of a call, by their names."""
    given = [*call.args[1:], *(word.value for word in call.keywords if word.arg == "flags")]
    names = {node.attr for one in given for node in ast.walk(one) if isinstance(node, ast.Attribute)}
    found = 0
    for name in names & set(re.RegexFlag.__members__):
        found |= int(re.RegexFlag[name])
    return found


def constants_of(tree: ast.Module) -> dict[str, str]:
    """Return the texts that a module gives a name at its top."""
    found: dict[str, str] = {}
    for node in tree.body:
        target = (
            node.target
            if isinstance(node, ast.AnnAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            found[target.id] = value.value
    return found


def words_of(node: ast.expr, known: dict[str, str]) -> str | None:
    """Return the text of a pattern; what is put in at run time is a word, for it was escaped or is one of ours."""
    if isinstance(node, ast.Constant):
        return node.value.decode("latin-1") if isinstance(node.value, bytes) else str(node.value)
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.JoinedStr):
        parts = [
            part.value if isinstance(part, ast.Constant) else known.get(getattr(part.value, "id", ""), "word")
            for part in node.values
            if isinstance(part, ast.Constant | ast.FormattedValue)
        ]
        return "".join(str(part) for part in parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = words_of(node.left, known), words_of(node.right, known)
        return None if left is None or right is None else left + right
    return None


def only_matched(tree: ast.Module) -> set[int]:
    """Return the lines of patterns with a name that are only tried at one place of a text, and never looked for."""
    uses: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            uses.setdefault(node.value.id, set()).add(node.attr)
    found = set()
    for node in tree.body:
        name = getattr(
            node.target if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [None])[0], "id", ""
        )
        value = getattr(node, "value", None)
        if name and value is not None and uses.get(name, {"search"}) <= {"match", "fullmatch"}:
            found |= {one.lineno for one in ast.walk(value) if isinstance(one, ast.Call)}
    return found


def patterns_in(tree: ast.Module, place: str) -> Iterator[Pattern]:
    """Yield the patterns of a module."""
    known, matched = constants_of(tree), only_matched(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func
        by_re = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re"
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in CALLS and (by_re or name == "late_pattern"):
            words = words_of(node.args[0], known)
            if words is not None:
                call = "match" if node.lineno in matched else name
                yield Pattern(f"{place}:{node.lineno}", words, flags_in(node), call)


def unread_in(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of patterns that are not looked at: made at run time, or of `re` under another name."""
    known = constants_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in {"re", "regex"}:
            yield node.lineno
        elif isinstance(node, ast.Import):
            yield from (node.lineno for one in node.names if one.name == "regex" or (one.name == "re" and one.asname))
        elif isinstance(node, ast.Name) and node.id == "QRegularExpression":
            yield node.lineno
        elif isinstance(node, ast.Call) and node.args:
            called = node.func
            by_re = isinstance(called, ast.Attribute) and getattr(called.value, "id", "") == "re"
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if ((by_re and name in CALLS) or name == "late_pattern") and words_of(node.args[0], known) is None:
                yield node.lineno


def literals_in(words: str, flags: int) -> list[str]:
    """Return the runs of plain signs in a pattern."""
    found, run = [], ""

    def walk(parsed: object) -> None:
        nonlocal run
        for item in parsed if isinstance(parsed, list | tuple | parser.SubPattern) else ():
            if isinstance(item, tuple) and len(item) == 2 and str(item[0]) == "LITERAL":
                run += chr(item[1])
                continue
            if run:
                found.append(run)
                run = ""
            walk(item[1] if isinstance(item, tuple) and len(item) == 2 else item)
        if run:
            found.append(run)
            run = ""

    walk(parser.parse(words, flags))
    return sorted(set(found))[:12]


def attacks(words: str, flags: int) -> Iterator[tuple[str, str]]:
    """Yield what may be bad for a pattern: a beginning, and what is repeated after it."""
    signs = sorted({*re.sub(r"[^\x20-\x7e]", "", words), *" \t\n-_a0<>@.,;:=\"'/x&#("})
    literals = literals_in(words, flags)
    for sign in signs:
        yield "", sign
    for pair in (
        "a ",
        " a",
        "a-",
        "a.",
        "a@",
        "a,",
        '="',
        "='",
        "<a",
        "</",
        "a\n",
        "\n ",
        "\n>",
        "(a",
        "a(",
        "0.",
        "0 ",
        "a=",
        "- ",
    ):
        yield "", pair
    for literal in literals:
        yield "", literal
        yield "", f"{literal} "
        for sign in (" ", "a", "-", "0", "\n", "."):
            yield literal, sign


def slowest(pattern: Pattern) -> tuple[float, str]:
    """Return by how much four times the text takes longer, and which text, for the worst that takes long enough."""
    compiled = re.compile(pattern.words, pattern.flags)
    method = compiled.fullmatch if pattern.call == "fullmatch" else compiled.match if pattern.call == "match" else None

    def took(text: str) -> float:
        began = time.thread_time()
        if method is not None:
            method(text)
        else:
            for _ in compiled.finditer(text):
                pass
        return time.thread_time() - began

    worst, of = 0.0, ""
    for begin, repeated in attacks(pattern.words, pattern.flags):
        for end in ("", "\x00!"):
            by = _grows(took, partial(_text, begin, repeated, end))
            if by > worst:
                worst, of = by, f"{begin!r} {repeated!r} … {end!r}"
    return worst, of


def _text(begin: str, repeated: str, end: str, length: int) -> str:
    return begin + repeated * max(1, length // len(repeated)) + end


def _grows(took: Callable[[str], float], text: Callable[[int], str]) -> float:
    """Return how much longer four times the text takes, at the first length at which that is felt; 0 for none."""
    for length in LENGTHS:
        if took(text(4 * length)) >= FELT:
            by = float("inf")
            for _ in range(4):  # other work on the machine makes a line look like a square, and not each time
                short, long = (min(took(text(times * length)) for _ in range(3)) for times in (1, 4))
                by = min(by, long / max(short, 1e-6) if long >= FELT else 0.0)
                if by < SQUARE:
                    break
            return by
    return 0.0


ALL = [
    pattern
    for source in SOURCES
    for pattern in patterns_in(ast.parse(source.read_text("utf-8")), str(source.relative_to(ROOT)))
]


def test_there_are_patterns_to_look_at() -> None:
    assert len(ALL) > 60


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(ROOT)))
def test_every_pattern_is_looked_at(source: Path) -> None:
    if source.relative_to(ROOT).as_posix() not in MADE_BY_HAND:
        assert list(unread_in(ast.parse(source.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    ["from re import compile", "import re as r", "re.compile(words)", "late_pattern(a + b)", "QRegularExpression(a)"],
)
def test_a_pattern_that_cannot_be_read_is_found(code: str) -> None:
    assert list(unread_in(ast.parse(code))) == [1]


def test_each_pattern_that_cannot_be_read_is_there() -> None:
    for name in MADE_BY_HAND:
        assert list(unread_in(ast.parse((ROOT / name).read_text("utf-8")))), f"{name} needs no exception any more"


@pytest.mark.parametrize("pattern", ALL, ids=lambda pattern: pattern.place)
def test_a_pattern_is_linear(pattern: Pattern) -> None:
    if pattern.words in REVIEWED:
        return
    by, of = slowest(pattern)
    assert by < SQUARE, f"{pattern.place}: four times the text takes {by:.0f} times as long: {of}"


@pytest.mark.parametrize(
    "words",
    [
        r"\s*([a-z]{2,9})\s*:",
        r"[^\s<>]+@[^\s<>]+",
        r"-{5,} ?\S.*-{5,}\s*$",
        r"url\([^)]*\)",
        r"/\*.*?\*/",
        r"<a\s+[^>]*href=",
        r"^(?:a+)+$",
    ],
)
def test_a_pattern_that_is_worse_is_found(words: str) -> None:
    pattern = Pattern("here", words, int(re.DOTALL if "*/" in words else 0), "compile")
    # Other work on the machine may hide it from one look.
    assert any(slowest(pattern)[0] >= SQUARE for _ in range(3))


@pytest.mark.parametrize("words", [r"&#[0-9]{1,8};", r"[<>:\"/|?*]", r"\n{3,}", r"[\s,;]+", r"[a-z-]{2,40}"])
def test_a_pattern_that_is_linear_is_not_taken_for_worse(words: str) -> None:
    assert slowest(Pattern("here", words, 0, "compile"))[0] < SQUARE
