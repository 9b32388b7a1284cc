"""The person's own instructions, and the theme."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QComboBox, QFormLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.errors import StewardError
from app.ui.controls import Label
from app.ui.session import Session
from app.ui.theme import THEMES, Theme

_NAMES: Final = {"system": "As the system", "light": "Light", "dark": "Dark"}


class WordsPage(QWidget):
    """The theme changes at once; the instructions are kept when the settings close."""

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self.instructions = QPlainTextEdit(session.desk.settings.instructions)
        self.instructions.setProperty("kind", "input")
        self.instructions.setAccessibleName("Your own instructions")
        self.instructions.setPlaceholderText("For instance: Write British English. Keep it short.")
        self.instructions.setTabChangesFocus(True)
        self.theme = QComboBox()
        self.theme.setAccessibleName("Theme")
        for name in THEMES:
            self.theme.addItem(_NAMES[name], name)
        self.theme.setCurrentIndex(THEMES.index(theme.choice))
        self.theme.activated.connect(self._choose_theme)
        label = Label("&Theme")
        label.setBuddy(self.theme)
        form = QFormLayout()
        form.addRow(label, self.theme)
        heading = Label("Your own &instructions", kind="heading")
        heading.setBuddy(self.instructions)
        page = QVBoxLayout(self)
        page.setContentsMargins(18, 16, 18, 12)
        page.setSpacing(8)
        page.addWidget(heading)
        page.addWidget(
            Label("Every model reads them before your message.", kind="muted", wrap=True)
        )
        page.addWidget(self.instructions, 1)
        page.addSpacing(8)
        page.addLayout(form)

    def save(self) -> None:
        """Keep the instructions, if they were changed."""
        text = self.instructions.toPlainText().strip()
        if text != self._session.desk.settings.instructions.strip():
            self._change("instructions", text)

    def _choose_theme(self, index: int) -> None:
        name = str(self.theme.itemData(index))
        self._theme.choose(name)
        self._change("theme", name)

    def _change(self, name: str, value: object) -> None:
        try:
            self._session.desk.change_setting(name, value)
        except StewardError as error:
            self._session.said.emit("trouble", str(error))
