"""Looks at the history of files and the bytes of their versions; changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import TypeVar

from app.domain.files import BlameLine, FileConflict, FileVersion, TrackedFile, VaultSize
from app.files.blame import blame
from app.files.failures import explaining
from app.files.gate import Gate
from app.files.vault_parts import VaultParts
from app.files.workers import Workers

T = TypeVar("T")


class VersionReader:
    """The looking half of a version manager. Paths are absolute and resolved."""

    def __init__(self, parts: VaultParts, workers: Workers) -> None:
        self._workers = workers
        self._vault = parts.vault
        self._blobs = parts.blobs
        self._messages = parts.messages
        self.history = parts.history
        self._journal = parts.journal
        self.open_conflicts = parts.conflicts
        self.plans = parts.plans

    def left_open(self) -> list[str]:
        """Where files stand whose change has no end yet, one under way among them. Blocking."""
        return [operation.path for operation in self._journal.open_operations()]

    async def conflicts(self) -> list[FileConflict]:
        """Conflicts that nobody has decided yet, newest first."""
        return await self.in_worker(self.open_conflicts.open)

    async def versions(
        self, path: str, *, limit: int | None = None, before: int | None = None
    ) -> list[FileVersion]:
        """History of the file at ``path`` (or once there), oldest first; empty for none.

        ``limit``: only the newest so many. ``before``: only versions with a lower number.
        """
        return await self.in_worker(
            lambda: self.plans.versions_at(path, limit=limit, before=before)
        )

    async def version_content(self, path: str, version: int) -> bytes:
        """Exact bytes of a version. Raises ``NotFoundError``, ``BlobDamagedError``,
        ``FileTooLargeError`` above ``MAX_BYTES``.
        """
        return await self.in_worker(lambda: self.plans.content_at(path, version))

    async def version_chunks(self, path: str, version: int) -> AsyncIterator[bytes]:
        """Exact bytes of a version of any size, in pieces, all checked before the first."""
        chunks = await self.in_worker(lambda: self.plans.chunks_at(path, version))
        while chunk := await self.in_worker(lambda: next(chunks, b"")):
            yield chunk

    async def blame(
        self,
        path: str,
        version: int | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[BlameLine]:
        """For each line where it comes from; ``progress`` is called in a worker thread."""

        def work(gate: Gate) -> list[BlameLine]:
            def go_on(done: int, total: int) -> None:
                gate.check()
                if progress is not None:
                    progress(done, total)

            with explaining(path):
                return blame(
                    self.plans.versions_at(path),
                    version,
                    self.plans.content,
                    self._messages.asked,
                    go_on,
                )

        return await self._workers.uncut(work)

    async def tracked(self) -> list[TrackedFile]:
        """Every file with a history, newest change first."""
        return await self.in_worker(self.history.tracked)

    async def log(self, *, limit: int = 200, before: datetime | None = None) -> list[FileVersion]:
        """Versions of all files, newest first."""
        return await self.in_worker(lambda: self.history.log(limit=limit, before=before))

    async def vault_size(self) -> VaultSize:
        """How much the vault holds, and what it takes on disk."""

        def work() -> VaultSize:
            with explaining(str(self._vault)):
                return self._blobs.size()

        return await self.in_worker(work)

    async def in_worker(self, work: Callable[[], T]) -> T:
        """Run a blocking look at files or history in a worker thread."""
        return await self._workers.look(work)
