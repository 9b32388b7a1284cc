"""The files pane: the folders Steward may work in, what is in them, how to add one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QFileDialog, QStackedLayout, QTreeView, QVBoxLayout, QWidget

from app.domain.errors import StewardError
from app.ui.controls import Button
from app.ui.flow_layout import FlowLayout
from app.ui.icons import icon
from app.ui.panes.file_menu import FileMenu
from app.ui.panes.folder_tree import FolderTree, Listed, Root
from app.ui.panes.nothing import Nothing
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate
from app.ui.undo_bar import UndoBar


class FilesPane(QWidget):
    """A tree, read folder by folder as it is opened; ``versions_wanted(path)`` for a file."""

    versions_wanted = Signal(str)

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._reading: set[str] = set()
        self._again: set[str] = set()
        self._stale = False
        self.model = FolderTree(self._picture)
        self.model.setParent(self)
        self.model.wanted.connect(self._want)
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName(translate("Files", "Files in your folders"))
        self.tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(16)
        self.tree.activated.connect(self._opened)
        self.tree.clicked.connect(self.model.show_more)
        self.tree.verticalScrollBar().valueChanged.connect(self._show_more)
        self.tree.selectionModel().currentChanged.connect(self._show_buttons)
        self.menu = FileMenu(self.tree, session, self._file_at, show=self._opened)
        self.add = Button(
            translate("Files", "Add &folder …"),
            tip=translate("Files", "Let Steward work in another folder"),
        )
        self.add.clicked.connect(self.ask_for_folder)
        self.remove = Button(translate("Files", "Remo&ve folder"), kind="quiet")
        self.remove.setToolTip(
            translate("Files", "Steward no longer works in it; files and versions stay (Delete)")
        )
        self.remove.clicked.connect(self._remove)
        self.versions = Button(translate("Files", "Show &versions"), kind="quiet")
        self.versions.clicked.connect(self._show_versions)
        self.undo_bar = UndoBar()
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
        self.nothing = Nothing(
            translate(
                "Files",
                "The folders you let Steward work in will stand here. It can touch nothing else.",
            ),
            translate("Files", "Add &folder …"),
        )
        self.nothing.pressed.connect(self.ask_for_folder)
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(shown)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(holder, 1)
        holding = QWidget()
        below = QVBoxLayout(holding)
        below.setContentsMargins(6, 0, 6, 4)
        below.addWidget(self.undo_bar)
        whole.addWidget(holding)
        theme.changed.connect(self._restyle)
        session.files_changed.connect(self.refresh)
        self._show_buttons()
        self.refresh()

    # -- folders -------------------------------------------------------------------------------

    def ask_for_folder(self) -> None:
        """Let the person choose a folder to add."""
        dialog = QFileDialog(self, translate("Files", "Let Steward work in this folder"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda chosen: self.grant(Path(chosen)))
        dialog.open()

    def grant(self, folder: Path) -> None:
        """Add a folder."""
        self._change(
            lambda: self._session.desk.grant_folder(folder),
            translate("Files", "Added {name}.").format(name=folder.name),
        )

    def revoke(self, folder: Path) -> None:
        """Take a folder out of those Steward works in, and offer it back at once."""
        name = folder.name or str(folder)
        done = translate(
            "Files",
            "Steward no longer works in {name}. Its files and versions stay.",
        ).format(name=name)
        if self._change(lambda: self._session.desk.revoke_folder(folder), done):
            removed = translate("Files", "{name} removed; nothing in it was touched")
            self.undo_bar.offer(removed.format(name=name), lambda: self.grant(folder))

    def _change(self, change: Callable[[], None], done: str) -> bool:
        try:
            change()
        except StewardError as error:
            self._session.said.emit("trouble", str(error))
            return False
        self._session.said.emit("ok", done)
        self._session.files_changed.emit()
        return True

    def _remove(self) -> None:
        if (path := self._selected_folder()) is not None:
            self.revoke(path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes the chosen folder; what was removed last can be taken back."""
        if event.key() == Qt.Key.Key_Delete and self.remove.isVisible():
            self._remove()
        elif event.matches(QKeySequence.StandardKey.Undo) and not self.undo_bar.isHidden():
            self.undo_bar.undo()
        else:
            super().keyPressEvent(event)

    # -- the tree --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Folders or files have changed: read again what is open, as soon as it can be seen."""
        folders = self._session.desk.folders.folders
        self._stack.setCurrentIndex(1 if folders else 0)
        self._stale = not self.isVisible() and self.model.rowCount() == len(folders)
        if self._stale:
            return
        self._session.tasks.start(self._look_at(folders), name="look at the folders")
        for path in self.model.read_folders():
            self._want(path)

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    async def _look_at(self, folders: tuple[Path, ...]) -> None:
        roots = await asyncio.to_thread(lambda: [_root(folder) for folder in folders])
        if folders != self._session.desk.folders.folders:
            return  # others by now: a later look is on its way
        before = self.model.rowCount()
        self.model.show_roots(roots)
        if self.model.rowCount() != before or not before:
            for row in range(self.model.rowCount()):
                self.tree.expand(self.model.index(row, 0))
        self._show_buttons()

    def _want(self, path: str) -> None:
        """Never two readings of a folder at a time: what changed during one is seen by the next."""
        if path in self._reading:
            self._again.add(path)
            return
        self._reading.add(path)
        self._session.tasks.start(self._read(path), name="list folder")

    async def _read(self, path: str) -> None:
        try:
            while True:
                self._again.discard(path)
                try:
                    entries = await self._session.workspace().list(path)
                    self.model.fill(path, await asyncio.to_thread(Listed, entries))
                except StewardError as error:  # it is gone, or closed to us
                    self.model.fail(path, str(error))
                if path not in self._again:
                    return
        finally:
            self._reading.discard(path)
            self._again.discard(path)

    def _show_more(self, value: int) -> None:
        """The end is in view: the rest of the folder there may come."""
        if value < self.tree.verticalScrollBar().maximum():
            return
        corner = self.tree.viewport().rect().bottomLeft()
        while corner.y() > 0 and not self.tree.indexAt(corner).isValid():
            corner.setY(corner.y() - self.fontMetrics().height())
        self.model.show_more(self.tree.indexAt(corner))

    def _picture(self, name: str) -> QIcon:
        return icon(name, self._theme.tokens.muted, self._theme.px(16))

    def _restyle(self) -> None:
        self.tree.setIconSize(QSize(self._theme.px(16), self._theme.px(16)))
        self.tree.viewport().update()

    # -- what is chosen ---------------------------------------------------------------------------

    def _file_at(self, index: QModelIndex) -> str:
        node = self.model.node(index)
        return node.path if node is not None else ""

    def _selected_folder(self) -> Path | None:
        node = self.model.node(self.tree.currentIndex())
        return Path(node.path) if node is not None and node.parent is None else None

    def _show_buttons(self) -> None:
        node = self.model.node(self.tree.currentIndex())
        self.remove.setVisible(node is not None and node.parent is None)
        self.versions.setVisible(node is not None and not node.is_folder and bool(node.path))

    def _opened(self, index: QModelIndex) -> None:
        node = self.model.node(index)
        if node is None or self.model.show_more(index):
            return
        if node.path and not node.is_folder:
            self.versions_wanted.emit(node.path)

    def _show_versions(self) -> None:
        self._opened(self.tree.currentIndex())


def _root(folder: Path) -> Root:
    """How a granted folder stands. Blocking."""
    name = folder.name or str(folder)
    if not folder.is_dir():
        note = translate("Files", "not there")
        tip = translate("Files", "It is not there now. Is its disk connected?")
    elif not os.access(folder, os.W_OK | os.X_OK):
        note = translate("Files", "read only")
        tip = translate("Files", "Steward can read it and change nothing: the system says so.")
    else:
        note, tip = "", translate("Files", "Steward can read and change what is in it.")
    return Root(str(folder), name, note, f"{folder}\n{tip}")
