#!/usr/bin/env python3
"""One command for everything a developer does, from nothing to a result, on the standard library alone.

    python3 dev.py run [options]      set up what is missing, open the program on its sandbox
    python3 dev.py test [options]     set up what is missing, run every check and the tests, without a display
    python3 dev.py end2end [options]  real keys in a real window under Xvfb
    python3 dev.py bench [options]    measure
    python3 dev.py check              lint, types and import contracts only
    python3 dev.py lock               refresh requirements/*.txt
    python3 dev.py package WHAT       make a package: deb, appimage, wheel, ...; without WHAT, say what there is

Options go to the program, or to pytest. What is set up: the libraries of Debian that Qt stands on (said before they
are installed), a virtual environment in .venv, and the locked packages in it. A stamp in .venv makes the next time
immediate. It exists because make, nox, hatch and uv would each have to be installed first.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devtools.debian import END2END_PACKAGES, ensure_libraries, ensure_packages
from devtools.display import NO_DISPLAY, has_display, virtual_display
from devtools.environment import BIN, PYTHON, ROOT, ensure_uv, make_environment, pip_config, set_up
from devtools.index import uv_environment
from devtools.words import SetUpError, say

OLDEST, NEWEST = (3, 11), (3, 13)

# Qt joins the accessibility bus only if it runs already when the program starts; asking for its address starts it.
ASK_FOR_ACCESSIBILITY = "dbus-send --session --print-reply --dest=org.a11y.Bus /org/a11y/bus org.a11y.Bus.GetAddress"
WITH_ACCESSIBILITY = f'{ASK_FOR_ACCESSIBILITY} >/dev/null && exec "$@"'
ACCESSIBLE = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}


def step(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Show a command and run it in the project; end with its exit code when it fails."""
    say(f"\n$ {shlex.join([Path(command[0]).name, *command[1:]])}")
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, **(environment or {})}, check=False).returncode
    if code != 0:
        raise SystemExit(code)


def run_program(arguments: Sequence[str]) -> None:
    """Open the program on its sandbox."""
    if not has_display(os.environ):
        say(NO_DISPLAY)
        raise SystemExit(2)
    set_up("run", window=True)
    command = [str(PYTHON), "-m", "app", "--sandbox", *arguments]
    if os.name == "nt":
        raise SystemExit(subprocess.run(command, cwd=ROOT, check=False).returncode)
    os.chdir(ROOT)
    os.execv(command[0], command)


def check() -> None:
    """Lint, form, types and import contracts."""
    step([str(BIN / "ruff"), "check", "."])
    step([str(BIN / "ruff"), "format", "--check", "."])
    step([str(PYTHON), "-m", "mypy"])
    step([str(BIN / "lint-imports")])


def run_checks(_: Sequence[str]) -> None:
    """Set up, then check."""
    set_up("dev")
    check()


def run_tests(arguments: Sequence[str]) -> None:
    """Every check, then the tests, without a display."""
    set_up("dev")
    check()
    spread = [] if arguments else ["-n", "auto"]
    step([str(PYTHON), "-m", "pytest", *spread, *arguments], {"QT_QPA_PLATFORM": "offscreen"})


def run_bench(arguments: Sequence[str]) -> None:
    """Measure; one test at a time, with what it prints."""
    set_up("dev")
    platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
    step([str(PYTHON), "-m", "pytest", "-m", "bench", "-s", "tests/bench", *arguments], {"QT_QPA_PLATFORM": platform})


def run_end2end(arguments: Sequence[str]) -> None:
    """Real keys in a real window, on an X server of its own, with a message bus of its own."""
    if sys.platform != "linux":
        raise SetUpError("The end-to-end tests need Linux: they type into a window under Xvfb.")
    ensure_packages(END2END_PACKAGES, "Typing into a real window")
    set_up("dev")
    ensure_libraries(window=True)
    pytest = [str(PYTHON), "-m", "pytest", "-m", "end2end", "tests/end2end", *arguments]
    with virtual_display() as display:
        step(["dbus-run-session", "--", "sh", "-c", WITH_ACCESSIBILITY, "sh", *pytest], {**display, **ACCESSIBLE})


def refresh_locks(_: Sequence[str]) -> None:
    """Resolve anew for every system and Python we support, with the hash of every file, and no address in it."""
    make_environment()
    uv = ensure_uv()
    if uv is None:
        raise SetUpError("uv, which makes the locks, could not be installed; pip's words are above.")
    environment = uv_environment(pip_config(), os.environ, locking=True)
    shape = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--upgrade", "-q"]
    quiet = ["--no-emit-index-url", "--no-emit-find-links"]
    # The set for developers is held to the versions of the set for running, which it contains.
    developers = ["--group", "dev", "--constraints", "requirements/run.txt", "pyproject.toml"]
    packagers = ["--group", "package", "--constraint", "requirements/run.txt"]
    for name, source in (
        ("run", ["pyproject.toml"]),
        ("package", packagers),
        ("dev", [*developers, "--constraint", "requirements/package.txt"]),
        ("uv", ["requirements/uv.in"]),
    ):
        step([str(uv), "pip", "compile", *shape, *quiet, *source, "-o", f"requirements/{name}.txt"], environment)


def make_package(arguments: Sequence[str]) -> None:
    """Make an installer, in an environment of its own that holds what the program runs on and what packs it."""
    from devtools.packing import main as pack

    pack(arguments)


COMMANDS: dict[str, Callable[[Sequence[str]], None]] = {
    "run": run_program,
    "test": run_tests,
    "end2end": run_end2end,
    "bench": run_bench,
    "check": run_checks,
    "lock": refresh_locks,
    "package": make_package,
}


def use_a_python_that_serves() -> None:
    """Go on with a Python that is supported, when this one is not and another is here."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other and subprocess.run([other, "-c", ""], capture_output=True, check=False).returncode == 0:
            os.execv(other, [other, str(ROOT / "dev.py"), *sys.argv[1:]])
    raise SetUpError(f"Mailwright needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}.")


def main(arguments: Sequence[str]) -> None:
    """Do what was asked; with nothing asked, say what can be."""
    if not arguments or arguments[0] not in COMMANDS:
        say(__doc__ or "")
        raise SystemExit(0 if arguments and arguments[0] in {"-h", "--help", "help"} else 2)
    try:
        use_a_python_that_serves()
        COMMANDS[arguments[0]](arguments[1:])
    except SetUpError as error:
        say(str(error))
        raise SystemExit(1) from None


if __name__ == "__main__":
    main(sys.argv[1:])
