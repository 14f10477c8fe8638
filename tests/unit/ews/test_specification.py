"""docs/specification.md names tests that exist, and misses no element and no operation of the specification."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from app.domain.writable_fields import ELEMENTS
from tests.unit.domain.test_writable_fields import SPECIFIED

ROOT = Path(__file__).resolve().parents[3]
TABLE = (ROOT / "docs" / "specification.md").read_text(encoding="utf-8")
ROWS = re.findall(r"\| `(tests/[^`]+)` \| `(test_[^`]+)` \|", TABLE)
OPERATIONS = ["CreateItem", "GetItem", "UpdateItem", "DeleteItem", "MoveItem", "CopyItem", "SendItem"]


def names_in(path: Path) -> set[str]:
    found = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {one.name for one in found if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(("file", "test"), sorted(set(ROWS)))
def test_each_sentence_names_a_test_that_is_there(file: str, test: str) -> None:
    assert test in names_in(ROOT / file)


def test_each_row_of_the_table_is_read() -> None:
    rows = [
        line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith(("| what", "| section"))
    ]
    assert len(ROWS) == len(rows) > 40


def test_each_file_that_is_named_is_there() -> None:
    for name in re.findall(r"`((?:tests|app)/[^`]+)`", TABLE):
        assert (ROOT / name).is_file(), name


@pytest.mark.parametrize("element", SPECIFIED)
def test_each_element_has_its_row(element: str) -> None:
    assert f"| {element}: " in TABLE
    assert element in ELEMENTS


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_has_its_row(operation: str) -> None:
    assert re.search(rf"\| 3\.1\.4\.\d \| {operation}\b", TABLE)
