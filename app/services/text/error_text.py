"""What a person reads when something failed, and the action that helps.

A code has one or more sentences: the first whose places can all be filled is said. A code without any is spoken of
by its class, in the server's own words. Only what can be done now is offered.

The server's own code and words are never translated and never dropped: they stand under Details.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from string import Formatter
from typing import Final, NamedTuple

import msgspec

from app.core.formatting import clock_time, exact_time, size_words
from app.core.i18n import mark, ntr, tr
from app.core.text import shortened
from app.domain.errors import AccountError, BadInput, ItemRefused, MailError, ServerWords, Trouble, TroubleKind
from app.domain.outcome import LOCAL, Outcome, Verdict
from app.domain.response_codes import (
    ITEM_GONE,
    ITEM_NOT_FOUND,
    KEY_REFUSED,
    NO_ATTACHMENTS,
    NO_MAILBOX,
    CodeClass,
    class_of,
    may_have_happened,
)
from app.services.text.sign_in_text import words_of

_MOST_WORDS: Final = 200


class ErrorSentence(NamedTuple):
    """A sentence for the catalogue and the id of an action; `tail` says that what was or was not sent is to follow."""

    sentence: str
    action: str
    tail: bool = False


class Scene(StrEnum):
    """What was being done when the server refused."""

    SENDING = "sending"
    SAVING = "saving"
    ACCOUNT = "account"


class Facts(NamedTuple):
    """What is known beside the code; what is not known is empty, and another sentence is said then.

    `size` is in bytes; `again` is the time of the next try, in words; `place` is a folder's or mailbox's name;
    `waiting` counts the messages that wait for the same reason.
    """

    sender: str = ""
    size: int = 0
    place: str = ""
    again: str = ""
    waiting: int = 1
    scene: Scene = Scene.SENDING


_LINK_LOST: Final = (
    ErrorSentence(mark("This draft lost its link to the server. Your text is safe here."), "save-as-new"),
)
_CHANGED: Final = (ErrorSentence(mark("This draft was changed elsewhere."), "compare"),)
_RECIPIENT: Final = (ErrorSentence(mark("The server does not accept one of the recipients."), "mend-address", True),)
_TOO_MANY: Final = (
    ErrorSentence(mark("This message has more recipients than your server accepts."), "mend-address", True),
)
_TOO_LARGE: Final = (
    ErrorSentence(mark("This message ({size}) is larger than your server accepts."), "review-attachments"),
    ErrorSentence(mark("This message is larger than your server accepts."), "review-attachments", True),
)
_ATTACHMENT: Final = (
    ErrorSentence(mark("An attachment is larger than your server accepts."), "review-attachments", True),
)
_BUSY: Final = (
    ErrorSentence(mark("The server is busy. Trying again at {again}."), "cancel"),
    ErrorSentence(mark("The server is busy."), "retry", True),
)
_AWAY: Final = (
    ErrorSentence(mark("Your mailbox is unavailable for now. Trying again at {again}."), "try-now"),
    ErrorSentence(mark("Your mailbox is unavailable for now."), "retry", True),
)
_DENIED: Final = (
    ErrorSentence(mark("Your account is not allowed to do this in “{place}”."), "copy-details"),
    ErrorSentence(mark("Your account is not allowed to do this."), "copy-details", True),
)
_LIMIT: Final = (ErrorSentence(mark("You have reached the sending limit. {waiting}"), "retry"),)
_VIRUS: Final = (ErrorSentence(mark("The server found a virus in this message."), "copy-details", True),)
_BLOCKED: Final = (ErrorSentence(mark("Your server does not let this message out."), "copy-details", True),)
_PASSWORD: Final = (
    ErrorSentence(mark("Your password has expired. Change it where your organisation lets you."), "sign-in", True),
)
_ACCOUNT_OFF: Final = (ErrorSentence(mark("Your account has been turned off."), "copy-details", True),)

SENTENCES: Final[dict[str, tuple[ErrorSentence, ...]]] = {
    NO_ATTACHMENTS: (ErrorSentence(mark("This server does not keep attachments."), "review-attachments", True),),
    **dict.fromkeys(sorted(ITEM_GONE), _LINK_LOST),
    ITEM_NOT_FOUND: (
        ErrorSentence(
            mark("This draft cannot be found: deleted, moved, or no longer shared with you. Nothing was sent."),
            "save-as-new",
        ),
    ),
    **dict.fromkeys(sorted(KEY_REFUSED), _CHANGED),
    "ErrorMissingRecipients": (ErrorSentence(mark("Add a recipient."), "mend-address"),),
    "ErrorInvalidRecipients": _RECIPIENT,
    "ErrorInvalidSmtpAddress": _RECIPIENT,
    "ErrorInvalidRoutingType": _RECIPIENT,
    "ErrorInvalidMailbox": _RECIPIENT,
    "ErrorMailRecipientNotFound": _RECIPIENT,
    "ErrorRecipientNotFound": _RECIPIENT,
    "ErrorNonExistentMailbox": _RECIPIENT,
    "ErrorMissingEmailAddress": _RECIPIENT,
    "ErrorMissingInformationEmailAddress": _RECIPIENT,
    "ErrorExceededMaxRecipientLimit": _TOO_MANY,
    "ErrorExceededMaxRecipientLimitBlock": _TOO_MANY,
    "ErrorExceededMaxRecipientLimitShowTierUpgrade": _TOO_MANY,
    "ErrorMessageSizeExceeded": _TOO_LARGE,
    "ErrorDataSizeLimitExceeded": _TOO_LARGE,
    "ErrorRequestStreamTooBig": _TOO_LARGE,
    "ErrorAttachmentSizeLimitExceeded": _ATTACHMENT,
    "ErrorQuotaExceeded": (
        ErrorSentence(mark("Your mailbox is full. The message is kept on this computer."), "retry"),
    ),
    "ErrorSendAsDenied": (
        ErrorSentence(mark("You cannot send as {sender}. Nothing was sent."), "use-own-address"),
        ErrorSentence(mark("You cannot send from this address. Nothing was sent."), "copy-details"),
    ),
    "ErrorServerBusy": _BUSY,
    "ErrorMailboxStoreUnavailable": _AWAY,
    "ErrorMailboxMoveInProgress": _AWAY,
    "ErrorMailboxFailover": _AWAY,
    "ErrorAccessDenied": _DENIED,
    "ErrorCreateItemAccessDenied": _DENIED,
    "ErrorSubmissionQuotaExceeded": _LIMIT,
    "ErrorExceededMessageLimit": _LIMIT,
    "ErrorExceededMessageLimitShowTierUpgrade": _LIMIT,
    "ErrorBatchProcessingStopped": (
        ErrorSentence(mark("The server stopped before it came to this message."), "retry", True),
    ),
    "ErrorSavedItemFolderNotFound": (
        ErrorSentence(mark("The folder for the copy cannot be found."), "copy-details", True),
    ),
    "ErrorVirusDetected": _VIRUS,
    "ErrorVirusMessageDeleted": _VIRUS,
    "ErrorMessageSubmissionBlocked": _BLOCKED,
    "ErrorMessageBlocked": _BLOCKED,
    "ErrorPasswordExpired": _PASSWORD,
    "ErrorPasswordChangeRequired": _PASSWORD,
    "ErrorAccountDisabled": _ACCOUNT_OFF,
    "ErrorAccountSuspend": _ACCOUNT_OFF,
    "ErrorAccountSuspendShowTierUpgrade": _ACCOUNT_OFF,
}

_BY_CLASS: Final[dict[CodeClass, tuple[ErrorSentence, ...]]] = {
    CodeClass.PERSON: (
        ErrorSentence(mark("The server does not take this message as it is: “{words}”"), "retry", True),
        ErrorSentence(mark("The server does not take this message as it is ({code})."), "retry", True),
    ),
    CodeClass.ACCOUNT: (
        ErrorSentence(mark("The server objects to your account: “{words}”"), "copy-details", True),
        ErrorSentence(mark("The server objects to your account ({code})."), "copy-details", True),
    ),
    CodeClass.SERVER_NOW: (
        ErrorSentence(mark("The server cannot do this for now. Trying again at {again}."), "cancel"),
        ErrorSentence(mark("The server cannot do this for now: “{words}”"), "retry", True),
        ErrorSentence(mark("The server cannot do this for now ({code})."), "retry", True),
    ),
    CodeClass.SERVER_GOOD: (
        ErrorSentence(mark("The server cannot do this: “{words}”"), "copy-details", True),
        ErrorSentence(mark("The server cannot do this ({code})."), "copy-details", True),
    ),
    CodeClass.DEFECT: (
        ErrorSentence(
            mark("Mailwright asked the server wrongly, which is our mistake: “{words}”"), "copy-details", True
        ),
        ErrorSentence(
            mark("Mailwright asked the server wrongly, which is our mistake ({code})."), "copy-details", True
        ),
    ),
    CodeClass.UNLISTED: (
        ErrorSentence(mark("The server refused this: “{words}”"), "copy-details", True),
        ErrorSentence(mark("The server refused this ({code})."), "copy-details", True),
    ),
}


def sentence_for(server: ServerWords, facts: Facts) -> tuple[str, str]:
    """Return what is said of a refusal, and the id of the action."""
    if server.response_class == LOCAL:
        return server.message_text, ""
    code = server.response_code
    places = {
        "sender": facts.sender,
        "size": size_words(facts.size) if facts.size > 0 else "",
        "place": facts.place,
        "again": facts.again,
        "waiting": ntr("{n} message is waiting.", "{n} messages are waiting.", facts.waiting),
        "words": shortened(" ".join(server.message_text.split()), _MOST_WORDS),
        "code": code or tr("without a code"),
    }
    said = next(
        one
        for one in SENTENCES.get(code) or _BY_CLASS[class_of(code)]
        if all(map(places.get, _places_in(one.sentence)))
    )
    sentence, action = tr(said.sentence, **places), said.action
    if said.tail:
        sentence = f"{sentence} {_tail(code, facts.scene)}"
        if facts.scene is Scene.SENDING and may_have_happened(code):
            action = "check"
    return sentence, action


def _tail(code: str, scene: Scene) -> str:
    if scene is Scene.SAVING:
        return tr("Your text is safe here.")
    if scene is Scene.ACCOUNT:
        return tr("Messages are kept on this computer.")
    return tr("It may have been sent.") if may_have_happened(code) else tr("Nothing was sent.")


def _places_in(sentence: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(sentence) if name]


ACTIONS: Final = {
    "save-as-new": mark("Save as new draft"),
    "compare": mark("Compare"),
    "mend-address": mark("Mend address"),
    "mend-subject": mark("Shorten the subject"),
    "mend-option": mark("Mend it"),
    "review-attachments": mark("Review attachments"),
    "fill-in": mark("Fill it in"),
    "use-own-address": mark("Use my own address"),
    "remove-draft": mark("Remove the draft"),
    "check": mark("Check"),
    "was-sent": mark("It was sent"),
    "was-not-sent": mark("It was not sent"),
    "save-copy": mark("Save a copy"),
    "retry": mark("Try again"),
    "try-now": mark("Try now"),
    "cancel": mark("Cancel"),
    "undo": mark("Undo"),
    "unsend": mark("Take back"),
    "send-now": mark("Send now"),
    "keep-as-draft": mark("Keep as draft"),
    "sign-in": mark("Sign in"),
    "copy-details": mark("Copy details"),
    "make-plain": mark("Make plain"),
    "restore-format": mark("Bring the formatting back"),
    "stop-turning": mark("Stop"),
    "write-again": mark("Write to them again"),
    "seen": mark("I know of it"),
    "follow-up": mark("Follow up"),
    "remind-later": mark("Remind me later"),
    "reminder-done": mark("No reminder"),
    "save-original": mark("Save the original"),
    "settings": mark("Open settings"),
}

FOR_THE_WINDOW: Final = frozenset(
    {"compare", "mend-address", "mend-subject", "mend-option", "review-attachments", "sign-in", "copy-details"}
    | {
        "save-original",
        "write-again",
        "seen",
        "follow-up",
        "remind-later",
        "reminder-done",
        "make-plain",
        "restore-format",
        "stop-turning",
        "settings",
        "fill-in",
        "use-own-address",
    }
)
"""These show or ask something; `services/outbox/remedies.py` does all others, and passes these on."""


def action_words(action: str) -> str:
    """Return what stands on the button of an action; "" for none."""
    return tr(ACTIONS[action]) if action else ""


Details = tuple[tuple[str, str], ...]


class Explanation(msgspec.Struct, frozen=True):
    """One sentence, the id of the one action that helps ("" for none), and labels with what lies under Details.

    `tone` is "bad" or "warn" for what went wrong, "info" for what is merely worth saying. `more` are other actions,
    where only the person can know which is the right one.
    """

    sentence: str
    action: str = ""
    details: Details = ()
    tone: str = "bad"
    more: tuple[str, ...] = ()

    @property
    def action_words(self) -> str:
        """Return what stands on the action's button."""
        return action_words(self.action)


