"""Below a message that was sent in more than one way: which one is shown, and the others."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.branches import Fork
from app.ui.controls import IconButton, Label
from app.ui.direction import window_is_rtl
from app.ui.theme import Theme
from app.ui.translation import translate


class ForkBar(QWidget):
    """``chosen(int)``: the id of the message that should be shown instead."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, fork: Fork) -> None:
        super().__init__()
        number, count = fork.shown + 1, len(fork.messages)
        where = translate("Branches", "{number} of {count}").format(number=number, count=count)
        self.setAccessibleName(
            translate("Branches", "Versions of this message: {where}").format(where=where)
        )
        back, on = ("right", "left") if window_is_rtl() else ("left", "right")
        self.earlier = self._step(
            theme, back, translate("Branches", "Show the version before"), fork.beside(-1)
        )
        self.later = self._step(
            theme, on, translate("Branches", "Show the version after"), fork.beside(+1)
        )
        label = Label(where, kind="small")
        label.setToolTip(
            translate("Branches", "This message was sent more than once. Nothing was replaced.")
        )
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        line.addStretch(1)
        for widget in (self.earlier, label, self.later):
            line.addWidget(widget)

    def _step(self, theme: Theme, picture: str, name: str, message: int | None) -> IconButton:
        button = IconButton(theme, picture, name)
        button.setEnabled(message is not None)
        if message is not None:
            button.clicked.connect(lambda: self.chosen.emit(message))
        return button
