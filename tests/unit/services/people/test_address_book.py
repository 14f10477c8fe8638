"""The address book: it learns from what was sent, forgets on demand, and is there again after a start."""

from __future__ import annotations

import pytest

from app.core.background import run_here
from app.domain.errors import StorageError, Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import AccountId, Content
from app.domain.people import HALF_LIFE, Correspondent, key_of
from app.domain.recipient import Recipient
from app.services.people import address_book
from app.services.people.address_book import AddressBook
from app.services.reader.message_reader import MessageReader
from app.services.records.rows import row_of_item
from tests.fakes.correspondents import FakeCorrespondents
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, BEN, Scene

CARLA = Recipient("carla@example.net", "Carla")
OTHER = AccountId("other")


class Book:
    """The book over a fake disk, beside the services."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.disk = scene, FakeCorrespondents()
        self.book = self.made()

    def made(self) -> AddressBook:
        scene = self.scene
        return AddressBook(self.disk, scene.records, scene.clock, scene.spawn)

    async def again(self) -> AddressBook:
        """Return the book that the next start of the program finds."""
        await self.scene.clock.advance(0)
        book = self.made()
        await book.load()
        return book

    def names(self, text: str, account: AccountId = ANNA) -> list[str]:
        return [entry.recipient.name or entry.recipient.address for entry in self.book.search(account, text)]


@pytest.fixture
async def made(scene: Scene) -> Book:
    built = Book(scene)
    await built.book.load()
    return built


async def sent(made: Book, content: Content) -> None:
    name = await made.scene.drafts.begin(ANNA, content)
    await made.scene.outbox.send([name], 0)
    await made.scene.clock.advance(1)


async def test_whom_a_message_was_accepted_for_is_offered_next_time_and_after_a_start(made: Book) -> None:
    await sent(made, Content(to=(BEN,), cc=(CARLA,), bcc=(Recipient("dora@example.org"),), subject="x"))
    assert made.names("be") == ["Ben"]
    made.book = await made.again()
    assert [made.names(text) for text in ("be", "car", "do")] == [["Ben"], ["Carla"], ["dora@example.org"]]


async def test_a_message_that_was_refused_teaches_nothing(made: Book) -> None:
    made.scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied"))
    await sent(made, Content(to=(BEN,), subject="x"))
    assert made.names("be") == []


async def test_a_message_whose_answer_was_lost_teaches_once_it_is_known_to_be_sent(made: Book) -> None:
    made.scene.mailbox.fail("send", Trouble(TroubleKind.DEADLINE), processed=True)
    await sent(made, Content(to=(BEN,), subject="x"))
    await made.scene.clock.advance(60)
    entry = made.book.get(ANNA, BEN)
    assert entry is not None
    assert entry.uses == 1


async def test_a_message_that_was_sent_before_the_start_is_not_counted_again(made: Book) -> None:
    await sent(made, Content(to=(BEN,), subject="x"))
    made.book = await made.again()
    record = made.scene.records.all()[0]
    made.scene.records.changed.emit(record)
    await made.scene.clock.advance(1)
    entry = made.book.get(ANNA, BEN)
    assert entry is not None
    assert entry.uses == 1


async def test_each_account_has_its_own(made: Book) -> None:
    made.book.add_sent(ANNA, [BEN], 1000.0)
    assert made.names("be", OTHER) == []
    assert made.book.domains(ANNA) == {"example.org": 1}
    assert made.book.domains(OTHER) == {}


async def test_often_and_lately_come_first(made: Book) -> None:
    now = made.scene.clock.now()
    often, lately, once = (Recipient(f"p{n}@example.org", f"Pat {n}") for n in range(3))
    for _ in range(8):
        made.book.add_sent(ANNA, [often], now - HALF_LIFE)
    for when in (now - 10, now):
        made.book.add_sent(ANNA, [lately], when)
    made.book.add_sent(ANNA, [once], now)
    assert made.names("pat") == ["Pat 0", "Pat 1", "Pat 2"]
    made.book.add_sent(ANNA, [lately] * 3, now)
    for _ in range(3):
        made.book.add_sent(ANNA, [lately], now)
    assert made.names("pat")[0] == "Pat 1"


async def test_the_order_in_which_messages_are_learnt_does_not_matter(made: Book) -> None:
    now = made.scene.clock.now()
    for when in (now, now - HALF_LIFE):
        made.book.add_sent(ANNA, [BEN], when)
    for when in (now - HALF_LIFE, now):
        made.book.add_sent(ANNA, [CARLA], when)
    ben, carla = made.book.get(ANNA, BEN), made.book.get(ANNA, CARLA)
    assert ben is not None
    assert carla is not None
    assert ben.heat == pytest.approx(carla.heat)
    assert ben.weight == pytest.approx(1.5)


async def test_reading_a_sent_message_makes_people_known_once(made: Book) -> None:
    for _ in range(3):
        made.book.learn_from_sent(ANNA, [CARLA], 1000.0)
    entry = made.book.get(ANNA, CARLA)
    assert entry is not None
    assert (entry.uses, entry.last) == (1, 1000.0)


async def test_who_is_forgotten_is_gone_from_the_disk_and_no_old_message_brings_them_back(made: Book) -> None:
    now = made.scene.clock.now()
    made.book.add_sent(ANNA, [BEN, CARLA], now - 100)
    made.book.forget(ANNA, Recipient("BEN@example.org"))
    made.book = await made.again()
    assert made.names("be") == []
    assert not any("ben" in repr(entry) for entry in made.disk.kept.values())
    made.book.learn_from_sent(ANNA, [BEN], now - 50)
    assert made.names("be") == []
    assert made.book.domains(ANNA) == {"example.net": 1}
    made.book.add_sent(ANNA, [BEN], now + 1)
    made.book = await made.again()
    assert made.names("be") == ["Ben"]
    assert len(made.disk.kept) == 2


async def test_a_newer_name_is_taken_over_and_none_does_not_wipe_it_out(made: Book) -> None:
    for name in ("ben", "Ben Bold", "", "ben@example.org"):
        made.book.add_sent(ANNA, [Recipient("ben@example.org", name)], 1000.0)
    assert made.names("bold") == ["Ben Bold"]
    assert made.names("be") == ["Ben Bold"]


async def test_what_cannot_be_written_to_is_not_kept(made: Book) -> None:
    made.book.add_sent(ANNA, [Recipient("ben"), Recipient("", "Ben"), Recipient("id", "Bens", "MAPIPDL")], 1000.0)
    made.book.add_sent(ANNA, [Recipient("/o=org/cn=ben", "Ben of the directory", "EX")], 1000.0)
    assert made.names("ben") == ["Ben of the directory"]


async def test_a_disk_that_fails_is_written_to_later(made: Book) -> None:
    made.disk.trouble = StorageError("full")
    made.book.add_sent(ANNA, [BEN], 1000.0)
    await made.scene.clock.advance(0)
    assert made.disk.kept == {}
    assert made.names("be") == ["Ben"]
    made.book.add_sent(ANNA, [CARLA], 1000.0)
    made.book = await made.again()
    assert len(made.disk.kept) == 2


async def test_what_is_learnt_while_the_disk_is_read_is_added_to_what_it_had(scene: Scene) -> None:
    made = Book(scene)
    entry = Correspondent(ANNA, key_of(BEN), BEN, uses=3, weight=3.0, last=1000.0)
    made.disk.kept[ANNA, entry.key] = entry
    made.book.add_sent(ANNA, [BEN], 1000.0)
    assert made.names("be") == []
    await made.book.load()
    found = made.book.get(ANNA, BEN)
    assert found is not None
    assert found.uses == 4


async def test_a_disk_that_cannot_be_read_leaves_an_empty_book_that_learns(scene: Scene) -> None:
    made = Book(scene)
    made.disk.trouble = StorageError("gone")
    await made.book.load()
    made.book.add_sent(ANNA, [BEN], 1000.0)
    assert made.names("be") == ["Ben"]


async def test_beyond_the_limit_the_coldest_go(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address_book, "MOST_KEPT", 3)
    made = Book(scene)
    await made.book.load()
    for number in range(5):
        made.book.add_sent(ANNA, [Recipient(f"p{number}@example.org")], 1000.0 + number)
    made.book = await made.again()
    assert made.names("p") == [f"p{number}@example.org" for number in (4, 3, 2)]
    made.book.add_sent(ANNA, [Recipient("p4@example.org")], 2000.0)
    await made.scene.clock.advance(0)
    assert len(made.disk.kept) == 3


async def test_a_group_is_remembered_as_one(made: Book) -> None:
    made.book.add_sent(ANNA, [BEN], 1000.0)
    made.book.note_group(ANNA, BEN)
    made.book = await made.again()
    assert made.book.search(ANNA, "be")[0].is_group


async def test_a_message_that_is_read_in_sent_tells_to_whom_it_went(scene: Scene) -> None:
    made = Book(scene)
    await made.book.load()
    readings = MessageReader(scene.records, scene.watched, run_here)
    readings.read_in_sent.subscribe(lambda read: made.book.learn_from_sent(*read))
    scene.mailbox.put(ANNA, Content(to=(BEN,), subject="Old"), folder=Folder.SENT)
    scene.mailbox.put(ANNA, Content(to=(CARLA,), subject="Draft"))
    for folder in (Folder.SENT, Folder.DRAFTS):
        page = await scene.watched.list_folder(ANNA, folder)
        await readings.read_message(row_of_item(ANNA, folder, page.rows[0]))
    assert made.names("be") == ["Ben"]
    assert made.names("car") == []


async def test_of_a_message_to_a_long_list_the_first_are_learnt(made: Book) -> None:
    made.book.add_sent(ANNA, [Recipient(f"p{number}@example.org") for number in range(10_000)], 1000.0)
    assert made.book.domains(ANNA) == {"example.org": 100}
