"""Each operation against the sandbox: what is saved, sent, listed and found, and how many requests that takes."""

from __future__ import annotations

import pytest
from lxml import etree

from app.backends.ews.backend import EwsBackend
from app.backends.port import Job
from app.domain.account import Account
from app.domain.errors import ItemRefused, SignInRefused, TroubleKind
from app.domain.listing import Folder, Mark
from app.domain.message import AccountId, BodyFormat, Content, DraftUpdate, Field, Importance, ItemRef, NewDraft
from app.domain.outcome import Outcome, Verdict
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from tests.conformance import schema
from tests.integration.ews.conftest import draft, job, message
from tests.sandbox_fixture import RunningSandbox

ON_CREATE = {Field.SUBMITTER, Field.CONVERSATION_INDEX, Field.CONVERSATION_TOPIC}


def saved(backend: EwsBackend, *drafts: NewDraft) -> list[ItemRef]:
    refs = [outcome.ref for outcome in backend.save(drafts, job())]
    assert None not in refs
    return [ref for ref in refs if ref is not None]


def verdicts(outcomes: list[Outcome]) -> list[Verdict]:
    return [outcome.verdict for outcome in outcomes]


def operations(sandbox: RunningSandbox) -> list[str]:
    return [entry["operation"] for entry in sandbox.journal()]


def test_a_saved_draft_is_read_back_as_it_was_written(backend: EwsBackend) -> None:
    content = Content(
        sender=None,
        to=(Recipient("james.okafor@contoso.com", "James Okafor"),),
        cc=(Recipient("someone@elsewhere.example"),),
        bcc=(Recipient("hidden@elsewhere.example"),),
        subject="Prices \u2026 & <tags> \U0001f600",
        body="<p>Dear James,</p>\r\n<p>a\ttab</p>",
        body_format=BodyFormat.HTML,
        importance=Importance.HIGH,
    )
    new = draft(content)
    item = backend.get(saved(backend, new), job())[0].item
    assert item is not None
    for field in (Field.SENDER, Field.SUBJECT, Field.BODY, Field.IMPORTANCE):
        assert getattr(item.content, field.value) == getattr(content, field.value)
    for field in (Field.TO, Field.CC, Field.BCC):
        addresses = [one.address for one in getattr(item.content, field.value)]
        assert addresses == [one.address for one in getattr(content, field.value)]
    assert item.content.body_format is BodyFormat.HTML
    assert (item.local_id, item.message_id, item.is_draft) == (new.local_id, new.message_id, True)


