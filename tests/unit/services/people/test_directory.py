"""The directory: asked after a pause, one thing at a time, and in silence where it is slow, dead or refuses."""

from __future__ import annotations

import pytest

from app.domain.errors import ItemRefused, Trouble, TroubleKind, Unreachable
from app.domain.message import AccountId
from app.domain.people import Resolution
from app.domain.recipient import Recipient
from app.services.people.directory import PAUSE, Directory, Inquiry
from tests.fakes.scene import ANNA, BEN, Scene

BOARD = Recipient("board@example.org", "Board")
DEAD = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


class Asked:
    """A field's line to the directory, and what came of it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        scene.mailbox.people = [BEN, BOARD]
        self.directory = Directory(scene.watched, scene.mailbox, scene.accounts, scene.clock, scene.spawn)
        self.answers: list[tuple[str, list[str]]] = []
        self.inquiry: Inquiry = self.directory.inquire(ANNA, self._take)

    def _take(self, text: str, answer: Resolution) -> None:
        self.answers.append((text, [person.name for person in answer.people]))

    def requests(self) -> list[str]:
        """Return what the server was asked."""
        return [str(call.asked[0]) for call in self.scene.mailbox.calls_of("resolve_names")]


@pytest.fixture
def asked(scene: Scene) -> Asked:
    return Asked(scene)


async def test_the_server_is_asked_once_the_keys_have_paused(asked: Asked) -> None:
    clock = asked.scene.clock
    for text in ("b", "be", "ben"):
        asked.inquiry.ask(text)
        await clock.advance(PAUSE / 2)
        assert asked.requests() == []
    await clock.advance(PAUSE / 2)
    assert asked.requests() == ["ben"]
    assert asked.answers == [("ben", ["Ben"])]
    assert clock.sleeping == 0


async def test_one_message_is_not_worth_asking(asked: Asked) -> None:
    for text in ("b", " b ", ""):
        asked.inquiry.ask(text)
        await asked.scene.clock.advance(1)
    assert asked.requests() == []


async def test_while_a_slow_server_thinks_only_the_last_words_wait(asked: Asked) -> None:
    gate = asked.scene.mailbox.hold("resolve_names")
    asked.inquiry.ask("be")
    await asked.scene.clock.advance(PAUSE)
    for text in ("bex", "boa", "boar"):
        asked.inquiry.ask(text)
        await asked.scene.clock.advance(1)
    assert asked.requests() == ["be"]
    gate.open.set()
    await asked.scene.clock.advance(1)
    assert asked.requests() == ["be", "boar"]
    assert asked.answers == [("boar", ["Board"])]


async def test_an_answer_that_nobody_waits_for_any_more_is_not_delivered(asked: Asked) -> None:
    gate = asked.scene.mailbox.hold("resolve_names")
    asked.inquiry.ask("be")
    await asked.scene.clock.advance(PAUSE)
    asked.inquiry.stop()
    gate.open.set()
    await asked.scene.clock.advance(1)
    assert asked.answers == []
    assert asked.directory.known(ANNA, "be") == Resolution((BEN,))


async def test_what_was_asked_lately_costs_no_request(asked: Asked) -> None:
    for _ in range(2):
        asked.inquiry.ask(" be ")
        await asked.scene.clock.advance(1)
    assert asked.requests() == ["be"]
    assert len(asked.answers) == 2
    await asked.scene.clock.advance(400)
    asked.inquiry.ask("be")
    await asked.scene.clock.advance(1)
    assert len(asked.requests()) == 2


async def test_a_dead_server_is_silence_and_is_left_alone_for_a_while(asked: Asked) -> None:
    asked.scene.mailbox.fail("resolve_names", DEAD)
    asked.inquiry.ask("be")
    await asked.scene.clock.advance(1)
    assert asked.answers == [("be", [])]
    assert asked.scene.accounts.trouble(ANNA) is None
    asked.inquiry.ask("ben")
    await asked.scene.clock.advance(1)
    assert asked.requests() == ["be"]
    await asked.scene.clock.advance(60)
    asked.inquiry.ask("ben")
    await asked.scene.clock.advance(1)
    assert asked.answers[-1] == ("ben", ["Ben"])


async def test_an_account_that_is_not_open_is_not_asked(asked: Asked) -> None:
    asked.inquiry = asked.directory.inquire(AccountId("nobody"), asked._take)
    asked.inquiry.ask("be")
    await asked.scene.clock.advance(1)
    assert asked.requests() == []
    assert asked.answers == [("be", [])]


async def test_names_that_a_person_wants_checked_say_what_is_wrong(asked: Asked) -> None:
    assert (await asked.directory.check(ANNA, "be")).people == (BEN,)
    asked.scene.mailbox.fail("resolve_names", DEAD)
    with pytest.raises(Unreachable):
        await asked.directory.check(ANNA, "boa")
    assert asked.scene.accounts.trouble(ANNA) == DEAD


async def test_members_of_a_group_are_named_and_groups_are_known_from_then_on(asked: Asked) -> None:
    asked.scene.mailbox.groups["board@example.org"] = [BEN]
    assert not asked.directory.is_group(ANNA, BOARD)
    await asked.directory.check(ANNA, "boa")
    assert asked.directory.is_group(ANNA, Recipient("BOARD@example.org"))
    assert (await asked.directory.expand(ANNA, BOARD)).people == (BEN,)
    with pytest.raises(ItemRefused):
        await asked.directory.expand(ANNA, BEN)
