"""Answers as others have them: their headers and conversation, the marks on the original, drafts begun elsewhere.

What arrives is read by Python's email; the marks are read by a client made of exchangelib alone, which also begins the
drafts that are finished here.
"""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from typing import Any

import exchangelib
import pytest
from exchangelib.extended_properties import ExtendedProperty

from app.core.background import run_in_thread
from app.domain.edits import RecipientSplice, TextSplice
from app.domain.listing import Folder, Place
from app.domain.message import BodyFormat, Field, LocalId
from app.domain.recipient import Recipient
from app.domain.state import State
from app.services.drafts.reply_forward import ReplyForward
from app.services.records.rows import ListRow, row_of_item
from tests.integration.sandbox import soap
from tests.integration.services.test_sending_as import WHO, Life
from tests.sandbox_fixture import RunningSandbox

JAMES, SOFIA, PRIYA = (f"{name}@contoso.com" for name in ("james.okafor", "sofia.lindqvist", "priya.natarajan"))
Client = Callable[[str], Any]


class LastVerb(ExtendedProperty):  # type: ignore[misc]  # exchangelib has no types
    """PidTagLastVerbExecuted."""

    property_tag, property_type = 0x1081, "Integer"


class LastVerbAt(ExtendedProperty):  # type: ignore[misc]  # as above
    """PidTagLastVerbExecutionTime."""

    property_tag, property_type = 0x1082, "SystemTime"


class Icon(ExtendedProperty):  # type: ignore[misc]  # as above
    """PidTagIconIndex."""

    property_tag, property_type = 0x1080, "Integer"


@pytest.fixture
async def life(trusting: RunningSandbox) -> AsyncIterator[Life]:
    built = await Life(trusting).start()
    yield built
    await built.end()


@pytest.fixture
def reading_marks() -> Any:
    """Let exchangelib read the three properties, as any program that shows them does."""
    properties = {"last_verb": LastVerb, "last_verb_at": LastVerbAt, "icon": Icon}
    for name, kind in properties.items():
        exchangelib.Message.register(name, kind)
    yield
    for name in properties:
        exchangelib.Message.deregister(name)


def marks_of(account: Any, subject: str) -> tuple[int | None, int | None, bool]:
    """Return verb, icon and whether it is read, of a message in the Inbox."""
    item = account.inbox.get(subject=subject)
    assert (item.last_verb_at is None) == (item.last_verb is None)
    return item.last_verb, item.icon, item.is_read


def from_james(client: Client, subject: str, **more: Any) -> Any:
    """Let James write to Sofia and Priya; return the message as Sofia's own program of exchangelib has it."""
    sent = exchangelib.Message(
        account=client(JAMES),
        subject=subject,
        body=exchangelib.HTMLBody("<p>How much is <b>one</b>?</p>"),
        to_recipients=[SOFIA, PRIYA],
        is_read_receipt_requested=True,
        **more,
    )
    sent.send()
    return client(SOFIA).inbox.get(subject=subject)


async def row_of(life: Life, subject: str, folder: Folder = Folder.INBOX) -> ListRow:
    page = await life.mailbox.list_folder(WHO, Place(folder), 0, 50)
    return row_of_item(WHO, folder, next(row for row in page.rows if row.subject == subject))


def followed(life: Life) -> ReplyForward:
    follow = ReplyForward(life.drafts, life.mailbox, life.accounts, life.clock, run_in_thread)
    follow.own_addresses = life.identities.own_addresses
    return follow


async def send(life: Life, name: LocalId) -> None:
    await life.outbox.send([name], 0)
    await life.until(lambda: life.record(name).state is State.SENT and bool(life.record(name).verified))
    await life.until(lambda: not life.record(name).originals)


def arrived(sandbox: RunningSandbox, who: str, subject: str) -> EmailMessage:
    """Return a message of somebody's Inbox as Python's email reads it."""
    where = soap.equals(soap.field("item:Subject"), subject)
    ids = sandbox.post(soap.find("inbox", restriction=where), who).ids()
    mime = sandbox.post(soap.get(ids[:1], "IdOnly", "", "<t:IncludeMimeContent>true</t:IncludeMimeContent>"), who)
    raw = base64.b64decode(mime.text(".//t:MimeContent") or "")
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("html", "plain"))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize(
    ("way", "verb", "icon", "to"),
    [("reply", 102, 261, [JAMES]), ("reply_all", 103, 261, [JAMES, PRIYA]), ("forward", 104, 262, [PRIYA])],
)
async def test_an_answer_stands_in_its_conversation_and_marks_what_it_answers(
    life: Life, client: Client, reading_marks: None, way: str, verb: int, icon: int, to: list[str]
) -> None:
    # As on a list, the subject that others see is not the topic of the conversation.
    original = await asyncio.to_thread(from_james, client, "[prices] One")
    row = await row_of(life, "[prices] One")
    name = await getattr(followed(life), way)(row)
    if way == "forward":
        life.drafts.edit(name, RecipientSplice(Field.TO, 0, 0, (Recipient(PRIYA),)))
    await life.drafts.save(name)
    assert await asyncio.to_thread(marks_of, client(SOFIA), "[prices] One") == (None, None, False), "nothing was sent"
    await send(life, name)
    prefix = "FW" if way == "forward" else "RE"
    answer = await asyncio.to_thread(arrived, life.sandbox, to[-1], f"{prefix}: [prices] One")
    assert [one.addr_spec for one in answer["To"].addresses] == to
    assert (answer["In-Reply-To"], answer["References"]) == (original.message_id, original.message_id)
    assert answer["Thread-Topic"] == "[prices] One"
    index = base64.b64decode(answer["Thread-Index"])
    assert (index[:22], len(index)) == (original.conversation_index[:22], len(original.conversation_index) + 5)
    assert await asyncio.to_thread(marks_of, client(SOFIA), "[prices] One") == (verb, icon, True)
    copy = await asyncio.to_thread(lambda: client(SOFIA).sent.get(subject=f"{prefix}: [prices] One"))
    assert copy.conversation_id == original.conversation_id
    html = text_of(answer)
    head = html.partition('<hr><div id="divRplyFwdMsg">')[2].partition("</div>")[0]
    for words in ("<b>From:</b>", JAMES, "<b>Sent:</b>", "<b>To:</b>", "<b>Subject:</b> [prices] One"):
        assert words in head
    assert html.index("</div>") < html.index("How much is <b>one</b>?")
    told = await asyncio.to_thread(lambda: list(client(JAMES).inbox.filter(subject="Read: [prices] One")))
    assert told == [], "no receipt went out"


