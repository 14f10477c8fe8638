"""Every key lands where the person meant it, typed without waiting for the window: at the start, after a send, while a
server is slow or refuses. Whatever no key was meant for is as it was.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from tests.end2end import processes, seen
from tests.end2end.desktop import ROOT, letters, wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import TITLE, Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.sandbox_fixture import RunningSandbox

SENTENCE = "hello dear world welcome"
OUTSIDE = "someone@elsewhere.example"


def typed_at_once(
    mailwright: Launcher, *arguments: str, chords: list[str], after: float = 0.0, pause: int = 30
) -> Program:
    """Start the program and type from the moment its window is there, without looking at it."""
    info = mailwright.data.parent / "at-once.json"
    wanted = ["--sandbox", "--sandbox-info", str(info)]
    program = mailwright.start_command("-m", "app", *wanted, *arguments, info=info, MAILWRIGHT_HOLD="2")
    wait_until(lambda: TITLE in program.desktop.active_title(), "the window has the focus")
    time.sleep(after)
    program.desktop.stream(*chords, pause=pause)
    return program


def the_strangers(server: ServerSide) -> dict[str, tuple[str, ...]]:
    """Return what is on the server from before: drafts and sent messages of the first account."""
    return server.snapshot("drafts") | server.snapshot("sentitems")


def unchanged(server: ServerSide, before: dict[str, tuple[str, ...]]) -> None:
    """Fail where a message that was there before says something else now, or is gone."""
    now = the_strangers(server)
    assert {key: now.get(key) for key in before} == before


def new_drafts(server: ServerSide, before: dict[str, tuple[str, ...]]) -> list[str]:
    """Return all that new drafts say, one text each."""
    return ["\n".join(said) for key, said in server.snapshot("drafts").items() if key not in before]


# --- at the start ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0.0, 0.1, 0.2, 0.3])
def test_what_is_typed_while_the_program_starts_is_in_the_message_it_was_started_for(
    mailwright: Launcher, after: float
) -> None:
    program = typed_at_once(mailwright, "--compose", chords=letters(SENTENCE), after=after)
    server = ServerSide(program.sandbox)
    program.wait_until_accessible(SENTENCE, seconds=30)
    program.wait_until_focused("To", role="text")
    drafts = program.wait_until_accessible("Drafts, ", role="radio button")
    assert "1" in seen.words(drafts)[0]
    said = [part.partition("=")[2] for parts in the_strangers(server).values() for part in parts]
    assert not [part for part in said if part.startswith(("elco", "hello"))]


@pytest.mark.parametrize("after", [0.0, 0.15, 0.4])
def test_a_new_message_may_be_asked_for_before_the_program_is_there(mailwright: Launcher, after: float) -> None:
    chords = ["Ctrl+N", *letters(ANYONE), "Alt+U", *letters("crate axe"), "Alt+M", *letters("text words"), "Ctrl+S"]
    program = typed_at_once(mailwright, chords=chords, after=after)
    program.wait_until_accessible("Saved ", seconds=30)
    server = ServerSide(program.sandbox)
    assert server.recipients("drafts", "crate axe") == [ANYONE]
    assert server.body("drafts", "crate axe").strip() == "text words"
    assert "crate axe" not in "".join(part for said in server.snapshot("sentitems").values() for part in said)


def test_a_link_at_the_start_takes_what_is_typed(mailwright: Launcher) -> None:
    chords = ["Alt+U", *letters("by link"), "Alt+M", *letters(SENTENCE), "Ctrl+S"]
    program = typed_at_once(mailwright, f"mailto:{ANYONE}", chords=chords)
    program.wait_until_accessible("Saved ", seconds=30)
    assert ServerSide(program.sandbox).body("drafts", "by link").strip() == SENTENCE


def test_a_signal_while_the_program_starts_lets_what_was_typed_arrive_first(mailwright: Launcher) -> None:
    """The session ended before the program was there: the link was forgotten, and Ctrl+Enter with it."""
    chords = ["Alt+M", *letters("text words"), "Ctrl+Enter"]
    program = typed_at_once(mailwright, f"mailto:{ANYONE}?subject=by%20link", chords=chords, pause=5)
    program.process.terminate()
    assert program.process.wait(20) == 0
    again = mailwright(hold=0.0)
    server = ServerSide(again.sandbox)
    wait_until(lambda: server.count("sentitems", "by link") == 1, "the next start sends it", 30)
    assert server.body("sentitems", "by link").strip() == "text words"
    assert server.recipients("sentitems", "by link") == [ANYONE]


def test_a_signal_while_the_program_starts_waits_for_keys_behind_a_command_too(mailwright: Launcher) -> None:
    """Ctrl+N makes the keys after it wait once more: the program ended between the two, and ran Ctrl+N for nothing."""
    messages = ([*letters(f"{ANYONE},"), "Alt+U", *letters(one), "Alt+M", *letters(f"text {one}")] for one in "ab")
    chords = [key for one in messages for key in ("Ctrl+N", *one, "Ctrl+Enter")]
    program = typed_at_once(mailwright, chords=chords, pause=5)
    program.process.terminate()
    assert program.process.wait(20) == 0
    again = mailwright(hold=0.0)
    server = ServerSide(again.sandbox)
    # A save that the end cut short is looked for during 15 seconds, each in its turn, before it is made again.
    for one in "ab":
        wait_until(lambda one=one: server.count("sentitems", one) == 1, "the next start sends it", 60)  # type: ignore[misc]
        assert server.body("sentitems", one).strip() == f"text {one}"


def test_keys_that_the_program_has_not_read_yet_come_before_the_signal(mailwright: Launcher) -> None:
    """The program was busy when the last keys came: the session's end overtook them, and they were lost."""
    program = mailwright(hold=2.0)
    begun = ["Ctrl+N", *letters(f"{ANYONE},"), "Alt+U", *letters("unread keys"), "Alt+M", *letters("first")]
    program.desktop.stream(*begun, pause=5)
    program.wait_until_accessible("first")
    processes.signal_one(program.process.pid, signal.SIGSTOP)
    program.desktop.stream(*letters(" second"), "Ctrl+Enter", pause=1)
    program.process.terminate()
    processes.signal_one(program.process.pid, signal.SIGCONT)
    assert program.process.wait(20) == 0
    server = ServerSide(mailwright(hold=0.0).sandbox)
    wait_until(lambda: server.count("sentitems", "unread keys") == 1, "the next start sends it", 30)
    assert server.body("sentitems", "unread keys").strip() == "first second"


