"""The control a setting has in the window, made from its kind."""

from __future__ import annotations

from typing import Final, Protocol

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QFocusEvent, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit

from app.setting_fields import Field
from app.setting_kinds import Choice, Dollars, Passage, Seconds, Switch, Whole
from app.ui.settings.catalogue import SettingWords

NUMBER_WIDTH: Final = 130
_PASSAGE_HEIGHT: Final = 120


class SettingControl(Protocol):
    """What a person changes a setting with.

    ``typed`` is emitted while they write, ``finished`` when they have; values go in and out as the
    setting's kind writes them.
    """

    typed: SignalInstance
    finished: SignalInstance

    def written(self) -> str:
        """What stands in it."""
        ...

    def show_written(self, text: str) -> None:
        """Put ``text`` in, without saying so."""
        ...

    def lock(self, locked: bool) -> None:
        """Let it be read only."""
        ...


class LineControl(QLineEdit):
    """A line of text, or a number."""

    typed = Signal()
    finished = Signal()

    def __init__(self, *, narrow: bool) -> None:
        super().__init__()
        if narrow:
            self.setFixedWidth(NUMBER_WIDTH)
            self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.textEdited.connect(self.typed)
        self.editingFinished.connect(self.finished)

    def written(self) -> str:
        """The text."""
        return self.text().strip()

    def show_written(self, text: str) -> None:
        """Unless it stands there: the cursor stays where it is."""
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)

    def lock(self, locked: bool) -> None:
        """It can still be read and copied."""
        self.setReadOnly(locked)


class PassageControl(QPlainTextEdit):
    """Several lines of text. Tab leaves it."""

    typed = Signal()
    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "input")
        self.setTabChangesFocus(True)
        self.setMinimumHeight(_PASSAGE_HEIGHT)
        self.textChanged.connect(self.typed)

    def written(self) -> str:
        """The text."""
        return self.toPlainText().strip()

    def show_written(self, text: str) -> None:
        """As if it had been typed, so that Ctrl+Z brings back what stood there."""
        if text == self.written():
            return
        self.blockSignals(True)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self.blockSignals(False)

    def lock(self, locked: bool) -> None:
        """It can still be read and copied."""
        self.setReadOnly(locked)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving it is the end of writing."""
        super().focusOutEvent(event)
        self.finished.emit()


class ChoiceControl(QComboBox):
    """One of a few names, each in words."""

    typed = Signal()
    finished = Signal()

    def __init__(self, kind: Choice, words: SettingWords) -> None:
        super().__init__()
        if words.blank:
            self.addItem(words.blank, "")
        for name in kind.allowed:
            self.addItem(words.choices.get(name, name), name)
        self.activated.connect(self.finished)

    def written(self) -> str:
        """The name of the choice."""
        return str(self.currentData())

    def show_written(self, text: str) -> None:
        """Choose."""
        self.setCurrentIndex(self.findData(text))

    def lock(self, locked: bool) -> None:
        """It shows its choice and offers no other."""
        self.setEnabled(not locked)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel turns the page, not the setting under the pointer."""
        event.ignore()


class SwitchControl(QCheckBox):
    """On or off."""

    typed = Signal()
    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.clicked.connect(self.finished)

    def written(self) -> str:
        """In words."""
        return "on" if self.isChecked() else "off"

    def show_written(self, text: str) -> None:
        """Switch it."""
        self.setChecked(text == "on")

    def lock(self, locked: bool) -> None:
        """It shows its state."""
        self.setEnabled(not locked)


def control_for(
    f: Field, words: SettingWords
) -> LineControl | PassageControl | ChoiceControl | SwitchControl:
    """The control of a setting, with its name and what an empty one means."""
    control: LineControl | PassageControl | ChoiceControl | SwitchControl
    match f.kind:
        case Choice():
            control = ChoiceControl(f.kind, words)
        case Switch():
            control = SwitchControl()
            control.setToolTip(f"{words.title} (Space)")
        case Passage():
            control = PassageControl()
            control.setPlaceholderText(words.blank)
        case Whole() | Seconds() | Dollars():
            control = LineControl(narrow=True)
            control.setPlaceholderText(words.blank)
        case _:
            control = LineControl(narrow=False)
            control.setPlaceholderText(words.blank)
    control.setAccessibleName(f"{words.title}, {words.unit}" if words.unit else words.title)
    control.setAccessibleDescription(words.says)
    return control


def is_wide(f: Field) -> bool:
    """Whether its control needs the whole width, below its words."""
    return not isinstance(f.kind, Choice | Switch | Whole | Seconds | Dollars)
