"""Which folders skills may work in, from now on and in later runs."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path

from app.domain.errors import UsageError
from app.files.folders import GrantedFolders
from app.first_run import make_sample_folder
from app.running_settings import RunningSettings


class FolderGrants:
    """Grants folders and remembers it. Owned by the loop's thread.

    ``changed`` is called when other folders are granted than before.
    """

    def __init__(
        self, folders: GrantedFolders, settings: RunningSettings, changed: Callable[[], object]
    ) -> None:
        self._folders = folders
        self._settings = settings
        self._changed = changed

    def grant(self, folder: Path) -> None:
        """Let skills work in ``folder`` from now on, and remember it. Raises ``UsageError``."""
        self._folders.grant(folder)
        self._save()

    async def grant_sample(self) -> Path:
        """Make the sample folder, and let skills work in it. Raises ``FileError``."""
        folder = await asyncio.to_thread(make_sample_folder, self._settings.now.home)
        self.grant(folder)
        return folder

    def revoke(self, folder: Path) -> None:
        """Take a folder back; its history stays."""
        self._folders.revoke(folder)
        self._save()

    def trust(self, folder: Path, *, trusted: bool = True) -> None:
        """Follow (or no longer follow) the ``AGENTS.md`` of a granted folder."""
        if folder not in self._folders.folders:
            raise UsageError(f"{folder} is not a granted folder.")
        now = set(self._settings.now.trusted_folders) - {folder}
        self._settings.change("trusted_folders", sorted({*now, folder} if trusted else now))

    def _save(self) -> None:
        folders = self._folders.folders
        self._settings.store.save("folders", [str(folder) for folder in folders])
        self._settings.use(dataclasses.replace(self._settings.now, folders=folders))
        self._changed()
