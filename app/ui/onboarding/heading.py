"""The heading of a step: what it is about, and how far it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.controls import Dot, ElidedLabel, Label
from app.ui.theme import Theme


class StepHeading(QWidget):
    """A title, and at its right a state in words."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._dot = Dot(theme)
        self.words = ElidedLabel(kind="muted")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(Label(title, kind="heading"))
        line.addSpacing(4)
        line.addWidget(self._dot, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.words, 1)

    def show_state(self, state: str, words: str) -> None:
        """Say how far the step is. For ``state`` see ``Dot``."""
        self._dot.show_state(state)
        self.words.setText(words)
