"""What the lists ask of a server: any folder, what a query finds in it, what a row shows, and messages as files."""

from __future__ import annotations

import email
import email.policy
import time
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs

from app.backends.ews.backend import EwsBackend
from app.backends.net.reports import people_in, told_by
from app.domain.errors import BadInput
from app.domain.listing import Folder, Place, Report, ReportKind
from app.domain.message import Content, DraftUpdate, Fetched, Field, FlagStatus, FollowUp, Header, ItemRef, Options
from app.domain.outcome import Verdict
from app.domain.query import as_aqs, read_query
from app.domain.recipient import Recipient
from app.domain.record import CopyTo
from app.services.reader.eml import read_eml
from tests.integration.ews.conftest import draft, job, message
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

SENT = Place(Folder.SENT)


@pytest.fixture
def empty(sandbox: RunningSandbox, backend: EwsBackend) -> EwsBackend:
    sandbox.reset(messages=False)
    return backend


def saved(backend: EwsBackend, *subjects: str) -> list[ItemRef]:
    outcomes = backend.save([draft(message(subject)) for subject in subjects], job())
    return [outcome.ref for outcome in outcomes if outcome.ref is not None]


def test_a_row_shows_categories_flag_and_message_id(empty: EwsBackend) -> None:
    (ref,) = saved(empty, "Plan")
    options = Options(categories=("Red", "To do"), follow_up=FollowUp(FlagStatus.FLAGGED))
    content = Content(subject="Plan", options=options)
    empty.update([DraftUpdate(ref, content, frozenset({Field.CATEGORIES, Field.FOLLOW_UP}))], job())
    (row,) = empty.list_folder(Place(Folder.DRAFTS), 0, 10, job()).rows
    assert (row.categories, row.flagged) == (("Red", "To do"), True)
    assert row.message_id.startswith("<")
    (change,) = empty.sync(Place(Folder.DRAFTS), "", 10, job()).changes
    assert change.row is not None
    assert (change.row.categories, change.row.flagged) == (("Red", "To do"), True)
    assert change.row.message_id == row.message_id


def test_a_query_finds_what_it_says_in_any_folder(empty: EwsBackend) -> None:
    refs = saved(empty, "Quarterly plan", "Holiday plan", "Other")

    def found(text: str) -> list[str]:
        query = as_aqs(read_query(text, date(2026, 11, 21)))
        return sorted(row.subject for row in empty.list_folder(Place(Folder.DRAFTS), 0, 10, job(), query).rows)

    assert found("plan") == ["Holiday plan", "Quarterly plan"]
    assert found('subject:plan -"holiday plan"') == ["Quarterly plan"]
    assert found("to:okafor other") == ["Other"]
    empty.move([refs[0]], Place(Folder.DELETED), job())
    (row,) = empty.list_folder(Place(Folder.DELETED), 0, 10, job(), "plan").rows
    assert row.subject == "Quarterly plan"


def test_a_message_is_written_to_a_file_as_it_would_travel(empty: EwsBackend, tmp_path: Path) -> None:
    (ref,) = saved(empty, "Grüße")
    path = tmp_path / "message.eml"
    assert empty.save_mime(ref, str(path), job()).accepted
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "Grüße"
    assert "james.okafor@contoso.com" in str(message["To"])
    with pytest.raises(BadInput):
        empty.save_mime(ref, str(path), job())
    with pytest.raises(BadInput):
        empty.save_mime(ref, str(tmp_path / "none" / "x.eml"), job())


def test_the_file_of_a_draft_says_that_it_is_one(empty: EwsBackend, tmp_path: Path) -> None:
    (ref,) = saved(empty, "Draft")
    path = tmp_path / "draft.eml"
    assert empty.save_mime(ref, str(path), job(), unsent=True).accepted
    found = read_eml(path)
    assert (found.shown, found.content.subject) == (None, "Draft")
    plain = tmp_path / "plain.eml"
    assert empty.save_mime(ref, str(plain), job()).accepted
    assert path.read_bytes() == b"X-Unsent: 1\r\n" + plain.read_bytes()
    assert sorted(tmp_path.iterdir()) == [path, plain], "nothing is left beside them"


def test_a_message_that_is_gone_writes_no_file(empty: EwsBackend, tmp_path: Path) -> None:
    (ref,) = saved(empty, "Gone")
    empty.delete([ref], True, job())
    outcome = empty.save_mime(ref, str(tmp_path / "x.eml"), job())
    assert outcome.verdict is Verdict.REFUSED
    assert outcome.code == "ErrorItemNotFound"
    assert list(tmp_path.iterdir()) == []


def test_reports_name_the_message_and_whom_they_are_about(empty: EwsBackend, sandbox: RunningSandbox) -> None:
    content = message("Told", "nobody@contoso.com")
    content = structs.replace(content, to=(*content.to, Recipient("james.okafor@contoso.com")))
    content = structs.replace(content, options=Options(delivery_receipt=True))
    new = draft(content)
    (outcome,) = empty.save([new], job())
    assert outcome.ref is not None
    assert empty.find_reports(0.0, job()) == []
    assert empty.send([outcome.ref], CopyTo(), job())[0].accepted
    (row,) = empty.list_folder(SENT, 0, 10, job()).rows
    reports = empty.find_reports(0.0, job())
    assert {(one.reporter, one.from_within) for _, one in reports} == {("postmaster@contoso.com", True)}
    found = {(message_id, report.kind, report.who) for message_id, report in reports}
    assert found == {
        (row.message_id, ReportKind.NOT_DELIVERED, "nobody@contoso.com"),
        (row.message_id, ReportKind.DELIVERED, "james.okafor@contoso.com"),
    }
    assert empty.find_reports(time.time() + 3600, job()) == []


