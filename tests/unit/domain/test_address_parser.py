"""What people paste into a recipients field, and who must come out of it."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.address_parser import format_recipient, format_recipients, parse_recipients
from app.domain.recipient import Recipient


def r(address: str, name: str = "", routing: str = "SMTP") -> Recipient:
    return Recipient(address, name, routing)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Doe, John" <j@x>; Jane <k@y>', [r("j@x", "Doe, John"), r("k@y", "Jane")]),
        ("Doe, John <j@x>, Roe, Jane <k@y>", [r("j@x", "Doe, John"), r("k@y", "Roe, Jane")]),
        ("a@x, b@y;c@z\n d@w\t", [r("a@x"), r("b@y"), r("c@z"), r("d@w")]),
        ("a@x b@y", [r("a@x"), r("b@y")]),
        ("a@localhost", [r("a@localhost")]),
        ("a@x,,b@y;;\r\n;", [r("a@x"), r("b@y")]),
        (" ; ,\n\t", []),
        ("", []),
        ("Doe, John, PhD <j@x>; a@x", [r("j@x", "Doe, John, PhD"), r("a@x")]),
        ("Jane Doe\tjane@x\nBob\tbob@y", [r("jane@x", "Jane Doe"), r("bob@y", "Bob")]),
        ("jane@x\tJane Doe", [r("jane@x", "Jane Doe")]),
        ("a@x\tb@y", [r("a@x"), r("b@y")]),
        ("Jane\n<j@x>\nBob <b@x>", [r("j@x", "Jane"), r("b@x", "Bob")]),
        ("Jane Doe [mailto:j@x.com]", [r("j@x.com", "Jane Doe")]),
        ("Jane [SMTP:j@x]", [r("j@x", "Jane")]),
        ("SMTP:j@x", [r("j@x")]),
        ("'j@x' <j@x>", [r("j@x")]),
        ("'Jane Doe' <j@x>", [r("j@x", "Jane Doe")]),
        ("j@x<mailto:j@x>", [r("j@x")]),
        ("<a@x, b@y>", [r("a@x"), r("b@y")]),
        ("<a@x><b@y>", [r("a@x"), r("b@y")]),
        ("<j@x> Jane", [r("j@x", "Jane")]),
        ("j@x (Jane)", [r("j@x", "Jane")]),
        ("Jane (j@x)", [r("j@x", "Jane")]),
        ("Jane <j@x> (at work; not home)", [r("j@x", "Jane (at work; not home)")]),
        ("jane doe j@x", [r("j@x", "jane doe")]),
        ('"john doe"@x, a@y', [r('"john doe"@x'), r("a@y")]),
        ('<"a>b"@x>', [r('"a>b"@x')]),
        (r'"CONTOSO\jane" <j@x>', [r("j@x", r"CONTOSO\jane")]),
        (r'"Jane \"JJ\" Doe" <j@x>', [r("j@x", 'Jane "JJ" Doe')]),
        ('Jane "JJ" Doe <j@x>', [r("j@x", 'Jane "JJ" Doe')]),
        ("“Doe, John” <j@x>", [r("j@x", "Doe, John")]),
        ("müller@bücher.example；李 <li@例え.jp>", [r("müller@bücher.example"), r("li@例え.jp", "李")]),  # noqa: RUF001
        ("\ufeffj@x\u200b", [r("j@x")]),
        ("a@[IPv6:::1], b@[1.2.3.4]", [r("a@[IPv6:::1]"), r("b@[1.2.3.4]")]),
        ("J </o=Org/ou=a b/cn=j>", [r("/o=Org/ou=a b/cn=j", "J", "EX")]),
        ('"Doe,\r\n John" <j@x>', [r("j@x", "Doe, John")]),
        ("Jürgen Müller\tjürgen@bücher.example", [r("jürgen@bücher.example", "Jürgen Müller")]),
        ("jürgen@bücher.example\tMüller\tJürgen", [r("jürgen@bücher.example", "Müller Jürgen")]),
        ("Jürgen Müller juergen@bücher.example", [r("juergen@bücher.example", "Jürgen Müller")]),
        ("jürgen@x.example Müller", [r("jürgen@x.example", "Müller")]),
        ("jürgen@x (Müller)", [r("jürgen@x", "Müller")]),
        ("Jürgen <jürgen@x>", [r("jürgen@x", "Jürgen")]),
        ("jürgen@x müller@y", [r("jürgen@x"), r("müller@y")]),
    ],
)
def test_a_list_that_can_be_read_gives_exactly_its_recipients(text: str, expected: list[Recipient]) -> None:
    assert parse_recipients(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bob, Doe, John <j@x>", [r("Bob"), r("j@x", "Doe, John")]),
        ("Bob, <j@x>", [r("Bob"), r("j@x")]),
        ("Alice, bob@x", [r("Alice"), r("bob@x")]),
        ('"unpaired <a@x>; "Jane" <b@y>', [r("a@x", '"unpaired'), r("b@y", "Jane")]),
        ('5" pipes <a@x>; 6" pipes <b@y>', [r("a@x", '5" pipes'), r("b@y", '6" pipes')]),
        ("jane @ x.com", [r("jane @ x.com")]),
        ("write to j@x today", [r("write to j@x today")]),
        ("a@x and b@y", [r("a@x"), r("and"), r("b@y")]),
        ("x@y@z", [r("x@y@z")]),
        ("Jane <>", [r("Jane <>")]),
        ("<a@x", [r("<a@x")]),
        ('"Doe, John"', [r("Doe, John")]),
        ("Jane <a@x> Bob", [r("a@x", "Jane"), r("Bob")]),
        # Where a name and an address grew together, nobody is written to who was never named.
        ("Marc Lefèvremarc@x.example", [r("Marc Lefèvremarc@x.example")]),
        ("marc@x.exampleÉmile Zola", [r("marc@x.exampleÉmile Zola")]),
        ("John Doe john@x; Marc Lefèvremarc@x", [r("john@x", "John Doe"), r("Marc Lefèvremarc@x")]),
        ("To: Marc Lefèvremarc@x", [r("Marc Lefèvremarc@x")]),
        ("Doe, Marc Lefèvremarc@x", [r("Doe"), r("Marc Lefèvremarc@x")]),
        ("Sales\tMarc Lefèvremarc@x", [r("Sales Marc Lefèvremarc@x")]),
    ],
)
def test_what_can_be_meant_in_two_ways_is_read_the_way_that_shows(text: str, expected: list[Recipient]) -> None:
    assert parse_recipients(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mailto:a@x", [r("a@x")]),
        ("mailto:a@x, mailto:b@y;MAILTO:c@z", [r("a@x"), r("b@y"), r("c@z")]),
        ("mailto:a@x?cc=b@y,c@z&amp;bcc=d@w", [r("a@x"), r("b@y"), r("c@z"), r("d@w")]),
        ("mailto:?to=a%2Bb@x&subject=Hi%20there", [r("a+b@x"), r("subject=Hi there")]),
        ("Jane <mailto:j@x>", [r("j@x", "Jane")]),
        ("mailto:a%FF@x", [r("a%FF@x")]),
        ("mailto:Marc%20Lef%C3%A8vremarc@x", [r("Marc Lefèvremarc@x")]),
    ],
)
def test_a_mailto_address_gives_all_its_recipients_and_shows_the_rest(text: str, expected: list[Recipient]) -> None:
    assert parse_recipients(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Team: a@x, b@y;", [r("Team:"), r("a@x"), r("b@y")]),
        ("Team:a@x,b@y;", [r("Team:"), r("a@x"), r("b@y")]),
        ("undisclosed-recipients:;", [r("undisclosed-recipients:")]),
        ("To: Doe, John <j@x>; b@y\nCc: c@z", [r("j@x", "Doe, John"), r("b@y"), r("c@z")]),
        ("ACME: Sales <s@x>", [r("s@x", "ACME: Sales")]),
        ("To:", [r("To:")]),
        ("Subject: hello", [r("Subject: hello")]),
    ],
)
def test_a_group_shows_its_name_and_a_header_loses_only_its_label(text: str, expected: list[Recipient]) -> None:
    assert parse_recipients(text) == expected


def test_a_list_of_ten_thousand_keeps_every_one_in_order() -> None:
    text = "\n".join(f'"User, N{i}" <user{i}@example.com>;' for i in range(10_000))
    assert [recipient.address for recipient in parse_recipients(text)] == [
        f"user{i}@example.com" for i in range(10_000)
    ]


_SYNTAX = set("\"“”'‘’<>()[]{},;，、،；؛\\:")  # noqa: RUF001 - separators of other scripts
_PIECES = st.one_of(
    st.sampled_from(
        [
            *['"', "“", "”", "<", ">", "(", ")", "[", "]", ",", ";", ":", "\\", "@", "'", " ", "\t", "\n", "\r\n"],
            *["a@x", "jane.doe@example.com", "Jane", "Doe", "[smtp:", "[mailto:", "mailto", "Team:", "5", "é", "李"],
        ]
    ),
    st.text(max_size=4),
)
pasted = st.lists(_PIECES, max_size=30).map("".join)


def _visible(text: str) -> Counter[str]:
    """Count what a person would see, syntax aside (Cc, Cf, Cs, Cn and blanks show nothing)."""
    return Counter(
        character
        for character in text
        if character not in _SYNTAX and not character.isspace() and unicodedata.category(character)[0] != "C"
    )


@given(pasted)
def test_every_visible_character_that_is_no_syntax_stands_in_some_recipient(text: str) -> None:
    # A scheme or header label is syntax of more than one character; the examples above cover those.
    assume(not any(word in text.lower() for word in ("mailto:", "smtp:", "ex:", "to:", "cc:", "from:", "sender:")))
    given_out: Counter[str] = Counter()
    for recipient in parse_recipients(text):
        # A name that only repeats the address is not kept, so an address without a name answers for two.
        given_out += _visible(recipient.address + (recipient.name or recipient.address))
    assert _visible(text) - given_out == Counter()


@given(pasted)
def test_whatever_is_read_reads_the_same_after_it_was_written(text: str) -> None:
    recipients = parse_recipients(text)
    for recipient in recipients:
        assert parse_recipients(format_recipient(recipient)) == [recipient]
    assert parse_recipients(format_recipients(recipients)) == recipients


_line = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"]), max_size=20)


@given(st.lists(st.builds(Recipient, _line.filter(bool), _line), max_size=5))
def test_any_names_and_words_of_one_line_survive_copy_and_paste(recipients: list[Recipient]) -> None:
    assume(not any(x.name.strip("'") == x.address.strip("'") and x.name for x in recipients))
    # A bare distinguished name is taken for an address of the directory, as Outlook writes one.
    assume(not any(x.address.lower().startswith("/o=") for x in recipients))
    assert parse_recipients(format_recipients(recipients)) == recipients


@given(st.text(st.characters(), max_size=60))
def test_no_text_at_all_makes_the_reader_fail(text: str) -> None:
    for recipient in parse_recipients(text):
        assert recipient.address == recipient.address.strip()
        assert "\n" not in recipient.address + recipient.name
        (recipient.address + recipient.name).encode("utf-8")


@pytest.mark.parametrize(
    "piece",
    ['"', "<", "(", "[", '\\"', '<"', '("', "[ex:", "mailto:", "Team:", "@", "'", "“", "a (", "“a", '" "', "(((a@x)"],
)
def test_hostile_input_is_read_in_full(piece: str) -> None:
    """The time it takes is measured in the bench; here it has to end, and to lose nothing visible."""
    text = piece * 20_000
    out = "".join(x.address + x.name for x in parse_recipients(text))
    if not piece.startswith("mailto"):
        assert _visible(text) - _visible(out) == Counter()


@pytest.mark.parametrize(("opening", "closing"), [("'", "'"), ("[", "]"), ("(", ")"), ("<", ">"), ('"', '"')])
def test_an_address_within_thousands_of_brackets_is_still_there(opening: str, closing: str) -> None:
    out = parse_recipients(opening * 20_000 + "jane@example.com" + closing * 20_000)
    assert any("jane@example.com" in recipient.address for recipient in out)