async def test_three_that_are_passed_on_as_attachments_arrive_as_messages_and_are_marked(
    life: Life, client: Client, reading_marks: None
) -> None:
    subjects = ["One", "Two", "Three"]
    for subject in subjects:
        await asyncio.to_thread(from_james, client, subject)
    name = await followed(life).forward_attached([await row_of(life, subject) for subject in subjects])
    life.drafts.edit(name, RecipientSplice(Field.TO, 0, 0, (Recipient(PRIYA),)))
    life.drafts.edit(name, TextSplice(Field.SUBJECT, 0, 0, "Three of them"))
    await life.drafts.save(name)
    await send(life, name)
    message = await asyncio.to_thread(arrived, life.sandbox, PRIYA, "Three of them")
    attached = [part for part in message.walk() if part.get_content_type() == "message/rfc822"]
    inner = [one for part in attached if isinstance(one := part.get_payload(0), EmailMessage)]
    assert [one["Subject"] for one in inner] == subjects
    assert all("How much is" in text_of(one) for one in inner)
    found = [await asyncio.to_thread(marks_of, client(SOFIA), subject) for subject in subjects]
    assert found == [(104, 262, True)] * 3


@pytest.mark.parametrize("way", ["new", "reply", "reply to all"])
async def test_a_draft_begun_in_another_program_appears_here_is_finished_and_sent(
    life: Life, client: Client, way: str
) -> None:
    original = await asyncio.to_thread(from_james, client, "Prices")
    told = asyncio.Event()
    listening = asyncio.ensure_future(life.mailbox.notices(WHO, [Place(Folder.DRAFTS)], lambda _: told.set()))
    await told.wait()  # the first that is told is what is listened to
    told.clear()
    state = await synced(life)

    def begin() -> None:
        account = client(SOFIA)
        if way == "new":
            exchangelib.Message(
                account=account, folder=account.drafts, subject="RE: Prices", body="Ten", to_recipients=[JAMES]
            ).save()
            return
        item = account.inbox.get(subject="Prices")
        create = item.create_reply if way == "reply" else item.create_reply_all
        create("RE: Prices", exchangelib.HTMLBody("<p>Ten</p>")).save(account.drafts)

    await asyncio.to_thread(begin)
    await told.wait()
    page = await life.mailbox.sync(WHO, Place(Folder.DRAFTS), state, 100)
    (ref,) = [one.row.ref for one in page.changes if one.row is not None and one.row.subject == "RE: Prices"]
    (name,) = await life.drafts.adopt(WHO, [ref])
    assert isinstance(name, str)
    opened = await life.drafts.open_draft(name)
    assert "Ten" in opened.content.body
    formatted = opened.content.body_format is BodyFormat.HTML
    place = opened.content.body.index("Ten")
    life.drafts.edit(name, TextSplice(Field.BODY, place, 3, "<b>Eleven</b>" if formatted else "Eleven"))
    await life.drafts.save(name)
    await send(life, name)
    answer = await asyncio.to_thread(arrived, life.sandbox, JAMES, "RE: Prices")
    assert "Eleven" in text_of(answer)
    if way != "new":
        assert (answer["In-Reply-To"], answer["References"]) == (original.message_id, original.message_id)
        assert base64.b64decode(answer["Thread-Index"])[:22] == original.conversation_index[:22]
        copy = await asyncio.to_thread(lambda: client(SOFIA).sent.get(subject="RE: Prices"))
        assert copy.conversation_id == original.conversation_id
    assert await asyncio.to_thread(lambda: client(SOFIA).drafts.filter(subject="RE: Prices").count()) == 0
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def synced(life: Life) -> str:
    """Return the state of Drafts as it is now."""
    state, more = "", True
    while more:
        page = await life.mailbox.sync(WHO, Place(Folder.DRAFTS), state, 100)
        state, more = page.state, page.more
    return state
