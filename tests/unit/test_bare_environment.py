"""Tests bring their own environment: nothing that somebody chose for this machine reaches them."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from tests.bare_environment import bare, is_chosen, opener, settle_in

SOMEBODYS = {
    "LANG": "de_DE.UTF-8",
    "LANGUAGE": "de",
    "LC_TIME": "fr_FR.UTF-8",
    "TZ": "Asia/Kolkata",
    "BROWSER": "/bin/false",
    "http_proxy": "http://127.0.0.1:1",
    "HTTPS_PROXY": "http://127.0.0.1:1",
    "no_proxy": "*",
    "QT_SCALE_FACTOR": "2",
    "QT_STYLE_OVERRIDE": "Fusion",
    "QT_IM_MODULE": "fcitx",
    "GTK_IM_MODULE": "ibus",
    "XMODIFIERS": "@im=ibus",
    "XDG_DATA_DIRS": "/usr/share",
    "XDG_CURRENT_DESKTOP": "KDE",
    "SNAP": "/snap/code/1",
    "PYTHON_KEYRING_BACKEND": "keyring.backends.kwallet.DBusKeyring",
    "MAILWRIGHT_DATA": "/home/anna/messages",
}
TOOLS = {"PATH": "/usr/bin", "HOME": "/home/anna", "PIP_INDEX_URL": "https://x", "MAILWRIGHT_SHOTS": "/tmp/shots"}


def test_what_somebody_chose_is_gone_and_what_tools_need_stays(tmp_path: Path) -> None:
    environ = SOMEBODYS | TOOLS
    settle_in(environ, tmp_path)
    assert {name: environ[name] for name in TOOLS} == TOOLS
    assert [name for name, value in SOMEBODYS.items() if environ.get(name) == value] == []
    folders = [value for name, value in environ.items() if name.startswith("XDG_")]
    assert [folder for folder in folders if Path(folder).parent != tmp_path or not Path(folder).is_dir()] == []


def test_a_window_gets_only_what_starting_it_takes() -> None:
    assert bare(SOMEBODYS | TOOLS) == {"PATH": "/usr/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    assert [name for name in SOMEBODYS if not is_chosen(name)] == []
    assert [name for name in TOOLS if is_chosen(name)] == []


def test_these_tests_run_in_them() -> None:
    assert (os.environ["LC_ALL"], os.environ["TZ"], time.tzname[0]) == ("C.UTF-8", "UTC", "UTC")
    assert "LANGUAGE" not in os.environ
    assert [name for name in os.environ if name.lower().endswith("_proxy")] == []


def test_what_is_to_be_opened_is_noted_and_handed_on_word_for_word(tmp_path: Path) -> None:
    notes, seen = tmp_path / "it's noted", tmp_path / "seen"
    program = opener(tmp_path / "bin", notes)
    subprocess.run([program, "https://x.example/?a=$HOME&b='c'"], check=True)
    assert opener(tmp_path / "bin", notes, "sh", "-c", f'printf %s "$1" > {seen}', "sh") == program
    subprocess.run([program, "mailto:a b"], check=True)
    assert notes.read_text() == "https://x.example/?a=$HOME&b='c'\nmailto:a b\n"
    assert seen.read_text() == "mailto:a b"
