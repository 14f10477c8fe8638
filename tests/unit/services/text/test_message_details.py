"""What is known of a message, line by line: of one that the server has, and of one that is on this machine alone."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.message import Content, Fetched, FlagStatus, FollowUp, Header, ItemRef, Options
from app.domain.recipient import Recipient
from app.services.text.message_details import details_of

ANNA, BEN = Recipient("anna@example.org", "Anna"), Recipient("ben@example.org")
NEVER_SAID = {"Sender", "Cc", "Bcc", "Reply to", "Received by", "Received for", "Goes at", "Reminder", "References"}


def test_a_message_of_this_machine_alone_says_what_was_chosen() -> None:
    options = Options(conversation_topic="Prices", conversation_index=b"\x01\x02", headers=(Header("X-A", "1"),))
    told = dict(details_of(Content(to=(BEN,), options=options), None, ANNA))
    assert told == {
        "From": "Anna <anna@example.org>",
        "To": "ben@example.org",
        "Conversation": "Prices",
        "Place in the conversation": "0102",
        "Importance": "Normal",
        "Sensitivity": "Normal",
        "X-A": "1",
    }


def test_what_the_server_says_goes_before_what_was_asked_for() -> None:
    asked = Content(sender=BEN, options=Options(submitter=BEN, conversation_topic="Mine", conversation_index=b"\x09"))
    item = Fetched(ItemRef("a"), asked, submitter=ANNA, conversation_topic="Theirs", is_read=True, message_id="<a@b>")
    told = dict(details_of(item.content, item, ANNA))
    assert (told["From"], told["Sender"]) == ("ben@example.org", "Anna <anna@example.org>")
    assert (told["Conversation"], told["Message-ID"], told["Read"]) == ("Theirs", "<a@b>", "Yes")
    assert "Place in the conversation" not in told
    assert not (NEVER_SAID - {"Sender"}) & set(told)


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (FollowUp(), None),
        (FollowUp(FlagStatus.FLAGGED), "Flagged"),
        (FollowUp(FlagStatus.FLAGGED, due=1_900_000_000.0), "Flagged, due 17 Mar 2030"),
        (FollowUp(FlagStatus.COMPLETE), "Done"),
        (FollowUp(FlagStatus.COMPLETE, completed=1_900_000_000.0), "Done on 17 Mar 2030"),
    ],
)
def test_the_flag_is_said_with_its_dates(flag: FollowUp, words: str | None) -> None:
    told = dict(details_of(Content(options=Options(follow_up=flag)), None, ANNA))
    assert told.get("Follow-up flag") == words


def test_what_did_not_go_yet_has_no_time_of_sending() -> None:
    def times(**item: object) -> set[str]:
        content = Content(options=Options(deferred=2000.0))
        told = Fetched(ItemRef("a"), content, sent=1000.0, received=1000.0, created=900.0)
        return {"Sent", "Received", "Made"} & set(
            dict(details_of(content, msgspec.structs.replace(told, **item), ANNA))
        )

    assert times(is_draft=True, sent=3000.0) == {"Made"}
    assert times(is_draft=False) == {"Made"}
    assert times(is_draft=False, sent=3000.0) == {"Made", "Sent", "Received"}


def test_lines_within_a_value_make_no_line_of_their_own() -> None:
    folded = "<a@b>\r\n <c@d>"
    told = dict(details_of(Content(options=Options(references=folded)), None, ANNA))
    assert told["References"] == "<a@b> <c@d>"
