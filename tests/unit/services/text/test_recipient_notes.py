"""The one word that a chip bears, and the sentences behind it."""

from __future__ import annotations

import pytest

from app.domain.people import MailTips
from app.domain.recipient import Recipient
from app.services.text.recipient_notes import is_external, note_for

BEN = Recipient("ben@example.org", "Ben")
OWN = ("example.org",)


def tips(**said: object) -> MailTips:
    return MailTips("ben@example.org", **said)  # type: ignore[arg-type]  # named by each test


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (tips(invalid=True), "Unknown"),
        (tips(restricted=True), "Restricted"),
        (tips(mailbox_full=True), "Full"),
        (tips(max_message_size=500), "Too large"),
        (tips(out_of_office="Back on Monday."), "Away"),
        (tips(moderated=True), "Moderated"),
        (tips(custom="Ask Dora first."), "Note"),
        (tips(members=12), "12"),
    ],
)
def test_each_tip_has_its_word_an_icon_and_a_sentence(said: MailTips, word: str) -> None:
    note = note_for(BEN, said, OWN, size=1000)
    assert note is not None
    assert note.word == word
    assert note.icon
    assert all(sentence.endswith((".", "…")) for sentence in note.sentences)


def test_nothing_is_said_of_somebody_of_whom_there_is_nothing_to_say() -> None:
    assert note_for(BEN, None, OWN) is None
    fine = tips(invalid=False, restricted=False, mailbox_full=False, moderated=False, max_message_size=10_000)
    assert note_for(BEN, fine, OWN, size=5_000) is None


def test_the_gravest_gives_the_word_and_all_have_their_sentence() -> None:
    note = note_for(BEN, tips(out_of_office="Back on Monday.", mailbox_full=True), ("elsewhere.example",))
    assert note is not None
    assert (note.word, note.tone, note.text) == ("Full", "bad", "Back on Monday.")
    assert len(note.sentences) == 3


def test_a_group_says_how_many_it_has_and_how_many_are_outside() -> None:
    note = note_for(BEN, tips(members=12, external_members=2), OWN, is_group=True)
    assert note is not None
    assert (note.word, note.tone) == ("12", "warn")
    assert note.sentences == ("A group of 12 members.", "2 of them are outside your organisation.")
    unknown = note_for(BEN, None, OWN, is_group=True)
    assert unknown is not None
    assert unknown.word == "Group"


@pytest.mark.parametrize(
    ("address", "own", "external"),
    [
        ("a@example.org", ("example.org",), False),
        ("a@EXAMPLE.org", ("Example.Org",), False),
        ("a@eu.example.org", ("example.org",), False),
        ("a@example.org", ("eu.example.org",), False),
        ("a@badexample.org", ("example.org",), True),
        ("a@example.net", ("example.org", "example.net"), False),
        ("a@example.net", ("example.org",), True),
        ("a@example.net", (), False),
        ("a", ("example.org",), False),
    ],
)
def test_outside_is_what_is_not_of_ones_own_domains(address: str, own: tuple[str, ...], external: bool) -> None:
    assert is_external(Recipient(address), own) is external


def test_an_address_of_the_directory_is_not_outside() -> None:
    assert not is_external(Recipient("/o=x/cn=a@b", "A", "EX"), OWN)
