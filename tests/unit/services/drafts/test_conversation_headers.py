"""A message's place in a conversation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.drafts.reply_forward import child_index, references_of, topic_of

# The specification gives no worked child: its parts are held to the definition ([MS-OXOMSG] 2.2.1.3).
HEAD = bytes([1]) + bytes.fromhex("c5c4e2b8f1") + bytes(range(16))
BEGAN = (int.from_bytes(HEAD[:6], "big") << 16) / 10_000_000 - 11_644_473_600


@pytest.mark.parametrize(
    ("subject", "topic"),
    [
        ("Prices", "Prices"),
        ("RE: Prices", "Prices"),
        ("Re: AW: Fwd: WG: Prices", "Prices"),
        ("RE[2]: Prices", "Prices"),
        ("TR : Prices", "Prices"),
        ("Regarding: Prices", "Regarding: Prices"),
        ("RE:", "RE:"),
        ("", ""),
    ],
)
def test_the_topic_is_the_subject_without_what_programs_put_before_it(subject: str, topic: str) -> None:
    assert topic_of(subject) == topic


def test_references_grow_by_the_message_that_is_followed() -> None:
    assert references_of("<1@x> <2@x>", "<2@x>", "<3@x>") == "<1@x> <2@x> <3@x>"
    assert references_of("", "", "<3@x>") == "<3@x>"
    assert references_of("<3@x>", "", "<3@x>") == "<3@x>"
    assert references_of("<1@x>", "", "") == "<1@x>"


def test_a_parent_without_references_is_known_by_the_one_message_that_it_answers() -> None:
    assert references_of("", "<1@x>", "<2@x>") == "<1@x> <2@x>"
    assert references_of("", "<0@x> <1@x>", "<2@x>") == "<2@x>", "RFC 5322, 3.6.4: of several it is not said which"


def test_the_whole_chain_stays() -> None:
    chain = [f"<{n}@x>" for n in range(150)]
    assert references_of(" ".join(chain), "", "<new@x>").split() == [*chain, "<new@x>"]


@pytest.mark.parametrize("size", [1, 400])
def test_references_keep_the_first_and_the_last_where_there_are_too_many(size: int) -> None:
    chain = [f"<{n}{'a' * size}@x>" for n in range(2000)]
    text = references_of(" ".join(chain), "", "<new@x>")
    found = text.split()
    assert len(text) <= 16_000
    assert len(found) <= 200
    assert (found[0], found[-2:]) == (chain[0], [chain[-1], "<new@x>"])
    assert len(found) > 30


def test_what_no_line_of_a_header_could_hold_is_left_out() -> None:
    assert references_of(f"<1@x> <{'a' * 1000}@x>", "", "<2@x>") == "<1@x> <2@x>"


def test_a_child_of_the_same_year_has_its_time_in_steps_of_two_to_the_eighteenth() -> None:
    child = child_index(HEAD, BEGAN + 3600, 0xAB)
    assert child[:22] == HEAD
    delta = int.from_bytes(child[22:26], "big")
    assert delta >> 31 == 0
    assert delta * 2**18 / 10_000_000 == pytest.approx(3600, abs=0.03)
    assert child[26] == 0xAB


def test_a_child_of_years_later_has_its_time_in_larger_steps() -> None:
    child = child_index(HEAD, BEGAN + 3 * 365 * 86400, 1)
    delta = int.from_bytes(child[22:26], "big")
    assert delta >> 31 == 1
    assert (delta & 0x7FFFFFFF) * 2**23 / 10_000_000 == pytest.approx(3 * 365 * 86400, abs=1)


@pytest.mark.parametrize("parent", [b"", b"\x01" * 21, HEAD + b"1234"])
def test_what_is_no_index_has_no_child(parent: bytes) -> None:
    assert child_index(parent, BEGAN, 1) == b""


def test_a_child_of_a_full_index_stays_in_the_conversation() -> None:
    child = child_index(HEAD + b"12345" * 100, BEGAN, 1)
    assert (child[:22], len(child)) == (HEAD, 27)


@given(st.binary(min_size=22, max_size=22), st.floats(0, 4e9), st.integers(0, 255))
def test_any_index_has_a_child_of_five_bytes_more(parent: bytes, now: float, chance: int) -> None:
    assert len(child_index(parent, now, chance)) == 27
