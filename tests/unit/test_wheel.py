"""The wheel that pipx and the installers build from: what it holds, and what it starts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import app
from app.core import child_process
from tests.end2end import processes

ROOT = Path(__file__).resolve().parents[2]


DECOYS = ("app", "gettext", "mailwright", "json")


def build(what: str, source: Path, folder: Path) -> Path:
    """Make the wheel or the sdist of the tree `source` in `folder`."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", what, "-d", str(folder)]
    ended = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def wheel(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


def text_in(wheel: zipfile.ZipFile, ending: str) -> str:
    (name,) = (name for name in wheel.namelist() if name.endswith(ending))
    return wheel.read(name).decode()


def test_its_version_is_the_programs_own(wheel: zipfile.ZipFile) -> None:
    assert re.search(rf"^Version: {re.escape(app.__version__)}$", text_in(wheel, ".dist-info/METADATA"), re.MULTILINE)


def test_every_module_and_every_resource_is_in_it_once(wheel: zipfile.ZipFile) -> None:
    files = (path for folder in ("app", "resources") for path in (ROOT / folder).rglob("*") if path.is_file())
    sources = [path.relative_to(ROOT).as_posix() for path in files if path.suffix != ".pyc"]
    assert any(source.startswith("resources/") for source in sources)
    placed = [re.sub(r"^resources/", "app/_resources/", source) for source in sources]
    expected = ["mailwright/__init__.py", "mailwright/__main__.py", *(f"mailwright/{name}" for name in placed)]
    inside = wheel.namelist()
    assert [name for name in expected if inside.count(name) != 1] == []


def test_it_starts_the_window_and_the_sandbox(wheel: zipfile.ZipFile) -> None:
    entries = text_in(wheel, ".dist-info/entry_points.txt").split()
    assert "".join(entries) == (
        "[console_scripts]mailwright-sandbox=mailwright:sandbox[gui_scripts]mailwright=mailwright:main"
    )


def test_the_licence_goes_with_it(wheel: zipfile.ZipFile) -> None:
    assert "Apache License" in text_in(wheel, ".dist-info/licenses/LICENSE")


def test_it_installs_one_package_and_nothing_that_others_may_call_so_too(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"mailwright", f"mailwright-{app.__version__}.dist-info"}


def test_the_sdist_makes_the_same_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "unpacked").mkdir()
    packed = build("sdist", ROOT, tmp_path / "made")
    subprocess.run(["tar", "-xzf", str(packed), "-C", str(tmp_path / "unpacked")], check=True)
    (source,) = (tmp_path / "unpacked").iterdir()
    (tmp_path / "again").mkdir()
    with zipfile.ZipFile(build("wheel", source, tmp_path / "again")) as again:
        assert sorted(again.namelist()) == sorted(wheel.namelist())


# --- installed --------------------------------------------------------------------------------------------------------


class Installed:
    """The wheel in an environment of its own, used from a folder with modules that nobody asked for."""

    def __init__(self, place: Path, wheel: Path) -> None:
        self.place, self.taken, self.folder = place, place / "taken", place / "folder"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place / "venv")], check=True)
        self.bin = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(self.bin / "python")]
        install = [*pip, "install", "-q", "--no-deps", "--no-index", "--no-compile", str(wheel)]
        subprocess.run(install, check=True, capture_output=True, timeout=60)
        (package,) = (place / "venv").rglob("site-packages/mailwright")
        # What it stands on is taken from here; a line that is only a path brings no other lines of that folder.
        (package.parent / "libraries.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
        version = package / "app/__init__.py"
        version.write_text(version.read_text("utf-8").replace(app.__version__, "97.5.3"), "utf-8")
        self.folder.mkdir()
        for name in DECOYS:
            (self.folder / f"{name}.py").write_text(f"open({str(self.taken)!r}, 'a').write(__name__)\n", "utf-8")
        ours = {"PYTHONPATH", "PYTHONSAFEPATH"}
        self.environment = {name: value for name, value in os.environ.items() if name not in ours}
        told = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(place), "MAILWRIGHT_DATA": str(place / "data")}
        self.environment |= told

    def start(self, name: str, *arguments: str) -> subprocess.Popen[str]:
        """Start one of its scripts in the folder with the decoys."""
        return subprocess.Popen(
            [str(self.bin / name), *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture(scope="module")
def installed(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"), path)


@pytest.fixture(autouse=True)
def nothing_else_is_imported(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "installed" in request.fixturenames:
        taken: Path = request.getfixturevalue("installed").taken
        assert not taken.exists(), taken.read_text("utf-8")


def test_installed_it_says_its_own_version(installed: Installed) -> None:
    said, _ = installed.start("mailwright", "--version").communicate(timeout=30)
    assert said == "Mailwright 97.5.3\n"


def test_installed_its_sandbox_starts(installed: Installed) -> None:
    with installed.start("mailwright-sandbox", "--die-with-parent") as sandbox:
        assert sandbox.stdout is not None
        assert sandbox.stdout.readline().startswith('{"')
        sandbox.communicate(timeout=20)
    assert sandbox.returncode == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes as Linux shows them")
def test_installed_its_window_starts_its_own_parts(installed: Installed) -> None:
    info = installed.place / "sandbox.json"
    missing = {"--engine", "--content", "--sandbox-server"}
    with installed.start("mailwright", "--sandbox", "--sandbox-info", str(info)) as window:
        try:
            while missing:
                assert window.poll() is None, window.stdout and window.stdout.read()
                lines = processes.below(window.pid).values()
                missing -= {part for part in missing for line in lines if f" -P -m mailwright {part}" in line}
                time.sleep(0.05)
        finally:
            window.terminate()
            window.communicate(timeout=30)
    assert window.returncode == 0
    log = "".join(path.read_text("utf-8") for path in (installed.place / "data").rglob("*.log"))
    assert "Mailwright 97.5.3" in log


def test_only_the_launcher_that_lies_around_the_program_is_asked_for_its_parts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started = type(sys)("mailwright")
    monkeypatch.setitem(sys.modules, "mailwright", started)
    started.__file__ = str(tmp_path / "mailwright.py")
    assert child_process.own_program("app.part", "--part")[-1] == "app.part"
    started.__file__ = str(Path(app.__file__).parents[1] / "__init__.py")
    assert child_process.own_program("app.part", "--part", "x") == [
        *(sys.executable, "-P", "-m", "mailwright", "--part", "x")
    ]
    assert child_process.own_program("app", "", "--debug")[1:] == ["-P", "-m", "mailwright", "--debug"]
    assert "PYTHONPATH" not in child_process.found_by_python({})
