"""A layout that puts widgets side by side and goes to the next line where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from app.ui.direction import mirrored


class FlowLayout(QLayout):
    """As one reads, then the next line. ``margin`` is left, top, right, bottom in pixels.

    ``last_to_the_right``: the last widget stands at the far edge of its line.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        margin: tuple[int, int, int, int] = (0, 0, 0, 0),
        spacing: int = 8,
        last_to_the_right: bool = False,
    ) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = spacing
        self._push_last = last_to_the_right
        self.setContentsMargins(*margin)

    def addItem(self, item: QLayoutItem) -> None:
        """Qt hands in each widget's item."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """One of them."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take one out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None: it takes what it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """It has."""
        return True

    def heightForWidth(self, width: int) -> int:
        """What the lines need."""
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the widgets."""
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def sizeHint(self) -> QSize:
        """All in one line."""
        margin = self.contentsMargins()
        hints = [item.sizeHint() for item in self._items]
        width = sum(h.width() for h in hints) + self._gap * max(0, len(hints) - 1)
        height = max((h.height() for h in hints), default=0)
        return QSize(width, height).grownBy(margin)

    def minimumSize(self) -> QSize:
        """The widest one."""
        margin = self.contentsMargins()
        hints = [item.minimumSize() for item in self._items]
        width = max((h.width() for h in hints), default=0)
        height = max((h.height() for h in hints), default=0)
        return QSize(width, height).grownBy(margin)

    def _arrange(self, rect: QRect, *, place: bool) -> int:
        margin = self.contentsMargins()
        area = rect.marginsRemoved(margin)
        x, y, line = area.x(), area.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            width = min(hint.width(), area.width())
            if x > area.x() and x + width > area.right() + 1:
                x, y, line = area.x(), y + line + self._gap, 0
            if place:
                at = x
                if self._push_last and item is self._items[-1]:
                    at = max(x, area.right() + 1 - width)
                box = QRect(QPoint(at, y), QSize(width, hint.height()))
                item.setGeometry(mirrored(area, box))
            x += width + self._gap
            line = max(line, hint.height())
        return y + line - rect.y() + margin.bottom()
