"""What goes on in a line below where there is no room beside: a line of widgets, and the words of a check box."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from app.ui import theme
from app.ui.inputs import CheckBox


class _Part(NamedTuple):
    item: QLayoutItem
    width: int


class WrappingLine(QLayout):
    """Lays out from the start of the line; what can be wider takes the room that is left in its line."""

    def __init__(self, parent: QWidget, spacing: int = theme.GAP) -> None:
        """`spacing`, in pixels, is between neighbours and between lines."""
        super().__init__(parent)
        self._widget = parent
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay_out(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        """Return the size of one line with everything in it."""
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        gaps = self.spacing() * max(0, len(shown) - 1)
        return self._around(sum(one.width() for one in shown) + gaps, max((one.height() for one in shown), default=0))

    def minimumSize(self) -> QSize:
        shown = [item.minimumSize() for item in self._items if not item.isEmpty()]
        width, height = (max(sizes, default=0) for sizes in zip(*((s.width(), s.height()) for s in shown), strict=True))
        return self._around(width, height)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._lay_out(rect, move=True)

    def _around(self, width: int, height: int) -> QSize:
        margins = self.contentsMargins()
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    def _lay_out(self, rect: QRect, *, move: bool) -> int:
        """Return the height that is needed; `move` puts everything in its place."""
        margins = self.contentsMargins()
        inner = rect.marginsRemoved(margins)
        top, direction = inner.top(), self._widget.layoutDirection()
        for line in self._lines(inner.width()):
            parts = self._stretched(line, inner.width())
            heights = [_height(part) for part in parts]
            at = QPoint(inner.left(), top)
            for part, height in zip(parts, heights, strict=True):
                if move:
                    place = QRect(at.x(), top + (max(heights) - height) // 2, part.width, height)
                    part.item.setGeometry(QStyle.visualRect(direction, inner, place))
                at.setX(at.x() + part.width + self.spacing())
            top += max(heights) + self.spacing()
        return max(0, top - self.spacing() - rect.top()) + margins.bottom()

    def _lines(self, width: int) -> list[list[_Part]]:
        lines: list[list[_Part]] = []
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            wanted = item.minimumSize().width() if _grows(item) else item.sizeHint().width()
            if not lines or used + self.spacing() + wanted > width:
                lines.append([])
                used = -self.spacing()
            part = _Part(item, max(item.minimumSize().width(), min(wanted, width)))
            lines[-1].append(part)
            used += self.spacing() + part.width
        return lines

    def _stretched(self, line: list[_Part], width: int) -> list[_Part]:
        """Return a line with what is left of `width` given to those that can be wider."""
        left = width - sum(part.width for part in line) - self.spacing() * (len(line) - 1)
        growing = sum(_grows(part.item) for part in line)
        return [
            part._replace(width=part.width + left // growing) if left > 0 and _grows(part.item) else part
            for part in line
        ]


def _grows(item: QLayoutItem) -> bool:
    widget = item.widget()
    return widget is not None and widget.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Expanding


def _height(part: _Part) -> int:
    return part.item.heightForWidth(part.width) if part.item.hasHeightForWidth() else part.item.sizeHint().height()


class WrappingCheckBox(CheckBox):
    """A check box whose words go on in further lines: Qt's own cuts them off."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Preferred)
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)  # Qt holds what is fixed to one line
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        lines = self._in_lines(width).count("\n")
        return self.sizeHint().height() + lines * self.fontMetrics().lineSpacing()

    def minimumSizeHint(self) -> QSize:
        widest = max(map(self.fontMetrics().horizontalAdvance, self.text().split()), default=0)
        return QSize(self._beside_words() + widest, self.sizeHint().height())

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        super().initStyleOption(option)
        option.text = self._in_lines(self.width())

    def _beside_words(self) -> int:
        """Return the pixels that all but the words takes."""
        option, wide = QStyleOptionButton(), 1000
        super().initStyleOption(option)
        option.rect = QRect(0, 0, wide, 100)
        return wide - self.style().subElementRect(QStyle.SubElement.SE_CheckBoxContents, option, self).width()

    def _width_of(self, words: str) -> int:
        return self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, words).width()

    def _in_lines(self, width: int) -> str:
        """Return the words with an end of line wherever one is full, for a box of `width` pixels."""
        room = width - self._beside_words()
        lines = [""]
        for word in self.text().split(" "):
            longer = f"{lines[-1]} {word}".lstrip(" ")
            if lines[-1] and self._width_of(longer) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        return "\n".join(lines)
