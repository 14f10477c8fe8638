"""Attachments go up from disk in few requests, each with its own outcome, and the message can be sent at once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import msgspec
import pytest
from lxml import etree

from app.backends.ews import attachments as module
from app.backends.ews.backend import EwsBackend
from app.domain.attachment import AttachmentKind, Meant, differences
from app.domain.errors import BadInput, TroubleKind
from app.domain.message import Content, Fetched, ItemRef, NewAttachment
from app.domain.outcome import LOCAL, Verdict
from app.domain.record import CopyTo
from tests.conformance import schema
from tests.integration.ews.conftest import draft, job, message
from tests.sandbox_fixture import RunningSandbox
from tests.scripted_server import ScriptedServer, stall

Make = Callable[..., EwsBackend]
SIZES = (0, 1, 2, 3, 48 * 1024 - 1, 48 * 1024, 100_003)


def saved(backend: EwsBackend, content: Content | None = None) -> ItemRef:
    ref = backend.save([draft(content)], job())[0].ref
    assert ref is not None
    return ref


def read(backend: EwsBackend, ref: ItemRef) -> Fetched:
    item = backend.get([ref], job())[0].item
    assert item is not None
    return item


def write(folder: Path, name: str, size: int) -> NewAttachment:
    path = folder / name
    path.write_bytes((bytes(range(256)) * (size // 256 + 1))[:size])
    return NewAttachment(name, str(path))


def silent(_sent: int, _total: int) -> None:
    """Hear of bytes and say nothing."""


def test_files_of_every_length_come_back_byte_for_byte(backend: EwsBackend, tmp_path: Path) -> None:
    files = [write(tmp_path, f"file {size}.bin", size) for size in SIZES]
    answers = backend.attach(saved(backend), files, silent, job())
    assert all(answer.outcome.accepted for answer in answers)
    for file, answer in zip(files, answers, strict=True):
        back = tmp_path / f"back {file.name}"
        fetch = backend.get_attachment(answer.attachment_id, str(back), lambda _: None, job())
        assert fetch.attachment is not None
        assert fetch.attachment.name == file.name
        assert back.read_bytes() == Path(file.path).read_bytes()
        assert back.stat().st_mode & 0o077 == 0


def test_several_files_are_one_request_and_the_message_can_be_sent_at_once(
    backend: EwsBackend, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    files = [write(tmp_path, f"{number}.txt", 100) for number in range(5)]
    answers = backend.attach(saved(backend), files, silent, job())
    ref = answers[-1].outcome.ref
    assert ref is not None
    assert len(sandbox.journal("CreateAttachment")) == 1
    assert backend.send([ref], CopyTo(), job())[0].accepted
    assert len(sandbox.deliveries()) == 1


def test_more_than_a_request_may_hold_goes_in_the_next_with_the_new_change_key(
    backend: EwsBackend, sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REQUEST_BYTES", 1000)
    files = [write(tmp_path, f"{number}.txt", 400) for number in range(5)]
    ref = saved(backend)
    answers = backend.attach(ref, files, silent, job())
    assert all(answer.outcome.accepted for answer in answers)
    assert len(sandbox.journal("CreateAttachment")) == 3
    last = answers[-1].outcome.ref
    assert last is not None
    assert last.change_key == read(backend, ref).ref.change_key


def test_a_picture_within_the_text_and_a_message_within_a_message(backend: EwsBackend, tmp_path: Path) -> None:
    picture = msgspec.structs.replace(
        write(tmp_path, "logo.png", 300), content_id="logo@mailwright", content_type="image/png"
    )
    inner = NewAttachment("The old agreement", message=message("The old agreement"))
    ref = saved(backend)
    answers = backend.attach(ref, [picture, inner], silent, job())
    assert [answer.outcome.verdict for answer in answers] == [Verdict.ACCEPTED] * 2
    first, second = read(backend, ref).attachments
    assert (first.inline, first.content_id, first.content_type) == (True, "logo@mailwright", "image/png")
    assert (second.kind, second.name) == (AttachmentKind.ITEM, "The old agreement")
    fetch = backend.get_attachment(second.attachment_id, str(tmp_path / "none"), lambda _: None, job())
    assert fetch.message is not None
    assert (fetch.message.content.subject, fetch.message.content.body) == ("The old agreement", "Dear James")
    mime = message_from_bytes((tmp_path / "none").read_bytes(), policy=policy.default)
    assert (mime["Subject"], "james.okafor@contoso.com" in mime["To"]) == ("The old agreement", True)


def test_each_attachment_has_its_own_outcome(backend: EwsBackend, sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.faults(
        [{"action": "code", "operation": "CreateAttachment", "item": 1, "code": "ErrorAttachmentSizeLimitExceeded"}]
    )
    missing = NewAttachment("Plan.pdf", str(tmp_path / "Plan.pdf"))
    files = [missing, *(write(tmp_path, f"{number}.txt", 10) for number in range(3))]
    answers = backend.attach(saved(backend), files, silent, job())
    assert [answer.outcome.code for answer in answers] == [
        "ErrorInvalidPropertySet",
        "NoError",
        "ErrorAttachmentSizeLimitExceeded",
        "NoError",
    ]
    words = answers[0].outcome.words
    assert words is not None
    assert (words.response_class, words.message_text) == (
        LOCAL,
        "“Plan.pdf” cannot be read (No such file or directory).",
    )
    assert [bool(answer.attachment_id) for answer in answers] == [False, True, False, True]


def test_nothing_that_can_be_sent_is_no_request(backend: EwsBackend, sandbox: RunningSandbox, tmp_path: Path) -> None:
    assert backend.attach(ItemRef("a"), [NewAttachment("x", str(tmp_path))], silent, job())[0].outcome.code
    assert backend.attach(ItemRef("a"), [], silent, job()) == []
    assert sandbox.journal() == []


def test_progress_tells_bytes_of_files_up_to_all_of_them(backend: EwsBackend, tmp_path: Path) -> None:
    files = [write(tmp_path, "one.bin", 200_000), write(tmp_path, "two.bin", 50_000)]
    told: list[tuple[int, int]] = []
    backend.attach(saved(backend), files, lambda sent, total: told.append((sent, total)), job())
    assert told == sorted(told)
    assert {total for _, total in told} == {250_000}
    assert len(told) >= 5
    assert told[-1] == (250_000, 250_000)


def test_a_deleted_attachment_is_gone_and_the_change_key_is_right(backend: EwsBackend, tmp_path: Path) -> None:
    ref = saved(backend)
    one, two = backend.attach(ref, [write(tmp_path, "1", 5), write(tmp_path, "2", 5)], silent, job())
    gone, unknown = backend.delete_attachments([one.attachment_id, "nonsense"], job())
    assert gone.outcome.accepted
    assert unknown.outcome.verdict is Verdict.REFUSED
    item = read(backend, ref)
    assert [held.attachment_id for held in item.attachments] == [two.attachment_id]
    assert gone.outcome.ref == item.ref


def test_what_the_server_holds_is_what_was_meant(backend: EwsBackend, tmp_path: Path) -> None:
    ref = saved(backend)
    backend.attach(ref, [write(tmp_path, "1.txt", 5000), write(tmp_path, "2.txt", 70)], silent, job())
    held = read(backend, ref).attachments
    assert differences([Meant("1.txt", 5000), Meant("2.txt", 70)], held) == []
    assert differences([Meant("1.txt", 5000)], held) != []


def test_a_file_is_never_written_over(backend: EwsBackend, tmp_path: Path) -> None:
    answer = backend.attach(saved(backend), [write(tmp_path, "1.txt", 5)], silent, job())[0]
    (tmp_path / "there").write_bytes(b"mine")
    with pytest.raises(BadInput, match="cannot be written"):
        backend.get_attachment(answer.attachment_id, str(tmp_path / "there"), lambda _: None, job())
    assert (tmp_path / "there").read_bytes() == b"mine"


def test_each_request_as_it_arrived_is_valid(backend: EwsBackend, sandbox: RunningSandbox, tmp_path: Path) -> None:
    schema.require()
    file = msgspec.structs.replace(write(tmp_path, "\u00e4\x01.bin", 10), content_type="a/b", content_id="c")
    answer = backend.attach(saved(backend), [file, NewAttachment("l", message=message())], silent, job())[0]
    backend.get_attachment(answer.attachment_id, str(tmp_path / "back"), lambda _: None, job())
    backend.delete_attachments([answer.attachment_id], job())
    bodies = [entry["body"] for entry in sandbox.journal(bodies=True)]
    assert len(bodies) == 4
    assert [schema.complaints(etree.fromstring(body.encode())) for body in bodies] == [[]] * 4


def test_an_upload_that_is_stopped_comes_back_and_is_unknown(make_backend: Make, tmp_path: Path) -> None:
    file = write(tmp_path, "large.bin", 30_000_000)
    with ScriptedServer([stall]) as server:
        backend, work, began = make_backend(server.url), job(60), threading.Event()

        def stop() -> None:
            began.wait(20)
            work.stop(TroubleKind.CANCELLED)

        thread = threading.Thread(target=stop)
        thread.start()
        answers = backend.attach(ItemRef("a", "k"), [file, write(tmp_path, "b", 1)], lambda *_: began.set(), work)
        thread.join()
    assert answers[0].outcome.verdict is Verdict.UNKNOWN
    assert answers[1].outcome.verdict is Verdict.NOT_ATTEMPTED
    assert answers[0].outcome.trouble is not None
    assert answers[0].outcome.trouble.kind is TroubleKind.CANCELLED


def test_what_a_stopped_upload_has_left_with_the_system_does_not_go_out(make_backend: Make, tmp_path: Path) -> None:
    film, told, broke_off = write(tmp_path, "film.mp4", 25_000_000), threading.Event(), threading.Event()

    def read_late(connection: socket.socket) -> None:
        told.wait(20)  # meanwhile what goes out waits to be read
        with connection:
            try:
                while connection.recv(1 << 16):
                    pass
            except ConnectionResetError:
                broke_off.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        server = threading.Thread(target=lambda: read_late(listener.accept()[0]))
        server.start()
        backend, work, moving = make_backend(f"http://localhost:{listener.getsockname()[1]}/"), job(), threading.Event()

        def tell(sent: int, _total: int) -> None:
            if sent > 300_000:  # more than there is room for over there
                moving.set()

        def stop() -> None:
            moving.wait(20)
            work.stop(TroubleKind.CANCELLED)

        stopper = threading.Thread(target=stop)
        stopper.start()
        outcome = backend.attach(ItemRef("A"), [film], tell, work)[0].outcome
        told.set()
        stopper.join()
        server.join()
    assert outcome.verdict is Verdict.UNKNOWN
    assert broke_off.is_set(), "it was closed in good order, behind all that waited"


@pytest.mark.parametrize("change", [b"", b"longer than it was before, by far"])
def test_a_file_that_changes_while_it_goes_up_is_refused_and_not_attached(
    backend: EwsBackend, sandbox: RunningSandbox, tmp_path: Path, change: bytes
) -> None:
    file = write(tmp_path, "changing.bin", 200_000)
    ref = saved(backend)

    def alter(sent: int, _total: int) -> None:
        if sent < 60_000:
            if change:
                with Path(file.path).open("ab") as opened:
                    opened.write(change)
            else:
                Path(file.path).write_bytes(b"")

    answer = backend.attach(ref, [file], alter, job())[0]
    assert (answer.outcome.verdict, answer.attachment_id) == (Verdict.REFUSED, "")
    assert read(backend, ref).attachments == ()
    assert backend.attach(ref, [write(tmp_path, "good", 3)], silent, job())[0].outcome.accepted


def test_what_follows_a_lost_answer_is_not_attempted(
    backend: EwsBackend, sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REQUEST_BYTES", 10)
    sandbox.faults([{"action": "reset-after", "operation": "CreateAttachment", "nth": 2}])
    files = [write(tmp_path, f"{number}.txt", 10) for number in range(4)]
    answers = backend.attach(saved(backend), files, silent, job())
    assert [answer.outcome.verdict for answer in answers] == [
        Verdict.ACCEPTED,
        Verdict.UNKNOWN,
        Verdict.NOT_ATTEMPTED,
        Verdict.NOT_ATTEMPTED,
    ]
