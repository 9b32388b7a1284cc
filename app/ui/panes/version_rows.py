"""How a version looks in the timeline: a ring on a line, its number, when and why."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.domain.files import FileVersion, OperationType
from app.ui.direction import mirrored, mirrored_point
from app.ui.panes.versions_model import Index, VersionRole, VersionsModel
from app.ui.theme import Theme
from app.ui.translation import translate

_RING: Final = 10


def line_height(letters: int) -> int:
    """Height of a line of the timeline, for letters of a height."""
    return round(letters * 2.1) + 20


class Timeline(QTableView):
    """The list of versions. Costs what its visible rows cost, however many there are.

    A table of one column: Qt's list asks the model about every row before it shows the first.
    """

    def __init__(self, theme: Theme, model: VersionsModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(_VersionDelegate(theme, self))
        self.setAccessibleName(translate("Versions", "Versions"))
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        theme.changed.connect(self._refit)
        self._room = 0

    def moveCursor(
        self, action: QTableView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End lead to the newest and the oldest version, as in a list."""
        match action:
            case QTableView.CursorAction.MoveHome:
                return self.model().index(0, 0)
            case QTableView.CursorAction.MoveEnd:
                return self.model().index(self.model().rowCount() - 1, 0)
        return super().moveCursor(action, modifiers)

    def _refit(self) -> None:
        self.fit(self._room)
        self.viewport().update()

    def fit(self, room: int) -> None:
        """As high as its versions, up to ``room`` pixels, but always one."""
        self._room = room
        line = line_height(self.fontMetrics().height())
        self.verticalHeader().setDefaultSectionSize(line)
        self.setFixedHeight(min(self.model().rowCount() * line + 2, max(line, room)))


def draw_ground(painter: QPainter, option: QStyleOptionViewItem, theme: Theme) -> None:
    """What stands behind a row that is chosen or under the pointer."""
    box = QRectF(option.rect)
    state = option.state
    if state & QStyle.StateFlag.State_Selected:
        focused = state & QStyle.StateFlag.State_HasFocus
        painter.setPen(QPen(theme.colour("accent" if focused else "strong_line"), theme.ring - 1))
        painter.setBrush(theme.colour("panel"))
        painter.drawRoundedRect(box.adjusted(0.5, 1.5, -0.5, -1.5), 10, 10)
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("hover"))
        painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 10, 10)


class _VersionDelegate(QStyledItemDelegate):
    """Two lines of text beside the ring."""

    def __init__(self, theme: Theme, parent: Timeline) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Two lines."""
        return QSize(100, line_height(option.fontMetrics.height()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a version."""
        theme = self._theme
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_ground(painter, option, theme)
        inner = box.adjusted(12, 10, -12, -9)
        version = index.data(VersionRole.VERSION)
        self._ring(painter, box, inner, version, index)
        text = mirrored(inner, inner.adjusted(theme.px(_RING + 14), 0, 0, 0))
        painter.setPen(theme.colour("muted"))
        painter.setFont(theme.small_font)
        when = str(index.data(VersionRole.WHEN) or "")
        painter.drawText(text, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, when)
        line = painter.fontMetrics().elidedText(
            str(index.data(VersionRole.LINE)), Qt.TextElideMode.ElideRight, text.width()
        )
        painter.drawText(text, Qt.AlignmentFlag.AlignBottom, line)
        painter.setFont(theme.bold())
        painter.setPen(theme.colour("text"))
        painter.drawText(text, Qt.AlignmentFlag.AlignTop, str(index.data()))
        painter.restore()

    def _ring(
        self, painter: QPainter, box: QRect, inner: QRect, version: object, index: Index
    ) -> None:
        by = self._theme.px
        middle = QPointF(inner.left() + by(_RING) / 2, inner.top() + by(8))
        middle = mirrored_point(QRectF(inner), middle)
        edge = by(_RING) / 2
        painter.setPen(QPen(self._theme.colour("line"), 2))
        rows = index.model().rowCount()
        if index.row() > 0:
            painter.drawLine(QPointF(middle.x(), box.top()), middle - QPointF(0, by(9)))
        if index.row() < rows - 1:
            painter.drawLine(middle + QPointF(0, by(9)), QPointF(middle.x(), box.bottom() + 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if not isinstance(version, FileVersion):  # not read yet
            painter.setPen(QPen(self._theme.colour("strong_line"), 2))
            painter.drawEllipse(middle, edge, edge)
            return
        external = version.operation is OperationType.EXTERNAL
        painter.setPen(QPen(self._theme.colour("attention" if external else "accent"), 2))
        if external:  # a shape of its own: not by colour alone
            painter.drawRect(
                QRectF(middle.x() - edge + 0.5, middle.y() - edge + 0.5, 2 * edge - 1, 2 * edge - 1)
            )
        else:
            painter.drawEllipse(middle, edge, edge)
        if version.hash_after is None:  # no file from here on: crossed out
            cross = by(3)
            painter.drawLine(middle + QPointF(-cross, -cross), middle + QPointF(cross, cross))
            painter.drawLine(middle + QPointF(-cross, cross), middle + QPointF(cross, -cross))
