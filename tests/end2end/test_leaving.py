"""Closing the window with messages in the undo hold, or on their way: they go, once, and the program ends by itself."""

from __future__ import annotations

import pytest

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import TITLE, Launcher, Program
from tests.end2end.server_side import ServerSide

HELD = 60.0
"""Seconds of undo: no test waits for its end."""
PALETTE = "palette"


def begun(mailwright: Launcher, hold: float = HELD) -> tuple[Program, Person, ServerSide]:
    program = mailwright(hold=hold)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    return program, person, server


def send(program: Program, person: Person, subject: str) -> None:
    """Write and send a message; it is held for undo."""
    person.write(ANYONE, subject, "Every word of it.")
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible("Sending in ")


def close(program: Program, how: str = "Ctrl+Q") -> None:
    if how == PALETTE:
        program.desktop.press("Ctrl+Shift+P")
        program.wait_until_focused("Command")
        program.desktop.type("Quit")
        program.desktop.press("Enter")
    else:
        program.desktop.press(how)


def wait_until_hidden(program: Program) -> None:
    """Return once no window of the program is on the screen."""
    wait_until(lambda: program.desktop.windows(TITLE) == [], "the window is gone", 5)


def ended(program: Program, seconds: float = 30.0) -> int:
    """Return the exit status of a program that ends by itself."""
    return program.process.wait(seconds)


def started_again(mailwright: Launcher) -> tuple[Program, Person, ServerSide]:
    """Start once more on the same disk and the same Exchange, and wait until it has looked around."""
    return begun(mailwright, 0.0)


@pytest.mark.parametrize("how", ["Ctrl+Q", "Alt+F4", PALETTE])
def test_what_is_held_for_undo_is_sent_when_the_window_is_closed_and_the_program_ends(
    mailwright: Launcher, how: str
) -> None:
    program, person, _ = begun(mailwright)
    send(program, person, "On my way out")
    close(program, how)
    assert ended(program) == 0
    again, person, server = started_again(mailwright)
    assert server.delivered("On my way out") == [ANYONE]
    assert server.count("drafts", "On my way out") == 0
    person.go_to("Sent")
    again.wait_until_accessible("On my way out")
    assert server.requests("SendItem") == [], "nothing is left for the next start"
    assert server.delivered("On my way out") == [ANYONE], "once"


def test_ctrl_enter_and_ctrl_q_in_one_breath_send_the_message(mailwright: Launcher) -> None:
    program, person, _ = begun(mailwright)
    person.write(ANYONE, "In one breath", "All of it.")
    program.desktop.press("Ctrl+Enter", "Ctrl+Q")
    assert ended(program) == 0
    _, _, server = started_again(mailwright)
    assert server.delivered("In one breath") == [ANYONE]
    assert server.body("sentitems", "In one breath").strip() == "All of it."
    assert server.count("drafts", "In one breath") == 0


def test_a_question_that_sending_asks_keeps_the_program_open(mailwright: Launcher) -> None:
    program, person, _ = begun(mailwright)
    person.write("somebody@elsewhere.example", "To the outside", "Text")
    program.desktop.press("Ctrl+Enter", "Ctrl+Q")
    program.wait_until_accessible("outside")
    wait_until(lambda: TITLE in program.desktop.active_title(), "the window is there")
    assert program.process.poll() is None

    def closed() -> bool:
        close(program)
        return program.process.poll() is not None

    wait_until(closed, "who has had the time to read the question may go")
    assert program.process.returncode == 0
    _, _, server = started_again(mailwright)
    assert server.count("drafts", "To the outside") == 1
    assert server.delivered("To the outside") == []


def test_the_window_goes_at_once_while_a_slow_server_takes_the_message(mailwright: Launcher) -> None:
    program, person, server = begun(mailwright)
    send(program, person, "Slowly")
    program.sandbox.faults([{"operation": "SendItem", "nth": "every", "action": "stall", "seconds": 4}])
    close(program)
    wait_until_hidden(program)
    wait_until(lambda: server.requests("SendItem"), "the request is under way")
    assert program.process.poll() is None, "it waits for the answer, unseen"
    assert ended(program) == 0
    _, _, server = started_again(mailwright)
    assert server.delivered("Slowly") == [ANYONE]
    assert server.count("drafts", "Slowly") == 0


