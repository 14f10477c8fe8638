"""The recipes for Windows, macOS and Flatpak, as far as a Linux machine can hold them to something."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.packing import flatpak, identity, macos, windows
from devtools.packing.bundle import Bundle
from devtools.words import SetUpError

ROOT = Path(__file__).resolve().parents[2]

# Of Inno Setup 6: the directives, and what may stand in a line of each section, that the recipe uses.
PARAMETERS = {
    "Languages": {"Name", "MessagesFile"},
    "InstallDelete": {"Type", "Name"},
    "Files": {"Source", "DestDir", "Flags"},
    "Icons": {"Name", "Filename", "AppUserModelID"},
    "Registry": {"Root", "Subkey", "ValueType", "ValueName", "ValueData", "Flags"},
    "Run": {"Filename", "Description", "Flags"},
}
REGISTRY_FLAGS = {"uninsdeletekey", "uninsdeletevalue"}


@pytest.fixture(scope="module")
def about() -> identity.Identity:
    return identity.read(ROOT)


@pytest.fixture(scope="module")
def recipe(about: identity.Identity) -> dict[str, list[str]]:
    """Read the filled recipe into its sections."""
    bundle = Bundle(Path("C:/built/mailwright"), Path("C:/built/pictures"), Path("C:/built/parts.json"))
    text = windows.recipe(about, bundle, Path("C:/built/papers"), Path("C:/dist"))
    assert not re.search(r"@[A-Z_]+@", text), "every place is filled"
    sections: dict[str, list[str]] = defaultdict(list)
    section = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith(";"):
            continue
        found = re.fullmatch(r"\[(\w+)\]", line)
        if found:
            section = found[1]
        else:
            sections[section].append(line)
    return dict(sections)


def parameters(line: str) -> dict[str, str]:
    """Read `Name: "value"; Flags: a b` of Inno Setup; two quotes stand for one."""
    found = re.findall(r'(\w+): ("(?:[^"]|"")*"|[^;"]+)(?:;|$)', line)
    assert "; ".join(f"{name}: {value}" for name, value in found) == line, f"not understood: {line}"
    return {name: value[1:-1].replace('""', '"') if value[0] == '"' else value for name, value in found}


class TestWindows:
    def test_every_line_is_of_its_section(self, recipe: dict[str, list[str]]) -> None:
        assert set(recipe) == {"Setup", *PARAMETERS}
        for section, allowed in PARAMETERS.items():
            for line in recipe[section]:
                assert set(parameters(line)) <= allowed, line

    def test_it_upgrades_in_place_and_asks_a_running_program_to_close(self, recipe: dict[str, list[str]]) -> None:
        setup = dict(line.split("=", 1) for line in recipe["Setup"])
        assert re.fullmatch(r"\{\{[0-9A-F-]{36}\}", setup["AppId"])
        assert setup["CloseApplications"] == "yes"
        assert setup["UsePreviousAppDir"] == "yes"
        assert [parameters(line)["Name"] for line in recipe["InstallDelete"]] == [r"{app}\_internal"]

    def test_it_can_be_installed_without_an_administrator_and_without_a_question(
        self, recipe: dict[str, list[str]], about: identity.Identity
    ) -> None:
        setup = dict(line.split("=", 1) for line in recipe["Setup"])
        assert setup["PrivilegesRequired"] == "lowest"
        assert setup["AppVersion"] == about.version
        (run,) = recipe["Run"]
        assert "skipifsilent" in parameters(run)["Flags"].split(), "a silent installation opens no window"

    def test_mail_links_and_messages_are_offered_and_taken_back(self, recipe: dict[str, list[str]]) -> None:
        rows = [parameters(line) for line in recipe["Registry"]]
        assert {row["Root"] for row in rows} == {"HKA"}, "for one person or for all, as the installation is"
        assert all(set(row.get("Flags", "").split()) <= REGISTRY_FLAGS for row in rows)
        commands = {row["Subkey"]: row["ValueData"] for row in rows if row["Subkey"].endswith(r"open\command")}
        for kind in ("mailto", "eml"):
            assert commands[rf"Software\Classes\Mailwright.{kind}\shell\open\command"] == r'"{app}\mailwright.exe" "%1"'
        offered = {row["ValueName"]: row["ValueData"] for row in rows if "Associations" in row["Subkey"]}
        assert offered == {"mailto": "Mailwright.mailto", ".eml": "Mailwright.eml"}
        removed = [row["Subkey"] for row in rows if "uninsdeletekey" in row.get("Flags", "")]
        kept = [
            row["Subkey"]
            for row in rows
            if not row.get("Flags") and not any(row["Subkey"].startswith(f"{key}") for key in removed)
        ]
        assert kept == [], "nothing of it stays behind"

    def test_nothing_of_a_persons_is_named(self, recipe: dict[str, list[str]]) -> None:
        text = "\n".join(line for lines in recipe.values() for line in lines)
        assert not re.search(r"\{(user|local)?appdata\}|UninstallDelete", text, re.IGNORECASE)

    def test_the_programs_file_says_its_version(self, about: identity.Identity) -> None:
        pytest.importorskip("PyInstaller")
        pytest.importorskip("pefile", reason="PyInstaller brings it on Windows alone")
        assert about.version in str(windows.version_resource(about))

    def test_it_is_signed_where_a_certificate_is_given_and_only_there(self, about: identity.Identity) -> None:
        bundle = Bundle(Path("C:/built/mailwright"), Path("C:/built/pictures"), Path("C:/built/parts.json"))
        filled = windows.recipe(about, bundle, Path("C:/p"), Path("C:/d"), signed=True).splitlines()
        assert {"SignTool=mailwright", "SignedUninstaller=yes"} <= set(filled)
        signing = windows.sign_command({windows.CERTIFICATE: "AB " * 20})
        assert signing[:4] == ["signtool", "sign", "/sha1", "AB" * 20]
        line = windows.compile_command("iscc", Path("a.iss"), signing)
        assert line[2].startswith("/Smailwright=signtool sign ")
        assert line[2].endswith(" $f"), "iscc puts the file there"

        unsigned = windows.recipe(about, bundle, Path("C:/p"), Path("C:/d"))
        assert not re.search("^Sign", unsigned, re.MULTILINE)
        assert windows.sign_command({}) == []
        assert windows.compile_command("iscc", Path("a.iss"), []) == ["iscc", "/Qp", "a.iss"]
        with pytest.raises(SetUpError, match="no thumbprint"):
            windows.sign_command({windows.CERTIFICATE: "x /f other"})

    def test_on_another_system_it_says_where_it_is_made(self, tmp_path: Path) -> None:
        bundle = Bundle(tmp_path, tmp_path, tmp_path / "parts.json")
        with pytest.raises(SetUpError, match="made on Windows"):
            windows.build(ROOT, bundle, tmp_path)


class TestMac:
    def test_what_the_app_tells_the_system_can_be_written_and_read(self, about: identity.Identity) -> None:
        told = plistlib.loads(plistlib.dumps(macos.info_plist(about)))
        assert told["CFBundleURLTypes"][0]["CFBundleURLSchemes"] == ["mailto"]
        assert told["CFBundleDocumentTypes"][0]["CFBundleTypeExtensions"] == ["eml"]
        assert told["CFBundleShortVersionString"] == about.version
        assert re.fullmatch(r"\d+\.\d+\.\d+", told["CFBundleVersion"])

    def test_its_entitlements_are_the_two_it_needs(self) -> None:
        told = plistlib.loads((ROOT / "packaging/macos/entitlements.plist").read_bytes())
        assert told == {
            "com.apple.security.cs.allow-unsigned-executable-memory": True,
            "com.apple.security.cs.disable-library-validation": True,
        }

    def test_the_script_is_sound(self) -> None:
        assert macos.MAKE_DMG.stat().st_mode & 0o111
        subprocess.run(["bash", "-n", str(macos.MAKE_DMG)], check=True)
        if shutil.which("shellcheck"):
            subprocess.run(["shellcheck", str(macos.MAKE_DMG)], check=True)

    @pytest.fixture
    def app(self, tmp_path: Path) -> Path:
        """Make an app with code under all sorts of names, and what looks like code."""
        contents = tmp_path / "Mailwright.app/Contents"
        thin, fat = bytes.fromhex("cffaedfe0c000001"), bytes.fromhex("cafebabe00000002")
        framework = contents / "Frameworks/PySide6/Qt/lib/QtCore.framework"
        for path, head in {
            contents / "MacOS/Mailwright": thin,
            contents / "Frameworks/Python": fat,
            contents / "Frameworks/lib-dynload/_ssl.so": thin,
            contents / "Frameworks/libssl.3.dylib": bytes.fromhex("feedfacf00000000"),
            framework / "Versions/A/QtCore": fat,
            contents / "Frameworks/helper tool": bytes.fromhex("cefaedfe00000000"),
            contents / "Resources/A.class": bytes.fromhex("cafebabe00000041"),
            contents / "Resources/words.so": b"no code",
            contents / "Resources/empty": b"",
        }.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(head)
        (framework / "QtCore").symlink_to("Versions/A/QtCore")
        (contents / "Resources/lib").symlink_to("../Frameworks")
        return contents.parent

    @pytest.fixture
    def calls(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Put a codesign first on the path that records what it is told, one word a line."""
        tools, record = tmp_path / "tools", tmp_path / "calls"
        tools.mkdir()
        (tools / "codesign").write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" END >> '{record}'\n")
        (tools / "codesign").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
        return record

    def test_all_code_is_signed_from_the_inside_out(self, app: Path, calls: Path) -> None:
        macos.sign(app, {macos.IDENTITY: "Developer ID Application: Anna"})
        told = [part.split("\n") for part in calls.read_text().removesuffix("\nEND\n").split("\nEND\n")]
        *signed, verified = told
        places = [words[-1].removeprefix(f"{app}/Contents/") for words in signed]
        framework = "Frameworks/PySide6/Qt/lib/QtCore.framework"
        names = {"Frameworks/Python", "Frameworks/libssl.3.dylib", "Frameworks/helper tool"}
        inside = {"Frameworks/lib-dynload/_ssl.so", f"{framework}/Versions/A/QtCore", framework}
        assert set(places[:-1]) == names | inside
        assert places[-1] == str(app), "the app last, and with it its own file"
        assert places.index(f"{framework}/Versions/A/QtCore") < places.index(framework)
        assert len(places) == len(set(places))
        for words in signed:
            assert words[:4] == ["--force", "--timestamp", "--options", "runtime"]
            assert words[-3:-1] == ["--sign", "Developer ID Application: Anna"]
        assert [words[-1] for words in signed if "--entitlements" in words] == [str(app)]
        assert verified == ["--verify", "--deep", "--strict", str(app)]

    def test_without_an_identity_it_is_signed_for_one_machine(self, app: Path, calls: Path) -> None:
        macos.sign(app, {})
        assert "--timestamp=none\n--sign\n-\n" in calls.read_text()
        assert "runtime" not in calls.read_text()

    def test_on_another_system_it_says_where_it_is_made(self, tmp_path: Path) -> None:
        bundle = Bundle(tmp_path, tmp_path, tmp_path / "parts.json")
        with pytest.raises(SetUpError, match="made on a Mac"):
            macos.build(ROOT, bundle, tmp_path)


