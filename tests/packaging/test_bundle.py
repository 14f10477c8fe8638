"""What goes into the bundle and what stays out; that all of it is listed, with its licence."""

from __future__ import annotations

import email
import importlib
import json
import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import ClassVar

import pytest

from devtools.packing import bundle, deb, identity, trimming
from devtools.packing.foreign import binaries
from devtools.packing.parts import OF_QT, Part, bundled, describe, gather, licence_of, parts_list
from devtools.packing.trimming import Entry, is_wanted_plugin, trim_binaries, trim_data
from devtools.words import SetUpError

ROOT = Path(__file__).resolve().parents[2]
SITE = "/venv/lib/python3.11/site-packages"


def qt(name: str) -> Entry:
    return Entry(f"PySide6/Qt/lib/{name}", f"{SITE}/PySide6/Qt/lib/{name}", "BINARY")


def plugin(name: str) -> Entry:
    return Entry(f"PySide6/Qt/plugins/{name}", f"{SITE}/PySide6/Qt/plugins/{name}", "BINARY")


class TestTrimming:
    ENTRIES = (
        Entry("PySide6/QtWidgets.abi3.so", f"{SITE}/PySide6/QtWidgets.abi3.so", "EXTENSION"),
        Entry("python3.11/lib-dynload/_ssl.so", "/usr/lib/python3.11/lib-dynload/_ssl.so", "EXTENSION"),
        Entry("lxml/etree.so", f"{SITE}/lxml/etree.so", "EXTENSION"),
        Entry("libpython3.11.so.1.0", "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0", "BINARY"),
        Entry("libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.3", "BINARY"),
        Entry("libgtk-3.so.0", "/lib/x86_64-linux-gnu/libgtk-3.so.0", "BINARY"),
        qt("libQt6Widgets.so.6"),
        qt("libQt6Gui.so.6"),
        qt("libicudata.so.73"),
        qt("libQt6Quick.so.6"),
        qt("libQt6XcbQpa.so.6"),
        plugin("platforms/libqxcb.so"),
        plugin("platforms/libqeglfs.so"),
        plugin("platformthemes/libqgtk3.so"),
    )
    LINKS: ClassVar = {
        "QtWidgets.abi3.so": ["libQt6Widgets.so.6"],
        "libQt6Widgets.so.6": ["libQt6Gui.so.6"],
        "libQt6Gui.so.6": ["libicudata.so.73", "libssl.so.3"],
        "libqxcb.so": ["libQt6XcbQpa.so.6"],
        "libqeglfs.so": ["libQt6Quick.so.6"],
    }

    def kept(self) -> set[str]:
        entries = trim_binaries(self.ENTRIES, lambda path: self.LINKS.get(Path(path).name, []), "linux")
        return {Path(entry.place).name for entry in entries}

    def test_python_its_modules_and_the_plugins_that_are_named_stay_with_what_they_lead_to(self) -> None:
        assert self.kept() == {
            "QtWidgets.abi3.so",
            "_ssl.so",
            "etree.so",
            "libpython3.11.so.1.0",
            "libQt6Widgets.so.6",
            "libQt6Gui.so.6",
            "libicudata.so.73",
            "libQt6XcbQpa.so.6",
            "libqxcb.so",
        }

    def test_a_plugin_of_a_module_that_nobody_imports_falls_away_with_it(self) -> None:
        assert not is_wanted_plugin("printsupport/libcupsprintersupport.so", {"QtWidgets"}, "linux")
        assert is_wanted_plugin("printsupport/libcupsprintersupport.so", {"QtPrintSupport"}, "linux")

    @pytest.mark.parametrize(
        "name",
        [
            "platforminputcontexts/libqtvirtualkeyboardplugin.so",
            "platformthemes/libqgtk3.so",
            "platforms/libqeglfs.so",
            "imageformats/libqpdf.so",
            "sqldrivers/libqsqlite.so",
            "tls/libqopensslbackend.so",
        ],
    )
    def test_what_drags_in_much_or_is_not_used_stays_out(self, name: str) -> None:
        assert not is_wanted_plugin(name, {"QtCore", "QtNetwork"}, "linux")

    @pytest.mark.parametrize("platform", trimming.QT_PLUGINS)
    def test_each_system_has_its_window_its_drawings_and_its_pictures(self, platform: str) -> None:
        folders = {pattern.split("/")[0] for pattern in trimming.QT_PLUGINS[platform]}
        assert {"platforms", "iconengines", "imageformats"} <= folders

    def test_every_plugin_named_for_linux_exists(self) -> None:
        import PySide6

        plugins = Path(PySide6.__path__[0]) / "Qt" / "plugins"
        if not plugins.is_dir():
            pytest.skip("Qt's plugins are elsewhere on this system")
        there = [path.relative_to(plugins).as_posix() for path in plugins.rglob("*.so")]
        empty = [
            pattern for pattern in trimming.QT_PLUGINS["linux"] if not any(Path(name).match(pattern) for name in there)
        ]
        assert empty == []

    def test_of_qts_translations_those_of_our_languages_stay(self) -> None:
        places = [
            "PySide6/Qt/translations/qtbase_de.qm",
            "PySide6/Qt/translations/qtbase_ja.qm",
            "PySide6/Qt/translations/qtwebengine_de.qm",
            "PySide6/Qt/qml/QtQuick/qmldir",
            "resources/icons/mail.svg",
            "lxml/etree.h",
        ]
        kept = trim_data([Entry(place, place, "DATA") for place in places], ["de", "fr"])
        assert [entry.place for entry in kept] == ["PySide6/Qt/translations/qtbase_de.qm", "resources/icons/mail.svg"]

    def test_nothing_the_program_imports_is_excluded(self) -> None:
        imported = set()
        for path in (ROOT / "app").rglob("*.py"):
            imported |= set(re.findall(r"^\s*(?:from|import) ([\w.]+)", path.read_text("utf-8"), re.MULTILINE))
        excluded = set(trimming.EXCLUDED_MODULES)
        assert {
            name for name in imported if any(name == one or name.startswith(f"{one}.") for one in excluded)
        } == set()