def _stalled(mailwright: Launcher, subject: str, seconds: float, *, seen: bool = False) -> tuple[Program, ServerSide]:
    """Close with a message that a server is long in sending, and wait for the question.

    With `seen`, a message went before, so that it is known what a draft that stays proves.
    """
    if seen:
        first = mailwright(hold=0.0)
        Person(first).send_without_trouble()
        assert first.quit() == 0
    program, person, server = begun(mailwright)
    send(program, person, subject)
    program.sandbox.faults([{"operation": "SendItem", "action": "stall", "seconds": seconds}])
    close(program)
    wait_until_hidden(program)
    program.wait_until_accessible("is still being sent", seconds=30)
    program.wait_until_focused("Keep trying", role="push button")
    return program, server


def test_a_message_that_does_not_go_brings_a_question_and_keep_trying_ends_when_it_went(mailwright: Launcher) -> None:
    program, server = _stalled(mailwright, "Held up", 25)
    program.wait_until_accessible("Keep as drafts", role="push button")
    program.wait_until_accessible("Cancel", role="push button")
    program.wait_until_accessible("It can't be taken back any more")
    program.desktop.shoot("closing-question-light")
    assert server.delivered("Held up") == []
    program.desktop.press("Ctrl+N", "C", "Ctrl+Q")  # no shortcut fires behind the question
    program.wait_until_focused("Keep trying", role="push button")
    program.desktop.press("Enter")
    program.wait_until_accessible("Still trying")
    program.wait_until_focused("Cancel", role="push button")
    program.desktop.shoot("closing-still-trying-light")
    assert ended(program) == 0
    _, _, server = started_again(mailwright)
    assert server.delivered("Held up") == [ANYONE]
    assert server.count("drafts", "Held up") == 0


def test_cancel_goes_back_to_the_program_as_it_was(mailwright: Launcher) -> None:
    program, server = _stalled(mailwright, "Not yet gone", 25)
    program.desktop.press("Escape")
    program.wait_until_gone("Keep trying")
    person = Person(program)
    person.begin()
    person.leave()
    server.wait_until_delivered("Not yet gone")
    person.go_to("Sent")
    program.wait_until_accessible("Not yet gone", seconds=30)
    assert server.delivered("Not yet gone") == [ANYONE]
    close(program)
    assert ended(program) == 0


def test_what_has_not_left_is_kept_as_a_draft_and_never_sent(mailwright: Launcher) -> None:
    program, person, server = begun(mailwright)
    send(program, person, "Better not")
    busy = {"operation": "SendItem", "nth": "every", "action": "code", "code": "ErrorServerBusy", "back_off": 60_000}
    program.sandbox.faults([{**busy, "item": 0}])
    close(program)
    program.wait_until_focused("Keep trying", role="push button", seconds=30)
    program.wait_until_accessible("The server is busy")
    program.desktop.shoot("closing-question-busy-light")
    program.desktop.press("Tab")
    program.wait_until_focused("Keep as drafts", role="push button")
    program.desktop.press("Enter")
    assert ended(program) == 0
    again, _, server = started_again(mailwright)
    again.wait_until_accessible("Better not")
    assert server.delivered("Better not") == []
    assert server.requests("SendItem") == [], "a draft stays a draft"


def test_what_is_being_sent_cannot_be_kept_and_that_is_said(mailwright: Launcher) -> None:
    program, _ = _stalled(mailwright, "Who knows", 25, seen=True)
    program.desktop.press("Tab", "Space")
    program.wait_until_accessible("can't be known yet")
    program.desktop.shoot("closing-cannot-be-known-light")
    assert ended(program) == 0
    again, person, server = started_again(mailwright)
    person.go_to("Outbox")
    again.wait_until_gone("may have been sent", seconds=60)
    sent = len(server.delivered("Who knows"))
    assert sent == server.count("sentitems", "Who knows")
    assert sent + server.count("drafts", "Who knows") == 1, "it is at one place"
    person.go_to("Sent")  # all the while it is not sent again by itself
    assert len(server.delivered("Who knows")) == sent


def test_a_message_that_is_refused_brings_the_window_back_and_says_so(mailwright: Launcher) -> None:
    program, person, server = begun(mailwright)
    send(program, person, "Refused")
    code = {"operation": "SendItem", "item": 0, "action": "code", "code": "ErrorSendAsDenied"}
    program.sandbox.faults([code])
    close(program)
    program.wait_until_accessible("Mailwright stays open: “Refused” was not sent.", seconds=30)
    program.desktop.shoot("closing-refused-light")
    assert server.delivered("Refused") == []
    close(program)
    assert ended(program) == 0, "it is known now, and kept"


