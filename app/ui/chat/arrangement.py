"""Where the rows of a conversation stand: estimated until seen, measured then, never jumping."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from app.ui.chat.boxes import Box, Column
from app.ui.chat.conversation import ConversationModel
from app.ui.chat.heights import Heights
from app.ui.chat.highlight import Highlighter
from app.ui.chat.large_texts import LargeTexts
from app.ui.chat.row_layout import RowLayout, RowLayouter
from app.ui.chat.rows import AnswerRow, EarlierRow, Row
from app.ui.theme import Theme
from app.ui.tokens import COLUMN

_KEPT_LAYOUTS: Final = 64
_KEPT_BOXES: Final = 600
"""Of all rows together: a long answer has hundreds, each with what it was parsed into."""
_SIDE: Final = 36
_NARROW_SIDE: Final = 16
_END: Final = 20.0
"""Room below the last row."""

WidgetHeight = Callable[[int, int], float | None]
"""Key of a row and the width there is → height of the widget in it, ``None`` if there is none."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What stays where it is: a box of a row, ``y`` pixels below the edge of the view."""

    key: int
    box: int
    y: float


class Arrangement:
    """Owns the heights, the layouts of the rows seen last, and the scroll position.

    ``top`` is the first pixel in view. While ``following`` the end stays in view; else the first
    box that begins in view stays where it is, whatever happens above or below it.
    """

    def __init__(
        self,
        theme: Theme,
        highlighter: Highlighter,
        large: LargeTexts,
        widget_height: WidgetHeight,
    ) -> None:
        self._theme = theme
        self._widget_height = widget_height
        self._layouter = RowLayouter(theme, highlighter, large)
        self._layouts: OrderedDict[int, RowLayout] = OrderedDict()
        self._anchor: Anchor | None = None
        self.heights = Heights()
        self.model: ConversationModel | None = None
        self.following = True
        self.top = 0.0
        self.view_width = 0
        self.view_left = 0
        self.view_height = 0

    # -- reading ---------------------------------------------------------------------------

    @property
    def rendered(self) -> int:
        """Documents made for Markdown blocks so far."""
        return self._layouter.rendered

    @property
    def column(self) -> Column:
        """The room rows have."""
        return self._layouter.column

    @property
    def left(self) -> float:
        """Where the column begins."""
        return max(0.0, (self.view_width - self.column.width) / 2 - self.view_left)

    @property
    def rows(self) -> Sequence[Row]:
        """All rows."""
        return self.model.rows if self.model is not None else ()

    @property
    def most(self) -> int:
        """The last scroll position."""
        return max(0, round(self.heights.total + _END - self.view_height))

    @property
    def near_beginning(self) -> bool:
        """Whether the row that stands for earlier ones is in view or a screen above it."""
        first = self.rows[0] if self.rows else None
        return isinstance(first, EarlierRow) and self.top < self.view_height

    def key(self, index: int) -> int:
        """The lasting name of a row."""
        assert self.model is not None
        return self.model.key(index)

    def index_of(self, key: int) -> int:
        """Where the row called ``key`` stands, -1 if it is gone."""
        return self.model.index_of(key) if self.model is not None else -1

    def rect(self, index: int) -> QRectF:
        """A row in the viewport, the room above it included."""
        top = self.heights.top(index) - self.top
        return QRectF(self.left, top, self.column.width, self.heights[index])

    def row_at(self, y: float) -> int:
        """The row under ``y`` of the viewport; the nearest one; -1 where there is none."""
        return self.heights.at(self.top + y)

    def known(self, index: int) -> RowLayout | None:
        """The layout of a row if it is laid out now."""
        return self._layouts.get(self.key(index))

    def layout(self, index: int) -> RowLayout:
        """The layout of a row, made when there is none."""
        key = self.key(index)
        made = self._layouts.get(key)
        if made is None:
            height = self._widget_height(key, round(self.column.width))
            made = self._layouter.layout(self.rows[index], height)
            self._layouts[key] = made
            while len(self._layouts) > _KEPT_LAYOUTS:
                self._layouts.popitem(last=False)
        self._layouts.move_to_end(key)
        return made

    def box_at(self, point: QPointF) -> tuple[int, int, Box, QPointF] | None:
        """The text nearest to a point of the viewport.

        Returns the row, the box's number, the box, and the point in the box's document.
        """
        index = self.row_at(point.y())
        if index < 0:
            return None
        layout = self.layout(index)
        local = point - self.rect(index).topLeft()
        best: tuple[float, int, QRectF] | None = None
        for number, box, rect in layout.between(local.y() - 40, local.y() + 40):
            away = max(rect.top() - local.y(), local.y() - rect.bottom(), 0.0)
            if box.document is not None and (best is None or away < best[0]):
                best = (away, number, rect)
        if best is None:
            return None
        _, number, rect = best
        box = layout.boxes[number]
        inner = local - rect.topLeft() - QPointF(box.left, box.padding[1])
        return index, number, box, inner

    # -- what changes ------------------------------------------------------------------------

    def reset(self) -> None:
        """The rows are others: begin at their end."""
        self._layouts.clear()
        self._anchor = None
        self.following = True
        self._estimate_all()

    def resize(self, width: int, height: int, left: int = 0) -> None:
        """The viewport is of another size.

        ``width`` is that of the whole view; ``left`` is what a scroll bar on the left takes of it.
        """
        self.view_height, self.view_left = height, left
        if width == self.view_width:
            return
        self.view_width = width
        if abs(self._room() - self.column.width) > 0.5:
            self._fill()

    def restyle(self) -> None:
        """Colours or fonts are others; what was being read stays in view."""
        self._fill()

    def _room(self) -> float:
        """How wide the column may be."""
        side = _SIDE if self.view_width > 560 else _NARROW_SIDE
        return float(max(120, min(self._theme.px(COLUMN), self.view_width - 2 * side)))

    def _fill(self) -> None:
        """Lay all rows out anew."""
        self._layouter.column = Column.of(self._room(), self._theme)
        self._layouts.clear()
        self._estimate_all()

    def blocks_known(self, text: str) -> None:
        """The blocks of a long answer are known: lay it out anew."""
        for key in tuple(self._layouts):
            row = self.rows[index] if (index := self.index_of(key)) >= 0 else None
            if isinstance(row, AnswerRow) and row.text == text:
                self.forget(key)

    def recolour_code(self) -> None:
        """Another language can be coloured now."""
        for layout in self._layouts.values():
            layout.redraw_code()

    def inserted(self, first: int, count: int) -> None:
        """Rows were added."""
        added = (self.rows[index] for index in range(first, first + count))
        self.heights.insert_all(first, map(self._layouter.estimate, added))

    def removed(self, first: int, count: int) -> None:
        """Rows were taken out."""
        for _ in range(count):
            self.heights.remove(first)
        for key in [key for key in self._layouts if self.index_of(key) < 0]:
            del self._layouts[key]

    def changed(self, index: int) -> None:
        """A row is another: an answer that grows keeps the documents of its frozen blocks."""
        row, key = self.rows[index], self.key(index)
        known = self._layouts.get(key)
        if known is not None and known.splitter is not None and isinstance(row, AnswerRow):
            self._layouter.update(known, row)
            self.heights.set(index, known.height)
        else:
            self.forget(key)
            self.heights.set(index, self._layouter.estimate(row))

    def forget(self, key: int) -> None:
        """Lay a row out anew."""
        self._layouts.pop(key, None)

    def scroll_to(self, value: float) -> None:
        """The person has scrolled; at the end they follow what comes."""
        moved = min(max(value, 0.0), float(self.most)) - self.top
        self.top += moved
        self.following = self.top >= self.most - 4
        if self._anchor is not None:
            place = self._anchor.y - moved
            near = abs(place) <= self.view_height
            self._anchor = replace(self._anchor, y=place) if near else None

    def settle(self) -> None:
        """Measure what is in view, and put ``top`` where nothing jumps."""
        for _ in range(8):  # a measured row changes what is in view; it settles at once
            self.top = self._wanted_top()
            if not self._measure():
                break
        self.top = self._wanted_top()
        self._anchor = self._find_anchor()
        self._let_go()

    def _let_go(self) -> None:
        """Forget the layouts used longest ago that are not in view, beyond what is kept."""
        kept = sum(len(layout.boxes) for layout in self._layouts.values())
        if kept <= _KEPT_BOXES:
            return
        first, last = self.row_at(0.0), self.row_at(float(self.view_height))
        seen = {self.key(index) for index in range(max(first, 0), last + 1)}
        for key in [key for key in self._layouts if key not in seen]:
            if kept <= _KEPT_BOXES:
                break
            kept -= len(self._layouts.pop(key).boxes)

    def _wanted_top(self) -> float:
        wanted = self.top
        if self.following:
            wanted = float(self.most)
        elif self._anchor is not None:
            index = self.index_of(self._anchor.key)
            if index >= 0:
                wanted = self._begin(index, self._anchor.box) - self._anchor.y
        return min(max(wanted, 0.0), float(self.most))

    def _begin(self, index: int, box: int) -> float:
        """Where a box of a row begins, in all the rows."""
        layout = self.layout(index)
        inside = layout.rect(box).top() if box < len(layout.boxes) else 0.0
        return self.heights.top(index) + inside

    def _find_anchor(self) -> Anchor | None:
        """The first box that begins in view, else the one that fills it."""
        best: Anchor | None = None
        index = self.heights.at(self.top)
        while 0 <= index < len(self.heights):
            begin = self.heights.top(index) - self.top
            if begin > self.view_height:
                break
            layout = self.layout(index)
            if not layout.boxes:
                best = Anchor(self.key(index), 0, begin)
                if begin >= 0:
                    return best
            for box, _, rect in layout.between(-begin, self.view_height - begin):
                best = Anchor(self.key(index), box, begin + rect.top())
                if best.y >= 0:
                    return best
            index += 1
        return best

    def _measure(self) -> bool:
        """Measure the rows in view; whether any height was another than thought."""
        changed = False
        index = self.heights.at(self.top)
        while 0 <= index < len(self.heights):
            begin = self.heights.top(index) - self.top
            if begin > self.view_height:
                break
            layout = self.layout(index)
            layout.measure(-begin, self.view_height - begin, self.column)
            changed = bool(self.heights.set(index, layout.height)) or changed
            index += 1
        return changed

    def _estimate_all(self) -> None:
        self.heights.reset(self._layouter.estimate(row) for row in self.rows)
