"""What a person reads for a response code: what happened, whether anything was sent, and one thing that helps.

A code has one or more sentences: the first whose places can all be filled is said. A code without any is spoken of
by its class, in the server's own words. Only what can be done now is offered.
"""

from __future__ import annotations

from enum import StrEnum
from string import Formatter
from typing import Final, NamedTuple

from app.core.i18n import mark, ntr, tr
from app.domain.outcome import LOCAL, ServerWords
from app.domain.response_codes import CodeClass, class_of, may_have_happened

_MOST_WORDS: Final = 200


class Said(NamedTuple):
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
    `waiting` counts the letters that wait for the same reason.
    """

    sender: str = ""
    size: int = 0
    place: str = ""
    again: str = ""
    waiting: int = 1
    scene: Scene = Scene.SENDING


_LINK_LOST: Final = (Said(mark("This draft lost its link to the server. Your text is safe here."), "save-as-new"),)
_CHANGED: Final = (Said(mark("This draft was changed elsewhere."), "compare"),)
_RECIPIENT: Final = (Said(mark("The server does not accept one of the recipients."), "mend-address", True),)
_TOO_MANY: Final = (Said(mark("This message has more recipients than your server accepts."), "mend-address", True),)
_TOO_LARGE: Final = (
    Said(mark("This message ({size}) is larger than your server accepts."), "review-attachments"),
    Said(mark("This message is larger than your server accepts."), "review-attachments", True),
)
_ATTACHMENT: Final = (Said(mark("An attachment is larger than your server accepts."), "review-attachments", True),)
_BUSY: Final = (
    Said(mark("The server is busy. Trying again at {again}."), "cancel"),
    Said(mark("The server is busy."), "retry", True),
)
_AWAY: Final = (
    Said(mark("Your mailbox is unavailable for now. Trying again at {again}."), "try-now"),
    Said(mark("Your mailbox is unavailable for now."), "retry", True),
)
_DENIED: Final = (
    Said(mark("Your account is not allowed to do this in “{place}”."), "copy-details"),
    Said(mark("Your account is not allowed to do this."), "copy-details", True),
)
_LIMIT: Final = (Said(mark("You have reached the sending limit. {waiting}"), "retry"),)
_VIRUS: Final = (Said(mark("The server found a virus in this message."), "copy-details", True),)
_BLOCKED: Final = (Said(mark("Your server does not let this message out."), "copy-details", True),)
_PASSWORD: Final = (
    Said(mark("Your password has expired. Change it where your organisation lets you."), "sign-in", True),
)
_ACCOUNT_OFF: Final = (Said(mark("Your account has been turned off."), "copy-details", True),)

SENTENCES: Final[dict[str, tuple[Said, ...]]] = {
    "ErrorInvalidIdMalformed": _LINK_LOST,
    "ErrorInvalidIdEmpty": _LINK_LOST,
    "ErrorInvalidId": _LINK_LOST,
    "ErrorItemNotFound": (
        Said(
            mark("This draft cannot be found: deleted, moved, or no longer shared with you. Nothing was sent."),
            "save-as-new",
        ),
    ),
    "ErrorIrresolvableConflict": _CHANGED,
    "ErrorStaleObject": _CHANGED,
    "ErrorChangeKeyRequired": _CHANGED,
    "ErrorChangeKeyRequiredForWriteOperations": _CHANGED,
    "ErrorInvalidChangeKey": _CHANGED,
    "ErrorMissingRecipients": (Said(mark("Add a recipient."), "mend-address"),),
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
    "ErrorQuotaExceeded": (Said(mark("Your mailbox is full. The message is kept on this computer."), "retry"),),
    "ErrorSendAsDenied": (
        Said(mark("You cannot send as {sender}. Nothing was sent."), "use-own-address"),
        Said(mark("You cannot send from this address. Nothing was sent."), "copy-details"),
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
    "ErrorBatchProcessingStopped": (Said(mark("The server stopped before it came to this message."), "retry", True),),
    "ErrorSavedItemFolderNotFound": (Said(mark("The folder for the copy cannot be found."), "copy-details", True),),
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

_BY_CLASS: Final[dict[CodeClass, tuple[Said, ...]]] = {
    CodeClass.PERSON: (
        Said(mark("The server does not take this message as it is: “{words}”"), "retry", True),
        Said(mark("The server does not take this message as it is ({code})."), "retry", True),
    ),
    CodeClass.ACCOUNT: (
        Said(mark("The server objects to your account: “{words}”"), "copy-details", True),
        Said(mark("The server objects to your account ({code})."), "copy-details", True),
    ),
    CodeClass.SERVER_NOW: (
        Said(mark("The server cannot do this for now. Trying again at {again}."), "cancel"),
        Said(mark("The server cannot do this for now: “{words}”"), "retry", True),
        Said(mark("The server cannot do this for now ({code})."), "retry", True),
    ),
    CodeClass.SERVER_GOOD: (
        Said(mark("The server cannot do this: “{words}”"), "copy-details", True),
        Said(mark("The server cannot do this ({code})."), "copy-details", True),
    ),
    CodeClass.DEFECT: (
        Said(mark("Mailwright asked the server wrongly, which is our mistake: “{words}”"), "copy-details", True),
        Said(mark("Mailwright asked the server wrongly, which is our mistake ({code})."), "copy-details", True),
    ),
    CodeClass.UNLISTED: (
        Said(mark("The server refused this: “{words}”"), "copy-details", True),
        Said(mark("The server refused this ({code})."), "copy-details", True),
    ),
}


def sentence_for(server: ServerWords, facts: Facts) -> tuple[str, str]:
    """Return what is said of a refusal, and the id of the action."""
    if server.response_class == LOCAL:
        return server.message_text, ""
    code = server.response_code
    places = {
        "sender": facts.sender,
        "size": _size_words(facts.size),
        "place": facts.place,
        "again": facts.again,
        "waiting": ntr("{n} message is waiting.", "{n} messages are waiting.", facts.waiting),
        "words": _shortened(server.message_text),
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


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_WORDS else text[: _MOST_WORDS - 1] + "…"


def _size_words(size: int) -> str:
    if size <= 0:
        return ""
    if size < 1_000_000:
        return tr("{n} KB", n=max(1, round(size / 1000)))
    return tr("{n} MB", n=round(size / 1_000_000))
