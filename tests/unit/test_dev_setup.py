"""dev.py sets up a machine by what it finds there; here it is told what it finds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from devtools import debian, environment
from devtools.debian import OFFSCREEN_LIBRARIES, WINDOW_LIBRARIES, has_a_font, install_packages, missing_packages
from devtools.display import has_display, virtual_display
from devtools.index import parse_pip_config, uv_environment
from devtools.words import SetUpError

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

LISTING = """\
:env:.cert='/etc/own.pem'
:env:.find-links='/media/wheels /media/more wheels'
global.cert='/etc/ssl/other.pem'
global.extra-index-url='\\nhttps://one.example/simple\\nhttps://two.example/simple'
global.find-links='/ignored'
global.index-url='https://global.example/simple'
install.index-url='https://install.example/simple'
freeze.all='1'
a line that is none
"""


def pins(lock: Path) -> dict[str, set[str]]:
    """Read the versions that a lock names, by package; one package may have several, told apart by markers."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


class TestPipConfiguration:
    def test_the_environment_wins_over_install_and_install_over_global(self) -> None:
        options = parse_pip_config(LISTING)
        assert options["cert"] == ["/etc/own.pem"]
        assert options["find-links"] == ["/media/wheels", "/media/more", "wheels"]
        assert options["index-url"] == ["https://install.example/simple"]

    def test_an_option_on_several_lines_is_several_values(self) -> None:
        urls = parse_pip_config(LISTING)["extra-index-url"]
        assert urls == ["https://one.example/simple", "https://two.example/simple"]

    def test_other_commands_of_pip_and_noise_are_left_out(self) -> None:
        assert set(parse_pip_config(LISTING)) == {"cert", "find-links", "index-url", "extra-index-url"}
        assert parse_pip_config("") == {}

    def test_uv_is_told_the_same(self) -> None:
        told = uv_environment(parse_pip_config(LISTING), {})
        assert told == {
            "SSL_CERT_FILE": "/etc/own.pem",
            "UV_DEFAULT_INDEX": "https://install.example/simple",
            "UV_FIND_LINKS": "/media/wheels,/media/more,wheels",
            "UV_INDEX": "https://one.example/simple https://two.example/simple",
            "UV_INDEX_STRATEGY": "unsafe-best-match",
        }

    def test_what_is_set_for_uv_itself_is_left_alone(self) -> None:
        told = uv_environment({"cert": ["/from/pip.pem"]}, {"SSL_CERT_FILE": "/from/here.pem", "HOME": "/home/a"})
        assert told == {"SSL_CERT_FILE": "/from/here.pem", "HOME": "/home/a"}

    def test_a_lock_is_made_from_the_main_index_only(self) -> None:
        told = uv_environment(parse_pip_config(LISTING), {"UV_FIND_LINKS": "/here"}, locking=True)
        assert told["UV_DEFAULT_INDEX"] == "https://install.example/simple"
        assert not {"UV_INDEX", "UV_FIND_LINKS", "UV_NO_INDEX", "UV_EXTRA_INDEX_URL"} & set(told)


class TestLibraries:
    def test_a_bare_machine_lacks_all_of_them_and_a_font(self) -> None:
        missing = missing_packages(window=True, wayland=False, loads=lambda _: False, font=False)
        assert set(missing) == {
            *OFFSCREEN_LIBRARIES.values(),
            *WINDOW_LIBRARIES.values(),
            "fontconfig",
            "fonts-dejavu-core",
        }

    def test_without_a_window_only_the_offscreen_set_is_asked_for(self) -> None:
        missing = missing_packages(window=False, wayland=True, loads=lambda _: False, font=True)
        assert missing == list(OFFSCREEN_LIBRARIES.values())

    def test_a_wayland_session_needs_its_own(self) -> None:
        missing = missing_packages(window=True, wayland=True, loads=lambda name: "wayland" not in name, font=True)
        assert missing == ["libwayland-client0", "libwayland-cursor0"]

    def test_one_missing_library_names_its_package_alone(self) -> None:
        missing = missing_packages(
            window=True, wayland=False, loads=lambda name: name != "libxcb-cursor.so.0", font=True
        )
        assert missing == ["libxcb-cursor0"]

    def test_the_linker_is_believed(self) -> None:
        assert not debian.can_be_loaded("libof-no-machine.so.9")

    @pytest.mark.skipif(sys.platform != "linux", reason="asks for the C library by its name on Linux")
    def test_a_library_that_is_there_is_seen(self) -> None:
        assert debian.can_be_loaded("libc.so.6")

    def test_a_font_is_looked_for_in_folders_of_folders(self, tmp_path: Path) -> None:
        (tmp_path / "truetype" / "own").mkdir(parents=True)
        assert not has_a_font([str(tmp_path), str(tmp_path / "absent")])
        (tmp_path / "truetype" / "own" / "Letter.TTF").touch()
        assert has_a_font([str(tmp_path)])


