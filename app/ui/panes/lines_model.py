"""A list of lines that are given all at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex

T = TypeVar("T")


class LinesModel(QAbstractListModel, Generic[T]):
    """Holds lines; what each shows is said by ``data`` of a model made from it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Sequence[T] = ()

    def show(self, lines: Sequence[T]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many lines."""
        return 0 if parent.isValid() else len(self.lines)
