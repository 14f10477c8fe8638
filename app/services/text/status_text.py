"""How a message stands: state, problems, reports.

A row tells the truth or nothing: "Saved" only where the server has every edit, "Sent" only where the server said so
or a copy was seen, "may have been sent" as long as neither is so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec

from app.core.formatting import clock_time, exact_time, full_moment, moment_words, past_moment_words, size_words
from app.core.i18n import mark, ntr, tr
from app.core.parsing import whole_number
from app.core.text import shortened
from app.domain.errors import AccountError, ItemRefused, MailError, TroubleKind
from app.domain.listing import Report, ReportKind
from app.domain.message import SUBJECT_LIMIT, Content, Field, written_anew
from app.domain.outcome import Outcome, Verdict
from app.domain.problem import BEFORE_SENDING, Evidence, ProblemKind, read_problem
from app.domain.recipient import Recipient, address_problem
from app.domain.record import CopyKind, CopyTo, Record, is_held_here, waits_for_answer
from app.domain.reminder import Reminder
from app.domain.state import SHOWS_UPLOAD, WENT_OUT, WRITABLE, State
from app.services.accounts.accounts import PAUSING
from app.services.attachments.fetch import Moving
from app.services.records.rows import ListRow
from app.services.text.error_text import (
    Details,
    Explanation,
    Facts,
    Scene,
    action_words,
    details_of,
    explain_error,
    explain_outcome,
    explain_trouble,
    sentence_for,
)

_NAMED: Final = 2


def explain_undelivered(row: ListRow) -> Explanation | None:
    """Return what to say of a message with reports that the person does not know of; None where there is none."""
    failed = [report for report in row.reports if report.kind is ReportKind.NOT_DELIVERED]
    if not failed or all(report.settled for report in failed):
        return None
    sure = [report for report in failed if report.from_within]
    if sure:
        sentence, tone = tr("Could not be delivered to {people}.", people=people_in(sure)), "bad"
    else:
        reporter, people = reporter_of(failed[-1]), people_in(failed)
        sentence = tr("Reported by {reporter}: could not be delivered to {people}.", reporter=reporter, people=people)
        tone = "warn"
    details = tuple((exact_time(report.at), f"{report_line(report)} {origin_words(report)}") for report in failed)
    return Explanation(sentence, "write-again", details, tone=tone, more=("seen",))


def reporter_of(report: Report) -> str:
    """Return the address that sent a report, or that it is not known."""
    return report.reporter or tr("an unknown sender")


def report_line(report: Report) -> str:
    """Return what a report says, as a sentence about one person."""
    who = report.who or tr("a recipient")
    match report.kind:
        case ReportKind.NOT_DELIVERED:
            return tr("Not delivered to {who}.", who=who)
        case ReportKind.DELIVERED:
            return tr("Delivered to {who}.", who=who)
        case ReportKind.READ:
            return tr("Read by {who}.", who=who)
        case ReportKind.NOT_READ:
            return tr("Deleted unread by {who}.", who=who)


def origin_words(report: Report) -> str:
    """Return who sent a report, and what was checked of it."""
    told = tr("Reported by {reporter}.", reporter=reporter_of(report))
    if report.from_within:
        return f"{told} {tr('Your mail server marked the report as made within your organization.')}"
    return f"{told} {tr('Not verified: anyone who has seen the message can write such a report.')}"


def people_in(reports: Sequence[Report]) -> str:
    """Return whom reports are about, two by name and the others by number."""
    names = list(dict.fromkeys(report.who for report in reports if report.who))
    if not names:
        return tr("a recipient")
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return shown + ntr(" and {n} more", " and {n} more", more) if more > 0 else shown


def once_more(content: Content, reports: Sequence[Report]) -> Content:
    """Return the message to those alone whom it did not reach; to all of them where reports name none of them."""
    fewer = to_the_missed(content, reports)
    return fewer if fewer.recipients() else written_anew(content)


def to_the_missed(content: Content, reports: Sequence[Report]) -> Content:
    """Return the message to those alone whom reports name; to nobody where they name none of them."""
    names = {report.who.casefold() for report in reports if report.kind is ReportKind.NOT_DELIVERED and report.who}

    def missed(people: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        return tuple(one for one in people if names & {one.address.casefold(), one.name.casefold()})

    anew = written_anew(content)
    return msgspec.structs.replace(anew, to=missed(anew.to), cc=missed(anew.cc), bcc=missed(anew.bcc))


def explain_row(row: ListRow) -> Explanation | None:
    """Return what is the matter with a row, None where nothing is."""
    found = None if row.record is None else explain_record(row.record, size=row.size)
    return found or explain_undelivered(row)


def explain_record(record: Record, *, size: int = 0) -> Explanation | None:
    """Return what is wrong with a message and what helps; None for nothing, or where only its account is in trouble.

    `size` is in bytes as the server counts them, 0 where that is not known.
    """
    if record.discarded:
        return None
    kind, value = read_problem(record.problem)
    if record.state in WENT_OUT:
        return _explain_sent(record, kind)
    if record.state is State.UNKNOWN:
        return _explain_unknown(record, kind, value)
    if waits_for_answer(record):
        sentence = tr("Waiting for your answer: it had waited for more than an hour when Mailwright started.")
        return Explanation(sentence, "send-now", tone="warn", more=("keep-as-draft",))
    if record.state not in WRITABLE:
        return None
    if kind is not None and kind in BEFORE_SENDING:
        return _explain_finding(kind, value)
    return _explain_unsent(record, kind, value, size)


def _explain_finding(kind: ProblemKind, value: str) -> Explanation:  # noqa: PLR0911 - the table
    match kind:
        case ProblemKind.ADDRESS:
            sentence = address_problem(value) or tr("“{address}” cannot be sent to.", address=value)
            return Explanation(sentence, "mend-address")
        case ProblemKind.PENDING_WORDS | ProblemKind.OPTION:
            if kind is ProblemKind.OPTION:
                sentence, action = option_not_understood(value), "mend-option"
            else:
                sentence, action = tr("“{words}” is not a recipient yet.", words=value[:60]), "mend-address"
            return Explanation(sentence, action)
        case ProblemKind.NOT_CARRIED:
            return Explanation(value or tr("Your account can’t send this as it is."), "mend-option")
        case ProblemKind.SUBJECT_TOO_LONG:
            length = whole_number(value)
            sentence = subject_too_long(length) if length else tr("The subject is too long.")
            return Explanation(sentence, "mend-subject")
        case ProblemKind.UNFILLED:
            return Explanation(not_filled_in(value), "fill-in", tone="warn")
        case ProblemKind.SUBJECT_EMPTY:
            return Explanation(tr("There is no subject."), tone="warn")
        case ProblemKind.TEXT_DIFFERS:
            return Explanation(text_differs(value), "compare")
        case (
            ProblemKind.ATTACHMENTS_DIFFER
            | ProblemKind.ATTACHMENT_STRANGE
            | ProblemKind.ATTACHMENT_FORGOTTEN
            | ProblemKind.ATTACHMENT_OUTDATED
        ):
            return _explain_attachments(kind, value)
        case _:
            return Explanation(tr("Add a recipient."), "mend-address")


_PARTS: Final = {
    Field.TO: mark("the recipients"),
    Field.CC: mark("the recipients"),
    Field.BCC: mark("the recipients"),
    Field.SUBJECT: mark("the subject"),
    Field.BODY: mark("the text"),
}


def text_differs(value: str) -> str:
    """Return what to say of a message whose fields `value` (by name) the server keeps otherwise than written."""
    parts = dict.fromkeys(tr(words) for field, words in _PARTS.items() if field.value in value.split())
    return tr("Not sent: the server did not keep {parts} as you wrote it.", parts=", ".join(parts) or tr("the text"))


def _explain_attachments(kind: ProblemKind, value: str) -> Explanation:
    if kind is ProblemKind.ATTACHMENT_FORGOTTEN:
        return Explanation(forgotten(value), "review-attachments", tone="warn")
    if kind is ProblemKind.ATTACHMENT_OUTDATED:
        return Explanation(
            tr("Not sent: an attached file was changed since you attached it."), "review-attachments", tone="warn"
        )
    if kind is ProblemKind.ATTACHMENT_STRANGE:
        return Explanation(strange(value), "review-attachments")
    sentence = tr("This was not sent: what is attached is not so on the server. {what}", what=value)
    return Explanation(sentence, "review-attachments")


def _explain_unsent(record: Record, kind: ProblemKind | None, value: str, size: int) -> Explanation | None:
    details = _details(record)
    if kind is ProblemKind.COPY_STAYS and record.state is not State.NEEDS_ATTENTION:
        if record.copy_to.mailbox:
            sentence = tr("This draft cannot be moved out of {mailbox}. The copy goes there too.", mailbox=value)
        else:
            sentence = tr("You may not keep drafts in {mailbox}. The copy goes to your own Sent Items.", mailbox=value)
        return Explanation(sentence, tone="warn")
    if kind is ProblemKind.NOT_LET_GO:
        sentence = tr("This was to go at its time, and the server still has it in Drafts or Outbox: it was not sent.")
        return Explanation(sentence, "retry", details)
    if kind is ProblemKind.NOT_SENT and record.send_outcome is not None and record.send_outcome.taken:
        sentence = tr("The server accepted this and didn’t send it. It is safe in Drafts.")
        return Explanation(sentence, "retry", details)
    if kind is ProblemKind.NOT_SENT:
        sentence = tr("The connection was lost, and this was not sent. It is safe in Drafts.")
        return Explanation(sentence, "retry", details)
    attention = record.state is State.NEEDS_ATTENTION
    sending = record.send_outcome if attention else None
    refused = [one for one in (sending, record.save_outcome) if one is not None and one.verdict is Verdict.REFUSED]
    if refused:
        last = max(refused, key=lambda one: one.at)
        scene = Scene.SENDING if attention else Scene.SAVING
        facts = Facts(sender=record.head.sender, size=size, scene=scene)
        return explain_outcome(last, facts, record.message_id)
    return Explanation(tr("This message was not sent."), "retry", details) if attention else None


def _cannot_be_known(seen: str) -> str:
    """Return what was seen of a message of which nothing proves what became of it, and what the person can do."""
    if seen == Evidence.DRAFT:
        return tr(
            "This may have been sent: the draft is still in Drafts, but your server may leave it there after sending. "
            "Ask a recipient before you send it again."
        )
    if seen == Evidence.NOTHING:
        return tr(
            "This may have been sent: it is neither in Drafts nor in Sent Items. "
            "Ask a recipient before you send it again."
        )
    return tr("Whether this was sent cannot be known from here. Look in Sent Items before you send it again.")


_LOST: Final = mark("Connection lost; may have been sent")
_SEEN: Final[dict[str, str]] = {
    Evidence.DRAFT.value: mark("The draft is still there; may have been sent"),
    Evidence.NOTHING.value: mark("No draft and no copy found; may have been sent"),
}
"""The row's own words of a message of which it cannot be known whether it was sent, by what was seen."""