def test_a_message_that_was_read_says_who_read_it(empty: EwsBackend, sandbox: RunningSandbox) -> None:
    new = draft(structs.replace(message("Open me"), options=Options(read_receipt=True)))
    (outcome,) = empty.save([new], job())
    assert outcome.ref is not None
    empty.send([outcome.ref], CopyTo(), job())
    ((item_id, key),) = sandbox.post(soap.find("inbox"), "james.okafor").ids()
    sandbox.post(
        soap.update((item_id, key), soap.set_field("message:IsRead", "<t:IsRead>true</t:IsRead>")), "james.okafor"
    )
    ((message_id, report),) = empty.find_reports(0.0, job())
    assert message_id == new.message_id
    assert (report.kind, report.who) == (ReportKind.READ, "James Okafor")
    assert (report.reporter, report.from_within) == ("james.okafor@contoso.com", True)


@pytest.mark.parametrize(
    ("headers", "from_within"),
    [
        ((), False),
        ((Header("X-MS-Exchange-Organization-AuthAs", "Anonymous"),), False),
        ((Header("x-ms-exchange-organization-authas", " internal "),), True),
        # Two of them: one is not the server's.
        (
            (
                Header("X-MS-Exchange-Organization-AuthAs", "Internal"),
                Header("X-MS-Exchange-Organization-AuthAs", "Anonymous"),
            ),
            False,
        ),
    ],
)
def test_only_the_servers_own_mark_lets_a_report_be_believed(headers: tuple[Header, ...], from_within: bool) -> None:
    item = Fetched(ItemRef("r"), Content(sender=Recipient("eve@evil.example", "The Director")), headers=headers)
    (told,) = told_by(Report(ReportKind.READ, "The Director", 5.0), item, "me@contoso.com")
    assert told.reporter == "eve@evil.example"
    assert told.from_within is from_within
    assert told.who == ("The Director" if from_within else "eve@evil.example")


def test_a_report_that_anybody_could_have_made_is_found_with_the_address_that_sent_it(
    empty: EwsBackend, sandbox: RunningSandbox
) -> None:
    forged = (
        "<t:Message><t:ItemClass>REPORT.IPM.Note.IPNRN</t:ItemClass><t:Subject>Read: Offer</t:Subject>"
        "<t:InReplyTo>&lt;1@contoso.com&gt;</t:InReplyTo><t:From><t:Mailbox><t:Name>James Okafor</t:Name>"
        "<t:EmailAddress>eve@evil.example</t:EmailAddress></t:Mailbox></t:From></t:Message>"
    )
    made = sandbox.post(soap.create(forged, folder=soap.folder("inbox")))
    assert made.codes == ["NoError"]
    ((message_id, report),) = empty.find_reports(0.0, job())
    assert message_id == "<1@contoso.com>"
    assert (report.who, report.reporter, report.from_within) == ("eve@evil.example", "eve@evil.example", False)


@pytest.mark.parametrize(
    ("named", "body", "people"),
    [
        ("A@x.org, b@y.org", "not c@z.org", ["a@x.org", "b@y.org"]),
        ("", "Delivery has failed to:\r\n\r\nben <Ben@x.org>.\r\npostmaster@x.org me@contoso.com", ["ben@x.org"]),
        ("", "nobody is named", []),
    ],
)
def test_whom_a_report_is_about_is_read_where_it_stands(named: str, body: str, people: list[str]) -> None:
    assert people_in(named, body, "me@contoso.com") == people


def test_messages_of_a_conversation_bear_the_same_short_name(empty: EwsBackend, sandbox: RunningSandbox) -> None:
    filed = structs.replace(draft(message("Plan")), sent=1_790_000_000.0)
    ref = empty.save([filed], job())[0].ref
    assert ref is not None
    saved(empty, "Another")
    answer = (
        '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:ReplyAllToItem>'
        f'<t:ReferenceItemId Id="{ref.item_id}" ChangeKey="{ref.change_key}"/>'
        '<t:NewBodyContent BodyType="Text">Yes</t:NewBodyContent></t:ReplyAllToItem></m:Items></m:CreateItem>'
    )
    assert sandbox.post(answer).codes == ["NoError"]
    folders = [Place(Folder.DRAFTS), Place(Folder.SENT)]
    rows = [row for place in folders for row in empty.list_folder(place, 0, 10, job()).rows]
    names = {row.subject: row.conversation for row in rows}
    assert names["Plan"] == names["RE: Plan"] != names["Another"]
    assert {len(name) for name in names.values()} == {16}
    synced = [change for place in folders for change in empty.sync(place, "", 10, job()).changes]
    assert {change.row.conversation for change in synced if change.row is not None} == set(names.values())


def test_rows_tell_with_which_message_their_thread_begins(empty: EwsBackend) -> None:
    long = " ".join(["<first@x>", *(f"<{number}@a-rather-long-name-of-a-host.example.org>" for number in range(20))])
    saved(empty, "Alone")
    options = {"Answers": Options(in_reply_to="<first@x>"), "Refers": Options(in_reply_to="<9@x>", references=long)}
    for subject, chosen in options.items():
        assert empty.save([draft(structs.replace(message(subject), options=chosen))], job())[0].accepted
    expected = {"Alone": ("", False), "Answers": ("<first@x>", False), "Refers": ("<first@x>", True)}
    listed = empty.list_folder(Place(Folder.DRAFTS), 0, 10, job()).rows
    assert {row.subject: (row.thread, row.has_references) for row in listed} == expected
    synced = [change.row for change in empty.sync(Place(Folder.DRAFTS), "", 10, job()).changes]
    assert {row.subject: (row.thread, row.has_references) for row in synced if row is not None} == expected
