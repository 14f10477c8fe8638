"""The man page and the completions of each shell hold everything that the command line understands."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.bootstrap.options import command_line
from devtools.packing import documents, identity

ROOT = Path(__file__).resolve().parents[2]
PARSER = command_line()
LONG = [name for action in PARSER._actions for name in action.option_strings if name.startswith("--")]
SHELLS = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}


@pytest.fixture(scope="module")
def page() -> str:
    return documents.man_page(PARSER, identity.read(ROOT))


def test_there_is_something_to_complete() -> None:
    assert {"--help", "--version", "--sandbox"} <= set(LONG)


@pytest.mark.parametrize("shell", documents.COMPLETIONS)
def test_every_option_is_completed(shell: str) -> None:
    text = documents.completion(PARSER, shell)
    spelled = [f"-l {name[2:]}" if shell == "fish" else name for name in LONG]
    assert [name for name in spelled if not re.search(rf"{re.escape(name)}(?![\w-])", text)] == []


@pytest.mark.parametrize("shell", documents.COMPLETIONS)
def test_the_shell_itself_can_read_it(shell: str, tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    path = tmp_path / "completion"
    path.write_text(documents.completion(PARSER, shell), encoding="utf-8")
    ended = subprocess.run([*SHELLS[shell], str(path)], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_bash_completes_options_and_files(tmp_path: Path) -> None:
    if not shutil.which("bash"):
        pytest.skip("bash is not installed")
    (tmp_path / "completion").write_text(documents.completion(PARSER, "bash"), encoding="utf-8")
    (tmp_path / "message.eml").touch()
    script = (
        "source ./completion\n"
        'try() { COMP_WORDS=(mailwright "$@"); COMP_CWORD=$#; _shtab_mailwright; echo "${COMPREPLY[@]}"; }\n'
        "try --sandbox-; try --attach mes; try mes\n"
    )
    ended = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines() == [
        "--sandbox-accounts --sandbox-kind --sandbox-info",
        "message.eml",
        "message.eml",
    ]


def test_the_man_page_tells_of_every_option_in_the_programs_own_words(page: str) -> None:
    plain = page.replace(r"\-", "-")
    for option in documents.options(PARSER):
        assert all(f"\\fB{name}\\fR" in plain for name in option.name.split(", ") if name)
        assert option.words[1:].replace("'", "'") in plain


def test_the_man_page_has_its_sections_and_every_variable_that_the_program_reads(page: str) -> None:
    sections = re.findall(r"^\.SH (.+)$", page, re.MULTILINE)
    assert sections[:4] == ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"]
    assert {"FILES", "ENVIRONMENT", "EXIT STATUS"} <= set(sections)
    sources = (ROOT / "app/bootstrap/options.py", ROOT / "app/storage/settings.py")
    read = {name for source in sources for name in re.findall(r"MAILWRIGHT_\w+", source.read_text("utf-8"))}
    assert read == set(re.findall(r"MAILWRIGHT_\w+", page))


@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
def test_man_shows_it_without_a_complaint(page: str, tmp_path: Path) -> None:
    path = tmp_path / "mailwright.1"
    path.write_text(page, encoding="utf-8")
    shown = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(path)],
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (0, "")
