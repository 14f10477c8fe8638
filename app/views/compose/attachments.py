"""Draws the attachments of a message under its subject: a line that counts them, the strip, and the button for undo.

Nothing of it is made before there is an attachment, so that a message without any opens as fast as before.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.ui import folders, icons
from app.ui.widgets import FocusReturn, Label
from app.views.compose.attachments_session import AttachmentsSession

if TYPE_CHECKING:
    from PySide6.QtWidgets import QFileDialog

    from app.ui.attachment_strip import AttachmentRows, AttachmentStrip


class AttachmentsArea(QWidget):
    """Hidden while nothing is attached. `pane` is the message's; the focus goes back to its text."""

    def __init__(self, session: AttachmentsSession, pane: QWidget) -> None:
        super().__init__(pane)
        self.session = session
        self.strip: AttachmentStrip | None = None
        self.dialog: QFileDialog | None = None
        self._model: AttachmentRows | None = None
        self._pane = pane
        self._said = ""
        self._way_back = FocusReturn(self, self._leave)
        self.hide()
        session.changed.subscribe(lambda _: self.refresh())
        session.said.subscribe(self._say)
        QGuiApplication.instance().applicationStateChanged.connect(self._came_back)  # type: ignore[union-attr]  # there is one
        self.refresh()

    def _came_back(self, state: Qt.ApplicationState) -> None:
        """The person comes back from another program: it may have saved what was opened from here."""
        if state is Qt.ApplicationState.ApplicationActive:
            self.session.take_saved()

    # --- what is drawn ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw what is attached now."""
        rows = self.session.rows()
        if not rows and self._model is None:
            return
        if self._model is None:
            self._build()
        assert self._model is not None and self.strip is not None  # noqa: S101, PT018 - _build has made both
        number, had_focus = self.strip.currentIndex().row(), self.strip.hasFocus()
        before = len(self._model.rows)
        self._model.editable = self.session.can_edit()
        self._model.show_rows(rows)
        if len(rows) != before:
            self._said = ""
        self._words.setText(self._said or self.session.summary())
        tone = "warn" if self._said else "muted"
        if self._words.property("tone") != tone:
            self._words.setProperty("tone", tone)
            self._words.style().polish(self._words)
        back = self.session.way_back() if self.session.can_edit() else ""
        self._back_words.setText(back)
        self._back.setVisible(bool(back))
        self.strip.setVisible(bool(rows))
        self.setVisible(bool(rows or back or self._said))
        if had_focus and not self.strip.chosen():
            self._stand_at(number)

    def _stand_at(self, number: int) -> None:
        """The row under the focus went: go to its neighbour, or to the button for undo."""
        if self.strip is not None and self.strip.isVisible() and self._model is not None and self._model.rows:
            self.strip.go_to(number)
        elif self._back.isVisible():
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._leave()

    def _build(self) -> None:
        from app.ui.attachment_strip import AttachmentRows, AttachmentStrip

        self._model = AttachmentRows(self)
        self._model.named.connect(self.session.rename)
        self.strip = AttachmentStrip(self._model, self)
        self.strip.opened.connect(self._activate)
        self.strip.removed.connect(self.session.remove)
        self.strip.kept.connect(self.session.keep_attachments)
        self.strip.undone.connect(self.session.undo)
        self.strip.pasted.connect(self.paste)
        self.strip.menu_wanted.connect(self._open_menu)
        self.strip.selectionModel().currentChanged.connect(self._moved)
        self._words = Label(self)
        self._words.setMinimumHeight(28)  # as high as the button for undo, so that nothing moves when that comes
        self._back_words = Label(self)
        self._back_words.setProperty("tone", "muted")
        self._back = QPushButton(tr("Undo"), self)
        self._back.setProperty("kind", "link")
        self._back.setAccessibleName(tr("Undo the last change of the attachments"))
        self._back.clicked.connect(self._undo)
        clip = Label(self)
        icons.put(clip, "paperclip", "muted", 14)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(clip)
        line.addWidget(self._words)
        line.addStretch(1)
        line.addWidget(self._back_words)
        line.addWidget(self._back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.strip)
        self._put_in_order()

    def _put_in_order(self) -> None:
        """Tab goes from the subject through the strip to the text."""
        subject = getattr(self._pane, "subject", None)
        if isinstance(subject, QWidget) and self.strip is not None:
            QWidget.setTabOrder(subject, self.strip)
            QWidget.setTabOrder(self.strip, self._back)
            body = getattr(self._pane, "body", None)
            if isinstance(body, QWidget):
                QWidget.setTabOrder(self._back, body)

    def _say(self, words: str) -> None:
        self._said = words
        if self._model is None:
            self._build()
        self.refresh()

    # --- what is done -------------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Let files be chosen, in the desktop's own window."""
        if not self.session.can_edit():
            return
        if self.dialog is not None:
            self.dialog.activateWindow()
            return
        from PySide6.QtWidgets import QFileDialog

        dialog = self.dialog = QFileDialog(self.window(), tr("Attach files"), folders.last("attach"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, tr("Attach"))
        dialog.filesSelected.connect(self._chosen)
        dialog.finished.connect(self._closed)
        self._way_back.remember()
        dialog.open()

    def _chosen(self, paths: list[str]) -> None:
        if self.dialog is not None:
            folders.remember("attach", self.dialog.directory().absolutePath())
        self.session.add(paths)

    def _closed(self) -> None:
        self.dialog = None
        self.window().activateWindow()  # not every desktop goes back by itself
        self._way_back.go()

    def attach_mime(self, mime: QMimeData) -> bool:
        """Attach what was pasted or dropped; False where there is nothing to attach in it."""
        from app.core.background import run_in_thread
        from app.ui.incoming_files import as_png, brought_by

        if not self.session.can_edit():
            return False
        brought = brought_by(mime)
        if brought.paths:
            self.session.add(brought.paths)
        elif brought.picture is not None:
            self.session.add_picture(partial(as_png, brought.picture), run_in_thread)
        return bool(brought.paths or brought.picture is not None)

    def listen(self, editor: object) -> None:
        """Take the files that are pasted into an editor of formatted text, which was made just now."""
        from app.ui.editor.rich import RichEditor

        if isinstance(editor, RichEditor):
            editor.files_brought.connect(self.attach_mime)

    def welcome(self, event: QDragEnterEvent) -> None:
        """Say of what is dragged over the message whether it can be attached."""
        from app.ui.incoming_files import can_be_attached

        if self.session.can_edit() and can_be_attached(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def take_drop(self, event: QDropEvent) -> None:
        """Attach what was dropped on the message; the files stay where they were."""
        if self.attach_mime(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def focus_problem(self) -> bool:
        """Go to the first attachment that something is the matter with; False where there is none."""
        troubled = next((number for number, row in enumerate(self.session.rows()) if row.trouble), -1)
        if self.strip is None or not self.strip.isVisible() or (troubled < 0 and not self.session.differs()):
            return False
        self.strip.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.strip.go_to(max(troubled, 0))
        return True

    def paste(self) -> None:
        """Attach what is on the clipboard."""
        if not self.attach_mime(QGuiApplication.clipboard().mimeData()):
            self._say(tr("There is no file and no picture on the clipboard."))

    def take_focus(self) -> None:
        """Go to the strip, or choose files where there is none."""
        if self.strip is not None and self.strip.isVisible():
            self.strip.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self.isVisible() and self._back.isVisible():
            self._back.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.choose()

    def make_smaller(self) -> None:
        """Make pictures smaller: those that are selected in the strip, or all."""
        from app.core.background import run_in_thread
        from app.ui.incoming_files import smaller

        chosen = self.strip.chosen() if self.strip is not None and self.strip.hasFocus() else []
        self.session.make_smaller(chosen, smaller, run_in_thread)

    def _activate(self, key: str) -> None:
        self.session.activate(key, _show)

    def _moved(self) -> None:
        self.session.forget_question()
        if self._said:
            self._said = ""
            self.refresh()

    def _undo(self) -> None:
        had_focus = self._back.hasFocus()
        self.session.undo()
        if had_focus and not self._back.isVisible():
            self.take_focus() if self.strip is not None and self.strip.isVisible() else self._leave()

    def _leave(self) -> None:
        body = getattr(self._pane, "body", None)
        if isinstance(body, QWidget):
            body.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_menu(self, place: QPoint) -> None:
        from PySide6.QtWidgets import QMenu

        assert self.strip is not None  # noqa: S101 - the menu opens in the strip alone
        strip, keys = self.strip, self.strip.chosen()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rows = {row.key: row for row in self.session.rows()}
        action = rows[keys[0]].action if keys[0] in rows else ""
        one = len(keys) == 1
        menu.addAction(
            tr("Try again") if action == "retry" else tr("Open"), lambda: self._activate(keys[0])
        ).setEnabled(one)
        if action == "keep":
            menu.addAction(tr("Keep"), lambda: self.session.keep_attachments(keys))
        menu.addSeparator()
        rename = menu.addAction(tr("Rename"), strip.rename)
        smaller = menu.addAction(tr("Make smaller"), self.make_smaller)
        menu.addSeparator()
        remove = menu.addAction(tr("Remove"), lambda: self.session.remove(keys))
        rename.setEnabled(one and self.session.can_edit())
        smaller.setEnabled(self.session.can_shrink(keys))
        remove.setEnabled(self.session.can_edit())
        menu.popup(place)


def _show(path: str) -> None:
    """Let the desktop open a private copy."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl.fromLocalFile(path))
