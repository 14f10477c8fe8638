"""A row says how its message stands: never more than is known, and never less."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.domain.errors import ServerWords, Trouble, TroubleKind
from app.domain.message import AccountId, ItemRef, LocalId
from app.domain.outcome import Outcome, Verdict
from app.domain.problem import Evidence, ProblemKind, problem
from app.domain.record import CopyKind, CopyTo, Record, RowSummary
from app.domain.state import State
from app.services.records.rows import ListRow
from app.services.text.error_text import ACTIONS
from app.services.text.status_text import StateWords, explain_record, explain_row, row_words, state_words

ANNA = AccountId("anna")
TONES = {"faint", "muted", "accent", "warn", "bad", "good"}
ICONS = Path(__file__).resolve().parents[4] / "resources" / "icons"


def at(hour: int, minute: int, day: int = 21) -> float:
    """Return a moment of November 2026 by this machine's own clock, as a person there would name it."""
    return datetime(2026, 11, day, hour, minute).astimezone().timestamp()


NOW = at(12, 5)
REF = ItemRef("item", "key")
HEAD = RowSummary(to="ben@contoso.com", subject="Hello")
ACCEPTED = Outcome(Verdict.ACCEPTED, words=ServerWords("Success", "NoError"), at=at(12, 4))
BEGUN = Outcome(Verdict.UNKNOWN, at=NOW)


def refused(code: str, when: float = NOW) -> Outcome:
    """Return a refusal."""
    return Outcome(Verdict.REFUSED, words=ServerWords("Error", code, "No."), at=when)


def untold(kind: TroubleKind, verdict: Verdict = Verdict.NOT_ATTEMPTED) -> Outcome:
    """Return what is known where nothing was heard."""
    return Outcome(verdict, trouble=Trouble(kind, host="mail.contoso.com"), at=NOW)


def message(state: State = State.DRAFT, **changes: Any) -> Record:
    """Return a message that the server has."""
    record = Record(LocalId("1" * 32), ANNA, "<1@contoso.com>", state=state, ref=REF, head=HEAD, saved_at=at(12, 3))
    return msgspec.structs.replace(record, state_at=at(12, 4), **changes)


def unsaved(**changes: Any) -> Record:
    """Return a message with an edit that the server lacks."""
    return message(edits=3, saved_edits=2, **changes)


