"""Says above the transcript that the conversation shown is archived, with the way back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.ui.controls import Button, Label
from app.ui.translation import translate


class ArchivedBar(QFrame):
    """Hidden until ``show_archived``. ``back_wanted``: it should stand in the list again."""

    back_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "bar")
        said = translate("Conversations", "This conversation is archived.")
        self.setAccessibleName(said)
        self.button = Button(translate("Conversations", "Bring back to the list"), kind="quiet")
        self.button.clicked.connect(self.back_wanted)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 4, 12, 4)
        line.setSpacing(8)
        line.addWidget(Label(said, kind="muted", wrap=True), 1)
        line.addWidget(self.button)
        self.hide()

    def show_archived(self, archived: bool) -> None:
        """Whether the conversation shown is."""
        self.setVisible(archived)
