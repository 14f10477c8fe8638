"""What is meant is found again in what a server holds: by id, else by what only it can be; the rest is named."""

from __future__ import annotations

import pytest

from app.domain.attachment import (
    OVERHEAD,
    Attached,
    Attachment,
    AttachmentKind,
    Held,
    as_file,
    attached_of,
    differences,
    find_again,
    meant_of,
    same_name,
    taken_over,
)
from app.domain.files import FileKind, can_shrink, ending_of, is_program, kind_of, type_of

PLAN, NOTES = Attached("p", "plan.pdf", 10), Attached("n", "notes.txt", 20)


def there(number: str, name: str, size: int = 10, **more: object) -> Attachment:
    return Attachment(number, name, size, **more)  # type: ignore[arg-type]  # what a test wants of it


def test_an_id_is_believed() -> None:
    found = find_again([Held("p", "1")], [], [PLAN], [there("1", "called otherwise", 99)])
    assert (found.held, found.lost, found.strangers) == ((Held("p", "1"),), (), ())


def test_ids_that_a_server_gave_anew_are_found_by_name_and_size() -> None:
    found = find_again(
        [Held("p", "1"), Held("n", "2")], [], [PLAN, NOTES], [there("8", "notes.txt", 25), there("9", "plan.pdf")]
    )
    assert found.held == (Held("p", "9"), Held("n", "8"))
    assert found.strangers == ()


def test_what_was_on_its_way_is_found_once_and_two_alike_are_two() -> None:
    duplicates = [Attached("a", "x", 5), Attached("b", "x", 5)]
    assert find_again([], ["a", "b"], duplicates, [there("1", "x", 5)]).held == (Held("a", "1"),)
    both = find_again([], ["a", "b"], duplicates, [there("1", "x", 5), there("2", "x", 5)])
    assert both.held == (Held("a", "1"), Held("b", "2"))


def test_what_is_gone_is_lost_unless_a_request_of_ours_may_have_taken_it() -> None:
    assert find_again([Held("p", "1")], [], [PLAN], []).lost == ("p",)
    assert find_again([Held("p", "1")], ["p"], [PLAN], []).lost == ()


@pytest.mark.parametrize(
    "other",
    [
        there("1", "plan.pdf", 9),
        there("1", "plan.pdf", 10 + OVERHEAD + 1),
        there("1", "Plan.pdf"),
        there("1", "plan.pdf", kind=AttachmentKind.ITEM),
        there("1", "plan.pdf", content_id="c", inline=True),
    ],
)
def test_what_is_not_quite_it_is_a_stranger(other: Attachment) -> None:
    found = find_again([], ["p"], [PLAN], [other])
    assert (found.held, found.strangers) == ((), (other,))


def test_a_content_id_of_what_is_not_shown_in_the_text_means_nothing() -> None:
    assert find_again([], ["p"], [PLAN], [there("1", "plan.pdf", content_id="c")]).held == (Held("p", "1"),)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("plan.pdf", "plan.pdf", True),
        ("U\u0308bersicht.pdf", "\u00dcbersicht.pdf", True),
        (" plan  B.pdf ", "plan B.pdf", True),
        ("x" * 300, "x" * 255, True),
        ("plan.pdf", "plan", False),
        ("plan.pdf", "", False),
    ],
)
def test_names_are_the_same_where_a_server_only_writes_them_in_its_manner(ours: str, theirs: str, same: bool) -> None:
    assert same_name(ours, theirs) is same


def test_a_name_in_the_servers_manner_is_no_difference_and_another_name_is() -> None:
    odd = Attached("o", "  report  .pdf", 10)
    assert (
        differences(meant_of([odd], [Held("o", "1")], [there("1", "report .pdf")]), [there("1", "report .pdf")]) == []
    )
    assert differences(meant_of([PLAN], [Held("p", "1")], [there("1", "other")]), [there("1", "other")]) != []


def test_a_server_that_tells_no_sizes_is_believed() -> None:
    assert differences(meant_of([PLAN]), [there("1", "plan.pdf", 0)]) == []


def test_attached_messages_go_on_as_files() -> None:
    message = attached_of(there("1", "Re: plan", kind=AttachmentKind.ITEM), "k")
    assert (as_file(message).name, as_file(message).kind) == ("Re: plan.eml", AttachmentKind.FILE)
    assert as_file(as_file(message)) == as_file(message)
    assert taken_over(there("7", "a"), "k", "item").holder == "item"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("photo.JPG", FileKind.PICTURE),
        ("plan.pdf", FileKind.DOCUMENT),
        ("invoice.pdf.exe", FileKind.PROGRAM),
        ("invoice.exe.", FileKind.PROGRAM),
        ("macro.docm", FileKind.PROGRAM),
        ("shortcut.lnk ", FileKind.PROGRAM),
        ("archive.tar.gz", FileKind.ARCHIVE),
        ("README", FileKind.OTHER),
        ("", FileKind.OTHER),
    ],
)
def test_a_files_kind_is_told_by_its_ending(name: str, kind: FileKind) -> None:
    assert kind_of(name) is kind
    assert is_program(name) is (kind is FileKind.PROGRAM)


def test_types_are_told_where_they_are_known_and_left_to_the_server_elsewhere() -> None:
    assert type_of("a.pdf") == "application/pdf"
    assert type_of("a.unknown") == ""
    assert ending_of("a.tar.GZ") == "gz"
    assert can_shrink("a.jpeg")
    assert not can_shrink("a.svg")
    assert not can_shrink("a.gif")
