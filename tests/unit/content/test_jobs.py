"""What goes between the program and the content process is plain data of declared types, and comes in pieces."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from app.content.html.clean import clean
from app.content.jobs import (
    Answer,
    AnswerReader,
    HtmlRead,
    Job,
    MailRead,
    NoMessage,
    NoPicture,
    PictureRead,
    ReadFailed,
    ReadFile,
    ReadHtml,
    ReadPicture,
    ReadSignature,
    Remote,
    SignatureRead,
    SignatureSource,
    Want,
    decode_job,
    encode_answer,
    encode_job,
    key_of,
)
from app.content.work import perform
from app.domain.blocks import HorizontalRule, KeptHtml, Paragraph, Picture, Run, Table
from tests.html_corpus import ALL

EVERYTHING = """<h1>Head</h1><p style="color:#123456">Text <b>bold</b> <a href="https://a.example/">link</a></p><hr>
<ul><li>one</li></ul><blockquote>quoted</blockquote><p><img src="cid:picture" alt="a picture" width="3" height="4"></p>
<table border="1"><tr><td width="50%">cell</td><td>cell</td></tr></table>
<table><tr><td><table><tr><td>inner</td></tr></table></td></tr></table>"""
FILE = (
    b"From: Anna <a@x.example>\r\nSubject: S\r\nX-Unsent: 1\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nwords\r\n"
)


def through_a_pipe(answer: Answer) -> Answer:
    reader = AnswerReader()
    *pieces, last = encode_answer(answer)
    assert all(reader.take_frame(piece) is None for piece in pieces)
    whole = reader.take_frame(last)
    assert whole is not None
    return whole


@pytest.mark.parametrize(
    "job",
    [
        *(ReadHtml("<p>é\ud83d\ude00", want, Remote.KEPT) for want in Want),
        ReadFile(b"\x00\xff", "message"),
        ReadPicture(b"\x89", 9),
        *(ReadSignature(b"\xff", {"cid:a": b"\x89"}, source) for source in SignatureSource),
    ],
)
def test_a_job_is_the_same_at_the_other_end(job: Job) -> None:
    there = msgspec.structs.replace(job, html="<p>é\U0001f600") if isinstance(job, ReadHtml) else job
    assert decode_job(encode_job(job)) == there


def test_half_a_pair_in_a_job_becomes_a_sign_that_can_be_sent() -> None:
    assert decode_job(encode_job(ReadHtml("a\ud83db", Want.READ))) == ReadHtml("a\ufffdb", Want.READ)


@pytest.mark.parametrize("want", Want)
def test_what_is_answered_of_html_is_the_same_behind_a_pipe(want: Want) -> None:
    for html in [*(case.html for case in ALL), EVERYTHING]:
        answer = perform(ReadHtml(clean(html).html if want is Want.SHOW else html, want))
        assert through_a_pipe(answer) == answer


@pytest.mark.parametrize("raw", [FILE, b"no message", b""])
def test_what_is_answered_of_a_file_is_the_same_behind_a_pipe(raw: bytes) -> None:
    answer = perform(ReadFile(raw))
    assert through_a_pipe(answer) == answer


@pytest.mark.parametrize("source", SignatureSource)
def test_what_is_answered_of_a_signature_is_the_same_behind_a_pipe(source: SignatureSource) -> None:
    answer = perform(ReadSignature(EVERYTHING.encode(), {}, source))
    assert isinstance(answer, SignatureRead)
    assert answer.parts
    assert through_a_pipe(answer) == answer


def test_every_kind_of_answer_block_and_piece_went_through_it() -> None:
    assert set(get_args(Answer)) == {HtmlRead, MailRead, NoMessage, PictureRead, NoPicture, SignatureRead, ReadFailed}
    for picture in (PictureRead(2, 1, b"12345678", opaque=True), NoPicture()):
        assert through_a_pipe(picture) == picture
    assert through_a_pipe(ReadFailed("MemoryError")) == ReadFailed("MemoryError")
    body = perform(ReadHtml(EVERYTHING, Want.EDIT))
    assert isinstance(body, HtmlRead)
    assert {type(block) for block in body.blocks} == {Paragraph, HorizontalRule, Table, KeptHtml}
    pieces = [piece for block in body.blocks if isinstance(block, Paragraph) for piece in block.pieces]
    assert {type(piece) for piece in pieces} == {Run, Picture}


def test_a_long_answer_comes_in_pieces_of_which_none_takes_long_to_decode() -> None:
    blocks = tuple(Paragraph((Run(f"{number} " + "x" * 200),)) for number in range(10_000))
    pieces = list(encode_answer(HtmlRead(blocks, text="words")))
    assert len(pieces) > 10
    assert max(map(len, pieces)) < 256_000
    assert through_a_pipe(HtmlRead(blocks, text="words")) == HtmlRead(blocks, text="words")


@pytest.mark.parametrize("frame", [b"", b"\x00", b"\x81\xa4type\xa4html\xa6blocks\x01", b"\xc1", b"\x91" * 5000])
def test_what_is_not_in_our_form_is_refused(frame: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        AnswerReader().take_frame(frame)


def test_the_same_job_has_one_key_and_another_has_another() -> None:
    jobs: list[Job] = [ReadHtml("a", Want.READ), ReadHtml("a", Want.EDIT), ReadHtml("b", Want.READ), ReadFile(b"a")]
    keys = [key_of(encode_job(job)) for job in jobs]
    assert keys == [key_of(encode_job(job)) for job in jobs]
    assert len(set(keys)) == len(keys)
