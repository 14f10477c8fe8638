"""Each JSON body that we send has only names and types of the service's published metadata, where that is at hand."""

from __future__ import annotations

import pytest

from app.backends.graph.message_writer import attached_message, changes_of, mark_of_original, new_message
from app.domain.message import DraftUpdate, Field, ItemRef, LocalId, NewDraft
from app.domain.original import OriginalMark, Verb
from tests.conformance import metadata
from tests.integration.graph.test_drafts import FULL

pytestmark = pytest.mark.skipif(metadata.file() is None, reason="the metadata of Graph is not on this machine")


def complaints(body: object) -> list[str]:
    path = metadata.file()
    assert path is not None
    return metadata.Metadata(path).complaints(body, "graph.message")


def test_a_new_draft_and_a_filed_copy() -> None:
    for sent in (0.0, 1_795_000_000.0):
        body = new_message(NewDraft(LocalId("a" * 32), "<a@contoso.com>", FULL, sent=sent))
        assert complaints(body) == []
        assert "sensitivity" not in body


@pytest.mark.parametrize("field", sorted(set(Field) - {Field.CONVERSATION_INDEX, Field.CONVERSATION_TOPIC}))
def test_an_update_of_each_field(field: Field) -> None:
    body = changes_of(
        DraftUpdate(ItemRef("A", "K"), FULL, frozenset({field}), gone_headers=("X-Old",)), "me@contoso.com"
    )
    assert body or field is Field.SUBMITTER
    assert complaints(body) == []


def test_a_mark_and_a_message_within() -> None:
    assert complaints(mark_of_original(OriginalMark(ItemRef("A"), Verb.REPLIED, 1_795_000_000.0))) == []
    assert complaints(attached_message(FULL)) == []
