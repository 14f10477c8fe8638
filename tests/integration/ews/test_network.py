"""What becomes of each item when the network, the server or TLS fails: never left, or may have been processed."""

from __future__ import annotations

import datetime as dt
import logging
import socket
import threading
from collections.abc import Callable

import pytest
import trustme

from app.backends.ews.backend import EwsBackend
from app.backends.port import Job
from app.domain.errors import AccountError, NotGenuine, ServerTrouble, Trouble, TroubleKind, Unreachable
from app.domain.listing import Folder
from app.domain.outcome import Outcome, Verdict
from tests.integration.ews.conftest import draft, job, server_context
from tests.scripted_server import Act, ScriptedServer, answer, close, cut_after, reset, stall, trickle

Make = Callable[..., EwsBackend]
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
M = "http://schemas.microsoft.com/exchange/services/2006/messages"
T = "http://schemas.microsoft.com/exchange/services/2006/types"
E = "http://schemas.microsoft.com/exchange/services/2006/errors"
SAVED = (
    f'<?xml version="1.0"?><s:Envelope xmlns:s="{SOAP}"><s:Body><m:CreateItemResponse xmlns:m="{M}" xmlns:t="{T}">'
    '<m:ResponseMessages><m:CreateItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>'
    '<m:Items><t:Message><t:ItemId Id="A" ChangeKey="K"/></t:Message></m:Items></m:CreateItemResponseMessage>'
    "</m:ResponseMessages></m:CreateItemResponse></s:Body></s:Envelope>"
).encode()


def fault(code: str, details: str = "") -> Act:
    body = (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode xmlns:a="{T}">a:{code}</faultcode>'
        f'<faultstring>No.</faultstring><detail><e:ResponseCode xmlns:e="{E}">{code}</e:ResponseCode>'
        f'<e:Message xmlns:e="{E}">The words of the server.</e:Message>{details}</detail></s:Fault>'
        "</s:Body></s:Envelope>"
    )
    return answer(500, body.encode())


def save_one(backend: EwsBackend, seconds: float = 20) -> Outcome:
    outcomes = backend.save([draft()], job(seconds))
    assert len(outcomes) == 1
    return outcomes[0]


def trouble_of(outcome: Outcome) -> Trouble:
    assert outcome.trouble is not None
    assert outcome.trouble.may_have_been_processed == (outcome.verdict is Verdict.UNKNOWN)
    return outcome.trouble


def test_a_good_answer_is_accepted(make_backend: Make) -> None:
    with ScriptedServer([answer(200, SAVED)]) as server:
        assert save_one(make_backend(server.url)).accepted


# --- never left -------------------------------------------------------------------------------------------------------


def test_a_name_that_does_not_exist_means_nothing_was_attempted(make_backend: Make) -> None:
    trouble = trouble_of(save_one(make_backend("https://nobody.invalid/EWS/Exchange.asmx")))
    assert (trouble.kind, trouble.may_have_been_processed) == (TroubleKind.UNREACHABLE, False)
    assert trouble.host == "nobody.invalid"


def test_a_refused_connection_means_nothing_was_attempted(make_backend: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    backend = make_backend(f"http://localhost:{port}/EWS/Exchange.asmx")
    assert trouble_of(save_one(backend)).kind is TroubleKind.UNREACHABLE
    with pytest.raises(Unreachable):
        backend.list_folder(Folder.DRAFTS, 0, 1, job())


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (answer(401, b"", WWW_Authenticate='Basic realm="x"'), TroubleKind.SIGN_IN),
        (answer(403, b"<html/>"), TroubleKind.SERVICE_OFF),
        (answer(404, b"<html/>"), TroubleKind.SERVER),
        (answer(429, b"", Retry_After="7"), TroubleKind.SERVER),
        (answer(302, b"", Location="https://elsewhere.example/owa"), TroubleKind.SERVER),
    ],
)
def test_a_status_given_before_ews_means_nothing_was_attempted(make_backend: Make, act: Act, kind: TroubleKind) -> None:
    with ScriptedServer([act]) as server:
        outcome = save_one(make_backend(server.url))
        assert len(server.requests) == 1
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert trouble_of(outcome).kind is kind


def test_a_password_is_not_sent_in_the_clear_beyond_this_machine(make_backend: Make) -> None:
    trouble = trouble_of(save_one(make_backend("http://mail.example.org/EWS/Exchange.asmx")))
    assert (trouble.kind, trouble.may_have_been_processed) == (TroubleKind.NOT_GENUINE, False)


