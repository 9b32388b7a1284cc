"""Says what has just gone from a list, and brings it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.controls import Button, ElidedLabel
from app.ui.translation import translate

_SHOWN_MS: Final = 15_000


class UndoBar(QWidget):
    """Stands for a while; ``undo`` also works from elsewhere as long as it does."""

    def __init__(self) -> None:
        super().__init__()
        self._undo: Callable[[], None] | None = None
        self._text = ElidedLabel(kind="small")
        self.button = Button(translate("Undo", "&Undo"), kind="quiet", tip="Ctrl+Z")
        self.button.clicked.connect(self.undo)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self._text, 1)
        line.addWidget(self.button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHOWN_MS)
        self._timer.timeout.connect(self._end)
        self.hide()

    @property
    def text(self) -> str:
        """What is said."""
        return self._text.whole

    def offer(self, text: str, undo: Callable[[], None]) -> None:
        """Say what was done, and offer to take it back."""
        self._text.setText(text)
        self._undo = undo
        self.show()
        self._timer.start()

    def undo(self) -> None:
        """Take it back, where that is still offered."""
        undo = self._undo
        self._end()
        if undo is not None:
            undo()

    def _end(self) -> None:
        self._timer.stop()
        self._undo = None
        self.hide()
