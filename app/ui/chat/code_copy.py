"""The button that copies a piece of code: it stands in the corner of the code under the pointer."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.ui.controls import Button
from app.ui.translation import translate

_SAID_MS: Final = 1_500
_EDGE: Final = 6


class CodeCopy(Button):
    """Hidden until ``offer``. For the keyboard the transcript's menu has the same."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(
            translate("Transcript", "Copy"),
            kind="chip",
            name=translate("Transcript", "Copy this code"),
        )
        self.setParent(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._code = ""
        self._said = QTimer(self)
        self._said.setSingleShot(True)
        self._said.setInterval(_SAID_MS)
        self._said.timeout.connect(lambda: self.setText(translate("Transcript", "Copy")))
        self.clicked.connect(self._copy)
        self.hide()

    def offer(self, code: str, place: QRectF) -> None:
        """Stand in the upper right corner of ``place``, as far as it is in view."""
        if code != self._code:
            self._said.stop()
            self.setText(translate("Transcript", "Copy"))
        self._code = code
        size = self.sizeHint()
        top = max(place.top(), 0.0) + _EDGE
        self.setGeometry(
            round(place.right() - size.width() - _EDGE), round(top), size.width(), size.height()
        )
        self.show()
        self.raise_()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
        self.setText(translate("Transcript", "Copied"))
        self._said.start()
