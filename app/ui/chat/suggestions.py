"""Messages a person may send with one click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
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
            button = _Suggestion(text, shown)
            button.clicked.connect(lambda _checked=False, t=text: self.chosen.emit(t))
            line.addWidget(button)


class _Suggestion(Button):
    """Sends ``text``; shows ``label``, which ends in … where there is no room for it."""

    def __init__(self, text: str, label: str) -> None:
        super().__init__(
            "",
            kind="suggestion",
            name=translate("Transcript", "Send: {text}").format(text=text),
        )
        self._text = text
        self._label = label
        self._show(label)

    def sizeHint(self) -> QSize:
        """As wide as the whole label."""
        return QSize(self._sides() + self._width_of(self._label), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Next to no width of its own."""
        return QSize(self._sides(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten again."""
        super().resizeEvent(event)
        room = max(self.width() - self._sides(), 1)
        right = Qt.TextElideMode.ElideRight
        self._show(self.fontMetrics().elidedText(self._label, right, room))

    def _sides(self) -> int:
        return super().sizeHint().width() - self._width_of(self._shown)

    def _width_of(self, shown: str) -> int:
        # As Qt measures it for its own hint.
        return self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, _written(shown)).width()

    def _show(self, shown: str) -> None:
        self._shown = shown
        self.setText(_written(shown))
        self.setToolTip(self._text if shown != self._text else "")


def _written(shown: str) -> str:
    return isolated(shown).replace("&", "&&")
