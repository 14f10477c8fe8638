"""A formatted message with everything that the editor can write, as it writes it."""

from __future__ import annotations

HTML = (
    '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>'
    '<div style="font-family:Calibri,Arial,Helvetica,sans-serif;font-size:11pt">'
    "<div>Dear James, <b>bold</b> <i>italic</i> <u>under</u> <s>struck</s> &lt;tag&gt; &amp; „quotes“ 日本 🎉</div>"
    '<div><span style="color:#c00000">red</span> and <span style="background-color:#fff176">marked</span></div>'
    '<div><a href="https://example.org/?a=1&amp;b=2">link</a></div>'
    "<ul><li>one</li><li>two<ol><li>deep</li></ol></li></ul>"
    '<table border="1" cellspacing="0" cellpadding="4" style="border-collapse:collapse"><tr>'
    '<td style="font-family:Calibri,Arial,Helvetica,sans-serif;font-size:11pt">Region</td>'
    '<td style="font-family:Calibri,Arial,Helvetica,sans-serif;font-size:11pt">Süden</td></tr></table>'
    '<blockquote type="cite" style="margin:0 0 0 5pt;border-left:2px solid #ccc;padding-left:7pt">'
    "<div>quoted</div></blockquote>"
    '<div><img src="cid:logo@mailwright" alt="Logo" width="10" height="10"></div>'
    f"<div>{'a line that is far longer than any line of mail may be, ' * 40}it ends</div></div></body></html>"
)