@pytest.fixture
def kept(mailwright: Launcher, sandbox: RunningSandbox) -> dict[str, str]:
    """An account of the person's own that an earlier run has kept, with its password in a keyring."""
    first = sandbox.first
    environment = {
        "MAILWRIGHT_BENCH_PASSWORD": first["password"],
        "PYTHON_KEYRING_BACKEND": "tests.bench.keyring_of_one.KeyringOfOne",
        "PYTHONPATH": str(ROOT),
        "MAILWRIGHT_HOLD": "2",
    }
    program = mailwright.start_command("-m", "app", info=None, **environment)
    wait_until(lambda: TITLE in program.desktop.active_title(), "the window has the focus")
    program.desktop.press("Ctrl+,")
    program.wait_until_accessible("Set up your mailbox")
    program.desktop.press("Alt+M")
    program.wait_until_focused("Mail server")
    for key, name, text in (
        ("Alt+E", "E-mail address", first["address"]),
        ("Alt+V", "Mail server", sandbox.url),
        ("Alt+U", "User", first["user"]),
        ("Alt+P", "Password", first["password"]),
        ("Alt+C", "CA file", sandbox.ca_file),
    ):
        program.desktop.press(key)
        program.wait_until_focused(name)
        program.desktop.press("Ctrl+A", "Delete")
        program.desktop.type(text)
    program.desktop.press("Enter")
    program.wait_until_focused("Save")
    program.desktop.press("Enter")
    program.wait_until_accessible("is set up")
    program.desktop.press("Escape")
    Person(program).wait_until_ready()
    assert program.quit() == 0
    return environment


@pytest.mark.parametrize("after", [0.0, 0.2])
def test_nothing_is_lost_at_a_start_with_an_account_of_ones_own(
    mailwright: Launcher, kept: dict[str, str], sandbox: RunningSandbox, after: float
) -> None:
    server = ServerSide(sandbox)
    before = the_strangers(server)
    program = mailwright.start_command("-m", "app", info=None, **kept)
    wait_until(lambda: TITLE in program.desktop.active_title(), "the window has the focus")
    time.sleep(after)
    chords = ["Ctrl+N", *letters(ANYONE), "Alt+U", *letters("mine alone"), "Alt+M", *letters(SENTENCE), "Ctrl+S"]
    program.desktop.stream(*chords, pause=40)
    program.wait_until_accessible("Saved ", seconds=30)
    assert server.recipients("drafts", "mine alone") == [ANYONE]
    assert server.body("drafts", "mine alone").strip() == SENTENCE
    unchanged(server, before)
    assert len(new_drafts(server, before)) == 1


