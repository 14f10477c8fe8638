"""The rules of the house that no linter has a name for: sizes, docstrings, and that no folder escapes the contracts."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "app").rglob("*.py"))
LONGEST_FILE = 800
LONGEST_FUNCTION = 40


def name_of(source: Path) -> str:
    return source.relative_to(ROOT).as_posix()


def parse(source: Path) -> ast.Module:
    return ast.parse(source.read_text(encoding="utf-8"), filename=str(source))


def functions_in(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count from `def` to the end, without the docstring: explaining more is not to cost code."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        assert first.end_lineno is not None
        lines -= first.end_lineno - first.lineno + 1
    return lines


def packages_imported_by(tree: ast.Module) -> set[str]:
    """Name the top-level package of each import, also of those inside functions."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_there_is_a_program_to_look_at() -> None:
    assert ROOT / "app" / "__init__.py" in SOURCES


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_module_opens_with_why_it_exists(source: Path) -> None:
    assert ast.get_docstring(parse(source)), f"{name_of(source)} has no docstring"


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_file_can_be_read_in_one_sitting(source: Path) -> None:
    lines = len(source.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{name_of(source)} has {lines} lines"


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_function_can_be_seen_at_once(source: Path) -> None:
    long = {f.name: lines_of(f) for f in functions_in(parse(source)) if lines_of(f) > LONGEST_FUNCTION}
    assert not long, f"{name_of(source)}: more than {LONGEST_FUNCTION} lines: {long}"


def test_lines_of_a_function_leave_out_its_docstring() -> None:
    tree = ast.parse('@decorated\ndef f(\n    a,\n):\n    """One.\n\n    Two.\n    """\n    b = a\n    return b\n')
    assert [lines_of(function) for function in functions_in(tree)] == [5]


def test_only_the_ews_backend_knows_exchangelib() -> None:
    knowing = {name_of(source) for source in SOURCES if "exchangelib" in packages_imported_by(parse(source))}
    assert {name for name in knowing if not name.startswith("app/backends/ews/")} == set()


def test_every_room_and_folder_stands_under_the_import_contracts() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    # Backends and the sandbox stand beside the layers, each under contracts of its own.
    named = {"app.backends", "app.sandbox"} | {part.strip() for layer in layers for part in layer.split("|")}
    modules = {f"app.{source.stem}" for source in (ROOT / "app").glob("*.py") if source.stem != "__init__"}
    folders = {f"app.{source.parent.name}" for source in (ROOT / "app").glob("*/__init__.py")}
    assert modules | folders == named


def imports_between(sources: dict[str, str]) -> dict[str, set[str]]:
    """Name for each module the others that its head imports, under TYPE_CHECKING too. A late import is meant."""
    found: dict[str, set[str]] = {}
    for name, text in sources.items():
        found[name] = set()
        waiting: list[ast.stmt] = list(ast.parse(text).body)
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.If | ast.Try):
                waiting += [child for child in ast.walk(node) if isinstance(child, ast.Import | ast.ImportFrom)]
            elif isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                whole = {f"{node.module}.{alias.name}" for alias in node.names}
                found[name] |= whole & sources.keys() or {node.module}
        found[name] &= sources.keys() - {name}
    return found


def circle_in(imports: dict[str, set[str]]) -> set[str]:
    """Return the modules that stand in a circle of imports, or between two: what is left without free ends."""
    left = {name: set(others) for name, others in imports.items()}
    while True:
        imported = set().union(*left.values())
        free = {name for name, others in left.items() if not others or name not in imported}
        if not free:
            return set(left)
        left = {name: others - free for name, others in left.items() if name not in free}


def test_no_modules_import_each_other_in_a_circle() -> None:
    sources = {
        name_of(source).removesuffix(".py").removesuffix("/__init__").replace("/", "."): source.read_text("utf-8")
        for source in SOURCES
    }
    assert circle_in(imports_between(sources)) == set()


@pytest.mark.parametrize("way_back", ["import app.a", "if TYPE_CHECKING:\n    from app.a import A"])
def test_a_circle_is_found(way_back: str) -> None:
    sources = {"app.a": "from app import b", "app.b": "from app.c import C", "app.c": way_back, "app.d": "import app.a"}
    assert circle_in(imports_between(sources)) == {"app.a", "app.b", "app.c"}


