"""What an empty conversation shows: what Steward does, and messages to begin with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.chat.suggestions import Suggestions
from app.ui.controls import Label
from app.ui.translation import translate


class EmptyConversation(QWidget):
    """``chosen(text)`` when a suggestion is pressed."""

    chosen = Signal(str)

    def __init__(self, starters: Sequence[str]) -> None:
        super().__init__()
        title = Label(translate("Transcript", "What should Steward do?"), kind="title")
        words = Label(
            translate(
                "Transcript",
                "It works in the folders you gave it. Before it changes a file "
                "it shows you the difference and asks; every earlier version "
                "stays, and one click brings it back.",
            ),
            kind="muted",
            wrap=True,
        )
        suggestions = Suggestions(starters)
        suggestions.chosen.connect(self.chosen)
        inner = QWidget()
        inner.setMaximumWidth(520)
        page = QVBoxLayout(inner)
        page.setContentsMargins(20, 0, 20, 0)
        page.setSpacing(12)
        page.addWidget(title)
        page.addWidget(words)
        page.addWidget(suggestions)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(inner, 100)
        across.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addStretch(2)
        whole.addLayout(across)
        whole.addStretch(3)
        whole.setAlignment(Qt.AlignmentFlag.AlignHCenter)
