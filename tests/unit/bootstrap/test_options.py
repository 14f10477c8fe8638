"""The ways into the program by its command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bootstrap.options import parse
from app.bootstrap.restart import command
from app.bootstrap.sandbox_process import SandboxAccount, SandboxAuthority, SandboxGraph, SandboxInfo
from app.domain.account import AuthKind, BackendKind
from app.domain.startup_request import SandboxKind, StartupRequest


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAILWRIGHT_DATA", "MAILWRIGHT_HOLD", "XDG_ACTIVATION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_a_message_is_asked_for_field_by_field(tmp_path: Path) -> None:
    file = tmp_path / "a b.pdf"
    file.write_bytes(b"x")
    arguments = ["--to", "a@x.example", "--to", "Doe, John <j@x.example>", "--cc=c@x.example", "--bcc", "b@x.example"]
    found = parse([*arguments, "--subject", "S", "--body=-- B\nC", "--attach", str(file), "--attach", str(file)])
    assert found.arrival == StartupRequest(
        to="a@x.example\nDoe, John <j@x.example>",
        cc="c@x.example",
        bcc="b@x.example",
        subject="S",
        body="-- B\nC",
        attach=(str(file), str(file)),
    )
    assert found.arrival.begins_messages()


def test_links_and_files_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a message.eml"
    file.write_bytes(b"Subject: x\n\n")
    monkeypatch.chdir(tmp_path)
    found = parse(["mailto:a@x.example?subject=S", "MAILTO:b@x.example", "a message.eml", file.as_uri()]).arrival
    assert found.links == ("mailto:a@x.example?subject=S", "MAILTO:b@x.example")
    assert found.files == (str(file), str(file))


def test_a_desktop_that_names_nothing_starts_the_window() -> None:
    assert parse(["", " "]).arrival == StartupRequest()
    assert not parse([""]).arrival.begins_messages()


@pytest.mark.parametrize("arguments", [["nothing.eml"], ["--attach", "nothing.pdf"], ["file://elsewhere/etc/x"], ["/"]])
def test_a_file_that_is_not_there_is_said_at_once(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert f"there is no such file: {arguments[-1]}" in capsys.readouterr().err


def test_bytes_that_are_no_text_become_marks() -> None:
    assert parse(["--subject", "a\udcffb"]).arrival.subject == "a\ufffdb"


def test_the_desktops_leave_to_come_to_the_front_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "token-1")
    assert parse([]).arrival.token == "token-1"


def test_the_kind_of_the_sandbox_accounts_is_chosen_and_kept_by_a_restart() -> None:
    assert parse(["--sandbox"]).sandbox_kind is SandboxKind.EWS
    found = parse(["--sandbox", "--sandbox-kind", "both"])
    assert found.sandbox_kind is SandboxKind.BOTH
    assert "--sandbox-kind=both" in command(found)
    assert not any("kind" in one for one in command(parse(["--sandbox"])))


def test_a_mailbox_of_the_sandbox_is_an_account_of_either_kind_under_ids_of_their_own() -> None:
    people = [SandboxAccount("a@contoso.com", "a", "p", "Anna"), SandboxAccount("b@contoso.com", "b", "p")]
    info = SandboxInfo(
        "https://x/ews", "/ca", people, SandboxGraph("https://x/v1.0"), SandboxAuthority("c", "https://x/t")
    )
    ews, graph = info.account(1, BackendKind.EWS), info.account(1, BackendKind.GRAPH)
    assert (ews.account_id, ews.endpoint, ews.auth) == ("sandbox-2", "https://x/ews", AuthKind.BASIC)
    assert (graph.account_id, graph.endpoint, graph.auth) == ("sandbox-graph-2", "https://x/v1.0", AuthKind.OAUTH)
    assert (graph.client_id, graph.tenant, graph.backend) == ("c", "https://x/t", BackendKind.GRAPH)
