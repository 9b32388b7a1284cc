"""The messages that wait behind the turn under way, each with a way back into the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.ui.controls import Button, ElidedLabel, Label
from app.ui.translation import translate

_MOST: Final = 3
"""Messages that are shown; of the others their number is told."""


class QueuedBar(QWidget):
    """Shows what ``show_messages`` is given, in order; ``taken_back(number)`` of one of them."""

    taken_back = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, ...] = ()
        self.buttons: list[Button] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(14, 0, 10, 4)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        self.hide()

    @property
    def lines(self) -> list[str]:
        """What is said."""
        items = (self._grid.itemAt(place) for place in range(self._grid.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [one.accessibleName() or one.text() for one in widgets if isinstance(one, Label)]

    def show_messages(self, texts: Sequence[str]) -> None:
        """Show these; none hides the bar."""
        shown = tuple(texts)
        if shown == self._shown:
            return
        self._shown = shown
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons = []
        for number, text in enumerate(shown[:_MOST]):
            self._add(number, " ".join(text.split()) or translate("Composer", "Attached files"))
        if len(shown) > _MOST:
            more = translate("Composer", "… and {count} more").format(count=len(shown) - _MOST)
            self._grid.addWidget(Label(more, kind="small"), _MOST, 0)
        self.setVisible(bool(shown))

    def _add(self, number: int, text: str) -> None:
        line = translate("Composer", "Waits its turn: {text}").format(text=text)
        back = Button(
            translate("Composer", "Take back"),
            kind="link",
            name=translate("Composer", "Take back: {text}").format(text=text),
            tip=translate("Composer", "It goes back into the message field"),
        )
        back.clicked.connect(lambda _checked=False, which=number: self.taken_back.emit(which))
        self.buttons.append(back)
        self._grid.addWidget(ElidedLabel(line, kind="small"), number, 0)
        self._grid.addWidget(back, number, 1, Qt.AlignmentFlag.AlignRight)
