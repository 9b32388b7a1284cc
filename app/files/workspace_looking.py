"""The looking half of a workspace: files as they are, and as they were."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

from app.domain.drive import Drive
from app.domain.file_search import ANY_FILE, ConversationFiles, FileQuery, FoundFile
from app.domain.files import (
    BlameLine,
    FileConflict,
    FileVersion,
    TrackedFile,
)
from app.domain.workspace import FileEntry
from app.files.drive_places import PREFIX, is_drive, place_at
from app.files.request import (
    MAX_BYTES,
)
from app.files.workspace_drive import DriveView
from app.files.workspace_paths import WorkspacePaths

T = TypeVar("T")


class LookingWorkspace(WorkspacePaths):
    """Reads files and their history."""

    # -- looking ---------------------------------------------------------------------------

    @property
    def folders(self) -> Sequence[str]:
        """Granted folders, absolute."""
        return tuple(str(folder) for folder in self._folders.folders)

    @property
    def roots(self) -> Sequence[str]:
        """Where they really are."""
        return tuple(str(folder) for folder in self._folders.roots)

    @property
    def drive(self) -> Drive:
        """Google Drive."""
        return DriveView(self._drive, self._look)

    async def entry(self, path: str) -> FileEntry:
        """The file or folder at ``path``."""
        if is_drive(path):
            return await self._look(path, lambda: self._drive.entry(path))
        return await self._look(path, lambda: self._walker.entry(self._resolve(path)))

    async def list(self, path: str | None = None) -> Sequence[FileEntry]:
        """Entries of a folder, or of all granted folders."""
        if path is not None and is_drive(path):
            return await self._look(path, lambda: self._drive.entries(path))
        return await self._look(
            path, lambda: [e for folder in self._starts(path) for e in self._walker.entries(folder)]
        )

    async def walk(
        self, path: str | None = None, *, include_ignored: bool = False, limit: int = 50_000
    ) -> Sequence[FileEntry]:
        """Files below a folder, or below all granted folders."""

        def look() -> Sequence[FileEntry]:
            found: dict[str, FileEntry] = {}  # one granted folder may lie in another
            for folder in self._starts(path):
                rest = limit - len(found)
                if rest <= 0:
                    break
                walked = self._walker.walk(folder, include_ignored=include_ignored, limit=rest)
                found.update((entry.path, entry) for entry in walked)
            return list(found.values())

        return await self._look(path, look)

    async def read(self, path: str, *, max_bytes: int | None = None) -> bytes:
        """Whole content."""
        limit = MAX_BYTES if max_bytes is None else max_bytes
        return await self._look(
            path, lambda: self._manager.plans.pull(self._standing(path), limit=limit)
        )

    async def read_with(self, path: str, look: Callable[[BinaryIO], T]) -> T:
        """What ``look`` says of the file, of any size."""
        return await self._look(
            path, lambda: self._manager.plans.read_with(self._standing(path), look)
        )

    # -- history ---------------------------------------------------------------------------

    async def conflicts(self) -> Sequence[FileConflict]:
        """Undecided conflicts in the granted folders."""
        found = await self._manager.conflicts()
        return [one for one in found if self._holds(one.path)]

    def _holds(self, path: str) -> bool:
        return is_drive(path) or self._folders.holds(Path(path))

    async def versions(
        self, path: str, *, limit: int | None = None, before: int | None = None
    ) -> Sequence[FileVersion]:
        """History of a file, oldest first."""
        return await self._look(
            path,
            lambda: self._manager.plans.versions_at(self._known(path), limit=limit, before=before),
        )

    async def version_content(self, path: str, version: int) -> bytes:
        """Exact bytes of a version."""
        return await self._look(
            path, lambda: self._manager.plans.content_at(self._known(path), version)
        )

    async def blame(
        self,
        path: str,
        version: int | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Sequence[BlameLine]:
        """For each line of a version where it comes from."""
        place = await self._look(path, lambda: self._known(path))
        with self._naming():
            return await self._manager.blame(place, version, progress=progress)

    async def version_chunks(self, path: str, version: int) -> AsyncIterator[bytes]:
        """Exact bytes of a version, in pieces."""
        place = await self._look(path, lambda: self._known(path))
        with self._naming():
            async for chunk in self._manager.version_chunks(place, version):
                yield chunk

    async def tracked(
        self, folder: str | None = None, *, limit: int | None = None
    ) -> Sequence[TrackedFile]:
        """Every file with a history inside the granted folders, or below one folder of them.

        ``drive:`` stands for all of Google Drive.
        """

        def look() -> Sequence[TrackedFile]:
            if folder == PREFIX:
                starts = [PREFIX]
            else:
                roots = self._folders.roots if folder is None else [self._known_folder(folder)]
                starts = [str(root) for root in roots]
            if folder is None and self._finder is not None:
                starts.append(PREFIX)
            found = {
                file.file_id: file
                for start in starts  # one may lie in another
                for file in self._manager.plans.known_below(start, limit=limit)
            }
            # Files by the thousand share few folders: each folder is judged once.
            inside: dict[str, bool] = {}
            for file in found.values():
                parent = os.path.dirname(file.path)  # noqa: PTH120 - a plain string
                if parent not in inside:
                    inside[parent] = self._holds(parent)
            kept = [f for f in found.values() if inside[os.path.dirname(f.path)]]  # noqa: PTH120
            if len(starts) > 1:
                kept.sort(key=lambda file: file.changed_at, reverse=True)
            return kept[:limit]

        return await self._look(folder, look)

    async def find_tracked(
        self, text: str = "", *, limit: int = 200, query: FileQuery = ANY_FILE
    ) -> Sequence[FoundFile]:
        """Files with a history whose path has every word of ``text``, changed last first."""
        words = text.split()
        return await self._look(
            None,
            lambda: self._manager.history.find_tracked(
                words, limit=limit, keep=self._is_meant(words), query=query
            ),
        )

    async def find_by_conversation(
        self, text: str = "", *, limit: int = 200, query: FileQuery = ANY_FILE
    ) -> Sequence[ConversationFiles]:
        """The same by the conversations that changed them."""
        words = text.split()
        return await self._look(
            None,
            lambda: self._manager.history.find_by_conversation(
                words, limit=limit, keep=self._is_meant(words), query=query
            ),
        )

    def _is_meant(self, words: Sequence[str]) -> Callable[[str], bool]:
        """Says of a path whether it is in a granted folder and has each word below that."""
        folded = [word.casefold() for word in words]
        roots = [str(root) for root in self._folders.roots]
        inside: dict[str, bool] = {}  # files by the thousand share few folders

        def is_meant(path: str) -> bool:
            parent = os.path.dirname(path)  # noqa: PTH120 - a plain string
            if parent not in inside:
                inside[parent] = self._holds(parent)
            if not inside[parent]:
                return False
            if is_drive(path):
                return all(word in place_at(path).name.casefold() for word in folded)
            # What stands above the granted folder would find every file in it.
            above = max(len(root) for root in roots if path.startswith(root))
            return all(word in path[above:].casefold() for word in folded)

        return is_meant
