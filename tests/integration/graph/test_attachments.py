"""Attachments over Graph: small and large, whole byte for byte, taken up again after a lost connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.backends.graph.attachments import DIRECT, PIECE
from app.backends.graph.backend import GraphBackend
from app.backends.port import Job
from app.domain.attachment import AttachmentKind
from app.domain.errors import TroubleKind
from app.domain.message import Content, ItemRef, NewAttachment
from app.domain.outcome import Verdict
from tests.integration.ews.conftest import job, message
from tests.integration.graph.test_drafts import saved
from tests.sandbox_fixture import RunningSandbox


def file(tmp_path: Path, size: int) -> Path:
    path = tmp_path / "plan.bin"
    path.write_bytes((bytes(range(251)) * (size // 251 + 1))[:size])
    return path


def held(graph: GraphBackend, ref: ItemRef) -> list[tuple[str, int]]:
    item = graph.get([ref], job())[0].item
    assert item is not None
    return [(one.name, one.size) for one in item.attachments]


@pytest.mark.parametrize("size", [0, 1, 700_001, DIRECT, DIRECT + 1, 2 * PIECE, 2 * PIECE + 77])
def test_a_file_of_every_length_comes_back_byte_for_byte(graph: GraphBackend, tmp_path: Path, size: int) -> None:
    path, ref, told = file(tmp_path, size), saved(graph), []
    new = NewAttachment("plan.bin", str(path), "application/octet-stream")
    answer = graph.attach(ref, [new], lambda *said: told.append(said), job(60))[0]
    assert answer.outcome.accepted, answer
    assert answer.outcome.ref is not None
    assert answer.outcome.ref.change_key != ref.change_key
    assert size == 0 or told[-1] == (size, size)
    item = graph.get([ref], job())[0].item
    assert item is not None
    assert item.ref == answer.outcome.ref
    assert [one.attachment_id for one in item.attachments] == [answer.attachment_id]
    back = graph.get_attachment(ref, answer.attachment_id, str(tmp_path / "back"), lambda _: None, job(60))
    assert back.attachment is not None
    assert back.attachment.kind is AttachmentKind.FILE
    assert (tmp_path / "back").read_bytes() == path.read_bytes()


def test_a_picture_in_the_text_and_a_message_keep_what_they_are(graph: GraphBackend, tmp_path: Path) -> None:
    ref = saved(graph)
    picture = NewAttachment("dot.png", str(file(tmp_path, 70)), "image/png", content_id="dot@here")
    inner = NewAttachment("An inner one", message=Content(subject="An inner one", body="Within"))
    answers = graph.attach(ref, [picture, inner], lambda *_: None, job())
    assert all(one.outcome.accepted for one in answers), answers
    item = graph.get([ref], job())[0].item
    assert item is not None
    kinds = {one.name: (one.kind, one.inline, one.content_id) for one in item.attachments}
    assert kinds["dot.png"] == (AttachmentKind.FILE, True, "dot@here")
    assert kinds["An inner one"][0] is AttachmentKind.ITEM
    whole = graph.get_attachment(ref, answers[1].attachment_id, str(tmp_path / "m.eml"), lambda _: None, job())
    assert whole.outcome.accepted
    assert b"Within" in (tmp_path / "m.eml").read_bytes()


def test_deleting_tells_the_new_version(graph: GraphBackend, tmp_path: Path) -> None:
    ref = saved(graph)
    made = graph.attach(ref, [NewAttachment("a.bin", str(file(tmp_path, 9)))], lambda *_: None, job())[0]
    gone = graph.delete_attachments(ref, [made.attachment_id], job())[0]
    assert gone.outcome.accepted
    assert gone.outcome.ref != made.outcome.ref
    assert held(graph, ref) == []
    again = graph.delete_attachments(ref, [made.attachment_id], job())[0]
    assert (again.outcome.verdict, again.outcome.code) == (Verdict.REFUSED, "ErrorItemNotFound")


@pytest.mark.parametrize("action", ["reset-before", "reset-after"])
def test_a_lost_connection_goes_on_where_the_server_stands(
    graph: GraphBackend, sandbox: RunningSandbox, tmp_path: Path, action: str
) -> None:
    path, ref = file(tmp_path, 3 * PIECE + 5), saved(graph)
    sandbox.faults([{"operation": "GraphUpload", "nth": 2, "action": action}])
    answer = graph.attach(ref, [NewAttachment("plan.bin", str(path))], lambda *_: None, job(60))[0]
    assert answer.outcome.accepted, answer
    graph.get_attachment(ref, answer.attachment_id, str(tmp_path / "back"), lambda _: None, job(60))
    assert (tmp_path / "back").read_bytes() == path.read_bytes()


def test_stopped_before_its_last_piece_a_file_is_certainly_not_there(
    graph: GraphBackend, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    path, ref, work = file(tmp_path, 3 * PIECE), saved(graph), Job(60.0)

    def stop(done: int, _: int) -> None:
        if done > PIECE + 100_000:
            work.stop(TroubleKind.CANCELLED)

    answer = graph.attach(ref, [NewAttachment("plan.bin", str(path))], stop, work)[0]
    assert answer.outcome.verdict is Verdict.NOT_ATTEMPTED
    assert answer.outcome.trouble is not None
    assert answer.outcome.trouble.kind is TroubleKind.CANCELLED
    assert held(graph, ref) == []


def test_no_token_of_ours_goes_to_the_upload_host(graph: GraphBackend, sandbox: RunningSandbox, tmp_path: Path) -> None:
    ref = saved(graph, message("Large"))
    graph.attach(ref, [NewAttachment("plan.bin", str(file(tmp_path, DIRECT + 1)))], lambda *_: None, job(60))
    asked = sandbox.journal("GraphUpload")
    assert asked
    assert all("authorization" not in {name.lower() for name in one.get("headers", {})} for one in asked)
