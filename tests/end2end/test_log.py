"""What the program and its engine log: what happened and where, and not a word of what people write."""

from __future__ import annotations

import re

from app import __version__
from tests.end2end.desktop import wait_until
from tests.end2end.person import Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide

SUBJECT, BODY = "Zebrafish quarterly", "Marzipan is what nobody must read."
SOMEBODY = "james.okafor@contoso.com"


def logs_of(program: Program) -> dict[str, str]:
    folder = program.data / "logs"
    assert folder.stat().st_mode & 0o077 == 0
    files = list(folder.iterdir())
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    return {file.name: file.read_text("utf-8") for file in files}


def test_after_a_send_a_refusal_and_the_death_of_the_engine_no_word_is_in_a_log(mailwright: Launcher) -> None:
    program = mailwright(hold=0.0)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(SOMEBODY, SUBJECT, BODY)
    program.desktop.press("Ctrl+Enter")
    server.wait_until_delivered(SUBJECT)
    program.sandbox.faults([{"operation": "SendItem", "item": 0, "action": "code", "code": "ErrorSendAsDenied"}])
    person.write(SOMEBODY, f"{SUBJECT} again", BODY)
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible("Nothing was sent", seconds=30)
    before = program.kill_part("app.engine")
    person.write(SOMEBODY, f"{SUBJECT} once more", BODY)
    program.desktop.press("Ctrl+S")
    wait_until(lambda: server.count("drafts", f"{SUBJECT} once more") == 1, "a new engine has saved it", 30)
    assert program.part("app.engine") != before
    assert program.quit() == 0
    logs = logs_of(program)
    assert {"window.log", "engine.log"} <= set(logs)
    told = logs["window.log"]
    assert f"Mailwright {__version__}, Python" in told
    assert re.search(r"Send \d+ answered after", told)
    assert "ACCEPTED NoError" in told
    assert "ErrorSendAsDenied" in told
    assert "the engine ended" in told
    every = "\n".join(logs.values())
    secrets = [one for account in program.sandbox.accounts for one in (account["password"], account["address"])]
    for word in (SUBJECT, "Marzipan", SOMEBODY, "okafor", "contoso.com", *secrets):
        assert word not in every, word
