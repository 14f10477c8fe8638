"""Sending: a stored draft by its id, or a message at once by sendMail, in JSON or as MIME.

202 says that a message was taken, and not that it went. Nothing here is ever asked twice but what 429 turned away.
"""

from __future__ import annotations

from typing import Any, Final

from app.backends.graph.http_session import GraphSession, Reply
from app.backends.graph.message_reader import property_of
from app.backends.graph.message_writer import DEFERRED, SENSITIVITY
from app.backends.graph.mime_writer import as_request
from app.backends.graph.places import message_path, root_of
from app.backends.graph.replies import foreign, send_outcome_of, trouble_of, whose
from app.backends.net.http_errors import refused_here, untold
from app.backends.port import Job
from app.core.i18n import tr
from app.domain.message import ItemRef
from app.domain.outcome import Outcome

_CARRIED: Final = (
    *("subject", "body", "from", "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "importance"),
    *("internetMessageHeaders", "isReadReceiptRequested", "isDeliveryReceiptRequested", "categories", "flag"),
)
"""What of a draft goes with it when it is sent by sendMail."""
_ATTACHED: Final = ("@odata.type", "name", "contentType", "contentBytes", "isInline", "contentId")
_FILE: Final = "#microsoft.graph.fileattachment"


def send_json(
    http: GraphSession, message: dict[str, Any], job: Job, *, keep_copy: bool = True, mailbox: str = ""
) -> Outcome:
    """SendMail in JSON; without `keep_copy` none is filed in Sent Items."""
    body: dict[str, Any] = {"message": message}
    if not keep_copy:
        body["saveToSentItems"] = False
    return _send(http, job, mailbox, json=body)


def send_mime(http: GraphSession, mime: bytes, job: Job, mailbox: str = "") -> Outcome:
    """SendMail of MIME; a copy is always filed."""
    return _send(http, job, mailbox, data=as_request(mime), headers={"Content-Type": "text/plain"})


def _send(http: GraphSession, job: Job, mailbox: str, **what: Any) -> Outcome:
    try:
        reply = http.ask(job, "POST", f"{root_of(mailbox)}/sendMail", **what)
    except Exception as error:
        if not foreign(error):
            raise
        return untold(trouble_of(error, job, http.root, http.host))
    return send_outcome_of(reply, http.host)


def send_without_copy(http: GraphSession, ref: ItemRef, job: Job) -> Outcome:
    """Send what a stored draft says by sendMail, which alone can do without a copy; then let the draft be removed.

    A draft that says what sendMail would drop is refused in words. The draft is removed only after the 202: where
    that is lost it stays, and whether the message went cannot be known.
    """
    try:
        reply = _read_draft(http, ref, job)
    except Exception as error:
        if not foreign(error):
            raise
        job.left = job.ever_left = False  # it was read and not sent
        trouble = trouble_of(error, job, http.root, http.host)
        return untold(trouble)
    if reply.status != 200 or not isinstance(reply.body, dict):
        return send_outcome_of(reply, http.host)
    problem = _cannot_go(reply.body)
    if problem is not None:
        return refused_here(problem)
    outcome = send_json(http, _message_of(reply.body), job, keep_copy=False, mailbox=whose(ref.item_id)[0])
    if outcome.taken:
        try:
            http.ask(job, "POST", f"{message_path(ref)}/move", json={"destinationId": "deleteditems"})
        except Exception as error:
            if not foreign(error):
                raise
    return outcome


def _read_draft(http: GraphSession, ref: ItemRef, job: Job) -> Reply:
    wanted = f"singleValueExtendedProperties($filter=id eq '{SENSITIVITY}' or id eq '{DEFERRED}'),attachments"
    select = ",".join(("id", *_CARRIED))
    path = f"{message_path(ref)}?$select={select}&$expand={wanted}"
    return http.ask(job, "GET", path, headers={"Prefer": "outlook.allow-unsafe-html"})


def _cannot_go(draft: dict[str, Any]) -> str | None:
    if property_of(draft, DEFERRED):
        return tr("Without a copy, this server sends at once. Keep a copy to send later.")
    if property_of(draft, SENSITIVITY) not in {"", "0"}:
        return tr("Without a copy, this server drops the sensitivity. Keep a copy, or set it to normal.")
    kinds = [str(one.get("@odata.type")).casefold() for one in draft.get("attachments") or []]
    if any(kind != _FILE for kind in kinds):
        return tr("Without a copy, this server sends attached files alone. Keep a copy.")
    return None


def _message_of(draft: dict[str, Any]) -> dict[str, Any]:
    message = {name: draft[name] for name in _CARRIED if draft.get(name) not in (None, [])}
    headers = [one for one in message.get("internetMessageHeaders", []) if str(one.get("name")).lower()[:2] == "x-"]
    message.pop("internetMessageHeaders", None)
    if headers:
        message["internetMessageHeaders"] = headers
    attached = [{name: one[name] for name in _ATTACHED if one.get(name) is not None} for one in _attachments(draft)]
    if attached:
        message["attachments"] = attached
    return message


def _attachments(draft: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in draft.get("attachments") or [] if isinstance(one, dict)]
