"""What can be done from anywhere in the window, and what every list knows."""

from __future__ import annotations

from app.commands.command import Command, Context
from app.domain.i18n import mark

_L = Context.LIST

COMMANDS = (
    Command("message.new", mark("New message"), ("Ctrl+N",)),
    Command("go.compose", mark("Go to the message being written"), ("Ctrl+1",)),
    Command("go.drafts", mark("Go to Drafts"), ("Ctrl+2",)),
    Command("go.sent", mark("Go to Sent"), ("Ctrl+3",)),
    Command("go.outbox", mark("Go to Outbox"), ("Ctrl+4",)),
    Command("problem.next", mark("Next problem"), ("F8",)),
    Command("problem.previous", mark("Previous problem"), ("Shift+F8",)),
    Command("pane.next", mark("Next pane"), ("F6",)),
    Command("pane.previous", mark("Previous pane"), ("Shift+F6",)),
    Command("window.palette", mark("All commands"), ("Ctrl+Shift+P",)),
    Command("window.keys", mark("Keyboard shortcuts"), ("Ctrl+/",)),
    Command("window.settings", mark("Settings"), ("Ctrl+,",)),
    Command("window.refresh", mark("Look for changes on the server"), ("F5",)),
    Command("window.scheme", mark("Switch between light and dark")),
    Command("window.quit", mark("Quit"), ("Ctrl+Q",)),
    Command("list.new", mark("New message"), ("C",), _L),
    Command("list.open", mark("Open"), ("O",), _L, mark("Enter does the same.")),
    Command("list.last_draft", mark("Open the last draft"), ("L",), _L),
    Command("list.next", mark("Next"), ("J",), _L, mark("Down does the same."), repeats=True),
    Command("list.previous", mark("Previous"), ("K",), _L, mark("Up does the same."), repeats=True),
    Command("list.mark", mark("Select"), ("Space", "X"), _L),
    Command("list.mark_down", mark("Select downwards"), ("Shift+Down", "Shift+J"), _L, repeats=True),
    Command("list.mark_up", mark("Select upwards"), ("Shift+Up", "Shift+K"), _L, repeats=True),
    Command("list.mark_all", mark("Select all"), ("Ctrl+A",), _L),
    Command("list.remedy", mark("Do what the row offers"), ("A",), _L),
    Command("list.details", mark("Show or hide details"), ("I",), _L),
    Command("list.plain", mark("Formatted or plain text"), ("B",), _L, mark("Of the message beside the list.")),
    Command("list.headers", mark("Show or hide headers"), ("H",), _L),
    Command("list.undo", mark("Undo"), ("Z", "Ctrl+Z"), _L, mark("Takes back a send that waits, or a discard.")),
    Command("list.find", mark("Find"), ("Ctrl+F", "/"), _L, mark("While one types; to:, has:attachment, is:failed …")),
    Command("list.find_server", mark("Find on the server too"), ("Shift+Return", "Shift+Enter"), _L),
    Command("list.by_newest", mark("Sort: newest first"), ("S, N",), _L),
    Command("list.by_oldest", mark("Sort: oldest first"), ("S, O",), _L),
    Command("list.by_recipient", mark("Sort: by recipient"), ("S, R",), _L),
    Command("list.by_subject", mark("Sort: by subject"), ("S, S",), _L),
    Command("list.by_size", mark("Sort: largest first"), ("S, L",), _L),
    Command("list.group", mark("Group by day or by recipient, or no more"), ("S, G",), _L),
    Command("many.move", mark("Move to a folder"), ("V",), _L, mark("Any folder, by typing a part of its name.")),
    Command("many.copy", mark("Copy to a folder"), ("Shift+V",), _L),
    Command("many.category", mark("Give or take away a category"), ("T",), _L),
    Command("many.export", mark("Export as files (.eml)"), ("Ctrl+S",), _L),
    Command("many.stop", mark("Stop"), ("Ctrl+.",), _L, mark("What was not attempted is as it was, or ready again.")),
    Command("list.keys", mark("Keyboard shortcuts"), ("?",), _L),
    Command("list.go_compose", mark("Go to the message being written"), ("G, C",), _L),
    Command("list.go_drafts", mark("Go to Drafts"), ("G, D",), _L),
    Command("list.go_sent", mark("Go to Sent"), ("G, S",), _L),
    Command("list.go_mailbox", mark("Go to a list of another mailbox"), ("G, M",), _L),
    Command("list.go_outbox", mark("Go to Outbox"), ("G, Q",), _L),
)
