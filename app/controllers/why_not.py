"""When the commands of lists can be done, and why a command would do nothing now: no key is passed over in silence.

The declarations of commands name these functions. A sentence is "" where the command does something that can be seen.
It names the key that does what the person may have meant, as that key is now.
"""

from __future__ import annotations

from collections.abc import Callable

from app.controllers.shell import ShellController
from app.core.i18n import tr
from app.domain.state import NEEDS_PERSON, STILL_GOING, State
from app.services.drafts.saver import waits_for_person
from app.services.records.rows import ListRow
from app.ui import keys

# --- when a command can be done -------------------------------------------------------------------------------------


def list_is_shown(of: ShellController) -> bool:
    """Return whether a list is in front, and no other page."""
    return bool(of.shell.workspace.place)


def shown_in(*kinds: str) -> Callable[[ShellController], bool]:
    """Return what asks whether a list of one of `kinds` is shown: "drafts", "outbox", "sent", "received"."""

    def is_shown(of: ShellController) -> bool:
        return of.shell.workspace.kind in kinds

    return is_shown


def can_follow(of: ShellController) -> bool:
    """Return whether what the person stands at was sent or received, so that a message can follow it."""
    line = of.shell.workspace.line_in_focus()
    return _kind(of) in {"sent", "received"} if line is None else not line.is_draft


def can_reply(of: ShellController) -> bool:
    """Return whether what the person stands at was received."""
    line = of.shell.workspace.line_in_focus()
    return _kind(of) == "received" if line is None else line.received


def can_retry(of: ShellController) -> bool:
    """Return whether a list is shown in which messages can be tried again, and nothing else has the focus."""
    return _kind(of) in {"outbox", "drafts"} and of.shell.workspace.line_in_focus() is None


# --- what the list stands at ------------------------------------------------------------------------------------


def _kind(of: ShellController) -> str:
    return of.shell.workspace.kind


def _row(of: ShellController) -> ListRow | None:
    return of.shell.workspace.panel.current() if of.shell.workspace.place else None


def _chosen(of: ShellController) -> list[ListRow]:
    """Return the chosen rows, as far as they are at hand."""
    panel = of.shell.workspace.panel
    return [row for one in panel.chosen_ids() if (row := panel.session.row(one)) is not None]


def _key(of: ShellController, command: str) -> str:
    """Return the first key of a command as it is now, or its title where it has none."""
    found = of.shell.registry.command(command)
    return keys.shown(found).replace("Return", "Enter") or found.shown_title()


def no_row(of: ShellController) -> str:
    """Say that there is nothing to do it with."""
    workspace = of.shell.workspace
    if not workspace.place or workspace.panel.list.current_id() is None:
        return tr("There is no message here.")
    return ""


def several(of: ShellController) -> str:
    """Say of a command for one message that more than one is selected."""
    workspace = of.shell.workspace
    count = len(workspace.panel.chosen_ids()) if workspace.place else 0
    if count < 2:
        return ""
    return tr("{n} messages are selected, and this is done with one. Esc selects none.", n=count)


def no_single_row(of: ShellController) -> str:
    """Say that there is no message, or more than the one to do it with."""
    return no_row(of) or several(of)


# --- why a command would do nothing ----------------------------------------------------------------------------------


def cannot_send(of: ShellController) -> str:
    """Say why nothing can be sent from here."""
    if _kind(of) == "received":
        return _only_answered(of)
    if _kind(of) == "sent":
        return tr("This was sent already. {key} makes a new draft of it.", key=_key(of, "sent.edit_as_new"))
    if _kind(of) == "outbox":
        return no_row(of) or _in_outbox(of)
    return no_row(of)


def _in_outbox(of: ShellController) -> str:
    row = _row(of)
    if row is not None and row.state in NEEDS_PERSON:
        return tr("{key} tries this message again.", key=_key(of, "outbox.retry"))
    return _still_going(of)


def _still_going(of: ShellController) -> str:
    """Say of a message in the Outbox what can be done with it while it is there."""
    row = _row(of)
    words = "" if row is None else of.shell.workspace.panel.session.words(row).action_words
    if words:
        return tr("This message is still being sent. {key}: {action}.", key=_key(of, "list.remedy"), action=words)
    return tr("This message is still being sent.")


def _only_answered(of: ShellController) -> str:
    """Say of a message that was received what can be done with it here."""
    reply, forward = _key(of, "received.reply"), _key(of, "sent.forward")
    words = tr("This was received. {reply} replies to it, {forward} forwards it.", reply=reply, forward=forward)
    return no_row(of) or words


def cannot_set_ready(of: ShellController) -> str:
    """Say why nothing can be put aside."""
    if _kind(of) != "drafts":
        return tr("Only drafts can be put aside as ready.")
    return no_row(of)