def sets_of_states(tree: ast.Module) -> list[int]:
    """Return the lines that write down several states together: in a set, or in comparisons joined by `or`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Set | ast.Tuple | ast.List):
            parts: list[ast.expr] = node.elts
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            parts = [one.comparators[0] for one in node.values if isinstance(one, ast.Compare)]
        elif isinstance(node, ast.Call):
            parts = node.args
        else:
            continue
        if sum(ast.unparse(one).startswith("State.") for one in parts) > 1:
            found.append(node.lineno)
    return found


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_set_of_states_has_its_name_in_the_domain(source: Path) -> None:
    if name_of(source) != "app/domain/state.py":
        found = sets_of_states(parse(source))
        assert not found, f"{name_of(source)}, lines {found}: name the set in app/domain/state.py, by what it means"


@pytest.mark.parametrize(
    "code",
    [
        "A = frozenset({State.DRAFT, State.READY})",
        "a = one.state in (State.DRAFT, State.READY)",
        "a = one.state is State.DRAFT or one.state is State.READY",
        "a = in_state(State.DRAFT, State.READY)",
    ],
)
def test_a_set_of_states_is_found(code: str) -> None:
    assert sets_of_states(ast.parse(code)) == [1]
    assert sets_of_states(ast.parse(code.replace("State.READY", "ready"))) == []


CODE_TABLES = {"app/domain/response_codes.py", "app/services/text/error_text.py"}
"""What each code means to the program, and what a person reads of it. The sandbox is the server that says them."""
NO_CODES = {"ErrorCode", "ErrorMessage"}
"""Keys of Autodiscover's replies."""


def codes_in(tree: ast.Module) -> set[str]:
    """Return the server's response codes that a module writes down as such."""
    written = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in written - NO_CODES if re.fullmatch(r"Error[A-Z]\w+", text)}


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_response_code_has_its_name_in_the_domain(source: Path) -> None:
    if name_of(source) not in CODE_TABLES and not name_of(source).startswith("app/sandbox/"):
        found = codes_in(parse(source))
        assert not found, f"{name_of(source)}: name {found} in app/domain/response_codes.py, by what they mean"


def test_a_response_code_is_found() -> None:
    code = 'a = b.code in {"ErrorItemNotFound", "NoError"} or said.get("ErrorMessage") or "Errors happen"'
    assert codes_in(ast.parse(code)) == {"ErrorItemNotFound"}


def sizes_in(tree: ast.Module) -> set[str]:
    """Return the words of a module that put a unit of bytes behind a number."""
    written = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in written if re.search(r"(?:^ |\} ?)[KMG]B\b", text)}


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_size_is_put_in_words_in_one_place(source: Path) -> None:
    if name_of(source) != "app/core/formatting.py":
        found = sizes_in(parse(source))
        assert not found, f"{name_of(source)}: use size_words for {found}, so that one size has one set of words"


@pytest.mark.parametrize("code", ['tr("{n} MB", n=1)', 'f"{size / 1e6} MB free"'])
def test_a_size_in_words_is_found(code: str) -> None:
    assert len(sizes_in(ast.parse(code))) == 1
    assert sizes_in(ast.parse('tr("MB, where the server says nothing")')) == set()


def public_classes(source: Path) -> set[str]:
    """Return the names of the classes of a module that others may import."""
    return {
        node.name for node in parse(source).body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }


def test_no_two_modules_have_a_public_class_of_one_name() -> None:
    modules: dict[str, list[str]] = {}
    for source in SOURCES:
        for name in public_classes(source):
            modules.setdefault(name, []).append(name_of(source))
    assert {name: found for name, found in modules.items() if len(found) > 1} == {}


TIPS = {"plain_tip", "tr", "with_keys", "tip", "tooltip"}
"""What may make a tooltip: each of these returns words of ours, or words that Qt cannot take for HTML."""


