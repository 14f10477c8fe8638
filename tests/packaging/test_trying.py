"""What is upgraded when a package is tried: an earlier commit of this repository, not this tree once more."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from devtools.environment import ROOT
from devtools.packing import identity, trying
from devtools.words import SetUpError

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")

WHO = ("-c", "user.name=Anna", "-c", "user.email=anna@example.com", "-c", "commit.gpgsign=false")


def git(root: Path, *words: str) -> str:
    ended = subprocess.run(["git", "-C", str(root), *WHO, *words], capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def commit(root: Path, version: str, words: str) -> str:
    (root / "app").mkdir(exist_ok=True)
    (root / "app/__init__.py").write_text(f'__version__ = "{version}"\n\nAPP_ID = "org.example.Mail"\n', "utf-8")
    (root / "CHANGELOG.md").write_text(f"# Changelog\n\n## {version} (unreleased)\n\n- {words}\n", "utf-8")
    authors = 'authors = [{ name = "Ben", email = "ben@example.com" }]\nurls = { Homepage = "https://example.com/" }\n'
    (root / "pyproject.toml").write_text('[project]\ndescription = "Mail."\nlicense = "MIT"\n' + authors, "utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", words)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(trying.OLDER, raising=False)
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q")
    return root


def test_the_newest_tag_before_this_commit_is_upgraded(repository: Path) -> None:
    released = commit(repository, "1.0", "First")
    git(repository, "tag", "v1.0")
    commit(repository, "1.1", "Second")
    git(repository, "tag", "v1.1")
    assert trying.older_commit(repository) == released


def test_a_commit_may_be_named(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = commit(repository, "1.0", "First")
    commit(repository, "1.0", "Second")
    monkeypatch.setenv(trying.OLDER, first[:9])
    assert trying.older_commit(repository) == first


def test_a_commit_that_git_does_not_have_is_said(repository: Path) -> None:
    commit(repository, "1.0", "First")
    with pytest.raises(SetUpError, match="fetch all of the history"):
        trying.older_commit(repository)


def test_without_a_tag_it_is_a_commit_of_this_repository() -> None:
    if not trying._git(ROOT, "cat-file", "-t", trying.FIRST):
        pytest.skip("this tree is not git's, or without its history")
    ancestor = ["git", "-C", str(ROOT), "merge-base", "--is-ancestor", trying.FIRST, "HEAD"]
    assert subprocess.run(ancestor, check=False).returncode == 0


def test_it_is_that_commit_under_a_version_that_comes_before(repository: Path, tmp_path: Path) -> None:
    first = commit(repository, "1.0", "First")
    commit(repository, "1.0", "Second")
    source = trying.older_source(first, tmp_path / "source", repository)
    about = identity.read(source)
    assert about.releases[0].points == ("First",)
    assert (about.version, about.debian_version) == ("1.0.dev0", "1.0~dev0")
    assert identity.read(repository).version == "1.0"


def test_a_version_of_its_own_is_kept(repository: Path, tmp_path: Path) -> None:
    first = commit(repository, "0.9", "First")
    commit(repository, "1.0", "Second")
    assert identity.read(trying.older_source(first, tmp_path / "source", repository)).version == "0.9"


def test_each_package_is_made_once_by_its_own_recipe(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    for folder in (source, target):
        folder.mkdir()
    recipe = "import pathlib, sys\npathlib.Path(sys.argv[4], 'mailwright_1.deb').write_text(' '.join(sys.argv[1:4]))\n"
    (source / "dev.py").write_text(recipe, "utf-8")
    made = trying.make_package(source, target)
    assert (made.name, made.read_text("utf-8")) == ("mailwright_1.deb", "package deb --target")
    (source / "dev.py").unlink()
    assert trying.make_package(source, target) == made
