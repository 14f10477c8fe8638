"""What is typed becomes what it looks like: a list, a quotation, a line across, a link.

Each is one step of undo of its own, so that Ctrl+Z brings back just what was typed.
"""

from __future__ import annotations

from typing import Final

import msgspec
from PySide6.QtGui import QTextCursor

from app.core.lazy_regex import late_pattern
from app.domain.blocks import HorizontalRule, Look, Paragraph
from app.domain.html_rules import is_link
from app.ui.document.document_builder import rule_format
from app.ui.document.formats import Own, block_format, char_format, look_of
from app.ui.editor import block_keys

_LISTS: Final = {"-": "u", "*": "u", "•": "u", "1.": "o", "1)": "o"}
_QUOTE: Final = ">"
_RULES: Final = frozenset({"---", "***", "___"})
_LONGEST_MARK: Final = 2
_LONGEST_LINK: Final = 2_000
_LINK: Final = late_pattern(r"(?:https?://|www\.)[^\s<>\"]{3,}|mailto:[^\s<>\"@]+@[^\s<>\"@]+")
_ADDRESS: Final = late_pattern(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}")
_TRAILING: Final = ".,;:!?'\"”’"
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}


def after_blank(cursor: QTextCursor) -> bool:
    """Make a list, a quotation or a link of what stands before the blank that was just typed."""
    place = cursor.positionInBlock()
    if 1 < place <= _LONGEST_MARK + 1:
        mark = cursor.block().text()[: place - 1]
        if (mark in _LISTS or mark == _QUOTE) and _is_ordinary(cursor):
            _put_form(cursor, mark)
            return True
    return link_before(cursor, 1)


def _is_ordinary(cursor: QTextCursor) -> bool:
    drawn = cursor.blockFormat()
    return not (block_keys.lists_of(cursor) or drawn.headingLevel() or drawn.property(Own.RULE))


def _put_form(cursor: QTextCursor, mark: str) -> None:
    cursor.beginEditBlock()
    cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()
    if mark == _QUOTE:
        block_keys.put_quote(cursor, min(8, int(cursor.blockFormat().property(Own.QUOTE) or 0) + 1))
    else:
        block_keys.put_lists(cursor, _LISTS[mark])
    cursor.endEditBlock()


def put_rule(cursor: QTextCursor) -> bool:
    """Make a line across of a line that is `---`, and begin the next line; False where there is none."""
    block = cursor.block()
    if cursor.hasSelection() or block.length() != len("---") + 1 or block.text() not in _RULES:
        return False
    if not cursor.atBlockEnd() or not _is_ordinary(cursor) or block_keys.table_at(cursor) is not None:
        return False
    plain = block_format(Paragraph(quote=int(cursor.blockFormat().property(Own.QUOTE) or 0)))
    cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()
    cursor.setBlockFormat(rule_format(HorizontalRule(quote=int(plain.property(Own.QUOTE) or 0))))
    cursor.insertBlock(plain, char_format(Look()))
    return True


def link_before(cursor: QTextCursor, behind: int = 0) -> bool:
    """Let an address that ends `behind` characters before the cursor be a link to what it says."""
    end = cursor.positionInBlock() - behind
    before = cursor.block().text().encode("utf-16-le", "surrogatepass")[max(0, end - _LONGEST_LINK) * 2 : end * 2]
    word = before.decode("utf-16-le", "replace").replace("\u2028", " ").split(" ")[-1].lstrip("([{<\"'“‘")
    if "." not in word and "@" not in word:
        return False
    word, cut = _without_tail(word)
    address = _address_of(word)
    if not address:
        return False
    length = len(word.encode("utf-16-le")) // 2
    marked = QTextCursor(cursor)
    marked.setPosition(cursor.block().position() + end - cut - length)
    marked.setPosition(cursor.block().position() + end - cut, QTextCursor.MoveMode.KeepAnchor)
    look = look_of(marked.charFormat())
    if look.link or marked.charFormat().objectType():
        return False
    # What is undone last says where the cursor goes then: where it is now, and not behind the address.
    here = QTextCursor(cursor)
    here.movePosition(QTextCursor.MoveOperation.PreviousCharacter, QTextCursor.MoveMode.KeepAnchor, behind)
    marked.beginEditBlock()
    if behind:
        here.setCharFormat(here.charFormat())
    marked.setCharFormat(char_format(msgspec.structs.replace(look, link=address)))
    marked.endEditBlock()
    return True


def _without_tail(word: str) -> tuple[str, int]:
    """Return a word without the signs that end its sentence, and how many they are; a pair of brackets stays whole."""
    whole = len(word)
    while word and (word[-1] in _TRAILING or _is_unpaired(word)):
        word = word[:-1]
    return word, whole - len(word)


def _is_unpaired(word: str) -> bool:
    last = word[-1]
    return last in _PAIRS and word.count(last) > word.count(_PAIRS[last])


def _address_of(word: str) -> str:
    """Return where a word leads as it stands, "" where it is only a word."""
    if _LINK.fullmatch(word):
        address = f"https://{word}" if word.startswith("www.") else word
    elif _ADDRESS.fullmatch(word):
        address = f"mailto:{word}"
    else:
        return ""
    return address if is_link(address) else ""