def explain_outcome(outcome: Outcome, facts: Facts | None = None, message_id: str = "") -> Explanation | None:
    """Explain a refusal, or why there was no answer; None where the server said yes."""
    details = details_of(outcome, message_id)
    if outcome.accepted:
        return None
    if outcome.verdict is Verdict.REFUSED or outcome.trouble is None:
        if outcome.words is None:
            return Explanation(tr("The server has not answered yet."), "", details, "warn")
        sentence, action = sentence_for(outcome.words, facts or Facts())
        return Explanation(sentence, action, details)
    sentence, action = _of_trouble(outcome.trouble)
    return Explanation(sentence, action, details, "warn")


def explain_trouble(trouble: Trouble, now: float) -> Explanation:
    """Explain a trouble of an account, for its bar; `now` is when it was met."""
    sentence, action = _of_trouble(trouble)
    until = clock_time(now + trouble.retry_after, now) if trouble.retry_after else ""
    details = _filled(
        [
            *_lines_of_trouble(trouble),
            (tr("Wait asked for until"), until),
            (tr("Time of the request"), exact_time(now)),
        ]
    )
    return Explanation(sentence, action, details, "warn" if action == "try-now" else "bad")


def explain_error(error: MailError, now: float) -> Explanation:
    """Explain an error that was met at `now`. What was made with a sentence (BadInput, StorageError) says that one."""
    if isinstance(error, AccountError):
        return explain_trouble(error.trouble, now)
    if isinstance(error, ItemRefused):
        sentence, _ = sentence_for(error.words, Facts())
        return Explanation(sentence, "", details_of(Outcome(Verdict.REFUSED, words=error.words, at=now)))
    return Explanation(str(error), tone="warn" if isinstance(error, BadInput) else "bad")


