"""Where one stood in a message that is being written, to stand there again when it is opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from app.domain.message import Field

if TYPE_CHECKING:
    from app.views.compose.view import ComposeView


class CaretPlace(NamedTuple):
    """The field that has the focus, by its value, and the cursors of subject and text.

    Places count UTF-16 units, `scrolled` pixels.
    """

    focus: str
    subject_at: int
    body_at: int
    body_anchor: int
    scrolled: int


def caret_of(view: ComposeView) -> CaretPlace:
    """Return where one stands in a message."""
    editor = view.body.editor
    cursor = editor.textCursor()
    scrolled = editor.verticalScrollBar().value()
    return CaretPlace(_focus_of(view), view.subject.cursorPosition(), cursor.position(), cursor.anchor(), scrolled)


def put_caret(view: ComposeView, place: CaretPlace) -> None:
    """Put the cursors of text and subject where they were, as far as there is that much text. The focus stays."""
    editor = view.body.editor
    last = editor.document().characterCount() - 1
    cursor = QTextCursor(editor.document())
    cursor.setPosition(min(place.body_anchor, last))
    cursor.setPosition(min(place.body_at, last), QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)
    editor.verticalScrollBar().setValue(place.scrolled)
    view.subject.setCursorPosition(place.subject_at)


def _focus_of(view: ComposeView) -> str:
    focus: QWidget | None = view.focusWidget()
    parts: dict[Field, QWidget] = {**view.recipients, Field.SUBJECT: view.subject}
    for field, part in parts.items():
        if focus is not None and (focus is part or part.isAncestorOf(focus)):
            return field.value
    return Field.BODY.value