def test_the_first_draft_of_a_cold_start_takes_one_request(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    saved(backend, draft())
    assert operations(sandbox) == ["CreateItem"]


def test_send_list_and_get_take_one_request_each(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    refs = saved(backend, draft())
    backend.list_folder(Folder.DRAFTS, 0, 50, job())
    backend.get(refs, job())
    assert backend.send(refs, CopyTo(), job())[0].accepted
    backend.locate([Mark("x", "<y>")], [Folder.DRAFTS, Folder.OUTBOX, Folder.SENT], job())
    assert operations(sandbox) == ["CreateItem", "FindItem", "GetItem", "SendItem", "FindItem"]


def test_a_hundred_drafts_go_in_one_request_and_more_in_the_next(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    refs = saved(backend, *(draft() for _ in range(101)))
    assert len(set(refs)) == 101
    assert [entry["items"] for entry in sandbox.journal("CreateItem")] == [100, 1]


def test_an_update_changes_the_named_fields_and_the_change_key(backend: EwsBackend) -> None:
    ref = saved(backend, draft())[0]
    change = DraftUpdate(ref, Content(subject="Other"), frozenset({Field.SUBJECT, Field.TO}))
    outcome = backend.update([change], job())[0]
    assert outcome.accepted
    assert outcome.ref is not None
    assert outcome.ref.change_key != ref.change_key
    item = backend.get([outcome.ref], job())[0].item
    assert item is not None
    assert (item.content.subject, item.content.to, item.content.body) == ("Other", (), "Dear James")


def test_a_stale_change_key_overwrites_nothing(backend: EwsBackend) -> None:
    ref = saved(backend, draft())[0]
    assert backend.update([DraftUpdate(ref, message("first"), frozenset({Field.SUBJECT}))], job())[0].accepted
    outcome = backend.update([DraftUpdate(ref, message("second"), frozenset({Field.SUBJECT}))], job())[0]
    assert (outcome.verdict, outcome.code) == (Verdict.REFUSED, "ErrorIrresolvableConflict")
    item = backend.get([ref], job())[0].item
    assert item is not None
    assert item.content.subject == "first"


def test_an_update_without_a_field_is_a_defect_and_no_request(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    with pytest.raises(ValueError, match="no field"):
        backend.update([DraftUpdate(ItemRef("a"), message(), frozenset())], job())
    assert operations(sandbox) == []


def test_a_batch_with_two_refused_sends_the_other_three(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    refs = saved(backend, *(draft(message(f"Message {number}")) for number in range(5)))
    sandbox.faults([{"action": "code", "operation": "SendItem", "item": 1, "code": "ErrorSendAsDenied"}])
    outcomes = backend.send([*refs[:3], ItemRef("nonsense", "x"), refs[4]], CopyTo(), job())
    assert [outcome.code for outcome in outcomes] == [
        "NoError",
        "ErrorSendAsDenied",
        "NoError",
        "ErrorInvalidIdMalformed",
        "NoError",
    ]
    assert outcomes[3].words is not None
    assert (outcomes[3].words.response_class, outcomes[3].words.message_text) == ("Error", "Id is malformed.")
    assert outcomes[3].words.descriptive_link_key == 0
    assert len(sandbox.journal("SendItem")) == 1
    assert len(sandbox.deliveries()) == 3


def test_a_busy_item_keeps_its_back_off_and_is_not_posted_again(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    refs = saved(backend, draft(), draft())
    busy = {"action": "code", "operation": "SendItem", "item": 1, "code": "ErrorServerBusy", "back_off": 1500}
    sandbox.faults([busy])
    outcomes = backend.send(refs, CopyTo(), job())
    assert verdicts(outcomes) == [Verdict.ACCEPTED, Verdict.REFUSED]
    assert outcomes[1].words is not None
    assert outcomes[1].words.back_off_ms == 1500
    assert "BackOffMilliseconds" in outcomes[1].words.message_xml
    assert len(sandbox.journal("SendItem")) == 1


def test_a_sent_message_is_in_sent_once_and_in_drafts_not_at_all(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    new = draft()
    refs = saved(backend, new)
    assert backend.send(refs, CopyTo(), job())[0].accepted
    found = backend.locate(
        [Mark(new.local_id, new.message_id)], [Folder.DRAFTS, Folder.OUTBOX, Folder.SENT, Folder.DELETED], job()
    )
    assert [(one.folder, one.is_draft) for one in found] == [(Folder.SENT, False)]
    assert [row["recipient"] for row in sandbox.deliveries()] == ["james.okafor@contoso.com"]


def test_no_copy_is_kept_where_none_was_wanted(backend: EwsBackend) -> None:
    new = draft()
    refs = saved(backend, new)
    assert backend.send(refs, CopyTo(CopyKind.NONE), job())[0].accepted
    assert backend.locate([Mark(new.local_id, new.message_id)], list(Folder), job()) == []


def test_a_message_is_found_by_either_mark(backend: EwsBackend) -> None:
    new = draft()
    saved(backend, new)
    for mark in (Mark(new.local_id, ""), Mark("", new.message_id)):
        assert [one.mark for one in backend.locate([mark], [Folder.DRAFTS], job())] == [mark]


def test_many_marks_are_found_in_chunks(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    drafts = [draft() for _ in range(60)]
    saved(backend, *drafts)
    marks = [Mark(one.local_id, one.message_id) for one in drafts]
    found = backend.locate(marks, [Folder.DRAFTS, Folder.SENT], job())
    assert {one.mark for one in found} == set(marks)
    assert len(sandbox.journal("FindItem")) == 2


def test_a_search_goes_on_until_every_folder_was_seen_whole(
    backend: EwsBackend, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.backends.ews.backend._LOCATE_PAGE", 2)
    drafts = [draft() for _ in range(5)]
    refs = saved(backend, *drafts)
    assert backend.send(refs[:1], CopyTo(), job())[0].accepted
    marks = [Mark(one.local_id, one.message_id) for one in drafts]
    found = backend.locate(marks, [Folder.SENT, Folder.DRAFTS], job())
    assert {one.mark for one in found} == set(marks)
    assert [one.folder for one in found].count(Folder.SENT) == 1
    assert len(sandbox.journal("FindItem")) == 2


def test_a_folder_that_cannot_be_searched_is_no_absence(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    sandbox.faults([{"action": "code", "operation": "FindItem", "item": 1, "code": "ErrorAccessDenied"}])
    with pytest.raises(ItemRefused, match="ErrorAccessDenied"):
        backend.locate([Mark("a", "<b>")], [Folder.DRAFTS, Folder.SENT], job())


def test_a_deleted_draft_lies_in_deleted_items_unless_it_was_for_good(backend: EwsBackend) -> None:
    one, two = draft(), draft()
    kept, gone = saved(backend, one, two)
    assert backend.delete([kept], False, job())[0].accepted
    assert backend.delete([gone], True, job())[0].accepted
    marks = [Mark(new.local_id, new.message_id) for new in (one, two)]
    found = backend.locate(marks, list(Folder), job())
    assert [(sighting.mark, sighting.folder) for sighting in found] == [(marks[0], Folder.DELETED)]


def test_a_folder_is_listed_page_after_page_newest_first(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    sandbox.reset(messages=False)
    drafts = [draft(message(f"Message {number}")) for number in range(7)]
    for new in drafts:
        saved(backend, new)
    pages, offset = [], 0
    while True:
        page = backend.list_folder(Folder.DRAFTS, offset, 3, job())
        pages.append(page)
        if page.next_offset is None:
            break
        offset = page.next_offset
    assert [len(page.rows) for page in pages] == [3, 3, 1]
    assert {page.total for page in pages} == {7}
    rows = [row for page in pages for row in page.rows]
    assert {row.local_id for row in rows} == {new.local_id for new in drafts}
    assert rows[0].display_to == "James Okafor"
    assert [row.modified for row in rows] == sorted((row.modified for row in rows), reverse=True)


def test_an_empty_folder_is_an_empty_page(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    sandbox.reset(messages=False)
    page = backend.list_folder(Folder.SENT, 0, 50, job())
    assert (page.rows, page.total, page.next_offset) == ((), 0, None)


def test_an_item_that_is_gone_is_told_beside_those_that_are_there(backend: EwsBackend) -> None:
    one, two = saved(backend, draft(), draft())
    backend.delete([one], True, job())
    answers = backend.get([one, two], job())
    assert [answer.outcome.code for answer in answers] == ["ErrorItemNotFound", "NoError"]
    assert [answer.item is None for answer in answers] == [True, False]


def test_a_wrong_password_is_told_and_nothing_was_attempted(sandbox: RunningSandbox) -> None:
    first = sandbox.first
    account = Account(AccountId("a"), first["address"], sandbox.url, first["user"], ca_file=sandbox.ca_file)
    backend = EwsBackend(account, "wr\u00f6ng \u0142")
    outcome = backend.save([draft()], job())[0]
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert outcome.trouble is not None
    assert (outcome.trouble.kind, outcome.trouble.http_status) == (TroubleKind.SIGN_IN, 401)
    with pytest.raises(SignInRefused):
        backend.list_folder(Folder.DRAFTS, 0, 1, job())
    backend.close()


def test_a_probe_that_holds_names_every_step(backend: EwsBackend) -> None:
    steps = list(backend.probe(Job(20)))
    assert [step.name for step in steps] == ["name", "connect", "tls", "sign-in", "ews", "drafts", "person"]
    assert all(step.passed for step in steps)


def test_every_request_as_it_arrived_is_valid_against_the_schema(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    schema.require()
    odd = Content(
        sender=Recipient("anna@contoso.com", "Anna \x00"),
        to=(Recipient("", "a name alone"), Recipient("no address at all"), Recipient("")),
        subject="s\x01\ud800",
        importance=Importance.LOW,
    )
    refs = saved(backend, draft(odd), draft())
    backend.update([DraftUpdate(ref, message("x"), frozenset(Field) - ON_CREATE) for ref in refs], job())
    backend.get(refs, job())
    backend.list_folder(Folder.SENT, 0, 20, job())
    backend.locate([Mark("a", "<b>")], list(Folder), job())
    backend.send(refs, CopyTo(), job())
    backend.delete(refs, False, job())
    bodies = [entry["body"] for entry in sandbox.journal(bodies=True)]
    assert len(bodies) == 7
    assert [schema.complaints(etree.fromstring(body.encode())) for body in bodies] == [[]] * 7


def test_sessions_that_were_never_given_back_make_nobody_wait(backend: EwsBackend) -> None:
    assert backend._http is not None
    for _ in range(10):
        backend._http.get_session()
    saved(backend, draft())
