"""The history of one file as a timeline, and what each version says about itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from pathlib import PurePath
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.files import FileAction, FileVersion, OperationType
from app.ui import words
from app.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex


class VersionRole(IntEnum):
    """What a line of the timeline knows."""

    VERSION = Qt.ItemDataRole.UserRole + 1
    LINE = Qt.ItemDataRole.UserRole + 2
    WHEN = Qt.ItemDataRole.UserRole + 3


class VersionsModel(QAbstractListModel):
    """Versions of one file, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self._versions: list[FileVersion] = []
        self._now: datetime | None = None

    @property
    def versions(self) -> Sequence[FileVersion]:
        """All of them, newest first."""
        return self._versions

    def show(self, versions: Sequence[FileVersion], now: datetime) -> None:
        """Show another history (given oldest first)."""
        self.beginResetModel()
        self._versions = list(reversed(versions))
        self._now = now
        self.endResetModel()

    def before(self, version: FileVersion) -> FileVersion | None:
        """The version before another one."""
        older = [one for one in self._versions if one.version < version.version]
        return older[0] if older else None

    def to_restore(self, version: FileVersion) -> FileVersion | None:
        """What "Restore" means while ``version`` is chosen.

        An older version itself; for the newest one, the last before it that has content.
        """
        if version is not self._versions[0] and version.hash_after is not None:
            return version
        older = [v for v in self._versions if v.version < version.version and v.hash_after]
        return older[0] if older else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many versions there are."""
        return 0 if parent.isValid() else len(self._versions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a line shows."""
        if not index.isValid() or index.row() >= len(self._versions) or self._now is None:
            return None
        version = self._versions[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"Version {version.version}"
            case VersionRole.VERSION:
                return version
            case VersionRole.LINE:
                return describe(version)
            case VersionRole.WHEN:
                return words.short_time(version.at, self._now)
            case Qt.ItemDataRole.AccessibleTextRole:
                when = words.exact_time(version.at)
                return f"Version {version.version}, {describe(version)}, {when}"
            case Qt.ItemDataRole.ToolTipRole:
                size = f", {words.size(version.size)}" if version.size is not None else ""
                return f"{words.exact_time(version.at)}{size}"
        return None


def describe(version: FileVersion) -> str:
    """Why a version exists, and who wanted it: ``files.edit · you approved``."""
    facts = version.metadata
    by = "" if version.by in ("", "you", version.skill) else version.by
    match version.operation, version.action:
        case OperationType.EXTERNAL, _:
            what = "changed outside Steward"
        case _, FileAction.SEEN:
            return "as it was first seen"
        case OperationType.RESTORE, _:
            source = facts.get("restored_from")
            what = f"restored from version {source}" if source else "restored"
        case _, FileAction.MOVE:
            source = facts.get("moved_from")
            what = f"renamed from {PurePath(str(source)).name}" if source else "renamed"
        case _, FileAction.REMOVE:
            what = "removed; its content is kept here"
        case _, FileAction.CREATE:
            what = "created"
        case _:
            what = "changed"
    parts = [version.skill or "", what, by]
    if version.skill and what == "changed":
        parts = [version.skill, by]
    if not version.skill and version.by == "you":
        parts = [what, "you"]
    approved = facts.get("approved_by")
    if approved:
        parts.append("you approved" if approved == "you" else f"allowed by {approved}")
    return " · ".join(part for part in parts if part)


_RING: Final = 10


def line_height(letters: int) -> int:
    """Height of a line of the timeline, for letters of a height."""
    return round(letters * 2.1) + 20


class VersionDelegate(QStyledItemDelegate):
    """A ring on a line, the version's name, when and why."""

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Two lines."""
        return QSize(100, line_height(option.fontMetrics.height()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a version."""
        version = index.data(VersionRole.VERSION)
        if not isinstance(version, FileVersion):
            return
        theme = self._theme
        box: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            focused = state & QStyle.StateFlag.State_HasFocus
            painter.setPen(theme.colour("accent" if focused else "strong_line"))
            painter.setBrush(theme.colour("panel"))
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 1.5, -0.5, -1.5), 10, 10)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("hover"))
            painter.drawRoundedRect(QRectF(box).adjusted(0, 1, 0, -1), 10, 10)
        inner = box.adjusted(12, 10, -12, -9)
        self._ring(painter, box, inner, version, index)
        text = inner.adjusted(_RING + 14, 0, 0, 0)
        painter.setPen(theme.colour("muted"))
        painter.setFont(theme.small_font)
        when = str(index.data(VersionRole.WHEN))
        painter.drawText(text, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, when)
        line = painter.fontMetrics().elidedText(
            str(index.data(VersionRole.LINE)), Qt.TextElideMode.ElideRight, text.width()
        )
        painter.drawText(text, Qt.AlignmentFlag.AlignBottom, line)
        painter.setFont(theme.bold())
        painter.setPen(theme.colour("text"))
        painter.drawText(text, Qt.AlignmentFlag.AlignTop, f"Version {version.version}")
        painter.restore()

    def _ring(
        self, painter: QPainter, box: QRect, inner: QRect, version: FileVersion, index: Index
    ) -> None:
        external = version.operation is OperationType.EXTERNAL
        middle = QPointF(inner.left() + _RING / 2, inner.top() + 8)
        painter.setPen(QPen(self._theme.colour("line"), 2))
        rows = index.model().rowCount()
        if index.row() > 0:
            painter.drawLine(QPointF(middle.x(), box.top()), middle - QPointF(0, 9))
        if index.row() < rows - 1:
            painter.drawLine(middle + QPointF(0, 9), QPointF(middle.x(), box.bottom() + 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.colour("attention" if external else "accent"), 2))
        if external:  # a shape of its own: not by colour alone
            painter.drawRect(QRectF(middle.x() - 4.5, middle.y() - 4.5, 9, 9))
        else:
            painter.drawEllipse(middle, 5, 5)
