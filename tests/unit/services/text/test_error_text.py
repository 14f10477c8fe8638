"""Each code is said in its own sentence, each class in the server's words, and only what works is offered."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from itertools import product
from typing import Any

import pytest

from app.core.formatting import exact_time
from app.domain.errors import ServerWords, Trouble, TroubleKind
from app.domain.message import LocalId
from app.domain.outcome import LOCAL, Outcome, Verdict
from app.domain.response_codes import CLASSES, CodeClass, class_of, may_have_happened
from app.services.outbox.remedies import Remedies
from app.services.text.error_text import (
    ACTIONS,
    FOR_THE_WINDOW,
    SENTENCES,
    Facts,
    Scene,
    action_words,
    explain_outcome,
    explain_trouble,
    sentence_for,
)
from tests.fakes import scene as scenes

AT = 1_795_000_000.0


def refused(code: str, text: str = "Said by the server.") -> Outcome:
    """Return a refusal of one item."""
    return Outcome(Verdict.REFUSED, words=ServerWords("Error", code, text), at=AT)


FULL = Facts(sender="sales@contoso.com", size=38_000_000, place="Sales", again="12:07", waiting=4)
LOST_LINK = ("This draft lost its link to the server. Your text is safe here.", "save-as-new")
CHANGED = ("This draft was changed elsewhere.", "compare")
LARGER = ("This message (38 MB) is larger than your server accepts.", "review-attachments")
AWAY = ("Your mailbox is unavailable for now. Trying again at 12:07.", "try-now")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ErrorInvalidIdMalformed", LOST_LINK),
        (
            "ErrorItemNotFound",
            (
                "This draft cannot be found: deleted, moved, or no longer shared with you. Nothing was sent.",
                "save-as-new",
            ),
        ),
        ("ErrorIrresolvableConflict", CHANGED),
        ("ErrorStaleObject", CHANGED),
        ("ErrorChangeKeyRequired", CHANGED),
        ("ErrorChangeKeyRequiredForWriteOperations", CHANGED),
        (
            "ErrorInvalidRecipients",
            ("The server does not accept one of the recipients. Nothing was sent.", "mend-address"),
        ),
        ("ErrorMissingRecipients", ("Add a recipient.", "mend-address")),
        ("ErrorMessageSizeExceeded", LARGER),
        ("ErrorQuotaExceeded", ("Your mailbox is full. The message is kept on this computer.", "retry")),
        ("ErrorSendAsDenied", ("You cannot send as sales@contoso.com. Nothing was sent.", "use-own-address")),
        ("ErrorServerBusy", ("The server is busy. Trying again at 12:07.", "cancel")),
        ("ErrorAccessDenied", ("Your account is not allowed to do this in “Sales”.", "copy-details")),
        ("ErrorSubmissionQuotaExceeded", ("You have reached the sending limit. 4 messages are waiting.", "retry")),
        ("ErrorMailboxStoreUnavailable", AWAY),
        ("ErrorMailboxMoveInProgress", AWAY),
    ],
)
def test_a_code_of_the_table_is_said_word_for_word(code: str, said: tuple[str, str]) -> None:
    found = explain_outcome(refused(code), FULL)
    assert found is not None
    assert (found.sentence, found.action) == said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ErrorSendAsDenied", ("You cannot send from this address. Nothing was sent.", "copy-details")),
        (
            "ErrorMessageSizeExceeded",
            ("This message is larger than your server accepts. Nothing was sent.", "review-attachments"),
        ),
        ("ErrorServerBusy", ("The server is busy. Nothing was sent.", "retry")),
        ("ErrorAccessDenied", ("Your account is not allowed to do this. Nothing was sent.", "copy-details")),
        ("ErrorSubmissionQuotaExceeded", ("You have reached the sending limit. 1 message is waiting.", "retry")),
    ],
)
def test_what_is_not_known_is_not_made_up(code: str, said: tuple[str, str]) -> None:
    found = explain_outcome(refused(code))
    assert found is not None
    assert (found.sentence, found.action) == said


def test_a_draft_that_could_not_be_saved_is_not_told_that_it_was_not_sent() -> None:
    found = explain_outcome(refused("ErrorServerBusy"), Facts(scene=Scene.SAVING))
    assert found is not None
    assert found.sentence == "The server is busy. Your text is safe here."


@pytest.mark.parametrize(
    ("size", "words"), [(38_400_000, "38.4 MB"), (1_000_000, "1 MB"), (999, "999 bytes"), (250_000, "250 KB")]
)
def test_a_size_is_said_as_people_say_it(size: int, words: str) -> None:
    found = explain_outcome(refused("ErrorMessageSizeExceeded"), Facts(size=size))
    assert found is not None
    assert f"({words})" in found.sentence


def _a_code_without_a_sentence(code_class: CodeClass) -> str:
    if code_class is CodeClass.UNLISTED:
        return "ErrorOfATomorrow"
    return next(
        code
        for code in CLASSES
        if class_of(code) is code_class and code not in SENTENCES and not may_have_happened(code)
    )


@pytest.mark.parametrize("code_class", CodeClass)
@pytest.mark.parametrize(("text", "shown"), [("Der Server  will\nnicht.", "“Der Server will nicht.”"), ("", "")])
def test_every_class_has_words_that_show_the_servers_own(code_class: CodeClass, text: str, shown: str) -> None:
    code = _a_code_without_a_sentence(code_class)
    found = explain_outcome(refused(code, text))
    assert found is not None
    assert (shown or f"({code})") in found.sentence
    assert found.sentence.endswith(" Nothing was sent.")
    assert found.action in ACTIONS


def test_an_unknown_code_shows_the_servers_words() -> None:
    found = explain_outcome(refused("ErrorOfATomorrow", "The moon is in the way."))
    assert found is not None
    assert found.sentence == "The server refused this: “The moon is in the way.” Nothing was sent."
    assert ("Code", "ErrorOfATomorrow") in found.details
    assert ("Server’s words", "The moon is in the way.") in found.details


def test_braces_in_the_servers_words_are_only_words() -> None:
    found = explain_outcome(refused("ErrorOfATomorrow", "{sender} {0} {"))
    assert found is not None
    assert "“{sender} {0} {”" in found.sentence


def test_very_long_words_are_cut_in_the_sentence_and_whole_under_details() -> None:
    text = "a" * 5000
    found = explain_outcome(refused("ErrorOfATomorrow", text))
    assert found is not None
    assert len(found.sentence) < 300
    assert ("Server’s words", text) in found.details


def test_a_code_from_the_midst_of_a_send_is_never_called_unsent() -> None:
    for code in CLASSES:
        if may_have_happened(code):
            found = explain_outcome(refused(code))
            assert found is not None
            assert "Nothing was sent" not in found.sentence, code
            assert found.action == "check", code


def test_a_yes_needs_no_explanation() -> None:
    assert explain_outcome(Outcome(Verdict.ACCEPTED, words=ServerWords("Success", "NoError"))) is None


def test_details_hold_what_the_server_said_and_leave_out_what_it_did_not() -> None:
    words = ServerWords("Error", "ErrorServerBusy", "Too busy.", 17, "<t:Value Name='BackOff'>5</t:Value>", 5000)
    found = explain_outcome(Outcome(Verdict.REFUSED, words=words, at=AT), message_id="<m@contoso.com>")
    assert found is not None
    assert found.details == (
        ("Code", "ErrorServerBusy"),
        ("Server’s words", "Too busy."),
        ("Response class", "Error"),
        ("Link key", "17"),
        ("Wait asked for", "5000 ms"),
        ("MessageXml", "<t:Value Name='BackOff'>5</t:Value>"),
        ("Time of the request", exact_time(AT)),
        ("Message-ID", "<m@contoso.com>"),
    )
    bare = explain_outcome(Outcome(Verdict.REFUSED, words=ServerWords("Error", "ErrorServerBusy")))
    assert bare is not None
    assert [label for label, _ in bare.details] == ["Code", "Response class"]


# --- the account's bar ------------------------------------------------------------------------------------------------

HOST = "mail.contoso.com"
_PASSWORD = "Your password has expired. Change it where your organisation lets you."


@pytest.mark.parametrize(
    ("trouble", "sentence", "action"),
    [
        (Trouble(TroubleKind.SIGN_IN, http_status=401), "Your sign-in has expired. Messages are waiting.", "sign-in"),
        (
            Trouble(TroubleKind.SERVICE_OFF, http_status=403),
            "Your organisation has turned off the connection this app uses (EWS).",
            "copy-details",
        ),
        (
            Trouble(TroubleKind.NOT_GENUINE, f"The certificate of {HOST} expired on 3 May.", host=HOST),
            f"Could not confirm that {HOST} is genuine. The certificate of {HOST} expired on 3 May. Nothing was sent.",
            "try-now",
        ),
        (
            Trouble(TroubleKind.UNREACHABLE, host=HOST),
            f"Cannot reach {HOST}. Messages are kept on this computer and go out when it answers.",
            "try-now",
        ),
        (
            Trouble(TroubleKind.UNREACHABLE),
            "Cannot reach the server. Messages are kept on this computer and go out when it answers.",
            "try-now",
        ),
        (
            Trouble(TroubleKind.PROXY, "There is no proxy of the name proxy.contoso.com.", host=HOST),
            (
                "There is no proxy of the name proxy.contoso.com. "
                "Messages are kept on this computer and go out when there is a way."
            ),
            "try-now",
        ),
        (
            Trouble(
                TroubleKind.PROXY_SIGN_IN, "The proxy proxy.contoso.com:8080 wants a user and password.", host=HOST
            ),
            "The proxy proxy.contoso.com:8080 wants a user and password. Messages are waiting.",
            "settings",
        ),
        (
            Trouble(TroubleKind.DEADLINE, host=HOST),
            f"No answer from {HOST} in time. Messages are kept on this computer.",
            "try-now",
        ),
        (
            Trouble(TroubleKind.SERVER, "ErrorPasswordExpired: Renew it.", http_status=500, host=HOST),
            f"{_PASSWORD} Messages are kept on this computer.",
            "sign-in",
        ),
        (
            Trouble(TroubleKind.SERVER, "ErrorMailboxStoreUnavailable: Offline.", http_status=500, host=HOST),
            "Your mailbox is unavailable for now. Messages are kept on this computer.",
            "try-now",
        ),
        (
            Trouble(TroubleKind.SERVER, "ErrorNonExistentMailbox: None.", http_status=500, host=HOST),
            "The server has no mailbox for your account. Messages are kept on this computer.",
            "copy-details",
        ),
        (
            Trouble(TroubleKind.SERVER, f"{HOST} answered with HTTP status 503.", http_status=503, host=HOST),
            "The server is busy. Messages are kept on this computer and go out when it is well again.",
            "try-now",
        ),
        (
            Trouble(TroubleKind.SERVER, f"{HOST} answered with HTTP status 502.", http_status=502, host=HOST),
            "The server has a fault of its own. Messages are kept on this computer and go out when it is well again.",
            "try-now",
        ),
        (
            Trouble(TroubleKind.SERVER, f"{HOST} answered with HTTP status 404.", http_status=404, host=HOST),
            f"What answers at {HOST} is not Exchange. Messages are kept on this computer.",
            "try-now",
        ),
    ],
)
def test_a_trouble_of_the_account_is_said_in_its_bar(trouble: Trouble, sentence: str, action: str) -> None:
    found = explain_trouble(trouble, AT)
    assert (found.sentence, found.action) == (sentence, action)


@pytest.mark.parametrize("kind", TroubleKind)
def test_every_kind_of_trouble_has_a_sentence_and_something_to_do(kind: TroubleKind) -> None:
    found = explain_trouble(Trouble(kind, "why", host=HOST), AT)
    assert found.sentence.endswith(".")
    assert found.action_words


def test_details_of_a_trouble_say_status_host_and_how_long_the_server_wants_to_be_left_alone() -> None:
    found = explain_trouble(Trouble(TroubleKind.SERVER, "why", http_status=503, retry_after=60, host=HOST), AT)
    details = dict(found.details)
    assert details["HTTP status"] == "503"
    assert details["Server"] == HOST
    assert details["What happened"] == "why"
    assert details["Wait asked for until"]
    assert details["Time of the request"] == exact_time(AT)


# --- what is offered --------------------------------------------------------------------------------------------------


def _all_offers() -> Iterator[str]:
    for code, facts in product([*CLASSES, "ErrorOfATomorrow", ""], (Facts(), FULL, Facts(scene=Scene.SAVING))):
        found = explain_outcome(refused(code), facts)
        assert found is not None
        yield found.action
    for kind in TroubleKind:
        yield explain_trouble(Trouble(kind), AT).action


def test_every_code_offers_one_thing_that_has_words() -> None:
    offers = set(_all_offers())
    assert offers <= set(ACTIONS)
    assert all(action_words(action) for action in offers)


async def test_every_action_is_done_by_the_remedies_or_passed_on_to_the_window(scene: scenes.Scene) -> None:
    begun: list[str] = []
    wished: list[str] = []

    def spawn(work: Coroutine[Any, Any, Any], name: str) -> object:
        work.close()
        begun.append(name)
        return None

    remedies = Remedies(scene.records, scene.drafts, scene.outbox, scene.accounts, spawn)
    remedies.wished.subscribe(lambda wish: wished.append(wish.action))

    async def file_a_copy(_name: LocalId) -> None: ...

    remedies.can_do("save-copy", file_a_copy)  # what files copies is made by bootstrap, which says so
    for action in ACTIONS:
        remedies.apply(action, LocalId("0" * 32))
    assert set(wished) == FOR_THE_WINDOW
    assert set(begun) == set(ACTIONS) - FOR_THE_WINDOW


def test_no_sentence_begs_shouts_or_is_sorry() -> None:
    texts = [*ACTIONS.values(), *(said.sentence for alternatives in SENTENCES.values() for said in alternatives)]
    texts += [explain_trouble(Trouble(kind), AT).sentence for kind in TroubleKind]
    for text in texts:
        lowered = text.casefold()
        assert "!" not in text
        assert not any(word in lowered for word in ("please", "oops", "sorry", "failed to", "unfortunately")), text


def test_a_refusal_of_our_own_says_its_own_words_and_not_those_of_the_code() -> None:
    words = ServerWords(LOCAL, "ErrorInvalidPropertySet", "To cannot be changed once the message has been sent.")
    assert sentence_for(words, FULL) == ("To cannot be changed once the message has been sent.", "")
    assert sentence_for(ServerWords("Error", "ErrorInvalidPropertySet", "No."), FULL)[0] != "No."
