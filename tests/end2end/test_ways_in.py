"""The ways into the program from outside, while it runs and while it does not: one program for one folder."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from tests.end2end import seen
from tests.end2end.desktop import wait_until
from tests.end2end.person import Person
from tests.end2end.program import TITLE, Launcher, Program


def second(mailwright: Launcher, *arguments: str) -> Program:
    """Start the program once more; it must end by itself, with nothing but a word to the first."""
    again = mailwright.start_command("-m", "app", "--sandbox", *arguments)
    wait_until(lambda: again.process.poll() is not None, "the second start ends")
    assert again.process.returncode == 0, again.said()
    return again


def test_a_second_start_hands_its_wish_to_the_first_and_ends(mailwright: Launcher) -> None:
    program = mailwright()
    Person(program).wait_until_ready()
    second(mailwright, "mailto:a@contoso.com?subject=From%20a%20link&bcc=hidden@contoso.com&attach=x")
    program.wait_until_focused("Message")
    program.wait_until_accessible("From a link")
    program.wait_until_accessible("Bcc, whom nobody else would see")
    program.desktop.shoot("arrived-from-a-link-light")
    program.desktop.type("Typed at once.")
    program.wait_until_accessible("Typed at once.")


def test_a_second_start_without_a_wish_brings_the_window_to_the_front(mailwright: Launcher) -> None:
    program = mailwright()
    Person(program).wait_until_ready()
    second(mailwright)
    assert TITLE in program.desktop.active_title()


def test_a_start_with_a_wish_shows_the_message_at_once(mailwright: Launcher, tmp_path: Path) -> None:
    message = EmailMessage()
    message["To"], message["Subject"], message["X-Unsent"] = "a@contoso.com", "From a file", "1"
    message.set_content("Its text\n")
    file = tmp_path / "a message.eml"
    file.write_bytes(bytes(message))
    program = mailwright(str(file))
    program.wait_until_accessible("From a file")
    program.wait_until_focused("Message")
    second(mailwright, "--to", "b@contoso.com", "--subject", "From a command line", "--body", "Text")
    program.wait_until_accessible("From a command line")


def test_after_a_program_that_was_killed_the_next_one_starts_and_hears(mailwright: Launcher) -> None:
    program = mailwright()
    Person(program).wait_until_ready()
    program.kill()
    again = mailwright()
    Person(again).wait_until_ready()
    second(mailwright, "mailto:c@contoso.com?subject=After%20a%20death")
    again.wait_until_accessible("After a death")


def test_two_starts_at_the_same_moment_are_one_program_with_both_messages(mailwright: Launcher) -> None:
    pair = [
        mailwright.start_command("-m", "app", "--sandbox", f"mailto:p{n}@contoso.com?subject=Number{n}") for n in (1, 2)
    ]
    wait_until(lambda: TITLE in pair[0].desktop.active_title(), "a window has the focus")
    pair[0].desktop.stream("Alt+M", *"unikum", pause=5)  # whichever window it is, and however long it stays
    wait_until(lambda: any(one.process.poll() is not None for one in pair), "one of them hands over")
    ended = [one for one in pair if one.process.poll() is not None]
    left = [one for one in pair if one.process.poll() is None]
    assert [one.process.returncode for one in ended] == [0], ended[0].said()
    left[0].wait_until_accessible("Number1")
    left[0].wait_until_accessible("Number2")
    # In a message, or in the bar; both, where the windows changed between two keys.
    shown = ("unikum", "You typed this meanwhile")
    wait_until(
        lambda: any(one in seen.all_words(left[0].desktop.look(left[0].process.pid)) for one in shown),
        "what was typed is there",
        20,
    )


def test_a_message_that_was_open_when_the_plug_was_pulled_is_open_again(mailwright: Launcher) -> None:
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    person.write("a@contoso.com", "Brought back", "Every word")
    wait_until(lambda: program.has_on_disk("Every word"), "the last words are on disk", 5)
    program.kill()
    again = mailwright()
    again.wait_until_accessible("was open when Mailwright ended")
    again.wait_until_focused("Message")
    again.desktop.shoot("brought-back-light")
    again.desktop.type("And more. ")
    again.wait_until_accessible("And more. Every word")


def test_what_is_typed_while_a_slow_server_is_asked_for_a_message_is_typed_into_it(mailwright: Launcher) -> None:
    program = mailwright()
    desktop, person = program.desktop, Person(program)
    person.wait_until_ready()
    before = seen.words(program.wait_until_accessible("Drafts, ", role="radio button"))
    program.sandbox.faults([{"operation": "GetItem", "nth": "every", "action": "stall", "seconds": 2}])
    desktop.press("L")
    desktop.type("Excellent, of course")
    program.wait_until_accessible("Fetching the message… Esc gives it up")
    desktop.shoot("awaiting-a-message")
    program.wait_until_accessible("Excellent, of course", role="text")
    assert seen.words(program.wait_until_accessible("Drafts, ", role="radio button")) == before
