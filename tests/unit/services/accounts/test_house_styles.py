"""How messages look: what the person chose for an account, under what is locked and over what is set for all."""

from __future__ import annotations

from functools import partial

import pytest

from app.domain.house_style import HouseStyle
from app.domain.presets import Presets, read_presets
from app.services.accounts.house_styles import ChosenStyle, HouseStyles
from app.services.accounts.preset_settings import PresetSettings
from tests.fakes.scene import ACCOUNT, ANNA, CLARA
from tests.fakes.settings import FakeSettings

PRESETS = '[settings]\nfont = "Georgia"\nfont_size = 10.5\nfont_color = "#1f3864"\noutlook_heads = false\n'


async def styles(settings: FakeSettings, presets: str = "") -> HouseStyles:
    over = PresetSettings(settings)
    over.presets = read_presets(presets) if presets else Presets()
    assert over.presets.faults == ()
    made = HouseStyles(over)
    made.is_locked = over.is_locked
    await made.load()
    return made


async def test_each_account_has_its_own_and_it_is_there_at_the_next_start() -> None:
    settings = FakeSettings([ACCOUNT])
    made = await styles(settings)
    assert made.style(ANNA) == HouseStyle()
    await made.keep(ANNA, ChosenStyle("Verdana", 12.0, "#c00000", "never"))
    again = await styles(settings)
    assert again.style(ANNA) == HouseStyle("Verdana", 12.0, "#c00000")
    assert again.style(CLARA) == HouseStyle()
    assert (again.outlook_heads(ANNA), again.outlook_heads(CLARA)) == (False, None)
    await again.forget(ANNA)
    assert (await styles(settings)).style(ANNA) == HouseStyle()


async def test_what_an_administrator_set_is_where_one_begins_and_what_is_locked_stays() -> None:
    settings = FakeSettings([ACCOUNT])
    made = await styles(settings, PRESETS)
    assert made.style(ANNA) == HouseStyle("Georgia", 10.5, "#1f3864")
    await made.keep(ANNA, ChosenStyle("Verdana", 12.0, "", "yes"))
    assert made.style(ANNA) == HouseStyle("Verdana", 12.0, "")
    assert made.outlook_heads(ANNA) is True
    locked = await styles(settings, PRESETS + "locked = true")
    assert locked.style(ANNA) == HouseStyle("Georgia", 10.5, "#1f3864")
    assert locked.outlook_heads(ANNA) is None


async def test_the_head_of_an_account_is_its_own_else_that_of_all_and_never_another_than_is_locked() -> None:
    settings = FakeSettings([ACCOUNT])
    made, locked = await styles(settings), await styles(settings, PRESETS + "locked = true")
    for of_all in (True, False):
        made.heads_of_all = locked.heads_of_all = partial(bool, of_all)
        assert made.has_heads(ChosenStyle(heads="yes")) is True
        assert made.has_heads(ChosenStyle(heads="never")) is False
        assert made.has_heads(ChosenStyle()) is of_all
        assert locked.has_heads(ChosenStyle(heads="yes")) is of_all


async def test_whether_text_has_a_colour_in_any_account() -> None:
    settings = FakeSettings([ACCOUNT])
    made = await styles(settings)
    assert not made.any_color()
    await made.keep(CLARA, ChosenStyle(color="#1f3864"))
    assert made.any_color()
    await made.forget(CLARA)
    assert not made.any_color()
    assert (await styles(settings, PRESETS)).any_color()


@pytest.mark.parametrize("kept", ["no JSON", '{"anna": {"font": 3}}', '{"anna": {"font": "a;b", "size": 900}}'])
async def test_what_was_kept_wrong_is_what_was_never_chosen(kept: str) -> None:
    settings = FakeSettings([ACCOUNT])
    await settings.keep_setting("house_styles", kept)
    assert (await styles(settings)).style(ANNA) == HouseStyle()


@pytest.mark.parametrize(
    "line", ['font = "a;b"', "font = 3", "font_size = 99", "font_size = true", 'font_color = "red"', "font_color = 1"]
)
def test_a_style_that_cannot_be_is_told_and_does_not_count(line: str) -> None:
    presets = read_presets(f"[settings]\n{line}\nlocked = true")
    assert len(presets.faults) == 1
    assert line.partition(" ")[0] in presets.faults[0]
    assert not presets.settings
