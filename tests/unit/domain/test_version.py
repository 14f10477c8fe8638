"""Which versions of a draft stay: all of the last hour, then one of each hour, then one of each day, never too many."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.attachment import Attached
from app.domain.edits import BodyReplaced, Edit, ImportanceSet, RecipientSplice, TextSplice
from app.domain.message import BodyFormat, Content, Field, Importance, Options
from app.domain.recipient import Recipient
from app.domain.version import FEW, MOST, MOST_BYTES, MUCH, Stored, brought_back, taken_away, to_forget, version_of

HOUR, DAY = 3600.0, 24 * 3600.0
NOW = 1000 * DAY + 0.5 * HOUR
BEN = Recipient("ben@example.org", "Ben")


def stay(ages: list[float], size: int = 100) -> list[float]:
    """Return the ages (seconds, oldest first) of those that stay."""
    versions = [Stored(number, NOW - age, size) for number, age in enumerate(ages, 1)]
    gone = set(to_forget(versions, NOW))
    return [age for number, age in enumerate(ages, 1) if number not in gone]


def test_all_of_the_last_hour_stay() -> None:
    ages = [60.0 * minute for minute in range(45, 0, -1)]
    assert stay(ages) == ages


def test_of_the_last_day_the_newest_of_each_hour_stays() -> None:
    # NOW is half past an hour: these lie at 5, 20 and 35 minutes past, and at 10 past the hour after.
    ages = [5 * HOUR + 25 * 60, 5 * HOUR + 10 * 60, 4 * HOUR + 55 * 60, 4 * HOUR + 20 * 60, 60.0]
    assert stay(ages) == [4 * HOUR + 55 * 60, 4 * HOUR + 20 * 60, 60.0]


def test_of_older_ones_the_newest_of_each_day_stays() -> None:
    ages = [3 * DAY + 3 * HOUR, 3 * DAY - 5 * HOUR, 3 * DAY - 20 * HOUR, 2 * DAY - 2 * HOUR, 10.0]
    assert stay(ages) == [3 * DAY + 3 * HOUR, 3 * DAY - 20 * HOUR, 2 * DAY - 2 * HOUR, 10.0]


def test_of_too_many_the_most_crowded_go_and_the_oldest_and_the_newest_stay() -> None:
    ages = [3000.0, *(600.0 - number for number in range(MOST)), 1.0]
    kept = stay(ages)
    assert len(kept) == MOST
    assert kept[0] == 3000.0
    assert kept[-1] == 1.0


def test_of_too_much_some_go_and_the_newest_always_stays() -> None:
    kept = stay([40.0, 30.0, 20.0, 10.0], MOST_BYTES // 3)
    assert len(kept) == 3
    assert kept[-1] == 10.0
    assert stay([20.0, 10.0], MOST_BYTES + 1) == [10.0]


def test_a_clock_that_was_set_back_loses_nothing_of_the_last_hour() -> None:
    assert stay([-500.0, 100.0]) == [-500.0, 100.0]


@pytest.mark.parametrize(
    ("edit", "at_least", "at_most"),
    [
        (TextSplice(Field.BODY, 0, 7, "words"), 7, 7),
        (TextSplice(Field.BODY, 0, 0, "words"), 0, 0),
        (BodyReplaced("", BodyFormat.TEXT), MUCH, 10**9),
        (RecipientSplice(Field.TO, 0, 1, ()), FEW + 1, MUCH - 1),
        (RecipientSplice(Field.TO, 0, 0, (BEN,)), 0, 0),
        (ImportanceSet(Importance.HIGH), 0, 0),
    ],
)
def test_what_an_edit_takes_away(edit: Edit, at_least: int, at_most: int) -> None:
    assert at_least <= taken_away(edit) <= at_most


def test_a_version_names_its_attachments_and_has_none_and_brings_back_words_alone() -> None:
    then = Content(
        sender=BEN,
        to=(BEN,),
        subject="Then",
        body="Old words",
        options=Options(deferred=5.0),
        attachments=(Attached("k", "offer.pdf", 10), Attached("p", "picture.png", 10, content_id="cid1")),
    )
    version = version_of(then)
    assert version.attached == ("offer.pdf",)
    assert version.content == Content(to=(BEN,), subject="Then", body="Old words")
    assert version.pictures == (), "the text shows none of them"
    shown = msgspec.structs.replace(then, body='<img src="cid:cid1">')
    assert version_of(shown).pictures == ("cid1",)
    now = Content(subject="Now", body="New", options=Options(deferred=9.0), attachments=(Attached("n", "new.pdf", 1),))
    back = brought_back(version.content, now)
    assert (back.to, back.subject, back.body) == ((BEN,), "Then", "Old words")
    assert (back.options, back.attachments, back.sender) == (now.options, now.attachments, None)
