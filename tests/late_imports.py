"""Finds what modules import inside their functions: what a program that runs may still read from its files."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OF_THE_WINDOW = (
    *("bootstrap", "commands", "controllers", "core", "credentials"),
    *("domain", "services", "storage", "ui", "views"),
)


def late_imports(folders: Sequence[str]) -> set[str]:
    """Return the modules that functions below app/`folders` import, by their full names."""
    found: set[str] = set()
    for folder in folders:
        for path in sorted((ROOT / "app" / folder).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            for function in ast.walk(tree):
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    found.update(_imported(function))
    return found


def _imported(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            whole = ROOT.joinpath(*node.module.split("."))
            yield from (f"{node.module}.{alias.name}" for alias in node.names if (whole / f"{alias.name}.py").exists())
