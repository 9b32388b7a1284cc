"""Google Drive as a workspace shows it: looked at in worker threads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, TypeVar

from app.domain.drive import DriveFile, DrivePage
from app.files.drive_client import DriveQuery
from app.files.drive_finder import DriveFinder

T = TypeVar("T")


class _Look(Protocol):
    def __call__(self, path: str | None, look: Callable[[], T]) -> Awaitable[T]: ...


class DriveView:
    """Keeps the ``Drive`` protocol; see ``app.domain.drive``."""

    def __init__(self, finder: DriveFinder, look: _Look) -> None:
        self._finder = finder
        self._look = look

    async def search(
        self,
        *,
        words: str | None = None,
        folder: str | None = None,
        mime_type: str | None = None,
        modified_after: datetime | None = None,
        page: str | None = None,
    ) -> DrivePage:
        """Files of every account, those changed last first."""

        def look() -> DrivePage:
            within = None if folder is None else self._finder.folder(folder)
            query = DriveQuery(
                words=words, folder=within, mime_type=mime_type, modified_after=modified_after
            )
            return self._finder.search(query, page)

        return await self._look(folder, look)

    async def file(self, path: str) -> DriveFile:
        """What Drive says of it."""
        return await self._look(path, lambda: self._finder.file(path))

    async def export(self, path: str, mime_type: str) -> bytes:
        """A Workspace file in another format."""
        return await self._look(path, lambda: self._finder.export(path, mime_type))
