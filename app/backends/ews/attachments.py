"""CreateAttachment, GetAttachment, DeleteAttachment."""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from app.backends.ews.error_mapping import fault_outcome
from app.backends.ews.http_session import HttpSession
from app.backends.ews.item_reader import attachments_of, item_of
from app.backends.ews.item_writer import add_message
from app.backends.ews.replies import outcome_of, unanswered
from app.backends.ews.soap_client import SoapFault, post
from app.backends.ews.streamed_files import FilePart, UploadBody, split_at
from app.backends.ews.xml import Element, add, child, operation
from app.backends.net.files import FileChanged, problem_of, size_of
from app.backends.net.http_errors import not_sent, refused_here, untold
from app.backends.port import Job
from app.core.i18n import tr
from app.domain.errors import Trouble
from app.domain.message import ItemRef, NewAttachment
from app.domain.outcome import AttachOutcome, FetchedAttachment, Outcome, Verdict

REQUEST_BYTES = 16 * 1024 * 1024
"""Files are sent together up to this much: servers take 25 to 35 MB in a request, and base64 adds a third."""
REQUEST_ITEMS = 50


@dataclass
class Upload:
    """One CreateAttachment under way: the request, and the files that belong where its tokens are."""

    request: Element
    places: list[tuple[bytes, FilePart]] = field(default_factory=list)

    def parts(self, content: bytes) -> list[bytes | FilePart]:
        """Return the envelope `content` with the files in it."""
        return split_at(content, self.places)


def groups_of(attachments: Sequence[NewAttachment]) -> Iterator[list[NewAttachment]]:
    """Yield what goes together in one request, in order."""
    group: list[NewAttachment] = []
    size = 0
    for attachment in attachments:
        more = size_of(attachment)
        if group and (size + more > REQUEST_BYTES or len(group) >= REQUEST_ITEMS):
            yield group
            group, size = [], 0
        group.append(attachment)
        size += more
    if group:
        yield group


@contextlib.contextmanager
def upload_of(parent: ItemRef, attachments: Sequence[NewAttachment]) -> Iterator[Upload]:
    """Open the files and make the request. Raises OSError for a file that is gone since it was looked at."""
    request = operation("CreateAttachment")
    named = add(request, "m:ParentItemId", Id=parent.item_id)
    if parent.change_key:
        named.set("ChangeKey", parent.change_key)
    listed = add(request, "m:Attachments")
    upload = Upload(request)
    with contextlib.ExitStack() as stack:
        for attachment in attachments:
            if attachment.message is not None:
                element = _described(listed, "t:ItemAttachment", attachment)
                add_message(element, attachment.message)
                continue
            file = stack.enter_context(open(attachment.path, "rb"))  # noqa: PTH123 - as above
            token = uuid.uuid4().hex
            if attachment.as_message:
                element = add(listed, "t:ItemAttachment")
                add(element, "t:Name", attachment.name)
                add(add(element, "t:Message"), "t:MimeContent", token, CharacterSet="UTF-8")
            else:
                add(_described(listed, "t:FileAttachment", attachment), "t:Content", token)
            upload.places.append((token.encode(), FilePart(file, os.fstat(file.fileno()).st_size)))
        yield upload


def get_attachment(attachment_id: str) -> Element:
    """GetAttachment of one, so that no more than one is in memory; a message comes as MIME too, whole as it is."""
    request = operation("GetAttachment")
    add(add(request, "m:AttachmentShape"), "t:IncludeMimeContent", "true")
    add(add(request, "m:AttachmentIds"), "t:AttachmentId", Id=attachment_id)
    return request


def delete_attachments(attachment_ids: Sequence[str]) -> Element:
    """DeleteAttachment of any number."""
    request = operation("DeleteAttachment")
    listed = add(request, "m:AttachmentIds")
    for attachment_id in attachment_ids:
        add(listed, "t:AttachmentId", Id=attachment_id)
    return request


def attached_of(messages: Sequence[Element], asked: int) -> list[AttachOutcome]:
    """Return one AttachOutcome for each of `asked`; a success that names no attachment is unknown."""
    now = time.time()
    answers = [_attached_of(message, now) for message in messages[:asked]]
    return answers + [AttachOutcome(unanswered(len(messages), asked, now))] * (asked - len(answers))


def deleted_of(messages: Sequence[Element], asked: int) -> list[AttachOutcome]:
    """Return one AttachOutcome for each attachment that was to be deleted."""
    now = time.time()
    answers = []
    for message in messages[:asked]:
        outcome = outcome_of(message, now, needs_ref=False)
        answers.append(AttachOutcome(_with_ref(outcome, _root_of(child(message, "m:RootItemId")))))
    return answers + [AttachOutcome(unanswered(len(messages), asked, now))] * (asked - len(answers))


