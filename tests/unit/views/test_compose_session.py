"""The state of one open message, without a view: what it takes, what it says, and when it ends."""

from __future__ import annotations

from app.domain.edits import BodyReplaced, ImportanceSet, TextSplice
from app.domain.message import BodyFormat, Content, Field, Importance, LocalId
from app.domain.state import State
from app.services.outbox.remedies import Remedies
from app.views.compose.session import ComposeSession, Tools
from tests.fakes.scene import BEN, MESSAGE, Scene, new_scene, typed


class Open:
    """A message that is open, and what its session told."""

    def __init__(self, scene: Scene, session: ComposeSession) -> None:
        self.scene, self.session = scene, session
        self.ended: list[str] = []
        self.mends = 0
        session.ended.subscribe(self.ended.append)
        session.mend_wanted.subscribe(lambda _: self._mend())

    def _mend(self) -> None:
        self.mends += 1

    @property
    def name(self) -> LocalId:
        return self.session.local_id

    async def body(self) -> str:
        return (await self.scene.journal.read_message(self.name)).content.body


async def opened(content: Content = MESSAGE, readable: str | None = None) -> Open:
    scene = await new_scene()
    name = await scene.saved_message(content)
    message = await scene.drafts.open_draft(name)
    remedies = Remedies(scene.records, scene.drafts, scene.outbox, scene.accounts, scene.spawn)
    tools = Tools(scene.records, scene.drafts, scene.outbox, remedies, scene.spawn, scene.clock.now)
    return Open(scene, ComposeSession(message, content.body if readable is None else readable, tools))


async def test_an_edit_goes_to_the_journal_and_into_the_head() -> None:
    it = await opened()
    it.session.edit(typed("Oh, "))
    it.session.edit(TextSplice(Field.SUBJECT, 0, 0, "Re: "))
    assert await it.body() == "Oh, " + MESSAGE.body
    assert it.session.content.subject == "Re: " + MESSAGE.subject
    assert it.session.content.body == "", "the body is the editor's and the journal's alone"


async def test_a_message_that_is_held_takes_no_edit_and_one_that_came_back_does() -> None:
    it = await opened()
    await it.scene.outbox.send([it.name], 5.0)
    assert not it.session.can_edit()
    it.session.edit(typed("lost?"))
    it.session.edit(ImportanceSet(Importance.HIGH))
    assert await it.body() == MESSAGE.body
    await it.scene.outbox.undo([it.name])
    assert it.session.can_edit()
    it.session.edit(typed("Oh, "))
    assert await it.body() == "Oh, " + MESSAGE.body
    await it.scene.spawn.end()


async def test_sending_twice_at_once_ends_the_session_once() -> None:
    it = await opened()
    it.session.send(5.0)
    it.session.send(5.0)
    await it.scene.clock.advance(0)
    assert it.ended == ["sent"]
    await it.scene.clock.advance(10)
    assert len(it.scene.mailbox.delivered) == 1
    assert it.ended == ["sent"]
    await it.scene.spawn.end()


async def test_a_send_without_time_for_undo_ends_the_session_as_sent() -> None:
    it = await opened()
    it.session.send(0.0)
    await it.scene.clock.advance(1)
    assert it.ended == ["sent"]
    await it.scene.spawn.end()


async def test_a_message_that_cannot_go_wants_to_be_mended_and_can_be_sent_then() -> None:
    it = await opened(Content(subject="Nobody to send to", body="Text"))
    it.session.send(5.0)
    await it.scene.clock.advance(0)
    assert (it.ended, it.mends) == ([], 1)
    notice = it.session.notice()
    assert notice is not None
    assert notice.sentence == "Add a recipient."
    assert it.session.can_edit()
    it.session.send(5.0)
    await it.scene.clock.advance(0)
    assert it.mends == 2
    await it.scene.spawn.end()


async def test_discarding_ends_the_session_as_discarded() -> None:
    it = await opened()
    it.session.discard()
    it.session.discard()
    await it.scene.clock.advance(0)
    assert it.ended == ["discarded"]
    await it.scene.spawn.end()


async def test_what_is_sent_or_discarded_elsewhere_ends_the_session_as_gone() -> None:
    for act in ("send", "discard"):
        it = await opened()
        if act == "send":
            await it.scene.outbox.send([it.name], 0.0)
        else:
            await it.scene.drafts.discard(it.name)
        await it.scene.clock.advance(1)
        assert it.ended == ["gone"]
        await it.scene.spawn.end()


async def test_leaving_saves_and_ends_once() -> None:
    it = await opened()
    it.session.edit(typed("Oh, "))
    it.session.leave()
    it.session.leave()
    await it.scene.clock.advance(0)
    assert it.ended == ["left"]
    assert it.scene.record(it.name).saved
    assert not it.scene.record(it.name).open
    await it.scene.spawn.end()


async def test_the_format_of_the_body_follows_what_the_editor_tells() -> None:
    it = await opened(Content(to=(BEN,), subject="Hello", body="Dear Ben"))
    assert not it.session.is_formatted()
    it.session.edit(BodyReplaced("<p>Dear Ben</p>", BodyFormat.HTML))
    assert it.session.is_formatted()
    content = (await it.scene.journal.read_message(it.name)).content
    assert (content.body, content.body_format) == ("<p>Dear Ben</p>", BodyFormat.HTML)
    assert it.session.notice() is None
    await it.scene.spawn.end()


async def test_a_subject_that_is_too_long_is_said_and_kept() -> None:
    it = await opened()
    it.session.edit(TextSplice(Field.SUBJECT, 0, 0, "x" * 300))
    assert str(300 + len(MESSAGE.subject)) in it.session.subject_problem()
    assert len(it.session.content.subject) == 300 + len(MESSAGE.subject)
    it.session.edit(TextSplice(Field.SUBJECT, 0, 300, ""))
    assert it.session.subject_problem() == ""
    await it.scene.spawn.end()


async def test_a_message_that_is_no_more_says_nothing_and_takes_nothing() -> None:
    it = await opened()
    await it.scene.records.forget(it.name)
    assert it.session.record is None
    assert not it.session.can_edit()
    assert it.session.state().text == ""
    assert it.session.notice() is None
    it.session.edit(BodyReplaced("nothing", BodyFormat.TEXT))
    it.session.send(5.0)
    assert it.ended == ["gone"]
    await it.scene.spawn.end()


async def test_nothing_is_heard_after_the_end() -> None:
    it = await opened()
    it.session.end("left")
    told: list[None] = []
    it.session.changed.subscribe(told.append)
    await it.scene.outbox.send([it.name], 5.0)
    assert it.scene.record(it.name).state is State.HELD
    assert told == []
    await it.scene.spawn.end()
