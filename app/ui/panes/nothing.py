"""What a pane shows while it has nothing to show: what will stand there, and one button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.controls import Button, Label


class Nothing(QWidget):
    """``pressed`` when its button is."""

    pressed = Signal()

    def __init__(self, text: str, button: str) -> None:
        super().__init__()
        words = Label(text, kind="muted", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.button = Button(button)
        self.button.clicked.connect(self.pressed)
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 32, 24, 24)
        page.setSpacing(14)
        page.addWidget(words)
        page.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        page.addStretch(1)
