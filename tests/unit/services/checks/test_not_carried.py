"""What an account's protocol cannot carry is said before sending, with the reason."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from app.domain.account import BackendKind
from app.domain.attachment import Attached
from app.domain.message import Content, Field, Header, Options
from app.domain.problem import ProblemKind, read_problem
from app.domain.protocols import PROTOCOLS, missing
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.services.checks.preflight import not_carried

PLAIN = Content(to=(Recipient("a@contoso.com"),), subject="Hello")
OWN, NONE = CopyTo(), CopyTo(CopyKind.NONE)


@pytest.mark.parametrize(
    ("content", "copy_to", "field", "words"),
    [
        (replace(PLAIN, options=Options(headers=(Header("Case", "1"),))), OWN, Field.HEADERS, "“Case”"),
        (replace(PLAIN, options=Options(headers=(Header("X-A", "1"),) * 6)), OWN, Field.HEADERS, "5 headers"),
        (replace(PLAIN, to=PLAIN.to * 501), OWN, Field.TO, "500 recipients"),
        (PLAIN, CopyTo(CopyKind.FOLDER, folder_id="f"), None, "another folder"),
        (replace(PLAIN, options=Options(deferred=1e9)), NONE, Field.DEFERRED, "sends at once"),
        (replace(PLAIN, attachments=(Attached("k", "a", 3_000_000),)), NONE, None, "attachments of"),
        (replace(PLAIN, options=Options(submitter=PLAIN.to[0])), OWN, Field.SUBMITTER, "who sent"),
    ],
)
def test_it_is_said_where_it_is_and_why(content: Content, copy_to: CopyTo, field: Field | None, words: str) -> None:
    (found,) = missing(content, copy_to, BackendKind.GRAPH)
    assert (found.field, words in found.sentence) == (field, True), found.sentence
    assert missing(content, copy_to, BackendKind.EWS) == []
    (finding,) = not_carried(content, copy_to, BackendKind.GRAPH)
    assert finding.blocking
    assert read_problem(finding.problem) == (ProblemKind.NOT_CARRIED, found.sentence)


def test_a_plain_message_goes_by_each_protocol() -> None:
    assert {kind for kind in PROTOCOLS if missing(PLAIN, OWN, kind)} == set()