def cannot_discard(of: ShellController) -> str:
    """Say why nothing can be deleted here."""
    if _kind(of) == "received":
        return _only_answered(of)
    if _kind(of) != "outbox":
        return no_row(of)
    row = _row(of)
    if row is not None and row.state in NEEDS_PERSON:
        return tr("Delete this message in Drafts ({key}).", key=_key(of, "go.drafts"))
    return no_row(of) or _still_going(of)


def cannot_retry(of: ShellController) -> str:
    """Say why there is nothing to try again."""
    if _kind(of) == "sent":
        return no_row(of) or tr(
            "{retry} tries a failed message again. {reply} replies to all of this one.",
            retry=_key(of, "outbox.retry"),
            reply=_key(of, "sent.reply_all"),
        )
    rows, notes = _chosen(of), of.shell.workspace.panel.session.notes
    if not rows or any(row.state is State.QUEUED or notes.failures(row.key) is not None for row in rows):
        return no_row(of)
    records = [row.record for row in rows if row.record is not None]
    if any(record.state in NEEDS_PERSON and not waits_for_person(record) for record in records):
        return ""
    if any(waits_for_person(record) for record in records):
        return tr("Choose first what becomes of this message: {key}.", key=_key(of, "list.remedy"))
    if any(not record.saved for record in records):
        return ""  # it is saved once more
    if any(row.state in STILL_GOING for row in rows):
        return _still_going(of)
    return tr("Nothing went wrong with this message. {key} sends it.", key=_key(of, "drafts.send"))


def none_failed(of: ShellController) -> str:
    """Say that nothing failed."""
    failed = any(row.state is State.NEEDS_ATTENTION for row in of.shell.lists.outbox.rows())
    return "" if failed else tr("No message has failed.")


def cannot_edit_as_new(of: ShellController) -> str:
    """Say where messages are written anew."""
    if _kind(of) in {"outbox", "received"}:
        return tr("Writing anew works in Drafts and in Sent.")
    return no_row(of)


def cannot_reply(of: ShellController) -> str:
    """Say where replying to all works."""
    words = tr("Replying works in Received and in Sent: this message has not been sent yet.")
    return _nothing_to_follow(of, no_single_row, words)


def cannot_reply_to_one(of: ShellController) -> str:
    """Say where replying to the writer works."""
    line = of.shell.workspace.line_in_focus()
    if _kind(of) == "sent" if line is None else not (line.received or line.is_draft):
        return tr("You wrote this yourself. {key} replies to all it went to.", key=_key(of, "sent.reply_all"))
    return cannot_reply(of)


def cannot_forward(of: ShellController) -> str:
    """Say where forwarding works."""
    words = tr("Forwarding works in Received and in Sent: this message has not been sent yet.")
    return _nothing_to_follow(of, no_row, words)


def _nothing_to_follow(of: ShellController, none: Callable[[ShellController], str], words: str) -> str:
    """Return `words` of a draft; else what `none` says of the list, unless one stands at a line of a conversation."""
    if not can_follow(of):
        return words
    return none(of) if of.shell.workspace.line_in_focus() is None else ""


def cannot_move(of: ShellController) -> str:
    """Say where moving works."""
    return _in_folders(of, tr("Moving works in Drafts and in Sent."))


def cannot_copy(of: ShellController) -> str:
    """Say where copying works."""
    return _in_folders(of, tr("Copying works in Drafts and in Sent."))


def cannot_categorise(of: ShellController) -> str:
    """Say where a category works."""
    return _in_folders(of, tr("Categories work in Drafts and in Sent."))


def cannot_export(of: ShellController) -> str:
    """Say where exporting works."""
    return _in_folders(of, tr("Exporting works in Drafts and in Sent."))


def _in_folders(of: ShellController, words: str) -> str:
    return no_row(of) if _kind(of) in {"drafts", "sent"} else words


def no_remedy(of: ShellController) -> str:
    """Say that the row offers nothing."""
    row = _row(of)
    if row is None or several(of):
        return no_single_row(of)
    session = of.shell.workspace.panel.session
    found = session.explanation(row)
    offered = found.action if found is not None else session.words(row).action
    return "" if offered else tr("There is nothing to fix in this message.")


def no_details(of: ShellController) -> str:
    """Say that the server said nothing about it."""
    row = _row(of)
    found = None if row is None else of.shell.workspace.panel.session.explanation(row)
    return "" if found is not None and found.details else tr("There are no details about this message.")


def no_formatting(of: ShellController) -> str:
    """Say that there is no formatting."""
    return no_row(of) or ("" if of.shell.reader.has_formatting() else tr("This message is plain text."))


def nothing_to_undo(of: ShellController) -> str:
    """Say that nothing can be taken back."""
    return "" if of.shell.status_bar.can_undo() else tr("There is nothing to undo.")


def no_draft(of: ShellController) -> str:
    """Say that there is no draft."""
    return "" if of.shell.lists.drafts.count() else tr("There are no drafts.")
