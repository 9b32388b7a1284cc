"""Which folders Steward may work in, and whose ``AGENTS.md`` it follows."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
)

from app.domain.errors import StewardError
from app.ui.controls import Button, Label
from app.ui.session import Session
from app.ui.settings.page import Page
from app.ui.settings.setting_row import environment_words
from app.ui.translation import translate


class FoldersPage(Page):
    """A list with a tick for the folders whose instructions are followed."""

    _LISTED: Final = ("folders", "trusted_folders")

    def __init__(self, title: str, session: Session) -> None:
        super().__init__(title, session)
        self.list = QListWidget()
        self.list.setProperty("kind", "boxed")
        self.list.setAccessibleName(translate("Settings", "Folders Steward may work in"))
        self.list.setMinimumHeight(120)
        self.list.itemChanged.connect(self._ticked)
        self.add = Button(translate("Settings", "A&dd folder …"))
        self.add.clicked.connect(self._ask)
        self.remove = Button(translate("Settings", "&Take back"))
        self.remove.setToolTip(
            translate("Settings", "Steward may no longer work in it; its history stays")
        )
        self.remove.clicked.connect(self._take_back)
        self.outcome = Label(kind="trouble", wrap=True)
        self.outcome.hide()
        self._origin = Label(kind="attention", wrap=True)
        self.controls |= {"folders": self.list, "trusted_folders": self.list}
        line = QHBoxLayout()
        line.addWidget(self.add)
        line.addWidget(self.remove)
        line.addStretch(1)
        self.column.addWidget(
            Label(translate("Settings", "Folders Steward may work in"), kind="heading")
        )
        self.column.addWidget(
            Label(
                translate(
                    "Settings",
                    "It can touch nothing outside them. Tick a folder to follow "
                    "the instructions in its AGENTS.md; do so only for folders "
                    "whose content you trust.",
                ),
                kind="muted",
                wrap=True,
            )
        )
        self.column.addWidget(self.list, 1)
        self.column.addLayout(line)
        self.column.addWidget(self._origin)
        self.column.addWidget(self.outcome)
        self.column.addSpacing(10)
        self.add_section(translate("Settings", "Changes made outside"), ("watch_folders",))
        session.files_changed.connect(self._show)
        self._show()

    def _say(self, problem: str) -> None:
        self.outcome.setText(problem)
        self.outcome.setVisible(bool(problem))

    def _show(self) -> None:
        desk = self._session.desk
        trusted = desk.settings.trusted_folders
        self.list.blockSignals(True)
        self.list.clear()
        for folder in desk.folders.folders:
            item = QListWidgetItem(str(folder))
            item.setData(Qt.ItemDataRole.UserRole, str(folder))
            if desk.running_settings.source("trusted_folders") != "environment":
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            else:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
            ticked = Qt.CheckState.Checked if folder in trusted else Qt.CheckState.Unchecked
            item.setCheckState(ticked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        locked = [n for n in self._LISTED if desk.running_settings.source(n) == "environment"]
        self.add.setEnabled("folders" not in locked)
        self.remove.setEnabled("folders" not in locked and self.list.count() > 0)
        self._origin.setText(" ".join(environment_words(name) for name in locked))
        self._origin.setVisible(bool(locked))

    def _ticked(self, item: QListWidgetItem) -> None:
        folder = Path(str(item.data(Qt.ItemDataRole.UserRole)))
        trusted = item.checkState() == Qt.CheckState.Checked
        try:
            self._session.desk.grants.trust(folder, trusted=trusted)
        except StewardError as error:
            self._say(str(error))

    def _ask(self) -> None:
        dialog = QFileDialog(self, translate("Settings", "Let Steward work in this folder"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda chosen: self.grant(Path(chosen)))
        dialog.open()

    def grant(self, folder: Path) -> None:
        """Add a folder."""
        try:
            self._session.desk.grants.grant(folder)
        except StewardError as error:
            self._say(str(error))
            return
        self._say("")
        self._session.files_changed.emit()

    def _take_back(self) -> None:
        row = self.list.currentRow()
        if row < 0:
            self._say(translate("Settings", "Choose the folder first."))
            return
        folder = Path(str(self.list.item(row).data(Qt.ItemDataRole.UserRole)))
        try:
            self._session.desk.grants.revoke(folder)
        except StewardError as error:
            self._say(str(error))
            return
        self._say("")
        self._session.files_changed.emit()
        name = folder.name or str(folder)
        said = translate("Settings", "{name} removed; nothing in it was touched").format(name=name)
        self.told.emit(said, lambda: self.grant(folder))