CASES: list[tuple[Record, str, str]] = [
    (message(), "Saved 12:03", ""),
    (message(saved_at=at(12, 3, day=20)), "Saved 20 Nov, 12:03", ""),
    (unsaved(), "Not saved yet", ""),
    (unsaved(save_outcome=ACCEPTED), "Not saved yet", ""),
    (unsaved(save_outcome=BEGUN), "Saving…", ""),
    (message(ref=None, head=RowSummary()), "New message", ""),
    (unsaved(ref=None), "Not saved yet", ""),
    (unsaved(save_outcome=untold(TroubleKind.UNREACHABLE)), "Saved on this computer only", "retry"),
    (unsaved(save_outcome=untold(TroubleKind.DEADLINE, Verdict.UNKNOWN)), "Saved on this computer only", "retry"),
    (unsaved(save_outcome=refused("ErrorQuotaExceeded")), "Saved on this computer only", "retry"),
    (unsaved(save_outcome=refused("ErrorItemNotFound")), "Saved on this computer only", "save-as-new"),
    (message(State.READY), "Ready", ""),
    (message(State.HELD, hold_until=NOW + 7.2), "Sending in 8 s", "undo"),
    (message(State.HELD, hold_until=NOW - 1), "Sending in 0 s", "undo"),
    (message(State.QUEUED), "Waiting to be sent", "cancel"),
    (
        message(State.QUEUED, not_before=at(12, 7), send_outcome=untold(TroubleKind.UNREACHABLE)),
        "Waiting: offline",
        "try-now",
    ),
    (
        unsaved(state=State.QUEUED, not_before=at(12, 7), save_outcome=untold(TroubleKind.UNREACHABLE)),
        "Waiting: offline",
        "try-now",
    ),
    (
        message(State.QUEUED, not_before=at(12, 7), send_outcome=untold(TroubleKind.PROXY)),
        "Waiting: no way through the proxy",
        "try-now",
    ),
    (
        message(State.QUEUED, send_outcome=untold(TroubleKind.PROXY_SIGN_IN)),
        "Waiting: the account needs attention",
        "cancel",
    ),
    (
        message(State.QUEUED, not_before=at(12, 7), send_outcome=untold(TroubleKind.ENGINE)),
        "Waiting: trying again at 12:07",
        "try-now",
    ),
    (
        message(State.QUEUED, not_before=at(12, 7), send_outcome=refused("ErrorServerBusy")),
        "The server is busy. Trying again at 12:07.",
        "cancel",
    ),
    (
        message(State.QUEUED, not_before=at(12, 10), send_outcome=refused("ErrorMailboxMoveInProgress")),
        "Your mailbox is unavailable for now. Trying again at 12:10.",
        "try-now",
    ),
    (message(State.QUEUED, send_outcome=untold(TroubleKind.SIGN_IN)), "Waiting for your sign-in", "sign-in"),
    (
        message(State.QUEUED, send_outcome=untold(TroubleKind.SERVICE_OFF)),
        "Waiting: the account needs attention",
        "cancel",
    ),
    (message(State.SENDING), "Sending", ""),
    (message(State.TAKEN), "Accepted by the server; not yet in Sent", ""),
    (message(State.DEFERRED, head=RowSummary(deferred=NOW + 3600)), "Scheduled for today, 13:05", "unsend"),
    (message(State.DEFERRED, head=RowSummary(deferred=NOW - 1)), "Its time has come: looking whether it went", ""),
    (message(State.DEFERRED, problem=problem(ProblemKind.TAKING_BACK)), "Being taken back", ""),
    (message(State.SENT, send_outcome=ACCEPTED), "Sent 12:04", ""),
    (message(State.SENT, send_outcome=ACCEPTED, verified=NOW), "Sent 12:04", ""),
    (
        message(State.SENT, send_outcome=Outcome(Verdict.TAKEN, at=NOW), copy_to=CopyTo(CopyKind.NONE), verified=NOW),
        "Accepted by the server; no copy was wanted",
        "",
    ),
    (message(State.SENT, send_outcome=Outcome(Verdict.TAKEN, at=at(12, 4)), verified=NOW), "Sent 12:04", ""),
    (message(State.SENT, problem=problem(ProblemKind.LEFT_IN_DRAFTS), verified=NOW), "Sent 12:04", "remove-draft"),
    (message(State.SENT_NOT_FILED, problem=problem(ProblemKind.NO_COPY)), "Sent; no copy in Sent Items", "save-copy"),
    (message(State.UNKNOWN), "Connection lost; may have been sent", "check"),
    (
        message(State.UNKNOWN, send_outcome=refused("ErrorTimeoutExpired")),
        "The server broke off; may have been sent",
        "check",
    ),
    (message(State.NEEDS_ATTENTION, send_outcome=refused("ErrorSendAsDenied")), "Needs attention", "copy-details"),
    (message(discarded=NOW), "Discarded", ""),
]


@pytest.mark.parametrize(("record", "text", "action"), CASES, ids=[f"{n}-{case[1]}" for n, case in enumerate(CASES)])
def test_a_message_says_how_it_stands(record: Record, text: str, action: str) -> None:
    words = state_words(record, NOW)
    assert (words.text, words.action) == (text, action)
    assert words.tone in TONES
    assert (ICONS / f"{words.icon}.svg").is_file()


def test_the_cases_reach_every_state() -> None:
    assert {record.state for record, _, _ in CASES} == set(State)


@pytest.mark.parametrize(
    ("record", "quiet"),
    [
        (message(), True),
        (message(save_outcome=refused("ErrorIrresolvableConflict")), False),
        (message(problem=problem(ProblemKind.NO_RECIPIENTS)), False),
        (unsaved(open=True), True),
        (unsaved(), False),
        (unsaved(save_outcome=untold(TroubleKind.UNREACHABLE), open=True), False),
        (message(State.SENT, verified=NOW), True),
        (message(State.SENT), False),
        (message(State.SENT, verified=NOW, problem=problem(ProblemKind.LEFT_IN_DRAFTS)), False),
        (message(State.SENT_NOT_FILED, verified=NOW), False),
        (message(State.READY), False),
    ],
)
def test_only_what_goes_without_saying_is_quiet(record: Record, quiet: bool) -> None:
    assert state_words(record, NOW).quiet is quiet


