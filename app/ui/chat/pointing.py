"""What the pointer means in the transcript: places in the text, links, calls, selections."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QTextCursor

from app.domain.attachments import Attachment
from app.ui.chat.arrangement import Arrangement
from app.ui.chat.rows import WIDGET_ROWS, CallRow, FoldRow
from app.ui.chat.selection import Position, Selection, length_of


class Pointing:
    """Turns points of the viewport into selections and targets."""

    def __init__(self, arrangement: Arrangement, selection: Selection) -> None:
        self._arrangement = arrangement
        self._selection = selection
        self._pressed: QPointF | None = None

    def press(self, point: QPointF, *, extend: bool) -> None:
        """The button went down: begin a selection, or extend the one there is."""
        self._pressed = point
        place = self._place(point)
        if not (extend and self._selection.anchor is not None):
            self._selection.anchor = place
        self._selection.head = place

    def drag(self, point: QPointF) -> None:
        """The pointer moved with the button down."""
        if self._pressed is not None and (place := self._place(point)) is not None:
            self._selection.anchor = self._selection.anchor or place
            self._selection.head = place

    def released_as_click(self, point: QPointF) -> bool:
        """The button went up; whether that was a click and no selection."""
        pressed, self._pressed = self._pressed, None
        if pressed is None or not self._selection.is_empty:
            return False
        return (point - pressed).manhattanLength() <= 4

    def select_word(self, point: QPointF) -> None:
        """Select the word under the pointer."""
        self._pressed = None
        place = self._place(point)
        if place is None:
            return
        box = self._arrangement.layout(self._arrangement.index_of(place.key)).boxes[place.box]
        assert box.document is not None
        cursor = QTextCursor(box.document)
        cursor.setPosition(place.letter)
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        self._selection.anchor = Position(place.key, place.box, cursor.selectionStart())
        self._selection.head = Position(place.key, place.box, cursor.selectionEnd())

    def select_all(self) -> None:
        """Select the text of every row."""
        texts = [
            index
            for index, row in enumerate(self._arrangement.rows)
            if not isinstance(row, WIDGET_ROWS)
        ]
        if not texts:
            return
        boxes = self._arrangement.layout(texts[-1]).boxes
        number = len(boxes) - 1
        end = 0
        if boxes and (make := boxes[number].make) is not None:
            end = length_of(boxes[number].document or make())
        self._selection.anchor = Position(self._arrangement.key(texts[0]), 0, 0)
        self._selection.head = Position(self._arrangement.key(texts[-1]), max(0, number), end)

    def link(self, point: QPointF) -> str:
        """The address under the pointer; empty where there is none."""
        found = self._arrangement.box_at(point)
        if found is None or found[2].document is None:
            return ""
        return str(found[2].document.documentLayout().anchorAt(found[3]))

    def call(self, point: QPointF) -> CallRow | None:
        """The skill call under the pointer."""
        index = self._row(point)
        row = self._arrangement.rows[index] if index >= 0 else None
        return row if isinstance(row, CallRow) else None

    def attachment(self, point: QPointF) -> Attachment | None:
        """The attachment under the pointer."""
        index = self._row(point)
        if index < 0:
            return None
        local = point - self._arrangement.rect(index).topLeft()
        for _, box, rect in self._arrangement.layout(index).between(local.y(), local.y()):
            if box.attachment is not None and rect.contains(local):
                return box.attachment
        return None

    def code(self, point: QPointF) -> tuple[QRectF, str] | None:
        """Where the piece of code under the pointer stands in the viewport, and all of it."""
        index = self._row(point)
        if index < 0:
            return None
        corner = self._arrangement.rect(index).topLeft()
        layout = self._arrangement.layout(index)
        local = point - corner
        for number, _, rect in layout.between(local.y(), local.y()):
            if rect.contains(local) and (boxes := layout.fence(number)):
                place = layout.rect(boxes[0]).united(layout.rect(boxes[-1])).translated(corner)
                blocks = (layout.boxes[one].block for one in boxes)
                return place, "\n".join(block.code for block in blocks if block is not None)
        return None

    def fold(self, point: QPointF) -> int:
        """The row whose title under the pointer folds or unfolds it; -1 where there is none."""
        index = self._row(point)
        if index < 0 or not isinstance(self._arrangement.rows[index], FoldRow):
            return -1
        title = self._arrangement.layout(index).rect(0)
        return index if point.y() - self._arrangement.rect(index).top() <= title.bottom() else -1

    def last_fold(self) -> int:
        """The lowest folding row in view; -1 where there is none."""
        first = max(0, self._arrangement.row_at(0.0))
        last = self._arrangement.row_at(float(self._arrangement.view_height))
        for index in range(last, first - 1, -1):
            if isinstance(self._arrangement.rows[index], FoldRow):
                return index
        return -1

    def _row(self, point: QPointF) -> int:
        index = self._arrangement.row_at(point.y())
        return index if index >= 0 and self._arrangement.rect(index).contains(point) else -1

    def _place(self, point: QPointF) -> Position | None:
        found = self._arrangement.box_at(point)
        if found is None or found[2].document is None:
            return None
        index, number, box, inner = found
        assert box.document is not None
        letter = box.document.documentLayout().hitTest(inner, Qt.HitTestAccuracy.FuzzyHit)
        return Position(self._arrangement.key(index), number, max(0, letter))
