"""The virtual environment: made once, brought to what the locks say, and left alone while its stamp is true."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

from devtools.debian import ensure_libraries, install_packages
from devtools.index import parse_pip_config, uv_environment
from devtools.words import SetUpError, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "mailwright-stamp.json"
LOCKS = ROOT / "requirements"

# Run in the new environment: can Qt draw a word without a display?
DRAW_A_WORD = """
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
import PySide6.QtWidgets, PySide6.QtSvg
application = QGuiApplication([])
picture = QImage(80, 30, QImage.Format.Format_RGB32)
picture.fill(QColor("white"))
painter = QPainter(picture)
painter.drawText(4, 20, "Mailwright")
painter.end()
dark = any(picture.pixelColor(x, y).lightness() < 128 for x in range(80) for y in range(30))
raise SystemExit(0 if dark else "Qt finds no font to draw text with")
"""


def ensure_venv_module() -> None:
    """Debian keeps venv and ensurepip in a package of their own."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        install_packages([f"python3.{sys.version_info[1]}-venv"], "A virtual environment")


def locked_digest(level: str) -> str:
    """Hash everything that decides what the environment holds."""
    digest = hashlib.sha256(f"{ROOT} {sys.version_info[:2]} {level}".encode())
    for name in ("uv", level):
        digest.update((LOCKS / f"{name}.txt").read_bytes())
    return digest.hexdigest()


def is_set_up(level: str) -> bool:
    """Whether .venv holds the locked packages; the set for developers contains the one for running."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not PYTHON.exists() or stamp.get("level") not in {level, "dev"}:
        return False
    return bool(stamp.get("digest") == locked_digest(stamp["level"]))


def write_stamp(level: str) -> None:
    """Note what .venv holds, last of all: whatever was interrupted before is done again."""
    STAMP.write_text(json.dumps({"level": level, "digest": locked_digest(level)}), encoding="utf-8")


def belongs_here() -> bool:
    """Whether .venv was made in this place, with this version of Python; its scripts work nowhere else."""
    try:
        lines = (VENV / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    made = {name.strip(): value.strip() for name, _, value in (line.partition("=") for line in lines)}
    version = ".".join(str(part) for part in sys.version_info[:2])
    here = made.get("command", "").endswith(f" {VENV}")
    return PYTHON.exists() and here and made.get("version", "").startswith(f"{version}.")


def make_environment() -> None:
    """Make .venv, unless it is there and works."""
    if belongs_here():
        return
    ensure_venv_module()
    say(f"Making a virtual environment in {VENV.name}.")
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False).returncode != 0:
        raise SetUpError("The virtual environment could not be made; Python's words are above.")


def _pip_install(python: Path, *arguments: str) -> bool:
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    return subprocess.run([*pip, *arguments], check=False).returncode == 0


def ensure_uv(python: Path = PYTHON) -> Path | None:
    """Return the locked uv beside `python`, put there by pip; None where that fails, and pip is to do all of it."""
    lock, uv = LOCKS / "uv.txt", python.with_name("uv.exe" if os.name == "nt" else "uv")
    wanted = lock.read_text(encoding="utf-8").split()[0].partition("==")[2]
    with contextlib.suppress(OSError):
        told = subprocess.run([str(uv), "--version"], capture_output=True, text=True, check=False).stdout
        if wanted in told.split():
            return uv
    return uv if _pip_install(python, "-r", str(lock)) else None


def pip_config(python: Path = PYTHON) -> dict[str, list[str]]:
    """Ask the pip of .venv, or of another Python, what this machine has told it."""
    asked = [str(python), "-m", "pip", "--disable-pip-version-check", "config", "list"]
    options = parse_pip_config(subprocess.run(asked, capture_output=True, text=True, check=False).stdout)
    # pip passes over a folder that is not there; uv stops at it.
    links = [link for link in options.get("find-links", []) if "://" in link or Path(link).exists()]
    return {**options, "find-links": links}


def install_locked(*levels: str, python: Path = PYTHON) -> None:
    """Bring .venv, or another Python's environment, to exactly what the locks say, with every hash checked.

    With bytecode: each start would take thrice as long.
    """
    locks = [str(LOCKS / f"{level}.txt") for level in levels]
    uv = ensure_uv(python)
    if uv is not None:
        options = ["-q", "--python", str(python), "--require-hashes", "--compile-bytecode"]
        discovery = uv_environment(pip_config(python), os.environ)
        if subprocess.run([str(uv), "pip", "sync", *options, *locks], env=discovery, check=False).returncode == 0:
            return
    say("uv could not do it; trying with pip, which takes longer.")
    if not _pip_install(python, "--no-deps", *(word for lock in locks for word in ("-r", lock))):
        raise SetUpError("The locked packages could not be installed; the words of uv and pip are above.")


def link_source() -> None:
    """Make `import app` work from anywhere in .venv, without building anything."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    place = subprocess.run([str(PYTHON), "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    (Path(place) / "mailwright-source.pth").write_text(f"{ROOT}\n", encoding="utf-8")


def ensure_drawing() -> None:
    """Prove once, in the new environment, that Qt loads and draws text: a table of libraries may be out of date."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    drawn = subprocess.run(
        [str(PYTHON), "-c", DRAW_A_WORD], env=environment, capture_output=True, text=True, check=False
    )
    if drawn.returncode != 0:
        raise SetUpError(f"Qt is installed but cannot draw: {(drawn.stderr or drawn.stdout).strip()}")


def set_up(level: str, window: bool = False) -> None:
    """Set up all that is missing for `level` ("run" or "dev"); do nothing, at once, when nothing is."""
    ensure_libraries(window)
    if is_set_up(level):
        return
    make_environment()
    STAMP.unlink(missing_ok=True)
    say(f"Installing the locked packages (requirements/{level}.txt).")
    install_locked(level)
    link_source()
    ensure_drawing()
    write_stamp(level)