# --- after a send ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pause", [0.05, 0.8, 1.2, 2.5])
def test_a_second_ctrl_enter_sends_no_other_message(mailwright: Launcher, pause: float) -> None:
    program = mailwright(hold=1.0)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    before = the_strangers(server)
    person.write(ANYONE, "Only this one", "Once")
    program.desktop.press("Ctrl+Enter")
    time.sleep(pause)  # the pause is what is tried here
    program.desktop.press("Ctrl+Enter")
    if pause > 0.1:
        program.wait_until_accessible("No message is selected")
        program.desktop.shoot(f"second-send-{pause:g}")
    assert server.wait_until_delivered("Only this one") == [ANYONE]
    program.wait_until_gone("Sending", seconds=20)
    assert {row["subject"] for row in program.sandbox.deliveries()} == {"Only this one"}
    unchanged(server, before)


@pytest.mark.parametrize("pause", [0, 5, 20, 60])
def test_after_ctrl_enter_a_message_takes_no_key_and_the_next_one_takes_all(mailwright: Launcher, pause: int) -> None:
    program = mailwright(hold=1.0)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    before = the_strangers(server)
    person.write(ANYONE, "The first", "Words of the first")
    chords = ["Ctrl+Enter", "C", *letters("clara.fontaine@contoso.com"), "Alt+U", *letters("The second"), "Alt+M"]
    program.desktop.stream(*chords, *letters("words of the second"), "Ctrl+S", pause=pause)
    assert server.wait_until_delivered("The first") == [ANYONE]
    program.wait_until_accessible("Saved ", seconds=30)
    assert server.body("sentitems", "The first").strip() == "Words of the first"
    assert server.recipients("drafts", "The second") == ["clara.fontaine@contoso.com"]
    assert server.body("drafts", "The second").strip() == "words of the second"
    unchanged(server, before)


@pytest.mark.parametrize("pause", [0, 5, 15])
def test_undo_right_after_ctrl_enter_undoes(mailwright: Launcher, pause: int) -> None:
    program = mailwright(hold=3.0)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "Not yet", "Wait")
    program.desktop.stream("Ctrl+Enter", "Z", pause=pause)
    program.wait_until_focused("Message")
    program.desktop.press("Ctrl+End")
    program.desktop.type(" a moment")
    program.desktop.press("Ctrl+S")
    wait_until(lambda: server.count("drafts", "Not yet") == 1, "it is a draft")
    wait_until(lambda: server.body("drafts", "Not yet").strip() == "Wait a moment", "its text is as typed")
    assert server.delivered("Not yet") == []


def test_what_follows_a_send_that_asks_is_text_to_be_taken_back(mailwright: Launcher) -> None:
    """The question stands in the message: what was typed for the next one must not go out with it."""
    program = mailwright(hold=1.0)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(OUTSIDE, "It asks", "Plain words")
    program.desktop.stream("Ctrl+Enter", "C", *letters(ANYONE), "Ctrl+Enter", pause=60)
    program.wait_until_accessible("You typed this meanwhile: “c" + ANYONE)
    program.desktop.shoot("typed-meanwhile")
    program.wait_until_accessible("sends it as it is")
    time.sleep(1.0)  # a person reads the question
    program.desktop.press("Ctrl+Enter")
    wait_until(lambda: server.count("sentitems", "It asks") == 1, "it is sent")
    assert server.recipients("sentitems", "It asks") == [OUTSIDE]
    assert server.body("sentitems", "It asks").strip() == "Plain words"


@pytest.mark.parametrize("pause", [0, 15, 60])
def test_a_message_begun_while_another_is_thrown_away_has_all_its_words(mailwright: Launcher, pause: int) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    before = the_strangers(server)
    person.write(ANYONE, "Thrown away", "Gone")
    chords = ["Ctrl+Shift+D", "Ctrl+N", *letters(ANYONE), "Alt+U", *letters("Stays whole"), "Ctrl+S"]
    program.desktop.stream(*chords, pause=pause)
    program.wait_until_accessible("Saved ", seconds=30)
    assert server.recipients("drafts", "Stays whole") == [ANYONE]
    unchanged(server, before)


# --- while a server is slow, or refuses ------------------------------------------------------------------------------


