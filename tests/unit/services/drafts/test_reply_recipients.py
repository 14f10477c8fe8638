"""Whom an answer goes to: Reply-To, lists, oneself left out, nobody twice."""

from __future__ import annotations

import pytest

from app.domain.message import Content, Fetched, Header, ItemRef, Options
from app.domain.recipient import Recipient
from app.services.drafts.reply_recipients import list_of, to_all, to_writer

ANNA, BEN, CLARA, DAN = (Recipient(f"{name}@example.org", name.title()) for name in ("anna", "ben", "clara", "dan"))
SALES = Recipient("Sales@example.org", "Sales")
LIST = Recipient("talk@lists.example.org")
OWN = frozenset({"anna@example.org", "sales@example.org"})


def received(**changes: object) -> Fetched:
    """Return a message that came from Ben to Anna and Clara, with Dan in Cc."""
    item = {"sender": BEN, "to": (ANNA, CLARA), "cc": (DAN,), **changes}
    fetched = {name: item.pop(name) for name in ("headers", "received_by") if name in item}
    return Fetched(ItemRef("1"), Content(**item), is_draft=False, **fetched)  # type: ignore[arg-type]  # they are fields


def answering(*people: Recipient) -> Options:
    return Options(reply_to=people)


def test_an_answer_goes_to_the_writer_and_one_to_all_to_the_others_too() -> None:
    assert to_writer(received(), OWN) == ((BEN,), ())
    assert to_all(received(), OWN) == ((BEN, CLARA), (DAN,))


def test_reply_to_says_whom_to_answer_in_place_of_from() -> None:
    desk = Recipient("desk@example.org", "Desk")
    item = received(options=answering(desk, CLARA))
    assert to_writer(item, OWN) == ((desk, CLARA), ())
    assert to_all(item, OWN) == ((desk, CLARA), (DAN,))


def test_an_empty_reply_to_says_nothing() -> None:
    assert to_writer(received(options=answering(Recipient("", "Nobody"))), OWN) == ((BEN,), ())


def test_none_of_ones_own_mailboxes_is_answered_however_it_is_written() -> None:
    item = received(to=(Recipient("ANNA@Example.org"), SALES, CLARA), cc=(Recipient("sales@example.org"), DAN))
    assert to_all(item, OWN) == ((BEN, CLARA), (DAN,))


def test_the_address_under_which_the_server_received_it_is_ones_own() -> None:
    alias = Recipient("a.lind@example.org")
    assert to_all(received(to=(alias, CLARA), received_by=alias), OWN) == ((BEN, CLARA), (DAN,))


def test_nobody_stands_twice() -> None:
    item = received(to=(CLARA, BEN, CLARA), cc=(DAN, CLARA, BEN, DAN))
    assert to_all(item, OWN) == ((BEN, CLARA), (DAN,))


def test_what_one_wrote_oneself_goes_on_to_those_it_went_to() -> None:
    for sender in (None, ANNA, SALES):
        item = received(sender=sender, to=(CLARA,), bcc=(BEN,), options=answering(Recipient("desk@example.org")))
        assert to_writer(item, OWN) == ((CLARA,), ())
        assert to_all(item, OWN) == ((CLARA,), (DAN,)), "those in Bcc stay hidden"


def test_a_message_to_oneself_alone_is_answered_to_oneself() -> None:
    item = received(sender=None, to=(ANNA,), cc=())
    assert to_writer(item, OWN) == to_all(item, OWN) == ((ANNA,), ())
    assert to_all(received(sender=None, to=(ANNA,), cc=(DAN,)), OWN) == ((), (DAN,))


@pytest.mark.parametrize("to", [(LIST, ANNA), (ANNA,)])
def test_an_answer_to_all_goes_to_the_list_once(to: tuple[Recipient, ...]) -> None:
    item = received(to=to, cc=(), headers=(Header("List-Post", f"<mailto:{LIST.address}>"),))
    assert [one.address for one in to_all(item, OWN).to] == [BEN.address, LIST.address]
    assert to_writer(item, OWN) == ((BEN,), ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<mailto:talk@lists.example.org>", ["talk@lists.example.org"]),
        (
            "<https://lists.example.org/post>, <mailto:talk@lists.example.org?subject=x&bcc=eve@example.org>",
            [LIST.address],
        ),
        ("NO (posting not allowed on this list)", []),
        ("<mailto:>", []),
        ("<mailto:not an address>", []),
        ("<mailto:nobody>", []),
        ("<javascript:alert(1)>", []),
        ("<" * 100_000, []),
        ("", []),
    ],
)
def test_a_list_is_named_by_its_list_post_alone(value: str, expected: list[str]) -> None:
    assert [one.address for one in list_of((Header("X", "y"), Header("list-post", value)))] == expected
