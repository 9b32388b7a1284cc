"""The way from the files pane into Google Drive: a dialog, and what comes of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.domain.drive import DriveFile
from app.domain.names import shown
from app.ui.drive_rows import mention
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate
from app.ui.undo_bar import UndoBar


class DriveBrowsing(QObject):
    """``mention_wanted(path)`` for a file; a folder is watched. ``settings_wanted``."""

    mention_wanted = Signal(str)
    settings_wanted = Signal()

    def __init__(self, theme: Theme, session: Session, undo_bar: UndoBar, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._undo_bar = undo_bar
        self._widget = parent

    def browse(self) -> None:
        """Let the person look around."""
        from app.ui.drive_dialog import DriveDialog

        dialog = DriveDialog(self._theme, self._session, self._widget.window())
        dialog.file_chosen.connect(lambda file: self.mention_wanted.emit(mention(file)))
        dialog.folder_chosen.connect(self.watch)
        dialog.settings_wanted.connect(self.settings_wanted)
        dialog.open()

    def watch(self, folder: DriveFile) -> None:
        """Watch a folder from now on."""
        done = translate("Drive", "{name} is watched: changes in it are kept as versions.")
        self._session.tasks.start(
            self._watch(folder.file_id, folder.name, done), name="watch a folder of Drive"
        )

    def unwatch(self, folder_id: str, name: str) -> None:
        """Watch a folder no more, and offer it back at once."""
        self._session.tasks.start(self._unwatch(folder_id, name), name="watch no more")

    async def _watch(self, folder_id: str, name: str, done: str) -> None:
        await self._session.drive.watch(folder_id, name)
        self._session.said.emit("ok", done.format(name=shown(name)))

    async def _unwatch(self, folder_id: str, name: str) -> None:
        await self._session.drive.unwatch(folder_id)
        self._undo_bar.offer(
            translate("Drive", "{name} is not watched any more; its versions stay").format(
                name=shown(name)
            ),
            lambda: self.watch(DriveFile(folder_id, name, "")),
        )