def _explain_unknown(record: Record, kind: ProblemKind | None, value: str) -> Explanation:
    if kind is ProblemKind.CANNOT_BE_KNOWN:
        sentence = _cannot_be_known(value)
        return Explanation(sentence, "check", _details(record), "warn", ("was-sent", "was-not-sent"))
    if record.send_outcome is not None and record.send_outcome.taken:
        sentence = tr("This may have been sent: the server accepted it long ago, and it’s still not in Sent Items.")
    elif record.send_outcome is not None and record.send_outcome.words is not None:
        sentence = tr("This may have been sent: the server broke off while sending.")
    else:
        sentence = tr("This may have been sent: the connection was lost while sending.")
    return Explanation(sentence, "check", _details(record), "warn")


def _explain_sent(record: Record, kind: ProblemKind | None) -> Explanation | None:
    filed = record.state is State.SENT
    if kind is ProblemKind.LEFT_IN_DRAFTS:
        action = "remove-draft"
        if filed:
            sentence = tr("This was sent, but the server left the draft in Drafts.")
        else:
            sentence = tr("This was sent, but there is no copy in Sent Items, and the draft is still in Drafts.")
    elif kind is ProblemKind.SENT_EARLY:
        moment = full_moment(record.head.deferred)
        return Explanation(tr("This was sent before its time, {moment}.", moment=moment), "", _details(record), "warn")
    elif kind is ProblemKind.COPY_ELSEWHERE:
        sentence, action = tr("This was sent. Its copy is in another folder than Sent Items."), "check"
    elif kind is ProblemKind.NO_COPY or not filed:
        sentence, action = tr("This was sent, but there is no copy in Sent Items."), "save-copy"
    else:
        return None
    return Explanation(sentence, action, _details(record), "warn")


