"""What an empty conversation shows: what Steward does, and messages to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.chat.suggestions import Suggestions
from app.ui.controls import Button, Label
from app.ui.translation import translate

_WIDEST: Final = 72
"""Characters in a line."""


class EmptyConversation(QScrollArea):
    """``chosen(text)`` when a suggestion is pressed. Scrolls where large text has no room.

    ``offer_set_up``: there is no folder yet; ``set_up_wanted`` when the person wants one.
    """

    chosen = Signal(str)
    set_up_wanted = Signal()

    def __init__(self, starters: Sequence[str], *, offer_set_up: bool = False) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        title = Label(translate("Transcript", "What should Steward do?"), kind="title", wrap=True)
        words = Label(
            translate(
                "Empty",
                "Give it a folder to work in. Before it changes a file it shows you the difference "
                "and asks; every earlier version stays, and one click brings it back.",
            )
            if offer_set_up
            else translate(
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
        inner = self._inner = QWidget()
        self._fit()
        page = QVBoxLayout(inner)
        page.setContentsMargins(20, 0, 20, 0)
        page.setSpacing(12)
        page.addWidget(title)
        page.addWidget(words)
        if offer_set_up:
            set_up = Button(
                translate("Empty", "Set &up Steward …"),
                kind="primary",
                tip=translate("Empty", "Choose a folder and a model, step by step"),
            )
            set_up.clicked.connect(self.set_up_wanted)
            page.addWidget(set_up, 0, Qt.AlignmentFlag.AlignLeft)
        page.addWidget(suggestions)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(inner, 100)
        across.addStretch(1)
        ground = QWidget()
        ground.setProperty("kind", "panel")
        whole = QVBoxLayout(ground)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addStretch(2)
        whole.addLayout(across)
        whole.addStretch(3)
        self.setWidget(ground)

    def _fit(self) -> None:
        self._inner.setMaximumWidth(self.fontMetrics().averageCharWidth() * _WIDEST)

    def changeEvent(self, event: QEvent) -> None:
        """Text is of another size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()