class TestFlatpak:
    @pytest.fixture
    def manifest(self, about: identity.Identity) -> dict[str, Any]:
        read: dict[str, Any] = yaml.safe_load(flatpak.manifest(about))
        return read

    def test_it_is_the_same_program(self, manifest: dict[str, Any], about: identity.Identity) -> None:
        assert manifest["id"] == about.app_id
        assert manifest["command"] == "mailwright"
        assert {"runtime", "runtime-version", "sdk", "modules", "finish-args"} <= set(manifest)

    def test_it_may_reach_servers_and_keyring_and_little_of_the_disk(self, manifest: dict[str, Any]) -> None:
        rights = manifest["finish-args"]
        assert "--share=network" in rights
        assert "--talk-name=org.freedesktop.secrets" in rights
        disk = [right for right in rights if right.startswith("--filesystem")]
        assert disk == ["--filesystem=xdg-download:ro"]
        assert not {"--socket=session-bus", "--socket=system-bus", "--socket=x11", "--device=all"} & set(rights)

    def test_it_ends_with_the_command_in_its_place(self, manifest: dict[str, Any]) -> None:
        (module,) = manifest["modules"]
        assert any("/app/bin/mailwright" in line for line in module["build-commands"])
        assert module["sources"] == [{"type": "dir", "path": "bundle"}]

    @pytest.mark.skipif(not shutil.which("flatpak-builder"), reason="flatpak-builder is not installed")
    def test_flatpak_builder_understands_it(self, about: identity.Identity, tmp_path: Path) -> None:
        (tmp_path / "bundle").mkdir()
        path = tmp_path / f"{about.app_id}.yml"
        path.write_text(flatpak.manifest(about), "utf-8")
        ended = subprocess.run(
            ["flatpak-builder", "--show-manifest", str(path)], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        assert about.app_id in ended.stdout