def _details(record: Record) -> Details:
    return details_of(record.send_outcome, record.message_id)


__all__ = [
    "Explanation",
    "StateWords",
    "explain_outcome",
    "explain_record",
    "explain_row",
    "explain_trouble",
    "row_words",
    "state_words",
]

_TOLD: Final = 1_000_000
"""Bytes from which on it is said how far they are: less is over before it is read."""


class StateWords(msgspec.Struct, frozen=True):
    """An icon's name, the words, a colour's name in Scheme, and the id of what can be done ("" for nothing).

    `quiet` says that the words go without saying in a list, and the first words of the message may stand there.
    """

    icon: str
    text: str
    tone: str = "faint"
    action: str = ""
    quiet: bool = False

    @property
    def action_words(self) -> str:
        """Return what stands on the action's button."""
        return action_words(self.action)


def row_words(row: ListRow, now: float, moving: Moving | None = None) -> StateWords:
    """Return how a row stands; what only the server has is saved there, or was sent."""
    words = _row_words(row, now, moving)
    if not row.answered or not words.quiet or row.state is not State.SENT:
        return words
    return StateWords("mail-check", tr("Answered {time}", time=clock_time(row.answered, now)), "good")


def reminder_words(due: float, now: float) -> str:
    """Return that the person is told at `due` if nobody answers."""
    return tr("Reminder {moment} if nobody answers", moment=moment_words(due, now))


