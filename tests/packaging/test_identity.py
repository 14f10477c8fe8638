"""Version, names and dates of the packages come from one place each, and mean the same in every package."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import app
from devtools.packing import debian_papers, desktop, identity
from devtools.words import SetUpError

ROOT = Path(__file__).resolve().parents[2]

AUTHORS = 'authors = [{ name = "Ben", email = "ben@example.com" }]\nurls = { Homepage = "https://example.com/" }\n'
CHANGES = """# Changelog

Words.

## 1.1.0rc1 (unreleased)

- A point
  on two lines.
- Another.

## 1.0.0 (2027-01-31)

- First.
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__init__.py").write_text('__version__ = "1.1.0rc1"\n\nAPP_ID = "org.example.Mail"\n', "utf-8")
    (tmp_path / "pyproject.toml").write_text('[project]\ndescription = "Mail."\nlicense = "MIT"\n' + AUTHORS, "utf-8")
    (tmp_path / "CHANGELOG.md").write_text(CHANGES, "utf-8")
    return tmp_path


def test_the_project_tells_who_it_is() -> None:
    about = identity.read(ROOT)
    assert about.version == app.__version__
    assert about.app_id == app.APP_ID
    assert about.releases[0].version == app.__version__
    assert about.releases[0].points


def test_no_package_names_a_version_of_its_own() -> None:
    written = [path for path in (ROOT / "packaging").rglob("*") if path.is_file() and path.suffix in {".in", ".iss"}]
    assert written
    assert [path.name for path in written if re.search(rf"\b{re.escape(app.__version__)}\b", path.read_text())] == []


def test_a_changelog_is_read_into_releases(tree: Path) -> None:
    newest, first = identity.read(tree).releases
    assert newest == identity.Release("1.1.0rc1", None, ("A point on two lines.", "Another."))
    assert first == identity.Release("1.0.0", date(2027, 1, 31), ("First.",))


def test_a_changelog_that_opens_with_another_version_is_refused(tree: Path) -> None:
    (tree / "app/__init__.py").write_text('__version__ = "1.2.0"\nAPP_ID = "org.example.Mail"\n', "utf-8")
    with pytest.raises(SetUpError, match=r"another version than 1\.2\.0"):
        identity.read(tree)


def test_a_heading_that_is_no_version_is_refused() -> None:
    with pytest.raises(SetUpError, match="Soon"):
        identity.read_changelog("## Soon\n\n- A thing.\n")


def test_what_comes_before_a_release_sorts_before_it_in_debian(tree: Path) -> None:
    about = identity.read(tree)
    assert about.debian_version == "1.1.0~rc1"
    assert about._replace(version="1.1.0.dev3").debian_version == "1.1.0~dev3"
    assert about._replace(version="1.1.0").debian_version == "1.1.0"


def test_windows_gets_four_numbers(tree: Path) -> None:
    about = identity.read(tree)
    assert about.numbers == (1, 1, 0, 0)
    assert about._replace(version="2.3.4.5").numbers == (2, 3, 4, 5)


def test_every_date_is_that_of_the_source(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    assert identity.read(tree).made == datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
    assert identity.read(tree).epoch == 1_800_000_000
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert identity.read(tree).made == datetime(2027, 1, 31, tzinfo=UTC), "no git here: the newest release"


def test_who_publishes_is_said_once_as_debians_tools_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEBFULLNAME", raising=False)
    monkeypatch.setenv("DEBEMAIL", "anna@example.com")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (author,) = project["authors"]
    assert identity.read(ROOT).maintainer == f"{author['name']} <{author['email']}>", (
        "a name and an address, or neither"
    )
    monkeypatch.setenv("DEBFULLNAME", "Anna Smith & Co.")
    about = identity.read(ROOT)
    assert about.maintainer == "Anna Smith & Co. <anna@example.com>"
    assert "<name>Anna Smith &amp; Co.</name>" in desktop.metainfo(about)
    assert f'<developer id="{about.app_id.rpartition(".")[0]}">' in desktop.metainfo(about)
    assert " -- Anna Smith & Co. <anna@example.com>  " in debian_papers.changelog(about)


def test_the_name_that_desktops_know_it_by_has_no_capital_message() -> None:
    app_id = identity.read(ROOT).app_id
    assert app_id == app_id.lower()
    assert app_id.count(".") == 3


def test_debians_changelog_holds_every_release_and_no_long_line(tree: Path) -> None:
    text = debian_papers.changelog(identity.read(tree))
    assert re.findall(r"^mailwright \((\S+)\) (\S+);", text, re.MULTILINE) == [
        ("1.1.0~rc1", "UNRELEASED"),
        ("1.0.0", "unstable"),
    ]
    assert "  * A point on two lines." in text
    assert re.search(r"^ -- .+ <.+@.+>  \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$", text, re.MULTILINE)
    ours = debian_papers.changelog(identity.read(ROOT))
    assert [line for line in ours.splitlines() if len(line) > 80 and not line.startswith(" -- ")] == []