def test_a_ca_file_that_is_not_there_is_named_and_nothing_raised(make_backend: Make) -> None:
    trouble = trouble_of(save_one(make_backend("https://localhost/EWS/Exchange.asmx", ca_file="/nowhere/ca.pem")))
    assert trouble.kind is TroubleKind.NOT_GENUINE


# --- may have been processed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [close, reset, cut_after(SAVED, 0), cut_after(SAVED, 100)])
def test_a_connection_cut_after_the_request_is_unknown_and_not_tried_again(make_backend: Make, act: Act) -> None:
    with ScriptedServer([act, answer(200, SAVED)]) as server:
        backend = make_backend(server.url)
        assert save_one(backend).verdict is Verdict.UNKNOWN
        assert len(server.requests) == 1
        assert save_one(backend).accepted


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>Sign in</body></html>", b"\x00\xff garbage", SAVED[:-1], SAVED[: len(SAVED) // 2]]
)
def test_what_is_not_ews_is_unknown_for_a_write_and_trouble_for_a_read(make_backend: Make, body: bytes) -> None:
    with ScriptedServer([answer(200, body)]) as server:
        backend = make_backend(server.url)
        outcome = save_one(backend)
        assert outcome.verdict is Verdict.UNKNOWN
        assert trouble_of(outcome).kind is TroubleKind.SERVER
        with pytest.raises(ServerTrouble):
            backend.list_folder(Folder.DRAFTS, 0, 1, job())


def test_a_reply_cut_at_every_byte_is_unknown_or_whole(make_backend: Make) -> None:
    script = [answer(200, SAVED[:length]) for length in range(0, len(SAVED), 7)]
    with ScriptedServer([*script, answer(200, SAVED)]) as server:
        backend = make_backend(server.url)
        assert {save_one(backend).verdict for _ in script} == {Verdict.UNKNOWN}
        assert save_one(backend).accepted


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_after_a_5xx_nobody_can_say(make_backend: Make, status: int) -> None:
    with ScriptedServer([answer(status, b"<html/>", Retry_After="30")]) as server:
        trouble = trouble_of(save_one(make_backend(server.url)))
    assert (trouble.kind, trouble.http_status, trouble.retry_after) == (TroubleKind.SERVER, status, 30.0)
    assert trouble.may_have_been_processed


@pytest.mark.parametrize(("after", "least"), [("Fri, 31 Dec 2117 23:59:59 GMT", 86_400.0), ("soon", 0.0), ("", 0.0)])
def test_a_day_to_come_back_is_told_in_seconds_and_held_to_one_day(
    make_backend: Make, after: str, least: float
) -> None:
    with ScriptedServer([answer(503, Retry_After=after)]) as server:
        retry_after = trouble_of(save_one(make_backend(server.url))).retry_after
    assert retry_after >= least
    assert bool(retry_after) == bool(least)


def test_one_answer_for_three_items_leaves_two_unknown(make_backend: Make) -> None:
    with ScriptedServer([answer(200, SAVED)]) as server:
        outcomes = make_backend(server.url).save([draft(), draft(), draft()], job())
    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED, Verdict.UNKNOWN, Verdict.UNKNOWN]


