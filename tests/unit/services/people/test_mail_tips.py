"""Mail tips: asked in the background, many at a time, once each, and never anybody's trouble."""

from __future__ import annotations

import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.message import AccountId
from app.domain.people import MailTips
from app.domain.recipient import Recipient
from app.services.people.directory import FRESH, MOST_AT_ONCE, Tips
from tests.fakes.scene import ANNA, BEN, Scene

CARLA = Recipient("carla@example.org", "Carla")


class Asked:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.tips = Tips(scene.mailbox, scene.accounts, scene.clock, scene.spawn)
        self.told: list[frozenset[str]] = []
        self.tips.changed.subscribe(self.told.append)

    async def want(self, *people: Recipient, sending_as: str = "", account: AccountId = ANNA) -> None:
        self.tips.want(account, people, sending_as)
        await self.scene.clock.advance(0)

    def requests(self) -> list[tuple[int, str]]:
        """Return of how many the server was asked, and in whose name."""
        found = []
        for call in self.scene.mailbox.calls_of("mail_tips"):
            people, sending_as = call.asked
            assert isinstance(people, tuple)
            assert isinstance(sending_as, str)
            found.append((len(people), sending_as))
        return found


@pytest.fixture
def asked(scene: Scene) -> Asked:
    return Asked(scene)


async def test_many_are_asked_in_one_request_and_each_once(asked: Asked) -> None:
    asked.scene.mailbox.tips["ben@example.org"] = MailTips("ben@example.org", mailbox_full=True)
    asked.tips.want(ANNA, [BEN])
    await asked.want(CARLA, Recipient("BEN@example.org"))
    await asked.want(BEN, CARLA)
    assert asked.requests() == [(2, "")]
    assert asked.told == [frozenset({"ben@example.org", "carla@example.org"})]
    ben, carla = asked.tips.of(ANNA, BEN), asked.tips.of(ANNA, CARLA)
    assert ben is not None
    assert ben.mailbox_full
    assert carla == MailTips("carla@example.org")
    assert asked.tips.of(ANNA, Recipient("dora@example.org")) is None


async def test_tips_grow_old_and_are_asked_anew(asked: Asked) -> None:
    await asked.want(BEN)
    await asked.scene.clock.advance(FRESH)
    assert asked.tips.of(ANNA, BEN) is not None
    await asked.want(BEN)
    assert len(asked.requests()) == 2


async def test_who_sends_matters_to_what_is_said(asked: Asked) -> None:
    await asked.want(BEN)
    await asked.want(BEN, sending_as="sales@example.org")
    assert asked.requests() == [(1, ""), (1, "sales@example.org")]
    assert asked.tips.of(ANNA, BEN, "other@example.org") is None


async def test_more_than_a_request_takes_go_in_several_and_a_long_list_not_whole(asked: Asked) -> None:
    people = [Recipient(f"p{number}@example.org") for number in range(1000)]
    await asked.want(*people)
    await asked.scene.clock.advance(5)
    assert [count for count, _ in asked.requests()] == [100, MOST_AT_ONCE - 100]
    assert asked.scene.clock.sleeping == 0


async def test_what_is_no_address_is_not_asked_for(asked: Asked) -> None:
    await asked.want(Recipient("ben"), Recipient("/o=x/cn=ben", "Ben", "EX"), Recipient(""))
    assert asked.requests() == []


@pytest.mark.parametrize(
    ("kind", "wait"), [(TroubleKind.UNREACHABLE, 60), (TroubleKind.SERVER, 60), (TroubleKind.DEADLINE, 60)]
)
async def test_a_server_in_trouble_is_silence(asked: Asked, kind: TroubleKind, wait: float) -> None:
    asked.scene.mailbox.fail("mail_tips", Trouble(kind))
    await asked.want(BEN)
    assert asked.tips.of(ANNA, BEN) is None
    assert asked.scene.accounts.trouble(ANNA) is None
    await asked.want(BEN)
    assert len(asked.requests()) == 1
    await asked.scene.clock.advance(wait)
    await asked.want(BEN)
    assert asked.tips.of(ANNA, BEN) is not None


async def test_an_account_that_is_not_open_is_not_asked(asked: Asked) -> None:
    await asked.want(BEN, account=AccountId("nobody"))
    assert asked.requests() == []


async def test_an_absence_note_in_html_becomes_words(asked: Asked) -> None:
    note = "<html><body><p>Back on <b>Monday</b>.</p><script>x()</script></body></html>"
    asked.scene.mailbox.tips["ben@example.org"] = MailTips("ben@example.org", out_of_office=note, custom="Mind <you>")
    await asked.want(BEN)
    tips = asked.tips.of(ANNA, BEN)
    assert tips is not None
    assert tips.out_of_office == "Back on Monday."
    assert "Mind" in tips.custom
