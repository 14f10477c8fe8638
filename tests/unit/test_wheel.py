"""The wheel that pipx and the installers build from: what it holds, and what it starts."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    ended = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def text_in(wheel: zipfile.ZipFile, ending: str) -> str:
    (name,) = (name for name in wheel.namelist() if name.endswith(ending))
    return wheel.read(name).decode()


def test_its_version_is_the_programs_own(wheel: zipfile.ZipFile) -> None:
    assert re.search(rf"^Version: {re.escape(app.__version__)}$", text_in(wheel, ".dist-info/METADATA"), re.MULTILINE)


def test_every_module_and_every_resource_is_in_it_once(wheel: zipfile.ZipFile) -> None:
    files = (path for folder in ("app", "resources") for path in (ROOT / folder).rglob("*") if path.is_file())
    sources = [path.relative_to(ROOT).as_posix() for path in files if path.suffix != ".pyc"]
    assert any(source.startswith("resources/") for source in sources)
    expected = [re.sub(r"^resources/", "app/_resources/", source) for source in sources]
    inside = wheel.namelist()
    assert [name for name in expected if inside.count(name) != 1] == []


def test_it_starts_the_window_and_the_sandbox(wheel: zipfile.ZipFile) -> None:
    entries = text_in(wheel, ".dist-info/entry_points.txt").split()
    assert "".join(entries) == (
        "[console_scripts]mailwright-sandbox=app.sandbox.__main__:main[gui_scripts]mailwright=app.__main__:main"
    )


def test_the_licence_goes_with_it(wheel: zipfile.ZipFile) -> None:
    assert "Apache License" in text_in(wheel, ".dist-info/licenses/LICENSE")


def test_nothing_of_the_workshop_is_in_it(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"app", f"mailwright-{app.__version__}.dist-info"}
