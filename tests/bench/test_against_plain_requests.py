"""What the engine costs beside a minimal loop that posts the same SOAP bodies with requests, in the same run.

Prints ratios and never fails on a clock. Hoped for: total at most 1.25 times for 1 000 drafts saved and sent, at
most 1.5 times for an attachment of 25 MB, and a peak of memory of at most 3 times the attachment.
"""

from __future__ import annotations

import base64
import threading
import time
import tracemalloc
from pathlib import Path

import pytest
import requests as http
from lxml import etree

from app.backends.ews import requests
from app.backends.ews.attachments import upload_of
from app.backends.ews.backend import EwsBackend
from app.backends.ews.streamed_files import UploadBody
from app.backends.ews.xml import Element, envelope
from app.backends.port import Job
from app.domain.account import Account
from app.domain.errors import TroubleKind
from app.domain.message import AccountId, Content, ItemRef, LocalId, NewAttachment, NewDraft, new_local_id
from app.domain.recipient import Recipient
from app.domain.record import CopyTo
from app.engine.client import EngineClient
from tests.sandbox_fixture import NAMES, RunningSandbox
from tests.scripted_server import ScriptedServer, answer, stall

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

DRAFTS = 1000
LARGE = 25 * 1024 * 1024
ATTACHED = (
    '<s:Envelope xmlns:s="{s}"><s:Body><m:CreateAttachmentResponse xmlns:m="{m}" xmlns:t="{t}"><m:ResponseMessages>'
    '<m:CreateAttachmentResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Attachments>'
    '<t:FileAttachment><t:AttachmentId Id="X" RootItemId="A" RootItemChangeKey="L"/></t:FileAttachment></m:Attachments>'
    "</m:CreateAttachmentResponseMessage></m:ResponseMessages></m:CreateAttachmentResponse></s:Body></s:Envelope>"
).format(**NAMES)


def new_drafts(count: int = DRAFTS) -> list[NewDraft]:
    content = Content(to=(Recipient("james.okafor@contoso.com"),), subject="Hello", body="Dear James, " * 50)
    names = [new_local_id() for _ in range(count)]
    return [NewDraft(LocalId(name), f"<{name}@contoso.com>", content) for name in names]


