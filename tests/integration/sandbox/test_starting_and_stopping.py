"""The sandbox as a process: how it starts, what it survives, and that it never outlives who started it."""

import json
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.integration.sandbox import soap
from tests.sandbox_fixture import ROOT, RunningSandbox, start, stop


def test_it_stops_cleanly_when_its_parent_goes(tmp_path: Path) -> None:
    running = start("--data", str(tmp_path))
    assert stop(running) == 0
    assert not Path(running.ca_file).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_on_a_signal(number: signal.Signals) -> None:
    running = start()
    running.process.send_signal(number)
    assert running.process.wait(15) == 0
    stop(running)
    assert not Path(running.ca_file).parent.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes of files")
def test_its_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mailboxes"
    running = start("--data", str(folder))
    files = [*folder.iterdir(), Path(running.ca_file)]
    modes = {stat.S_IMODE(one.stat().st_mode) for one in files}
    stop(running)
    assert modes == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_was_confirmed_is_there_after_sigkill(tmp_path: Path) -> None:
    running = start("--data", str(tmp_path))
    item = running.post(soap.create(soap.message("Kept"))).ids()[0]
    confirmed: list[str] = []

    def write() -> None:
        for number in range(10_000):
            try:
                confirmed.extend(one for one, _ in running.post(soap.create(soap.message(f"Row {number}"))).ids())
            except (OSError, ssl.SSLError, AssertionError):
                return

    writer = threading.Thread(target=write)
    writer.start()
    while len(confirmed) < 20:
        assert writer.is_alive()
    running.process.kill()
    writer.join(20)
    running.process.wait(10)
    assert running.process.stdin is not None
    assert running.process.stdout is not None
    running.process.stdin.close()
    running.process.stdout.close()
    again = start("--data", str(tmp_path))
    try:
        assert again.post(soap.get([item])).ids() == [item]
        wanted = [(one, "") for one in confirmed]
        assert set(again.post(soap.get(wanted, "IdOnly")).codes) == {"NoError"}
        assert [one["password"] for one in again.accounts] == [one["password"] for one in running.accounts]
    finally:
        stop(again)


def test_a_port_that_is_taken_is_said_in_one_line(sandbox: RunningSandbox) -> None:
    port = sandbox.url.split(":")[2].split("/")[0]
    command = [sys.executable, "-m", "app.sandbox", "--port", port]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("The sandbox cannot start: ")
    assert ended.stderr.count("\n") == 1


def test_the_line_at_the_start_is_json_with_all_that_a_client_needs() -> None:
    command = [sys.executable, "-m", "app.sandbox", "--die-with-parent"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        process.communicate()
    assert ready["url"].startswith("https://localhost:")
    assert ready["url"].endswith("/EWS/Exchange.asmx")
    assert set(ready["accounts"][0]) == {"address", "user", "password", "display_name"}
    assert set(ready["admin"]) == {"url", "token"}


def test_it_says_nothing_where_its_parent_was_gone_before_it_was_ready() -> None:
    command = [sys.executable, "-m", "app.sandbox", "--die-with-parent"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()  # standard input is open still: the announcement finds no reader first
        assert process.wait(20) == 0
    assert said == ""


def test_a_client_that_does_not_know_the_authority_is_not_served(sandbox: RunningSandbox) -> None:
    context = ssl.create_default_context()
    port = int(sandbox.url.split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port), 10) as plain, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(plain, server_hostname="localhost")
