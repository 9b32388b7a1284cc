"""Paints the rows of the transcript; where things stand is decided in ``row_layout``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QPainterPath,
    QPalette,
    QPixmap,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from app.domain.attachments import Attachment
from app.ui.chat.attachment_box import paint_attachment
from app.ui.chat.boxes import Box
from app.ui.chat.markdown import BlockKind
from app.ui.chat.row_layout import RowLayout
from app.ui.chat.rows import CallRow, FoldRow, NoticeRow, Row, UserRow, WaitRow
from app.ui.chat.selection import Selection, length_of
from app.ui.controls import draw_state
from app.ui.direction import is_rtl, mirrored_f
from app.ui.theme import Theme

_MOST_MARKS: Final = 200
"""Words marked in one piece of text."""


class RowPainter:
    """Paints rows with one theme and one selection."""

    def __init__(
        self,
        theme: Theme,
        selection: Selection,
        picture: Callable[[Attachment], QPixmap | None] = lambda _: None,
    ) -> None:
        self._theme = theme
        self._selection = selection
        self._picture = picture
        self.marked: tuple[str, ...] = ()
        """Words to be marked wherever they stand, in any case of letters."""

    def paint(
        self,
        painter: QPainter,
        index: int,
        row: Row,
        layout: RowLayout,
        origin: QPointF,
        clip: QRectF,
    ) -> None:
        """Paint the boxes of a row that show in ``clip``; ``origin`` is the row's corner."""
        top, bottom = clip.top() - origin.y(), clip.bottom() - origin.y()
        for number, box, rect in layout.between(top, bottom):
            place = rect.translated(origin)
            column = QRectF(origin.x(), place.top(), layout.width, place.height())
            self._ground(painter, row, box, place, column)
            if box.document is not None:
                self._text(painter, index, number, box, place)

    def _ground(self, painter: QPainter, row: Row, box: Box, place: QRectF, column: QRectF) -> None:
        colour = self._theme.colour
        painter.setPen(Qt.PenStyle.NoPen)
        if box.attachment is not None:
            picture = self._picture(box.attachment)
            paint_attachment(painter, box.attachment, place, picture, self._theme)
        elif box.bare:
            return
        elif isinstance(row, UserRow):
            painter.setBrush(colour("accent_soft"))
            self._outline(painter)
            painter.drawPath(_bubble(place))
        elif isinstance(row, FoldRow):
            self._edge(painter, column)
        elif isinstance(row, CallRow | WaitRow | NoticeRow):
            self._edge(painter, column)
            state = _state(row)
            line = box.document.firstBlock().layout().lineAt(0).height() if box.document else 16
            edge = self._theme.px(8)
            dot = QRectF(column.left() + 11, place.top() + (line - edge) / 2, edge, edge)
            draw_state(painter, mirrored_f(column, dot), state, self._theme)
        elif box.block is None:
            return
        elif box.block.kind is BlockKind.CODE:
            painter.setBrush(colour("code"))
            self._outline(painter)
            painter.drawPath(_code_ground(place, first=box.block.first, last=box.block.last))
        elif box.block.kind is BlockKind.QUOTE:
            bar = QRectF(place.left(), place.top(), 3, place.height())
            if is_rtl(box.block.source.lstrip("> ")):
                bar.moveRight(place.right())
            painter.fillRect(bar, colour("line"))
        elif box.block.kind is BlockKind.RULE:
            painter.fillRect(place, colour("strong_line"))

    def _outline(self, painter: QPainter) -> None:
        if self._theme.high_contrast:
            painter.setPen(self._theme.colour("strong_line"))

    def _edge(self, painter: QPainter, column: QRectF) -> None:
        edge = QRectF(column.left(), column.top() - 1, 2, column.height() + 2)
        painter.fillRect(mirrored_f(column, edge), self._theme.colour("strong_line"))

    def _text(self, painter: QPainter, index: int, number: int, box: Box, place: QRectF) -> None:
        document = box.document
        assert document is not None
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, self._theme.colour("text"))
        context.selections = self._marks(document)
        part = self._selection.part(index, number, length_of(document))
        if part is not None:
            chosen = QAbstractTextDocumentLayout.Selection()
            cursor = QTextCursor(document)
            cursor.setPosition(part[0])
            cursor.setPosition(part[1], QTextCursor.MoveMode.KeepAnchor)
            chosen.cursor = cursor
            look = QTextCharFormat()
            look.setBackground(self._theme.colour("selection"))
            chosen.format = look
            context.selections = [*context.selections, chosen]
        painter.save()
        painter.translate(place.left() + box.left, place.top() + box.padding[1])
        document.documentLayout().draw(painter, context)
        painter.restore()

    def _marks(self, document: QTextDocument) -> list[QAbstractTextDocumentLayout.Selection]:
        found: list[QAbstractTextDocumentLayout.Selection] = []
        look = QTextCharFormat()
        look.setBackground(self._theme.colour("attention_soft"))
        look.setFontUnderline(True)
        look.setUnderlineColor(self._theme.colour("attention"))
        for word in self.marked:
            cursor = document.find(word)
            while not cursor.isNull() and len(found) < _MOST_MARKS:
                mark = QAbstractTextDocumentLayout.Selection()
                mark.cursor = cursor
                mark.format = look
                found.append(mark)
                cursor = document.find(word, cursor)
        return found


def _state(row: CallRow | WaitRow | NoticeRow) -> str:
    match row:
        case CallRow():
            return row.state
        case WaitRow():
            return "attention" if row.for_person else "idle"
        case NoticeRow():
            return row.state


def _bubble(place: QRectF) -> QPainterPath:
    """Round, but for the corner that points at who speaks."""
    path = QPainterPath()
    path.addRoundedRect(place, 14, 14)
    corner = QPainterPath()
    sharp = QRectF(place.right() - 16, place.bottom() - 16, 16, 16)
    corner.addRoundedRect(mirrored_f(place, sharp), 4, 4)
    return path.united(corner)


def _code_ground(place: QRectF, *, first: bool, last: bool) -> QPainterPath:
    """Round where a fence begins and where it ends."""
    path = QPainterPath()
    path.addRoundedRect(place, 8, 8)
    square = QPainterPath()
    if not first:
        square.addRect(place.left(), place.top(), place.width(), min(8.0, place.height()))
    if not last:
        square.addRect(place.left(), place.bottom() - 8, place.width(), 8)
    return path.united(square)
