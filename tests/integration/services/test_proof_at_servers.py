"""Doubtful sends at servers that depart from the book: a row says only what is proved there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
import pytest

from app.core.formatting import full_moment
from app.domain.attachment import Attached
from app.domain.edits import AttachmentSet, RecipientSplice, TextSplice
from app.domain.listing import Folder, Mark
from app.domain.message import BodyFormat, Content, DraftUpdate, Field, ItemRef, LocalId, Options
from app.domain.problem import ProblemKind, read_problem
from app.domain.recipient import Recipient
from app.domain.server_traits import ServerTraits
from app.domain.state import State
from app.services.accounts.asking_server import SCRATCH, AskingServer
from app.services.text.status_text import explain_record, state_words
from tests.fakes.files import FakeFiles
from tests.integration.services.test_sending_as import MESSAGE, WHO, Life
from tests.sandbox_fixture import RunningSandbox

UNDONE: Final = {"operation": "SendItem", "nth": 1, "action": "reset-before"}
DONE: Final = {"operation": "SendItem", "nth": 1, "action": "reset-after"}


@pytest.fixture
async def life(sandbox: RunningSandbox) -> AsyncIterator[Life]:
    built = await Life(sandbox).start()
    yield built
    await built.end()


async def asked(life: Life) -> ServerTraits:
    await AskingServer(life.mailbox, life.accounts, FakeFiles(), life.clock).ask(WHO)
    return life.accounts.traits(WHO)


async def doubtful(life: Life, rule: dict[str, Any]) -> LocalId:
    """Return a message whose send got no answer, once it is settled what can be said of it."""
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.drafts.save(name)
    life.sandbox.faults([rule])
    await life.outbox.send([name], 0)
    await life.until(lambda: bool(life.record(name).verified))
    return name


@pytest.mark.parametrize(
    ("manners", "seen"),
    [
        ((), (True, True, True)),
        (("drafts-not-marked",), (True, True, False)),
        (("stale-key-updates",), (False, True, True)),
        (("stale-key-sends",), (True, False, True)),
        (("batch-ends-in-fault",), (True, True, True)),
        (("stale-key-updates", "stale-key-sends", "drafts-not-marked"), (False, False, False)),
    ],
)
async def test_a_server_is_asked_and_nothing_of_it_stays_or_is_delivered(
    life: Life, manners: tuple[str, ...], seen: tuple[bool, ...]
) -> None:
    life.sandbox.manners(*manners)
    traits = await asked(life)
    assert (traits.stale_updates_refused, traits.stale_sends_refused, traits.is_draft_told) == seen
    marked = await life.mailbox.locate(WHO, [Mark(SCRATCH, "")], [Folder.DRAFTS, Folder.SENT, Folder.OUTBOX])
    assert (marked, life.sandbox.deliveries()) == ([], [])
    requests = len(life.sandbox.journal())
    assert await asked(life) == traits
    # Once it is known it is kept, and nothing more is asked.
    again = AskingServer(life.mailbox, life.accounts, FakeFiles(), life.clock)
    await again.ask(WHO)
    assert len(life.sandbox.journal()) == requests


async def test_what_a_broken_connection_left_behind_is_removed_the_next_time(life: Life) -> None:
    life.sandbox.faults([{"operation": "CreateItem", "nth": 1, "action": "reset-after"}])
    assert (await asked(life)).is_draft_told is None
    assert (await asked(life)).is_draft_told is True
    marked = await life.mailbox.locate(WHO, [Mark(SCRATCH, "")], [Folder.DRAFTS])
    assert marked == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize("rule", [UNDONE, DONE])
async def test_an_unmarked_draft_is_never_taken_for_the_copy(life: Life, rule: dict[str, Any]) -> None:
    life.sandbox.manners("drafts-not-marked", "send-files-nothing")
    record = life.record(await doubtful(life, rule))
    assert record.state is State.UNKNOWN
    assert read_problem(record.problem)[0] is ProblemKind.CANNOT_BE_KNOWN


@pytest.mark.timeout(180)
async def test_at_the_book_s_server_that_took_a_draft_away_a_draft_that_stays_was_not_sent(life: Life) -> None:
    await life.accounts.learn_traits(WHO, send_takes_draft_away=True)
    record = life.record(await doubtful(life, UNDONE))
    assert record.state is State.NEEDS_ATTENTION
    assert read_problem(record.problem)[0] is ProblemKind.NOT_SENT
    assert life.sandbox.deliveries() == []


async def test_a_sure_send_teaches_that_drafts_are_taken_away(life: Life) -> None:
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.outbox.send([name], 0)
    await life.until(lambda: bool(life.record(name).verified))
    assert life.record(name).state is State.SENT
    assert life.accounts.traits(WHO).send_takes_draft_away is True


@pytest.mark.timeout(180)
async def test_where_stale_keys_are_sent_a_draft_that_stays_proves_nothing(life: Life) -> None:
    life.sandbox.manners("stale-key-sends")
    await life.accounts.learn_traits(WHO, send_takes_draft_away=True)
    record = life.record(await doubtful(life, UNDONE))
    assert record.state is State.UNKNOWN
    assert read_problem(record.problem)[0] is ProblemKind.CANNOT_BE_KNOWN


def said(life: Life, name: LocalId) -> tuple[set[str], int]:
    """Return the subjects under which a message arrived, and to how many it went."""
    rows = [row for row in life.sandbox.deliveries() if row["marker"] == name]
    return {str(row["subject"]) for row in rows}, len(rows)


@pytest.mark.parametrize("more", [(), ("old-key-returned",), ("stale-key-updates",)])
async def test_what_a_server_brought_back_is_written_anew_before_it_is_sent(life: Life, more: tuple[str, ...]) -> None:
    life.sandbox.manners("recipients-restore-text", *more)
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.drafts.save(name)
    life.drafts.edit(name, TextSplice(Field.SUBJECT, 0, 99, "Newer prices"))
    await life.drafts.save(name)
    life.drafts.edit(name, RecipientSplice(Field.TO, 1, 0, (Recipient("james.okafor@contoso.com"),)))
    await life.drafts.save(name)
    await life.outbox.send([name], 0)
    await life.until(lambda: bool(life.record(name).verified))
    assert said(life, name) == ({"Newer prices"}, 2)


async def test_html_that_a_server_writes_anew_keeps_no_message_back(life: Life) -> None:
    life.sandbox.manners("html-rewritten")
    html = msgspec.structs.replace(MESSAGE, body="<p>Dear <b>Priya</b></p>", body_format=BodyFormat.HTML)
    name = await life.drafts.begin(WHO, html)
    await life.outbox.send([name], 0)
    await life.until(lambda: bool(life.record(name).verified))
    assert life.record(name).state is State.SENT
    assert life.accounts.traits(WHO).markup_kept is False


@pytest.mark.parametrize("manners", [("stale-key-updates",), ("stale-key-updates", "drafts-not-marked")])
async def test_where_stale_keys_are_taken_another_client_s_edit_is_not_written_over(
    life: Life, manners: tuple[str, ...]
) -> None:
    life.sandbox.manners(*manners)
    await asked(life)
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.drafts.save(name)
    ref = life.record(name).ref
    assert ref is not None
    theirs = DraftUpdate(ref, msgspec.structs.replace(MESSAGE, body="Theirs"), frozenset({Field.BODY}))
    assert (await life.mailbox.update(WHO, [theirs]))[0].accepted
    life.drafts.edit(name, TextSplice(Field.BODY, 0, 0, "Mine. "))
    record = await life.drafts.save(name)
    assert record is not None
    assert record.save_outcome is not None
    assert record.save_outcome.code == "ErrorIrresolvableConflict"
    item = (await life.mailbox.get(WHO, [ref]))[0].item
    assert item is not None
    assert item.content.body.strip() == "Theirs"


async def test_of_several_refused_in_one_fault_none_is_said_not_to_have_gone_that_went(life: Life) -> None:
    life.sandbox.manners("batch-ends-in-fault", "unknown-recipients-refused")
    await asked(life)
    nobody = msgspec.structs.replace(MESSAGE, to=(Recipient("nobody.at.all@contoso.com"),))
    names = [await life.drafts.begin(WHO, content) for content in (MESSAGE, nobody, MESSAGE)]
    await life.outbox.send(names, 0)
    await life.until(
        lambda: all(life.record(n).state is not State.QUEUED and life.record(n).send_outcome for n in names)
    )
    await life.until(lambda: life.record(names[0]).verified > 0 and life.record(names[2]).verified > 0)
    assert [life.record(name).state for name in names] == [State.SENT, State.NEEDS_ATTENTION, State.SENT]
    assert len(life.sandbox.deliveries()) == 2


async def test_where_send_item_leaves_drafts_an_update_sends_and_is_filed(life: Life) -> None:
    life.sandbox.manners("send-files-nothing")
    await asked(life)
    await life.accounts.learn_traits(WHO, send_takes_draft_away=False)
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.outbox.send([name], 0)
    await life.until(lambda: bool(life.record(name).verified))
    assert (life.record(name).state, life.record(name).problem) == (State.SENT, "")
    assert (life.count("drafts"), life.count("sentitems")) == (0, 1)
    assert life.accounts.traits(WHO).update_takes_draft_away is True


async def test_where_attachments_are_lost_the_draft_is_made_whole_and_arrives_with_them(life: Life) -> None:
    life.sandbox.manners(**{"attachments-fade": 0.0})
    files = life.drafts.attaching._files
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.drafts.save(name)
    size = await files.keep_bytes(name, "file-1", b"prices " * 20)
    attached = Attached("key-1", "prices.txt", size, "text/plain", file="file-1")
    life.records.append_edit(name, AttachmentSet(attached))
    await life.outbox.send([name], 0)
    await life.until(lambda: bool(life.record(name).verified))
    assert life.record(name).state is State.SENT
    ref = life.record(name).ref
    assert ref is not None
    item = (await life.mailbox.get(WHO, [ItemRef(ref.item_id)]))[0].item
    assert item is not None
    assert ([one.name for one in item.attachments], item.has_attachments) == (["prices.txt"], True)


def later(life: Life, seconds: float = 3600.0) -> Content:
    return msgspec.structs.replace(MESSAGE, options=Options(deferred=float(int(life.clock.now() + seconds))))


def posted(life: Life, operation: str) -> int:
    """Return how many such requests the server has had."""
    return sum(1 for row in life.sandbox.journal() if row["operation"] == operation)


async def test_what_a_server_sends_before_its_time_says_so_and_the_next_waits_here(life: Life) -> None:
    life.sandbox.manners("deferral-ignored")
    first = await life.drafts.begin(WHO, later(life))
    await life.outbox.send([first])
    await life.until(lambda: bool(life.record(first).verified))
    record = life.record(first)
    assert (record.state, read_problem(record.problem)[0]) == (State.SENT, ProblemKind.SENT_EARLY)
    assert state_words(record, life.clock.now()).text.endswith(", before its time")
    found = explain_record(record)
    assert found is not None
    assert found.sentence == f"This was sent before its time, {full_moment(record.head.deferred)}."
    assert life.accounts.traits(WHO).deferral_held is False

    second = await life.drafts.begin(WHO, later(life, 5))
    sends = posted(life, "SendItem")
    await life.outbox.send([second])
    await life.until(lambda: life.record(second).state is State.HELD)
    words = state_words(life.record(second), life.clock.now()).text
    assert words.startswith("Goes ")
    assert "from this computer" in words
    assert posted(life, "SendItem") == sends
    due = life.record(second).head.deferred
    await life.until(lambda: life.record(second).state is not State.HELD)
    assert life.clock.now() >= due
    await life.until(lambda: bool(life.record(second).verified))
    assert (life.record(second).state, life.record(second).problem) == (State.SENT, "")
    assert len(life.sandbox.deliveries()) == 2


async def test_what_waits_here_for_its_time_is_taken_back_without_the_server(life: Life) -> None:
    await life.accounts.learn_traits(WHO, deferral_held=False)
    name = await life.drafts.begin(WHO, later(life))
    await life.outbox.send([name])
    assert life.record(name).state is State.HELD
    assert await life.outbox.unschedule([name]) == [name]
    assert life.record(name).state is State.DRAFT
    assert (posted(life, "SendItem"), life.sandbox.deliveries()) == (0, [])


async def test_where_a_draft_that_was_left_behind_may_have_gone_taking_it_back_says_so(life: Life) -> None:
    life.sandbox.manners("deferral-ignored", "send-files-nothing")
    name = await life.drafts.begin(WHO, later(life))
    await life.outbox.send([name])
    await life.until(lambda: life.record(name).state is State.DEFERRED)
    await life.outbox.deferrals.take_back([name])
    record = life.record(name)
    assert (record.state, read_problem(record.problem)) == (State.UNKNOWN, (ProblemKind.CANNOT_BE_KNOWN, "draft"))
    found = explain_record(record)
    assert found is not None
    assert "the draft is still in Drafts" in found.sentence
    assert "Ask a recipient before you send it again." in found.sentence


async def test_a_refusal_of_several_at_once_teaches_to_send_one_by_one(life: Life) -> None:
    life.sandbox.manners("batch-ends-in-fault", "unknown-recipients-refused")
    await life.accounts.learn_traits(WHO, stale_updates_refused=True)
    nobody = msgspec.structs.replace(MESSAGE, to=(Recipient("nobody.at.all@contoso.com"),))
    names = [await life.drafts.begin(WHO, content) for content in (MESSAGE, nobody, MESSAGE)]
    await life.outbox.send(names, 0)
    await life.until(lambda: all(life.record(name).state in {State.UNKNOWN, State.SENT} for name in names))
    assert life.accounts.traits(WHO).batches_answered is False
    sends = posted(life, "SendItem")
    rest = [await life.drafts.begin(WHO, content) for content in (MESSAGE, nobody, MESSAGE)]
    await life.outbox.send(rest, 0)
    await life.until(lambda: all(life.record(name).send_outcome is not None for name in rest))
    states = [life.record(name).state for name in rest]
    assert states == [State.SENT, State.NEEDS_ATTENTION, State.SENT]
    assert posted(life, "SendItem") - sends == 3
    # Of the first three one went before the refusal: none is sent again, and nobody is told that it did not go.
    assert len(life.sandbox.deliveries()) == 3


async def test_at_the_book_s_server_a_draft_costs_as_before_and_a_send_one_look_for_all(life: Life) -> None:
    await asked(life)
    await life.accounts.learn_traits(WHO, send_takes_draft_away=True)
    before = {one: posted(life, one) for one in ("CreateItem", "UpdateItem", "GetItem", "SendItem")}
    names = [await life.drafts.begin(WHO, MESSAGE) for _ in range(5)]
    for name in names:
        await life.drafts.save(name)
        for _ in range(3):
            life.drafts.edit(name, TextSplice(Field.BODY, 0, 0, "More. "))
            await life.drafts.save(name)
    await life.outbox.send(names, 0)
    await life.until(lambda: all(life.record(name).verified for name in names))
    made = {one: posted(life, one) - number for one, number in before.items()}
    assert made == {"CreateItem": 5, "UpdateItem": 15, "GetItem": 1, "SendItem": 1}


async def test_until_a_server_was_asked_an_update_costs_two_looks_and_a_send_one_for_all(life: Life) -> None:
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.drafts.save(name)
    for _ in range(3):
        life.drafts.edit(name, TextSplice(Field.BODY, 0, 0, "More. "))
        await life.drafts.save(name)
    # Before it, since stale keys may be taken; after it, since an older text may be brought back.
    assert (posted(life, "UpdateItem"), posted(life, "GetItem")) == (3, 6)
    await life.outbox.send([name], 0)
    await life.until(lambda: bool(life.record(name).verified))
    assert (posted(life, "GetItem"), posted(life, "SendItem")) == (7, 1)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("rule", "state"), [(UNDONE, State.NEEDS_ATTENTION), (DONE, State.SENT)])
async def test_a_server_that_drops_the_message_id_is_decided_by_our_mark(
    life: Life, rule: dict[str, Any], state: State
) -> None:
    life.sandbox.manners("message-id-dropped")
    await life.accounts.learn_traits(WHO, send_takes_draft_away=True)
    name = await doubtful(life, rule)
    assert life.record(name).state is state
    assert len(life.sandbox.deliveries()) == (state is State.SENT)


async def test_a_server_of_another_version_is_asked_anew(life: Life) -> None:
    first = await asked(life)
    assert first.version
    await life.accounts.learn_traits(WHO, version="1.2.3.4", stale_sends_refused=None)
    again = AskingServer(life.mailbox, life.accounts, FakeFiles(), life.clock)
    await again.ask(WHO)
    assert (life.accounts.traits(WHO).version, life.accounts.traits(WHO).stale_sends_refused) == (first.version, True)


async def test_what_is_known_is_asked_anew_where_the_connection_is_tested(life: Life) -> None:
    await asked(life)
    requests = len(life.sandbox.journal())
    again = AskingServer(life.mailbox, life.accounts, FakeFiles(), life.clock)
    await again.ask(WHO)
    assert len(life.sandbox.journal()) == requests
    await life.accounts.learn_traits(WHO, attachments_kept=False)  # so that it does not take a minute
    await again.ask_all(WHO, anew=True)
    assert len(life.sandbox.journal()) > requests
