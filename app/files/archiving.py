"""Brings the bytes of a change into the vault: what it reads, what it makes, what it comes upon.

Blocking; the caller holds the lock of the change, and for ``keep_both`` the store-wide one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from app.files.blobs import CHUNK, BlobStore
from app.files.contents import Content, Kept
from app.files.drive_places import is_drive
from app.files.failures import changed
from app.files.gate import Locks
from app.files.manipulate import WorkedOut
from app.files.request import Request
from app.files.store import Change, FileStore, Pulled
from app.files.work import WorkFolder
from app.storage.file_journal import FileJournal


class Archiver:
    """Archives for changes of one store."""

    def __init__(
        self, store: FileStore, blobs: BlobStore, journal: FileJournal, locks: Locks
    ) -> None:
        self._locks = locks
        self._store = store
        self._blobs = blobs
        self._journal = journal

    def of(self, change: Change, *, sure: str | None = None) -> ArchiveOfChange:
        """Where the store puts what it comes upon; ``sure`` as there."""
        return ArchiveOfChange(change, self._blobs, self._journal, sure, self._locks)

    def keep_both(self, request: Request, worked: WorkedOut, work: WorkFolder) -> None:
        """Keep both contents, and make sure of the one that is to be replaced.

        That of a known version is there already; should it be damaged, it is made good. Raises
        ``OSError``, ``BlobDamagedError``, ``FileChangedError``.
        """
        before, after = worked.before, worked.after
        if before is not None and not self._blobs.has(before.hash):
            self._keep(before, request, work)
        seen = after is not None and self._put(after, like=before.hash if before else None)
        if before is None:
            return
        is_sound = seen or self._blobs.is_sure(before.hash)
        # Looked at last: it may have rotted while the other one was put.
        if not is_sound or self._blobs.is_ailing(before.hash):
            self._keep(before, request, work)
            self._blobs.verify(before.hash)
        else:
            self._blobs.make_durable(before.hash)

    def _put(self, content: Content, like: str | None) -> bool:
        """Keep a new content. Returns whether ``like`` was seen to be sound on the way."""
        if isinstance(content, Kept):
            self._blobs.verify(content.hash)
        elif content.whole is None:
            self._blobs.put(content.chunks(), like=like)
        else:
            return self._blobs.put_whole(content.whole, content.hash, like=like)
        return False

    def _keep(self, before: Pulled, request: Request, work: WorkFolder) -> None:
        """Keep the file as it was read."""
        if before.content is not None:
            self._blobs.put_whole(before.content, before.hash)
        elif request.rewrite is not None or is_drive(request.locator):
            self._blobs.put(work.taken())
        else:
            again = self._store.pull(
                request.locator,
                limit=-1,
                take=lambda chunks: self._blobs.put(work.checked(chunks)),
            )
            if again.hash != before.hash:
                raise changed(request.locator)


class ArchiveOfChange:
    """Keeps bytes for one change (``app.files.store.Archive``).

    ``sure``: the hash of bytes that were seen to be sound in the vault a moment ago.
    """

    def __init__(
        self,
        change: Change,
        blobs: BlobStore,
        journal: FileJournal,
        sure: str | None,
        locks: Locks,
    ) -> None:
        self._locks = locks
        self.change = change
        self._sure = sure
        self._blobs = blobs
        self._journal = journal

    def secure(self, digest: str, chunks: Iterable[bytes]) -> None:
        """Make sure that the bytes with this hash are kept."""
        if digest == self._sure or self._blobs.is_sure(digest):
            return
        with self._writing(chunks) as pieces:
            if self._blobs.put(pieces).hash != digest:
                raise changed(self.change.locator)

    def foreign(self, chunks: Iterable[bytes]) -> None:
        """Keep bytes that someone else put in the file, and record them as a version."""
        with self._writing(chunks) as pieces:
            blob = self._blobs.put(pieces, like=self.change.hash_before)
            self._journal.foreign(self.change.op_id, blob.hash, blob.size)

    def amend(self, change: Change) -> None:
        """Record that the change has to be made another way, before it is."""
        self._journal.amend(change.op_id, change.to_json())
        self.change = change

    @contextmanager
    def _writing(self, chunks: Iterable[bytes]) -> Iterator[Iterable[bytes]]:
        """What comes over a line comes first: nobody waits for it."""
        locator = self.change.locator
        if not is_drive(locator):
            yield chunks
            return
        with arrived(chunks) as pieces, self._locks.writing(locator):
            yield pieces


@contextmanager
def arrived(chunks: Iterable[bytes]) -> Iterator[Iterator[bytes]]:
    """The same pieces when all of them have come, from a nameless file of this machine."""
    with tempfile.TemporaryFile() as stream:
        for chunk in chunks:
            stream.write(chunk)
        stream.seek(0)
        yield iter(partial(stream.read, CHUNK), b"")
