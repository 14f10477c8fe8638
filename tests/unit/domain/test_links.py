"""What is told of a link says where it leads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.reader.links import LONGEST_REST, is_look_alike, shown_link


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("https://www.mybank.com:aaaa@evil.example/x", "https://evil.example/x"),
        (f"https://{'a' * 400}@evil.example/", "https://evil.example/"),
        ("https://\u0430pple.com/", "https://xn--pple-43d.com/"),
        ("https://xn--pple-43d.com/", "https://xn--pple-43d.com/"),
        ("https://example.org/\u202egpj.exe", "https://example.org/⟨202E⟩gpj.exe"),
        ("https://example.org\\@evil.example/", "https://example.org/@evil.example/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://example.org:99999999/", "https://example.org/"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("tel:+1\u200b23", "tel:+1⟨200B⟩23"),
        ("https://[::1", "https://[::1"),
        ("ht\ntps://exa\tmple.org/", "https://example.org/"),
    ],
)
def test_an_address_is_shown_with_its_whole_host(address: str, shown: str) -> None:
    assert shown_link(address) == shown


def test_a_long_path_is_cut_and_the_host_is_not() -> None:
    host = ".".join(["a" * 60] * 4)
    shown = shown_link(f"https://{host}/{'x' * 1000}")
    assert shown.startswith(f"https://{host}/")
    assert len(shown) < len(host) + LONGEST_REST + 20


# Letters of Cyrillic and Greek that look like Latin ones, in names that look like known ones.
ALIKE = [
    "\u0430pple.com",
    "xn--pple-43d.com",
    "\u0440\u0430\u0443\u0440\u0430.com",
    "exam\u0440le.org",
    "\u03b1pple.com",
]


@pytest.mark.parametrize("host", ALIKE)
def test_a_host_that_looks_like_another_is_pointed_out(host: str) -> None:
    assert is_look_alike(f"https://{host}/")


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "münchen.de",
        "café.fr",
        "日本.jp",
        "xn--mnchen-3ya.de",
        "\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444",
    ],
)
def test_an_ordinary_host_is_not(host: str) -> None:
    assert not is_look_alike(f"https://{host}/")


@given(st.text())
def test_nothing_makes_it_fail(text: str) -> None:
    for address in (text, f"https://{text}", f"https://a.example/{text}"):
        shown_link(address)
        is_look_alike(address)
