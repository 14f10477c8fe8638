"""Placeholders that a template left: found where they still stand, in the person's own words and nowhere else."""

from __future__ import annotations

import pytest

from app.domain.message import BodyFormat, Content, Field
from app.services.checks.placeholders import find_unfilled, placeholders_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dear {to.name}, {amount} and {amount}", ("{to.name}", "{amount}")),
        ("{{amount}} {Größe} {due date} {order-no}", ("{{amount}}", "{Größe}", "{due date}", "{order-no}")),
        ("f(x) { return x; } {} { } {1} {a\nb} {", ()),
    ],
)
def test_a_placeholder_is_a_name_in_braces(text: str, found: tuple[str, ...]) -> None:
    assert placeholders_in(text) == found


def test_only_what_a_template_brought_and_still_stands_is_found() -> None:
    content = Content(subject="Our {offer}", body="Dear {to.name},\n{typed}")
    found = find_unfilled(content, ("{to.name}", "{amount}", "{offer}"))
    assert [(one.value, one.field) for one in found] == [("{to.name}", Field.BODY), ("{offer}", Field.SUBJECT)]
    assert found[0].sentence == "The placeholder {to.name} is not filled in."
    assert find_unfilled(content, ()) == []


@pytest.mark.parametrize(
    ("body", "body_format", "stands"),
    [
        ("We ask {amount}.\n> You asked {amount}.", BodyFormat.TEXT, True),
        ("We ask 5.\n> You asked {amount}.", BodyFormat.TEXT, False),
        ("> You asked.\nWe ask {amount}.", BodyFormat.TEXT, True),
        ("We ask 5.\n\n-------- Original message --------\nFrom: Ben\n\n{amount}", BodyFormat.TEXT, False),
        ("-----\nWe ask {amount}.\n-----", BodyFormat.TEXT, True),
        ('<div>We ask 5.</div><hr><div id="divRplyFwdMsg"><b>From:</b> Ben</div>{amount}', BodyFormat.HTML, False),
        ('<div>We ask {amount}.</div><hr><div id="divRplyFwdMsg"><b>From:</b> Ben</div>', BodyFormat.HTML, True),
        ("<p>We ask {<b>amount</b>}.</p>", BodyFormat.HTML, True),
        ("<p>We ask 5.</p><blockquote>You asked {amount}.</blockquote>", BodyFormat.HTML, False),
    ],
)
def test_what_is_quoted_is_not_ours_to_fill_in(body: str, body_format: BodyFormat, stands: bool) -> None:
    assert bool(find_unfilled(Content(body=body, body_format=body_format), ("{amount}",))) is stands
