# ruff: noqa: E501 - what other programs put on a clipboard has lines of any length
"""Thirty clipboards of other programs, and what a recipient gets of each.

All of them are written by hand, after what these programs are documented and known to put on a clipboard; none was
recorded. With MAILWRIGHT_CLIPBOARDS a page is kept in that folder that shows each beside what became of it.
"""

from __future__ import annotations

import os
import re
from html import escape
from pathlib import Path
from typing import NamedTuple

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextCursor

from tests.widgets.editor.conftest import EditorScene


class Clip(NamedTuple):
    """What is on the clipboard (`html`, or "" for words alone) and what of it must and must not arrive."""

    name: str
    html: str
    text: str
    arrives: tuple[str, ...]
    gone: tuple[str, ...] = ()


def windows(body: str, head: str = "") -> str:
    """Return HTML as Chromium and Office write it for Windows' CF_HTML, without its head of offsets, as Qt gives it."""
    return f"<html>{head}<body>\r\n<!--StartFragment-->{body}<!--EndFragment-->\r\n</body>\r\n</html>"


def word(body: str) -> str:
    head = (
        '<head><meta name=Generator content="Microsoft Word 15"><link rel=File-List href="file:///C:/Temp/clip_f.xml">'
        "<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]-->"
        "<style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt; font-family:Calibri} @page {size:612pt} --></style></head>"
    )
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">'
        + windows(body, head).removeprefix("<html>")
    )


def excel(body: str) -> str:
    head = "<head><meta name=ProgId content=Excel.Sheet><style><!--td {mso-number-format:General; color:black} --></style></head>"
    return windows(
        f"<table border=0 cellpadding=0 cellspacing=0 width=128 style='border-collapse:collapse'>{body}</table>", head
    )


def office(body: str) -> str:
    head = (
        '<meta http-equiv="content-type" content="text/html; charset=utf-8"/><title></title>'
        '<meta name="generator" content="LibreOffice 7.4.7.2 (Linux)"/>'
        '<style type="text/css">@page { size: 21cm 29.7cm } p { line-height: 115%; background: transparent }</style>'
    )
    return f'<!DOCTYPE html><html><head>{head}</head><body lang="en-GB" link="#000080" dir="ltr">{body}</body></html>'


_MARKS = ("mso-", "MsoNormal", "<o:p", "StartFragment", "<style", "<meta", "class=", "@page", "<!--")
"""What never arrives."""

