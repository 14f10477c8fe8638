"""What an item is by its class: only what can be read and answered here is a message."""

from __future__ import annotations

import pytest

from app.domain.message_kind import MessageKind, kind_of_class
from app.services.text.unanswerable import unanswerable_words

CLASSES = (
    ("", MessageKind.MESSAGE),
    ("IPM.Note", MessageKind.MESSAGE),
    ("IPM.Note.Custom", MessageKind.MESSAGE),
    ("IPM.Note.SMIME.MultipartSigned", MessageKind.MESSAGE),
    ("IPM.Note.SMIME", MessageKind.ENCRYPTED),
    ("ipm.note.smime", MessageKind.ENCRYPTED),
    ("IPM.Note.Secure", MessageKind.ENCRYPTED),
    ("IPM.Note.rpmsg.Microsoft.Voicemail.UM", MessageKind.PROTECTED),
    ("IPM.Schedule.Meeting.Request", MessageKind.MEETING),
    ("IPM.Schedule.Meeting.Resp.Pos", MessageKind.MEETING),
    ("IPM.Schedule.Meeting.Canceled", MessageKind.MEETING),
    ("REPORT.IPM.Note.NDR", MessageKind.REPORT),
    ("REPORT.IPM.Note.IPNRN", MessageKind.REPORT),
)


@pytest.mark.parametrize(("item_class", "kind"), CLASSES)
def test_the_class_says_what_it_is(item_class: str, kind: MessageKind) -> None:
    assert kind_of_class(item_class) is kind


def test_each_that_cannot_be_answered_says_so() -> None:
    words = {kind: unanswerable_words(kind) for kind in MessageKind}
    assert words.pop(MessageKind.MESSAGE) == ""
    assert all(words.values())
    assert len(set(words.values())) == len(words)