def details_of(outcome: Outcome | None, message_id: str = "") -> Details:
    """Return what stands under Details, labelled; what the server did not say is left out."""
    if outcome is None:
        return _filled([(tr("Message-ID"), message_id)])
    words, trouble = outcome.words, outcome.trouble
    lines: list[tuple[str, str]] = []
    if words is not None:
        lines += [
            (tr("Code"), words.response_code),
            (tr("Server’s words"), words.message_text),
            (tr("Response class"), words.response_class),
            (tr("Link key"), str(words.descriptive_link_key) if words.descriptive_link_key else ""),
            (tr("Wait asked for"), tr("{n} ms", n=words.back_off_ms) if words.back_off_ms else ""),
            (tr("MessageXml"), words.message_xml),
        ]
    if trouble is not None:
        lines += _lines_of_trouble(trouble)
    lines += [(tr("Time of the request"), exact_time(outcome.at)), (tr("Message-ID"), message_id)]
    return _filled(lines)


def _lines_of_trouble(trouble: Trouble) -> list[tuple[str, str]]:
    return [
        (tr("Trouble"), trouble.kind.value),
        (tr("What happened"), trouble.detail),
        (tr("Server"), trouble.host),
        (tr("HTTP status"), str(trouble.http_status or "")),
    ]