class Plain:
    """The minimal loop: one session, the same bodies, the answer parsed and its ids read."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self._url = sandbox.url
        self._session = http.Session()
        self._session.auth = (sandbox.first["user"], sandbox.first["password"])
        self._session.trust_env = False  # REQUESTS_CA_BUNDLE would go before verify
        self._session.verify = sandbox.ca_file
        self._session.headers["Content-Type"] = "text/xml; charset=utf-8"

    def post(self, request: Element) -> list[ItemRef]:
        response = self._session.post(self._url, envelope(request), timeout=120)
        root = etree.fromstring(response.content)
        ids = root.iterfind(".//t:ItemId", NAMES)
        return [ItemRef(one.get("Id") or "", one.get("ChangeKey") or "") for one in ids]

    def save_and_send(self, drafts: list[NewDraft]) -> tuple[float, float]:
        began, refs = time.perf_counter(), []
        for start in range(0, len(drafts), 100):
            refs += self.post(requests.create_items(drafts[start : start + 100]))
        saved = time.perf_counter()
        for start in range(0, len(refs), 100):
            self.post(requests.send_items(refs[start : start + 100], CopyTo()))
        return saved - began, time.perf_counter() - saved


def ours(backend: EwsBackend, drafts: list[NewDraft]) -> tuple[float, float]:
    began = time.perf_counter()
    refs = [outcome.ref for outcome in backend.save(drafts, Job(300))]
    saved = time.perf_counter()
    outcomes = backend.send([ref for ref in refs if ref is not None], CopyTo(), Job(300))
    sent = time.perf_counter()
    assert sum(outcome.accepted for outcome in outcomes) == DRAFTS
    return saved - began, sent - saved


def test_a_thousand_drafts_saved_and_sent(sandbox: RunningSandbox) -> None:
    first = sandbox.first
    account = Account(AccountId("a"), first["address"], sandbox.url, first["user"], ca_file=sandbox.ca_file)
    backend = EwsBackend(account, first["password"])
    plain = Plain(sandbox)
    # In turns, so that a store that grows, and a machine that is busy, are the same for both.
    rounds = []
    for turn in range(2):
        sandbox.reset(messages=False)
        one = plain.save_and_send(new_drafts()) if turn else ours(backend, new_drafts())
        sandbox.reset(messages=False)
        other = ours(backend, new_drafts()) if turn else plain.save_and_send(new_drafts())
        rounds.append((other, one) if turn else (one, other))
    mine = [min(one[0][part] for one in rounds) for part in (0, 1)]
    theirs = [min(one[1][part] for one in rounds) for part in (0, 1)]
    backend.close()
    for what, we, they in (
        ("saved", mine[0], theirs[0]),
        ("sent", mine[1], theirs[1]),
        ("total", sum(mine), sum(theirs)),
    ):
        print(f"{DRAFTS} drafts {what}: {we:.2f} s, plain {they:.2f} s, ratio {we / they:.2f}")


def test_an_attachment_of_25_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(range(256)) * (LARGE // 256))
    file = NewAttachment("large.bin", str(path))
    with ScriptedServer([answer(200, ATTACHED.encode())]) as server:
        backend = EwsBackend(Account(AccountId("a"), "a@contoso.com", server.url, "a"), "secret")

        def attach() -> None:
            outcome = backend.attach(ItemRef("A", "K"), [file], lambda *_: None, Job(120))[0].outcome
            assert outcome.accepted, outcome

        def plain() -> None:
            with upload_of(ItemRef("A", "K"), [file]) as upload:
                token = upload.places[0][0]
                body = envelope(upload.request).replace(token, base64.b64encode(path.read_bytes()))
            response = http.post(server.url, body, headers={"Content-Type": "text/xml"}, timeout=120)
            assert etree.fromstring(response.content).find(".//t:AttachmentId", NAMES) is not None

        taken: dict[str, list[float]] = {"ours": [], "plain": []}
        for _ in range(3):
            for name, run in (("ours", attach), ("plain", plain)):
                server.requests.clear()
                began = time.perf_counter()
                run()
                taken[name].append(time.perf_counter() - began)
        we, they = min(taken["ours"]), min(taken["plain"])
        print(f"25 MB attached: {we:.2f} s, plain {they:.2f} s, ratio {we / they:.2f}")
        server.requests.clear()
    body_peak = peak_of_the_body(file)
    print(f"peak of memory for the body of 25 MB: {body_peak / 1024:.0f} kB, {body_peak / LARGE:.4f} of the file")
    backend.close()


def peak_of_the_body(file: NewAttachment) -> int:
    """Return the most bytes that building and reading the request takes; the server here is in this same process."""
    tracemalloc.start()
    with upload_of(ItemRef("A", "K"), [file]) as upload:
        body = UploadBody(upload.parts(envelope(upload.request)), lambda _: None)
        while body.read(16 * 1024):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_how_soon_an_upload_ends_once_it_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(LARGE))
    with ScriptedServer([stall]) as server:
        backend = EwsBackend(Account(AccountId("a"), "a@contoso.com", server.url, "a"), "secret")
        for _ in range(3):
            work, began, stopped = Job(60), threading.Event(), 0.0

            def stop(work: Job = work, began: threading.Event = began) -> None:
                nonlocal stopped
                began.wait(20)
                stopped = time.perf_counter()
                work.stop(TroubleKind.CANCELLED)

            thread = threading.Thread(target=stop)
            thread.start()
            backend.attach(ItemRef("A"), [NewAttachment("l", str(path))], lambda *_, one=began: one.set(), work)
            ended = time.perf_counter()
            thread.join()
            print(f"an upload ended {1000 * (ended - stopped):.1f} ms after it was stopped")
        backend.close()


def memory_of(pid: int, name: str) -> int:
    """Return VmRSS or VmHWM (the most so far) of a process in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


async def most_memory_after(client: EngineClient, file: Path) -> int:
    """Attach a file, and return the most memory that the engine has had."""
    answers = await client.attach(AccountId("a"), ItemRef("A"), [NewAttachment("l", str(file))])
    assert answers[0].outcome.accepted
    assert client.pid is not None
    return memory_of(client.pid, "VmHWM")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
async def test_the_memory_of_the_engine_while_25_megabytes_go_up(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(LARGE))
    client = EngineClient()
    with ScriptedServer([answer(200, ATTACHED.encode())]) as server:
        await client.open_account(Account(AccountId("a"), "a@contoso.com", server.url, "a"), "secret")
        small = tmp_path / "small.bin"
        small.write_bytes(b"x")
        before = await most_memory_after(client, small)
        grown = await most_memory_after(client, path) - before
        print(f"the engine's memory at its most grew by {grown / 1024:.0f} kB, {grown / LARGE:.3f} of the attachment")
    await client.close()
