"""Comparing long HTML stops no key: its words are read in a thread first."""

from __future__ import annotations

import threading

import pytest

from app.domain import same_message
from app.domain.message import BodyFormat, Content
from app.domain.visible_text import plain_text
from app.services.html.words import read_long_words


async def test_the_words_of_long_html_are_read_in_another_thread_and_found_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readers: list[str] = []
    read = plain_text

    def seen(html: str) -> str:
        readers.append(threading.current_thread().name)
        return read(html)

    monkeypatch.setattr(same_message, "plain_text", seen)
    body = "<p>one word</p>" * (same_message.LONG // 10)
    mine = Content(body=body, body_format=BodyFormat.HTML)
    theirs = Content(body=body.replace("<p>", "<p class='x'>"), body_format=BodyFormat.HTML)
    await read_long_words(mine, None, theirs)
    assert not same_message.seen_differences(mine, theirs)
    assert same_message.same_but_for_markup(mine, theirs)
    assert readers == ["background", "background"]


async def test_what_is_short_or_plain_is_read_where_it_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: object) -> None:
        raise AssertionError("a thread was asked")

    monkeypatch.setattr("app.services.html.words.run_in_thread", never)
    await read_long_words(Content(body="word " * 40_000), Content(body="<b>x</b>", body_format=BodyFormat.HTML))
