"""Signatures found in files and in messages, by the marks of the programs that people write with."""

from __future__ import annotations

import pytest

from app.content.html.signature import read_signature
from app.content.jobs import ReadSignature, SignatureRead, SignatureSource

PNG = b"\x89PNG\r\n\x1a\n and the rest"
OUTLOOK = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv=Content-Type content="text/html; charset={charset}">
<style><!-- p.MsoNormal {{margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;}} --></style></head>
<body lang=DE><div class=WordSection1><p class=MsoNormal>Mit freundlichen Grüßen</p>
<table class=MsoNormalTable border=0 style='border-collapse:collapse'><tr>
<td style='border:solid #C00000 1.5pt;padding:0cm 5.4pt 0cm 5.4pt'>
<p class=MsoNormal>Anna Lind<o:p></o:p></p></td></tr></table>
<p class=MsoNormal><![if !vml]><img width=40 height=20 src="Mine%20own_files/image001.png"><![endif]></p></div>
</body></html>"""


def in_file(raw: bytes, pictures: dict[str, bytes] | None = None) -> SignatureRead:
    return read_signature(ReadSignature(raw, pictures or {}, SignatureSource.FILE))


def in_message(html: str, pictures: dict[str, bytes] | None = None) -> SignatureRead:
    return read_signature(ReadSignature(html.encode(), pictures or {}, SignatureSource.MESSAGE))


@pytest.mark.parametrize(
    ("charset", "encoding"), [("windows-1252", "cp1252"), ("utf-8", "utf-8"), ("nonsense", "cp1252")]
)
def test_a_file_of_outlook_is_read_in_its_encoding_with_its_table_and_its_pictures(charset: str, encoding: str) -> None:
    raw = OUTLOOK.format(charset=charset).encode(encoding)
    read = in_file(raw, {"Mine own_files/image001.png": PNG, "Mine own_files/other.png": b"no picture"})
    (part,) = read.parts
    assert (read.found, read.is_plain, part.line) == (True, False, "Mit freundlichen Grüßen")
    for said in ("border:solid #C00000 1.5pt", "padding:0cm 5.4pt 0cm 5.4pt", "margin:0cm", "Calibri"):
        assert said in part.html
    assert part.html.count('src="data:image/png;base64,') == 1


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_a_file_says_its_encoding_by_its_first_bytes(mark: bytes) -> None:
    encoding = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}[mark]
    assert in_file(mark + "<p>Grüße</p>".encode(encoding)).parts[0].words == "Grüße"


@pytest.mark.parametrize(
    "said", ["utf-16", "UTF_16LE", "utf-32", "idna", "punycode", "rot13", "base64", "undefined", "utf-8\x00", "x"]
)
def test_an_encoding_that_cannot_be_what_the_file_says_is_not_believed(said: str) -> None:
    read = in_file(f'<meta http-equiv="Content-Type" content="text/html; charset={said}"><p>Grüße</p>'.encode())
    assert read.parts[0].words == "Grüße"


def test_a_picture_that_is_named_very_often_does_not_fill_the_memory() -> None:
    large = PNG + bytes(1_000_000)
    read = in_file(b'<img src="x_files/a.png">' * 5_000, {"x_files/a.png": large})
    assert 1 <= read.parts[0].html.count("data:image/png") <= 5
    assert len(read.parts[0].html) < 8_000_000


def test_a_picture_that_lies_elsewhere_stays_where_it_is_for_those_who_get_the_message() -> None:
    html = '<img src="https://example.org/logo.png" width="40">'
    assert html in in_file(f"<p>Anna {html}</p>".encode()).parts[0].html
    assert html in in_message(f'<p>Hello</p><div id="Signature">Anna {html}</div>').parts[0].html


def test_pictures_of_a_message_are_written_out_and_those_that_could_not_be_had_are_left_out() -> None:
    signature = '<img src="cid:logo@a" alt="logo">Anna<img src="cid:gone@a" alt="gone">'
    pictures = {"cid:logo@a": PNG, "cid:other@a": PNG}
    for html in (f'<p>Hi <img src="cid:other@a"></p><div id="Signature">{signature}</div>', f"<div>{signature}</div>"):
        part = in_message(html, pictures).parts[-1]
        assert part.html.count('src="data:image/png;base64,') == 1
        assert "cid:" not in part.html
        assert "gone" not in part.html
    assert "cid:" not in in_file(f"<p>{signature}</p>".encode()).parts[0].html


def test_a_file_of_text_is_words_and_nothing_else() -> None:
    raw = "Anna <Lind>\r\nPartnerships\r\n".encode("cp1252")
    read = read_signature(ReadSignature(raw, {}, SignatureSource.TEXT))
    assert read.is_plain
    assert read.parts[0].words == "Anna <Lind>\nPartnerships"


def test_what_could_do_harm_is_not_in_it() -> None:
    read = in_file(
        b'<script>x()</script><p onclick="x()" style="position:fixed;background:url(http://a/b)">Anna</p>'
        b'<iframe src="http://a"></iframe><img src="file:///etc/passwd"><a href="javascript:x()">b</a>'
    )
    for wrong in ("script", "onclick", "position", "url(", "iframe", "file:", "javascript"):
        assert wrong not in read.parts[0].html


MINE = '<table style="border:1px solid red"><tbody><tr><td>Anna Lind</td></tr></tbody></table>'
QUOTED = (
    '<hr><div id="divRplyFwdMsg"><b>From:</b> Ben &lt;ben@example.org&gt;<br><b>Sent:</b> Monday<br>'
    "<b>To:</b> Anna</div><div>old</div>"
)


@pytest.mark.parametrize(
    "html",
    [
        f'<div>Hello</div><div class="gmail_signature" data-smartmail="gmail_signature">{MINE}</div>',
        f'<div>Hello</div><div id="Signature">{MINE}</div>{QUOTED}',
        f'<div>Hello</div><div id="x_Signature">{MINE}</div>',
        f'<div>Hello</div><div class="moz-signature">{MINE}</div>',
        f'<div style="font-family:Arial">Hello<div id="mailwright-signature">{MINE}</div></div>',
        f"<div>Hello</div><div>-- </div><div>{MINE}</div>{QUOTED}",
        f"<div>Hello</div><div>--&nbsp;</div><div>{MINE}</div>",
        (
            f'<div class="WordSection1"><p>Hello</p><p><a name="_MailAutoSig"><span>Anna Lind</span></a></p>{MINE}'
            '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Ben<br><b>Sent:</b> Monday<br>'
            "<b>To:</b> Anna<br><b>Subject:</b> x</p></div><p>old</p></div>"
        ),
        (
            '<p>Hello</p><table style="border:1px solid red"><tr><td><a name="_MailAutoSigOriginal">Anna Lind</a>'
            f"</td></tr></table>{QUOTED}"
        ),
    ],
)
def test_the_signature_of_a_message_is_found_by_the_mark_of_its_program(html: str) -> None:
    read = in_message(html)
    assert read.found
    (part,) = read.parts
    assert "border:1px solid red" in part.html
    assert "Anna Lind" in part.words
    for other in ("Hello", "Ben", "old"):
        assert other not in part.words


@pytest.mark.parametrize(
    "quoted",
    [
        f'<blockquote><div id="Signature">{MINE}</div></blockquote>',
        f'{QUOTED}<div class="gmail_signature">{MINE}</div>',
        f'<div class="gmail_quote"><div>On Monday, Ben wrote:</div><blockquote><p>-- </p>{MINE}</blockquote></div>',
    ],
)
def test_the_signature_of_somebody_who_is_quoted_is_not_ones_own(quoted: str) -> None:
    read = in_message(f"<div>Hello</div><div>Clara</div>{quoted}")
    assert not read.found
    assert [part.line for part in read.parts] == ["Hello", "Clara"]
    assert "Anna" not in read.parts[0].words


def test_what_was_put_there_to_the_letter_is_had_to_the_letter() -> None:
    ours = f'<div style="font-family:Arial"><div>Hi</div><div id="mailwright-signature">{MINE}</div></div>'
    (part,) = in_message(ours).parts
    assert part.html == MINE


def test_the_style_around_it_comes_with_it() -> None:
    styled = '<div style="font-family:Georgia;color:#123456"><p>Hi</p><div id="Signature">Anna</div></div>'
    (part,) = in_message(styled).parts
    assert part.html.startswith('<div style="font-family:Georgia;color:#123456">')


def test_where_no_mark_is_each_end_of_ones_own_words_is_offered() -> None:
    read = in_message(f"<div><div>Dear Ben</div><div><br></div><div>Regards</div><div>Anna Lind</div></div>{QUOTED}")
    assert not read.found
    assert [part.line for part in read.parts] == ["Dear Ben", "Regards", "Anna Lind"]
    assert read.parts[1].words.split() == ["Regards", "Anna", "Lind"]


@pytest.mark.parametrize("html", ["", "   ", "<div><br></div>", "<script>x</script>"])
def test_where_nothing_is_nothing_is_found(html: str) -> None:
    assert in_message(html).parts == ()
