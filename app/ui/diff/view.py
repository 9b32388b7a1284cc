"""A diff to read: unified or side by side, changed words marked, text that can be selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLength,
    QTextOption,
    QTextTableFormat,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit

from app.ui import words
from app.ui.diff.lines import DiffLine, Kind, note, pairs, parse, summary
from app.ui.direction import LEFT, LTR
from app.ui.theme import Theme
from app.ui.translation import translate

_MOST_LINES: Final = 500
_AT_ONCE: Final = 40
_PADDING: Final = 12
_LINE_HEIGHT: Final = 128
"""Per cent of the font's own."""
_SIGNS: Final = {Kind.ADDED: "+ ", Kind.REMOVED: "- "}
_BACKGROUNDS: Final = {Kind.ADDED: "added", Kind.REMOVED: "removed"}


class DiffView(QTextEdit):
    """Shows a unified diff. As high as its text up to ``tallest`` pixels, then it scrolls."""

    def __init__(self, theme: Theme, *, name: str, tallest: int = 320) -> None:
        super().__init__()
        self._theme = theme
        self._tallest = tallest
        self._side_by_side = False
        self._lines: list[DiffLine] = []
        self._letter = 0.0
        self._ruler: QTextDocument | None = None
        self._rows: list[tuple[DiffLine | None, ...]] = []
        self._written = 0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._write_some)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setReadOnly(True)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.setLayoutDirection(LTR)  # it is code, whatever language the window speaks
        self.document().setUndoRedoEnabled(False)
        theme.changed.connect(self._render)

    @property
    def lines(self) -> Sequence[DiffLine]:
        """What is shown."""
        return self._lines

    def show_diff(self, diff: str) -> None:
        """Show another diff; an empty one says that nothing differs."""
        self.show_lines(parse(diff))

    def show_lines(self, lines: Sequence[DiffLine]) -> None:
        """As ``show_diff``, for a diff that was parsed already (which may take a while)."""
        self._lines = list(lines)
        self._render()

    def show_side_by_side(self, wanted: bool) -> None:
        """Two columns, or one."""
        if wanted != self._side_by_side:
            self._side_by_side = wanted
            self._render()

    def heightForWidth(self, width: int) -> int:
        """What the whole text needs, up to ``tallest``."""
        return min(self._tallest, self._needs(width))

    def _needs(self, width: int) -> int:
        if len(self._rows) > _AT_ONCE:  # not written yet, perhaps; and too long to measure
            line = QFontMetricsF(self._theme.code_font).lineSpacing() * _LINE_HEIGHT / 100
            return round(len(self._rows) * line)
        # A copy is measured: the widget sets the width of its own document back at once.
        if self._ruler is None:
            self._ruler = self.document().clone(self)
        self._ruler.setTextWidth(max(width, 40))
        return max(24, round(self._ruler.size().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scroll only where the text needs it."""
        # A bar that was needed for a moment makes the text higher, and so would stay for ever.
        fits = self.height() >= self._needs(self.width())
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
        )
        super().resizeEvent(event)

    def hasHeightForWidth(self) -> bool:
        """It has: the text wraps."""
        return True

    def sizeHint(self) -> QSize:
        """Any width; the height that goes with it."""
        width = max(self.width(), 240)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """A few lines."""
        return QSize(120, min(72, self.heightForWidth(max(self.width(), 240))))

    def _render(self) -> None:
        self._later.stop()
        self.document().setDefaultFont(self._theme.code_font)
        self._letter = QFontMetricsF(self._theme.code_font).horizontalAdvance("+")
        self.clear()
        if not self._lines:
            self._rows = [(note(translate("Difference", "No difference in the text.")),)]
        elif self._side_by_side:
            self._rows = [(pair.left, pair.right) for pair in pairs(self._lines)]
        else:
            self._rows = [(line,) for line in self._lines]
        if len(self._rows) > _MOST_LINES:
            rest = note(
                translate("Difference", "… {number} more lines are not shown.").format(
                    number=words.number(len(self._rows) - _MOST_LINES)
                )
            )
            self._rows[_MOST_LINES:] = [(rest, note("")) if self._side_by_side else (rest,)]
        self._written = 0
        self._write_some()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        if self._ruler is not None:
            self._ruler.deleteLater()
            self._ruler = None
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setAccessibleDescription(
            summary(self._lines) or translate("Difference", "No difference in the text")
        )
        self.updateGeometry()

    def _write_some(self) -> None:
        """Write the next lines; a long diff in parts, so that the window answers in between."""
        # A table even for one column: only a cell's background reaches from edge to edge. A table
        # a part: Qt lays the whole table out anew when it grows.
        rows = self._rows[self._written : self._written + _AT_ONCE]
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        self._write_table(cursor, rows)
        cursor.endEditBlock()
        self._written += len(rows)
        if self._written < len(self._rows):
            self._later.start()

    def _write_table(
        self, cursor: QTextCursor, rows: Sequence[tuple[DiffLine | None, ...]]
    ) -> None:
        columns = len(rows[0])
        form = QTextTableFormat()
        form.setBorder(0)
        form.setCellPadding(0)
        form.setCellSpacing(0)
        form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        part = QTextLength(QTextLength.Type.PercentageLength, 100 / columns)
        form.setColumnWidthConstraints([part] * columns)
        table = cursor.insertTable(len(rows), columns, form)
        for i, row in enumerate(rows):
            for j, line in enumerate(row):
                cell = table.cellAt(i, j)
                colour = self._background(line)
                if colour is not None:
                    shade = cell.format()
                    shade.setBackground(colour)
                    cell.setFormat(shade)
                if line is not None:
                    self._write(cell.firstCursorPosition(), line)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        # A table is followed by a block of its own: it must not take room.
        last = QTextBlockFormat()
        last.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor.setBlockFormat(last)

    def _write(self, cursor: QTextCursor, line: DiffLine) -> None:
        block = QTextBlockFormat()
        # Wrapped lines go on below the text, not below the sign.
        sign = 0 if self._side_by_side else round(self._letter * 2)
        block.setLeftMargin(_PADDING + sign)
        block.setTextIndent(-sign)
        block.setRightMargin(_PADDING // 2)
        block.setLineHeight(_LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        block.setLayoutDirection(LTR)
        block.setAlignment(LEFT)
        cursor.setBlockFormat(block)
        plain = QTextCharFormat()
        plain.setForeground(
            self._theme.colour("text" if line.kind in _SIGNS else "muted"),
        )
        marked = QTextCharFormat(plain)
        marked.setBackground(
            self._theme.colour("added_word" if line.kind is Kind.ADDED else "removed_word")
        )
        at = 0
        if not self._side_by_side:
            cursor.insertText(_SIGNS.get(line.kind, "  "), plain)
        for start, end in line.marks:
            cursor.insertText(line.text[at:start], plain)
            cursor.insertText(line.text[start:end], marked)
            at = end
        cursor.insertText(line.text[at:], plain)

    def _background(self, line: DiffLine | None) -> QColor | None:
        token = "hover" if line is None else _BACKGROUNDS.get(line.kind)
        return self._theme.colour(token) if token else None