def test_what_stood_behind_a_lost_request_was_not_attempted(make_backend: Make) -> None:
    with ScriptedServer([reset]) as server:
        outcomes = make_backend(server.url).save([draft() for _ in range(150)], job())
        assert len(server.requests) == 1
    assert {outcome.verdict for outcome in outcomes[:100]} == {Verdict.UNKNOWN}
    assert {outcome.verdict for outcome in outcomes[100:]} == {Verdict.NOT_ATTEMPTED}
    assert len(outcomes) == 150


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_fault_that_holds_for_each_item_is_its_refusal_in_the_servers_words(make_backend: Make) -> None:
    details = f'<t:MessageXml xmlns:t="{T}"><t:Value Name="BackOffMilliseconds">9000</t:Value></t:MessageXml>'
    with ScriptedServer([fault("ErrorServerBusy", details)]) as server:
        outcomes = make_backend(server.url).save([draft(), draft()], job())
        assert len(server.requests) == 1
    for outcome in outcomes:
        assert outcome.verdict is Verdict.REFUSED
        assert outcome.words is not None
        assert (outcome.words.response_code, outcome.words.message_text) == (
            "ErrorServerBusy",
            "The words of the server.",
        )
        assert outcome.words.back_off_ms == 9000


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("ErrorSchemaValidation", Verdict.REFUSED),
        ("ErrorInvalidRequest", Verdict.REFUSED),
        ("ErrorInvalidServerVersion", Verdict.NOT_ATTEMPTED),
        ("ErrorNonExistentMailbox", Verdict.NOT_ATTEMPTED),
        ("ErrorInternalServerError", Verdict.UNKNOWN),
        ("ErrorNobodyHasHeardOf", Verdict.UNKNOWN),
    ],
)
def test_a_fault_ends_the_request_and_no_version_is_tried_after(
    make_backend: Make, code: str, verdict: Verdict
) -> None:
    with ScriptedServer([fault(code)]) as server:
        backend = make_backend(server.url)
        outcome = save_one(backend)
        assert len(server.requests) == 1
        with pytest.raises(ServerTrouble, match=code):
            backend.list_folder(Folder.DRAFTS, 0, 1, job())
    assert outcome.verdict is verdict
    assert outcome.words is not None
    assert outcome.words.response_code == code


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [stall, trickle(SAVED, 0.02)])
def test_a_stopped_job_comes_back_unknown_and_the_next_one_works(make_backend: Make, act: Act) -> None:
    with ScriptedServer([act, answer(200, SAVED)]) as server:
        backend = make_backend(server.url)
        stuck = Job(60)
        found: list[Outcome] = []
        thread = threading.Thread(target=lambda: found.extend(backend.save([draft()], stuck)))
        thread.start()
        assert server.arrived.wait(10)
        stuck.stop(TroubleKind.CANCELLED)
        thread.join(10)
        assert not thread.is_alive()
        assert found[0].verdict is Verdict.UNKNOWN
        assert trouble_of(found[0]).kind is TroubleKind.CANCELLED
        assert save_one(backend).accepted


def test_silence_past_the_deadline_is_unknown(make_backend: Make) -> None:
    with ScriptedServer([stall]) as server:
        outcome = save_one(make_backend(server.url), seconds=0.5)
    assert trouble_of(outcome).kind is TroubleKind.DEADLINE
    assert outcome.verdict is Verdict.UNKNOWN


def test_a_job_stopped_beforehand_never_leaves(make_backend: Make) -> None:
    with ScriptedServer([answer(200, SAVED)]) as server:
        stopped = job()
        stopped.stop(TroubleKind.CANCELLED)
        outcome = make_backend(server.url).save([draft()], stopped)[0]
        assert server.requests == []
    assert outcome.verdict is Verdict.NOT_ATTEMPTED


