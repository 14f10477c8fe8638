"""A signature to the letter: through the sanitiser once, and from then on as it is, in every way that HTML takes."""

from __future__ import annotations

from app.content.jobs import Remote
from app.domain.blocks import KeptHtml, Table, as_signature, is_signature, without_name
from app.domain.house_style import HouseStyle
from app.domain.visible_text import plain_text
from app.services.accounts.signatures import Fragment, html_with
from app.services.html.foreign import clean, read_for_insertion, read_for_signature
from app.services.html.prepare import answer_to, open_html, sign_above, under_head
from app.services.html.write import house_base

PASTED = (
    '<table style="border: 2px solid #c00000; border-collapse: collapse" cellpadding="0">'
    '<tr><td style="padding: 3px 9px 3px 7px; border-right: 1px dotted #1f3864"><b>Anna Lind</b></td>'
    '<td style="padding: 3px; background: #eef" width="140">Partnerships</td></tr></table>'
)
SAFE = clean(PASTED, Remote.KEPT)
NAVY = HouseStyle("Georgia", 12.0, "#1f3864").base


def test_the_sanitiser_leaves_what_it_has_been_over_as_it_is() -> None:
    assert clean(SAFE, Remote.KEPT) == SAFE
    edges = ("border:2px solid #c00000", "padding:3px 9px 3px 7px", "border-right:1px dotted #1f3864")
    for said in (*edges, 'width="140"'):
        assert said in SAFE


def test_a_message_with_one_is_opened_and_written_again_to_the_letter() -> None:
    html = html_with(Fragment("", SAFE, kept=True), NAVY)
    assert as_signature(SAFE) in html
    opened = open_html(html)
    (kept,) = [block for block in opened.body.blocks if isinstance(block, KeptHtml)]
    assert kept.html == as_signature(SAFE)
    assert opened.body.base == NAVY
    assert "".join(opened.written) in html, "what the editor has is what the journal has"


def test_a_server_that_writes_its_quotes_otherwise_does_not_lose_it() -> None:
    html = html_with(Fragment("", SAFE, kept=True), NAVY)
    html = html.replace('id="mailwright-signature"', "ID='mailwright-signature'")
    assert any(isinstance(block, KeptHtml) and is_signature(block.html) for block in open_html(html).body.blocks)


def test_in_an_answer_it_stands_above_and_what_is_quoted_has_no_colour_of_ones_own() -> None:
    kept = [KeptHtml(as_signature(SAFE))]
    old = "<p>Old words</p>"
    for body in (answer_to(old, "Ben wrote:", NAVY, black=True), under_head(old, [("From", "Ben")], NAVY, black=True)):
        signed = sign_above(body, kept)
        assert signed is not None
        assert house_base(signed) == NAVY
        assert signed.index(as_signature(SAFE)) < signed.index("Old words")
        assert '<div style="color:#000000"><p>Old words</p></div>' in signed
    assert "#000000" not in answer_to("<p>Old words</p>", "Ben wrote:")


def test_what_is_quoted_of_it_is_text_like_any_other() -> None:
    quoted = open_html(answer_to(html_with(Fragment("", SAFE, kept=True), NAVY), "Ben wrote:")).body.blocks
    assert not any(isinstance(block, KeptHtml) for block in quoted)
    assert any(isinstance(block, Table) for block in quoted)


def test_within_a_cell_and_from_the_clipboard_the_name_means_nothing_and_nothing_is_lost() -> None:
    inside = f"<table><tr><td>{as_signature('in a cell')}</td><td>b</td></tr></table>"
    for html in (inside, f"<p>x</p>{inside}"):
        opened = open_html(html)
        assert "in a cell" in plain_text("".join(opened.written))
    pasted = read_for_insertion(as_signature("<p>words</p>"))
    assert not any(isinstance(block, KeptHtml) for block in pasted)


def test_what_the_editor_would_lose_is_kept_and_words_are_words() -> None:
    (kept,) = read_for_signature(PASTED)
    assert kept == KeptHtml(as_signature(SAFE))
    assert not any(isinstance(block, KeptHtml) for block in read_for_signature("<p><b>Anna</b> <i>Lind</i></p>"))
    (remote,) = read_for_signature('<table><tr><td><img src="https://example.org/logo.png"></td></tr></table>')
    assert isinstance(remote, KeptHtml)
    assert 'src="https://example.org/logo.png"' in remote.html


def test_the_name_is_taken_off_where_it_is_the_whole_and_nowhere_is_a_part_of_it_lost() -> None:
    assert without_name(as_signature(SAFE)) == SAFE
    assert without_name(as_signature("<div>a</div>")) == "<div>a</div>"
    beside = f"{as_signature('a')}<div>typed</div>"
    assert without_name(beside) == "<div>a</div><div>typed</div>"
    assert without_name(f"<div>typed</div>{as_signature('a')}") == "<div>typed</div><div>a</div>"
