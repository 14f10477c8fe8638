"""What can be done to the text of a message, by key and from the palette. The names are those of `BodyWork`'s deeds."""

from __future__ import annotations

from app.commands.command import Command, Context
from app.core.i18n import mark

_C = Context.COMPOSE

COMMANDS = (
    Command("text.bold", mark("Bold"), ("Ctrl+B",), _C, mark("Plain text becomes formatted.")),
    Command("text.italic", mark("Italic"), ("Ctrl+I",), _C),
    Command("text.underline", mark("Underline"), ("Ctrl+U",), _C),
    Command("text.strike", mark("Strike through"), ("Ctrl+Shift+X",), _C),
    Command("text.color", mark("Text colour"), ("Ctrl+Shift+K",), _C),
    Command("text.mark", mark("Mark with a colour"), ("Ctrl+Shift+M",), _C),
    Command("text.clear", mark("Clear formatting"), ("Ctrl+\\",), _C),
    Command("text.numbers", mark("Numbered list"), ("Ctrl+Shift+7",), _C),
    Command("text.bullets", mark("Bulleted list"), ("Ctrl+Shift+8",), _C),
    Command("text.quote", mark("Quote"), ("Ctrl+Shift+9",), _C),
    Command("text.further", mark("Further in"), ("Ctrl+]",), _C, mark("Tab does it too, in lists.")),
    Command("text.back", mark("Further out"), ("Ctrl+[",), _C),
    Command("text.link", mark("Link"), ("Ctrl+K",), _C),
    Command("text.table", mark("Table"), ("Ctrl+Shift+L",), _C, mark("Tab goes from cell to cell.")),
    Command("text.row", mark("Add a row"), (), _C),
    Command("text.column", mark("Add a column"), (), _C),
    Command("text.remove_row", mark("Remove the row"), (), _C),
    Command("text.remove_column", mark("Remove the column"), (), _C),
    Command("text.rule", mark("Line across"), (), _C),
    Command("text.picture", mark("Picture in the text"), ("Ctrl+Shift+G",), _C),
    Command("text.paste_plain", mark("Paste as plain text"), ("Ctrl+Shift+V",), _C),
    Command("text.format", mark("Plain or formatted"), ("Ctrl+Shift+H",), _C, mark("Tells first what is lost.")),
    Command("text.drop_quote", mark("Remove the quoted message"), (), _C),
    Command("text.find", mark("Find"), ("Ctrl+F",), _C),
    Command("text.replace", mark("Find and replace"), ("Ctrl+H",), _C),
    Command("text.find_next", mark("Next place"), ("F3",), _C),
    Command("text.find_previous", mark("Previous place"), ("Shift+F3",), _C),
    Command("text.next_misspelling", mark("Next misspelling"), ("F7",), _C),
    Command("text.previous_misspelling", mark("Previous misspelling"), ("Shift+F7",), _C),
    Command("text.suggestions", mark("Spelling suggestions"), ("Ctrl+.",), _C),
    Command("text.language", mark("Language of the text"), ("Ctrl+Shift+Y",), _C, mark("Else it is noticed.")),
)
