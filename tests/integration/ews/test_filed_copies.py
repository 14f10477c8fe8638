"""The copy of a message that went out is made in Sent as a server's own copies are: no draft, read, with its time."""

from __future__ import annotations

import msgspec

from app.backends.ews.backend import EwsBackend
from app.domain.listing import Folder, Mark
from app.domain.message import NewDraft
from app.domain.recipient import Recipient
from app.domain.same_message import same_message
from tests.integration.ews.conftest import draft, job, message

SENT = 1_900_000_000.0


def filed(backend: EwsBackend, *drafts: NewDraft) -> list[str]:
    outcomes = backend.save(drafts, job())
    assert all(outcome.accepted and outcome.ref is not None for outcome in outcomes), outcomes
    return [outcome.ref.item_id for outcome in outcomes if outcome.ref is not None]


def test_a_copy_is_filed_in_sent_and_is_no_draft(backend: EwsBackend) -> None:
    content = msgspec.structs.replace(message(), sender=Recipient("clara.fontaine@contoso.com", "Clara Fontaine"))
    copy = msgspec.structs.replace(draft(content), sent=SENT)
    (name,) = filed(backend, copy)
    (seen,) = backend.locate([Mark(copy.local_id, copy.message_id)], [Folder.DRAFTS, Folder.SENT], job())
    assert (seen.folder, seen.is_draft, seen.ref.item_id) == (Folder.SENT, False, name)
    item = backend.get([seen.ref], job())[0].item
    assert item is not None
    assert (item.is_draft, item.is_read, item.sent) == (False, True, SENT)
    assert same_message(item.content, content)


def test_a_draft_and_a_copy_of_one_call_go_each_where_they_belong(backend: EwsBackend) -> None:
    plain, copy = draft(message()), msgspec.structs.replace(draft(message()), sent=SENT)
    filed(backend, copy, plain)
    marks = [Mark(one.local_id, one.message_id) for one in (plain, copy)]
    found = {
        one.mark.local_id: (one.folder, one.is_draft)
        for one in backend.locate(marks, [Folder.DRAFTS, Folder.SENT], job())
    }
    assert found == {plain.local_id: (Folder.DRAFTS, True), copy.local_id: (Folder.SENT, False)}
