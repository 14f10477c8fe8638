"""Files and an access token that expired: what goes up and comes down is whole, once, and after one refresh."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.backends.ews.backend import EwsBackend
from app.backends.port import Stopped
from app.domain.errors import AccountError, TroubleKind
from app.domain.listing import Folder, Place
from app.domain.message import NewAttachment
from app.domain.outcome import Verdict
from app.domain.sign_in import SignedIn
from tests.integration.ews.conftest import job
from tests.integration.ews.test_oauth import Signing, account_of, asked, browser_of, saved, withdraw
from tests.sandbox_fixture import RunningSandbox


@pytest.fixture
def backend(sandbox: RunningSandbox) -> Iterator[EwsBackend]:
    done: SignedIn = Signing(browser_of(sandbox)).run(account_of(sandbox))
    made = EwsBackend(account_of(sandbox), done.secret)
    yield made
    made.close()


@pytest.mark.parametrize("size", [10, 700_000, 12_000_000])
def test_a_file_goes_up_whole_and_once_after_one_refresh(
    sandbox: RunningSandbox, backend: EwsBackend, tmp_path: Path, size: int
) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    ref = saved(backend)
    withdraw(sandbox, "access")
    attachment = NewAttachment(name="file.bin", path=str(path), content_type="application/octet-stream")
    [answer] = backend.attach(ref, [attachment], lambda *_: None, job(60))
    assert answer.outcome.verdict is Verdict.ACCEPTED, answer
    assert asked(sandbox) == 2
    assert len(sandbox.journal("CreateAttachment")) == 1
    withdraw(sandbox, "access")
    target = tmp_path / "back.bin"
    backend.get_attachment(answer.attachment_id, str(target), lambda _: None, job(60))
    assert target.read_bytes() == content
    assert asked(sandbox) == 3


def test_who_listens_for_changes_signs_in_with_the_token_too(sandbox: RunningSandbox, backend: EwsBackend) -> None:
    withdraw(sandbox, "access")
    work, told = job(30), threading.Event()

    def listen() -> None:
        with contextlib.suppress(AccountError, Stopped):
            backend.notices([Place(Folder.DRAFTS)], lambda _: told.set(), work)

    thread = threading.Thread(target=listen)
    thread.start()
    assert told.wait(10)
    work.stop(TroubleKind.CANCELLED)
    thread.join(10)
    assert not thread.is_alive()
    assert asked(sandbox) == 2
