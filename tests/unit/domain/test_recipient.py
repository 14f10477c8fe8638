"""Which addresses are refused, and in which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.address_parser import address_problem, recipient_problem
from app.domain.recipient import Recipient


@pytest.mark.parametrize(
    "address",
    [
        "jane@example.com",
        "a@localhost",
        "root@mail_1.intranet",
        "o'neil+tag@x.co",
        '"john doe"@x',
        '"a@b"@x',
        "a@[192.0.2.1]",
        "a@[IPv6:2001:db8::1]",
        "müller@bücher.example",
        "李@例え.jp",
        "a@xn--bcher-kva.example",
        "a@" + "b" * 63 + ".example",
        "x" * 64 + "@example.com",
    ],
)
def test_an_address_that_a_server_can_take_has_no_problem(address: str) -> None:
    assert address_problem(address) is None


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("jon", "“jon” is not a complete address."),
        ("jon@", "“jon@” is not a complete address."),
        ("@x", "“@x” is not a complete address."),
        ('"jon"x', '“"jon"x” is not a complete address.'),
        ("", "This recipient has no address."),
        (" ", "This recipient has no address."),
        ("jane doe@x", "“jane doe@x” has a space in it."),
        ("a,b@x", "“a,b@x” has a character that an address cannot have: ,"),
        ("a@b@c", "“a@b@c” has a character that an address cannot have: @"),
        ("a..b@x", "“a..b@x” has a full stop too many."),
        (".a@x", "“.a@x” has a full stop too many."),
        ("a@x..y", "“x..y” cannot be the name of a mail server."),
        ("a@x.", "“x.” cannot be the name of a mail server."),
        ("a@-x.com", "“-x.com” cannot be the name of a mail server."),
        ("a@x y", "“x y” cannot be the name of a mail server."),
        ("a@192.0.2.1", "“192.0.2.1” cannot be the name of a mail server."),
        ("a@[192.0.2]", "“[192.0.2]” cannot be the name of a mail server."),
        ("a@[IPv6:zz]", "“[IPv6:zz]” cannot be the name of a mail server."),
        ("a@→.example", "“→.example” cannot be the name of a mail server."),
        ("a@x.com>", "“x.com>” cannot be the name of a mail server."),
        ("ja\u200bne@x", "“ja\u200bne@x” has an invisible character in it."),
    ],
)
def test_an_address_that_cannot_be_gets_its_sentence(address: str, sentence: str) -> None:
    assert address_problem(address) == sentence


def test_an_address_that_is_too_long_is_shown_shortened() -> None:
    assert address_problem("x" * 300 + "@y") == "“" + "x" * 59 + "…” is longer than an address can be."
    assert address_problem("x" * 65 + "@y") == "“" + "x" * 59 + "…” is longer than the part before the @ can be."
    assert "cannot be the name" in str(address_problem("a@" + "b" * 64))


def test_an_address_of_the_directory_is_the_directorys_to_judge() -> None:
    assert recipient_problem(Recipient("/o=Org/cn=jane", routing="EX")) is None
    assert recipient_problem(Recipient("/o=Org/cn=jane")) is not None


@given(st.text(st.characters(), max_size=80))
def test_judging_never_fails(address: str) -> None:
    problem = address_problem(address)
    assert problem is None or problem
    if "@" not in address:
        assert problem is not None