def test_tls_that_stalls_in_its_handshake_can_be_stopped(make_backend: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        backend = make_backend(f"https://localhost:{silent.getsockname()[1]}/EWS/Exchange.asmx")
        stuck = job(60)
        found: list[Outcome] = []
        thread = threading.Thread(target=lambda: found.extend(backend.save([draft()], stuck)))
        thread.start()
        with silent.accept()[0] as connection:
            assert connection.recv(1)  # the hello has come
            stuck.stop(TroubleKind.DEADLINE)
            thread.join(10)
        assert not thread.is_alive()
    assert found[0].verdict is Verdict.NOT_ATTEMPTED


def test_a_connection_serves_one_request_after_the_other(make_backend: Make) -> None:
    with ScriptedServer([answer(200, SAVED)]) as server:
        backend = make_backend(server.url)
        assert all(save_one(backend).accepted for _ in range(5))
        assert (server.connections, len(server.requests)) == (1, 5)


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.backends.ews.http_session.IDLE_SECONDS", 0.0)
    with ScriptedServer([answer(200, SAVED)]) as server:
        backend = make_backend(server.url)
        assert save_one(backend).accepted
        assert save_one(backend).accepted
        assert server.connections == 2


# --- whom to believe --------------------------------------------------------------------------------------------------


def untrusted(backend: EwsBackend) -> str:
    outcome = save_one(backend)
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    trouble = trouble_of(outcome)
    assert trouble.kind is TroubleKind.NOT_GENUINE
    with pytest.raises(NotGenuine):
        backend.list_folder(Folder.DRAFTS, 0, 1, job())
    return trouble.detail


def test_the_accounts_own_authority_is_believed(make_backend: Make, authority: tuple[trustme.CA, str]) -> None:
    ca, ca_file = authority
    with ScriptedServer([answer(200, SAVED)], server_context(ca.issue_cert("localhost"))) as server:
        assert save_one(make_backend(server.url, ca_file)).accepted


def test_one_accounts_authority_is_not_anothers(make_backend: Make, authority: tuple[trustme.CA, str]) -> None:
    ca, ca_file = authority
    with ScriptedServer([answer(200, SAVED)], server_context(ca.issue_cert("localhost"))) as server:
        assert save_one(make_backend(server.url, ca_file)).accepted
        detail = untrusted(make_backend(server.url))
        assert "Contoso" in detail
        assert server.requests[1:] == []


def test_a_bundle_named_by_the_environment_has_no_say(
    make_backend: Make, authority: tuple[trustme.CA, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ca, ca_file = authority
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    with ScriptedServer([answer(200, SAVED)], server_context(ca.issue_cert("localhost"))) as server:
        untrusted(make_backend(server.url))


def test_an_expired_certificate_is_told_with_its_day(make_backend: Make, authority: tuple[trustme.CA, str]) -> None:
    ca, ca_file = authority
    day = dt.datetime(2024, 2, 29, tzinfo=dt.UTC)
    certificate = ca.issue_cert("localhost", not_before=day - dt.timedelta(days=9), not_after=day)
    with ScriptedServer([answer(200, SAVED)], server_context(certificate)) as server:
        assert "2024-02-29" in untrusted(make_backend(server.url, ca_file))
        assert server.requests == []


def test_a_certificate_of_another_server_is_told(make_backend: Make, authority: tuple[trustme.CA, str]) -> None:
    ca, ca_file = authority
    with ScriptedServer([answer(200, SAVED)], server_context(ca.issue_cert("mail.example.org"))) as server:
        assert "another server" in untrusted(make_backend(server.url, ca_file))
        assert server.requests == []


def test_a_server_without_tls_is_told(make_backend: Make) -> None:
    def refuse() -> None:
        for _ in range(2):
            connection, _ = plain.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as plain:
        thread = threading.Thread(target=refuse)
        thread.start()
        untrusted(make_backend(f"https://localhost:{plain.getsockname()[1]}/EWS/Exchange.asmx"))
        thread.join()


# --- probing ----------------------------------------------------------------------------------------------------------


def failed_step(backend: EwsBackend) -> tuple[str, str]:
    steps = list(backend.probe(job()))
    assert [step.passed for step in steps] == [True] * (len(steps) - 1) + [False]
    return steps[-1].name, steps[-1].detail


@pytest.mark.parametrize(
    ("act", "name"),
    [
        (answer(401, b"", WWW_Authenticate="NTLM"), "sign-in"),
        (answer(403), "ews"),
        (answer(404), "ews"),
        (answer(200, b"<html/>"), "ews"),
        (fault("ErrorNonExistentMailbox"), "ews"),
    ],
)
def test_a_probe_ends_at_the_step_that_failed(make_backend: Make, act: Act, name: str) -> None:
    with ScriptedServer([act]) as server:
        found, detail = failed_step(make_backend(server.url))
    assert found == name
    assert detail


def test_a_probe_names_what_stands_before_the_mailbox(make_backend: Make, authority: tuple[trustme.CA, str]) -> None:
    assert failed_step(make_backend("https://nobody.invalid/"))[0] == "name"
    assert failed_step(make_backend("https:///EWS"))[0] == "name"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert failed_step(make_backend(f"https://localhost:{port}/"))[0] == "connect"
    with ScriptedServer([answer(200)], server_context(authority[0].issue_cert("localhost"))) as server:
        assert failed_step(make_backend(server.url))[0] == "tls"


def test_the_detail_of_a_trouble_holds_no_secret_and_no_message(make_backend: Make) -> None:
    acts = [close, answer(500, b"x"), answer(200, b"x"), fault("ErrorInternalServerError")]
    with ScriptedServer(acts) as server:
        backend = make_backend(server.url, secret="hunter2")
        for _ in acts:
            text = repr(save_one(backend))
            assert "hunter2" not in text
            assert "Dear James" not in text
        with pytest.raises(AccountError) as raised:
            backend.list_folder(Folder.DRAFTS, 0, 1, job())
        assert "hunter2" not in str(raised.value)


def test_neither_message_nor_password_reaches_a_log(make_backend: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    acts = [answer(200, b"no gzip", Content_Encoding="gzip"), answer(401), reset, answer(200, SAVED)]
    with ScriptedServer(acts) as server:
        backend = make_backend(server.url, secret="hunter2")
        verdicts = [save_one(backend).verdict for _ in acts]
    assert verdicts == [Verdict.UNKNOWN, Verdict.NOT_ATTEMPTED, Verdict.UNKNOWN, Verdict.ACCEPTED]
    for secret in ("hunter2", "Dear James", "Authorization"):
        assert secret not in caplog.text