def test_offline_it_is_named_and_holds_nothing_up(mailwright: Launcher) -> None:
    program, person, _ = begun(mailwright)
    send(program, person, "No way out")
    program.kill_part("app.sandbox")
    close(program)
    program.wait_until_accessible("1 message is waiting for a connection", seconds=25)
    program.desktop.shoot("closing-offline-light")
    assert ended(program, 15) == 0
    _, _, server = started_again(mailwright)
    assert server.wait_until_delivered("No way out") == [ANYONE], "it goes with the next start"


def test_a_signal_keeps_the_queue_and_ends_at_once(mailwright: Launcher) -> None:
    program, person, server = begun(mailwright, 20)
    send(program, person, "Not by a signal")
    assert program.quit() == 0
    again, _, server = started_again(mailwright)
    wait_until(lambda: server.delivered("Not by a signal"), "it is sent when its time for undo is over", 40)
    assert server.delivered("Not by a signal") == [ANYONE]
    assert again.process.poll() is None
    assert len(server.requests("SendItem")) == 1, "by this start, not by the end of the last one"


def test_a_signal_ends_also_a_program_that_still_sends_unseen(mailwright: Launcher) -> None:
    program, person, server = begun(mailwright)
    send(program, person, "Two ends")
    program.sandbox.faults([{"operation": "SendItem", "action": "stall", "seconds": 25}])
    close(program)
    wait_until(lambda: server.requests("SendItem"), "the request is under way")
    assert program.quit() == 0
    _, _, server = started_again(mailwright)
    assert len(server.delivered("Two ends")) <= 1
    assert server.requests("SendItem") == []


def test_a_second_start_while_it_sends_unseen_brings_the_window_back(mailwright: Launcher) -> None:
    program, person, server = begun(mailwright)
    send(program, person, "Here again")
    program.sandbox.faults([{"operation": "SendItem", "action": "stall", "seconds": 12}])
    close(program)
    wait_until_hidden(program)
    second = mailwright.start_command("-m", "app", "--sandbox", "mailto:a@contoso.com?subject=One%20more")
    assert ended(second) == 0
    program.wait_until_accessible("One more")
    program.wait_until_focused("Message")
    server.wait_until_delivered("Here again")
    program.desktop.type("Still here.")
    program.wait_until_accessible("Still here.")
    program.wait_until_gone("Keep trying")
    assert program.process.poll() is None, "the closing is off"
    assert server.delivered("Here again") == [ANYONE]


@pytest.mark.parametrize("after", [False, True], ids=["before it is done", "after it is done"])
def test_killed_while_it_sends_unseen_nothing_is_lost_and_nothing_goes_twice(mailwright: Launcher, after: bool) -> None:
    program, person, server = begun(mailwright)
    send(program, person, "Killed on the way out")
    program.sandbox.faults([{"operation": "SendItem", "action": "stall", "seconds": 6, "after": after}])
    close(program)
    wait_until_hidden(program)
    wait_until(lambda: server.requests("SendItem"), "the request is under way")
    program.kill()
    _, _, server = started_again(mailwright)
    if after:
        wait_until(lambda: server.count("sentitems", "Killed on the way out") == 1, "it is in Sent")
    places = [server.count(one, "Killed on the way out") for one in ("drafts", "sentitems")]
    assert sum(places) == 1
    assert len(server.delivered("Killed on the way out")) == places[1]
    assert server.requests("SendItem") == [], "nothing is sent again by itself"


def test_killed_before_the_request_it_goes_with_the_next_start(mailwright: Launcher) -> None:
    program, person, server = begun(mailwright)
    send(program, person, "Killed before")
    program.sandbox.faults(
        [{"operation": one, "nth": "every", "action": "stall", "seconds": 8} for one in ("UpdateItem", "CreateItem")]
    )
    person.write(ANYONE, "The second one", "Just typed.")
    program.desktop.press("Ctrl+Enter")
    program.wait_until_gone("Compose", role="filler")
    close(program)
    wait_until_hidden(program)
    program.kill()
    _, _, server = started_again(mailwright)
    both = ("Killed before", "The second one")
    wait_until(lambda: all(map(server.delivered, both)), "both are delivered", 40)
    assert [server.delivered(subject) for subject in both] == [[ANYONE], [ANYONE]]
    wait_until(lambda: server.count("sentitems", "The second one") == 1, "one copy is in Sent")