def raw_tips_in(tree: ast.Module) -> list[int]:
    """Return the lines that give Qt a tooltip, a label or a box without a word on whether it may be HTML."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        shown = {"setToolTip": 0, "showText": 1}.get(name)
        if shown is not None and len(node.args) > shown:
            made = node.args[shown]
            options = [made.body, made.orelse] if isinstance(made, ast.IfExp) else [made]
            for one in options:
                called = one.func if isinstance(one, ast.Call) else None
                by = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                if by not in TIPS and by != "tip":
                    found.append(node.lineno)
        elif name in {"QLabel", "QMessageBox"}:
            found.append(node.lineno)
    return found


@pytest.mark.parametrize("source", [one for one in SOURCES if name_of(one) != "app/ui/widgets.py"], ids=name_of)
def test_words_from_outside_cannot_be_taken_for_html(source: Path) -> None:
    assert raw_tips_in(parse(source)) == [], f"{name_of(source)}: use plain_tip, and Label in place of QLabel"


def test_a_tooltip_that_may_be_html_is_found() -> None:
    code = "a.setToolTip(name)\nb.setToolTip(plain_tip(name))\nQToolTip.showText(p, name, w)\nQLabel(name)"
    assert raw_tips_in(ast.parse(code)) == [1, 3, 4]


def signals_from_threads(tree: ast.Module) -> list[int]:
    """Return the lines on which what a thread is started with emits a signal."""
    started = [
        word.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Thread"
        for word in node.keywords
        if word.arg == "target"
    ]
    names = {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in started}
    made = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in names]
    bodies = [*made, *(one for one in started if isinstance(one, ast.Lambda))]
    return [
        node.lineno
        for body in bodies
        for node in ast.walk(body)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "emit"
    ]


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_thread_emits_no_signal_of_what_may_be_destroyed_meanwhile(source: Path) -> None:
    assert signals_from_threads(parse(source)) == [], f"{name_of(source)}: use WindowThread.call"


@pytest.mark.parametrize("target", ["self._work", "work", "lambda: self.done.emit(1)"])
def test_a_signal_from_a_thread_is_found(target: str) -> None:
    name = target.rpartition(".")[2] if "(" not in target else "other"
    code = f"def {name}():\n    self.done.emit(1)\nThread(target={target}).start()\n"
    assert signals_from_threads(ast.parse(code)) == ([3] if "(" in target else [2])


def branches_never_taken(tree: ast.Module) -> list[int]:
    """Return the lines of branches that ask what the same chain of `if` and `elif` asked before them."""
    found = []
    elifs = {id(node.orelse[0]) for node in ast.walk(tree) if isinstance(node, ast.If) and len(node.orelse) == 1}
    for node in ast.walk(tree):
        if not isinstance(node, ast.If) or id(node) in elifs:
            continue
        asked: set[str] = set()
        here: ast.stmt | None = node
        while isinstance(here, ast.If):
            test = ast.unparse(here.test)
            if test in asked:
                found.append(here.lineno)
            asked.add(test)
            here = here.orelse[0] if len(here.orelse) == 1 else None
    return found


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_every_branch_can_be_reached(source: Path) -> None:
    assert branches_never_taken(parse(source)) == [], f"{name_of(source)}: the same question twice"


def test_a_branch_that_is_never_taken_is_found() -> None:
    code = "if a == 1:\n    b()\nelif a == 2:\n    c()\nelif a == 1:\n    d()\n"
    assert branches_never_taken(ast.parse(code)) == [5]
    assert branches_never_taken(ast.parse(code.replace("elif a == 1", "elif a == 3"))) == []


ONE_ANSWERS = {
    "app/engine/link.py": {"on_secret"},
    "app/ui/message_list/doing.py": {"on_back"},
    "app/ui/tasks.py": {"on_defect", "on_mail_error"},
}
"""Attributes that are no notification: just one takes what is told, and what it is told must not go unheard."""
TOLD_BY_EVENTS = ("commands", "domain", "engine", "services", "storage", "ui", "views")


def callbacks_in(tree: ast.Module) -> set[str]:
    """Return the attributes that are called when something happened, and that have room for one listener alone."""
    notes = [
        node for node in ast.walk(tree) if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute)
    ]
    kinds = {node.target.attr: ast.unparse(node.annotation) for node in notes if isinstance(node.target, ast.Attribute)}
    return {
        name for name, kind in kinds.items() if name.startswith("on_") and re.fullmatch(r"Callable\[.*, None\]", kind)
    }


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_changes_are_told_by_signals_and_events(source: Path) -> None:
    if name_of(source).split("/")[1] in TOLD_BY_EVENTS:
        found = callbacks_in(parse(source)) - ONE_ANSWERS.get(name_of(source), set())
        assert not found, f"{name_of(source)}: {found} are to be signals of Qt in ui and views, Events below"


def test_a_callback_is_found() -> None:
    code = "class A:\n    def __init__(self):\n        self.on_change: Callable[[], None] = nothing\n"
    assert callbacks_in(ast.parse(code)) == {"on_change"}
    assert callbacks_in(ast.parse(code.replace("None", "bool"))) == set()
