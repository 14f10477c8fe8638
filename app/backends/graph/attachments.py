"""Attachments: small ones in one request, larger ones piece by piece to an address of Outlook's, from disk.

One at a time for each draft, as the service wants it. Of a large one nothing is attached before its last piece has
come: what is cut off before that is certainly not there. A lost connection is taken up where the server says that it
stands; a piece that it has already is not taken twice, because each says where in the file it belongs.
"""

from __future__ import annotations

import base64
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO, Final

from app.backends.graph.http_session import GraphSession, Reply, quoted
from app.backends.graph.message_reader import attachment_of
from app.backends.graph.message_writer import attached_message
from app.backends.graph.places import message_path
from app.backends.graph.replies import (
    foreign,
    is_race,
    is_refusal,
    outcome_of,
    ref_of,
    trouble_of,
    trouble_of_reply,
    whose,
    words_of,
)
from app.backends.net.files import FileChanged, NewFile, Unwritable, most_of, problem_of, size_of
from app.backends.net.http_errors import not_sent, refused_here, untold
from app.backends.port import Job, Stopped
from app.core.i18n import tr
from app.core.parsing import whole_number
from app.domain.attachment import AttachmentKind
from app.domain.errors import AccountError, BadInput, ItemRefused, Trouble, TroubleKind, error_for
from app.domain.message import ItemRef, NewAttachment
from app.domain.outcome import AttachOutcome, FetchedAttachment, Outcome, Verdict

DIRECT: Final = 3_000_000
"""Bytes of a file that goes in one request: base64 makes 4 MB of them, which is the largest that the service takes."""
PIECE: Final = 12 * 320 * 1024
"""Bytes of a piece of a larger one: below 4 MB, and a multiple of 320 KiB."""
_READ: Final = 64 * 1024
_RESUMED: Final = 3
"""Times in a row that a lost connection is taken up again, before nothing is known."""
_MESSAGE: Final = "message/rfc822"
_LOCATION: Final = re.compile(r"\('([^']+)'\)/?$")


class PieceBody:
    """A part of a file, or bytes, as requests reads what it sends. `told` gets how many bytes of it went out so far."""

    def __init__(self, source: BinaryIO | bytes, start: int, size: int, told: Callable[[int], None]) -> None:
        """Send `size` bytes from `start` on."""
        self._source, self._start, self._size, self._told = source, start, size, told
        self._given = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(_READ):
            yield piece

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, none at the end. Raises FileChanged where the file has become shorter."""
        left = self._size - self._given
        wanted = left if size < 0 else min(size, left, _READ)
        if not wanted:
            return b""
        place = self._start + self._given
        if isinstance(self._source, bytes):
            data = self._source[place : place + wanted]
        else:
            self._source.seek(place)
            data = self._source.read(wanted)
        if not data:
            raise FileChanged
        self._given += len(data)
        self._told(self._given)
        return data

    def tell(self) -> int:
        """Return how many bytes were handed out."""
        return self._given

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Begin anew, as a second try after a 401 has to. Raises OSError for any other place."""
        if offset or whence != os.SEEK_SET:
            raise OSError("a body being sent can only be begun anew")
        self._given = 0
        return 0