def with_reminder(words: StateWords, row: ListRow, one: Reminder | None, now: float) -> StateWords:
    """Return how a row stands, with the reminder that the person asked for: what is wrong with it is said first."""
    if one is None or row.answered or row.state not in WENT_OUT or not words.quiet:
        return words
    if one.due <= now:
        return StateWords("clock", tr("Looking whether anybody answered"), "muted")
    return StateWords("clock", reminder_words(one.due, now), "accent")


def explain_reminder(row: ListRow, one: Reminder | None, now: float) -> Explanation | None:
    """Return that nobody answered by the moment that the person named; None where that is not so."""
    if one is None or not one.told or row.answered or row.state not in WENT_OUT:
        return None
    sentence = tr("Nobody has answered. You wanted to know {moment}.", moment=past_moment_words(one.due, now))
    return Explanation(sentence, "follow-up", tone="warn", more=("remind-later", "reminder-done"))


def _row_words(row: ListRow, now: float, moving: Moving | None) -> StateWords:
    if row.record is not None:
        return state_words(row.record, now, moving)
    if row.resting:
        return _resting(row, now)
    if row.received:
        return StateWords("mail", clock_time(row.when, now) if row.when > 0 else tr("Received"), quiet=True)
    return _saved(row.when, now) if row.is_draft else _sent(row.when, now)


def state_words(record: Record, now: float, moving: Moving | None = None) -> StateWords:
    """Return how a message stands at `now` (seconds since the epoch); `moving` is how far its attachments are."""
    if record.discarded:
        return StateWords("trash-2", tr("Discarded"))
    if moving is not None and moving.whole >= _TOLD and record.state in SHOWS_UPLOAD:
        return _uploading(record, moving)
    match record.state:
        case State.DEFERRED:
            return _deferred(record, now)
        case State.HELD | State.QUEUED | State.SENDING:
            return _on_its_way(record, now)
        case State.TAKEN:
            return StateWords("send", tr("Accepted by the server; not yet in Sent"), "accent")
        case State.SENT | State.SENT_NOT_FILED | State.UNKNOWN | State.NEEDS_ATTENTION:
            return _after_sending(record, explain_record(record), now)
        case _:
            return _draft(record, explain_record(record), now)


def _uploading(record: Record, moving: Moving) -> StateWords:
    done, whole = size_words(moving.done), size_words(moving.whole)
    if record.state is State.QUEUED:
        return StateWords("send", tr("Sending {done} of {whole}", done=done, whole=whole), "accent", "cancel")
    return StateWords("loader-circle", tr("Uploading {done} of {whole}", done=done, whole=whole))


