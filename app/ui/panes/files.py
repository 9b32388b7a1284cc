"""The files pane: the folders Steward may work in, what is in them, how to add one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QFileDialog, QStackedLayout, QTreeView, QVBoxLayout, QWidget

from app.domain.errors import StewardError
from app.domain.events import Event, FileVersionEvent
from app.ui.controls import Button, rule
from app.ui.file_names import drive_id, is_drive, without_ids
from app.ui.flow_layout import FlowLayout
from app.ui.icons import icon
from app.ui.panes.drive_browsing import DriveBrowsing
from app.ui.panes.drive_section import DriveSection
from app.ui.panes.file_menu import FileMenu
from app.ui.panes.folder_tree import FolderTree, Listed
from app.ui.panes.nothing import Nothing
from app.ui.panes.roots import drive_root, folder_root
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate
from app.ui.undo_bar import UndoBar


class FilesPane(QWidget):
    """A tree, read folder by folder as it is opened; ``versions_wanted(path)`` for a file.

    Watched folders of Google Drive stand below the granted ones; below the tree, how Drive stands.
    ``mention_wanted(path)``: a message is to name a file; ``settings_wanted``: those of Drive.
    """

    versions_wanted = Signal(str)
    mention_wanted = Signal(str)
    settings_wanted = Signal()

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._reading: set[str] = set()
        self._again: set[str] = set()
        self._stale = self._drive_stale = False
        self._drive_seen: tuple[dict[str, str], bool, bool] = ({}, False, False)
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
        self.tree.expanded.connect(self.model.read_again)
        self.tree.verticalScrollBar().valueChanged.connect(self._show_more)
        self.tree.selectionModel().currentChanged.connect(self._show_buttons)
        self.menu = FileMenu(self.tree, session, self._file_at, show=self._opened)
        self.add = Button(
            translate("Files", "Add &folder …"),
            tip=translate("Files", "Let Steward work in another folder"),
        )
        self.add.clicked.connect(self.ask_for_folder)
        self.remove = Button("", kind="quiet")
        self.remove.clicked.connect(self._remove)
        self.versions = Button(translate("Files", "Show &versions"), kind="quiet")
        self.versions.clicked.connect(self._show_versions)
        self.undo_bar = UndoBar()
        self.drive = DriveSection(theme, session)
        self.browsing = DriveBrowsing(theme, session, self.undo_bar, self)
        self.drive.browse_wanted.connect(self.browsing.browse)
        self.browsing.mention_wanted.connect(self.mention_wanted)
        for part in (self.drive, self.browsing):
            part.settings_wanted.connect(self.settings_wanted)
        filled = QWidget()
        buttons = QWidget()
        line = FlowLayout(buttons, spacing=6)
        for button in (self.add, self.versions, self.remove):
            line.addWidget(button)
        page = QVBoxLayout(filled)
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
        self._stack.addWidget(filled)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(holder, 1)
        whole.addWidget(rule())
        whole.addWidget(self.drive)
        holding = QWidget()
        below = QVBoxLayout(holding)
        below.setContentsMargins(6, 0, 6, 4)
        below.addWidget(self.undo_bar)
        whole.addWidget(holding)
        theme.changed.connect(self._restyle)
        session.files_changed.connect(self.refresh)
        session.happened.connect(self._follow)
        session.drive.changed.connect(self._drive_changed)
        session.drive.refresh()
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
            lambda: self._session.desk.grants.grant(folder),
            translate("Files", "Added {name}.").format(name=folder.name),
        )

    def revoke(self, folder: Path) -> None:
        """Take a folder out of those Steward works in, and offer it back at once."""
        name = folder.name or str(folder)
        done = translate(
            "Files",
            "Steward no longer works in {name}. Its files and versions stay.",
        ).format(name=name)
        if self._change(lambda: self._session.desk.grants.revoke(folder), done):
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
        if (path := self._selected_folder()) is None:
            return
        if is_drive(path):
            folder_id = drive_id(path)
            name = self._session.drive.watched.get(folder_id, "")
            self.browsing.unwatch(folder_id, name)
        else:
            self.revoke(Path(path))

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
        folders, watched = self._shown_folders()
        count = len(folders) + len(watched)
        self._stack.setCurrentIndex(1 if count else 0)
        self._stale = not self.isVisible() and self.model.rowCount() == count
        if self._stale:
            return
        self._session.tasks.start(self._look_at(folders, watched), name="look at the folders")
        for path in self.model.read_folders():
            # Drive is asked over the network: only when something happened there.
            if self._drive_stale or not is_drive(path):
                self._want(path)
        self._drive_stale = False

    def _shown_folders(self) -> tuple[tuple[Path, ...], tuple[tuple[str, str], ...]]:
        watched = tuple(self._session.drive.watched.items())
        return self._session.desk.folders.folders, watched

    def _follow(self, event: Event) -> None:
        if isinstance(event, FileVersionEvent) and is_drive(event.file):
            self._drive_stale = True

    def _drive_changed(self) -> None:
        drive, before = self._session.drive, self._drive_seen
        # After a time offline, too: what could not be read then can be now.
        self._drive_seen = (dict(drive.watched), drive.is_ready, bool(drive.status.offline))
        if self._drive_seen != before:
            self._drive_stale = True
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    async def _look_at(
        self, folders: tuple[Path, ...], watched: tuple[tuple[str, str], ...]
    ) -> None:
        roots = await asyncio.to_thread(lambda: [folder_root(folder) for folder in folders])
        if (folders, watched) != self._shown_folders():
            return  # others by now: a later look is on its way
        roots += [drive_root(folder_id, name) for folder_id, name in watched]
        before = self.model.rowCount()
        self.model.show_roots(roots)
        if self.model.rowCount() != before or not before:
            for row in range(self.model.rowCount()):
                index = self.model.index(row, 0)
                if not is_drive(self._file_at(index)):  # those are read when they are opened
                    self.tree.expand(index)
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
                    self.model.fail(path, without_ids(str(error)))
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

    def _selected_folder(self) -> str | None:
        node = self.model.node(self.tree.currentIndex())
        return node.path if node is not None and node.parent is None else None

    def _show_buttons(self) -> None:
        node = self.model.node(self.tree.currentIndex())
        self.remove.setVisible(node is not None and node.parent is None)
        watched = node is not None and is_drive(node.path)
        self.remove.setText(
            translate("Files", "Stop &watching")
            if watched
            else translate("Files", "Remo&ve folder")
        )
        self.remove.setToolTip(
            translate("Files", "What others change in it is kept no more; versions stay (Delete)")
            if watched
            else translate(
                "Files", "Steward no longer works in it; files and versions stay (Delete)"
            )
        )
        self.versions.setVisible(node is not None and not node.is_folder and bool(node.path))

    def _opened(self, index: QModelIndex) -> None:
        node = self.model.node(index)
        if node is None or self.model.show_more(index):
            return
        if node.path and not node.is_folder:
            self.versions_wanted.emit(node.path)

    def _show_versions(self) -> None:
        self._opened(self.tree.currentIndex())
