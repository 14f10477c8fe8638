"""Messages in files, ordinary and hostile, as messages to be written anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import BadInput
from app.domain.message import BodyFormat, Importance
from app.domain.message_kind import MessageKind
from app.domain.recipient import Recipient
from app.domain.record import Whose
from app.services.drafts.reply_forward import anew_of
from app.services.reader import eml
from app.services.reader.eml import parse_eml, read_eml, show_eml
from app.services.text.authorship import whose_words


def made(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return message


def test_text_people_and_subject_are_taken() -> None:
    message = made(
        From="me@x.example", To="Änne <a@x.example>, b@x.example", Cc="c@x.example", Bcc="d@x.example", Subject="Grüße"
    )
    message["Importance"], message["X-Unsent"] = "High", "1"
    message.set_content("Line one\nZeile zwei: äöü\n")
    content = parse_eml(bytes(message), "x.eml").content
    assert content.to == (Recipient("a@x.example", "Änne"), Recipient("b@x.example"))
    assert (content.cc, content.bcc) == ((Recipient("c@x.example"),), (Recipient("d@x.example"),))
    assert (content.subject, content.body) == ("Grüße", "Line one\nZeile zwei: äöü")
    assert content.body_format is BodyFormat.TEXT
    assert content.importance is Importance.HIGH
    assert content.sender is None, "who it is from is chosen anew"


def test_what_was_sent_once_has_no_place_in_that_conversation_and_a_draft_keeps_its_own() -> None:
    message = made(To="a@x.example", In_Reply_To="<1@x.example>", References="<0@x.example> <1@x.example>")
    message.set_content("x")
    shown = parse_eml(bytes(message), "x").shown
    assert shown is not None
    assert anew_of(shown.content, 0.0)[0].options.in_reply_to == ""
    message["X-Unsent"] = "1"
    options = parse_eml(bytes(message), "x").content.options
    assert (options.in_reply_to, options.references) == ("<1@x.example>", "<0@x.example> <1@x.example>")


def test_html_is_taken_before_text_and_what_is_enclosed_beside_it() -> None:
    message = made(To="a@x.example", Subject="S")
    message.set_content("plain")
    message.add_alternative("<p>rich</p><img src='cid:pic'>", subtype="html")
    parts = message.get_payload()
    assert isinstance(parts, list)
    html = parts[1]
    assert isinstance(html, EmailMessage)
    html.add_related(b"PNG", "image", "png", cid="<pic>", filename="p.png")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="../../etc/bericht ä.pdf")
    found = parse_eml(bytes(message), "x")
    assert found.content.body_format is BodyFormat.HTML
    assert "rich" in found.content.body
    seen = [(one.name, one.content_type, one.data, one.content_id) for one in found.enclosed]
    assert seen == [
        ("p.png", "image/png", b"PNG", "pic"),
        ("bericht ä.pdf", "application/pdf", b"%PDF", ""),
    ]


def test_encoded_commas_part_no_recipients_and_encoded_line_breaks_begin_no_header() -> None:
    raw = (
        b"X-Unsent: 1\r\nTo: =?utf-8?q?Doe=2C_John?= <j@x.example>,\r\n =?utf-8?b?w6Q=?= <a@x.example>\r\n"
        b"Subject: =?utf-8?q?one=0D=0ABcc:_evil@x.example?=\r\n\r\ntext"
    )
    content = parse_eml(raw, "x").content
    assert content.to == (Recipient("j@x.example", "Doe, John"), Recipient("a@x.example", "ä"))
    assert content.bcc == ()
    assert content.subject == "one Bcc: evil@x.example"


def test_a_name_that_ran_into_its_address_stays_one_recipient_to_be_mended() -> None:
    raw = "X-Unsent: 1\nTo: Marc Lefèvremarc@x.example, John Doe john@x.example\n\ntext".encode()
    marc, john = parse_eml(raw, "x").content.to
    assert (marc, john) == (Recipient("Marc Lefèvremarc@x.example"), Recipient("john@x.example", "John Doe"))
    encoded = b"X-Unsent: 1\nTo: Marc =?utf-8?q?Lef=C3=A8vre?=marc@x.example\n\ntext"
    assert parse_eml(encoded, "x").content.to == (Recipient("Marc Lefèvre marc@x.example"),)


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: x\nContent-Type: text/plain; charset=no-such\n\ncaf\xe9",
        b"Subject: x\nContent-Type: text/plain; charset=utf-8\n\ncaf\xe9",
        b"Subject: x\n\ncaf\xe9",
        b"Subject: x\nContent-Type: text/plain; charset=latin1\nContent-Transfer-Encoding: quoted-printable\n\ncaf=E9",
    ],
)
def test_text_in_a_strange_or_wrong_encoding_keeps_what_can_be_read(raw: bytes) -> None:
    assert parse_eml(raw, "x").content.body.startswith("caf")
    assert "\x00" not in parse_eml(raw, "x").content.body


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext",
        b"Subject: x\nContent-Type: multipart/mixed\n\nno boundary",
        b"Subject: =?utf-8?b?!!!?=\n\n",
        b"Subject: x\nTo: =?utf-8?q?=41\n\n",
        b"To: " + b"(" * 5000 + b"\n\n",
        b"To: group: a@x.example, b@x.example;\n\n",
        b"From: \"\nContent-Disposition: attachment; filename*=utf-8''%\n\n",
        b"Subject: x\nContent-Type: message/rfc822\n\nSubject: inner\n\ntext",
        b'Subject: x\nContent-Type: text/html; charset="\n\n<p>',
        b"Subject: x\nContent-Transfer-Encoding: base64\n\n%%%",
    ],
)
def test_broken_messages_are_read_as_far_as_they_go(raw: bytes) -> None:
    found = parse_eml(raw, "x")
    assert "\n" not in found.content.subject


@pytest.mark.parametrize("raw", [b"", b"\n", b"%PDF-1.7 not a message", b"\x00" * 100])
def test_what_is_no_message_is_refused_by_its_name(raw: bytes) -> None:
    with pytest.raises(BadInput, match=r"report\.eml"):
        parse_eml(raw, "report.eml")


def test_a_file_that_cannot_be_opened_or_is_too_large_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match="could not be opened"):
        read_eml(tmp_path / "gone.eml")
    with pytest.raises(BadInput, match="could not be opened"):
        read_eml(tmp_path)
    large = tmp_path / "large.eml"
    large.write_bytes(b"Subject: x\n\nlong")
    monkeypatch.setattr(eml, "LARGEST", 4)
    with pytest.raises(BadInput, match="too large"):
        read_eml(large)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    head = b"Subject: x\nTo: "
    content = parse_eml(head + raw, "x").content
    for words in (content.subject, *(part for one in content.recipients() for part in (one.address, one.name))):
        assert not any(mark in words for mark in "\r\n\x00")
        words.encode("utf-8")


WITHIN = (
    b"From: Zo\xc3\xab <zoe@example.org>\r\nTo: Ben <ben@example.org>\r\nSubject: Fwd: plan\r\n"
    b"Date: Sat, 21 Nov 2026 09:30:00 +0100\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n'
    b"--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: anna@example.org\r\nSubject: The plan: a/b\r\n"
    b'Content-Type: multipart/mixed; boundary="y"\r\n\r\n--y\r\nContent-Type: text/plain\r\n\r\nInner words.\r\n'
    b'--y\r\nContent-Type: application/pdf; name="p.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--y--\r\n'
    b"--x--\r\n"
)


def test_a_message_is_read_as_it_stands_with_who_sent_it_and_when() -> None:
    shown = show_eml(WITHIN, "x.eml")
    assert shown.content.sender == Recipient("zoe@example.org", "Zoë")
    assert [one.address for one in shown.content.to] == ["ben@example.org"]
    assert shown.sent == 1795249800.0
    assert [header.name for header in shown.headers][:3] == ["From", "To", "Subject"]
    assert shown.content.body == "See below."


def test_a_message_within_a_message_is_one_file_and_keeps_all_that_it_has() -> None:
    (inner,) = show_eml(WITHIN, "x.eml").enclosed
    assert (inner.name, inner.content_type) == ("The plan_ a b.eml", "message/rfc822")
    again = show_eml(inner.data, inner.name)
    assert again.content.body == "Inner words."
    assert [(one.name, one.data) for one in again.enclosed] == [("p.pdf", b"abc")]
    assert [one.name for one in parse_eml(WITHIN, "x.eml").enclosed] == ["The plan_ a b.eml"]


@pytest.mark.parametrize("date", [b"", b"Date: never\r\n", b"Date: Sat, 99 Nov 99999999 09:30:00 +9999\r\n"])
def test_a_message_without_a_date_that_can_be_read_has_none(date: bytes) -> None:
    assert show_eml(b"Subject: x\r\n" + date + b"\r\nhello", "x.eml").sent == 0.0


def test_what_is_no_draft_is_to_be_read_and_edited_as_new_comes_without_people_and_says_whose_it_is() -> None:
    message = made(From="Anna Berg <anna@x.example>", To="a@x.example", Cc="b@x.example", Bcc="c@x.example")
    message["Reply-To"], message["Date"] = "trap@x.example", "Sun, 3 May 2026 10:00:00 +0000"
    message["Message-ID"], message["References"] = "<theirs@x.example>", "<before@x.example>"
    message.set_content("<p onclick='x()'>Her words</p><script>x()</script>", "html")
    shown = parse_eml(bytes(message), "x").shown
    assert shown is not None
    content, whose = anew_of(shown.content, shown.sent)
    assert (content.recipients(), content.options.reply_to, content.sender) == ((), (), None)
    assert content.options.references == ""
    assert "Her words" in content.body
    assert not any(part in content.body for part in ("script", "onclick"))
    assert (whose.author, [one.address for one in whose.to]) == (
        Recipient("anna@x.example", "Anna Berg"),
        ["a@x.example"],
    )
    assert whose_words(whose) == (
        "These are the words of Anna Berg <anna@x.example>, sent on 3 May 2026. "
        "Recipients were left out: a@x.example, b@x.example."
    )
    message["X-Unsent"] = "1"
    draft = parse_eml(bytes(message), "x")
    assert draft.shown is None
    assert [one.address for one in draft.content.recipients()] == ["a@x.example", "b@x.example", "c@x.example"]


KINDS = (
    ("text/calendar; method=REQUEST", MessageKind.MEETING),
    ("multipart/encrypted; protocol=x; boundary=b", MessageKind.ENCRYPTED),
    ("application/pkcs7-mime; smime-type=enveloped-data", MessageKind.ENCRYPTED),
    ("multipart/report; report-type=delivery-status; boundary=b", MessageKind.REPORT),
    ("multipart/signed; protocol=x; boundary=b", MessageKind.MESSAGE),
    ("text/calendar", MessageKind.MESSAGE),
    ("text/plain", MessageKind.MESSAGE),
)


@pytest.mark.parametrize(("kind", "expected"), KINDS)
def test_what_a_file_is_says_whether_it_can_be_answered(kind: str, expected: MessageKind) -> None:
    assert show_eml(f"Subject: x\r\nContent-Type: {kind}\r\n\r\n--b\r\n\r\nx\r\n--b--".encode(), "x").kind is expected


def test_a_part_says_what_the_whole_is_and_a_calendar_that_is_attached_or_within_says_nothing() -> None:
    def kind_with(*head: str) -> MessageKind:
        part = "\r\n".join(head)
        raw = f"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{part}\r\n\r\nx\r\n--b--"
        return show_eml(raw.encode(), "x").kind

    assert kind_with("Content-Type: text/calendar; method=CANCEL") is MessageKind.MEETING
    assert kind_with('Content-Disposition: attachment; filename="message.rpmsg"') is MessageKind.PROTECTED
    assert kind_with("Content-Type: application/x-microsoft-rpmsg-message") is MessageKind.PROTECTED
    attached = ("Content-Type: text/calendar; method=REQUEST", "Content-Disposition: attachment; filename=a.ics")
    assert kind_with(*attached) is MessageKind.MESSAGE
    within = ("Content-Type: message/rfc822", "", "Content-Type: text/calendar; method=REQUEST")
    assert kind_with(*within) is MessageKind.MESSAGE


def test_whose_words_they_are_is_said_as_far_as_the_file_says_it() -> None:
    left_out = "Recipients were left out."
    assert whose_words(Whose(Recipient("a@x.example"))) == f"These are the words of a@x.example. {left_out}"
    assert whose_words(Whose(None, 1.0)) == f"These words are from a file that does not say who wrote them. {left_out}"
    assert len(whose_words(Whose(Recipient("a@x.example", "A" * 1000)))) < 200


@pytest.mark.skipif(os.name != "posix", reason="Windows has neither")
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["a pipe", "a device"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "x.eml"
    make(path)
    with pytest.raises(BadInput, match="is not a file"):
        read_eml(path)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_blank_before_the_colon_of_a_header_is_passed(end: str) -> None:
    head = ["From : Anna <anna@x.example>", "To\t :  ben@x.example", "Subject  : one", " more : words", "X-Unsent : 1"]
    found = parse_eml((end.join([*head, "", "Text : stays"])).encode(), "x")
    assert found.author is not None
    assert (found.author.address, found.shown) == ("anna@x.example", None)
    assert [one.address for one in found.content.to] == ["ben@x.example"]
    assert found.content.subject == "one more : words"
    assert found.content.body == "Text : stays"


def test_what_has_no_header_at_all_stays_no_message() -> None:
    with pytest.raises(BadInput):
        parse_eml(b"just words : and more\n\nText", "x")
