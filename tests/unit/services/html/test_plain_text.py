"""HTML is read as the text that a person would see."""

from __future__ import annotations

import pytest

from app.domain.visible_text import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("just words", "just words"),
        ("<p>Dear Anna,</p><p>one<br>two <b>bold</b>  text</p>", "Dear Anna,\n\none\ntwo bold text"),
        ("<ul><li>a<li>b</ul>after", "• a\n• b\nafter"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1\t2\n3"),
        ("<head><title>t</title><style>p{}</style></head><body>x<script>evil()</script>y", "xy"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<div>a</div>\n\n<div>b</div>", "a\nb"),
        ('<img src="http://tracker/x.gif" alt="A map">', "[A map]"),
        ("a&nbsp;&lt;b&gt; &eacute;", "a\u00a0<b> é"),
        ("<!-- hidden -->seen<!", "seen"),
        ("<p>unclosed <b>bold", "unclosed bold"),
    ],
)
def test_what_is_visible_stays(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    "hostile", ["<a " * 50_000, "<" * 100_000, "<div>" * 50_000 + "x", "&" * 100_000, "<!--" * 9000]
)
def test_hostile_html_ends(hostile: str) -> None:
    plain_text(hostile)


def test_lone_surrogates_are_no_obstacle() -> None:
    assert plain_text("<p>a\ud83db</p>").startswith("a")


def test_quotations_are_marked_as_a_plain_message_has_them() -> None:
    html = (
        "<div>Yes.</div><div>Ben wrote:</div><blockquote><p>One</p><p>Two<br>lines</p>"
        "<blockquote><div>older</div></blockquote><div>after</div></blockquote><div>end</div>"
    )
    said = "Yes.\nBen wrote:\n> One\n>\n> Two\n> lines\n>\n>> older\n> after\nend"
    assert plain_text(html, quoting=True) == said
    assert ">" not in plain_text(html)
    assert plain_text("<p>a\ufdd0b</p><p>c</p>", quoting=True) == "ab\n\nc"


def test_pictures_without_words_are_the_addresses_they_lead_to_where_nothing_else_is_there() -> None:
    picture = '<img src="https://news.example/a.png">'
    shop = f"<a href='https://shop.example/?a=1&amp;b=2'>{picture}</a>"
    offers = f'{shop}<a href="mailto:a@x.example">{picture}{picture}</a>'
    assert (
        plain_text(f"<table><tr><td>{offers}{picture}</table>") == "https://shop.example/?a=1&b=2\nmailto:a@x.example"
    )
    assert plain_text(f"<p>Read this</p>{offers}") == "Read this"


def test_an_address_that_nobody_could_open_stands_for_no_picture() -> None:
    for address in ("javascript:alert(1)", "file:///etc/passwd", "https://x.example/" + "a" * 3_000, ""):
        assert plain_text(f'<a href="{address}"><img src="a.png"></a>') == ""
    assert plain_text('<a href="https://x.example/">a link</a><img src="a.png">') == "a link"
    assert plain_text('<a href="https://x.example/"></a><img src="a.png">') == ""
    many = "".join(f'<a href="https://x.example/{n}"><img></a>' for n in range(500))
    assert len(plain_text(many).split("\n")) == 100
