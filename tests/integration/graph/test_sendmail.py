"""User sendMail in each of its forms: JSON, MIME, with a copy and without."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from app.backends.graph.backend import GraphBackend
from app.backends.graph.mime_writer import MimePart, as_request, write_mime
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content, FlagStatus, FollowUp, Header, Options
from app.domain.outcome import Verdict
from app.domain.recipient import Recipient
from tests.integration.attachments.conftest import TO, received
from tests.integration.ews.conftest import draft, job
from tests.integration.graph.test_drafts import SOON, listed
from tests.sandbox_fixture import RunningSandbox

LUNCH = Content(to=(Recipient(TO),), subject="Meet for lunch?", body="The new cafeteria is open.")
CLARA = Recipient("clara.fontaine@contoso.com", "Clara Fontaine")


@pytest.mark.parametrize("keep", [True, False])
def test_json_is_taken_with_a_copy_or_without(graph: GraphBackend, sandbox: RunningSandbox, keep: bool) -> None:
    outcome = graph.send_mail(draft(LUNCH), job(), keep_copy=keep)
    assert outcome.taken, outcome
    assert (LUNCH.subject in listed(sandbox, Folder.SENT)) is keep
    (message,) = received(sandbox, LUNCH.subject)
    assert "cafeteria" in str(message.get_body().get_content())  # type: ignore[union-attr]


def test_headers_and_a_flag_go_along(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    options = Options(headers=(Header("x-custom-header-group-name", "Nevada"),))
    flag = FollowUp(FlagStatus.FLAGGED, SOON, SOON)
    content = replace(LUNCH, subject="9/9: concert", options=replace(options, follow_up=flag))
    assert graph.send_mail(draft(content), job()).taken
    (message,) = received(sandbox, content.subject)
    assert message["x-custom-header-group-name"] == "Nevada"


def test_mime_carries_any_header_and_files(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    headers = tuple(Header(f"X-Number-{n}", str(n)) for n in range(9))
    content = replace(
        LUNCH,
        subject="Grüße in MIME",
        body="<p>Größe <b>zählt</b></p>",
        body_format=BodyFormat.HTML,
        options=Options(headers=headers, in_reply_to="<first@contoso.com>"),
    )
    mime = write_mime(content, CLARA, "<mine@contoso.com>", [MimePart("plan.bin", bytes(range(256)))])
    assert b"quoted-printable" not in mime.lower(), "the service decoded it wrongly"
    outcome = graph.send_mime(mime, job())
    assert outcome.taken, outcome
    assert content.subject in listed(sandbox, Folder.SENT)
    (message,) = received(sandbox, content.subject)
    assert message["X-Number-8"] == "8"
    assert message["In-Reply-To"] == "<first@contoso.com>"
    (attached,) = message.iter_attachments()
    assert attached.get_content() == bytes(range(256))


def test_a_bcc_stands_in_the_head_and_reaches_nobody_else(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    content = replace(LUNCH, subject="Hidden", bcc=(Recipient("priya.natarajan@contoso.com"),))
    assert graph.send_mime(write_mime(content, CLARA), job()).taken
    (message,) = received(sandbox, content.subject)
    assert message["Bcc"] is None
    assert content.subject in listed(sandbox, Folder.INBOX, "priya.natarajan")


def test_what_is_no_base64_is_refused_by_its_code(graph: GraphBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.backends.graph.sending.as_request", lambda mime: b"!" + as_request(mime))
    outcome = graph.send_mime(write_mime(LUNCH, CLARA), job())
    assert (outcome.verdict, outcome.code) == (Verdict.REFUSED, "ErrorMimeContentInvalidBase64String")
