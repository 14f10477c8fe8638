"""Debian's copyright speaks of files that are there; the list of parts holds what lies inside wheels too."""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path

import pytest

from devtools.packing import debian_papers, identity
from devtools.packing.carried import carried
from devtools.packing.parts import OF_QT, Carried, Part, bundled, describe, parts_list

ROOT = Path(__file__).resolve().parents[2]

PARTS = (
    Part("chunspell", "2.0.5", "MIT", (), ("hunspell/__init__.py", "hunspell/libhunspell-1.7.so.0", "hunspell/x.so")),
    Part("jaraco.text", "4.0", "MIT", (), ("jaraco/text/Lorem ipsum.txt",)),
    Part("jaraco.other", "1.0", "ISC", (), ("jaraco/other/file.txt",)),
    Part("pure", "1.0", "BSD-2-Clause OR MIT", (), ("pure/__init__.py",)),
    Part("PySide6_Essentials", "6.11", "LGPL-3.0-only", (), ("PySide6/QtCore.so", "PySide6/Qt/lib/libQt6Core.so.6")),
    Part("shiboken6", "6.11", "LGPL-3.0-only", (), ("shiboken6/Shiboken.so",)),
)
INSIDE = (Carried("generic", "hunspell", "1.7", "MPL-1.1 OR LGPL-2.1-or-later", "chunspell", (PARTS[0].files[1],)),)
FILES = (
    *(name for part in PARTS for name in part.files if not name.endswith(".py")),
    *("libpython3.11.so.1.0", "python3.11/lib-dynload/_ssl.so", "base_library.zip", "app/sandbox/store/data.json"),
    *("resources/icons/a.svg", "resources/fonts/Inter.ttf", "resources/dictionaries/README.md"),
)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A made-up bundle, where it will be installed in a package whose root is the test's folder."""
    home = tmp_path / "usr/lib/mailwright"
    for name in ("mailwright", *(f"_internal/{name}" for name in FILES)):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).touch()
    for link in ("hunspell/libhunspell-1.7.so.0", "PySide6/Qt/lib/libQt6Core.so.6"):
        (home / "_internal" / Path(link).name).symlink_to(link)
    return home


def licence_for(text: str, name: str) -> str:
    """Return the licence of the last paragraph that fits a file, as the format has it."""
    found = ""
    for paragraph in text.split("\n\n"):
        files = re.match(r"Files:(.*(?:\n[ \t].*)*)\n", paragraph)
        if files and any(debian_papers._matcher(pattern).fullmatch(name) for pattern in files[1].split()):
            found = re.findall(r"^License: (.+)$", paragraph, re.MULTILINE)[0]
    return found


class TestCopyright:
    def test_every_pattern_matches_a_file(self, bundle: Path, tmp_path: Path) -> None:
        text = debian_papers.copyright_file(PARTS, INSIDE, bundle)
        assert debian_papers.unmatched(text, tmp_path) == []
        assert text.count("Files: ") > 8
        nowhere = "Files: usr/lib/mailwright/_internal/chunspell* usr/bin/?\n gone/*\nLicense: MIT\n"
        assert debian_papers.unmatched(f"{text}\n{nowhere}", tmp_path) == nowhere.split()[1:4]

    @pytest.mark.parametrize(
        ("name", "licence"),
        [
            ("hunspell/x.so", "MIT"),
            ("hunspell/libhunspell-1.7.so.0", "MPL-1.1 or LGPL-2.1-or-later"),
            ("libhunspell-1.7.so.0", "MPL-1.1 or LGPL-2.1-or-later"),
            ("libQt6Core.so.6", "LGPL-3"),
            ("PySide6/QtCore.so", "LGPL-3"),
            ("jaraco/text/Lorem ipsum.txt", "MIT"),
            ("jaraco/other/file.txt", "ISC"),
            ("app/sandbox/store/data.json", "Apache-2.0"),
            ("../mailwright", "as-named-for-each"),
        ],
    )
    def test_each_file_is_under_its_own_terms(self, bundle: Path, tmp_path: Path, name: str, licence: str) -> None:
        text = debian_papers.copyright_file(PARTS, INSIDE, bundle)
        place = f"{debian_papers.INSIDE}/{name}".replace("_internal/../", "")
        assert (tmp_path / place).exists()
        assert licence_for(text, place) == licence

    def test_what_lies_in_the_archive_is_named_with_its_licence(self, bundle: Path) -> None:
        text = debian_papers.copyright_file(PARTS, INSIDE, bundle)
        assert [part.name for part in PARTS if f"\n {part.name} {part.version}: " not in text] == []
        assert "\n pure 1.0: BSD-2-Clause or MIT\n" in text
        assert "the authors of pure" not in text

    def test_every_licence_has_words_once(self, bundle: Path) -> None:
        text = debian_papers.copyright_file(PARTS, INSIDE, bundle)
        paragraphs = [paragraph for paragraph in text.split("\n\n") if not paragraph.startswith("Format:")]
        told = [re.findall(r"^License: (.+)\n ", paragraph, re.MULTILINE) for paragraph in paragraphs]
        with_words = [name for names in told for name in names]
        named = re.findall(r"^License: (.+)$", text, re.MULTILINE)
        used = {name for names in named for name in re.split(" and | or ", names)}
        assert len(with_words) == len(set(with_words))
        assert used <= set(with_words)


