"""What lost first saves may yet make: counted, told by what it says, and never taken for another client's."""

from __future__ import annotations

import msgspec

from app.domain.attachment import Attachment
from app.domain.late_creates import came, one_less, one_more
from app.domain.message import BodyFormat, Content, Fetched, ItemRef, Options
from app.domain.recipient import Recipient
from app.domain.record import PendingCreate
from app.domain.same_message import fingerprint, same_message

BEN = Recipient("ben@example.org", "Ben")
MESSAGE = Content(to=(BEN,), subject="Hello", body="Dear Ben\n", options=Options(categories=("Red", "Blue")))


def item(content: Content = MESSAGE, **more: object) -> Fetched:
    return msgspec.structs.replace(Fetched(ItemRef("1", "a"), content), **more)


def test_what_a_server_wrote_in_its_own_manner_is_known_again() -> None:
    theirs = msgspec.structs.replace(
        MESSAGE,
        to=(Recipient("Ben@Example.org", "Ben B."),),
        body="Dear Ben\r\n\r\n",
        sender=Recipient("anna@example.org", "Anna"),
        options=Options(categories=("Blue", "Red")),
    )
    assert same_message(MESSAGE, theirs)
    assert fingerprint(MESSAGE) == fingerprint(theirs)
    assert came(one_more((), MESSAGE, "", 1.0), item(theirs)) is not None


def test_by_its_words_it_is_known_again_where_a_server_writes_texts_anew() -> None:
    html = msgspec.structs.replace(MESSAGE, body="<p>Dear <b>Ben</b></p>", body_format=BodyFormat.HTML)
    anew = "<html><head><meta name=x></head><body><p>Dear <strong>Ben</strong></p>\r\n</body></html>"
    theirs = msgspec.structs.replace(html, body=anew)
    assert came(one_more((), html, "", 1.0), item(theirs), by_words=True) is not None
    assert came(one_more((), MESSAGE, "", 1.0), item(theirs), by_words=True) is not None
    assert came(one_more((), html, "", 1.0), item(theirs)) is None
    other = msgspec.structs.replace(theirs, body=anew.replace("Ben", "Eve"))
    assert came(one_more((), html, "", 1.0), item(other), by_words=True) is None


def test_what_an_earlier_program_noted_by_words_is_known_again() -> None:
    html = msgspec.structs.replace(MESSAGE, body="<p>Dear <b>Ben</b></p>", body_format=BodyFormat.HTML)
    noted = (PendingCreate(fingerprint=fingerprint(html, by_words=True), at=1.0),)
    anew = msgspec.structs.replace(html, body="<p>Dear <strong>Ben</strong></p>")
    assert came(noted, item(anew), by_words=True) is not None
    assert came((PendingCreate(at=1.0),), item(anew), by_words=True) is None


def test_one_more_word_or_another_sender_makes_it_another_clients() -> None:
    strays = one_more((), msgspec.structs.replace(MESSAGE, sender=BEN), "", 1.0)
    assert came(strays, item(msgspec.structs.replace(MESSAGE, body="Dear Ben!"))) is None
    assert came(strays, item(msgspec.structs.replace(MESSAGE, sender=Recipient("eve@example.org")))) is None


def test_what_has_an_attachment_or_is_no_draft_was_touched_by_somebody() -> None:
    strays = one_more((), MESSAGE, "", 1.0)
    assert came(strays, item(attachments=(Attachment("1", "a.txt"),))) is None
    assert came(strays, item(has_attachments=True)) is None
    assert came(strays, item(is_draft=False)) is None


def test_nothing_is_taken_for_one_whose_text_is_not_known() -> None:
    strays = one_more((), None, "", 1.0)
    assert strays == (PendingCreate(at=1.0),)
    assert came(strays, item()) is None


def test_as_many_are_expected_as_were_lost() -> None:
    strays = one_more(one_more((), MESSAGE, "", 1.0), MESSAGE, "", 2.0)
    first = came(strays, item())
    assert first is not None
    assert (first.count, first.at) == (2, 2.0)
    left = one_less(strays, first)
    second = came(left, item())
    assert second is not None
    assert one_less(left, second) == ()


def test_only_the_latest_texts_are_remembered_where_a_server_is_away_for_days() -> None:
    strays: tuple[PendingCreate, ...] = ()
    for number in range(80):
        strays = one_more(strays, msgspec.structs.replace(MESSAGE, body=str(number)), "", float(number))
    assert len(strays) == 50
    assert came(strays, item(msgspec.structs.replace(MESSAGE, body="79"))) is not None
