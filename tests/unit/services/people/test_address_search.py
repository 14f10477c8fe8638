"""Finding people: by the start of any part of a name or address, with a slip of a key, the likeliest first."""

from __future__ import annotations

import pytest

from app.domain.recipient import Recipient
from app.services.people.address_search import AddressIndex, is_begun_by, one_slip_away

PEOPLE = (
    Recipient("clara.fontaine@contoso.com", "Clara Fontaine"),
    Recipient("j.okafor@fabrikam.com", "Okafor, James"),
    Recipient("henrik.mueller@contoso.com", "Henrik Müller"),
    Recipient("zoë@bücher.example", "Zoë Łukasiewicz"),
    Recipient("ivan@почта.рф", "Иван Петров"),
    Recipient("sales@contoso.com"),
)


def index(*heats: float) -> AddressIndex:
    made = AddressIndex()
    made.fill({n: (one, heats[n] if n < len(heats) else 0.0) for n, one in enumerate(PEOPLE)})
    return made


def found(text: str, limit: int = 8) -> list[str]:
    return [PEOPLE[number].address.partition("@")[0] for number in index().find(text, limit)]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("cl", "clara.fontaine"),
        ("FONT", "clara.fontaine"),
        ("clara.f", "clara.fontaine"),
        ("clara.fontaine@con", "clara.fontaine"),
        ("fontaine cl", "clara.fontaine"),
        ("Okafor, J", "j.okafor"),
        ("james", "j.okafor"),
        ("fabri", "j.okafor"),
        ("@fabrikam.c", "j.okafor"),
        ("muller", "henrik.mueller"),
        ("Müller", "henrik.mueller"),
        ("lukas", "zoë"),
        ("zoe", "zoë"),
        ("bucher", "zoë"),
        ("петр", "ivan"),
        ('"Zoë', "zoë"),
    ],
)
def test_any_part_of_a_name_or_address_is_enough(text: str, who: str) -> None:
    assert found(text)[0] == who


@pytest.mark.parametrize("text", ["xlara", "calra", "clra", "cllara", "clara fonatine", "cla fontiane"])
def test_one_slip_of_a_key_in_a_word_is_forgiven(text: str) -> None:
    assert found(text) == ["clara.fontaine"]


@pytest.mark.parametrize("text", ["", "  ", ",;", "zq", "xq", "clara okafor", "lcxra", "ontaine@contoso"])
def test_what_is_nobodys_start_finds_nobody(text: str) -> None:
    assert found(text) == []


def test_those_at_a_domain_come_after_those_with_the_name() -> None:
    made = index(0.0, 0.0, 0.0, 0.0, 0.0, 9.0)
    made.put(6, Recipient("constance@example.org", "Constance Bell"), 1.0)
    assert made.find("con", 8)[:2] == [6, 5]


def test_the_hottest_come_first_and_no_more_than_asked_for() -> None:
    made = index(1.0, 0.0, 3.0, 0.0, 0.0, 2.0)
    assert made.find("contoso", 2) == [2, 5]
    made.warm(0, 4.0)
    assert made.find("contoso", 2) == [0, 2]


def test_who_was_removed_is_not_found_and_who_was_put_is() -> None:
    made = index()
    made.remove(0, PEOPLE[0])
    assert made.find("clara", 8) == []
    made.put(0, PEOPLE[0], 0.0)
    assert made.find("clara", 8) == [0]


def test_words_that_are_one_slip_away_are_all_there() -> None:
    away = set(one_slip_away("abc", "abcx"))
    assert {"bc", "ac", "ab", "bac", "acb", "xbc", "axc", "abx", "xabc", "axbc", "abxc"} <= away
    assert all(word.startswith("a") for word in one_slip_away("abc", "x", first=1))


def test_who_types_on_after_nobody_was_found_is_answered_at_once_until_somebody_comes() -> None:
    made = index()
    assert made.find("zacharias", 8) == []
    assert made.find("zacharias b", 8) == []
    made.put(6, Recipient("zacharias@example.org", "Zacharias Blum"), 0.0)
    assert made.find("zacharias b", 8) == [6]
    assert made.find("zaqq", 8) == []
    assert made.find("za", 8) == [6]


@pytest.mark.parametrize("text", ["hen", "MUL", "muell", "Müll", "mü he", "henrik.m", "Henrik <hen", "h"])
def test_the_start_of_any_word_of_the_name_and_of_the_address_begins_somebody(text: str) -> None:
    assert is_begun_by(PEOPLE[2], text)


@pytest.mark.parametrize("text", ["", " ", "nrik", "henirk", "contoso", "mueller@", "@contoso", "henrik x", "hen con"])
def test_a_slip_a_domain_and_what_stands_within_begin_nobody(text: str) -> None:
    assert not is_begun_by(PEOPLE[2], text)


def test_a_name_that_is_the_address_again_begins_with_no_domain() -> None:
    tomas = Recipient("tomas@northwind.example", "tomas@northwind.example")
    assert is_begun_by(tomas, "tom")
    assert not is_begun_by(tomas, "north")


def test_names_with_an_apostrophe_or_a_hyphen_begin_with_each_part_and_as_a_whole() -> None:
    liam = Recipient("l@x.example", "Liam O'Brien-Smith")
    assert all(is_begun_by(liam, text) for text in ("o'b", "brien", "smi", "o'brien-s", "liam o'br"))