def locked() -> list[Part]:
    """Return the parts of requirements/run.txt that are installed here, with all their files."""
    names = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/run.txt").read_text("utf-8"), re.MULTILINE)
    here = {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower() for one in metadata.distributions()}
    return [describe(name) for name in sorted({name for name in names if name in here})]


class TestCarried:
    def versions(self) -> dict[str, str]:
        return {one.name: one.version for one in carried(locked()) if one.kind == "generic"}

    def test_versions_are_those_of_what_is_installed(self) -> None:
        from cryptography.hazmat.backends.openssl import backend
        from lxml import etree

        found = self.versions()
        assert found["libxml2"] == ".".join(map(str, etree.LIBXML_VERSION))
        assert found["libxslt"] == ".".join(map(str, etree.LIBXSLT_VERSION))
        assert f"OpenSSL {found['openssl']} " in backend.openssl_version_text()

    def test_what_lies_as_a_file_is_known_by_its_name(self) -> None:
        found = self.versions()
        for name, library in (("icu", "libicuuc.so."), ("hunspell", "libhunspell-")):
            files = [file for one in carried(locked()) if one.name == name for file in one.files]
            if not files:
                pytest.skip(f"the wheel of this system has no {name} as a file")
            assert any(f"{library}{found[name].split('.')[0]}" in file for file in files)

    def test_lists_that_came_with_wheels_are_taken_in(self) -> None:
        crates = {one.name: one.version for one in carried([describe("nh3")]) if one.kind == "cargo"}
        assert {"ammonia", "html5ever"} <= set(crates)

    def test_only_what_the_bundle_holds_counts(self, tmp_path: Path) -> None:
        (tmp_path / "parts.json").write_text(json.dumps(["lxml", "lxml.etree", "PySide6/QtCore.abi3.so"]), "utf-8")
        parts = bundled(tmp_path / "parts.json")
        assert "PySide6/QtCore.abi3.so" in next(part.files for part in parts if part.name.startswith(OF_QT))
        assert [one.name for one in carried(parts) if one.kind == "generic"] == []

    def test_the_list_of_parts_holds_them_and_says_whose_they_are(self) -> None:
        parts = locked()
        about = identity.read(ROOT)
        inside = carried(parts)
        told = json.loads(parts_list(about, parts, "0" * 64, system_libraries=False, debian={}, carried=inside))
        names = {part["name"] for part in told["components"]}
        assert {"cpython", "sqlite", "zlib", "libxml2", "libxslt", "openssl", *(one.name for one in inside)} <= names
        versions = {(part["name"], part["version"]) for part in told["components"]}
        assert {(one.name, one.version) for one in inside} <= versions
        (lxml,) = (entry for entry in told["dependencies"] if entry["ref"] == "pypi/lxml")
        assert {ref.partition("@")[0] for ref in lxml["dependsOn"]} >= {"generic/libxml2", "generic/libxslt"}

    def test_no_version_is_written_by_hand(self) -> None:
        source = (ROOT / "devtools/packing/carried.py").read_text("utf-8")
        written = [version for version in self.versions().values() if version.count(".") > 1 and version in source]
        assert written == []