def test_a_message_that_lacks_one_edit_on_the_server_is_never_called_saved() -> None:
    outcomes = [None, ACCEPTED, BEGUN, untold(TroubleKind.SERVER), refused("ErrorAccessDenied")]
    for outcome, is_open in product(outcomes, (True, False)):
        text = state_words(unsaved(save_outcome=outcome, open=is_open), NOW).text
        assert not text.startswith("Saved 1")
        assert text != "Saved"


def test_undo_has_its_word_on_the_button() -> None:
    assert state_words(message(State.HELD, hold_until=NOW + 5), NOW).action_words == "Undo"
    assert StateWords("info", "").action_words == ""


# --- rows -------------------------------------------------------------------------------------------------------------


def test_a_row_that_only_the_server_has_is_saved_there_or_was_sent() -> None:
    draft = ListRow("item:1", ANNA, ref=REF, when=at(12, 3))
    assert row_words(draft, NOW) == StateWords("cloud-check", "Saved 12:03", quiet=True)
    sent = msgspec.structs.replace(draft, is_draft=False, when=at(12, 4, day=20))
    assert row_words(sent, NOW) == StateWords("mail-check", "Sent 20 Nov, 12:04", "good", quiet=True)
    assert row_words(ListRow("item:2", ANNA), NOW).text == "Saved"
    assert explain_row(draft) is None


def test_a_row_speaks_for_its_record_and_knows_the_size() -> None:
    record = message(State.NEEDS_ATTENTION, send_outcome=refused("ErrorMessageSizeExceeded"))
    row = ListRow("1", ANNA, record=record, size=38_000_000)
    found = explain_row(row)
    assert found is not None
    assert found.sentence == "This message (38 MB) is larger than your server accepts."
    assert row_words(row, NOW) == state_words(record, NOW)


# --- what is the matter -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.DRAFT, State.NEEDS_ATTENTION])
@pytest.mark.parametrize(
    ("text", "sentence", "action"),
    [
        ("address:jon@exmaple@", "“jon@exmaple@” is not a complete address.", "mend-address"),
        ("address:jon", "“jon” is not a complete address.", "mend-address"),
        ("address:jon@example.com", "“jon@example.com” cannot be sent to.", "mend-address"),
        ("address", "This recipient has no address.", "mend-address"),
        ("pending-words:jon", "“jon” is not a recipient yet.", "mend-address"),
        ("no-recipients", "Add a recipient.", "mend-address"),
        ("subject-too-long:300", "The subject has 300 characters; Exchange keeps 255. Shorten it.", "mend-subject"),
        ("subject-too-long:many", "The subject is too long.", "mend-subject"),
        ("subject-empty", "There is no subject.", ""),
    ],
)
def test_what_keeps_a_message_back_is_said_at_the_message(state: State, text: str, sentence: str, action: str) -> None:
    found = explain_record(message(state, problem=text))
    assert found is not None
    assert (found.sentence, found.action) == (sentence, action)


@pytest.mark.parametrize(
    ("state", "kind", "sentence", "action"),
    [
        (
            State.SENT,
            ProblemKind.LEFT_IN_DRAFTS,
            "This was sent, but the server left the draft in Drafts.",
            "remove-draft",
        ),
        (
            State.SENT_NOT_FILED,
            ProblemKind.LEFT_IN_DRAFTS,
            "This was sent, but there is no copy in Sent Items, and the draft is still in Drafts.",
            "remove-draft",
        ),
        (State.SENT_NOT_FILED, ProblemKind.NO_COPY, "This was sent, but there is no copy in Sent Items.", "save-copy"),
        (
            State.SENT_NOT_FILED,
            ProblemKind.COPY_ELSEWHERE,
            "This was sent. Its copy is in another folder than Sent Items.",
            "check",
        ),
        (
            State.NEEDS_ATTENTION,
            ProblemKind.NOT_SENT,
            "The connection was lost, and this was not sent. It is safe in Drafts.",
            "retry",
        ),
        (
            State.UNKNOWN,
            ProblemKind.CANNOT_BE_KNOWN,
            "Whether this was sent cannot be known from here. Look in Sent Items before you send it again.",
            "check",
        ),
    ],
)
def test_what_was_found_after_sending_is_said_with_what_helps(
    state: State, kind: ProblemKind, sentence: str, action: str
) -> None:
    found = explain_record(message(state, problem=problem(kind), send_outcome=ACCEPTED))
    assert found is not None
    assert (found.sentence, found.action) == (sentence, action)
    assert ("Message-ID", "<1@contoso.com>") in found.details