def _draft(record: Record, found: Explanation | None, now: float) -> StateWords:
    outcome = record.save_outcome
    action = "" if found is None else found.action
    if record.state is State.READY and found is None:
        return StateWords("check", tr("Ready"), "good")
    if record.saved:
        words = _saved(record.saved_at, now)
        return words if found is None else msgspec.structs.replace(words, action=action, quiet=False)
    if outcome is not None and outcome.verdict is Verdict.UNKNOWN and outcome.trouble is None and outcome.words is None:
        return StateWords("loader-circle", tr("Saving…"), quiet=record.open)
    if outcome is not None and not outcome.accepted:
        return StateWords("hard-drive", tr("Saved on this computer only"), "warn", action or "retry")
    if not (record.edits or record.head.to or record.head.subject or record.head.preview):
        return StateWords("pen-line", tr("New message"), quiet=True)
    return StateWords("pen-line", tr("Not saved yet"), "faint", action, quiet=record.open and found is None)


def _saved(when: float, now: float) -> StateWords:
    text = tr("Saved {time}", time=clock_time(when, now)) if when > 0 else tr("Saved")
    return StateWords("cloud-check", text, quiet=True)


def _sent(when: float, now: float) -> StateWords:
    text = tr("Sent {time}", time=clock_time(when, now)) if when > 0 else tr("Sent")
    return StateWords("mail-check", text, "good", quiet=True)


def _resting(row: ListRow, now: float) -> StateWords:
    """Another program, or this one elsewhere, left it with the server: when it goes, and the way to take it back."""
    if row.deferred > now:
        return StateWords("clock", scheduled_words(row.deferred, now), "accent", "unsend")
    return StateWords("clock", tr("Waits on the server to be sent"), "muted", "unsend")


def _deferred(record: Record, now: float) -> StateWords:
    """The server holds it: when it goes, and the way to take it back while there is time."""
    if record.problem:
        return StateWords("undo-2", tr("Being taken back"), "accent")
    if record.head.deferred <= now:
        return StateWords("send", tr("Its time has come: looking whether it went"), "accent")
    return StateWords("clock", scheduled_words(record.head.deferred, now), "accent", "unsend")


def scheduled_words(when: float, now: float) -> str:
    """Return that a message goes at `when`, which the server knows."""
    return tr("Scheduled for {moment}", moment=moment_words(when, now))


def scheduling_words(when: float, now: float) -> str:
    """Return that a message is to be sent at `when`, and that the request is under way."""
    return tr("Scheduling for {moment}…", moment=moment_words(when, now))


def _after_sending(record: Record, found: Explanation | None, now: float) -> StateWords:
    """The server's word is not yet a fact: until the message was looked for, the row says what was said."""
    outcome, action = record.send_outcome, "" if found is None else found.action
    taken = outcome is not None and outcome.taken
    seen = None if taken else _SEEN.get(read_problem(record.problem)[1])
    match record.state:
        case State.NEEDS_ATTENTION:
            return StateWords("circle-alert", tr("Needs attention"), "bad", action)
        case State.SENT_NOT_FILED:
            return StateWords("triangle-alert", tr("Sent; no copy in Sent Items"), "warn", action)
        case State.UNKNOWN if taken:
            return StateWords("circle-help", tr("Accepted long ago; may have been sent"), "warn", action)
        case State.UNKNOWN if seen is None and outcome is not None and outcome.words is not None:
            return StateWords("circle-help", tr("The server broke off; may have been sent"), "warn", action)
        case State.UNKNOWN:
            return StateWords("circle-help", tr(seen or _LOST), "warn", action)
    told = outcome.at if outcome is not None and (outcome.accepted or taken) else 0.0
    words = _sent(told or record.state_at, now)
    if found is None and taken and record.copy_to.kind is CopyKind.NONE:
        # Without a copy nothing shows that it went: what the server said is all that is known.
        text = tr("Accepted by the server; no copy was wanted")
        return msgspec.structs.replace(words, text=text, quiet=bool(record.verified))
    if read_problem(record.problem)[0] is ProblemKind.SENT_EARLY:
        words = msgspec.structs.replace(words, text=tr("{sent}, before its time", sent=words.text))
    if found is not None:
        return msgspec.structs.replace(words, icon="triangle-alert", tone="warn", action=action, quiet=False)
    return msgspec.structs.replace(words, text=_filed(words.text, record.copy_to), quiet=bool(record.verified))


