"""The style of an account's messages as CSS: known again, and never taken from what somebody else wrote."""

from __future__ import annotations

import pytest

from app.content.html.style import read_style
from app.domain.house_style import FONTS, SIZES, HouseStyle, font_stack, is_base, is_color, is_font, is_size
from app.domain.html_rules import write_style
from app.services.html.prepare import html_of_text, open_words
from app.services.html.write import house_base, inner_html


def test_what_is_sent_where_nothing_was_chosen_is_what_was_always_sent() -> None:
    assert HouseStyle().base == "font-family:Calibri,Arial,Helvetica,sans-serif;font-size:11pt"


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize("color", ["", "#1f3864"])
def test_every_style_that_is_offered_is_known_again_and_comes_through_the_sanitiser_as_it_is(
    font: str, color: str
) -> None:
    for size in SIZES:
        base = HouseStyle(font, size, color).base
        assert is_base(base)
        assert write_style(read_style(base)) == base
        html = html_of_text("one\ntwo", base)
        assert house_base(html) == base
        assert inner_html(html) == "<div>one</div><div>two</div>"
        opened = open_words(html)
        assert opened is not None
        assert opened.body.base == base


def test_a_font_falls_back_on_its_kind() -> None:
    assert HouseStyle("Georgia").base.startswith("font-family:Georgia,'Times New Roman',Times,serif;")
    assert HouseStyle("Courier New").base.startswith("font-family:'Courier New',Courier,monospace;")
    assert font_stack("3270").startswith("'3270',"), "a name in CSS does not begin with a digit"
    assert HouseStyle("Segoe UI", 10.5).base == "font-family:'Segoe UI',Arial,Helvetica,sans-serif;font-size:10.5pt"


def test_what_could_end_a_declaration_or_an_attribute_is_no_font() -> None:
    assert is_font("游ゴシック")
    for name in ("", " ", "a;color:red", "a'b", 'a"b', "a,b", "a<b", "a&b", " a", "x" * 61):
        assert not is_font(name), name


def test_sizes_and_colours_have_bounds() -> None:
    assert (is_size(10.5), is_size(5.9), is_size(36.1), is_size(10.55)) == (True, False, False, False)
    assert (is_color("#1f3864"), is_color("#1F3864"), is_color("navy"), is_color("")) == (True, False, False, False)


@pytest.mark.parametrize(
    "style",
    [
        "font-family:Calibri;font-size:11pt;position:fixed",
        "font-family:Calibri;font-size:11pt;background:url(http://a)",
        "font-family:Calibri;font-size:11pt;color:red",
        "font-size:11pt",
    ],
)
def test_a_body_that_says_more_is_not_taken_for_one_begun_here(style: str) -> None:
    html = html_of_text("one").replace(HouseStyle().base, style)
    assert house_base(html) == ""
    assert open_words(html) is None
