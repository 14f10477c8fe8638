"""Reading what a screen reader sees: the nodes of a tree, and all words in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]


def walk(tree: Node | None) -> Iterator[Node]:
    """Go through a tree, the upper first."""
    if tree is None:
        return
    yield tree
    for child in tree["children"]:
        yield from walk(child)


def words(node: Node) -> list[str]:
    """Return what one node says."""
    return [part for part in (node["name"], node["description"], node.get("text", "")) if part]


def all_words(tree: Node | None) -> str:
    """Return everything that is said in a tree."""
    return "\n".join(part for node in walk(tree) for part in words(node))


def find(tree: Node | None, text: str, *, role: str = "", state: str = "") -> Node | None:
    """Return the first node that says `text` (a part of it is enough) and has the role and the state."""
    for node in walk(tree):
        said = any(text in part for part in words(node))
        if said and (not role or node["role"] == role) and (not state or state in node["states"]):
            return node
    return None


def focused(tree: Node | None) -> Node | None:
    """Return the node that has the focus, the innermost."""
    held = [node for node in walk(tree) if "focused" in node["states"]]
    return held[-1] if held else None


def outline(tree: Node | None, depth: int = 0) -> str:
    """Return a tree as lines, for a person who wants to know why a test failed."""
    if tree is None:
        return "(not on the accessibility bus)"
    states = ",".join(state for state in tree["states"] if state not in {"enabled", "showing"})
    line = f"{'  ' * depth}{tree['role']} {' | '.join(words(tree))!r} {states}".rstrip()
    return "\n".join([line, *(outline(child, depth + 1) for child in tree["children"])])
