"""Five drafts in one request, two refused: three delivered, five rows each with its own truth, and F8 walks the two."""

from __future__ import annotations

from tests.end2end import seen
from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide

_CODES = {
    "denied": ("ErrorSendAsDenied", "You are not allowed to send as this one."),
    "malformed": ("ErrorInvalidIdMalformed", "Id is malformed."),
}
NAMES = ("Alpha", "Bravo", "Charlie", "Delta", "Echo")


def _write_five(person: Person, server: ServerSide) -> None:
    for name in NAMES:
        person.write(ANYONE, name, f"This is {name}.")
        person.leave()
    wait_until(lambda: set(NAMES) <= set(server.subjects("drafts")), "all five are on the server")


def _row(program: Program, name: str) -> str:
    node = program.wait_until_accessible(f". {name}. ", seconds=10)
    return " ".join(seen.words(node))


def _visit_next_problem(program: Program, rows: dict[str, str]) -> str:
    """Walk on by F8 and return the code that stands under Details of the message one comes to."""
    before = _current(program, rows)
    program.desktop.press("F8")
    here = wait_until(lambda: name if (name := _current(program, rows)) != before else "", "F8 goes on")
    program.wait_until_accessible(f"This is {here}.", role="text")
    program.desktop.press("I")
    code, words = _CODES["denied" if "cannot send" in rows[here] else "malformed"]
    program.wait_until_accessible(f"Code: {code}")
    program.wait_until_accessible(words)
    if code == "ErrorInvalidIdMalformed":
        program.desktop.shoot("drafts-details-light")
    program.desktop.press("I")
    program.wait_until_gone(f"Code: {code}")
    return code


def _current(program: Program, rows: dict[str, str]) -> str:
    tree = program.tree()
    return next((name for name in rows if seen.find(tree, f". {name}. ", state="selected")), "")


def test_a_batch_with_two_refusals_tells_each_row_its_own_truth(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    program.sandbox.reset(messages=False)
    program.desktop.press("F5")
    program.wait_until_focused("No drafts")
    _write_five(person, server)
    refusals = {1: _CODES["denied"], 3: _CODES["malformed"]}
    program.sandbox.faults(
        [
            {"operation": "SendItem", "action": "code", "item": item, "code": code, "text": text}
            for item, (code, text) in refusals.items()
        ]
    )
    person.go_to("Drafts")
    program.desktop.press("Ctrl+A", "Ctrl+Enter")
    program.wait_until_focused("Send")
    program.desktop.press("Enter")
    program.wait_until_accessible("3 sent, 2 need attention", seconds=20)
    program.desktop.shoot("drafts-with-errors-light")

    (request,) = server.requests("SendItem")
    assert request["items"] == 5
    went = [name for name in NAMES if server.delivered(name)]
    assert len(went) == 3
    assert all(server.delivered(name) == [ANYONE] for name in went)
    stayed = [name for name in NAMES if name not in went]

    words = {name: _row(program, name) for name in stayed}
    assert sorted("cannot send from this address" in said for said in words.values()) == [False, True]
    assert sorted("lost its link to the server" in said for said in words.values()) == [False, True]

    visited = [_visit_next_problem(program, words) for _ in range(2)]
    assert sorted(visited) == ["ErrorInvalidIdMalformed", "ErrorSendAsDenied"]

    person.go_to("Sent")
    for name in went:
        program.wait_until_accessible(name)
    assert sorted(server.subjects("sentitems")) == sorted(went)
    assert sorted(server.subjects("drafts")) == sorted(stayed)
