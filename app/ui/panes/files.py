"""The files pane: the folders Steward may work in, what is in them, how to add one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFileDialog,
    QMessageBox,
    QStackedLayout,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import StewardError
from app.domain.workspace import FileEntry
from app.ui import words
from app.ui.controls import Button
from app.ui.flow_layout import FlowLayout
from app.ui.icons import icon
from app.ui.panes.nothing import Nothing
from app.ui.session import Session
from app.ui.theme import Theme

_PATH: Final = Qt.ItemDataRole.UserRole + 1
_IS_FOLDER: Final = Qt.ItemDataRole.UserRole + 2
_READ: Final = Qt.ItemDataRole.UserRole + 3


class FilesPane(QWidget):
    """A tree, read folder by folder as it is opened; ``versions_wanted(path)`` for a file."""

    versions_wanted = Signal(str)

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._model = QStandardItemModel(self)
        self.tree = QTreeView()
        self.tree.setModel(self._model)
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName("Files in your folders")
        self.tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(16)
        self.tree.expanded.connect(self._expanded)
        self.tree.activated.connect(self._opened)
        self.tree.selectionModel().currentChanged.connect(self._show_buttons)
        self.add = Button("Add &folder …", tip="Let Steward work in another folder")
        self.add.clicked.connect(self.ask_for_folder)
        self.remove = Button("Ta&ke back folder", kind="quiet")
        self.remove.setToolTip("Steward no longer works in it; its versions stay")
        self.remove.clicked.connect(self._ask_to_remove)
        self.versions = Button("Show &versions", kind="quiet")
        self.versions.clicked.connect(self._show_versions)
        shown = QWidget()
        buttons = QWidget()
        line = FlowLayout(buttons, spacing=6)
        for button in (self.add, self.versions, self.remove):
            line.addWidget(button)
        page = QVBoxLayout(shown)
        page.setContentsMargins(10, 10, 10, 10)
        page.setSpacing(8)
        page.addWidget(self.tree, 1)
        page.addWidget(buttons)
        nothing = Nothing(
            "The folders you let Steward work in will stand here. It can touch nothing else.",
            "Add &folder …",
        )
        nothing.pressed.connect(self.ask_for_folder)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(nothing)
        self._stack.addWidget(shown)
        theme.changed.connect(self._tint)
        session.files_changed.connect(self.refresh)
        self.refresh()

    # -- folders -------------------------------------------------------------------------------

    def ask_for_folder(self) -> None:
        """Let the person choose a folder to add."""
        dialog = QFileDialog(self, "Let Steward work in this folder")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda chosen: self.grant(Path(chosen)))
        dialog.open()

    def grant(self, folder: Path) -> None:
        """Add a folder."""
        self._change(lambda: self._session.desk.grant_folder(folder), f"Added {folder.name}.")

    def revoke(self, folder: Path) -> None:
        """Take a folder back."""
        self._change(
            lambda: self._session.desk.revoke_folder(folder),
            f"Took back {folder.name}; its versions stay.",
        )

    def _change(self, change: Callable[[], None], done: str) -> None:
        try:
            change()
        except StewardError as error:
            self._session.said.emit("trouble", str(error))
            return
        self._session.said.emit("ok", done)
        self._session.files_changed.emit()

    def _ask_to_remove(self) -> None:
        path = self._selected_folder()
        if path is None:
            return
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("Take back a folder?")
        box.setText(f"Steward will no longer work in {path.name}.")
        box.setInformativeText("The files stay where they are, and so do all their versions.")
        taking = box.addButton("&Take back", QMessageBox.ButtonRole.AcceptRole)
        taking.clicked.connect(lambda: self.revoke(path))
        box.addButton("&Cancel", QMessageBox.ButtonRole.RejectRole)
        box.open()

    # -- the tree --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Folders or files have changed: read again what is open."""
        folders = self._session.desk.folders.folders
        self._stack.setCurrentIndex(1 if folders else 0)
        root = self._model.invisibleRootItem()
        shown = [str(root.child(i).data(_PATH)) for i in range(root.rowCount())]
        if shown != [str(folder) for folder in folders]:
            self._model.clear()
            for folder in folders:
                item = self._item(folder.name or str(folder), str(folder), is_folder=True)
                item.setToolTip(str(folder))
                self._model.appendRow(item)
                self.tree.expand(item.index())
        else:
            for i in range(root.rowCount()):
                self._reread(root.child(i))
        self._show_buttons()

    def _reread(self, item: QStandardItem) -> None:
        if not item.data(_READ):
            return
        self._session.tasks.start(self._read(str(item.data(_PATH))), name="list folder")
        for i in range(item.rowCount()):
            child = item.child(i)
            if child.data(_IS_FOLDER) and self.tree.isExpanded(child.index()):
                self._reread(child)

    def _expanded(self, index: QModelIndex) -> None:
        item = self._model.itemFromIndex(index)
        if item.data(_IS_FOLDER) and not item.data(_READ):
            self._session.tasks.start(self._read(str(item.data(_PATH))), name="list folder")

    async def _read(self, path: str) -> None:
        entries = await self._session.workspace().list(path)
        item = self._find(path, self._model.invisibleRootItem())
        if item is None:
            return
        item.setData(True, _READ)
        names = [entry.path for entry in entries]
        if names == [item.child(i).data(_PATH) for i in range(item.rowCount())]:
            return
        item.removeRows(0, item.rowCount())
        for entry in entries:
            item.appendRow(self._entry(entry))

    def _entry(self, entry: FileEntry) -> QStandardItem:
        item = self._item(Path(entry.path).name, entry.path, is_folder=entry.is_dir)
        if not entry.is_dir:
            item.setToolTip(f"{words.size(entry.size)} · {words.exact_time(entry.modified_at)}")
        return item

    def _item(self, name: str, path: str, *, is_folder: bool) -> QStandardItem:
        item = QStandardItem(name)
        item.setData(path, _PATH)
        item.setData(is_folder, _IS_FOLDER)
        item.setData(f"{name}, folder" if is_folder else name, Qt.ItemDataRole.AccessibleTextRole)
        colour, edge = self._theme.tokens.muted, self._theme.px(16)
        item.setIcon(icon("folder" if is_folder else "file", colour, edge))
        if is_folder:
            waiting = QStandardItem("…")
            waiting.setEnabled(False)
            item.appendRow(waiting)
        return item

    def _find(self, path: str, under: QStandardItem) -> QStandardItem | None:
        for i in range(under.rowCount()):
            child = under.child(i)
            here = str(child.data(_PATH) or "")
            if here == path:
                return child
            if here and Path(here) in Path(path).parents:
                found = self._find(path, child)
                if found is not None:
                    return found
        return None

    def _tint(self) -> None:
        self.tree.setIconSize(QSize(self._theme.px(16), self._theme.px(16)))
        self._model.clear()
        self.refresh()

    # -- what is chosen ---------------------------------------------------------------------------

    def _selected_folder(self) -> Path | None:
        index = self.tree.currentIndex()
        if index.isValid() and not index.parent().isValid():
            return Path(str(index.data(_PATH)))
        return None

    def _show_buttons(self) -> None:
        index = self.tree.currentIndex()
        self.remove.setVisible(self._selected_folder() is not None)
        self.versions.setVisible(index.isValid() and index.data(_IS_FOLDER) is False)

    def _opened(self, index: QModelIndex) -> None:
        if index.data(_IS_FOLDER) is False:
            self.versions_wanted.emit(str(index.data(_PATH)))

    def _show_versions(self) -> None:
        self._opened(self.tree.currentIndex())
