"""A second look at the recipients: what is found, and that nothing is found where nothing is wrong."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.attachment import Attached
from app.domain.message import Content, Field
from app.domain.people import MailTips
from app.domain.problem import BEFORE_SENDING, Finding, ProblemKind
from app.domain.recipient import Recipient
from app.services.checks import preflight
from app.services.checks.recipients import Around, look_at_people
from app.services.checks.size import Limit, look_at_size, message_size

BEN, CARLA = Recipient("ben@contoso.com", "Ben"), Recipient("carla@contoso.com", "Carla")
DORA = Recipient("dora@fabrikam.com", "Dora")
KNOWN = {DORA.address, "elsa@northwind.example", "mum@gmail.com"}
TIPS: dict[str, MailTips] = {}


def around(**changes: object) -> Around:
    made = Around(
        frozenset({"contoso.com"}),
        lambda one: one.address in KNOWN,
        {"fabrikam.com": 1, "northwind.example": 1},
        lambda one: TIPS.get(one.address),
    )
    return made._replace(**changes)  # type: ignore[arg-type]  # named by each test


@pytest.fixture(autouse=True)
def no_tips() -> None:
    TIPS.clear()


def kinds(content: Content, known: Around | None = None) -> list[ProblemKind]:
    return [finding.kind for finding in look_at_people(content, known or around())]


def only(content: Content, known: Around | None = None) -> Finding:
    (finding,) = look_at_people(content, known or around())
    assert not finding.blocking
    assert finding.kind in BEFORE_SENDING
    return finding


def test_a_slip_is_found_with_what_may_stand_in_its_place() -> None:
    finding = only(Content(to=(BEN,), cc=(Recipient("me@gmial.com"),)))
    assert (finding.kind, finding.field, finding.value, finding.fix) == (
        ProblemKind.ADDRESS_SLIPPED,
        Field.CC,
        "me@gmial.com",
        "me@gmail.com",
    )
    assert finding.sentence == "“me@gmial.com”: did you mean gmail.com?"


def test_ones_own_domain_off_by_one_is_found() -> None:
    assert only(Content(to=(Recipient("ben@contso.com"),))).fix == "ben@contoso.com"


def test_what_only_looks_like_ones_own_domain_is_found() -> None:
    finding = only(Content(to=(Recipient("ben@c0ntoso.com"),)))
    assert finding.kind is ProblemKind.ADDRESS_LOOKS_LIKE
    assert finding.fix == "ben@contoso.com"
    mixed = only(Content(to=(Recipient("ben@bαnk.example"),)))  # noqa: RUF001 - a Greek message: what this is about
    assert (mixed.kind, mixed.fix) == (ProblemKind.ADDRESS_LOOKS_LIKE, "")


def test_strangers_outside_are_named_and_who_was_written_to_is_none() -> None:
    fay, gus = Recipient("fay@tailspin.example", "Fay"), Recipient("gus@wingtip.example")
    finding = only(Content(to=(BEN, DORA, fay), bcc=(gus,)))
    assert (finding.kind, finding.value) == (ProblemKind.EXTERNAL, fay.address)
    assert finding.sentence == (
        "First message to “Fay <fay@tailspin.example>”, “gus@wingtip.example” (outside your organisation)."
    )
    assert kinds(Content(to=(fay,)), around(ask_for_strangers=False)) == []


def test_more_strangers_than_can_be_named_are_counted() -> None:
    people = tuple(Recipient(f"p{n}@tailspin.example") for n in range(9))
    assert "and 6 more" in only(Content(to=people)).sentence


def test_at_a_provider_nobody_is_outside() -> None:
    mine = around(own_domains=frozenset({"gmail.com"}))
    assert kinds(Content(to=(Recipient("fay@tailspin.example"),)), mine) == []


def test_the_same_address_twice_is_found_once_at_its_second_place() -> None:
    finding = only(Content(to=(BEN, CARLA), cc=(Recipient("BEN@contoso.com"),), bcc=(BEN,)))
    assert (finding.kind, finding.field) == (ProblemKind.TWICE, Field.CC)


def test_many_are_counted_with_the_members_of_groups_and_each_once() -> None:
    group = Recipient("everyone@contoso.com", "Everyone")
    TIPS[group.address] = MailTips(group.address, members=29)
    finding = only(Content(to=(group, BEN)))
    assert (finding.kind, finding.sentence) == (ProblemKind.MANY_RECIPIENTS, "This goes to 30 people.")
    assert kinds(Content(to=(group,))) == []
    assert kinds(Content(to=(group, BEN)), around(many=0)) == []
    assert kinds(Content(to=(BEN, CARLA)), around(many=2)) == [ProblemKind.MANY_RECIPIENTS]


@pytest.mark.parametrize(
    ("tips", "sentence"),
    [
        (MailTips("", invalid=True), "Your server does not know “Ben <ben@contoso.com>”."),
        (MailTips("", restricted=True), "You may not write to “Ben <ben@contoso.com>”."),
        (MailTips("", mailbox_full=True), "The mailbox of “Ben <ben@contoso.com>” is full."),
        (
            MailTips("", max_message_size=1_000_000),
            "“Ben <ben@contoso.com>” takes messages up to 1 MB; this one has 2.7 MB.",
        ),
    ],
)
def test_who_will_not_get_it_is_said(tips: MailTips, sentence: str) -> None:
    TIPS[BEN.address] = tips
    content = Content(to=(BEN,), attachments=(Attached("k", "a.pdf", 2_000_000, "application/pdf"),))
    assert only(content).sentence == sentence


def test_the_size_counts_the_text_and_attachments_as_they_travel() -> None:
    assert message_size(Content(body="é" * 10)) == 20
    assert message_size(Content(attachments=(Attached("k", "a", 300, ""),))) == 400


def test_an_address_that_keeps_the_message_back_is_not_looked_at_twice() -> None:
    assert kinds(Content(to=(Recipient("ben"),))) == []
    found = preflight.check(Content(to=(Recipient("ben"),), subject="x"), None, around())
    assert [finding.kind for finding in found] == [ProblemKind.ADDRESS]


def test_without_what_is_known_around_it_only_what_is_in_the_message_is_found() -> None:
    message = Content(to=(Recipient("me@gmial.com"),), subject="x")
    assert preflight.check(message) == []
    assert len(preflight.check(message, None, around())) == 1


ORDINARY = [
    Content(to=(BEN,)),
    Content(to=(BEN, CARLA), cc=(Recipient("boss@contoso.com"),)),
    Content(to=(DORA,), cc=(BEN,)),
    Content(to=(DORA, Recipient("elsa@northwind.example")), bcc=(CARLA,)),
    Content(to=(Recipient("team@eu.contoso.com"), BEN)),
    Content(to=tuple(Recipient(f"colleague{n}@contoso.com") for n in range(29))),
    Content(to=(Recipient("mum@gmail.com", "Mum"),)),
    Content(to=(Recipient("/o=contoso/cn=ben", "Ben", "EX"), CARLA)),
    Content(to=(Recipient("printer@localhost"),)),
]


@pytest.mark.parametrize("message", ORDINARY, ids=range(len(ORDINARY)))
def test_of_an_ordinary_message_nothing_is_said(message: Content) -> None:
    TIPS.update({one.address: MailTips(one.address, invalid=False, mailbox_full=False) for one in message.to})
    written = msgspec.structs.replace(message, subject="Hello", body="A few words.")
    assert preflight.check(written, None, around()) == []


@pytest.mark.parametrize(
    ("megabytes", "limit", "sentence"),
    [
        (30, Limit(told=36_000_000), "Your server takes messages up to 36 MB; this one has 40 MB."),
        (27, Limit(told=36_000_000), ""),
        (30, Limit(told=150_000_000), ""),
        (30, Limit(), "This message has 40 MB. Most servers take no more than 35 MB."),
        (26, Limit(), ""),
        (60, Limit(assumed=0), ""),
        (9, Limit(assumed=10_000_000), "This message has 12 MB. Most servers take no more than 10 MB."),
        (9, Limit(refused=12_000_000), "Your server refused a message of 12 MB; this one has 12 MB."),
        (8, Limit(refused=12_000_000), ""),
        (30, Limit(150_000_000, 20_000_000), "Your server refused a message of 20 MB; this one has 40 MB."),
    ],
)
def test_what_is_larger_than_the_server_takes_is_said_and_kept_back_by_nobody(
    megabytes: int, limit: Limit, sentence: str
) -> None:
    message = Content(attachments=(Attached("k", "film.mp4", megabytes * 1_000_000, ""),))
    found = look_at_size(message, limit)
    assert [finding.sentence for finding in found] == ([sentence] if sentence else [])
    assert not any(finding.blocking for finding in found)


def test_who_is_new_and_stands_there_twice_is_named_once() -> None:
    fay, eve = Recipient("fay@tailspin.example", "Fay"), Recipient("eve@tailspin.example", "Eve")
    found = preflight.check(Content(to=(fay, eve), cc=(fay,), subject="x"), None, around())
    (new,) = [finding for finding in found if finding.kind is ProblemKind.EXTERNAL]
    assert new.sentence == (
        "First message to “Fay <fay@tailspin.example>”, “Eve <eve@tailspin.example>” (outside your organisation)."
    )
