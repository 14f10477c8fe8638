"""What was chosen beside text and people, in a few quiet words that stand in the pane with the panel closed too."""

from __future__ import annotations

from typing import Final

from app.core.formatting import day_words, moment_words
from app.core.i18n import mark, ntr, tr
from app.domain.message import Content, FlagStatus, FollowUp, Importance, Options, Sensitivity
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo

IMPORTANCES: Final = {
    Importance.LOW: mark("Low importance"),
    Importance.NORMAL: mark("Normal importance"),
    Importance.HIGH: mark("High importance"),
}
SENSITIVITIES: Final = {
    Sensitivity.NORMAL: mark("Not sensitive"),
    Sensitivity.PERSONAL: mark("Personal"),
    Sensitivity.PRIVATE: mark("Private"),
    Sensitivity.CONFIDENTIAL: mark("Confidential"),
}
FLAGS: Final = {
    FlagStatus.NOT_FLAGGED: mark("No follow-up"),
    FlagStatus.FLAGGED: mark("Follow up"),
    FlagStatus.COMPLETE: mark("Followed up"),
}
IMPORTANCE_CHOICES: Final = {
    Importance.LOW: mark("Low"),
    Importance.NORMAL: mark("Normal"),
    Importance.HIGH: mark("High"),
}
SENSITIVITY_CHOICES: Final = {**SENSITIVITIES, Sensitivity.NORMAL: mark("None")}
FLAG_CHOICES: Final = {**FLAGS, FlagStatus.NOT_FLAGGED: mark("None")}
"""As they stand under their label, where there is little room."""
_NAMED: Final = 3
"""So many names stand there; of the others it is said how many they are."""


def chosen_words(content: Content, copy_to: CopyTo, now: float) -> list[str]:
    """Return a few words for each thing that is not as it is by itself."""
    options = content.options
    words = [
        "" if content.importance is Importance.NORMAL else tr(IMPORTANCES[content.importance]),
        "" if options.sensitivity is Sensitivity.NORMAL else tr(SENSITIVITIES[options.sensitivity]),
        *options.categories[:_NAMED],
        _more(len(options.categories)),
        follow_up_words(options.follow_up, now),
        tr("Reminder {moment}", moment=moment_words(options.reminder, now)) if options.reminder else "",
        tr("Read receipt") if options.read_receipt else "",
        tr("Delivery receipt") if options.delivery_receipt else "",
        tr("Answer requested") if options.response_requested else "",
        tr("Replies to {people}", people=_people(options.reply_to)) if options.reply_to else "",
        *(f"{header.name}: {header.value}"[:60] for header in options.headers[:_NAMED]),
        _more(len(options.headers)),
        copy_words(copy_to) if copy_to.kind is not CopyKind.OWN_SENT else "",
        deferred_words(options, now),
    ]
    return [word for word in words if word]


def follow_up_words(flag: FollowUp, now: float) -> str:
    """Return the follow-up flag in words, "" for none."""
    if flag.status is FlagStatus.NOT_FLAGGED:
        return ""
    if flag.status is FlagStatus.FLAGGED and flag.due:
        return tr("Follow up by {day}", day=day_words(flag.due, now))
    return tr(FLAGS[flag.status])


def copy_words(copy_to: CopyTo) -> str:
    """Return where the copy goes."""
    match copy_to.kind:
        case CopyKind.OWN_SENT:
            return tr("Copy in Sent Items")
        case CopyKind.PRINCIPAL_SENT:
            return tr("Copy in Sent Items of {mailbox}", mailbox=copy_to.mailbox)
        case CopyKind.FOLDER:
            return tr("Copy in “{folder}”", folder=copy_to.name or tr("another folder"))
        case CopyKind.NONE:
            return tr("No copy")


def place_words(copy_to: CopyTo) -> str:
    """Return where the copy goes, where "Copy" stands over it."""
    match copy_to.kind:
        case CopyKind.OWN_SENT:
            return tr("Sent Items")
        case CopyKind.PRINCIPAL_SENT:
            return tr("Sent Items of {mailbox}", mailbox=copy_to.mailbox)
        case CopyKind.FOLDER:
            return copy_to.name or tr("another folder")
        case CopyKind.NONE:
            return tr("None")


def deferred_words(options: Options, now: float) -> str:
    """Return when the server lets the letter go, "" for at once."""
    if not options.deferred:
        return ""
    if options.deferred <= now:
        return tr("Its time has passed: goes at once")
    return tr("Goes {moment}", moment=moment_words(options.deferred, now))


def _people(people: tuple[Recipient, ...]) -> str:
    names = [one.name or one.address for one in people[:_NAMED]]
    return ", ".join([*names, *filter(None, [_more(len(people))])])


def _more(count: int) -> str:
    return ntr("{n} more", "{n} more", count - _NAMED) if count > _NAMED else ""
