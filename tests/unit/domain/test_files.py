"""A name that came with a file leads nowhere, hides nothing, and is a name on every system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.files import FileKind, ending_of, is_page, is_program, kind_of, numbered, safe_file_name
from app.services.text.attachment_text import danger_of


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Plan.pdf", "Plan.pdf"),
        ("Entwurf für Zoë.odt", "Entwurf für Zoë.odt"),
        ("../../.bashrc", "bashrc"),
        ("/etc/passwd", "passwd"),
        (r"C:\Windows\system.ini", "system.ini"),
        ("a:b|c?.txt", "a_b_c_.txt"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("console.txt", "console.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("zero\u200bwidth.txt", "zerowidth.txt"),
        ("line\nbreak\x00.txt", "linebreak.txt"),
        ("trailing.exe. . ", "trailing.exe"),
        ("  many   spaces .txt", "many spaces .txt"),
        ("", "attachment"),
        ("...", "attachment"),
        ("/", "attachment"),
    ],
)
def test_a_name_is_made_safe(given: str, safe: str) -> None:
    assert safe_file_name(given, "attachment") == safe


@given(st.text(max_size=400))
def test_any_name_is_one_part_of_a_path_and_short_enough(name: str) -> None:
    safe = safe_file_name(name, "attachment")
    assert safe
    assert "/" not in safe
    assert "\\" not in safe
    assert safe not in {".", ".."}
    assert len(safe.encode()) <= 200
    assert safe_file_name(safe, "attachment") == safe


def test_a_long_name_keeps_its_ending() -> None:
    safe = safe_file_name("ä" * 300 + ".pdf", "attachment")
    assert safe.endswith("ä.pdf")
    assert 190 < len(safe.encode()) <= 200


def test_names_are_numbered_before_their_ending() -> None:
    assert [numbered("plan.pdf", n) for n in range(3)] == ["plan.pdf", "plan (2).pdf", "plan (3).pdf"]
    assert numbered("plan", 1) == "plan (2)"
    assert numbered(".plan", 1) == ".plan (2)"


@pytest.mark.parametrize("sign", ["\u200b", "\u2060", "\u202e", "\ufeff", "\u00ad", "\u2066", "\x00", "\u2028"])
def test_what_is_not_seen_in_a_name_hides_no_program(sign: str) -> None:
    name = f"invoice.e{sign}xe"
    assert ending_of(name) == ending_of(safe_file_name(name, "x")) == "exe"
    assert kind_of(name) is FileKind.PROGRAM
    assert "invoice.exe" in danger_of(name)


@pytest.mark.parametrize(
    "name", ["a.exe.", "a.exe ", "a.exe. .", "a.exe\u00a0", "A.EXE", "x/../a.exe", "a.desk\u2060top"]
)
def test_a_program_is_one_by_the_name_that_its_copy_gets(name: str) -> None:
    assert is_program(name)


# What Outlook and Exchange block, what the desktops of Linux and macOS run when it is opened, and what carries macros;
# pages are asked about in other words.
ASKED = """action ade adp app appcontent-ms appimage application appref-ms asp aspx asx bas bash bat bgi bin cab cdxml
cer chm cmd cnt com command cpl crt csh deb der desktop diagcab dmg docm dotm elf exe fish flatpak flatpakref
flatpakrepo
fxp gadget grp hlp hpj hta htc img inf ins iqy iso isp its jar jnlp js jse kdelnk ksh library-ms lnk mad maf mag mam
maq mar mas mat mau mav maw mcf mda mdb mde mdt mdw mdz mobileconfig msc msh msh1 msh1xml msh2 msh2xml mshxml msi
msix msixbundle msp mst msu o ops osd out pcd pif pkg pl plg potm ppam ppsm pptm prf prg printerexport ps1 ps1xml
ps2 ps2xml psc1 psc2 psd1 psdm1 pssc pst py pyc pyo pyw pyz pyzw reg rpm run scf scpt scr sct search-ms
settingcontent-ms sh shb shs sldm slk snap so terminal theme themepack tmp tool udl url vb vbe vbp vbs vhd vhdx
vsmacros vsw wasm webloc webpnp website workflow ws wsb wsc wsf wsh xbap xlam xll xlsb xlsm xltm xnk zsh"""


@pytest.mark.parametrize("ending", ASKED.split())
def test_a_dangerous_ending_is_asked_about(ending: str) -> None:
    assert "may change this computer" in danger_of(f"plan.{ending}")
    assert kind_of(f"plan.{ending.upper()}") is FileKind.PROGRAM


@pytest.mark.parametrize("ending", ["html", "htm", "shtml", "svg", "xhtml", "xht", "mht", "mhtml", "xml"])
def test_a_page_is_asked_about(ending: str) -> None:
    assert is_page(f"plan.{ending}")
    assert "is a page" in danger_of(f"plan.{ending}")


@pytest.mark.parametrize("name", ["plan.pdf", "plan.docx", "plan.xlsx", "photo.jpg", "notes.txt", "a.zip", "plan"])
def test_ordinary_files_are_not_asked_about(name: str) -> None:
    assert danger_of(name) == ""
