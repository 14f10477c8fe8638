"""Draws what is attached to the message that is read: how many, the strip, and what is asked before one is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QStandardPaths,
    Qt,
    QUrl,
    Signal,
)
from PySide6.QtGui import QDesktopServices, QDrag, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.ui import icons
from app.ui.attachment_strip import AttachmentRows, AttachmentStrip
from app.ui.reader.attachment_viewer_session import AttachmentViewerSession
from app.ui.widgets import Label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QFileDialog

_Index = QModelIndex | QPersistentModelIndex


class _ReadRows(AttachmentRows):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.editable = False

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled


class _ReadStrip(AttachmentStrip):
    """A strip in which nothing is changed: files are opened, saved, copied and dragged away."""

    saved = Signal()
    copied = Signal()
    grasped = Signal(str)
    dragged = Signal()

    def __init__(self, model: AttachmentRows, is_running: Callable[[], bool], parent: QWidget) -> None:
        super().__init__(model, parent)
        self._is_running = is_running
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif event.matches(QKeySequence.StandardKey.Save):
            self.saved.emit()
        elif event.key() == Qt.Key.Key_Escape and self._is_running():
            self.removed.emit(self.chosen())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        super().mousePressEvent(event)
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.grasped.emit(self._model.rows[index.row()].key)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: N803 - Qt's signature
        self.dragged.emit()

    def _is_own(self, event: QKeyEvent) -> bool:
        """Return whether a key is the strip's, though a command of the lists has it too."""
        copies = event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.Save)
        deletes = event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Space} and not event.modifiers()
        return copies or deletes or event.matches(QKeySequence.StandardKey.SelectAll)


class AttachmentViewerArea(QWidget):
    """Hidden while nothing is attached. `folder` is where something was saved last."""

    folder_chosen = Signal(str)
    """Something is saved in a folder, which is offered again next time."""

    def __init__(self, session: AttachmentViewerSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.folder = ""
        self.dialog: QFileDialog | None = None
        self._question = ""
        self._model = _ReadRows(self)
        self.strip = _ReadStrip(self._model, lambda: session.is_running(self.strip.chosen()), self)
        self._words = Label(self)
        self.save_all = QPushButton(tr("Save all"), self)
        self.save_all.setProperty("kind", "link")
        self._build()
        session.changed.subscribe(lambda _: self.refresh())
        session.asked.subscribe(self._ask)
        self.refresh()

    def _build(self) -> None:
        self.strip.opened.connect(lambda key: self.session.activate(key, self._open))
        self.strip.removed.connect(self.session.stop)
        self.strip.saved.connect(lambda: self.choose_place(self.strip.chosen()))
        self.strip.copied.connect(lambda: self.session.hand_over(self.strip.chosen(), _copy))
        self.strip.grasped.connect(self.session.lay_hand_on)
        self.strip.dragged.connect(self._drag)
        self.strip.menu_wanted.connect(self._open_menu)
        self.strip.selectionModel().currentChanged.connect(lambda *_: self.session.forget_question())
        self.save_all.clicked.connect(lambda: self.choose_place(self.session.keys()))
        self.save_all.setAccessibleName(tr("Save all attachments"))
        clip = Label(self)
        icons.put(clip, "paperclip", "muted", 14)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 12, 0)
        line.setSpacing(6)
        line.addWidget(clip)
        line.addWidget(self._words, 1)
        line.addWidget(self.save_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.strip)

    def refresh(self) -> None:
        """Draw what is attached now."""
        rows = self.session.rows()
        self._model.show_rows(rows)
        self._words.setText(self._question or self.session.summary())
        tone = "warn" if self._question else "muted"
        if self._words.property("tone") != tone:
            self._words.setProperty("tone", tone)
            self._words.style().polish(self._words)
        self.setVisible(bool(rows))

    def take_focus(self) -> bool:
        """Go to the first attachment; False where there is none."""
        if self.isVisible():
            self.strip.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return self.isVisible()

    def _ask(self, question: str) -> None:
        self._question = question
        self.refresh()
        if question:
            from app.ui.widgets import say_aloud

            say_aloud(self.strip, question)

    def _open(self, path: str) -> None:
        if not open_file(path):
            name = Path(path).name
            self.session.told.emit(tr("Nothing on this computer opens “{name}”. Ctrl+S saves it.", name=name))

    # --- save ---------------------------------------------------------------------------------------------------------

    def choose_place(self, keys: list[str]) -> None:
        """Ask where to save: one under a name, several in a folder."""
        from PySide6.QtWidgets import QFileDialog

        if not keys or self.dialog is not None:
            return
        one = len(keys) == 1
        dialog = self.dialog = QFileDialog(self.window(), tr("Save attachment") if one else tr("Save attachments"))
        dialog.setObjectName("saveAttachments")
        dialog.setDirectory(self.folder or _downloads())
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, tr("Save"))
        if one:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.selectFile(self.session.file_name(keys[0]))
            dialog.fileSelected.connect(lambda path: self._save_as(keys[0], path))
        else:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
            dialog.fileSelected.connect(lambda folder: self._save(keys, folder))
        dialog.finished.connect(lambda _: self._come_back())
        dialog.open()

    def _come_back(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
        self.window().activateWindow()
        self.take_focus()

    def _save(self, keys: list[str], folder: str) -> None:
        self._remember(folder)
        self.session.save(keys, folder)

    def _save_as(self, key: str, path: str) -> None:
        self._remember(str(Path(path).parent))
        self.session.save_as(key, path)

    def _remember(self, folder: str) -> None:
        self.folder = folder
        self.folder_chosen.emit(folder)

    # --- hand on ------------------------------------------------------------------------------------------------------

    def _drag(self) -> None:
        keys = self.strip.chosen()
        paths = [path for key in keys if (path := self.session.path_of(key))]
        if not paths or len(paths) < len(keys):
            self.session.hand_over(keys, lambda _paths: None)
            self.session.told.emit(tr("Being fetched: drag it again in a moment"))
            return
        drag = QDrag(self.strip)
        drag.setMimeData(_mime(paths))
        drag.exec(Qt.DropAction.CopyAction)

    def _open_menu(self, place: QPoint) -> None:
        from PySide6.QtWidgets import QMenu

        keys = self.strip.chosen()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        running = self.session.is_running(keys)
        menu.addAction(tr("Open"), lambda: self.session.activate(keys[0], self._open)).setEnabled(len(keys) == 1)
        menu.addAction(tr("Save as…") if len(keys) == 1 else tr("Save…"), lambda: self.choose_place(keys))
        menu.addAction(tr("Copy"), lambda: self.session.hand_over(keys, _copy))
        menu.addSeparator()
        menu.addAction(tr("Stop"), lambda: self.session.stop(keys)).setEnabled(running)
        menu.popup(place)


def open_file(path: str) -> bool:
    """Let the desktop open a private copy; False where it knows nothing that would."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def _copy(paths: list[str]) -> None:
    QGuiApplication.clipboard().setMimeData(_mime(paths))


def _mime(paths: list[str]) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return mime


def _downloads() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