class TestStripping:
    def test_links_that_lead_nowhere_go_and_others_stay(self, tmp_path: Path) -> None:
        (tmp_path / "there").touch()
        (tmp_path / "good").symlink_to("there")
        (tmp_path / "dead").symlink_to("gone")
        bundle._drop_dead_links(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"there", "good"}

    def test_size_counts_files_once(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"12345")
        (tmp_path / "link").symlink_to("file")
        assert bundle.size(tmp_path) == 5

    def test_programs_are_known_by_what_they_are(self, tmp_path: Path) -> None:
        (tmp_path / "program").write_bytes(b"\x7fELF and more")
        (tmp_path / "named.so").write_bytes(b"no program")
        assert [path.name for path in binaries(tmp_path)] == ["program"]

    def test_what_was_never_frozen_cannot_be_packed(self, tmp_path: Path) -> None:
        with pytest.raises(SetUpError, match="Nothing was frozen"):
            bundle.frozen_before(tmp_path)


def locked() -> list[str]:
    """Name the distributions of requirements/run.txt that are installed here."""
    names = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/run.txt").read_text("utf-8"), re.MULTILINE)
    here = {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower() for one in metadata.distributions()}
    return sorted({name for name in names if name in here})


class TestParts:
    @pytest.mark.parametrize("name", locked())
    def test_every_library_says_its_licence_and_brings_its_text(self, name: str) -> None:
        part = describe(name)
        assert part.licence != "NOASSERTION"
        if not part.name.startswith(OF_QT):
            assert all(len(text) > 100 for _, text in part.texts[:1])
            assert part.texts

    def test_parts_are_found_by_what_is_in_the_bundle(self, tmp_path: Path) -> None:
        (tmp_path / "parts.json").write_text(json.dumps(["lxml.etree", "PySide6/QtCore.abi3.so", "json"]), "utf-8")
        assert [part.name for part in bundled(tmp_path / "parts.json")] == ["lxml", "pyinstaller", "PySide6_Essentials"]

    def test_the_texts_of_all_are_gathered_qts_too(self, tmp_path: Path) -> None:
        gather([describe("lxml"), describe("PySide6-Essentials")], tmp_path)
        assert "GNU LESSER GENERAL PUBLIC LICENSE" in (tmp_path / "LGPL-3.0.txt").read_text("utf-8")
        assert "GNU GENERAL PUBLIC LICENSE" in (tmp_path / "GPL-3.0.txt").read_text("utf-8")
        assert (tmp_path / "python/LICENSE.txt").stat().st_size > 1000
        assert "BSD 3-Clause" in (tmp_path / "lxml/LICENSE.txt").read_text("utf-8")
        notice = (tmp_path / "NOTICE.md").read_text("utf-8")
        assert "You may replace them" in notice
        assert "The source" in notice

    def test_a_part_without_a_text_stops_the_package(self, tmp_path: Path) -> None:
        with pytest.raises(SetUpError, match=r"nobody 1\.0"):
            gather([Part("nobody", "1.0", "MIT", ())], tmp_path)

    def test_the_list_of_parts_is_complete_and_the_same_each_time(self) -> None:
        about = identity.read(ROOT)
        parts = [describe("lxml"), describe("PySide6-Essentials")]

        def made() -> str:
            return parts_list(about, parts, "0" * 64, system_libraries=True, debian={"libffi8": "3.4.4-1"})

        assert made() == made()
        told = json.loads(made())
        assert told["bomFormat"] == "CycloneDX"
        assert told["metadata"]["component"]["version"] == about.version
        purls = {part["purl"].split("@")[0] for part in told["components"]}
        assert purls == {
            "pkg:pypi/lxml",
            "pkg:pypi/pyside6-essentials",
            "pkg:generic/cpython",
            "pkg:generic/qt",
            "pkg:deb/debian/libffi8",
        }
        assert all((part["version"] and part.get("licenses")) or "deb/" in part["purl"] for part in told["components"])


