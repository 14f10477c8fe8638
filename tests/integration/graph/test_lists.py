"""Lists over Graph: pages, search, changes by delta, marked messages, conversations."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from app.backends.graph.backend import GraphBackend
from app.backends.port import Job, Stopped
from app.domain.errors import ItemRefused, TroubleKind
from app.domain.listing import ChangeKind, Folder, Mark, Place, ReportKind
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


def test_after_a_forgotten_state_the_folder_is_listed_anew(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    ((_, kept),) = made(graph, "kept")
    state, _ = walk(graph)
    sandbox.admin("POST", "delta")
    with pytest.raises(ItemRefused) as caught:
        graph.sync(DRAFTS, state, 5, job())
    assert caught.value.words.response_code in SYNC_STATE_LOST
    assert kept.item_id in {number for _, number in walk(graph)[1]}


def test_a_page_in_the_midst_of_a_walk_may_be_forgotten_too(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    made(graph, *(f"number {n}" for n in range(6)))
    page = graph.sync(DRAFTS, "", 2, job())
    assert page.more
    sandbox.admin("POST", "delta")
    with pytest.raises(ItemRefused) as caught:
        graph.sync(DRAFTS, page.state, 2, job())
    assert caught.value.words.response_code in SYNC_STATE_LOST


def test_what_delta_tells_twice_counts_once(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    sandbox.manners("graph-delta-doubles")
    made(graph, "one", "two")
    page = graph.sync(DRAFTS, "", 50, job())
    names = [change.ref.item_id for change in page.changes]
    assert len(names) == len(set(names))


def test_what_came_back_is_reported_of_the_message_that_was_sent(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    new = draft(message("To nobody that there is", to="nobody@contoso.com"))
    ref = graph.save([new], job())[0].ref
    assert ref is not None
    before = time.time() - 60
    assert graph.send([ref], OWN, job())[0].taken
    [(message_id, report)] = graph.find_reports(before, job())
    assert (message_id, report.kind) == (new.message_id, ReportKind.NOT_DELIVERED)
    assert graph.find_reports(time.time() + 60, job()) == []


class NotedJob(Job):
    """A job whose pauses are noted, and take no time; it is stopped at the one given."""

    def __init__(self, most: int, between: Callable[[int], None]) -> None:
        super().__init__(60.0)
        self.pauses: list[float] = []
        self._most, self._between = most, between

    def rest(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) == self._most:
            self.stop(TroubleKind.CANCELLED)
        self.go_on()
        self._between(len(self.pauses))


def test_folders_are_looked_at_often_after_a_change_and_seldom_in_quiet(graph: GraphBackend) -> None:
    told: list[tuple[Place, ...]] = []
    place, quiet = Place(Folder.DRAFTS), Place(Folder.SENT)

    def between(pause: int) -> None:
        if pause == 4:
            made(graph, "new")

    waiting = NotedJob(7, between)
    with pytest.raises(Stopped):
        graph.notices([place, quiet], lambda places: told.append(tuple(places)), waiting)
    assert told == [(place, quiet), (place,)], "all at first, then the one that changed"
    assert waiting.pauses == [10.0, 15.0, 22.5, 33.75, 10.0, 15.0, 22.5]