class TestInstalling:
    @pytest.fixture
    def calls(self, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
        made: list[list[str]] = []

        def record(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            made.append(command)
            return subprocess.CompletedProcess(command, 1 if "install" in command and len(made) == 1 else 0)

        monkeypatch.setattr("devtools.debian.subprocess.run", record)
        monkeypatch.setattr("devtools.debian.shutil.which", lambda name: f"/usr/bin/{name}")
        return made

    def test_it_is_said_before_it_is_done(
        self, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(debian, "becoming_root", lambda: ["sudo"])
        install_packages(["libgl1"], "Qt")
        said = "Qt needs packages of Debian, which are about to be installed with apt-get: libgl1.\n"
        assert capsys.readouterr().err == said
        assert all(command[0] == "sudo" for command in calls)
        assert calls[-1][-3:] == ["-y", "--no-install-recommends", "libgl1"]

    def test_without_root_or_sudo_the_exact_command_is_named_and_nothing_is_run(
        self, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(debian, "becoming_root", lambda: None)
        with pytest.raises(SetUpError, match=r"as root run: apt-get install libgl1 libegl1$"):
            install_packages(["libgl1", "libegl1"], "Qt")
        assert calls == []

    def test_a_system_without_apt_is_told_the_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("devtools.debian.shutil.which", lambda _: None)
        with pytest.raises(SetUpError, match="what Debian calls libgl1"):
            install_packages(["libgl1"], "Qt")


class TestDisplay:
    @pytest.mark.parametrize(
        ("environ", "expected"),
        [
            ({}, False),
            ({"DISPLAY": ""}, False),
            ({"QT_QPA_PLATFORM": "xcb"}, False),
            ({"DISPLAY": ":0"}, True),
            ({"WAYLAND_DISPLAY": "wayland-0"}, True),
            ({"QT_QPA_PLATFORM": "offscreen"}, True),
            ({"QT_QPA_PLATFORM": "vnc:port=5901"}, True),
        ],
    )
    def test_a_display_is_where_x11_wayland_or_a_platform_by_name_says(
        self, environ: dict[str, str], expected: bool
    ) -> None:
        assert has_display(environ, "linux") is expected

    def test_other_systems_always_have_one(self) -> None:
        assert has_display({}, "win32")
        assert has_display({}, "darwin")

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
    def test_run_without_a_display_says_so_in_one_sentence_and_sets_up_nothing(self, tmp_path: Path) -> None:
        hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
        bare = {name: value for name, value in os.environ.items() if name not in hidden}
        for part in ("dev.py", "devtools"):
            (tmp_path / part).symlink_to(ROOT / part)
        ended = subprocess.run(
            [sys.executable, str(tmp_path / "dev.py"), "run"],
            capture_output=True,
            text=True,
            env=bare,
            timeout=30,
            check=False,
        )
        assert ended.returncode == 2
        assert ended.stderr.startswith("There is no display here")
        assert "xvfb-run" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
        assert ended.stdout == ""


class TestVirtualDisplay:
    @pytest.fixture
    def commands(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Put stand-ins for Xvfb, openbox and xdotool on the path; openbox notes where it was sent."""
        scripts = {
            "Xvfb": (
                f"#!{sys.executable}\n"
                "import os, sys, time\n"
                "for piece in (b'4', b'2', b'\\n'):\n"
                "    os.write(int(sys.argv[-1]), piece)\n"
                "    time.sleep(0.1)\n"
                "time.sleep(60)\n"
            ),
            "openbox": f'#!/bin/sh\necho "$DISPLAY" > {tmp_path}/display; exec sleep 60\n',
            "xdotool": f"#!/bin/sh\ntest -s {tmp_path}/display\n",
        }
        for name, script in scripts.items():
            (tmp_path / name).write_text(script, encoding="utf-8")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        return tmp_path

    @pytest.mark.skipif(sys.platform != "linux", reason="an X server of our own is for Linux")
    def test_a_display_number_that_comes_in_pieces_is_read_whole(self, commands: Path) -> None:
        with virtual_display() as display:
            assert display["DISPLAY"] == ":42"
            assert (commands / "display").read_text(encoding="utf-8") == ":42\n"
            assert Path(display["XDG_RUNTIME_DIR"]).is_dir()
        assert not Path(display["XDG_RUNTIME_DIR"]).exists()

    @pytest.mark.skipif(sys.platform != "linux", reason="an X server of our own is for Linux")
    def test_a_server_that_does_not_start_is_said(self, commands: Path) -> None:
        (commands / "Xvfb").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        with pytest.raises(SetUpError, match="Xvfb did not start"), virtual_display():
            pytest.fail("there is no display to use")


class TestLocks:
    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
    def test_a_lock_carries_no_address_and_no_path(self, lock: Path) -> None:
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r"://|^-|index-url|find-links| @ |^\s*/", text, re.MULTILINE)

    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
    def test_every_locked_package_has_hashes(self, lock: Path) -> None:
        entries = re.split(r"^(?=[a-z0-9-]+==)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
        entries = [entry for entry in entries if "==" in entry]
        assert entries
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []

    def test_the_set_for_developers_contains_the_set_for_running(self) -> None:
        running, developing = pins(ROOT / "requirements" / "run.txt"), pins(ROOT / "requirements" / "dev.txt")
        assert running
        assert {name: developing.get(name) for name in running} == running

    def test_what_the_project_asks_for_is_locked(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        groups = project["dependency-groups"]
        assert {"include-group": "package"} in groups["dev"]
        asked = [*project["project"]["dependencies"], *groups["package"], *groups["dev"]]
        names = {re.split(r"[^A-Za-z0-9._-]", entry)[0].lower() for entry in asked if isinstance(entry, str)}
        assert names <= set(pins(ROOT / "requirements" / "dev.txt"))

    def test_python_before_3_12_gets_the_qt_that_starts_there(self) -> None:
        text = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
        assert re.search(r"^pyside6-essentials==6\.11\.\S+ ; python_full_version < '3\.12'", text, re.MULTILINE)

    @pytest.mark.parametrize("marker", ["win32", "linux"])
    def test_what_one_system_alone_needs_is_locked_too(self, marker: str) -> None:
        assert f"sys_platform == '{marker}'" in (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")


class TestStamp:
    @pytest.fixture
    def venv(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        for name in ("run", "dev", "uv"):
            (tmp_path / f"{name}.txt").write_text(f"{name}==1\n", encoding="utf-8")
        python = tmp_path / "python"
        python.touch()
        monkeypatch.setattr(environment, "LOCKS", tmp_path)
        monkeypatch.setattr(environment, "PYTHON", python)
        monkeypatch.setattr(environment, "STAMP", tmp_path / "stamp.json")
        return tmp_path

    def test_nothing_is_set_up_before_the_first_time_or_with_a_damaged_stamp(self, venv: Path) -> None:
        assert not environment.is_set_up("run")
        (venv / "stamp.json").write_text("{", encoding="utf-8")
        assert not environment.is_set_up("run")

    def test_the_set_for_developers_serves_for_running_and_not_the_other_way_round(self, venv: Path) -> None:
        environment.write_stamp("run")
        assert environment.is_set_up("run")
        assert not environment.is_set_up("dev")
        environment.write_stamp("dev")
        assert environment.is_set_up("run")
        assert environment.is_set_up("dev")

    def test_a_changed_lock_is_set_up_anew(self, venv: Path) -> None:
        environment.write_stamp("dev")
        (venv / "dev.txt").write_text("dev==2\n", encoding="utf-8")
        assert not environment.is_set_up("dev")

    def test_an_environment_without_its_python_is_set_up_anew(self, venv: Path) -> None:
        environment.write_stamp("run")
        (venv / "python").unlink()
        assert not environment.is_set_up("run")
