"""The pieces that rows of the transcript are made of, and the column they stand in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QFontMetricsF, QTextDocument

from app.domain.attachments import Attachment
from app.ui.chat.markdown import Block
from app.ui.direction import window_is_rtl
from app.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Column:
    """The room there is. Pixels; ``prose`` is the widest a line of text may be."""

    width: float
    prose: float
    letter: float
    line: float

    @staticmethod
    def of(width: float, theme: Theme) -> Column:
        """The column that is ``width`` wide."""
        metrics = QFontMetricsF(theme.font)
        letter = metrics.averageCharWidth()
        # About 72 characters of running text: letters of prose are wider than the average.
        return Column(width, min(width, letter * 80), letter, metrics.lineSpacing() * 1.25)


@dataclass(slots=True)
class Box:
    """One piece of text in a row.

    ``gap`` is the room above, ``padding`` that at the sides, the top and the bottom; ``height``
    (padding included) is an estimate until ``measured``. ``document`` is made when first seen.
    ``bare``: it stands on no ground of its own.
    ``inset`` is more room where a line begins, ``least`` the smallest width of one that shrinks.
    """

    make: Callable[[], QTextDocument] | None
    height: float
    gap: float = 0.0
    x: float = 0.0
    width: float = 0.0
    padding: tuple[float, float, float] = (0.0, 0.0, 0.0)
    block: Block | None = None
    shrink: bool = False
    inset: float = 0.0
    least: float = 0.0
    attachment: Attachment | None = None
    bare: bool = False
    measured: bool = False
    document: QTextDocument | None = None

    @property
    def left(self) -> float:
        """Room between the left edge and the text."""
        return self.padding[0] + (0 if window_is_rtl() else self.inset)

    def measure(self, column: Column) -> None:
        """Make and lay out the document."""
        self.measured = True
        if self.make is None:
            return
        document = self.document = self.make()
        sides = 2 * self.padding[0] + self.inset
        inner = self.width - sides
        document.setTextWidth(inner)
        if self.shrink:
            ideal = max(self.least - sides, min(inner, document.idealWidth() + 1))
            document.setTextWidth(ideal)
            self.x = column.width - ideal - sides
            self.width = ideal + sides
        self.height = document.size().height() + self.padding[1] + self.padding[2]
