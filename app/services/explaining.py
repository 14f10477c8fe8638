"""What a person reads when something went wrong, and what stands under Details.

The server's own code and words are never translated and never dropped: they stand under Details.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from app.core.formatting import clock_time, exact_time
from app.core.i18n import tr
from app.domain.errors import AccountError, BadInput, ItemRefused, MailError, Trouble, TroubleKind
from app.domain.outcome import Outcome, ServerWords, Verdict
from app.services.actions import action_words
from app.services.sentences import Facts, Scene, sentence_for
from app.services.sign_in_words import words_of

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
    """Explain a refusal, or why nothing was heard; None where the server said yes."""
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
            (tr("Link key"), "" if words.descriptive_link_key is None else str(words.descriptive_link_key)),
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
    """A fault that speaks of the whole account: it is said as for a letter, but there is none to try or to mend."""
    if words.response_code in _NO_MAILBOX:
        said = tr("The server has no mailbox for your account. Messages are kept on this computer.")
        return said, "copy-details"
    sentence, action = sentence_for(words, Facts(scene=Scene.ACCOUNT))
    return sentence, action if action in {"sign-in", "copy-details"} else "try-now"


_NO_MAILBOX: Final = frozenset({"ErrorNonExistentMailbox", "ErrorNonPrimarySmtpAddress", "ErrorMissingEmailAddress"})

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