def _filed(sent: str, copy_to: CopyTo) -> str:
    """Say where the copy is, unless it is where one would look for it."""
    match copy_to.kind:
        case CopyKind.NONE:
            return tr("{sent}; no copy was wanted", sent=sent)
        case CopyKind.PRINCIPAL_SENT:
            return tr("{sent}; copy in Sent of {mailbox}", sent=sent, mailbox=copy_to.mailbox)
        case CopyKind.FOLDER:
            return tr("{sent}; copy in {folder}", sent=sent, folder=copy_to.name or tr("another folder"))
        case _:
            return sent


# --- on its way -------------------------------------------------------------------------------------------------------


_NO_WAY: Final = {
    TroubleKind.UNREACHABLE: mark("Waiting: offline"),
    TroubleKind.PROXY: mark("Waiting: no way through the proxy"),
}


def _on_its_way(record: Record, now: float) -> StateWords:
    later = record.head.deferred > now
    if record.state is State.SENDING:
        words = scheduling_words(record.head.deferred, now) if later else tr("Sending")
        return StateWords("send", words, "accent")
    if is_held_here(record) and later:
        moment = moment_words(record.head.deferred, now)
        words = tr("Goes {moment} from this computer, if Mailwright runs then", moment=moment)
        return StateWords("clock", words, "accent", "undo")
    if record.state is State.HELD:
        left = max(0, math.ceil(record.hold_until - now))
        return StateWords("clock", ntr("Sending in {n} s", "Sending in {n} s", left), "accent", "undo")
    if waits_for_answer(record):
        return StateWords("circle-help", tr("Waiting for your answer"), "warn", "send-now")
    return _queued(record, now)


def _queued(record: Record, now: float) -> StateWords:
    last = last_failure(record)
    trouble = None if last is None else last.trouble
    if trouble is not None and trouble.kind in PAUSING:
        if trouble.kind is TroubleKind.SIGN_IN:
            return StateWords("lock-keyhole", tr("Waiting for your sign-in"), "warn", "sign-in")
        return StateWords("cloud-off", tr("Waiting: the account needs attention"), "warn", "cancel")
    if record.not_before <= now:
        later = record.head.deferred > now
        words = scheduling_words(record.head.deferred, now) if later else tr("Waiting to be sent")
        return StateWords("clock", words, "muted", "cancel")
    if trouble is not None and trouble.kind in _NO_WAY:
        return StateWords("cloud-off", tr(_NO_WAY[trouble.kind]), "warn", "try-now")
    again = clock_time(record.not_before, now)
    if last is not None and last.verdict is Verdict.REFUSED and last.words is not None:
        sentence, action = sentence_for(last.words, Facts(again=again))
        return StateWords("clock", sentence, "warn", action)
    return StateWords("clock", tr("Waiting: trying again at {time}", time=again), "warn", "try-now")


def last_failure(record: Record) -> Outcome | None:
    """Return the newest answer that was no yes; a save of the same round may have failed after an earlier send."""
    outcomes = [
        one for one in (record.send_outcome, record.save_outcome) if one is not None and not (one.accepted or one.taken)
    ]
    return max(outcomes, key=lambda one: one.at, default=None)


def report_words(row: ListRow, now: float) -> StateWords | None:
    """Return what is to be said of a row's reports, the worst first; None where there is nothing."""
    failed = _of(row, ReportKind.NOT_DELIVERED)
    if failed:
        if failed[0].from_within:
            sentence = tr("Could not be delivered to {people}", people=people_in(failed))
            return StateWords("triangle-alert", sentence, "bad")
        reporter, people = reporter_of(failed[-1]), people_in(failed)
        sentence = tr("Reported by {reporter}: could not be delivered to {people}", reporter=reporter, people=people)
        return StateWords("triangle-alert", sentence, "warn")
    for kind, sure_words, reported_words, tone in _GOOD_NEWS:
        found = _of(row, kind)
        if found:
            sure, when = found[0].from_within, clock_time(found[-1].at, now)
            words = tr(sure_words if sure else reported_words, people=people_in(found), time=when).strip()
            return StateWords("mail-check", words, tone if sure else "muted")
    return None


