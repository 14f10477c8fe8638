"""In a Debian with nothing else: install, use as an ordinary person, go back to an older version, remove, purge."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from devtools.packing.debian_papers import unmatched
from tests.end2end import seen
from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.server_side import ServerSide
from tests.packaging.installed.conftest import Installed

SANDBOX = ("mailwright", "--sandbox", "--sandbox-info", "INFO")


def fingerprint(folder: Path) -> dict[str, str]:
    """Return a digest of every file of a person's, but for the sandbox's own, which may still be closing its."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "exchange" not in path.parts
    }


def test_it_installs_starts_writes_sends_and_goes_without_a_trace_but_the_messages(
    installed: Installed, package: Path
) -> None:
    tree, desktop = installed.tree, installed.desktop
    before = set(tree.run("find", "/usr", "/etc", "-xdev", "-type", "f", "-newer", "/proc/1").split())
    tree.install(package)
    version = tree.run("mailwright", "--version", user=True).strip()
    assert version.startswith("Mailwright ")
    assert "python3" not in tree.run("dpkg-query", "-W", "-f", "${Package} ").split(), "it brings its own"

    program = installed.start(*SANDBOX)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    assert any("--engine" in line for line in program.parts()), "the engine is the frozen program"
    assert any("--sandbox-server" in line for line in program.parts()), "and so is the sandbox"

    tree.run("apt-get", "install", "-y", "--no-install-recommends", "xdg-utils")
    link = f"mailto:{ANYONE}?subject=By%20a%20link&body=Dear%20James,"
    tree.run("xdg-open", link, user=True, environment=installed.environment)
    program.wait_until_accessible("By a link", seconds=30)
    program.wait_until_focused("Message")
    desktop.press("Ctrl+End", "Enter")
    desktop.type("written in an installed program.")
    desktop.shoot(f"installed-compose-{tree.root.parent.name}")
    desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("By a link") == [ANYONE]
    assert "written in an installed program." in server.body("sentitems", "By a link")
    assert program.quit() == 0

    messages = fingerprint(installed.messages)
    assert messages
    tree.run("apt-get", "remove", "-y", "mailwright")
    assert not (tree.root / "usr/lib/mailwright").exists()
    assert fingerprint(installed.messages) == messages
    tree.run("dpkg", "--purge", "mailwright")  # apt no longer knows it: there were no settings to keep
    assert not tree.has("mailwright")
    assert fingerprint(installed.messages) == messages
    left = set(tree.run("find", "/usr", "/etc", "/var/lib", "-xdev", "-iname", "*mailwright*").split()) - before
    assert left == set(), "nothing of it is left"


def test_a_link_starts_a_program_that_does_not_run(installed: Installed, package: Path) -> None:
    tree = installed.tree
    tree.install(package)
    tree.run("apt-get", "install", "-y", "--no-install-recommends", "xdg-utils")
    wanted = tree.run("xdg-mime", "query", "default", "x-scheme-handler/mailto", user=True).strip()
    assert wanted == "io.github.mailwright.mailwright.desktop"
    program = installed.start("xdg-open", f"mailto:{ANYONE}?subject=Cold")
    ours = program.part("mailwright mailto:")
    wait_until(
        lambda: "the message waits for it" in seen.all_words(installed.desktop.look(ours)),
        "it asks for an account to write as",
        30,
    )
    installed.desktop.shoot(f"installed-link-{tree.root.parent.name}")


def test_going_back_to_an_older_program_says_so_and_damages_nothing(
    installed: Installed, package: Path, older_package: Path
) -> None:
    tree = installed.tree
    tree.install(package)
    program = installed.start(*SANDBOX)
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Kept", "From the newer program.")
    person.save()
    assert program.quit() == 0
    database = installed.messages / "mailwright.sqlite"
    with sqlite3.connect(database) as connection:
        # What a later version will do when the form of its file changes.
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = fingerprint(installed.messages)
    tree.install(older_package, "--allow-downgrades")
    program = installed.start("mailwright")
    program.wait_until_accessible("written by a newer Mailwright", seconds=30)
    installed.desktop.shoot(f"installed-downgraded-{tree.root.parent.name}")
    program.quit()
    after = fingerprint(installed.messages)
    assert {name: digest for name, digest in after.items() if name in before} == before


@pytest.mark.skipif(not shutil.which("lintian"), reason="lintian is not installed")
def test_lintian_has_nothing_against_it(package: Path) -> None:
    command = ["lintian", "--allow-root", "--fail-on", "error,warning", str(package)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_it_is_no_larger_than_was_promised_and_lists_its_parts(package: Path, tmp_path: Path) -> None:
    assert package.stat().st_size <= 45_000_000
    subprocess.run(["dpkg-deb", "--extract", str(package), str(tmp_path)], check=True)
    sizes = [path.lstat().st_size for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(sizes) <= 150_000_000
    papers = tmp_path / "usr/share/doc/mailwright"
    parts = json.loads((papers / "sbom.cdx.json").read_text("utf-8"))
    names = {part["name"].lower() for part in parts["components"]}
    assert {"cpython", "qt", "pyside6_essentials", "exchangelib", "lxml", "cryptography"} <= names
    assert {"hunspell", "icu", "libxml2", "libxslt", "openssl", "pyinstaller", "zlib"} <= names
    assert unmatched((papers / "copyright").read_text("utf-8"), tmp_path) == []
    assert (papers / "licences/LGPL-3.0.txt").stat().st_size > 7000
    assert {path.name for path in (papers / "licences").iterdir()} >= {"exchangelib", "lxml", "python", "NOTICE.md"}


def test_no_library_that_it_carries_is_a_dependency(package: Path) -> None:
    told = subprocess.run(["dpkg-deb", "--field", str(package), "Depends"], capture_output=True, text=True, check=True)
    assert "libc6 (" in told.stdout
    assert "hunspell" not in told.stdout


def test_the_package_runs_nothing_as_root(package: Path, tmp_path: Path) -> None:
    subprocess.run(["dpkg-deb", "--control", str(package), str(tmp_path / "control")], check=True)
    assert {path.name for path in (tmp_path / "control").iterdir()} == {"control", "md5sums"}
