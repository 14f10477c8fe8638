"""The pages that people read beside the program: they name what exists, and the generated ones are fresh."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from app.bootstrap.options import command_line
from app.domain.errors import TroubleKind
from app.domain.presets import FIELDS, SETTINGS, read_presets
from app.domain.response_codes import CLASSES, CodeClass
from devtools import troubleshooting
from devtools.packing import making

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_troubleshooting_is_what_the_program_says_now() -> None:
    hint = "refresh it with: python3 -m devtools.troubleshooting"
    assert troubleshooting.PAGE.read_text("utf-8") == troubleshooting.markdown(), hint


def test_troubleshooting_knows_every_code_class_and_trouble() -> None:
    page = troubleshooting.markdown()
    assert [code for code in CLASSES if f"`{code}`" not in page] == []
    assert set(troubleshooting.CLASS_WORDS) == set(CodeClass)
    assert set(troubleshooting.TROUBLES) == set(TroubleKind)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_of_a_page_is_there(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


MODULE = re.compile(r"`([\w./]+\.py)[`:]")
"""A file that a sentence names, with the folders that the writer found needful."""
OLD_NAMES = ROOT / "docs/decisions/file-names.md"
TO_BE_WRITTEN = {"tests/widgets/test_copy_subject.py"}
"""What the guide to a new command lets its reader write."""


@pytest.fixture(scope="module")
def modules() -> set[str]:
    """Each Python file of the project, named by as many of its folders as one likes."""
    tops = ("app", "devtools", "packaging", "resources", "tests")
    files = [*ROOT.glob("*.py"), *(file for top in tops for file in (ROOT / top).rglob("*.py"))]
    parts = [file.relative_to(ROOT).parts for file in files]
    return {"/".join(part[start:]) for part in parts for start in range(len(part))}


def missing(text: str, modules: set[str]) -> list[str]:
    """Return the files that a text names and that are not there."""
    return [name for name in MODULE.findall(text) if name not in modules | TO_BE_WRITTEN]


@pytest.mark.parametrize("page", [*PAGES, *sorted((ROOT / "docs").rglob("*/*.md"))], ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path, modules: set[str]) -> None:
    if page != OLD_NAMES:
        assert missing(page.read_text("utf-8"), modules) == []


def test_every_file_that_the_code_names_is_there(modules: set[str]) -> None:
    named = {source: missing(source.read_text("utf-8"), modules) for source in (ROOT / "app").rglob("*.py")}
    assert {str(source.relative_to(ROOT)): names for source, names in named.items() if names} == {}


def test_a_file_that_is_not_there_is_found(modules: set[str]) -> None:
    text = "See `log.py`, `core/log.py:45`, `gone.py` and `services/log.py`."
    assert missing(text, modules) == ["gone.py", "services/log.py"]


def test_the_page_on_packages_tells_how_to_make_each() -> None:
    page = (ROOT / "docs/packaging.md").read_text("utf-8")
    named = set(re.findall(r"dev\.py package (\w+)", page))
    assert named == {*making.MAKERS, *making.ELSEWHERE}


def test_the_pages_use_no_option_that_the_program_does_not_have() -> None:
    known = {name for action in command_line()._actions for name in action.option_strings}
    known |= {
        "--engine",
        "--spelling",
        "--sandbox-server",
    }  # how a frozen program starts its own parts (app/__main__.py)
    for page in PAGES:
        used = re.findall(r"\bmailwright (--[a-z-]+)", page.read_text("utf-8"))
        assert set(used) <= known, page.name


def test_the_guides_file_of_presets_is_read_without_a_fault_and_its_tables_name_all_there_is() -> None:
    guide = (ROOT / "docs/administrators.md").read_text("utf-8")
    block = re.search(r"(?:^    version = 1\n)(?:^(?:    .*)?\n)+", guide, re.MULTILINE)
    assert block is not None
    presets = read_presets(textwrap.dedent(block[0]))
    assert presets.faults == ()
    preset = presets.for_address("anna@sales.contoso.com")
    assert preset is not None
    assert preset.values("anna@sales.contoso.com")["user"] == "CONTOSO\\anna"
    assert presets.settings
    for name in (*FIELDS, *SETTINGS):
        assert re.search(rf"^\| [^|]*`{name}`", guide, re.MULTILINE), name
