"""Messages a person may send with one click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.ui.controls import Button
from app.ui.direction import isolated
from app.ui.flow_layout import FlowLayout
from app.ui.translation import translate

_LONGEST: Final = 60


class Suggestions(QWidget):
    """A button for each; ``chosen(text)`` when one is pressed."""

    chosen = Signal(str)

    def __init__(self, suggestions: Sequence[str], labels: Sequence[str] = ()) -> None:
        super().__init__()
        self.setAccessibleName(translate("Transcript", "Suggestions"))
        line = FlowLayout(self, spacing=8)
        for at, text in enumerate(suggestions):
            label = labels[at] if at < len(labels) else text
            shown = label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"
            button = Button(
                isolated(shown).replace("&", "&&"),
                kind="suggestion",
                name=translate("Transcript", "Send: {text}").format(text=text),
            )
            button.setToolTip(text if shown != text else "")
            button.clicked.connect(lambda _checked=False, t=text: self.chosen.emit(t))
            line.addWidget(button)
