"""How a server departs is said for what was seen of it, and for nothing else."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.server_traits import BY_THE_BOOK, ServerTraits
from app.services.text.server_text import departures_of

TRAITS = [name for name in msgspec.structs.asdict(BY_THE_BOOK) if name not in {"asked_at", "version"}]


@pytest.mark.parametrize("traits", [ServerTraits(), BY_THE_BOOK])
def test_of_what_is_not_known_and_of_what_is_as_it_should_be_nothing_is_said(traits: ServerTraits) -> None:
    assert departures_of(traits) == ()


@pytest.mark.parametrize("trait", TRAITS)
def test_each_departure_has_a_sentence_of_its_own(trait: str) -> None:
    (words,) = departures_of(msgspec.structs.replace(BY_THE_BOOK, **{trait: False}))
    assert words.startswith("This server ")
    assert len(departures_of(msgspec.structs.replace(BY_THE_BOOK, **dict.fromkeys(TRAITS, False)))) == len(TRAITS)
