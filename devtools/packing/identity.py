"""What the packages call the program: read from where it stands already, so that no package can say otherwise.

The version stands in app/__init__.py, the words about it in pyproject.toml, what changed in CHANGELOG.md.
"""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from devtools.words import SetUpError

NAME = "Mailwright"
SUMMARY = "Write mail on Microsoft Exchange"


class Release(NamedTuple):
    """A section of CHANGELOG.md. `day` is None while the version is not released."""

    version: str
    day: date | None
    points: tuple[str, ...]


class Identity(NamedTuple):
    """The program as a package shows it."""

    app_id: str
    version: str
    description: str
    licence: str
    releases: tuple[Release, ...]
    publisher: str
    """Who stands for it; with `address`, DEBFULLNAME and DEBEMAIL, or the author in pyproject.toml."""
    address: str
    homepage: str
    made: datetime
    """When the source was last changed: every date in a package, so that the same source makes the same package."""

    @property
    def maintainer(self) -> str:
        """Who stands for a package, in Debian's form."""
        return f"{self.publisher} <{self.address}>"

    @property
    def developer_id(self) -> str:
        """By what name stores know who makes it: what stands before the program's own."""
        return self.app_id.rpartition(".")[0]

    @property
    def debian_version(self) -> str:
        """The version in Debian's form: what comes before a release sorts before it."""
        return re.sub(r"[-._]?(a|b|rc|dev)\.?(\d+)", r"~\1\2", self.version)

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """The version as Windows wants it: four numbers."""
        parts = [int(number) for number in re.match(r"[\d.]+", self.version)[0].strip(".").split(".")]  # type: ignore[index]  # a version opens with a number
        return tuple([*parts, 0, 0, 0, 0][:4])  # type: ignore[return-value]  # four by construction

    @property
    def epoch(self) -> int:
        """Seconds since 1970, for SOURCE_DATE_EPOCH."""
        return int(self.made.timestamp())


def read(root: Path) -> Identity:
    """Read it from the source tree `root`. Raises SetUpError where a part is missing or they disagree."""
    said = dict(re.findall(r'^(\w+) = "([^"]+)"$', (root / "app/__init__.py").read_text("utf-8"), re.MULTILINE))
    if not {"__version__", "APP_ID"} <= set(said):
        raise SetUpError("app/__init__.py says no version, or not what desktops call the program.")
    version = said["__version__"]
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    releases = read_changelog((root / "CHANGELOG.md").read_text("utf-8"))
    if not releases or releases[0].version != version:
        raise SetUpError(f"CHANGELOG.md opens with another version than {version}, which app/__init__.py says.")
    who = (said["APP_ID"], version, project["description"], project["license"], releases)
    return Identity(*who, *_publisher(project["authors"][0]), project["urls"]["Homepage"], source_date(root))


def fill(template: Path, **values: str) -> str:
    """Return the text of `template` with each @NAME@ in it filled. Raises KeyError where one is not among `values`."""
    return re.sub(r"@([A-Z_]+)@", lambda place: values[place[1]], template.read_text("utf-8"))


def read_changelog(text: str) -> tuple[Release, ...]:
    """Read the sections `## 1.2.3 (2027-01-31)` or `## 1.2.3 (unreleased)`, newest first, with their points."""
    releases = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        found = re.fullmatch(r"(\d\S*) \((unreleased|\d{4}-\d\d-\d\d)\)", title.strip())
        if not found:
            raise SetUpError(f"CHANGELOG.md: “{title.strip()}” is not “version (day)” or “version (unreleased)”.")
        points = [" ".join(point.split()) for point in re.split(r"^- ", body, flags=re.MULTILINE)[1:]]
        day = None if found[2] == "unreleased" else date.fromisoformat(found[2])
        releases.append(Release(found[1], day, tuple(points)))
    return tuple(releases)


def source_date(root: Path) -> datetime:
    """Return SOURCE_DATE_EPOCH, or the time of the last commit, or where there is no git, of the newest release."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    if told is None:
        ask = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
        try:
            told = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            told = ""
    if told:
        return datetime.fromtimestamp(int(told), UTC)
    days = [release.day for release in read_changelog((root / "CHANGELOG.md").read_text("utf-8")) if release.day]
    newest = max(days, default=date(2026, 1, 1))
    return datetime(newest.year, newest.month, newest.day, tzinfo=UTC)


def _publisher(author: dict[str, str]) -> tuple[str, str]:
    """Return name and address of who publishes: as Debian's tools are told it, both or neither."""
    name, address = os.environ.get("DEBFULLNAME"), os.environ.get("DEBEMAIL")
    return (name, address) if name and address else (author["name"], author["email"])
