"""How long the model thinks, and which others OpenRouter asks where it fails."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from app.domain.errors import StewardError
from app.ui.controls import Label
from app.ui.session import Session

_EFFORTS: Final = (
    (None, "As the model likes"),
    ("none", "Not at all"),
    ("minimal", "As little as it can"),
    ("low", "A little"),
    ("medium", "Some time"),
    ("high", "Long"),
)


class ModelChoices(QWidget):
    """What is chosen counts from the next message on."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        settings = session.desk.settings
        self.effort = QComboBox()
        self.effort.setAccessibleName("How long the model thinks")
        for name, words in _EFFORTS:
            self.effort.addItem(words, name)
        self.effort.setCurrentIndex([name for name, _ in _EFFORTS].index(settings.reasoning_effort))
        self.effort.activated.connect(self._choose_effort)
        self.fallbacks = QLineEdit(", ".join(settings.fallback_models))
        self.fallbacks.setPlaceholderText("names of models, with commas between them")
        self.fallbacks.setAccessibleName("Models to ask where the first one fails")
        self.fallbacks.editingFinished.connect(self._choose_fallbacks)
        self._effort_label = Label("Thinkin&g")
        self._effort_label.setBuddy(self.effort)
        self._fallbacks_label = Label("If it fai&ls")
        self._fallbacks_label.setBuddy(self.fallbacks)
        form = QFormLayout(self)
        form.setContentsMargins(0, 6, 0, 0)
        form.setSpacing(8)
        form.addRow(self._effort_label, self.effort)
        form.addRow(self._fallbacks_label, self.fallbacks)

    def show_for(self, provider: str) -> None:
        """Show what this provider can be told."""
        self.setVisible(provider != "guided")
        for widget in (self.fallbacks, self._fallbacks_label):
            widget.setVisible(provider == "openrouter")

    def _choose_effort(self, index: int) -> None:
        self._change("reasoning_effort", self.effort.itemData(index))

    def _choose_fallbacks(self) -> None:
        if self._change("fallback_models", self.fallbacks.text()):
            self.fallbacks.setText(", ".join(self._session.desk.settings.fallback_models))

    def _change(self, name: str, value: object) -> bool:
        try:
            self._session.desk.change_setting(name, value)
        except StewardError as error:
            self._session.said.emit("trouble", str(error))
            return False
        return True
