"""Their state and their words, without Qt."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from app.core.formatting import day_words, example_day, moment_words
from app.core.i18n import mark, ntr, tr
from app.domain.edits import ImportanceSet, OptionSet, Pending
from app.domain.message import Content, Field, FlagStatus, FollowUp, Header, Importance, Options, Sensitivity
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.domain.writable_fields import header_problem, value_problem
from app.services.accounts.mailbox_discovery import read_categories
from app.views.compose.typed_dates import read_day, read_moment

if TYPE_CHECKING:
    from app.services.accounts.mailbox_discovery import Aids
    from app.views.compose.open_draft import OpenDraft

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
    """Return when the server lets the message go, "" for at once."""
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


_DAY: Final = "%Y-%m-%d"
_MOMENT: Final = "%Y-%m-%d %H:%M"


class Understood(NamedTuple):
    """What was made of what was typed: how it was understood, or what is wrong with it."""

    words: str = ""
    bad: bool = False


class OptionsSession:
    """Reads and writes the options of an open draft. What is not understood takes the place of what was set before."""

    def __init__(self, draft: OpenDraft, aids: Aids | None, now: Callable[[], float]) -> None:
        """Read and write the options of `draft`."""
        self.draft = draft
        self.aids = aids
        self._now = now
        self._half: dict[tuple[Field, str], str] = {}

    # --- what is so -------------------------------------------------------------------------------------------------

    @property
    def options(self) -> Options:
        """Return the options as they stand."""
        return self.draft.content.options

    @property
    def copy_to(self) -> CopyTo:
        """Return where the copy is to be filed."""
        record = self.draft.record
        return CopyTo() if record is None else record.copy_to

    def words(self) -> list[str]:
        """Return in a few words what was chosen."""
        half = [tr("not understood: {words}", words=" ".join(text.split())[:40]) for text in self._half_typed()]
        return [*chosen_words(self.draft.content, self.copy_to, self._now()), *half]

    def half_typed(self) -> Field | None:
        """Return the field in which something stands that is not understood, None for none."""
        fields = (Field.FOLLOW_UP, Field.REMINDER, Field.DEFERRED, Field.HEADERS)
        return next((field for field in fields if self.draft.pending.get(field, "").strip()), None)

    def _half_typed(self) -> list[str]:
        fields = (Field.FOLLOW_UP, Field.REMINDER, Field.DEFERRED, Field.HEADERS)
        return [text for field in fields if (text := self.draft.pending.get(field, "").strip())]

    def moment_text(self, field: Field) -> str:
        """Return what stands in the line of DEFERRED or REMINDER: what is half typed, else the moment."""
        moment = self.options.deferred if field is Field.DEFERRED else self.options.reminder
        return self.draft.pending.get(field, "") or _written(moment, _MOMENT)

    def day_text(self, which: str) -> str:
        """Return what stands in the line of the flag's "start" or "due"."""
        flag = self.options.follow_up
        kept = self.draft.pending.get(Field.FOLLOW_UP, "") if which == "due" else ""
        half = self._half.get((Field.FOLLOW_UP, which), "" if self._half else kept)
        start = flag.start if flag.start != flag.due else 0.0  # a server fills one in with the other
        return half or _written(flag.due if which == "due" else start, _DAY)

    def headers_text(self) -> str:
        """Return the custom headers, a line each, with those that are half typed."""
        lines = [f"{header.name}: {header.value}" for header in self.options.headers]
        return "\n".join([*lines, *filter(None, [self.draft.pending.get(Field.HEADERS, "")])])

    # --- what is chosen -----------------------------------------------------------------------------------------------

    def set_importance(self, importance: Importance) -> None:
        """Choose low, normal or high importance."""
        if importance is not self.draft.content.importance:
            self.draft.edit(ImportanceSet(importance))

    def choose(self, field: Field, value: object) -> None:
        """Set one option, unless it is so already."""
        if getattr(self.options, field.value) != value:
            self.draft.edit(OptionSet(field, msgspec.structs.replace(Options(), **{field.value: value})))

    def write_categories(self, text: str) -> None:
        """Take the list of categories as it is typed."""
        names = read_categories(text)
        self.choose(Field.CATEGORIES, names if self.aids is None else self.aids.categories.spelt(names))

    def remember_categories(self) -> None:
        """Offer these categories first from now on."""
        if self.aids is not None and self.options.categories:
            self.draft.spawn(self.aids.categories.use(self.options.categories), "remember categories")

    def completion(self, text: str) -> str:
        """Return how the last category in `text` goes on."""
        last = text.replace(";", ",").rpartition(",")[2]
        return "" if self.aids is None else self.aids.categories.completion(last)

    def set_reply_to(self, people: Sequence[Recipient]) -> None:
        """Set the recipients of answers."""
        self.choose(Field.REPLY_TO, tuple(people))

    def set_flag(self, status: FlagStatus) -> None:
        """Choose the follow-up flag; its days stay only while it is flagged."""
        flag = self.options.follow_up
        if flag.status is status:
            return
        if status is FlagStatus.FLAGGED:
            self.choose(Field.FOLLOW_UP, msgspec.structs.replace(flag, status=status, completed=0.0))
        elif status is FlagStatus.COMPLETE:
            self.choose(Field.FOLLOW_UP, FollowUp(status, completed=float(int(self._now()))))
        else:
            self.choose(Field.FOLLOW_UP, FollowUp())
        for which in ("start", "due"):
            self._keep_half(Field.FOLLOW_UP, which, "")

    def example_day(self) -> str:
        """Return a day as it may be typed."""
        return example_day(self._now())

    def write_day(self, which: str, text: str) -> Understood:
        """Take the day at which the flag starts or is due; a day flags the message."""
        flag, now = self.options.follow_up, self._now()
        day = read_day(text, now) if text.strip() else 0.0
        if day is None:
            self._keep_half(Field.FOLLOW_UP, which, text)
            self.choose(Field.FOLLOW_UP, msgspec.structs.replace(flag, **{which: 0.0}))
            return Understood(tr("Type a day, such as tomorrow, Friday or 24 Nov."), bad=True)
        status = FlagStatus.FLAGGED if day else flag.status
        wanted = msgspec.structs.replace(flag, status=status, completed=0.0, **{which: day})
        content = msgspec.structs.replace(self.draft.content, options=Options(follow_up=wanted))
        problem = value_problem(content, Field.FOLLOW_UP)
        self._keep_half(Field.FOLLOW_UP, which, text if problem else "")
        if problem is not None:
            self.choose(Field.FOLLOW_UP, msgspec.structs.replace(flag, **{which: 0.0}))
            return Understood(problem, bad=True)
        self.choose(Field.FOLLOW_UP, wanted)
        return Understood(day_words(day, now))

    def write_moment(self, field: Field, text: str) -> Understood:
        """Take the moment of DEFERRED or REMINDER."""
        now = self._now()
        moment = read_moment(text, now) if text.strip() else 0.0
        problem = ""
        if moment is None:
            problem = tr("Type a time, such as tomorrow 8, Mon 9:00 or in 2 hours.")
        elif 0 < moment <= now:
            problem = tr("That time has passed.")
        self._keep_half(field, "", text if problem else "")
        if problem or moment is None:
            self.choose(field, 0.0)
            return Understood(problem, bad=True)
        self.choose(field, float(int(moment)))
        return Understood(moment_words(moment, now))

    def write_headers(self, text: str) -> Understood:
        """Take custom headers, one a line; those that may not be are kept as typed and refused in words."""
        good: list[Header] = []
        half: list[str] = []
        problem = ""
        for line in filter(str.strip, text.split("\n")):
            name, colon, value = line.partition(":")
            header = Header(name.strip(), value.strip())
            twice = any(header.name.casefold() == one.name.casefold() for one in good)
            wrong = header_problem(header) if colon and header.value else tr("Write a header as Name: value.")
            wrong = tr("The header {name} stands there twice.", name=header.name) if twice else wrong
            if wrong is None:
                good.append(header)
            else:
                problem = problem or wrong
                half.append(line)
        self._keep_half(Field.HEADERS, "", "\n".join(half))
        self.choose(Field.HEADERS, tuple(good))
        return Understood(problem, bad=bool(problem))

    # --- where the copy goes ------------------------------------------------------------------------------------------

    def copy_choices(self) -> list[CopyTo]:
        """Return the places that need no folder to be named."""
        sender = self.draft.content.sender
        theirs = [] if sender is None else [CopyTo(CopyKind.PRINCIPAL_SENT, sender.address)]
        return [CopyTo(), *theirs, CopyTo(CopyKind.NONE)]

    def copy_text(self) -> str:
        """Return where the copy goes, in words."""
        return copy_words(self.copy_to)

    def place_text(self) -> str:
        """Return where the copy goes, as short as it can be said."""
        return place_words(self.copy_to)

    def file_copy(self, copy_to: CopyTo) -> None:
        """Let the copy go there; on disk before it is shown."""
        if copy_to != self.copy_to:
            self.draft.file_copy(copy_to)

    # --- half typed ---------------------------------------------------------------------------------------------------

    def _keep_half(self, field: Field, which: str, text: str) -> None:
        self._half[field, which] = text
        whole = "\n".join(kept for (of, _), kept in self._half.items() if of is field and kept.strip())
        if whole != self.draft.pending.get(field, ""):
            self.draft.edit(Pending(field, whole))


def _written(moment: float, form: str) -> str:
    return time.strftime(form, time.localtime(moment)) if moment else ""
