"""A file comes down piece by piece: told of, stopped, and never half there."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.backends.ews.backend import EwsBackend
from app.domain.errors import AccountError, TroubleKind
from app.domain.message import NewAttachment
from app.domain.outcome import Verdict
from tests.integration.ews.conftest import draft, job
from tests.sandbox_fixture import RunningSandbox

SIZE = 1_500_000


@pytest.fixture
def attached(backend: EwsBackend, tmp_path: Path) -> str:
    """Return the AttachmentId of a file that the server holds."""
    (tmp_path / "film.bin").write_bytes(bytes(range(250)) * (SIZE // 250))
    ref = backend.save([draft()], job())[0].ref
    assert ref is not None
    file = NewAttachment("film.bin", str(tmp_path / "film.bin"))
    return backend.attach(ref, [file], lambda *_: None, job())[0].attachment_id


def test_the_bytes_that_have_come_are_told(backend: EwsBackend, attached: str, tmp_path: Path) -> None:
    told: list[int] = []
    assert backend.get_attachment(attached, str(tmp_path / "back"), told.append, job()).outcome.accepted
    assert told == sorted(told)
    assert (len(told) > 5, told[-1]) == (True, SIZE)
    assert (tmp_path / "back").stat().st_mode & 0o777 == 0o600


def test_a_download_that_is_stopped_comes_back_at_once_and_leaves_nothing(
    backend: EwsBackend, sandbox: RunningSandbox, attached: str, tmp_path: Path
) -> None:
    sandbox.faults([{"operation": "GetAttachment", "action": "trickle", "bytes": 20_000, "seconds": 0.05}])
    work, begun = job(60), threading.Event()

    def told(_done: int) -> None:
        begun.set()

    def stop() -> None:
        begun.wait(20)
        work.stop(TroubleKind.CANCELLED)

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(AccountError) as caught:
        backend.get_attachment(attached, str(tmp_path / "back"), told, work)
    thread.join()
    assert caught.value.trouble.kind is TroubleKind.CANCELLED
    assert not (tmp_path / "back").exists()
    assert backend.get_attachment(attached, str(tmp_path / "back"), lambda _: None, job()).outcome.accepted


@pytest.mark.parametrize("length", [0, 40, 300, 700, 1000, 5_000, SIZE])
def test_a_file_that_is_cut_anywhere_is_not_there(
    backend: EwsBackend, sandbox: RunningSandbox, attached: str, tmp_path: Path, length: int
) -> None:
    sandbox.faults([{"operation": "GetAttachment", "action": "cut", "bytes": length}])
    with pytest.raises(AccountError):
        backend.get_attachment(attached, str(tmp_path / "back"), lambda _: None, job())
    assert not (tmp_path / "back").exists()


def test_what_is_no_base64_is_no_file(backend: EwsBackend, sandbox: RunningSandbox, tmp_path: Path) -> None:
    ns = "http://schemas.microsoft.com/exchange/services/2006"
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<m:GetAttachmentResponse xmlns:m="{ns}/messages" xmlns:t="{ns}/types"><m:ResponseMessages>'
        '<m:GetAttachmentResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>'
        "<m:Attachments><t:FileAttachment><t:Content>a!b</t:Content></t:FileAttachment></m:Attachments>"
        "</m:GetAttachmentResponseMessage></m:ResponseMessages></m:GetAttachmentResponse></s:Body></s:Envelope>"
    )
    sandbox.faults([{"operation": "GetAttachment", "action": "garbage", "body": body}])
    with pytest.raises(AccountError):
        backend.get_attachment("any", str(tmp_path / "back"), lambda _: None, job())
    assert not (tmp_path / "back").exists()


def test_a_refusal_leaves_no_file(backend: EwsBackend, sandbox: RunningSandbox, tmp_path: Path) -> None:
    fetch = backend.get_attachment("nonsense", str(tmp_path / "back"), lambda _: None, job())
    assert fetch.outcome.verdict is Verdict.REFUSED
    assert not (tmp_path / "back").exists()
