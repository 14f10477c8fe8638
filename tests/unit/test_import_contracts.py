"""The import contracts of pyproject.toml, tried on a small house: each lets the good house be, and sees its breach."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["name"] for contract in SETTINGS["tool"]["importlinter"]["contracts"]}
NAMED = {
    name
    for contract in SETTINGS["tool"]["importlinter"]["contracts"]
    for name in [
        *contract.get("source_modules", []),
        *contract.get("protected_modules", []),
        *contract.get("forbidden_modules", []),
    ]
    if "*" not in name and name.startswith("app.")
}

# The imports that DESIGN.md means, one of each kind.
HOUSE = {
    "__main__": "import app.bootstrap",
    "bootstrap": "import PySide6, app.controllers, app.credentials, app.engine, app.storage",
    "controllers/__init__": "import PySide6, app.views.compose.view, app.services.ports",
    "views/compose/view": "import PySide6, app.views.compose.session, app.commands, app.engine",
    "views/compose/session": "import app.services, app.ui",
    "views/lists/view": "import PySide6, app.ui",
    "views/lists/session": "import app.services",
    "ui/__init__": "import PySide6, qasync, app.commands",
    "engine/__init__": "import app.services",
    "engine/child": "import app.backends.ews",
    "storage/__init__": "import app.services",
    "credentials/__init__": "import app.domain",
    "backends/ews/__init__": "import exchangelib, app.credentials, app.domain",
    "backends/graph/__init__": "import app.backends.oauth, app.domain",
    "backends/net/__init__": "import app.backends.port",
    "backends/oauth/__init__": "import msal, app.core, app.domain",
    "backends/port": "import app.domain",
    "commands/__init__": "import app.domain",
    "services/ports": "import app.domain",
    "services/html/prepare": "import app.services.html.write, app.services.html.foreign",
    "services/html/bounds": "import app.services.html.write",
    "services/html/write": "import app.domain",
    "services/html/foreign": "import app.content.ask, app.content.work, app.content.html.parse",
    "services/html/words": "import app.core, app.domain",
    "content/ask": "import app.content.jobs, app.content.work",
    "content/jobs": "import app.domain",
    "content/work": "import app.content.jobs, app.content.eml, app.content.html.parse, app.content.pictures",
    "content/pictures": "import PySide6, app.content.jobs",
    "content/eml": "import app.content.jobs",
    "content/html/parse": "import app.content.jobs",
    "content/walls": "",
    "services/records/__init__": "import app.services.ports",
    "services/accounts/__init__": "import app.services.ports",
    "services/reader/__init__": "import app.services.records, app.services.html.foreign",
    "services/attachments/__init__": "import app.services.records",
    "services/text/__init__": "import app.services.reader",
    "services/checks/__init__": "import app.services.text",
    "services/folders/__init__": "import app.services.text",
    "services/people/__init__": "import app.services.checks",
    "services/drafts/__init__": "import app.services.checks",
    "services/outbox/__init__": "import app.services.drafts",
    "domain/__init__": "import app.core",
    "core/__init__": "",
    "spelling/__init__": "import hunspell",
    "sandbox/__init__": "import lxml",
}

BREACHES = [
    ("spelling/__init__", "import app.services", "Imports run downwards only"),
    ("domain/__init__", "import app.services", "Imports run downwards only"),
    ("core/__init__", "import app.domain", "Imports run downwards only"),
    ("services/text/__init__", "import app.services.drafts", "The services' packages stand one upon another"),
    ("services/reader/__init__", "import app.services.attachments", "The services' packages stand one upon another"),
    ("services/html/write", "import app.services.html.foreign", "The packages of HTML stand one upon another"),
    ("content/ask", "import app.services", "Imports run downwards only"),
    (
        "services/reader/__init__",
        "import app.content.html.parse",
        "What parses content from outside is called in its own process",
    ),
    (
        "services/reader/__init__",
        "import app.content.pictures",
        "What parses content from outside is called in its own process",
    ),
    ("ui/__init__", "import app.content.eml", "What parses content from outside is called in its own process"),
    (
        "content/html/parse",
        "import app.core.i18n",
        "The content process knows no service, no translation and no log of its own",
    ),
    ("commands/__init__", "import app.services", "Imports run downwards only"),
    ("controllers/__init__", "import app.bootstrap", "Imports run downwards only"),
    ("ui/__init__", "import app.engine", "Imports run downwards only"),
    ("engine/child", "import app.credentials", "Imports run downwards only"),
    ("views/lists/view", "import app.views.compose.session", "Rooms do not import each other"),
    ("views/lists/view", "import app.storage", "Views and ui never import backends, storage or credentials"),
    ("ui/__init__", "import app.credentials", "Views and ui never import backends, storage or credentials"),
    ("bootstrap", "import app.backends.ews", "Only the engine imports backends"),
    ("storage/__init__", "import app.backends", "Only the engine imports backends"),
    ("backends/oauth/__init__", "import app.backends.ews", "A backend stands on those below it"),
    ("backends/graph/__init__", "import app.backends.ews", "A backend stands on those below it"),
    ("backends/ews/__init__", "import app.services", "Backends stand on core, domain and credentials"),
    ("services/__init__", "import PySide6.QtCore", "Qt stays in views, ui, controllers and bootstrap"),
    ("engine/child", "def f() -> None:\n    import qasync", "Qt stays in views, ui, controllers and bootstrap"),
    ("views/lists/session", "from PySide6 import QtCore", "A session knows nothing of Qt"),
    ("ui/message_list/session", "import PySide6", "A session knows nothing of Qt"),
    ("engine/child", "import exchangelib.errors", "exchangelib stays in backends/ews"),
    ("engine/child", "import msal", "msal stays in backends/oauth"),
    ("sandbox/__init__", "import app.domain", "The sandbox imports nothing of the program"),
    ("bootstrap", "import app.sandbox", "The program never imports the sandbox: it starts it as a process"),
]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, imports in HOUSE.items():
        module = tmp_path / "app" / f"{name}.py"
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text(f"{imports}\n", encoding="utf-8")
    for name in NAMED:  # a contract that names what is not there says so, and is not judged
        module = tmp_path / f"{name.replace('.', '/')}.py"
        if not module.exists() and not module.with_suffix("").is_dir():
            module.parent.mkdir(parents=True, exist_ok=True)
            module.touch()
    for folder in [tmp_path / "app", *(path for path in (tmp_path / "app").rglob("*") if path.is_dir())]:
        (folder / "__init__.py").touch()
    return tmp_path


def broken_contracts(house: Path) -> set[str]:
    """Run the checker on a house; return the names of the contracts that it found broken."""
    script = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(house), "NO_COLOR": "1", "COLUMNS": "200"}
    ended = subprocess.run(
        [str(script), "--no-cache"],
        cwd=house,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)\b", ended.stdout, re.MULTILINE))
    broken = {name for name, verdict in verdicts.items() if verdict == "BROKEN"}
    assert len(verdicts) == len(CONTRACTS), ended.stdout + ended.stderr
    assert ended.returncode == (1 if broken else 0)
    return broken


def test_the_house_of_the_design_keeps_every_contract(house: Path) -> None:
    assert broken_contracts(house) == set()


def test_every_contract_has_a_breach_that_shows_it_can_fail() -> None:
    assert {contract for _, _, contract in BREACHES} == CONTRACTS


@pytest.mark.parametrize(("module", "imports", "contract"), BREACHES)
def test_a_breach_breaks_the_contract_that_forbids_it(house: Path, module: str, imports: str, contract: str) -> None:
    source = house / "app" / f"{module}.py"
    source.write_text(f"{source.read_text(encoding='utf-8')}{imports}\n", encoding="utf-8")
    assert contract in broken_contracts(house)