def _filled(lines: Iterable[tuple[str, str]]) -> Details:
    return tuple((label, value) for label, value in lines if value)


# --- troubles of the account ------------------------------------------------------------------------------------------


def _of_trouble(trouble: Trouble) -> tuple[str, str]:
    return _TROUBLES[trouble.kind](trouble, trouble.host or tr("the server"))


def _not_genuine(trouble: Trouble, host: str) -> tuple[str, str]:
    parts = (
        tr("Could not confirm that {host} is genuine.", host=host),
        trouble.detail,
        tr("Nothing was sent."),
    )
    return " ".join(part for part in parts if part), "try-now"


def _sign_in(trouble: Trouble, _host: str) -> tuple[str, str]:
    words = words_of(trouble.detail)
    if words is None:
        return tr("Your sign-in has expired. Messages are waiting."), "sign-in"
    return " ".join((words.sentence, words.advice, tr("Messages are waiting."))), words.action


def _service_off(_trouble: Trouble, _host: str) -> tuple[str, str]:
    return tr("Your organisation has turned off the connection this app uses (EWS)."), "copy-details"


def _unreachable(_trouble: Trouble, host: str) -> tuple[str, str]:
    sentence = tr("Cannot reach {host}. Messages are kept on this computer and go out when it answers.", host=host)
    return sentence, "try-now"


