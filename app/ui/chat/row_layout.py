"""How one row of the transcript is laid out: boxes of text, measured only when they are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QTextCharFormat, QTextCursor, QTextDocument

from app.ui.channel_words import came_over
from app.ui.chat.attachment_box import ATTACHMENT_GAP, attachment_box, attachment_height
from app.ui.chat.boxes import Box, Column
from app.ui.chat.heights import Heights
from app.ui.chat.highlight import Highlighter
from app.ui.chat.large_texts import LARGE, LargeTexts
from app.ui.chat.markdown import Block, BlockKind, BlockSplitter
from app.ui.chat.render import plain_document, render
from app.ui.chat.rows import (
    ActsRow,
    AnswerRow,
    CallRow,
    CardRow,
    DayRow,
    EarlierRow,
    FoldRow,
    ForkRow,
    NoticeRow,
    Row,
    SuggestionsRow,
    UserRow,
)
from app.ui.direction import isolated, isolated_path, mirrored_f, window_is_rtl
from app.ui.skill_words import skill_label
from app.ui.theme import Theme

_BUBBLE_PADDING: Final = (14.0, 9.0, 9.0)
_CODE_PADDING: Final = (12.0, 9.0)
MARK_INDENT: Final = 24.0
"""At the usual size of text."""
_GAPS: Final = {
    UserRow: 20.0,
    AnswerRow: 12.0,
    CallRow: 8.0,
    CardRow: 12.0,
    NoticeRow: 10.0,
    FoldRow: 10.0,
    SuggestionsRow: 12.0,
    ActsRow: 6.0,
    ForkRow: 2.0,
    DayRow: 24.0,
    EarlierRow: 24.0,
}
_DEFAULT_GAP: Final = 10.0
_PIECE: Final = 4_000
"""Characters."""
# More documents than this in one row: those far from what is seen are let go.
_MANY_DOCUMENTS: Final = 120
_FAR: Final = 4_000.0


class RowLayout:
    """The boxes of one row, top to bottom; nothing here looks at all of them at once.

    The places of boxes are those from left to right; ``rect`` says where they stand in a window
    of the other direction, too. ``width`` is that of the column.
    """

    def __init__(self, gap: float, width: float, widget_height: float | None = None) -> None:
        self.gap = gap
        self.width = width
        self.boxes: list[Box] = []
        self.splitter: BlockSplitter | None = None
        self.frozen = 0
        self._widget_height = widget_height
        self._heights = Heights()
        self._drawn: set[int] = set()

    @property
    def height(self) -> float:
        """Of the row with the room above it, as far as it is known."""
        return self.gap + (
            self._heights.total if self._widget_height is None else self._widget_height
        )

    def append(self, box: Box) -> None:
        """Add a box at the end."""
        self._heights.insert(len(self.boxes), box.gap + box.height)
        if box.document is not None:
            self._drawn.add(len(self.boxes))
        self.boxes.append(box)

    def cut(self, count: int) -> list[Box]:
        """Take off all boxes but the first ``count``; returns them."""
        off = self.boxes[count:]
        for index in reversed(range(count, len(self.boxes))):
            self._heights.remove(index)
            self._drawn.discard(index)
        del self.boxes[count:]
        return off

    def rect(self, index: int) -> QRectF:
        """Where a box stands in the row, paddings included."""
        box = self.boxes[index]
        top = self.gap + self._heights.top(index) + box.gap
        whole = QRectF(0, top, self.width, box.height)
        return mirrored_f(whole, QRectF(box.x, top, box.width, box.height))

    def between(self, top: float, bottom: float) -> Iterator[tuple[int, Box, QRectF]]:
        """The boxes that show between ``top`` and ``bottom`` (in the row)."""
        index = max(0, self._heights.at(top - self.gap))
        while index < len(self.boxes):
            rect = self.rect(index)
            if rect.top() > bottom:
                break
            if rect.bottom() >= top:
                yield index, self.boxes[index], rect
            index += 1

    def measure(self, top: float, bottom: float, column: Column) -> None:
        """Measure the boxes that show between ``top`` and ``bottom`` (in the row)."""
        for index, box, _ in self.between(top, bottom):
            if not box.measured or box.document is None:
                box.measure(column)
                self._heights.set(index, box.gap + box.height)
                self._drawn.add(index)
        if len(self._drawn) > _MANY_DOCUMENTS:
            self._let_go(top, bottom)

    def fence(self, number: int) -> range:
        """The boxes of the fence that box ``number`` belongs to; none if it is no code."""
        first = last = number
        while (block := self._code(first)) is not None and not block.first and first > 0:
            first -= 1
        while (block := self._code(last)) is not None and not block.last:
            if self._code(last + 1) is None:
                break  # it still grows
            last += 1
        return range(first, last + 1) if self._code(number) is not None else range(0)

    def _code(self, number: int) -> Block | None:
        block = self.boxes[number].block if number < len(self.boxes) else None
        return block if block is not None and block.kind is BlockKind.CODE else None

    def redraw_code(self) -> None:
        """Let go of the documents with code in them: they are made anew when next seen."""
        for index in tuple(self._drawn):
            block = self.boxes[index].block
            if block is not None and block.has_code:
                self.boxes[index].document = None
                self._drawn.discard(index)

    def _let_go(self, top: float, bottom: float) -> None:
        for index in tuple(self._drawn):
            rect = self.rect(index)
            if rect.bottom() < top - _FAR or rect.top() > bottom + _FAR:
                self.boxes[index].document = None
                self._drawn.discard(index)


class RowLayouter:
    """Makes and updates the layouts of rows. ``rendered`` counts the documents made for blocks."""

    def __init__(self, theme: Theme, highlighter: Highlighter, large: LargeTexts) -> None:
        self._theme = theme
        self._highlighter = highlighter
        self._large = large
        self.column = Column.of(600, theme)
        self.rendered = 0

    def estimate(self, row: Row) -> float:
        """About how high a row will be, without making anything."""
        gap = _GAPS.get(type(row), _DEFAULT_GAP)
        match row:
            case UserRow():
                attached = sum(attachment_height(one, self.column.line) for one in row.attachments)
                attached += self.column.line if came_over(row.channel) else 0.0
                if not row.text:
                    return gap + attached
                return gap + attached + self._lines(row.text, self.column.width * 0.75) + 18
            case AnswerRow():
                return gap + self._lines(row.text, self.column.prose) * 1.12
            case FoldRow(open=True):
                return gap + self.column.line + self._lines(row.text, self.column.prose)
            case SuggestionsRow() | ActsRow():
                return gap + 34
            case ForkRow():
                return gap + 24
            case CardRow():
                return gap + 220
            case _:
                return gap + self.column.line

    def layout(self, row: Row, widget_height: float | None = None) -> RowLayout:
        """A new layout of ``row``; ``widget_height`` for rows a widget stands in."""
        gap = _GAPS.get(type(row), _DEFAULT_GAP)
        made = RowLayout(gap, self.column.width, widget_height)
        match row:
            case UserRow():
                for place, one in enumerate(row.attachments):
                    made.append(attachment_box(one, self._theme, self.column, first=not place))
                if row.text or not row.attachments:
                    bubble = self._bubble(row)
                    bubble.gap = ATTACHMENT_GAP if row.attachments else 0.0
                    made.append(bubble)
                if over := came_over(row.channel):
                    made.append(self._below_bubble(over))
            case AnswerRow():
                self._answer(made, row)
            case CallRow():
                made.append(self._marked(lambda: self._call(row)))
            case FoldRow():
                closed = "◂" if window_is_rtl() else "▸"
                sign = "▾" if row.open else closed
                made.append(self._marked(lambda: self._small(f"{sign} {row.title}")))
                if row.open:
                    made.append(self._folded(row))
            case CardRow() | SuggestionsRow() | ForkRow() | ActsRow():
                pass
            case DayRow() | EarlierRow():
                made.append(self._heading(row.text))
            case _:
                made.append(self._marked(lambda: self._small(row.text)))
        return made

    def _answer(self, made: RowLayout, row: AnswerRow) -> None:
        if row.live or len(row.text) < LARGE:
            made.splitter = BlockSplitter()
            self.update(made, row)
        elif (blocks := self._large.blocks(row.text)) is not None:
            for block in blocks:
                made.append(self._block(block, made.boxes[-1].block if made.boxes else None))
        else:
            for piece in _pieces(row.text):
                made.append(self._words(piece))

    def _words(self, text: str) -> Box:
        """Text as it was written, until its blocks are known."""
        width = self.column.prose
        height = self._lines(text, width)
        return Box(lambda: plain_document(self._theme, text), height, width=width)

    def update(self, made: RowLayout, row: AnswerRow) -> None:
        """Bring the layout of an answer up to its text: frozen blocks keep their documents."""
        assert made.splitter is not None
        made.splitter.update(row.text, done=not row.live)
        drawn = made.cut(made.frozen)
        blocks = made.splitter.frozen[made.frozen :] + made.splitter.tail
        for place, block in enumerate(blocks):
            before = made.boxes[-1].block if made.boxes else None
            old = drawn[place] if place < len(drawn) else None
            if old is not None and old.block is not None and old.block.looks_like(block):
                made.append(old)
            else:
                made.append(self._block(block, before))
        made.frozen = len(made.splitter.frozen)

    def _block(self, block: Block, before: Block | None) -> Box:
        column = self.column
        padding = (0.0, 0.0, 0.0)
        width = column.prose
        match block.kind:
            case BlockKind.RULE:
                return Box(None, 1.0, gap=10.0, width=column.prose, block=block, measured=True)
            case BlockKind.CODE:
                side, edge = _CODE_PADDING
                padding = (side, edge if block.first else 0.0, edge if block.last else 0.0)
                width = column.width
                height = (block.code.count("\n") + 1) * column.line * 0.85 + sum(padding[1:])
            case BlockKind.TABLE:
                width = column.width
                height = (block.source.count("\n") + 1) * (column.line + 8)
            case _:
                height = self._lines(block.source, width)
        return Box(
            lambda: self._made(block),
            height,
            gap=_gap_between(before, block),
            width=width,
            padding=padding,
            block=block,
        )

    def _made(self, block: Block) -> QTextDocument:
        self.rendered += 1
        return render(block, self._theme, self._highlighter)

    def _bubble(self, row: UserRow) -> Box:
        width = self.column.width * 0.78
        return Box(
            lambda: plain_document(self._theme, row.text),
            self._lines(row.text, width) + 18,
            width=width,
            padding=_BUBBLE_PADDING,
            shrink=True,
        )

    def _below_bubble(self, text: str) -> Box:
        """Where a message came from."""
        return Box(
            lambda: self._small(text),
            self.column.line,
            gap=3.0,
            width=self.column.width * 0.78,
            padding=(2.0, 0.0, 0.0),
            shrink=True,
            bare=True,
        )

    def _marked(self, make: Callable[[], QTextDocument]) -> Box:
        indent = self._theme.px(MARK_INDENT)
        return Box(make, self.column.line, x=indent, width=self.column.width - indent)

    def _heading(self, text: str) -> Box:
        """In the middle of the column."""

        def make() -> QTextDocument:
            document = self._small(text)
            option = document.defaultTextOption()
            option.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            document.setDefaultTextOption(option)
            return document

        return Box(make, self.column.line, width=self.column.width)

    def _folded(self, row: FoldRow) -> Box:
        indent = self._theme.px(MARK_INDENT)
        width = self.column.prose - indent
        height = self._lines(row.text, width)
        make = partial(self._small, row.text, own_direction=True)
        return Box(make, height, gap=6.0, x=indent, width=width)

    def _small(self, text: str, *, own_direction: bool = False) -> QTextDocument:
        """Muted words: the window's, and in its direction, unless somebody else said them."""
        document = plain_document(self._theme, text, colour="muted")
        document.setDefaultFont(self._theme.small_font)
        if not own_direction:
            option = document.defaultTextOption()
            option.setTextDirection(QGuiApplication.layoutDirection())
            document.setDefaultTextOption(option)
        return document

    def _call(self, row: CallRow) -> QTextDocument:
        theme = self._theme
        document = self._small("")
        cursor = QTextCursor(document)
        name = QTextCharFormat()
        name.setFontFamilies([theme.code_font.family()])
        name.setFontPointSize(theme.code_font.pointSizeF() * 0.95)
        name.setForeground(theme.colour("text"))
        name.setBackground(theme.colour("code"))
        muted = QTextCharFormat()
        muted.setForeground(theme.colour("muted"))
        cursor.insertText(isolated_path(skill_label(row.name)), name)
        if row.gist:
            cursor.insertText(f"  {isolated(row.gist)}", muted)
        coloured = QTextCharFormat(muted)
        if row.state in ("trouble", "attention"):
            coloured.setForeground(theme.colour(row.state))
        cursor.insertText(f"   {isolated(row.outcome)}", coloured)
        return document

    def _lines(self, text: str, width: float) -> float:
        """About how high ``text`` is when wrapped at ``width``."""
        per_line = max(8.0, width / (self.column.letter * 1.05))
        return (len(text) / per_line + text.count("\n") * 0.75 + 1) * self.column.line


def _pieces(text: str) -> Iterator[str]:
    """``text`` in pieces of about a screen, cut between lines where there are any."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin + _PIECE // 2, begin + _PIECE)
        end = end if end >= 0 else begin + _PIECE
        yield text[begin:end]
        begin = end + 1 if text[end : end + 1] == "\n" else end


def _gap_between(before: Block | None, block: Block) -> float:
    if before is None:
        return 0.0
    if before.kind is BlockKind.ITEM and block.kind is BlockKind.ITEM:
        return 4.0
    if before.kind is BlockKind.CODE and not block.first:
        return 0.0
    if block.kind is BlockKind.HEADING:
        return 16.0
    return 10.0
