"""The last outcomes of something as a row of small bars: tall and red failed, short worked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import words
from app.ui.theme import Theme
from app.ui.translation import translate

MOST: Final = 24
"""Bars shown."""

_BAR: Final = 3
_GAP: Final = 1
_HEIGHT: Final = 14


class Sparkline(QWidget):
    """Shows booleans, oldest first: whether each one failed. Its accessible name says the same."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._failed: tuple[bool, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    def show_outcomes(self, failed: Sequence[bool]) -> None:
        """Show the last of ``failed``."""
        last = tuple(failed[-MOST:])
        if last == self._failed:
            return
        self._failed = last
        said = translate("Circuits", "{sum} of the last {count} failed").format(
            sum=sum(last), count=words.count(len(last), "call")
        )
        self.setToolTip(said)
        self.setAccessibleName(said)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its bars."""
        px = self._theme.px
        width = max(0, len(self._failed) * (px(_BAR) + px(_GAP)) - px(_GAP))
        return QSize(width, px(_HEIGHT))

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bars."""
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        px = self._theme.px
        tallest, bar = px(_HEIGHT), px(_BAR)
        for place, failed in enumerate(self._failed):
            height = tallest if failed else tallest * 0.45
            painter.setBrush(self._theme.colour("trouble" if failed else "ok"))
            left = place * (bar + px(_GAP))
            painter.drawRect(QRectF(left, tallest - height, bar, height))
        painter.end()
