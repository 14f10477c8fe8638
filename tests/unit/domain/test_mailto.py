"""mailto: links, as the standard has them, as the world writes them, and as hostile as can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import BadInput
from app.domain.mailto import LONGEST, MOST_PEOPLE, is_mailto, read_mailto
from app.domain.message import Content
from app.domain.recipient import Recipient


def message(link: str) -> Content:
    return read_mailto(link).content


def addresses(people: tuple[Recipient, ...]) -> list[str]:
    return [one.address for one in people]


@pytest.mark.parametrize(
    ("link", "to"),
    [
        # The examples of RFC 6068 section 6.
        ("mailto:chris@example.com", ["chris@example.com"]),
        ("mailto:joe@example.com?cc=bob@example.com&body=hello", ["joe@example.com"]),
        ("mailto:gorby%25kremvax@example.com", ["gorby%kremvax@example.com"]),
        ("mailto:unlikely%3Faddress@example.com?blat=foop", ["unlikely?address@example.com"]),
        ("mailto:Mike%26family@example.org", ["Mike&family@example.org"]),
        ("mailto:%22not%40me%22@example.org", ['"not@me"@example.org']),
        ("mailto:%22oh%5C%5Cno%22@example.org", ['"oh\\\\no"@example.org']),
        ("mailto:user@%E7%B4%8D%E8%B1%86.example.org?subject=Test&body=NATTO", ["user@納豆.example.org"]),
        ("mailto:addr1@an.example,addr2@an.example", ["addr1@an.example", "addr2@an.example"]),
        ("mailto:?to=addr1@an.example,addr2@an.example", ["addr1@an.example", "addr2@an.example"]),
        ("mailto:addr1@an.example?to=addr2@an.example", ["addr1@an.example", "addr2@an.example"]),
        # As the world writes them.
        ("MAILTO:chris@example.com", ["chris@example.com"]),
        ("  mailto:chris@example.com\n", ["chris@example.com"]),
        ("mailto://chris@example.com", ["chris@example.com"]),
        ("mailto:a@x.example;b@x.example", ["a@x.example", "b@x.example"]),
        ("mailto:chris@example.com#top", ["chris@example.com"]),
        ("mailto:", []),
    ],
)
def test_whom_a_link_names_is_named(link: str, to: list[str]) -> None:
    assert addresses(message(link).to) == to


def test_every_field_of_the_standard_is_taken() -> None:
    found = read_mailto(
        "mailto:to@x.example?cc=cc@x.example&bcc=bcc@x.example&Subject=caf%C3%A9%20%2B+1&body=one%0D%0Atwo"
        "&In-Reply-To=%3C3469A91.D10AF4C@example.com%3E&keywords=a,b"
    )
    content = found.content
    people = (addresses(content.to), addresses(content.cc), addresses(content.bcc))
    assert people == (["to@x.example"], ["cc@x.example"], ["bcc@x.example"])
    assert (content.subject, content.body) == ("café ++1", "one\ntwo")
    assert content.options.in_reply_to == content.options.references == "<3469A91.D10AF4C@example.com>"
    assert content.options.categories == ("a", "b")
    assert len(found.notes) == 1, "only Bcc is worth a word"
    assert "Bcc" in found.notes[0]


def test_a_name_beside_the_address_is_kept() -> None:
    assert message("mailto:Doe%2C%20John%20%3Cj@x.example%3E").to == (Recipient("j@x.example", "Doe, John"),)


def test_ampersands_left_from_html_are_forgiven() -> None:
    assert message("mailto:a@x.example?subject=A&amp;body=B").body == "B"


@pytest.mark.parametrize("field", ["subject", "to", "cc", "in-reply-to", "keywords"])
@pytest.mark.parametrize("end", ["%0D%0A", "%0A", "%0D", "%E2%80%A8", "%C2%85", "%0B", "%00%0D%0A"])
def test_no_field_can_begin_another_line(field: str, end: str) -> None:
    content = message(f"mailto:?{field}=x{end}Bcc:%20evil@x.example{end}{end}text")
    assert content.bcc == ()
    assert content.body == ""
    said = [content.subject, content.options.in_reply_to, *content.options.categories]
    said += [part for one in content.recipients() for part in (one.address, one.name)]
    assert not any(mark in words for words in said for mark in "\r\n\x00\x0b\x85\u2028")


@pytest.mark.parametrize("name", ["attach", "attachment", "from", "sender", "x-mailer", "content-type", "received"])
def test_what_a_link_may_not_say_is_left_out_and_named(name: str) -> None:
    found = read_mailto(f"mailto:a@x.example?{name}=/etc/passwd&subject=S")
    assert found.content == message("mailto:a@x.example?subject=S")
    assert name in found.notes[0]


def test_a_header_name_with_a_line_break_is_no_header_and_is_named_in_one_line() -> None:
    found = read_mailto("mailto:a@x.example?x%0D%0ABcc=evil@x.example&" + "&".join(f"y{n}=1" for n in range(40)))
    assert found.content.bcc == ()
    assert len(found.notes) == 1
    assert "\n" not in found.notes[0]
    assert len(found.notes[0]) < 250


def test_a_second_subject_is_not_taken_and_a_second_body_follows_the_first() -> None:
    found = read_mailto("mailto:?subject=one&subject=two&body=a&body=b")
    assert (found.content.subject, found.content.body) == ("one", "a\nb")
    assert "subject" in found.notes[0]


@pytest.mark.parametrize("words", ["not an id", "<a@b> <c@d>", "<a b@c>", "<@>", "<a@b", "<a@b><c@d>"])
def test_what_is_no_message_id_is_left_out(words: str) -> None:
    found = read_mailto(f"mailto:?in-reply-to={words}")
    assert found.content.options.in_reply_to == ""
    assert "in-reply-to" in found.notes[0]


@pytest.mark.parametrize(
    ("encoded", "text"),
    [("caf%E9", "café"), ("%FF", "ÿ"), ("%C0%AF", "À¯"), ("%ED%A0%80", "í\xa0€"), ("%C3%A9%", "é%"), ("%zz", "%zz")],
)
def test_what_is_not_utf8_is_read_as_far_as_it_goes(encoded: str, text: str) -> None:
    assert message(f"mailto:?subject=x{encoded}x").subject == f"x{text}x"


def test_bytes_that_are_no_text_are_said() -> None:
    assert len(read_mailto("mailto:?subject=%E9").notes) == 1
    assert read_mailto("mailto:?subject=%C3%A9").notes == ()


def test_the_encoding_is_undone_once() -> None:
    assert message("mailto:?subject=%2541%250D").subject == "%41%0D"


def test_a_link_without_end_is_cut_and_that_is_said() -> None:
    found = read_mailto("mailto:?body=" + "x" * (2 * LONGEST))
    assert 0 < len(found.content.body) < LONGEST
    assert "too long" in found.notes[0]


def test_people_without_end_are_cut_and_that_is_said() -> None:
    found = read_mailto("mailto:" + ",".join(f"p{n}@x.example" for n in range(MOST_PEOPLE + 5)))
    assert len(found.content.to) == MOST_PEOPLE
    assert "too long" in found.notes[0]


@pytest.mark.parametrize("words", ["", "http://x.example", "mail:x", "mailto"])
def test_what_is_no_link_is_refused(words: str) -> None:
    assert not is_mailto(words)
    with pytest.raises(BadInput):
        read_mailto(words)


@given(st.text(alphabet=st.sampled_from(list("%0123456789ABCDEFaz@,;<>\"'&=?:+ \r\n\x00ü\udcff")), max_size=300))
def test_nothing_that_follows_the_scheme_breaks_the_reader(rest: str) -> None:
    content = message("mailto:" + rest)
    fields = [content.subject, *(part for one in content.recipients() for part in (one.address, one.name))]
    assert not any(mark in words for words in fields for mark in "\r\n\x00")
    for words in [*fields, content.body]:
        words.encode("utf-8")


def test_half_a_pair_in_a_link_makes_nothing_fail() -> None:
    assert read_mailto("mailto:a@x.example?subject=\ud83dS").content.subject == "\ufffdS"
