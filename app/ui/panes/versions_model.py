"""The history of one file, of any length: a row a version, read in pages where they are looked at.

Versions are numbered without a gap, so the newest number says how many rows there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from pathlib import PurePath
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.domain.files import FileAction, FileVersion, OperationType
from app.ui import words
from app.ui.file_names import name_of
from app.ui.translation import translate

Index = QModelIndex | QPersistentModelIndex

PAGE: Final = 200
"""Versions that are read at once."""


class VersionRole(IntEnum):
    """What a line of the timeline knows."""

    VERSION = Qt.ItemDataRole.UserRole + 1
    LINE = Qt.ItemDataRole.UserRole + 2
    WHEN = Qt.ItemDataRole.UserRole + 3


class VersionsModel(QAbstractListModel):
    """Versions of one file, newest first. A row that is not read yet has its number only.

    ``page_wanted(before)``: the versions below that number are looked at; ``add`` takes them.
    """

    page_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._file_id = ""
        self._newest = 0
        self._known: dict[int, FileVersion] = {}
        self._asked: set[int] = set()
        self._now: datetime | None = None

    @property
    def versions(self) -> Sequence[FileVersion]:
        """Those that are read, newest first."""
        return [self._known[number] for number in sorted(self._known, reverse=True)]

    @property
    def oldest_known(self) -> FileVersion | None:
        """The oldest version that is read."""
        return self._known[min(self._known)] if self._known else None

    @property
    def newest(self) -> FileVersion | None:
        """The newest version."""
        return self._known.get(self._newest)

    def show(self, versions: Sequence[FileVersion], now: datetime) -> None:
        """Show a history by its newest versions (given oldest first).

        Where it is that of the file shown already, only what is new comes in: the rows that
        somebody looks at stay.
        """
        self._now = now
        newest = versions[-1].version if versions else 0
        file_id = versions[-1].file_id if versions else ""
        if file_id == self._file_id and newest >= self._newest > 0:
            fresh = newest - self._newest
            if fresh:
                self.beginInsertRows(QModelIndex(), 0, fresh - 1)
            self._take(versions, newest)
            if fresh:
                self.endInsertRows()
            self._tell(0, self.rowCount() - 1)  # "14:05" becomes "Mon"
            return
        self.beginResetModel()
        self._file_id = file_id
        self._known = {}
        self._asked = set()
        self._take(versions, newest)
        self.endResetModel()

    def add(self, versions: Sequence[FileVersion]) -> None:
        """Take in a page of older versions."""
        mine = [one for one in versions if one.file_id == self._file_id]
        if mine:
            self._take(mine, self._newest)
            numbers = [one.version for one in mine]
            self._tell(self.row_of(max(numbers)), self.row_of(min(numbers)))

    def forget(self, before: int) -> None:
        """A page that was wanted was not read after all: it may be wanted again."""
        self._asked.discard(before)

    def row_of(self, number: int) -> int:
        """The row of a version."""
        return self._newest - number

    def before(self, version: FileVersion) -> FileVersion | None:
        """The version before another one, if it is read."""
        return self._known.get(version.version - 1)

    def to_restore(self, version: FileVersion) -> FileVersion | None:
        """What "Restore" means while ``version`` is chosen.

        An older version itself; for the newest one, the last before it that has content.
        """
        if version.version != self._newest and version.hash_after is not None:
            return version
        for number in range(version.version - 1, 0, -1):
            older = self._known.get(number)
            if older is None or older.hash_after is not None:
                return older
        return None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many versions there are."""
        return 0 if parent.isValid() else self._newest

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a line shows."""
        if not index.isValid() or index.row() >= self._newest or self._now is None:
            return None
        number = self._newest - index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return translate("Versions", "Version {number}").format(number=number)
        version = self._known.get(number)
        if version is None:
            return self._unread(number, role)
        match role:
            case VersionRole.VERSION:
                return version
            case VersionRole.LINE:
                return describe(version)
            case VersionRole.WHEN:
                return words.short_time(version.at, self._now)
            case Qt.ItemDataRole.AccessibleTextRole:
                when = words.exact_time(version.at)
                return translate("Versions", "Version {version}, {describe}, {when}").format(
                    version=version.version, describe=describe(version), when=when
                )
            case Qt.ItemDataRole.ToolTipRole:
                size = f", {words.size(version.size)}" if version.size is not None else ""
                return f"{words.exact_time(version.at)}{size}"
        return None

    def _unread(self, number: int, role: int) -> Any:
        if role not in (VersionRole.VERSION, VersionRole.LINE, Qt.ItemDataRole.AccessibleTextRole):
            return None
        before = -(-number // PAGE) * PAGE + 1
        if before not in self._asked:
            self._asked.add(before)
            self.page_wanted.emit(before)
        match role:
            case VersionRole.LINE:
                return "…"
            case Qt.ItemDataRole.AccessibleTextRole:
                return translate("Versions", "Version {number}").format(number=number)
        return None

    def _take(self, versions: Sequence[FileVersion], newest: int) -> None:
        self._newest = newest
        self._known.update((one.version, one) for one in versions)

    def _tell(self, first: int, last: int) -> None:
        if last >= 0:
            self.dataChanged.emit(self.index(max(0, first)), self.index(last))


def is_pruned(version: FileVersion) -> bool:
    """Whether the person has had the version's content moved into an archive."""
    return "pruned" in version.metadata