@pytest.mark.parametrize("pause", [5, 60, 150])
def test_what_is_typed_for_a_message_that_cannot_be_fetched_runs_no_command(mailwright: Launcher, pause: int) -> None:
    program = mailwright()
    desktop, person, server = program.desktop, Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    before = the_strangers(server)
    person.go_to("Sent")
    program.wait_until_accessible(" messages")
    desktop.press("Home", "Down", "Down")
    program.sandbox.faults([{"operation": "GetItem", "nth": "every", "action": "status", "status": 503}])
    desktop.stream("Shift+R", *letters("thank you, text"), pause=pause)
    program.wait_until_accessible("You typed this meanwhile: “thank you, text”")
    desktop.shoot("not-fetched")
    program.sandbox.faults([])
    assert seen.find(program.tree(), "New category") is None
    time.sleep(1.0)  # a person looks
    desktop.press("Escape")
    program.wait_until_accessible("You typed this meanwhile: “thank you, text”")
    unchanged(server, before)
    assert new_drafts(server, before) == []


def test_commands_typed_blindly_to_a_slow_server_go_to_the_message_that_comes(mailwright: Launcher) -> None:
    program = mailwright()
    desktop, person = program.desktop, Person(program)
    person.wait_until_ready()
    program.sandbox.faults([{"operation": "GetItem", "nth": "every", "action": "stall", "seconds": 1}])
    desktop.stream("Ctrl+3", "Home", "E", "Alt+M", "Ctrl+Home", *letters("gamhyltak9w"), pause=0)
    program.wait_until_accessible("gamhyltak9w", role="text", seconds=30)
    program.sandbox.faults([])


# --- other windows, other starts -------------------------------------------------------------------------------------


def _hand_over(mailwright: Launcher, link: str) -> None:
    environment = mailwright.environment()
    subprocess.run([sys.executable, "-m", "app", "--sandbox", link], cwd=ROOT, env=environment, check=True, timeout=30)


@pytest.mark.parametrize("pause", [40, 90])
def test_a_link_from_elsewhere_waits_until_the_person_pauses(mailwright: Launcher, pause: int) -> None:
    program = mailwright()
    desktop, person, server = program.desktop, Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.begin()
    words = "one sentence that goes on and on while something else happens, and all of it is mine"
    chords = [*letters(ANYONE), "Alt+U", *letters("Undisturbed"), "Alt+M", *letters(words), "Ctrl+S"]
    typing = desktop.start(["xdotool", "key", "--delay", str(pause), *desktop.spelled(*chords)])
    wait_until(lambda: seen.find(program.tree(), ANYONE) is not None, "the person types")
    _hand_over(mailwright, "mailto:ben@contoso.com?subject=From%20a%20link")
    assert typing.wait(60) == 0
    program.wait_until_accessible("From a link", seconds=30)
    wait_until(lambda: server.count("drafts", "Undisturbed") == 1, "it is saved")
    assert server.recipients("drafts", "Undisturbed") == [ANYONE]
    wait_until(lambda: server.body("drafts", "Undisturbed").strip() == words, "every word is in it")


@pytest.mark.parametrize("pause", [5, 30])
def test_no_key_is_lost_while_a_message_gets_a_window_of_its_own(mailwright: Launcher, pause: int) -> None:
    program = mailwright()
    desktop, person = program.desktop, Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "On its own", "a")
    desktop.stream("Ctrl+Shift+W", *letters("bcdefghijk"), "Ctrl+Shift+W", *letters("lmnopqrstu"), pause=pause)
    program.wait_until_accessible("abcdefghijklmnopqrstu", role="text")


@pytest.mark.parametrize("pause", [5, 30])
def test_no_key_is_lost_while_the_window_of_a_message_goes(mailwright: Launcher, pause: int) -> None:
    """The window manager may hold the keyboard while it takes the window away."""
    program = mailwright()
    desktop, person = program.desktop, Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "On its own", "a")
    desktop.press("Ctrl+Shift+W")
    wait_until(lambda: desktop.active_title().startswith("On its own"), "its window has the focus")
    words = "abcdefghijklmnopqrstuvwxyz and all that comes after it"
    chords = [*letters(ANYONE), "Alt+U", *letters("Next"), "Alt+M", *letters(words)]
    desktop.stream("Ctrl+Enter", "Ctrl+N", *chords, pause=pause)
    program.wait_until_accessible(words, role="text")
    wait_until(lambda: not desktop.windows("On its own"), "the other window is gone")
