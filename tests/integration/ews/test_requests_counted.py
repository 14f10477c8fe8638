"""How many requests the server sees: each number is a promise of the product, counted in the sandbox's journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.backends.ews.backend import EwsBackend
from app.domain.listing import Folder, Mark, Place
from app.domain.message import DraftUpdate, Field, ItemRef, NewAttachment, NewDraft
from app.domain.record import CopyTo
from tests.integration.ews.conftest import draft, job, message
from tests.sandbox_fixture import RunningSandbox


def saved(backend: EwsBackend, drafts: list[NewDraft]) -> list[ItemRef]:
    refs = [outcome.ref for outcome in backend.save(drafts, job(60))]
    return [ref for ref in refs if ref is not None]


def counted(sandbox: RunningSandbox) -> int:
    return len(sandbox.journal())


def test_a_cold_start_to_the_first_saved_draft_is_one(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    saved(backend, [draft()])
    assert counted(sandbox) == 1


def test_a_sent_batch_is_one_and_its_verification_one_more(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    drafts = [draft() for _ in range(20)]
    refs = saved(backend, drafts)
    before = counted(sandbox)
    assert all(outcome.accepted for outcome in backend.send(refs, CopyTo(), job()))
    marks = [Mark(one.local_id, one.message_id) for one in drafts]
    places: list[Folder | Place] = [Folder.DRAFTS, Folder.OUTBOX, Folder.SENT]
    assert len(backend.locate(marks, places, job())) == 20
    assert counted(sandbox) - before == 2


@pytest.mark.parametrize(("drafts", "requests"), [(1, 1), (100, 1), (101, 2), (250, 3)])
def test_so_many_drafts_are_a_hundredth_rounded_up(
    backend: EwsBackend, sandbox: RunningSandbox, drafts: int, requests: int
) -> None:
    refs = saved(backend, [draft() for _ in range(drafts)])
    assert len(refs) == drafts
    assert counted(sandbox) == requests
    updates = [DraftUpdate(ref, message("x"), frozenset({Field.SUBJECT})) for ref in refs]
    assert all(outcome.accepted for outcome in backend.update(updates, job(60)))
    assert counted(sandbox) == 2 * requests


def test_a_list_of_a_thousand_is_one_or_two(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    sandbox.reset(messages=False)
    drafts = [draft() for _ in range(1000)]
    assert len(saved(backend, drafts)) == 1000
    before = counted(sandbox)
    page = backend.list_folder(Folder.DRAFTS, 0, 1000, job(60))
    rows = list(page.rows)
    if page.next_offset is not None:
        rows += backend.list_folder(Folder.DRAFTS, page.next_offset, 1000, job(60)).rows
    assert len(rows) == 1000
    assert counted(sandbox) - before <= 2


def test_opening_a_draft_with_all_its_fields_and_attachments_is_one(
    backend: EwsBackend, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(b"a")
    refs = saved(backend, [draft()])
    backend.attach(refs[0], [NewAttachment("a", str(tmp_path / "a"))], lambda *_: None, job())
    before = counted(sandbox)
    item = backend.get(refs, job())[0].item
    assert item is not None
    assert [one.name for one in item.attachments] == ["a"]
    assert counted(sandbox) - before == 1


def test_ten_small_files_are_one(backend: EwsBackend, sandbox: RunningSandbox, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    refs = saved(backend, [draft()])
    backend.attach(refs[0], [NewAttachment("a", str(tmp_path / "a"))] * 10, lambda *_: None, job())
    assert len(sandbox.journal("CreateAttachment")) == 1
