"""What the composer completes: the commands there are, and the files of the folders."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from app.files.drive_places import PREFIX
from app.ui.chat.completion import Command, NamedFile
from app.ui.file_names import copied, name_of, place_of

if TYPE_CHECKING:
    from app.ui.chat.composer import Composer
    from app.ui.session import Session

_MOST_FILES: Final = 5_000
_MOST_OF_DRIVE: Final = 1_000


class ComposerOffers(QObject):
    """Keeps them up to date as folders, files and the model change."""

    def __init__(self, composer: Composer, session: Session) -> None:
        super().__init__(composer)
        self._composer = composer
        self._session = session
        self._reading: asyncio.Task[None] | None = None
        self._stale = False
        composer.files_wanted.connect(self._look_again)
        session.files_changed.connect(self._look_again)
        session.provider_changed.connect(self._offer_commands)
        self._offer_commands()
        self._look_again()

    def _offer_commands(self) -> None:
        found = self._session.desk.model.completions()
        self._composer.set_commands([Command(one.text, one.summary) for one in found])

    def _look_again(self) -> None:
        self._stale = True
        if self._reading is None or self._reading.done():
            self._reading = self._session.tasks.run(self._read(), name="list files")

    async def _read(self) -> None:
        # Never two walks at a time: what changed during one is seen by the next.
        while self._stale:
            self._stale = False
            workspace, names = self._session.workspace(), list[str]()
            if self._session.desk.folders.folders:
                entries = await workspace.walk(limit=_MOST_FILES)
                names = [one.display for one in entries if not one.is_dir]
            tracked = await workspace.tracked(PREFIX, limit=_MOST_OF_DRIVE)
            folders = self._session.drive.folder_names
            named = [
                NamedFile(name_of(one.path), copied(one.path), place_of(one.path, "", folders))
                for one in tracked
                if one.present
            ]
            if names or named or self._session.desk.folders.folders:
                self._composer.set_files(names, named)