def describe(version: FileVersion) -> str:
    """Why a version exists, and who wanted it: ``files.edit · you approved``."""
    if is_pruned(version):
        return translate("Versions", "pruned; its content is in {name}").format(
            name=PurePath(str(version.metadata["pruned"])).name
        )
    facts = version.metadata
    by = "" if version.by in ("", "you", version.skill) else version.by
    match version.operation, version.action:
        case OperationType.EXTERNAL, FileAction.REMOVE:
            return translate("Versions", "removed outside Steward; its content is kept here")
        case OperationType.EXTERNAL, FileAction.CREATE:
            return translate("Versions", "put there outside Steward")
        case OperationType.EXTERNAL, FileAction.MOVE:
            return translate("Versions", "renamed outside Steward")
        case OperationType.EXTERNAL, _:
            return translate("Versions", "changed outside Steward")
        case _, FileAction.SEEN:
            return translate("Versions", "as it was first seen")
        case OperationType.RESTORE, _ if "undo_of_version" in facts:
            kept = translate("Versions", "; later changes kept") if facts.get("merged") else ""
            what = translate("Versions", "took back version {version}{kept}").format(
                version=facts["undo_of_version"], kept=kept
            )
        case OperationType.RESTORE, _:
            source = facts.get("restored_from")
            what = (
                translate("Versions", "restored from version {version}").format(version=source)
                if source
                else translate("Versions", "restored")
            )
        case _, FileAction.MOVE:
            source = facts.get("moved_from")
            what = (
                translate("Versions", "renamed from {name}").format(name=name_of(str(source)))
                if source
                else translate("Versions", "renamed")
            )
            if source and name_of(str(source)) == name_of(version.path):
                what = translate("Versions", "moved from another folder")
        case _, FileAction.REMOVE:
            what = translate("Versions", "removed; its content is kept here")
        case _, FileAction.CREATE:
            what = translate("Versions", "created")
        case _:
            # A skill's own name says what it does.
            what = "" if version.skill else translate("Versions", "changed")
    parts = [version.skill or "", what, by]
    if not version.skill and version.by == "you":
        parts = [what, translate("Versions", "you")]
    approved = facts.get("approved_by")
    if approved:
        parts.append(
            translate("Versions", "you approved")
            if approved == "you"
            else translate("Versions", "allowed by {who}").format(who=approved)
        )
    return " · ".join(part for part in parts if part)
