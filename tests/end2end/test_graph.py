"""Microsoft Graph by keys, in a real window: signed in by the browser, written, attached, sent, and told row by row."""

from __future__ import annotations

from pathlib import Path

from tests.end2end.desktop import wait_until
from tests.end2end.over_graph import start_over_graph
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher
from tests.end2end.server_side import ServerSide
from tests.end2end.test_attachments import attach

TEN_MEGABYTES = 10 * 1024 * 1024


def test_a_message_with_ten_megabytes_goes_out_over_graph_and_is_seen_in_sent(
    mailwright: Launcher, tmp_path: Path
) -> None:
    program = start_over_graph(mailwright)
    person, server = Person(program), ServerSide(program.sandbox)
    program.desktop.shoot("graph-drafts-light")
    file = tmp_path / "plans.bin"
    file.write_bytes(bytes(range(256)) * (TEN_MEGABYTES // 256))
    person.write(ANYONE, "Sent over Graph", "Hello")
    person.save()
    wait_until(lambda: server.count("drafts", "Sent over Graph") == 1, "the draft is on the server")
    attach(program, file)
    program.wait_until_focused("Message")
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Sent over Graph") == [ANYONE]
    person.go_to("Sent")
    program.wait_until_accessible("Sent over Graph")
    program.desktop.shoot("graph-sent-light")
    assert server.count("sentitems", "Sent over Graph") == 1
    assert server.count("drafts", "Sent over Graph") == 0
    assert not server.requests("CreateItem")
