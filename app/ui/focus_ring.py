"""A ring around a list, a tree or a text that the keyboard has come to.

Buttons and fields have one in the style sheet. There, what scrolls would lose its place to a
border, and what paints by itself would not get one.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)
from shiboken6 import isValid

from app.ui.theme import Theme

_OWN_RING: Final = ("input", "boxed")
_RADIUS: Final = 4


class FocusRing(QObject):
    """Follows the focus in all windows of the application, as long as ``parent`` lives.

    What has it is scrolled into view. A click brings no ring: who clicks knows where they are.
    """

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: _Ring | None = None
        if (application := QApplication.instance()) is not None:
            application.focusChanged.connect(self._follow)  # type: ignore[attr-defined]

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._shown is not None and isValid(self._shown):
            self._shown.hide()
            self._shown.deleteLater()
        self._shown = None
        if now is None or QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return
        _bring_into_view(now)
        if isinstance(now, QAbstractScrollArea) and _needs_one(now):
            self._shown = _Ring(self._theme, now)


def _bring_into_view(widget: QWidget) -> None:
    """Scroll to what Tab came to from outside: by itself Qt scrolls only from inside."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea) and widget.height() < above.viewport().height():
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()


def _needs_one(area: QAbstractScrollArea) -> bool:
    plain = isinstance(area, QPlainTextEdit | QScrollArea)
    return not plain and area.property("kind") not in _OWN_RING


class _Ring(QWidget):
    """Lies over what it is around, and lets the mouse through."""

    def __init__(self, theme: Theme, around: QAbstractScrollArea) -> None:
        super().__init__(around)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setGeometry(around.rect())
        around.installEventFilter(self)
        theme.changed.connect(self.update)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as what it is around."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ring."""
        width = self._theme.ring
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("accent"), width))
        inset = width / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)
        painter.end()
