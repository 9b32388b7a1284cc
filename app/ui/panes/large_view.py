"""What a version changed, as large as the window: both texts or pictures beside each other."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.controls import Button, ElidedLabel, rule
from app.ui.panes.version_content import Difference, VersionContent
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate

_EDGE = 24
_TALLEST = 100_000


class LargeView(QDialog):
    """Stands over the window until Escape."""

    def __init__(
        self, theme: Theme, session: Session, title: str, shown: Difference, side_by_side: bool
    ) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.content = VersionContent(theme, session, tallest=_TALLEST)
        self.content.diff.show_side_by_side(side_by_side)
        self.content.show_difference(shown)
        self.side_by_side = Button(
            translate("Versions", "Side &by side"),
            kind="quiet",
            tip=translate("Versions", "Show both texts beside each other"),
        )
        self.side_by_side.setCheckable(True)
        self.side_by_side.setChecked(side_by_side)
        self.side_by_side.setVisible(self.content.is_text)
        self.side_by_side.toggled.connect(self._turn)
        closing = Button(translate("Versions", "&Close"), tip=translate("Versions", "Escape"))
        closing.clicked.connect(self.reject)
        heading = QHBoxLayout()
        heading.setContentsMargins(16, 8, 8, 8)
        heading.addWidget(ElidedLabel(title, kind="heading"), 1)
        heading.addWidget(self.side_by_side)
        heading.addWidget(closing)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addLayout(heading)
        page.addWidget(rule())
        page.addWidget(self.content, 1)
        self._say()

    def open_over(self, window: QWidget) -> None:
        """Nearly as large as ``window``."""
        self.resize(window.width() - 2 * _EDGE, window.height() - 2 * _EDGE)
        self.content.diff.setFocus()
        self.open()

    def _turn(self, wanted: bool) -> None:
        self.content.diff.show_side_by_side(wanted)
        self._say()

    def _say(self) -> None:
        self.side_by_side.setText(
            translate("Versions", "In&line")
            if self.side_by_side.isChecked()
            else translate("Versions", "Side &by side")
        )
        self.side_by_side.setAccessibleName(self.side_by_side.text().replace("&", ""))
