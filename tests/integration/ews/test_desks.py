"""What the lists ask of a server: any folder, what a query finds in it, what a row shows, and letters as files."""

from __future__ import annotations

import email
import email.policy
from datetime import date
from pathlib import Path

import pytest

from app.backends.ews.backend import EwsBackend
from app.domain.errors import BadInput
from app.domain.listing import Folder, Place
from app.domain.message import Content, DraftUpdate, Field, ItemRef
from app.domain.options import FlagStatus, FollowUp, Options
from app.domain.outcome import Verdict
from app.domain.query import as_aqs, read_query
from tests.integration.ews.conftest import draft, job, letter
from tests.sandbox_fixture import RunningSandbox

SENT = Place(Folder.SENT)


@pytest.fixture
def empty(sandbox: RunningSandbox, backend: EwsBackend) -> EwsBackend:
    sandbox.reset(letters=False)
    return backend


def saved(backend: EwsBackend, *subjects: str) -> list[ItemRef]:
    outcomes = backend.save([draft(letter(subject)) for subject in subjects], job())
    return [outcome.ref for outcome in outcomes if outcome.ref is not None]


def test_a_row_shows_categories_flag_and_message_id(empty: EwsBackend) -> None:
    (ref,) = saved(empty, "Plan")
    options = Options(categories=("Red", "To do"), follow_up=FollowUp(FlagStatus.FLAGGED))
    content = Content(subject="Plan", options=options)
    empty.update([DraftUpdate(ref, content, frozenset({Field.CATEGORIES, Field.FOLLOW_UP}))], job())
    (row,) = empty.list_folder(Place(Folder.DRAFTS), 0, 10, job()).rows
    assert (row.categories, row.flagged) == (("Red", "To do"), True)
    assert row.message_id.startswith("<")
    (change,) = empty.sync(Place(Folder.DRAFTS), "", 10, job()).changes
    assert change.row is not None
    assert (change.row.categories, change.row.flagged) == (("Red", "To do"), True)
    assert change.row.message_id == row.message_id


def test_a_query_finds_what_it_says_in_any_folder(empty: EwsBackend) -> None:
    refs = saved(empty, "Quarterly plan", "Holiday plan", "Other")

    def found(text: str) -> list[str]:
        query = as_aqs(read_query(text, date(2026, 11, 21)))
        return sorted(row.subject for row in empty.list_folder(Place(Folder.DRAFTS), 0, 10, job(), query).rows)

    assert found("plan") == ["Holiday plan", "Quarterly plan"]
    assert found('subject:plan -"holiday plan"') == ["Quarterly plan"]
    assert found("to:okafor other") == ["Other"]
    empty.move([refs[0]], Place(Folder.DELETED), job())
    (row,) = empty.list_folder(Place(Folder.DELETED), 0, 10, job(), "plan").rows
    assert row.subject == "Quarterly plan"


def test_a_letter_is_written_to_a_file_as_it_would_travel(empty: EwsBackend, tmp_path: Path) -> None:
    (ref,) = saved(empty, "Grüße")
    path = tmp_path / "letter.eml"
    assert empty.save_mime(ref, str(path), job()).accepted
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "Grüße"
    assert "james.okafor@contoso.com" in str(message["To"])
    with pytest.raises(BadInput):
        empty.save_mime(ref, str(path), job())
    with pytest.raises(BadInput):
        empty.save_mime(ref, str(tmp_path / "none" / "x.eml"), job())


def test_a_letter_that_is_gone_writes_no_file(empty: EwsBackend, tmp_path: Path) -> None:
    (ref,) = saved(empty, "Gone")
    empty.delete([ref], True, job())
    outcome = empty.save_mime(ref, str(tmp_path / "x.eml"), job())
    assert outcome.verdict is Verdict.REFUSED
    assert outcome.code == "ErrorItemNotFound"
    assert list(tmp_path.iterdir()) == []
