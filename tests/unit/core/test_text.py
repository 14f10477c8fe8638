"""Text from outside, put in order for a field of one line and for a body of many."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.core.text import clean_text, isolated, shortened, split_at


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one\ntwo", "one two"),
        ("one \r\n\r\n  two\n", "one two"),
        ("one\u2028two\x0bthree", "one two three"),
        ("a\tb", "a b"),
        ("a\x00b\x07", "ab"),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\ude00", "😀"),
        (" as typed ", " as typed "),
        ("\n\n", ""),
        ("x\ufffe", "x\ufffd"),
    ],
)
def test_a_field_of_one_line_gets_one_line(text: str, line: str) -> None:
    assert clean_text(text, lines=False) == line


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("one\r\ntwo\rthree\x0bfour\u2029", "one\ntwo\nthree\nfour\n"),
        ("a\tb\x1fc", "a\tb c"),
        ("a\x00\x1b[0m", "a[0m"),
        ("\udfff", "\ufffd"),
    ],
)
def test_a_body_keeps_its_lines_and_tabs(text: str, body: str) -> None:
    assert clean_text(text, lines=True) == body


@given(st.text(st.characters()), st.booleans())
def test_cleaned_text_fits_xml_loses_nothing_visible_and_needs_no_second_cleaning(text: str, lines: bool) -> None:
    clean = clean_text(text, lines=lines)
    element = etree.Element("t")
    element.text = clean
    assert etree.fromstring(etree.tostring(element)).text == (clean or None)
    assert clean_text(clean, lines=lines) == clean
    assert lines or "\n" not in clean

    def seen(given: str) -> list[str]:
        mended = given.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        mended = mended.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
        return [x for x in mended if not x.isspace() and unicodedata.category(x) != "Cc"]

    assert seen(clean) == seen(text)


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("abc", 0, ("", "abc")),
        ("abc", 2, ("ab", "c")),
        ("abc", 9, ("abc", "")),
        ("😀b", 2, ("😀", "b")),
        ("😀b", 1, ("\ufffd", "\ufffdb")),
    ],
)
def test_a_text_is_split_where_qt_counts_the_position(text: str, units: int, parts: tuple[str, str]) -> None:
    assert split_at(text, units) == parts


@pytest.mark.parametrize(
    ("text", "short"),
    [("", ""), ("twelve signs", "twelve signs"), ("thirteen sign", "thirteen si…"), ("eleven than x", "eleven than…")],
)
def test_what_is_too_long_is_cut_and_says_so(text: str, short: str) -> None:
    assert shortened(text, 12) == short


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Ben <ben@example.org>", "Ben <ben@example.org>"),
        ("two\r\nlines", "two lines"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u05d0\u05d1 (1)", "\u2068\u05d0\u05d1 (1)\u2069"),
        ("\u2069\u2069 \u05d0 \u202e", "\u2068 \u05d0 \u2069"),
        ("", ""),
    ],
)
def test_words_from_outside_turn_nothing_around_them(words: str, expected: str) -> None:
    assert isolated(words) == expected
