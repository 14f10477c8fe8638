"""What a person reads when something went wrong: what happened, whether anything was sent, and one thing to do.

The server's own code and words are never translated and never dropped: they stand under Details.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import msgspec

from app.domain.catalogue import CodeClass, class_of
from app.domain.errors import Trouble, TroubleKind
from app.domain.i18n import mark, tr
from app.domain.outcome import Outcome, ServerWords

_ACTION_WORDS: Final = {
    "save-as-new": mark("Save as new draft"),
    "mend-address": mark("Mend address"),
    "add-recipient": mark("Add a recipient"),
    "mend-subject": mark("Shorten the subject"),
    "review-attachments": mark("Review attachments"),
    "send-from-own": mark("Send from my address"),
    "remove-draft": mark("Remove the draft"),
    "check": mark("Check"),
    "retry": mark("Send again"),
    "save": mark("Save again"),
    "try-now": mark("Try now"),
    "copy-details": mark("Copy details"),
    "copy-for-it": mark("Copy message for IT"),
    "cancel": mark("Cancel"),
    "undo": mark("Undo"),
    "take-back": mark("Take back"),
    "send-now": mark("Send now"),
    "sign-in": mark("Sign in"),
    "show-certificate": mark("Show certificate"),
    "make-plain": mark("Make plain"),
}


def action_words(action: str) -> str:
    """Return what stands on the button of an action; "" for none."""
    return tr(_ACTION_WORDS[action]) if action in _ACTION_WORDS else ""


class Explanation(msgspec.Struct, frozen=True):
    """One sentence, the id of the one action that helps ("" for none), and labels with what lies under Details."""

    sentence: str
    action: str = ""
    details: tuple[tuple[str, str], ...] = ()
    tone: str = "bad"

    @property
    def action_words(self) -> str:
        """Return what stands on the action's button."""
        return action_words(self.action)


def explain(outcome: Outcome, sender: str = "", *, sending: bool = True) -> Explanation:
    """Explain a refusal, or why nothing was heard. `sender` is whom the letter is from, where it was chosen."""
    if outcome.words is None:
        trouble = outcome.trouble
        told = None if trouble is None else explain_trouble(trouble)
        sentence = tr("The connection was lost.") if told is None else told.sentence
        return Explanation(sentence, "" if told is None else told.action, details_of(outcome), "warn")
    sentence, action = _words_for(outcome.words, sender, sending=sending)
    return Explanation(sentence, action, details_of(outcome))


def details_of(outcome: Outcome | None) -> tuple[tuple[str, str], ...]:
    """Return what stands under Details, labelled; what the server did not say is left out."""
    if outcome is None:
        return ()
    words, trouble = outcome.words, outcome.trouble
    lines: list[tuple[str, str]] = []
    if words is not None:
        lines += [
            (tr("Code"), words.response_code),
            (tr("Server’s words"), words.message_text),
            (tr("Response class"), words.response_class),
            (tr("Link key"), "" if words.descriptive_link_key is None else str(words.descriptive_link_key)),
            (tr("Wait asked for"), tr("{n} ms", n=words.back_off_ms) if words.back_off_ms else ""),
            (tr("Further"), words.message_xml),
        ]
    if trouble is not None:
        lines += [
            (tr("Trouble"), trouble.kind.value),
            (tr("Said by the connection"), trouble.detail),
            (tr("Server"), trouble.host),
            (tr("HTTP status"), str(trouble.http_status or "")),
        ]
    if outcome.at:
        lines.append((tr("Time"), time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(outcome.at))))
    return tuple((label, value) for label, value in lines if value)


# --- refusals of one item ---------------------------------------------------------------------------------------------

_SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "ErrorInvalidIdMalformed": (
        mark("This draft lost its link to the server. Your text is safe here."),
        "save-as-new",
    ),
    "ErrorItemNotFound": (
        mark("This draft cannot be found: deleted, moved, or no longer shared with you. Nothing was sent."),
        "save-as-new",
    ),
    "ErrorIrresolvableConflict": (mark("This draft was changed elsewhere. Your text is safe here."), "save-as-new"),
    "ErrorInvalidRecipients": (mark("The server does not accept a recipient. Nothing was sent."), "mend-address"),
    "ErrorMissingRecipients": (mark("Add a recipient. Nothing was sent."), "add-recipient"),
    "ErrorMessageSizeExceeded": (
        mark("This message is larger than your server accepts. Nothing was sent."),
        "review-attachments",
    ),
    "ErrorAttachmentSizeLimitExceeded": (
        mark("An attachment is larger than your server accepts. Nothing was sent."),
        "review-attachments",
    ),
    "ErrorQuotaExceeded": (mark("Your mailbox is full. The message is kept on this computer."), "save"),
    "ErrorServerBusy": (mark("The server is busy. Nothing was sent."), "try-now"),
    "ErrorAccessDenied": (mark("Your account is not allowed to do this. Nothing was sent."), "copy-details"),
    "ErrorSubmissionQuotaExceeded": (mark("You have reached the sending limit. Nothing was sent."), "retry"),
    "ErrorMailboxStoreUnavailable": (mark("Your mailbox is unavailable for now. Nothing was sent."), "try-now"),
    "ErrorBatchProcessingStopped": (mark("The server stopped before this message. Nothing was sent."), "retry"),
    "ErrorExceededMaxRecipientLimit": (
        mark("There are more recipients than your server accepts. Nothing was sent."),
        "mend-address",
    ),
    "ErrorVirusDetected": (mark("The server found a virus in this message. Nothing was sent."), "review-attachments"),
    "ErrorMessageSubmissionBlocked": (mark("Your server does not let you send for now. Nothing was sent."), "retry"),
    "ErrorPasswordExpired": (mark("Your password has expired. Nothing was sent."), "sign-in"),
}
_LIKE: Final = {
    "ErrorInvalidIdEmpty": "ErrorInvalidIdMalformed",
    "ErrorInvalidId": "ErrorInvalidIdMalformed",
    "ErrorStaleObject": "ErrorIrresolvableConflict",
    "ErrorChangeKeyRequired": "ErrorIrresolvableConflict",
    "ErrorChangeKeyRequiredForWriteOperations": "ErrorIrresolvableConflict",
    "ErrorInvalidChangeKey": "ErrorIrresolvableConflict",
    "ErrorInvalidSmtpAddress": "ErrorInvalidRecipients",
    "ErrorMailRecipientNotFound": "ErrorInvalidRecipients",
    "ErrorRecipientNotFound": "ErrorInvalidRecipients",
    "ErrorNonExistentMailbox": "ErrorInvalidRecipients",
    "ErrorMissingEmailAddress": "ErrorInvalidRecipients",
    "ErrorMissingInformationEmailAddress": "ErrorInvalidRecipients",
    "ErrorDataSizeLimitExceeded": "ErrorMessageSizeExceeded",
    "ErrorRequestStreamTooBig": "ErrorMessageSizeExceeded",
    "ErrorMailboxMoveInProgress": "ErrorMailboxStoreUnavailable",
    "ErrorMailboxFailover": "ErrorMailboxStoreUnavailable",
    "ErrorCreateItemAccessDenied": "ErrorAccessDenied",
    "ErrorExceededMessageLimit": "ErrorSubmissionQuotaExceeded",
    "ErrorExceededMaxRecipientLimitBlock": "ErrorExceededMaxRecipientLimit",
    "ErrorVirusMessageDeleted": "ErrorVirusDetected",
    "ErrorPasswordChangeRequired": "ErrorPasswordExpired",
}


def _words_for(words: ServerWords, sender: str, *, sending: bool) -> tuple[str, str]:
    code = words.response_code
    if code == "ErrorSendAsDenied":
        if sender:
            return tr("You cannot send as {sender}. Nothing was sent.", sender=sender), "send-from-own"
        return tr("You cannot send from this address. Nothing was sent."), "copy-details"
    known = _SENTENCES.get(_LIKE.get(code, code))
    if known is None:
        return _words_for_class(code, words.message_text, sending=sending)
    sentence, action = known
    if action in {"retry", "try-now"} and not sending:
        action = "save"
    return tr(sentence), action


def _words_for_class(code: str, server_words: str, *, sending: bool) -> tuple[str, str]:
    said = server_words.strip() or code
    match class_of(code):
        case CodeClass.ACCOUNT:
            return tr("Your account is not allowed to do this: {words}", words=said), "copy-details"
        case CodeClass.SERVER_NOW:
            return tr("The server could not do this for now: {words}", words=said), "retry" if sending else "save"
        case CodeClass.SERVER_GOOD:
            return tr("The server cannot do this: {words}", words=said), "copy-details"
        case CodeClass.DEFECT:
            return tr("Mailwright asked the server wrongly: {words}", words=said), "copy-details"
        case _:
            return tr("The server refused this message: {words}", words=said), "copy-details"


# --- troubles of the account ------------------------------------------------------------------------------------------


def explain_trouble(trouble: Trouble) -> Explanation:
    """Explain a trouble of an account, for its bar."""
    sentence, action = _TROUBLES[trouble.kind](trouble)
    return Explanation(sentence, action, details_of_trouble(trouble), "warn" if action == "try-now" else "bad")


def details_of_trouble(trouble: Trouble) -> tuple[tuple[str, str], ...]:
    """Return what stands under Details of an account's bar."""
    lines = (
        (tr("Trouble"), trouble.kind.value),
        (tr("Said by the connection"), trouble.detail),
        (tr("Server"), trouble.host),
        (tr("HTTP status"), str(trouble.http_status or "")),
    )
    return tuple((label, value) for label, value in lines if value)


def _not_genuine(trouble: Trouble) -> tuple[str, str]:
    if trouble.host:
        return tr("Could not confirm that {host} is genuine. Nothing was sent.", host=trouble.host), "show-certificate"
    return tr("Could not confirm that the server is genuine. Nothing was sent."), "show-certificate"


_TROUBLES: Final[dict[TroubleKind, Callable[[Trouble], tuple[str, str]]]] = {
    TroubleKind.SIGN_IN: lambda _: (
        tr("Your sign-in is not accepted, or has expired. Messages are waiting."),
        "sign-in",
    ),
    TroubleKind.UNREACHABLE: lambda _: (tr("The server cannot be reached. Messages are waiting."), "try-now"),
    TroubleKind.NOT_GENUINE: _not_genuine,
    TroubleKind.SERVICE_OFF: lambda _: (
        tr("Your organisation has turned off the connection this app uses (EWS)."),
        "copy-for-it",
    ),
    TroubleKind.SERVER: lambda _: (tr("The server has trouble of its own. Messages are waiting."), "try-now"),
    TroubleKind.ENGINE: lambda _: (
        tr("The connection to the server was started anew. Messages are waiting."),
        "try-now",
    ),
    TroubleKind.DEADLINE: lambda _: (tr("The server took too long to answer."), "try-now"),
    TroubleKind.CANCELLED: lambda _: (tr("The request was cancelled."), "try-now"),
}
