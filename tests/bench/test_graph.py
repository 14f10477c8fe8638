"""What Graph costs beside a minimal loop that makes the same requests with requests, in the same run.

Prints ratios and never fails on a clock. Hoped for: at most 1.25 times for 1 000 drafts saved and sent, at most 1.5
times for an upload of 25 MB, and memory that does not grow with the file. `MAILWRIGHT_BENCH_DRAFTS` makes it shorter.
How many requests each step takes is no matter of time: tests/integration/graph/test_requests_counted.py.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import requests as http

from app.backends.graph.attachments import PIECE
from app.backends.graph.backend import GraphBackend
from app.backends.graph.batch import LARGEST, Part, as_json
from app.backends.graph.message_writer import new_message
from app.backends.port import Job
from app.domain.message import ItemRef, NewAttachment, NewDraft
from app.domain.record import CopyKind, CopyTo
from app.engine.client import EngineClient
from tests.bench.test_against_plain_requests import LARGE, memory_of, new_drafts
from tests.graph_account import graph_account, refresh_token
from tests.integration.ews.conftest import draft
from tests.integration.sandbox.graph import token_for
from tests.sandbox_fixture import RunningSandbox

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

DRAFTS: Final = int(os.environ.get("MAILWRIGHT_BENCH_DRAFTS", "1000"))
OWN: Final = CopyTo(CopyKind.OWN_SENT)


class Plain:
    """The minimal loop: one session, the same bodies, the answers parsed and their ids read."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self._root = sandbox.graph_url
        self._session = http.Session()
        self._session.trust_env = False  # REQUESTS_CA_BUNDLE would go before verify
        self._session.verify = sandbox.ca_file
        self._token = {"Authorization": f"Bearer {token_for(sandbox)}"}

    def batches(self, parts: list[Part]) -> list[dict[str, Any]]:
        """Make these requests, twenty in each."""
        found: dict[int, dict[str, Any]] = {}
        for start in range(0, len(parts), LARGEST):
            chosen = enumerate(parts[start : start + LARGEST])
            asked = {"requests": [as_json(str(place), part) for place, part in chosen]}
            reply = self._session.post(f"{self._root}/$batch", json=asked, headers=self._token, timeout=120)
            found.update({start + int(one["id"]): one for one in reply.json()["responses"]})
        return [found[place] for place in range(len(parts))]

    def save_and_send(self, drafts: list[NewDraft]) -> tuple[float, float]:
        """Return the seconds for both."""
        began = time.perf_counter()
        made = self.batches([Part("POST", "me/messages", new_message(one)) for one in drafts])
        saved = time.perf_counter()
        sent = self.batches([Part("POST", f"me/messages/{one['body']['id']}/send") for one in made])
        assert {one["status"] for one in sent} == {202}
        return saved - began, time.perf_counter() - saved

    def upload(self, path: Path) -> None:
        """Attach a file to a new draft, piece by piece."""
        post = self._session.post
        made = post(f"{self._root}/me/messages", json={"subject": "plain"}, headers=self._token, timeout=60).json()
        size = path.stat().st_size
        item = {"AttachmentItem": {"attachmentType": "file", "name": path.name, "size": size}}
        place = f"{self._root}/me/messages/{made['id']}/attachments/createUploadSession"
        address = post(place, json=item, headers=self._token, timeout=60).json()["uploadUrl"]
        statuses = []
        with path.open("rb") as file:
            for start in range(0, size, PIECE):
                piece = file.read(PIECE)
                of = {"Content-Range": f"bytes {start}-{start + len(piece) - 1}/{size}"}
                statuses.append(self._session.put(address, piece, headers=of, timeout=120).status_code)
        assert statuses[-1] == 201


def ours(backend: GraphBackend, drafts: list[NewDraft]) -> tuple[float, float]:
    began = time.perf_counter()
    refs = [outcome.ref for outcome in backend.save(drafts, Job(600))]
    saved = time.perf_counter()
    outcomes = backend.send([ref for ref in refs if ref is not None], OWN, Job(600))
    sent = time.perf_counter()
    assert sum(outcome.taken for outcome in outcomes) == len(drafts)
    return saved - began, sent - saved


@pytest.fixture
def backend(sandbox: RunningSandbox) -> Iterator[GraphBackend]:
    """A backend that has its token already."""
    made = GraphBackend(graph_account(sandbox), refresh_token(sandbox))
    made.save([draft()], Job(60))
    yield made
    made.close()


def test_drafts_saved_and_sent(sandbox: RunningSandbox, backend: GraphBackend) -> None:
    plain = Plain(sandbox)
    # In turns, so that a store that grows, and a machine that is busy, are the same for both.
    mine, theirs = [], []
    for turn in range(4):
        sandbox.reset(messages=False)
        drafts = new_drafts()[:DRAFTS]
        if turn % 3:
            theirs.append(plain.save_and_send(drafts))
        else:
            mine.append(ours(backend, drafts))
    we, they = ([min(one[part] for one in each) for part in (0, 1)] for each in (mine, theirs))
    for what, our, their in (("saved", we[0], they[0]), ("sent", we[1], they[1]), ("total", sum(we), sum(they))):
        print(f"{DRAFTS} drafts {what} over Graph: {our:.2f} s, plain {their:.2f} s, ratio {our / their:.2f}")


def test_an_upload_of_25_megabytes(sandbox: RunningSandbox, backend: GraphBackend, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(range(256)) * (LARGE // 256))
    plain, file = Plain(sandbox), NewAttachment("large.bin", str(path))
    taken: dict[str, list[float]] = {"ours": [], "plain": []}

    def attach() -> None:
        ref = backend.save([draft()], Job(60))[0].ref
        assert ref is not None
        outcome = backend.attach(ref, [file], lambda *_: None, Job(300))[0].outcome
        assert outcome.accepted, outcome

    for _ in range(3):
        for name, run in (("ours", attach), ("plain", lambda: plain.upload(path))):
            sandbox.reset(messages=False)
            began = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - began)
    we, they = min(taken["ours"]), min(taken["plain"])
    print(f"25 MB uploaded over Graph: {we:.2f} s, plain {they:.2f} s, ratio {we / they:.2f}")


async def _most_memory_after(client: EngineClient, sandbox: RunningSandbox, file: Path) -> int:
    account = graph_account(sandbox)
    ref = (await client.save(account.account_id, [draft()]))[0].ref
    assert ref is not None
    answers = await client.attach(account.account_id, ItemRef(ref.item_id), [NewAttachment("large", str(file))])
    assert answers[0].outcome.accepted
    assert client.pid is not None
    return memory_of(client.pid, "VmHWM")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
async def test_the_memory_of_the_engine_while_25_megabytes_go_up(sandbox: RunningSandbox, tmp_path: Path) -> None:
    small, large = tmp_path / "small.bin", tmp_path / "large.bin"
    small.write_bytes(bytes(PIECE))  # the first piece of any file
    large.write_bytes(bytes(LARGE))
    client = EngineClient()
    await client.open_account(graph_account(sandbox), refresh_token(sandbox))
    before = await _most_memory_after(client, sandbox, small)
    grown = await _most_memory_after(client, sandbox, large) - before
    print(f"the engine's memory at its most grew by {grown / 1024:.0f} kB, {grown / LARGE:.3f} of the attachment")
    await client.close()
