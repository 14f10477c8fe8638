"""Reports stand with the message that they are about: found once, said in words, and no trouble of anybody's."""

from __future__ import annotations

import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder, Report, ReportKind
from app.domain.message import Content
from app.domain.recipient import Recipient
from app.services.folders.syncing import FIRST_LOOK
from app.services.records.rows import ListRow
from app.services.text.message_details import report_details
from app.services.text.status_text import explain_undelivered, report_words
from tests.fakes.cache import FakeCache
from tests.fakes.lists import rows_of, view_of
from tests.fakes.scene import ANNA, Scene

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


def came(scene: Scene, kind: ReportKind, who: str, message_id: str = "<1@x>") -> None:
    scene.mailbox.reports.append((message_id, Report(kind, who, scene.clock.now())))


async def test_a_report_comes_to_its_row_by_the_next_look(scene: Scene) -> None:
    for number in (1, 2):
        scene.mailbox.put(ANNA, Content(subject=f"{number}"), folder=Folder.SENT, message_id=f"<{number}@x>")
    view = await view_of(scene, Folder.SENT)
    await view.reload()
    assert [row.reports for row in await rows_of(view)] == [(), ()]
    came(scene, ReportKind.NOT_DELIVERED, "zoe@x.org")
    await view.reload()
    by_subject = {row.subject: row for row in await rows_of(view)}
    assert [report.who for report in by_subject["1"].reports] == ["zoe@x.org"]
    assert by_subject["2"].reports == ()
    shown = view.row(int(by_subject["1"].key))
    assert shown is not None
    assert shown.reports


async def test_the_next_look_asks_for_what_came_since(scene: Scene) -> None:
    view = await view_of(scene, Folder.SENT)
    await view.reload()
    began = scene.clock.now()
    came(scene, ReportKind.READ, "Ben")
    await scene.clock.advance(100)
    await view.reload()
    await view.reload()
    asked = [call.asked[0] for call in scene.mailbox.calls_of("find_reports")]
    assert asked[0] == pytest.approx(began - FIRST_LOOK)
    assert asked[-1] == began


async def test_the_lists_of_other_folders_ask_for_no_reports(scene: Scene) -> None:
    await (await view_of(scene, Folder.DRAFTS)).reload()
    assert scene.mailbox.calls_of("find_reports") == []


async def test_reports_are_looked_for_while_the_inbox_is_listed_from_where_they_were_read(scene: Scene) -> None:
    cache = FakeCache()
    sent, inbox = await view_of(scene, Folder.SENT, cache), await view_of(scene, Folder.INBOX, cache)
    await sent.reload()
    came(scene, ReportKind.READ, "Ben")
    known = scene.clock.now()
    await sent.reload()
    await scene.clock.advance(100)
    await inbox.reload()
    await sent.reload()
    assert scene.mailbox.calls_of("find_reports")[-1].asked[0] == known, "a look at the Inbox read no reports"


async def test_a_server_that_cannot_be_asked_costs_nothing(scene: Scene) -> None:
    cache = FakeCache()
    view = await view_of(scene, Folder.SENT, cache)
    scene.mailbox.put(ANNA, Content(subject="1"), folder=Folder.SENT, message_id="<1@x>")
    came(scene, ReportKind.READ, "Ben")
    scene.mailbox.fail("find_reports", OFFLINE)
    await view.reload()
    cache.fail("note_reports")
    await view.reload()
    assert [row.reports for row in await rows_of(view)] == [()]
    await view.reload()
    assert [len(row.reports) for row in await rows_of(view)] == [1]


AT = 1_800_000_000.0
MARKED = "Your mail server marked the report as made within your organization."
NOT_VERIFIED = "Not verified: anyone who has seen the message can write such a report."


def words(*reports: tuple[ReportKind, str], from_within: bool = True) -> str:
    made = (Report(kind, who, AT, reporter="eve@evil.example", from_within=from_within) for kind, who in reports)
    found = report_words(ListRow("1", ANNA, reports=tuple(made)), AT)
    return "" if found is None else found.text


def test_the_worst_is_said_first_and_people_by_name() -> None:
    clock = words((ReportKind.READ, "Ben")).removeprefix("Read by Ben ")
    assert len(clock) == len("12:04")
    assert words() == ""
    assert words((ReportKind.READ, "Ben"), (ReportKind.NOT_DELIVERED, "zoe@x")) == "Could not be delivered to zoe@x"
    assert words((ReportKind.NOT_DELIVERED, "")) == "Could not be delivered to a recipient"
    assert words((ReportKind.DELIVERED, "Ben"), (ReportKind.READ, "Anna")) == f"Read by Anna {clock}"
    assert words((ReportKind.DELIVERED, "Ben")) == "Delivered to Ben"
    assert words((ReportKind.NOT_READ, "Ben")) == "Deleted unread by Ben"
    many = [(ReportKind.NOT_DELIVERED, name) for name in "abcda"]
    assert words(*many) == "Could not be delivered to a, b and 2 more"


def test_what_the_own_server_does_not_vouch_for_is_only_reported() -> None:
    def told(kind: ReportKind) -> str:
        return words((kind, "ben@x"), from_within=False)

    assert told(ReportKind.NOT_DELIVERED) == "Reported by eve@evil.example: could not be delivered to ben@x"
    assert told(ReportKind.READ).startswith("Reported as read by ben@x ")
    assert told(ReportKind.NOT_READ) == "Reported as deleted unread by ben@x"
    assert told(ReportKind.DELIVERED) == "Reported as delivered to ben@x"


def test_beside_a_report_that_the_server_vouches_for_the_others_are_not_counted() -> None:
    sure = Report(ReportKind.NOT_DELIVERED, "zoe@x", AT, reporter="postmaster@x", from_within=True)
    forged = Report(ReportKind.NOT_DELIVERED, "ben@x", AT, reporter="eve@evil.example")
    row = ListRow("1", ANNA, reports=(forged, sure))
    found = report_words(row, AT)
    assert found is not None
    assert (found.text, found.tone) == ("Could not be delivered to zoe@x", "bad")
    explained = explain_undelivered(row)
    assert explained is not None
    assert (explained.sentence, explained.tone) == ("Could not be delivered to zoe@x.", "bad")
    said = [line for _, line in explained.details]
    assert said == [
        f"Not delivered to ben@x. Reported by eve@evil.example. {NOT_VERIFIED}",
        f"Not delivered to zoe@x. Reported by postmaster@x. {MARKED}",
    ]
    alone = explain_undelivered(ListRow("1", ANNA, reports=(forged,)))
    assert alone is not None
    assert alone.sentence == "Reported by eve@evil.example: could not be delivered to ben@x."
    assert alone.tone == "warn"


def test_the_details_of_a_message_say_who_reported_what_and_whether_it_was_sent_to_them() -> None:
    content = Content(to=(Recipient("zoe@x", "Zoe"),))
    sure = Report(ReportKind.READ, "Zoe of sales", AT, reporter="zoe@x", from_within=True)
    forged = Report(ReportKind.READ, "eve@evil.example", AT, reporter="eve@evil.example")
    lines = report_details((sure, forged), content)
    assert [label for label, _ in lines] == ["Report", "Report"]
    assert lines[0][1].startswith("Read by Zoe of sales. ")
    assert lines[0][1].endswith(MARKED)
    assert lines[1][1].endswith("eve@evil.example is not named among its recipients.")
    unknown = report_details((Report(ReportKind.NOT_DELIVERED, "", AT),), content)[0][1]
    assert unknown.startswith("Not delivered to a recipient. ")
    assert "Reported by an unknown sender." in unknown