def fetch_of(messages: Sequence[Element], own: str) -> FetchedAttachment:
    """Return the one attachment that was asked for; its bytes, or a message's MIME, were put aside."""
    now = time.time()
    if not messages:
        return FetchedAttachment(unanswered(0, 1, now))
    outcome = outcome_of(messages[0], now, needs_ref=False)
    listed = child(messages[0], "m:Attachments")
    element = None if listed is None else next(iter(listed), None)
    if not outcome.accepted or element is None:
        return FetchedAttachment(outcome if not outcome.accepted else unanswered(0, 1, now))
    message = child(element, "t:Message")
    return FetchedAttachment(
        outcome,
        attachments_of(messages[0], "m:Attachments")[0],
        None if message is None else item_of(message, own),
    )


def _described(parent: Element, name: str, attachment: NewAttachment) -> Element:
    element = add(parent, name)
    add(element, "t:Name", attachment.name)
    if attachment.content_type:
        add(element, "t:ContentType", attachment.content_type)
    if attachment.content_id:
        add(element, "t:ContentId", attachment.content_id)
        add(element, "t:IsInline", "true")
    return element


def _attached_of(message: Element, now: float) -> AttachOutcome:
    outcome = outcome_of(message, now, needs_ref=False)
    listed = child(message, "m:Attachments")
    element = None if listed is None else next(iter(listed), None)
    identity = None if element is None else child(element, "t:AttachmentId")
    number = "" if identity is None else identity.get("Id") or ""
    if outcome.accepted and not number:
        return AttachOutcome(unanswered(0, 1, now))
    return AttachOutcome(_with_ref(outcome, _root_of(identity)), number)


def _root_of(element: Element | None) -> ItemRef | None:
    if element is None or not element.get("RootItemId"):
        return None
    return ItemRef(element.get("RootItemId") or "", element.get("RootItemChangeKey") or "")


def _with_ref(outcome: Outcome, ref: ItemRef | None) -> Outcome:
    if outcome.verdict is not Verdict.ACCEPTED:
        return outcome
    return Outcome(outcome.verdict, ref, outcome.words, outcome.trouble, outcome.at)


Fail = Callable[[Exception, Job], Trouble]


class AttachmentRequests:
    """One job of attaching to one message. `on_bytes` gets the bytes of files sent and the bytes of all."""

    def __init__(self, http: HttpSession | None, fail: Fail, on_bytes: Callable[[int, int], None], job: Job) -> None:
        """Prepare; `fail` makes a trouble of what a request raised."""
        self._http = http
        self._fail = fail
        self._on_bytes = on_bytes
        self._job = job
        self._stop: Trouble | None = None

    def attach(self, parent: ItemRef, attachments: Sequence[NewAttachment]) -> list[AttachOutcome]:
        """Return one outcome for each, in order."""
        problems = [problem_of(one) for one in attachments]
        good = [one for one, problem in zip(attachments, problems, strict=True) if problem is None]
        total = sum(map(size_of, good))
        answers: list[AttachOutcome] = []
        sent = 0
        for group in groups_of(good):
            group_answers = self._send_group(parent, group, sent, total)
            answers += group_answers
            parent = next((one.outcome.ref for one in reversed(group_answers) if one.outcome.ref is not None), parent)
            sent += sum(map(size_of, group))
        following = iter(answers)
        return [next(following) if problem is None else AttachOutcome(refused_here(problem)) for problem in problems]

    def delete(self, attachment_ids: Sequence[str]) -> list[AttachOutcome]:
        """Return one outcome for each, in order."""
        answers: list[AttachOutcome] = []
        for start in range(0, len(attachment_ids), REQUEST_ITEMS):
            chunk = attachment_ids[start : start + REQUEST_ITEMS]
            answers += self._send(delete_attachments(chunk), None, len(chunk), deleted_of)
        return answers

    def _send_group(
        self, parent: ItemRef, group: Sequence[NewAttachment], sent: int, total: int
    ) -> list[AttachOutcome]:
        try:
            with upload_of(parent, group) as upload:

                def body(content: bytes) -> UploadBody:
                    return UploadBody(upload.parts(content), lambda done: self._on_bytes(sent + done, total))

                return self._send(upload.request, body, len(group), attached_of)
        except FileChanged:
            sentence = tr("A file changed while it was being sent; nothing of this request was attached.")
            return [AttachOutcome(refused_here(sentence))] * len(group)
        except OSError as error:  # a file that was there a moment ago
            why = error.strerror or type(error).__name__
            return [AttachOutcome(refused_here(tr("A file cannot be read ({why}).", why=why)))] * len(group)

    def _send(
        self,
        request: Element,
        body: Callable[[bytes], UploadBody] | None,
        asked: int,
        read: Callable[[Sequence[Element], int], list[AttachOutcome]],
    ) -> list[AttachOutcome]:
        """One request; after one that failed, the others are not attempted."""
        if self._stop is not None:
            return [AttachOutcome(untold(self._stop))] * asked
        try:
            if self._http is None:
                raise ConnectionError
            return read(post(self._http, request, self._job, body), asked)
        except FileChanged:
            raise
        except Exception as error:  # noqa: BLE001 - every failure is an outcome; a defect is raised again by fail
            trouble = self._fail(error, self._job)
            self._stop = not_sent(trouble)
            outcome = fault_outcome(error.words, trouble) if isinstance(error, SoapFault) else untold(trouble)
            return [AttachOutcome(outcome)] * asked
