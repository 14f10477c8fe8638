"""Only what proves it lets a message be called sent, or not sent."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.listing import Folder
from app.domain.message import ItemRef
from app.domain.proof import is_draft, proves_sent, proves_unsent
from app.domain.server_traits import BY_THE_BOOK, ServerTraits

TRIED = ItemRef("tried", "1")
COPY = ItemRef("copy", "1")
NOT_KNOWN = ServerTraits()
UNMARKED = ServerTraits(is_draft_told=False)


@pytest.mark.parametrize("traits", [NOT_KNOWN, UNMARKED])
@pytest.mark.parametrize("flag", [True, False])
def test_in_drafts_the_folder_decides_and_not_the_flag(traits: ServerTraits, flag: bool) -> None:
    assert is_draft(Folder.DRAFTS, flag, traits)
    assert not proves_sent(Folder.DRAFTS, flag, COPY, TRIED, traits)


def test_a_server_that_marks_drafts_is_believed_that_an_item_in_drafts_is_none() -> None:
    assert is_draft(Folder.DRAFTS, True, BY_THE_BOOK)
    assert not is_draft(Folder.DRAFTS, False, BY_THE_BOOK)
    assert proves_sent(Folder.DRAFTS, False, TRIED, TRIED, BY_THE_BOOK)


@pytest.mark.parametrize("traits", [NOT_KNOWN, UNMARKED, BY_THE_BOOK])
def test_a_copy_in_sent_proves_it_and_what_rests_in_the_outbox_does_not(traits: ServerTraits) -> None:
    assert proves_sent(Folder.SENT, False, COPY, TRIED, traits)
    assert not proves_sent(Folder.SENT, True, COPY, TRIED, traits)
    assert not proves_sent(Folder.OUTBOX, False, COPY, TRIED, traits)


@pytest.mark.parametrize(("traits", "proves"), [(NOT_KNOWN, False), (UNMARKED, False), (BY_THE_BOOK, True)])
def test_the_item_that_was_to_be_sent_proves_nothing_where_drafts_are_not_marked(
    traits: ServerTraits, proves: bool
) -> None:
    assert proves_sent(Folder.SENT, False, TRIED, TRIED, traits) is proves


@pytest.mark.parametrize("trait", ["stale_sends_refused", "send_takes_draft_away"])
@pytest.mark.parametrize("seen", [False, None])
def test_a_draft_that_stays_proves_nothing_where_one_of_two_things_was_not_seen(trait: str, seen: bool | None) -> None:
    assert proves_unsent(BY_THE_BOOK)
    assert not proves_unsent(msgspec.structs.replace(BY_THE_BOOK, **{trait: seen}))
