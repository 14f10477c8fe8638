"""What a row of a list shows of its message."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.errors import ServerWords
from app.domain.message import AccountId, LocalId
from app.domain.outcome import Outcome, Verdict
from app.domain.record import Record
from app.domain.state import State
from app.services.records.rows import ListRow
from app.ui.message_list.session import ListSession

NOW = 1_795_000_000.0
ANNA = AccountId("anna")


def session() -> ListSession:
    """Return a list without a folder."""
    return ListSession(lambda _work, _name: pytest.fail("nothing is to be fetched"), lambda: NOW)


def too_large(size: int) -> ListRow:
    """Return the row of a message that was refused for its size, in bytes."""
    refused = Outcome(Verdict.REFUSED, words=ServerWords("Error", "ErrorMessageSizeExceeded", "No."), at=NOW)
    record = Record(LocalId("1" * 32), ANNA, "<1@contoso.com>", state=State.NEEDS_ATTENTION, send_outcome=refused)
    return ListRow("1", ANNA, record=record, size=size)


@pytest.mark.parametrize(
    ("size", "words"), [(1_500_000, "1.5 MB"), (1_000_000, "1 MB"), (999_500, "1 MB"), (250_499, "250 KB")]
)
def test_a_row_and_the_sentence_under_it_name_one_size(size: int, words: str) -> None:
    face = session().face(too_large(size))
    assert face.size == words
    assert face.line == f"This message ({words}) is larger than your server accepts."


@pytest.mark.parametrize(("size", "words"), [(99_999, ""), (100_000, "100 KB")])
def test_a_row_shows_only_a_size_that_matters(size: int, words: str) -> None:
    assert session().face(msgspec.structs.replace(too_large(size), record=None)).size == words
