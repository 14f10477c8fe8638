"""A message written anew says all that the old one said, but not when, in what conversation and in whose name."""

from __future__ import annotations

from app.domain.message import (
    BodyFormat,
    Content,
    FlagStatus,
    FollowUp,
    Header,
    Importance,
    Options,
    Sensitivity,
    written_anew,
)
from app.domain.recipient import Recipient

BEN, SALES = Recipient("ben@example.org", "Ben"), Recipient("sales@example.org")
SAID = Options(
    sensitivity=Sensitivity.CONFIDENTIAL,
    categories=("Red",),
    reply_to=(SALES,),
    read_receipt=True,
    delivery_receipt=True,
    response_requested=True,
    headers=(Header("x-case", "4471"),),
)
OLD = Options(
    sensitivity=SAID.sensitivity,
    categories=SAID.categories,
    reply_to=SAID.reply_to,
    read_receipt=True,
    delivery_receipt=True,
    response_requested=True,
    headers=SAID.headers,
    follow_up=FollowUp(FlagStatus.FLAGGED, 1.0, 2.0),
    in_reply_to="<a@example.org>",
    references="<a@example.org>",
    deferred=9.0,
    submitter=SALES,
    conversation_index=b"1",
    conversation_topic="Old",
)


def test_a_confidential_message_stays_confidential_and_its_conversation_stays_behind() -> None:
    old = Content(
        sender=SALES,
        to=(BEN,),
        cc=(SALES,),
        bcc=(BEN,),
        subject="Offer",
        body="<p>Dear Ben</p>",
        body_format=BodyFormat.HTML,
        importance=Importance.HIGH,
        options=OLD,
    )
    assert written_anew(old) == Content(
        to=(BEN,),
        cc=(SALES,),
        bcc=(BEN,),
        subject="Offer",
        body="<p>Dear Ben</p>",
        body_format=BodyFormat.HTML,
        importance=Importance.HIGH,
        options=SAID,
    )
