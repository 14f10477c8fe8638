"""Hostile content, as it was found: each is answered by the process that was asked, or told to be too complex."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.backends.net.reports import people_in
from app.content.client import ContentProcesses
from app.content.jobs import HtmlRead, MailRead, ReadFile, ReadHtml, TooComplex, Want
from app.domain.visible_text import plain_text
from app.services.accounts.signatures import quote_begins

_FONTS = "".join(f"<font color=#{number:06x}>" for number in range(390))
HTML = {
    "S4 blanks in a style": '<p style="' + " " * 120_000 + '">Hello</p>',
    "S4 url without end": '<p style="' + "url(" * 160_000 + '">Hello</p>',
    "S4 comments in a style": '<p style="' + "/*" * 160_000 + '">Hello</p>',
    "S4 comments without end": "Hello" + "<b>" * 401 + "<!--" * 80_000,
    "S4 ends of scripts": "Hello<script>" + "</script" * 80_000,
    "S4 bodies": "<body>" * 200_000 + "Hello",
    "S5 a control written as a number": "<p>Hello&#14;<span></span> you</p>",
    "S5 a control in an attribute": '<p>Hello<img alt="a&#8;b" src="cid:x"></p>',
    "S5 a control as it is": "<p>Hello\x0e\x00 you</p>",
    **{f"S6 {name}": f"<{name}>" * 390 + "Hello" for name in ("div", "pre", "blockquote", "center", "span")},
    "S6 lists": "<ul><li>" * 195 + "Hello",
    "S7 formatting that is opened anew": f"<p>Hello{_FONTS}</p>" + "<p>x" * 20_000,
    "attributes": "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">Hello</p>",
    "tables": "<table><tr><td>" * 300 + "Hello",
    "quotes without end": "<p>Hello</p>" + "<a b=\"<a b='" * 40_000,
    "tags without end": "<p>Hello</p>" + "<a " * 200_000,
    "references": "<p>Hello</p>" + "&#" + "9" * 200_000 + ";",
}
FILES = {
    "S8 encoded words": b"Subject: " + b"=?utf-8?q?abc?=\r\n " * 40_000 + b"\r\n\r\nHello",
    "S8 a disposition in pieces": b"Subject: x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; "
    + b"; ".join(b'filename*%d="a"' % number for number in range(1_200))
    + b"\r\n\r\nHello",
    "S10 open brackets": b"Subject: x\r\nContent-Disposition: attachment; filename=x" + b"(" * 3_000 + b"\r\n\r\nHello",
    "S10 messages within messages": b"Content-Type: message/rfc822\r\n\r\n" * 1_500 + b"Subject: x\r\n\r\nHello",
    "S10 parts within parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number) for number in range(1_500)
    ),
    "S10 many parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n" * 3_000
    + b"--b--",
}


@pytest.fixture
def read(tmp_path: Path) -> Iterator[ContentProcesses]:
    made = ContentProcesses(tmp_path / "marks")
    yield made
    made.close()


@pytest.mark.parametrize("name", HTML)
def test_hostile_html_is_read_and_its_process_goes_on(read: ContentProcesses, name: str) -> None:
    read(ReadHtml("<p>before", Want.READ))
    process = read.pids
    for want in (Want.READ, Want.EDIT, Want.INSERT):
        answer = read(ReadHtml(HTML[name], want))
        assert isinstance(answer, HtmlRead)
        if want is Want.READ:
            assert "Hello" in answer.text
            assert answer.reduced or answer.blocks
    assert read.pids == process


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_read_or_told_to_be_too_complex(read: ContentProcesses, name: str) -> None:
    with contextlib.suppress(TooComplex):
        assert isinstance(read(ReadFile(FILES[name])), MailRead)
    assert isinstance(read(ReadFile(b"Subject: S\r\n\r\nHello")), MailRead), "the next message is read all the same"


def grows(work: Callable[[str], object], text: Callable[[int], str], size: int) -> float:
    """How much longer four times as much takes; the best of three, so that other work on the machine counts little."""

    def took(times: int) -> float:
        given, best = text(times), float("inf")
        for _ in range(3):
            began = time.perf_counter()
            work(given)
            best = min(best, time.perf_counter() - began)
        return best

    return took(4 * size) / max(took(size), 1e-5)


@pytest.mark.parametrize(
    ("work", "text", "size"),
    [
        pytest.param(
            lambda body: people_in("", body, "a@b.example"), lambda n: "x" * n, 50_000, id="S2 a word in a report"
        ),
        pytest.param(quote_begins, lambda n: "-" * n + "x", 50_000, id="S3 dashes in a link"),
        pytest.param(quote_begins, lambda n: "-----\n" * n, 10_000, id="S3 lines of dashes"),
        pytest.param(plain_text, lambda n: '<p style="' + " " * n, 50_000, id="S4 blanks"),
        pytest.param(plain_text, lambda n: "<script>" + "</script" * n, 10_000, id="S4 ends of scripts"),
        pytest.param(plain_text, lambda n: "<!--" * n, 20_000, id="S4 comments"),
        pytest.param(plain_text, lambda n: "<a b=\"<a b='" * n, 5_000, id="quotes"),
        pytest.param(plain_text, lambda n: "<style>x" * n, 5_000, id="silent elements"),
        pytest.param(plain_text, lambda n: "<a =" * n, 10_000, id="equals signs"),
    ],
)
def test_what_is_read_in_the_window_and_the_engine_takes_four_times_as_long_for_four_times_as_much(
    work: Callable[[str], object], text: Callable[[int], str], size: int
) -> None:
    assert grows(work, text, size) < 9, "twice the square root of what squares would make of it"
