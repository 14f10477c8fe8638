"""Signatures stand once, above a quotation, and are nothing written; templates and their fields are filled as meant."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.errors import StorageError
from app.domain.message import BodyFormat, Content, Options
from app.domain.recipient import Recipient
from app.domain.state import State
from app.domain.visible_text import plain_text
from app.services.accounts.accounts import Accounts
from app.services.accounts.signatures import (
    FieldValues,
    Signatures,
    Snippet,
    SnippetKind,
    carried_over,
    fill,
    find_signature,
    fragment_of,
    place_for,
    questions_in,
    quote_begins,
    split_name,
)
from app.services.html.prepare import html_of_text
from tests.fakes.clock import FakeClock
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.scene import ACCOUNT, ANNA, BEN, Scene, typed
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings

SALES = Recipient("sales@example.org", "Sales")
NAMED = msgspec.structs.replace(ACCOUNT, display_name="Anna Lind")
MINE = Snippet("1", name="Mine", text="Anna Lind\nPartnerships", for_new=True, for_replies=True)
THEIRS = Snippet("2", name="Sales", text="The sales team", address=SALES.address, for_new=True)
RICH = Snippet("3", name="Rich", text="Anna", html="<div><b>Anna</b></div>", for_new=True)


@pytest.fixture
async def kept() -> Signatures:
    settings, secrets = FakeSettings([NAMED]), FakeSecrets()
    secrets.held[ANNA] = "secret"
    accounts = Accounts(settings, secrets, FakeMailbox())
    await accounts.start()
    return Signatures(settings, accounts, FakeClock())


def test_fields_are_filled_and_what_is_not_known_stays() -> None:
    facts = FieldValues("Anna", "anna@example.org", "21 Nov 2026", "")
    text = "{name} <{address}>, {date}, Dear {to.name} {other} {"
    assert fill(text, facts) == "Anna <anna@example.org>, 21 Nov 2026, Dear {to.name} {other} {"
    assert fill("<b>{name}</b>", FieldValues("<Anna> & Co"), html=True) == "<b>&lt;Anna&gt; &amp; Co</b>"
    assert fill("{name}", FieldValues("{address}", "a@b")) == "{address}", "what is filled in is not filled again"


@pytest.mark.parametrize(
    ("text", "above"),
    [
        ("Hello\n\nAnna", "Hello\n\nAnna"),
        ("\n\nOn 3 Nov, Ben wrote:\n> Hello\n", "\n\n"),
        ("Yes.\n\n> Hello\n> there", "Yes.\n\n"),
        ("\n\n-------- Forwarded message --------\nFrom: Ben\n\nHello", "\n\n"),
        ("Hi\n\n-----Original Message-----\nHello", "Hi\n\n"),
        ("", ""),
    ],
)
def test_a_quotation_begins_with_the_line_that_says_whose_it_is(text: str, above: str) -> None:
    assert text[: quote_begins(text)] == above


def test_a_signature_is_found_whole_at_its_lines_above_the_quotation() -> None:
    text = "Hello \U0001f600\n\nAnna Lind\n\nPartnerships\n\nOn 3 Nov, Ben wrote:\n> Anna Lind\n> Partnerships\n"
    found = find_signature(text, [MINE.text])
    assert found is not None
    units = text.encode("utf-16-le")
    assert units[2 * found[0] : 2 * found[1]].decode("utf-16-le") == "Anna Lind\n\nPartnerships"
    assert find_signature("Anna Lind Partnerships and more", [MINE.text]) is None
    assert find_signature("Anna", ["", "  "]) is None


def test_its_place_is_the_end_or_above_the_quotation() -> None:
    assert place_for("Hello\n\n") == 5
    assert place_for("\U0001f600\n\nOn 3 Nov, Ben wrote:\n> Hello") == 2


async def test_the_mailboxs_own_signature_comes_before_that_of_every_one(kept: Signatures) -> None:
    for snippet in (MINE, THEIRS):
        await kept.keep_snippet(ANNA, snippet)
    assert kept.default(ANNA, None, reply=False) == MINE
    assert kept.default(ANNA, SALES, reply=False) == THEIRS
    assert kept.default(ANNA, SALES, reply=True) == MINE


async def test_of_those_that_go_in_by_themselves_there_is_one(kept: Signatures) -> None:
    await kept.keep_snippet(ANNA, MINE)
    await kept.keep_snippet(ANNA, THEIRS)
    await kept.keep_snippet(ANNA, RICH)
    assert kept.default(ANNA, None, reply=False) == RICH
    assert kept.default(ANNA, None, reply=True) == msgspec.structs.replace(MINE, for_new=False)
    assert kept.default(ANNA, SALES, reply=False) == THEIRS


async def test_snippets_keep_their_place_and_survive_the_program(kept: Signatures) -> None:
    for snippet in (MINE, THEIRS, msgspec.structs.replace(MINE, name="Renamed")):
        await kept.keep_snippet(ANNA, snippet)
    later = Signatures(kept._settings, kept._accounts, FakeClock())
    await later.load()
    assert [one.name for one in later.all(ANNA)] == ["Renamed", "Sales"]
    await later.remove(ANNA, "1")
    assert [one.name for one in later.all(ANNA)] == ["Sales"]


async def test_a_disk_that_refuses_changes_nothing(kept: Signatures) -> None:
    settings = kept._settings
    assert isinstance(settings, FakeSettings)
    settings.trouble = StorageError("the disk is full")
    with pytest.raises(StorageError):
        await kept.keep_snippet(ANNA, MINE)
    assert kept.all(ANNA) == ()
    settings.preferences["snippets"] = "[broken"
    await kept.load()
    assert kept.all(ANNA) == ()


async def test_a_new_message_is_signed_with_room_above(kept: Signatures) -> None:
    await kept.keep_snippet(ANNA, MINE)
    signed, signature = kept.sign(ANNA, Content())
    assert signed.body == "\n\nAnna Lind\nPartnerships"
    assert signature == MINE.text
    again, _ = kept.sign(ANNA, signed)
    assert again == signed, "not twice"


async def test_an_answer_is_signed_above_what_it_quotes(kept: Signatures) -> None:
    await kept.keep_snippet(ANNA, MINE)
    body = "\n\nOn 3 Nov, Ben wrote:\n> Hello\n"
    signed, _ = kept.sign(ANNA, Content(body=body, options=Options(in_reply_to="<a@b>")))
    assert signed.body == "\n\nAnna Lind\nPartnerships\n\nOn 3 Nov, Ben wrote:\n> Hello\n"


async def test_a_formatted_signature_begins_a_formatted_message_and_plain_text_gets_its_words(kept: Signatures) -> None:
    await kept.keep_snippet(ANNA, RICH)
    signed, signature = kept.sign(ANNA, Content())
    assert signed.body_format is BodyFormat.HTML
    assert "<b>Anna</b>" in signed.body
    assert (plain_text(signed.body).strip(), signature) == ("Anna", "Anna")
    signed, _ = kept.sign(ANNA, Content(body="Dear Ben"))
    assert (signed.body, signed.body_format) == ("Dear Ben\n\nAnna", BodyFormat.TEXT)
    html = Content(body="<p>Dear Ben</p>", body_format=BodyFormat.HTML)
    assert kept.sign(ANNA, html) == (html, "")


async def test_facts_are_those_of_the_mailbox_and_the_first_recipient(kept: Signatures) -> None:
    own = kept.facts(ANNA, Content(to=(BEN,)))
    assert (own.name, own.address, own.to_name) == ("Anna Lind", ACCOUNT.address, "Ben")
    assert own.date.endswith(str(1970 + int(FakeClock().now() // 31_556_952)))
    theirs = kept.facts(ANNA, Content(sender=SALES))
    assert (theirs.name, theirs.address) == ("Sales", SALES.address)
    template = Snippet("t", SnippetKind.TEMPLATE, text="\nDear {to.name},\n")
    assert fragment_of(template, own).text == "Dear Ben,"


async def signing(scene: Scene, snippet: Snippet = MINE) -> None:
    signatures = Signatures(FakeSettings(), scene.accounts, scene.clock)
    await signatures.keep_snippet(ANNA, snippet)
    scene.drafts.sign = signatures.sign


@pytest.mark.parametrize("snippet", [MINE, RICH])
async def test_a_signature_alone_is_nothing_written(scene: Scene, snippet: Snippet) -> None:
    await signing(scene, snippet)
    name = await scene.drafts.begin(ANNA)
    await scene.clock.advance(30)
    await scene.drafts.save(name)
    assert scene.mailbox.calls_of("save") == []
    await scene.drafts.close(name)
    assert scene.records.get(name) is None


async def test_a_signature_alone_vanishes_after_a_crash_too(scene: Scene) -> None:
    await signing(scene)
    name = await scene.drafts.begin(ANNA)
    after = await scene.restarted()
    await after.clock.advance(5)
    assert after.records.get(name) is None
    await after.spawn.end()


async def test_one_word_beside_the_signature_is_a_message(scene: Scene) -> None:
    await signing(scene)
    name = await scene.drafts.begin(ANNA)
    scene.drafts.edit(name, typed("Hello"))
    await scene.drafts.close(name)
    await scene.clock.advance(5)
    assert scene.record(name).state is State.DRAFT
    (item,) = scene.mailbox.items.values()
    assert item.content.body == "Hello\n\nAnna Lind\nPartnerships"


async def test_a_message_written_anew_is_not_signed_again(scene: Scene) -> None:
    await signing(scene)
    name = await scene.drafts.begin(ANNA, Content(to=(BEN,), subject="Again", body="Dear Ben"))
    assert (await scene.drafts.read_message(name)).content.body == "Dear Ben"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ben Okafor", ("Ben", "Okafor")),
        ("Okafor, Ben", ("Ben", "Okafor")),
        ("Ben", ("Ben", "")),
        ("Anna van der Berg", ("Anna", "Berg")),
        ("ben@example.org", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_name_has_a_first_and_a_last_part(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


def test_fields_stand_in_two_braces_and_those_of_earlier_versions_are_carried_over() -> None:
    facts = FieldValues(name="Anna", to_first="Ben", answers={"Amount": "5 <EUR>"})
    text = "{{to.first}} {{ Name }} {{Amount}} {{to.company}} {{1}} {{}}"
    assert fill(text, facts) == "Ben Anna 5 <EUR> {{to.company}} {{1}} {{}}"
    assert fill("{{Amount}}", facts, html=True) == "5 &lt;EUR&gt;"
    old = Snippet("t", SnippetKind.TEMPLATE, text="Dear {to.name}, {amount} {{x}}", subject="{date}", html="{name}")
    new = carried_over(old)
    assert (new.text, new.subject, new.html) == ("Dear {{to.name}}, {{amount}} {{x}}", "{{date}}", "{{name}}")
    assert carried_over(new) == new
    assert questions_in(new, FieldValues(date="today")) == ["to.name", "amount", "x"]


async def test_a_formatted_signature_goes_below_words_that_are_there_and_never_a_second_time(kept: Signatures) -> None:
    await kept.keep_snippet(ANNA, RICH)
    for text in ("Hello", "Hello\n\nAnna"):
        content = Content(body=html_of_text(text), body_format=BodyFormat.HTML)
        signed, _ = kept.sign(ANNA, content)
        assert plain_text(signed.body).split() == ["Hello", "Anna"]
        assert ("<b>Anna</b>" in signed.body) is (text == "Hello")