def test_an_spdx_licence_is_made_of_older_words() -> None:
    assert licence_of(metadata_of("License: BSD\n")) == "BSD-3-Clause"
    assert licence_of(metadata_of("License-Expression: MIT\n")) == "MIT"
    classified = "Classifier: License :: OSI Approved :: Apache Software License\n"
    assert licence_of(metadata_of(classified)) == "Apache-2.0"
    # Its own words count before a classifier, which knows fewer licences and no choice between two.
    assert licence_of(metadata_of(f"License: MIT OR Apache-2.0\n{classified}")) == "MIT OR Apache-2.0"
    assert licence_of(metadata_of("")) == "NOASSERTION"


def metadata_of(lines: str) -> metadata.Distribution:
    """Return a distribution that says these lines of itself."""

    class Told(metadata.Distribution):
        def read_text(self, filename: str) -> str | None:
            return f"Metadata-Version: 2.4\nName: told\nVersion: 1\n{lines}" if filename == "METADATA" else None

        def locate_file(self, path: object) -> Path:
            return Path(str(path))

    return Told()


def test_the_spec_is_python_and_names_no_library() -> None:
    spec = (ROOT / "packaging/pyinstaller/mailwright.spec").read_text("utf-8")
    compile(spec, "mailwright.spec", "exec")
    locked_names = set(locked()) - {"pyinstaller"}
    assert {name for name in locked_names if re.search(rf"[\"']{re.escape(name)}[\"']", spec)} == set()


def test_every_command_of_the_packages_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    from devtools.packing.making import ELSEWHERE, MAKERS, main

    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capfd.readouterr().out
    assert [name for name in {**MAKERS, **ELSEWHERE} if not re.search(rf"^  {name}\s+\w", said, re.MULTILINE)] == []


def test_what_makes_each_package_is_there() -> None:
    from devtools.packing.making import MAKERS

    modules = [importlib.import_module(f"devtools.packing.{name}") for name in MAKERS]
    assert [module.__name__ for module in modules if not callable(getattr(module, "build", None))] == []


@pytest.mark.skipif(not shutil.which("dpkg-gencontrol"), reason="dpkg-dev is not installed")
def test_dpkg_writes_the_control_file_with_what_the_binaries_need(tmp_path: Path) -> None:
    about = identity.read(ROOT)
    home = tmp_path / "usr/lib/mailwright"
    home.mkdir(parents=True)
    shutil.copy("/bin/true", home / "mailwright")
    deb._write_control(about, tmp_path)
    control = email.message_from_string((tmp_path / "DEBIAN/control").read_text("utf-8"))
    said = {name: control[name] for name in ("Package", "Version", "Maintainer", "Homepage", "Section")}
    assert said == {
        "Package": "mailwright",
        "Version": about.debian_version,
        "Maintainer": about.maintainer,
        "Homepage": about.homepage,
        "Section": "mail",
    }
    assert control["Depends"].startswith("libc6 (")
    assert int(control["Installed-Size"]) > 0
    assert not re.search(r"@[A-Z]+@|\$\{", str(control))
    sums = (tmp_path / "DEBIAN/md5sums").read_text("utf-8")
    assert re.fullmatch(r"[0-9a-f]{32}  usr/lib/mailwright/mailwright\n", sums)


@pytest.mark.skipif(not shutil.which("dpkg-shlibdeps"), reason="dpkg-dev is not installed")
def test_what_the_bundle_carries_is_no_dependency_where_the_system_has_it_too(tmp_path: Path) -> None:
    inside = tmp_path / "usr/lib/mailwright/_internal"
    inside.mkdir(parents=True)
    program = Path(shutil.which("dpkg-deb") or "").resolve()
    shutil.copy(program, inside.parent / "mailwright")

    def depends() -> set[str]:
        papers = tmp_path / "papers/debian"
        papers.mkdir(parents=True, exist_ok=True)
        (tmp_path / "DEBIAN").mkdir(exist_ok=True)
        (papers / "control").write_text(identity.fill(deb.TEMPLATES / "control.in", MAINTAINER="a", HOMEPAGE="b"))
        deb.measure_depends(tmp_path, papers)
        return set(re.findall(r"(?:=|, )([a-z0-9.+-]+)", (papers / "substvars").read_text("utf-8")))

    before = depends()
    assert {"libc6", "zlib1g"} <= before
    said = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    shutil.copy(re.findall(r"libz\.so\.1 => (\S+)", said)[0], inside)
    assert depends() == before - {"zlib1g"}


def test_git_keeps_nothing_that_is_made() -> None:
    made = ["build/frozen/mailwright/mailwright", "dist/mailwright_0.1.0_amd64.deb", "build/trees/bookworm/made"]
    ask = ["git", "-C", str(ROOT), "check-ignore", "--no-index", *made]
    ignored = subprocess.run(ask, capture_output=True, text=True, check=False)
    if ignored.returncode == 128:
        pytest.skip("this tree is not git's")
    assert ignored.stdout.split() == made
