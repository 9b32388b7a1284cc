"""The transcript for screen readers: a list whose items say what the rows say.

Qt knows nothing of what we paint by ourselves, so the interface is written here and handed out
by a factory (``install``).
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from app.ui.chat.rows import spoken
from app.ui.chat.transcript import Transcript
from app.ui.translation import translate

if TYPE_CHECKING:
    from collections.abc import MutableMapping


class _RowInterface(QAccessibleInterface):
    """One row. It may outlive its row: then it is not valid."""

    def __init__(self, owner: _TranscriptInterface, key: int) -> None:
        super().__init__()
        self._owner = owner
        self.row_key = key

    @property
    def _index(self) -> int:
        view = self._owner.view
        return view.arrangement.index_of(self.row_key) if view is not None else -1

    def isValid(self) -> bool:
        """Whether the row is still there."""
        return self._index >= 0

    def object(self) -> QObject | None:  # type: ignore[override]
        """Rows are no objects of Qt."""
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        """The window the transcript is in."""
        return self._owner.window()

    def parent(self) -> QAccessibleInterface:
        """The list."""
        return self._owner

    def child(self, _index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """Rows have no parts of their own."""
        return None

    def childAt(self, _x: int, _y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """Rows have no parts of their own."""
        return None

    def childCount(self) -> int:
        """None."""
        return 0

    def indexOfChild(self, _child: QAccessibleInterface) -> int:
        """None."""
        return -1

    def text(self, which: QAccessible.Text) -> str:
        """What the row says."""
        view, index = self._owner.view, self._index
        if view is None or index < 0 or which != QAccessible.Text.Name:
            return ""
        return spoken(view.arrangement.rows[index])

    def setText(self, _which: QAccessible.Text, _text: str) -> None:
        """The transcript cannot be edited."""

    def rect(self) -> QRect:
        """Where the row is on the screen."""
        view, index = self._owner.view, self._index
        if view is None or index < 0:
            return QRect()
        place = view.arrangement.rect(index).toRect()
        return QRect(view.viewport().mapToGlobal(place.topLeft()), place.size())

    def role(self) -> QAccessible.Role:
        """An item of a list."""
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        """Read only; off the screen when scrolled away."""
        state = QAccessible.State()
        state.readOnly = True
        view, index = self._owner.view, self._index
        if view is not None and index >= 0:
            place = view.arrangement.rect(index)
            state.offscreen = place.bottom() < 0 or place.top() > view.viewport().height()
        return state


class _TranscriptInterface(QAccessibleWidget):
    """The list of rows."""

    def __init__(self, view: Transcript) -> None:
        super().__init__(view, QAccessible.Role.List, view.accessibleName())
        self._view = weakref.ref(view)
        self._children: dict[int, _RowInterface] = {}

    @property
    def view(self) -> Transcript | None:
        """The transcript, while it lives."""
        return self._view()

    def childCount(self) -> int:
        """A child for each row."""
        view = self.view
        return len(view.arrangement.rows) if view is not None else 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """The row at ``index``."""
        view = self.view
        if view is None or not 0 <= index < len(view.arrangement.rows):
            return None
        key = view.arrangement.key(index)
        if key not in self._children:
            self._children[key] = _RowInterface(self, key)
            QAccessible.registerAccessibleInterface(self._children[key])
        return self._children[key]

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """The row under a point of the screen."""
        view = self.view
        if view is None:
            return None
        from PySide6.QtCore import QPoint

        return self.child(view.arrangement.row_at(view.viewport().mapFromGlobal(QPoint(x, y)).y()))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Where a row stands."""
        view = self.view
        if view is None or not isinstance(child, _RowInterface):
            return -1
        return view.arrangement.index_of(child.row_key)

    def text(self, which: QAccessible.Text) -> str:
        """Its name."""
        return (
            translate("Transcript", "Transcript")
            if which == QAccessible.Text.Name
            else super().text(which)
        )


_made: MutableMapping[int, _TranscriptInterface] = {}
_installed = False


def _factory(_class_name: str, watched: QObject | None) -> QAccessibleInterface | None:
    if not isinstance(watched, Transcript):
        return None
    interface = _TranscriptInterface(watched)
    # Qt holds only a pointer: Python must keep the object as long as the widget lives.
    number = id(watched)
    _made[number] = interface
    watched.destroyed.connect(lambda: _made.pop(number, None))
    return interface


def install() -> None:
    """Let Qt ask for the interface of every transcript. Once a process."""
    global _installed
    if not _installed:
        _installed = True
        QAccessible.installFactory(_factory)