_GOOD_NEWS: Final = (
    (ReportKind.READ, mark("Read by {people} {time}"), mark("Reported as read by {people} {time}"), "good"),
    (
        ReportKind.NOT_READ,
        mark("Deleted unread by {people}"),
        mark("Reported as deleted unread by {people}"),
        "muted",
    ),
    (ReportKind.DELIVERED, mark("Delivered to {people}"), mark("Reported as delivered to {people}"), "good"),
)
"""What a row says of reports, the most telling first: of those that its own server vouches for, and of others."""


def _of(row: ListRow, kind: ReportKind) -> list[Report]:
    """Return the reports of a kind; where one's own server vouches for some, those alone."""
    found = [report for report in row.reports if report.kind is kind]
    return [report for report in found if report.from_within] or found


_LONGEST: Final = 60


def short_subject(subject: str) -> str:
    """Return a subject on one line, cut where it is too long for a sentence, or the words for none."""
    return shortened(" ".join(subject.split()), _LONGEST) or tr("(no subject)")


SENT: Final = mark("Not sent")
READY: Final = mark("Not put aside as ready")
DELETED: Final = mark("Not deleted")
COPIED: Final = mark("No new draft was made")

_WHY: Final = {
    TroubleKind.UNREACHABLE: mark("the server cannot be reached"),
    TroubleKind.PROXY: mark("there is no way through the proxy"),
    TroubleKind.PROXY_SIGN_IN: mark("the proxy wants a sign-in"),
    TroubleKind.SIGN_IN: mark("you're not signed in"),
    TroubleKind.NOT_GENUINE: mark("the server could not be confirmed as genuine"),
    TroubleKind.SERVICE_OFF: mark("the server doesn't let this app in"),
    TroubleKind.SERVER: mark("the server cannot give it out for now"),
    TroubleKind.DEADLINE: mark("the server did not answer in time"),
}
_ELSE: Final = mark("it could not be fetched")


def why_unfetched(error: MailError, now: float) -> str:
    """Return the reason alone."""
    if isinstance(error, AccountError):
        return tr("{why}.", why=tr(_WHY.get(error.trouble.kind, _ELSE)))
    return explain_error(error, now).sentence


def explain_unfetched(error: MailError, now: float, what: str) -> Explanation:
    """Return what stands at the row: `what` (one of the words above) was not done, why, and the way to try again."""
    known, why = explain_error(error, now), why_unfetched(error, now)
    sentence = why if isinstance(error, ItemRefused) else tr("{what}: {why}", what=tr(what), why=why)
    tone = known.tone
    if isinstance(error, AccountError):
        sentence, tone = tr("{sentence} This message is only on the server.", sentence=sentence), "warn"
    return msgspec.structs.replace(known, sentence=sentence, action="retry", tone=tone)


def forgotten(word: str) -> str:
    """Return what is said where `word` speaks of an attachment that is not there."""
    return tr("“{word}” is in the text, but nothing is attached.", word=word)


def outdated(name: str) -> str:
    """Return what is said where the file of an attachment was written anew since it was attached."""
    return tr("“{name}” was changed since you attached it.", name=name)


def strange(name: str) -> str:
    """Return what is said of an attachment that another program put into the message."""
    return tr("“{name}” was attached by another program. Keep it or remove it.", name=name)


def option_not_understood(words: str) -> str:
    """Return the sentence for what was typed among the options and cannot be kept: it must not be passed over."""
    return tr("“{words}” among the options is not understood.", words=" ".join(words.split())[:60])


def subject_too_long(length: int) -> str:
    """Return the sentence for a subject of `length` units."""
    return tr(
        "The subject has {length} characters; Exchange keeps {limit}. Shorten it.",
        length=length,
        limit=SUBJECT_LIMIT,
    )


def not_filled_in(placeholder: str) -> str:
    """Return what is said of a placeholder that still stands in the message."""
    return tr("The placeholder {placeholder} is not filled in.", placeholder=placeholder)
