"""Which folders Steward may work in, and whose ``AGENTS.md`` it follows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import StewardError
from app.ui.controls import Button, Label
from app.ui.session import Session


class FoldersPage(QWidget):
    """A list with a tick for the folders whose instructions are followed."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.list = QListWidget()
        self.list.setAccessibleName("Folders Steward may work in")
        self.list.itemChanged.connect(self._ticked)
        self.add = Button("A&dd folder …")
        self.add.clicked.connect(self._ask)
        self.remove = Button("&Take back")
        self.remove.clicked.connect(self._take_back)
        self.watch = QCheckBox("&Record changes made outside Steward in the folders")
        self.watch.setChecked(session.desk.settings.watch_folders)
        self.watch.toggled.connect(self._watch)
        watched = Label(
            "Files in them are kept as they are now (not very large ones, and at most 10,000 a "
            "folder), and what other programs save becomes a version too. Off, such a change is "
            "kept when Steward next touches the file.",
            kind="muted",
            wrap=True,
        )
        watched.setContentsMargins(24, 0, 0, 0)
        self.outcome = Label(kind="trouble", wrap=True)
        line = QHBoxLayout()
        line.addWidget(self.add)
        line.addWidget(self.remove)
        line.addStretch(1)
        page = QVBoxLayout(self)
        page.setContentsMargins(18, 16, 18, 12)
        page.setSpacing(8)
        page.addWidget(Label("Folders Steward may work in", kind="heading"))
        page.addWidget(
            Label(
                "It can touch nothing outside them. Tick a folder to follow the instructions in "
                "its AGENTS.md; do so only for folders whose content you trust.",
                kind="muted",
                wrap=True,
            )
        )
        page.addWidget(self.list, 1)
        page.addLayout(line)
        page.addSpacing(8)
        page.addWidget(self.watch)
        page.addWidget(watched)
        page.addWidget(self.outcome)
        session.files_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        desk = self._session.desk
        trusted = desk.settings.trusted_folders
        self.list.blockSignals(True)
        self.list.clear()
        for folder in desk.folders.folders:
            item = QListWidgetItem(str(folder))
            item.setData(Qt.ItemDataRole.UserRole, str(folder))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            ticked = Qt.CheckState.Checked if folder in trusted else Qt.CheckState.Unchecked
            item.setCheckState(ticked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.remove.setEnabled(bool(desk.folders.folders))

    def _ticked(self, item: QListWidgetItem) -> None:
        folder = Path(str(item.data(Qt.ItemDataRole.UserRole)))
        trusted = item.checkState() == Qt.CheckState.Checked
        try:
            self._session.desk.trust_instructions(folder, trusted=trusted)
        except StewardError as error:
            self.outcome.setText(str(error))

    def _watch(self, wanted: bool) -> None:
        try:
            self._session.desk.change_setting("watch_folders", wanted)
        except StewardError as error:
            self.outcome.setText(str(error))

    def _ask(self) -> None:
        dialog = QFileDialog(self, "Let Steward work in this folder")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda chosen: self.grant(Path(chosen)))
        dialog.open()

    def grant(self, folder: Path) -> None:
        """Add a folder."""
        try:
            self._session.desk.grant_folder(folder)
        except StewardError as error:
            self.outcome.setText(str(error))
            return
        self.outcome.setText("")
        self._session.files_changed.emit()

    def _take_back(self) -> None:
        row = self.list.currentRow()
        if row < 0:
            self.outcome.setText("Choose the folder first.")
            return
        folder = Path(str(self.list.item(row).data(Qt.ItemDataRole.UserRole)))
        try:
            self._session.desk.revoke_folder(folder)
        except StewardError as error:
            self.outcome.setText(str(error))
            return
        self._session.files_changed.emit()
