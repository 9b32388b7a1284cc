"""The arguments of a call as fields, for a person who wants it done, but otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.ui.controls import Button, Label
from app.ui.skill_words import argument_label
from app.ui.translation import translate

_MOST_LINES: Final = 8
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ArgumentsForm(QWidget):
    """One field an argument: a text as it is, anything else as JSON.

    Ctrl+Enter shows the change (``wanted(arguments)``), Escape leaves (``left``). What does not
    fit is said in place, and nothing is decided.
    """

    wanted = Signal(object)
    left = Signal()

    def __init__(self, arguments: Mapping[str, object]) -> None:
        super().__init__()
        self._arguments = arguments
        self.fields: dict[str, QPlainTextEdit] = {}
        self.problem = Label(kind="trouble", wrap=True)
        self.problem.hide()
        self.show_button = Button(
            translate("Approvals", "Show the c&hange"), kind="primary", tip="Ctrl+Enter"
        )
        self.show_button.clicked.connect(self._submit)
        back = Button(
            translate("Approvals", "&Back"),
            tip=translate("Approvals", "Escape: leave the arguments as they were"),
        )
        back.clicked.connect(self.left)
        form = QFormLayout()
        form.setSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, value in arguments.items():
            field = _field(name, value)
            label = Label(argument_label(name), kind="muted")
            label.setToolTip(name)
            label.setAccessibleDescription(name)
            label.setBuddy(field)
            self.fields[name] = field
            form.addRow(label, field)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.show_button)
        line.addWidget(back)
        line.addStretch(1)
        page = QVBoxLayout(self)
        page.setContentsMargins(14, 10, 14, 10)
        page.setSpacing(8)
        page.addLayout(form)
        page.addWidget(self.problem)
        page.addLayout(line)

    def show_problem(self, text: str) -> None:
        """Say why the arguments cannot be taken."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter and Escape, wherever the cursor is."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in _ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._submit()
        else:
            super().keyPressEvent(event)

    def _submit(self) -> None:
        found: dict[str, object] = {}
        for name, field in self.fields.items():
            text = field.toPlainText()
            if not field.document().isModified():
                found[name] = self._arguments[name]  # a field knows no CR, for instance
                continue
            if isinstance(self._arguments[name], str):
                found[name] = text
                continue
            try:
                found[name] = json.loads(text)
            except (ValueError, RecursionError):
                self.show_problem(
                    translate(
                        "Approvals", "{name} is no JSON: a number, true, false, null, or a list."
                    ).format(name=argument_label(name))
                )
                field.setFocus()
                return
        self.show_problem("")
        self.wanted.emit(found)


class _Field(QPlainTextEdit):
    """Leaves Escape and Ctrl+Enter to the form."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Everything else is text."""
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Escape or (event.key() in _ENTER and with_control):
            event.ignore()
        else:
            super().keyPressEvent(event)


def _field(name: str, value: object) -> QPlainTextEdit:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    field = _Field(text)
    field.setProperty("kind", "input")
    label = argument_label(name)
    field.setAccessibleName(translate("Approvals", "Argument {name}").format(name=label))
    field.setAccessibleDescription(name)
    field.setToolTip(name)
    field.setTabChangesFocus(True)
    lines = min(max(text.count("\n") + 1, len(text) // 60 + 1), _MOST_LINES)
    field.setFixedHeight(field.fontMetrics().lineSpacing() * lines + 22)
    return field