def _proxy(trouble: Trouble, _host: str) -> tuple[str, str]:
    parts = trouble.detail, tr("Messages are kept on this computer and go out when there is a way.")
    return " ".join(part for part in parts if part), "try-now"


def _proxy_sign_in(trouble: Trouble, _host: str) -> tuple[str, str]:
    parts = trouble.detail, tr("Messages are waiting.")
    return " ".join(part for part in parts if part), "settings"


def _late(_trouble: Trouble, host: str) -> tuple[str, str]:
    return tr("No answer from {host} in time. Messages are kept on this computer.", host=host), "try-now"


def _engine(_trouble: Trouble, _host: str) -> tuple[str, str]:
    sentence = tr(
        "The part of Mailwright that speaks to the server has stopped and is started anew. "
        "Messages are kept on this computer."
    )
    return sentence, "try-now"


def _cancelled(_trouble: Trouble, _host: str) -> tuple[str, str]:
    return tr("The request was stopped before an answer came. Messages are kept on this computer."), "try-now"


def _server(trouble: Trouble, host: str) -> tuple[str, str]:
    said = words_of(trouble.detail)
    if said is not None:
        return " ".join((said.sentence, tr("Messages are waiting."))), said.action
    code, _, words = trouble.detail.partition(": ")
    if code.startswith("Error") and " " not in code:
        return _of_fault(ServerWords("Error", code, words))
    kept = tr("Messages are kept on this computer and go out when it is well again.")
    if trouble.http_status in {429, 503}:
        return tr("The server is busy.") + " " + kept, "try-now"
    if trouble.http_status >= 500:
        return tr("The server has a fault of its own.") + " " + kept, "try-now"
    sentence = tr("What answers at {host} is not Exchange. Messages are kept on this computer.", host=host)
    return sentence, "try-now"


def _of_fault(words: ServerWords) -> tuple[str, str]:
    """A fault that speaks of the whole account: it is said as for a message, but there is none to try or to mend."""
    if words.response_code in NO_MAILBOX:
        said = tr("The server has no mailbox for your account. Messages are kept on this computer.")
        return said, "copy-details"
    sentence, action = sentence_for(words, Facts(scene=Scene.ACCOUNT))
    return sentence, action if action in {"sign-in", "copy-details"} else "try-now"


_TROUBLES: Final[dict[TroubleKind, Callable[[Trouble, str], tuple[str, str]]]] = {
    TroubleKind.SIGN_IN: _sign_in,
    TroubleKind.UNREACHABLE: _unreachable,
    TroubleKind.PROXY: _proxy,
    TroubleKind.PROXY_SIGN_IN: _proxy_sign_in,
    TroubleKind.NOT_GENUINE: _not_genuine,
    TroubleKind.SERVICE_OFF: _service_off,
    TroubleKind.SERVER: _server,
    TroubleKind.ENGINE: _engine,
    TroubleKind.DEADLINE: _late,
    TroubleKind.CANCELLED: _cancelled,
}
