"""Lists over Graph: pages, search, changes by delta, marked messages, conversations."""

from __future__ import annotations

import pytest

from app.backends.graph.backend import GraphBackend
from app.domain.errors import ItemRefused
from app.domain.listing import ChangeKind, Folder, Mark, Place
from app.domain.message import ItemRef, NewDraft
from app.domain.record import CopyKind, CopyTo
from app.domain.response_codes import SYNC_STATE_LOST
from tests.integration.ews.conftest import draft, job, message
from tests.sandbox_fixture import RunningSandbox

OWN = CopyTo(CopyKind.OWN_SENT)
DRAFTS = Place(Folder.DRAFTS)


def made(graph: GraphBackend, *subjects: str) -> list[tuple[NewDraft, ItemRef]]:
    drafts = [draft(message(subject)) for subject in subjects]
    refs = [graph.save([one], job())[0].ref for one in drafts]
    return [(one, ref) for one, ref in zip(drafts, refs, strict=True) if ref is not None]


def test_a_page_is_newest_first_and_leads_to_the_next(graph: GraphBackend) -> None:
    new = made(graph, "one", "two", "three")
    page = graph.list_folder(Folder.DRAFTS, 0, 2, job())
    assert len(page.rows) == 2
    assert page.next_offset == 2
    whole = graph.list_folder(Folder.DRAFTS, 0, 50, job())
    assert whole.next_offset is None
    assert whole.total == len(whole.rows)
    by_mark = {row.local_id: row for row in whole.rows}
    for one, ref in new:
        row = by_mark[one.local_id]
        assert (row.ref, row.message_id, row.is_draft) == (ref, one.message_id, True)
        assert row.size > 0


def test_a_search_finds_words(graph: GraphBackend) -> None:
    made(graph, "Zebrafish and others", "Nothing of it")
    found = graph.list_folder(Folder.DRAFTS, 0, 50, job(), "zebrafish")
    assert [row.subject for row in found.rows] == ["Zebrafish and others"]


def walk(graph: GraphBackend, state: str = "") -> tuple[str, list[tuple[ChangeKind, str]]]:
    changes = []
    while True:
        page = graph.sync(DRAFTS, state, 5, job())
        state = page.state
        changes += [(one.kind, one.ref.item_id) for one in page.changes]
        if not page.more:
            return state, changes


def test_changes_come_by_delta(graph: GraphBackend) -> None:
    ((_, kept), (_, gone)) = made(graph, "kept", "gone")
    state, all_of_them = walk(graph)
    assert {kept.item_id, gone.item_id} <= {number for _, number in all_of_them}
    ((_, later),) = made(graph, "later")
    graph.delete([gone], False, job())
    state, changes = walk(graph, state)
    assert set(changes) == {(ChangeKind.UPDATED, later.item_id), (ChangeKind.DELETED, gone.item_id)}
    assert walk(graph, state)[1] == []


def test_a_state_of_another_host_is_never_followed(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    with pytest.raises(ItemRefused) as caught:
        graph.sync(DRAFTS, "https://elsewhere.example/v1.0/me/messages/delta?$deltatoken=1", 5, job())
    assert caught.value.words.response_code in SYNC_STATE_LOST


def test_marked_messages_are_found_wherever_they_went(graph: GraphBackend) -> None:
    (kept, kept_ref), (sent, ref), (fenced, third) = made(graph, "kept", "sent", "fenced")
    graph.send([ref], OWN, job())
    graph.move([third], Place(Folder.OUTBOX), job())
    marks = [Mark(one.local_id, one.message_id) for one in (kept, sent, fenced)]
    seen = {one.mark.local_id: one for one in graph.locate(marks, (Folder.DRAFTS, Folder.OUTBOX, Folder.SENT), job())}
    assert (seen[kept.local_id].folder, seen[kept.local_id].ref.item_id) == (Folder.DRAFTS, kept_ref.item_id)
    assert (seen[sent.local_id].folder, seen[sent.local_id].is_draft) == (Folder.SENT, False)
    assert seen[fenced.local_id].folder is Folder.DRAFTS, "it was left behind on its way to be fenced"


def test_twenty_five_go_in_two_requests_each_with_its_own_outcome(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    refs = [ref for _, ref in made(graph, *(f"number {n}" for n in range(24)))]
    nobody = graph.save([draft(message("to nobody", to=""))], job())[0].ref
    assert nobody is not None
    refs.insert(7, nobody)
    outcomes = graph.send(refs, OWN, job(60))
    assert [number for number, one in enumerate(outcomes) if not one.taken] == [7]
    assert outcomes[7].code == "ErrorInvalidRecipients"


def test_a_conversation_is_found_in_every_folder(graph: GraphBackend) -> None:
    row = graph.list_folder(Folder.INBOX, 0, 1, job()).rows[0]
    item = graph.get([row.ref], job())[0].item
    assert item is not None
    assert row.ref in [one.ref for one in graph.conversation(item.conversation_id, "", job())]
