"""The granted folders as a tree: each folder is read when it is opened, and shown in parts.

Qt asks a model about every row that is open, so a folder of a hundred thousand files is given to it
a thousand at a time; the last row says how many more there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from app.domain.workspace import FileEntry
from app.ui import words
from app.ui.file_names import name_of, tip_of
from app.ui.translation import translate

Index = QModelIndex | QPersistentModelIndex

PART: Final = 1_000
"""Entries of a folder that are shown at once."""
_FEW: Final = 200
"""More differences than that, and a folder is shown anew."""


class TreeRole(IntEnum):
    """What a row knows."""

    NODE = Qt.ItemDataRole.UserRole + 1


class Listed:
    """What is in a folder, and a sign of it that is quickly compared. Made in any thread."""

    __slots__ = ("entries", "sign")

    def __init__(self, entries: Sequence[FileEntry]) -> None:
        self.entries = entries
        self.sign = hash(tuple((entry.path, entry.is_dir) for entry in entries))


@dataclass(slots=True, eq=False)
class TreeNode:
    """A folder, a file, or a row that only says something (without a path).

    ``listed``: what is in a folder, once it is read; ``nodes`` those that are shown.
    ``note``: what is to be known of a granted folder. ``entry``: what was read of it.
    """

    path: str
    name: str
    is_folder: bool
    told: str = ""
    note: str = ""
    parent: TreeNode | None = None
    entry: FileEntry | None = None
    listed: Listed | None = None
    nodes: list[TreeNode] = field(default_factory=list)
    row: int = 0

    @property
    def is_more(self) -> bool:
        """Whether it stands for the rest of a folder."""
        return not self.path and self.parent is not None and self.parent.listed is not None

    @property
    def tip(self) -> str:
        """All that is known of it."""
        if self.entry is None or self.is_folder:
            return self.told or tip_of(self.path)
        size, when = words.size(self.entry.size), words.exact_time(self.entry.modified_at)
        return f"{tip_of(self.path)}\n{size} · {when}"


@dataclass(frozen=True, slots=True)
class Root:
    """A granted folder. ``note``: a word on how it stands; ``tip`` says it whole."""

    path: str
    name: str
    note: str
    tip: str


class FolderTree(QAbstractItemModel):
    """``wanted(path)``: a folder is opened that is not read yet; ``fill`` takes what is in it."""

    wanted = Signal(str)

    def __init__(self, icon: Callable[[str], QIcon]) -> None:
        super().__init__()
        self._icon = icon
        self._roots: list[TreeNode] = []
        self._folders: dict[str, TreeNode] = {}
        self._asked: set[str] = set()

    # -- feeding -------------------------------------------------------------------------------

    def show_roots(self, roots: Sequence[Root]) -> None:
        """Show these folders; what is open in those that are shown already stays so."""
        if [node.path for node in self._roots] == [root.path for root in roots]:
            for node, root in zip(self._roots, roots, strict=True):
                if (node.note, node.told) != (root.note, root.tip):
                    node.note, node.told = root.note, root.tip
                    self.dataChanged.emit(self.index_of(node), self.index_of(node))
                    if node.listed is None and node.nodes:  # it failed before that was known
                        self.fail(node.path, node.nodes[0].told)
            return
        self.beginResetModel()
        self._roots = [
            TreeNode(root.path, root.name, True, root.tip, root.note, row=row)
            for row, root in enumerate(roots)
        ]
        self._folders = {node.path: node for node in self._roots}
        self._asked.clear()
        self.endResetModel()

    def fill(self, path: str, listed: Listed) -> None:
        """What is in a folder now."""
        node = self._folders.get(path)
        if node is None:
            return
        self._asked.discard(path)
        before, node.listed = node.listed, listed
        if before is not None and before.sign == listed.sign:
            return
        shown = [one for one in node.nodes if one.path]
        wanted = listed.entries[: max(PART, len(shown))]
        kept = {entry.path for entry in wanted}
        gone = [one for one in shown if one.path not in kept]
        known = {one.path for one in shown}
        fresh = sum(entry.path not in known for entry in wanted)
        self._drop_words(node)
        if before is None or len(gone) + fresh > _FEW:
            self._replace(node, wanted)
        else:
            self._amend(node, gone, wanted)
        self._say_more(node)

    def fail(self, path: str, words_: str) -> None:
        """A folder could not be read: say why in it."""
        node = self._folders.get(path)
        if node is not None:
            self._asked.discard(path)
            node.listed = None  # what it has when it is back is shown, also if it is the same
            self._replace(node, ())
            told = words_
            if node.parent is None and node.note:  # it is known already how it stands
                told = node.told.rpartition("\n")[2]
            self._insert(node, [TreeNode("", told, False, words_, parent=node)])

    def show_more(self, index: Index) -> bool:
        """Show the next part of a folder, where ``index`` stands for it."""
        node = self.node(index)
        if node is None or not node.is_more or node.parent is None:
            return False
        folder, listed = node.parent, node.parent.listed
        entries = listed.entries if listed is not None else ()
        at = len(folder.nodes) - 1
        self._drop_words(folder)
        self._insert(folder, [self._made(one, folder) for one in entries[at : at + PART]])
        self._say_more(folder)
        return True

    def read_again(self, index: Index) -> None:
        """Ask for a folder that is opened anew and could not be read."""
        node = self.node(index)
        if node is not None and node.listed is None and node.nodes:
            self.wanted.emit(node.path)

    def read_folders(self) -> list[str]:
        """The folders that are read, or were to be."""
        return [
            path for path, node in self._folders.items() if node.listed is not None or node.nodes
        ]

    # -- inside --------------------------------------------------------------------------------

    def _made(self, entry: FileEntry, parent: TreeNode) -> TreeNode:
        node = TreeNode(entry.path, name_of(entry.path), entry.is_dir, parent=parent, entry=entry)
        if entry.is_dir:
            self._folders[entry.path] = node
        return node

    def _replace(self, folder: TreeNode, entries: Sequence[FileEntry]) -> None:
        if folder.nodes:
            self.beginRemoveRows(self.index_of(folder), 0, len(folder.nodes) - 1)
            for node in folder.nodes:
                self._forget_below(node)
            folder.nodes = []
            self.endRemoveRows()
        self._insert(folder, [self._made(entry, folder) for entry in entries])

    def _amend(
        self, folder: TreeNode, gone: Sequence[TreeNode], wanted: Sequence[FileEntry]
    ) -> None:
        for node in gone:
            self._remove(folder, node.row)
        for row, entry in enumerate(wanted):
            if row >= len(folder.nodes) or folder.nodes[row].path != entry.path:
                self._insert(folder, [self._made(entry, folder)], at=row)
        while len(folder.nodes) > len(wanted):  # what an odd order left behind
            self._remove(folder, len(folder.nodes) - 1)

    def _insert(self, folder: TreeNode, nodes: list[TreeNode], at: int | None = None) -> None:
        if not nodes:
            return
        at = len(folder.nodes) if at is None else at
        self.beginInsertRows(self.index_of(folder), at, at + len(nodes) - 1)
        folder.nodes[at:at] = nodes
        _number(folder, at)
        self.endInsertRows()

    def _remove(self, folder: TreeNode, row: int) -> None:
        self.beginRemoveRows(self.index_of(folder), row, row)
        self._forget_below(folder.nodes.pop(row))
        _number(folder, row)
        self.endRemoveRows()

    def _drop_words(self, folder: TreeNode) -> None:
        if folder.nodes and not folder.nodes[-1].path:
            self._remove(folder, len(folder.nodes) - 1)

    def _say_more(self, folder: TreeNode) -> None:
        left = len(folder.listed.entries if folder.listed else ()) - len(folder.nodes)
        if left > 0:
            text = translate("Files", "{count} more …").format(count=f"{left:,}")
            self._insert(folder, [TreeNode("", text, False, text, parent=folder)])

    def _forget_below(self, node: TreeNode) -> None:
        if node.is_folder and self._folders.get(node.path) is node:
            del self._folders[node.path]
        for below in node.nodes:
            self._forget_below(below)

    # -- Qt's model ----------------------------------------------------------------------------

    def node(self, index: Index) -> TreeNode | None:
        """What stands in a row."""
        node = index.internalPointer() if index.isValid() else None
        return node if isinstance(node, TreeNode) else None

    def index_of(self, node: TreeNode) -> QModelIndex:
        """Where it stands."""
        return self.createIndex(node.row, 0, node)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """A row."""
        above = self.node(parent)
        nodes = self._roots if above is None else above.nodes
        if column == 0 and 0 <= row < len(nodes):
            return self.createIndex(row, 0, nodes[row])
        return QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        """The folder it is in."""
        node = self.node(index)
        if node is None or node.parent is None:
            return QModelIndex()
        return self.index_of(node.parent)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Folders, or what is shown of one."""
        above = self.node(parent)
        return len(self._roots if above is None else above.nodes)

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Names."""
        return 1

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008 - Qt's signature
        """A folder that is not read may have."""
        node = self.node(parent)
        if node is None:
            return bool(self._roots)
        return node.is_folder and (node.listed is None or bool(node.nodes))

    def canFetchMore(self, parent: Index) -> bool:
        """Whether a folder is to be read. Not one that says why it could not be.

        Qt asks again for each row that comes into an open folder: it would be read without end.
        """
        node = self.node(parent)
        return node is not None and node.is_folder and node.listed is None and not node.nodes

    def fetchMore(self, parent: Index) -> None:
        """Qt opens a folder."""
        node = self.node(parent)
        if node is not None and node.path not in self._asked:
            self._asked.add(node.path)
            self.wanted.emit(node.path)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a row shows."""
        node = self.node(index)
        if node is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{node.name}  ·  {node.note}" if node.note else node.name
            case Qt.ItemDataRole.AccessibleTextRole:
                kind = translate("Files", "folder") if node.is_folder else ""
                return ", ".join(part for part in (node.name, kind, node.note) if part)
            case Qt.ItemDataRole.ToolTipRole:
                return node.tip
            case Qt.ItemDataRole.DecorationRole:
                return self._icon("folder" if node.is_folder else "file") if node.path else None
            case TreeRole.NODE:
                return node
        return None


def _number(folder: TreeNode, first: int) -> None:
    for row in range(first, len(folder.nodes)):
        folder.nodes[row].row = row
