"""What Linux desktops are told: menu entry, AppStream data, icons; held to the program's own command line."""

from __future__ import annotations

import configparser
import shlex
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from app.bootstrap.options import parse
from devtools.packing import desktop, icons, identity

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def about() -> identity.Identity:
    return identity.read(ROOT)


@pytest.fixture(scope="module")
def usr(about: identity.Identity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desktop")
    icons.draw_all(folder / "pictures")
    desktop.write_all(about, folder / "pictures", folder / "usr")
    return folder / "usr"


@pytest.fixture
def entry(about: identity.Identity) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys of desktop entries have capitals
    parser.read_string(desktop.desktop_entry(about))
    return parser


def test_it_is_offered_for_mail_links_and_messages(entry: configparser.ConfigParser) -> None:
    main = entry["Desktop Entry"]
    assert set(main["MimeType"].rstrip(";").split(";")) == {"x-scheme-handler/mailto", "message/rfc822"}
    assert main["Exec"] == "mailwright %U"
    assert set(main["Categories"].rstrip(";").split(";")) == {"Office", "Email"}


def test_what_the_menu_starts_is_understood_by_the_program(entry: configparser.ConfigParser, tmp_path: Path) -> None:
    message = tmp_path / "a message.eml"
    message.write_text("Subject: Hello\n\nHello.\n", "utf-8")
    commands = [section["Exec"] for name, section in entry.items() if name != "DEFAULT"]
    assert len(commands) == 2
    handed = {"%U": ["mailto:james@example.com?subject=Lunch", message.as_uri()]}
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "mailwright"
        parse([word for told in words for word in handed.get(told, [told])])


def test_every_action_named_is_there(entry: configparser.ConfigParser) -> None:
    named = entry["Desktop Entry"]["Actions"].rstrip(";").split(";")
    assert [f"Desktop Action {name}" for name in named] == [name for name in entry if name.startswith("Desktop Action")]


def test_entry_and_data_have_no_place_left_empty(about: identity.Identity) -> None:
    for text in (desktop.desktop_entry(about), desktop.metainfo(about)):
        assert "@APP_ID@" not in text
        assert "@RELEASES@" not in text
        assert "@LICENCE@" not in text


def test_the_store_is_told_the_same_names_version_and_types(about: identity.Identity) -> None:
    data = etree.fromstring(desktop.metainfo(about).encode())
    assert data.findtext("id") == about.app_id
    assert data.findtext("launchable") == f"{about.app_id}.desktop"
    assert data.findtext("project_license") == "Apache-2.0"
    assert [one.get("version") for one in data.iterfind("releases/release")] == [one.version for one in about.releases]
    kinds = {one.text for one in data.iterfind("provides/mediatype")}
    assert kinds == {"x-scheme-handler/mailto", "message/rfc822"}
    assert [one.text for one in data.iterfind("categories/category")] == ["Office", "Email"]


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="desktop-file-utils is not installed")
def test_the_menu_entry_is_valid(usr: Path) -> None:
    (path,) = (usr / "share/applications").iterdir()
    ended = subprocess.run(["desktop-file-validate", str(path)], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.skipif(not shutil.which("appstreamcli"), reason="appstream is not installed")
def test_the_appstream_data_is_valid(usr: Path) -> None:
    (path,) = (usr / "share/metainfo").iterdir()
    command = ["appstreamcli", "validate", "--no-net", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert "W:" not in ended.stdout
    assert "E:" not in ended.stdout


def test_the_icon_is_there_in_every_size_and_as_a_drawing(usr: Path, about: identity.Identity) -> None:
    theme = usr / "share/icons/hicolor"
    for size in icons.SIZES:
        head = (theme / f"{size}x{size}/apps/{about.app_id}.png").read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", head[16:24]) == (size, size)
    etree.parse(theme / f"scalable/apps/{about.app_id}.svg")


def test_icons_are_drawn_and_not_empty_squares(usr: Path, about: identity.Identity) -> None:
    from PySide6.QtGui import QImage

    for size in icons.SIZES:
        image = QImage(str(usr / f"share/icons/hicolor/{size}x{size}/apps/{about.app_id}.png"))
        colours = {image.pixelColor(x, y).name() for x in range(0, size, 2) for y in range(0, size, 2)}
        assert image.pixelColor(size // 2, size // 2).alpha() == 255
        assert len(colours) > 8, f"{size} pixels"


def test_windows_and_macos_get_their_own_kinds_of_file(usr: Path) -> None:
    pictures = usr.parent / "pictures"
    ico = (pictures / "mailwright.ico").read_bytes()
    _, kind, count = struct.unpack("<HHH", ico[:6])
    assert (kind, count) == (1, 7)
    for number in range(count):
        length, place = struct.unpack("<II", ico[6 + 16 * number + 8 : 6 + 16 * number + 16])
        assert ico[place : place + 4] == b"\x89PNG"
        assert place + length <= len(ico)
    icns = (pictures / "mailwright.icns").read_bytes()
    assert icns[:4] == b"icns"
    assert struct.unpack(">I", icns[4:8]) == (len(icns),)


def test_the_windows_on_a_wayland_desktop_belong_to_the_menu_entry(about: identity.Identity) -> None:
    dress = (ROOT / "app/ui/theme.py").read_text("utf-8")
    assert "setDesktopFileName(APP_ID)" in dress
    assert desktop.desktop_entry(about).count(f"Icon={about.app_id}\n") == 1