class GraphAttachments:
    """One job of attaching. `on_bytes` gets the bytes of files sent and the bytes of all."""

    def __init__(self, http: GraphSession, on_bytes: Callable[[int, int], None], job: Job) -> None:
        """Prepare."""
        self._http, self._on_bytes, self._job = http, on_bytes, job
        self._sent = self._total = 0
        self._stop: Trouble | None = None

    def attach(self, parent: ItemRef, attachments: Sequence[NewAttachment]) -> list[AttachOutcome]:
        """Return one outcome for each, in order; those that were taken name the message as it is then."""
        self._total = sum(map(size_of, attachments))
        answers = [self._attach(parent, one) for one in attachments]
        return self._with_ref(parent, answers)

    def delete(self, parent: ItemRef, attachment_ids: Sequence[str]) -> list[AttachOutcome]:
        """Return one outcome for each, in order."""
        answers = []
        for number in attachment_ids:
            path = f"{message_path(parent)}/attachments/{quoted(number)}"
            answers.append(self._once("DELETE", path, None, 204))
        return self._with_ref(parent, answers)

    def _with_ref(self, parent: ItemRef, answers: list[AttachOutcome]) -> list[AttachOutcome]:
        """Ask for the version that the message has now, which no answer named; without one it is asked for later."""
        if not any(one.outcome.accepted for one in answers):
            return answers
        ref = ItemRef(parent.item_id)
        try:
            reply = self._http.ask(self._job, "GET", f"{message_path(parent)}?$select=id,changeKey")
            ref = ref_of(reply.body, whose(parent.item_id)[0]) or ref
        except Exception as error:
            if not foreign(error):
                raise
        return [
            AttachOutcome(Outcome(Verdict.ACCEPTED, ref, at=one.outcome.at), one.attachment_id)
            if one.outcome.accepted
            else one
            for one in answers
        ]

    def _attach(self, parent: ItemRef, one: NewAttachment) -> AttachOutcome:
        problem = problem_of(one)
        if problem is not None:
            return AttachOutcome(refused_here(problem))
        path, before = f"{message_path(parent)}/attachments", self._sent
        self._sent += size_of(one)
        if one.message is not None:
            item = {"@odata.type": "#microsoft.graph.itemAttachment", "name": one.name}
            return self._once("POST", path, {**item, "item": attached_message(one.message)}, 201)
        try:
            with open(one.path, "rb") as file:  # noqa: PTH123 - pathlib would be imported for this alone
                size = os.fstat(file.fileno()).st_size
                if size <= DIRECT:
                    return self._directly(path, one, file, size, before)
                return self._in_pieces(path, one, file, size, before)
        except FileChanged:
            return AttachOutcome(refused_here(tr("A file changed while it was being sent; it was not attached.")))

    def _directly(self, path: str, one: NewAttachment, file: BinaryIO, size: int, before: int) -> AttachOutcome:
        content = file.read(size + 1)
        if len(content) != size:
            raise FileChanged
        described = {**_described(one), "contentBytes": base64.b64encode(content).decode("ascii")}
        described["@odata.type"] = "#microsoft.graph.fileAttachment"
        body = json.dumps(described).encode()
        tell = lambda done: self._on_bytes(before + done * size // len(body), self._total)  # noqa: E731 - this body's
        return self._once("POST", path, None, 201, PieceBody(body, 0, len(body), tell))

    def _once(
        self, method: str, path: str, content: dict[str, Any] | None, wanted: int, body: PieceBody | None = None
    ) -> AttachOutcome:
        """One request; after one that failed, the others are not attempted."""
        if self._stop is not None:
            return AttachOutcome(untold(self._stop))
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            reply = self._http.ask(self._job, method, path, json=content, data=body, headers=headers)
        except Exception as error:  # noqa: BLE001 - every failure is an outcome; a defect is raised again
            return self._failed(error)
        outcome = outcome_of(reply, self._http.host, wanted)
        if outcome.trouble is not None:
            self._stop = not_sent(outcome.trouble)
        return AttachOutcome(outcome, outcome.ref.item_id if outcome.ref is not None else "")

    def _failed(self, error: Exception, *, attached: bool = True) -> AttachOutcome:
        """Return what is known after a failure; before its last piece nothing of a large file is attached."""
        if not foreign(error):
            raise error
        trouble = trouble_of(error, self._job, self._http.root, self._http.host)
        self._stop = not_sent(trouble)
        return AttachOutcome(untold(trouble if attached else self._stop))

    # --- piece by piece -----------------------------------------------------------------------------------------

    def _in_pieces(self, path: str, one: NewAttachment, file: BinaryIO, size: int, before: int) -> AttachOutcome:
        if self._stop is not None:
            return AttachOutcome(untold(self._stop))
        asked = {"AttachmentItem": {**_described(one), "attachmentType": "file", "size": size}}
        try:
            reply = self._http.ask(self._job, "POST", f"{path}/createUploadSession", json=asked)
            address = (
                reply.body.get("uploadUrl") if reply.status in {200, 201} and isinstance(reply.body, dict) else None
            )
            if not isinstance(address, str):
                return self._refused(reply)
            address = self._http.follow_upload(address)
        except Exception as error:  # noqa: BLE001 - as above
            return self._failed(error, attached=False)
        return self._send_pieces(address, file, size, before)

    def _send_pieces(self, address: str, file: BinaryIO, size: int, before: int) -> AttachOutcome:
        start, lost = 0, 0
        trouble: Trouble | None = None
        while start < size:
            if os.fstat(file.fileno()).st_size != size:
                self._give_up(address)
                raise FileChanged
            end = min(start + PIECE, size)
            tell = lambda done, at=start: self._on_bytes(before + at + done, self._total)  # noqa: E731 - this piece's
            try:
                reply = self._put(address, PieceBody(file, start, end - start, tell), start, end, size)
            except Exception as error:
                if not foreign(error):
                    raise
                # Before anything more is asked: what is asked then may not have left.
                trouble, lost = trouble_of(error, self._job, self._http.root, self._http.host), lost + 1
                if lost > _RESUMED or not self._rest(lost):
                    return self._lost(trouble, last=end == size)
                start = self._standing(address, start)
                continue
            if reply.status == 201:
                return self._attached(reply)
            if trouble is not None and reply.status in {404, 416}:
                # The server has the piece whose answer was lost; with the last one the session is over.
                if end == size:
                    return self._lost(trouble, last=True)
                start = end
                continue
            following = _next_range(reply) if reply.status in {200, 202} else None
            if following is None or following <= start:
                return self._refused(reply, last=end == size)
            start, lost = following, 0
        detail = tr("The server’s answer for this item cannot be read.")
        return self._lost(Trouble(TroubleKind.SERVER, detail, host=self._http.host), last=True)

    def _lost(self, trouble: Trouble, *, last: bool) -> AttachOutcome:
        """Return what is known after a loss: before its last piece nothing of a large file is attached."""
        self._stop = not_sent(trouble)
        return AttachOutcome(untold(trouble if last else self._stop))

    def _rest(self, lost: int) -> bool:
        """Wait a little; return whether the job still stands."""
        try:
            self._job.rest(min(0.25 * 2**lost, 5.0))
        except Stopped:
            return False
        return True

    def _standing(self, address: str, start: int) -> int:
        """Ask at which byte an upload stands; `start` where the server does not say: then it refuses what it has."""
        try:
            with self._http.open(self._job, "GET", address, signed=False) as response:
                reply = self._http.read(response)
        except Exception as error:
            if not foreign(error):
                raise
            return start
        following = _next_range(reply) if reply.status == 200 else None
        return start if following is None else following

    def _put(self, address: str, body: PieceBody, start: int, end: int, size: int) -> Reply:
        """PUT one piece. The address holds a token of its own: it gets no other, and stands in no log."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes {start}-{end - 1}/{size}",
        }
        with self._http.open(self._job, "PUT", address, data=body, headers=headers, signed=False) as response:
            return self._http.read(response)

    def _attached(self, reply: Reply) -> AttachOutcome:
        found = _LOCATION.search(reply.headers.get("Location", ""))
        if found is None:
            detail = tr("The server’s answer for this item cannot be read.")
            return AttachOutcome(untold(Trouble(TroubleKind.SERVER, detail, host=self._http.host)))
        return AttachOutcome(Outcome(Verdict.ACCEPTED, at=time.time()), found[1])

    def _refused(self, reply: Reply, *, last: bool = False) -> AttachOutcome:
        """Return the outcome of a reply that is not the one that was to come."""
        if is_refusal(reply) and not is_race(reply):
            return AttachOutcome(Outcome(Verdict.REFUSED, words=words_of(reply), at=time.time()))
        trouble = trouble_of_reply(reply, self._http.host)
        self._stop = not_sent(trouble)
        return AttachOutcome(untold(trouble if last else self._stop))

    def _give_up(self, address: str) -> None:
        try:
            with self._http.open(self._job, "DELETE", address, signed=False) as response:
                self._http.read(response)
        except Exception as error:
            if not foreign(error):
                raise


def _described(one: NewAttachment) -> dict[str, Any]:
    """Return what is said of a file. A message comes as the file that it is: of MIME Graph makes no item."""
    described: dict[str, Any] = {"name": one.name}
    if one.as_message or one.content_type:
        described["contentType"] = _MESSAGE if one.as_message else one.content_type
    if one.content_id:
        described.update(isInline=True, contentId=one.content_id)
    return described


def _next_range(reply: Reply) -> int | None:
    """Return the first byte that a server still wants, None where it does not say."""
    ranges = reply.body.get("nextExpectedRanges") if isinstance(reply.body, dict) else None
    if not isinstance(ranges, list) or not ranges or not isinstance(ranges[0], str):
        return None
    first = whole_number(ranges[0].partition("-")[0], -1)
    return first if first >= 0 else None


def fetch(
    http: GraphSession,
    parent: ItemRef,
    attachment_id: str,
    path: str,
    on_bytes: Callable[[int], None],
    job: Job,
    size: int = 0,
) -> FetchedAttachment:
    """Write an attachment to a file at `path`: the bytes of a file, the MIME of a message.

    Raises AccountError, BadInput for the path.
    """
    place = f"{message_path(parent)}/attachments/{quoted(attachment_id)}"
    reply = _read(lambda: http.ask(job, "GET", f"{place}?$select=id,name,size,contentType,isInline"), http, job)
    outcome = outcome_of(reply, http.host, 200)
    if not outcome.accepted:
        if outcome.trouble is not None:
            raise error_for(outcome.trouble)
        return FetchedAttachment(outcome)
    attachment = attachment_of(reply.body)
    if attachment.kind is AttachmentKind.REFERENCE:
        return FetchedAttachment(outcome, attachment)
    try:
        download(http, f"{place}/$value", path, on_bytes, job, size)
    except ItemRefused as refusal:
        return FetchedAttachment(Outcome(Verdict.REFUSED, words=refusal.words, at=time.time()))
    return FetchedAttachment(Outcome(Verdict.ACCEPTED, at=time.time()), attachment)


def download(
    http: GraphSession, place: str, path: str, on_bytes: Callable[[int], None], job: Job, size: int = 0
) -> int:
    """Write what is at `place` to a file at `path`, whole or not at all; return how many bytes.

    Raises AccountError, ItemRefused, BadInput for the path.
    """
    file = NewFile(path, on_bytes, most_of(size))
    whole = False
    try:
        reply = _read(lambda: http.download(job, place, file), http, job)
        if reply is not None:
            if is_refusal(reply):
                raise ItemRefused(words_of(reply))
            raise error_for(trouble_of_reply(reply, http.host))
        whole = True
    except Unwritable as error:
        raise BadInput(tr("The file cannot be written ({why}).", why=error)) from error
    finally:
        if not whole:
            file.remove()
    return file.size


def _read(ask: Callable[[], Any], http: GraphSession, job: Job) -> Any:
    try:
        return ask()
    except (AccountError, Unwritable):
        raise
    except Exception as error:
        if not foreign(error):
            raise
        raise error_for(trouble_of(error, job, http.root, http.host)) from error
