"""Attaching in as few requests as may be: each with the ChangeKey that the one before gave the letter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.backends.ews.attachments import (
    REQUEST_ITEMS,
    attached_of,
    delete_attachments,
    deleted_of,
    groups_of,
    problem_of,
    size_of,
    upload_of,
)
from app.backends.ews.calls import SoapFault, post
from app.backends.ews.upload import FileChanged, UploadBody
from app.backends.ews.verdicts import fault_outcome, not_sent, refused_here, untold
from app.backends.ews.wire import Wire
from app.backends.ews.xml import Element
from app.backends.port import Job
from app.core.i18n import tr
from app.domain.errors import Trouble
from app.domain.message import ItemRef
from app.domain.outcome import AttachOutcome, NewAttachment

Fail = Callable[[Exception, Job], Trouble]


class Attaching:
    """One job of attaching to one letter. `on_bytes` is told bytes of files sent and bytes of all."""

    def __init__(self, wire: Wire | None, fail: Fail, on_bytes: Callable[[int, int], None], job: Job) -> None:
        """Prepare; `fail` makes a trouble of what a request raised."""
        self._wire = wire
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
            if self._wire is None:
                raise ConnectionError
            return read(post(self._wire, request, self._job, body), asked)
        except FileChanged:
            raise
        except Exception as error:  # noqa: BLE001 - every failure is an outcome; a defect is raised again by fail
            trouble = self._fail(error, self._job)
            self._stop = not_sent(trouble)
            outcome = fault_outcome(error.words, trouble) if isinstance(error, SoapFault) else untold(trouble)
            return [AttachOutcome(outcome)] * asked
