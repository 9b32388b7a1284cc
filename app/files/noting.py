"""Takes note of what someone else did to a file: archives its bytes and adds a version.

It never touches the file. Blocking; runs in a worker thread.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from app.domain.errors import NotAFileError
from app.domain.files import FileVersion
from app.files.blobs import CHUNK, BlobStore
from app.files.change_runner import ChangeRunner
from app.files.drive_places import is_drive
from app.files.failures import explaining
from app.files.gate import Gate, Locks
from app.files.request import MAX_BYTES, Ended
from app.files.store import FileStore, Pulled
from app.storage.file_history import FileHistory
from app.storage.file_notes import FileNotes

Keep = Callable[[Iterable[bytes]], object]
"""Puts bytes into the vault."""


class Noter:
    """Compares files of one store with their history."""

    def __init__(
        self,
        *,
        store: FileStore,
        blobs: BlobStore,
        notes: FileNotes,
        history: FileHistory,
        runner: ChangeRunner,
        locks: Locks,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._notes = notes
        self._history = history
        self._runner = runner
        self._locks = locks

    def run(self, locator: str, gate: Gate, *, first_seen: bool) -> Ended:
        """Add a version where the file is not as its history says, unless ``gate`` is stopped.

        Args:
            locator: the file.
            gate: passed before anything is kept.
            first_seen: whether a file without a history is given one.
        """
        self._runner.keep_out_of_vault(locator)
        with explaining(locator):
            # Most of what a watcher hears of is our own doing: that needs no lock.
            if self._is_as_known(locator, first_seen=first_seen):
                return Ended()
            with self._locks.change(locator, gate):
                self._runner.settle_at([locator])
                if self._is_as_known(locator, first_seen=first_seen):
                    return Ended()
                if is_drive(locator):
                    noted = self._noted_from_drive(locator, gate)
                else:
                    gate.go()
                    noted = self._noted(locator, self._pulled)
        return Ended() if noted is None else Ended((noted,))

    def run_move(self, locator: str, target: str, gate: Gate) -> Ended:
        """Add a version that says someone else moved the file, where its bytes say so too.

        Nothing is added where ``locator`` is still taken, or other bytes stand at ``target``.
        """
        self._runner.keep_out_of_vault(locator, target)
        with explaining(locator), self._locks.change(locator, gate):
            self._runner.settle_at([locator, target])
            if not self._is_moved(locator, target):
                return Ended()
            gate.go()
            noted = self._notes.noted_move(self._store.name_of(locator), locator, target)
        return Ended() if noted is None else Ended((noted,))

    def standing(self, folder: str) -> dict[str, str | None]:
        """Files that stand below a folder as far as is known, each with how it was last seen."""
        return self._history.standing(self._store.name_of(folder), folder)

    def saw(self, seen: Mapping[str, str]) -> None:
        """Remember how files of one store looked when they were as their history says."""
        if seen:
            self._notes.saw(self._store.name_of(next(iter(seen))), seen)

    def _is_moved(self, locator: str, target: str) -> bool:
        record = self._history.find(self._store.name_of(locator), locator)
        last = self._history.newest(record.file_id) if record is not None else None
        if last is None or last.hash_after is None or last.path != locator:
            return False
        there = self._history.find(self._store.name_of(target), target)
        if there is not None and there.present:
            return False
        try:
            # One file under another name: it is there under both, as long as anybody asks.
            same = self._store.is_respelled(locator, target)
            gone = same or self._store.probe(locator) is None
            return gone and self._store.probe(target) == last.hash_after
        except NotAFileError:
            return False

    def _is_as_known(self, locator: str, *, first_seen: bool) -> bool:
        record = self._history.find(self._store.name_of(locator), locator)
        if record is None and not first_seen:
            return True
        last = self._history.newest(record.file_id) if record is not None else None
        try:
            now = self._store.probe(locator)
        except NotAFileError:
            now = None  # a folder or a link: the file is not there
        return now == (last.hash_after if last is not None else None)

    def _noted_from_drive(self, locator: str, gate: Gate) -> FileVersion | None:
        """All of it comes before the vault is locked: nobody waits for a slow line."""
        with tempfile.TemporaryFile() as stream:

            def take(chunks: Iterable[bytes]) -> None:
                stream.seek(0)
                stream.truncate()
                for chunk in chunks:
                    stream.write(chunk)

            try:
                pulled: Pulled | None = self._store.pull(locator, limit=-1, take=take)
            except (FileNotFoundError, NotAFileError):
                pulled = None

            def kept(_: str, keep: Keep) -> Pulled | None:
                stream.seek(0)
                if pulled is not None:
                    keep(iter(partial(stream.read, CHUNK), b""))
                return pulled

            with self._locks.writing(locator, gate):
                gate.go()
                return self._noted(locator, kept)

    def _noted(
        self, locator: str, pull: Callable[[str, Keep], Pulled | None]
    ) -> FileVersion | None:
        """A version of what ``pull`` gives and has kept; ``None`` there: nothing stands there."""
        record = self._history.find(self._store.name_of(locator), locator)
        last = self._history.newest(record.file_id) if record is not None else None
        keep = partial(self._blobs.put, like=last.hash_after if last is not None else None)
        found = pull(locator, keep)
        digest, size = (None, None) if found is None else (found.hash, found.size)
        return self._notes.noted(self._store.name_of(locator), locator, digest, size)

    def _pulled(self, locator: str, keep: Keep) -> Pulled | None:
        try:
            pulled = self._store.pull(locator, limit=MAX_BYTES, take=keep)
        except (FileNotFoundError, NotAFileError):
            return None
        if pulled.content is not None:
            keep([pulled.content])
        return pulled