CLIPS = (
    Clip(
        "Writer, paragraphs",
        office('<p style="line-height: 100%">One <b>bold</b> word</p><p>Two</p>'),
        "One",
        ("<b>bold</b>", "Two"),
    ),
    Clip(
        "Writer, table",
        office(
            '<table width="100%" cellpadding="4"><tr valign="top"><td style="border:1px solid"><p>a</p></td><td><p>b</p></td></tr></table>'
        ),
        "a\tb",
        ("<table", ">a<", ">b<", "<td"),
    ),
    Clip(
        "Writer, list",
        office("<ol><li><p>first</p></li><li><p>second</p></li></ol>"),
        "1. first",
        ("<ol>", "first", "second"),
    ),
    Clip(
        "Writer, link and colour",
        office('<p><a href="https://x.example/a"><font color="#c9211e">go</font></a></p>'),
        "go",
        ('href="https://x.example/a"', "go"),
    ),
    Clip("Writer, heading", office('<h2 class="western">Prices</h2><p>text</p>'), "Prices", ("<h2", "Prices")),
    Clip(
        "Calc, cells",
        office(
            '<table cellspacing="0" border="0"><colgroup span="2" width="85"></colgroup><tr><td height="17" align="left">Item</td><td align="right" sdval="12" sdnum="1033;">12</td></tr></table>'
        ),
        "Item\t12",
        ("<table", "Item", "12"),
        ("sdval", "colgroup"),
    ),
    Clip(
        "Calc, one cell", office('<table><tr><td height="17" align="left">alone</td></tr></table>'), "alone", ("alone",)
    ),
    Clip(
        "Firefox, selection",
        '<meta http-equiv="content-type" content="text/html; charset=utf-8">a <strong>strong</strong> and <em>slanted</em> word',
        "a strong",
        ("<b>strong</b>", "<i>slanted</i>"),
    ),
    Clip(
        "Firefox, list with links",
        '<ul class="x" style="margin:0"><li><a href="https://a.example/1" onclick="f()">one</a></li><li>two</li></ul>',
        "one",
        ("<ul>", 'href="https://a.example/1"', "two"),
        ("onclick",),
    ),
    Clip(
        "Firefox, table",
        '<table class="wikitable"><tbody><tr><th>City</th><th>People</th></tr><tr><td>Bern</td><td>134</td></tr></tbody></table>',
        "City\tPeople",
        ("<th", "City", "Bern"),
    ),
    Clip("Firefox, code", "<pre><code>if x:\n    y()</code></pre>", "if x:", ("if x:", "y()")),
    Clip(
        "Firefox, hidden words",
        '<p>seen<span style="display:none">hidden</span><script>alert(1)</script></p>',
        "seen",
        ("seen",),
        ("alert", "<script"),
    ),
    Clip(
        "Chromium, selection",
        windows(
            '<span style="color: rgb(34, 34, 34); font-family: Arial; font-size: 16px; font-style: normal; orphans: 2; white-space: normal; display: inline !important;">plain words</span>'
        ),
        "plain words",
        ("plain words",),
        ("orphans", "white-space"),
    ),
    Clip(
        "Chromium, link",
        windows('<a href="https://b.example/?q=1&amp;r=2">b</a>'),
        "b",
        ("https://b.example/?q=1&amp;r=2",),
    ),
    Clip(
        "Chromium, article",
        windows("<h1>Head</h1><p>One</p><p>Two</p><blockquote>said</blockquote>"),
        "Head",
        ("<h1", "One", "Two", "<blockquote", "said"),
    ),
    Clip(
        "Chromium, picture from afar",
        windows('<p>see<img src="https://track.example/p.gif" width="1" height="1"></p>'),
        "see",
        ("see",),
        ("onload",),
    ),
    Clip("PDF viewer, lines", "", "The terms of pay-\nment are thirty\ndays.", ("The terms of pay-", "days.")),
    Clip("PDF viewer, ligatures and blanks", "", "of\ufb01ce\u00a0hours\x0c", ("hours",), ("\x0c",)),
    Clip(
        "Word, paragraphs",
        word(
            "<p class=MsoNormal><b><span lang=EN-GB style='font-size:14.0pt;mso-ansi-language:EN-GB'>Dear</span></b><span> Ben<o:p></o:p></span></p>"
        ),
        "Dear Ben",
        ("<b>", "Dear", "Ben"),
    ),
    Clip(
        "Word, bullets",
        word(
            "<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span></span><![endif]>one<o:p></o:p></p>"
            "<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·&nbsp; </span><![endif]>two</p>"
        ),
        "· one",
        ("<ul", "<li", "one", "two"),
        ("·",),
    ),
    Clip(
        "Word, table",
        word(
            "<table class=MsoTableGrid border=1 cellspacing=0 style='border-collapse:collapse;mso-yfti-tbllook:1184'><tr><td width=200 style='width:150.0pt;border:solid windowtext 1.0pt'><p class=MsoNormal>a</p></td><td><p class=MsoNormal>b</p></td></tr></table>"
        ),
        "a\tb",
        ("<table", "a", "b"),
    ),
    Clip(
        "Word, heading and link",
        word(
            "<h1>Plan<o:p></o:p></h1><p class=MsoNormal><a href=\"https://c.example/\"><span style='color:blue'>here</span></a></p>"
        ),
        "Plan",
        ("<h1", "Plan", 'href="https://c.example/"'),
    ),
    Clip(
        "Word, a picture on its disk",
        word(
            '<p class=MsoNormal>logo <img width=96 height=96 src="file:///C:/Users/a/AppData/Local/Temp/msohtmlclip1/01/clip_image002.png"></p>'
        ),
        "logo",
        ("logo",),
        ("file:",),
    ),
    Clip(
        "Excel, cells",
        excel("<tr height=20><td height=20 width=64>Item</td><td width=64 align=right>12,50</td></tr>"),
        "Item\t12,50",
        ("<table", "Item", "12,50"),
    ),
    Clip(
        "Excel, colours and merged",
        excel(
            "<tr><td colspan=2 style='background:#FFFF00;font-weight:700'>Sum</td></tr><tr><td>1</td><td>2</td></tr>"
        ),
        "Sum",
        ('colspan="2"', "Sum", ">2<"),
    ),
    Clip("Excel, a formula's error", excel("<tr><td>#DIV/0!</td></tr>"), "#DIV/0!", ("#DIV/0!",)),
    Clip(
        "Outlook, a message",
        word(
            "<div><p class=MsoNormal>Hello<o:p></o:p></p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>From:</b> Ben</p></div></div>"
        ),
        "Hello",
        ("Hello", "<b>From:</b>"),
    ),
    Clip(
        "Outlook, a signature table",
        word(
            "<table border=0><tr><td style='border-right:solid red 2.0pt;padding:0cm 5.4pt'><p class=MsoNormal><b>Anna</b></p></td><td><p class=MsoNormal>Sales</p></td></tr></table>"
        ),
        "Anna\tSales",
        ("<table", "<b>Anna</b>", "Sales"),
    ),
    Clip(
        "Gmail, a message",
        '<div dir="ltr">Hi<div><br></div><div><a href="mailto:a@b.example" target="_blank">a@b.example</a></div></div>',
        "Hi",
        ("Hi", "mailto:a@b.example"),
        ("target",),
    ),
    Clip(
        "Gmail, a quotation",
        '<div dir="ltr">yes</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, Ben wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">no?</blockquote></div>',
        "yes",
        ("yes", "<blockquote", "no?"),
    ),
    Clip("Gmail, from right to left", '<div dir="rtl" style="text-align:right">שלום</div>', "שלום", ("שלום",)),
)


def keep(clip: Clip, came: str) -> None:
    folder = os.environ.get("MAILWRIGHT_CLIPBOARDS")
    if folder:
        shown = clip.html or f"<pre>{escape(clip.text)}</pre>"
        page = f"<meta charset=utf-8><h3>{escape(clip.name)}</h3><table width=100%><tr valign=top><td width=50%>{shown}<td>{came}</table>"
        page += f"<pre style='white-space:pre-wrap'>{escape(came)}</pre>"
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, re.sub(r"\W+", "-", clip.name) + ".html").write_text(page, "utf-8")


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_what_another_program_copied_arrives(panel: EditorScene, clip: Clip) -> None:
    written = panel.begin("before\n")
    written.editor.moveCursor(QTextCursor.MoveOperation.End)
    data = QMimeData()
    if clip.html:
        data.setHtml(clip.html)
    data.setText(clip.text)
    written.editor.insertFromMimeData(data)
    written.editor.pasting.finish()
    came = written.inner()
    keep(clip, came)
    assert written.body() == written.whole()
    assert [one for one in clip.arrives if one not in came] == []
    assert [one for one in (*clip.gone, *_MARKS) if one in came] == []
    written.editor.undo()
    assert written.inner() == "<div>before</div><div><br></div>"


def test_there_are_thirty() -> None:
    assert len(CLIPS) >= 30
    assert len({clip.name for clip in CLIPS}) == len(CLIPS)
