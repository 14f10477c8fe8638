"""The commands of writing: each acts on the message in front, in the pane or in a window of its own.

The pane of a message is loaded behind the lists, so that it is named here for the types alone. Where commands are many
and alike, a table holds them with what they hand to the pane; a test shows that the pane knows each value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.commands.command import Command, Context, does, does_each
from app.core.i18n import mark
from app.domain.message import Field

if TYPE_CHECKING:
    from app.controllers.compose.compose import ComposeController
    from app.views.compose.recipients import RecipientFields
    from app.views.compose.view import ComposeView

_C: Final = Context.COMPOSE
_R: Final = Context.RECIPIENTS
"""Its keys count in a recipients field before any others."""


class WritingController:
    """Knows which message is in front."""

    def __init__(self, writing: ComposeController) -> None:
        """Act on the messages that `writing` has open."""
        self.writing = writing

    @property
    def view(self) -> ComposeView:
        """Return the pane of the message in front; there must be one."""
        view = self.writing.current()
        assert view is not None  # noqa: S101 - a command is done only where `is_writing` says that it can be
        return view


def is_writing(of: WritingController) -> bool:
    """Return whether a message is in front."""
    return of.writing.current() is not None


class ComposeCommands(WritingController):
    """Sends, saves, discards, and goes to each field."""

    @does(
        Command(
            "compose.send",
            mark("Send"),
            ("Ctrl+Return", "Ctrl+Enter", "Alt+S"),
            _C,
            mark("Enter alone never sends. Tab leads there from the text."),
        ),
        enabled=is_writing,
    )
    def send(self) -> None:
        """Send the message."""
        self.writing.send()

    @does(
        Command("compose.save", mark("Save draft"), ("Ctrl+S",), _C, mark("It also saves itself after a pause.")),
        enabled=is_writing,
    )
    def save(self) -> None:
        """Save the message on the server."""
        self.view.save()

    @does(
        Command(
            "compose.discard",
            mark("Discard message"),
            ("Ctrl+Shift+D",),
            _C,
            mark("Can be undone."),
            keys_mac=("Ctrl+Shift+Backspace",),
        ),
        enabled=is_writing,
    )
    def discard(self) -> None:
        """Discard the message."""
        self.view.discard()

    @does_each(
        (
            (Command("compose.to", mark("To"), ("Alt+T", "Ctrl+Shift+T"), _C), Field.TO),
            (Command("compose.cc", mark("Cc"), ("Alt+C", "Ctrl+Shift+C"), _C), Field.CC),
            (Command("compose.bcc", mark("Bcc"), ("Alt+B", "Ctrl+Shift+B"), _C), Field.BCC),
            (Command("compose.subject", mark("Subject"), ("Alt+U",), _C), Field.SUBJECT),
            (Command("compose.body", mark("Text of the message"), ("Alt+M",), _C), Field.BODY),
        ),
        enabled=lambda controller, _field: is_writing(controller),
    )
    def go_to_field(self, field: Field) -> None:
        """Put the focus in a field."""
        self.writing.focus(field)


OPTIONS: Final = (
    (Command("compose.option_sensitivity", mark("Sensitivity"), (), _C), "sensitivity"),
    (Command("compose.option_categories", mark("Categories"), (), _C), "categories"),
    (Command("compose.option_flag", mark("Follow-up flag"), (), _C), "flag"),
    (Command("compose.option_reminder", mark("Reminder"), (), _C), "reminder"),
    (Command("compose.option_reply_to", mark("Reply to"), (), _C), "reply_to"),
    (Command("compose.option_headers", mark("Custom headers"), (), _C), "headers"),
    (Command("compose.option_copy", mark("Where the copy goes"), (), _C), "copy"),
    (Command("compose.option_read_receipt", mark("Read receipt"), (), _C), "read_receipt"),
    (Command("compose.option_delivery_receipt", mark("Delivery receipt"), (), _C), "delivery_receipt"),
    (Command("compose.option_response", mark("Ask for an answer"), (), _C), "response_requested"),
)
"""Each option of the panel by its name there. They have no keys: they are for the palette."""


class OptionCommands(WritingController):
    """From whom, when, and with which options the message goes."""

    @does(Command("compose.importance", mark("High importance"), ("Alt+I", "Ctrl+Shift+I"), _C), enabled=is_writing)
    def toggle_importance(self) -> None:
        """Give the message high importance, or take that back."""
        self.view.toggle_importance()

    @does(
        Command(
            "compose.options",
            mark("Options"),
            ("Alt+O", "Ctrl+Shift+O"),
            _C,
            mark("Receipts, flag, copy and the like."),
        ),
        enabled=is_writing,
    )
    def toggle_options(self) -> None:
        """Open the panel of options, or close it."""
        self.view.options.toggle()

    @does(
        Command("compose.from", mark("From"), ("Alt+F", "Ctrl+Shift+F"), _C, mark("Any mailbox you may send as.")),
        enabled=is_writing,
    )
    def choose_sender(self) -> None:
        """Ask from whom the message goes."""
        self.view.from_line.choose()

    @does(
        Command(
            "compose.later",
            mark("Send later"),
            ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
            _C,
            mark("At a time you type."),
        ),
        enabled=is_writing,
    )
    def send_later(self) -> None:
        """Ask for a time, and send the message then."""
        self.view.later.ask_when(self.writing.send)

    @does(Command("compose.template", mark("Template or signature"), ("Ctrl+T",), _C), enabled=is_writing)
    def choose_template(self) -> None:
        """Ask for a template or a signature, and put it into the message."""
        self.view.snippets.ask_which()

    @does_each(OPTIONS, enabled=lambda controller, _option: is_writing(controller))
    def open_option(self, option: str) -> None:
        """Open the panel with the focus on one option."""
        self.view.options.open_option(option)


TEXT: Final = (
    (Command("text.bold", mark("Bold"), ("Ctrl+B",), _C, mark("Plain text becomes formatted.")), "bold"),
    (Command("text.italic", mark("Italic"), ("Ctrl+I",), _C), "italic"),
    (Command("text.underline", mark("Underline"), ("Ctrl+U",), _C), "underline"),
    (Command("text.strike", mark("Strike through"), ("Ctrl+Shift+X",), _C), "strike"),
    (Command("text.color", mark("Text colour"), ("Ctrl+Shift+K",), _C), "color"),
    (Command("text.mark", mark("Mark with a colour"), ("Ctrl+Shift+M",), _C), "mark"),
    (Command("text.clear", mark("Clear formatting"), ("Ctrl+\\",), _C), "clear"),
    (Command("text.size", mark("Text size"), (), _C), "size"),
    (Command("text.heading_1", mark("Heading 1"), (), _C), "heading_1"),
    (Command("text.heading_2", mark("Heading 2"), (), _C), "heading_2"),
    (Command("text.heading_3", mark("Heading 3"), (), _C), "heading_3"),
    (Command("text.body_text", mark("Ordinary text"), (), _C), "body_text"),
    (Command("text.align_left", mark("Align left"), (), _C), "align_left"),
    (Command("text.align_center", mark("Centre"), (), _C), "align_center"),
    (Command("text.align_right", mark("Align right"), (), _C), "align_right"),
    (Command("text.direction", mark("From right to left, or from left to right"), (), _C), "direction"),
    (Command("text.numbers", mark("Numbered list"), ("Ctrl+Shift+7",), _C), "numbers"),
    (Command("text.bullets", mark("Bulleted list"), ("Ctrl+Shift+8",), _C), "bullets"),
    (Command("text.quote", mark("Quote"), ("Ctrl+Shift+9",), _C), "quote"),
    (Command("text.further", mark("Further in"), ("Ctrl+]",), _C, mark("Tab does it too, in lists.")), "further"),
    (Command("text.back", mark("Further out"), ("Ctrl+[",), _C), "back"),
    (Command("text.link", mark("Link"), ("Ctrl+K",), _C), "link"),
    (Command("text.table", mark("Table"), ("Ctrl+Shift+L",), _C, mark("Tab goes from cell to cell.")), "table"),
    (Command("text.row", mark("Add a row"), (), _C), "row"),
    (Command("text.column", mark("Add a column"), (), _C), "column"),
    (Command("text.remove_row", mark("Remove the row"), (), _C), "remove_row"),
    (Command("text.remove_column", mark("Remove the column"), (), _C), "remove_column"),
    (Command("text.row_above", mark("Add a row above"), (), _C), "row_above"),
    (Command("text.column_before", mark("Add a column before"), (), _C), "column_before"),
    (Command("text.column_wider", mark("Make the column wider"), (), _C), "column_wider"),
    (Command("text.column_narrower", mark("Make the column narrower"), (), _C), "column_narrower"),
    (Command("text.columns_even", mark("Make all columns as wide"), (), _C), "columns_even"),
    (Command("text.header_row", mark("First row is a header, or not"), (), _C), "header_row"),
    (Command("text.remove_table", mark("Remove the table"), (), _C), "remove_table"),
    (Command("text.picture_small", mark("Picture: small"), (), _C), "picture_small"),
    (Command("text.picture_medium", mark("Picture: medium"), (), _C), "picture_medium"),
    (Command("text.picture_large", mark("Picture: large"), (), _C), "picture_large"),
    (Command("text.picture_own_size", mark("Picture: its own size"), (), _C), "picture_own_size"),
    (Command("text.picture_words", mark("Describe the picture"), (), _C), "picture_words"),
    (Command("text.emoji", mark("Emoji"), ("Ctrl+;",), _C, mark("Found by its words.")), "emoji"),
    (Command("text.rule", mark("Line across"), (), _C), "rule"),
    (Command("text.picture", mark("Picture in the text"), ("Ctrl+Shift+G",), _C), "picture"),
    (Command("text.paste_plain", mark("Paste as plain text"), ("Ctrl+Shift+V",), _C), "paste_plain"),
    (
        Command("text.format", mark("Plain or formatted"), ("Ctrl+Shift+H",), _C, mark("Tells first what is lost.")),
        "format",
    ),
    (
        Command(
            "text.change_signature",
            mark("Change the words of the signature"),
            (),
            _C,
            mark("In this message: it goes out as the editor writes it then, and no longer to the letter."),
        ),
        "change_signature",
    ),
    (Command("text.drop_quote", mark("Remove the quoted message"), (), _C), "drop_quote"),
    (Command("text.find", mark("Find"), ("Ctrl+F",), _C), "find"),
    (Command("text.replace", mark("Find and replace"), ("Ctrl+H",), _C), "replace"),
    (Command("text.find_next", mark("Next place"), ("F3",), _C), "find_next"),
    (Command("text.find_previous", mark("Previous place"), ("Shift+F3",), _C), "find_previous"),
    (Command("text.next_misspelling", mark("Next misspelling"), ("F7",), _C), "next_misspelling"),
    (Command("text.previous_misspelling", mark("Previous misspelling"), ("Shift+F7",), _C), "previous_misspelling"),
    (Command("text.suggestions", mark("Spelling suggestions"), ("Ctrl+.",), _C), "suggestions"),
    (
        Command("text.language", mark("Language of the text"), ("Ctrl+Shift+Y",), _C, mark("Else it is noticed.")),
        "language",
    ),
)
"""Each with the name by which `BodyWork.do` (views/compose/body_actions.py) knows it."""


def _can_act(of: WritingController, name: str) -> bool:
    view = of.writing.current()
    return view is not None and view.is_filled and view.text.can_do(name)


class TextCommands(WritingController):
    """Acts on the text of the message."""

    @does_each(TEXT, enabled=_can_act)
    def act_on_text(self, name: str) -> None:
        """Do one thing with the text, as the pane does it by its name."""
        self.view.text.do(name)


class AttachmentCommands(WritingController):
    """Acts on what is attached to the message."""

    @does(
        Command(
            "compose.attach", mark("Attach files"), ("Ctrl+Shift+A",), _C, mark("Files can be dropped and pasted too.")
        ),
        enabled=is_writing,
    )
    def attach(self) -> None:
        """Ask for files, and attach them."""
        self.view.attachments.choose()

    @does(
        Command(
            "compose.attachments",
            mark("Go to the attachments"),
            ("Alt+H",),
            _C,
            mark("There: Enter opens, F2 renames, Delete removes."),
        ),
        enabled=is_writing,
    )
    def go_to_attachments(self) -> None:
        """Put the focus on the attachments."""
        self.view.attachments.take_focus()

    @does(
        Command("compose.smaller", mark("Make pictures smaller"), ("Ctrl+Shift+J",), _C, mark("Can be undone.")),
        enabled=is_writing,
    )
    def make_smaller(self) -> None:
        """Make the attached pictures smaller."""
        self.view.attachments.make_smaller()


FINDINGS: Final = (
    (Command("compose.finding_1", mark("Do what the first finding offers"), ("Alt+1",), _C), 0),
    (Command("compose.finding_2", mark("Do what the second finding offers"), ("Alt+2",), _C), 1),
    (Command("compose.finding_3", mark("Do what the third finding offers"), ("Alt+3",), _C), 2),
    (Command("compose.finding_4", mark("Do what the fourth finding offers"), ("Alt+4",), _C), 3),
    (Command("compose.finding_5", mark("Do what the fifth finding offers"), ("Alt+5",), _C), 4),
)
"""Each finding of the second look before sending, by its number; no more than these have a key."""


def _is_found(of: WritingController, number: int) -> bool:
    view = of.writing.current()
    found = None if view is None else view.session.findings
    return found is not None and number < len(found.shown)


def _has_left_out(of: WritingController) -> bool:
    view = of.writing.current()
    return view is not None and bool(view.session.left_out())


class FindingCommands(WritingController):
    """Does what the bars of the message offer."""

    @does(Command("compose.remedy", mark("Do what the bar offers"), ("Alt+A",), _C), enabled=is_writing)
    def do_remedy(self) -> None:
        """Do what the bar of the message offers."""
        self.view.do_remedy()

    @does(Command("compose.details", mark("Show or hide details"), ("Alt+D",), _C), enabled=is_writing)
    def toggle_details(self) -> None:
        """Show what the server said of the message, or hide it."""
        self.view.toggle_details()

    @does(
        Command(
            "compose.put_in",
            mark("Put in the recipients that were left out"),
            ("Alt+R",),
            _C,
            mark("Of another person's message that is edited as new."),
        ),
        enabled=_has_left_out,
    )
    def put_left_out_in(self) -> None:
        """Write to those to whom the author of these words wrote."""
        self.view.put_left_out_in()

    @does_each(FINDINGS, enabled=_is_found)
    def act_on_finding(self, number: int) -> None:
        """Do what a finding offers; `number` counts from 0."""
        findings = self.view.findings
        if findings is not None:
            findings.act(number)


def _people(of: WritingController) -> RecipientFields | None:
    view = of.writing.current()
    return None if view is None else view.people


def _knows_people(of: WritingController) -> bool:
    return _people(of) is not None


def _has_chips(of: WritingController) -> bool:
    people = _people(of)
    return people is not None and people.has_chips()


def _has_group(of: WritingController) -> bool:
    people = _people(of)
    return people is not None and people.has_group()


class RecipientCommands(WritingController):
    """Acts on the recipients that are selected in their field."""

    @property
    def people(self) -> RecipientFields:
        """Return what serves the recipients fields; there must be a message with its fields filled."""
        people = _people(self)
        assert people is not None  # noqa: S101 - a command is done only where its `enabled` says that it can be
        return people

    @does(
        Command("recipients.check", mark("Check names"), ("Ctrl+K",), _R, mark("Asks the directory who is meant.")),
        enabled=_knows_people,
    )
    def check_names(self) -> None:
        """Ask the directory who is meant."""
        self.people.check_names()

    @does(
        Command(
            "recipients.next_field", mark("Move to the next field"), ("Alt+Down",), _R, mark("The selected recipients.")
        ),
        enabled=_has_chips,
    )
    def move_to_next_field(self) -> None:
        """Move the selected recipients to the next field."""
        self.people.move(1)

    @does(Command("recipients.previous_field", mark("Move to the field before"), ("Alt+Up",), _R), enabled=_has_chips)
    def move_to_previous_field(self) -> None:
        """Move the selected recipients to the field before."""
        self.people.move(-1)

    @does(Command("recipients.expand", mark("Replace a group by its members"), ("Alt+Right",), _R), enabled=_has_group)
    def expand_group(self) -> None:
        """Replace the selected group by its members."""
        self.people.expand()

    @does(
        Command("recipients.about", mark("What is known of a recipient"), ("Alt+Return", "Alt+Enter"), _R),
        enabled=_has_chips,
    )
    def show_about(self) -> None:
        """Show what is known of the selected recipient."""
        self.people.show_about()