@pytest.mark.parametrize(
    ("seen", "row", "sentence"),
    [
        (
            Evidence.DRAFT,
            "The draft is still there; may have been sent",
            (
                "This may have been sent: the draft is still in Drafts, but your server may leave it there after "
                "sending. "
                "Ask a recipient before you send it again."
            ),
        ),
        (
            Evidence.NOTHING,
            "No draft and no copy found; may have been sent",
            (
                "This may have been sent: it is neither in Drafts nor in Sent Items. "
                "Ask a recipient before you send it again."
            ),
        ),
    ],
)
def test_where_nothing_is_sure_the_row_says_what_was_seen(seen: Evidence, row: str, sentence: str) -> None:
    said = problem(ProblemKind.CANNOT_BE_KNOWN, seen)
    record = message(State.UNKNOWN, problem=said, send_outcome=untold(TroubleKind.UNREACHABLE, Verdict.UNKNOWN))
    found = explain_record(record)
    assert found is not None
    assert (found.sentence, found.more) == (sentence, ("was-sent", "was-not-sent"))
    assert state_words(record, NOW).text == row


def test_a_lost_answer_is_a_question_and_not_a_refusal() -> None:
    lost = message(State.UNKNOWN, send_outcome=untold(TroubleKind.UNREACHABLE, Verdict.UNKNOWN))
    found = explain_record(lost)
    assert found is not None
    assert found.sentence == "This may have been sent: the connection was lost while sending."
    assert (found.action, found.tone) == ("check", "warn")
    broken_off = explain_record(message(State.UNKNOWN, send_outcome=refused("ErrorTimeoutExpired")))
    assert broken_off is not None
    assert broken_off.sentence == "This may have been sent: the server broke off while sending."


def test_who_may_not_be_sent_as_is_named() -> None:
    head = RowSummary(sender="sales@contoso.com")
    found = explain_record(message(State.NEEDS_ATTENTION, head=head, send_outcome=refused("ErrorSendAsDenied")))
    assert found is not None
    assert found.sentence == "You cannot send as sales@contoso.com. Nothing was sent."
    assert found.action_words == "Use my own address"


def test_the_newest_refusal_is_the_one_that_is_explained() -> None:
    sent, saved = refused("ErrorSendAsDenied", NOW - 60), refused("ErrorQuotaExceeded", NOW)
    found = explain_record(message(State.NEEDS_ATTENTION, send_outcome=sent, save_outcome=saved))
    assert found is not None
    assert found.sentence.startswith("Your mailbox is full.")


def test_a_refused_send_of_yesterday_is_no_complaint_about_a_draft_of_today() -> None:
    assert explain_record(message(send_outcome=refused("ErrorSendAsDenied"))) is None


@pytest.mark.parametrize(
    "record",
    [
        message(),
        unsaved(save_outcome=untold(TroubleKind.UNREACHABLE)),
        message(State.READY),
        message(State.HELD, send_outcome=refused("ErrorSendAsDenied")),
        message(State.QUEUED, not_before=NOW + 60, send_outcome=refused("ErrorServerBusy")),
        message(State.QUEUED, send_outcome=untold(TroubleKind.SIGN_IN)),
        message(State.SENDING),
        message(State.SENT, send_outcome=ACCEPTED),
        message(discarded=NOW, save_outcome=refused("ErrorAccessDenied")),
    ],
)
def test_what_needs_nobody_is_no_problem(record: Record) -> None:
    assert explain_record(record) is None


def test_a_message_that_needs_attention_always_says_why_or_what_to_do() -> None:
    found = explain_record(message(State.NEEDS_ATTENTION))
    assert found is not None
    assert (found.sentence, found.action) == ("This message was not sent.", "retry")


def test_whatever_comes_together_has_words_and_offers_only_known_actions() -> None:
    kinds = [kind.value for kind in ProblemKind]
    outcomes = [None, ACCEPTED, BEGUN, refused("ErrorServerBusy"), refused("ErrorX"), untold(TroubleKind.SERVER)]
    for state, text, sent, saved in product(State, ["", "of a later program", *kinds], outcomes, outcomes):
        for edits in (0, 1):
            record = message(state, problem=text, send_outcome=sent, save_outcome=saved, edits=edits)
            words, found = state_words(record, NOW), explain_record(record)
            assert words.text
            assert words.tone in TONES
            assert words.action in {"", *ACTIONS}
            assert found is None or (
                found.sentence and found.action in {"", *ACTIONS} and found.tone in {"bad", "warn"}
            )
