"""Ids, text, containment, query strings and conversations by themselves."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.conversation import reply_index, topic_of
from app.sandbox.error_words import ENGLISH, FRENCH
from app.sandbox.errors import EwsError
from app.sandbox.ids import ITEM, Ids, ObjectId
from app.sandbox.search import read_query
from app.sandbox.sending import is_address
from app.sandbox.text import as_html, contains, plain_text

IDS = Ids(b"secret of a test")


@given(st.integers(0, 255), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1))
def test_an_id_is_read_as_it_was_written(kind: int, mailbox: int, number: int, attachment: int) -> None:
    named = ObjectId(kind, mailbox, number, attachment)
    written = IDS.write(named)
    assert len(written) == 140
    assert IDS.read_id(written) == named


@given(st.binary(max_size=200))
def test_what_was_not_given_out_is_malformed(raw: bytes) -> None:
    with pytest.raises(EwsError) as refused:
        IDS.read_id(base64.b64encode(raw).decode() or "x")
    assert refused.value.code == "ErrorInvalidIdMalformed"


def test_an_id_of_another_store_is_malformed() -> None:
    other = Ids(b"another").write(ObjectId(ITEM, 1, 1))
    with pytest.raises(EwsError, match="ErrorInvalidIdMalformed"):
        IDS.read_id(other)


@given(st.integers(0, 2**48 - 1))
def test_a_change_key_is_read_as_it_was_written(change: int) -> None:
    assert IDS.read_change_key(IDS.write_change_key(change)) == change


def test_a_sync_state_that_was_touched_is_refused() -> None:
    state = IDS.write_state(4, 7, 9)
    assert IDS.read_state(state, 3) == (4, 7, 9)
    for broken in (state[:-4] + "AAA=", "", "nonsense", IDS.write_state(4, 7)):
        with pytest.raises(EwsError, match="ErrorInvalidSyncStateData"):
            IDS.read_state(broken, 3)


@pytest.mark.parametrize(
    ("value", "needle", "mode", "comparison", "found"),
    [
        ("Kick-off Tuesday", "kick", "Prefixed", "IgnoreCase", True),
        ("Kick-off Tuesday", "kick", "Prefixed", "Exact", False),
        ("Kick-off Tuesday", "Tue", "PrefixOnWords", "Exact", True),
        ("Kick-off Tuesday", "ues", "PrefixOnWords", "Exact", False),
        ("Kick-off Tuesday", "Tue", "ExactPhrase", "Exact", False),
        ("déjeuner", "DEJ", "Substring", "IgnoreCaseAndNonSpacingCharacters", True),
        ("déjeuner", "dej", "Substring", "IgnoreCase", False),
        ("all", "all", "FullString", "Exact", True),
        (None, "", "Substring", "Exact", False),
    ],
)
def test_containment_is_as_it_was_told(value: object, needle: str, mode: str, comparison: str, found: bool) -> None:
    assert contains(value, needle, mode, comparison) is found


def test_html_becomes_text_without_what_is_not_shown() -> None:
    page = "<html><head><title>T</title><style>p{}</style></head><body><p>One&nbsp;&amp;\n two</p><ul><li>a<li>b</ul>"
    assert plain_text("HTML", page).split() == ["One", "&", "two", "*", "a", "*", "b"]
    assert "&lt;b&gt;" in as_html("Text", "<b>")
    assert as_html("HTML", "<b>") == "<b>"


@given(st.text(max_size=60))
def test_any_query_string_becomes_sql_with_a_mark_for_each_value(text: str) -> None:
    condition = read_query(text)
    assert condition.sql.count("?") == len(condition.values)


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("a@b.example", True),
        ("clara.fontaine@contoso.com", True),
        ("zoë@contoso.com", True),
        ("a@localhost", True),
        ("a@@b", False),
        ("a b@c.example", False),
        ("a@b..c", False),
        ("nobody", False),
        ("", False),
        (None, False),
        ("a" * 65 + "@b.example", False),
    ],
)
def test_addresses_are_told_from_what_is_none(address: str | None, right: bool) -> None:
    assert is_address(address) is right


def test_a_topic_is_a_subject_without_its_prefixes() -> None:
    assert topic_of("RE: Fwd: AW: Plan") == "Plan"
    assert topic_of("Regarding: Plan") == "Regarding: Plan"


def test_an_answer_lengthens_the_index_by_five_bytes() -> None:
    index = bytes([1]) + bytes(21)
    answer = reply_index(index)
    assert answer is not None
    assert answer[:22] == index
    assert len(answer) == 27
    assert reply_index(None) is None


def test_french_has_words_for_all_that_english_has() -> None:
    assert set(FRENCH) == set(ENGLISH)
