"""Categories are offered as they were used, and survive the program."""

from __future__ import annotations

import pytest

from app.domain.errors import StorageError
from app.services.accounts.mailbox_discovery import UsedCategories, read_categories
from tests.fakes.settings import FakeSettings


async def test_what_was_used_last_is_offered_first_and_after_a_restart_too() -> None:
    settings = FakeSettings()
    used = UsedCategories(settings)
    await used.use(("Blue", "Budget"))
    await used.use(("Board",))
    assert used.known == ("Board", "Blue", "Budget")
    later = UsedCategories(settings)
    await later.load()
    assert later.known == used.known
    assert later.completion("b") == "oard"
    assert later.completion("bu") == "dget"


@pytest.mark.parametrize(
    ("begun", "rest"), [("", ""), ("  ", ""), ("x", ""), ("Blue", ""), ("bl", "ue"), (" bl", "ue")]
)
async def test_a_name_is_completed_whatever_its_case(begun: str, rest: str) -> None:
    used = UsedCategories(FakeSettings())
    await used.use(("Blue",))
    assert used.completion(begun) == rest


async def test_what_the_server_offers_stands_behind_what_was_used_and_is_not_kept_as_used() -> None:
    settings = FakeSettings()
    used = UsedCategories(settings)
    used.offer(("Board", "blue", "Press"))
    await used.use(("Blue",))
    assert used.known == ("Blue", "Board", "Press")
    assert used.completion("p") == "ress"
    later = UsedCategories(settings)
    await later.load()
    assert later.known == ("Blue",)


async def test_a_known_name_is_written_as_it_is_known() -> None:
    used = UsedCategories(FakeSettings())
    used.offer(("Trade fair", "Press"))
    await used.use(("trade FAIR",))
    assert used.spelt(("TRADE fair", "press", "new One")) == ("trade FAIR", "Press", "new One")


async def test_what_cannot_be_read_or_kept_keeps_nobody_from_writing() -> None:
    settings = FakeSettings()
    settings.preferences["categories"] = "{not json"
    used = UsedCategories(settings)
    await used.load()
    settings.trouble = StorageError("the disk is full")
    await used.use(("Blue",))
    assert used.known == ("Blue",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        (" , ;", ()),
        ("Blue", ("Blue",)),
        ("Blue, red ;Grün  Team", ("Blue", "red", "Grün Team")),
        ("Blue, blue, BLUE", ("Blue",)),
    ],
)
def test_a_list_is_read_name_by_name(text: str, names: tuple[str, ...]) -> None:
    assert read_categories(text) == names
